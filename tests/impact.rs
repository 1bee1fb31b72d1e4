//! `tencode impact`: what a change does to encounters of the past, against a reckoning of this test's own.

#![expect(clippy::indexing_slicing, clippy::panic, clippy::string_slice, reason = "tests")]

use crate::program::Place;
use crate::program::said;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

const RECORD: &str = r#"record visit "Visit" {
    id     text required identifies incident "Number"
    day    date plain dates encounter "Day"
    note   text free "Note"
    reason code in reasons "Reason"
}
"#;

const OLD: &str = r#"codeset reasons "Reasons" for visit {
    search in note
    code A-KEEP "Keep"
    code A-ONE "One"
    code A-TWO "Two"
    code A-GONE "Gone"
    code P-X "Umbrella" { also "umbrella" }
    code P-Z "Stick" { also "stick" }
    code P-L "Kite" { also "kite" }
}
"#;

const NEW: &str = r#"codeset reasons "Reasons" for visit {
    search in note
    code A-KEEP "Keep"
    code A-ONE "One" { retired 2025-06-30 replaced by B-MID }
    code B-MID "Between" { from 2025-07-01; retired 2025-07-31 replaced by B-ONE }
    code A-TWO "Two" { retired 2025-06-30 replaced by either B-ONE, B-TWO }
    code A-GONE "Gone" { to 2025-06-30 }
    code B-ONE "Later one" { from 2025-07-01 }
    code B-TWO "Later two" { from 2025-07-01 }
    code P-X "Parasol"
    code P-Z "Stick" { also "stick", "umbrella" }
    code P-L "Rope"
    code N-D "Drone" { also "drone"; propose when note mentions "two drones" points 40 }
}

rules for visit {
    rule needs-note warning "there is a note" { require note is present }
}
"#;

/// A place with the definitions in `d` and `new`, and encounters in `past.ndjson`.
fn place(past: &str) -> Place {
    let place = Place::new();
    place.write("d/own/codes/own.codes", &format!("{RECORD}{OLD}"));
    place.write("new/own/domain.toml", &std::fs::read_to_string("tests/program/domain.toml").unwrap());
    place.write("new/own/codes/own.codes", &format!("{RECORD}{NEW}"));
    place.write("past.ndjson", past);
    place
}

fn impact(place: &Place, more: &[&str]) -> Value {
    let arguments = ["impact", "--against", "past.ndjson", "d", "new", "--domain", "own", "--json"];
    let output = place.run(&[&arguments[..], more].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)))
}

/// A table by what it is counted by: the values of its cells with their counts.
fn table(answer: &Value, by: &[&str]) -> BTreeMap<Vec<String>, Option<u64>> {
    let is_it = |table: &&Value| table["by"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).eq(by.to_vec());
    let Some(table) = answer["tables"].as_array().unwrap().iter().find(is_it) else { return BTreeMap::new() };
    let values = |row: &Value| by.iter().map(|by| row[*by].as_str().unwrap().to_owned()).collect();
    table["counts"].as_array().unwrap().iter().map(|row| (values(row), row["count"].as_u64())).collect()
}

#[test]
fn each_encounter_is_in_the_first_class_that_fits() {
    let cases = [
        ("unchanged", r#"{"id":"1","day":"2025-05-01","reason":"A-ONE","note":"on its own date it was valid"}"#),
        ("successor", r#"{"id":"2","day":"2025-08-01","reason":"A-ONE"}"#),
        ("successor", r#"{"id":"3","day":"2025-07-05","reason":"A-ONE","note":"x"}"#),
        ("unclear", r#"{"id":"4","day":"2025-08-01","reason":"A-TWO","note":"x"}"#),
        ("invalid", r#"{"id":"5","day":"2025-08-01","reason":"A-GONE","note":"x"}"#),
        ("re-coded", r#"{"id":"6","day":"2025-08-01","note":"a wet umbrella"}"#),
        ("new", r#"{"id":"7","day":"2025-08-01","note":"a drone"}"#),
        ("lost", r#"{"id":"8","day":"2025-08-01","note":"a kite"}"#),
        ("unchanged", r#"{"id":"9","day":"2025-08-01","reason":"A-KEEP","note":"a wet umbrella"}"#),
        ("unclear", r#"{"id":"10","day":"2025-08-01","reason":"A-KEEP","note":"two drones, two drones"}"#),
        ("invalid", r#"{"id":"11","day":"2025-08-01","reason":"NO-SUCH","note":"x"}"#),
        ("error", r#"{"id":"12","day":"#),
        ("unchanged", r#"{"id":"13","day":"2025-08-01","note":"nothing at all"}"#),
    ];
    let place = place(&cases.map(|it| format!("{}\n", it.1)).concat());
    let answer = impact(&place, &["--examples", "9"]);
    let mut expected: BTreeMap<Vec<String>, Option<u64>> = BTreeMap::new();
    for (class, _) in cases {
        let count = expected.entry(vec![class.to_owned()]).or_insert(Some(0));
        *count = count.map(|count| count + 1);
    }
    assert_eq!(table(&answer, &["change"]), expected);
    // An example of each that changes, with its encounter.
    let examples: Vec<(&str, &str)> = answer["examples"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| Some((it["change"].as_str().unwrap(), it["disclosure"]["encounter"]["id"].as_str()?)))
        .collect();
    let changed = |class: &str| class != "unchanged" && class != "error";
    for ((class, _), number) in cases.iter().zip(1..).filter(|((class, _), _)| changed(class)) {
        assert!(examples.contains(&(class, number.to_string().as_str())), "{class} {number}: {examples:?}");
    }
    // What takes the place of a code, on the day of the encounter.
    let codes = table(&answer, &["code", "change", "to"]);
    for row in [["A-ONE", "successor", "B-ONE"], ["A-ONE", "successor", "B-MID"], ["A-TWO", "unclear", "B-ONE | B-TWO"]]
    {
        assert_eq!(codes.get(row.map(str::to_owned).as_slice()), Some(&Some(1)), "{row:?}");
    }
    // Findings are counted apart.
    let findings = table(&answer, &["finding", "now"]);
    assert_eq!(findings.get(&vec!["needs-note".to_owned(), "appears".to_owned()]), Some(&Some(1)), "{findings:?}");
}

#[test]
fn codes_that_ended_and_what_took_their_place_are_one_series() {
    let lines = ["A-ONE", "A-TWO", "A-KEEP", "A-GONE"].map(|code| {
        let line =
            |month: u32| format!("{{\"id\":\"{code}{month}\",\"day\":\"2025-{month:02}-03\",\"reason\":\"{code}\"}}\n");
        (1..=6).map(line).collect::<String>()
    });
    let answer = impact(&place(&lines.concat()), &[]);
    assert_eq!(table(&answer, &["change"]), BTreeMap::from([(vec!["unchanged".to_owned()], Some(24))]));
    let series = table(&answer, &["series", "month"]);
    for month in 1..=6 {
        for (name, count) in [("B-ONE + B-TWO", 2), ("A-KEEP", 1), ("A-GONE", 1)] {
            assert_eq!(
                series.get(&vec![name.to_owned(), format!("2025-{month:02}")]),
                Some(&Some(count)),
                "{name} {month}"
            );
        }
    }
    assert_eq!(series.len(), 18, "{series:?}");
}

/// The class of a code on a day, told by the lines of `NEW` alone.
fn class(code: &str, day: &str) -> &'static str {
    match code {
        "A-ONE" if day > "2025-06-30" => "successor",
        "A-TWO" if day > "2025-06-30" => "unclear",
        "A-GONE" if day > "2025-06-30" => "invalid",
        _ => "unchanged",
    }
}

#[test]
fn random_years_of_codes_are_counted_as_they_are_reckoned_by_hand() {
    let mut random = fastrand::Rng::with_seed(16);
    let (mut past, mut expected, mut small) = (String::new(), BTreeMap::new(), BTreeMap::new());
    for number in 0..600 {
        let code = *random.choice(&["A-KEEP", "A-ONE", "A-TWO", "A-GONE"]).unwrap();
        let day = format!("2025-{:02}-{:02}", random.u32(1..=12), random.u32(1..=28));
        writeln!(past, r#"{{"id":"{number}","day":"{day}","reason":"{code}","note":"x"}}"#).unwrap();
        *expected.entry(vec![day[..7].to_owned(), class(code, &day).to_owned()]).or_insert(0_u64) += 1;
        *small.entry(vec![class(code, &day).to_owned()]).or_insert(0_u64) += 1;
    }
    let place = place(&past);
    for jobs in ["1", "3"] {
        let answer = impact(&place, &["--jobs", jobs]);
        let shown: BTreeMap<_, _> =
            table(&answer, &["month", "change"]).into_iter().map(|(row, count)| (row, count.unwrap())).collect();
        assert_eq!(shown, expected);
    }
    // Whoever may not see small counts sees none, and no example of what is hidden.
    let answer = impact(&place, &["--audience", "analytics"]);
    for by in [&["change"][..], &["code", "change", "to"], &["month", "change"], &["series", "month"]] {
        for (row, count) in table(&answer, by) {
            assert!(count.is_none_or(|count| count > 10), "{row:?}: {count:?}");
        }
    }
    for (row, count) in table(&answer, &["change"]) {
        assert!(count.is_none_or(|count| count == small[&row]), "{row:?}");
    }
}

#[test]
fn nothing_is_written_and_registries_serve_as_well_as_folders() {
    let past = r#"{"id":"2","day":"2025-08-01","reason":"A-ONE","note":"x"}"#;
    let place = place(past);
    let folders = impact(&place, &[]);
    assert!(place.run(&["build", "-o", "old.registry"]).status.success());
    let built = place.run(&["impact", "--against", "past.ndjson", "old.registry", "new", "--domain", "own", "--json"]);
    let built: Value = serde_json::from_slice(&built.stdout).unwrap();
    assert_eq!(built["tables"], folders["tables"]);
    assert_eq!(std::fs::read_to_string(place.path("past.ndjson")).unwrap(), past);
    let other = place.run(&["impact", "--against", "past.ndjson", "d", "new", "--domain", "own", "--set", "none"]);
    assert_eq!(other.status.code(), Some(2));
    assert!(said(&other).contains("neither OLD nor NEW has a code set `none`"), "{}", said(&other));
    // Every place names its folder of domains.
    assert!(said(&other).contains("--domains says nothing here"), "{}", said(&other));
}

#[test]
fn an_example_is_noted_before_it_is_shown() {
    let place = place("{\"id\":\"2\",\"day\":\"2025-08-01\",\"reason\":\"A-ONE\",\"note\":\"x\"}\n");
    let output = place.run(&["impact", "--against", "past.ndjson", "d", "new", "--domain", "own", "--audit", "log"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let log = std::fs::read_to_string(place.path("log")).unwrap();
    let of_encounter = |line: &&str| line.contains(r#""subject":"#) && line.contains(r#""command":"impact""#);
    assert_eq!(log.lines().filter(of_encounter).count(), 1, "{log}");
}

/// A set before and after a change that labels codes, for an audience that may not see codes with the label.
const HUSHED: [&str; 2] = [
    r#"codeset reasons "Reasons" for visit {
    search in note
    code A-KEEP "Keep"
    code H-ONE "Hushed" { retired 2025-06-30 replaced by A-KEEP }
    code H-GONE "No code any more"
    code P-H "Umbrella" { also "umbrella" }
    code P-O "Other"
}
"#,
    r#"codeset reasons "Reasons" for visit {
    search in note
    code A-KEEP "Keep"
    code H-ONE "Hushed" { retired 2025-06-30 replaced by A-KEEP; labelled hush }
    code P-H "Umbrella" { labelled hush }
    code P-O "Other" { also "umbrella" }
}
"#,
];

#[test]
fn a_code_that_the_new_definitions_withhold_is_not_told() {
    let common = r#"label hush "Hush"
policy few "Few" {
    audience few
    version  1
    purpose  statistics
    keep     every field
    remove   undeclared
    codes    labelled hush withhold
    counts   below 1 hide
    free text keep
}
"#;
    let past = r#"{"id":"1","day":"2025-08-01","reason":"H-ONE"}
{"id":"2","day":"2025-05-01","reason":"H-ONE"}
{"id":"3","day":"2025-05-01","reason":"H-GONE"}
{"id":"4","day":"2025-05-01","note":"a wet umbrella"}
"#;
    let place = place(past);
    for (folder, codes) in ["d", "new"].iter().zip(HUSHED) {
        place.write(&format!("{folder}/own/codes/own.codes"), &format!("{RECORD}{codes}{common}"));
    }
    let answer = impact(&place, &["--audience", "few"]);
    assert_eq!(table(&answer, &["change"]).values().flatten().sum::<u64>(), 4, "{answer}");
    for hidden in ["H-ONE", "P-H"] {
        assert!(!answer.to_string().contains(hidden), "{hidden}: {answer}");
    }
    assert!(answer.to_string().contains("H-GONE"), "{answer}");
    // Whoever sees the codes is told of them.
    let answer = impact(&place, &[]);
    for shown in ["H-ONE", "H-GONE", "P-H"] {
        assert!(answer.to_string().contains(shown), "{shown}: {answer}");
    }
}

#[test]
fn the_last_code_that_a_person_gave_is_judged() {
    let record = RECORD.replace("reason code in reasons", "reason list of code in reasons");
    let place = place(
        r#"{"id":"1","day":"2025-08-01","reason":["A-GONE","A-ONE"]}
{"id":"2","day":"2025-08-01","reason":["A-ONE","A-GONE"]}
{"id":"3","day":"2025-08-01","reason":["A-GONE","A-KEEP"]}
"#,
    );
    for (folder, codes) in [("d", OLD), ("new", NEW)] {
        place.write(&format!("{folder}/own/codes/own.codes"), &format!("{record}{codes}"));
    }
    let codes = table(&impact(&place, &[]), &["code", "change", "to"]);
    let rows: Vec<Vec<&str>> = codes.keys().map(|row| row.iter().map(String::as_str).collect()).collect();
    let expected =
        [["A-GONE", "invalid", "(none)"], ["A-KEEP", "unchanged", "A-KEEP"], ["A-ONE", "successor", "B-ONE"]];
    assert_eq!(rows, expected);
}
