//! stub
use crate::registry::Codes;
/// A term of a code set found in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Spotted {
    /// First byte in the text.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// Place in the code set.
    pub code: u32,
    /// Higher is surer.
    pub score: f32,
}
pub(crate) fn spot(_codes: Codes<'_>, _text: &str) -> Vec<Spotted> {
    Vec::new()
}
