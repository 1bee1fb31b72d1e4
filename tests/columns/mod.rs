//! Parquet and Arrow IPC: rows of columns are the encounters that the same records are as lines of JSON.

#![expect(clippy::indexing_slicing, clippy::string_slice, clippy::panic, reason = "tests")]

mod json;
mod made;

use crate::program::Place;
use crate::program::said;
use arrow_array::RecordBatch;
use arrow_array::StringArray;
use arrow_ipc::CompressionType;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::FileWriter;
use arrow_ipc::writer::IpcWriteOptions;
use arrow_ipc::writer::StreamWriter;
use fastrand::Rng;
use made::Make;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::basic::ZstdLevel;
use parquet::file::properties::WriterProperties;
use parquet::file::properties::WriterVersion;
use serde_json::Value;
use serde_json::json;
use std::fs;
use std::io::Write;
use std::sync::Arc;

const CALLS: &str = r#"
record call "A call" {
    id       text required identifies incident plain
    note     text plain
    other    text plain
    kind     code in kinds plain
    count    integer plain
    large    text plain
    share    number plain
    cost     money plain
    is_far   bool plain
    day      date plain
    clock    datetime dates encounter plain
    seen     datetime plain
    heard    datetime plain
    units    list of text plain
    people   list of { name text identifies person; age integer plain }
    site     { street text identifies place; zip text plain }
    wrong    integer plain
}

codeset kinds "Kinds of calls" {
    search in note
    code fire "Fire" { also "smoke" }
    code x "Other"
}

policy desk { audience desk; keep every field }

reader city for call {
    csv
    recognise header has ("Call Number", "Nature")
    id    from "Call Number"
    kind  from "Nature"
    count from "Count"
}

reader feed for call {
    json
    recognise type is "call"
    id          from number
    site.street from at.street
}
"#;

fn place() -> Place {
    let place = Place::new();
    place.write("d/calls/domain.toml", "");
    place.write("d/calls/codes/calls.codes", CALLS);
    place
}

/// Answers, and what is said on standard error.
fn answers(place: &Place, arguments: &[&str]) -> (String, String) {
    let output = place.run(&[&["run", "--domain", "calls", "--today", "2026-03-01"], arguments].concat());
    (String::from_utf8(output.stdout.clone()).unwrap(), said(&output))
}

fn parquet(batches: &[&RecordBatch], properties: WriterProperties) -> Vec<u8> {
    let mut writer = ArrowWriter::try_new(Vec::new(), batches[0].schema(), Some(properties)).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.into_inner().unwrap()
}

fn usual(batch: &RecordBatch) -> Vec<u8> {
    parquet(&[batch], WriterProperties::builder().set_compression(Compression::SNAPPY).build())
}

fn stream(batches: &[&RecordBatch], packing: Option<CompressionType>) -> Vec<u8> {
    let options = IpcWriteOptions::default().try_with_compression(packing).unwrap();
    let mut writer = StreamWriter::try_new_with_options(Vec::new(), &batches[0].schema(), options).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.into_inner().unwrap()
}

fn file(batches: &[&RecordBatch]) -> Vec<u8> {
    let mut writer = FileWriter::try_new(Vec::new(), &batches[0].schema()).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.into_inner().unwrap()
}

/// Rows with a column of each type; some of them fit no field, or not its type.
fn calls(rng: &mut Rng, count: usize) -> (RecordBatch, String) {
    let person: Make<'_> = &|rng, count| {
        made::records(rng, count, &[("name", &made::texts), ("age", &made::integers), ("odd", &made::truths)])
    };
    let columns: [(&str, Make<'_>); 19] = [
        ("id", &made::texts),
        ("note", &made::texts),
        ("other", &made::floats),
        ("kind", &made::dictionary),
        ("count", &made::integers),
        ("large", &made::large),
        ("share", &made::floats),
        ("cost", &made::decimals),
        ("is_far", &made::truths),
        ("day", &made::days),
        ("clock", &made::clocks),
        ("seen", &|rng, count| made::instants("UTC", rng, count)),
        ("heard", &|rng, count| made::instants("America/New_York", rng, count)),
        ("units", &|rng, count| made::lists(rng, count, &made::texts)),
        ("people", &|rng, count| made::lists(rng, count, person)),
        ("site", &|rng, count| made::records(rng, count, &[("street", &made::texts), ("zip", &made::integers)])),
        ("wrong", &made::truths),
        ("undeclared", &made::small_floats),
        ("amount \"$\"", &|rng, count| made::lists(rng, count, &made::decimals)),
    ];
    made::rows(rng, count, &columns)
}

#[test]
fn columns_are_answered_as_the_same_records_in_lines() {
    let (place, mut rng) = (place(), Rng::with_seed(17));
    for round in 0..2 {
        let (batch, lines) = calls(&mut rng, 700);
        let (one, two) = (batch.slice(0, 300), batch.slice(300, 400));
        let builder = WriterProperties::builder;
        let small =
            builder().set_data_page_size_limit(500).set_max_row_group_row_count(Some(90)).set_write_batch_size(10);
        let zstd = builder().set_compression(Compression::ZSTD(ZstdLevel::default()));
        let newer = zstd.set_writer_version(WriterVersion::PARQUET_2_0).set_dictionary_enabled(false);
        let files = [
            ("snappy.parquet", usual(&batch)),
            ("newer.parquet", parquet(&[&one, &two], newer.build())),
            ("small.parquet", parquet(&[&batch], small.build())),
            ("stream.arrows", stream(&[&batch], None)),
            ("file.arrow", file(&[&batch])),
            ("lz4.feather", stream(&[&one, &two], Some(CompressionType::LZ4_FRAME))),
            ("zstd", stream(&[&batch], Some(CompressionType::ZSTD))),
        ];
        place.write("lines.ndjson", &lines);
        let audience = ["desk", "safe-harbor"][round % 2];
        let expected = answers(&place, &["--audience", audience, "lines.ndjson"]);
        assert_eq!(expected.0.lines().count(), 700, "{}", expected.1);
        for (name, bytes) in files {
            fs::write(place.path(name), bytes).unwrap();
            let (shown, said) = answers(&place, &["--audience", audience, name]);
            let odd = shown.lines().zip(expected.0.lines()).find(|(one, two)| one != two);
            assert!(shown == expected.0, "{name} for {audience}: {odd:?} {said}");
        }
    }
}

#[test]
fn columns_come_from_a_pipe_packed_and_in_an_archive() {
    let (place, mut rng) = (place(), Rng::with_seed(18));
    let (batch, lines) = calls(&mut rng, 50);
    place.write("lines.ndjson", &lines);
    let expected = answers(&place, &["lines.ndjson"]).0;
    for (name, bytes) in
        [("it.parquet", usual(&batch)), ("it.arrows", stream(&[&batch], None)), ("it.arrow", file(&[&batch]))]
    {
        fs::write(place.path(name), &bytes).unwrap();
        let piped = fs::File::open(place.path(name)).unwrap();
        let output =
            place.command(&["run", "--domain", "calls", "--today", "2026-03-01"]).stdin(piped).output().unwrap();
        assert!(String::from_utf8(output.stdout).unwrap() == expected, "{name}");

        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&bytes).unwrap();
        fs::write(place.path("packed.gz"), packed.finish().unwrap()).unwrap();
        assert!(answers(&place, &["packed.gz"]).0 == expected, "{name}");

        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
        fs::write(place.path("it.zip"), zip.finish().unwrap().into_inner()).unwrap();
        assert!(answers(&place, &["it.zip"]).0 == expected, "{name}");
    }
}

fn texts(columns: &[(&str, &[&str])]) -> RecordBatch {
    let arrays = columns.iter().map(|(name, values)| (*name, Arc::new(StringArray::from(values.to_vec())) as _));
    RecordBatch::try_from_iter(arrays).unwrap()
}

#[test]
fn the_reader_that_knows_the_columns_reads_them() {
    let place = place();
    let table = texts(&[
        ("Call Number", &["1", "2"]),
        ("Nature", &["fire", "a, \"b\""]),
        ("COUNT", &["7", ""]),
        ("More", &["", "y"]),
    ]);
    fs::write(place.path("table.parquet"), usual(&table)).unwrap();
    place.write("table.csv", "Call Number,Nature,COUNT,More\n1,fire,7,\n2,\"a, \"\"b\"\"\",,y\n");
    let expected = answers(&place, &["table.csv"]);
    assert!(expected.0.contains(r#""id":"1","kind":"fire","count":7"#), "{}", expected.0);
    assert_eq!(answers(&place, &["table.parquet"]), expected);
    assert_eq!(answers(&place, &["--reader", "city", "table.parquet"]), expected);

    let fields: Make<'_> = &|rng, count| made::records(rng, count, &[("street", &made::texts)]);
    let kind: Make<'_> =
        &|_, count| (Arc::new(StringArray::from(vec!["call"; count])) as _, vec!["call".into(); count]);
    let (tree, lines) =
        made::rows(&mut Rng::with_seed(3), 40, &[("type", kind), ("number", &made::texts), ("at", fields)]);
    fs::write(place.path("tree.parquet"), usual(&tree)).unwrap();
    place.write("tree.ndjson", &lines);
    let expected = answers(&place, &["tree.ndjson"]);
    assert!(expected.0.contains(r#""site":{"street":""#), "{}", expected.0);
    assert_eq!(answers(&place, &["tree.parquet"]), expected);
    let (_, said) = answers(&place, &["--reader", "city", "tree.parquet"]);
    assert!(
        said.contains("the reader `city` is for tables, and a column of this file holds lists or records"),
        "{said}"
    );
}

#[test]
fn what_cannot_be_read_says_what_to_do() {
    let (place, mut rng) = (place(), Rng::with_seed(19));
    let (batch, lines) = calls(&mut rng, 300);
    let whole = usual(&batch);
    let mut encrypted = whole.clone();
    let end = encrypted.len();
    encrypted[end - 4..].copy_from_slice(b"PARE");
    let mut hole = whole.clone();
    hole[2000..2600].fill(0x5A);
    let arrow = file(&[&batch]);
    let expected: [(&str, &[u8], &str); 6] = [
        ("a.parquet", &whole[..end / 2], "a.parquet: the end of the Parquet file is missing: write or copy it again"),
        ("b.parquet", &encrypted, "b.parquet: the Parquet file is encrypted: decrypt it first"),
        ("c.parquet", lines.as_bytes(), "c.parquet: this is not Parquet; leave --format out"),
        ("d.parquet", &hole, "d.parquet: the Parquet file is damaged or cut: write or copy it again"),
        ("e.arrow", &arrow[..arrow.len() / 2], "e.arrow: the Arrow IPC file is damaged or cut: write or copy it again"),
        ("f.feather", b"FEA1\x10\0\0\0\0\0\0\0", "this is Feather of version 1: write it as version 2"),
    ];
    for (name, bytes, expected) in expected {
        fs::write(place.path(name), bytes).unwrap();
        let (shown, said) = answers(&place, &[name]);
        assert!(shown.is_empty() && said.contains(expected), "{name}: {said}");
    }
    fs::write(place.path("whole.parquet"), &whole).unwrap();
    assert!(answers(&place, &["--format", "csv", "whole.parquet"]).1.contains("this is Parquet; leave --format out"));
    assert!(answers(&place, &["--format", "arrow", "whole.parquet"]).1.contains("this is Parquet; leave --format out"));
    // A table whose first column is called so.
    place.write("t.csv", "PAR1,id\n1,2\n");
    assert!(answers(&place, &["t.csv"]).0.contains(r#""encounter":{"id":"2""#));
}

#[test]
fn rows_before_the_damage_are_answered() {
    let (place, mut rng) = (place(), Rng::with_seed(20));
    let (batch, lines) = calls(&mut rng, 200);
    let stream = stream(&[&batch.slice(0, 100), &batch.slice(100, 100)], None);
    fs::write(place.path("it.arrows"), &stream[..stream.len() - 300]).unwrap();
    place.write("lines.ndjson", &lines);
    let whole = answers(&place, &["lines.ndjson"]).0;
    let expected: Vec<&str> = whole.lines().take(100).collect();
    let (shown, said) = answers(&place, &["it.arrows"]);
    assert_eq!(shown.lines().take(100).collect::<Vec<_>>(), expected, "{said}");
    let last: Vec<&str> = shown.lines().skip(100).collect();
    assert_eq!(last, [r#"{"line":101,"error":"the packed file is damaged here, the rest is not read"}"#]);
}

/// A line of JSON as the row that it should be.
fn as_row(line: &str) -> Value {
    let mut row: Value = serde_json::from_str(line).unwrap();
    if row.get("error").is_some() {
        return row;
    }
    if row["id"].is_number() {
        row["id"] = json!(row["id"].to_string());
    }
    let start = line.find(r#","encounter":"#).unwrap() + r#","encounter":"#.len();
    let mut values = serde_json::Deserializer::from_str(&line[start..]).into_iter::<Value>();
    values.next().unwrap().unwrap();
    row["encounter"] = json!(line[start..start + values.byte_offset()]);
    row.as_object_mut().unwrap().entry("obligations").or_insert(json!([]));
    for candidate in row["candidates"].as_array_mut().unwrap() {
        candidate.as_object_mut().unwrap().entry("below").or_insert(json!(false));
    }
    for finding in row["findings"].as_array_mut().unwrap() {
        let finding = finding.as_object_mut().unwrap();
        if let Some(set) = finding.remove("set") {
            finding.insert("more".to_owned(), json!({ "set": set }));
        }
        finding.retain(|name, it| name != "path" || it != "");
    }
    row
}

fn rows_of_parquet(bytes: Vec<u8>) -> Vec<Value> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap();
    builder.build().unwrap().flat_map(|batch| json::objects(&batch.unwrap())).collect()
}

fn rows_of_stream(bytes: &[u8]) -> Vec<Value> {
    StreamReader::try_new(bytes, None).unwrap().flat_map(|batch| json::objects(&batch.unwrap())).collect()
}

#[test]
fn answers_in_columns_are_those_in_lines() {
    let (place, mut rng) = (place(), Rng::with_seed(21));
    let (_, lines) = calls(&mut rng, 1500);
    // What is no JSON stands in its row.
    let lines = lines.replacen('{', "no JSON\n{", 1) + "[]\n";
    place.write("lines.ndjson", &lines);
    for arguments in [["--jobs", "1", "--audience", "desk"], ["--jobs", "3", "--audience", "safe-harbor"]] {
        let arguments = [&arguments[..], &["--candidates", "2", "lines.ndjson"]].concat();
        let expected: Vec<Value> = answers(&place, &arguments).0.lines().map(as_row).collect();
        assert_eq!(expected.len(), 1502);
        let (_, said) = answers(&place, &[&arguments[..], &["--to", "parquet", "-o", "out.parquet"]].concat());
        assert!(said.contains("1502 read, 1500 written, 2 refused"), "{said}");
        answers(&place, &[&arguments[..], &["--to", "arrow", "-o", "out.arrows"]].concat());
        let parquet = rows_of_parquet(fs::read(place.path("out.parquet")).unwrap());
        let arrow = rows_of_stream(&fs::read(place.path("out.arrows")).unwrap());
        for rows in [parquet, arrow] {
            assert_eq!(rows.len(), expected.len());
            for (row, expected) in rows.iter().zip(&expected) {
                assert_eq!(row, expected);
            }
        }
    }
    assert!(fs::read(place.path("out.parquet")).unwrap().len() * 3 < lines.len() * 2, "it is packed");
}

#[test]
fn columns_are_the_same_bytes_for_any_number_of_threads_and_go_through_a_pipe() {
    let (place, mut rng) = (place(), Rng::with_seed(22));
    place.write("lines.ndjson", &calls(&mut rng, 3000).1);
    for form in ["parquet", "arrow"] {
        let bytes = |jobs: &str| {
            place
                .run(&[
                    "run",
                    "--domain",
                    "calls",
                    "--today",
                    "2026-03-01",
                    "--jobs",
                    jobs,
                    "--to",
                    form,
                    "lines.ndjson",
                ])
                .stdout
        };
        let one = bytes("1");
        assert!(one.len() > 1000 && one == bytes("4"), "{form}");
    }
}

#[test]
fn no_encounters_are_a_file_of_no_rows() {
    let place = place();
    place.write("none.ndjson", "");
    answers(&place, &["none.ndjson", "--to", "parquet", "-o", "out.parquet"]);
    answers(&place, &["none.ndjson", "--to", "arrow", "-o", "out.arrows"]);
    assert!(rows_of_parquet(fs::read(place.path("out.parquet")).unwrap()).is_empty());
    assert!(rows_of_stream(&fs::read(place.path("out.arrows")).unwrap()).is_empty());
    assert_eq!(answers(&place, &["out.parquet", "--audience", "desk"]).0, "", "and such a file is read");
}
