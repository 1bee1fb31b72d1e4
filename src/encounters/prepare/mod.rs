//! Fields that are worked out before anything is judged: defaults, then derivations in their order. Imports model,
//! registry, logic.

use crate::logic::Frame;
use crate::logic::Logic;
use crate::logic::Scratch;
use crate::model::encounter::Encounter;
use crate::model::expression::Expression;
use crate::model::expression::Path;
use crate::model::expression::Root;
use crate::model::ids::FieldId;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::value::CodeValue;
use crate::model::value::Value;
use crate::registry::Registry;
use std::borrow::Cow;

/// Sets the defaults and derived fields that the encounter did not bring.
///
/// A derivation sees the defaults and every derivation declared before it.
pub fn prepare(encounter: &mut Encounter<'_>, logic: &Logic, scratch: &mut Scratch) {
    let domain = logic.domain();
    let id = encounter.record;
    let Some(record) = id.get(&domain.records) else { return };
    if logic.needs(id).defaults {
        defaults(encounter, &record.fields, logic, scratch);
    }
    for derivation in domain.derivations.iter().filter(|derivation| derivation.record == id) {
        let Some(kind) = open_kind(encounter, &derivation.field, &record.fields) else { continue };
        let value = work_out(encounter, &derivation.value, logic, scratch);
        set(encounter, &derivation.field, &record.fields, fit(value, kind, logic.registry()));
    }
}

/// The value of an expression, free of the encounter.
fn work_out(
    encounter: &Encounter<'_>,
    expression: &Expression,
    logic: &Logic,
    scratch: &mut Scratch,
) -> Value<'static> {
    Frame::new(logic, encounter, scratch).eval(expression).into_value().into_owned()
}

/// Defaults ask the whole encounter, so each is worked out before its slot is touched.
fn defaults(encounter: &mut Encounter<'_>, fields: &[Field], logic: &Logic, scratch: &mut Scratch) {
    let mut worked_out = Vec::new();
    collect(fields, &mut Vec::new(), &mut |slots, field| {
        let is_there = |slot: &FieldId| slot.get(&encounter.slots).is_some_and(|value| !value.is_absent());
        if matches!(slots, [slot] if is_there(slot)) {
            return;
        }
        let mut frame = Frame::new(logic, encounter, scratch);
        let case = field.default.iter().find(|case| case.when.as_ref().is_none_or(|when| frame.holds(when)));
        if let Some(case) = case {
            let value = frame.eval(&case.value).into_value().into_owned();
            worked_out.push((slots.to_vec(), fit(value, &field.kind, logic.registry())));
        }
    });
    for (slots, value) in worked_out {
        fill(&mut encounter.slots, &slots, &value);
    }
}

fn collect(fields: &[Field], slots: &mut Vec<FieldId>, visit: &mut impl FnMut(&[FieldId], &Field)) {
    for (slot, field) in FieldId::numbered(fields) {
        slots.push(slot);
        if !field.default.is_empty() {
            visit(slots, field);
        }
        let mut kind = &field.kind;
        while let Kind::List(inner) = kind {
            kind = inner;
        }
        if let Kind::Record(fields) = kind {
            collect(fields, slots, visit);
        }
        slots.pop();
    }
}

/// Fills what is absent at the end of a path, in every item of a list on the way; a record that is absent stays so.
fn fill(values: &mut [Value<'_>], slots: &[FieldId], value: &Value<'static>) {
    let Some((slot, rest)) = slots.split_first() else { return };
    let Some(target) = slot.get_mut(values) else { return };
    if !rest.is_empty() {
        fill_inside(target, rest, value);
    } else if target.is_absent() {
        *target = value.clone();
    }
}

fn fill_inside(target: &mut Value<'_>, rest: &[FieldId], value: &Value<'static>) {
    match target {
        Value::Record(slots) => fill(slots, rest, value),
        Value::List(items) => items.iter_mut().for_each(|item| fill_inside(item, rest, value)),
        _ => {}
    }
}

/// The kind of a field that is absent and may be set; `None` if it is there or lies in a list.
fn open_kind<'f>(encounter: &Encounter<'_>, path: &Path, fields: &'f [Field]) -> Option<&'f Kind> {
    if path.root != Root::Encounter {
        return None;
    }
    let (mut fields, mut values, mut kind) = (fields, Some(encounter.slots.as_slice()), None);
    for (place, slot) in path.slots.iter().enumerate() {
        let field = slot.get(fields)?;
        let value = values.and_then(|values| slot.get(values));
        let is_last = place + 1 == path.slots.len();
        if is_last && value.is_some_and(|value| !value.is_absent()) {
            return None;
        }
        values = match value {
            Some(Value::Record(slots)) => Some(slots.as_slice()),
            _ => None,
        };
        fields = match &field.kind {
            Kind::Record(fields) => fields,
            _ => &[],
        };
        kind = Some(&field.kind);
    }
    kind
}

fn set(encounter: &mut Encounter<'_>, path: &Path, fields: &[Field], value: Value<'static>) {
    if matches!(value, Value::Absent) {
        return;
    }
    let (mut fields, mut values) = (fields, &mut encounter.slots);
    let Some((last, way)) = path.slots.split_last() else { return };
    for slot in way {
        let Some(Kind::Record(inner)) = slot.get(fields).map(|field| &field.kind) else { return };
        let Some(target) = slot.get_mut(values) else { return };
        if matches!(target, Value::Absent) {
            *target = Value::Record(vec![Value::Absent; inner.len()]);
        }
        let Value::Record(slots) = target else { return };
        (fields, values) = (inner, slots);
    }
    if let Some(target) = last.get_mut(values) {
        *target = value;
    }
}

/// A worked-out value as its field holds it: a text becomes the choice, step or code it names.
fn fit(value: Value<'static>, kind: &Kind, registry: &Registry) -> Value<'static> {
    let named = |names: &[String], text: &str| {
        names.iter().position(|name| name == text).and_then(|place| u16::try_from(place).ok())
    };
    match (kind, value) {
        // What does not fit the field it was read from says nothing elsewhere, and its text stays where it was.
        (_, Value::Misfit(_)) => Value::Absent,
        (Kind::Code(set), Value::Text(text)) => {
            let code = registry.codes(*set).find(&text);
            Value::Code(CodeValue { code, text: Cow::Owned(text.into_owned()) })
        }
        (Kind::Choice(names), Value::Text(text)) => named(names, &text).map_or(Value::Absent, Value::Choice),
        (Kind::Ladder(names), Value::Text(text)) => named(names, &text).map_or(Value::Absent, Value::Step),
        (Kind::Date, Value::Moment(moment)) => Value::Day(moment.day()),
        (Kind::List(inner), Value::List(items)) => {
            Value::List(items.into_iter().map(|item| fit(item, inner, registry)).collect())
        }
        (Kind::List(_), Value::Absent) => Value::Absent,
        (Kind::List(inner), one) => Value::List(vec![fit(one, inner, registry)]),
        (Kind::Record(fields), Value::Record(slots)) => Value::Record(
            slots.into_iter().zip(fields).map(|(value, field)| fit(value, &field.kind, registry)).collect(),
        ),
        (_, value) => value,
    }
}
