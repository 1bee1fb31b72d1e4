//! Bytes to encounters, one file per format.
//!
//! A [`Source`] opens a file (packed or not) and cuts it into [`Piece`]s, one an encounter, in blocks of bounded size: that is
//! all the reading thread does. A [`Schema`] is made once for a record, and what one piece holds ([`Raw`]) is read
//! straight into its typed slots. What cannot be read is [`Unreadable`]: its words name the kind of trouble, never the input.

mod address;
pub mod again;
pub mod aside;
mod block;
mod columnar;
#[cfg(feature = "columns")]
mod columns;
mod csv;
pub mod draft;
pub mod fit;
mod fixed;
mod format;
mod gathering;
mod header;
mod input;
mod joined;
mod json;
mod json_array;
pub(in crate::encounters) mod loose;
mod mapping;
mod ndjson;
mod opening;
mod plain_json;
mod raw;
mod row;
mod scalar;
mod schema;
mod several;
mod source;

#[cfg(test)]
pub(crate) mod tests;
mod unreadable;
pub mod x12;

pub use block::Block;
pub use block::Piece;
pub use columnar::NOT_BUILT;
pub use format::Error;
pub use format::Format;
pub use input::Choice;
pub use input::Input;
pub use plain_json::read_json;
pub use raw::Raw;
pub use schema::Schema;
pub use several::Chosen;
pub use several::Inputs;
pub use source::Source;
pub use unreadable::FAILED;
pub use unreadable::LONGEST;
pub use unreadable::Unreadable;
