//! Who is asking, and what they may see.

use super::expression::Path;
use serde::Deserialize;
use serde::Serialize;

/// Why a field or code is sensitive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Name.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// Where it comes from; may be empty.
    pub see: String,
}

/// What one audience may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Name.
    pub name: String,
    /// Version, shown as `name@version`.
    pub version: u32,
    /// Who asks.
    pub audience: String,
    /// What for; may be empty.
    pub purpose: String,
    /// Name for people.
    pub title: String,
    /// What happens to fields, in the order written. The strictest wins, but a path beats a selector.
    pub fields: Vec<FieldLine>,
    /// What happens to free text.
    pub texts: Vec<TextLine>,
    /// What happens to codes with a label.
    pub codes: Vec<CodeLine>,
    /// Whether candidates are shown.
    pub candidates: Showing,
    /// Whether findings are shown.
    pub findings: Showing,
    /// Counts below this are suppressed in statistics.
    pub counts_under: Option<u32>,
    /// Further counts are suppressed so that none can be worked out.
    pub counts_complement: bool,
}

/// One line about fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldLine {
    /// Which.
    pub fields: Selector,
    /// What happens.
    pub operator: Treatment,
}

/// Which fields a line speaks of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Selector {
    /// Fields that identify one of these kinds; of any kind if empty.
    Identifying(Vec<String>),
    /// Quasi-identifiers.
    QuasiIdentifying,
    /// Dates and date-times.
    Dates,
    /// Free texts.
    Free,
    /// Fields with a label; any label if `None`.
    Labelled(Option<u16>),
    /// Fields that no record declares.
    Undeclared,
    /// One field by its name, in whichever record has it: `persons.name`.
    Named(String),
    /// One field of one record: place of the record in its domain, path.
    At(u16, Path),
}

/// What happens to a value, mildest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Treatment {
    /// Stays.
    Keep,
    /// The day of a date-time.
    Day,
    /// The month of a date.
    Month,
    /// The year of a date.
    Year,
    /// Ages over 89 become 90.
    Age90,
    /// Numbers, in bands of so many.
    Band(u32),
    /// The hundred block of an address.
    Block,
    /// Three digits of a ZIP code.
    Zip3,
    /// The group a code stands in.
    Group,
    /// The first so many characters.
    First(u32),
    /// The last so many characters.
    Last(u32),
    /// A keyed token, the same for the same value and audience.
    Pseudonym,
    /// A mark instead of it.
    Mask,
    /// Gone.
    Remove,
}

/// What happens to free text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextLine {
    /// Stays as it is.
    Keep,
    /// Gone.
    Remove,
    /// What names these kinds is replaced; all kinds if empty. The text may hold `{kind}`.
    Mask(Vec<String>, String),
}

/// What happens to codes with a label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeLine {
    /// Labels, by place; any label if empty.
    pub labels: Vec<u16>,
    /// What happens.
    pub treatment: CodeTreatment,
}

/// What happens to a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CodeTreatment {
    /// Stays.
    Keep,
    /// The nearest group outside the labelled codes.
    RollUp,
    /// A neutral mark.
    Withhold,
}

/// How much of candidates or findings is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Showing {
    /// Whole.
    #[default]
    Keep,
    /// The rule and severity, no message.
    CodesOnly,
    /// Nothing.
    Remove,
}
