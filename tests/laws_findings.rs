//! What holds of findings for every encounter: tried on the cases of the shipped domains, each with something odd in it.

#![expect(clippy::indexing_slicing, reason = "tests")]

use super::laws_policy::SHOP;
use super::made_up;
use serde_json::Value;
use serde_json::json;
use std::collections::HashMap;
use std::path::Path;
use tencode::encounters::engine::Engine;

/// The cases of a domain: record and encounter.
fn cases(domain: &str) -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("domains").join(domain).join("cases");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort_unstable();
    let mut out = Vec::new();
    for file in files {
        for line in std::fs::read_to_string(file).unwrap().lines() {
            let case: Value = serde_json::from_str(line).unwrap();
            let record = case["record"].as_str().unwrap_or_default().to_owned();
            if case["encounter"].is_object() && !record.is_empty() {
                out.push((record, case["encounter"].clone()));
            }
        }
    }
    out
}

/// The paths of an encounter's values that are no list and no object.
fn leaves(value: &Value, pointer: &str, path: &str, out: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, inner)| {
            let dot = if path.is_empty() { "" } else { "." };
            leaves(inner, &format!("{pointer}/{name}"), &format!("{path}{dot}{name}"), out);
        }),
        Value::Array(items) => items.iter().enumerate().for_each(|(place, inner)| {
            leaves(inner, &format!("{pointer}/{place}"), &format!("{path}[{place}]"), out);
        }),
        _ => out.push((pointer.to_owned(), path.to_owned())),
    }
}

/// The rules that say something of a path.
fn rules_at(engine: &Engine, encounter: &Value, path: &str) -> Vec<String> {
    made_up::rules(&made_up::disclose(engine, encounter), Some(path))
}

#[test]
fn a_value_that_does_not_fit_is_said_once() {
    let mut rng = fastrand::Rng::with_seed(5);
    let mut tried = 0;
    for domain in ["healthcare", "law-enforcement", "customer-service"] {
        let mut engines: HashMap<String, Engine> = HashMap::new();
        for (record, encounter) in cases(domain) {
            let engine =
                engines.entry(record.clone()).or_insert_with(|| made_up::desk(&SHOP.registry, domain, Some(&record)));
            let mut all = Vec::new();
            leaves(&encounter, "", "", &mut all);
            // Where nothing stands, a rule may say something of any value that is put there.
            all.retain(|(pointer, path)| path != "id" && encounter.pointer(pointer).is_some_and(|it| !it.is_null()));
            let Some((pointer, path)) = rng.choice(all) else { continue };
            let mut odd = encounter.clone();
            *odd.pointer_mut(&pointer).unwrap() = json!({"said by nobody": [rng.u8(..)]});
            let (before, said) = (rules_at(engine, &encounter, &path), rules_at(engine, &odd, &path));
            // What a rule says of any value that is there, it says of this one too.
            let new = said.iter().filter(|rule| !before.contains(rule)).count();
            assert!(new < 2, "{domain} {record} {path}: {said:?}\n{odd}");
            tried += usize::from(said.iter().any(|rule| rule == "input"));
        }
    }
    assert!(tried > 200, "only {tried} values did not fit");
}

#[test]
fn the_field_at_fault_is_the_first_that_the_line_names() {
    // Whatever the function does with what it is given: in another order, twice, or not at all.
    let bodies = ["a > b", "b < a", "a > 0 and b < a", "b > a or b < a and b + b < a", "b < 5", "a > 5"];
    let calls = [
        ("first, second", "first"),
        ("second, first", "second"),
        ("first + second, first", "first"),
        ("2, second", "second"),
    ];
    for body in bodies {
        for (arguments, field) in calls {
            let text = format!(
                "record visit \"A visit\" {{\n    first number\n    second number\n}}\n\
                 function asked(a number, b number) -> bool = {body}\n\
                 rules for visit {{\n\
                     rule told error \"Wrong.\" {{ require asked({arguments}) or first > 99 and second > 99 }}\n\
                     rule denied error \"Wrong.\" {{ forbid not asked({arguments}) and first < 99 }}\n\
                 }}\n\
                 policy desk \"All\" {{\n    keep every field\n}}\n"
            );
            let desk = made_up::desk(&made_up::registry("office", &text), "office", Some("visit"));
            for (first, second) in [(1, 1), (3, 9), (9, 3), (0, 7), (7, 0)] {
                let disclosure = made_up::disclose(&desk, &json!({"first": first, "second": second}));
                for finding in disclosure["findings"].as_array().unwrap() {
                    assert_eq!(finding["path"], field, "{body}: {arguments}\n{disclosure}");
                }
            }
        }
    }
}
