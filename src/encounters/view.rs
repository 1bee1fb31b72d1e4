//! The encounter as an audience sees it, in the slots of its record: what hooks of scripts are given.
//!
//! It is made of what is shown and of nothing else, so whatever a script says is a function of what its audience sees.

use crate::model::day::Day;
use crate::model::moment::Moment;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::value::CodeValue;
use crate::model::value::Value;
use crate::privacy::ShownFields;
use crate::privacy::ShownValue;
use crate::privacy::WITHHELD;
use crate::registry::Registry;
use std::borrow::Cow;

/// The slots of a record; what is not shown, or shown as something that its field cannot hold, is absent.
pub(super) fn slots(shown: &ShownFields<'_>, fields: &[Field], registry: &Registry) -> Vec<Value<'static>> {
    let mut slots = vec![Value::Absent; fields.len()];
    let mut at = 0;
    for (name, value) in shown.declared() {
        // Fields are shown in the order of the record.
        let Some(ahead) = fields.get(at..).and_then(|rest| rest.iter().position(|field| field.name == name)) else {
            continue;
        };
        at += ahead;
        if let (Some(slot), Some(field)) = (slots.get_mut(at), fields.get(at)) {
            *slot = held(value, &field.kind, registry);
        }
    }
    slots
}

fn held(shown: &ShownValue<'_>, kind: &Kind, registry: &Registry) -> Value<'static> {
    match (kind, shown) {
        (Kind::List(item), ShownValue::List(values)) => {
            Value::List(values.iter().map(|value| held(value, item, registry)).collect())
        }
        (Kind::Record(fields), ShownValue::Record(shown)) => Value::Record(slots(shown, fields, registry)),
        (Kind::Bool, ShownValue::Bool(it)) => Value::Bool(*it),
        (Kind::Number | Kind::Integer, ShownValue::Number(it) | ShownValue::Rounded(it)) => Value::Number(*it),
        (Kind::Money(_), ShownValue::Money(it)) => Value::Money(*it),
        (Kind::Date, ShownValue::Day(day)) => Value::Day(*day),
        (Kind::DateTime, ShownValue::Moment(moment)) => Value::Moment(*moment),
        (Kind::Duration, ShownValue::Span(span)) => Value::Span(*span),
        (_, ShownValue::Text(text)) => of_text(text, kind, registry),
        _ => Value::Absent,
    }
}

/// What a field of some kind holds of a text that is shown.
fn of_text(text: &str, kind: &Kind, registry: &Registry) -> Value<'static> {
    let named = |names: &[String]| names.iter().position(|name| name == text).and_then(|it| u16::try_from(it).ok());
    match kind {
        Kind::Text | Kind::Codes(_) => Value::Text(Cow::Owned(text.to_owned())),
        Kind::Choice(names) => named(names).map_or(Value::Absent, Value::Choice),
        Kind::Ladder(names) => named(names).map_or(Value::Absent, Value::Step),
        Kind::Date => Day::parse(text).map_or(Value::Absent, Value::Day),
        Kind::DateTime => Moment::parse(text).map_or(Value::Absent, Value::Moment),
        Kind::Code(_) if text == WITHHELD => Value::Absent,
        Kind::Code(set) => {
            Value::Code(CodeValue { code: registry.codes(*set).find(text), text: Cow::Owned(text.to_owned()) })
        }
        _ => Value::Absent,
    }
}
