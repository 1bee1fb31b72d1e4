//! Readers of fixed columns: which lines there are, and what stands where in them.

use super::readers::refuse;
use super::readers::texts;
use super::report::Report;
use crate::definitions::parse::tree::ColumnOf as Written;
use crate::definitions::parse::tree::FixedColumn;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::ReaderLine;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Spanned;
use crate::model::reader::Column;
use crate::model::reader::ColumnOf;
use crate::model::reader::Columns;
use crate::model::reader::FixedLines;
use crate::model::reader::Reader;
use crate::model::reader::Syntax;

/// Columns beyond this are none of a line.
const LAST_COLUMN: usize = 1 << 20;

/// What the lines of a reader say of its files, of which `head` says how they are written.
pub(super) fn of(head: &ReaderLine, lines: &[Spanned<ReaderLine>], report: &Report) -> FixedLines {
    let mut fixed = FixedLines::default();
    if let ReaderLine::Fixed { tag, is_in_order, without, with } = head {
        fixed.tag = tag.as_ref().and_then(|tag| span(tag, report));
        fixed.is_in_order = *is_in_order;
        (fixed.without, fixed.with) = (texts(without), texts(with));
    }
    for line in lines {
        let ReaderLine::Segment { name, tags, begins, columns } = &line.item else { continue };
        for known in fixed.segments.iter().filter(|known| known.name == name.item) {
            let (what, name) = ("segment".to_owned(), known.name.clone());
            report.say(line.span, Problem::DuplicateName { what, name }, None);
        }
        if fixed.tag.is_some() == tags.is_empty() {
            let reason = "each segment is told by a tag, as in `fixed tag 1..2` and `segment NAME is \"01\"`";
            refuse(name.span, reason, report);
        }
        for tag in tags {
            if fixed.segments.iter().any(|known| known.tags.contains(&tag.item)) || fixed.without.contains(&tag.item) {
                report.say(tag.span, Problem::RepeatedValue { value: tag.item.clone() }, None);
            }
        }
        let columns = columns_of(columns, report);
        if columns.iter().filter(|column| matches!(column.of, ColumnOf::Counts(_))).count() > 1 {
            refuse(line.span, "a line says once how many columns it has", report);
        }
        fixed.segments.push(Columns { name: name.item.clone(), tags: texts(tags), begins: *begins, columns });
    }
    if fixed.tag.is_none() && fixed.segments.len() > 1 {
        let at = lines.iter().find(|line| matches!(line.item, ReaderLine::Fixed { .. })).map(|line| line.span);
        refuse(at.unwrap_or_default(), "several segments need the columns of a tag: `fixed tag 1..2`", report);
    }
    fixed
}

fn columns_of(defs: &[Spanned<FixedColumn>], report: &Report) -> Vec<Column> {
    defs.iter().filter_map(|def| column(&def.item, report)).collect()
}

fn column(def: &FixedColumn, report: &Report) -> Option<Column> {
    let (from, to) = span(&def.columns, report)?;
    let of = match &def.of {
        Written::Text => ColumnOf::Text,
        Written::Optional => ColumnOf::Optional,
        Written::Counts(lengths) => {
            let mut known: Vec<usize> = lengths.iter().filter_map(|length| number(length, report)).collect();
            known.sort_unstable();
            ColumnOf::Counts(known)
        }
        Written::Each { width, columns } => repeated(def, width, columns, report)?,
    };
    Some(Column { name: def.name.item.clone(), from, to, of })
}

/// Items next to each other: all as wide, and what stands in each is a text.
fn repeated(def: &FixedColumn, width: &Name, columns: &[Spanned<FixedColumn>], report: &Report) -> Option<ColumnOf> {
    let (from, to) = span(&def.columns, report)?;
    let width_of = number(width, report)?;
    if (to + 1 - from) % width_of != 0 {
        refuse(width.span, "the columns are no whole number of items of this width", report);
    }
    let inner = columns_of(columns, report);
    if inner.iter().any(|column| column.of != ColumnOf::Text || column.to > width_of) {
        refuse(def.name.span, "an item has texts in columns that count from 1 to its width", report);
    }
    Some(ColumnOf::Each(width_of, inner))
}

fn number(written: &Name, report: &Report) -> Option<usize> {
    let number = written.item.parse().ok().filter(|number| (1..=LAST_COLUMN).contains(number));
    if number.is_none() {
        refuse(written.span, "this is no number of columns", report);
    }
    number
}

/// Says so where a reader names others that do not read lines of the same files.
pub(super) fn check_beside(defs: &[(&Reader, &[Spanned<ReaderLine>])], report: &Report) {
    for (reader, lines) in defs {
        let named = lines.iter().filter_map(|line| match &line.item {
            ReaderLine::Fixed { with, .. } => Some(with),
            _ => None,
        });
        for name in named.flatten() {
            let Some((other, _)) = defs.iter().find(|(other, _)| other.name == name.item) else {
                let help = did_you_mean(&name.item, defs.iter().map(|(other, _)| other.name.as_str()));
                let problem = Problem::UnknownName { what: "reader".into(), name: name.item.clone() };
                report.say(name.span, problem, help);
                continue;
            };
            if let Err(reason) = fit(reader, other) {
                refuse(name.span, reason, report);
            }
        }
    }
}

/// Whether one reader may read the lines that another does not.
fn fit(reader: &Reader, other: &Reader) -> Result<(), &'static str> {
    let (Syntax::Fixed(own), Syntax::Fixed(others)) = (&reader.syntax, &other.syntax) else {
        return Err("the reader is for other files than those of fixed columns");
    };
    if reader.record != other.record || own.tag.is_none() || own.tag != others.tag {
        return Err("readers of the same files are for one record and have the tag in the same columns");
    }
    let tags = |lines: &FixedLines| lines.segments.iter().flat_map(|it| it.tags.clone()).collect::<Vec<_>>();
    let theirs = tags(others);
    if reader.name == other.name || !others.with.is_empty() || tags(own).iter().any(|tag| theirs.contains(tag)) {
        return Err("readers of the same files have different tags, and one of them names the others");
    }
    Ok(())
}

/// The first and the last column.
fn span(columns: &Name, report: &Report) -> Option<(usize, usize)> {
    let ends = columns.item.split_once("..").and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
    let ends = ends.filter(|(from, to)| (1..=*to).contains(from) && *to <= LAST_COLUMN);
    if ends.is_none() {
        refuse(columns.span, "columns are the first and the last one, from 1: `1..8`", report);
    }
    ends
}

/// Says so where a line asks for segments that the reader does not have.
pub(super) fn check(lines: &[Spanned<ReaderLine>], reader: &Reader, report: &Report) {
    let Syntax::Fixed(fixed) = &reader.syntax else {
        for line in lines.iter().filter(|line| matches!(line.item, ReaderLine::Segment { .. })) {
            refuse(line.span, "only files of fixed columns have segments: add a line `fixed`", report);
        }
        return;
    };
    let names: Vec<&str> = fixed.segments.iter().flat_map(|it| &it.columns).map(|it| it.name.as_str()).collect();
    for line in lines {
        match &line.item {
            ReaderLine::GroupBy { column, .. } if !names.contains(&column.item.as_str()) => {
                let help = did_you_mean(&column.item, names.iter().copied());
                let problem = Problem::UnknownName { what: "column".into(), name: column.item.clone() };
                report.say(column.span, problem, help);
            }
            ReaderLine::GroupBy { is_anywhere: true, .. } => {
                refuse(line.span, "lines of fixed columns that are one encounter follow each other", report);
            }
            ReaderLine::EachEncounter { .. } => {
                refuse(line.span, "lines are one encounter each, or those of a group: `group by COLUMN`", report);
            }
            _ => {}
        }
    }
}
