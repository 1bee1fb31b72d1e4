//! Files that are not what they are called, and tables as people keep them.

#![expect(clippy::indexing_slicing, reason = "tests")]

use crate::program::Place;
use crate::program::said;
use serde_json::Value;

const RECORD: &str = r#"
record parcel "A parcel" {
    id     text required identifies incident plain
    seen   date dates encounter plain
    weight number plain
    pieces integer plain
    price  money plain
    marks  list of text plain
    stops  list of { town text plain }
}
policy desk { audience desk; keep every field }
"#;

fn place() -> Place {
    let place = Place::new();
    place.write("d/own/codes/parcel.codes", RECORD);
    place
}

/// The encounters that are made of a file, and all that was said.
fn read(name: &str, bytes: &[u8]) -> (Option<i32>, Vec<Value>, String) {
    let place = place();
    std::fs::write(place.path(name), bytes).unwrap();
    let output = place.run(&["run", "--domain", "own", "--record", "parcel", name]);
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let rows = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (output.status.code(), rows, text + said(&output).as_str())
}

#[test]
fn numbers_of_json_keep_their_digits() {
    let text = "{\"id\":70000000000000000001,\"price\":98765432109876543.21,\"other\":[31415926535897932384626]}\n\
                {\"id\":1e3,\"price\":1.5e3,\"weight\":0.1}\n";
    let (_, rows, said) = read("in.ndjson", text.as_bytes());
    for part in ["\"70000000000000000001\"", "98765432109876543.21", "[31415926535897932384626]"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(rows[1]["encounter"]["id"], "1e+3", "{said}");
    assert_eq!(rows[0]["findings"].as_array().map(Vec::len), Some(0), "{said}");
    let (_, rows, said) =
        read("in.ndjson", b"{\"id\":\"1\",\"pieces\":9007199254740993,\"weight\":9007199254740992}\n");
    assert_eq!(rows[0]["findings"][0]["path"], "pieces", "{said}");
    assert!(said.contains("more digits than a number keeps"), "{said}");
    assert!(said.contains("\"weight\":9007199254740992"), "{said}");
}

#[test]
fn names_and_values_are_read_as_programs_write_them() {
    let (_, rows, said) = read("in.ndjson", b"{\"ID\":\"1\",\"Pieces\":2,\"pieces \":3}\n");
    assert_eq!(rows[0]["encounter"]["id"], "1", "{said}");
    assert_eq!(rows[0]["encounter"]["pieces"], 2, "{said}");
    assert_eq!(rows[0]["encounter"]["pieces "], 3, "{said}");
    let (_, rows, said) = read("in.csv", b"id,stops.0.town,stops.1.town,marks.0\n=\"007\",Ulm,Bonn,new\n,,,\n");
    assert_eq!(rows.len(), 1, "{said}");
    assert_eq!(rows[0]["encounter"]["id"], "007");
    assert_eq!(rows[0]["encounter"]["stops"][1]["town"], "Bonn", "{said}");
    assert_eq!(rows[0]["encounter"]["marks"][0], "new", "{said}");
    let (_, _, said) =
        read("in.ndjson", b"{\"id\":\"1\",\"marks\":\"new\",\"seen\":\"2026-01-01\",\"seen\":\"2026-01-02\"}\n");
    assert!(said.contains("write it such as [") && said.contains("stands there twice"), "{said}");
}

#[test]
fn a_title_above_the_header_is_passed_over() {
    let (status, rows, said) = read("in.csv", b"Parcels of the week\nprinted on Monday\n\nid,pieces\n1,2\n");
    assert_eq!((status, rows.len()), (Some(0), 1), "{said}");
    assert_eq!(rows[0]["encounter"]["pieces"], 2, "{said}");
    assert!(said.contains("2 rows above the header are passed over"), "{said}");
    let (_, rows, said) = read("in.csv", b"id,pieces\n1,2\n,\n3,4\n");
    assert_eq!(rows.len(), 2, "{said}");
    assert!(said.contains("1 row without a word in any cell is passed over"), "{said}");
    assert!(!said.contains("above the header"), "{said}");
    // What fills no field may be a header all the same.
    let (_, rows, said) = read("in.csv", b"number,count\n1,2\nid,3\n");
    assert_eq!(rows.len(), 2, "{said}");
}

#[test]
fn a_file_of_another_kind_is_named() {
    for (name, bytes, what) in [
        ("in.csv", &b"%PDF-1.4\n1 0 obj\n"[..], "a PDF file"),
        ("in.csv", b"\x89PNG\r\n\x1a\n\0\0", "a picture"),
        ("in.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "an old Excel"),
        ("in.csv", b"<!DOCTYPE html>\n<html><body>Sign in</body></html>\n", "a web page"),
        ("in.csv", b"\xff\xfe\0\0i\0\0\0d\0\0\0", "UTF-32"),
    ] {
        let (status, rows, said) = read(name, bytes);
        assert_eq!((status, rows.len()), (Some(2), 0), "{what}: {said}");
        assert!(said.contains(what), "{what}: {said}");
    }
}

#[test]
fn a_document_on_standard_input_is_named_too() {
    let place = place();
    let mut zip = zip::ZipWriter::new(std::fs::File::create(place.path("in.docx")).unwrap());
    let stored = zip::write::SimpleFileOptions::default();
    zip.start_file("word/document.xml", stored).unwrap();
    std::io::Write::write_all(&mut zip, b"<document/>").unwrap();
    zip.finish().unwrap();
    let mut command = place.command(&["run", "--domain", "own", "--record", "parcel"]);
    let output = command.stdin(std::fs::File::open(place.path("in.docx")).unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("a document of a word processor"), "{}", said(&output));
}

#[test]
fn xml_is_read_in_the_encoding_that_it_names() {
    let place = place();
    let reader = "reader posts for parcel { xml; recognise posts is present; each encounter from posts.post\n\
                  id from \"@id\"\nmarks[] from mark[]\n}\n";
    place.write("d/own/codes/posts.codes", reader);
    let text =
        b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><posts><post id=\"1\"><mark>Stra\xdfe</mark></post></posts>";
    std::fs::write(place.path("in.xml"), text).unwrap();
    let output = place.run(&["run", "--domain", "own", "--record", "parcel", "in.xml"]);
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(shown.contains("Straße"), "{shown} {}", said(&output));
}

#[test]
fn an_import_tells_what_it_cannot_take() {
    let columns = ["--column", "code=Nr", "--column", "title=Name"];
    let import = |text: &str, more: &[&str]| {
        let place = Place::new();
        place.write("list.csv", text);
        let output = place.run(&[&["import", "csv", "list.csv"], &columns[..], more].concat());
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + said(&output).as_str())
    };
    let up = ["--column", "parent=Up"];
    let (_, shown) = import("Nr,Name,Up\nA,Red,A\n", &up);
    assert!(shown.contains("`A` is said to stand under itself"), "{shown}");
    let (_, shown) = import("Nr,Name,Up\nA,Red,B\nB,Blue,C\nC,Sea,A\n", &up);
    assert!(shown.contains("which stands under") && !shown.contains("not in the list"), "{shown}");
    let (_, shown) =
        import("Nr,Name,New,End\nA,Red,Z,2025-01-31\n", &["--column", "replaced by=New", "--column", "to=End"]);
    assert!(shown.contains("`Z`") && !shown.contains("retired"), "{shown}");
    let (_, shown) = import("Nr,Name\n=\"010\",Red\nB\u{2013}1,Blue\n", &[]);
    assert!(shown.contains("code 010 \"Red\"") && shown.contains("list.csv, line 3"), "{shown}");
    for (text, more, what) in [
        ("Nr,Name\nA,Red\n", &["--split", "Names=;"][..], "no column `Names`"),
        ("Nr,Name\nA,Red\n", &["--column", "code=Name"], "`code` is one column"),
        ("", &[], "is empty"),
    ] {
        let (status, shown) = import(text, more);
        assert_eq!(status, Some(2), "{what}: {shown}");
        assert!(shown.contains(what), "{what}: {shown}");
    }
    let output = Place::new().run(&["import", "exel", "list.csv"]);
    assert!(said(&output).contains("xlsx, ods"), "{}", said(&output));
}

#[test]
fn a_recipient_is_in_a_state_that_there_is() {
    let place = place();
    place.write("in.ndjson", "{\"id\":\"1\"}\n");
    let ask = |state: &str| {
        let more = ["run", "--domain", "own", "--record", "parcel", "--recipient", state, "in.ndjson"];
        place.run(&more).status.code()
    };
    place.write("d/shared/domain.toml", "title = \"shared\"\n");
    place.write("d/shared/codes/states.codes", "list state-codes (aa, bb)\n");
    assert_eq!((ask("AA"), ask("bb"), ask("xx")), (Some(0), Some(0), Some(2)));
}
