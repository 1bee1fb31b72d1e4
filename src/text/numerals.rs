//! Words for numbers: which number, and what the word does among others.

use super::hashing::Same;
use super::hashing::hash;
use super::hashing::hash_word;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;

/// A word for a number, and the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Numeral {
    pub kind: NumeralKind,
    pub value: u16,
}

/// What a word for a number does among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumeralKind {
    /// 0 to 9.
    Unit,
    /// 10 to 19.
    Teen,
    /// 20, 30 … 90.
    Tens,
    /// 100, 1000: multiplies what stands before it.
    Scale,
    /// `and`.
    Link,
    /// `oh`: a zero only among digits.
    Zero,
    /// `double`: how often the digit after it counts.
    Repeat,
    /// `first` to `ninth`.
    OrdinalUnit,
    /// `tenth` to `nineteenth`.
    OrdinalTeen,
    /// `twentieth` … `ninetieth`.
    OrdinalTens,
    /// `nineties`: an age.
    Decade,
}

impl NumeralKind {
    /// Whether a number that is said digit by digit may have the word: no `and`, and nothing that counts places or ages.
    fn has_digits(self) -> bool {
        matches!(
            self,
            NumeralKind::Unit
                | NumeralKind::Teen
                | NumeralKind::Tens
                | NumeralKind::Zero
                | NumeralKind::Repeat
                | NumeralKind::Scale
        )
    }
}

/// Lists of words for numbers, in the order of the numbers: what the words do, the first number, the step to the next.
const NUMERALS: &[(&str, NumeralKind, u16, u16)] = &[
    ("number-units", NumeralKind::Unit, 0, 1),
    ("number-teens", NumeralKind::Teen, 10, 1),
    ("number-tens", NumeralKind::Tens, 20, 10),
    ("number-hundreds", NumeralKind::Scale, 100, 0),
    ("number-thousands", NumeralKind::Scale, 1000, 0),
    ("number-links", NumeralKind::Link, 0, 0),
    ("number-zeros", NumeralKind::Zero, 0, 0),
    ("number-repeats", NumeralKind::Repeat, 2, 1),
    ("ordinal-units", NumeralKind::OrdinalUnit, 1, 1),
    ("ordinal-teens", NumeralKind::OrdinalTeen, 10, 1),
    ("ordinal-tens", NumeralKind::OrdinalTens, 20, 10),
    ("high-decades", NumeralKind::Decade, 90, 10),
];

/// The words that stand for numbers.
#[derive(Default, Clone)]
pub(crate) struct Numerals {
    words: HashMap<u64, Numeral, BuildHasherDefault<Same>>,
    /// By first letter, the lengths in bytes that there are, a bit each, and last those of words that begin with another
    /// letter than `a` to `z`: most words of a text are none of them at a look.
    lengths: [u32; 27],
}

impl Numerals {
    /// Adds the members of a list, if it is one of these; returns their hashes.
    pub fn add(&mut self, list: &str, members: &[String]) -> Vec<u64> {
        let Some((_, kind, first, step)) = NUMERALS.iter().find(|known| known.0 == list) else { return Vec::new() };
        let numbers = (0_u16..).map(|place| first + place * step);
        let sums = numbers.zip(members).map(|(value, member)| {
            let sum = hash(member);
            self.words.insert(sum, Numeral { kind: *kind, value });
            if let Some(lengths) = letter(member).and_then(|letter| self.lengths.get_mut(letter)) {
                *lengths |= bit(member.len());
            }
            sum
        });
        sums.collect()
    }

    /// The number that a word stands for, by its hash.
    pub fn of(&self, sum: u64) -> Option<Numeral> {
        self.words.get(&sum).copied()
    }

    /// Whether at least so many words stand for digits that are said, alone or in pairs.
    pub fn are_in(&self, text: &str, fewest: usize) -> bool {
        let is_digits = |word: &&str| {
            let lengths = letter(word).and_then(|letter| self.lengths.get(letter)).copied().unwrap_or(0);
            lengths & bit(word.len()) != 0 && self.of(hash_word(word)).is_some_and(|it| it.kind.has_digits())
        };
        let words = text.split(|c: char| !c.is_alphabetic());
        words.filter(is_digits).take(fewest).count() == fewest
    }
}

/// Where the lengths of words stand that begin with the letter of a word.
fn letter(word: &str) -> Option<usize> {
    let first = word.bytes().next()?.to_ascii_lowercase();
    if !first.is_ascii() {
        return Some(26);
    }
    first.checked_sub(b'a').map(usize::from).filter(|letter| *letter < 26)
}

/// The bit of a length; the longest words share the last one.
fn bit(length: usize) -> u32 {
    1 << length.min(31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_digit_by_digit_is_seen_whatever_its_letters() {
        let mut numerals = Numerals::default();
        for (list, members) in [
            ("number-units", "null eins zwei drei vier fünf"),
            ("number-repeats", "doppel"),
            ("number-links", "und"),
            ("ordinal-units", "Erster Zweiter Dritter"),
        ] {
            let members: Vec<String> = members.split(' ').map(str::to_owned).collect();
            numerals.add(list, &members);
        }
        for text in ["vier fünf zwei", "“FÜNF”, doppel-vier", "fünf fünf fünf"] {
            assert!(numerals.are_in(text, 3), "{text}");
        }
        for text in ["zwei und drei und", "Erster, zweiter, dritter", "vier fünf", "fünfzig vier zwei"] {
            assert!(!numerals.are_in(text, 3), "{text}");
        }
    }
}
