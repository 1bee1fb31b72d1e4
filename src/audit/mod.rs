//! The append-only record of who was shown what, and never of what it said.
//!
//! A log is a file of JSON lines. Each row carries a code that only the key can make, over the row before it and its own
//! text, so that nobody else adds or changes one; and the SHA-256 of the same, so that whoever has no key sees that too
//! once a group of rows is signed. What is cut off at the end shows against a `Note` kept elsewhere: a checkpoint as others
//! sign it too (C2SP tlog-checkpoint).
//!
//! A `Log` writes rows in groups, one sync a group: what they speak of may leave when `Trail::commit` has returned.
//! If it fails, nothing may leave, and the log takes nothing more.

mod chain;
mod error;
mod head;
mod key;
mod log;
mod note;
mod row;
mod store;
mod tree;
mod verify;

pub use error::Error;
pub use key::Keys;
pub use key::Public;
pub use key::Secret;
pub use log::Log;
pub use log::Recovered;
pub use log::Trail;
pub use log::is_log;
pub use note::Note;
pub use note::is_checkpoint;
pub use note::read_key;
pub use row::Access;
pub use row::Entry;
pub use row::Millis;
pub use row::Outcome;
pub use row::Proof;
pub use row::Rows;
pub use row::Tokens;
pub use store::Disk;
pub use store::Store;
pub use verify::Fault;
pub use verify::Report;
pub use verify::VerifiedRow;
pub use verify::verify;
