//! Lines of fixed columns.

use crate::model::reader::Columns;
use crate::model::reader::FixedLines;
use serde_json::Map;
use serde_json::Value;

/// The lines of a tree of segments; `None` if a text is longer than its columns.
pub(super) fn lines(fixed: &FixedLines, group: Option<&str>, tree: &Value) -> Option<Vec<u8>> {
    let segments = tree.as_object()?;
    let all = || fixed.segments.iter().flat_map(|segment| each(segments, segment));
    // Lines of one encounter have the same value in one column.
    let key = group.and_then(|name| all().find_map(|(_, fields)| text(fields.get(name))));
    let mut out = Vec::new();
    for (segment, fields) in all() {
        let line = line(fixed, segment, fields, group.zip(key.as_deref()))?;
        out.extend_from_slice(line.as_bytes());
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
    key: Option<(&str, &str)>,
) -> Option<String> {
    let last = segment.columns.iter().map(|column| column.to).chain(fixed.tag.map(|(_, to)| to)).max()?;
    let mut signs = vec![' '; last];
    let mut put = |from: usize, to: usize, text: &str| {
        let room = signs.get_mut(from.checked_sub(1)?..to)?;
        let letters: Vec<char> = text.chars().collect();
        let is_line = letters.iter().all(|letter| !letter.is_control());
        let room = room.get_mut(..letters.len()).filter(|_| is_line)?;
        room.copy_from_slice(&letters);
        Some(())
    };
    if let Some((from, to)) = fixed.tag {
        put(from, to, segment.tags.first()?)?;
    }
    for column in &segment.columns {
        let own = text(fields.get(&column.name));
        let shared = key.filter(|(name, _)| *name == column.name).map(|(_, key)| key.to_owned());
        if let Some(text) = own.or(shared) {
            put(column.from, column.to, &text)?;
        }
    }
    Some(signs.into_iter().collect())
}
