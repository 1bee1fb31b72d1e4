//! A disclosure for tests, with a word in many places.

use crate::model::rules::Severity;
use crate::privacy::DisclosureParts;
use crate::privacy::Redaction;
use crate::privacy::ShownCandidate;
use crate::privacy::ShownCode;
use crate::privacy::ShownFields;
use crate::privacy::ShownFinding;
use crate::privacy::ShownFix;
use crate::privacy::ShownId;
use crate::privacy::ShownObligation;
use crate::privacy::ShownReason;
use std::borrow::Cow;

fn candidate<'a>(what: &'a str, score: f32, below: bool) -> ShownCandidate<'a> {
    let because = |path: &'static str, what: &'a str| ShownReason {
        kind: "phrase",
        path: Cow::Borrowed(path),
        what: Cow::Borrowed(what),
        points: f64::from(score),
    };
    ShownCandidate {
        set: "set",
        code: "C\\1",
        display: "a \"title\"",
        score: f64::from(score),
        confidence: 1.0,
        below,
        by: below.then_some("script"),
        because: vec![because("", what), because("text", "")],
    }
}

fn finding<'a>(what: &str, is_whole: bool) -> ShownFinding<'a> {
    let some = |text: &str| if is_whole { text.to_owned() } else { String::new() };
    ShownFinding {
        rule: "rule".to_owned(),
        severity: if is_whole { Severity::Error } else { Severity::Advice },
        path: some("victims[0].age"),
        message: is_whole.then(|| what.to_owned()),
        see: some("page 7"),
        help: some("write it"),
        fix: is_whole.then_some(ShownFix { set: "set", code: "C2" }),
        extra: if is_whole { vec![("element".to_owned(), what.to_owned())] } else { Vec::new() },
    }
}

/// With everything that may be left out, or without.
pub(super) fn made(what: &str, score: f32, is_whole: bool) -> DisclosureParts<'_> {
    DisclosureParts {
        id: if is_whole { ShownId::Text(Cow::Borrowed(what)) } else { ShownId::Line(7) },
        audience: "desk",
        purpose: is_whole.then_some("TREAT"),
        policy: "desk@1",
        registry: "blake3:0",
        codes: vec![ShownCode {
            set: "set",
            code: "C1",
            display: what,
            from: "given",
            raised: if is_whole { vec![("level".to_owned(), what.to_owned())] } else { Vec::new() },
        }],
        candidates: vec![candidate(what, score, is_whole)],
        findings: vec![finding(what, is_whole)],
        missing: vec!["one", "two"],
        encounter: ShownFields::default(),
        obligations: if is_whole { vec![ShownObligation { name: "notice", text: "a \"notice\"" }] } else { Vec::new() },
        redactions: vec![Redaction { path: Cow::Borrowed(what), did: "mask", why: Cow::Borrowed("person") }],
    }
}
