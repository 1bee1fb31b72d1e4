//! A disclosure as one line of JSON, straight to bytes.
//!
//! The bytes are those that `serde_json` makes of it (a test holds them to that); here a text is looked through for
//! signs to escape all at once, and is otherwise copied. On the work of `benches/engine.rs` that is a third of the time.

use super::disclosure::Answer;
use super::disclosure::Id;
use super::disclosure::Redaction;
use super::disclosure::ShownCandidate;
use super::disclosure::ShownReason;
use serde::Serialize;
use serde_json::Error;

/// Appends an answer.
///
/// # Errors
/// If a number cannot be written.
pub(super) fn answer(answer: &Answer<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
    out.extend_from_slice(b"{\"id\":");
    id(&answer.id, out);
    named(b",\"audience\":", answer.audience, out);
    if let Some(purpose) = answer.purpose {
        named(b",\"purpose\":", purpose, out);
    }
    named(b",\"policy\":", answer.policy, out);
    named(b",\"registry\":", answer.registry, out);
    out.extend_from_slice(b",\"codes\":");
    each(&answer.codes, out)?;
    out.extend_from_slice(b",\"candidates\":");
    list(&answer.candidates, out, candidate);
    out.extend_from_slice(b",\"findings\":");
    each(&answer.findings, out)?;
    out.extend_from_slice(b",\"missing\":");
    list(&answer.missing, out, |it, out| text(it, out));
    out.extend_from_slice(b",\"encounter\":");
    out.extend_from_slice(answer.encounter.bytes());
    if !answer.obligations.is_empty() {
        out.extend_from_slice(b",\"obligations\":");
        each(&answer.obligations, out)?;
    }
    out.extend_from_slice(b",\"redactions\":");
    list(&answer.redactions, out, redaction);
    out.push(b'}');
    Ok(())
}

fn candidate(it: &ShownCandidate<'_>, out: &mut Vec<u8>) {
    named(b"{\"set\":", it.set, out);
    named(b",\"code\":", it.code, out);
    named(b",\"display\":", it.display, out);
    out.extend_from_slice(b",\"score\":");
    number(it.score, out);
    out.extend_from_slice(b",\"confidence\":");
    number(it.confidence, out);
    if it.below {
        out.extend_from_slice(b",\"below\":true");
    }
    out.extend_from_slice(b",\"because\":");
    list(&it.because, out, reason);
    out.push(b'}');
}

fn reason(it: &ShownReason<'_>, out: &mut Vec<u8>) {
    named(b"{\"kind\":", it.kind, out);
    if !it.path.is_empty() {
        named(b",\"path\":", &it.path, out);
    }
    if !it.what.is_empty() {
        named(b",\"what\":", &it.what, out);
    }
    out.extend_from_slice(b",\"points\":");
    number(it.points, out);
    out.push(b'}');
}

fn redaction(it: &Redaction<'_>, out: &mut Vec<u8>) {
    named(b"{\"path\":", &it.path, out);
    named(b",\"did\":", it.did, out);
    named(b",\"why\":", &it.why, out);
    out.push(b'}');
}

fn id(it: &Id<'_>, out: &mut Vec<u8>) {
    match it {
        Id::Text(it) => text(it, out),
        Id::Line(it) => whole(*it, out),
    }
}

fn list<T>(items: &[T], out: &mut Vec<u8>, each: impl Fn(&T, &mut Vec<u8>)) {
    out.push(b'[');
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        each(item, out);
    }
    out.push(b']');
}

fn named(name: &[u8], it: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(name);
    text(it, out);
}

/// A name as it stands before a value.
pub(super) fn key(name: &str) -> Vec<u8> {
    let mut key = Vec::new();
    text(name, &mut key);
    key.push(b':');
    key
}

/// Appends a text.
pub(super) fn text(it: &str, out: &mut Vec<u8>) {
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

/// Appends a number. Small whole ones are frequent among points.
pub(super) fn number(it: f64, out: &mut Vec<u8>) {
    const WHOLE: [&[u8]; 11] =
        [b"0.0", b"1.0", b"2.0", b"3.0", b"4.0", b"5.0", b"6.0", b"7.0", b"8.0", b"9.0", b"10.0"];
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "looked at right after")]
    let place = it as usize;
    #[expect(clippy::cast_precision_loss, reason = "at most 10")]
    let is_whole = place < WHOLE.len() && (place as f64).to_bits() == it.to_bits();
    match WHOLE.get(place).filter(|_| is_whole) {
        Some(whole) => out.extend_from_slice(whole),
        None => plain(&it, out),
    }
}

/// Appends a whole number.
pub(super) fn whole(it: i64, out: &mut Vec<u8>) {
    plain(&it, out);
}

/// A text or number as the library writes it.
fn plain<T: Serialize + ?Sized>(it: &T, out: &mut Vec<u8>) {
    // Texts and numbers can be written, and memory takes them.
    let _ = serde_json::to_writer(out, it);
}

/// A list as the library writes it; most are empty.
fn each<T: Serialize>(items: &[T], out: &mut Vec<u8>) -> Result<(), Error> {
    if items.is_empty() {
        out.extend_from_slice(b"[]");
        return Ok(());
    }
    serde_json::to_writer(out, items)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::super::disclosure::Fields;
    use super::super::disclosure::ShownObligation;
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;
    use std::borrow::Cow;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (0..30_i32).prop_map(|it| Value::from(f64::from(it) / 2.0)),
            ".*".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 20, 5, |inner| {
            let named = ("[a-z\"]{1,5}", inner.clone());
            prop_oneof![
                prop::collection::vec(inner, 0..4).prop_map(Value::from),
                prop::collection::vec(named, 0..4).prop_map(|them| Value::Object(them.into_iter().collect())),
            ]
        })
    }

    #[test]
    fn every_sign_to_escape_is_seen() {
        for length in 1..=35 {
            for (place, byte) in (0..length).flat_map(|place| (0..=127_u8).map(move |byte| (place, byte))) {
                let mut bytes = *b"just a text of words, longer than 32";
                bytes[place] = byte;
                let text = std::str::from_utf8(&bytes[..length]).unwrap();
                let is_escaped = serde_json::to_string(text).unwrap().len() > text.len() + 2;
                assert_eq!(has_escapes(text.as_bytes()), is_escaped, "{byte} at {place} of {length}");
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
            whole(count, &mut line);
            let library = |it: serde_json::Result<String>| it.unwrap();
            let wanted = [
                library(serde_json::to_string(&it)),
                library(serde_json::to_string(&score)),
                library(serde_json::to_string(&(score % 12.0).trunc())),
                library(serde_json::to_string(&count)),
            ];
            prop_assert_eq!(String::from_utf8(line).unwrap(), wanted.concat());
        }

        #[test]
        fn a_line_is_what_the_library_writes(it in value(), what in ".*", score in any::<f32>(), below in any::<bool>()) {
            let because = |path: &'static str, what: &str| ShownReason {
                kind: "phrase",
                path: Cow::Borrowed(path),
                what: Cow::Owned(what.to_owned()),
                points: f64::from(score),
            };
            let candidate = ShownCandidate {
                set: "set",
                code: "C\\1",
                display: "a \"title\"",
                score: f64::from(score),
                confidence: 1.0,
                below,
                because: vec![because("", &what), because("text", "")],
            };
            let made = Answer {
                id: if below { Id::Text(Cow::Owned(what.clone())) } else { Id::Line(7) },
                audience: "desk",
                purpose: below.then_some("TREAT"),
                policy: "desk@1",
                registry: "blake3:0",
                codes: Vec::new(),
                candidates: vec![candidate],
                findings: Vec::new(),
                missing: vec!["one", "two"],
                encounter: Fields(serde_json::to_vec(&it).unwrap()),
                obligations: if below { vec![ShownObligation { name: "notice", text: "a \"notice\"" }] } else { Vec::new() },
                redactions: vec![Redaction { path: Cow::Owned(what), did: "mask", why: Cow::Borrowed("person") }],
            };
            let mut line = Vec::new();
            answer(&made, &mut line).unwrap();
            prop_assert_eq!(String::from_utf8(line).unwrap(), serde_json::to_string(&made).unwrap());
        }
    }
}
