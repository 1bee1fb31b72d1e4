//! A text as words: where each begins and ends, what stands before it, and its plain form.

use crate::model::ids::PhraseId;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

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
pub struct PhraseMatch {
    /// The phrase.
    pub phrase: PhraseId,
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

/// Lower-case, NFKC, without apostrophes and the `'s` of a possessive.
pub(crate) fn normal(word: &str) -> String {
    let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
    let word = word.strip_suffix("'S").unwrap_or(word);
    if word.is_ascii() {
        let mut low = word.to_ascii_lowercase();
        if low.contains('\'') {
            low.retain(|sign| sign != '\'');
        }
        return low;
    }
    word.nfkc().filter(|sign| !matches!(sign, '\'' | '’')).flat_map(char::to_lowercase).collect()
}

/// Calls `visit` for each word: the word, its first byte, the byte after its last, what stands before it.
pub(crate) fn split<'t>(text: &'t str, mut visit: impl FnMut(&'t str, usize, usize, Gap)) {
    let mut last = 0;
    while let Some((start, end)) = next_word(text, last, |_| ()) {
        let is_one_blank = start == last + 1 && text.as_bytes().get(last) == Some(&b' ');
        let gap = if is_one_blank { Gap::None } else { gap(text, last, start) };
        visit(text.get(start..end).unwrap_or(""), start, end, gap);
        last = end;
    }
}

/// What stands between two words, from the end of one to the start of the other.
fn gap(text: &str, end: usize, start: usize) -> Gap {
    let bytes = text.as_bytes();
    let mut gap = Gap::None;
    for (at, sign) in text.get(end..start).unwrap_or("").char_indices() {
        let (at, next) = (end + at, end + at + sign.len_utf8());
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
    }
    gap
}

/// The words of a text, each with its first byte and the byte after its last. Every other file that needs words takes
/// them from here.
///
/// A word is letters and digits of any alphabet, with the marks over them; an apostrophe belongs to it between a letter
/// or digit and a letter, so that `O'Neil` is one word and `5'10` is two.
pub(crate) fn cut(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let word = next_word(text, at, |_| ())?;
        at = word.1;
        Some(word)
    })
}

/// The first word from a byte on: its first byte and the byte after its last. `each` is given the letters and digits of
/// ASCII in it, so that who needs more of a word than its ends does not have to read it again.
#[inline]
pub(crate) fn next_word(text: &str, at: usize, each: impl FnMut(u8)) -> Option<(usize, usize)> {
    // Most words stand behind one blank.
    let is_one_blank = matches!(text.as_bytes().get(at..), Some([b' ', next, ..]) if is_plain(*next));
    let start = if is_one_blank { at + 1 } else { start_of_word(text, at)? };
    Some((start, end_of_word(text, start, each)))
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

fn is_plain(byte: u8) -> bool {
    IS_PLAIN.get(usize::from(byte)) == Some(&true)
}

/// Where the next word begins, from a byte on.
fn start_of_word(text: &str, mut at: usize) -> Option<usize> {
    loop {
        let byte = *text.as_bytes().get(at)?;
        if is_plain(byte) {
            return Some(at);
        }
        if byte.is_ascii() {
            at += 1;
            continue;
        }
        let sign = sign_at(text, at)?;
        if sign.is_alphanumeric() {
            return Some(at);
        }
        at += sign.len_utf8();
    }
}

/// The byte after the word that begins here.
#[inline]
fn end_of_word(text: &str, start: usize, mut each: impl FnMut(u8)) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        at += rest.iter().take_while(|byte| is_plain(**byte)).inspect(|byte| each(**byte)).count();
        match bytes.get(at) {
            Some(b'\'') if sign_at(text, at + 1).is_some_and(char::is_alphabetic) => at += 1,
            Some(byte) if byte.is_ascii() => return at,
            Some(_) => match sign_at(text, at) {
                Some('’') if sign_at(text, at + 3).is_some_and(char::is_alphabetic) => at += 3,
                Some(sign) if sign.is_alphanumeric() || is_mark(sign) => at += sign.len_utf8(),
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

/// A sign that belongs to the letter before it.
fn is_mark(sign: char) -> bool {
    is_combining_mark(sign) || sign == '\u{feff}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_where_people_would() {
        let words = |text: &'static str| cut(text).filter_map(|(from, to)| text.get(from..to)).collect::<Vec<_>>();
        assert_eq!(words("O'Neil is 5'10, isn’t he?"), ["O'Neil", "is", "5", "10", "isn’t", "he"]);
        assert_eq!(words("'quoted' Ménière’s"), ["quoted", "Ménière’s"]);
        assert_eq!(words("e\u{301}te\u{301} 北京 A1c-x"), ["e\u{301}te\u{301}", "北京", "A1c", "x"]);
        assert!(words(" ' - …").is_empty());
    }
}
