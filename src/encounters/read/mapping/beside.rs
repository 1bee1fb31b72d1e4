//! Names that stand beside objects: a list of parts may name each part, and others refer to the object in it by that name.

use super::links::last_part;
use super::tree::Context;
use super::tree::Prepared;
use crate::model::reader::Objects;
use crate::model::reader::Path;
use crate::model::reader::Step;
use serde_json::Value;

/// Under this name an object holds the name that stood beside it. Paths such as `.*` pass over it.
const BESIDE: &str = "#beside";

impl Prepared {
    /// Writes into each object of the tree the name that stands beside it, so that references to that name find the object.
    pub(super) fn name_parts(&self, tree: &mut Value) {
        let (Some(spread), Some(also)) = (&self.spread, &self.also_known_by) else { return };
        // Invariant: the compiler lets only names, `[]` and `[0]` stand there, and the last name is that of the object.
        let last = spread.0.iter().rposition(|step| matches!(step, Step::Name(_)));
        if let Some((around, [Step::Name(object), ..])) = last.and_then(|last| spread.0.split_at_checked(last)) {
            name_parts(tree, around, object, also);
        }
    }
}

impl<'a> Context<'a> {
    /// The names of an object: its own, and the one that stood beside it.
    pub(super) fn names_of(&self, object: &'a Value, objects: &Objects) -> impl Iterator<Item = &'a str> + use<'a> {
        let own = self.borrowed(object, &objects.id);
        let beside = object.get(BESIDE).and_then(Value::as_str).map(last_part).filter(|name| Some(*name) != own);
        own.into_iter().chain(beside)
    }
}

/// Writes the name that stands in each part at a path, under `also`, into the object of the part.
fn name_parts(at: &mut Value, path: &[Step], object: &str, also: &Path) {
    match (path.split_first(), &mut *at) {
        (Some((Step::Each, rest)), Value::Array(items)) => {
            items.iter_mut().for_each(|item| name_parts(item, rest, object, also));
        }
        (Some((Step::Each, rest)), _) => name_parts(at, rest, object, also),
        (Some((Step::Name(_), _)), Value::Array(items)) => {
            items.iter_mut().for_each(|item| name_parts(item, path, object, also));
        }
        (Some((Step::Name(name), rest)), _) => {
            at.get_mut(name).into_iter().for_each(|inner| name_parts(inner, rest, object, also));
        }
        (Some((Step::At(index), rest)), _) => {
            at.get_mut(*index).into_iter().for_each(|item| name_parts(item, rest, object, also));
        }
        (Some(_), _) => {}
        (None, Value::Array(items)) => items.iter_mut().for_each(|item| name_parts(item, path, object, also)),
        (None, part) => {
            let mut names =
                also.0.iter().filter_map(|step| if let Step::Name(name) = step { Some(name) } else { None });
            let name = names.try_fold(&*part, |at, name| at.get(name)).and_then(Value::as_str).map(str::to_owned);
            let (Some(name), Some(inner)) = (name, part.get_mut(object)) else { return };
            let objects =
                if let Value::Array(items) = inner { items.as_mut_slice() } else { std::slice::from_mut(inner) };
            for fields in objects.iter_mut().filter_map(Value::as_object_mut) {
                fields.insert(BESIDE.to_owned(), Value::from(name.as_str()));
            }
        }
    }
}
