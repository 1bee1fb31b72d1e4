//! Encounter, judgement and audience to disclosure; policy is data, no script runs here.
//!
//! A [`Redactor`] is made once for a domain and an audience: what happens to each field is settled then, not once an
//! encounter. A [`Disclosure`] is all that ever leaves, and `Redactor` is its only maker. If a step fails, withhold.

mod codes;
mod decide;
mod disclosure;
mod fields;
mod known;
mod operators;
mod redactor;
pub mod text;

pub use disclosure::Disclosure;
pub use redactor::Redactor;

/// Why no redactor could be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No policy speaks of the audience.
    #[error("no policy for audience `{audience}`; there is {known}")]
    UnknownAudience {
        /// Who asks.
        audience: String,
        /// The audiences that policies name.
        known: String,
    },
    /// A policy masks a kind of text that nobody can find.
    #[error("policy `{policy}` masks `{kind}`, which is no kind of text")]
    UnknownKind {
        /// The policy.
        policy: String,
        /// The word it uses.
        kind: String,
    },
    /// A name list could not be read.
    #[error("{path}: {source}")]
    Names {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}
