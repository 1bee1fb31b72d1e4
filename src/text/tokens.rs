//! A text as words: where each begins and ends, what stands before it, and its plain form.

use unicode_normalization::UnicodeNormalization;

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

/// Lower-case, NFKC, without apostrophes and the `'s` of a possessive.
pub(crate) fn normal(word: &str) -> String {
    let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
    let word = word.strip_suffix("'S").unwrap_or(word);
    if word.is_ascii() {
        return word.bytes().filter(|byte| *byte != b'\'').map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    }
    word.nfkc().filter(|sign| !matches!(sign, '\'' | '’')).flat_map(char::to_lowercase).collect()
}

/// Calls `visit` for each word: the word, its first byte, the byte after its last, what stands before it.
pub(crate) fn split<'t>(text: &'t str, mut visit: impl FnMut(&'t str, usize, usize, Gap)) {
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
