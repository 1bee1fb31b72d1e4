//! Objects of several files: what each is, what it wants of others, and how it is read with what was found for it.

use super::links::Links;
use super::links::last_part;
use super::tree::Trees;
use crate::encounters::read::unreadable::Unreadable;
use crate::model::reader::Objects;
use serde_json::Value;
use std::collections::BTreeSet;

/// There is no tree around the objects.
static NOTHING: Value = Value::Null;

/// An object of a file.
pub(in crate::encounters::read) struct Object {
    /// Its JSON.
    pub text: String,
    /// What it says of its kind.
    pub kind: Option<String>,
    /// Its names.
    pub names: Vec<String>,
    /// A reader reads it.
    pub is_read: bool,
    /// Readers may want it by a name of it.
    pub is_offered: bool,
    /// Names of objects that may want it because it refers to them.
    pub refers_to: Vec<String>,
    /// Names of objects that it wants.
    pub follows: Vec<String>,
}

impl Trees {
    /// Whether an object may need others.
    pub fn refer(&self) -> bool {
        self.links.rounds > 0
    }

    /// Which references are followed.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// From now on each text is a list: an object, and behind it those it needs. `kinds` are those of all files.
    pub fn put_together_with(&self, kinds: BTreeSet<String>) {
        // Whoever sets them does so once, before the first text is read.
        let _ = self.kinds.set(kinds);
    }

    /// Names of the objects that an object refers to.
    pub fn follows(&self, text: &str) -> Vec<String> {
        let tree = self.parsed(text).unwrap_or_default();
        self.links.followed(&tree).into_iter().map(str::to_owned).collect()
    }

    /// The objects of a text: what it is, or those that a reader spreads out.
    ///
    /// # Errors
    /// If it is no object.
    pub fn objects(&self, text: &str) -> Result<Vec<Object>, Unreadable> {
        let mut tree = self.parsed(text)?;
        if !tree.is_object() {
            return Err(Unreadable::NotAnObject);
        }
        let outer = self.reader_of(&tree, &self.context(&tree, None, &[]));
        Ok(match outer.filter(|outer| outer.is_sorted_out()) {
            None => vec![self.object(&tree, text.to_owned())],
            Some(outer) => {
                outer.name_parts(&mut tree);
                let parts = self.parts(&tree, outer);
                parts.into_iter().map(|part| self.object(part, part.to_string())).collect()
            }
        })
    }

    fn object(&self, tree: &Value, text: String) -> Object {
        let context = self.context(tree, None, &[]);
        let reader = self.reader_of(tree, &context);
        let known_by = reader.and_then(|reader| reader.objects.as_ref()).or_else(|| self.known_by());
        let said = |path| context.borrowed(tree, path).map(str::to_owned);
        let kind = known_by.and_then(|objects| said(&objects.kind));
        let own = known_by.map(|objects| context.names_of(tree, objects).map(str::to_owned).collect());
        let of_kind = self.links.referring.iter().filter(|(it, _)| Some(it) == kind.as_ref());
        let references = of_kind.flat_map(|(_, path)| context.texts(tree, path));
        let refers_to: BTreeSet<String> = references.map(|reference| last_part(&reference).to_owned()).collect();
        Object {
            text,
            is_offered: kind.as_ref().is_some_and(|kind| self.links.kinds.contains(kind)),
            kind,
            names: own.unwrap_or_default(),
            is_read: reader.is_some(),
            refers_to: refers_to.into_iter().collect(),
            follows: self.links.followed(tree).into_iter().map(str::to_owned).collect(),
        }
    }

    /// Whether an object says of what kind it is.
    pub fn says_kind(&self, tree: &Value) -> bool {
        let context = self.context(tree, None, &[]);
        self.known_by().is_some_and(|objects| context.borrowed(tree, &objects.kind).is_some())
    }

    /// How the objects are known that no reader reads.
    fn known_by(&self) -> Option<&Objects> {
        self.readers.iter().find_map(|reader| reader.objects.as_ref())
    }

    /// Gives the encounter of the first of some objects to `answer`; the others are what it needs.
    pub(super) fn put_together(&self, list: &Value, mut answer: impl FnMut(Result<&str, Unreadable>)) {
        let objects: Vec<&Value> = list.as_array().into_iter().flatten().collect();
        let Some(first) = objects.first().copied() else { return answer(Err(Unreadable::NotAnObject)) };
        let Some(reader) = self.reader_of(first, &self.context(first, None, &[])) else {
            return answer(Err(Unreadable::NoReader));
        };
        let context = self.context(&NOTHING, reader.objects.as_ref(), &objects);
        if let Some(fields) = context.encounter(first, &reader.body) {
            answer(Ok(&Value::Object(fields).to_string()));
        }
    }
}
