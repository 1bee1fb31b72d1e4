//! The compiled file: written once, opened, looked up, searched. Imports model.
//!
//! In: the [`Parts`](crate::registry::Parts) that definitions compile to. Out: a [`Registry`](crate::registry::Registry), whose [`Codes`](crate::registry::Codes) answer by place in their set.
//! Codes of a set stand in pre-order of the main hierarchy, so that what is under a code is a range of places.

mod codes;
mod crosswalks;
mod error;
mod finder;
mod hierarchy;
mod layout;
mod meta;
mod mistyped;
mod open;
mod pairs;
mod parts;
mod search;
pub mod segments;
mod verified;
mod write;

/// The layout of the files that this program reads and writes: one of another number is refused.
pub const LAYOUT: u32 = layout::VERSION;

pub use codes::Codes;
pub use crosswalks::Target;
pub use error::Error;
pub use mistyped::MOST as MOST_MISTYPED;
pub use mistyped::Slip;
pub use open::Registry;
pub use open::is_registry;
pub use pairs::PairRows;
pub use pairs::Pairs;
pub use parts::Parts;
pub use search::Fit;
pub use search::Hit;
pub use search::Mark;
pub use search::TermMatch;
pub use write::lay_out;
pub use write::write;
pub use write::write_with;
