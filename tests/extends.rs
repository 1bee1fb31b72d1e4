//! A domain of an office that extends another: both are used under its name, and the other never sees it.

use crate::program::Place;
use crate::program::said;
use serde_json::Value;

const OFFICE: &str = r#"
extend record visit {
    ward text plain "Ward"
}

overlay reasons {
    code R-BEES "Stung by bees" { also "bees" }
    code R-FALL { also "slipped" }
}

rules for visit {
    rule ward-known advice "the ward is missing" { require ward is present; at ward }
}
"#;

const RULES: &str = r#"
rules for visit {
    rule note-known warning "the note is missing" { require note is present; at note }
    rule day-known error "the day is missing" { require day is present; at day }
}
"#;

/// The domain `own`, with rules, and a domain `austin` that extends it and says this.
fn office(more: &str) -> Place {
    let place = Place::new();
    place.write("d/own/codes/rules.codes", RULES);
    place.write("d/austin/domain.toml", "extends = \"own\"\n");
    place.write("d/austin/codes/austin.codes", &format!("{OFFICE}{more}"));
    place
}

/// What a domain answers to one encounter.
fn answer(place: &Place, domain: &str, encounter: &str) -> Value {
    let file = place.write("one.ndjson", encounter);
    let output = place.command(&["run"]).arg(&file).args(["--domain", domain]).output().unwrap();
    let answer = serde_json::from_slice(&output.stdout);
    assert!(answer.is_ok(), "{domain}: {}", said(&output));
    answer.unwrap()
}

fn texts<'v>(list: &'v Value, key: &str) -> Vec<&'v str> {
    list.as_array().unwrap().iter().map(|item| item.get(key).unwrap().as_str().unwrap()).collect()
}

fn rules(answer: &Value) -> Vec<String> {
    let mut rules: Vec<_> = texts(answer.get("findings").unwrap(), "rule").into_iter().map(str::to_owned).collect();
    rules.sort();
    rules
}

const BEES: &str = r#"{"id":"1","day":"2025-06-03","note":"bees in the garden","ward":"7","reason":"R-BEES"}"#;

#[test]
fn the_office_has_both_and_the_extended_domain_never_sees_the_office() {
    let alone = Place::new();
    alone.write("d/own/codes/rules.codes", RULES);
    let before = answer(&alone, "own", BEES);
    let place = office("");
    let (own, austin) = (answer(&place, "own", BEES), answer(&place, "austin", BEES));
    for key in ["codes", "candidates", "findings", "encounter"] {
        assert_eq!(own.get(key), before.get(key), "{key} of the extended domain");
    }
    assert_eq!(rules(&own), ["code-unknown"], "{own}");
    assert_eq!(rules(&austin), [""; 0], "{austin}");
    assert_eq!(texts(austin.get("candidates").unwrap(), "code"), ["R-BEES"], "{austin}");
    assert_eq!(texts(austin.get("candidates").unwrap(), "set"), ["reasons"], "{austin}");
    assert_eq!(austin.pointer("/encounter/ward"), Some(&Value::from("7")));
}

#[test]
fn rules_of_the_extended_domain_are_switched_and_own_ones_are_added() {
    let more =
        "\nrule note-known off because \"notes come later\"\nrule day-known severity advice because \"often late\"\n";
    let place = office(more);
    let empty = r#"{"id":"1"}"#;
    assert_eq!(rules(&answer(&place, "own", empty)), ["day-known", "note-known"]);
    let austin = answer(&place, "austin", empty);
    assert_eq!(rules(&austin), ["day-known", "ward-known"]);
    assert_eq!(texts(austin.get("findings").unwrap(), "severity"), ["advice", "advice"]);
    let explained = place.run(&["explain", "note-known"]);
    let explained = String::from_utf8_lossy(&explained.stdout).into_owned();
    assert!(explained.contains("notes come later") && explained.contains("require note"), "{explained}");
}

#[test]
fn what_is_said_again_is_an_error_in_the_office_alone() {
    let again = [
        "record visit { id text required identifies incident }",
        "extend record visit { note text free }",
        "codeset reasons \"Reasons\" { code A \"A\" }",
        "rules for visit { rule day-known error \"x\" { require note is present } }",
        "rule day-unknown off because \"it was renamed\"",
        "overlay reasons { code R-GONE { also \"gone\" } }",
    ];
    for more in again {
        let place = office(more);
        let output = place.command(&["check"]).output().unwrap();
        let drawn = String::from_utf8_lossy(&output.stdout).into_owned() + said(&output).as_str();
        assert_eq!(output.status.code(), Some(1), "{more}: {drawn}");
        assert!(drawn.contains("austin.codes") && !drawn.contains("own.codes:"), "{more}: {drawn}");
        assert_eq!(rules(&answer(&place, "own", BEES)), ["code-unknown"], "{more}");
    }
}

#[test]
fn a_chain_of_domains_has_what_all_of_them_say() {
    let place = office("");
    place.write("d/austin-north/domain.toml", "extends = \"austin\"\n");
    place.write("d/austin-north/codes/north.codes", "overlay reasons { code R-GOOSE \"Bitten by a goose\" }\n");
    let goose = r#"{"id":"1","day":"2025-06-03","note":"slipped","ward":"7","reason":"R-GOOSE"}"#;
    let north = answer(&place, "austin-north", goose);
    assert_eq!((rules(&north), texts(north.get("candidates").unwrap(), "code")), (vec![], vec!["R-FALL"]), "{north}");
    assert_eq!(rules(&answer(&place, "austin", goose)), ["code-unknown"]);
}

#[test]
fn a_code_is_looked_up_in_the_form_that_the_domain_has() {
    let place = office("");
    let found = |words: &[&str]| {
        let output = place.command(words).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(found(&["search", "bees", "--domain", "austin", "--set", "reasons"]).contains("R-BEES"));
    assert!(!found(&["search", "bees", "--domain", "own"]).contains("R-BEES"));
    assert_eq!(found(&["search", "fall"]).matches("R-FALL").count(), 1);
    assert_eq!(found(&["lookup", "R-FALL"]).matches("R-FALL").count(), 1);
    assert!(found(&["lookup", "R-BEES"]).contains("austin:reasons"));
}
