//! A record, prepared once so that reading needs no look-up but one of a field's name.

use crate::model::day::Day;
use crate::model::ids::FieldId;
use crate::model::ids::RecordId;
use crate::model::ids::SetId;
use crate::model::moment::Moment;
use crate::model::money::Currency;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::record::Record;
use crate::model::value::Value;
use crate::model::zones;
use crate::registry::Registry;
use jiff::tz::TimeZone;
use std::sync::Arc;

/// What reading needs of a record.
pub struct Schema {
    pub(in crate::encounters) record: RecordId,
    pub(super) level: Level,
    pub(super) registry: Arc<Registry>,
    /// Slots of the fields that date the encounter, in the order of their declaration.
    dating: Vec<Vec<FieldId>>,
}

/// The fields of a record or nested record.
pub(super) struct Level {
    /// Names by slot.
    pub names: Vec<String>,
    /// Shapes by slot.
    pub shapes: Vec<Shape>,
    /// Slots in the order of length and name, for the search.
    sorted: Vec<usize>,
    /// Names without regard to capitals, in order: see [`folded`].
    folded: Vec<(String, Option<usize>)>,
}

/// What a field holds, as reading sees it.
pub(super) enum Shape {
    /// A text.
    Text,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// An amount of money.
    Money(Option<Currency>),
    /// `true` or `false`.
    Bool,
    /// A day.
    Date(Option<TimeZone>),
    /// A day with a time.
    DateTime(Option<TimeZone>),
    /// A length of time.
    Duration,
    /// `one of (…)`.
    Choice(Vec<String>),
    /// `ladder (…)`.
    Ladder(Vec<String>),
    /// A code of a set, by place.
    Code(SetId),
    /// A list.
    List(Box<Shape>),
    /// What a consent holds: an empty text is no answer there, and does not fit.
    Said(Box<Shape>),
    /// A nested record.
    Record(Level),
}

impl Schema {
    /// Prepares the record of an id.
    pub fn new(record: &Record, id: RecordId, registry: Arc<Registry>) -> Schema {
        let mut dating = Vec::new();
        find_dating(&record.fields, &mut Vec::new(), &mut dating);
        let zone = record.zone.as_deref().and_then(zones::named);
        Schema { record: id, level: Level::new(&record.fields, zone.as_ref()), registry, dating }
    }

    /// The names and shapes of the top level.
    pub(super) fn level(&self) -> &Level {
        &self.level
    }

    /// The day by which an encounter is judged: that of its first field that `dates encounter` and is present.
    pub(in crate::encounters) fn day(&self, slots: &[Value<'_>]) -> Option<Day> {
        self.dating.iter().find_map(|path| day_at(slots, path))
    }

    /// When an encounter was, in seconds since 1970-01-01: by its first field that `dates encounter` and is present. A day
    /// alone counts as its midnight.
    pub(in crate::encounters) fn moment(&self, slots: &[Value<'_>]) -> Option<i64> {
        self.dating.iter().find_map(|path| {
            let (&slot, rest) = path.split_first()?;
            moment_of(slot.get(slots)?, rest)
        })
    }

    /// The first and the last of the days that the fields which date an encounter name; `None` if they name none, or one
    /// of them does not hold a date.
    pub(super) fn days(&self, slots: &[Value<'_>]) -> Option<(Day, Day)> {
        let mut days = None;
        self.dating.iter().all(|path| widen(&mut days, slots, path)).then_some(days)?
    }
}

impl Level {
    fn new(fields: &[Field], zone: Option<&TimeZone>) -> Level {
        let names: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
        let shapes = fields
            .iter()
            .map(|field| {
                let shape = Shape::of(&field.kind, zone);
                if field.privacy.is_consent { shape.said() } else { shape }
            })
            .collect();
        let mut sorted: Vec<usize> = (0..names.len()).collect();
        sorted.sort_by_key(|&slot| names.get(slot).map(|name| (name.len(), name.clone())));
        let folded = folded(&names);
        Level { names, shapes, sorted, folded }
    }

    /// The slot of a field. `guess` is tried first: fields mostly come in the order of the record.
    pub(super) fn slot(&self, name: &str, guess: usize) -> Option<usize> {
        if self.names.get(guess).is_some_and(|it| it == name) {
            return Some(guess);
        }
        let key = (name.len(), name);
        let found = self.sorted.binary_search_by(|&slot| {
            let it = self.names.get(slot).map_or("", String::as_str);
            (it.len(), it).cmp(&key)
        });
        self.sorted.get(found.ok()?).copied()
    }
}

impl Level {
    /// The slot of the one field that is called so but for capitals, blanks and `-`.
    pub(super) fn near(&self, name: &str) -> Option<usize> {
        // Names of fields are written without such signs, so that no other name can be near to one.
        if name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')) {
            return None;
        }
        let folded = fold(name);
        let at = self.folded.binary_search_by(|(it, _)| it.as_str().cmp(&folded)).ok()?;
        self.folded.get(at).and_then(|(_, slot)| *slot)
    }
}

/// Names as they are folded, in order, each with its slot, or with none where several are the same.
fn folded(names: &[String]) -> Vec<(String, Option<usize>)> {
    let mut all: Vec<(String, Option<usize>)> =
        names.iter().enumerate().map(|(slot, name)| (fold(name), Some(slot))).collect();
    all.sort();
    all.dedup_by(|other, one| {
        let is_same = other.0 == one.0;
        if is_same {
            one.1 = None;
        }
        is_same
    });
    all
}

/// A name without regard to capitals, and with `_` for `-` and blanks.
pub(super) fn fold(name: &str) -> String {
    name.trim()
        .chars()
        .flat_map(char::to_lowercase)
        .map(|sign| if matches!(sign, '-' | ' ') { '_' } else { sign })
        .collect()
}

impl Shape {
    fn of(kind: &Kind, zone: Option<&TimeZone>) -> Shape {
        match kind {
            Kind::Text | Kind::Codes(_) => Shape::Text,
            Kind::Number => Shape::Number,
            Kind::Integer => Shape::Integer,
            Kind::Money(currency) => Shape::Money(*currency),
            Kind::Bool => Shape::Bool,
            Kind::Date => Shape::Date(zone.cloned()),
            Kind::DateTime => Shape::DateTime(zone.cloned()),
            Kind::Duration => Shape::Duration,
            Kind::Choice(words) => Shape::Choice(words.clone()),
            Kind::Ladder(words) => Shape::Ladder(words.clone()),
            Kind::Code(set) => Shape::Code(*set),
            Kind::List(item) => Shape::List(Box::new(Shape::of(item, zone))),
            Kind::Record(fields) => Shape::Record(Level::new(fields, zone)),
        }
    }

    /// The same of a consent, or of a list of them.
    fn said(self) -> Shape {
        match self {
            Shape::List(item) => Shape::List(Box::new(item.said())),
            Shape::Record(mut level) => {
                level.shapes = level.shapes.into_iter().map(|shape| Shape::Said(Box::new(shape))).collect();
                Shape::Record(level)
            }
            shape => shape,
        }
    }

    /// The shape without a word about empty texts.
    pub(super) fn bare(&self) -> &Shape {
        if let Shape::Said(shape) = self { shape } else { self }
    }

    /// The word for it in a finding.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Shape::Text => "text",
            Shape::Number => "number",
            Shape::Integer => "integer",
            Shape::Money(_) => "money",
            Shape::Bool => "bool",
            Shape::Date(_) => "date",
            Shape::DateTime(_) => "datetime",
            Shape::Duration => "duration",
            Shape::Choice(_) => "choice",
            Shape::Ladder(_) => "step",
            Shape::Code(_) => "code",
            Shape::List(_) => "list",
            Shape::Said(shape) => shape.word(),
            Shape::Record(_) => "record",
        }
    }
}

fn find_dating(fields: &[Field], path: &mut Vec<FieldId>, found: &mut Vec<Vec<FieldId>>) {
    for (slot, field) in FieldId::numbered(fields) {
        path.push(slot);
        if field.dates_encounter {
            found.push(path.clone());
        }
        let mut kind = &field.kind;
        while let Kind::List(item) = kind {
            kind = item;
        }
        if let Kind::Record(fields) = kind {
            find_dating(fields, path, found);
        }
        path.pop();
    }
}

fn moment_of(value: &Value<'_>, rest: &[FieldId]) -> Option<i64> {
    match value {
        Value::Day(day) => Some(Moment::midnight(*day).unix()),
        Value::Moment(moment) => Some(moment.unix()),
        Value::List(items) => items.iter().find_map(|item| moment_of(item, rest)),
        Value::Record(slots) => {
            let (&slot, rest) = rest.split_first()?;
            moment_of(slot.get(slots)?, rest)
        }
        _ => None,
    }
}

fn day_at(slots: &[Value<'_>], path: &[FieldId]) -> Option<Day> {
    let (&slot, rest) = path.split_first()?;
    day_of(slot.get(slots)?, rest)
}

/// Takes in the days that stand at a path; `false` if something else stands there.
fn widen(days: &mut Option<(Day, Day)>, slots: &[Value<'_>], path: &[FieldId]) -> bool {
    path.split_first().is_none_or(|(&slot, rest)| slot.get(slots).is_none_or(|value| widen_by(days, value, rest)))
}

fn widen_by(days: &mut Option<(Day, Day)>, value: &Value<'_>, rest: &[FieldId]) -> bool {
    let day = match value {
        Value::Absent => return true,
        Value::List(items) => return items.iter().all(|item| widen_by(days, item, rest)),
        Value::Record(slots) => return widen(days, slots, rest),
        Value::Day(day) => *day,
        Value::Moment(moment) => moment.day(),
        _ => return false,
    };
    *days = Some(days.map_or((day, day), |(first, last)| (first.min(day), last.max(day))));
    true
}

/// The first day there is, in a list that of the first item that has one.
fn day_of(value: &Value<'_>, rest: &[FieldId]) -> Option<Day> {
    match value {
        Value::Day(day) => Some(*day),
        Value::Moment(moment) => Some(moment.day()),
        Value::List(items) => items.iter().find_map(|item| day_of(item, rest)),
        Value::Record(slots) => day_at(slots, rest),
        _ => None,
    }
}
