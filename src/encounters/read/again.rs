//! What a reader makes of something that was written for it: so whoever writes sees whether it is read as it was.

use super::mapping::Columns;
use super::mapping::Plan;
use super::mapping::Trees;
use super::row::Row;
use crate::model::reader::Reader;
use serde_json::Map;
use serde_json::Value;
use std::sync::Arc;

/// A reader that reads what is being written.
pub struct Again {
    /// Of a table.
    columns: Option<Columns>,
    /// Of trees.
    trees: Trees,
}

impl Again {
    /// For a table with these columns.
    pub fn of_table(reader: &Reader, columns: &[String]) -> Again {
        let plan = Plan { reader: Arc::new(reader.clone()), fields: Arc::new([]) };
        Again { columns: Some(Columns::new(&plan, columns)), trees: Trees::new(std::iter::empty()) }
    }

    /// For trees.
    pub fn of_trees(reader: &Reader) -> Again {
        Again { columns: None, trees: Trees::new(std::iter::once(reader)) }
    }

    /// The fields that some rows come to; `None` if they are no encounter.
    pub fn rows(&self, rows: &[Vec<String>]) -> Option<Map<String, Value>> {
        let rows: Vec<Row> = rows.iter().map(|cells| Row::of(cells)).collect();
        let mut out = Vec::new();
        let is_read = self.columns.as_ref()?.write(&rows, &mut out).ok()?;
        is_read.then(|| serde_json::from_slice(&out).ok()).flatten()
    }

    /// The fields that a tree comes to; `None` if it is no encounter, or several.
    pub fn tree(&self, tree: &Value) -> Option<Map<String, Value>> {
        let mut found = Vec::new();
        self.trees
            .each(&tree.to_string(), |read| found.push(read.ok().and_then(|text| serde_json::from_str(text).ok())));
        match found.as_mut_slice() {
            [fields] => fields.take(),
            _ => None,
        }
    }
}
