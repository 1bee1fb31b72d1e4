//! Bytes → text.

use crate::definitions::parse::problems::Problems;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::Kind;
use crate::diagnostics::span::Span;
use crate::files;

/// Bytes at the start of a file that tell what kind of file it is.
const SAMPLE: usize = 8 << 10;

/// First bytes of packed files, which records may come in and definitions do not.
const PACKED: [(&[u8], &str); 2] = [
    (b"PK\x03\x04", "a ZIP archive, such as a document of a word processor or a spreadsheet"),
    (b"\x1f\x8b", "packed by gzip"),
];

/// Makes text of the bytes of a file.
///
/// What is not UTF-8 is reported and becomes `\u{fffd}`, so that the rest is read. A file in UTF-16 is reported once and
/// read. A file that is no text is reported once and becomes an empty text. Hidden characters are left in the text:
/// [`super::parse`] reports them.
pub fn decode(bytes: Vec<u8>) -> (String, Vec<Diagnostic>) {
    if let Some(big_endian) = utf16_order(&bytes) {
        return (from_utf16(&bytes, big_endian), vec![utf16(big_endian)]);
    }
    if let Some(what) = binary(&bytes) {
        let kind = Kind::NotText { what: what.to_owned() };
        let help = "save the definitions as plain text in UTF-8";
        return (String::new(), vec![Diagnostic::new(kind, Span::default()).with_help(help)]);
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return (text, Vec::new()),
        Err(error) => error.into_bytes(),
    };
    let mut text = String::with_capacity(bytes.len());
    let mut problems = Problems::new(Vec::new(), 0);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            let start = text.len();
            text.push('\u{fffd}');
            let help = "save the file as UTF-8";
            problems.push(Diagnostic::new(Kind::NotUtf8, Span::new(start, text.len())).with_help(help));
        }
    }
    (text, problems.finish())
}

fn utf16(big_endian: bool) -> Diagnostic {
    let order = if big_endian { "big-endian" } else { "little-endian" };
    let help = "save the file as UTF-8; some editors call UTF-16 `Unicode`";
    Diagnostic::new(Kind::Utf16 { order: order.to_owned() }, Span::default()).with_help(help)
}

/// Whether the bytes are UTF-16, and whether the high byte of each pair comes first.
///
/// A byte order mark tells. Without one, a definition is mostly ASCII, so that every other byte is zero.
fn utf16_order(bytes: &[u8]) -> Option<bool> {
    match bytes {
        [0xff, 0xfe, ..] => return Some(false),
        [0xfe, 0xff, ..] => return Some(true),
        _ => {}
    }
    let (pairs, _) = bytes.get(..SAMPLE.min(bytes.len())).unwrap_or_default().as_chunks::<2>();
    let high_zeros = |at: usize| pairs.iter().filter(|pair| pair.get(at) == Some(&0)).count();
    let (first, second) = (high_zeros(0), high_zeros(1));
    let is_most = |zeros: usize, others: usize| zeros * 2 > pairs.len() && others * 20 < pairs.len();
    match (is_most(first, second), is_most(second, first)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

fn from_utf16(bytes: &[u8], big_endian: bool) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    let unit = |pair: &[u8; 2]| if big_endian { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) };
    let units = pairs.iter().map(unit);
    let text: String = char::decode_utf16(units).map(|letter| letter.unwrap_or('\u{fffd}')).collect();
    text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)
}

/// What a file is that is no text: told by its first bytes, or by zeros and control characters among them.
fn binary(bytes: &[u8]) -> Option<&'static str> {
    let sample = bytes.get(..SAMPLE.min(bytes.len())).unwrap_or_default();
    if let Some(foreign) = files::foreign(sample) {
        return Some(foreign.what);
    }
    if let Some((_, what)) = PACKED.iter().find(|(begin, _)| bytes.starts_with(begin)) {
        return Some(what);
    }
    let is_control = |byte: &u8| matches!(byte, 0..=8 | 0x0e..=0x1f | 0x7f);
    let controls = sample.iter().filter(|byte| is_control(byte)).count();
    let is_binary = (sample.contains(&0) && controls > 8) || controls * 10 > sample.len().max(80);
    is_binary.then_some("binary")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_utf8_is_reported_in_its_place() {
        let (text, problems) = decode(b"ab\xff\xfecd\n".to_vec());
        assert_eq!(text, "ab\u{fffd}\u{fffd}cd\n");
        assert_eq!(problems.iter().map(|problem| problem.span.start).collect::<Vec<_>>(), [2, 5]);
    }

    #[test]
    fn utf16_is_read_and_reported_once() {
        let source = "label a \"Störung\"\n";
        for (mark, big_endian) in [("", false), ("", true), ("\u{feff}", false), ("\u{feff}", true)] {
            let units = format!("{mark}{source}").encode_utf16().collect::<Vec<_>>();
            let pair = |unit: u16| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() };
            let (text, problems) = decode(units.into_iter().flat_map(pair).collect());
            assert_eq!(text, source);
            assert_eq!(problems.iter().map(|it| it.kind.number()).collect::<Vec<_>>(), [19]);
        }
    }

    #[test]
    fn a_file_that_is_no_text_is_reported_once() {
        let noise: Vec<u8> = (0..2000_u32)
            .flat_map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes().into_iter().take(1))
            .collect();
        for bytes in [noise, b"PK\x03\x04abc".to_vec(), b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\0\0".to_vec()] {
            let (text, problems) = decode(bytes);
            assert_eq!(text, "");
            assert_eq!(problems.iter().map(|it| it.kind.number()).collect::<Vec<_>>(), [20]);
        }
    }
}
