//! Whether an encounter fits its record: fields that have to be there, values of the wrong type.

use crate::model::encounter::Encounter;
use crate::model::outcome::Finding;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::rules::Severity;
use crate::model::value::Value;

/// A finding that no rule of the domain makes.
pub(super) fn finding(rule: &str, severity: Severity, path: String, message: String) -> Finding {
    Finding {
        rule: rule.to_owned(),
        severity,
        path,
        message,
        see: String::new(),
        help: String::new(),
        fix: None,
        extra: Vec::new(),
    }
}

/// Values that do not fit their type: the type is named, never the value.
pub(super) fn misfits(encounter: &Encounter<'_>, found: &mut Vec<Finding>) {
    for (path, kind) in &encounter.misfits {
        found.push(finding(
            "input",
            Severity::Error,
            path.clone(),
            format!("the value does not fit the type `{kind}`"),
        ));
    }
}

/// Required fields that are absent; inside a nested record only if the record is there.
pub(super) fn required(fields: &[Field], slots: &[Value<'_>], found: &mut Vec<Finding>) {
    enter(fields, slots, "", found);
}

fn enter(fields: &[Field], slots: &[Value<'_>], path: &str, found: &mut Vec<Finding>) {
    for (field, value) in fields.iter().zip(slots) {
        let is_worth_a_path = field.is_required || matches!(field.kind, Kind::List(_) | Kind::Record(_));
        if !is_worth_a_path {
            continue;
        }
        let dot = if path.is_empty() { "" } else { "." };
        let path = format!("{path}{dot}{}", field.name);
        if field.is_required && value.is_absent() {
            let title = if field.title.is_empty() { &field.name } else { &field.title };
            found.push(finding("input", Severity::Error, path, format!("the field `{title}` is required and absent")));
        } else {
            visit(&field.kind, value, &path, found);
        }
    }
}

fn visit(kind: &Kind, value: &Value<'_>, path: &str, found: &mut Vec<Finding>) {
    match (kind, value) {
        (Kind::List(inner), Value::List(items)) if matches!(**inner, Kind::Record(_) | Kind::List(_)) => {
            for (place, item) in items.iter().enumerate() {
                visit(inner, item, &format!("{path}[{place}]"), found);
            }
        }
        (Kind::Record(fields), Value::Record(slots)) => enter(fields, slots, path, found),
        _ => {}
    }
}
