//! Lines of fixed columns.

use crate::model::reader::Column;
use crate::model::reader::ColumnOf;
use crate::model::reader::Columns;
use crate::model::reader::FixedLines;
use serde_json::Map;
use serde_json::Value;

/// The lines of a tree of segments; `None` if a text is longer than its columns.
pub(super) fn lines(fixed: &FixedLines, group: Option<&str>, tree: &Value) -> Option<Vec<u8>> {
    let segments = tree.as_object()?;
    let all = || fixed.segments.iter().flat_map(|segment| each(segments, segment));
    let mut key = None;
    let mut out = Vec::new();
    for (segment, fields) in all() {
        let of_key = group.and_then(|name| segment.columns.iter().find(|column| column.name == name));
        let line = line(fixed, segment, fields, of_key.zip(key.as_deref()))?;
        // Lines of one encounter have the same signs in the columns of the key.
        if let (None, Some(column)) = (&key, of_key) {
            let signs = line.get(column.from.checked_sub(1)?..column.to.min(line.len())).unwrap_or_default();
            key = Some(signs.iter().collect::<String>().trim_end().to_owned());
        }
        out.extend_from_slice(line.iter().collect::<String>().as_bytes());
        out.push(b'\n');
    }
    (!out.is_empty()).then_some(out)
}

/// The objects of a segment: one, or a list of them.
fn each<'t>(
    segments: &'t Map<String, Value>,
    segment: &'t Columns,
) -> impl Iterator<Item = (&'t Columns, &'t Map<String, Value>)> {
    let found = segments.get(&segment.name);
    let several = found.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let one = found.and_then(Value::as_object);
    several.iter().filter_map(Value::as_object).chain(one).map(move |fields| (segment, fields))
}

fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Null => None,
        other => Some(other.to_string()),
    }
}

fn line(
    fixed: &FixedLines,
    segment: &Columns,
    fields: &Map<String, Value>,
    key: Option<(&Column, &str)>,
) -> Option<Vec<char>> {
    let last = segment.columns.iter().map(|column| column.to).chain(fixed.tag.map(|(_, to)| to)).max()?;
    let mut signs = vec![' '; last];
    if let Some((from, to)) = fixed.tag {
        put(&mut signs, from, to, segment.tags.first()?)?;
    }
    for column in &segment.columns {
        match (&column.of, fields.get(&column.name)) {
            (ColumnOf::Counts(_), _) => {}
            (ColumnOf::Each(width, inner), value) => items(&mut signs, column, *width, inner, value)?,
            (ColumnOf::Text | ColumnOf::Optional, value) => {
                let shared = key.filter(|(of_key, _)| of_key.name == column.name).map(|(_, key)| key.to_owned());
                if let Some(text) = text(value).or(shared) {
                    put(&mut signs, column.from, column.to, &text)?;
                }
            }
        }
    }
    count(segment, &mut signs)?;
    Some(signs)
}

/// Puts a text into columns; `None` if it is longer than they are, or no text of one line.
fn put(signs: &mut [char], from: usize, to: usize, text: &str) -> Option<()> {
    let room = signs.get_mut(from.checked_sub(1)?..to)?;
    let letters: Vec<char> = text.chars().collect();
    let is_line = letters.iter().all(|letter| !letter.is_control());
    let room = room.get_mut(..letters.len()).filter(|_| is_line)?;
    room.copy_from_slice(&letters);
    Some(())
}

/// Puts items next to each other; `None` if there are more than the columns hold.
fn items(signs: &mut [char], column: &Column, width: usize, inner: &[Column], value: Option<&Value>) -> Option<()> {
    let mut start = column.from;
    for item in value.and_then(Value::as_array).into_iter().flatten() {
        if start + width > column.to + 1 {
            return None;
        }
        if inner.is_empty() {
            put(signs, start, start + width - 1, &text(Some(item))?)?;
        }
        for part in inner {
            if let Some(text) = text(item.get(&part.name)) {
                put(signs, start + part.from - 1, start + part.to - 1, &text)?;
            }
        }
        start += width;
    }
    Some(())
}

/// Cuts a line to the shortest form of its segment that holds all of it, and says in it how long it is.
fn count(segment: &Columns, signs: &mut Vec<char>) -> Option<()> {
    let counting = segment.columns.iter().find_map(|column| match &column.of {
        ColumnOf::Counts(lengths) => Some((column, lengths)),
        _ => None,
    });
    let Some((column, lengths)) = counting else { return Some(()) };
    let longest = *lengths.last()?;
    let used = signs.iter().rposition(|sign| *sign != ' ').map_or(0, |at| at + 1);
    let length = lengths.iter().copied().find(|length| *length >= used).unwrap_or(longest);
    // Optional columns behind the longest form are written whole, and not counted.
    let behind = segment.columns.iter().map(|column| column.to).filter(|to| used > longest && *to >= used).min();
    signs.truncate(behind.unwrap_or(length));
    signs.resize(behind.unwrap_or(length), ' ');
    let width = column.to + 1 - column.from;
    put(signs, column.from, column.to, &format!("{length:0>width$}"))
}
