//! One value of a typed column as text: as JSON, or as the cell of a table. What the type says exactly is written exactly: no
//! decimal and no large whole number goes through a float.

use crate::encounters::read::row::write_text;
use crate::encounters::read::unreadable::LONGEST;
use crate::model::day::Day;
use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::downcast_dictionary_array;
use arrow_array::downcast_integer_array;
use arrow_array::types;
use arrow_array::types::ArrowPrimitiveType;
use arrow_schema::DataType;
use arrow_schema::FieldRef;
use arrow_schema::TimeUnit;
use jiff::SignedDuration;
use jiff::Timestamp;
use jiff::tz::Offset;
use jiff::tz::TimeZone;
use std::borrow::Cow;
use std::fmt::Display;
use std::io::Write;

/// How the values of a column are written: worked out once a file, from the type.
pub(super) enum Column {
    Nothing,
    Bool,
    Integer,
    Float,
    Decimal,
    Text,
    Bytes,
    Day,
    Time(TimeUnit),
    /// A moment; by the clock of a zone if it is an instant.
    Moment(TimeUnit, Option<TimeZone>),
    Span(TimeUnit),
    /// Numbers of values that stand elsewhere.
    Dictionary(Box<Column>),
    List(Box<Column>),
    Record(Fields),
    /// Names and values that each row has of its own.
    Map(Box<Column>, Box<Column>),
}

/// Columns with their names, those as JSON up to the value.
pub(super) struct Fields(Vec<(Vec<u8>, Column)>);

impl Fields {
    /// # Errors
    /// The type of a column that is not read, with the number of the column from 1.
    pub fn new(fields: &arrow_schema::Fields) -> Result<Fields, (usize, String)> {
        let one = |(index, field): (usize, &FieldRef)| {
            let mut name = Vec::new();
            write_text(field.name(), &mut name);
            name.push(b':');
            Column::new(field.data_type()).map(|column| (name, column)).map_err(|what| (index + 1, what))
        };
        fields.iter().enumerate().map(one).collect::<Result<_, _>>().map(Fields)
    }

    /// Whether each has one value a row.
    pub fn are_flat(&self) -> bool {
        self.0.iter().all(|(_, column)| column.is_flat())
    }

    /// The columns, each with the values of some rows.
    pub fn cells<'a>(
        &'a self,
        arrays: &'a [impl AsRef<dyn Array>],
    ) -> impl Iterator<Item = (&'a Column, &'a dyn Array)> {
        self.0.iter().zip(arrays).map(|((_, column), array)| (column, array.as_ref()))
    }

    /// Appends a row as an object of what is there. One that is longer than is read ends early.
    pub fn write(&self, arrays: &[impl AsRef<dyn Array>], row: usize, out: &mut Vec<u8>) {
        let start = out.len();
        for ((name, column), array) in self.0.iter().zip(arrays) {
            let array = array.as_ref();
            if !column.is_there(array, row) || out.len() - start > LONGEST {
                continue;
            }
            out.push(b',');
            out.extend_from_slice(name);
            column.write(array, row, out);
        }
        match out.get_mut(start) {
            Some(comma) => *comma = b'{',
            None => out.push(b'{'),
        }
        out.push(b'}');
    }
}

impl Column {
    /// # Errors
    /// What the type is called, if it is not read.
    fn new(data_type: &DataType) -> Result<Column, String> {
        Ok(match data_type {
            DataType::Null => Column::Nothing,
            DataType::Boolean => Column::Bool,
            whole if whole.is_integer() => Column::Integer,
            DataType::Float16 | DataType::Float32 | DataType::Float64 => Column::Float,
            DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) | DataType::Decimal256(..) => {
                Column::Decimal
            }
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Column::Text,
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
                Column::Bytes
            }
            DataType::Date32 | DataType::Date64 => Column::Day,
            DataType::Time32(unit) | DataType::Time64(unit) => Column::Time(*unit),
            DataType::Timestamp(unit, zone) => Column::Moment(*unit, zone.as_deref().map(zone_of).transpose()?),
            DataType::Duration(unit) => Column::Span(*unit),
            DataType::Dictionary(key, values) if key.is_integer() => Column::Dictionary(Box::new(Column::new(values)?)),
            DataType::List(item)
            | DataType::LargeList(item)
            | DataType::FixedSizeList(item, _)
            | DataType::ListView(item)
            | DataType::LargeListView(item) => Column::List(Box::new(Column::new(item.data_type())?)),
            DataType::Struct(fields) => Column::Record(Fields::new(fields).map_err(|(_, what)| what)?),
            DataType::Map(entry, _) => match entry.data_type() {
                DataType::Struct(pair) if pair.len() == 2 => {
                    let mut columns = pair.iter().map(|field| Column::new(field.data_type()).map(Box::new));
                    let (Some(name), Some(value)) = (columns.next(), columns.next()) else { return Err(nothing()) };
                    Column::Map(name?, value?)
                }
                _ => return Err(nothing()),
            },
            DataType::Union(..) => return Err("a union".to_owned()),
            DataType::Interval(_) => return Err("an interval".to_owned()),
            DataType::RunEndEncoded(..) => return Err("run-end encoded".to_owned()),
            _ => return Err(nothing()),
        })
    }

    fn is_flat(&self) -> bool {
        match self {
            Column::List(_) | Column::Record(_) | Column::Map(..) => false,
            Column::Dictionary(values) => values.is_flat(),
            _ => true,
        }
    }

    fn is_there(&self, array: &dyn Array, row: usize) -> bool {
        match self {
            Column::Nothing => false,
            Column::Dictionary(values) => entry(array, row).is_some_and(|(array, row)| values.is_there(array, row)),
            _ => array.is_valid(row),
        }
    }

    /// Appends a value as JSON; null if there is none.
    fn write(&self, array: &dyn Array, row: usize, out: &mut Vec<u8>) {
        if !self.is_there(array, row) {
            out.extend_from_slice(b"null");
            return;
        }
        match self {
            Column::Text | Column::Bytes => write_text(&text(array, row), out),
            Column::Decimal | Column::Day | Column::Time(_) | Column::Moment(..) | Column::Span(_) => {
                out.push(b'"');
                self.write_plain(array, row, out);
                out.push(b'"');
            }
            Column::Dictionary(values) => {
                if let Some((array, row)) = entry(array, row) {
                    values.write(array, row, out);
                }
            }
            Column::List(item) => write_list(item, array, row, out),
            Column::Record(fields) => {
                if let Some(record) = array.as_struct_opt() {
                    fields.write(record.columns(), row, out);
                }
            }
            Column::Map(name, value) => write_map(name, value, array, row, out),
            Column::Nothing | Column::Bool | Column::Integer | Column::Float => self.write_plain(array, row, out),
        }
    }

    /// Appends a single value as people write it, without quotes; nothing if there is none.
    pub fn write_plain(&self, array: &dyn Array, row: usize, out: &mut Vec<u8>) {
        if !self.is_there(array, row) {
            return;
        }
        match self {
            Column::Bool => {
                let is_true = array.as_boolean_opt().is_some_and(|it| it.value(row));
                out.extend_from_slice(if is_true { b"true" } else { b"false" });
            }
            Column::Integer => write_integer(array, row, out),
            Column::Float => write_float(array, row, out),
            Column::Decimal => write_decimal(array, row, out),
            Column::Text | Column::Bytes => out.extend_from_slice(text(array, row).as_bytes()),
            Column::Day => write_day(array, row, out),
            Column::Time(unit) => {
                let midnight = jiff::civil::Date::constant(1970, 1, 1);
                let (seconds, nanos) = seconds(ticks(array, row), *unit);
                match Timestamp::new(seconds, nanos).map(|it| Offset::UTC.to_datetime(it)) {
                    Ok(moment) if moment.date() == midnight => display(&moment.time(), out),
                    _ => display(&ticks(array, row), out),
                }
            }
            Column::Moment(unit, zone) => write_moment(ticks(array, row), *unit, zone.as_ref(), out),
            Column::Span(unit) => {
                let (seconds, nanos) = seconds(ticks(array, row), *unit);
                display(&SignedDuration::new(seconds, nanos), out);
            }
            Column::Dictionary(values) => {
                if let Some((array, row)) = entry(array, row) {
                    values.write_plain(array, row, out);
                }
            }
            Column::Nothing | Column::List(_) | Column::Record(_) | Column::Map(..) => {}
        }
    }
}

fn nothing() -> String {
    "of a kind that no text stands for".to_owned()
}

fn zone_of(name: &str) -> Result<TimeZone, String> {
    if matches!(name, "Z" | "UTC" | "Etc/UTC" | "+00:00") {
        return Ok(TimeZone::UTC);
    }
    let zone = TimeZone::get(name).ok().or_else(|| offset_of(name).map(TimeZone::fixed));
    zone.ok_or_else(|| "a moment in a zone that is not known".to_owned())
}

/// `+05:30`
fn offset_of(name: &str) -> Option<Offset> {
    let (sign, rest) = match name.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

/// The value that an entry of a dictionary column stands for.
fn entry(array: &dyn Array, row: usize) -> Option<(&dyn Array, usize)> {
    let values = array.as_any_dictionary_opt()?.values().as_ref();
    let key = downcast_dictionary_array!(array => array.key(row), _ => None)?;
    (key < values.len()).then_some((values, key))
}

/// A text; bytes that are none as two hexadecimal digits each.
fn text(array: &dyn Array, row: usize) -> Cow<'_, str> {
    let bytes = match array.data_type() {
        DataType::Utf8 => return Cow::Borrowed(array.as_string_opt::<i32>().map_or("", |it| it.value(row))),
        DataType::LargeUtf8 => return Cow::Borrowed(array.as_string_opt::<i64>().map_or("", |it| it.value(row))),
        DataType::Utf8View => return Cow::Borrowed(array.as_string_view_opt().map_or("", |it| it.value(row))),
        DataType::Binary => array.as_binary_opt::<i32>().map(|it| it.value(row)),
        DataType::LargeBinary => array.as_binary_opt::<i64>().map(|it| it.value(row)),
        DataType::BinaryView => array.as_binary_view_opt().map(|it| it.value(row)),
        _ => array.as_fixed_size_binary_opt().map(|it| it.value(row)),
    };
    let bytes = bytes.unwrap_or_default();
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
    }
}

fn write_list(item: &Column, array: &dyn Array, row: usize, out: &mut Vec<u8>) {
    let items = match array.data_type() {
        DataType::List(_) => array.as_list_opt::<i32>().map(|it| it.value(row)),
        DataType::LargeList(_) => array.as_list_opt::<i64>().map(|it| it.value(row)),
        DataType::ListView(_) => array.as_list_view_opt::<i32>().map(|it| it.value(row)),
        DataType::LargeListView(_) => array.as_list_view_opt::<i64>().map(|it| it.value(row)),
        _ => array.as_fixed_size_list_opt().map(|it| it.value(row)),
    };
    out.push(b'[');
    let start = out.len();
    if let Some(items) = items {
        for index in 0..items.len() {
            // What is longer than is read need not be written to its end.
            if out.len() - start > LONGEST {
                break;
            }
            if index > 0 {
                out.push(b',');
            }
            item.write(items.as_ref(), index, out);
        }
    }
    out.push(b']');
}

fn write_map(name: &Column, value: &Column, array: &dyn Array, row: usize, out: &mut Vec<u8>) {
    out.push(b'{');
    let start = out.len();
    if let Some(entries) = array.as_map_opt().map(|it| it.value(row))
        && let [names, values] = entries.columns()
    {
        for index in 0..entries.len() {
            if out.len() - start > LONGEST {
                break;
            }
            if index > 0 {
                out.push(b',');
            }
            let mut key = Vec::new();
            name.write_plain(names.as_ref(), index, &mut key);
            write_text(&String::from_utf8_lossy(&key), out);
            out.push(b':');
            value.write(values.as_ref(), index, out);
        }
    }
    out.push(b'}');
}

/// Appends a number as the library writes it; null for what is none.
fn number(it: impl serde::Serialize, out: &mut Vec<u8>) {
    // Writing to memory cannot fail.
    let _ = serde_json::to_writer(out, &it);
}

fn display(it: &impl Display, out: &mut Vec<u8>) {
    // Writing to memory cannot fail.
    let _ = write!(out, "{it}");
}

fn write_integer(array: &dyn Array, row: usize, out: &mut Vec<u8>) {
    downcast_integer_array!(array => number(array.value(row), out), _ => {});
}

fn write_float(array: &dyn Array, row: usize, out: &mut Vec<u8>) {
    if let Some(it) = array.as_primitive_opt::<types::Float64Type>() {
        number(it.value(row), out);
    } else if let Some(it) = array.as_primitive_opt::<types::Float32Type>() {
        number(it.value(row), out);
    } else if let Some(it) = array.as_primitive_opt::<types::Float16Type>() {
        number(it.value(row).to_f32(), out);
    }
}

fn write_decimal(array: &dyn Array, row: usize, out: &mut Vec<u8>) {
    let text = match array.data_type() {
        DataType::Decimal32(..) => array.as_primitive_opt::<types::Decimal32Type>().map(|it| it.value_as_string(row)),
        DataType::Decimal64(..) => array.as_primitive_opt::<types::Decimal64Type>().map(|it| it.value_as_string(row)),
        DataType::Decimal128(..) => array.as_primitive_opt::<types::Decimal128Type>().map(|it| it.value_as_string(row)),
        _ => array.as_primitive_opt::<types::Decimal256Type>().map(|it| it.value_as_string(row)),
    };
    out.extend_from_slice(text.unwrap_or_default().as_bytes());
}

fn write_day(array: &dyn Array, row: usize, out: &mut Vec<u8>) {
    const DAY_MS: i64 = 86_400_000;
    let days = match array.as_primitive_opt::<types::Date32Type>() {
        Some(days) => Some(days.value(row)),
        None => i32::try_from(ticks(array, row).div_euclid(DAY_MS)).ok(),
    };
    match days.map(Day) {
        Some(day) => display(&day, out),
        None => display(&ticks(array, row), out),
    }
}

fn write_moment(ticks: i64, unit: TimeUnit, zone: Option<&TimeZone>, out: &mut Vec<u8>) {
    let (seconds, nanos) = seconds(ticks, unit);
    let Ok(moment) = Timestamp::new(seconds, nanos) else {
        // No calendar has it; nothing is lost.
        return display(&ticks, out);
    };
    let Some(zone) = zone else {
        return display(&Offset::UTC.to_datetime(moment), out);
    };
    let offset = zone.to_offset(moment);
    // RFC 3339 has no seconds in an offset, as old clocks had.
    if *zone == TimeZone::UTC || offset.seconds() % 60 != 0 {
        return display(&moment, out);
    }
    display(&offset.to_datetime(moment), out);
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    display(&format_args!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60), out);
}

/// The number that stands for a time.
fn ticks(array: &dyn Array, row: usize) -> i64 {
    fn of<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &dyn Array, row: usize) -> i64 {
        array.as_primitive_opt::<T>().map_or(0, |it| it.value(row).into())
    }
    use TimeUnit::Microsecond;
    use TimeUnit::Millisecond;
    use TimeUnit::Nanosecond;
    use TimeUnit::Second;
    match array.data_type() {
        DataType::Date64 => of::<types::Date64Type>(array, row),
        DataType::Time32(Second) => of::<types::Time32SecondType>(array, row),
        DataType::Time32(_) => of::<types::Time32MillisecondType>(array, row),
        DataType::Time64(Microsecond) => of::<types::Time64MicrosecondType>(array, row),
        DataType::Time64(_) => of::<types::Time64NanosecondType>(array, row),
        DataType::Timestamp(Second, _) => of::<types::TimestampSecondType>(array, row),
        DataType::Timestamp(Millisecond, _) => of::<types::TimestampMillisecondType>(array, row),
        DataType::Timestamp(Microsecond, _) => of::<types::TimestampMicrosecondType>(array, row),
        DataType::Timestamp(Nanosecond, _) => of::<types::TimestampNanosecondType>(array, row),
        DataType::Duration(Second) => of::<types::DurationSecondType>(array, row),
        DataType::Duration(Millisecond) => of::<types::DurationMillisecondType>(array, row),
        DataType::Duration(Microsecond) => of::<types::DurationMicrosecondType>(array, row),
        _ => of::<types::DurationNanosecondType>(array, row),
    }
}

/// Whole seconds, and nanoseconds after them.
fn seconds(ticks: i64, unit: TimeUnit) -> (i64, i32) {
    let (a_second, nanos) = match unit {
        TimeUnit::Second => (1, 1_000_000_000),
        TimeUnit::Millisecond => (1_000, 1_000_000),
        TimeUnit::Microsecond => (1_000_000, 1_000),
        TimeUnit::Nanosecond => (1_000_000_000, 1),
    };
    let rest = i32::try_from(ticks.rem_euclid(a_second)).unwrap_or(0);
    (ticks.div_euclid(a_second), rest * nanos)
}
