//! The values that a record hides, and where a text repeats them.

use super::super::checks;
use super::super::resolve::Found;
use super::super::resolve::rank;
use crate::model::text_kind::Kind;
use crate::text::fold::fold;
use crate::text::hashing::hash_word;
use crate::text::page::Gap;
use crate::text::page::Page;
use crate::text::page::Shape;
use crate::text::page::Style;
use crate::text::tokens::cut;
use crate::text::words::class;
use std::cell::OnceCell;

/// Values that a record hides: an exact dictionary for its texts.
#[derive(Default)]
pub struct Known {
    phrases: Vec<Phrase>,
    /// Hashes of the words of phrases, each phrase in one piece.
    sums: Vec<u64>,
    /// Phrases by the hash of their first word; made when the first text is searched.
    order: OnceCell<Vec<(u64, u32)>>,
    /// The values as they are searched in a message.
    texts: Vec<(String, Kind)>,
    /// Digits of long numbers.
    numbers: Vec<(String, Kind)>,
    /// First letters of the words of names.
    initials: Vec<String>,
}

/// A value, or a part of one.
struct Phrase {
    /// Where its words begin in the hashes, and how many there are.
    first: usize,
    count: usize,
    kind: Kind,
    /// One plain word: what else it may mean counts.
    is_word: bool,
}

/// Longer values are whole texts: only the words of names are searched of them.
const LONGEST: usize = 120;
/// Letters of a word in a value, and of the word of a name.
const SHORTEST: usize = 3;
const SHORTEST_NAME: usize = 2;
const FEWEST_DIGITS: usize = 6;
/// Words of what may be a name.
const MOST_WORDS: usize = 5;

impl Known {
    /// Adds a value: the whole of it, the words of a name, the beginning of an address, the digits of a number.
    pub fn add(&mut self, value: &str, kind: Kind) {
        let folded = fold(value);
        let value = folded.as_ref().map_or(value, |folded| folded.text.as_str()).trim();
        let shortest = if kind == Kind::Name { SHORTEST_NAME } else { SHORTEST };
        if value.len() < shortest || value.len() > LONGEST && kind != Kind::Name {
            return;
        }
        let count = value.split_whitespace().count();
        let digits = value.bytes().filter(u8::is_ascii_digit).count();
        if value.len() <= LONGEST {
            let is_alone = count == 1 && value.chars().all(char::is_alphabetic);
            self.phrase(value, kind, is_alone);
            self.texts.push((value.to_lowercase(), kind));
        }
        if digits >= FEWEST_DIGITS {
            self.numbers.push((plain_digits(value), kind));
        }
        if count > 1 && value.starts_with(|c: char| c.is_ascii_digit()) {
            let second = value.match_indices(char::is_whitespace).nth(1).map_or(value.len(), |(at, _)| at);
            self.phrase(value.get(..second).unwrap_or(value), kind, false);
        } else if digits == 0 && count > 1 && (kind == Kind::Name || count <= MOST_WORDS) {
            self.names(value, kind);
        }
    }

    /// The words of a name, and its first letters.
    fn names(&mut self, value: &str, kind: Kind) {
        if kind == Kind::Name {
            let firsts = value.split_whitespace().filter_map(|word| word.chars().next());
            self.initials.push(firsts.flat_map(char::to_uppercase).collect());
        }
        let shortest = if kind == Kind::Name { SHORTEST_NAME } else { SHORTEST };
        let kind = if kind == Kind::Other { Kind::Name } else { kind };
        for word in value.split_whitespace() {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric());
            let is_plain = word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '-' | '’'));
            if word.chars().count() >= shortest && is_plain {
                self.phrase(word, kind, true);
                self.texts.push((word.to_lowercase(), kind));
            }
        }
    }

    fn phrase(&mut self, value: &str, kind: Kind, is_word: bool) {
        let first = self.sums.len();
        self.sums.extend(cut(value).filter_map(|(from, to)| value.get(from..to)).map(|word| {
            let bare = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
            hash_word(bare)
        }));
        let count = self.sums.len() - first;
        if count > 0 {
            self.phrases.push(Phrase { first, count, kind, is_word });
            self.order.take();
        }
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.phrases.is_empty()
    }

    /// Whether a name, or a word of one, stands in a text.
    pub fn names_in(&self, text: &str) -> bool {
        let low = text.to_lowercase();
        let names = self.texts.iter().filter(|(_, kind)| *kind == Kind::Name);
        names
            .into_iter()
            .any(|(name, _)| low.match_indices(name.as_str()).any(|(at, name)| is_bounded(&low, at, at + name.len())))
    }

    /// Whether a text repeats one of the values.
    pub fn is_in(&self, text: &str) -> bool {
        if self.texts.is_empty() || text.is_empty() {
            return false;
        }
        let low = text.to_lowercase();
        let digits = plain_digits(text);
        // Values of two letters stand in many words.
        self.texts.iter().any(|(phrase, _)| phrase.len() >= SHORTEST && low.contains(phrase.as_str()))
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

    /// Phrases by the hash of their first word.
    fn order(&self) -> &[(u64, u32)] {
        self.order.get_or_init(|| {
            let first = |phrase: &Phrase| self.sums.get(phrase.first).copied().unwrap_or(0);
            let mut order: Vec<(u64, u32)> = (0..).zip(&self.phrases).map(|(place, it)| (first(it), place)).collect();
            order.sort_unstable();
            order
        })
    }

    /// The values word by word, whatever stands between the words: `Roe, Jane` repeats `Jane Roe` by its words.
    fn find_phrases(&self, page: &Page<'_>, found: &mut Found<'_>) {
        let order = self.order();
        for (at, word) in page.words.iter().enumerate() {
            let begin = order.partition_point(|(sum, _)| *sum < word.sum);
            for (_, place) in order.iter().skip(begin).take_while(|(sum, _)| *sum == word.sum) {
                let Some(phrase) = self.phrases.get(*place as usize) else { continue };
                let sums = self.sums.get(phrase.first..phrase.first + phrase.count).unwrap_or_default();
                let words = page.words.get(at..at + sums.len()).unwrap_or_default();
                let is_here = words.len() == sums.len() && words.iter().zip(sums).all(|(word, sum)| word.sum == *sum);
                if is_here && !(phrase.is_word && self.is_other_word(page, at, phrase.kind)) {
                    let (start, end) = page.range(initials_before(page, at, phrase.kind), at + sums.len());
                    found.add(start, end, phrase.kind, rank::KNOWN);
                }
            }
            if self.is_initials(page, at) {
                let (start, end) = page.range(at, at + 1);
                found.add(start, end, Kind::Name, rank::KNOWN);
            }
        }
    }

    /// Whether a word written low means something else: nobody knows what was hidden, or it is a word in frequent use
    /// and no other word of the values stands beside it.
    fn is_other_word(&self, page: &Page<'_>, at: usize, kind: Kind) -> bool {
        let is_word = |at: usize| {
            let sum = page.word(at).map_or(0, |word| word.sum);
            self.order().binary_search_by(|(first, _)| first.cmp(&sum)).is_ok()
        };
        let is_beside =
            || is_word(at + 1) || at.checked_sub(1).is_some_and(|it| is_word(it) || page.is(it, class::TITLE));
        page.has_shape(at, Shape::Lower) && (kind == Kind::Other || page.is(at, class::COMMON) && !is_beside())
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
        const WIDEST: usize = 4;
        let mut places: Vec<usize> = Vec::new();
        let mut digits = String::new();
        let mut last = 0;
        for (at, byte) in text.bytes().enumerate().chain([(usize::MAX, b'x')]) {
            if byte.is_ascii_digit() && (digits.is_empty() || at - last <= WIDEST) {
                digits.push(char::from(byte));
                places.push(at);
                last = at;
                continue;
            }
            if !byte.is_ascii_digit() && b" -.()/+_\t\r\n,:|*".contains(&byte) {
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
