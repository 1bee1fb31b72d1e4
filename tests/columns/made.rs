//! Made-up columns, and the same values as JSON.

use arrow_array::ArrayRef;
use arrow_array::BooleanArray;
use arrow_array::Date32Array;
use arrow_array::Decimal128Array;
use arrow_array::DictionaryArray;
use arrow_array::Float32Array;
use arrow_array::Float64Array;
use arrow_array::Int64Array;
use arrow_array::LargeStringArray;
use arrow_array::ListArray;
use arrow_array::RecordBatch;
use arrow_array::StringArray;
use arrow_array::StructArray;
use arrow_array::TimestampMicrosecondArray;
use arrow_array::TimestampSecondArray;
use arrow_array::UInt64Array;
use arrow_array::types::Int32Type;
use arrow_buffer::NullBuffer;
use arrow_buffer::OffsetBuffer;
use arrow_schema::Field;
use arrow_schema::Fields;
use fastrand::Rng;
use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use std::sync::Arc;

/// Values of a column, and the same as JSON; null where there is none.
pub type Column = (ArrayRef, Vec<Value>);
/// Makes so many of them.
pub type Make<'m> = &'m dyn Fn(&mut Rng, usize) -> Column;

/// A value in most rows.
fn some<T>(rng: &mut Rng, count: usize, one: impl Fn(&mut Rng) -> T) -> Vec<Option<T>> {
    (0..count).map(|_| (rng.u8(..10) > 1).then(|| one(rng))).collect()
}

fn as_json<T>(values: &[Option<T>], one: impl Fn(&T) -> Value) -> Vec<Value> {
    values.iter().map(|it| it.as_ref().map_or(Value::Null, &one)).collect()
}

fn word(rng: &mut Rng) -> String {
    const WORDS: [&str; 12] = [
        "fire",
        "smoke in the hall",
        "",
        " ",
        "yes",
        "12",
        "2026-03-01",
        "a \"quote\"\nand a line",
        "é 😀",
        "\u{1}\\",
        "x",
        "555-0177",
    ];
    rng.choice(WORDS).unwrap().to_owned()
}

pub fn texts(rng: &mut Rng, count: usize) -> Column {
    let values = some(rng, count, word);
    let json = as_json(&values, |it| json!(it));
    if rng.bool() {
        (Arc::new(StringArray::from(values)), json)
    } else {
        (Arc::new(LargeStringArray::from(values)), json)
    }
}

pub fn dictionary(rng: &mut Rng, count: usize) -> Column {
    let values = some(rng, count, word);
    let array: DictionaryArray<Int32Type> = values.iter().map(Option::as_deref).collect();
    (Arc::new(array), as_json(&values, |it| json!(it)))
}

pub fn integers(rng: &mut Rng, count: usize) -> Column {
    let values = some(rng, count, |rng| if rng.bool() { rng.i64(..) } else { rng.i64(-3..120) });
    let json = as_json(&values, |it| json!(it));
    (Arc::new(Int64Array::from(values)), json)
}

pub fn large(rng: &mut Rng, count: usize) -> Column {
    let values = some(rng, count, |rng| rng.u64(..));
    let json = as_json(&values, |it| json!(it));
    (Arc::new(UInt64Array::from(values)), json)
}

pub fn floats(rng: &mut Rng, count: usize) -> Column {
    let values = some(rng, count, |rng| f64::from(rng.i32(-9000..9000)) / 8.0);
    let json = as_json(&values, |it| json!(it));
    (Arc::new(Float64Array::from(values)), json)
}

pub fn small_floats(rng: &mut Rng, count: usize) -> Column {
    let values = some(rng, count, Rng::f32);
    let json = as_json(&values, |it| it.to_string().parse().unwrap());
    (Arc::new(Float32Array::from(values)), json)
}

/// Up to 20 digits, of which two are behind the point.
pub fn decimals(rng: &mut Rng, count: usize) -> Column {
    let values =
        some(rng, count, |rng| if rng.bool() { rng.i128(-1_000_000..1_000_000) } else { i128::from(rng.i64(..)) });
    let text = |it: &i128| {
        let sign = if *it < 0 { "-" } else { "" };
        json!(format!("{sign}{}.{:02}", it.unsigned_abs() / 100, it.unsigned_abs() % 100))
    };
    let json = as_json(&values, text);
    (Arc::new(Decimal128Array::from(values).with_precision_and_scale(20, 2).unwrap()), json)
}

pub fn truths(rng: &mut Rng, count: usize) -> Column {
    let values = some(rng, count, Rng::bool);
    let json = as_json(&values, |it| json!(it));
    (Arc::new(BooleanArray::from(values)), json)
}

pub fn days(rng: &mut Rng, count: usize) -> Column {
    let values = some(rng, count, |rng| rng.i32(-10_000..40_000));
    let epoch = date(1970, 1, 1);
    let json = as_json(&values, |it| json!((epoch + jiff::Span::new().days(*it)).to_string()));
    (Arc::new(Date32Array::from(values)), json)
}

/// Moments without a zone, some of them with parts of a second.
pub fn clocks(rng: &mut Rng, count: usize) -> Column {
    let micros =
        |rng: &mut Rng| rng.i64(0..2_000_000_000) * 1_000_000 + if rng.bool() { 0 } else { rng.i64(0..1_000_000) };
    let values = some(rng, count, micros);
    let text =
        |it: &i64| json!(Timestamp::from_microsecond(*it).unwrap().to_zoned(TimeZone::UTC).datetime().to_string());
    let json = as_json(&values, text);
    (Arc::new(TimestampMicrosecondArray::from(values)), json)
}

/// Instants, by the clock of a zone.
pub fn instants(zone: &str, rng: &mut Rng, count: usize) -> Column {
    let values = some(rng, count, |rng| rng.i64(0..2_000_000_000));
    let known = TimeZone::get(zone).unwrap();
    let format = if zone == "UTC" { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S%:z" };
    let text = |it: &i64| {
        let zoned = Timestamp::from_second(*it).unwrap().to_zoned(known.clone());
        json!(zoned.strftime(format).to_string())
    };
    let json = as_json(&values, text);
    (Arc::new(TimestampSecondArray::from(values).with_timezone(zone)), json)
}

pub fn lists(rng: &mut Rng, count: usize, item: Make<'_>) -> Column {
    let lengths = some(rng, count, |rng| rng.usize(0..4));
    let (items, values) = item(rng, lengths.iter().flatten().sum());
    let mut values = values.into_iter();
    let json = as_json(&lengths, |_| Value::Null);
    let json: Vec<Value> = json
        .into_iter()
        .zip(&lengths)
        .map(|(null, length)| length.map_or(null, |length| values.by_ref().take(length).collect()))
        .collect();
    let offsets = OffsetBuffer::from_lengths(lengths.iter().map(|it| it.unwrap_or(0)));
    let nulls: NullBuffer = lengths.iter().map(Option::is_some).collect();
    let field = Arc::new(Field::new("item", items.data_type().clone(), true));
    (Arc::new(ListArray::new(field, offsets, items, Some(nulls))), json)
}

pub fn records(rng: &mut Rng, count: usize, fields: &[(&str, Make<'_>)]) -> Column {
    let made: Vec<(&str, Column)> = fields.iter().map(|(name, make)| (*name, make(rng, count))).collect();
    let is_there = some(rng, count, |_| ());
    let json = objects(&made, count).into_iter().zip(&is_there);
    let json = json.map(|(object, is_there)| is_there.map_or(Value::Null, |()| object)).collect();
    let fields: Fields =
        made.iter().map(|(name, (array, _))| Field::new(*name, array.data_type().clone(), true)).collect();
    let nulls: NullBuffer = is_there.iter().map(Option::is_some).collect();
    let arrays = made.into_iter().map(|(_, (array, _))| array).collect();
    (Arc::new(StructArray::new(fields, arrays, Some(nulls))), json)
}

/// Each row as an object of what is there.
fn objects(made: &[(&str, Column)], count: usize) -> Vec<Value> {
    let object = |row: usize| {
        let there = made.iter().filter(|(_, (_, values))| !values[row].is_null());
        Value::Object(there.map(|(name, (_, values))| ((*name).to_owned(), values[row].clone())).collect::<Map<_, _>>())
    };
    (0..count).map(object).collect()
}

/// Some rows, and the same as lines of JSON.
pub fn rows(rng: &mut Rng, count: usize, columns: &[(&str, Make<'_>)]) -> (RecordBatch, String) {
    let made: Vec<(&str, Column)> = columns.iter().map(|(name, make)| (*name, make(rng, count))).collect();
    let lines = objects(&made, count).iter().map(|row| format!("{row}\n")).collect();
    let batch =
        RecordBatch::try_from_iter_with_nullable(made.into_iter().map(|(name, (array, _))| (name, array, true)));
    (batch.unwrap(), lines)
}
