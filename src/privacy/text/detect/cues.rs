//! Numbers that a cue names: `MRN: 12345`, `license plate 1ABC234`. Cues are lists of `domains/shared`, so that another
//! language is another list.

use super::super::resolve::Found;
use super::super::resolve::rank;
use super::announced::Announced;
use super::announced::Cue;
use super::announced::announced_by;
use super::values;
use super::values::Value;
use crate::model::text_kind::Kind;
use crate::text::fold::fold;
use crate::text::hashing::Same;
use crate::text::hashing::hash_word;
use crate::text::hashing::joined;
use crate::text::names_file::NameLists;
use crate::text::page::Gap;
use crate::text::page::Page;
use crate::text::page::Shape;
use crate::text::words::Words;
use crate::text::words::class;
use crate::text::words::rare;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;

/// All cues, by the hash of their words.
pub(in crate::privacy::text) struct Cues {
    phrases: HashMap<u64, Phrase, BuildHasherDefault<Same>>,
}

/// What the words so far are.
#[derive(Default)]
struct Phrase {
    /// A cue.
    announced: Option<Announced>,
    /// The first words of a longer one.
    goes_on: bool,
    /// After it few digits are enough: `badge 4471`.
    is_short: bool,
}

/// Words of a cue at most.
const MOST_WORDS: usize = 8;

impl Cues {
    /// The cues of the lists `cue-…`, and the list `short-cues` of those after which few digits are enough. The first
    /// words of cues are told to `words`.
    pub fn new(lists: &[(String, Vec<String>)], words: &mut Words) -> Cues {
        let mut cues = Cues { phrases: HashMap::default() };
        for (name, members) in lists {
            if name == "short-cues" {
                members.iter().for_each(|phrase| cues.phrase(phrase, words).is_short = true);
            }
            let Some(announced) = name.strip_prefix("cue-").and_then(announced_by) else { continue };
            for phrase in members {
                // The first list that names it counts.
                cues.phrase(phrase, words).announced.get_or_insert(announced);
            }
        }
        cues
    }

    /// The entry of a phrase, and entries for its beginnings.
    fn phrase(&mut self, phrase: &str, words: &mut Words) -> &mut Phrase {
        let (none, no_names) = (Words::default(), NameLists::default());
        let folded = fold(phrase);
        let page = Page::new(folded.as_ref().map_or(phrase, |it| &it.text), &none, &no_names, Vec::new());
        let mut sums = page.words.iter().map(|word| word.sum).take(MOST_WORDS);
        let mut sum = sums.next().unwrap_or(0);
        words.add(sum, class::CUE);
        for more in sums {
            self.phrases.entry(sum).or_default().goes_on = true;
            sum = joined(sum, more);
        }
        self.phrases.entry(sum).or_default()
    }

    /// All cues of a text, in order, none overlapping: the longest that begins at a word.
    pub(super) fn all(&self, page: &Page<'_>) -> Vec<Cue> {
        let (mut cues, mut at) = (Vec::new(), 0);
        while let Some(word) = page.word(at) {
            let cue = match word.shape {
                Shape::Both if word.class & class::CUE == 0 => self.glued(page, at).map(|cue| (at + 1, cue)),
                _ if word.class & class::CUE != 0 => self.longest(page, at),
                _ => None,
            };
            if let Some(inner) = cue.as_ref().and_then(|(to, cue)| self.reaching_beyond(page, cue, *to)) {
                at = inner;
                continue;
            }
            at = cue.as_ref().map_or(at + 1, |(to, _)| *to);
            cues.extend(cue.map(|(_, cue)| cue));
        }
        cues
    }

    /// The word inside a cue that announces nothing at which a longer one begins: `a case` says nothing, `case number` in
    /// `a case number` does.
    fn reaching_beyond(&self, page: &Page<'_>, cue: &Cue, to: usize) -> Option<usize> {
        let begins = |word: &usize| page.word(*word).is_some_and(|word| word.class & class::CUE != 0);
        let is_longer = |word: &usize| self.longest(page, *word).is_some_and(|(end, _)| end > to);
        let mut inside = if matches!(cue.announced, Announced::Nothing) { cue.at + 1..to } else { to..to };
        inside.find(|word| begins(word) && is_longer(word))
    }

    /// `SSN529147731`: a cue and what it announces in one word.
    fn glued(&self, page: &Page<'_>, at: usize) -> Option<Cue> {
        let piece = page.piece(at);
        let length = piece.bytes().take_while(u8::is_ascii_alphabetic).count();
        let announced = self.phrases.get(&hash_word(piece.get(..length).filter(|it| it.len() > 1)?))?.announced?;
        let is_number = !matches!(
            announced,
            Announced::Name
                | Announced::Address
                | Announced::Secret
                | Announced::AnyCode
                | Announced::ToldCode
                | Announced::ToldName
                | Announced::Word
                | Announced::Nothing
        );
        let end = page.range(at, at).0 + length;
        is_number.then_some(Cue { at, end, announced, is_short: false })
    }

    fn longest(&self, page: &Page<'_>, at: usize) -> Option<(usize, Cue)> {
        let (mut sum, mut to, mut cue) = (page.word(at)?.sum, at + 1, None);
        while let Some(phrase) = self.phrases.get(&sum) {
            if let Some(announced) = phrase.announced {
                cue = Some((to, Cue { at, end: page.range(to - 1, to).1, announced, is_short: phrase.is_short }));
            }
            let is_joined = match page.gap(to) {
                Gap::Space | Gap::Hyphen | Gap::Dot | Gap::Possessive => true,
                _ => page.between(to) == "/",
            };
            let Some(word) = page.word(to).filter(|_| phrase.goes_on && is_joined) else { break };
            sum = joined(sum, word.sum);
            to += 1;
        }
        cue
    }
}

/// Marks what cues announce, but for names and addresses.
pub(super) fn find(page: &Page<'_>, cues: &[Cue], found: &mut Found<'_>) {
    for (place, cue) in cues.iter().enumerate() {
        // What is told of a gate does not end what a cue before it announces: `code for the gate 7719`.
        let mut after = cues.iter().skip(place + 1).filter(|next| next.announced != Announced::ToldCode);
        let next = after.next().map_or(page.words.len(), |next| next.at);
        match cue.announced {
            Announced::Nothing => continue,
            Announced::Word => {
                word(page, page.word_from(cue.end), found);
                continue;
            }
            Announced::AnyCode if digits_after(page, page.word_from(cue.end), next, found) => continue,
            _ => {}
        }
        if !announces(page, cue, cue.end, found) {
            // `the PIN I set is 5561`, `529147731 is my SSN`.
            let later = copula(page, page.word_from(cue.end), next);
            if !later.is_some_and(|end| announces(page, cue, end, found)) {
                values::before(page, cue, found);
            }
        }
    }
    values::card_codes(page, found);
}

/// Marks what a cue announces, if it stands behind a byte.
fn announces(page: &Page<'_>, cue: &Cue, end: usize, found: &mut Found<'_>) -> bool {
    const MOST_IN_ROW: usize = 20;
    let (from, is_numbered) = skip(page, end);
    // `guessed the pin, 7719`
    let comma = page.text.get(from..).and_then(|rest| rest.strip_prefix(", "));
    let is_digit = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase();
    // `login, jane.roe`
    let is_handle = |rest: &str| {
        let piece = rest.split(|c: char| c.is_whitespace() || c == ',').next().unwrap_or("");
        cue.announced == Announced::Secret && piece.trim_end_matches('.').contains(['.', '_'])
    };
    let is_past = comma.is_some_and(|rest| rest.starts_with(is_digit) || is_handle(rest));
    let from = from + if is_past { 2 } else { 0 };
    let from = past_state(page, from, cue.announced);
    let value = Value {
        page,
        from,
        rest: beginning(page.text.get(from..).unwrap_or("")),
        is_short: is_numbered || cue.is_short,
    };
    let Some(mut end) = value.mark(cue.announced, found) else { return false };
    // `MRN 4471002 into 4471003`: numbers in a row are announced together.
    for _ in 0..MOST_IN_ROW {
        let next = page.word_from(end);
        let at = next + usize::from(page.is_rare(next, rare::SERIES));
        let is_joined =
            |at: usize| matches!(page.gap(at), Gap::Space | Gap::Comma) || matches!(page.between(at).trim(), "/" | "&");
        let start = page.range(at, at).0;
        if !is_joined(next) || !is_joined(at) || at > next && !matches!(page.gap(at), Gap::Space) {
            break;
        }
        let value = Value { page, from: start, rest: beginning(page.text.get(start..).unwrap_or("")), is_short: false };
        let Some(after) = value.mark_alike(end - from, cue.announced, found) else { break };
        end = after;
    }
    true
}

/// Marks the word that a cue announces, behind a word as `is`, or a colon, some words later: `code word (it's lantern)`.
fn word(page: &Page<'_>, from: usize, found: &mut Found<'_>) {
    const FARTHEST: usize = 7;
    const SHORTEST: usize = 3;
    for at in from..from + FARTHEST {
        let is_told = page.between(at).contains([':', '"', '“', '='])
            || at.checked_sub(1).is_some_and(|before| page.is_rare(before, rare::COPULA) && before >= from)
            || at > from && page.gap(at) == Gap::Possessive;
        if is_told && !page.is_rare(at, rare::COPULA | rare::SMALL) {
            if page.length(at) >= SHORTEST && !page.is(at, class::COMMON) {
                let (start, end) = page.range(at, at + 1);
                found.add(start, end, Kind::Username, rank::CUE);
            }
            return;
        }
        if matches!(page.gap(at), Gap::Line | Gap::Dot) {
            return;
        }
    }
}

/// Marks the code that stands some words behind its cue: `code to the lockbox 2580`.
fn digits_after(page: &Page<'_>, from: usize, before: usize, found: &mut Found<'_>) -> bool {
    const FARTHEST: usize = 5;
    for at in from + 1..before.min(from + FARTHEST) {
        if page.gap(at) != Gap::Space || page.is_rare(at - 1, rare::THING) || page.is(at - 1, class::NO_CARD) {
            return false;
        }
        if page.has_shape(at, Shape::Digits) {
            let is_free =
                !page.text.get(page.range(at, at + 1).1..).is_some_and(|rest| rest.starts_with(['%', '/', '-']));
            let is_code = page.length(at) == 4 && is_free;
            if is_code {
                let (start, end) = page.range(at, at + 1);
                found.add(start, end, Kind::Username, rank::CUE);
            }
            return is_code;
        }
    }
    false
}

/// The end of the word after which a cue's number stands, if it stands some words later: `is`, `was`.
fn copula(page: &Page<'_>, from: usize, before: usize) -> Option<usize> {
    const FARTHEST: usize = 7;
    for at in from..before.min(from + FARTHEST) {
        // `code texted to me: 773201`
        if at > from && page.between(at).starts_with(':') {
            return Some(page.range(at - 1, at).1);
        }
        if !matches!(page.gap(at), Gap::Space | Gap::Comma | Gap::Hyphen | Gap::Possessive) {
            return None;
        }
        // `it's 5561`
        if page.gap(at) == Gap::Possessive && (at > from || page.has_shape(at, Shape::Digits)) {
            return Some(page.range(at, at).0);
        }
        if page.is_rare(at, rare::COPULA) {
            return Some(page.range(at, at + 1).1);
        }
    }
    None
}

/// Past what may stand between a cue and what it announces: blanks, `:`, `#`, `number`, `is`, …; and whether that says
/// that a number follows.
pub(super) fn skip(page: &Page<'_>, mut end: usize) -> (usize, bool) {
    const MOST_CONNECTORS: usize = 6;
    const MOST_SIGNS: usize = 12;
    let text = page.text;
    let mut is_numbered = false;
    let mut at = page.word_from(end);
    let first = at;
    loop {
        let rest = text.get(end..).unwrap_or("");
        let signs = rest.find(|c: char| !is_sign(c)).unwrap_or(rest.len()).min(MOST_SIGNS);
        is_numbered |= rest.get(..signs).is_some_and(|signs| signs.contains(['#', ':']));
        end += signs;
        let next = text.as_bytes().get(page.word(at).map_or(text.len(), |word| word.end));
        let is_joined = matches!(next, Some(b'-' | b'_' | b'@' | b'/'));
        // `cvc four one seven`: the number itself.
        let is_spelled = || page.numeral(at).is_some() && page.numeral(at + 1).is_some();
        let is_connector =
            page.word(at).is_some_and(|word| word.start == end) && page.is_rare(at, rare::CONNECTOR) && !is_spelled();
        // `last 4: 7731`.
        let is_count = is_numbered && is_digit(page, at) && !is_digit(page, at + 1);
        if at == first + MOST_CONNECTORS || !is_connector && !is_count || is_joined {
            break;
        }
        is_numbered |= page.is_rare(at, rare::NUMBER_WORD);
        end = page.range(at, at + 1).1;
        at += 1;
    }
    (end, is_numbered)
}

fn is_digit(page: &Page<'_>, at: usize) -> bool {
    page.length(at) == 1 && page.has_shape(at, Shape::Digits)
}

/// What a cue announces is no longer than this; cues may stand in what cues announce.
const LONGEST: usize = 1024;

fn beginning(rest: &str) -> &str {
    let end = (LONGEST..rest.len()).find(|at| rest.is_char_boundary(*at)).unwrap_or(rest.len());
    rest.get(..end).unwrap_or(rest)
}

/// Past the state that issued a licence or plate: `DL: MN A1234567`.
fn past_state(page: &Page<'_>, from: usize, announced: Announced) -> usize {
    let at = page.word_from(from);
    let is_issued = matches!(announced, Announced::Number(Kind::DriverLicense | Kind::Vehicle | Kind::License));
    let starts_here = page.word(at).is_some_and(|word| word.start == from);
    let is_state = page.is(at, class::STATE_CODE) && page.has_shape(at, Shape::Upper)
        || page.is(at, class::LAND) && page.has_shape(at, Shape::Capital);
    let is_followed = (matches!(page.gap(at + 1), Gap::Space | Gap::Hyphen) || page.between(at + 1) == ") ")
        && page.word(at + 1).is_some_and(|word| matches!(word.shape, Shape::Digits | Shape::Both | Shape::Upper));
    if is_issued && starts_here && is_state && is_followed { page.range(at + 1, at + 2).0 } else { from }
}

fn is_sign(c: char) -> bool {
    c.is_ascii_whitespace() || ":#=-–\"'“‘’().?\\º°_|>*".contains(c)
}
