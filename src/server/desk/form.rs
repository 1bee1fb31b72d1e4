//! The form beside the box: the fields of a record from its definition, and a record from the fields of a form.

use super::words::Language;
use crate::encounters::near::free_field;
use crate::model::ids::SetId;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::registry::Registry;
use crate::server::api::places;
use maud::Markup;
use maud::html;
use serde_json::Map;
use serde_json::Number;
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What begins the name of a form's field that is a field of the record.
const FIELD: &str = "f:";

/// A form as it came in.
#[derive(Debug, Default, Clone)]
pub struct Typed {
    /// What stands in the box.
    pub text: String,
    /// Fields by path.
    pub fields: Vec<(String, String)>,
    /// Codes picked: set and code.
    pub picked: Vec<(String, String)>,
    /// Fields that are not asked about again, by path: the answer was that nobody knows.
    pub silent: Vec<String>,
    /// The code set that is searched; all if empty.
    pub set: String,
    /// What is to be done.
    pub act: String,
    /// The audience of the glass, if it is held.
    pub glass: String,
}

impl Typed {
    /// Reads a form.
    pub fn new(pairs: Vec<(String, String)>) -> Typed {
        let mut typed = Typed::default();
        for (name, value) in pairs {
            match name.as_str() {
                "text" => typed.text = value.replace("\r\n", "\n"),
                "set" => typed.set = value,
                "act" => typed.act = value,
                "glass" => typed.glass = value,
                "silent" => typed.silent.push(value),
                "picked" => {
                    typed.picked.extend(value.split_once('|').map(|(set, code)| (set.to_owned(), code.to_owned())));
                }
                _ => {
                    if let Some(path) = name.strip_prefix(FIELD) {
                        typed.fields.push((path.to_owned(), value));
                    }
                }
            }
        }
        typed
    }

    /// The value of a field.
    pub fn value(&self, path: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == path).map_or("", |(_, value)| value)
    }

    /// The record that was typed. Codes that were picked go to the first field of their set that has room.
    pub fn record(&self, fields: &[Field], registry: &Registry) -> Value {
        let mut record = Map::new();
        let mut set = |path: &[&str], value: Value| put(&mut record, path, value);
        for (path, field) in scalars(fields, "") {
            let text = self.value(&path).trim();
            if !text.is_empty() {
                set(&path.split('.').collect::<Vec<_>>(), converted(text, &field.kind));
            }
        }
        if let Some(path) = free_field(fields)
            && !self.text.trim().is_empty()
        {
            set(&path, Value::from(self.text.as_str()));
        }
        for (name, code) in &self.picked {
            if let Some(id) = registry.set(name) {
                place(&mut record, fields, id, code);
            }
        }
        Value::Object(record)
    }
}

/// Fields that hold one value, with their paths; those inside records too, and those of the first item of a list of
/// records. Lists that hold codes are filled by picking.
pub fn scalars<'r>(fields: &'r [Field], above: &str) -> Vec<(String, &'r Field)> {
    let mut found = Vec::new();
    for field in fields {
        let path = if above.is_empty() { field.name.clone() } else { format!("{above}.{}", field.name) };
        match &field.kind {
            Kind::Record(_) if field.privacy.is_consent => {}
            Kind::Record(inner) => found.extend(scalars(inner, &path)),
            Kind::List(item) => {
                if let Kind::Record(inner) = item.as_ref()
                    && !field.privacy.is_consent
                    && !holds_code(inner)
                {
                    found.extend(scalars(inner, &format!("{path}[0]")));
                }
            }
            _ => found.push((path, field)),
        }
    }
    found
}

fn holds_code(fields: &[Field]) -> bool {
    fields.iter().any(|field| match field.kind.innermost() {
        Kind::Code(_) => true,
        Kind::Record(inner) => holds_code(inner),
        _ => !field.privacy.code_sets.is_empty(),
    })
}

fn converted(text: &str, kind: &Kind) -> Value {
    match kind {
        Kind::Bool => match text {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            other => Value::from(other),
        },
        // A number that is none stays a text, and a finding says so.
        Kind::Number | Kind::Integer => {
            let whole = text.parse::<i64>().map(Number::from).ok();
            let number = whole.or_else(|| text.parse::<f64>().ok().and_then(Number::from_f64));
            number.map_or_else(|| Value::from(text), Value::Number)
        }
        _ => Value::from(text),
    }
}

fn put(record: &mut Map<String, Value>, path: &[&str], value: Value) {
    match path {
        [] => {}
        [name] => {
            record.insert((*name).to_owned(), value);
        }
        [name, rest @ ..] => {
            let (name, is_item) = name.strip_suffix("[0]").map_or((*name, false), |name| (name, true));
            let empty = || Value::Object(Map::new());
            let new = || if is_item { Value::Array(vec![empty()]) } else { empty() };
            let inner = match record.entry(name.to_owned()).or_insert_with(new) {
                Value::Array(items) => items.first_mut(),
                other => Some(other),
            };
            if let Some(Value::Object(inner)) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// Puts a code into the first field of its set that has room: an empty field, or a list.
fn place(record: &mut Map<String, Value>, fields: &[Field], set: SetId, code: &str) -> bool {
    for field in fields {
        let is_taken = record.contains_key(&field.name);
        match &field.kind {
            Kind::Code(of) if *of == set && !is_taken => {
                record.insert(field.name.clone(), Value::from(code));
                return true;
            }
            Kind::Text | Kind::Codes(_) if field.privacy.code_sets.contains(&set) && !is_taken => {
                record.insert(field.name.clone(), Value::from(code));
                return true;
            }
            Kind::List(item) => {
                let value = match item.as_ref() {
                    Kind::Code(of) if *of == set => Some(Value::from(code)),
                    Kind::Record(inner) => {
                        let mut object = Map::new();
                        place(&mut object, inner, set, code).then_some(Value::Object(object))
                    }
                    _ => None,
                };
                let list = value
                    .map(|value| (record.entry(field.name.clone()).or_insert_with(|| Value::Array(Vec::new())), value));
                if let Some((Value::Array(list), value)) = list {
                    list.push(value);
                    return true;
                }
            }
            Kind::Record(inner) => {
                let mut object = match record.get(&field.name) {
                    Some(Value::Object(object)) => object.clone(),
                    _ => Map::new(),
                };
                if place(&mut object, inner, set, code) {
                    record.insert(field.name.clone(), Value::Object(object));
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

/// The fields as people fill them in, without the text of the box: first those that every encounter needs, that date it or
/// that codes ask for (`wanted`, with how many codes do), then the others, folded.
pub fn inputs(language: Language, fields: &[Field], typed: &Typed, wanted: &BTreeMap<String, usize>) -> Markup {
    let free = free_field(fields).map(|path| path.join(".")).unwrap_or_default();
    let all = scalars(fields, "").into_iter().filter(|(path, _)| *path != free);
    let count = |path: &str| wanted.get(&path.replace("[0]", "")).copied().unwrap_or(0);
    let is_first = |(path, field): &(String, &Field)| {
        field.is_required || field.dates_encounter || count(path) > 0 || !typed.value(path).is_empty()
    };
    let (mut first, rest): (Vec<_>, Vec<_>) = all.partition(is_first);
    let rank = |(path, field): &(String, &Field)| (!(field.is_required || field.dates_encounter), Reverse(count(path)));
    first.sort_by_key(rank);
    html! {
        @for (path, field) in &first { (labelled(language, path, field, typed)) }
        @if !rest.is_empty() {
            details id="more" {
                summary { (language.say("more-fields")) " (" (rest.len()) ")" }
                @for (path, field) in &rest { (labelled(language, path, field, typed)) }
            }
        }
    }
}

fn labelled(language: Language, path: &str, field: &Field, typed: &Typed) -> Markup {
    html! {
        div class="field" {
            label for={ "f-" (path) } {
                (path.replace("[0]", ""))
                @if field.is_required { " " abbr title=(language.say("required")) { "*" } }
            }
            (input(language, path, field, typed.value(path)))
            @if !field.title.is_empty() { small id={ "h-" (path) } { (field.title) } }
        }
    }
}

fn input(language: Language, path: &str, field: &Field, value: &str) -> Markup {
    let (name, id) = (format!("{FIELD}{path}"), format!("f-{path}"));
    let help = (!field.title.is_empty()).then(|| format!("h-{path}"));
    let choices: Option<Vec<&str>> = match &field.kind {
        Kind::Bool => Some(vec!["true", "false"]),
        Kind::Choice(names) | Kind::Ladder(names) => Some(names.iter().map(String::as_str).collect()),
        _ => None,
    };
    let shown = |choice: &str| match choice {
        "true" => language.say("yes").to_owned(),
        "false" => language.say("no").to_owned(),
        other => other.to_owned(),
    };
    let kind = match &field.kind {
        Kind::Date => "date",
        Kind::DateTime => "datetime-local",
        _ => "text",
    };
    let mode = if matches!(field.kind, Kind::Number | Kind::Integer | Kind::Money(_)) { Some("decimal") } else { None };
    // Fields of the record itself only, as those are what encounters are found by.
    let is_place = path == field.name && places::is_place(field);
    html! {
        @if let Some(choices) = choices {
            select id=(id) name=(name) aria-describedby=[help] {
                option value="" {}
                @for choice in choices { option value=(choice) selected[choice == value] { (shown(choice)) } }
            }
        } @else if field.privacy.is_free {
            textarea id=(id) name=(name) rows="2" data-place[is_place] aria-describedby=[help] { (value) }
        } @else {
            input id=(id) name=(name) type=(kind) inputmode=[mode] value=(value) autocomplete="off" data-place[is_place]
                aria-describedby=[help];
        }
    }
}
