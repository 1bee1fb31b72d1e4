//! The values that a record hides, and where a text repeats them.

use super::super::checks;
use super::super::resolve::Found;
use super::super::resolve::rank;
use crate::model::text_kind::Kind;
use crate::text::names_file::NameLists;
use crate::text::page::Gap;
use crate::text::page::Page;
use crate::text::page::Shape;
use crate::text::page::Style;
use crate::text::words::Words;

/// Values that a record hides: an exact dictionary for its texts.
#[derive(Default)]
pub struct Known {
    /// Text, what it is, and whether it is one plain word, which counts only where it is capitalised.
    phrases: Vec<(String, Kind, bool)>,
    /// Digits of long numbers.
    numbers: Vec<(String, Kind)>,
    /// First letters of the words of names.
    initials: Vec<String>,
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
            if kind == Kind::Name {
                let firsts = words.iter().filter_map(|word| word.chars().next());
                self.initials.push(firsts.flat_map(char::to_uppercase).collect());
            }
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

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.phrases.is_empty()
    }

    /// Whether a name, or a word of one, stands in a text.
    pub fn names_in(&self, text: &str) -> bool {
        let low = text.to_lowercase();
        let names = self.phrases.iter().filter(|(_, kind, _)| *kind == Kind::Name);
        names.into_iter().any(|(name, _, _)| {
            low.match_indices(name.as_str()).any(|(at, name)| is_bounded(&low, at, at + name.len()))
        })
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
    pub(super) fn find(&self, page: &Page<'_>, found: &mut Found<'_>) {
        if self.phrases.is_empty() {
            return;
        }
        self.find_phrases(page, found);
        if !self.numbers.is_empty() {
            self.find_numbers(page.text, found);
        }
    }

    /// The values word by word, whatever stands between the words: `Roe, Jane` repeats `Jane Roe` by its words.
    fn find_phrases(&self, page: &Page<'_>, found: &mut Found<'_>) {
        let sums: Vec<Vec<u64>> = self.phrases.iter().map(|(phrase, _, _)| sums(phrase)).collect();
        for at in 0..page.words.len() {
            for (sums, (_, kind, is_word)) in sums.iter().zip(&self.phrases) {
                let to = at + sums.len();
                let words = page.words.get(at..to).unwrap_or_default();
                let is_here = !words.is_empty() && words.iter().zip(sums).all(|(word, sum)| word.sum == *sum);
                let begins_low = page.has_shape(at, Shape::Lower);
                if is_here && !(*is_word && begins_low && *kind == Kind::Other) {
                    let (start, end) = page.range(initials_before(page, at, *kind), to);
                    found.add(start, end, *kind, rank::KNOWN);
                }
            }
            if self.is_initials(page, at) {
                let (start, end) = page.range(at, at + 1);
                found.add(start, end, Kind::Name, rank::KNOWN);
            }
        }
    }

    /// `JMR`, the first letters of a name of three words or more.
    fn is_initials(&self, page: &Page<'_>, at: usize) -> bool {
        page.style == Style::Mixed
            && page.has_shape(at, Shape::Upper)
            && page.length(at) >= SHORTEST
            && self.initials.iter().any(|initials| initials == page.piece(at))
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

/// The first of the initials before a name: `J. M. Roe`.
fn initials_before(page: &Page<'_>, at: usize, kind: Kind) -> usize {
    let mut from = at;
    while kind == Kind::Name
        && from > 0
        && page.has_shape(from - 1, Shape::Initial)
        && matches!(page.gap(from), Gap::Space | Gap::Dot)
        && page.piece(from - 1) != "I"
    {
        from -= 1;
    }
    from
}

/// The hashes of the words of a phrase.
fn sums(phrase: &str) -> Vec<u64> {
    let (none, no_names) = (Words::default(), NameLists::default());
    Page::new(phrase, &none, &no_names, Vec::new()).words.iter().map(|word| word.sum).collect()
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
