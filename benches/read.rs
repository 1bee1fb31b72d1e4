//! Lines into typed slots, against the same lines through a tree of JSON values.
#![expect(clippy::unwrap_used, reason = "a bench")]

use divan::Bencher;
use divan::counter::BytesCount;
use divan::counter::ItemsCount;
use std::fmt::Write;
use std::sync::Arc;
use tencode::encounters::read::Schema;
use tencode::encounters::read::read_json;
use tencode::model::content::Code;
use tencode::model::content::CodeSet;
use tencode::model::day::Day;
use tencode::model::ids::RecordId;
use tencode::model::ids::SetId;
use tencode::model::program::Shared;
use tencode::model::record::Field;
use tencode::model::record::Kind;
use tencode::model::record::Privacy;
use tencode::model::record::Record;
use tencode::registry;
use tencode::registry::Registry;

const LINES: u32 = 10_000;

fn main() {
    divan::main();
}

fn field(name: &str, kind: Kind) -> Field {
    Field {
        name: name.to_owned(),
        title: String::new(),
        kind,
        is_required: false,
        default: Vec::new(),
        privacy: Privacy::default(),
        dates_encounter: name == "date",
        also: Vec::new(),
        ask: String::new(),
    }
}

/// Twelve fields: texts, choices, numbers, days, codes, a nested record and a list of records.
fn schema() -> Schema {
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    let patient = vec![field("age", Kind::Integer), field("sex", Kind::Choice(words(&["female", "male", "unknown"])))];
    let diagnosis = vec![field("code", Kind::Code(SetId::FIRST)), field("poa", Kind::Text)];
    let fields = vec![
        field("id", Kind::Text),
        field("class", Kind::Choice(words(&["inpatient", "outpatient", "professional", "emergency"]))),
        field("date", Kind::Date),
        field("received", Kind::DateTime),
        field("patient", Kind::Record(patient)),
        field("diagnoses", Kind::List(Box::new(Kind::Record(diagnosis)))),
        field("minutes", Kind::Number),
        field("paid", Kind::Money(None)),
        field("urgent", Kind::Bool),
        field("payer", Kind::Text),
        field("tags", Kind::List(Box::new(Kind::Text))),
        field("note", Kind::Text),
    ];
    let codes =
        (0..1000).map(|number| Code { code: format!("C{number:03}.1"), is_assignable: true, ..Code::default() });
    let set = CodeSet { name: "codes".to_owned(), codes: codes.collect(), ..CodeSet::default() };
    let shared = Shared { sets: words(&["codes"]), ..Shared::default() };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it.registry");
    let parts = registry::Parts::of_sets(std::slice::from_ref(&set), &shared);
    registry::write(&path, &parts).unwrap();
    let record = Record { name: "encounter".to_owned(), title: String::new(), zone: None, fields };
    Schema::new(&record, RecordId::FIRST, Arc::new(Registry::open(&path).unwrap()))
}

fn lines() -> Vec<String> {
    (0..LINES)
        .map(|number| {
            let mut line = String::new();
            let (code, age) = (number * 7 % 1000, number % 90);
            let _ = write!(
                line,
                r#"{{"id":"E-{number}","class":"outpatient","date":"2026-03-02","received":"2026-03-02T21:14:00","#
            );
            let _ = write!(line, r#""patient":{{"age":{age},"sex":"female"}},"#);
            let _ =
                write!(line, r#""diagnoses":[{{"code":"C{code:03}1","poa":"Y"}},{{"code":"C000.1"}}],"minutes":25,"#);
            let _ = write!(line, r#""paid":120.5,"urgent":false,"payer":"other","tags":["new","phone"],"#);
            let _ =
                write!(line, r#""note":"Came in after a fall at home, knee swollen, walks with a cane, no fever."}}"#);
            line
        })
        .collect()
}

/// Text into typed slots.
#[divan::bench]
fn slots(bencher: Bencher<'_, '_>) {
    let (schema, lines) = (schema(), lines());
    let bytes: usize = lines.iter().map(String::len).sum();
    bencher.counter(ItemsCount::new(lines.len())).counter(BytesCount::new(bytes)).bench_local(|| {
        let read = lines.iter().map(|line| read_json(line, 1, &schema, None, Day(20_000)).unwrap().slots.len());
        read.sum::<usize>()
    });
}

/// Text into a tree and out again: what has to be beaten.
#[divan::bench]
fn tree_and_back(bencher: Bencher<'_, '_>) {
    let lines = lines();
    let bytes: usize = lines.iter().map(String::len).sum();
    bencher.counter(ItemsCount::new(lines.len())).counter(BytesCount::new(bytes)).bench_local(|| {
        let written = lines.iter().map(|line| {
            let tree: serde_json::Value = serde_json::from_str(line).unwrap();
            serde_json::to_string(&tree).unwrap().len()
        });
        written.sum::<usize>()
    });
}
