//! What an expression yields: a value of the encounter by reference, one that was worked out, or several.

use crate::model::value::Value;

/// What an expression yields. A list that a path went through comes as `Many`, without the lists in between.
#[derive(Clone)]
pub enum Seen<'e> {
    /// A value where it stands.
    One(&'e Value<'e>),
    /// A value that was worked out.
    Owned(Value<'e>),
    /// Values that a path through lists met, none of them a list.
    Many(Vec<&'e Value<'e>>),
}

pub(crate) static ABSENT: Value<'static> = Value::Absent;

impl<'e> Seen<'e> {
    /// Nothing.
    pub fn absent() -> Seen<'e> {
        Seen::One(&ABSENT)
    }

    /// Whether there is nothing that could be compared: what does not fit its type counts as nothing.
    pub fn is_absent(&self) -> bool {
        !self.any(|_| true)
    }

    /// The value if it is one; absent if it is a list.
    pub fn single(&self) -> &Value<'e> {
        match self {
            Seen::One(Value::List(items)) | Seen::Owned(Value::List(items)) => match items.as_slice() {
                [one] => one,
                _ => &ABSENT,
            },
            Seen::One(value) => value,
            Seen::Owned(value) => value,
            Seen::Many(values) => match values.as_slice() {
                [one] => one,
                _ => &ABSENT,
            },
        }
    }

    /// Whether the test holds for one at least of the values; absent values are not asked.
    pub fn any(&self, mut test: impl FnMut(&Value<'e>) -> bool) -> bool {
        let mut ask = |value: &Value<'e>| !is_gone(value) && test(value);
        match self {
            Seen::One(Value::List(items)) | Seen::Owned(Value::List(items)) => items.iter().any(ask),
            Seen::One(value) => ask(value),
            Seen::Owned(value) => ask(value),
            Seen::Many(values) => values.iter().any(|value| ask(value)),
        }
    }

    /// Every value that is there, one after the other.
    pub fn each(&self, mut visit: impl FnMut(&Value<'e>)) {
        self.any(|value| {
            visit(value);
            false
        });
    }

    /// Every value, those too that no comparison takes part in.
    pub(crate) fn each_raw(&self, mut visit: impl FnMut(&Value<'e>)) {
        match self {
            Seen::One(Value::List(items)) | Seen::Owned(Value::List(items)) => items.iter().for_each(visit),
            Seen::One(value) => visit(value),
            Seen::Owned(value) => visit(value),
            Seen::Many(values) => values.iter().for_each(|value| visit(value)),
        }
    }

    /// Number of values that are there.
    pub fn count(&self) -> usize {
        let mut count = 0;
        self.each(|_| count += 1);
        count
    }

    /// As one value; several become a list.
    pub fn into_value(self) -> Value<'e> {
        match self {
            Seen::One(value) => value.clone(),
            Seen::Owned(value) => value,
            Seen::Many(values) => Value::List(values.into_iter().cloned().collect()),
        }
    }

    /// As an answer: a `bool` as it is, anything else whether it is there.
    pub fn is_true(&self) -> bool {
        self.any(|value| !matches!(value, Value::Bool(false)))
    }
}

/// Whether a value can take part in no comparison. A record in a list is there even if all its fields are blank: it was sent.
pub(crate) fn is_gone(value: &Value<'_>) -> bool {
    match value {
        Value::Misfit(_) => true,
        Value::Number(_) | Value::Money(_) | Value::Choice(_) | Value::Step(_) | Value::Bool(_) | Value::Record(_) => {
            false
        }
        other => other.is_absent(),
    }
}
