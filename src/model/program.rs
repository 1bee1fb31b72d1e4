//! What definitions compile to, besides the code sets: everything an encounter is judged by.

use super::calendar::Calendar;
use super::content::Crosswalk;
use super::ids::SetId;
use super::policy::Label;
use super::policy::LabelRule;
use super::policy::Policy;
use super::policy::Purpose;
use super::reader::Reader;
use super::record::Record;
use super::rules::Classifier;
use super::rules::Derivation;
use super::rules::Mark;
use super::rules::Rule;
use super::rules::Severity;
use super::rules::Table;
use serde::Deserialize;
use serde::Serialize;

/// Lists of words by which a text says that something is not so, may be so only, or is so of a relative.
pub const CUE_LISTS: [&str; 12] = [
    "negation-none",
    "negation-not",
    "negation-denies",
    "negation-after",
    "negation-last",
    "negation-both",
    "negation-ends",
    "negation-or",
    "negation-turns",
    "uncertain",
    "uncertain-both",
    "family-history",
];

/// What all domains of a registry share.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Shared {
    /// Names of the code sets, by place in the registry.
    pub sets: Vec<String>,
    /// Labels, by place.
    pub labels: Vec<Label>,
    /// Which codes have a label, since when and who says so.
    pub label_rules: Vec<LabelRule>,
    /// What disclosures are for.
    pub purposes: Vec<Purpose>,
    /// Policies of the domain `shared`, under which every domain stands.
    pub policies: Vec<Policy>,
    /// Names of the domains, by place.
    pub domains: Vec<String>,
    /// Word lists of the redactor (names, cues): name, words. From `domains/shared`.
    pub lists: Vec<(String, Vec<String>)>,
}

/// One domain.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Domain {
    /// Name of its folder.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// Audience where none is given.
    pub default_audience: String,
    /// Records; the first is the one where none is named.
    pub records: Vec<Record>,
    /// How files of others become its encounters.
    pub readers: Vec<Reader>,
    /// Its own words of the lists of [`CUE_LISTS`], beside those that all domains share.
    pub cues: Vec<(String, Vec<String>)>,
    /// Phrases that some expression looks for, as written.
    pub phrases: Vec<String>,
    /// Patterns that some expression looks for, as written.
    pub patterns: Vec<String>,
    /// Classifiers, one a code set and record.
    pub classifiers: Vec<Classifier>,
    /// Rules, in the order of their names.
    pub rules: Vec<Rule>,
    /// Rules of the domain that it extends of which it says something else.
    pub switched: Vec<Switched>,
    /// Decision tables.
    pub tables: Vec<Table>,
    /// Calendars that its expressions may name: its own, then those of `shared`.
    pub calendars: Vec<Calendar>,
    /// Derivations, in order.
    pub derivations: Vec<Derivation>,
    /// Labels that encounters get from what they say, in the order of the records.
    pub marks: Vec<Mark>,
    /// Policies of the domain itself; they add to those of `shared`.
    pub policies: Vec<Policy>,
    /// Crosswalks of the domain.
    pub crosswalks: Vec<Crosswalk>,
    /// Scripts: file name and text.
    pub scripts: Vec<(String, String)>,
    /// Limits of its scripts.
    pub limits: Limits,
    /// Code sets this domain defines or adds to, by place.
    pub sets: Vec<SetId>,
    /// Nothing of it is shown without an audit log. Given in `domain.toml`, table `[audit]`.
    pub requires_audit: bool,
}

/// A rule of the domain that is extended, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switched {
    /// The rule.
    pub rule: String,
    /// Its severity from now on; `None` if it is off.
    pub severity: Option<Severity>,
    /// Why.
    pub because: String,
}

/// What a script may cost. Given in `domain.toml`, table `[scripts]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Operations a call.
    pub operations: u64,
    /// Milliseconds of wall clock a call.
    pub time_ms: u64,
    /// Mebibytes a call.
    pub memory_mib: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { operations: 200_000, time_ms: 50, memory_mib: 32 }
    }
}
