//! `domain.toml`: name, title, who asks where nobody says, what scripts may cost, which releases the domain knows.

use crate::diagnostics::span::Span;
use crate::model::program::Limits;
use serde::Deserialize;

/// A manifest.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Manifest {
    /// Name of the domain; the folder's if left out.
    pub name: Option<String>,
    /// Name for people.
    pub title: String,
    /// Audience where none is given; `desk` if left out.
    pub audience: Option<toml::Spanned<String>>,
    /// Record where none is named; the first of the definitions if left out.
    pub record: Option<toml::Spanned<String>>,
    /// Scripts.
    pub scripts: Scripts,
    /// The audit log.
    pub audit: Audit,
    /// Releases.
    #[serde(rename = "source")]
    pub sources: Vec<toml::Table>,
    /// Diagnostics to be quiet about: `D0219 = "off"`.
    pub lints: std::collections::BTreeMap<String, Lint>,
}

/// Where a value of a manifest stands.
pub fn span<T>(value: &toml::Spanned<T>) -> Span {
    let range = value.span();
    Span::new(range.start, range.end)
}

/// What is noted of who is shown what.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// Nothing is shown without a log.
    pub required: bool,
}

/// What becomes of a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lint {
    /// Not reported.
    Off,
    /// A warning.
    Warning,
    /// An error.
    Error,
}

/// Scripts of a domain: limits, and the hooks that have to be there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scripts {
    /// Hooks that a script of the domain must have: `classify`, `validate`, `derive`.
    pub hooks: Vec<toml::Spanned<String>>,
    /// Operations a call.
    pub operations: Option<u64>,
    /// Milliseconds a call.
    pub time_ms: Option<u64>,
    /// Mebibytes a call.
    pub memory_mib: Option<u64>,
}

/// Most that a manifest may allow a script.
pub const MOST: Limits = Limits { operations: 5_000_000, time_ms: 1_000, memory_mib: 128 };

impl Scripts {
    /// The limits, with the defaults for what is left out.
    pub fn limits(&self) -> Limits {
        let standard = Limits::default();
        Limits {
            operations: self.operations.unwrap_or(standard.operations).min(MOST.operations),
            time_ms: self.time_ms.unwrap_or(standard.time_ms).min(MOST.time_ms),
            memory_mib: self.memory_mib.unwrap_or(standard.memory_mib).min(MOST.memory_mib),
        }
    }
}
