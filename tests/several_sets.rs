//! `code in one of (A, B)`: a code of the first of several sets that has it.

#![expect(clippy::indexing_slicing, reason = "tests")]

use super::made_up;
use super::made_up::disclose;
use super::made_up::rules;
use serde_json::json;
use tencode::encounters::engine::Engine;

const WORK: &str = r#"
record job "A job" {
    id    text identifies incident
    on    date dates encounter
    code  code in one of (repairs, parts)
    other code in one of (repairs, parts)
    items list of code in one of (repairs, parts)
}
label secret "Secret work"
codeset repairs "Repairs" {
    property hours number
    group A "Engine" {
        code A1 "Oil" { hours 1 }
        code A2 "Belt" { hours 2 }
        code X9 "Both, as a repair" { hours 9 }
    }
    code R.5 "Retired repair" { retired 2025-12-31 }
}
codeset parts "Parts" {
    property hours number
    property metal text
    group P "Parts" {
        code P1 "Screw" { hours 5; metal "steel"; labelled secret }
        code P2 "Nut"
        code X9 "Both, as a part" { hours 90; metal "brass" }
    }
}
rules for job {
    rule is-known     error "known"            { forbid code is known }
    rule is-not-known error "not known"        { forbid code is not known }
    rule is-oil       error "oil"              { forbid code is A1 }
    rule is-not-oil   error "not oil"          { forbid code is not A1 }
    rule is-part      error "a part"           { forbid code is under P }
    rule is-no-part   error "no part"          { forbid code is not under P }
    rule is-among     error "among"            { forbid code in (A1, P1..P2) }
    rule is-retired   error "retired"          { forbid code is retired }
    rule is-secret    error "secret"           { forbid code is labelled secret }
    rule is-long      error "takes long"       { forbid code.hours > 4 }
    rule is-steel     error "of steel"         { forbid code.metal is "steel" }
    rule is-other     error "{code} twice"     { forbid code = other }
    rule has-parts    error "parts among them" { forbid items includes any (P1..P2) }
    rule all-parts    error "parts only"       { forbid items includes only (P1..P2) }
}
policy desk "All" {
    keep every field
    free text keep
}
policy press "The press" {
    keep plain
    codes labelled secret withhold
    findings keep
}
"#;

fn engine() -> Engine {
    made_up::desk(&made_up::registry("work", WORK), "work", Some("job"))
}

fn found(engine: &Engine, job: &serde_json::Value) -> Vec<String> {
    let mut rules = rules(&disclose(engine, job), None);
    rules.retain(|rule| !rule.starts_with("code-"));
    rules
}

#[test]
fn a_code_is_one_of_the_first_set_that_has_it() {
    let engine = engine();
    for (code, wanted) in [
        ("A1", &["is-known", "is-oil", "is-no-part", "is-among"][..]),
        ("a1", &["is-known", "is-oil", "is-no-part", "is-among"]),
        ("A2", &["is-known", "is-not-oil", "is-no-part"]),
        ("P1", &["is-known", "is-not-oil", "is-part", "is-among", "is-secret", "is-long", "is-steel"]),
        ("P2", &["is-known", "is-not-oil", "is-part", "is-among"]),
        ("X9", &["is-known", "is-not-oil", "is-no-part", "is-long"]),
        ("R5", &["is-known", "is-not-oil", "is-no-part", "is-retired"]),
        ("Q7", &["is-not-known", "is-not-oil", "is-no-part"]),
    ] {
        let said = found(&engine, &json!({"id": "1", "on": "2026-03-01", "code": code}));
        assert_eq!(said, wanted, "{code}");
    }
    assert!(found(&engine, &json!({"id": "1", "on": "2026-03-01"})).is_empty(), "what is absent is nothing");
}

#[test]
fn lists_of_such_codes_are_asked_like_others() {
    let engine = engine();
    for (items, wanted) in
        [(&["A1", "P2"][..], &["has-parts"][..]), (&["P1", "P2"], &["has-parts", "all-parts"]), (&["A1", "A2"], &[])]
    {
        assert_eq!(found(&engine, &json!({"id": "1", "on": "2026-03-01", "items": items})), wanted, "{items:?}");
    }
}

#[test]
fn such_codes_are_judged_and_carried_like_others() {
    let engine = engine();
    let job = json!({"id": "1", "on": "2026-03-01", "code": "P2", "other": "R5", "items": ["Q7", "A1"]});
    let answer = disclose(&engine, &job);
    let codes: Vec<String> =
        answer["codes"].as_array().unwrap().iter().map(|it| format!("{}/{}", it["set"], it["code"])).collect();
    assert_eq!(codes, [r#""parts"/"P2""#, r#""repairs"/"R.5""#, r#""repairs"/"A1""#]);
    assert_eq!(rules(&answer, Some("other")), ["code-not-valid"]);
    assert_eq!(rules(&answer, Some("items[0]")), ["code-unknown"]);
}

#[test]
fn a_message_names_a_code_only_if_a_set_has_it() {
    let engine = engine();
    let told = |code: &str| {
        let answer = disclose(&engine, &json!({"id": "1", "on": "2026-03-01", "code": code, "other": code}));
        let findings = answer["findings"].as_array().unwrap().clone();
        findings.iter().find(|it| it["rule"] == "is-other").unwrap()["message"].as_str().unwrap().to_owned()
    };
    assert_eq!(told("P1"), "P1 twice");
    assert_eq!(told("Anna Smith"), "… twice");
}

#[test]
fn what_is_withheld_is_withheld_of_every_set() {
    let registry = made_up::registry("work", WORK);
    let engine = made_up::asked(&registry, "work", "press");
    let answer =
        disclose(&engine, &json!({"id": "1", "on": "2026-03-01", "code": "P1", "items": ["A1", "P1", "Anna"]}));
    let shown = answer["encounter"].to_string();
    assert!(shown.contains("A1") && !shown.contains("P1") && !shown.contains("Anna"), "{answer}");
}
