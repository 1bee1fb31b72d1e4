//! What is put aside of an encounter for the rules that look at others, as bytes.

use crate::logic::Answer;
use crate::model::day::Day;
use crate::model::day::Span;
use crate::model::ids::CodeId;
use crate::model::ids::RuleId;
use crate::model::moment::Moment;
use crate::model::value::CodeValue;
use crate::model::value::Value;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::Serialize;
use std::borrow::Cow;

/// One encounter as far as others are told of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Head {
    /// When it was, in seconds since 1970-01-01.
    pub moment: i64,
    /// Its id.
    pub id: Option<String>,
    /// The groups that it belongs to.
    pub memberships: Vec<Membership>,
}

/// That an encounter belongs to a group, and what was worked out of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Membership {
    /// The rule whose group it is.
    pub rule: RuleId,
    /// A hash of what those of the group have in common.
    pub key: u128,
    /// What was worked out, in the order of the rule's questions.
    pub values: Vec<Kept>,
}

/// A value.
#[derive(Debug, Serialize, Deserialize)]
pub enum Kept {
    /// Nothing, or what no rule can ask for.
    Absent,
    /// See [`Value::Bool`].
    Bool(bool),
    /// See [`Value::Number`].
    Number(f64),
    /// See [`Value::Money`].
    Money(#[serde(with = "rust_decimal::serde::str")] Decimal),
    /// See [`Value::Text`].
    Text(String),
    /// See [`Value::Day`].
    Day(Day),
    /// See [`Value::Moment`].
    Moment(Moment),
    /// See [`Value::Span`].
    Span(Span),
    /// See [`Value::Choice`].
    Choice(u16),
    /// See [`Value::Step`].
    Step(u16),
    /// See [`Value::Code`].
    Code(Option<CodeId>, String),
}

/// See [`Answer`].
#[derive(Serialize, Deserialize)]
pub struct KeptAnswer {
    value: Kept,
    other: Option<String>,
}

impl Kept {
    /// A value to be kept.
    pub fn of(value: Value<'_>) -> Kept {
        match value {
            Value::Absent | Value::List(_) | Value::Record(_) | Value::Misfit(_) => Kept::Absent,
            Value::Bool(it) => Kept::Bool(it),
            Value::Number(it) => Kept::Number(it),
            Value::Money(it) => Kept::Money(it),
            Value::Text(it) => Kept::Text(it.into_owned()),
            Value::Day(it) => Kept::Day(it),
            Value::Moment(it) => Kept::Moment(it),
            Value::Span(it) => Kept::Span(it),
            Value::Choice(it) => Kept::Choice(it),
            Value::Step(it) => Kept::Step(it),
            Value::Code(it) => Kept::Code(it.code, it.text.into_owned()),
        }
    }

    /// The value that was kept.
    pub fn value(self) -> Value<'static> {
        match self {
            Kept::Absent => Value::Absent,
            Kept::Bool(it) => Value::Bool(it),
            Kept::Number(it) => Value::Number(it),
            Kept::Money(it) => Value::Money(it),
            Kept::Text(it) => Value::Text(Cow::Owned(it)),
            Kept::Day(it) => Value::Day(it),
            Kept::Moment(it) => Value::Moment(it),
            Kept::Span(it) => Value::Span(it),
            Kept::Choice(it) => Value::Choice(it),
            Kept::Step(it) => Value::Step(it),
            Kept::Code(code, text) => Value::Code(CodeValue { code, text: Cow::Owned(text) }),
        }
    }
}

impl KeptAnswer {
    /// An answer to be kept.
    pub fn of(answer: Answer) -> KeptAnswer {
        KeptAnswer { value: Kept::of(answer.value), other: answer.other }
    }

    /// The answer that was kept.
    pub fn answer(self) -> Answer {
        Answer { value: self.value.value(), other: self.other }
    }
}
