//! Codes by words: an inverted index over titles, synonyms and index entries, ranked.

pub(super) mod index;
mod near;
pub(super) mod rank;
pub(super) mod spot;
mod words;

pub use spot::Spotted;

/// What a search returns.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Place in the code set.
    pub code: u32,
    /// Higher is better.
    pub score: f32,
}
