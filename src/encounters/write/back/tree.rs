//! Objects of JSON.

use super::at;
use super::items;
use super::leaf::written;
use super::text;
use crate::model::reader::Asked;
use crate::model::reader::Body;
use crate::model::reader::Convert;
use crate::model::reader::From;
use crate::model::reader::Path;
use crate::model::reader::Reader;
use crate::model::reader::Step;
use crate::model::reader::TargetStep;
use crate::model::reader::Test;
use crate::privacy::ShownFields;
use crate::privacy::ShownValue;
use serde_json::Map;
use serde_json::Value;

/// The tree of an encounter, with all around it.
pub(super) fn whole(reader: &Reader, fields: &ShownFields<'_>) -> Value {
    let mut own = Value::Object(Map::new());
    body(&reader.body, fields, &mut own);
    let mut whole = match &reader.spread {
        Some(path) => {
            let mut around = Value::Object(Map::new());
            put(&mut around, &path.0, Value::Array(vec![own]));
            around
        }
        None => own,
    };
    reader.recognise.iter().for_each(|test| hold(&mut whole, test));
    whole
}

fn body(body: &Body, fields: &ShownFields<'_>, tree: &mut Value) {
    for mapping in body.mappings.iter().filter(|mapping| mapping.inside.is_none()) {
        let value = at(fields, &mapping.target);
        match &mapping.from {
            From::Texts { places, convert, is_list, .. } => {
                let Some(place) = places.first() else { continue };
                if *is_list {
                    list(tree, place, convert, items(value));
                } else if let Some(value) = value {
                    single(tree, place, convert, value);
                }
            }
            From::List(path, inner) => {
                let items = items(value).iter().enumerate().map(|(at, item)| {
                    let mut tree = Value::Object(Map::new());
                    if let ShownValue::Record(fields) = item {
                        self::body(inner, fields, &mut tree);
                    }
                    // Numbers say the order and are what other lines name.
                    for path in inner.order_by.iter().chain(&inner.numbered_by) {
                        put(&mut tree, &path.0, Value::from(at as u64 + 1));
                    }
                    tree
                });
                let items: Vec<Value> = items.collect();
                if !items.is_empty() {
                    put(tree, &path.0, Value::Array(items));
                }
            }
            _ => {}
        }
    }
    complete(body, fields, tree);
}

/// What all items have alike stands once beside them.
fn complete(body: &Body, fields: &ShownFields<'_>, tree: &mut Value) {
    for mapping in &body.mappings {
        let (Some(inside), From::Texts { places, convert, .. }) = (&mapping.inside, &mapping.from) else { continue };
        let first = items(at(fields, &mapping.target)).iter().find_map(|item| match item {
            ShownValue::Record(fields) => at(fields, &[TargetStep::Name(inside.clone())]),
            _ => None,
        });
        if let (Some(value), Some(place)) = (first, places.first()) {
            single(tree, place, convert, value);
        }
    }
}

fn single(tree: &mut Value, place: &[Path], convert: &Convert, value: &ShownValue<'_>) {
    let Some(shown) = text(Some(value)) else { return };
    let whole = written(convert, &shown);
    if let [path] = place {
        let leaf = match value {
            ShownValue::Bool(it) if whole == shown => Value::Bool(*it),
            ShownValue::Number(_) if whole == shown => {
                whole.parse::<serde_json::Number>().map_or(Value::Null, Value::Number)
            }
            _ => Value::from(whole),
        };
        return put(tree, &path.0, leaf);
    }
    let mut parts = whole.splitn(place.len(), ' ');
    for path in place {
        if let Some(part) = parts.next() {
            put(tree, &path.0, Value::from(part));
        }
    }
}

fn list(tree: &mut Value, place: &[Path], convert: &Convert, items: &[ShownValue<'_>]) {
    let texts: Vec<String> =
        items.iter().filter_map(|item| text(Some(item))).map(|text| written(convert, &text)).collect();
    let ([path], false) = (place, texts.is_empty()) else { return };
    match &convert.split {
        Some(sign) => put(tree, &path.0, Value::from(texts.join(sign))),
        None => put(tree, &path.0, Value::from(texts)),
    }
}

/// Puts a value where a path finds it. What stands there already stays.
fn put(tree: &mut Value, path: &[Step], value: Value) {
    let Some((step, rest)) = path.split_first() else {
        if tree.is_null() {
            *tree = value;
        }
        return;
    };
    match step {
        Step::Name(name) => {
            if tree.is_null() {
                *tree = Value::Object(Map::new());
            }
            match tree {
                Value::Object(fields) => put(fields.entry(name.clone()).or_insert(Value::Null), rest, value),
                // A name looks into every item of a list.
                Value::Array(items) => items.iter_mut().for_each(|item| put(item, path, value.clone())),
                _ => {}
            }
        }
        // The list itself is put there, or its only item. What stood there alone belongs to every item.
        Step::Each if rest.is_empty() => {
            let alone = if tree.is_object() && value.is_array() { tree.take() } else { Value::Null };
            put(tree, rest, value);
            for (name, field) in alone.as_object().into_iter().flatten() {
                put(tree, &[Step::Name(name.clone())], field.clone());
            }
        }
        Step::Each => put_item(tree, 0, rest, value),
        Step::At(index) => put_item(tree, *index, rest, value),
        Step::If(tests) => {
            let mut item = Value::Object(Map::new());
            tests.iter().for_each(|test| hold(&mut item, test));
            let known = tree.as_array().map_or(0, Vec::len);
            let place = tree.as_array().and_then(|items| items.iter().position(|it| contains(it, &item)));
            put_item(tree, place.unwrap_or(known), &[], item);
            put_item(tree, place.unwrap_or(known), rest, value);
        }
        Step::Any | Step::Follow(_) | Step::Outermost => {}
    }
}

fn put_item(tree: &mut Value, index: usize, rest: &[Step], value: Value) {
    if tree.is_null() {
        *tree = Value::Array(Vec::new());
    }
    if let Value::Array(items) = tree {
        if items.len() <= index {
            items.resize(index + 1, Value::Null);
        }
        if let Some(item) = items.get_mut(index) {
            put(item, rest, value);
        }
    }
}

/// Whether an object has all that another has.
fn contains(object: &Value, wanted: &Value) -> bool {
    match (object, wanted) {
        (Value::Object(object), Value::Object(wanted)) => {
            wanted.iter().all(|(name, wanted)| object.get(name).is_some_and(|it| contains(it, wanted)))
        }
        (object, wanted) => object == wanted,
    }
}

/// Makes a condition hold that says what has to stand there.
fn hold(tree: &mut Value, test: &Test) {
    if let Asked::In(words) = &test.asked
        && let Some(word) = words.first()
    {
        put(tree, &test.path.0, Value::from(word.as_str()));
    }
}
