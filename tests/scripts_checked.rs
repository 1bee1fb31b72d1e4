//! What `check` knows of a script before it runs, and scripts that call functions of one another.

use crate::program::Place;
use crate::program::said;

/// What `check` says of the domain `own` with these scripts.
fn check(scripts: &[(&str, &str)]) -> (Option<i32>, String) {
    let place = Place::new();
    for (name, text) in scripts {
        place.write(&format!("d/own/scripts/{name}"), text);
    }
    let output = place.run(&["check"]);
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + said(&output).as_str())
}

#[test]
fn names_that_a_script_writes_out_have_to_be_there() {
    let wrong = [
        (r#"fn classify(e, c) { candidate("reason", "R-FALL", 3, "x"); }"#, "D0101", "`reasons`"),
        (r#"fn classify(e, c) { candidate("reasons", "R-FAL", 3, "x"); }"#, "D0202", "`R-FALL`"),
        (r#"fn classify(e, c) { if is_under("reasons", "R-FALL", "R-BIT") { } }"#, "D0202", "`R-BITE`"),
        (r#"fn validate(e) { [finding("grave", "note", "x")] }"#, "D0305", "`warning`"),
        (r#"fn validate(e) { [finding("short", "error", "notes", "x")] }"#, "D0103", "`note`"),
        (r#"fn validate(e) { property("reasons", "R-FALL", "weight"); }"#, "D0213", "weight"),
    ];
    for (script, number, help) in wrong {
        let (status, drawn) = check(&[("hooks.rhai", script)]);
        assert_eq!(status, Some(1), "{script}: {drawn}");
        assert!(drawn.contains(number) && drawn.contains(help), "{script}: {drawn}");
    }
    let right = r#"
        // candidate("gone", "GONE", 1, "x")
        fn classify(e, c) { let set = "gone"; candidate("reasons", "r-fall", 3, "finding(\"grave\")"); }
        fn validate(e) { find("reasons", "R-NEW"); [finding("short", "advice", "", "x")] }
    "#;
    let (status, drawn) = check(&[("hooks.rhai", right)]);
    assert_eq!(status, Some(0), "{drawn}");
}

#[test]
fn a_script_calls_functions_of_another() {
    let place = Place::new();
    let hook = r#"fn validate(e) { if is_short(e.note) { return [finding("advice", "note", "short")]; } [] }"#;
    place.write("d/own/scripts/hooks.rhai", hook);
    place.write("d/own/scripts/texts.rhai", "fn is_short(text) { text == () || text.len() < limit() }");
    place.write("d/own/scripts/values.rhai", "fn limit() { 20 }\nfn validate(e) { if limit() > 50 { 1 / 0; } [] }");
    let file = place.encounters("in.ndjson", 1);
    let output = place.command(&["run", "--domain", "own"]).arg(file).output().unwrap();
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(answer.contains(r#""message":"short""#) && !answer.contains("script-error"), "{answer} {}", said(&output));
}

#[test]
fn two_scripts_cannot_have_one_function() {
    let texts = [
        ("a.rhai", "fn plain(text) { text }\nfn validate(e) { [] }"),
        ("b.rhai", "fn plain(value) { value }\nfn plain(a, b) { a }\nfn validate(e) { [] }"),
    ];
    let (status, drawn) = check(&texts);
    assert_eq!(status, Some(1), "{drawn}");
    assert!(drawn.contains("D0102") && drawn.contains("b.rhai:1:4"), "{drawn}");
    assert_eq!(drawn.matches("D0102").count(), 1, "{drawn}");
}

#[test]
fn an_error_in_a_function_of_another_script_names_no_line_of_this_one() {
    let place = Place::new();
    place.write("d/own/scripts/hooks.rhai", "fn validate(e) { broken(e.note) }");
    place.write("d/own/scripts/texts.rhai", "\n\n\n\nfn broken(text) {\n    text.len() / 0\n}");
    let file = place.encounters("in.ndjson", 1);
    let output = place.command(&["run", "--domain", "own"]).arg(file).output().unwrap();
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(answer.contains("script-error") && !answer.contains("look at line"), "{answer}");
}
