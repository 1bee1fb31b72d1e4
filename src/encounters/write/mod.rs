//! A disclosure as bytes: the only place where one is written.
//!
//! What is written is what [`Disclosure`] lets be read; nothing is decided here. `parts` writes all but the fields, `fields`
//! the values of the record, `json` the words of JSON.

pub mod back;
#[cfg(feature = "columns")]
pub mod columns;
mod fields;
pub mod form;
mod json;
#[cfg(test)]
mod made_tests;
mod parts;

pub use fields::plain;
pub use fields::value;
pub use json::list;
pub use json::text;
pub use parts::candidate;
pub use parts::finding;
pub use parts::verdict;

use crate::privacy::Disclosure;

/// Appends a disclosure as one line of JSON, with the line feed.
pub fn line(disclosure: &Disclosure<'_>, out: &mut Vec<u8>) {
    match disclosure.parts() {
        Ok(whole) => parts::parts(whole, out),
        Err(unreadable) => parts::unreadable(unreadable, out),
    }
    out.push(b'\n');
}
