//! Signs outside ASCII that mislead: typographic quotes, dashes and blanks, look-alike letters, what is not seen.
//!
//! A definition copied from a word processor or a web page brings them along. Each is reported once, by its number and
//! its name in Unicode, and the grammar is then shown what was meant, so that nothing else is reported because of it.
//! Inside texts and comments every sign is allowed that can be seen.

mod table;

use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::Kind;
use crate::diagnostics::render::is_hidden;
use crate::diagnostics::span::Span;
use std::borrow::Cow;
use std::cell::OnceCell;

/// Written over a sign that no sign of the language can stand for; fits no rule of the grammar.
pub(super) const POISON: char = '\u{1}';
/// Bytes of a text that a help repeats.
const LONGEST_HELP: usize = 80;

/// What stands at a sign outside ASCII.
pub enum Piece {
    /// A name in letters of its own script; ends before this byte.
    Fine(usize),
    /// Something that misleads.
    Misleading(Box<Misleading>),
}

/// A piece of the source with a sign that misleads.
pub struct Misleading {
    /// Which piece.
    pub span: Span,
    /// What was meant by it, filled up with blanks to the length of the piece.
    pub meant: String,
    /// What to say about it.
    pub problem: Diagnostic,
}

/// The signs of one source.
pub struct Signs<'s> {
    source: &'s str,
    has_other_script: OnceCell<bool>,
}

/// What to say of the signs that mislead in the first piece of a name which has some.
pub fn first_in(name: &str) -> Option<String> {
    let signs = Signs::of(name);
    let mut at = 0;
    loop {
        at += name.get(at..)?.find(|sign: char| !sign.is_ascii())?;
        match signs.read(at) {
            Piece::Misleading(misleading) => {
                let Diagnostic { kind, note, .. } = misleading.problem;
                return Some(if note.is_empty() { kind.to_string() } else { format!("{kind}, {note}") });
            }
            Piece::Fine(end) => at = end,
        }
    }
}

impl<'s> Signs<'s> {
    /// Looks at nothing yet.
    pub fn of(source: &'s str) -> Signs<'s> {
        Signs { source, has_other_script: OnceCell::new() }
    }

    /// Judges the sign outside ASCII at the byte `at`, which stands in no text and no comment.
    pub fn read(&self, at: usize) -> Piece {
        let Some(sign) = self.next(at) else { return Piece::Fine(at + 1) };
        let end = at + sign.len_utf8();
        let is_in_word = self.previous(at).is_some_and(is_letter) && self.next(end).is_some_and(is_letter);
        match like(sign).as_deref() {
            Some("\"" | "'") if !is_in_word => self.quotes(at, end, sign),
            Some("" | " ") if !self.touches_word(at, end, sign) => self.blanks(at),
            Some("" | "-" | "..") if is_in_word || like(sign).as_deref() == Some("") => self.word(at),
            _ if is_letter(sign) => self.word(at),
            Some(meant) if meant != "'" => {
                let help = format!("write `{meant}`");
                Piece::Misleading(misleading(Span::new(at, end), &[sign], meant, true, &help))
            }
            _ => {
                let help = "delete it, or write the text around it in quotation marks";
                let poison = POISON.to_string().repeat(end - at);
                Piece::Misleading(misleading(Span::new(at, end), &[sign], &poison, true, help))
            }
        }
    }

    /// What is to be said about the sign at `at` inside a text or comment, and where it ends.
    pub fn read_in_text(&self, at: usize) -> (usize, Option<Diagnostic>) {
        let Some(sign) = self.next(at) else { return (at + 1, None) };
        let end = at + sign.len_utf8();
        // Joiners belong into words of some scripts and into emoji; beside ASCII they only hide.
        let is_ascii_near = || [self.previous(at), self.next(end)].into_iter().flatten().all(|near| near.is_ascii());
        let hides = match sign {
            '\u{200c}' | '\u{200d}' => is_ascii_near(),
            '\u{ad}' => true,
            sign => is_hidden(sign) || (sign.is_ascii_control() && !matches!(sign, '\n' | '\t' | '\r')),
        };
        let problem = hides.then(|| problem(Span::new(at, end), &[sign], "delete it"));
        (end, problem)
    }

    /// The first typographic quotation mark of the piece, if it has one.
    pub fn first_quote(&self, piece: Span) -> Option<Diagnostic> {
        let text = self.source.get(piece.start..piece.end)?;
        let (at, sign) = text.char_indices().find(|(_, sign)| like(*sign).as_deref() == Some("\""))?;
        let span = Span::new(piece.start + at, piece.start + at + sign.len_utf8());
        Some(problem(span, &[sign], "write `\"` at both ends of the text"))
    }

    fn next(&self, at: usize) -> Option<char> {
        self.source.get(at..)?.chars().next()
    }

    fn previous(&self, at: usize) -> Option<char> {
        self.source.get(..at)?.chars().next_back()
    }

    /// Whether a sign that is not seen stands beside a word; a blank never belongs to one.
    fn touches_word(&self, at: usize, end: usize, sign: char) -> bool {
        let is_invisible = like(sign).as_deref() == Some("");
        let is_glue = |near: char| is_letter(near) || is_operator(near);
        is_invisible && (self.previous(at).is_some_and(is_glue) || self.next(end).is_some_and(is_glue))
    }

    /// Blanks that are none of the language's, all that stand in a row.
    fn blanks(&self, at: usize) -> Piece {
        let rest = self.source.get(at..).unwrap_or_default();
        let is_blank = |sign: char| sign == ' ' || matches!(like(sign).as_deref(), Some("" | " "));
        let length = rest.find(|sign| !is_blank(sign)).unwrap_or(rest.len());
        let row = rest.get(..length).unwrap_or_default().trim_end_matches(' ');
        let signs = distinct(row.chars().filter(|sign| *sign != ' '));
        let has_blank = signs.iter().any(|sign| like(*sign).as_deref() == Some(" "));
        let help = if has_blank { "write a plain blank" } else { "delete it" };
        Piece::Misleading(misleading(Span::new(at, at + row.len()), &signs, "", true, help))
    }

    /// A text between typographic quotation marks, or one such mark alone.
    fn quotes(&self, at: usize, end: usize, sign: char) -> Piece {
        let line = self.source.get(end..).unwrap_or_default().split('\n').next().unwrap_or_default();
        let family = like(sign);
        let closes = |(place, other): &(usize, char)| {
            let (start, stop) = (end + place, end + place + other.len_utf8());
            let is_apostrophe =
                || self.previous(start).is_some_and(is_letter) && self.next(stop).is_some_and(is_letter);
            *other == '"' || (like(*other) == family && !is_apostrophe())
        };
        let Some((place, closing)) = line.char_indices().find(closes) else {
            let poison = POISON.to_string().repeat(end - at);
            let help = "write `\"` at both ends of the text";
            return Piece::Misleading(misleading(Span::new(at, end), &[sign], &poison, true, help));
        };
        let inner = line.get(..place).unwrap_or_default();
        let span = Span::new(at, end + place + closing.len_utf8());
        let help = match inner.len() {
            ..LONGEST_HELP => format!("write `\"{inner}\"`"),
            _ => "write `\"` at both ends of the text".to_owned(),
        };
        let signs = distinct([sign, closing].into_iter().filter(|sign| !sign.is_ascii()));
        let is_before = self.next(span.end).is_some_and(|next| next == '(');
        Piece::Misleading(misleading(span, &signs, &format!("\"{inner}\""), is_before, &help))
    }

    /// The whole word or range around a sign.
    fn word(&self, at: usize) -> Piece {
        let before = self.source.get(..at).unwrap_or_default();
        // A sign that is not seen may stand inside of `..` or `->` too.
        let has_operators = self.next(at).is_some_and(is_invisible);
        let belongs = |sign: char| {
            is_letter(sign) || is_joint(sign) || is_invisible(sign) || (has_operators && is_operator(sign))
        };
        let start = before.trim_end_matches(belongs).len();
        let mut end = at;
        while let Some(sign) = self.next(end) {
            let after = end + sign.len_utf8();
            let is_dash = matches!(like(sign).as_deref(), Some("-" | "..")) && self.next(after).is_some_and(is_letter);
            if !(belongs(sign) || is_dash) {
                break;
            }
            end = after;
        }
        let word = self.source.get(start..end).unwrap_or_default();
        let mut signs = Vec::new();
        let mut meant = String::with_capacity(word.len());
        for segment in word.split_inclusive(|sign| is_joint(sign) || sign == '_') {
            let is_mixed = self.is_mixed(segment);
            for sign in segment.chars() {
                match like(sign).filter(|_| is_mixed || !is_of_other_script(sign)) {
                    Some(ascii) => {
                        signs.push(sign);
                        meant.push_str(&ascii);
                    }
                    None => meant.push(sign),
                }
            }
        }
        if signs.is_empty() {
            return Piece::Fine(end);
        }
        let is_unseen = signs.iter().all(|sign| is_invisible(*sign));
        let help = if is_unseen { "delete it".to_owned() } else { format!("write `{meant}`") };
        let is_before = self.next(end).is_some_and(|next| next == '(');
        Piece::Misleading(misleading(Span::new(start, end), &distinct(signs), &meant, is_before, &help))
    }

    /// Whether letters of another script pose as ASCII in a part of a word.
    ///
    /// They do beside letters of ASCII. A part of nothing but look-alikes may be a word of its script, which is believed
    /// where the file has other words of such a script.
    fn is_mixed(&self, segment: &str) -> bool {
        let has_latin = segment.chars().any(|sign| sign.is_ascii_alphabetic());
        let is_plain = |sign: char| sign.is_ascii() || like(sign).is_some();
        has_latin || (segment.chars().all(is_plain) && !self.has_other_script())
    }

    /// Whether names of the source are written in a script of their own, told by letters that look like none of ASCII.
    fn has_other_script(&self) -> bool {
        *self.has_other_script.get_or_init(|| {
            let outside = |line: &'s str| line.split('"').step_by(2).take_while(|piece| !piece.trim().starts_with('#'));
            let mut letters = self.source.lines().flat_map(outside).flat_map(str::chars);
            letters.any(|sign| is_of_other_script(sign) && sign.is_alphabetic() && like(sign).is_none())
        })
    }
}

/// The manifest as it was meant, as long as it is, and the signs in it that mislead.
pub fn of_toml(source: &str) -> (Cow<'_, str>, Vec<Diagnostic>) {
    if source.is_ascii() {
        return (Cow::Borrowed(source), Vec::new());
    }
    let signs = Signs::of(source);
    let (mut shown, mut problems) = (String::with_capacity(source.len()), Vec::new());
    let mut text = TomlText::None;
    let mut at = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    shown.extend(std::iter::repeat_n(' ', at));
    while let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) {
        let (length, next) = text.step(rest);
        let is_foreign = !rest.starts_with(|sign: char| sign.is_ascii());
        let end = match (text, is_foreign) {
            (TomlText::None, true) => match signs.read(at) {
                Piece::Fine(end) => end,
                Piece::Misleading(piece) => {
                    shown.truncate(piece.span.start);
                    shown.push_str(&piece.meant);
                    problems.push(piece.problem);
                    piece.span.end
                }
            },
            (_, true) => {
                let (end, problem) = signs.read_in_text(at);
                problems.extend(problem);
                end
            }
            _ => at + length,
        };
        shown.push_str(source.get(shown.len()..end).unwrap_or_default());
        text = next;
        at = end;
    }
    (Cow::Owned(shown), problems)
}

/// What a place of a TOML file stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TomlText {
    None,
    Comment,
    /// A text that ends with this mark; in the one with `"`, a backslash takes the next sign with it.
    Quoted(&'static str),
}

impl TomlText {
    /// How many bytes the next sign has, and what the sign after it stands in.
    fn step(self, rest: &str) -> (usize, TomlText) {
        let sign = rest.chars().next().map_or(1, char::len_utf8);
        let mark = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|mark| rest.starts_with(mark));
        match (self, mark) {
            (TomlText::None, Some(mark)) => (mark.len(), TomlText::Quoted(mark)),
            (TomlText::None, None) if rest.starts_with('#') => (1, TomlText::Comment),
            (TomlText::Quoted(end), _) if rest.starts_with(end) => (end.len(), TomlText::None),
            (TomlText::Quoted(end), _) if end.starts_with('"') && rest.starts_with('\\') => {
                (1 + rest.chars().nth(1).map_or(0, char::len_utf8), self)
            }
            // A text on one line that is not closed ends with its line.
            (TomlText::Quoted(end), _) if end.len() == 1 && rest.starts_with('\n') => (1, TomlText::None),
            (TomlText::Comment, _) if rest.starts_with('\n') => (1, TomlText::None),
            _ => (sign, self),
        }
    }
}

/// A piece that misleads; what is meant is filled up with blanks, in front of it or behind it.
fn misleading(span: Span, signs: &[char], meant: &str, is_before: bool, help: &str) -> Box<Misleading> {
    let fill = " ".repeat((span.end - span.start).saturating_sub(meant.len()));
    let meant = if is_before { format!("{fill}{meant}") } else { format!("{meant}{fill}") };
    Box::new(Misleading { span, meant, problem: problem(span, signs, help) })
}

fn problem(span: Span, signs: &[char], help: &str) -> Diagnostic {
    let (first, more) = signs.split_first().unwrap_or((&' ', &[]));
    let why = match like(*first).as_deref() {
        Some("") => "is invisible".to_owned(),
        Some(" ") => "looks like a blank".to_owned(),
        Some(ascii) => format!("looks like `{ascii}`"),
        None if is_hidden(*first) || first.is_control() => "is invisible".to_owned(),
        None => "means nothing outside of a text".to_owned(),
    };
    let kind = Kind::MisleadingSign { sign: describe(*first), why };
    let more: Vec<String> = more.iter().map(|sign| describe(*sign)).collect();
    let note = if more.is_empty() { String::new() } else { format!("and {}", more.join(", ")) };
    Diagnostic::new(kind, span).with_note(note).with_help(help)
}

/// The sign, if it can be seen, its number and its name.
fn describe(sign: char) -> String {
    let number = format!("U+{:04X}", u32::from(sign));
    let named = match name(sign) {
        Some(name) => format!("{number} {name}"),
        None => number,
    };
    let is_seen = !matches!(like(sign).as_deref(), Some("" | " ")) && !is_hidden(sign) && !sign.is_control();
    if is_seen { format!("`{sign}` ({named})") } else { named }
}

fn distinct(signs: impl IntoIterator<Item = char>) -> Vec<char> {
    let mut out = Vec::new();
    for sign in signs {
        if !out.contains(&sign) {
            out.push(sign);
        }
    }
    out
}

fn entry(sign: char) -> Option<&'static (char, &'static str, &'static str)> {
    let at = table::SIGNS.binary_search_by_key(&sign, |(known, ..)| *known).ok()?;
    table::SIGNS.get(at)
}

fn name(sign: char) -> Option<Cow<'static, str>> {
    let case = |letter: char| if letter.is_ascii_uppercase() { "CAPITAL" } else { "SMALL" };
    match (entry(sign), like(sign)?.chars().next()) {
        (Some((_, name, _)), _) => Some(Cow::Borrowed(*name)),
        (None, Some(letter)) if is_fullwidth(sign) => {
            Some(format!("FULLWIDTH LATIN {} LETTER {}", case(letter), letter.to_ascii_uppercase()).into())
        }
        _ => None,
    }
}

/// What of the language a sign looks like; empty if it is not seen, `None` if it looks like nothing of it.
fn like(sign: char) -> Option<Cow<'static, str>> {
    if sign.is_ascii() {
        return None;
    }
    if let Some((_, _, ascii)) = entry(sign) {
        return Some(Cow::Borrowed(*ascii));
    }
    let number = u32::from(sign);
    let ascii = match number {
        0xff21..=0xff3a | 0xff41..=0xff5a => number - 0xfee0,
        // Mathematical alphabets: 13 of 52 letters each, then digits.
        0x1d400..=0x1d6a3 => match (number - 0x1d400) % 52 {
            letter @ ..26 => u32::from(b'A') + letter,
            letter => u32::from(b'a') + letter - 26,
        },
        0x1d7ce..=0x1d7ff => u32::from(b'0') + (number - 0x1d7ce) % 10,
        _ => return is_hidden(sign).then_some(Cow::Borrowed("")),
    };
    char::from_u32(ascii).map(|letter| letter.to_string().into())
}

fn is_fullwidth(sign: char) -> bool {
    matches!(sign, '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}')
}

fn is_invisible(sign: char) -> bool {
    like(sign).as_deref() == Some("")
}

/// Whether a sign belongs into a name: letters, digits and their accents, of any script.
///
/// U+FFFD stands for bytes that have been reported.
fn is_letter(sign: char) -> bool {
    let is_sign = || {
        let like = like(sign);
        like.is_some_and(|like| !like.chars().all(|letter| letter.is_ascii_alphanumeric()) || like.is_empty())
    };
    match sign {
        '_' | '\u{fffd}' => true,
        sign if sign.is_ascii() => sign.is_ascii_alphanumeric(),
        sign => !is_sign() && !is_symbol(sign),
    }
}

/// Blocks of signs that no script writes its words with.
fn is_symbol(sign: char) -> bool {
    !sign.is_alphanumeric()
        && matches!(sign,
            '\u{80}'..='\u{bf}' | '\u{2000}'..='\u{2bff}' | '\u{2e00}'..='\u{2e7f}' | '\u{3000}'..='\u{303f}'
            | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ffff}'
            | '\u{1f000}'..='\u{1faff}' | '\u{e0000}'..='\u{10ffff}')
}

fn is_operator(sign: char) -> bool {
    matches!(sign, '-' | '<' | '>' | '=' | '!' | '.')
}

fn is_joint(sign: char) -> bool {
    matches!(sign, '-' | '.' | '/' | ':')
}

/// Whether a letter is of a script that has look-alikes of ASCII: Greek, Cyrillic, Armenian, Cherokee.
fn is_of_other_script(sign: char) -> bool {
    matches!(sign, '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{588}' | '\u{13a0}'..='\u{13fd}' | '\u{1c80}'..='\u{1c8f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_ascend_and_are_no_shorter_than_what_they_look_like() {
        assert!(table::SIGNS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(table::SIGNS.iter().all(|(sign, _, ascii)| sign.len_utf8() >= ascii.len()));
    }

    fn judged(source: &str) -> Option<(String, String)> {
        let at = source.find(|sign: char| !sign.is_ascii())?;
        match Signs::of(source).read(at) {
            Piece::Fine(_) => None,
            Piece::Misleading(it) => Some((it.problem.kind.to_string(), it.meant)),
        }
    }

    #[test]
    fn a_word_is_judged_as_a_whole() {
        let said = "the sign `\u{412}` (U+0412 CYRILLIC CAPITAL LETTER VE) looks like `B`";
        assert_eq!(judged("code A-\u{412}ITE \"Bite\""), Some((said.into(), "A-BITE ".into())));
    }

    #[test]
    fn letters_that_a_word_processor_joined_are_told() {
        let said = "the sign `\u{fb01}` (U+FB01 LATIN SMALL LIGATURE FI) looks like `fi`";
        assert_eq!(judged("code A-\u{fb01}ght \"Fight\""), Some((said.into(), "A-fight ".into())));
    }

    #[test]
    fn a_sign_behind_letters_of_its_own_script_is_told() {
        let is_told = |name: &str, sign: &str| first_in(name).is_some_and(|told| told.contains(sign));
        assert!(is_told("größe \u{2019}1", "U+2019"));
        assert!(is_told("größe/köln \u{2013}", "U+2013"));
        assert!(is_told("A\u{2013}1\u{2010}2", "U+2010"));
        assert_eq!(first_in("größe/köln 1"), None);
        assert_eq!(first_in("A-1"), None);
    }

    #[test]
    fn words_of_another_script_are_left_alone() {
        assert_eq!(judged("вид text"), None);
        assert_eq!(judged("größe number"), None);
        assert_eq!(judged("сахар number\nвид text"), None);
        assert_eq!(judged("A-вид text"), None);
        assert!(judged("сахар number").is_some());
    }

    #[test]
    fn quotation_marks_are_judged_in_pairs() {
        let said = "the sign `\u{201c}` (U+201C LEFT DOUBLE QUOTATION MARK) looks like `\"`";
        assert_eq!(judged("also \u{201c}barking\u{201d}, x"), Some((said.into(), "\"barking\"    ".into())));
    }
}
