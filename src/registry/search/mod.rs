//! Codes by words: an inverted index over titles, synonyms and index entries, ranked.

pub(super) mod index;
mod near;
mod rank;
mod spot;
mod words;

pub use rank::Hit;
pub use spot::Spotted;
