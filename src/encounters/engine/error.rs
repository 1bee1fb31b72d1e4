//! Why there is no engine.

use crate::logic;
use crate::registry;
use crate::scripts::ScriptProblem;

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such domain, or it has errors.
    #[error("there is no domain `{name}`; there is {known}")]
    UnknownDomain {
        /// The name given.
        name: String,
        /// The domains there are.
        known: String,
    },
    /// No such record.
    #[error("domain `{domain}` has no record `{name}`; it has {known}")]
    UnknownRecord {
        /// The domain.
        domain: String,
        /// The name given.
        name: String,
        /// The records there are.
        known: String,
    },
    /// The domain has no record at all.
    #[error("domain `{0}` has no record, so there is nothing to read encounters into")]
    NoRecord(String),
    /// The registry cannot be read.
    #[error(transparent)]
    Registry(#[from] registry::Error),
    /// The domain cannot be evaluated.
    #[error(transparent)]
    Logic(#[from] logic::Error),
    /// The audience has no policy.
    #[error(transparent)]
    Redact(#[from] crate::privacy::Error),
    /// A script cannot be compiled.
    #[error("{}:{}: {}", .0.file, .0.line, .0.message)]
    Script(ScriptProblem),
}
