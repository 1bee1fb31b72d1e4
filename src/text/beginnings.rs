//! How the words of phrases begin, so that a word which cannot be one of them needs no stem: looking here costs a few
//! instructions, finding a stem a walk through the rules of the language, and most words of a text are in no phrase.
//!
//! A stem in English is its word without an ending, but for its last letter: `cries` has the stem `cri`, `hoping` has `hope`.
//! Words whose stem differs in more are kept by name. A test tries this on all words of the project, with endings added.

/// Bytes of a beginning that are looked at.
const LONGEST: usize = 4;
/// Words of the map; each holds 64 beginnings.
const WORDS: usize = 1024;
/// Words whose stem has only the first letter in common with them.
const ODD: [&str; 3] = ["dying", "lying", "tying"];
/// Stands behind the only letter of a word.
const END: u8 = 0;

/// A set of beginnings. Two may share a place, so that a word is kept for nothing now and then, and none is lost.
pub struct Beginnings {
    places: Vec<u64>,
}

impl Default for Beginnings {
    fn default() -> Beginnings {
        Beginnings { places: vec![0; WORDS] }
    }
}

impl Beginnings {
    /// Adds a stem.
    pub fn add(&mut self, stem: &str) {
        match stem.as_bytes() {
            [] => {}
            // From one letter no ending is taken, but from a vowel: `aing`.
            [letter] => [END, b'\'', b'e', b'i'].iter().for_each(|next| self.put(&[*letter, *next])),
            [front @ .., last] if front.len() < LONGEST => {
                self.put(stem.as_bytes());
                others(*last).iter().for_each(|other| self.put(&[front, &[*other]].concat()));
            }
            longer => self.put(longer),
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        let (word, bit) = place(beginning(bytes, LONGEST));
        if let Some(places) = self.places.get_mut(word) {
            *places |= bit;
        }
    }

    /// Whether the stem of a word may be one of those added.
    pub fn may_have(&self, word: &str) -> bool {
        let has = |number: u64| {
            let (word, bit) = place(number);
            self.places.get(word).is_some_and(|places| places & bit != 0)
        };
        match word.as_bytes() {
            [letter] => has(beginning(&[*letter, END], LONGEST)),
            bytes => (2..=bytes.len().min(LONGEST)).any(|length| has(beginning(bytes, length))) || ODD.contains(&word),
        }
    }
}

/// What else may stand in a word where its stem has this last letter: `cry` for `cri`, `hoping` for `hope`.
fn others(last: u8) -> &'static [u8] {
    match last {
        b'e' => b"iayo",
        b'i' => b"y",
        // `stability` and `stabl`
        b'l' => b"i",
        b'y' => b"i",
        _ => b"",
    }
}

/// The first bytes, as a number that tells how many there are.
fn beginning(bytes: &[u8], length: usize) -> u64 {
    bytes.iter().take(length).fold(1, |number, byte| number << 8 | u64::from(*byte))
}

fn place(beginning: u64) -> (usize, u64) {
    let mixed = beginning.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let place = usize::try_from(mixed >> (64 - WORDS.trailing_zeros() - 6)).unwrap_or(0);
    (place / 64, 1 << (place % 64))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::Beginnings;
    use rust_stemmers::Algorithm;
    use rust_stemmers::Stemmer;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// Endings that the rules of the stemmer know, and some that it does not.
    const ENDINGS: [&str; 36] = [
        "", "s", "es", "ies", "ied", "ed", "edly", "ing", "ingly", "ying", "y", "ly", "li", "e", "er", "ers", "ness",
        "ation", "ational", "ization", "izer", "iveness", "ivity", "iviti", "ability", "biliti", "ousli", "fulness",
        "ful", "alism", "ement", "ence", "ency", "ogy", "logi", "tional",
    ];

    fn words_below(folder: &Path, words: &mut BTreeSet<String>) {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                words_below(&path, words);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                words.extend(text.split(|sign: char| !sign.is_alphanumeric()).map(str::to_lowercase));
            }
        }
    }

    #[test]
    fn a_short_stem_lets_few_other_words_through() {
        let mut beginnings = Beginnings::default();
        ["b", "d", "mi", "use", "car", "x"].iter().for_each(|stem| beginnings.add(stem));
        for word in ["b", "x", "mi", "use", "using", "cars", "carry"] {
            assert!(beginnings.may_have(word), "{word}");
        }
        for word in ["bruise", "driver", "management", "a", "upset", "caller", "crash", "xray"] {
            assert!(!beginnings.may_have(word), "{word}");
        }
    }

    #[test]
    fn a_word_may_have_its_own_stem() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut words = BTreeSet::new();
        words_below(&root.join("domains"), &mut words);
        words_below(&root.join("docs"), &mut words);
        words.extend(
            ["skis", "skies", "dying", "lying", "tying", "idly", "gently", "ugly", "early", "only"].map(str::to_owned),
        );
        let stemmer = Stemmer::create(Algorithm::English);
        let mut tried = 0;
        for word in words.iter().filter(|word| !word.is_empty()) {
            let cut = word.char_indices().nth_back(0).map_or(0, |(at, _)| at);
            for front in [word.as_str(), word.get(..cut).unwrap_or_default()] {
                for ending in ENDINGS {
                    let word = format!("{front}{ending}");
                    let stem = stemmer.stem(&word);
                    let mut beginnings = Beginnings::default();
                    beginnings.add(&stem);
                    assert!(word.is_empty() || beginnings.may_have(&word), "`{word}` has the stem `{stem}`");
                    tried += 1;
                }
            }
        }
        assert!(tried > 500_000, "{tried} words were tried");
    }
}
