//! The values that a record hides, and where a text repeats them.

use super::Kind;
use super::checks;
use super::resolve::Found;
use super::resolve::rank;
use aho_corasick::AhoCorasick;
use aho_corasick::MatchKind;

/// Values that a record hides: an exact dictionary for its texts.
#[derive(Default)]
pub struct Known {
    /// Text, what it is, and whether it is one plain word, which counts only where it is capitalised.
    phrases: Vec<(String, Kind, bool)>,
    /// Digits of long numbers.
    numbers: Vec<(String, Kind)>,
}

/// Longer values are whole texts; they are not searched.
const LONGEST: usize = 120;
const SHORTEST: usize = 3;
const FEWEST_DIGITS: usize = 6;
/// A record with more hidden values than this is searched for the first ones.
const MOST: usize = 400;

impl Known {
    /// Adds a value: the whole of it, the words of a name, the beginning of an address, the digits of a number.
    pub fn add(&mut self, value: &str, kind: Kind) {
        let value = value.trim();
        if value.len() < SHORTEST || value.len() > LONGEST || self.phrases.len() > MOST {
            return;
        }
        let words: Vec<&str> = value.split_whitespace().collect();
        let is_alone = words.len() == 1 && value.chars().all(char::is_alphabetic);
        self.phrases.push((value.to_lowercase(), kind, is_alone));
        let digits = value.bytes().filter(u8::is_ascii_digit).count();
        if digits >= FEWEST_DIGITS {
            self.numbers.push((plain_digits(value), kind));
        }
        let begins_with_number = value.starts_with(|c: char| c.is_ascii_digit());
        if let ([first, second, ..], true) = (words.as_slice(), begins_with_number) {
            self.phrases.push((format!("{first} {second}").to_lowercase(), kind, false));
        } else if digits == 0 && (2..=5).contains(&words.len()) {
            for word in words {
                let word = word.trim_matches(|c: char| !c.is_alphanumeric());
                if word.chars().count() >= SHORTEST
                    && word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '-' | '’'))
                {
                    let kind = if kind == Kind::Other { Kind::Name } else { kind };
                    self.phrases.push((word.to_lowercase(), kind, true));
                }
            }
        }
    }

    /// Whether a text repeats one of the values.
    pub fn is_in(&self, text: &str) -> bool {
        if self.phrases.is_empty() || text.is_empty() {
            return false;
        }
        let low = text.to_lowercase();
        let digits = plain_digits(text);
        self.phrases.iter().any(|(phrase, _, _)| low.contains(phrase.as_str()))
            || self.numbers.iter().any(|(number, _)| digits.contains(number.as_str()))
    }

    /// Marks where the text repeats a value.
    pub(super) fn find(&self, text: &str, found: &mut Found<'_>) {
        if self.phrases.is_empty() {
            return;
        }
        self.find_phrases(text, found);
        if !self.numbers.is_empty() {
            self.find_numbers(text, found);
        }
    }

    fn find_phrases(&self, text: &str, found: &mut Found<'_>) {
        let phrases = self.phrases.iter().map(|(phrase, _, _)| phrase);
        let built =
            AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).build(phrases);
        let Ok(searcher) = built else {
            // If a step fails, withhold.
            found.add(0, text.len(), Kind::Other, rank::KNOWN);
            return;
        };
        for hit in searcher.find_iter(text) {
            let Some((_, kind, is_word)) = self.phrases.get(hit.pattern().as_usize()) else { continue };
            let begins_low = text.get(hit.range()).is_some_and(|it| it.starts_with(char::is_lowercase));
            if is_bounded(text, hit.start(), hit.end()) && !(*is_word && begins_low && *kind == Kind::Other) {
                found.add(hit.start(), hit.end(), *kind, rank::KNOWN);
            }
        }
    }

    /// Numbers whatever stands between their digits: blanks, hyphens, dots, brackets.
    fn find_numbers(&self, text: &str, found: &mut Found<'_>) {
        let mut places: Vec<usize> = Vec::new();
        let mut digits = String::new();
        let mut last = 0;
        for (at, byte) in text.bytes().enumerate().chain([(usize::MAX, b'x')]) {
            if byte.is_ascii_digit() && (digits.is_empty() || at - last <= 3) {
                digits.push(char::from(byte));
                places.push(at);
                last = at;
                continue;
            }
            if !byte.is_ascii_digit() && matches!(byte, b' ' | b'-' | b'.' | b'(' | b')' | b'/' | b'+') {
                continue;
            }
            for (number, kind) in &self.numbers {
                for (begin, _) in digits.match_indices(number.as_str()) {
                    if let (Some(start), Some(end)) = (places.get(begin), places.get(begin + number.len() - 1)) {
                        found.add(*start, end + 1, *kind, rank::KNOWN);
                    }
                }
            }
            digits.clear();
            places.clear();
            if byte.is_ascii_digit() {
                digits.push(char::from(byte));
                places.push(at);
                last = at;
            }
        }
    }
}

fn plain_digits(text: &str) -> String {
    checks::digits(text).into_iter().filter_map(|digit| char::from_digit(digit, 10)).collect()
}

/// Whether a piece does not stand inside a longer word.
pub(super) fn is_bounded(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).and_then(|before| before.chars().next_back());
    let after = text.get(end..).and_then(|after| after.chars().next());
    let first = text.get(start..end).and_then(|it| it.chars().next());
    let last = text.get(start..end).and_then(|it| it.chars().next_back());
    let joins = |one: Option<char>, other: Option<char>| {
        one.is_some_and(char::is_alphanumeric) && other.is_some_and(char::is_alphanumeric)
    };
    !joins(before, first) && !joins(last, after)
}
