//! Finds the terms of a code set in a longer text: at each word the longest phrase that the set knows.

use super::index;
use super::words::Splitter;
use super::words::Word;
use crate::model::ids::CodeId;
use crate::registry::codes::Codes;
use crate::registry::layout::Kind;

/// A term of a code set that stands in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct TermMatch {
    /// First byte in the text.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// The code.
    pub code: CodeId,
    /// Number of words that match.
    pub words: u32,
}

impl Codes<'_> {
    /// The terms of the set (titles, synonyms, index entries) that stand in a longer text, longest match first at each
    /// word, in the order of the text; what one covers is not looked at again.
    pub fn longest_terms(self, text: &str) -> Vec<TermMatch> {
        let Ok(phrases) = fst::Map::new(self.column(Kind::Phrases)) else { return Vec::new() };
        let words = Splitter::new().words(text);
        let (mut out, mut at) = (Vec::new(), 0);
        while let Some(rest) = words.get(at..).filter(|rest| !rest.is_empty()) {
            match longest(&phrases, rest) {
                Some((count, code)) => {
                    let (first, last) = (rest.first(), rest.get(count - 1));
                    if let (Some(first), Some(last)) = (first, last) {
                        let words = u32::try_from(count).unwrap_or(u32::MAX);
                        out.push(TermMatch { start: first.start, end: last.end, code, words });
                    }
                    at += count;
                }
                None => at += 1,
            }
        }
        out
    }
}

/// How many words the longest phrase at the beginning has, and its code.
fn longest(phrases: &fst::Map<&[u8]>, words: &[Word]) -> Option<(usize, CodeId)> {
    let fst = phrases.as_fst();
    let (mut node, mut value, mut found) = (fst.root(), 0_u64, None);
    for (count, word) in (1..=index::LONGEST_PHRASE).zip(words) {
        let between: &[u8] = if count == 1 { b"" } else { b" " };
        for byte in between.iter().chain(word.stem.as_bytes()) {
            let Some(transition) = node.find_input(*byte).map(|place| node.transition(place)) else { return found };
            value += transition.out.value();
            node = fst.node(transition.addr);
        }
        if node.is_final() {
            let code = (value + node.final_output().value()) & u64::from(u32::MAX);
            found = Some((count, CodeId::from_stored(u32::try_from(code).ok()?)?));
        }
    }
    found
}
