//! The record's own names, numbers and addresses: what its hidden fields hold is searched in its texts first.

use super::decide::Planned;
use super::decide::Shape;
use super::text::Known;
use crate::model::policy::Treatment;
use crate::model::text_kind::Kind;
use crate::model::value::Value;

/// Adds what a record's hidden fields hold.
pub(super) fn gather(known: &mut Known, plan: &[Planned], slots: &[Value<'_>]) {
    for (planned, value) in plan.iter().zip(slots) {
        field(known, planned, &planned.shape, value);
    }
}

fn field(known: &mut Known, planned: &Planned, shape: &Shape, value: &Value<'_>) {
    match (shape, value) {
        (Shape::Record(plan), Value::Record(slots)) => gather(known, plan, slots),
        (Shape::List(item), Value::List(values)) => {
            for value in values {
                field(known, planned, item, value);
            }
        }
        (_, Value::Text(text)) if planned.treatment != Treatment::Keep => {
            known.add(text, kind(planned.identifies.as_deref()));
        }
        (Shape::Code(_), Value::Code(code)) if code.code.is_none() => known.add(&code.text, Kind::Other),
        (_, Value::Misfit(text)) => known.add(text, Kind::Other),
        _ => {}
    }
}

/// Adds every text and long number of a value that no record declares.
pub(super) fn gather_undeclared(known: &mut Known, value: &serde_json::Value) {
    match value {
        serde_json::Value::String(text) => known.add(text, Kind::Other),
        serde_json::Value::Number(number) => known.add(&number.to_string(), Kind::OtherId),
        serde_json::Value::Array(items) => items.iter().for_each(|item| gather_undeclared(known, item)),
        serde_json::Value::Object(fields) => fields.values().for_each(|item| gather_undeclared(known, item)),
        _ => {}
    }
}

fn kind(identifies: Option<&str>) -> Kind {
    match identifies {
        Some("person" | "provider") => Kind::Name,
        Some("place") => Kind::Address,
        Some("contact") => Kind::Phone,
        Some("account") => Kind::Account,
        Some("device") => Kind::DeviceId,
        Some("vehicle") => Kind::Vehicle,
        _ => Kind::Other,
    }
}
