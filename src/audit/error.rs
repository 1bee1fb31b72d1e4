//! Why nothing can be noted.

/// Why nothing can be noted, so that nothing may be shown.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read, written or synced.
    #[error("the audit log {path}: {source}")]
    Store {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another program has held the log for too long.
    #[error("the audit log {path} is in use by another program")]
    Busy {
        /// The file.
        path: String,
    },
    /// The end of the log is not as it was written.
    #[error("the audit log {path} is damaged at row {row}: {what}; see `tencode audit verify`")]
    Broken {
        /// The file.
        path: String,
        /// The row, from 1.
        row: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The log was begun with another key.
    #[error("the audit log {path} is signed with another key")]
    OtherKey {
        /// The file.
        path: String,
    },
    /// The file holds something else.
    #[error("{path} is no audit log")]
    NotALog {
        /// The file.
        path: String,
    },
    /// A write failed before: nothing that was not confirmed then is taken for confirmed now.
    #[error("the audit log {path} could not be written before and takes nothing more")]
    Poisoned {
        /// The file.
        path: String,
    },
    /// The signing key cannot be read or made, or others could have read or written it.
    #[error(transparent)]
    Key(#[from] crate::files::KeyError),
    /// A public key or checkpoint cannot be read.
    #[error("this is no {0}")]
    Unreadable(&'static str),
}
