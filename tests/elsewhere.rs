//! Definitions by people who know other languages: what `check` tells them to write.

use crate::program::Place;
use crate::program::said;

/// What `check` says of the domain `own` with a further file.
fn checked(more: &str) -> String {
    let place = Place::new();
    place.write("d/own/codes/more.codes", more);
    let output = place.run(&["check"]);
    let drawn = String::from_utf8_lossy(&output.stdout).into_owned() + said(&output).as_str();
    assert_eq!(output.status.code(), Some(1), "{more}: {drawn}");
    drawn
}

#[test]
fn a_word_of_another_language_leads_to_that_of_this_one() {
    let record = |kind: &str| format!("record stay {{ id text identifies incident plain; extra {kind} plain }}\n");
    let rule = |line: &str| format!("rules for visit {{ rule own-1 error \"x\" {{ {line} }} }}\n");
    let policy = |line: &str| format!("policy nurses \"Nurses\" {{ audience nurses; {line} }}\n");
    for (text, help) in [
        (record("VARCHAR"), "write `text`"),
        (record("logical"), "write `bool`"),
        (record("double"), "write `number`"),
        (record("timespan"), "write `duration`"),
        (record("enum (a, b)"), "write `one of (a, b)`"),
        (record("vector of date"), "write `list of TYPE`"),
        (rule("require note === \"a\""), "write `=`"),
        (rule("require note is present & day is present"), "write `and`"),
        (rule("require day =< 2026-01-01"), "write `<=`"),
        (rule("assert note is present"), "`require`"),
        (rule("require day >= 3.2.2026"), "such as 2026-01-31"),
        (rule("require day >= 3/2/2026"), "such as 2026-01-31"),
        (rule("require note is missing"), "`is absent`"),
        (rule("forbid day is not null"), "`is present`"),
        (policy("hide note"), "`remove`"),
        (policy("show every date"), "`keep`"),
        (policy("keep all"), "`keep every field`"),
        ("-- a remark\nlist a (\"b\")\n".to_owned(), "a comment begins with `#`"),
        ("codeset own-2 \"Own\" for visit {\n    points title 2,5\n}\n".to_owned(), "`2.5`"),
        ("codeset own-2 \"Own\" for visit {\n    code RED 1 \"Red\"\n}\n".to_owned(), "`\"RED 1\"`"),
        ("table t (note text) -> word text {\n    \"a\" => \"b\"\n}\n".to_owned(), "write `->`"),
        (rule("require note is blank"), "write `\"blank\"`; write `is absent`"),
    ] {
        let drawn = checked(&text);
        assert!(drawn.contains(help), "{text}: {drawn}");
        assert!(!drawn.contains("compiler."), "{text}: {drawn}");
    }
}

#[test]
fn a_bare_word_near_a_list_is_no_word_to_look_for() {
    let list = "list signs-of-pain (\"hurts\", \"aches\")\nlist grounds (R-FALL)\n";
    let rule = |line: &str| format!("{list}rules for visit {{ rule own-1 error \"x\" {{ {line} }} }}\n");
    assert!(checked(&rule("forbid note mentions signs-of-pian")).contains("the list `signs-of-pain`"));
    assert!(checked(&rule("forbid reason in ground")).contains("the list `grounds`"));
    // Those of `shared` are near to what is no value. Their names are everyday words, so that a phrase is none of them.
    assert!(checked(&rule("forbid note in (weekdayz)")).contains("the list `weekdays`? write `\"weekdayz\"`"));
    assert!(!checked(&rule("forbid note mentions weekdayz or note is blank")).contains("weekdays"));
    assert!(checked(&rule("require day in 2026-05-01..2026-04-01")).contains("ends before it begins"));
}

#[test]
fn an_upgrade_makes_no_text_of_a_word_for_nothing() {
    let place = Place::new();
    let path =
        place.write("old.codes", "record r { a text }\nrules for r { rule r-1 error \"x\" { require a is blank } }\n");
    let output = place.run(&["upgrade", path.to_str().unwrap()]);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("a is blank"), "{text} {}", said(&output));
}

#[test]
fn a_text_of_a_script_that_is_not_closed_is_told_where_it_begins() {
    let place = Place::new();
    place.write("d/own/scripts/hooks.rhai", "fn validate(e) {\n    let a = 1;\n    let b = \"open;\n    []\n}\n");
    let output = place.run(&["check"]);
    let drawn = String::from_utf8_lossy(&output.stdout).into_owned() + said(&output).as_str();
    assert!(drawn.contains("hooks.rhai:3:13"), "{drawn}");
}

#[test]
fn a_case_that_hides_a_field_nobody_has_fails() {
    let place = Place::new();
    let case = |hidden: &str| {
        let encounter = "{\"id\":\"1\",\"note\":\"fell down\",\"extra\":{\"a\":1}}";
        format!(
            "{{\"what\":\"x\",\"audience\":\"public\",\"encounter\":{encounter},\"expect\":{{\"hidden\":[\"{hidden}\"]}}}}\n"
        )
    };
    for (hidden, status, told) in
        [("note", 0, "1 passed"), ("extra.a", 0, "1 passed"), ("nots", 1, "`note`"), ("extra.b", 1, "extra.b")]
    {
        place.write("d/own/cases/one.ndjson", &case(hidden));
        let output = place.run(&["test", "own"]);
        let shown = String::from_utf8_lossy(&output.stdout).into_owned() + said(&output).as_str();
        assert_eq!(output.status.code(), Some(status), "{hidden}: {shown}");
        assert!(shown.contains(told), "{hidden}: {shown}");
    }
}
