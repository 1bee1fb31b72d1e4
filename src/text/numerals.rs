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
    /// By first letter, the lengths that there are, a bit each: most words of a text are none of them at a look.
    lengths: [u32; 26],
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

    /// Whether at least so many words of letters without marks stand for numbers.
    pub fn are_in(&self, text: &str, fewest: usize) -> bool {
        let is_numeral = |word: &&str| {
            let lengths = letter(word).and_then(|letter| self.lengths.get(letter)).copied().unwrap_or(0);
            lengths & bit(word.len()) != 0 && self.words.contains_key(&hash_word(word))
        };
        let words = text.as_bytes().split(|byte| !byte.is_ascii_alphabetic());
        words.filter_map(|word| std::str::from_utf8(word).ok()).filter(is_numeral).take(fewest).count() == fewest
    }
}

fn letter(word: &str) -> Option<usize> {
    let first = word.bytes().next()?.to_ascii_lowercase();
    first.checked_sub(b'a').map(usize::from).filter(|letter| *letter < 26)
}

/// The bit of a length; the longest words share the last one.
fn bit(length: usize) -> u32 {
    1 << length.min(31)
}
