//! The commands, one file each: its arguments, its help, and one call into one room.

pub(crate) mod audit;
mod audit_folder;
pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod classify;
mod covered;
pub(crate) mod doc;
pub(crate) mod explain;
mod explain_policy;
mod explain_written;
pub(crate) mod fmt;
pub(crate) mod impact;
pub(crate) mod import;
pub(crate) mod keystrokes;
mod lines;
pub(crate) mod list;
pub(crate) mod lookup;
pub(crate) mod map;
pub(crate) mod new;
#[cfg(feature = "server")]
pub(crate) mod office;
pub(crate) mod reader;
pub(crate) mod redact;
pub(crate) mod report;
pub(crate) mod risk;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod search;
#[cfg(feature = "server")]
pub(crate) mod serve;
#[cfg(feature = "server")]
mod settings;
pub(crate) mod shell;
pub(crate) mod sources;
pub(crate) mod starters;
pub(crate) mod stats;
pub(crate) mod test;
pub(crate) mod upgrade;
pub(crate) mod version;
