//! What can go wrong with a store.

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database.
    #[error("the store: {0}")]
    Database(#[from] rusqlite::Error),
    /// A file.
    #[error("the store {path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database was written by a later program.
    #[error("the store has schema {kept}, and this program knows {known} at most: use the newer program")]
    Newer {
        /// Its schema.
        kept: i64,
        /// The latest this program knows.
        known: i64,
    },
    /// Sealed with another key, or damaged.
    #[error("a sealed part of the store cannot be opened: it is damaged or sealed with another key")]
    Sealed,
    /// The disk did not confirm an earlier write, so that nothing after it can be relied on.
    #[error("the store takes no more writes: an earlier one was not confirmed by the disk; start the program again")]
    Poisoned,
    /// The disk has no room left.
    #[error("the disk is full: nothing was written")]
    Full,
    /// There is no such thing, or it belongs to somebody else.
    #[error("there is no such {0}")]
    Missing(&'static str),
    /// Somebody else has changed it meanwhile.
    #[error("it was changed meanwhile: its version is {0}")]
    Changed(i64),
    /// What is there forbids it.
    #[error("{0}")]
    Refused(&'static str),
    /// The generator of the operating system.
    #[error("the system has no random numbers: {0}")]
    Random(String),
}

impl Error {
    /// Whether the disk has no room left.
    pub fn is_full(&self) -> bool {
        matches!(self, Error::Full)
            || matches!(self, Error::Database(rusqlite::Error::SqliteFailure(error, _)) if error.code == rusqlite::ErrorCode::DiskFull)
    }
}
