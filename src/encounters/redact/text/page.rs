//! A text as words, each with its shape, what it can be, and what stands before it.

use super::words::NameLists;
use super::words::Sum;
use super::words::Words;
use super::words::class;
use super::words::hash;

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `word`
    Lower,
    /// `Word`, `McDonald`, `O'Neil`
    Capital,
    /// `WORD`
    Upper,
    /// `W`
    Initial,
    /// `iPhone`
    Mixed,
    /// `123`
    Digits,
    /// `12th`, `A1`
    Both,
}

/// What stands between a word and the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// Nothing before: the text begins.
    Start,
    /// Blanks.
    Space,
    /// A hyphen or dash without blanks.
    Hyphen,
    /// A dot and blanks, or a dot.
    Dot,
    /// A comma and blanks.
    Comma,
    /// A line feed, with or without a comma.
    Line,
    /// `'s` and a blank.
    Possessive,
    /// Anything else.
    Break,
}

/// A word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    pub start: usize,
    pub end: usize,
    pub shape: Shape,
    pub gap: Gap,
    pub class: u32,
}

/// How a text is written as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// As usual.
    Mixed,
    /// No capitals.
    Lower,
    /// Capitals only.
    Upper,
}

/// A text as words.
pub(super) struct Page<'t> {
    pub text: &'t str,
    pub words: Vec<Word>,
    pub style: Style,
    /// Large lists are there: a word that none has is no word of the language.
    pub knows_words: bool,
    lists: (&'t Words, &'t NameLists),
}

/// Endings of medicines and of what medicine says: capitalised, such a word is no name.
const SHORTEST_STEM: usize = 3;

impl<'t> Page<'t> {
    pub fn new(text: &'t str, words: &'t Words, names: &'t NameLists) -> Page<'t> {
        let mut page = Page {
            text,
            words: Vec::new(),
            style: Style::Mixed,
            knows_words: !names.is_empty(),
            lists: (words, names),
        };
        page.split();
        let letters = |shape: Shape| page.words.iter().filter(|word| word.shape == shape).count();
        let (lower, upper) = (letters(Shape::Lower), letters(Shape::Upper));
        let capital = letters(Shape::Capital) + letters(Shape::Mixed);
        page.style = match (lower, capital, upper) {
            (_, 0, 0) => Style::Lower,
            (lower, capital, upper) if upper >= 3 && upper > (lower + capital) * 2 => Style::Upper,
            _ => Style::Mixed,
        };
        page
    }

    fn split(&mut self) {
        let (text, bytes) = (self.text, self.text.as_bytes());
        let (mut at, mut end) = (0, 0);
        self.words.reserve(text.len() / 5);
        while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
            if !c.is_alphanumeric() {
                at += c.len_utf8();
                continue;
            }
            let start = at;
            while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
                let is_inner = matches!(c, '\'' | '’') && joins(text, at + c.len_utf8());
                if c.is_alphanumeric() || is_mark(c) || is_inner {
                    at += c.len_utf8();
                } else {
                    break;
                }
            }
            let piece = text.get(start..at).unwrap_or("");
            let stop = start + without_possessive(piece).len();
            let piece = text.get(start..stop).unwrap_or("");
            let gap = if self.words.is_empty() {
                gap_at_start(bytes, start)
            } else {
                gap(text.get(end..start).unwrap_or(""))
            };
            let sum = hash(piece);
            let class = self.lists.0.of(sum) | self.lists.1.of(sum);
            let is_crossed_out = is_crossed_out(piece);
            let class = if is_crossed_out { class::COMMON | class::NO_NAME } else { class };
            self.words.push(Word {
                start,
                end: stop,
                shape: if is_crossed_out { Shape::Lower } else { shape(piece) },
                gap,
                class,
            });
            end = stop;
        }
    }

    /// The word at a place.
    pub fn word(&self, place: usize) -> Option<&Word> {
        self.words.get(place)
    }

    /// The text of the word at a place.
    pub fn piece(&self, place: usize) -> &'t str {
        self.word(place).and_then(|word| self.text.get(word.start..word.end)).unwrap_or("")
    }

    /// Whether the word at a place is of one of the classes.
    pub fn is(&self, place: usize, classes: u32) -> bool {
        self.word(place).is_some_and(|word| word.class & classes != 0)
    }

    /// The gap before the word at a place; a break where there is none.
    pub fn gap(&self, place: usize) -> Gap {
        self.word(place).map_or(Gap::Break, |word| word.gap)
    }

    /// Whether the word at a place is capitalised, or could be in a text without capitals.
    pub fn is_capital(&self, place: usize) -> bool {
        self.word(place).is_some_and(|word| match self.style {
            Style::Lower => !matches!(word.shape, Shape::Digits | Shape::Both),
            _ => {
                matches!(word.shape, Shape::Capital | Shape::Upper | Shape::Initial)
                    || word.shape == Shape::Mixed && self.begins_high(place)
            }
        })
    }

    fn begins_high(&self, place: usize) -> bool {
        self.piece(place).starts_with(char::is_uppercase)
    }

    /// Whether a sentence or line begins at the word.
    pub fn begins_sentence(&self, place: usize) -> bool {
        match self.gap(place) {
            Gap::Start | Gap::Line => true,
            Gap::Dot => {
                let before = place.checked_sub(1);
                !before.is_some_and(|before| {
                    self.is(before, class::TITLE) || self.word(before).is_some_and(|word| word.shape == Shape::Initial)
                })
            }
            Gap::Break => {
                let end = place.checked_sub(1).and_then(|before| self.word(before)).map_or(0, |word| word.end);
                let start = self.word(place).map_or(0, |word| word.start);
                self.text
                    .get(end..start)
                    .is_some_and(|gap| gap.contains(['.', '!', '?', ':', '"', '“', '>', ';', '•', '*', '(']))
            }
            _ => false,
        }
    }

    /// Whether it is a word of the language, in one of its forms.
    pub fn is_language(&self, place: usize) -> bool {
        const ENDINGS: &[(&str, &[&str])] = &[
            ("ies", &["y"]),
            ("ied", &["y"]),
            ("es", &["", "e"]),
            ("s", &[""]),
            ("ed", &["", "e"]),
            ("d", &[""]),
            ("ing", &["", "e"]),
            ("ings", &["", "e"]),
            ("ly", &["", "le"]),
            ("er", &["", "e"]),
            ("ers", &["", "e"]),
            ("est", &["", "e"]),
            ("al", &["", "e"]),
            ("ic", &["", "y"]),
            ("ation", &["e", ""]),
            ("ations", &["e", ""]),
            ("ion", &["e", ""]),
            ("ions", &["e", ""]),
            ("ness", &[""]),
            ("ment", &[""]),
            ("able", &["", "e"]),
            ("ity", &["", "e"]),
            ("ful", &[""]),
            ("less", &[""]),
            ("ian", &["", "ia"]),
        ];
        if self.is(place, class::WORD) {
            return true;
        }
        let low = self.piece(place).to_lowercase();
        if self.lists.0.has_technical_ending(&low, SHORTEST_STEM) {
            return true;
        }
        let known = |stem: &str| (self.lists.0.of(hash(stem)) | self.lists.1.of(hash(stem))) & class::WORD != 0;
        ENDINGS.iter().any(|(ending, stems)| {
            let Some(stem) = low.strip_suffix(ending).filter(|stem| stem.len() > 2) else { return false };
            let doubled = stem.as_bytes();
            let halved = match doubled {
                [.., one, other] if one == other => stem.get(..stem.len() - 1),
                _ => None,
            };
            stems.iter().any(|more| known(&format!("{stem}{more}"))) || halved.is_some_and(known)
        })
    }

    /// What several words together can be.
    pub fn joined(&self, from: usize, to: usize) -> u32 {
        let mut sum = Sum::default();
        for place in from..to {
            if place > from {
                sum.blank();
            }
            sum.text(self.piece(place));
        }
        let sum = sum.finish();
        self.lists.0.of(sum) | self.lists.1.of(sum)
    }

    /// Whether a thing is named after the word: `Crohn's disease`, `Stevens-Johnson syndrome`. `at` is the word after it.
    pub fn is_eponym(&self, at: usize) -> bool {
        let mut to = at;
        while to < at + 3 && self.gap(to) == Gap::Hyphen && self.is_capital(to) {
            to += 1;
        }
        let next = if self.is(to, class::EPONYM) { to } else { to + 1 };
        let is_joined = |place: usize| matches!(self.gap(place), Gap::Space | Gap::Possessive | Gap::Hyphen);
        let is_near = next == to || to > at && is_joined(to) && !self.is_capital(to);
        is_near && self.is(next, class::EPONYM) && is_joined(next)
    }

    /// First and last byte of several words.
    pub fn range(&self, from: usize, to: usize) -> (usize, usize) {
        let start = self.word(from).map_or(0, |word| word.start);
        (start, self.word(to.saturating_sub(1)).map_or(start, |word| word.end))
    }
}

/// A sign that belongs to the letter before it.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{feff}')
}

/// `XXXX`: somebody has masked it already.
fn is_crossed_out(piece: &str) -> bool {
    piece.contains("XX") && (piece.contains("XXXX") || piece.bytes().all(|byte| byte == b'X'))
}

fn joins(text: &str, at: usize) -> bool {
    text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(char::is_alphabetic)
}

fn without_possessive(piece: &str) -> &str {
    let bare = piece.strip_suffix("'s").or_else(|| piece.strip_suffix("’s"));
    let bare = bare.or_else(|| piece.strip_suffix("'S"));
    let bare = bare.or_else(|| {
        ["'re", "'ve", "'ll", "'d", "'m", "’re", "’ve", "’ll", "’d", "’m"]
            .iter()
            .find_map(|end| piece.strip_suffix(end))
    });
    bare.filter(|bare| !bare.is_empty()).unwrap_or(piece)
}

fn gap_at_start(_bytes: &[u8], _start: usize) -> Gap {
    Gap::Start
}

fn gap(between: &str) -> Gap {
    match between {
        " " => return Gap::Space,
        "-" | "–" | "‑" => return Gap::Hyphen,
        ", " | "," => return Gap::Comma,
        ". " | "." => return Gap::Dot,
        "'s " | "’s " | "'S " => return Gap::Possessive,
        _ => {}
    }
    let is_blank = between.chars().all(char::is_whitespace);
    if between.contains('\n') {
        let plain = between.chars().all(|c| c.is_whitespace() || matches!(c, ',' | '.' | '>' | '?'));
        return if plain { Gap::Line } else { Gap::Break };
    }
    if is_blank {
        return Gap::Space;
    }
    match between.trim() {
        "," if between.len() < 5 => Gap::Comma,
        "." if between.starts_with('.') => Gap::Dot,
        _ => Gap::Break,
    }
}

fn shape(piece: &str) -> Shape {
    let (mut lower, mut upper, mut digits) = (0, 0, 0);
    for c in piece.chars() {
        if c.is_numeric() {
            digits += 1;
        } else if c.is_uppercase() {
            upper += 1;
        } else if c.is_alphabetic() {
            lower += 1;
        }
    }
    let begins_high = piece.starts_with(char::is_uppercase);
    match (lower, upper, digits) {
        (0, 0, _) => Shape::Digits,
        (_, _, 1..) => Shape::Both,
        (0, 1, 0) => Shape::Initial,
        (0, _, 0) => Shape::Upper,
        (_, 0, 0) => Shape::Lower,
        (_, 1, 0) if begins_high => Shape::Capital,
        (_, 2, 0) if begins_high && piece.len() > 3 => Shape::Capital,
        _ => Shape::Mixed,
    }
}
