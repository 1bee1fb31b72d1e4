//! Codes that are one slip of the hand or the eye away from what was typed.
//!
//! Every text that is one slip away is made and looked up, so that the cost does not grow with the code set.

use super::codes::Codes;
use crate::model::ids::CodeId;
use std::collections::BTreeMap;
use std::collections::HashMap;

/// Codes of fewer signs are all near each other.
const SHORTEST: usize = 3;
/// Longer texts are no code.
const LONGEST: usize = 24;
/// Most zeros that may be missing in front: no number that is a code is wider.
const MOST_ZEROS: usize = 9;
/// Most codes that are named.
pub const MOST: usize = 5;
/// Most signs of one text that may be taken for another.
const MOST_ALIKE: usize = 8;
/// In larger code sets nobody looks for a name among all of them.
const MOST_NAMED: usize = 2_000;
/// Bytes of the longest name.
const LONGEST_NAME: usize = 200;
/// Letters and digits that are taken for each other.
const ALIKE: &[(u8, u8)] = &[(b'O', b'0'), (b'I', b'1'), (b'L', b'1'), (b'S', b'5'), (b'B', b'8'), (b'Z', b'2')];
/// Signs of which codes are made.
const SIGNS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-/ ";

/// What separates a code from what was typed, the likeliest slip first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slip {
    /// The title or another name of the code in place of the code.
    Name,
    /// The code with more behind it: its title, or further codes.
    Within,
    /// A number without the zeros in front of it, as a spreadsheet writes it.
    Zeros,
    /// The last sign stands too far in front: the signs before it that all codes of the group have are left out.
    Unfilled,
    /// Signs that look alike.
    Alike,
    /// Two signs that change places.
    Swapped,
    /// A sign too many.
    Added,
    /// A sign too few.
    Dropped,
    /// Another sign.
    Other,
}

impl Slip {
    /// Where such a slip explains what was typed, other slips are not worth naming.
    pub fn is_plain(self) -> bool {
        self <= Slip::Alike
    }
}

impl Codes<'_> {
    /// The codes for which a text may have been typed that is no code, the likeliest first; five at most of those
    /// that are wanted.
    /// Case, blanks and dots do not matter.
    pub fn mistyped(self, typed: &str, is_wanted: impl Fn(CodeId) -> bool) -> Vec<(Slip, CodeId)> {
        let named: Vec<(Slip, CodeId)> =
            self.named(typed).into_iter().filter(|code| is_wanted(*code)).map(|code| (Slip::Name, code)).collect();
        if !named.is_empty() {
            return named;
        }
        let within: Vec<(Slip, CodeId)> =
            self.within(typed).into_iter().filter(|code| is_wanted(*code)).map(|code| (Slip::Within, code)).collect();
        if !within.is_empty() {
            return within;
        }
        let signs: Vec<u8> = typed.bytes().filter(|byte| !matches!(byte, b'.' | b' ')).collect();
        if !typed.is_ascii() || !(1..=LONGEST).contains(&signs.len()) {
            return Vec::new();
        }
        let signs = signs.to_ascii_uppercase();
        let mut near: BTreeMap<CodeId, Slip> = BTreeMap::new();
        let mut note = |slip: Slip, text: &[u8]| {
            let code = std::str::from_utf8(text).ok().and_then(|text| self.find(text));
            if let Some(code) = code.filter(|code| is_wanted(*code)) {
                near.entry(code).and_modify(|before| *before = slip.min(*before)).or_insert(slip);
            }
        };
        zeros(&signs, &mut note);
        if signs.len() >= SHORTEST {
            alike(&signs, &mut note);
            edits(&signs, &mut note);
        }
        for filled in self.filled(&signs) {
            note(Slip::Unfilled, &filled);
        }
        let mut near: Vec<(Slip, CodeId)> = near.into_iter().map(|(code, slip)| (slip, code)).collect();
        near.sort_unstable();
        if let Some(plain) = near.first().map(|it| it.0).filter(|slip| slip.is_plain()) {
            near.retain(|it| it.0 == plain);
        }
        near.truncate(MOST);
        near
    }

    /// Codes at the beginning of a text, and behind what separates several values.
    fn within(self, typed: &str) -> Vec<CodeId> {
        let mut codes = Vec::new();
        let parts = typed.split([',', ';', '|']);
        for part in parts.take(MOST) {
            let mut words = part.split_whitespace();
            let word = words.next().unwrap_or_default();
            let is_part = word.len() > 1 && word.len() < typed.trim().len();
            if let Some(code) = self.find(word).filter(|code| is_part && !codes.contains(code)) {
                // What else stands behind a code may be anything.
                let title = self.display(code).to_lowercase();
                let is_of_title = |word: &str| word.len() > 3 && title.contains(&word.to_lowercase());
                let rest: Vec<&str> = words.collect();
                if rest.is_empty() || rest.into_iter().any(is_of_title) {
                    codes.push(code);
                }
            }
        }
        codes
    }

    /// Codes of which a text is the title or another name, whatever its capitals and signs.
    fn named(self, typed: &str) -> Vec<CodeId> {
        if self.len() > MOST_NAMED || typed.len() > LONGEST_NAME {
            return Vec::new();
        }
        let named = self.set.named.get_or_init(|| {
            let mut named: HashMap<String, Vec<CodeId>> = HashMap::new();
            for code in self.all() {
                for name in self.synonyms(code).iter().map(String::as_str).chain([self.display(code)]) {
                    let codes = named.entry(letters(name)).or_default();
                    if codes.len() < MOST && codes.last() != Some(&code) {
                        codes.push(code);
                    }
                }
            }
            named.remove("");
            named
        });
        named.get(&letters(typed)).cloned().unwrap_or_default()
    }

    /// The last sign moved behind the signs that all codes have that stand under what is before it: `W21.9A` for
    /// `W21.9XXA`. These signs are no choice, so they are easily forgotten.
    fn filled(self, signs: &[u8]) -> Vec<Vec<u8>> {
        let Some((last, stem)) = signs.split_last().filter(|(_, stem)| stem.len() >= SHORTEST) else {
            return Vec::new();
        };
        let Some(group) = std::str::from_utf8(stem).ok().and_then(|stem| self.find(stem)) else { return Vec::new() };
        let mut shared: Option<Vec<u8>> = None;
        for below in group.through(self.subtree_end(group)).skip(1) {
            let code: Vec<u8> = self.code(below).bytes().filter(|byte| *byte != b'.').collect();
            let Some((_, rest)) = code.get(stem.len()..).and_then(|rest| rest.split_last()) else { return Vec::new() };
            let longest = shared.unwrap_or_else(|| rest.to_vec());
            let length = longest.iter().zip(rest).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
            if length == 0 {
                return Vec::new();
            }
            shared = longest.get(..length).map(<[u8]>::to_vec);
        }
        let shared = shared.unwrap_or_default();
        (1..=shared.len()).filter_map(|length| Some([stem, shared.get(..length)?, &[*last]].concat())).collect()
    }
}

/// The letters and digits of a text, in small letters.
fn letters(text: &str) -> String {
    text.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn zeros(signs: &[u8], note: &mut impl FnMut(Slip, &[u8])) {
    if signs.iter().all(u8::is_ascii_digit) {
        for count in 1..=MOST_ZEROS {
            note(Slip::Zeros, &[&vec![b'0'; count], signs].concat());
        }
    }
}

/// Every text in which some signs are replaced by those that look like them.
fn alike(signs: &[u8], note: &mut impl FnMut(Slip, &[u8])) {
    let twins = |sign: u8| {
        ALIKE.iter().filter_map(move |(letter, digit)| match sign {
            it if it == *letter => Some(*digit),
            it if it == *digit => Some(*letter),
            _ => None,
        })
    };
    let mut texts = vec![signs.to_vec()];
    let doubtful = (0..signs.len()).filter(|at| signs.get(*at).is_some_and(|sign| twins(*sign).next().is_some()));
    for at in doubtful.take(MOST_ALIKE) {
        let sign = signs.get(at).copied().unwrap_or_default();
        let replaced: Vec<Vec<u8>> =
            texts.iter().flat_map(|text| twins(sign).map(|twin| replaced(text, at, twin))).collect();
        texts.extend(replaced);
    }
    texts.iter().skip(1).for_each(|text| note(Slip::Alike, text));
}

/// Every text that is one sign, or one exchange of neighbours, away.
fn edits(signs: &[u8], note: &mut impl FnMut(Slip, &[u8])) {
    for at in 0..=signs.len() {
        let (before, behind) = signs.split_at(at);
        for sign in SIGNS {
            note(Slip::Dropped, &[before, &[*sign], behind].concat());
        }
        let Some((own, rest)) = behind.split_first() else { continue };
        note(Slip::Added, &[before, rest].concat());
        for sign in SIGNS.iter().filter(|sign| *sign != own) {
            note(Slip::Other, &replaced(signs, at, *sign));
        }
        if let Some((next, rest)) = rest.split_first().filter(|(next, _)| *next != own) {
            note(Slip::Swapped, &[before, &[*next, *own], rest].concat());
        }
    }
}

fn replaced(signs: &[u8], at: usize, by: u8) -> Vec<u8> {
    signs.iter().enumerate().map(|(place, sign)| if place == at { by } else { *sign }).collect()
}
