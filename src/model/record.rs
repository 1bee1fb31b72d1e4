//! The record: which fields an encounter of a domain has.

use super::expression::Expression;
use serde::Deserialize;
use serde::Serialize;

/// The fields of an encounter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Name within the domain.
    pub name: String,
    /// Name for people; may be empty.
    pub title: String,
    /// Fields, by slot.
    pub fields: Vec<Field>,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Name, as it stands in the input.
    pub name: String,
    /// Name for people; may be empty.
    pub title: String,
    /// What it holds.
    pub kind: Kind,
    /// A finding says so when it is absent.
    pub is_required: bool,
    /// What it is when it is absent: the first case that holds.
    pub default: Vec<DefaultCase>,
    /// What it is for privacy.
    pub privacy: Privacy,
    /// Its day decides which release and which dated code applies.
    pub dates_encounter: bool,
}

/// One case of a default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DefaultCase {
    /// The value.
    pub value: Expression,
    /// When it applies; always if `None`.
    pub when: Option<Expression>,
}

/// What a field is for privacy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Privacy {
    /// `identifies KIND`: person, place, contact, account, …
    pub identifies: Option<String>,
    /// Identifies together with others.
    pub is_quasi_identifier: bool,
    /// Free text: searched for phrases, redacted as text.
    pub is_free: bool,
    /// `sensitive LABEL`, by place in the program's labels.
    pub label: Option<u16>,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Kind {
    /// A text.
    Text,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// An amount of money.
    Money,
    /// `true` or `false`.
    Bool,
    /// A day.
    Date,
    /// A day with a time.
    DateTime,
    /// A length of time.
    Duration,
    /// `one of (…)`.
    Choice(Vec<String>),
    /// `ladder (… < …)`, lowest first.
    Ladder(Vec<String>),
    /// `code in SET`, by place in the registry.
    Code(u16),
    /// `list of …`.
    List(Box<Kind>),
    /// A nested record.
    Record(Vec<Field>),
}

impl Record {
    /// The slot of a top-level field.
    pub fn slot(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }
}
