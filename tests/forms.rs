//! Answers in other forms than lines of JSON, what there is, and schemas.

#![expect(clippy::indexing_slicing, reason = "tests")]

use crate::program::Place;
use crate::program::said;
use serde_json::Value;

/// Two encounters, a line that cannot be read, and an id that a spreadsheet would work out.
fn place() -> (Place, String) {
    let place = Place::new();
    let lines =
        "{\"id\":\"=1+1\",\"day\":\"2025-06-03\",\"note\":\"fell down\"}\n{\"id\":\n{\"note\":\"was bitten\"}\n";
    let path = place.write("in.ndjson", lines).to_str().unwrap().to_owned();
    (place, path)
}

fn told(place: &Place, path: &str, form: &str) -> String {
    let output = place.run(&["run", "--domain", "own", "--to", form, path]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_form_holds_every_encounter() {
    let (place, path) = place();
    let lines = told(&place, &path, "ndjson");
    assert_eq!(lines, String::from_utf8(place.run(&["run", "--domain", "own", &path]).stdout).unwrap());
    let array: Vec<Value> = serde_json::from_str(&told(&place, &path, "json")).unwrap();
    let each: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(array, each);
    let mut table = csv::Reader::from_reader(std::io::Cursor::new(told(&place, &path, "csv")));
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3);
    assert_eq!((&rows[0][0], &rows[0][3]), ("'=1+1", "reasons/R-FALL"));
    assert_eq!(&rows[1][0], "line 2");
    let mut findings = csv::Reader::from_reader(std::io::Cursor::new(told(&place, &path, "findings-csv")));
    let rules: Vec<String> = findings.records().map(|row| row.unwrap()[1].to_owned()).collect();
    assert!(rules.contains(&"unreadable".to_owned()), "{rules:?}");
    let outcome: Value = serde_json::from_str(&told(&place, &path, "operation-outcome")).unwrap();
    assert_eq!(outcome["resourceType"], "OperationOutcome");
    let sarif: Value = serde_json::from_str(&told(&place, &path, "sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), rules.len());
    let junit = told(&place, &path, "junit");
    assert_eq!(junit.matches("<testcase ").count(), 3);
    let mut xml = quick_xml::Reader::from_str(&junit);
    while !matches!(xml.read_event().unwrap(), quick_xml::events::Event::Eof) {}
    assert_eq!(told(&place, &path, "table").lines().count(), 4);
    let odd = place.run(&["run", "--domain", "own", "--to", "sariff", &path]);
    assert!(said(&odd).contains("did you mean `sarif`?"), "{}", said(&odd));
}

#[test]
fn no_form_shows_what_the_audience_may_not_see() {
    let place = Place::new();
    let path =
        place.write("one.ndjson", "{\"id\":\"V-4417\",\"day\":\"2025-06-03\",\"note\":\"Zyxcanary fell down\"}\n");
    let path = path.to_str().unwrap();
    for (form, _) in tencode::encounters::write::form::Form::ALL {
        let output = place.run(&["run", "--domain", "own", "--audience", "public", "--to", form, path]);
        let text = String::from_utf8(output.stdout.clone()).unwrap() + said(&output).as_str();
        assert!(!text.contains("V-4417") && !text.contains("Zyxcanary"), "{form}: {text}");
    }
}

#[test]
fn what_there_is_can_be_listed() {
    let place = Place::new();
    let listed = |what: &[&str]| String::from_utf8(place.run(&[&["list"], what].concat()).stdout).unwrap();
    assert!(listed(&["domains"]).contains("own"));
    assert!(listed(&["records"]).contains("visit"));
    assert!(listed(&["sets"]).contains("2 codes"));
    assert!(listed(&["codes", "reasons"]).contains("R-FALL  Fall"));
    let codes = listed(&["codes", "reasons", "--json"]);
    let codes: Vec<Value> = codes.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(codes.len(), 2);
    assert_eq!(place.run(&["list", "codes", "reason"]).status.code(), Some(2));
}

#[test]
fn a_schema_names_the_fields_of_its_record() {
    let place = Place::new();
    let schema: Value = serde_json::from_slice(&place.run(&["schema", "visit", "--json"]).stdout).unwrap();
    assert_eq!(schema["required"], serde_json::json!(["id"]));
    assert!(schema["properties"]["note"].is_object());
    let disclosure: Value = serde_json::from_slice(&place.run(&["schema", "disclosure"]).stdout).unwrap();
    assert_eq!(disclosure["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(place.run(&["schema", "visitt"]).status.code(), Some(2));
}
