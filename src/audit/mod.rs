//! The append-only record of who was shown what, and never of what it said.
//!
//! A log is a file of JSON lines. Each row carries the SHA-256 of the hash before it and of its own text, so that a row
//! that is changed, moved or taken out breaks the chain there. Each write ends in a row that signs the head of the chain,
//! so that the chain cannot be made anew without the key. What is cut off at the end shows against a `Head` kept elsewhere.
//!
//! A `Log` writes rows in groups, one sync a group: what they speak of may leave when `Trail::commit` has returned.
//! If it fails, nothing may leave, and the log takes nothing more.

mod chain;
mod head;
mod key;
mod log;
mod row;
mod store;
mod verify;

pub use head::Head;
pub use key::Public;
pub use key::Secret;
pub use log::Log;
pub use log::Recovered;
pub use log::Trail;
pub use row::Access;
pub use row::Entry;
pub use row::Outcome;
pub use row::Rows;
pub use row::Tokens;
pub use store::Disk;
pub use store::Store;
pub use verify::Fault;
pub use verify::Report;
pub use verify::VerifiedRow;
pub use verify::verify;

/// Milliseconds since 1970-01-01T00:00Z.
pub type Millis = u64;

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
    /// The signing key cannot be read or made.
    #[error("the audit key {path}: {source}")]
    Key {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Others may read the signing key.
    #[error("the audit key {path} can be read by others: it must belong to one user (chmod 600)")]
    OpenKey {
        /// The file.
        path: String,
    },
    /// A public key or head cannot be read.
    #[error("this is no {0}")]
    Unreadable(&'static str),
}
