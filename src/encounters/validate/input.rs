//! Whether an encounter fits its record: fields that have to be there, values of the wrong type.

use crate::model::encounter::EXACT;
use crate::model::encounter::Encounter;
use crate::model::encounter::TWICE;
use crate::model::outcome::Choices;
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
        choices: Choices::default(),
        extra: Vec::new(),
        other: None,
    }
}

/// Values that do not fit their type: the type is named and what would fit, never the value, nor what is near to it.
pub(super) fn misfits(encounter: &Encounter<'_>, fields: &[Field], found: &mut Vec<Finding>) {
    for (path, kind) in &encounter.misfits {
        let words = words(fields, path, kind);
        found.push(finding(
            "input",
            Severity::Error,
            path.clone(),
            format!("the value does not fit the type `{kind}`{words}{}", example(kind)),
        ));
    }
}

/// Most values of a field that a message lists.
const MOST_WORDS: usize = 16;

/// The values that a choice or a step at a path may have. They are those of the record, whatever was written.
fn words(fields: &[Field], path: &str, kind: &str) -> String {
    let Some(Kind::Choice(words) | Kind::Ladder(words)) =
        kind_at(fields, path).filter(|_| matches!(kind, "choice" | "step"))
    else {
        return String::new();
    };
    let listed: Vec<String> = words.iter().take(MOST_WORDS).map(|word| format!("`{word}`")).collect();
    let more = words.len().saturating_sub(MOST_WORDS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(": it may be {}{more}", listed.join(", "))
}

/// What the field at a path such as `victims[0].sex` holds.
fn kind_at<'f>(fields: &'f [Field], path: &str) -> Option<&'f Kind> {
    let (mut fields, mut kind) = (fields, None);
    for step in path.split('.') {
        let name = step.split('[').next().unwrap_or_default();
        let inner = fields.iter().find(|field| field.name == name)?.kind.innermost();
        fields = if let Kind::Record(fields) = inner { fields } else { &[] };
        kind = Some(inner);
    }
    kind
}

/// How a value of the type is written, where people write it in many ways.
fn example(kind: &str) -> &'static str {
    match kind {
        "date" => ": write it such as 2026-03-01, or say in a reader how it is written",
        "datetime" => ": write it such as 2026-03-01T14:05, or say in a reader how it is written",
        "money" => ": write it such as 1234.50",
        "number" => ": write it in digits, such as 12.5",
        "integer" => ": write it in digits, such as 12",
        "bool" => ": write `true` or `false`",
        "list" => ": write it such as [\"a\", \"b\"]",
        EXACT => ": it has more digits than a number keeps; a field of type `text` keeps all",
        TWICE => ": the field stands there twice, and its last value counts",
        _ => "",
    }
}

/// Required fields that are absent; inside a nested record only if the record is there.
pub(super) fn required(fields: &[Field], slots: &[Value<'_>], found: &mut Vec<Finding>) {
    enter(fields, slots, &Way { above: None, step: Step::Top }, found);
}

/// The way to where one is; it is written out only for a finding.
struct Way<'w> {
    above: Option<&'w Way<'w>>,
    step: Step<'w>,
}

enum Step<'w> {
    Top,
    Field(&'w str),
    Item(usize),
}

impl Way<'_> {
    fn written(&self) -> String {
        let above = self.above.map(Way::written).unwrap_or_default();
        match self.step {
            Step::Top => above,
            Step::Field(name) if above.is_empty() => name.to_owned(),
            Step::Field(name) => format!("{above}.{name}"),
            Step::Item(place) => format!("{above}[{place}]"),
        }
    }
}

fn enter(fields: &[Field], slots: &[Value<'_>], way: &Way<'_>, found: &mut Vec<Finding>) {
    for (field, value) in fields.iter().zip(slots) {
        let is_missing = field.is_required && value.is_absent();
        if !is_missing && !matches!(value, Value::List(_) | Value::Record(_)) {
            continue;
        }
        let way = Way { above: Some(way), step: Step::Field(&field.name) };
        if is_missing {
            let title = if field.title.is_empty() { String::new() } else { format!(" ({})", field.title) };
            let message = format!("the field `{}`{title} is required and absent", field.name);
            found.push(finding("input", Severity::Error, way.written(), message));
        } else {
            visit(&field.kind, value, &way, found);
        }
    }
}

fn visit(kind: &Kind, value: &Value<'_>, way: &Way<'_>, found: &mut Vec<Finding>) {
    match (kind, value) {
        (Kind::List(inner), Value::List(items)) if matches!(**inner, Kind::Record(_) | Kind::List(_)) => {
            for (place, item) in items.iter().enumerate() {
                visit(inner, item, &Way { above: Some(way), step: Step::Item(place) }, found);
            }
        }
        (Kind::Record(fields), Value::Record(slots)) => enter(fields, slots, way, found),
        _ => {}
    }
}
