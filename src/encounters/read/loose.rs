//! Fields that no record declares, under a name that says the same as that of a declared one: `Age`, `victim_age`, `dob`.
//! What labels rest on is read from them too: a label is rather given than missed because a field is called otherwise.

use super::json::Slot;
use super::json::State;
use super::schema::Level;
use super::schema::Schema;
use super::schema::Shape;
use crate::model::encounter::Encounter;
use crate::model::ids::FieldId;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::value::CodeValue;
use crate::model::value::Value;
use crate::privacy::Denials;
use crate::text::field_names::letters;
use crate::text::field_names::spaced;
use serde::de::DeserializeSeed;

/// Different values of one field at most.
const MOST: usize = 32;

/// The declared fields that are looked for under other names.
pub(in crate::encounters) struct Loose {
    wanted: Vec<Wanted>,
    /// Names of something else in which such a name stands, as [`spaced`] has them: ` vehicle age `.
    harmless: Vec<String>,
    denials: Denials,
}

/// A declared field.
struct Wanted {
    /// Where it stands, from the top.
    slots: Vec<FieldId>,
    /// The letters of its own name.
    own: String,
    /// It is true or false.
    is_truth: bool,
    /// Its names as [`spaced`] and [`letters`] have them.
    names: Vec<(String, String)>,
}

/// A value that was found for a wanted field, and whether its name is the field's own.
type Found<'v> = (&'v serde_json::Value, bool);

impl Loose {
    /// `paths` are the fields by their names from the top, without places in lists.
    pub fn new(fields: &[Field], paths: &[String], denials: Denials) -> Loose {
        let wanted: Vec<Wanted> = paths.iter().filter_map(|path| Wanted::new(fields, path)).collect();
        let is_name =
            |name: &String| wanted.iter().flat_map(|it| &it.names).any(|(words, _)| name.contains(words.as_str()));
        let harmless = denials.harmless().phrases.iter().map(|name| spaced(name)).filter(is_name).collect();
        Loose { wanted, harmless, denials }
    }

    /// The encounter as it would be if what it holds under other names stood where it belongs: in each item of a list, as
    /// nobody knows of whom it is. As many as one field has different values; `None` if they are too many.
    pub fn variants<'a>(&self, schema: &Schema, encounter: &Encounter<'a>) -> Option<Vec<Encounter<'a>>> {
        let mut found: Vec<Vec<Found<'_>>> = vec![Vec::new(); self.wanted.len()];
        for (path, value) in &encounter.undeclared {
            self.gather(path.rsplit('.').next().unwrap_or(path), value, &mut found);
        }
        let rounds = found.iter().map(Vec::len).max().unwrap_or(0);
        let variant = |round: usize| {
            let mut slots = encounter.slots.clone();
            for (wanted, values) in self.wanted.iter().zip(&found) {
                if let Some(found) = values.get(round).or(values.last()) {
                    wanted.set(schema, &mut slots, *found);
                }
            }
            let misfits = encounter.misfits.clone();
            Encounter { slots, undeclared: Vec::new(), misfits, ..*encounter }
        };
        (rounds <= MOST).then(|| (0..rounds).map(variant).collect())
    }

    fn gather<'v>(&self, name: &str, value: &'v serde_json::Value, found: &mut [Vec<Found<'v>>]) {
        match value {
            serde_json::Value::Null => return,
            serde_json::Value::Array(items) => return items.iter().for_each(|item| self.gather(name, item, found)),
            serde_json::Value::Object(fields) => {
                fields.iter().for_each(|(inner, value)| self.gather(inner, value, found));
            }
            _ => {}
        }
        let (words, bare) = (spaced(name), letters(name));
        if self.harmless.iter().any(|other| words.contains(other.as_str())) {
            return;
        }
        for (wanted, values) in self.wanted.iter().zip(found) {
            let has_name = |(spaced, letters): &(String, String)| words.contains(spaced.as_str()) || bare == *letters;
            let is_known = values.len() > MOST || values.iter().any(|(known, _)| *known == value);
            let says_no = wanted.is_truth && self.denials.say_no(value, true);
            if !is_known && !says_no && wanted.names.iter().any(has_name) {
                values.push((value, bare == wanted.own));
            }
        }
    }
}

impl Wanted {
    fn new(fields: &[Field], path: &str) -> Option<Wanted> {
        let (mut level, mut slots, mut last) = (fields, Vec::new(), None);
        for name in path.split('.') {
            let (slot, field) = FieldId::numbered(level).find(|(_, field)| field.name == name)?;
            slots.push(slot);
            level = if let Kind::Record(inner) = field.kind.innermost() { inner } else { &[] };
            last = Some(field);
        }
        let field = last?;
        let names = std::iter::once(&field.name).chain(&field.also);
        let names = names.map(|name| (spaced(name), letters(name))).filter(|(_, letters)| !letters.is_empty());
        let is_truth = matches!(field.kind.innermost(), Kind::Bool);
        Some(Wanted { slots, own: letters(&field.name), is_truth, names: names.collect() })
    }

    /// Puts a value where the field stands, in each item of the lists on the way.
    fn set(&self, schema: &Schema, slots: &mut [Value<'_>], (value, is_own): Found<'_>) {
        let Some(shape) = shape_at(schema.level(), &self.slots) else { return };
        let mut state = State::new(schema);
        let Ok(value) = (Slot { shape, state: &mut state }).deserialize(value) else { return };
        // What a set does not have may be anything, but not every word near a code is meant as one.
        if !is_own && matches!(value, Value::Code(CodeValue { code: None, .. })) {
            return;
        }
        put(slots, schema.level(), &self.slots, &value.into_owned());
    }
}

/// The shape of a field, through lists and records.
fn shape_at<'s>(level: &'s Level, slots: &[FieldId]) -> Option<&'s Shape> {
    let (slot, rest) = slots.split_first()?;
    let mut shape = slot.get(&level.shapes)?.bare();
    if rest.is_empty() {
        return Some(shape);
    }
    while let Shape::List(item) = shape {
        shape = item.bare();
    }
    if let Shape::Record(inner) = shape { shape_at(inner, rest) } else { None }
}

fn put(values: &mut [Value<'_>], level: &Level, slots: &[FieldId], value: &Value<'static>) {
    let Some((slot, rest)) = slots.split_first() else { return };
    let (Some(target), Some(shape)) = (slot.get_mut(values), slot.get(&level.shapes)) else { return };
    if rest.is_empty() {
        *target = value.clone();
    } else {
        put_inside(target, shape.bare(), rest, value);
    }
}

fn put_inside(target: &mut Value<'_>, shape: &Shape, rest: &[FieldId], value: &Value<'static>) {
    match shape {
        Shape::List(item) => {
            if !matches!(target, Value::List(items) if !items.is_empty()) {
                *target = Value::List(vec![Value::Absent]);
            }
            if let Value::List(items) = target {
                items.iter_mut().for_each(|target| put_inside(target, item.bare(), rest, value));
            }
        }
        Shape::Record(level) => {
            if !matches!(target, Value::Record(_)) {
                *target = Value::Record(vec![Value::Absent; level.names.len()]);
            }
            if let Value::Record(slots) = target {
                put(slots, level, rest, value);
            }
        }
        _ => {}
    }
}
