//! A text as words, each with its shape, what it can be, and what stands before it.

use super::hashing::Sum;
use super::hashing::hash_word;
use super::hashing::joined;
use super::names_file::NameLists;
use super::numerals::Numeral;
use super::tokens::next_word;
use super::words::Entry;
use super::words::Words;
use super::words::class;

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
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
pub(crate) enum Gap {
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
pub(crate) struct Word {
    pub start: usize,
    pub end: usize,
    /// Its hash.
    pub sum: u64,
    pub class: u64,
    /// What it can be besides.
    pub rare: u64,
    pub shape: Shape,
    pub gap: Gap,
}

/// How a text is written as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// As usual.
    Mixed,
    /// No capitals.
    Lower,
    /// Capitals only.
    Upper,
}

/// A text as words.
pub(crate) struct Page<'t> {
    pub text: &'t str,
    pub words: Vec<Word>,
    pub style: Style,
    /// Large lists are there: a word that none has is no word of the language.
    pub knows_words: bool,
    /// All that the words are, together: what no word is need not be looked for.
    pub classes: u64,
    pub rares: u64,
    /// Signs that stand in it.
    pub signs: u8,
    lists: &'t Words,
    names: &'t NameLists,
}

/// A word that ends as medicines do is none of the language if it has fewer letters before.
const SHORTEST_STEM: usize = 3;

impl<'t> Page<'t> {
    /// Splits a text; `words` is memory to use again.
    pub fn new(text: &'t str, lists: &'t Words, names: &'t NameLists, words: Vec<Word>) -> Page<'t> {
        Page::with_marks(text, lists, names, words, false)
    }

    /// The same of a text in which marks may stand: whoever made them has taken its capitals.
    pub fn with_marks(
        text: &'t str,
        lists: &'t Words,
        names: &'t NameLists,
        mut words: Vec<Word>,
        has_marks: bool,
    ) -> Page<'t> {
        words.clear();
        let (style, knows_words, signs) = (Style::Mixed, !names.is_empty(), signs(text));
        let mut page = Page { text, words, style, knows_words, classes: 0, rares: 0, signs, lists, names };
        page.style = page.split();
        if has_marks && page.style == Style::Lower {
            page.style = Style::Mixed;
        }
        page.settle_words();
        page
    }

    /// Cuts the text into words, and says how they are written.
    fn split(&mut self) -> Style {
        let (text, bytes) = (self.text, self.text.as_bytes());
        let (mut at, mut end, mut counted) = (0, 0, Counted::default());
        let (mut lower, mut capital, mut upper) = (0, 0, 0);
        while let Some((start, after)) = next_word(text, at, |byte| counted.add(byte)) {
            let mut word = std::mem::take(&mut counted).word(text, start, after);
            word.gap = if self.words.is_empty() { Gap::Start } else { gap(text, bytes, end, start) };
            let may_be_crossed_out = matches!(word.shape, Shape::Upper | Shape::Mixed | Shape::Both);
            let has_digits = matches!(word.shape, Shape::Digits | Shape::Both);
            if may_be_crossed_out && is_crossed_out(text.get(start..word.end).unwrap_or("")) {
                (word.shape, word.class) = (Shape::Lower, class::COMMON | class::NO_NAME);
            } else {
                let entry = self.entry(word.sum);
                (word.class, word.rare) = (entry.class, entry.rare);
            }
            if has_digits {
                word.class |= class::DIGITS;
            }
            match word.shape {
                Shape::Lower => lower += 1,
                Shape::Capital | Shape::Mixed => capital += 1,
                Shape::Upper => upper += 1,
                _ => {}
            }
            self.classes |= word.class;
            self.rares |= word.rare;
            self.words.push(word);
            (at, end) = (after, word.end);
        }
        match (lower, capital, upper) {
            (_, 0, 0) => Style::Lower,
            (lower, capital, upper) if upper >= 3 && upper > (lower + capital) * 2 => Style::Upper,
            _ => Style::Mixed,
        }
    }

    fn entry(&self, sum: u64) -> Entry {
        self.lists.of(sum).unwrap_or_else(|| Entry { class: self.names.of(sum), rare: 0 })
    }

    fn of(&self, sum: u64) -> u64 {
        self.entry(sum).class
    }

    /// Works out which words are capitals, and which are of the language, where somebody will ask.
    fn settle_words(&mut self) {
        let mut words = std::mem::take(&mut self.words);
        for word in &mut words {
            if self.could_be_capital(word) {
                word.class |= class::CAPITAL;
            }
            let is_asked = match word.shape {
                Shape::Lower => self.style == Style::Lower,
                Shape::Digits | Shape::Both | Shape::Initial => false,
                _ => true,
            };
            if word.class & class::WORD != 0
                || is_asked && self.is_form(self.text.get(word.start..word.end).unwrap_or(""))
            {
                word.class |= class::LANGUAGE;
            }
        }
        self.words = words;
    }

    /// Whether it is a form of a word of the language, or ends as technical words do.
    fn is_form(&self, piece: &str) -> bool {
        const LONGEST: usize = 32;
        if piece.len() > LONGEST || piece.len() < 3 {
            return false;
        }
        let mut low = [0_u8; LONGEST];
        let mut states = [Sum::default(); LONGEST + 1];
        let mut sum = Sum::default();
        for ((byte, place), state) in piece.bytes().zip(&mut low).zip(states.iter_mut().skip(1)) {
            *place = byte.to_ascii_lowercase();
            sum.add(byte);
            *state = sum;
        }
        let low = low.get(..piece.len()).and_then(|low| std::str::from_utf8(low).ok()).unwrap_or("");
        if self.lists.has_technical_ending(low, SHORTEST_STEM) || self.lists.has_technical_beginning(low) {
            return true;
        }
        let known = |mut stem: Sum, more: &str| {
            more.bytes().for_each(|byte| stem.add_low(byte));
            self.of(stem.finish()) & class::WORD != 0
        };
        let state = |length: usize| states.get(length).copied().unwrap_or_default();
        let bare = PREFIXES.iter().find_map(|prefix| low.strip_prefix(prefix)).filter(|bare| bare.len() > 3);
        if bare.is_some_and(|bare| self.of(hash_word(bare)) & class::WORD != 0) {
            return true;
        }
        let last = low.as_bytes().last();
        let alike = ENDINGS.iter().filter(|(ending, _)| ending.as_bytes().last() == last);
        alike.into_iter().any(|(ending, stems)| {
            let Some(stem) = low.strip_suffix(ending).filter(|stem| stem.len() > 2) else { return false };
            let is_doubled = matches!(stem.as_bytes(), [.., one, other] if one == other);
            stems.iter().any(|more| known(state(stem.len()), more)) || is_doubled && known(state(stem.len() - 1), "")
        })
    }

    /// The lists of `domains/shared`.
    pub fn lists(&self) -> &'t Words {
        self.lists
    }

    /// What a word can be that is part of one.
    pub fn class_of(&self, piece: &str) -> u64 {
        self.of(hash_word(piece))
    }

    /// The word at a place.
    pub fn word(&self, place: usize) -> Option<&Word> {
        self.words.get(place)
    }

    /// The text of the word at a place.
    pub fn piece(&self, place: usize) -> &'t str {
        self.word(place).and_then(|word| self.text.get(word.start..word.end)).unwrap_or("")
    }

    /// How many bytes the word at a place has.
    pub fn length(&self, place: usize) -> usize {
        self.word(place).map_or(0, |word| word.end - word.start)
    }

    /// Whether the word at a place is of one of the classes.
    pub fn is(&self, place: usize, classes: u64) -> bool {
        self.word(place).is_some_and(|word| word.class & classes != 0)
    }

    /// Whether the word at a place is of one of the rare classes.
    pub fn is_rare(&self, place: usize, classes: u64) -> bool {
        self.word(place).is_some_and(|word| word.rare & classes != 0)
    }

    /// Whether two words together are of one of the rare classes.
    pub fn is_pair(&self, place: usize, classes: u64) -> bool {
        let sum = |place: usize| self.word(place).map_or(0, |word| word.sum);
        self.lists.rare(joined(sum(place), sum(place + 1))) & classes != 0
    }

    /// The number that the word at a place stands for.
    pub fn numeral(&self, place: usize) -> Option<Numeral> {
        let word = self.word(place).filter(|word| word.class & class::NUMERAL != 0)?;
        self.lists.numerals().of(word.sum)
    }

    /// Whether the word at a place is written so.
    pub fn has_shape(&self, place: usize, shape: Shape) -> bool {
        self.word(place).is_some_and(|word| word.shape == shape)
    }

    /// The gap before the word at a place; a break where there is none.
    pub fn gap(&self, place: usize) -> Gap {
        self.word(place).map_or(Gap::Break, |word| word.gap)
    }

    /// What stands between the word at a place and the one before.
    pub fn between(&self, place: usize) -> &'t str {
        let end = place.checked_sub(1).and_then(|before| self.word(before)).map_or(0, |word| word.end);
        self.text.get(end..self.word(place).map_or(end, |word| word.start)).unwrap_or("")
    }

    /// The first word that begins at a byte or after it.
    pub fn word_from(&self, byte: usize) -> usize {
        self.words.partition_point(|word| word.start < byte)
    }

    /// Whether the word at a place is capitalised, or could be in a text without capitals.
    pub fn is_capital(&self, place: usize) -> bool {
        self.is(place, class::CAPITAL)
    }

    fn could_be_capital(&self, word: &Word) -> bool {
        match self.style {
            Style::Lower => !matches!(word.shape, Shape::Digits | Shape::Both),
            _ => match word.shape {
                Shape::Capital | Shape::Upper | Shape::Initial => true,
                Shape::Mixed => {
                    let piece = self.text.get(word.start..word.end).unwrap_or("");
                    // `MoCA`, `HgbA`: a short form, and not `McRoe`.
                    let is_short_form =
                        piece.len() < 5 && piece.ends_with(char::is_uppercase) && word.class & class::SUFFIX == 0;
                    piece.starts_with(char::is_uppercase) && !is_short_form
                }
                _ => false,
            },
        }
    }

    /// Whether some word has a digit.
    pub fn has_digits(&self) -> bool {
        self.classes & class::DIGITS != 0
    }

    /// Whether a sentence or line begins at the word.
    pub fn begins_sentence(&self, place: usize) -> bool {
        match self.gap(place) {
            Gap::Start | Gap::Line => true,
            Gap::Dot => {
                let before = place.checked_sub(1);
                !before.is_some_and(|before| self.is(before, class::TITLE) || self.has_shape(before, Shape::Initial))
            }
            Gap::Break => self.between(place).contains(['.', '!', '?', ':', '"', '“', '>', ';', '•', '*', '(']),
            _ => false,
        }
    }

    /// Whether it is a word of the language, in one of its forms.
    pub fn is_language(&self, place: usize) -> bool {
        self.is(place, class::LANGUAGE)
    }

    /// Whether the word at a place is a form of a word of the language, also where nobody asked while it was read.
    pub fn is_form_at(&self, place: usize) -> bool {
        self.is(place, class::LANGUAGE | class::WORD) || self.is_form(self.piece(place))
    }

    /// What several words together can be.
    pub fn joined(&self, from: usize, to: usize) -> u64 {
        let mut words = self.words.get(from..to).unwrap_or_default().iter();
        let first = words.next().map_or(0, |word| word.sum);
        self.of(words.fold(first, |sum, word| joined(sum, word.sum)))
    }

    /// Whether a thing is named after the word: `Crohn's disease`, `Stevens-Johnson syndrome`. `at` is the word after it.
    pub fn is_eponym(&self, at: usize) -> bool {
        let mut to = at;
        while to < at + 3 && self.gap(to) == Gap::Hyphen && self.is_capital(to) {
            to += 1;
        }
        let next = if self.is(to, class::EPONYM) { to } else { to + 1 };
        if !self.is(next, class::EPONYM) {
            return false;
        }
        let is_joined = |place: usize| matches!(self.gap(place), Gap::Space | Gap::Possessive | Gap::Hyphen);
        let is_near = next == to || to > at && is_joined(to) && !self.is_capital(to);
        is_near && is_joined(next)
    }

    /// First and last byte of several words.
    pub fn range(&self, from: usize, to: usize) -> (usize, usize) {
        let start = self.word(from).map_or(0, |word| word.start);
        (start, self.word(to.saturating_sub(1)).map_or(start, |word| word.end))
    }
}

/// Signs of a text that somebody looks for, as bits.
pub(crate) mod sign {
    /// `@`
    pub const AT: u8 = 1;
    /// `#`
    pub const NUMBER: u8 = 1 << 1;
    /// What parts columns: `|`, `;`, a tab.
    pub const COLUMN: u8 = 1 << 2;
    /// `[`
    pub const BRACKET: u8 = 1 << 3;
}

/// The signs of a text, in one go.
pub(crate) fn signs(text: &str) -> u8 {
    text.bytes().fold(0, |signs, byte| {
        signs
            | if byte == b'@' { sign::AT } else { 0 }
            | if byte == b'#' { sign::NUMBER } else { 0 }
            | if matches!(byte, b'|' | b';' | b'\t') { sign::COLUMN } else { 0 }
            | if byte == b'[' { sign::BRACKET } else { 0 }
    })
}

/// Beginnings of word forms.
const PREFIXES: &[&str] = &["un", "in", "re", "dis", "mis", "non", "pre", "anti", "inter"];

/// Endings of word forms, and what the stem may have lost.
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

/// What is counted of a word while it is cut.
#[derive(Default)]
struct Counted {
    lower: usize,
    upper: usize,
    digits: usize,
    sum: Sum,
}

impl Counted {
    fn add(&mut self, byte: u8) {
        match byte {
            b'a'..=b'z' => self.lower += 1,
            b'A'..=b'Z' => self.upper += 1,
            _ => self.digits += 1,
        }
        self.sum.add_low(byte | u8::from(byte.is_ascii_uppercase()) << 5);
    }

    /// The word that was cut from `start` to `end`, without the ending of a possessive.
    fn word(self, text: &str, start: usize, end: usize) -> Word {
        let Counted { lower, upper, digits, sum } = self;
        if lower + upper + digits != end - start {
            return signed_word(text.get(start..end).unwrap_or(""), start);
        }
        let begins_high = text.as_bytes().get(start).is_some_and(u8::is_ascii_uppercase);
        let shape = shape(lower, upper, digits, begins_high, end - start);
        Word { start, end, sum: sum.finish(), class: 0, rare: 0, shape, gap: Gap::Start }
    }
}

/// A word in which apostrophes and letters of other alphabets may stand.
fn signed_word(piece: &str, start: usize) -> Word {
    let piece = without_possessive(piece);
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
    let shape = shape(lower, upper, digits, begins_high, piece.len());
    Word { start, end: start + piece.len(), sum: hash_word(piece), class: 0, rare: 0, shape, gap: Gap::Start }
}

fn shape(lower: usize, upper: usize, digits: usize, begins_high: bool, length: usize) -> Shape {
    match (lower, upper, digits) {
        (0, 0, _) => Shape::Digits,
        (_, _, 1..) => Shape::Both,
        (0, 1, 0) => Shape::Initial,
        (0, _, 0) => Shape::Upper,
        (_, 0, 0) => Shape::Lower,
        (_, 1, 0) if begins_high => Shape::Capital,
        (_, 2, 0) if begins_high && length > 3 => Shape::Capital,
        _ => Shape::Mixed,
    }
}

/// `XXXX`: somebody has masked it already.
fn is_crossed_out(piece: &str) -> bool {
    piece.contains("XX") && (piece.contains("XXXX") || piece.bytes().all(|byte| byte == b'X'))
}

fn without_possessive(piece: &str) -> &str {
    const PARTS: &[&str] = &["s", "S", "re", "ve", "ll", "d", "m"];
    let Some(at) = piece.rfind(['\'', '’']) else { return piece };
    let (bare, part) = piece.split_at_checked(at).unwrap_or((piece, ""));
    // `I'm` is no one-letter word.
    let is_part =
        !bare.eq_ignore_ascii_case("i") && !bare.is_empty() && PARTS.contains(&part.trim_start_matches(['\'', '’']));
    if is_part { bare } else { piece }
}

/// What stands between two words, from the end of one to the start of the other.
fn gap(text: &str, bytes: &[u8], end: usize, start: usize) -> Gap {
    if start == end + 1 {
        match bytes.get(end) {
            Some(b' ') => return Gap::Space,
            Some(b'-') => return Gap::Hyphen,
            Some(b',') => return Gap::Comma,
            Some(b'.') => return Gap::Dot,
            _ => {}
        }
    }
    let between = text.get(end..start).unwrap_or("");
    match between {
        "–" | "‑" => return Gap::Hyphen,
        ", " => return Gap::Comma,
        ". " => return Gap::Dot,
        "'s " | "’s " | "'S " | "' " | "’ " => return Gap::Possessive,
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
