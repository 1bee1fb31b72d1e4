//! X12: interchanges of segments, whose separators the first segment declares. A transaction is a tree of loops; which
//! segment opens which loop stands in the reader of the domain.
//!
//! The envelope (`interchange`, `group`, `transaction`) and the levels that `HL` segments make are part of the syntax and known
//! here. A segment is an object of its elements by number, an element with parts an object of those, a repeated one a list.

mod cut;
mod rows;
mod scan;
mod walk;

pub(super) use cut::Transactions;
pub use rows::Row;
pub use rows::Rows;
pub(super) use scan::begins;

use super::mapping::Trees;
use crate::model::reader::Loop;
use crate::model::reader::Reader;
use crate::model::reader::Syntax;
use serde_json::Value;
use std::io::Cursor;

/// The loop that an interchange is.
const INTERCHANGE: &str = "interchange";
/// The loop that a group is.
const GROUP: &str = "group";
/// The loop that a transaction is.
const TRANSACTION: &str = "transaction";

/// The loops of some readers, and what tells which of them reads a transaction.
pub(super) struct Structures {
    trees: Trees,
    all: Vec<Structure>,
}

/// The loops of one reader.
struct Structure {
    loops: Vec<Loop>,
    /// The loop of which each is an encounter.
    encounter: String,
}

impl Structures {
    pub(super) fn new<'r>(readers: impl Iterator<Item = &'r Reader>) -> Structures {
        let of_segments: Vec<(&Reader, &Vec<Loop>)> = readers
            .filter_map(|reader| match &reader.syntax {
                Syntax::X12 { loops } => Some((reader, loops)),
                _ => None,
            })
            .collect();
        let structure = |(reader, loops): &(&Reader, &Vec<Loop>)| Structure {
            loops: (*loops).clone(),
            encounter: reader.spread.as_ref().and_then(|path| path.first_name()).unwrap_or(TRANSACTION).to_owned(),
        };
        let all = of_segments.iter().map(structure).collect();
        Structures { trees: Trees::new(of_segments.iter().map(|(reader, _)| *reader)), all }
    }

    /// The reader of a transaction, told by its first segment and those around it.
    fn which(&self, beginning: &Value) -> Option<usize> {
        self.trees.which(beginning)
    }
}

/// The first segments of the envelope and of a transaction, by which readers recognise it.
pub(super) fn beginning(first: &[u8]) -> Option<Value> {
    let mut scanner = scan::Scanner::new(Box::new(Cursor::new(first.to_vec())));
    let mut fields = serde_json::Map::new();
    loop {
        let scan::Scanned::Segment(segment) = scanner.next().ok()? else { return None };
        let (name, is_last) = match segment.id.as_str() {
            "ISA" => (INTERCHANGE, false),
            "GS" => (GROUP, false),
            "ST" => (TRANSACTION, true),
            _ => continue,
        };
        fields.insert(name.to_owned(), serde_json::json!({ segment.id: segment.value }));
        if is_last {
            return Some(Value::Object(fields));
        }
    }
}
