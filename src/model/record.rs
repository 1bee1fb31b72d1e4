//! The record: which fields an encounter of a domain has.

use super::expression::Expression;
use super::ids::LabelId;
use super::ids::SetId;
use super::money::Currency;
use serde::Deserialize;
use serde::Serialize;

/// The fields of an encounter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Name within the domain.
    pub name: String,
    /// Name for people; may be empty.
    pub title: String,
    /// Name of the time zone in which its date-times without an offset are meant, and days and hours are told.
    pub zone: Option<String>,
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
    /// What files of others call it.
    pub also: Vec<String>,
    /// What somebody at a desk is asked where it is absent; empty if nobody is.
    pub ask: String,
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
#[expect(clippy::struct_excessive_bools, reason = "what an author may say of a field, each by itself")]
pub struct Privacy {
    /// `identifies KIND`: person, place, contact, account, …
    pub identifies: Option<String>,
    /// Identifies together with others.
    pub is_quasi_identifier: bool,
    /// Free text: searched for phrases, redacted as text.
    pub is_free: bool,
    /// `sensitive LABEL`.
    pub label: Option<LabelId>,
    /// `subject`: tells whose record it is, so that all of one subject's dates move alike.
    pub is_subject: bool,
    /// `signal`: speaks of what the codes say (a department, a test), and is withheld with them.
    pub is_signal: bool,
    /// It holds a `consent`.
    pub is_consent: bool,
    /// `plain`: anybody may see it unless a policy says otherwise.
    pub is_plain: bool,
    /// `codes of (…)`: a text that may be a code of these sets.
    pub code_sets: Vec<SetId>,
}

impl Privacy {
    /// Whether the record says what the field is for privacy.
    pub fn has_class(&self) -> bool {
        self.is_plain
            || self.identifies.is_some()
            || self.is_quasi_identifier
            || self.is_free
            || self.label.is_some()
            || self.is_signal
            || self.is_consent
    }
}

impl Field {
    /// Whether `keep plain` shows it: the record says so or, if it says nothing, it can hold known values only.
    pub fn is_plain(&self) -> bool {
        self.privacy.is_plain || !self.privacy.has_class() && self.holds_known_values()
    }

    /// Whether nobody said what it is for privacy, and its type does not tell: a text, a number, a date.
    pub fn is_unclassified(&self) -> bool {
        !self.privacy.has_class() && !self.holds_known_values() && !matches!(self.kind.innermost(), Kind::Record(_))
    }

    /// A choice, a step, a truth, a code: what is none of the known values does not fit.
    fn holds_known_values(&self) -> bool {
        let is_closed = matches!(
            self.kind.innermost(),
            Kind::Bool | Kind::Choice(_) | Kind::Ladder(_) | Kind::Code(_) | Kind::Codes(_)
        );
        is_closed || !self.privacy.code_sets.is_empty()
    }
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
    /// An amount of money, in a currency if one is declared.
    Money(Option<Currency>),
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
    /// `code in SET`.
    Code(SetId),
    /// `list of …`.
    List(Box<Kind>),
    /// A nested record.
    Record(Vec<Field>),
    /// `code in one of (SET, …)`: a code of the first of these sets that has it; the value is its text.
    Codes(Vec<SetId>),
}

/// The fields of a `consent`, in this order. Texts are lists; what is absent does not restrict.
pub const CONSENT_FIELDS: [&str; 7] = ["labels", "audiences", "purposes", "states", "granted", "expires", "revoked"];

impl Kind {
    /// The kind of the items, of lists of lists too.
    pub fn innermost(&self) -> &Kind {
        match self {
            Kind::List(item) => item.innermost(),
            kind => kind,
        }
    }

    /// The record that `consent` stands for: who consents to what, for whom, what for, from when until when.
    pub fn consent() -> Kind {
        let field = |(place, name): (usize, &&str)| Field {
            name: (*name).to_owned(),
            title: String::new(),
            kind: if place < 4 { Kind::List(Box::new(Kind::Text)) } else { Kind::Date },
            is_required: false,
            default: Vec::new(),
            privacy: Privacy::default(),
            dates_encounter: false,
            also: Vec::new(),
            ask: String::new(),
        };
        Kind::Record(CONSENT_FIELDS.iter().enumerate().map(field).collect())
    }
}

impl Record {
    /// Whether a field speaks of what the codes say.
    pub fn has_signals(&self) -> bool {
        any_signal(&self.fields)
    }

    /// The slot of a top-level field.
    pub fn slot(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }
}

fn any_signal(fields: &[Field]) -> bool {
    fields.iter().any(|field| {
        let mut kind = &field.kind;
        while let Kind::List(inner) = kind {
            kind = inner;
        }
        field.privacy.is_signal || matches!(kind, Kind::Record(inner) if any_signal(inner))
    })
}
