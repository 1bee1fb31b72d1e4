//! Disclosures as files of others: the lines of a reader turned round.
//!
//! What is written is what is shown and nothing else. An encounter is written only if the reader makes of it what is shown,
//! field by field; which lines can be turned round the compiler has said.

mod filled;
mod leaf;
mod lines;
mod table;
mod tree;

use self::filled::Filled;
use super::fields::plain;
use crate::encounters::read::again::Again;
use crate::model::reader::Reader;
use crate::model::reader::Syntax;
use crate::model::reader::TargetStep;
use crate::privacy::ShownFields;
use crate::privacy::ShownValue;

/// Writes what a reader reads, or several readers of one file.
pub struct Writer {
    parts: Vec<Part>,
}

/// Writes what one reader reads.
struct Part {
    reader: Reader,
    again: Again,
    filled: Filled,
    /// Columns of a table.
    columns: Vec<String>,
}

impl Writer {
    /// The inverse of a reader and of those of `readers` that it names.
    pub fn new(reader: &Reader, readers: &[&Reader]) -> Writer {
        let is_named =
            |other: &&&Reader| matches!(&reader.syntax, Syntax::Fixed(lines) if lines.with.contains(&other.name));
        let others = readers.iter().filter(is_named).map(|other| Part::new(other));
        Writer { parts: std::iter::once(Part::new(reader)).chain(others).collect() }
    }

    /// What stands before all encounters.
    pub fn head(&self) -> Vec<u8> {
        self.parts.first().map(Part::head).unwrap_or_default()
    }

    /// Appends an encounter; `false` and nothing if no reader would read it as it is shown.
    pub fn piece(&self, fields: &ShownFields<'_>, out: &mut Vec<u8>) -> bool {
        self.parts.iter().any(|part| part.piece(fields, out))
    }
}

impl Part {
    fn new(reader: &Reader) -> Part {
        let is_table = matches!(reader.syntax, Syntax::Table { .. });
        // What was written is recognised by its reader, which is known.
        let alone = Reader { recognise: Vec::new(), ..reader.clone() };
        let columns = if is_table { table::columns(reader) } else { Vec::new() };
        let again = if is_table { Again::of_table(&alone, &columns) } else { Again::of_trees(&alone) };
        let mut filled = Filled::default();
        filled.add(&reader.body);
        Part { reader: reader.clone(), again, filled, columns }
    }

    fn head(&self) -> Vec<u8> {
        match &self.reader.syntax {
            Syntax::Table { columns: None, .. } => table::row(&self.columns, table::delimiter(&self.reader)),
            _ => Vec::new(),
        }
    }

    /// Appends an encounter; `false` and nothing if the reader would not read it as it is shown.
    fn piece(&self, fields: &ShownFields<'_>, out: &mut Vec<u8>) -> bool {
        let (bytes, read) = match &self.reader.syntax {
            Syntax::Table { .. } => {
                let Some(rows) = table::rows(&self.reader, &self.columns, fields) else { return false };
                let sign = table::delimiter(&self.reader);
                let bytes = rows.iter().flat_map(|cells| table::row(cells, sign)).collect();
                (Some(bytes), self.again.rows(&rows))
            }
            Syntax::Fixed(fixed) => {
                let tree = tree::whole(&self.reader, fields);
                (lines::lines(fixed, self.reader.group_by.as_deref(), &tree), self.again.tree(&tree))
            }
            _ => {
                let tree = tree::whole(&self.reader, fields);
                (Some(format!("{tree}\n").into_bytes()), self.again.tree(&tree))
            }
        };
        match (bytes, read) {
            (Some(bytes), Some(read)) if self.filled.is_as_shown(&read, fields) => {
                out.extend_from_slice(&bytes);
                true
            }
            _ => false,
        }
    }
}

fn first_name(target: &[TargetStep]) -> Option<&str> {
    match target.first() {
        Some(TargetStep::Name(name)) => Some(name),
        _ => None,
    }
}

/// The value to which a way leads.
fn at<'s, 'a>(fields: &'s ShownFields<'a>, way: &[TargetStep]) -> Option<&'s ShownValue<'a>> {
    let (TargetStep::Name(name), rest) = way.split_first()? else { return None };
    let value = fields.declared().find(|(known, _)| known == name).map(|(_, value)| value)?;
    inside(value, rest)
}

fn inside<'s, 'a>(value: &'s ShownValue<'a>, way: &[TargetStep]) -> Option<&'s ShownValue<'a>> {
    let Some((step, rest)) = way.split_first() else { return Some(value) };
    match (step, value) {
        (TargetStep::Name(_), ShownValue::Record(fields)) => at(fields, way),
        (TargetStep::Index(index), ShownValue::List(items)) => inside(items.get(usize::from(*index))?, rest),
        _ => None,
    }
}

/// The items of a list; a value that is none is no item.
fn items<'s, 'a>(value: Option<&'s ShownValue<'a>>) -> &'s [ShownValue<'a>] {
    match value {
        Some(ShownValue::List(items)) => items,
        _ => &[],
    }
}

/// The text of a single value; `None` if there is none.
fn text(value: Option<&ShownValue<'_>>) -> Option<String> {
    match value? {
        ShownValue::Nothing | ShownValue::Null | ShownValue::List(_) | ShownValue::Record(_) => None,
        value => Some(plain(value)),
    }
}
