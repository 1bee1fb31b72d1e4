//! Lines of fixed columns, several of which are one encounter.

#![expect(clippy::indexing_slicing, reason = "tests")]

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
                00241MN001A00001 20240514\n00242     A00001 13A\n00242     A00001 220\n00244     A00001 00134\n00245     A00001 002\n\
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
fn a_blank_line_is_told_where_others_follow_it() {
    let (answers, _) = read("00241MN001A0000120240514\n\n00242     A00001240\n\n \n", &[]);
    let whole = json!({"id": "A00001", "agency": "MN001", "day": "2024-05-14", "offenses": ["240"]});
    let blank = |line: u64| json!({"line": line, "error": "this line is blank, and lines follow it"});
    assert_eq!(answers, [whole.clone(), blank(2)]);
    // Several in a row are told as one, each where it stands.
    let text = "\n\n00241MN001A0000120240514\n\n\n\n00242     A00001240\n \n00242     A00002240\n";
    let (answers, _) = read(text, &[]);
    assert_eq!(answers, [blank(1), whole, blank(4), blank(8), json!({"id": "A00002", "offenses": ["240"]})]);
}

#[test]
fn short_lines_and_unknown_tags_are_told_in_their_place() {
    let text = "00241MN001A0000120240514\n00242     A0000113\n00241MN001A0000220240514\n00249     A00002\n00242     A00003240\n";
    let (answers, _) = read(text, &[]);
    assert_eq!(
        answers,
        [
            json!({"line": 2, "error": "this line is shorter than the reader says"}),
            json!({"id": "A00002", "agency": "MN001", "day": "2024-05-14"}),
            json!({"line": 4, "error": "no segment of the reader has the tag of this line"}),
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

/// The readers of one file that docs/readers.md shows.
fn several_kinds() -> Place {
    let page = std::fs::read_to_string("docs/readers.md").unwrap();
    let example = page.split("```codes\n").find(|text| text.starts_with("reader incidents")).unwrap();
    let record = r#"
        record report "A report" {
            id text identifies incident plain
            agency text plain
            day date dates encounter plain
            victims list of { number integer plain; hurts list of { part text plain; cost number plain } }
        }
        policy desk { audience desk; keep every field }
    "#;
    let place = Place::new();
    place.write("d/reports/domain.toml", "");
    place.write("d/reports/codes/reports.codes", &(record.to_owned() + example.split("```").next().unwrap()));
    place
}

#[test]
fn several_readers_read_one_file_and_write_it_again() {
    let place = several_kinds();
    let text = "161MN00120240514\n222MN00101AR0150LE0005\n089MN007\n201MN00220240515WARD\n161MN00220240516\n";
    place.write("flat.txt", text);
    let output = place.run(&["run", "--domain", "reports", "flat.txt"]);
    let shown = String::from_utf8(output.stdout.clone()).unwrap();
    let answers: Vec<Value> =
        shown.lines().map(|it| serde_json::from_str::<Value>(it).unwrap()["encounter"].take()).collect();
    let hurts = json!([{"part": "AR", "cost": 1.5}, {"part": "LE", "cost": 0.05}]);
    assert_eq!(
        answers,
        [
            json!({"id": "001", "agency": "MN", "day": "2024-05-14", "victims": [{"number": 1, "hurts": hurts}]}),
            json!({"agency": "MN007"}),
            json!({"id": "002", "agency": "MN", "day": "2024-05-15"}),
            json!({"id": "002", "agency": "MN", "day": "2024-05-16"}),
        ],
        "{}",
        said(&output)
    );
    let output = place.run(&["run", "--domain", "reports", "flat.txt", "--to", "archive"]);
    // The ward is no field: what no line of the reader says is not written.
    let expected = text.replace("201MN00220240515WARD", "161MN00220240515");
    assert_eq!(String::from_utf8(output.stdout.clone()).unwrap(), expected, "{}", said(&output));
}
