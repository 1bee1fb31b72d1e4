//! The compiled file: written once, opened, looked up, searched. Imports model.

use crate::model::content::CodeSet;
use crate::model::content::Crosswalk;
use crate::model::content::MatchKind;
use crate::model::content::Release;
use crate::model::content::Replacing;
use crate::model::content::Validity;
use crate::model::day::Day;
use crate::model::expression::Relation;
use crate::model::program::Domain;
use crate::model::program::Shared;
use crate::model::value::Literal;
use std::path::Path;

/// What went wrong with a registry file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be read or written.
    #[error("{path}: {source}")]
    File { path: String, source: std::io::Error },
    /// The file is none of ours, of another version, cut or damaged.
    #[error("{path}: {why}")]
    Unfit { path: String, why: String },
}

/// Everything a registry is made of.
pub struct Parts<'a> {
    /// Code sets, by place.
    pub sets: &'a [CodeSet],
    /// Crosswalks of all domains and of `maps to` lines.
    pub crosswalks: &'a [Crosswalk],
    /// What all domains share.
    pub shared: &'a Shared,
    /// The domains.
    pub domains: &'a [Domain],
    /// Hash of all definitions and releases it was made from.
    pub stamp: [u8; 32],
}

/// Writes a registry: same parts, same bytes. Returns the size in bytes.
pub fn write(_path: &Path, _parts: &Parts<'_>) -> Result<u64, Error> {
    Ok(0)
}

/// An opened registry. Cheap to share between threads.
pub struct Registry {}

/// One code set of a registry.
#[derive(Clone, Copy)]
pub struct Codes<'a> {
    _registry: &'a Registry,
}

/// What a search returns.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Place in the code set.
    pub code: u32,
    /// Higher is better.
    pub score: f32,
}

/// One target of a crosswalk.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Code of the target set; `None` says that there is none.
    pub code: Option<u32>,
    /// How it stands to the source.
    pub kind: MatchKind,
    /// Condition as written; may be empty.
    pub condition: String,
    /// Targets that share a number (not 0) are used together.
    pub group: u16,
}

impl Registry {
    /// Opens and maps a registry file; refuses what is old, cut or damaged.
    pub fn open(_path: &Path) -> Result<Registry, Error> {
        Ok(Registry {})
    }
    /// `blake3:…` of its content.
    pub fn id(&self) -> &str {
        ""
    }
    /// Hash of the definitions and releases it was made from.
    pub fn stamp(&self) -> [u8; 32] {
        [0; 32]
    }
    /// What all domains share; decoded at the first call.
    pub fn shared(&self) -> Result<&Shared, Error> {
        Err(Error::Unfit { path: String::new(), why: String::new() })
    }
    /// One domain, decoded anew at each call; `None` if there is none of that name.
    pub fn domain(&self, _name: &str) -> Result<Option<Domain>, Error> {
        Ok(None)
    }
    /// Place of a code set.
    pub fn set(&self, _name: &str) -> Option<u16> {
        None
    }
    /// Number of code sets.
    pub fn set_count(&self) -> u16 {
        0
    }
    /// A code set by place. A place out of range gives an empty set.
    pub fn codes(&self, _set: u16) -> Codes<'_> {
        Codes { _registry: self }
    }
    /// Targets of a code in another set.
    pub fn map(&self, _from: u16, _code: u32, _to: u16, _on: Day) -> Vec<Target> {
        Vec::new()
    }
}

impl<'a> Codes<'a> {
    /// Name of the set.
    pub fn name(self) -> &'a str {
        ""
    }
    /// Title of the set.
    pub fn title(self) -> &'a str {
        ""
    }
    /// Canonical address.
    pub fn uri(self) -> &'a str {
        ""
    }
    /// Number of codes.
    pub fn len(self) -> u32 {
        0
    }
    /// Whether it has no codes.
    pub fn is_empty(self) -> bool {
        true
    }
    /// Releases, oldest first.
    pub fn releases(self) -> Vec<Release> {
        Vec::new()
    }
    /// Only the starter is there; names of the missing releases.
    pub fn missing_sources(self) -> Vec<String> {
        Vec::new()
    }
    /// A code by its text: case, blanks around and dots do not matter.
    pub fn find(self, _code: &str) -> Option<u32> {
        None
    }
    /// The code as its publisher writes it.
    pub fn code(self, _code: u32) -> &'a str {
        ""
    }
    /// Its title.
    pub fn display(self, _code: u32) -> &'a str {
        ""
    }
    /// Main parent.
    pub fn parent(self, _code: u32) -> Option<u32> {
        None
    }
    /// All parents, the main one first.
    pub fn parents(self, _code: u32) -> Vec<u32> {
        Vec::new()
    }
    /// What is directly under it.
    pub fn children(self, _code: u32) -> Vec<u32> {
        Vec::new()
    }
    /// Main parents, nearest first.
    pub fn ancestors(self, _code: u32) -> Vec<u32> {
        Vec::new()
    }
    /// It is the other or below it, by any of the parents.
    pub fn is_under(self, _code: u32, _other: u32) -> bool {
        false
    }
    /// It is one of the codes from `from` to `to` in the order of the set, or below one of them.
    pub fn is_within(self, _code: u32, _from: u32, _to: u32) -> bool {
        false
    }
    /// Last place of the codes below it (main hierarchy): all of `code..=end` are under it.
    pub fn subtree_end(self, code: u32) -> u32 {
        code
    }
    /// Nothing is below it on that day.
    pub fn is_leaf(self, _code: u32, _on: Day) -> bool {
        false
    }
    /// It exists on that day, itself recordable or not.
    pub fn is_in_force(self, _code: u32, _on: Day) -> bool {
        false
    }
    /// It may be recorded itself on that day.
    pub fn is_assignable(self, _code: u32, _on: Day) -> bool {
        false
    }
    /// The spans in which it exists; empty: always.
    pub fn validity(self, _code: u32) -> Vec<Validity> {
        Vec::new()
    }
    /// Labels, its own and those of what it is under.
    pub fn labels(self, _code: u32) -> Vec<u16> {
        Vec::new()
    }
    /// Place of a property.
    pub fn property_place(self, _name: &str) -> Option<u16> {
        None
    }
    /// Names of the properties.
    pub fn property_names(self) -> Vec<String> {
        Vec::new()
    }
    /// Values of a property; a code without one takes that of the nearest ancestor that has one.
    pub fn property(self, _code: u32, _property: u16) -> Vec<Literal> {
        Vec::new()
    }
    /// A property value, written out.
    pub fn property_text(self, _property: u16, _value: &Literal) -> String {
        String::new()
    }
    /// Whether the set states the relation from one code (or what it is under) to the other (or what that is under).
    pub fn relates(self, _relation: Relation, _code: u32, _other: u32) -> bool {
        false
    }
    /// Ranges named by the code's own relation.
    pub fn relations(self, _code: u32) -> Vec<(Relation, u32, u32)> {
        Vec::new()
    }
    /// Synonyms and inclusion terms.
    pub fn synonyms(self, _code: u32) -> Vec<String> {
        Vec::new()
    }
    /// Notes: kind and text.
    pub fn notes(self, _code: u32) -> Vec<(String, String)> {
        Vec::new()
    }
    /// Titles in other languages: language and title.
    pub fn designations(self, _code: u32) -> Vec<(String, String)> {
        Vec::new()
    }
    /// What it means; may be empty.
    pub fn definition(self, _code: u32) -> String {
        String::new()
    }
    /// What to use instead.
    pub fn replaced_by(self, _code: u32) -> Option<(Replacing, Vec<u32>)> {
        None
    }
    /// Codes by words, best first: word forms, prefixes of the last word, misspellings. `on` leaves out what is not in force.
    pub fn search(self, _query: &str, _on: Option<Day>, _limit: usize) -> Vec<Hit> {
        Vec::new()
    }
}
