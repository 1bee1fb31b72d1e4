//! Exports of help desks, in small invented samples of their public formats: what is read of them, that no column is lost without
//! a word, and that codes go back.

#![expect(clippy::indexing_slicing, reason = "tests")]

use crate::service::ENGINE;
use serde_json::Value;
use serde_json::json;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use tencode::encounters::batch;
use tencode::encounters::read::Format;
use tencode::encounters::read::Inputs;
use tencode::encounters::read::Source;
use tencode::encounters::write::back::Writer;
use tencode::encounters::written::Written;
use tencode::model::reader::Reader;

/// The answers to a file, by the reader that knows it, and the columns that fill no field.
fn answers(name: &str) -> (Vec<Value>, Vec<String>) {
    let inputs = Inputs::open(&[PathBuf::from(format!("tests/helpdesks/{name}"))], None).unwrap();
    let chosen = inputs.choose_of(Some(ENGINE.domain()), Some("contact"), None, None).unwrap();
    let mut source = Source::several(chosen, ENGINE.schema());
    let mut out = Vec::new();
    let counts = batch::run(&mut source, 1, || ENGINE.worker(), &mut out, &mut |_| {}).unwrap();
    assert_eq!((counts.read, counts.refused), (2, 0), "{name}");
    let lines = out.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    (lines.map(|line| serde_json::from_slice::<Value>(line).unwrap()).collect(), source.unused())
}

#[test]
fn five_exports_are_read_and_no_column_is_lost() {
    // What the first ticket is; the second came later, and its text has several lines and quotation marks.
    let samples = [
        (
            "zendesk.csv",
            json!({"id": "501", "priority": "P1", "status": "resolved", "attachments": ["photo.jpg", "receipt.pdf"]}),
        ),
        (
            "freshdesk.csv",
            json!({"id": "77", "priority": "P2", "status": "resolved", "attachments": ["photo.jpg"], "language": "de"}),
        ),
        (
            "osticket.csv",
            json!({"id": "100345", "priority": "P1", "status": "closed", "reopen_count": 1, "topic": "Report a Problem"}),
        ),
        (
            "glpi.csv",
            json!({"id": "12", "priority": "P1", "status": "resolved", "urgency": "high", "note": "A new kettle was sent."}),
        ),
        (
            "zammad.json",
            json!({"id": "67001", "priority": "P2", "status": "closed", "attachments": ["photo.jpg", "receipt.pdf"],
            "note": "Asked the warehouse."}),
        ),
    ];
    for (name, expected) in samples {
        let (answers, unused) = answers(name);
        let first = &answers[0]["encounter"];
        for (field, value) in expected.as_object().unwrap() {
            assert_eq!(&first[field.as_str()], value, "{name}: {field}");
        }
        assert_eq!(first["channel"], "email", "{name}");
        assert!(first["received"].as_str().unwrap().starts_with("2026-03-02T10:00:00"), "{name}: {first}");
        // What a body says is found in it, whatever tags stand around it.
        assert!(
            answers[0]["findings"].as_array().unwrap().iter().any(|it| it["rule"] == "cs-complaint-open"),
            "{name}"
        );
        let second = answers[1]["encounter"]["text"].as_str().unwrap();
        assert!(second.contains("turn on.\nIt worked yesterday.\n\n\"Please\", help"), "{name}: {second}");
        // Zammad says of an article how it is written, and how large a file is: `run` names what fills no field.
        if name == "zammad.json" {
            assert!(unused.iter().all(|column| !column.contains("body")), "{name}: {unused:?}");
        } else {
            assert_eq!(unused, Vec::<String>::new(), "{name}");
        }
    }
}

#[test]
fn codes_go_back_as_a_table_that_is_read_again() {
    let domain = ENGINE.domain();
    let readers: Vec<&Reader> = domain.readers.iter().collect();
    let reader = readers.iter().find(|reader| reader.writer.as_deref() == Some("codes-back")).unwrap();
    let writer = Writer::new(reader, &readers);
    let contact = json!({"id": "501", "received": "2026-03-02T10:00", "reason": "RETURN", "sub_reason": "RET-DEFECT",
        "resolution": "REPLACE", "priority": "P2", "status": "resolved", "customer": {"name": "Ann Example"}});
    let text = Box::new(Cursor::new(format!("{contact}\n")));
    let mut source = Source::new("made up", None, text, Some(Format::Ndjson), ENGINE.schema()).unwrap();
    let (left_out, mut out) = (AtomicU64::new(0), writer.head());
    let desk = || Written::new(ENGINE.worker(), &writer, &left_out);
    batch::run(&mut source, 1, desk, &mut out, &mut |_| {}).unwrap();
    let table = String::from_utf8(out).unwrap();
    let expected = "Ticket,Reason,Sub-reason,Resolution,Priority,Status\n501,RETURN,RET-DEFECT,REPLACE,P2,resolved\n";
    assert_eq!(table.replace("\r\n", "\n").trim_end(), expected.trim_end());
    assert_eq!(left_out.load(Ordering::Relaxed), 0);
}
