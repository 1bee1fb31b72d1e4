//! Words as the index knows them: folded, stemmed, the little ones left out. Titles and queries go the same way.

use super::memo;
use super::memo::Kept;
use crate::text::tokens::cut;
use rust_stemmers::Algorithm;
use rust_stemmers::Stemmer;
use std::cell::RefCell;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words that say nothing by which codes differ.
const LITTLE: [&str; 20] = [
    "of", "the", "and", "in", "to", "a", "an", "by", "for", "on", "at", "from", "or", "with", "due", "as", "is", "its",
    "into", "this",
];
/// Words that a title has where it means the plain case: they may be said or not.
const PLAIN: [&str; 3] = ["unspecified", "nos", "type"];
/// Words that nearly every title could have, and how much they weigh.
const COMMON: [(&str, f32); 11] = [
    ("diseas", 0.35),
    ("syndrom", 0.35),
    ("condit", 0.35),
    ("famili", 0.6),
    ("other", 0.6),
    ("autosom", 0.6),
    ("domin", 0.6),
    ("recess", 0.6),
    ("x", 0.6),
    ("link", 0.6),
    ("hereditari", 0.6),
];
/// How much a word weighs that a code set lists as one that says little.
const FAINT: f32 = 0.12;
/// How much a number weighs: `type 2` says little without what it is a type of.
const NUMBER: f32 = 0.5;

thread_local! {
    /// Stems of folded words.
    static STEMS: Kept<String, String> = RefCell::default();
}

/// A word of a title or query.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word {
    /// Stem by which it is indexed.
    pub stem: String,
    /// Folded, not stemmed.
    pub folded: String,
    /// It may be said or not: in brackets, or of the plain case.
    pub is_optional: bool,
    /// Number of commas before it.
    pub part: u32,
    /// First byte in the text.
    pub start: usize,
    /// Byte after its last.
    pub end: usize,
}

/// Makes words of texts.
pub(super) struct Splitter {
    stemmer: Stemmer,
}

impl Splitter {
    /// For English.
    pub fn new() -> Splitter {
        Splitter { stemmer: Stemmer::create(Algorithm::English) }
    }

    /// The words of a text, little ones left out.
    pub fn words(&self, text: &str) -> Vec<Word> {
        let (mut out, mut depth, mut part, mut last) = (Vec::new(), 0_u32, 0, 0);
        for (start, end) in cut(text) {
            for sign in text.get(last..start).unwrap_or("").chars() {
                match sign {
                    '(' | '[' => depth += 1,
                    ')' | ']' => depth = depth.saturating_sub(1),
                    ',' => part += 1,
                    _ => {}
                }
            }
            self.add(text, start, end, depth > 0, part, &mut out);
            last = end;
        }
        out
    }

    fn add(&self, text: &str, start: usize, end: usize, in_brackets: bool, part: u32, out: &mut Vec<Word>) {
        let written = text.get(start..end).unwrap_or("");
        let folded = folded(written);
        if folded.is_empty() || LITTLE.contains(&folded.as_str()) {
            return;
        }
        // A numeral is written in capitals; in small letters it may be one (`type i`) or a word.
        let is_optional = in_brackets || written == "i" || PLAIN.contains(&folded.as_str());
        out.push(Word { stem: self.stem(&folded), folded, is_optional, part, start, end });
    }

    fn stem(&self, folded: &str) -> String {
        if let Some(number) = roman(folded) {
            return number.to_owned();
        }
        if memo::is_usual(folded) {
            memo::kept(&STEMS, folded.to_owned(), |folded| self.made(folded))
        } else {
            self.made(folded)
        }
    }

    fn made(&self, folded: &str) -> String {
        let stem = self.stemmer.stem(folded);
        match &*stem {
            "disord" => "diseas".to_owned(),
            // What an index calls `specified NEC` is `other` in a title.
            "nec" | "specifi" => "other".to_owned(),
            "tumor" | "tumour" => "neoplasm".to_owned(),
            _ => stem.into_owned(),
        }
    }
}

/// Whether a word is a number.
fn is_number(stem: &str) -> bool {
    stem.bytes().all(|byte| byte.is_ascii_digit())
}

/// How much a word weighs besides its rarity; `is_listed` if the code set lists it as one that says little.
pub(super) fn faintness(stem: &str, is_listed: bool) -> f32 {
    let listed = if is_listed { FAINT } else { 1.0 };
    if is_number(stem) {
        return NUMBER * listed;
    }
    COMMON.iter().find(|(known, _)| *known == stem).map_or(1.0, |(_, weight)| *weight) * listed
}

/// Whether nearly every title could have a word. A number may tell one from another.
pub(super) fn says_little(stem: &str, is_listed: bool) -> bool {
    !is_number(stem) && faintness(stem, is_listed) < 1.0
}

/// Lower case, compatible signs made one, marks and the possessive dropped, `ae` and `oe` as Americans write them.
fn folded(word: &str) -> String {
    if word.is_ascii() {
        return spelled(word.to_ascii_lowercase());
    }
    let word: String = word.nfkd().filter(|sign| !is_combining_mark(*sign)).collect();
    spelled(word.to_lowercase())
}

fn spelled(word: String) -> String {
    let word = word.trim_end_matches("'s").trim_end_matches("’s").replace(['\'', '’'], "");
    if word.contains("ae") || word.contains("oe") { word.replace("ae", "e").replace("oe", "e") } else { word }
}

fn roman(word: &str) -> Option<&'static str> {
    Some(match word {
        "i" => "1",
        "ii" => "2",
        "iii" => "3",
        "iv" => "4",
        "v" => "5",
        "vi" => "6",
        "vii" => "7",
        "viii" => "8",
        "ix" => "9",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(text: &str) -> String {
        Splitter::new().words(text).into_iter().map(|word| word.stem).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn forms_of_a_word_are_one() {
        assert_eq!(stems("Hodgkin's lymphomas"), stems("the Hodgkin lymphoma"));
        assert_eq!(stems("haemophilia of type II"), stems("hemophilia, type 2"));
        assert_eq!(stems("Ménière’s disorder"), stems("Meniere disease"));
    }

    #[test]
    fn what_stands_in_brackets_is_optional() {
        let words = Splitter::new().words("Abasia (hysterical), unspecified");
        assert_eq!(words.iter().map(|word| word.is_optional).collect::<Vec<_>>(), [false, true, true]);
    }

    #[test]
    fn a_numeral_in_small_letters_may_be_a_word() {
        let optional = |text| Splitter::new().words(text).iter().map(|word| word.is_optional).collect::<Vec<_>>();
        assert_eq!(optional("bipolar I"), [false, false]);
        assert_eq!((stems("bipolar i"), optional("bipolar i")), (stems("bipolar 1"), vec![false, true]));
    }
}
