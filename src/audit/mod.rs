//! The append-only record of who was shown what, and never of what it said.
//!
//! A log is a file of JSON lines. Each row carries the SHA-256 of the hash before it and of its own text, so that a row
//! that is changed, moved or taken out breaks the chain there. Each write ends in a row that signs the head of the chain,
//! so that the chain cannot be made anew without the key. What is cut off at the end shows against a `Head` kept elsewhere.
//!
//! A `Log` writes rows in groups, one sync a group: what they speak of may leave when `Trail::commit` has returned.
//! If it fails, nothing may leave, and the log takes nothing more.

mod chain;
mod error;
mod head;
mod key;
mod log;
mod row;
mod store;
mod verify;

pub use error::Error;
pub use head::Head;
pub use head::is_checkpoint;
pub use key::Public;
pub use key::Secret;
pub use log::Log;
pub use log::Recovered;
pub use log::Trail;
pub use log::is_log;
pub use row::Access;
pub use row::Entry;
pub use row::Millis;
pub use row::Outcome;
pub use row::Rows;
pub use row::Tokens;
pub use store::Disk;
pub use store::Store;
pub use verify::Fault;
pub use verify::Report;
pub use verify::VerifiedRow;
pub use verify::verify;
