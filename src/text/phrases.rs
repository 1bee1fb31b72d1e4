//! What a text says: one pass over its words finds every phrase of the domain, in any word form.
//!
//! A word is a run of letters and digits; it counts by its stem (Snowball English) after NFKC and lower-casing, so that
//! `pulled over` is found in `pulling over`. Phrases stand in a trie over numbered stems; a text is read once for each
//! encounter, however many expressions ask about it.

use super::negation;
use foldhash::HashMap;
use foldhash::HashMapExt;
use rust_stemmers::Algorithm;
use rust_stemmers::Stemmer;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use unicode_normalization::UnicodeNormalization;

/// Words kept in memory; more than a language has in daily use, and a bound for hostile input.
const WORDS_KEPT: usize = 1 << 16;
/// Words met lately that are kept; a power of two.
const WORDS_LATELY: usize = 1 << 14;
/// Bytes of the longest word that can be part of a phrase.
const LONGEST_WORD: usize = 64;

/// What stands between a word and the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gap {
    /// A blank, a hyphen.
    None,
    /// A comma or a bracket.
    Comma,
    /// The end of a sentence or of a clause.
    End,
}

/// A word of a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    /// Number of its stem among the words of phrases; 0 for none of them.
    pub(crate) stem: u32,
    /// Number of the word as it stands among the words of cues; 0 for none of them.
    pub(crate) plain: u32,
    /// First byte.
    pub(crate) start: usize,
    /// Byte after the last.
    pub(crate) end: usize,
    /// What stands before it.
    pub(crate) gap: Gap,
}

/// A phrase found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Phrase, by place in the domain's list.
    pub phrase: u32,
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// First word, from 0.
    pub(crate) first: usize,
    /// Last word.
    pub(crate) last: usize,
    /// The text says that it is not so.
    pub is_negated: bool,
    /// The text is not sure.
    pub is_uncertain: bool,
    /// It is said of a relative.
    pub is_of_family: bool,
}

/// A trie over numbered words.
#[derive(Default)]
pub(crate) struct Trie {
    starts: Vec<u32>,
    next: HashMap<(u32, u32), u32>,
    ends: Vec<Vec<u32>>,
}

/// All phrases of a domain, ready to be looked for.
pub struct Phrases {
    identity: u64,
    stems: HashMap<String, u32>,
    known: Trie,
    plains: HashMap<String, u32>,
    cues: Trie,
}

/// Words met before, with their numbers; belongs to one [`Phrases`] at a time.
#[derive(Default)]
pub struct Memory {
    identity: u64,
    /// Short words met lately, each in the one place where it may stand: most words are found here at once.
    lately: Vec<(u128, (u32, u32))>,
    /// Short words, by their bytes.
    short: HashMap<u128, (u32, u32)>,
    words: HashMap<Box<str>, (u32, u32)>,
}

/// A text that was read.
#[derive(Default)]
pub struct Reading {
    address: usize,
    length: usize,
    tokens: Vec<Token>,
    found: Vec<Found>,
    cues: Vec<negation::Cue>,
}

impl Trie {
    fn insert(&mut self, words: &[u32], value: u32) {
        let Some((first, rest)) = words.split_first() else { return };
        if self.ends.is_empty() {
            self.ends.push(Vec::new());
        }
        let first = *first as usize;
        if self.starts.len() <= first {
            self.starts.resize(first + 1, 0);
        }
        let mut node = self.starts.get(first).copied().unwrap_or(0);
        if node == 0 {
            node = self.add_node();
            if let Some(slot) = self.starts.get_mut(first) {
                *slot = node;
            }
        }
        for word in rest {
            node = match self.next.get(&(node, *word)) {
                Some(next) => *next,
                None => {
                    let next = self.add_node();
                    self.next.insert((node, *word), next);
                    next
                }
            };
        }
        if let Some(ends) = self.ends.get_mut(node as usize) {
            ends.push(value);
        }
    }

    fn add_node(&mut self) -> u32 {
        self.ends.push(Vec::new());
        u32::try_from(self.ends.len() - 1).unwrap_or(0)
    }

    /// Visits the values of every entry that begins with the first word: value, number of words.
    pub(crate) fn visit(&self, words: impl Iterator<Item = u32>, mut visit: impl FnMut(u32, usize)) {
        let mut node = 0;
        for (place, word) in words.enumerate() {
            node = match (place, word) {
                (_, 0) => 0,
                (0, word) => self.starts.get(word as usize).copied().unwrap_or(0),
                (_, word) => self.next.get(&(node, word)).copied().unwrap_or(0),
            };
            if node == 0 {
                return;
            }
            self.ends.get(node as usize).into_iter().flatten().for_each(|value| visit(*value, place + 1));
        }
    }
}

impl Phrases {
    /// Prepares phrases; one without a letter or digit is never found.
    pub fn new(phrases: &[String]) -> Phrases {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let stemmer = Stemmer::create(Algorithm::English);
        let mut made = Phrases {
            identity: NEXT.fetch_add(1, Ordering::Relaxed),
            stems: HashMap::new(),
            known: Trie::default(),
            plains: HashMap::new(),
            cues: Trie::default(),
        };
        for (place, phrase) in (0_u32..).zip(phrases) {
            let mut words = Vec::new();
            split(phrase, |word, _, _, _| {
                let stem = stemmer.stem(&normal(word)).into_owned();
                words.push(number_of(&mut made.stems, stem));
            });
            made.known.insert(&words, place);
        }
        for (cue, kind) in negation::CUES {
            let words: Vec<u32> = cue.split(' ').map(|word| number_of(&mut made.plains, word.to_owned())).collect();
            made.cues.insert(&words, *kind as u32);
        }
        made
    }

    /// Reads a text: its words, the phrases in it, and what is said of them.
    pub fn read(&self, text: &str, memory: &mut Memory, reading: &mut Reading) {
        if memory.identity != self.identity {
            memory.identity = self.identity;
            memory.lately.clear();
            // No word is all zeros.
            memory.lately.resize(WORDS_LATELY, (0, (0, 0)));
            memory.short.clear();
            memory.words.clear();
        }
        (reading.address, reading.length) = (text.as_ptr() as usize, text.len());
        reading.tokens.clear();
        reading.found.clear();
        let tokens = &mut reading.tokens;
        split(text, |word, start, end, gap| {
            let short = packed(text.as_bytes(), start, end);
            let (stem, plain) = self.numbers(word, short, memory);
            tokens.push(Token { stem, plain, start, end, gap });
        });
        for first in 0..reading.tokens.len() {
            let Some(rest) = reading.tokens.get(first..) else { break };
            if rest.first().is_none_or(|token| token.stem == 0) {
                continue;
            }
            let found = &mut reading.found;
            self.known.visit(rest.iter().map(|token| token.stem), |phrase, words| {
                let (Some(from), Some(to)) = (rest.first(), rest.get(words - 1)) else { return };
                found.push(Found {
                    phrase,
                    start: from.start,
                    end: to.end,
                    first,
                    last: first + words - 1,
                    is_negated: false,
                    is_uncertain: false,
                    is_of_family: false,
                });
            });
        }
        if !reading.found.is_empty() {
            negation::mark(&self.cues, &reading.tokens, &mut reading.cues, &mut reading.found);
            reading.found.sort_unstable_by_key(|found| (found.phrase, found.start));
        }
    }

    /// Whether the text says of each span of bytes that it is not so.
    pub fn negated(&self, text: &str, spans: &[(usize, usize)]) -> Vec<bool> {
        let mut tokens = Vec::new();
        split(text, |word, start, end, gap| {
            let plain = if word.len() > LONGEST_WORD { None } else { self.plains.get(&normal(word)) };
            tokens.push(Token { stem: 0, plain: plain.copied().unwrap_or(0), start, end, gap });
        });
        let found = |(start, end): &(usize, usize)| Found {
            phrase: 0,
            start: *start,
            end: *end,
            first: tokens.partition_point(|token| token.end <= *start),
            last: tokens.partition_point(|token| token.start < *end).saturating_sub(1),
            is_negated: false,
            is_uncertain: false,
            is_of_family: false,
        };
        let mut found: Vec<Found> = spans.iter().map(found).collect();
        negation::mark(&self.cues, &tokens, &mut Vec::new(), &mut found);
        found.iter().map(|found| found.is_negated || found.is_of_family).collect()
    }

    /// The numbers of a word: of its stem, and of the word as it stands.
    fn numbers(&self, word: &str, short: Option<u128>, memory: &mut Memory) -> (u32, u32) {
        if let Some(key) = short {
            let place = place_of(key);
            if let Some((known, numbers)) = memory.lately.get(place)
                && *known == key
            {
                return *numbers;
            }
            let numbers = self.numbers_once(word, short, memory);
            if let Some(slot) = memory.lately.get_mut(place) {
                *slot = (key, numbers);
            }
            return numbers;
        }
        self.numbers_once(word, short, memory)
    }

    /// The same of a word that was not met lately.
    fn numbers_once(&self, word: &str, short: Option<u128>, memory: &mut Memory) -> (u32, u32) {
        let known = match short {
            Some(key) => memory.short.get(&key),
            None => memory.words.get(word),
        };
        if let Some(numbers) = known {
            return *numbers;
        }
        if word.len() > LONGEST_WORD {
            return (0, 0);
        }
        let normal = normal(word);
        let plain = self.plains.get(&normal).copied().unwrap_or(0);
        let stem = Stemmer::create(Algorithm::English).stem(&normal).into_owned();
        let numbers = (self.stems.get(&stem).copied().unwrap_or(0), plain);
        if memory.short.len() + memory.words.len() >= WORDS_KEPT {
            memory.short.clear();
            memory.words.clear();
        }
        match short {
            Some(key) => memory.short.insert(key, numbers),
            None => memory.words.insert(Box::from(word), numbers),
        };
        numbers
    }
}

/// Where a short word may stand among those met lately. Two that meet only cost a look into the map.
fn place_of(key: u128) -> usize {
    #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
    let (low, high) = (key as u64, (key >> 64) as u64);
    let mixed = (low ^ high.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(mixed >> (64 - WORDS_LATELY.trailing_zeros())).unwrap_or(0)
}

/// A word of up to sixteen bytes as one number. No word holds a zero byte, so no two are the same number.
fn packed(text: &[u8], start: usize, end: usize) -> Option<u128> {
    let length = end.checked_sub(start).filter(|length| (1..=16).contains(length))?;
    if let Some(bytes) = text.get(start..start + 16).and_then(|bytes| <[u8; 16]>::try_from(bytes).ok()) {
        return Some(u128::from_le_bytes(bytes) & (u128::MAX >> (128 - 8 * length)));
    }
    let mut bytes = [0; 16];
    bytes.get_mut(..length)?.copy_from_slice(text.get(start..end)?);
    Some(u128::from_le_bytes(bytes))
}

impl Reading {
    /// A reading of nothing.
    pub const EMPTY: Reading =
        Reading { address: 0, length: 0, tokens: Vec::new(), found: Vec::new(), cues: Vec::new() };

    /// Whether it was made of this very text, where it lies in memory.
    pub fn is_of(&self, text: &str) -> bool {
        (self.address, self.length) == (text.as_ptr() as usize, text.len())
    }

    /// Whether the text says a phrase.
    pub fn says(&self, phrase: u32, even_negated: bool) -> bool {
        self.of(phrase).iter().any(|found| even_negated || !found.is_negated)
    }

    /// Where the text says a phrase.
    pub fn of(&self, phrase: u32) -> &[Found] {
        let from = self.found.partition_point(|found| found.phrase < phrase);
        let to = self.found.partition_point(|found| found.phrase <= phrase);
        self.found.get(from..to).unwrap_or(&[])
    }

    /// Every phrase found, by phrase.
    pub fn found(&self) -> &[Found] {
        &self.found
    }
}

/// The stems of a text's words, in their order.
pub fn stems(text: &str) -> Vec<String> {
    let stemmer = Stemmer::create(Algorithm::English);
    let mut stems = Vec::new();
    split(text, |word, _, _, _| stems.push(stemmer.stem(&normal(word)).into_owned()));
    stems
}

/// Lower-case, NFKC, without apostrophes and the `'s` of a possessive.
fn normal(word: &str) -> String {
    let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
    let word = word.strip_suffix("'S").unwrap_or(word);
    if word.is_ascii() {
        return word.bytes().filter(|byte| *byte != b'\'').map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    }
    word.nfkc().filter(|sign| !matches!(sign, '\'' | '’')).flat_map(char::to_lowercase).collect()
}

fn number_of(numbers: &mut HashMap<String, u32>, word: String) -> u32 {
    let next = u32::try_from(numbers.len() + 1).unwrap_or(0);
    *numbers.entry(word).or_insert(next)
}

/// Calls `visit` for each word: the word, its first byte, the byte after its last, what stands before it.
fn split<'t>(text: &'t str, mut visit: impl FnMut(&'t str, usize, usize, Gap)) {
    let bytes = text.as_bytes();
    let (mut at, mut gap) = (0, Gap::None);
    loop {
        let start = at;
        at = end_of_word(text, start);
        if at > start
            && let Some(word) = text.get(start..at)
        {
            visit(word, start, at, gap);
            gap = Gap::None;
        }
        let Some(sign) = sign_at(text, at) else { return };
        let next = at + sign.len_utf8();
        gap = match (gap, sign) {
            (gap, ' ') => gap,
            (Gap::End, _) | (_, ';' | '\n' | '–' | '—' | '•') => Gap::End,
            (_, '.' | '!' | '?') if sign_at(text, next).is_none_or(|it| it.is_whitespace() || it == '"') => Gap::End,
            (_, '-')
                if at.checked_sub(1).and_then(|it| bytes.get(it)) == Some(&b' ') && bytes.get(next) == Some(&b' ') =>
            {
                Gap::End
            }
            (_, ',' | '(' | ')' | '[' | ']') => Gap::Comma,
            (gap, _) => gap,
        };
        at = next;
    }
}

/// For each byte, whether it is a letter or digit of ASCII.
static IS_PLAIN: [bool; 256] = {
    let mut is_plain = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        #[expect(clippy::cast_possible_truncation, clippy::indexing_slicing, reason = "below 128")]
        {
            is_plain[byte] = (byte as u8).is_ascii_alphanumeric();
        }
        byte += 1;
    }
    is_plain
};

/// The byte after a word that begins here; the same byte if none does.
fn end_of_word(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        at += rest.iter().take_while(|byte| IS_PLAIN.get(usize::from(**byte)) == Some(&true)).count();
        match bytes.get(at) {
            // An apostrophe joins what stands on both sides of it.
            Some(b'\'') if at > start && sign_at(text, at + 1).is_some_and(is_of_word) => at += 1,
            Some(byte) if byte.is_ascii() => return at,
            Some(_) => match sign_at(text, at) {
                Some('’') if at > start && sign_at(text, at + 3).is_some_and(is_of_word) => at += 3,
                Some(sign) if is_of_word(sign) => at += sign.len_utf8(),
                _ => return at,
            },
            None => return at,
        }
    }
}

/// The sign that begins at a byte.
fn sign_at(text: &str, at: usize) -> Option<char> {
    match text.as_bytes().get(at) {
        Some(byte) if byte.is_ascii() => Some(char::from(*byte)),
        _ => text.get(at..)?.chars().next(),
    }
}

/// Letters, digits, and the marks that are written over letters.
fn is_of_word(sign: char) -> bool {
    sign.is_ascii_alphanumeric()
        || (!sign.is_ascii() && (sign.is_alphanumeric() || matches!(sign, '\u{300}'..='\u{36f}')))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn read(phrases: &[&str], text: &str) -> Vec<(u32, bool)> {
        let phrases: Vec<String> = phrases.iter().map(|it| (*it).to_owned()).collect();
        let mut reading = Reading::default();
        Phrases::new(&phrases).read(text, &mut Memory::default(), &mut reading);
        reading.found().iter().map(|found| (found.phrase, found.is_negated)).collect()
    }

    fn is_said(phrase: &str, text: &str) -> bool {
        let found = read(&[phrase], text);
        assert!(!found.is_empty(), "`{phrase}` is not found at all in `{text}`");
        found.iter().any(|(_, is_negated)| !is_negated)
    }

    #[test]
    fn word_forms_and_overlaps_are_found() {
        let found = read(&["pulled over", "over", "Vehicle stops", "ﬁre"], "PULLING over; a vehicle's stop. Fires!");
        assert_eq!(found, [(0, false), (1, false), (2, false), (3, false)]);
        assert_eq!(read(&["…", "fire"], "misfire"), []);
    }

    #[test]
    fn spans_are_bytes_of_the_text() {
        let phrases = ["café visit".to_owned()];
        let (mut reading, text) = (Reading::default(), "Grüße: Café  visits today");
        Phrases::new(&phrases).read(text, &mut Memory::default(), &mut reading);
        let found = reading.found()[0];
        assert_eq!(text.get(found.start..found.end), Some("Café  visits"));
    }

    #[test]
    fn negations_reach_as_far_as_their_clause() {
        for (phrase, text) in [
            ("chest pain", "Denies chest pain"),
            ("fever", "denied cough, chills, or fever"),
            ("fever", "no cough, chills, or fever"),
            ("injuries", "there were no injuries"),
            ("injury", "without visible injury"),
            ("weapon", "caller did not see a weapon"),
            ("weapon", "caller didn't see a weapon"),
            ("pneumonia", "pneumonia was ruled out"),
            ("pneumonia", "pneumonia is unlikely"),
            ("chest pain", "chest pain denied."),
            ("stroke", "no evidence of acute stroke"),
            ("stroke", "negative for hemorrhage, mass, stroke"),
        ] {
            assert!(!is_said(phrase, text), "`{phrase}` in `{text}`");
        }
    }

    #[test]
    fn what_a_negation_does_not_reach_is_said() {
        for (phrase, text) in [
            ("cough", "denies fever but has cough"),
            ("cough", "No fever. Cough for a week"),
            ("vehicle fled", "no injuries, vehicle fled"),
            ("theft", "not only theft"),
            ("no heat", "there is no heat"),
            ("pain", "no change in pain"),
            ("fight", "family fight denied injuries"),
            ("fever", "fever, denies cough"),
        ] {
            assert!(is_said(phrase, text), "`{phrase}` in `{text}`");
        }
    }
}
