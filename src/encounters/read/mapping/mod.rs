//! Files of others, as a [`Reader`](crate::model::reader::Reader) of the domain says: which column or which part of a tree
//! becomes which field.
//!
//! A row or a tree becomes the JSON text of the record's fields, so that there is one way into typed slots.

mod beside;
mod convert;
mod links;
mod objects;
mod table;
mod target;
mod tree;
mod xml;

pub(super) use objects::Object;
pub(super) use table::Columns;
pub(super) use table::Plan;
pub(super) use tree::Trees;
pub(super) use tree::holds_of;

use crate::model::reader::Asked;

/// Whether what is asked holds of some texts. The words of a question are in small letters, as the compiler leaves them.
fn holds(asked: &Asked, texts: &[impl AsRef<str>]) -> bool {
    let is_any = |fits: &dyn Fn(&str) -> bool| texts.iter().any(|text| fits(&text.as_ref().to_lowercase()));
    match asked {
        Asked::Present => !texts.is_empty(),
        Asked::Absent => texts.is_empty(),
        Asked::In(words) => is_any(&|text| words.iter().any(|word| word == text)),
        Asked::NotIn(words) => !is_any(&|text| words.iter().any(|word| word == text)),
        Asked::Contains(parts) => is_any(&|text| parts.iter().any(|part| text.contains(part.as_str()))),
        Asked::EndsWith(ends) => is_any(&|text| ends.iter().any(|end| text.ends_with(end.as_str()))),
        // It is asked of an object, not of texts.
        Asked::NamedBy(_) => false,
    }
}
