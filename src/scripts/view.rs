//! The encounter as a script sees it: `encounter.narrative`, `encounter["birth-date"]`, `encounter.victims[0].age`.
//!
//! A script holds handles (a place in the record, and whose), never the values: a text is copied when it is asked for.
//! Undeclared fields are not seen.

use super::call;
use super::call::Answer;
use super::call::MAX_ITEMS;
use super::dates::Date;
use super::dates::Time;
use crate::model::day::Day;
use crate::model::moment::Moment;
use crate::model::money;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::record::Record;
use crate::model::value::CodeValue;
use crate::model::value::Value;
use crate::registry::Registry;
use rhai::Array;
use rhai::Dynamic;
use rhai::Engine;
use rhai::EvalAltResult;
use rhai::ImmutableString;
use rhai::Position;
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

/// Levels of nested records that a handle reaches; an item of a list counts as one more.
const MAX_STEPS: usize = 8;
/// Fields a call may set.
const MAX_SET: usize = 500;
/// Bytes of a text that a script sees; the rest is cut, at a letter.
const SHOWN_BYTES: usize = 60_000;

/// What one encounter held when the hook was called.
pub(super) struct Snapshot {
    record: Arc<Record>,
    held: Mutex<Held>,
    may_set: bool,
}

struct Held {
    slots: Arc<Vec<Value<'static>>>,
    /// What was set.
    changed: Derived,
}

/// What `derive` set: the nested record, the slot in it, the value.
#[derive(Default)]
pub struct Derived(Vec<(Path, usize, Value<'static>)>);

impl Derived {
    /// Whether nothing was set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets it in the slots of a record, as far as what stands there is absent and `may_set` the path of names, such as
    /// `victims.age`. Whether anything was set.
    pub fn set_in(&self, fields: &[Field], slots: &mut Vec<Value<'_>>, may_set: impl Fn(&str) -> bool) -> bool {
        let mut has_set = false;
        for (path, slot, value) in &self.0 {
            if !names_to(fields, path.steps(), *slot).is_some_and(|path| may_set(&path)) {
                continue;
            }
            if let Some(target) = slot_at(fields, slots, path.steps(), *slot).filter(|it| it.is_absent()) {
                *target = value.clone();
                has_set = true;
            }
        }
        has_set
    }

    pub(super) fn append(&mut self, mut more: Derived) {
        self.0.append(&mut more.0);
    }
}

/// A place in an encounter: the whole, or a nested record.
#[derive(Clone)]
pub(super) struct View {
    whole: Arc<Snapshot>,
    path: Path,
}

/// Slots and positions, outermost first.
#[derive(Clone, Copy, Default)]
struct Path {
    steps: [u16; MAX_STEPS],
    count: u8,
}

impl Path {
    fn with(mut self, step: usize) -> Option<Path> {
        *self.steps.get_mut(usize::from(self.count))? = u16::try_from(step).ok()?;
        self.count += 1;
        Some(self)
    }

    fn steps(&self) -> &[u16] {
        self.steps.get(..usize::from(self.count)).unwrap_or_default()
    }
}

impl Snapshot {
    /// Of the slots of a record. `may_set`: the script may set what is absent.
    pub(super) fn new(record: Arc<Record>, slots: Arc<Vec<Value<'static>>>, may_set: bool) -> Arc<Snapshot> {
        Arc::new(Snapshot { record, held: Mutex::new(Held { slots, changed: Derived::default() }), may_set })
    }

    /// What it is a record of.
    pub(super) fn record(&self) -> &Record {
        &self.record
    }

    /// The whole of it.
    pub(super) fn view(self: &Arc<Snapshot>) -> View {
        View { whole: Arc::clone(self), path: Path::default() }
    }

    /// What the script has set, and the slots with it.
    pub(super) fn taken(&self) -> (Derived, Arc<Vec<Value<'static>>>) {
        let mut held = self.held();
        (std::mem::take(&mut held.changed), Arc::clone(&held.slots))
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Registers the type and its fields.
pub(super) fn register(engine: &mut Engine, registry: &Arc<Registry>) {
    let registry = Arc::clone(registry);
    engine.register_type_with_name::<View>("Encounter");
    engine.register_indexer_get(|view: &mut View, name: &str| get(view, name));
    engine.register_indexer_set(move |view: &mut View, name: &str, value: Dynamic| set(view, name, &value, &registry));
    engine.register_fn("fields", |view: &mut View| -> Array {
        fields_at(&view.whole.record.fields, view.path.steps())
            .map(|fields| fields.iter().map(|field| Dynamic::from(field.name.clone())).collect())
            .unwrap_or_default()
    });
    engine.register_fn("has_field", |view: &mut View, name: &str| {
        let fields = fields_at(&view.whole.record.fields, view.path.steps());
        fields.is_some_and(|fields| fields.iter().any(|field| field.name == name))
    });
}

/// Whether a path such as `victims[0].age` names a declared field of the record.
pub(super) fn is_declared(record: &Record, path: &str) -> bool {
    let mut fields = Some(record.fields.as_slice());
    for part in path.split('.') {
        let (name, index) = part.split_once('[').map_or((part, None), |(name, index)| (name, Some(index)));
        let is_index = index.is_none_or(|index| {
            index.strip_suffix(']').is_some_and(|index| index.len() < 6 && index.parse::<usize>().is_ok())
        });
        let Some(field) = fields.and_then(|fields| fields.iter().find(|field| field.name == name)) else {
            return false;
        };
        if !is_index {
            return false;
        }
        fields = nested(&field.kind);
    }
    true
}

fn nested(kind: &Kind) -> Option<&[Field]> {
    match kind {
        Kind::Record(fields) => Some(fields),
        Kind::List(inner) => nested(inner),
        _ => None,
    }
}

/// The fields of the nested record at a path.
fn fields_at<'f>(mut fields: &'f [Field], steps: &[u16]) -> Option<&'f [Field]> {
    let mut steps = steps.iter();
    while let Some(step) = steps.next() {
        let kind = &fields.get(usize::from(*step))?.kind;
        if matches!(kind, Kind::List(_)) {
            steps.next();
        }
        fields = nested(kind)?;
    }
    Some(fields)
}

/// The names from the top to a slot, joined by dots.
fn names_to(fields: &[Field], steps: &[u16], slot: usize) -> Option<String> {
    let mut names = String::new();
    let (mut fields, mut steps) = (fields, steps.iter());
    while let Some(step) = steps.next() {
        let field = fields.get(usize::from(*step))?;
        names.push_str(&field.name);
        names.push('.');
        if matches!(field.kind, Kind::List(_)) {
            steps.next();
        }
        fields = nested(&field.kind)?;
    }
    names.push_str(&fields.get(slot)?.name);
    Some(names)
}

/// The slots of the nested record at a path; empty where it is absent.
fn slots_at<'v>(slots: &'v [Value<'static>], steps: &[u16]) -> &'v [Value<'static>] {
    let Some((first, rest)) = steps.split_first() else { return slots };
    match slots.get(usize::from(*first)) {
        Some(Value::Record(inner) | Value::List(inner)) => slots_at(inner, rest),
        _ => &[],
    }
}

/// The place of a field; `-` in a name may be written `_`.
fn place(fields: &[Field], name: &str) -> Option<usize> {
    fields
        .iter()
        .position(|field| field.name == name)
        .or_else(|| fields.iter().position(|field| field.name.contains('-') && field.name.replace('-', "_") == name))
}

fn get(view: &mut View, name: &str) -> Answer<Dynamic> {
    let Some(fields) = fields_at(&view.whole.record.fields, view.path.steps()) else {
        return call::refuse("there is no such record");
    };
    let Some((slot, field)) = place(fields, name).and_then(|slot| Some((slot, fields.get(slot)?))) else {
        return call::refuse("the record has no such field");
    };
    let Some(path) = view.path.with(slot) else { return call::refuse("records are nested too deep") };
    if matches!(field.kind, Kind::Record(_)) {
        return Ok(Dynamic::from(View { whole: Arc::clone(&view.whole), path }));
    }
    let held = view.whole.held();
    let value = slots_at(&held.slots, view.path.steps()).get(slot).unwrap_or(&Value::Absent);
    shown(value, &field.kind, &view.whole, path)
}

fn shown(value: &Value<'static>, kind: &Kind, whole: &Arc<Snapshot>, path: Path) -> Answer<Dynamic> {
    Ok(match value {
        Value::Absent | Value::Misfit(_) => Dynamic::UNIT,
        Value::Bool(it) => Dynamic::from(*it),
        Value::Number(it) => number(*it, kind),
        Value::Money(it) => Dynamic::from_decimal(*it),
        Value::Text(it) => Dynamic::from(ImmutableString::from(cut(it))),
        Value::Day(it) => Dynamic::from(Date(*it)),
        Value::Moment(it) => Dynamic::from(Time(*it)),
        Value::Span(it) => Dynamic::from(it.about_seconds()),
        Value::Choice(place) | Value::Step(place) => match kind {
            Kind::Choice(names) | Kind::Ladder(names) => {
                names.get(usize::from(*place)).map_or(Dynamic::UNIT, |name| Dynamic::from(name.clone()))
            }
            _ => Dynamic::UNIT,
        },
        Value::Code(it) => Dynamic::from(ImmutableString::from(cut(&it.text))),
        Value::Record(_) => Dynamic::from(View { whole: Arc::clone(whole), path }),
        Value::List(items) => {
            let Kind::List(inner) = kind else { return Ok(Dynamic::UNIT) };
            if items.len() > MAX_ITEMS {
                return call::stop("a list is too long for a script");
            }
            let mut list = Array::with_capacity(items.len());
            for (position, item) in items.iter().enumerate() {
                let Some(path) = path.with(position) else { return call::refuse("records are nested too deep") };
                list.push(shown(item, inner, whole, path)?);
            }
            Dynamic::from(list)
        }
    })
}

#[expect(clippy::cast_possible_truncation, reason = "only whole numbers that fit are cast")]
fn number(value: f64, kind: &Kind) -> Dynamic {
    if matches!(kind, Kind::Integer) && value.fract() == 0.0 && value.abs() < 9e15 {
        return Dynamic::from(value as i64);
    }
    Dynamic::from(value)
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(SHOWN_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Sets a field that is absent; one that the encounter brought stays, as with `derive` of a definition.
fn set(view: &mut View, name: &str, value: &Dynamic, registry: &Registry) -> Answer<()> {
    if !view.whole.may_set {
        // After `encounter.list.len()` rhai hands the list back; this is the error by which it takes a refusal.
        return Err(Box::new(EvalAltResult::ErrorIndexingType(String::new(), Position::NONE)));
    }
    let steps = view.path.steps();
    let Some(fields) = fields_at(&view.whole.record.fields, steps) else {
        return call::refuse("there is no such record");
    };
    let Some((slot, field)) = place(fields, name).and_then(|slot| Some((slot, fields.get(slot)?))) else {
        return call::refuse("the record has no such field");
    };
    if matches!(field.kind, Kind::Record(_)) {
        return if value.is::<View>() { Ok(()) } else { call::refuse("a record is set field by field") };
    }
    let mut held = view.whole.held();
    let held = &mut *held;
    let Some(target) = slot_at(&view.whole.record.fields, Arc::make_mut(&mut held.slots), steps, slot) else {
        return call::refuse("there is no such record");
    };
    if !target.is_absent() {
        return Ok(());
    }
    let Some(value) = read(value, &field.kind, registry) else {
        return call::refuse("the value does not fit the type of the field");
    };
    if held.changed.0.len() >= MAX_SET {
        return call::stop("it set too many fields");
    }
    *target = value.clone();
    held.changed.0.push((view.path, slot, value));
    Ok(())
}

/// The slot to write to; nested records that are absent are made on the way, items of lists are not.
fn slot_at<'v, 'a>(
    fields: &[Field],
    slots: &'v mut Vec<Value<'a>>,
    steps: &[u16],
    slot: usize,
) -> Option<&'v mut Value<'a>> {
    if slots.len() < fields.len() {
        slots.resize(fields.len(), Value::Absent);
    }
    let Some((first, rest)) = steps.split_first() else { return slots.get_mut(slot) };
    let kind = &fields.get(usize::from(*first))?.kind;
    let value = slots.get_mut(usize::from(*first))?;
    if matches!((&*value, kind), (Value::Absent, Kind::Record(_))) {
        *value = Value::Record(Vec::new());
    }
    match value {
        Value::Record(inner) => slot_at(nested(kind)?, inner, rest, slot),
        Value::List(items) => {
            let (position, rest) = rest.split_first()?;
            let Value::Record(inner) = items.get_mut(usize::from(*position))? else { return None };
            slot_at(nested(kind)?, inner, rest, slot)
        }
        _ => None,
    }
}

fn read(value: &Dynamic, kind: &Kind, registry: &Registry) -> Option<Value<'static>> {
    if value.is_unit() {
        return Some(Value::Absent);
    }
    let text = || value.read_lock::<ImmutableString>();
    let place = |names: &[String]| {
        let text = text()?;
        names.iter().position(|name| name == text.as_str()).and_then(|place| u16::try_from(place).ok())
    };
    Some(match kind {
        Kind::Text | Kind::Codes(_) => Value::Text(Cow::Owned(text()?.to_string())),
        Kind::Number => Value::Number(float(value)?),
        Kind::Money(_) => Value::Money(amount(value)?),
        Kind::Integer => Value::Number(float(value).filter(|number| number.fract() == 0.0)?),
        Kind::Bool => Value::Bool(value.as_bool().ok()?),
        Kind::Date => Value::Day(super::dates::day(value)?),
        Kind::DateTime => Value::Moment(moment(value)?),
        Kind::Duration => Value::Span(crate::model::day::Span { months: 0, seconds: value.as_int().ok()? }),
        Kind::Choice(names) => Value::Choice(place(names)?),
        Kind::Ladder(names) => Value::Step(place(names)?),
        Kind::Code(set) => {
            let text = text()?;
            let code = registry.codes(*set).find(&text);
            Value::Code(CodeValue { code, text: Cow::Owned(text.to_string()) })
        }
        Kind::List(inner) => {
            let items = value.read_lock::<Array>()?;
            Value::List(items.iter().map(|item| read(item, inner, registry)).collect::<Option<_>>()?)
        }
        Kind::Record(_) => return None,
    })
}

#[expect(clippy::cast_precision_loss, reason = "numbers of a record are floating point")]
fn float(value: &Dynamic) -> Option<f64> {
    value.as_float().ok().or_else(|| value.as_int().ok().map(|int| int as f64)).filter(|number| number.is_finite())
}

/// A number of a script as an amount: decimal as it is, whole or binary as it is written.
fn amount(value: &Dynamic) -> Option<Decimal> {
    let whole = || value.as_int().ok().map(Decimal::from);
    value.as_decimal().ok().or_else(whole).or_else(|| money::from_binary(float(value)?))
}

fn moment(value: &Dynamic) -> Option<Moment> {
    if let Some(time) = value.read_lock::<Time>() {
        return Some(time.0);
    }
    if let Some(text) = value.read_lock::<ImmutableString>() {
        return Moment::parse(&text);
    }
    let day: Day = super::dates::day(value)?;
    Some(Moment::midnight(day))
}
