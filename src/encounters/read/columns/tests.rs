//! What is damaged or made to do harm ends with an error, or as whatever it says.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use arrow_array::ArrayRef;
use arrow_array::Int64Array;
use arrow_array::StringArray;
use arrow_array::StructArray;
use arrow_ipc::CompressionType;
use arrow_ipc::writer::IpcWriteOptions;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::Field;
use fastrand::Rng;
use std::io::Cursor;
use std::sync::Arc;

fn batch() -> RecordBatch {
    let texts: StringArray = (0..200).map(|it| (it % 5 > 0).then(|| format!("text {it}"))).collect();
    let texts: ArrayRef = Arc::new(texts);
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..200));
    let field = Arc::new(Field::new("in", texts.data_type().clone(), true));
    let record: ArrayRef = Arc::new(StructArray::from(vec![(field, Arc::clone(&texts))]));
    let columns = [("text", texts), ("number", numbers), ("record", record)];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
}

fn parquet(batch: &RecordBatch) -> Vec<u8> {
    let mut writer = ::parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.into_inner().unwrap()
}

fn stream(batch: &RecordBatch, packing: Option<CompressionType>) -> Vec<u8> {
    let options = IpcWriteOptions::default().try_with_compression(packing).unwrap();
    let mut writer = StreamWriter::try_new_with_options(Vec::new(), &batch.schema(), options).unwrap();
    writer.write(batch).unwrap();
    writer.into_inner().unwrap()
}

fn read(bytes: &[u8]) -> io::Result<String> {
    let kind = Kind::of(bytes).ok_or_else(|| wrong("no columns"))?;
    let mut rows = open_stream(kind, Box::new(Cursor::new(bytes.to_vec())), false)?;
    rows.beginning(100)?;
    let mut text = String::new();
    // Numbers of rows may be anything.
    rows.text(Form::Lines).take(1 << 20).read_to_string(&mut text).map(|_| text)
}

#[test]
fn a_row_is_a_line() {
    let batch = batch();
    for bytes in [parquet(&batch), stream(&batch, None)] {
        let text = read(&bytes).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 200);
        assert_eq!(lines[0], r#"{"number":0,"record":{}}"#);
        assert_eq!(lines[1], r#"{"text":"text 1","number":1,"record":{"in":"text 1"}}"#);
    }
}

#[test]
fn no_damage_ends_the_program() {
    let (batch, mut rng) = (batch(), Rng::with_seed(23));
    let whole = [
        parquet(&batch),
        stream(&batch, None),
        stream(&batch, Some(CompressionType::LZ4_FRAME)),
        stream(&batch, Some(CompressionType::ZSTD)),
    ];
    let mut refused = 0;
    for round in 0..2000 {
        let mut bytes = whole[round % whole.len()].clone();
        for _ in 0..rng.usize(1..4) {
            let at = rng.usize(8..bytes.len());
            // Lengths and numbers are where large values do harm.
            let any = rng.u8(..);
            bytes[at] = [0, 0x7F, 0x80, 0xFF, any][rng.usize(..5)];
        }
        refused += usize::from(read(&bytes).is_err());
    }
    assert!(refused > 500, "only {refused} of 2000 were refused");
}

#[test]
fn a_message_that_says_it_is_longer_than_the_input_is_refused() {
    let mut bytes = stream(&batch(), Some(CompressionType::LZ4_FRAME));
    bytes.truncate(bytes.len() - 500);
    assert_eq!(read(&bytes).unwrap_err().to_string(), "the Arrow IPC file is damaged or cut: write or copy it again");
    assert!(read(&[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]).is_err());
}

#[test]
fn records_may_stand_deep_in_each_other() {
    let mut array: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    for _ in 0..40 {
        let field = Arc::new(Field::new("in", array.data_type().clone(), true));
        array = Arc::new(StructArray::from(vec![(field, array)]));
    }
    let batch = RecordBatch::try_from_iter([("in", array)]).unwrap();
    assert!(read(&parquet(&batch)).unwrap().ends_with("{\"in\":1}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}\n"));
}
