//! Numbers that a cue names: `MRN: 12345`, `license plate 1ABC234`. Cues are lists of `domains/shared`, so that another
//! language is another list.

use super::super::checks;
use super::super::resolve::Found;
use super::super::resolve::rank;
use crate::model::text_kind::Kind;
use crate::text::names_file::NameLists;
use crate::text::page::Gap;
use crate::text::page::Page;
use crate::text::page::Shape;
use crate::text::words::Same;
use crate::text::words::Words;
use crate::text::words::class;
use crate::text::words::joined;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;

/// What a cue announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::privacy::text) enum Announced {
    /// A number, or letters and digits, of a kind.
    Number(Kind),
    /// A code of few digits beside a card.
    CardCode,
    /// A user name or a password.
    Secret,
    /// A telephone number.
    Phone,
    /// A postal code.
    Zip,
    /// A name.
    Name,
    /// A street address.
    Address,
}

/// All cues, by the hash of their words.
pub(in crate::privacy::text) struct Cues {
    phrases: HashMap<u64, Phrase, BuildHasherDefault<Same>>,
    connectors: Vec<String>,
}

/// What the words so far are.
#[derive(Default)]
struct Phrase {
    /// A cue.
    announced: Option<Announced>,
    /// The first words of a longer one.
    goes_on: bool,
}

/// What a cue was found to announce, and where the cue ends.
pub(in crate::privacy::text) struct Cue {
    pub end: usize,
    pub announced: Announced,
}

/// Words of a cue at most.
const MOST_WORDS: usize = 8;

impl Cues {
    /// The cues of the lists `cue-…`; `cue-connectors` may stand between a cue and its number. The first words of cues
    /// are told to `words`.
    pub fn new(lists: &[(String, Vec<String>)], words: &mut Words) -> Cues {
        let mut cues = Cues { phrases: HashMap::default(), connectors: Vec::new() };
        for (name, members) in lists {
            let Some(kind) = name.strip_prefix("cue-") else { continue };
            if kind == "connectors" {
                cues.connectors.extend(members.iter().map(|word| word.to_lowercase()));
                continue;
            }
            let Some(announced) = announced_by(kind) else { continue };
            for phrase in members {
                cues.add(phrase, announced, words);
            }
        }
        cues
    }

    fn add(&mut self, phrase: &str, announced: Announced, words: &mut Words) {
        let (none, no_names) = (Words::default(), NameLists::default());
        let page = Page::new(phrase, &none, &no_names, Vec::new());
        let Some((first, rest)) = page.words.split_first() else { return };
        words.add(first.sum, class::CUE);
        let mut sum = first.sum;
        for word in rest.iter().take(MOST_WORDS - 1) {
            self.phrases.entry(sum).or_default().goes_on = true;
            sum = joined(sum, word.sum);
        }
        // The first list that names it counts.
        self.phrases.entry(sum).or_default().announced.get_or_insert(announced);
    }

    /// All cues of a text, in order, none overlapping: the longest that begins at a word.
    pub fn all(&self, page: &Page<'_>) -> Vec<Cue> {
        let (mut cues, mut at) = (Vec::new(), 0);
        while at < page.words.len() {
            let cue = page.is(at, class::CUE).then(|| self.longest(page, at)).flatten();
            at = cue.as_ref().map_or(at + 1, |(to, _)| *to);
            cues.extend(cue.map(|(_, cue)| cue));
        }
        cues
    }

    fn longest(&self, page: &Page<'_>, at: usize) -> Option<(usize, Cue)> {
        let (mut sum, mut to, mut cue) = (page.word(at)?.sum, at + 1, None);
        while let Some(phrase) = self.phrases.get(&sum) {
            if let Some(announced) = phrase.announced {
                cue = Some((to, Cue { end: page.range(to - 1, to).1, announced }));
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

    /// Marks what cues announce, but for names and addresses.
    pub fn find(&self, page: &Page<'_>, cues: &[Cue], found: &mut Found<'_>) {
        let text = page.text;
        for cue in cues {
            let from = past_state(page, self.skip(text, cue.end), cue.announced);
            let rest = beginning(text.get(from..).unwrap_or(""));
            match cue.announced {
                Announced::Number(kind) => number(rest, from, kind, found),
                Announced::CardCode => card_code(rest, from, found),
                Announced::Secret => secret(rest, from, found),
                Announced::Phone => phone(rest, from, found),
                Announced::Zip => zip(rest, from, found),
                Announced::Name | Announced::Address => {}
            }
        }
    }

    /// Past what may stand between a cue and what it announces: blanks, `:`, `#`, `number`, `is`, …
    pub fn skip(&self, text: &str, mut at: usize) -> usize {
        const MOST_CONNECTORS: usize = 5;
        for _ in 0..MOST_CONNECTORS {
            let rest = text.get(at..).unwrap_or("");
            let signs = rest.find(|c: char| !is_sign(c)).unwrap_or(rest.len()).min(12);
            at += signs;
            let rest = text.get(at..).unwrap_or("");
            let word = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
            let is_connector = rest
                .get(..word)
                .is_some_and(|word| !word.is_empty() && self.connectors.iter().any(|it| it.eq_ignore_ascii_case(word)));
            let next = rest.get(word..).and_then(|rest| rest.chars().next());
            if !is_connector || next.is_some_and(|c| c.is_numeric() || matches!(c, '-' | '_' | '@')) {
                return at;
            }
            at += word;
        }
        let rest = text.get(at..).unwrap_or("");
        at + rest.find(|c: char| !is_sign(c)).unwrap_or(rest.len()).min(12)
    }
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
    let is_followed = matches!(page.gap(at + 1), Gap::Space | Gap::Hyphen)
        && page.word(at + 1).is_some_and(|word| matches!(word.shape, Shape::Digits | Shape::Both | Shape::Upper));
    if is_issued && starts_here && is_state && is_followed { page.range(at + 1, at + 2).0 } else { from }
}

fn is_sign(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t'
            | '\n'
            | ':'
            | '#'
            | '='
            | '-'
            | '–'
            | '"'
            | '\''
            | '“'
            | '‘'
            | '’'
            | '('
            | '.'
            | '?'
            | '\\'
            | 'º'
            | '°'
    )
}

fn announced_by(kind: &str) -> Option<Announced> {
    Some(match kind {
        "card-code" => Announced::CardCode,
        "secret" | "user" => Announced::Secret,
        "phone" => Announced::Phone,
        "zip" => Announced::Zip,
        "name" => Announced::Name,
        "address" => Announced::Address,
        kind => Announced::Number(*Kind::ALL.iter().find(|it| it.word() == kind)?),
    })
}

/// Letters and digits with signs inside, as identifiers are written; groups of digits may follow after a blank.
fn number(rest: &str, from: usize, kind: Kind, found: &mut Found<'_>) {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '/' | '*' | '–');
    let mut length = rest.find(|c: char| !is_inner(c)).unwrap_or(rest.len());
    // Digits in groups: `4111 1111 1111 1111`.
    while let Some(next) = rest.get(length..).and_then(|after| after.strip_prefix(' ')) {
        let group = next.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(next.len());
        let is_group = next.get(..group).is_some_and(|group| {
            group.bytes().filter(u8::is_ascii_digit).count() >= 2
                && !group.bytes().any(|byte| byte.is_ascii_lowercase())
        });
        let begins = rest.get(..length).is_some_and(|so_far| so_far.bytes().filter(u8::is_ascii_digit).count() >= 2);
        if !is_group || !begins || length > 40 {
            break;
        }
        length += 1 + group;
    }
    if kind == Kind::Vehicle {
        length = length.max(plate(rest));
    }
    let value = rest.get(..length).unwrap_or("").trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    let kind = checked(value).unwrap_or(kind);
    if is_identifier(value)
        || kind == Kind::Vehicle && value.len() == plate(rest)
        || kind == Kind::CreditCard
            && digit_count(value) >= 4
            && digit_count(value) + 3 >= value.len()
            && !value.contains('/')
    {
        found.add(from, from + value.len(), kind, rank::CUE);
    }
}

/// What a number proves to be, whatever the cue called it.
fn checked(value: &str) -> Option<Kind> {
    let has_letters = value.bytes().any(|byte| byte.is_ascii_uppercase());
    match value.len() {
        11 | 13 if has_letters && checks::mbi(value) => Some(Kind::Mbi),
        17 if has_letters && digit_count(value) > 3 && checks::vin(value) => Some(Kind::Vin),
        15.. if has_letters && checks::iban(value) => Some(Kind::Iban),
        _ => None,
    }
}

/// How long a plate of two groups is: `ABC 1234`, `123 ABC`; 0 if there is none.
fn plate(rest: &str) -> usize {
    let is_part = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let first = rest.bytes().take_while(is_part).count();
    let second = rest.bytes().skip(first + 1).take_while(is_part).count();
    let length = first + 1 + second;
    let is_split = matches!(rest.as_bytes().get(first), Some(b' ' | b'-'));
    let ends = !rest.as_bytes().get(length).is_some_and(u8::is_ascii_alphanumeric);
    let has_digits = digit_count(rest.get(..length).unwrap_or("")) >= 2;
    if (1..=4).contains(&first) && (2..=5).contains(&second) && is_split && ends && has_digits { length } else { 0 }
}

/// Five digits or more, or letters and digits together; not a date, not an amount, not a word.
fn is_identifier(value: &str) -> bool {
    let digits = digit_count(value);
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let is_date = value.contains('/') && (letters == 0 || value.contains("XX"));
    let is_written_low = value.bytes().any(|byte| byte.is_ascii_lowercase()) && digits < 3;
    let is_age = letters > 0 && digits < 3 && value.starts_with(|c: char| c.is_ascii_digit());
    !is_date
        && !is_written_low
        && !is_age
        && (digits >= 5 || digits >= 2 && (letters > 0 || value.contains('-')) && value.len() >= 5)
}

fn digit_count(value: &str) -> usize {
    value.bytes().filter(u8::is_ascii_digit).count()
}

fn card_code(rest: &str, from: usize, found: &mut Found<'_>) {
    let length = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    if (3..=4).contains(&length) {
        found.add(from, from + length, Kind::CreditCard, rank::CUE);
    }
}

/// A user name or password: up to a blank, and not a plain word.
fn secret(rest: &str, from: usize, found: &mut Found<'_>) {
    let length =
        rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '“' | '”' | ',' | ';' | ')')).unwrap_or(rest.len());
    let value = rest.get(..length).unwrap_or("").trim_end_matches(['.', '\'', '’', '?', ':']);
    let is_plain = value.chars().skip(1).all(|c| c.is_lowercase() || c == '-' || c == '\'' || c == '’');
    if value.len() >= 4 && !is_plain && !value.contains('[') {
        found.add(from, from + value.len(), Kind::Username, rank::CUE);
    }
}

/// Seven digits or more in groups.
fn phone(rest: &str, from: usize, found: &mut Found<'_>) {
    let is_inner = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '(' | ')' | '+' | '/');
    let start = usize::from(rest.starts_with('+'));
    let length =
        rest.get(start..).and_then(|rest| rest.find(|c: char| !is_inner(c))).map_or(rest.len(), |it| it + start);
    let value = rest.get(..length).unwrap_or("");
    let value = value.trim_end_matches(|c: char| !c.is_ascii_digit());
    let digits = digit_count(value);
    if (6..=16).contains(&digits) && !value.contains("  ") {
        // `the stolen phone (356938035643809)`
        let kind = if value.len() == 15 && checks::imei(value) { Kind::DeviceId } else { Kind::Phone };
        found.add(from, from + value.len(), kind, rank::CUE);
    }
}

/// Digits, or letters and digits, as postal codes are written.
fn zip(rest: &str, from: usize, found: &mut Found<'_>) {
    let is_inner = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase() || c == '-';
    let mut length = rest.find(|c: char| !is_inner(c)).unwrap_or(rest.len());
    if let Some(next) = rest.get(length..).and_then(|after| after.strip_prefix(' ')) {
        let group = next.find(|c: char| !is_inner(c)).unwrap_or(next.len());
        if group <= 4 && next.get(..group).is_some_and(|group| digit_count(group) > 0) {
            length += 1 + group;
        }
    }
    let value = rest.get(..length).unwrap_or("").trim_end_matches('-');
    if (3..=10).contains(&value.len()) && digit_count(value) > 1 {
        found.add(from, from + value.len(), Kind::Zip, rank::CUE);
    }
}
