//! Files of others, as a [`Reader`](crate::model::reader::Reader) of the domain says: which column or which part of a tree
//! becomes which field.
//!
//! A row or a tree becomes the JSON text of the record's fields, so that there is one way into typed slots.

mod convert;
mod table;
mod tree;
mod xml;

pub(super) use table::Columns;
pub(super) use table::Plan;
pub(super) use tree::Trees;
