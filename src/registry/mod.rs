//! The compiled file: written once, opened, looked up, searched. Imports model.
//!
//! In: the [`Parts`](crate::registry::Parts) that definitions compile to. Out: a [`Registry`](crate::registry::Registry), whose [`Codes`](crate::registry::Codes) answer by place in their set.
//! Codes of a set stand in pre-order of the main hierarchy, so that what is under a code is a range of places.

mod codes;
mod crosswalks;
mod finder;
mod hierarchy;
mod layout;
mod open;
mod search;
pub mod segments;
mod write;

pub use codes::Codes;
pub use crosswalks::Target;
pub use open::Registry;
pub use search::Hit;
pub use search::Spotted;
pub use write::write;
pub use write::write_with;

use crate::model::content::CodeSet;
use crate::model::content::Crosswalk;
use crate::model::program::Domain;
use crate::model::program::Shared;

/// What went wrong with a registry file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is none of ours, of another version, cut or damaged; or the parts cannot be written.
    #[error("{path}: {why}")]
    Unfit {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
}

/// Everything a registry is made of.
pub struct Parts<'a> {
    /// Code sets, by place.
    pub sets: &'a [CodeSet],
    /// Crosswalks of all domains and of `maps to` lines.
    pub crosswalks: &'a [Crosswalk],
    /// What all domains share.
    pub shared: &'a Shared,
    /// The domains.
    pub domains: &'a [Domain],
    /// Hash of all definitions and releases it was made from.
    pub stamp: [u8; 32],
}
