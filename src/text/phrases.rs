//! What a text says: one pass over its words finds every phrase of the domain, in any word form.
//!
//! A word is a run of letters and digits; it counts by its stem (Snowball English) after NFKC and lower-casing, so that
//! `pulled over` is found in `pulling over`. Phrases stand in a trie over numbered stems; a text is read once for each
//! encounter, however many expressions ask about it.

use super::beginnings::Beginnings;
use super::mail::Mail;
use super::negation;
use super::tokens::Gap;
use super::tokens::PhraseMatch;
use super::tokens::Token;
use super::tokens::normal;
use super::tokens::split;
use super::trie::Trie;
use crate::model::ids::PhraseId;
use foldhash::HashMap;
use foldhash::HashMapExt;
use rust_stemmers::Algorithm;
use rust_stemmers::Stemmer;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

/// Words kept in memory; more than a language has in daily use, and a bound for hostile input.
const WORDS_KEPT: usize = 1 << 16;
/// Words met lately that are kept; a power of two.
const WORDS_LATELY: usize = 1 << 14;
/// Bytes of the longest word that can be part of a phrase.
const LONGEST_WORD: usize = 64;

/// All phrases of a domain, ready to be looked for.
pub struct Phrases {
    identity: u64,
    stems: HashMap<String, u32>,
    beginnings: Beginnings,
    known: Trie<PhraseId>,
    plains: HashMap<String, u32>,
    cues: negation::Cues,
    mail: Mail,
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
    leaves_out: bool,
    tokens: Vec<Token>,
    found: Vec<PhraseMatch>,
    cues: Vec<negation::Cue>,
}

impl Phrases {
    /// Prepares phrases; one without a letter or digit is never found. `lists` are lists of words, some of
    /// which hold cues: what negates, what makes uncertain.
    pub fn new(phrases: &[String], lists: &[(String, Vec<String>)]) -> Phrases {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let stemmer = Stemmer::create(Algorithm::English);
        let mut made = Phrases {
            identity: NEXT.fetch_add(1, Ordering::Relaxed),
            stems: HashMap::new(),
            beginnings: Beginnings::default(),
            known: Trie::default(),
            plains: HashMap::new(),
            cues: negation::Cues::default(),
            mail: Mail::new(lists),
        };
        for (id, phrase) in PhraseId::numbered(phrases) {
            let mut words = Vec::new();
            split(phrase, |word, _, _, _| {
                let stem = stemmer.stem(&normal(word)).into_owned();
                made.beginnings.add(&stem);
                words.push(number_of(&mut made.stems, stem));
            });
            made.known.insert(&words, id);
        }
        for (cue, action) in negation::cues(lists) {
            let mut words = Vec::new();
            split(cue, |word, _, _, _| words.push(number_of(&mut made.plains, normal(word))));
            if words.is_empty() {
                made.cues.signs.push((cue.to_owned(), action));
            } else {
                let dotted = if cue.ends_with('.') { negation::DOTTED } else { 0 };
                made.cues.words.insert(&words, action | dotted);
            }
        }
        made.cues.signs.sort_by_key(|(sign, _)| std::cmp::Reverse(sign.len()));
        made
    }

    /// What the writer of a text says, with each byte in its place; `None` if that is all of it.
    pub fn said(&self, text: &str) -> Option<String> {
        self.mail.said(text)
    }

    /// Reads a text as far as it is said: its words, the phrases in it, and what is said of them.
    pub fn read(&self, text: &str, said: &str, memory: &mut Memory, reading: &mut Reading) {
        if memory.identity != self.identity {
            memory.identity = self.identity;
            memory.lately.clear();
            // No word is all zeros.
            memory.lately.resize(WORDS_LATELY, (0, (0, 0)));
            memory.short.clear();
            memory.words.clear();
        }
        (reading.address, reading.length) = (text.as_ptr() as usize, text.len());
        reading.leaves_out = !std::ptr::eq(text, said);
        reading.tokens.clear();
        reading.found.clear();
        let tokens = &mut reading.tokens;
        split(said, |word, start, end, gap| {
            let short = packed(said.as_bytes(), start, end);
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
                found.push(PhraseMatch {
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
            negation::mark(&self.cues, said, &reading.tokens, &mut reading.cues, &mut reading.found);
            reading.found.sort_unstable_by_key(|found| (found.phrase, found.start));
        }
    }

    /// Whether the text says of each span of bytes that it is not so.
    pub fn negated(&self, text: &str, spans: &[(usize, usize)]) -> Vec<bool> {
        self.marks(text, spans).iter().map(|(found, _)| found.is_negated || found.is_of_family).collect()
    }

    /// What the text says of each span of bytes, and whether it is part of a cue that negates or makes uncertain.
    pub fn marks(&self, text: &str, spans: &[(usize, usize)]) -> Vec<(PhraseMatch, bool)> {
        let mut tokens = Vec::new();
        split(text, |word, start, end, gap| {
            let plain = if word.len() > LONGEST_WORD { None } else { self.plains.get(&normal(word)) };
            tokens.push(Token { stem: 0, plain: plain.copied().unwrap_or(0), start, end, gap });
        });
        let found = |(start, end): &(usize, usize)| PhraseMatch {
            phrase: PhraseId::FIRST,
            start: *start,
            end: *end,
            first: tokens.partition_point(|token| token.end <= *start),
            last: tokens.partition_point(|token| token.start < *end).saturating_sub(1),
            is_negated: false,
            is_uncertain: false,
            is_of_family: false,
        };
        let mut found: Vec<PhraseMatch> = spans.iter().map(found).collect();
        let mut cues = Vec::new();
        negation::mark(&self.cues, text, &tokens, &mut cues, &mut found);
        let is_cue = |found: &PhraseMatch| cues.iter().any(|cue| cue.doubts_with(found.first));
        found.into_iter().map(|found| (found, is_cue(&found))).collect()
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
        let numbers = (self.stem_of(&normal), plain);
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

impl Phrases {
    /// The number of a word's stem; 0 if it is in no phrase.
    fn stem_of(&self, word: &str) -> u32 {
        if !self.beginnings.may_have(word) {
            return 0;
        }
        let stem = Stemmer::create(Algorithm::English).stem(word);
        self.stems.get(&*stem).copied().unwrap_or(0)
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
        Reading { address: 0, length: 0, leaves_out: false, tokens: Vec::new(), found: Vec::new(), cues: Vec::new() };

    /// Whether words of the text were left out.
    pub fn leaves_out(&self) -> bool {
        self.leaves_out
    }

    /// Whether it was made of this very text, where it lies in memory.
    pub fn is_of(&self, text: &str) -> bool {
        (self.address, self.length) == (text.as_ptr() as usize, text.len())
    }

    /// Whether the text says a phrase.
    pub fn says(&self, phrase: PhraseId, even_negated: bool) -> bool {
        self.of(phrase).iter().any(|found| even_negated || !found.is_negated)
    }

    /// Where the text says a phrase.
    pub fn of(&self, phrase: PhraseId) -> &[PhraseMatch] {
        let from = self.found.partition_point(|found| found.phrase < phrase);
        let to = self.found.partition_point(|found| found.phrase <= phrase);
        self.found.get(from..to).unwrap_or(&[])
    }

    /// Whether no comma and no end of a sentence stands inside what was found.
    pub(crate) fn is_joined(&self, found: &PhraseMatch) -> bool {
        let inside = self.tokens.get(found.first + 1..=found.last).unwrap_or_default();
        inside.iter().all(|token| token.gap == Gap::None)
    }

    /// The word behind what was found in the text, unless a comma or the end of a sentence stands between.
    pub(crate) fn after<'t>(&self, found: &PhraseMatch, text: &'t str) -> Option<&'t str> {
        let next = self.tokens.get(found.last + 1).filter(|token| token.gap == Gap::None)?;
        text.get(next.start..next.end)
    }

    /// Every phrase found, by phrase.
    pub fn found(&self) -> &[PhraseMatch] {
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

fn number_of(numbers: &mut HashMap<String, u32>, word: String) -> u32 {
    let next = u32::try_from(numbers.len() + 1).unwrap_or(0);
    *numbers.entry(word).or_insert(next)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]
    use super::*;

    /// The lists of cues as they are shipped, and some signs.
    fn shared_lists() -> Vec<(String, Vec<String>)> {
        let text = include_str!("../../domains/shared/codes/negation.codes");
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let text = lines.join("\n");
        let lists = text.split("list ").skip(1).filter_map(|list| {
            let (name, rest) = list.split_once('(')?;
            let (members, _) = rest.split_once(')')?;
            let members = members.split(',').map(|it| it.trim().trim_matches('"').to_owned());
            Some((name.trim().to_owned(), members.collect()))
        });
        let signs =
            [("negation-not", &["(-)", "[ ]", "☐"][..]), ("negation-ends", &["☒"]), ("negation-both", &["vs."])];
        let signs = signs.map(|(name, signs)| (name.to_owned(), signs.iter().map(|sign| (*sign).to_owned()).collect()));
        lists.chain(signs).collect()
    }

    fn read(phrases: &[&str], text: &str) -> Vec<(usize, bool)> {
        let phrases: Vec<String> = phrases.iter().map(|it| (*it).to_owned()).collect();
        let mut reading = Reading::default();
        Phrases::new(&phrases, &shared_lists()).read(text, text, &mut Memory::default(), &mut reading);
        reading.found().iter().map(|found| (found.phrase.index(), found.is_negated)).collect()
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
        Phrases::new(&phrases, &shared_lists()).read(text, text, &mut Memory::default(), &mut reading);
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
            ("nausea", "nausea - no"),
            ("nausea", "fever - yes, nausea - no, cough - yes"),
            ("pain", "denies that he has pain"),
            ("stroke", "no evidence of acute stroke"),
            ("stroke", "negative for hemorrhage, mass, stroke"),
            ("chest pain", "(-) chest pain, (-) cough"),
            ("cough", "(-) chest pain, (-) cough"),
            ("chest pain", "chest pain (-), cough"),
            ("fever", "[x] cough [ ] fever"),
            ("fever", "☒ cough ☐ fever"),
            ("cough", "stroke? (-) cough"),
            ("cough", "cough (-) ? stroke"),
            ("asthma", "asthma vs. bronchitis"),
            ("bronchitis", "asthma vs. bronchitis"),
        ] {
            assert!(!is_said(phrase, text), "`{phrase}` in `{text}`");
        }
    }

    fn is_doubted(phrase: &str, text: &str) -> bool {
        let phrases = [phrase.to_owned()];
        let mut reading = Reading::default();
        Phrases::new(&phrases, &shared_lists()).read(text, text, &mut Memory::default(), &mut reading);
        reading.found().iter().all(|found| found.is_uncertain)
    }

    #[test]
    fn what_a_text_holds_possible_only_is_uncertain() {
        for text in [
            "? stroke, scan ordered",
            "weakness, ?stroke",
            "stroke?",
            "stroke??",
            "possible stroke",
            "stroke, probable",
            "stroke - likely",
            "poss. stroke",
            "stroke suspected",
            "stroke, rule out",
            "call back as soon as possible, suspect stroke",
            "stroke? (-) cough",
            "cough (-) ? stroke",
        ] {
            assert!(is_doubted("stroke", text), "{text}");
        }
        for text in [
            "stroke",
            "stroke. Probable cause is the clot",
            "fever? Stroke",
            "? fever, stroke",
            "probably. Stroke",
            "scan for the stroke as soon as possible.",
            "stroke care at home if possible",
            "a stroke suspect",
            "a stroke, said the suspect",
            "fever?? Stroke",
        ] {
            assert!(!is_doubted("stroke", text), "{text}");
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
            ("cough", "denies chest pain, has a cough"),
            ("cough", "negative for influenza, found to have a cough"),
            ("cough", "nausea - no, cough - yes"),
            ("cough", "[x] cough [ ] fever"),
            ("cough", "[ ] fever [x] cough"),
            ("cough", "☐ fever ☒ cough"),
            ("cough", "chest pain (-), cough"),
            ("cough", "asthma vs. bronchitis. Cough"),
        ] {
            assert!(is_said(phrase, text), "`{phrase}` in `{text}`");
        }
    }
}
