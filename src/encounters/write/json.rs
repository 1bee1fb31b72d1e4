//! The words of JSON: texts, numbers and lists, straight to bytes.
//!
//! The bytes are those that `serde_json` makes (a test holds them to that); here a text is looked through for signs to
//! escape all at once, and is otherwise copied. On the work of `benches/engine.rs` that is a third of the time.

use serde::Serialize;
use std::fmt::Display;
use std::io::Write;

/// Appends a list; `each` appends an item.
pub fn list<T>(items: &[T], out: &mut Vec<u8>, each: impl Fn(&T, &mut Vec<u8>)) {
    out.push(b'[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        each(item, out);
    }
    out.push(b']');
}

/// Appends a text after what stands before it, such as `{"set":`.
pub(super) fn named(name: &[u8], it: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(name);
    text(it, out);
}

/// Appends names and texts as fields, the first without a comma before it.
pub(super) fn pairs(pairs: &[(String, String)], out: &mut Vec<u8>) {
    for (index, (name, it)) in pairs.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        text(name, out);
        named(b":", it, out);
    }
}

/// Appends what has no sign to escape.
pub(super) fn quoted(it: &impl Display, out: &mut Vec<u8>) {
    // Writing to memory cannot fail.
    let _ = write!(out, "\"{it}\"");
}

/// Appends a comma, and the name of a declared field up to its value. Such a name is a word of the language, which has no
/// sign to escape. Every field of every encounter comes through here.
pub(super) fn name(it: &str, out: &mut Vec<u8>) {
    debug_assert!(!has_escapes(it.as_bytes()), "a word of the language has no quotation marks");
    out.extend_from_slice(b",\"");
    out.extend_from_slice(it.as_bytes());
    out.extend_from_slice(b"\":");
}

/// Appends a text.
pub fn text(it: &str, out: &mut Vec<u8>) {
    if has_escapes(it.as_bytes()) {
        plain(it, out);
        return;
    }
    out.reserve(it.len() + 2);
    out.push(b'"');
    out.extend_from_slice(it.as_bytes());
    out.push(b'"');
}

/// Whether a sign stands in it that JSON writes in another way. Sixteen or eight bytes are looked at together.
fn has_escapes(bytes: &[u8]) -> bool {
    if let Some(last) = bytes.last_chunk::<16>() {
        // The last sixteen may have been looked at in part already.
        return bytes.as_chunks::<16>().0.iter().any(any_of_sixteen) || any_of_sixteen(last);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        return any_of_eight(u64::from_le_bytes(*first)) || any_of_eight(u64::from_le_bytes(*last));
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        return any_of_eight(u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32);
    }
    bytes.iter().any(|byte| is_escaped(*byte))
}

fn is_escaped(byte: u8) -> bool {
    byte < 0x20 || matches!(byte, b'"' | b'\\')
}

fn any_of_sixteen(bytes: &[u8; 16]) -> bool {
    let escaped = |byte: &u8| u8::from(*byte < 0x20) | u8::from(*byte == b'"') | u8::from(*byte == b'\\');
    bytes.iter().fold(0, |found, byte| found | escaped(byte)) != 0
}

fn any_of_eight(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    // The top bit of each byte that is zero (and perhaps of one after it: then there is one all the same).
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & TOPS;
    let controls = word.wrapping_sub(ONES * 0x20) & !word & TOPS;
    controls | zeros(word ^ (ONES * u64::from(b'"'))) | zeros(word ^ (ONES * u64::from(b'\\'))) != 0
}

/// Appends a number, with a fraction even if it is whole. Small whole ones are frequent among points.
pub(super) fn number(it: f64, out: &mut Vec<u8>) {
    const WHOLE: [&[u8]; 11] =
        [b"0.0", b"1.0", b"2.0", b"3.0", b"4.0", b"5.0", b"6.0", b"7.0", b"8.0", b"9.0", b"10.0"];
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "looked at right after")]
    let index = it as usize;
    #[expect(clippy::cast_precision_loss, reason = "at most 10")]
    let is_whole = index < WHOLE.len() && (index as f64).to_bits() == it.to_bits();
    match WHOLE.get(index).filter(|_| is_whole) {
        Some(whole) => out.extend_from_slice(whole),
        None => plain(&it, out),
    }
}

/// Appends a whole number.
pub(super) fn integer(it: i64, out: &mut Vec<u8>) {
    plain(&it, out);
}

/// A text or number as the library writes it.
fn plain<T: Serialize + ?Sized>(it: &T, out: &mut Vec<u8>) {
    // Texts and numbers can be written, and memory takes them.
    let _ = serde_json::to_writer(out, it);
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_sign_to_escape_is_seen() {
        for length in 1..=35 {
            for (index, byte) in (0..length).flat_map(|index| (0..=127_u8).map(move |byte| (index, byte))) {
                let mut bytes = *b"just a text of words, longer than 32";
                bytes[index] = byte;
                let text = std::str::from_utf8(&bytes[..length]).unwrap();
                let is_escaped = serde_json::to_string(text).unwrap().len() > text.len() + 2;
                assert_eq!(has_escapes(text.as_bytes()), is_escaped, "{byte} at {index} of {length}");
            }
        }
    }

    proptest! {
        #[test]
        fn values_are_what_the_library_writes(it in ".*", score in any::<f64>(), count in any::<i64>()) {
            let mut line = Vec::new();
            text(&it, &mut line);
            number(score, &mut line);
            number((score % 12.0).trunc(), &mut line);
            integer(count, &mut line);
            let library = |it: serde_json::Result<String>| it.unwrap();
            let wanted = [
                library(serde_json::to_string(&it)),
                library(serde_json::to_string(&score)),
                library(serde_json::to_string(&(score % 12.0).trunc())),
                library(serde_json::to_string(&count)),
            ];
            prop_assert_eq!(String::from_utf8(line).unwrap(), wanted.concat());
        }
    }
}
