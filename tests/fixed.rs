//! Lines of fixed columns, several of which are one encounter.

use crate::program::Place;
use crate::program::said;
use serde_json::Value;
use serde_json::json;

const REPORTS: &str = r#"
record report "A report" {
    id       text required identifies incident plain
    agency   text plain
    day      date dates encounter plain
    offenses list of text plain
    victims  list of { number integer plain; age integer plain }
}

policy desk { audience desk; keep every field }

reader flat for report {
    fixed tag 5..5 without "0"
    segment head is "1" {
        agency 6..10
        number 11..16
        day    17..24
    }
    segment offense is "2" {
        number 11..16
        code   17..19
    }
    segment victim is "4", "5" {
        number 11..16
        order  17..19
        age    20..21 optional
    }
    recognise head.agency is present
    group by number

    id         from head.number, offense.number
    agency     from head.agency
    day        from head.day dates "%Y%m%d"
    offenses[] from offense[].code
    victims[]  from victim[] {
        number from order
        age    from age
    }
}
"#;

fn read(text: &str, more: &[&str]) -> (Vec<Value>, String) {
    let place = Place::new();
    place.write("d/reports/domain.toml", "");
    place.write("d/reports/codes/reports.codes", REPORTS);
    place.write("flat.txt", text);
    let output = place.run(&[&["run", "--domain", "reports", "flat.txt"], more].concat());
    let shown = String::from_utf8(output.stdout.clone()).unwrap();
    let lines = shown.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let answers = lines.map(|line| line.get("encounter").cloned().unwrap_or(line));
    (answers.collect(), said(&output))
}

#[test]
fn lines_with_one_key_are_one_encounter() {
    let text = "00240HEADER\n\
                00241MN001A00001 20240514\n00242     A00001 13A\n00242     A00001 220\n00244     A00001 00134\n00245     A00001 002\n\n\
                00241MN001A00002 20240515\r\n00244     A00002 001é\n00242     A00003 240\n";
    // Column 16 is the last of the number, so that the blank behind it belongs to the number.
    let text = text.replace("A00001 ", "A00001").replace("A00002 ", "A00002").replace("A00003 ", "A00003");
    let (answers, said) = read(&text, &[]);
    assert_eq!(
        answers,
        [
            json!({"id": "A00001", "agency": "MN001", "day": "2024-05-14", "offenses": ["13A", "220"],
                "victims": [{"number": 1, "age": 34}, {"number": 2}]}),
            json!({"id": "A00002", "agency": "MN001", "day": "2024-05-15", "victims": [{"number": 1, "age": "é"}]}),
            json!({"id": "A00003", "offenses": ["240"]}),
        ],
        "{said}"
    );
}

#[test]
fn short_lines_and_unknown_tags_are_told_in_their_place() {
    let text = "00241MN001A0000120240514\n00242     A0000113\n00241MN001A0000220240514\n00249     A00002\n00242     A00003240\n";
    let (answers, _) = read(text, &[]);
    assert_eq!(
        answers,
        [
            json!({"line": 2, "error": "this line is shorter than the reader says"}),
            json!({"line": 4, "error": "no segment of the reader has the tag of this line"}),
            json!({"id": "A00002", "agency": "MN001", "day": "2024-05-14"}),
            json!({"id": "A00003", "offenses": ["240"]}),
        ]
    );
}

#[test]
fn a_file_that_begins_otherwise_needs_the_name_of_its_reader() {
    let text = "00242     A00003240\n";
    let (answers, said) = read(text, &["--format", "fixed"]);
    assert!(answers.is_empty() && said.contains("no reader of the domain recognises this file"), "{said}");
    let (answers, _) = read(text, &["--reader", "flat"]);
    assert_eq!(answers, [json!({"id": "A00003", "offenses": ["240"]})]);
}
