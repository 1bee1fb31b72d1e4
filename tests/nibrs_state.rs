//! The example of a state and an office that add to the shipped domain (tests/fixtures/riverton): its cases, and that nobody else
//! sees what it adds.

#![expect(clippy::indexing_slicing, reason = "tests")]

use crate::nibrs::program;
use crate::program::said;
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;

/// The cases of the example, as lines.
fn cases() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/riverton/cases/riverton.ndjson");
    std::fs::read_to_string(path).unwrap()
}

/// The rules with a finding, and the encounter as it is shown.
fn answer(folder: &Path, domain: &str, case: &Value) -> (Vec<String>, Value) {
    std::fs::write(folder.join("in.ndjson"), format!("{}\n", case["encounter"])).unwrap();
    let record = case["record"].as_str().unwrap();
    let output = program(folder, &["run", "--domain", domain, "--record", record, "in.ndjson"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    assert!(answer["findings"].is_array(), "{}", said(&output));
    let rules = answer["findings"].as_array().unwrap().iter().map(|it| it["rule"].as_str().unwrap().to_owned());
    (rules.collect(), answer["encounter"].clone())
}

#[test]
fn the_cases_of_the_example_hold() {
    let folder = TempDir::new().unwrap();
    for case in cases().lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let (rules, shown) = answer(folder.path(), "riverton", &case);
        let named = |word: &str| case["expect"][word].as_array().cloned().unwrap_or_default();
        let has = |name: &Value| rules.iter().any(|rule| name == rule);
        assert!(named("findings").iter().all(has), "{}: {rules:?}", case["what"]);
        assert!(!named("not").iter().any(has), "{}: {rules:?}", case["what"]);
        for (field, value) in case["expect"]["encounter"].as_object().into_iter().flatten() {
            assert_eq!(&shown[field], value, "{}: {field}", case["what"]);
        }
    }
}

#[test]
fn the_shipped_domain_knows_nothing_of_the_state() {
    let folder = TempDir::new().unwrap();
    let case = |what: &str| {
        let mut all = cases().lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>();
        all.retain(|case| case["what"].as_str().unwrap().starts_with(what));
        all.remove(0)
    };
    let (rules, _) = answer(folder.path(), "law-enforcement", &case("an assault at the river"));
    assert!(rules.iter().any(|rule| rule == "nibrs-204"), "the place is none of the FBI: {rules:?}");
    assert!(!rules.iter().any(|rule| rule.starts_with("riverton")), "{rules:?}");
    let (_, shown) = answer(folder.path(), "law-enforcement", &case("2A is"));
    assert_eq!(shown.get("priority"), None, "letters mean nothing to others");
}
