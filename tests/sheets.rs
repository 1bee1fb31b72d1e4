//! Spreadsheets and files packed with Zstandard, read as the tables they hold.

use crate::program::Place;
use crate::program::said;
use serde_json::Value;
use serde_json::json;
use std::fs;
use std::io::Cursor;
use std::io::Write;
use zip::write::SimpleFileOptions;

const CALLS: &str = r#"
record call "A call" {
    id       text required identifies incident plain
    received datetime dates encounter plain
    kind     text codes of (kinds) plain
    priority integer plain
    share    number plain
    note     text plain
}

codeset kinds "Kinds of calls" {
    import xlsx "kinds.xlsx" { code column Code; title column Title; from column Since }
}

policy desk { audience desk; keep every field }

reader city for call {
    csv
    recognise header has ("Call Number", "Nature")
    id       from "Call Number"
    received from "Received"
    kind     from "Nature"
    priority from "Priority"
    share    from "Share"
    note     from "Remarks"
}
"#;

fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        // The standard of OpenDocument wants this entry first and as it is, so that a file can be told by its beginning.
        let is_kind = *name == "mimetype";
        let method = if is_kind { zip::CompressionMethod::Stored } else { zip::CompressionMethod::Deflated };
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook of two sheets, the rows of each written in the XML of XLSX.
fn xlsx(first: &str, second: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let sheet = |rows: &str| format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
    let related = |items: &str| format!("<Relationships xmlns=\"{package}/relationships\">{items}</Relationships>");
    let relation = |id: u8, kind: &str, to: &str| {
        format!("<Relationship Id=\"r{id}\" Type=\"{relations}/{kind}\" Target=\"{to}\"/>")
    };
    zipped(&[
        ("[Content_Types].xml", &format!("<Types xmlns=\"{package}/content-types\"/>")),
        ("_rels/.rels", &related(&relation(1, "officeDocument", "xl/workbook.xml"))),
        (
            "xl/workbook.xml",
            &format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\"><sheets><sheet name=\"One\" sheetId=\"1\" r:id=\"r1\"/>\
                 <sheet name=\"Two\" sheetId=\"2\" r:id=\"r2\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            &related(
                &[
                    relation(1, "worksheet", "worksheets/sheet1.xml"),
                    relation(2, "worksheet", "worksheets/sheet2.xml"),
                    relation(3, "styles", "styles.xml"),
                ]
                .concat(),
            ),
        ),
        (
            "xl/styles.xml",
            &format!(
                "<styleSheet xmlns=\"{main}\"><cellXfs count=\"3\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"22\"/>\
                 </cellXfs></styleSheet>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", &sheet(first)),
        ("xl/worksheets/sheet2.xml", &sheet(second)),
    ])
}

/// Cells of a row: texts, numbers of a style, nothing.
fn row(number: u32, cells: &[(&str, &str)]) -> String {
    let mut out = format!("<row r=\"{number}\">");
    for (column, (kind, value)) in ('A'..).zip(cells) {
        match *kind {
            "text" => out.push_str(&format!("<c r=\"{column}{number}\" t=\"inlineStr\"><is><t>{value}</t></is></c>")),
            "none" => {}
            style => out.push_str(&format!("<c r=\"{column}{number}\" s=\"{style}\"><v>{value}</v></c>")),
        }
    }
    out + "</row>"
}

fn ods(rows: &str) -> Vec<u8> {
    let office = "urn:oasis:names:tc:opendocument:xmlns";
    zipped(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        (
            "META-INF/manifest.xml",
            &format!("<manifest:manifest xmlns:manifest=\"{office}:manifest:1.0\"></manifest:manifest>"),
        ),
        (
            "content.xml",
            &format!(
                "<office:document-content xmlns:office=\"{office}:office:1.0\" xmlns:table=\"{office}:table:1.0\" \
                 xmlns:text=\"{office}:text:1.0\"><office:body><office:spreadsheet><table:table table:name=\"One\">{rows}\
                 </table:table></office:spreadsheet></office:body></office:document-content>"
            ),
        ),
    ])
}

fn place() -> Place {
    let place = Place::new();
    place.write("d/calls/domain.toml", "");
    place.write("d/calls/codes/calls.codes", CALLS);
    let head = row(1, &[("text", "Code"), ("text", "Title"), ("text", "Since")]);
    let codes = [
        row(2, &[("text", "N1"), ("text", "Noise"), ("1", "45292")]),
        row(3, &[("0", "17"), ("text", "Theft, \"small\""), ("none", "")]),
    ];
    fs::write(place.path("d/calls/codes/kinds.xlsx"), xlsx(&(head + codes.concat().as_str()), "")).unwrap();
    place
}

fn shown(place: &Place, file: &str, more: &[&str]) -> (Vec<Value>, String) {
    let output = place.run(&[&["run", "--domain", "calls", file], more].concat());
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let answers = lines.map(|line| line.get("encounter").cloned().unwrap_or(line));
    (answers.collect(), said(&output))
}

const HEADER: [(&str, &str); 6] = [
    ("text", "Call Number"),
    ("text", "Received"),
    ("text", "Nature"),
    ("text", "Priority"),
    ("text", "Share"),
    ("text", "Remarks"),
];

#[test]
fn a_workbook_is_read_as_the_table_of_its_first_sheet() {
    let place = place();
    let first = [
        row(2, &HEADER),
        row(
            3,
            &[
                ("0", "1204"),
                ("2", "45496.75"),
                ("text", "N1"),
                ("0", "2"),
                ("0", "0.5"),
                ("text", "loud &amp; long, \"twice\""),
            ],
        ),
        row(5, &[("0", "1205"), ("1", "45497"), ("0", "17"), ("none", ""), ("none", ""), ("none", "")]),
        row(
            6,
            &[("0", "1206"), ("none", ""), ("none", ""), ("none", ""), ("none", ""), ("none", ""), ("text", "beside")],
        ),
    ];
    let second = [row(1, &HEADER[..3]), row(2, &[("text", "X"), ("none", ""), ("text", "N1")])];
    fs::write(place.path("calls.xlsx"), xlsx(&first.concat(), &second.concat())).unwrap();
    let (answers, said) = shown(&place, "calls.xlsx", &[]);
    assert_eq!(
        answers,
        [
            json!({"id": "1204", "received": "2024-07-23T18:00:00", "kind": "N1", "priority": 2, "share": 0.5,
                "note": "loud & long, \"twice\""}),
            json!({"id": "1205", "received": "2024-07-24", "kind": "17"}),
            json!({"line": 6, "error": "this row has more cells than the header"}),
        ],
        "{said}"
    );
    let (answers, said) = shown(&place, "calls.xlsx", &["--sheet", "two"]);
    assert_eq!(answers, [json!({"id": "X", "kind": "N1"})], "{said}");
    let (answers, said) = shown(&place, "calls.xlsx", &["--sheet", "three"]);
    assert!(answers.is_empty() && said.contains("the spreadsheet has no such sheet"), "{said}");
}

#[test]
fn an_open_document_sheet_is_read_alike() {
    let place = place();
    let text = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let rows = format!(
        "<table:table-row>{}{}{}</table:table-row><table:table-row>{}\
         <table:table-cell office:value-type=\"date\" office:date-value=\"2024-07-23\"><text:p>x</text:p></table:table-cell>{}\
         </table:table-row>",
        text("Call Number"),
        text("Received"),
        text("Nature"),
        text("7"),
        text("N1")
    );
    fs::write(place.path("calls.ods"), ods(&rows)).unwrap();
    let (answers, said) = shown(&place, "calls.ods", &[]);
    assert_eq!(answers, [json!({"id": "7", "received": "2024-07-23", "kind": "N1"})], "{said}");
    let many = rows.replace(
        "office:value-type=\"date\"",
        "table:number-columns-repeated=\"1000000000\" office:value-type=\"date\"",
    );
    fs::write(place.path("many.ods"), ods(&many)).unwrap();
    let (answers, said) = shown(&place, "many.ods", &[]);
    assert!(answers.is_empty() && said.contains("more than 20 million cells"), "{said}");
}

#[test]
fn codes_are_imported_from_a_workbook() {
    let place = place();
    let output = place.run(&["lookup", "17", "--set", "kinds", "--json"]);
    let text = said(&output) + String::from_utf8(output.stdout).unwrap().as_str();
    assert!(text.contains("Theft, \\\"small\\\""), "{text}");
    let output = place.run(&["lookup", "N1", "--set", "kinds", "--on", "2023-05-05"]);
    let text = said(&output) + String::from_utf8(output.stdout).unwrap().as_str();
    assert!(text.contains("2024"), "{text}");
}

#[test]
fn a_reader_says_which_sheet_it_reads() {
    let place = place();
    place.write(
        "d/calls/codes/second.codes",
        "reader second for call {\n    csv\n    sheet \"Two\"\n    recognise header has (\"Nr\", \"What\", \"When\")\n    id from \"Nr\"\n    note from \"What\"\n}\n",
    );
    let first =
        [row(1, &[("text", "Call Number"), ("text", "Nature")]), row(2, &[("text", "A"), ("text", "Noise")])].concat();
    let second = [
        row(1, &[("text", "Nr"), ("text", "What"), ("text", "When")]),
        row(2, &[("text", "B"), ("text", "said"), ("text", "later")]),
    ]
    .concat();
    fs::write(place.path("both.xlsx"), xlsx(&first, &second)).unwrap();
    assert_eq!(shown(&place, "both.xlsx", &[]).0, [json!({"id": "B", "note": "said", "When": "later"})]);
    let (lines, _) = shown(&place, "both.xlsx", &["--sheet", "One"]);
    assert_eq!(lines, [json!({"id": "A", "kind": "Noise"})], "a sheet that is asked for is read");
    let (lines, _) = shown(&place, "both.xlsx", &["--reader", "city"]);
    assert_eq!(lines, [json!({"id": "A", "kind": "Noise"})], "a reader without a sheet reads the first");
    fs::write(place.path("one.xlsx"), xlsx(&first, "")).unwrap();
    assert_eq!(shown(&place, "one.xlsx", &[]).0, [json!({"id": "A", "kind": "Noise"})]);
}
