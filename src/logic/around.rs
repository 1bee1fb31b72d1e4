//! What an encounter is told of others.

use crate::model::ids::RuleId;
use crate::model::rules::Gathered;
use crate::model::value::Literal;
use crate::model::value::Value;

/// What came of a question about the other encounters.
#[derive(Clone, Default, PartialEq)]
pub struct Answer {
    /// The answer.
    pub value: Value<'static>,
    /// The id of the encounter that gave it, or of the last of those that did.
    pub other: Option<String>,
}

/// What the rules of an encounter are told of the others: for each rule that asks, its answers in the order of its questions.
/// A rule that is not there asks for an encounter that stands alone.
#[derive(Default)]
pub struct Around(pub Vec<(RuleId, Vec<Answer>)>);

impl Around {
    pub(super) fn of(&self, rule: RuleId) -> Option<&[Answer]> {
        self.0.iter().find(|(id, _)| *id == rule).map(|(_, answers)| answers.as_slice())
    }
}

/// What a question comes to where there is no other encounter.
pub fn of_none(what: &Gathered) -> Value<'static> {
    match what {
        Gathered::Any => Value::Bool(false),
        Gathered::Count => Value::Number(0.0),
        Gathered::Sum(Literal::Money(zero)) => Value::Money(*zero),
        Gathered::Sum(_) => Value::Number(0.0),
        Gathered::Least | Gathered::Greatest | Gathered::Previous | Gathered::First => Value::Absent,
    }
}
