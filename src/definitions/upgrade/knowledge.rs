//! What the definitions around a file declare.

use crate::definitions::parse;
use crate::definitions::parse::tree::CodeSetDef;
use crate::definitions::parse::tree::Edition;
use crate::definitions::parse::tree::FieldDef;
use crate::definitions::parse::tree::KindDef;
use crate::definitions::parse::tree::SetItem;
use crate::definitions::parse::tree::Statement;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Records, code sets and lists that a file may name.
#[derive(Debug, Default)]
pub struct Knowledge {
    /// Records of the file's own domain come first.
    records: Vec<Record>,
    sets: BTreeMap<String, Set>,
    lists: BTreeSet<String>,
}

#[derive(Debug)]
struct Record {
    name: String,
    fields: Vec<FieldDef>,
    is_own: bool,
}

#[derive(Debug, Default)]
struct Set {
    record: Option<String>,
    /// Properties by the name of the second edition.
    properties: BTreeMap<String, KindDef>,
}

impl Knowledge {
    /// Reads one more definition file; `is_own` if it belongs to the domain of the file to rewrite. Those are read first.
    pub fn add(&mut self, source: &str, is_own: bool) {
        for statement in parse::parse(source, Edition::First).0.statements {
            match statement.item {
                Statement::Record(def) => {
                    self.records.push(Record { name: def.name.item, fields: def.fields, is_own });
                }
                Statement::CodeSet(def) => self.add_set(&def),
                Statement::List(def) => {
                    self.lists.insert(def.name.item);
                }
                _ => {}
            }
        }
    }

    fn add_set(&mut self, def: &CodeSetDef) {
        let set = self.sets.entry(def.name.item.clone()).or_default();
        set.record = set.record.take().or_else(|| def.record.as_ref().map(|record| record.item.clone()));
        for item in &def.items {
            if let SetItem::Property { name, kind } = &item.item {
                set.properties.entry(name.item.replace('-', "_")).or_insert_with(|| kind.item.clone());
            }
        }
    }

    /// The fields of a record; of the only one of the domain if none is named.
    pub(super) fn fields(&self, record: Option<&str>) -> Option<&[FieldDef]> {
        let found = match record {
            Some(name) => self.records.iter().find(|record| record.name == name),
            None => {
                let mut own = self.records.iter().filter(|record| record.is_own);
                own.next().filter(|_| own.next().is_none())
            }
        };
        found.map(|record| record.fields.as_slice())
    }

    /// The record that the criteria of a code set are about.
    pub(super) fn record_of_set(&self, set: &str) -> Option<&str> {
        self.sets.get(set)?.record.as_deref()
    }

    /// The type of a property, by its name in either edition.
    pub(super) fn property(&self, set: &str, name: &str) -> Option<&KindDef> {
        self.sets.get(set)?.properties.get(&name.replace('-', "_"))
    }

    /// Whether some set has a property of this name, in either edition.
    pub(super) fn is_property(&self, name: &str) -> bool {
        let name = name.replace('-', "_");
        self.sets.values().any(|set| set.properties.contains_key(&name))
    }

    /// Whether a list has this name.
    pub(super) fn is_list(&self, name: &str) -> bool {
        self.lists.contains(name)
    }
}
