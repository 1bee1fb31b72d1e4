//! The fields that a reader fills: what it reads again is compared with what is shown in these.

use super::first_name;
use super::leaf::is_same;
use crate::model::reader::Body;
use crate::model::reader::From;
use crate::privacy::ShownFields;
use crate::privacy::ShownValue;
use serde_json::Map;
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Fields of a record, or of the items of a list.
#[derive(Default)]
pub(super) struct Filled {
    names: BTreeSet<String>,
    /// What is filled in the items of lists.
    items: BTreeMap<String, Filled>,
}

impl Filled {
    /// Adds the fields that the lines of a reader fill.
    pub fn add(&mut self, body: &Body) {
        for mapping in &body.mappings {
            let Some(name) = first_name(&mapping.target) else { continue };
            self.names.insert(name.to_owned());
            match (&mapping.inside, &mapping.from) {
                (Some(inside), _) => {
                    self.items.entry(name.to_owned()).or_default().names.insert(inside.clone());
                }
                (None, From::List(_, inner) | From::Rows(inner)) if mapping.target.len() == 1 => {
                    self.items.entry(name.to_owned()).or_default().add(inner);
                }
                _ => {}
            }
        }
    }

    /// Whether what is read is what is shown, in these fields. What stood in columns of no field is kept beside them.
    pub fn is_as_shown(&self, read: &Map<String, Value>, fields: &ShownFields<'_>) -> bool {
        let shown: Vec<(&str, &ShownValue<'_>)> =
            fields.declared().filter(|(name, _)| self.names.contains(*name)).collect();
        shown.iter().all(|(name, value)| self.is_same(name, read.get(*name), value))
            && read
                .keys()
                .filter(|name| self.names.contains(*name))
                .all(|name| shown.iter().any(|(known, _)| known == name))
    }

    fn is_same(&self, name: &str, read: Option<&Value>, shown: &ShownValue<'_>) -> bool {
        match (self.items.get(name), read, shown) {
            (Some(items), Some(Value::Array(read)), ShownValue::List(shown)) => {
                let is_same = |(read, shown): (&Value, &ShownValue<'_>)| match (read, shown) {
                    (Value::Object(read), ShownValue::Record(shown)) => items.is_as_shown(read, shown),
                    (read, shown) => is_same(Some(read), shown),
                };
                read.len() == shown.len() && read.iter().zip(shown).all(is_same)
            }
            _ => is_same(read, shown),
        }
    }
}
