//! Why there is nothing to work with.

use crate::encounters::training;
use crate::learn::VectorsError;
use crate::registry;
use std::path::PathBuf;

/// Why there is nothing to work with.
#[derive(Debug, thiserror::Error)]
pub enum Unavailable {
    /// A folder given with `--domains` cannot be read.
    #[error("{}: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// No folder held a domain.
    #[error("there is no domain in {0}; `tencode new NAME` makes one")]
    NoDomains(String),
    /// The registry could not be written or opened.
    #[error(transparent)]
    Registry(#[from] registry::Error),
    /// The word vectors cannot be used.
    #[error(transparent)]
    Vectors(#[from] VectorsError),
    /// A text model could not be trained.
    #[error(transparent)]
    Training(#[from] training::Error),
}
