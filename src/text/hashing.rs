//! Hashes of words, by which lists are looked up: case, dots and apostrophes do not count.

use std::hash::Hasher;

/// Keys are hashes already.
#[derive(Default, Clone)]
pub(crate) struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {}
    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

/// The hash of one or several words, blanks and hyphens alike.
pub(crate) fn hash(text: &str) -> u64 {
    let mut words = text.split([' ', '-', '\t']).filter(|word| !word.is_empty());
    let first = words.next().map_or(0, hash_word);
    words.fold(first, |sum, word| joined(sum, hash_word(word)))
}

/// The hash of a word in lower case, dots and apostrophes left out.
pub(crate) fn hash_word(word: &str) -> u64 {
    let mut sum = Sum::default();
    if word.is_ascii() {
        word.bytes().for_each(|byte| sum.add(byte));
    } else {
        for c in word.chars().flat_map(char::to_lowercase).filter(|c| *c != '’') {
            c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| sum.add(byte));
        }
    }
    sum.finish()
}

/// The hash of words that stand together.
pub(crate) fn joined(before: u64, word: u64) -> u64 {
    mix(before.rotate_left(23) ^ word)
}

/// The hash of a word, made byte by byte.
#[derive(Clone, Copy)]
pub(crate) struct Sum(u64);

impl Default for Sum {
    fn default() -> Sum {
        Sum(0xcbf2_9ce4_8422_2325)
    }
}

impl Sum {
    /// Adds a byte, in lower case; dots and apostrophes do not count.
    pub fn add(&mut self, byte: u8) {
        if !matches!(byte, b'\'' | b'.') {
            self.add_low(byte.to_ascii_lowercase());
        }
    }

    /// Adds a byte that is in lower case.
    pub fn add_low(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }

    /// The hash.
    pub fn finish(self) -> u64 {
        mix(self.0)
    }
}

fn mix(sum: u64) -> u64 {
    let sum = (sum ^ sum >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    sum ^ sum >> 29
}
