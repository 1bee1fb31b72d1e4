//! A text as detectors read it: every writing of a letter, digit or separator is the plain one, and what nobody sees is
//! gone. Offsets in it lead back to the text as it came.

use quick_xml::escape::resolve_html5_entity;
use unicode_normalization::IsNormalized;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::is_nfkc_quick;

/// A text that was folded, and where its parts came from.
pub(crate) struct Folded {
    pub text: String,
    /// The parts that are written otherwise, in order.
    changes: Vec<Change>,
}

/// Bytes of the folded text, and the bytes they stand for.
struct Change {
    from: usize,
    to: usize,
    start: usize,
    end: usize,
}

impl Folded {
    /// The bytes of the text as it came that stand for some of the folded text.
    pub fn home(&self, start: usize, end: usize) -> (usize, usize) {
        let before = |is_before: &dyn Fn(&Change) -> bool| {
            self.changes.partition_point(is_before).checked_sub(1).and_then(|last| self.changes.get(last))
        };
        let begin = match before(&|change| change.from <= start) {
            Some(change) if start < change.to => change.start,
            Some(change) => start - change.to + change.end,
            None => start,
        };
        let end = match before(&|change| change.from < end) {
            Some(change) if end <= change.to => change.end,
            Some(change) => end - change.to + change.end,
            None => end,
        };
        (begin, end)
    }
}

/// The text as detectors read it; `None` if that is the text itself.
pub(crate) fn fold(text: &str) -> Option<Folded> {
    let mut folded = Folded { text: String::new(), changes: Vec::new() };
    let (mut at, mut kept) = (0, 0);
    while let Some(start) = next_odd(text, at) {
        let (begin, end, form) = piece(text, start, kept);
        at = end;
        if let Some(form) = form {
            folded.text.push_str(text.get(kept..begin).unwrap_or_default());
            let from = folded.text.len();
            folded.text.push_str(&form);
            folded.changes.push(Change { from, to: folded.text.len(), start: begin, end });
            kept = end;
        }
    }
    if folded.changes.is_empty() {
        return None;
    }
    folded.text.push_str(text.get(kept..).unwrap_or_default());
    Some(folded)
}

/// The first odd byte from one on.
fn next_odd(text: &str, at: usize) -> Option<usize> {
    let rest = text.as_bytes().get(at..)?;
    // Most texts have none: many bytes are looked at in one go.
    let mut start = 0;
    for some in rest.chunks(64) {
        if some.iter().fold(false, |any, byte| any | is_odd(*byte)) {
            return some.iter().position(|byte| is_odd(*byte)).map(|place| at + start + place);
        }
        start += some.len();
    }
    None
}

/// Whether a byte may have to be folded: it is no ASCII, no sign that is seen, or the beginning of an entity.
fn is_odd(byte: u8) -> bool {
    byte >= 0x7f || byte == b'&' || byte == b'%' || byte < b' ' && !(b'\t'..=b'\r').contains(&byte)
}

/// What begins at a byte: its ends, and how it is written plainly if that is otherwise. A mark over a letter takes the
/// letter with it, unless it stands before `kept`.
fn piece(text: &str, start: usize, kept: usize) -> (usize, usize, Option<String>) {
    let rest = text.get(start..).unwrap_or_default();
    let Some(sign) = rest.chars().next() else { return (start, text.len(), None) };
    let end = start + sign.len_utf8();
    if sign == '&' {
        let Some((length, signs)) = entity(rest) else { return (start, end, None) };
        let form = signs.chars().map(|sign| plain(sign, text, start, start + length).unwrap_or_else(|| sign.into()));
        return (start, start + length, Some(form.collect()));
    }
    if is_combining_mark(sign) {
        return marked(text, start, kept);
    }
    if sign == '%'
        && let Some(form) = percent(text, start)
    {
        return (start, start + PERCENT, Some(form.into()));
    }
    (start, end, plain(sign, text, start, end))
}

/// Bytes of a sign as addresses write it: `%20`.
const PERCENT: usize = 3;

/// The sign that stands at a byte as `%` and two digits, if it is one that stands between the parts of a number or of a mail
/// address. Between digits `%20` may be a sign before a number as well, so it stays.
fn percent(text: &str, start: usize) -> Option<char> {
    let digits = text.get(start + 1..start + PERCENT)?;
    let code = u8::from_str_radix(digits, 16).ok().map(char::from)?;
    let before = text.get(..start)?.chars().next_back();
    let after = text.get(start + PERCENT..)?.chars().next()?;
    let is_plain = digits.bytes().any(|byte| byte.is_ascii_alphabetic())
        || !(before.is_some_and(|it| it.is_ascii_digit()) && after.is_ascii_digit());
    let goes_on = after.is_ascii_alphanumeric() || after == '%';
    (is_plain && goes_on && matches!(code, ' ' | '-' | '.' | '@' | '_' | '/' | '+' | '(' | ')' | ':' | ','))
        .then_some(code)
}

/// Marks over a letter or digit: the letter with its marks is one sign if there is one, a digit loses them.
fn marked(text: &str, start: usize, kept: usize) -> (usize, usize, Option<String>) {
    let rest = text.get(start..).unwrap_or_default();
    let length = rest.find(|sign| !is_combining_mark(sign) && !is_unseen(sign)).unwrap_or(rest.len());
    let end = start + length;
    let Some(base) = text.get(kept..start).and_then(|before| before.chars().next_back()) else {
        return (start, end, None);
    };
    if base.is_ascii_digit() {
        return (start, end, Some(String::new()));
    }
    if !base.is_alphabetic() {
        return (start, end, None);
    }
    let begin = start - base.len_utf8();
    let whole = text.get(begin..end).unwrap_or_default();
    let form: String = whole.chars().filter(|sign| !is_unseen(*sign)).nfkc().collect();
    (begin, end, (form != whole).then_some(form))
}

/// How a sign is written plainly; `None` if it is. `start` and `end` are its bytes, for what stands around it.
fn plain(sign: char, text: &str, start: usize, end: usize) -> Option<String> {
    if is_unseen(sign) {
        return Some(String::new());
    }
    if sign.is_ascii() {
        return None;
    }
    let between_digits = || {
        let is_seen = |sign: &char| !sign.is_whitespace() && !is_combining_mark(*sign) && !is_unseen(*sign);
        let before = text.get(..start).and_then(|before| before.chars().rev().find(is_seen));
        let after = text.get(end..).and_then(|after| after.chars().find(is_seen));
        before.is_some_and(char::is_numeric) && after.is_some_and(char::is_numeric)
    };
    let form = match sign {
        '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        '\u{2800}' => ' ',
        _ if sign.is_whitespace() => ' ',
        '\u{2010}'..='\u{2013}' | '\u{2212}' | '\u{2043}' | '\u{58a}' | '\u{5be}' | '\u{1806}' => '-',
        '\u{2014}' | '\u{2015}' | '\u{2e3a}' | '\u{2e3b}' | '\u{fe58}' if between_digits() => '-',
        '\u{2044}' | '\u{2215}' | '\u{29f8}' | '\u{2571}' => '/',
        '\u{203f}' | '\u{2040}' | '\u{2054}' => '_',
        '\u{b7}' | '\u{2022}' | '\u{2219}' | '\u{22c5}' | '\u{30fb}' if between_digits() => '.',
        '\u{3002}' => '.',
        '\u{2236}' => ':',
        '\u{2bc}' | '\u{2b9}' | '\u{2032}' | '\u{b4}' | '\u{201b}' => '\'',
        '\u{2033}' => '"',
        // Signs that are no letters or digits, and fractions, stay what they are.
        '…' | '™' | '℠' | '¼'..='¾' | '⅐'..='⅟' | '\u{2014}' | '\u{2015}' => return None,
        _ => match digit(sign) {
            Some(digit) => digit,
            None if is_nfkc_quick(std::iter::once(sign)) == IsNormalized::Yes => return None,
            None => {
                let form: String = std::iter::once(sign).nfkc().collect();
                return (form.chars().ne(std::iter::once(sign))).then_some(form);
            }
        },
    };
    Some(form.into())
}

/// Signs that nobody sees: they format, join, turn the direction of writing, or control.
fn is_unseen(sign: char) -> bool {
    matches!(
        sign,
        '\0'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}'
            | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Zeros of the scripts that write numbers with ten digits of their own, in order; nine digits follow each.
const ZEROS: &[u32] = &[
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
    0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0,
    0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0,
];

/// The ASCII digit for a digit of another script.
fn digit(sign: char) -> Option<char> {
    let number = u32::from(sign);
    let place = ZEROS.partition_point(|zero| *zero <= number).checked_sub(1)?;
    char::from_digit(number.checked_sub(*ZEROS.get(place)?).filter(|digit| *digit < 10)?, 10)
}

/// An HTML entity at the beginning of a text: its length, and what it stands for. `&amp;nbsp;` was made of `&nbsp;`.
pub(super) fn entity(rest: &str) -> Option<(usize, String)> {
    const LONGEST: usize = 32;
    let mut start = 1;
    while rest.get(start..)?.starts_with("amp;") {
        start += 4;
    }
    let name = rest.get(start..)?;
    if let Some(number) = name.strip_prefix('#') {
        let (radix, digits) = match number.strip_prefix(['x', 'X']) {
            Some(digits) => (16, digits),
            None => (10, number),
        };
        let length = digits.bytes().take(8).take_while(|byte| char::from(*byte).is_digit(radix)).count();
        let sign = char::from_u32(u32::from_str_radix(digits.get(..length)?, radix).ok()?)?;
        let ends = usize::from(digits.as_bytes().get(length) == Some(&b';'));
        return Some((rest.len() - digits.len() + length + ends, sign.into()));
    }
    let length = name.bytes().take(LONGEST).take_while(u8::is_ascii_alphanumeric).count();
    let is_ended = name.as_bytes().get(length) == Some(&b';');
    match name.get(..length).filter(|_| is_ended).and_then(resolve_html5_entity) {
        Some(signs) => Some((start + length + 1, signs.to_owned())),
        None if start > 1 => Some((start, "&".to_owned())),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        fold(text).map_or_else(|| text.to_owned(), |folded| folded.text)
    }

    #[test]
    fn every_writing_of_a_sign_is_the_plain_one() {
        for (text, plain) in [
            ("４０１２\u{200b}８８", "401288"),
            ("6011–0009—9013", "6011-0009-9013"),
            ("612\u{a0}555\u{2009}0188", "612 555 0188"),
            ("4\u{fe0f}\u{20e3}1\u{fe0f}\u{20e3}", "41"),
            ("٤١١١ ९", "4111 9"),
            ("Zoe\u{301} O\u{2bc}Neil", "Zoé O'Neil"),
            ("Ja\u{ad}ne &amp;nbsp;Roe&#45;Doe&commat;x", "Jane  Roe-Doe@x"),
            ("612·555・0188", "612.555.0188"),
            ("ada%40example.org 529%2D14%2D7731 x%20%20y", "ada@example.org 529-14-7731 x  y"),
            ("50% 20%ige 100%, 5%2", "50% 20%ige 100%, 5%2"),
            ("AT&T & so on, 1½ cup™ … she said — “no”", "AT&T & so on, 1½ cup™ … she said — “no”"),
        ] {
            assert_eq!(folded(text), plain, "{text}");
        }
        assert!(fold("plain\ttext, 1-2\r\n").is_none());
    }

    #[test]
    fn offsets_lead_back() {
        let text = "Call ６\u{200b}12&nbsp;now";
        let folded = fold(text).map(|folded| (folded.home(5, 8), folded.home(8, 9), folded.home(9, 12)));
        assert_eq!(folded, Some(((5, 13), (13, 19), (19, 22))));
    }
}
