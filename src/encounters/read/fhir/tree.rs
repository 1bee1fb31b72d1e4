//! Finding one's way in a tree of JSON.

use super::Fields;
use crate::model::day::Day;
use crate::model::moment::Moment;
use serde_json::Value;

/// What stands at a path such as `careTeam.provider.reference`; of a list, the first item.
pub(super) fn at<'a>(tree: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(tree, |tree, name| first(tree)?.get(name)).and_then(first)
}

/// The text at a path, if there is one that is not empty.
pub(super) fn text<'a>(tree: &'a Value, path: &str) -> Option<&'a str> {
    at(tree, path)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// The items of a list, or the one thing that stands there instead.
pub(super) fn items<'a>(tree: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    let found = tree.get(name);
    let (list, single) = match found {
        Some(Value::Array(items)) => (items.as_slice(), None),
        other => (&[][..], other),
    };
    list.iter().chain(single)
}

/// The whole number at a path.
pub(super) fn whole(tree: &Value, path: &str) -> Option<u64> {
    at(tree, path)?.as_u64()
}

/// Sets a field if there is a value for it.
pub(super) fn put(fields: &mut Fields, name: &str, text: Option<&str>) {
    if let Some(text) = text {
        fields.insert(name.to_owned(), Value::from(text));
    }
}

/// The id in a reference: `Patient/12`, `urn:uuid:12`, `#12`.
pub(super) fn last_part(reference: &str) -> &str {
    reference.rsplit(['/', ':', '#']).next().unwrap_or(reference)
}

/// Whole years from one date to another, as they are written.
pub(super) fn years(born: Option<&str>, date: Option<&str>) -> Option<i32> {
    day(born?)?.years_to(day(date?)?).filter(|years| *years >= 0)
}

fn day(text: &str) -> Option<Day> {
    Day::parse(text).or_else(|| Moment::parse(text).map(Moment::day))
}

fn first(tree: &Value) -> Option<&Value> {
    match tree {
        Value::Array(items) => items.first(),
        other => Some(other),
    }
}
