//! The parts of a disclosure, in their order.

use super::fields;
use super::json;
use super::json::list;
use super::json::named;
use super::json::number;
use super::json::text;
use crate::privacy::DisclosureParts;
use crate::privacy::Redaction;
use crate::privacy::ShownCandidate;
use crate::privacy::ShownCode;
use crate::privacy::ShownFinding;
use crate::privacy::ShownId;
use crate::privacy::ShownObligation;
use crate::privacy::ShownReason;
use crate::privacy::UnreadableLine;
use std::io::Write;

/// Appends everything that is shown of an encounter.
pub(super) fn parts(parts: &DisclosureParts<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"id\":");
    match &parts.id {
        ShownId::Text(it) => text(it, out),
        ShownId::Line(it) => json::integer(*it, out),
    }
    named(b",\"audience\":", parts.audience, out);
    if let Some(purpose) = parts.purpose {
        named(b",\"purpose\":", purpose, out);
    }
    named(b",\"policy\":", parts.policy, out);
    named(b",\"registry\":", parts.registry, out);
    out.extend_from_slice(b",\"codes\":");
    list(&parts.codes, out, code);
    out.extend_from_slice(b",\"candidates\":");
    list(&parts.candidates, out, candidate);
    out.extend_from_slice(b",\"findings\":");
    list(&parts.findings, out, finding);
    out.extend_from_slice(b",\"missing\":");
    list(&parts.missing, out, |it, out| text(it, out));
    out.extend_from_slice(b",\"encounter\":");
    fields::fields(&parts.encounter, out);
    if !parts.obligations.is_empty() {
        out.extend_from_slice(b",\"obligations\":");
        list(&parts.obligations, out, obligation);
    }
    out.extend_from_slice(b",\"redactions\":");
    list(&parts.redactions, out, redaction);
    out.push(b'}');
}

/// Appends what is said of an encounter and nothing of it: findings, what is missing, what is due.
pub fn verdict(parts: &DisclosureParts<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"findings\":");
    list(&parts.findings, out, finding);
    out.extend_from_slice(b",\"missing\":");
    list(&parts.missing, out, |it, out| text(it, out));
    out.extend_from_slice(b",\"due\":[]}\n");
}

/// Appends what stands for a line that could not be read.
pub(super) fn unreadable(it: UnreadableLine, out: &mut Vec<u8>) {
    // Writing to memory cannot fail.
    let _ = write!(out, "{{\"line\":{}", it.line);
    named(b",\"error\":", it.error, out);
    out.push(b'}');
}

fn code(it: &ShownCode<'_>, out: &mut Vec<u8>) {
    named(b"{\"set\":", it.set, out);
    named(b",\"code\":", it.code, out);
    named(b",\"display\":", it.display, out);
    named(b",\"from\":", it.from, out);
    if !it.raised.is_empty() {
        out.extend_from_slice(b",\"raised\":{");
        json::pairs(&it.raised, out);
        out.push(b'}');
    }
    out.push(b'}');
}

/// Appends a code proposed, with its reasons.
pub fn candidate(it: &ShownCandidate<'_>, out: &mut Vec<u8>) {
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
    if let Some(by) = it.by {
        named(b",\"by\":", by, out);
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

/// Appends a finding.
pub fn finding(it: &ShownFinding<'_>, out: &mut Vec<u8>) {
    named(b"{\"rule\":", &it.rule, out);
    named(b",\"severity\":", it.severity.name(), out);
    named(b",\"path\":", &it.path, out);
    if let Some(message) = &it.message {
        named(b",\"message\":", message, out);
    }
    if !it.see.is_empty() {
        named(b",\"see\":", &it.see, out);
    }
    if !it.help.is_empty() {
        named(b",\"help\":", &it.help, out);
    }
    if let Some(fix) = &it.fix {
        named(b",\"fix\":{\"set\":", fix.set, out);
        named(b",\"code\":", fix.code, out);
        out.push(b'}');
    }
    if !it.extra.is_empty() {
        out.push(b',');
        json::pairs(&it.extra, out);
    }
    out.push(b'}');
}

fn obligation(it: &ShownObligation<'_>, out: &mut Vec<u8>) {
    named(b"{\"name\":", it.name, out);
    named(b",\"text\":", it.text, out);
    out.push(b'}');
}

fn redaction(it: &Redaction<'_>, out: &mut Vec<u8>) {
    named(b"{\"path\":", &it.path, out);
    named(b",\"did\":", it.did, out);
    named(b",\"why\":", &it.why, out);
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::super::made_tests::made;
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn written(it: &DisclosureParts<'_>) -> String {
        let mut out = Vec::new();
        parts(it, &mut out);
        String::from_utf8(out).unwrap()
    }

    proptest! {
        #[test]
        fn a_disclosure_is_what_the_library_writes(what in ".+", score in any::<f32>()) {
            let points = f64::from(score);
            let because = json!([
                {"kind": "phrase", "what": what, "points": points},
                {"kind": "phrase", "path": "text", "points": points},
            ]);
            let whole = json!({
                "id": what, "audience": "desk", "purpose": "TREAT", "policy": "desk@1", "registry": "blake3:0",
                "codes": [{"set": "set", "code": "C1", "display": what, "from": "given", "raised": {"level": what}}],
                "candidates": [{"set": "set", "code": "C\\1", "display": "a \"title\"", "score": points,
                    "confidence": 1.0, "below": true, "by": "script", "because": because}],
                "findings": [{"rule": "rule", "severity": "error", "path": "victims[0].age", "message": what,
                    "see": "page 7", "help": "write it", "fix": {"set": "set", "code": "C2"}, "element": what}],
                "missing": ["one", "two"], "encounter": {},
                "obligations": [{"name": "notice", "text": "a \"notice\""}],
                "redactions": [{"path": what, "did": "mask", "why": "person"}],
            });
            prop_assert_eq!(written(&made(&what, score, true)), whole.to_string());
            let least = json!({
                "id": 7, "audience": "desk", "policy": "desk@1", "registry": "blake3:0",
                "codes": [{"set": "set", "code": "C1", "display": what, "from": "given"}],
                "candidates": [{"set": "set", "code": "C\\1", "display": "a \"title\"", "score": points,
                    "confidence": 1.0, "because": because}],
                "findings": [{"rule": "rule", "severity": "advice", "path": ""}],
                "missing": ["one", "two"], "encounter": {},
                "redactions": [{"path": what, "did": "mask", "why": "person"}],
            });
            prop_assert_eq!(written(&made(&what, score, false)), least.to_string());
        }
    }

    #[test]
    fn a_line_that_cannot_be_read_is_a_number_and_a_reason() {
        let mut out = Vec::new();
        unreadable(UnreadableLine { line: 7, error: "not a \"record\"" }, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), r#"{"line":7,"error":"not a \"record\""}"#);
    }
}
