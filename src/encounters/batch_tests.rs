#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::encounters::read::Format;
use crate::encounters::read::Raw;
use crate::encounters::read::Schema;
use crate::encounters::read::tests::schema;
use crate::model::day::Day;
use proptest::prelude::*;
use std::io::Cursor;

/// Says how many misfits and undeclared fields an encounter has; panics if asked to.
struct Counting<'s>(&'s Schema);

impl Desk for Counting<'_> {
    fn answer(&mut self, line: u64, raw: Result<Raw<'_>, Unreadable>, out: &mut Vec<u8>) -> Outcome {
        let today = Day(20_000);
        match raw.and_then(|raw| raw.read(line, self.0, None, today)) {
            Ok(encounter) => {
                let _ = writeln!(out, "{line} {} {}", encounter.misfits.len(), encounter.undeclared.len());
                assert!(!encounter.undeclared.iter().any(|(name, _)| name == "panic"), "asked to");
                Outcome::Fine
            }
            Err(why) => {
                let _ = writeln!(out, "{line} {why}");
                Outcome::Refused
            }
        }
    }
}

fn answers(input: &[u8], format: Option<Format>, jobs: usize) -> (String, Counts) {
    let schema = schema();
    let mut source = Source::new("it", None, Box::new(Cursor::new(input.to_vec())), format, &schema).unwrap();
    let mut out = Vec::new();
    let counts = run(&mut source, jobs, || Counting(&schema), &mut out, &mut |_| {}).unwrap();
    (String::from_utf8(out).unwrap(), counts)
}

#[test]
fn a_bad_line_stands_in_its_place() {
    let input = b"\xEF\xBB\xBF{\"id\":\"a\"}\r\n\r\n[1]\n{\"id\":\n\xFF\xFE\n{\"id\":\"b\",\"odd\":1}";
    let (out, counts) = answers(input, None, 2);
    assert_eq!(out, "1 0 0\n3 this is not a JSON object\n4 this is not JSON (column 6)\n5 this is not UTF-8\n6 0 1\n");
    assert_eq!(counts, Counts { read: 5, written: 2, refused: 3, wrong: 0 });
}

#[test]
fn a_panic_costs_one_encounter() {
    let input = b"{\"id\":\"a\"}\n{\"panic\":1}\n{\"id\":\"b\"}\n";
    for jobs in [1, 3] {
        let (out, counts) = answers(input, None, jobs);
        assert_eq!(out, "1 0 0\n{\"line\":2,\"error\":\"the program failed on this encounter\"}\n3 0 0\n");
        assert_eq!(counts.refused, 1);
    }
}

#[test]
fn many_lines_come_out_in_order() {
    use std::fmt::Write;
    let mut input = String::new();
    for id in 0..60_000 {
        let _ = writeln!(input, r#"{{"id":"{id}","minutes":{}}}"#, if id % 7 == 0 { "\"x\"" } else { "1" });
    }
    let (one, counts) = answers(input.as_bytes(), None, 1);
    assert_eq!(counts.read, 60_000);
    assert_eq!(one, answers(input.as_bytes(), None, 4).0);
}

#[test]
fn a_failed_output_ends_the_batch() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let schema = schema();
    let input = "{}\n".repeat(100_000);
    let mut source = Source::new("it", None, Box::new(Cursor::new(input)), None, &schema).unwrap();
    let result = run(&mut source, 3, || Counting(&schema), &mut Full, &mut |_| {});
    assert!(matches!(result, Err(Error::Write(_))));
}

/// Bytes that look a little like an input.
fn inputs() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        Just(b"{\"id\":\"a\",\"patient\":{\"age\":\"4\"}}\n".to_vec()),
        Just(b"{\"tags\":[\"a\",null],\"x\":[1]},".to_vec()),
        Just(b"[".to_vec()),
        Just(b"]".to_vec()),
        Just(b"\"\\".to_vec()),
        Just(b"id,patient.age,tags[1],tags\n\"a\",4,;\n".to_vec()),
        Just(b"{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceType\":\"Claim\"}}]}\n".to_vec()),
        Just(b"\x1F\x8B".to_vec()),
        Just(b"\xFD7zXZ\0".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..12),
    ];
    proptest::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

fn formats() -> impl Strategy<Value = Option<Format>> {
    use Format::Csv;
    use Format::Fhir;
    use Format::Json;
    use Format::Ndjson;
    use Format::Tsv;
    prop_oneof![Just(None), Just(Some(Ndjson)), Just(Some(Json)), Just(Some(Csv)), Just(Some(Tsv)), Just(Some(Fhir))]
}

proptest! {
    /// Any bytes are read or refused, and a batch gives what one by one gives, on any number of threads.
    #[test]
    fn any_bytes_are_read_or_refused(input in inputs(), format in formats()) {
        let one = answers(&input, format, 1);
        prop_assert_eq!(one.1.read, one.1.written + one.1.refused);
        prop_assert_eq!(one.0.lines().count() as u64, one.1.read);
        prop_assert_eq!(answers(&input, format, 3), one);
    }
}

#[test]
fn rows_in_memory_are_answered_as_a_file_of_them_is() {
    let all: [Option<&[u8]>; 8] = [
        Some(b"{\"id\":\"a\"}"),
        None,
        Some(b"  \n"),
        Some(b"{\"id\":\n\"b\"}\r\n"),
        Some(b"{\"panic\":1}"),
        Some(b"\xFF"),
        Some(b"[1]"),
        Some(b"{\"id\":\"c\",\"odd\":1}"),
    ];
    let schema = schema();
    let answered = rows(all.into_iter(), 1, || Counting(&schema), None).unwrap();
    let mut start = 0;
    let lines: Vec<&str> = answered
        .ends
        .iter()
        .map(|end| {
            let line = std::str::from_utf8(answered.bytes.get(start..*end).unwrap()).unwrap();
            start = *end;
            line
        })
        .collect();
    let expected = [
        "1 0 0\n",
        "2 there is nothing in this row\n",
        "3 there is nothing in this row\n",
        "4 0 0\n",
        "{\"line\":5,\"error\":\"the program failed on this encounter\"}\n",
        "6 this is not UTF-8\n",
        "7 this is not a JSON object\n",
        "8 0 1\n",
    ];
    assert_eq!(lines, expected);
    assert_eq!(answered.counts, Counts { read: 8, written: 3, refused: 5, wrong: 0 });
    let file = b"{\"id\":\"a\"}\n{\"panic\":1}\n{\"id\":\"b\"}\n";
    let rows_of_file = file.split(|byte| *byte == b'\n').filter(|row| !row.is_empty()).map(Some);
    let of_rows = rows(rows_of_file, 1, || Counting(&schema), None).unwrap();
    assert_eq!(String::from_utf8(of_rows.bytes).unwrap(), answers(file, None, 2).0);
}
