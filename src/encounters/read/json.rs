//! One JSON object straight into typed slots: no tree between, and texts borrow from the line.

use super::header::Fields;
use super::scalar;
use super::schema::Level;
use super::schema::Schema;
use super::schema::Shape;
use super::unreadable::Unreadable;
use crate::model::day::Day;
use crate::model::encounter::EXACT;
use crate::model::encounter::Encounter;
use crate::model::encounter::TWICE;
use crate::model::value::Value;
use crate::registry::Registry;
use serde::Deserialize;
use serde::de::DeserializeSeed;
use serde::de::Deserializer;
use serde::de::IgnoredAny;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;
use serde::de::value::MapAccessDeserializer;
use std::borrow::Cow;
use std::fmt;
use std::fmt::Write;

/// Reads one encounter by `serde_json` alone.
///
/// # Errors
/// If the text is no JSON object, or nested deeper than `serde_json` follows (128).
pub(super) fn by_library<'a>(
    text: &'a str,
    line: u64,
    schema: &Schema,
    on: Option<Day>,
    today: Day,
) -> Result<Encounter<'a>, Unreadable> {
    if !text.trim_start().starts_with('{') {
        let is_json = serde_json::from_str::<IgnoredAny>(text);
        return Err(is_json.map_or_else(|error| kind_of(&error), |_| Unreadable::NotAnObject));
    }
    let mut state = State::new(schema);
    let mut input = serde_json::Deserializer::from_str(text);
    let slots = input.deserialize_map(Object { level: schema.level(), state: &mut state });
    let slots = slots.and_then(|slots| input.end().map(|()| slots)).map_err(|error| kind_of(&error))?;
    Ok(state.encounter(slots, line, schema, on, today))
}

/// Reads one encounter from the cells of a row.
pub(super) fn by_cells<'a>(
    fields: Fields<'a>,
    line: u64,
    schema: &Schema,
    on: Option<Day>,
    today: Day,
) -> Result<Encounter<'a>, Unreadable> {
    let mut state = State::new(schema);
    let slots = fields.deserialize_map(Object { level: schema.level(), state: &mut state });
    // Texts, lists and fields are all there is, and a field takes each of them.
    slots.map(|slots| state.encounter(slots, line, schema, on, today)).map_err(|_| Unreadable::Failed)
}

/// What `serde_json` says, without its words: they may name a character of the input.
fn kind_of(error: &serde_json::Error) -> Unreadable {
    if error.to_string().starts_with("recursion limit") {
        Unreadable::TooDeep
    } else {
        Unreadable::NotJson { column: error.column() }
    }
}

/// The name under which `serde_json` gives a number that is no short whole one, so that its digits are kept.
const NUMBER: &str = "$serde_json::private::Number";

/// What is collected while one encounter is read.
pub(super) struct State<'s> {
    registry: &'s Registry,
    pub path: Vec<Step<'s>>,
    undeclared: Vec<(String, serde_json::Value)>,
    pub misfits: Vec<(String, &'static str)>,
}

/// A step of the path to where reading is.
pub(super) enum Step<'s> {
    Name(&'s str),
    Index(usize),
}

impl<'s> State<'s> {
    pub fn new(schema: &'s Schema) -> State<'s> {
        State { registry: &schema.registry, path: Vec::new(), undeclared: Vec::new(), misfits: Vec::new() }
    }

    /// The encounter, once all its slots are read.
    pub fn encounter<'a>(
        self,
        slots: Vec<Value<'a>>,
        line: u64,
        schema: &Schema,
        on: Option<Day>,
        today: Day,
    ) -> Encounter<'a> {
        let on = on.or_else(|| schema.day(&slots)).unwrap_or(today);
        let days = schema.days(&slots).map(|(first, last)| (first.min(on), last.max(on)));
        let State { undeclared, misfits, .. } = self;
        Encounter { record: schema.record, slots, undeclared, misfits, on, days, today, line }
    }

    /// The path written out: `victims[0].age`.
    fn place(&self, last: Option<&str>) -> String {
        let mut out = String::new();
        for step in &self.path {
            match step {
                Step::Name(name) => push_name(&mut out, name),
                Step::Index(index) => {
                    let _ = write!(out, "[{index}]");
                }
            }
        }
        if let Some(name) = last {
            push_name(&mut out, name);
        }
        out
    }

    fn misfit<'de>(&mut self, text: Cow<'de, str>, expected: &'static str) -> Value<'de> {
        let place = self.place(None);
        self.misfits.push((place, expected));
        Value::Misfit(text)
    }
}

fn push_name(out: &mut String, name: &str) {
    if !out.is_empty() {
        out.push('.');
    }
    out.push_str(name);
}

/// Reads the fields of one level.
struct Object<'s, 'x> {
    level: &'s Level,
    state: &'x mut State<'s>,
}

impl<'de> Visitor<'de> for Object<'_, '_> {
    type Value = Vec<Value<'de>>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let first = map.next_key_seed(Key { level: self.level, guess: 0 })?;
        self.fields(first, map)
    }
}

impl Object<'_, '_> {
    /// Reads the fields from the first on, whose name is read already.
    fn fields<'de, A: MapAccess<'de>>(self, first: Option<Found>, mut map: A) -> Result<Vec<Value<'de>>, A::Error> {
        let Object { level, state } = self;
        let mut slots = Vec::new();
        slots.resize_with(level.names.len(), Value::default);
        let (mut next, mut guess) = (first, 0);
        while let Some(key) = next.take() {
            let is_free = |slot: usize| slots.get(slot).is_some_and(Value::is_absent);
            let slot = match key {
                Found::Slot(slot) => slot,
                Found::Near(slot, _) if is_free(slot) => slot,
                Found::Near(_, name) | Found::Other(name) => {
                    let value = map.next_value::<serde_json::Value>()?;
                    state.undeclared.push((state.place(Some(&name)), value));
                    next = map.next_key_seed(Key { level, guess })?;
                    continue;
                }
            };
            guess = slot + 1;
            // Invariant: `Level::slot` gives places of `names`, `shapes` and so of `slots`.
            let (Some(name), Some(shape), Some(place)) =
                (level.names.get(slot), level.shapes.get(slot), slots.get_mut(slot))
            else {
                continue;
            };
            state.path.push(Step::Name(name));
            let value = map.next_value_seed(Slot { shape, state: &mut *state })?;
            if !matches!(place, Value::Absent) {
                state.misfits.push((state.place(None), TWICE));
            }
            *place = value;
            state.path.pop();
            next = map.next_key_seed(Key { level, guess })?;
        }
        Ok(slots)
    }
}

/// The name of a field to its slot, without keeping the name.
struct Key<'s> {
    level: &'s Level,
    guess: usize,
}

enum Found {
    Slot(usize),
    /// The slot of a field that is called so but for capitals, blanks and `-`.
    Near(usize, String),
    Other(String),
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Found, D::Error> {
        input.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Found;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Found, E> {
        if let Some(slot) = self.level.slot(name, self.guess) {
            return Ok(Found::Slot(slot));
        }
        let near = self.level.near(name);
        Ok(near.map_or_else(|| Found::Other(name.to_owned()), |slot| Found::Near(slot, name.to_owned())))
    }
}

/// Reads one value.
pub(super) struct Slot<'s, 'x> {
    pub shape: &'s Shape,
    pub state: &'x mut State<'s>,
}

impl Slot<'_, '_> {
    pub fn text(self, text: Cow<'_, str>) -> Value<'_> {
        let read = scalar::from_text(text, self.shape, self.state.registry);
        read.unwrap_or_else(|text| self.misfit(text))
    }

    /// `text` is how the number is written.
    pub fn number(self, it: f64, text: Cow<'_, str>) -> Value<'_> {
        let read = scalar::from_number(it, text, self.shape, self.state.registry);
        read.unwrap_or_else(|text| self.misfit(text))
    }

    /// A whole number. Its digits are written out only where they count.
    fn whole<'de>(self, it: f64, digits: impl FnOnce() -> String) -> Value<'de> {
        match self.shape.bare() {
            Shape::Number | Shape::Integer if it.abs() < scalar::EXACT_BELOW => Value::Number(it),
            _ => self.number(it, Cow::Owned(digits())),
        }
    }

    /// A number that is no short whole one, as it is written.
    fn written<'de>(self, text: String) -> Value<'de> {
        match text.parse() {
            Ok(it) => self.number(it, Cow::Owned(text)),
            Err(_) => self.misfit(Cow::Owned(text)),
        }
    }

    fn misfit(self, text: Cow<'_, str>) -> Value<'_> {
        let is_number = matches!(self.shape.bare(), Shape::Number | Shape::Integer);
        let expected = if is_number && scalar::is_inexact(text.trim()) { EXACT } else { self.shape.word() };
        self.state.misfit(text, expected)
    }

    fn other<'de>(self, tree: &serde_json::Value) -> Value<'de> {
        self.state.misfit(Cow::Owned(tree.to_string()), self.shape.word())
    }
}

impl<'de> DeserializeSeed<'de> for Slot<'_, '_> {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Value<'de>, D::Error> {
        input.deserialize_any(self)
    }
}

// A whole number beyond 2^53 is rounded here, and refused by its digits where its field is a number.
#[expect(clippy::cast_precision_loss, reason = "said above")]
impl<'de> Visitor<'de> for Slot<'_, '_> {
    type Value = Value<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Absent)
    }

    fn visit_bool<E>(self, it: bool) -> Result<Value<'de>, E> {
        Ok(match self.shape {
            Shape::Bool => Value::Bool(it),
            _ => self.other(&serde_json::Value::Bool(it)),
        })
    }

    fn visit_i64<E>(self, it: i64) -> Result<Value<'de>, E> {
        Ok(self.whole(it as f64, || it.to_string()))
    }

    fn visit_u64<E>(self, it: u64) -> Result<Value<'de>, E> {
        Ok(self.whole(it as f64, || it.to_string()))
    }

    fn visit_u128<E>(self, it: u128) -> Result<Value<'de>, E> {
        Ok(self.whole(it as f64, || it.to_string()))
    }

    fn visit_i128<E>(self, it: i128) -> Result<Value<'de>, E> {
        Ok(self.whole(it as f64, || it.to_string()))
    }

    fn visit_f64<E>(self, it: f64) -> Result<Value<'de>, E> {
        Ok(self.number(it, Cow::Owned(serde_json::Value::from(it).to_string())))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(self.text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(self.text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Value<'de>, E> {
        Ok(self.text(Cow::Owned(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value<'de>, A::Error> {
        let Shape::List(shape) = self.shape.bare() else {
            let mut items = Vec::new();
            while let Some(item) = seq.next_element::<serde_json::Value>()? {
                items.push(item);
            }
            return Ok(self.other(&serde_json::Value::Array(items)));
        };
        let state = self.state;
        let mut items = Vec::new();
        loop {
            state.path.push(Step::Index(items.len()));
            let item = seq.next_element_seed(Slot { shape, state: &mut *state })?;
            state.path.pop();
            match item {
                Some(item) => items.push(item),
                None => return Ok(Value::List(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        let Shape::Record(level) = self.shape else {
            return Ok(match serde_json::Value::deserialize(MapAccessDeserializer::new(map))? {
                serde_json::Value::Number(it) => self.written(it.to_string()),
                tree => self.other(&tree),
            });
        };
        let first = map.next_key_seed(Key { level, guess: 0 })?;
        if matches!(&first, Some(Found::Other(name)) if name == NUMBER) {
            let text = map.next_value()?;
            return Ok(self.written(text));
        }
        Object { level, state: self.state }.fields(first, map).map(Value::Record)
    }
}
