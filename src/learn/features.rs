//! A text as hashed features: its words, pairs of neighboring words, and runs of three and four letters in a word.
//!
//! Features have no dictionary: a hash of each is its number. So a word that no example has still shares runs of letters
//! with those that they have, which is what makes misspelt words harmless.

use crate::text::tokens::cut;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Numbers that a feature may have.
pub(super) const SPACE: usize = 1 << SPACE_BITS;
const SPACE_BITS: u32 = 18;
/// Words of a text that are looked at.
const MOST_WORDS: usize = 1_000;
/// Lengths of the runs of letters, the ends of the word counted as a letter each.
const RUNS: [usize; 2] = [3, 4];
/// A number of more digits tells which one it is, not what it is about: its digits count as equal.
const LONGEST_NUMBER: usize = 4;

/// Features of one kind are weighed against each other only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Block {
    /// Words and pairs of words.
    Words,
    /// Runs of letters.
    Letters,
}

/// Something that a text has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Feature {
    /// Its number, below [`SPACE`].
    pub id: u32,
    pub block: Block,
    /// The word it is of, by position; of a pair the second.
    pub word: u16,
    /// It is a pair, half of which is the word before.
    pub is_pair: bool,
}

impl Feature {
    /// Orders features by number, then by where they are. One number is compared faster than four.
    pub fn key(self) -> u64 {
        let place = u64::from(self.word) << 1 | u64::from(self.is_pair);
        u64::from(self.id) << 32 | (self.block as u64) << 20 | place
    }
}

/// A word of a text that is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    /// Which of the texts that were read it stands in.
    pub text: u16,
    /// First byte in that text.
    pub start: usize,
    /// Byte after its last.
    pub end: usize,
    from: usize,
    to: usize,
}

/// The words and features of some texts. It is used again for the next ones, so that nothing is allocated for them.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub words: Vec<Word>,
    pub features: Vec<Feature>,
    texts: u16,
    folded: String,
    padded: Vec<u8>,
}

impl Reading {
    /// Forgets what was read.
    pub fn clear(&mut self) {
        self.words.clear();
        self.features.clear();
        self.folded.clear();
        self.texts = 0;
    }

    /// Adds a text to what is read.
    pub fn read(&mut self, text: &str) {
        let first = self.words.len();
        for (start, end) in cut(text).take(MOST_WORDS.saturating_sub(first)) {
            let from = self.folded.len();
            fold(text.get(start..end).unwrap_or_default(), &mut self.folded);
            let to = self.folded.len();
            if to > from {
                self.words.push(Word { text: self.texts, start, end, from, to });
            }
        }
        self.texts = self.texts.saturating_add(1);
        let mut before = None;
        for place in first..self.words.len() {
            before = self.add_features(place, before);
        }
    }

    /// A word as it is compared: in lower case, without accents and apostrophes, stretched letters shortened.
    pub fn folded(&self, word: &Word) -> &str {
        self.folded.get(word.from..word.to).unwrap_or_default()
    }

    /// Adds the features of one word, given the hash of the word before; returns its own.
    fn add_features(&mut self, place: usize, before: Option<u64>) -> Option<u64> {
        let word = self.words.get(place)?;
        let bytes = self.folded.as_bytes().get(word.from..word.to)?;
        let own = hash(1, bytes);
        #[expect(clippy::cast_possible_truncation, reason = "there are at most MOST_WORDS")]
        let place = place as u16;
        let mut add =
            |hash, block, is_pair| self.features.push(Feature { id: number(hash), block, word: place, is_pair });
        add(own, Block::Words, false);
        if let Some(before) = before {
            add(pair(before, own), Block::Words, true);
        }
        self.padded.clear();
        self.padded.push(b' ');
        self.padded.extend_from_slice(bytes);
        self.padded.push(b' ');
        for length in RUNS {
            for run in self.padded.windows(length) {
                add(hash(length as u64, run), Block::Letters, false);
            }
        }
        Some(own)
    }
}

/// FNV-1a over a feature; `seed` tells kinds of features apart.
fn hash(seed: u64, bytes: &[u8]) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bytes.iter().fold(start, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The hash of two neighboring words, in this order.
fn pair(first: u64, second: u64) -> u64 {
    (first.rotate_left(23) ^ second).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The number of a feature. The bits are mixed once more because the high ones are taken.
fn number(hash: u64) -> u32 {
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    (mixed >> (64 - SPACE_BITS)) as u32
}

fn fold(word: &str, out: &mut String) {
    let begin = out.len();
    let is_long_number = word.bytes().filter(u8::is_ascii_digit).count() > LONGEST_NUMBER;
    let mut push = |sign: char| {
        let sign = if is_long_number && sign.is_ascii_digit() { '0' } else { sign };
        // `sooo` and `soooo` say what `soo` says.
        let run = out.get(begin..).unwrap_or_default().chars().rev().take(2).filter(|last| *last == sign).count();
        if run < 2 || sign.is_ascii_digit() {
            out.push(sign);
        }
    };
    if word.is_ascii() {
        word.bytes().filter(|byte| *byte != b'\'').for_each(|byte| push(char::from(byte.to_ascii_lowercase())));
    } else {
        let signs = word.nfkd().filter(|sign| !is_combining_mark(*sign) && !matches!(sign, '\'' | '’'));
        signs.flat_map(char::to_lowercase).for_each(push);
    }
}

#[cfg(test)]
mod tests {
    use super::Reading;

    fn words(text: &str) -> Vec<String> {
        let mut reading = Reading::default();
        reading.read(text);
        reading.words.iter().map(|word| reading.folded(word).to_owned()).collect()
    }

    #[test]
    fn writings_of_one_word_are_one_word() {
        assert_eq!(words("Café CAFE cafe\u{301}"), ["cafe"; 3]);
        assert_eq!(words("can't cant CAN’T"), ["cant"; 3]);
        assert_eq!(words("sooo soooooo"), ["soo"; 2]);
        assert_eq!(words("911 order 90312 7788990"), ["911", "order", "00000", "0000000"]);
    }

    #[test]
    fn two_texts_are_not_read_as_one() {
        let (mut one, mut two) = (Reading::default(), Reading::default());
        one.read("stolen bike");
        two.read("stolen");
        two.read("bike");
        let pairs = |reading: &Reading| reading.features.iter().filter(|feature| feature.is_pair).count();
        assert_eq!((pairs(&one), pairs(&two)), (1, 0));
    }
}
