//! Several files read as one: archives, files named together, objects that refer to each other across files; and rows of one
//! encounter that do not stand together.

#![expect(clippy::indexing_slicing, reason = "tests")]

use crate::program::Place;
use crate::program::said;
use fastrand::Rng;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::io::Write;
use zip::write::SimpleFileOptions;

const READERS: &str = r##"
record call "A call" {
    id      text required identifies incident plain
    place   text plain
    caller  text plain
    units   list of text plain
    notes   list of { text text plain; by text plain }
}

policy desk { audience desk; keep every field }

reader city for call {
    csv
    recognise header has ("Number", "Street")
    id    from "Number"
    place from "Street"
}

reader log for call {
    csv
    recognise header has ("Number", "Unit")
    group by "Number" anywhere
    id      from "Number"
    units[] from "Unit"
}

reader feed for call {
    json
    recognise type is "call"
    objects of type known by id
    skip when named by call.replaces.to
    id     from id
    place  from at.to -> site.street
    caller from by.to -> person.name, by.to -> person.works.to -> firm.name
    notes[] from each note by about.to {
        text from text
        by   from by.to -> person.name
    }
}
"##;

fn place() -> Place {
    let place = Place::new();
    place.write("d/calls/domain.toml", "");
    place.write("d/calls/codes/calls.codes", READERS);
    place
}

/// What `run` shows of each encounter, and what it says on standard error.
fn shown(place: &Place, arguments: &[&str]) -> (Vec<Value>, String) {
    let output = place.run(&[&["run", "--domain", "calls"], arguments].concat());
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let shown = lines.map(|line| line.get("encounter").cloned().unwrap_or(line));
    (shown.collect(), said(&output))
}

fn zip(place: &Place, name: &str, files: &[(&str, &[u8])]) {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    fs::write(place.path(name), zip.finish().unwrap().into_inner()).unwrap();
}

const JANUARY: &[u8] = b"Number,Street\n1,Oak St\nbroken\n2,Elm St";
const FEBRUARY: &[u8] = b"Street,Number,Beat\nPine St,3,B\nbroken\n";

#[test]
fn the_tables_of_an_archive_are_read_one_after_the_other() {
    let place = place();
    zip(&place, "year.zip", &[("January.csv", JANUARY), ("__MACOSX/._January.csv", b"x"), ("February.csv", FEBRUARY)]);
    let short = "this row has fewer cells than the header";
    let expected = [
        json!({"id": "1", "place": "Oak St"}),
        json!({"line": 3, "error": short}),
        json!({"id": "2", "place": "Elm St"}),
        json!({"id": "3", "place": "Pine St", "Beat": "B"}),
        json!({"line": 7, "error": short}),
    ];
    let (lines, said) = shown(&place, &["year.zip"]);
    assert_eq!(lines, expected, "{said}");
    assert!(said.contains("1 column is not mapped to a field: `Beat`"), "{said}");

    place.write("January.csv", std::str::from_utf8(JANUARY).unwrap());
    place.write("February.csv", std::str::from_utf8(FEBRUARY).unwrap());
    assert_eq!(shown(&place, &["January.csv", "February.csv"]).0, expected, "named together");

    let piped = fs::File::open(place.path("year.zip")).unwrap();
    let output = place.command(&["run", "--domain", "calls"]).stdin(piped).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 5, "from a pipe");
}

#[test]
fn files_of_several_kinds_are_refused_before_anything_is_answered() {
    let place = place();
    zip(&place, "mixed.zip", &[("a.csv", JANUARY), ("b.ndjson", b"{\"type\": \"call\", \"id\": \"1\"}\n")]);
    let (lines, said) = shown(&place, &["mixed.zip"]);
    assert!(lines.is_empty());
    let expected = "the files are not of one kind: a table of `call` comes first, then JSON of `call`";
    assert!(said.contains(expected), "{said}");
    zip(&place, "inner.zip", &[("a.csv", JANUARY)]);
    let inner = fs::read(place.path("inner.zip")).unwrap();
    zip(&place, "outer.zip", &[("inner.zip", &inner)]);
    assert!(shown(&place, &["outer.zip"]).1.contains("there is an archive in the archive"));
    let output = place.run(&["reader", "mixed.zip", "--domain", "calls"]);
    assert!(crate::program::said(&output).contains("an archive of several files, and one file is needed"));
    let output = place.run(&["reader", "inner.zip", "--domain", "calls"]);
    let draft = String::from_utf8(output.stdout).unwrap();
    assert!(draft.contains("recognise header has") && draft.contains("\"Street\""), "{draft}");
}

const CALLS: &str = r#"{"type": "call", "id": "c1", "at": {"to": "site/s1"}, "by": {"to": "person/p1"}}
{"type": "call", "id": "c2", "at": {"to": "site/none"}, "by": {"to": "person/p2"}, "replaces": {"to": "call/c3"}}
no JSON
{"type": "call", "id": "c3", "at": {"to": "site/s1"}}
"#;
const OTHERS: &str = r#"{"type": "site", "id": "s1", "street": "Oak St"}
{"type": "person", "id": "p1", "name": "Ann"}
{"type": "person", "id": "p2", "works": {"to": "firm/f1"}}
{"type": "firm", "id": "f1", "name": "Locks Ltd"}
"#;
const NOTES: &str = r#"[{"type": "note", "id": "n1", "about": {"to": "call/c1"}, "text": "first", "by": {"to": "person/p1"}},
{"type": "note", "id": "n2", "about": [{"to": "call/c2"}, {"to": "call/c1"}], "text": "second"}]"#;

#[test]
fn objects_that_refer_to_each_other_are_put_together_across_files() {
    let place = place();
    place.write("calls.ndjson", CALLS);
    place.write("others.ndjson", OTHERS);
    place.write("notes.json", NOTES);
    let one = json!({"id": "c1", "place": "Oak St", "caller": "Ann",
        "notes": [{"text": "first", "by": "Ann"}, {"text": "second"}]});
    let two = json!({"id": "c2", "caller": "Locks Ltd", "notes": [{"text": "second"}]});
    let files = ["calls.ndjson", "others.ndjson", "notes.json"];
    let (lines, said) = shown(&place, &files);
    assert_eq!(lines[..2], [one.clone(), two.clone()], "{said}");
    assert_eq!(lines[2]["line"], 3);
    assert_eq!(lines.len(), 3, "{said}");
    let turned: Vec<&str> = files.into_iter().rev().collect();
    let (lines, _) = shown(&place, &turned);
    assert_eq!(lines[..2], [one.clone(), two.clone()], "the order of the files does not matter");
    let all = [("1", CALLS.as_bytes()), ("2", OTHERS.as_bytes()), ("3", NOTES.as_bytes())];
    zip(&place, "all.zip", &all);
    assert_eq!(shown(&place, &["all.zip"]).0[..2], [one, two], "in an archive");
    assert_eq!(shown(&place, &["calls.ndjson"]).0[0], json!({"id": "c1"}), "alone");
}

#[test]
fn many_objects_are_put_together_as_one_by_one() {
    let (place, mut rng) = (place(), Rng::with_seed(5));
    let (mut calls, mut sites, mut expected) = (String::new(), String::new(), Vec::new());
    for number in 0..3000 {
        let site = rng.usize(0..4000);
        calls.push_str(&format!("{{\"type\":\"call\",\"id\":\"{number}\",\"at\":{{\"to\":\"site/{site}\"}}}}\n"));
        let mut call = json!({ "id": number.to_string() });
        // Sites have the names of calls: the kind decides.
        if site < 2000 {
            call["place"] = json!(format!("{site} St"));
        }
        expected.push(call);
    }
    for site in 0..2000 {
        sites.push_str(&format!("{{\"type\":\"site\",\"id\":\"{site}\",\"street\":\"{site} St\"}}\n"));
    }
    place.write("calls.ndjson", &calls);
    place.write("sites.ndjson", &sites);
    assert_eq!(shown(&place, &["calls.ndjson", "sites.ndjson"]).0, expected);
}

#[test]
fn rows_of_an_encounter_need_not_stand_together() {
    let (place, mut rng) = (place(), Rng::with_seed(7));
    let (mut table, mut units, mut order) =
        ("Number,Unit\n".to_owned(), BTreeMap::<usize, Vec<String>>::new(), Vec::new());
    for row in 0..4000 {
        let call = rng.usize(0..900);
        table.push_str(&format!("{call},U{row}\n"));
        let known = units.entry(call).or_default();
        if known.is_empty() {
            order.push(call);
        }
        known.push(format!("U{row}"));
    }
    let expected: Vec<Value> = order.iter().map(|call| json!({"id": call.to_string(), "units": units[call]})).collect();
    place.write("log.csv", &table);
    assert_eq!(shown(&place, &["log.csv"]).0, expected, "encounters come in the order of their first rows");

    place.write("odd.csv", "Number,Unit\n1,A\n,B\nbroken\n1,C\n,D\n2,E\n1,F,G\n");
    let (lines, _) = shown(&place, &["odd.csv"]);
    let ids: Vec<&Value> = lines.iter().map(|line| line.get("units").unwrap_or(&line["line"])).collect();
    assert_eq!(lines[0]["line"], 2, "a group with a row that is too long cannot be read: {lines:?}");
    assert_eq!(ids, [&json!(2), &json!(["B"]), &json!(4), &json!(["D"]), &json!(["E"])]);
}
