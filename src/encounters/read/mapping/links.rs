//! What the readers of trees look up in other objects than the one that they read.

use crate::model::reader;
use crate::model::reader::Asked;
use crate::model::reader::From;
use crate::model::reader::Path;
use crate::model::reader::Reader;
use crate::model::reader::Step;
use crate::model::reader::Test;
use serde_json::Value;
use std::collections::BTreeSet;

/// References of one kind after the other are followed so often at most.
const MOST_ROUNDS: usize = 4;

/// Which references the readers of a record follow.
#[derive(Default)]
pub(in crate::encounters::read) struct Links {
    /// Names of the fields that hold references that are followed.
    fields: BTreeSet<String>,
    /// Kinds to which they lead.
    pub kinds: BTreeSet<String>,
    /// Kinds of objects that are looked for by what they refer to, and where that stands.
    pub referring: Vec<(String, Path)>,
    /// References that are followed one after the other; 0 if none are.
    pub rounds: usize,
}

impl Links {
    pub fn of<'r>(readers: impl Iterator<Item = &'r Reader>) -> Links {
        let mut links = Links::default();
        for reader in readers.filter(|reader| reader.objects.is_some()) {
            links.tests(&reader.recognise, 0);
            links.body(&reader.body, 0);
        }
        links
    }

    /// The names that the references of an object end with, as far as they are followed.
    pub fn followed<'a>(&self, object: &'a Value) -> Vec<&'a str> {
        let mut found = Vec::new();
        self.collect(object, false, &mut found);
        found.sort_unstable();
        found.dedup();
        found
    }

    fn collect<'a>(&self, at: &'a Value, is_reference: bool, found: &mut Vec<&'a str>) {
        match at {
            Value::String(text) if is_reference => found.push(last_part(text.trim())),
            Value::Array(items) => items.iter().for_each(|item| self.collect(item, is_reference, found)),
            Value::Object(fields) => {
                fields.iter().for_each(|(name, part)| self.collect(part, self.fields.contains(name), found));
            }
            _ => {}
        }
    }

    /// `before` counts the references that were followed to the object of these lines.
    fn body(&mut self, body: &reader::Body, before: usize) {
        body.skip.iter().for_each(|tests| self.tests(tests, before));
        self.tests(&body.first_when, before);
        for path in body.order_by.iter().chain(&body.numbered_by) {
            self.path(path, before);
        }
        for mapping in &body.mappings {
            match &mapping.from {
                From::Texts { places, when, .. } => {
                    for path in places.iter().flatten() {
                        self.path(path, before);
                    }
                    self.tests(when, before);
                }
                From::List(path, body) => {
                    let before = self.path(path, before);
                    self.body(body, before);
                }
                From::Each { kind, by, body } => {
                    self.refers(kind, by);
                    self.body(body, before + 1);
                }
                From::Constant { when, .. } => self.tests(when, before),
                From::Columns { .. } | From::Rows(_) => {}
            }
        }
    }

    fn tests(&mut self, tests: &[Test], before: usize) {
        for test in tests {
            match &test.asked {
                Asked::NamedBy(kind) => self.refers(kind, &test.path),
                _ => {
                    self.path(&test.path, before);
                }
            }
        }
    }

    fn refers(&mut self, kind: &str, by: &Path) {
        self.rounds = self.rounds.max(1);
        let new = (kind.to_owned(), by.clone());
        if !self.referring.contains(&new) {
            self.referring.push(new);
        }
    }

    /// How many references are followed at the end of a path.
    fn path(&mut self, path: &Path, before: usize) -> usize {
        let (mut name, mut count) = (None, before);
        for step in &path.0 {
            match step {
                Step::Name(it) => name = Some(it),
                Step::Follow(kind) => {
                    count += 1;
                    self.fields.extend(name.cloned());
                    self.kinds.insert(kind.clone());
                }
                Step::If(tests) => self.tests(tests, count),
                Step::Each | Step::Any | Step::At(_) | Step::Outermost => {}
            }
        }
        self.rounds = self.rounds.max(count.min(MOST_ROUNDS));
        count
    }
}

/// The name in a reference: `Patient/12`, `urn:uuid:12`, `#12`, `https://…|12`.
pub(super) fn last_part(reference: &str) -> &str {
    reference.rsplit(['/', ':', '#', '|']).next().unwrap_or(reference)
}
