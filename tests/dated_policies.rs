//! Lines of a policy that hold on some days only: the days on which somebody asks.

use crate::program::Place;
use crate::program::said;
use serde_json::Value;

const POLICY: &str = r#"
policy press "What the press may see" {
    keep day to 2026-06-30
    day to month from 2026-07-01
    remove day from 2027-01-01
    keep note
    free text keep
    candidates keep to 2026-06-30
}
"#;

const VISIT: &str = r#"{"id":"1","day":"2019-03-05","note":"fell down"}"#;

/// What the program printed, answers and notes.
fn printed(output: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), said(output))
}

/// What the press is shown of a visit of 2019, asked on a day.
fn shown(place: &Place, today: &str) -> Value {
    let file = place.write("one.ndjson", VISIT);
    let arguments = ["--domain", "own", "--audience", "press", "--today", today];
    let output = place.command(&["run"]).arg(&file).args(arguments).output().unwrap();
    let answer = serde_json::from_slice(&output.stdout);
    assert!(answer.is_ok(), "{}", said(&output));
    answer.unwrap()
}

#[test]
fn the_day_of_asking_decides_and_the_strictest_line_of_that_day_wins() {
    let place = Place::new();
    place.write("d/own/codes/policy.codes", POLICY);
    for (today, day) in [
        ("2020-01-01", Some("2019-03-05")),
        ("2026-06-30", Some("2019-03-05")),
        ("2026-07-01", Some("2019-03")),
        ("2026-12-31", Some("2019-03")),
        ("2027-01-01", None),
        ("2040-01-01", None),
    ] {
        let answer = shown(&place, today);
        assert_eq!(answer.pointer("/encounter/day").and_then(Value::as_str), day, "{today}: {answer}");
        let candidates = answer.get("candidates").and_then(Value::as_array).map_or(0, Vec::len);
        assert_eq!(candidates > 0, today <= "2026-06-30", "{today}: {answer}");
    }
    let explained =
        |today: &str| printed(&place.run(&["explain", "policy", "press", "--record", "visit", "--today", today]));
    assert!(explained("2026-07-01").contains("month"), "{}", explained("2026-07-01"));
    assert!(!explained("2026-06-30").contains("month"), "{}", explained("2026-06-30"));
}

#[test]
fn texts_follow_the_day_too() {
    let place = Place::new();
    place.write(
        "d/own/codes/policy.codes",
        "policy press \"Press\" { keep note; free text remove from 2027-01-01; free text keep }\n",
    );
    let text = place.write("text.txt", "fell down\n");
    let redacted = |today: &str| {
        let arguments = ["--audience", "press", "--domain", "own", "--today", today];
        printed(&place.command(&["redact"]).args(arguments).arg(&text).output().unwrap())
    };
    assert!(redacted("2026-12-31").contains("fell down"), "{}", redacted("2026-12-31"));
    assert!(!redacted("2027-01-01").contains("fell down"), "{}", redacted("2027-01-01"));
}

#[test]
fn what_would_be_shown_to_the_public_on_any_day_is_warned_of_once() {
    let place = Place::new();
    let policy = "purpose open \"Anybody\" { public }\n\
                  extend record visit { owner text identifies person }\n\
                  policy press \"Press\" {\n    purpose open\n    keep day\n    keep owner from 2030-01-01 to 2030-12-31\n}\n";
    place.write("d/own/codes/policy.codes", policy);
    let told = printed(&place.run(&["check", "d/own"]));
    assert_eq!(told.matches("D0550").count(), 1, "{told}");
}

#[test]
fn dated_lines_are_written_as_they_were_read() {
    let place = Place::new();
    let file = place.write("d/own/codes/policy.codes", POLICY);
    assert!(place.command(&["fmt"]).arg(&file).status().unwrap().success());
    let once = std::fs::read_to_string(&file).unwrap();
    let checked = place.run(&["check", "d/own"]);
    assert!(checked.status.success(), "{}", said(&checked));
    let days: Vec<&str> = once.lines().filter(|line| line.contains("20")).map(str::trim).collect();
    assert_eq!(days.len(), 4, "{once}");
    let answer = shown(&place, "2026-07-01");
    assert_eq!(answer.pointer("/encounter/day").and_then(Value::as_str), Some("2019-03"), "{answer}");
}

#[test]
fn days_that_end_before_they_begin_are_an_error_wherever_they_stand() {
    let place = Place::new();
    let definitions = "list past (\"a\", \"b\" from 2026-03-01 to 2026-02-28)\n\
                       policy late \"Late\" { remove note from 2026-01-02 to 2026-01-01 }\n\
                       table fees (reason) -> fee number { any -> 1 from 2026-01-02 to 2025-01-01 }\n\
                       label odd \"Odd\"\n\
                       overlay reasons {\n    code R-OLD \"Old\" { from 2026-01-01 to 2025-12-31 }\n    \
                       code R-BITE { labelled odd from 2026-05-01 to 2026-04-30 }\n}\n";
    place.write("d/own/codes/days.codes", definitions);
    let told = printed(&place.run(&["check", "d/own"]));
    assert_eq!(told.matches("error[D0215]").count(), 5, "{told}");
}
