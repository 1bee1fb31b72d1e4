//! Why no redactor could be made.

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
    /// A purpose that nobody defines.
    #[error("there is no purpose `{purpose}`; there is {known}")]
    UnknownPurpose {
        /// What was asked for.
        purpose: String,
        /// The purposes there are.
        known: String,
    },
    /// A recipient in a state that nobody knows.
    #[error("there is no state `{state}`; write its code, such as CA")]
    UnknownState {
        /// What was given.
        state: String,
    },
    /// A purpose that the audience's policy is not for.
    #[error("denied: `{policy}` is not for `{purpose}`, it is for {allowed}")]
    Denied {
        /// What was asked for.
        purpose: String,
        /// The policy that refuses.
        policy: String,
        /// What the policy is for.
        allowed: String,
    },
    /// An emergency nobody gave a reason for.
    #[error("denied: `{purpose}` needs a reason, which is recorded: say it with --reason")]
    NoReason {
        /// What was asked for.
        purpose: String,
    },
    /// The domain has no such record.
    #[error("domain `{domain}` has no record `{record}`")]
    NoRecord {
        /// The domain.
        domain: String,
        /// The name given.
        record: String,
    },
    /// A policy masks a kind of text that nobody can find.
    #[error("policy `{policy}` masks `{kind}`, which is no kind of text")]
    UnknownKind {
        /// The policy.
        policy: String,
        /// The word it uses.
        kind: String,
    },
    /// The registry lacks something that is needed for it.
    #[error(transparent)]
    Registry(#[from] crate::registry::Error),
}
