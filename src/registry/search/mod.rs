//! Codes by words: an inverted index over titles, synonyms and index entries, ranked.

pub(super) mod index;
mod longest_terms;
mod memo;
mod near;
mod rank;
mod suggest;
pub(super) mod wording;
mod words;

pub use longest_terms::TermMatch;
pub use rank::Hit;
pub use suggest::Fit;
pub use suggest::Mark;
