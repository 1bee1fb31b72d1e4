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

#[test]
fn functions_and_fields_that_are_not_there_are_told_before_a_script_runs() {
    let wrong = [
        ("fn validate(e) { [findin(\"error\", \"note\", \"x\")] }", "D0108", "`finding`"),
        ("fn validate(e) { let x = max(1, lenght(e.note)); [] }", "D0108", "lenght"),
        ("fn validate(e) { if e.notes == () { return []; } [] }", "D0103", "`note`"),
        ("fn validate(enc) { for it in enc.dya.year { } [] }", "D0103", "`day`"),
        ("fn classify(e, c) { let a = [1, e[\"note\"], e.nothing?.len()]; }", "D0103", "nothing"),
        ("fn validate(e) { if e.note.lenght() > 3 { } [] }", "D0108", "lenght"),
        ("fn validate(e) { [finding(\"error\", \"note\")] }", "D0109", "3 or 4 arguments"),
        ("fn validate(e) { let a = days(today()); [] }", "D0109", "`days(a, b)`"),
    ];
    for (script, number, help) in wrong {
        let (status, drawn) = check(&[("hooks.rhai", script)]);
        assert_eq!(status, Some(1), "{script}: {drawn}");
        assert!(drawn.contains(number) && drawn.contains(help), "{script}: {drawn}");
    }
    let right = r#"
        fn is_long(text) { type_of(text) == "string" && text.len() > 20 && text.sub_string(0, 2).to_upper() != "" }
        fn validate(e) {
            let longest = |value, least| value + least;
            if is_long(e.note) && !(e.day == ()) { print(`${e.day.year} ${e.note}`); }
            let words = e.note.split(" ").filter(|word| word.len() > 3).map(|word| word.len());
            switch (words.len()) { 0 => {}, _ => { debug(words); } }
            let f = Fn("is_long");
            let own = #{ twice: |n| n * 2, "thrice": 3 };
            own.half = |n| n / 2;
            let z = own.twice(2) + own.half(2) + today().add_days(3).years(on()).to_string().len();
            for (word, at) in words { let y = max(word, at).abs(); if e.fields().contains("other") { throw (1); } }
            [finding("short", "advice", "", "x")]
        }
        fn helper(e) { e.anything }
        fn classify(e, c) { let e = #{ a: 1 }; e.a }
    "#;
    let (status, drawn) = check(&[("hooks.rhai", right)]);
    assert_eq!(status, Some(0), "{drawn}");
}

#[test]
fn what_scripts_print_is_shown_where_it_is_asked_for_and_only_as_the_audience_sees_it() {
    let place = Place::new();
    let hook = "fn validate(e) {\n    print(`note ${e.note}.`);\n    debug(e.note);\n    []\n}";
    place.write("d/own/scripts/hooks.rhai", hook);
    let file = place.encounters("in.ndjson", 2);
    let run = |more: &[&str]| {
        let output = place.command(&["run", "--domain", "own"]).args(more).arg(&file).output().unwrap();
        (String::from_utf8(output.stdout.clone()).unwrap(), said(&output))
    };
    let (plain, told) = run(&["--jobs", "1"]);
    assert!(!told.contains("hooks.rhai"), "{told}");
    let (traced, told) = run(&["--trace"]);
    assert_eq!(plain, traced, "answers are the same");
    let lines: Vec<&str> = told.lines().filter(|line| line.contains("hooks.rhai")).collect();
    let of_line = |line: u8| {
        [format!("line {line}: hooks.rhai: note fell down."), format!("line {line}: hooks.rhai:3: \"fell down\"")]
    };
    assert_eq!(lines, [of_line(1), of_line(2)].concat());
    let (_, told) = run(&["--trace", "--audience", "public"]);
    assert!(told.contains("hooks.rhai: note .") && !told.contains("fell"), "{told}");
}

#[test]
fn a_case_fails_with_what_scripts_printed_and_where_not_names_nothing() {
    let place = Place::new();
    place.write("d/own/scripts/hooks.rhai", "fn validate(e) { print(\"seen\"); let own = [\"own-rule\"]; [] }");
    let case =
        |not: &str| format!("{{\"what\":\"it\",\"encounter\":{{\"id\":\"V-1\"}},\"expect\":{{\"not\":[{not}]}}}}\n");
    let wrong = ["\"reasons/R-FALK\"", "\"code-unknwon\"", "\"none/X\""].map(case).concat();
    let right = ["\"reasons/R-FALL\"", "\"code-unknown\"", "\"own-rule\", \"script-error\""].map(case).concat();
    place.write("d/own/cases/a.ndjson", &right);
    let output = place.run(&["test", "own"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{text}{}", said(&output));
    assert!(!text.contains("seen"), "{text}");
    assert!(String::from_utf8_lossy(&place.run(&["test", "own", "--trace"]).stdout).contains("hooks.rhai: seen"));
    place.write("d/own/cases/b.ndjson", &wrong);
    let output = place.run(&["test", "own"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert_eq!(text.matches("printed by hooks.rhai: seen").count(), 3, "{text}");
    for line in ["no code reasons/R-FALK", "no rule code-unknwon", "did you mean `code-unknown`?", "no code none/X"] {
        assert!(text.contains(line), "{line}: {text}");
    }
}
