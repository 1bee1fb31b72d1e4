//! What an office keeps: encounters with every code they were ever given, users, sessions, tokens. One SQLite file.
//!
//! In the clear are random ids, domain, record, state, dates and codings (set, release, code, actor, time). What was said
//! of people is sealed under a key that is kept elsewhere (`Seal`), one data key for each encounter, so that erasing the key
//! erases the words. One thread writes, in groups: a write has been synced to the disk when `Store::write` returns.

mod backup;
mod clock;
mod encounters;
mod error;
mod grants;
mod hooks;
mod jobs;
mod once;
mod people;
mod recoding;
mod schema;
mod seal;
mod words;
mod writer;

pub use backup::Health;
pub use backup::restore;
pub use clock::Millis;
pub use encounters::Coding;
pub use encounters::Draft;
pub use encounters::Filter;
pub use encounters::Kept;
pub use encounters::RECORD;
pub use encounters::Summary;
pub use encounters::Version;
pub use error::Error;
pub use hooks::Due;
pub use hooks::Told;
pub use jobs::Job;
pub use jobs::NewJob;
pub use jobs::PartKind;
pub use jobs::Progress;
pub use once::Once;
pub use people::Grant;
pub use people::HOOK;
pub use people::PROGRAM;
pub use people::RETENTION;
pub use people::Role;
pub use people::Session;
pub use people::Token;
pub use people::UNKNOWN;
pub use people::User;
pub use people::fingerprint;
pub use people::random_id;
pub use people::random_secret;
pub use recoding::Recoding;
pub use recoding::may_replace;
pub use seal::Seal;
pub use words::Answered;
pub use words::Unfit;
pub use writer::Store;
