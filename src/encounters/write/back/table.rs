//! Rows of cells.

use super::at;
use super::items;
use super::leaf::written;
use super::text;
use crate::model::reader::Body;
use crate::model::reader::Convert;
use crate::model::reader::From;
use crate::model::reader::Mapping;
use crate::model::reader::Path;
use crate::model::reader::Reader;
use crate::model::reader::Syntax;
use crate::model::reader::TargetStep;
use crate::model::reader::numbered_columns;
use crate::privacy::ShownFields;
use crate::privacy::ShownValue;

/// The sign between the cells.
pub(super) fn delimiter(reader: &Reader) -> u8 {
    match &reader.syntax {
        Syntax::Table { delimiter, .. } => delimiter.unwrap_or(b','),
        _ => b',',
    }
}

/// The columns of a file: those that the reader says, else those that it uses, in the order of its lines.
pub(super) fn columns(reader: &Reader) -> Vec<String> {
    if let Syntax::Table { columns: Some(columns), .. } = &reader.syntax {
        return columns.clone();
    }
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name.to_owned());
        }
    };
    reader.group_by.iter().for_each(|name| add(name));
    used(&reader.body, &mut add);
    reader.header.iter().for_each(|name| add(name));
    names
}

fn used(body: &Body, add: &mut dyn FnMut(&str)) {
    for mapping in &body.mappings {
        match &mapping.from {
            From::Texts { places, .. } => places.iter().take(1).flatten().filter_map(Path::column).for_each(&mut *add),
            From::Columns { first, last, .. } => {
                numbered_columns(first, last).unwrap_or_default().iter().for_each(|name| add(name));
            }
            From::Rows(body) => used(body, add),
            _ => {}
        }
    }
}

/// A line of the file.
pub(super) fn row(cells: &[String], sign: u8) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(sign).from_writer(Vec::new());
    // Writing to memory cannot fail.
    let _ = writer.write_record(cells);
    writer.into_inner().unwrap_or_default()
}

/// The rows of an encounter; `None` if something has no place in the columns.
pub(super) fn rows(reader: &Reader, columns: &[String], fields: &ShownFields<'_>) -> Option<Vec<Vec<String>>> {
    let mut rows = Rows { columns, rows: vec![vec![String::new(); columns.len()]] };
    rows.body(&reader.body, fields, 0)?;
    if let Some(group) = &reader.group_by {
        let key = rows.get(0, group)?;
        (0..rows.rows.len()).try_for_each(|row| rows.set(row, group, &key))?;
    }
    Some(rows.rows)
}

struct Rows<'c> {
    columns: &'c [String],
    rows: Vec<Vec<String>>,
}

impl Rows<'_> {
    fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|it| it.trim().eq_ignore_ascii_case(name.trim()))
    }

    fn get(&self, row: usize, name: &str) -> Option<String> {
        self.rows.get(row)?.get(self.column(name)?).cloned()
    }

    /// Fills a cell; one that is filled already keeps what it has.
    fn set(&mut self, row: usize, name: &str, text: &str) -> Option<()> {
        let column = self.column(name)?;
        while self.rows.len() <= row {
            self.rows.push(vec![String::new(); self.columns.len()]);
        }
        let cell = self.rows.get_mut(row)?.get_mut(column)?;
        if cell.is_empty() {
            text.clone_into(cell);
        }
        Some(())
    }

    fn body(&mut self, body: &Body, fields: &ShownFields<'_>, row: usize) -> Option<()> {
        for mapping in &body.mappings {
            self.mapping(mapping, at(fields, &mapping.target), row)?;
        }
        Some(())
    }

    fn mapping(&mut self, mapping: &Mapping, value: Option<&ShownValue<'_>>, row: usize) -> Option<()> {
        match &mapping.from {
            From::Texts { places, convert, is_list: false, .. } => match text(value) {
                Some(text) => self.joined(row, places.first()?, &written(convert, &text)),
                None => Some(()),
            },
            From::Texts { places, convert, .. } => {
                let texts = texts(mapping, value, convert);
                let place = places.first()?;
                match &convert.split {
                    Some(sign) => {
                        let texts: Vec<String> = texts.into_iter().flatten().collect();
                        self.joined(row, place, &texts.join(sign))
                    }
                    None => texts
                        .iter()
                        .enumerate()
                        .try_for_each(|(at, text)| self.joined(row + at, place, text.as_deref().unwrap_or_default())),
                }
            }
            From::Columns { first, last, convert } => {
                let names = numbered_columns(first, last)?;
                let texts = texts(mapping, value, convert);
                texts.iter().enumerate().try_for_each(|(at, text)| match text {
                    Some(text) => self.set(row, names.get(at)?, text),
                    None => Some(()),
                })
            }
            From::Rows(body) => items(value).iter().enumerate().try_for_each(|(at, item)| match item {
                ShownValue::Record(fields) => self.body(body, fields, row + at),
                _ => None,
            }),
            _ => None,
        }
    }

    /// Fills one cell, or several whose texts are put together with blanks.
    fn joined(&mut self, row: usize, place: &[Path], text: &str) -> Option<()> {
        let mut parts = text.splitn(place.len().max(1), ' ');
        place.iter().filter_map(Path::column).try_for_each(|name| {
            let part = parts.next().unwrap_or_default();
            self.set(row, name, part)
        })
    }
}

/// The items of a list, or a field of each.
fn texts(mapping: &Mapping, value: Option<&ShownValue<'_>>, convert: &Convert) -> Vec<Option<String>> {
    let of_item = |item: &ShownValue<'_>| {
        let value = match (&mapping.inside, item) {
            (Some(field), ShownValue::Record(fields)) => at(fields, &[TargetStep::Name(field.clone())]),
            (Some(_), _) => None,
            (None, item) => Some(item),
        };
        text(value).map(|text| written(convert, &text))
    };
    items(value).iter().map(of_item).collect()
}
