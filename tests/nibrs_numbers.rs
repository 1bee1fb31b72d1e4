//! The page of all numbers: what each error and warning of the FBI says in our words, of which element, for which editions, and
//! the cases in which it is said and in which it is not. The page is written by this test.

use regex::Regex;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Numbers without a rule, and why.
const WITHOUT: [(&str, &str); 13] = [
    ("050", "told by the reader of the file: the segments of an incident are not in the order of their levels"),
    ("055", "told by the reader of the file: an incident does not begin with level 1"),
    ("175", "a date that cannot be read has its own numbers: 090, 091, 094, 105"),
    ("178", "told by the reader of the file: a length that the administrative segment cannot have"),
    ("284", "told by the reader of the file: a length that the offence segment cannot have"),
    ("484", "told by the reader of the file: a length that the victim segment cannot have (older editions)"),
    ("584", "told by the reader of the file: a length that the offender segment cannot have"),
    ("798", "needs the FBI's file: a deletion without a date, of an arrest that is older than two years"),
    ("938", "needs the FBI's file: what is added belongs to several incidents"),
    ("939", "needs the FBI's file: a change of an arrest from before the agency's start"),
    ("940", "needs the FBI's file: an incident is cleared that was cleared before"),
    ("941", "needs the FBI's service: the same report is being worked on"),
    ("1350", "a number with other signs has the numbers 302 and 304"),
];

/// A rule as it is written.
struct Rule {
    number: String,
    severity: String,
    message: String,
    elements: Vec<String>,
    editions: Vec<String>,
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// What a folder of the domain holds, in the order of the names.
fn files(folder: &str, ending: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("domains/law-enforcement").join(folder);
    let names = fs::read_dir(path).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(ending)).collect();
    names.sort();
    names.iter().map(|name| read(&format!("domains/law-enforcement/{folder}/{name}"))).collect()
}

/// What a pattern takes of a text, each once.
fn all(pattern: &str, text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for part in Regex::new(pattern).unwrap().captures_iter(text) {
        let part = part.get(1).unwrap().as_str().trim().to_owned();
        if !found.contains(&part) {
            found.push(part);
        }
    }
    found
}

/// The rules of all numbers, by number.
fn rules() -> BTreeMap<u32, Rule> {
    let head = Regex::new(r#"(?s)^nibrs-(\d+) (\w+) "(.*?)""#).unwrap();
    let mut rules = BTreeMap::new();
    for file in files("codes", ".codes") {
        for text in file.split("\n    rule ").skip(1) {
            let Some(found) = head.captures(text) else { continue };
            // What stands behind the end of a block is none of the rule.
            let text = text.split("\n}\n").next().unwrap();
            let number = found.get(1).unwrap().as_str().to_owned();
            let rule = Rule {
                number: number.clone(),
                severity: found.get(2).unwrap().as_str().to_owned(),
                message: found.get(3).unwrap().as_str().to_owned(),
                elements: all(r#"element\s+"([^"]+)""#, text),
                editions: all(r"(edition (?:>=|<=|<|>|is not|is|in) (?:\([^)]*\)|[0-9.]+))", text),
            };
            assert!(rules.insert(number.parse().unwrap(), rule).is_none(), "{number} has two rules");
        }
    }
    rules
}

/// The first case in which each rule is said (`findings`) or is not said (`not`), in its own words.
fn cases(word: &str) -> BTreeMap<String, String> {
    let mut cases = BTreeMap::new();
    for file in files("cases", ".ndjson") {
        for line in file.lines().filter(|line| !line.is_empty()) {
            let case: Value = serde_json::from_str(line).unwrap();
            let names = case.pointer(&format!("/expect/{word}")).and_then(Value::as_array).cloned().unwrap_or_default();
            let what = case.get("what").and_then(Value::as_str).unwrap_or_default().to_owned();
            for name in names.iter().filter_map(Value::as_str) {
                cases.entry(name.to_owned()).or_insert_with(|| what.clone());
            }
        }
    }
    cases
}

fn page() -> String {
    let (said, silent, rules) = (cases("findings"), cases("not"), rules());
    let mut page = "# NIBRS: every number\n\n\
        Errors and warnings of the FBI's specification 2025.0 and of the editions before it, in our words.\n\
        A test writes this page from the rules and cases of `domains/law-enforcement`. `explain` prints the\n\
        rule of a number: `tencode explain nibrs-401`. Editions are those that the rule itself names;\n\
        without any, it holds for all. The last two columns are a case in which the number is said, and\n\
        one in which it is not.\n"
        .to_owned();
    for (title, severities) in [("Errors", ["error", ""]), ("Warnings", ["warning", "advice"])] {
        let _ = write!(
            page,
            "\n## {title}\n\n| number | element | text | editions | said | not said |\n|---|---|---|---|---|---|\n"
        );
        for rule in rules.values().filter(|rule| severities.contains(&rule.severity.as_str())) {
            let name = format!("nibrs-{}", rule.number);
            let case = |cases: &BTreeMap<String, String>, word: &str| {
                assert!(cases.contains_key(&name), "no case has {name} under `{word}`");
                cases.get(&name).cloned().unwrap_or_default().replace('|', "/")
            };
            let (elements, editions) = (rule.elements.join(", "), rule.editions.join("; "));
            let (said, silent) = (case(&said, "findings"), case(&silent, "not"));
            let _ =
                writeln!(page, "| {} | {elements} | {} | {editions} | {said} | {silent} |", rule.number, rule.message);
        }
    }
    page += "\n## Numbers without a rule\n\n| number | why |\n|---|---|\n";
    for (number, why) in WITHOUT {
        assert!(!rules.contains_key(&number.parse().unwrap()), "{number} has a rule");
        let _ = writeln!(page, "| {number} | {why} |");
    }
    page
}

#[test]
fn every_number_is_on_the_page_with_its_cases() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("domains/law-enforcement/numbers.md");
    let page = page();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == page,
        "domains/law-enforcement/numbers.md is not what the rules say: write it anew"
    );
}

#[test]
fn no_number_of_the_specification_is_missing() {
    let folder = std::env::var_os("TENCODE_DATA").map(|it| Path::new(&it).join("law-enforcement/nibrs"));
    let Some(folder) = folder.filter(|it| it.join("errors-2025.0.csv").exists()) else {
        eprintln!(
            "SKIPPED: no errors-2025.0.csv below TENCODE_DATA; the numbers of the page were not compared with it"
        );
        return;
    };
    let known: Vec<u32> =
        rules().into_keys().chain(WITHOUT.iter().map(|(number, _)| number.parse().unwrap())).collect();
    let mut missing = Vec::new();
    for name in ["errors-2025.0.csv", "warnings-2025.0.csv"] {
        let mut rows = csv::Reader::from_path(folder.join(name)).unwrap();
        let numbers = rows.records().map(|row| row.unwrap().get(0).unwrap().to_owned());
        missing.extend(numbers.filter(|number| !known.contains(&number.parse().unwrap())));
    }
    assert!(missing.is_empty(), "on no page: {missing:?}");
}
