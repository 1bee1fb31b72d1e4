//! What a text is made of: its words, their stems, what each can be, the phrases in it. Imports model, files.

mod beginnings;
pub(crate) mod field_names;
pub(crate) mod fold;
pub(crate) mod hashing;
pub(crate) mod mail;
pub mod names_file;
pub(crate) mod negation;
pub(crate) mod numerals;
pub(crate) mod page;
pub mod phrases;
pub mod tokens;
pub(crate) mod trie;
pub(crate) mod words;

/// Why the large lists of words could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}")]
pub struct Error {
    /// The file.
    pub path: String,
    /// Why.
    pub source: std::io::Error,
}
