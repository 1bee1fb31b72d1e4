//! What a field of an encounter can hold, and what an expression yields.

use super::day::Day;
use super::day::Span;
use super::ids::CodeId;
use super::ids::SetId;
use super::moment::Moment;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::Serialize;
use std::borrow::Cow;

/// One value in a typed slot. Texts borrow from the line that was read wherever they can.
#[derive(Clone, PartialEq, Default)]
pub enum Value<'a> {
    /// Not there, null, or an empty text.
    #[default]
    Absent,
    /// `true` or `false`.
    Bool(bool),
    /// A number or an integer.
    Number(f64),
    /// An amount of money.
    Money(Decimal),
    /// A text.
    Text(Cow<'a, str>),
    /// A day.
    Day(Day),
    /// A day with a time.
    Moment(Moment),
    /// A length of time.
    Span(Span),
    /// A member of `one of (…)`, by its place.
    Choice(u16),
    /// A step of `ladder (…)`, by its place from the lowest.
    Step(u16),
    /// A code of the field's code set.
    Code(CodeValue<'a>),
    /// Several values.
    List(Vec<Value<'a>>),
    /// A nested record, one slot for each of its fields.
    Record(Vec<Value<'a>>),
    /// What was there does not fit the type of the field; the text as it was read, for the redactor only.
    Misfit(Cow<'a, str>),
}

/// A code as it was given, and which code of the set that is.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeValue<'a> {
    /// Which code of the set it is, or `None` if the set has no such code.
    pub code: Option<CodeId>,
    /// The text as it was given.
    pub text: Cow<'a, str>,
}

/// A value that stands in a definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Literal {
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// An amount of money.
    Money(#[serde(with = "rust_decimal::serde::str")] Decimal),
    /// A text.
    Text(String),
    /// A day.
    Day(Day),
    /// A day with a time.
    Moment(Moment),
    /// A length of time.
    Span(Span),
    /// A member of `one of (…)`.
    Choice(u16),
    /// A step of `ladder (…)`.
    Step(u16),
    /// A code of a code set; `None` where the set has no such code at build time, so that it can never be equal.
    Code(SetId, Option<CodeId>),
}

impl Value<'_> {
    /// Whether there is nothing: absent, an empty text, an empty list.
    pub fn is_absent(&self) -> bool {
        match self {
            Value::Absent => true,
            // Most texts begin with what is no blank.
            Value::Text(text) => {
                text.as_bytes().first().is_none_or(|byte| *byte <= b' ' || *byte >= 0x80) && text.trim().is_empty()
            }
            Value::List(items) => items.is_empty(),
            Value::Record(slots) => slots.iter().all(Value::is_absent),
            Value::Code(code) => code.text.is_empty(),
            _ => false,
        }
    }

    /// The same value without a tie to the line it was read from.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Absent => Value::Absent,
            Value::Bool(it) => Value::Bool(it),
            Value::Number(it) => Value::Number(it),
            Value::Money(it) => Value::Money(it),
            Value::Text(it) => Value::Text(Cow::Owned(it.into_owned())),
            Value::Day(it) => Value::Day(it),
            Value::Moment(it) => Value::Moment(it),
            Value::Span(it) => Value::Span(it),
            Value::Choice(it) => Value::Choice(it),
            Value::Step(it) => Value::Step(it),
            Value::Code(it) => Value::Code(CodeValue { code: it.code, text: Cow::Owned(it.text.into_owned()) }),
            Value::List(it) => Value::List(it.into_iter().map(Value::into_owned).collect()),
            Value::Record(it) => Value::Record(it.into_iter().map(Value::into_owned).collect()),
            Value::Misfit(it) => Value::Misfit(Cow::Owned(it.into_owned())),
        }
    }
}

/// Shows the shape, never the content: nothing said about an encounter quotes it.
impl std::fmt::Debug for Value<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Value::Absent => "absent",
            Value::Bool(_) => "bool",
            Value::Number(_) => "number",
            Value::Money(_) => "money",
            Value::Text(_) => "text",
            Value::Day(_) => "date",
            Value::Moment(_) => "datetime",
            Value::Span(_) => "duration",
            Value::Choice(_) => "choice",
            Value::Step(_) => "step",
            Value::Code(_) => "code",
            Value::List(_) => "list",
            Value::Record(_) => "record",
            Value::Misfit(_) => "misfit",
        })
    }
}
