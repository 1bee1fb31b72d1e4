//! The fields of a record under construction, and the ways to them.

use crate::model::reader::TargetStep;
use serde_json::Map;
use serde_json::Value;

/// The fields of a record, under construction.
pub(super) type Fields = Map<String, Value>;

/// The names of a way, with dots between them.
pub(super) fn target_name(target: &[TargetStep]) -> String {
    let mut name = String::new();
    for step in target {
        if let TargetStep::Name(part) = step {
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(part);
        }
    }
    name
}

/// Sets the field at the end of a way.
pub(super) fn put(fields: &mut Fields, target: &[TargetStep], value: Value) {
    if let Some(place) = place(fields, target) {
        *place = value;
    }
}

/// Adds items to the list at the end of a way.
pub(super) fn extend(fields: &mut Fields, target: &[TargetStep], values: Vec<Value>) {
    if !values.is_empty()
        && let Some(list) = list_at(fields, target)
    {
        list.extend(values);
    }
}

/// The list at the end of a way; it is made if it is not there.
pub(super) fn list_at<'f>(fields: &'f mut Fields, target: &[TargetStep]) -> Option<&'f mut Vec<Value>> {
    let place = place(fields, target)?;
    if !place.is_array() {
        *place = Value::Array(Vec::new());
    }
    place.as_array_mut()
}

/// The place at the end of a way, made on the way.
fn place<'f>(fields: &'f mut Fields, target: &[TargetStep]) -> Option<&'f mut Value> {
    let (TargetStep::Name(first), rest) = target.split_first()? else { return None };
    let mut at = fields.entry(first.clone()).or_insert(Value::Null);
    for step in rest {
        at = match step {
            TargetStep::Name(name) => {
                if !at.is_object() {
                    *at = Value::Object(Fields::new());
                }
                at.as_object_mut()?.entry(name.clone()).or_insert(Value::Null)
            }
            TargetStep::Index(index) => {
                if !at.is_array() {
                    *at = Value::Array(Vec::new());
                }
                let items = at.as_array_mut()?;
                let index = usize::from(*index);
                items.resize(items.len().max(index + 1), Value::Null);
                items.get_mut(index)?
            }
        };
    }
    Some(at)
}

/// The list at the end of a way, if it is there.
pub(super) fn list_there<'f>(fields: &'f mut Fields, target: &[TargetStep]) -> Option<&'f mut Vec<Value>> {
    let (TargetStep::Name(first), rest) = target.split_first()? else { return None };
    let mut at = fields.get_mut(first)?;
    for step in rest {
        at = match step {
            TargetStep::Name(name) => at.get_mut(name)?,
            TargetStep::Index(index) => at.get_mut(usize::from(*index))?,
        };
    }
    at.as_array_mut()
}
