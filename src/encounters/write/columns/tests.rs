//! What a row holds, and the types of its columns.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::super::made_tests::made;
use super::*;
use expect_test::expect;
use serde_json::Value;
use serde_json::json;

#[expect(clippy::panic, reason = "tests")]
#[path = "../../../../tests/columns/json.rs"]
mod json;

fn rows(rows: &mut Rows) -> Vec<Value> {
    json::objects(&rows.finish().unwrap())
}

#[test]
fn a_row_has_what_a_line_has() {
    let mut answers = Rows::default();
    answers.push_whole(&made("what", 1.5, true));
    answers.push_whole(&made("what", 1.5, false));
    answers.refuse(7, "this is not JSON");
    let because =
        json!([{"kind": "phrase", "what": "what", "points": 1.5}, {"kind": "phrase", "path": "text", "points": 1.5}]);
    let redactions = json!([{"path": "what", "did": "mask", "why": "person"}]);
    let whole = json!({
        "id": "what", "audience": "desk", "purpose": "TREAT", "policy": "desk@1", "registry": "blake3:0",
        "codes": [{"set": "set", "code": "C1", "display": "what", "from": "given", "raised": {"level": "what"}}],
        "candidates": [{"set": "set", "code": "C\\1", "display": "a \"title\"", "by": "script", "score": 1.5,
            "confidence": 1.0, "below": true, "because": because}],
        "findings": [{"rule": "rule", "severity": "error", "path": "victims[0].age", "message": "what", "see": "page 7",
            "help": "write it", "fix": {"set": "set", "code": "C2"}, "more": {"element": "what"}}],
        "missing": ["one", "two"], "encounter": "{}",
        "obligations": [{"name": "notice", "text": "a \"notice\""}], "redactions": redactions,
    });
    let least = json!({
        "id": "7", "audience": "desk", "policy": "desk@1", "registry": "blake3:0",
        "codes": [{"set": "set", "code": "C1", "display": "what", "from": "given"}],
        "candidates": [{"set": "set", "code": "C\\1", "display": "a \"title\"", "score": 1.5, "confidence": 1.0,
            "below": false, "because": because}],
        "findings": [{"rule": "rule", "severity": "advice"}],
        "missing": ["one", "two"], "encounter": "{}", "obligations": [], "redactions": redactions,
    });
    let refused = json!({"line": 7, "error": "this is not JSON"});
    assert_eq!(rows(&mut answers), [whole, least, refused]);
    assert!(answers.is_empty() && rows(&mut answers).is_empty(), "they are gone");
}

#[test]
fn the_columns_are_always_these() {
    let schema = Rows::schema().unwrap();
    let lines: Vec<String> =
        schema.fields().iter().map(|field| format!("{}: {}\n", field.name(), field.data_type())).collect();
    expect![[r#"
        id: Utf8
        audience: Utf8
        purpose: Utf8
        policy: Utf8
        registry: Utf8
        codes: List(Struct("set": Utf8, "code": Utf8, "display": Utf8, "from": Utf8, "raised": Map("entries": non-null Struct("key": non-null Utf8, "value": Utf8), unsorted)))
        candidates: List(Struct("set": Utf8, "code": Utf8, "display": Utf8, "by": Utf8, "score": Float64, "confidence": Float64, "below": Boolean, "because": List(Struct("kind": Utf8, "path": Utf8, "what": Utf8, "points": Float64))))
        findings: List(Struct("rule": Utf8, "severity": Utf8, "path": Utf8, "message": Utf8, "see": Utf8, "help": Utf8, "fix": Struct("set": Utf8, "code": Utf8), "more": Map("entries": non-null Struct("key": non-null Utf8, "value": Utf8), unsorted)))
        missing: List(Utf8)
        encounter: Utf8
        obligations: List(Struct("name": Utf8, "text": Utf8))
        redactions: List(Struct("path": Utf8, "did": Utf8, "why": Utf8))
        line: Int64
        error: Utf8
    "#]].assert_eq(&lines.concat());
    let mut answers = Rows::default();
    answers.refuse(1, "why");
    assert_eq!(answers.finish().unwrap().schema(), schema, "those of rows are those of no rows");
}
