//! X12: interchanges of segments, whose separators the first segment declares. A transaction is a tree of loops; which
//! segment opens which loop stands in the reader of the domain.
//!
//! The envelope (`interchange`, `group`, `transaction`) and the levels that `HL` segments make are part of the syntax and known
//! here. A segment is an object of its elements by number, an element with parts an object of those, a repeated one a list.

mod cut;
mod rows;
mod scan;
mod structure;
mod walk;

pub(super) use cut::Transactions;
pub use rows::Row;
pub use rows::Rows;
pub(super) use scan::begins;
pub(super) use structure::Structures;

use structure::GROUP;
use structure::INTERCHANGE;
use structure::TRANSACTION;

use serde_json::Value;
use std::io::Cursor;

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
