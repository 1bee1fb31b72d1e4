//! `tencode stats`: order and top, properties of codes, means and percentiles; and who is not told them.

#![expect(clippy::indexing_slicing, clippy::panic, reason = "tests")]

use crate::program::Place;
use crate::program::said;
use serde_json::Value;

const DOMAIN: &str = r#"record visit "Visit" {
    id     text required identifies incident "Number"
    came   datetime plain dates encounter "Came in"
    left   datetime plain "Was done"
    paid   money plain "Paid"
    reason code in reasons "Reason"
}

codeset reasons "Reasons" for visit {
    decide never
    property other bool
    code R-FALL "Fall" { other false }
    code R-BITE "Bite" { other false }
    code R-OTHER "Something else" { other true }
}
"#;

/// Ten falls of one to ten hours, four bites of two hours, one other without an end.
fn place() -> Place {
    let place = Place::new();
    place.write("d/own/codes/own.codes", DOMAIN);
    let fall = |hours: u32| ("R-FALL", format!("2026-03-01T{:02}:00", 8 + hours));
    let bite = |_| ("R-BITE", "2026-03-01T10:00".to_owned());
    let rows = (1..=10).map(fall).chain((0..4).map(bite)).chain([("R-OTHER", String::new())]);
    let line = |(number, (code, left)): (usize, (&str, String))| {
        format!(
            "{{\"id\":\"{number}\",\"came\":\"2026-03-01T08:00\",\"left\":\"{left}\",\"paid\":{number}.5,\"reason\":\"{code}\"}}\n"
        )
    };
    place.write("in.ndjson", &rows.enumerate().map(line).collect::<String>());
    place
}

fn stats(place: &Place, more: &[&str]) -> Value {
    let output = place.run(&[&["stats", "--domain", "own", "--json", "in.ndjson"][..], more].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)))
}

fn refused(place: &Place, more: &[&str], why: &str) {
    let output = place.run(&[&["stats", "--domain", "own", "in.ndjson"][..], more].concat());
    assert_eq!(output.status.code(), Some(2), "{more:?}");
    assert!(said(&output).contains(why), "{more:?}: {}", said(&output));
}

#[test]
fn the_most_frequent_come_first_and_only_so_many() {
    let place = place();
    let answer = stats(&place, &["--by", "reason", "--sort", "count", "--top", "2"]);
    let rows: Vec<(&str, u64)> = answer["counts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["reason"].as_str().unwrap(), row["count"].as_u64().unwrap()))
        .collect();
    assert_eq!(rows, [("R-FALL", 10), ("R-BITE", 4)]);
    assert_eq!(answer["total"], 15);
    let output = place.run(&["stats", "--domain", "own", "--by", "reason", "--top", "2", "in.ndjson"]);
    assert!(said(&output).contains("1 further rows are left out"), "{}", said(&output));
}

#[test]
fn a_property_of_a_code_can_be_counted_by() {
    let answer = stats(&place(), &["--by", "reason.other"]);
    let shares: Vec<(&str, f64)> = answer["counts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["reason.other"].as_str().unwrap(), row["share"].as_f64().unwrap()))
        .collect();
    assert_eq!(shares, [("false", 93.3), ("true", 6.7)]);
}

#[test]
fn times_and_amounts_have_means_and_percentiles() {
    let place = place();
    let answer = stats(&place, &["--by", "reason", "--of", "came..left", "--percentiles", "50,90"]);
    let fall = answer["counts"].as_array().unwrap().iter().find(|row| row["reason"] == "R-FALL").unwrap();
    for (name, value) in [("measured", 10.0), ("mean", 5.5), ("p50", 5.0), ("p90", 9.0)] {
        assert_eq!(fall[name].as_f64(), Some(value), "{name}: {fall}");
    }
    // What has no end is counted, and not measured.
    let other = answer["counts"].as_array().unwrap().iter().find(|row| row["reason"] == "R-OTHER").unwrap();
    assert_eq!((other["count"].as_u64(), other["measured"].as_f64(), other.get("mean")), (Some(1), Some(0.0), None));
    let paid = stats(&place, &["--by", "reason", "--of", "paid", "--percentiles", "100"]);
    assert_eq!(paid["counts"][1]["p100"].as_f64(), Some(9.5), "{paid}");
}

#[test]
fn what_an_audience_does_not_see_it_is_not_told() {
    let place = place();
    refused(&place, &["--by", "candidate", "--audience", "analytics"], "sees no candidates");
    refused(&place, &["--by", "reason", "--of", "paid", "--audience", "analytics"], "is not shown small counts");
    refused(&place, &["--by", "reason", "--of", "reason"], "is no number and no two times");
    refused(&place, &["--by", "reason", "--of", "paid", "--percentiles", "0"], "from 1 to 100");
}
