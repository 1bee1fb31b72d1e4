//! The submission of fixed columns: what is written is read as it was, written again it is the same, and what stands in which
//! columns a plain reader of this test finds without the program.

#![expect(clippy::indexing_slicing, clippy::string_slice, reason = "tests")]

use crate::nibrs::evaluation;
use crate::nibrs::run;
use crate::program::said;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use std::path::Path;
use tempfile::TempDir;

/// Writes reports as a file of fixed columns; gives the text of the file.
fn written(folder: &Path, reports: &[Value], name: &str) -> String {
    let lines: String = reports.iter().map(|report| format!("{report}\n")).collect();
    std::fs::write(folder.join("in.ndjson"), lines).unwrap();
    let output = run(folder, &["in.ndjson", "--to", "nibrs-file", "-o", name]);
    let expected = format!("{0} read, {0} written, 0 refused", reports.len());
    assert!(said(&output).contains(&expected), "{}", said(&output));
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// The answers about the reports of a file.
fn read(folder: &Path, name: &str, text: &str) -> Vec<Value> {
    std::fs::write(folder.join(name), text).unwrap();
    let output = run(folder, &[name]);
    let shown = String::from_utf8(output.stdout.clone()).unwrap();
    let answers: Vec<Value> = shown.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!answers.is_empty(), "{}", said(&output));
    answers
}

/// A report without what is empty, and without what no file has.
fn plain(report: &Value) -> Value {
    match report {
        Value::Object(fields) => {
            let of_file = |name: &str| !["id", "edition", "incident_day", "context"].contains(&name);
            let kept = fields.iter().filter(|(name, _)| of_file(name)).map(|(name, it)| (name.clone(), plain(it)));
            Value::Object(kept.filter(|(_, it)| !is_empty(it)).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(plain).collect()),
        other => other.clone(),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// What stands where in a level: the field, its first column, how wide it is, and how many of it follow each other how far apart.
type Places = &'static [(&'static str, usize, usize, usize, usize)];

const HEAD: Places = &[
    ("action", 6, 1, 1, 0),
    ("submission_month", 7, 2, 1, 0),
    ("submission_year", 9, 4, 1, 0),
    ("city_indicator", 13, 4, 1, 0),
    ("ori", 17, 9, 1, 0),
];
const ZERO: Places =
    &[("incident_number", 26, 12, 1, 0), ("zero_report_month", 38, 2, 1, 0), ("zero_report_year", 40, 4, 1, 0)];
const ADMIN: Places = &[
    ("incident_number", 26, 12, 1, 0),
    ("incident_date", 38, 8, 1, 0),
    ("report_date_indicator", 46, 1, 1, 0),
    ("incident_hour", 47, 2, 1, 0),
    ("cleared_exceptionally", 49, 1, 1, 0),
    ("exceptional_clearance_date", 50, 8, 1, 0),
    ("cargo_theft", 88, 1, 1, 0),
    ("judicial_district", 89, 3, 1, 0),
];
const OFFENSE: Places = &[
    ("offense", 38, 3, 1, 0),
    ("attempted_completed", 41, 1, 1, 0),
    ("suspected_of_using", 42, 1, 3, 1),
    ("location", 45, 2, 1, 0),
    ("premises_entered", 47, 2, 1, 0),
    ("method_of_entry", 49, 1, 1, 0),
    ("criminal_activity", 50, 1, 3, 1),
    ("weapons.code", 53, 2, 3, 3),
    ("weapons.automatic", 55, 1, 3, 3),
    ("bias", 62, 2, 5, 2),
];
const PROPERTY: Places = &[
    ("loss_type", 38, 1, 1, 0),
    ("items.description", 39, 2, 10, 19),
    ("items.value", 41, 9, 10, 19),
    ("items.date_recovered", 50, 8, 10, 19),
    ("stolen_motor_vehicles", 229, 2, 1, 0),
    ("recovered_motor_vehicles", 231, 2, 1, 0),
    ("drugs.type", 233, 1, 3, 15),
    ("drugs.quantity", 234, 12, 3, 15),
    ("drugs.measurement", 246, 2, 3, 15),
];
const VICTIM: Places = &[
    ("sequence", 38, 3, 1, 0),
    ("offenses", 41, 3, 10, 3),
    ("type", 71, 1, 1, 0),
    ("age", 72, 4, 1, 0),
    ("sex", 76, 1, 1, 0),
    ("race", 77, 1, 1, 0),
    ("ethnicity", 78, 1, 1, 0),
    ("resident", 79, 1, 1, 0),
    ("circumstances", 80, 2, 2, 2),
    ("justifiable", 84, 1, 1, 0),
    ("injuries", 85, 1, 5, 1),
    ("relations.offender", 90, 2, 10, 4),
    ("relations.relationship", 92, 2, 10, 4),
    ("officer_activity", 130, 2, 1, 0),
    ("officer_assignment", 132, 1, 1, 0),
    ("officer_ori", 133, 9, 1, 0),
];
const OFFENDER: Places = &[
    ("sequence", 38, 2, 1, 0),
    ("age", 40, 4, 1, 0),
    ("sex", 44, 1, 1, 0),
    ("race", 45, 1, 1, 0),
    ("ethnicity", 46, 1, 1, 0),
];
const ARRESTEE: Places = &[
    ("sequence", 38, 2, 1, 0),
    ("transaction_number", 40, 12, 1, 0),
    ("arrest_date", 52, 8, 1, 0),
    ("type_of_arrest", 60, 1, 1, 0),
    ("multiple_indicator", 61, 1, 1, 0),
    ("offense", 62, 3, 1, 0),
    ("armed_with.code", 65, 2, 2, 3),
    ("armed_with.automatic", 67, 1, 2, 3),
    ("age", 71, 4, 1, 0),
    ("sex", 75, 1, 1, 0),
    ("race", 76, 1, 1, 0),
    ("ethnicity", 77, 1, 1, 0),
    ("resident", 78, 1, 1, 0),
    ("disposition_under_18", 79, 1, 1, 0),
];
const ARREST: Places = &[
    ("transaction_number", 26, 12, 1, 0),
    ("sequence", 38, 2, 1, 0),
    ("arrest_date", 40, 8, 1, 0),
    ("type_of_arrest", 48, 1, 1, 0),
    ("offense", 49, 3, 1, 0),
    ("armed_with.code", 52, 2, 2, 3),
    ("armed_with.automatic", 54, 1, 2, 3),
    ("age", 58, 4, 1, 0),
    ("sex", 62, 1, 1, 0),
    ("race", 63, 1, 1, 0),
    ("ethnicity", 64, 1, 1, 0),
    ("resident", 65, 1, 1, 0),
    ("disposition_under_18", 66, 1, 1, 0),
];

/// A number without the zeros before it, and drugs with their point: as the record has them.
fn as_kept(name: &str, text: &str) -> String {
    match name {
        "value" => text.parse::<u32>().unwrap().to_string(),
        "quantity" => (text.parse::<f64>().unwrap() / 1000.0).to_string(),
        _ => text.to_owned(),
    }
}

/// The fields of one line, without the program.
fn fields(line: &str, places: Places) -> Map<String, Value> {
    let mut out = Map::new();
    for (name, from, width, count, step) in places {
        let text = |at: usize| line.get(from - 1 + at * step..from - 1 + at * step + width).unwrap_or("").trim_end();
        let (list, inner) = name.split_once('.').unwrap_or((name, ""));
        for (at, text) in (0..*count).map(|at| (at, text(at))).filter(|(_, text)| !text.is_empty()) {
            let kept = Value::from(as_kept(if inner.is_empty() { list } else { inner }, text));
            if *count == 1 {
                out.insert(list.to_owned(), kept);
                continue;
            }
            let items = out.entry(list).or_insert_with(|| json!([])).as_array_mut().unwrap();
            if inner.is_empty() {
                items.push(kept);
            } else {
                items.resize(items.len().max(at + 1), json!({}));
                items[at][inner] = kept;
            }
        }
    }
    out
}

/// The reports of a file, without the program. Levels 1 to 6 are one report, and each line of the others is.
fn by_hand(text: &str) -> Vec<Value> {
    let mut reports: Vec<Value> = Vec::new();
    for line in text.lines() {
        let (list, places, report) = match &line[4..5] {
            "0" => ("", ZERO, "0"),
            "1" => ("", ADMIN, "A"),
            "2" => ("offenses", OFFENSE, ""),
            "3" => ("properties", PROPERTY, ""),
            "4" => ("victims", VICTIM, ""),
            "5" => ("offenders", OFFENDER, ""),
            "6" => ("arrestees", ARRESTEE, ""),
            _ => ("arrestees", ARREST, "B"),
        };
        let optional =
            if line.starts_with("00667") { line.len() > 66 } else { line.starts_with("00881") && line.len() > 88 };
        assert!(line[..4].parse::<usize>().unwrap() == line.len() || optional, "the length of {line:?}");
        let head = fields(line, HEAD);
        if !report.is_empty() {
            reports.push(Value::Object(head.clone()));
            reports.last_mut().unwrap()["report"] = json!(report);
        }
        let last = reports.last_mut().unwrap().as_object_mut().unwrap();
        assert!(head.iter().all(|(name, value)| last[name] == *value), "the head of {line:?}");
        let own = fields(line, places);
        if list.is_empty() {
            last.extend(own);
        } else {
            last.entry(list).or_insert_with(|| json!([])).as_array_mut().unwrap().push(Value::Object(own));
        }
        if report == "B" && line.len() > 66 {
            last.insert("judicial_district".to_owned(), json!(line[66..69]));
        }
    }
    reports
}

/// Reports that nobody sent: several agencies and months, all levels, all lists full.
fn invented() -> Vec<Value> {
    let items: Vec<Value> = ["03", "04", "05", "06", "07", "08", "13", "16", "20", "77"]
        .iter()
        .enumerate()
        .map(|(at, kind)| json!({"description": kind, "value": (at * 1234 + 1).to_string(), "date_recovered": "20250106"}))
        .collect();
    let relations: Vec<Value> =
        (1..=10).map(|at| json!({"offender": format!("{at:02}"), "relationship": "ST"})).collect();
    let full = json!({"report": "A", "action": "I", "submission_month": "01", "submission_year": "2025", "city_indicator": "AB12",
        "ori": "XX0010000", "incident_number": "25-000000001", "incident_date": "20250105", "report_date_indicator": "R",
        "incident_hour": "07", "cleared_exceptionally": "A", "exceptional_clearance_date": "20250107", "cargo_theft": "N",
        "judicial_district": "12A",
        "offenses": [{"offense": "120", "attempted_completed": "C", "suspected_of_using": ["A", "C", "D"], "location": "20",
            "premises_entered": "02", "method_of_entry": "F", "criminal_activity": ["J", "G", "P"], "bias": ["11", "12", "21", "22", "88"],
            "weapons": [{"code": "11", "automatic": "A"}, {"code": "20"}, {"code": "35"}]},
            {"offense": "13A", "attempted_completed": "C", "suspected_of_using": ["N"], "location": "20", "bias": ["88"]}],
        "properties": [{"loss_type": "5", "items": items, "stolen_motor_vehicles": "01", "recovered_motor_vehicles": "02"},
            {"loss_type": "6", "items": [{"description": "10"}], "drugs": [
                {"type": "E", "quantity": "28.3", "measurement": "GM"}, {"type": "H", "quantity": "0.001", "measurement": "KG"},
                {"type": "X"}]}],
        "victims": [{"sequence": "001", "offenses": ["120", "13A", "220", "23A", "23B", "23C", "23D", "23E", "23F", "240"], "type": "L",
            "age": "2532", "sex": "M", "race": "W", "ethnicity": "N", "resident": "R", "circumstances": ["02", "08"],
            "justifiable": "A", "injuries": ["B", "I", "L", "M", "O"], "relations": relations, "officer_activity": "08",
            "officer_assignment": "F", "officer_ori": "XX0020000"}, {"sequence": "002", "offenses": ["120"], "type": "B"}],
        "offenders": [{"sequence": "01", "age": "21", "sex": "F", "race": "B", "ethnicity": "H"}, {"sequence": "02", "age": "00"}],
        "arrestees": [{"sequence": "01", "transaction_number": "A-1", "arrest_date": "20250106", "type_of_arrest": "T",
            "multiple_indicator": "N", "offense": "120", "armed_with": [{"code": "12", "automatic": "A"}, {"code": "13"}],
            "age": "21", "sex": "F", "race": "B", "ethnicity": "H", "resident": "N", "disposition_under_18": "R"}]});
    let small = json!({"report": "A", "action": "I", "submission_month": "02", "submission_year": "2025", "ori": "XX0020000",
        "incident_number": "25-000000001", "incident_date": "20250201", "cleared_exceptionally": "N"});
    let deleted = json!({"report": "A", "action": "D", "submission_month": "02", "submission_year": "2025", "ori": "XX0020000",
        "incident_number": "25-000000001"});
    let head = json!({"report": "B", "action": "A", "submission_month": "02", "submission_year": "2025", "ori": "XX0020000",
        "judicial_district": "07M"});
    let arrestee = |sequence: &str| {
        json!({"transaction_number": "B 77", "sequence": sequence, "arrest_date": "20250203",
        "type_of_arrest": "O", "offense": "90D", "armed_with": [{"code": "01"}], "age": "45", "sex": "M", "race": "U",
        "ethnicity": "U", "resident": "R"})
    };
    let mut arrest = head;
    arrest["arrestees"] = json!([arrestee("01")]);
    let zero = json!({"report": "0", "action": "A", "submission_month": "03", "submission_year": "2025", "ori": "XX0030000",
        "incident_number": "000000000000", "zero_report_month": "02", "zero_report_year": "2025"});
    let other_zero = json!({"report": "0", "action": "A", "submission_month": "03", "submission_year": "2025", "ori": "XX0030000",
        "incident_number": "000000000000", "zero_report_month": "01", "zero_report_year": "2025"});
    // One that is deleted and sent again, and two that are alike, stay what they are.
    vec![full.clone(), deleted, small.clone(), small, arrest, zero, other_zero, full]
}

/// Reports as they came, as the program reads what it wrote, and as this test reads it; and the same file once more.
fn there_and_back(reports: &[Value]) {
    let folder = TempDir::new().unwrap();
    let text = written(folder.path(), reports, "first.txt");
    let answers = read(folder.path(), "first.txt", &text);
    let again: Vec<Value> = answers.iter().map(|answer| plain(&answer["encounter"])).collect();
    let hands: Vec<Value> = by_hand(&text).iter().map(plain).collect();
    assert_eq!(again.len(), reports.len());
    for (at, report) in reports.iter().enumerate() {
        assert_eq!(again[at], plain(report), "read as it was, report {at}");
        assert_eq!(hands[at], plain(report), "read by hand, report {at}");
    }
    let output = run(folder.path(), &["first.txt", "--to", "nibrs-file", "-o", "second.txt"]);
    let second = std::fs::read_to_string(folder.path().join("second.txt")).unwrap();
    assert!(second == text, "the same bytes: {}", said(&output));
}

#[test]
fn invented_reports_are_read_as_they_were_written() {
    there_and_back(&invented());
}

#[test]
fn several_arrests_under_one_number_are_one_report() {
    let folder = TempDir::new().unwrap();
    let mut arrest = invented().remove(4);
    let mut second = arrest["arrestees"][0].clone();
    second["sequence"] = json!("02");
    arrest["arrestees"].as_array_mut().unwrap().push(second);
    let text = written(folder.path(), &[arrest.clone()], "arrests.txt");
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(
        text.lines().all(|line| line.starts_with("00667A022025    XX0020000B 77") && line.ends_with("07M")),
        "{text}"
    );
    assert_eq!(plain(&read(folder.path(), "arrests.txt", &text)[0]["encounter"]), plain(&arrest));
}

/// Lines that are not as they have to be are told in their place, and all others are read.
#[test]
fn nothing_of_a_file_is_left_out_without_a_word() {
    let folder = TempDir::new().unwrap();
    let good = written(folder.path(), &invented()[2..3], "good.txt");
    let good = good.trim_end_matches('\n');
    let offense = "00632I022025    XX002000025-000000001120CN  20               88";
    let property = format!("03073I022025    XX002000025-0000000017{:270}", "");
    let cases = [
        (format!("{good}\n\n{good}\n"), 2, "this line is blank, and lines follow it"),
        (format!("{good}\n{}\n", &offense[..60]), 2, "this line is shorter than the reader says"),
        (
            format!("{good}\n{}\n", offense.replacen("0063", "0064", 1)),
            2,
            "the length that this line says is none of its segment",
        ),
        (format!("{good}\n{offense}99\n"), 2, "this line is longer than it says"),
        (format!("{good}\n{property}\n{offense}\n"), 3, "this line stands behind one that comes later in an encounter"),
        (format!("{good}\n{}\n", offense.replace("25-000000001", "25-000000002")), 2, "belongs to none before it"),
        (
            format!("{good}\n{}\n", offense.replacen("00632", "00639", 1)),
            2,
            "no segment of the reader has the tag of this line",
        ),
    ];
    for (text, line, why) in cases {
        let answers = read(folder.path(), "bad.txt", &text);
        let told: Vec<&Value> = answers.iter().filter(|answer| answer.get("error").is_some()).collect();
        assert_eq!(told.len(), 1, "{why}: {answers:?}");
        let told = told[0];
        assert!(told["error"].as_str().unwrap().contains(why) && told["line"] == json!(line), "{why}: {told}");
    }
    let blank_at_end = read(folder.path(), "end.txt", &format!("{good}\n\n\n"));
    assert!(blank_at_end.len() == 1 && blank_at_end[0].get("encounter").is_some(), "{blank_at_end:?}");
}

/// A number that does not begin in its first column is not moved there in silence: rule 116 says so.
#[test]
fn blanks_before_a_number_are_seen() {
    let folder = TempDir::new().unwrap();
    let good = written(folder.path(), &invented()[2..3], "good.txt");
    let moved = good.replace("25-000000001", " 25-00000001");
    let answers = read(folder.path(), "moved.txt", &moved);
    assert_eq!(answers[0]["encounter"]["incident_number"], json!(" 25-00000001"));
    let findings = answers[0]["findings"].to_string();
    assert!(findings.contains("nibrs-116"), "{findings}");
}

/// A quantity with more digits than the file has is not cut: the report is not written.
#[test]
fn what_the_columns_do_not_hold_is_not_written() {
    let folder = TempDir::new().unwrap();
    let mut report = invented().remove(0);
    report["properties"][1]["drugs"][0]["quantity"] = json!("28.3456");
    std::fs::write(folder.path().join("in.ndjson"), format!("{report}\n")).unwrap();
    let output = run(folder.path(), &["in.ndjson", "--to", "nibrs-file", "-o", "out.txt"]);
    assert!(said(&output).contains("1 read, 0 written, 1 refused"), "{}", said(&output));
}

#[test]
fn reports_that_the_fbi_accepted_are_read_as_they_were_written() {
    let Some(text) = evaluation("nibrs-accepted.dev.jsonl.gz") else {
        eprintln!(
            "SKIPPED: no nibrs-accepted.dev.jsonl.gz below TENCODE_DATA; accepted reports were not written and read"
        );
        return;
    };
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["incident"].clone());
    there_and_back(&rows.collect::<Vec<Value>>());
}

/// Files as agencies sent them, with deletions, arrests alone and old lengths of segments.
#[test]
fn reports_as_agencies_sent_them_are_written_with_the_same_bytes() {
    let Some(text) = evaluation("nibrs-eds.dev.jsonl.gz") else {
        eprintln!("SKIPPED: no nibrs-eds.dev.jsonl.gz below TENCODE_DATA; no file of an agency was written again");
        return;
    };
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let lines = rows.flat_map(|row| row["records"].as_array().unwrap().clone());
    let text: String = lines.map(|line| format!("{}\n", line.as_str().unwrap())).collect();
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("sent.txt"), &text).unwrap();
    let output = run(folder.path(), &["sent.txt", "--to", "nibrs-file", "-o", "again.txt"]);
    assert!(std::fs::read_to_string(folder.path().join("again.txt")).unwrap() == text, "{}", said(&output));
}
