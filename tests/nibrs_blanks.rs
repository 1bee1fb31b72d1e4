//! Every element that a report has to have is missed where it is blank: each is taken away in turn, alone, and some error has to
//! say so.

#![expect(clippy::indexing_slicing, reason = "tests")]

use crate::nibrs::evaluation;
use crate::nibrs::run;
use crate::program::said;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use tempfile::TempDir;

/// What may be blank in any report. All other elements that are there were asked for by some condition.
const OPTIONAL: [&str; 11] = [
    "id",
    "edition",
    "submission",
    "report_date_indicator",
    "incident_hour",
    "city_indicator",
    "judicial_district",
    "ethnicity",
    "resident",
    "automatic",
    "context",
];

/// Offences that need a criminal activity; for others the element tells of gangs, and may be blank.
const WITH_ACTIVITY: [&str; 18] = [
    "250", "280", "30C", "35A", "35B", "370", "39C", "49A", "520", "521", "522", "526", "58A", "58B", "61A", "61B",
    "620", "720",
];

/// Property without a value of its own, or for which nothing may be told.
const WITHOUT_VALUE: [&str; 8] = ["09", "10", "22", "48", "65", "66", "77", "99"];

/// Whether a field of an object may be blank.
fn may_be_blank(object: &Value, field: &str) -> bool {
    let is_in = |name: &str, known: &[&str]| object[name].as_str().is_some_and(|it| known.contains(&it));
    match field {
        "criminal_activity" => !is_in("offense", &WITH_ACTIVITY),
        "value" => is_in("description", &WITHOUT_VALUE),
        "properties" | "arrestees" => true,
        _ => OPTIONAL.contains(&field),
    }
}

/// The report without one of its elements, each in turn, with the names on the way to it.
fn each_without_one(report: &Value) -> Vec<(String, Value)> {
    let mut out = Vec::new();
    walk(report, "", "", report, &mut out);
    out
}

/// Takes away each field of the object at a pointer, and of those in it.
fn walk(at: &Value, pointer: &str, name: &str, report: &Value, out: &mut Vec<(String, Value)>) {
    for (field, value) in at.as_object().into_iter().flatten() {
        let (pointer, name) = (format!("{pointer}/{field}"), format!("{name}.{field}"));
        let items: &[Value] = value.as_array().map_or(&[], Vec::as_slice);
        let is_there = !(value.is_null() || value.is_array() && items.is_empty());
        if is_there && !may_be_blank(at, field) {
            let mut copy = report.clone();
            *copy.pointer_mut(&pointer).unwrap() = Value::Null;
            out.push((name.clone(), copy));
        }
        // A code beside others of its element leaves the element there.
        if matches!(field.as_str(), "weapons" | "armed_with") && items.len() > 1 {
            continue;
        }
        for (index, item) in items.iter().enumerate() {
            walk(item, &format!("{pointer}/{index}"), &name, report, out);
        }
    }
}

/// Asks about each report without one of its elements; none may be without an error, and each whole report has to be.
fn all_are_missed(reports: &[Value]) {
    let folder = TempDir::new().unwrap();
    let (mut names, mut input) = (vec![String::new(); reports.len()], String::new());
    for (at, report) in reports.iter().enumerate() {
        let mut report = report.clone();
        report["submission"] = json!(format!("whole {at}"));
        input += &format!("{report}\n");
    }
    for (name, mut report) in reports.iter().flat_map(each_without_one) {
        // Each is judged alone: reports of one submission may not have one number.
        report["submission"] = json!(format!("{}", names.len()));
        names.push(name);
        input += &format!("{report}\n");
    }
    std::fs::write(folder.path().join("in.ndjson"), input).unwrap();
    let output = run(folder.path(), &["in.ndjson"]);
    let shown = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(shown.lines().count(), names.len(), "{}", said(&output));
    let mut silent: BTreeMap<&str, usize> = BTreeMap::new();
    for (line, name) in shown.lines().zip(&names) {
        let answer: Value = serde_json::from_str(line).unwrap();
        let findings = answer["findings"].as_array().map_or(&[][..], Vec::as_slice);
        let errors: Vec<&Value> = findings.iter().filter(|finding| finding["severity"] == "error").collect();
        if name.is_empty() {
            assert!(errors.is_empty(), "a whole report: {errors:?}");
        } else if errors.is_empty() {
            *silent.entry(name).or_default() += 1;
        }
    }
    assert!(names.len() > reports.len() * 15, "{} elements were taken away", names.len());
    assert!(silent.is_empty(), "nothing is said where these are blank: {silent:?}");
}

/// Reports that nobody sent: a burglary with a recovered car, drugs with an arrest of a child, an assault of an officer.
fn invented() -> Vec<Value> {
    let head = |number: &str| {
        json!({"edition": "2025.0", "report": "A", "action": "I", "submission_month": "02", "submission_year": "2025",
            "ori": "MN0010000", "incident_number": number, "incident_date": "20250105", "incident_hour": "07",
            "cleared_exceptionally": "N"})
    };
    let person = json!({"age": "32", "sex": "M", "race": "W", "ethnicity": "N"});
    let offense = |code: &str, location: &str| json!({"offense": code, "attempted_completed": "C", "suspected_of_using": ["N"], "bias": ["88"], "location": location});
    let with = |mut base: Value, more: Value| {
        base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        base
    };
    let burglary = with(
        head("25-000001"),
        json!({
        "cargo_theft": "N",
        "offenses": [with(offense("220", "19"), json!({"premises_entered": "02", "method_of_entry": "F"})), offense("240", "19")],
        "properties": [
            {"loss_type": "7", "items": [{"description": "03", "value": "9000"}], "stolen_motor_vehicles": "01"},
            {"loss_type": "5", "items": [{"description": "03", "value": "8000", "date_recovered": "20250109"}],
                "recovered_motor_vehicles": "01"}],
        "victims": [with(person.clone(), json!({"sequence": "001", "offenses": ["220", "240"], "type": "I", "resident": "R"}))],
        "offenders": [{"sequence": "00"}]}),
    );
    let drugs = with(
        head("25-000002"),
        json!({
        "offenses": [with(offense("35A", "13"), json!({"criminal_activity": ["P"]}))],
        "properties": [{"loss_type": "6", "items": [{"description": "10"}],
            "drugs": [{"type": "E", "quantity": "2.5", "measurement": "GM"}]}],
        "victims": [{"sequence": "001", "offenses": ["35A"], "type": "S"}],
        "offenders": [with(person.clone(), json!({"sequence": "01", "age": "16"}))],
        "arrestees": [with(person.clone(), json!({"sequence": "01", "age": "16", "transaction_number": "A-1",
            "arrest_date": "20250106", "type_of_arrest": "O", "multiple_indicator": "N", "offense": "35A",
            "armed_with": [{"code": "01"}], "resident": "R", "disposition_under_18": "R"}))]}),
    );
    let assault = with(
        head("25-000003"),
        json!({
        "cleared_exceptionally": "A", "exceptional_clearance_date": "20250107",
        "offenses": [with(offense("13A", "13"), json!({"weapons": [{"code": "12"}]}))],
        "victims": [with(person.clone(), json!({"sequence": "001", "offenses": ["13A"], "type": "L", "resident": "R",
            "circumstances": ["02"], "injuries": ["M"], "officer_activity": "02", "officer_assignment": "F",
            "relations": [{"offender": "01", "relationship": "ST"}]}))],
        "offenders": [with(person, json!({"sequence": "01"}))]}),
    );
    vec![burglary, drugs, assault]
}

#[test]
fn a_blank_in_an_invented_report_is_told() {
    all_are_missed(&invented());
}

#[test]
fn a_blank_in_a_report_that_the_fbi_accepted_is_told() {
    let Some(text) = evaluation("nibrs-accepted.dev.jsonl.gz") else {
        eprintln!(
            "SKIPPED: no nibrs-accepted.dev.jsonl.gz below TENCODE_DATA; no element of an accepted report was taken away"
        );
        return;
    };
    let report = |line: &str| {
        let mut row: Value = serde_json::from_str(line).unwrap();
        row["incident"]["edition"] = row["edition"].take();
        row["incident"].take()
    };
    // One in five, so that it takes seconds: each is asked about some forty times.
    all_are_missed(&text.lines().step_by(5).map(report).collect::<Vec<Value>>());
}
