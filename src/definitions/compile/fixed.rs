//! Readers of fixed columns: which lines there are, and what stands where in them.

use super::readers::refuse;
use super::readers::texts;
use super::report::Report;
use crate::definitions::parse::tree::FixedColumn;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::ReaderLine;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Spanned;
use crate::model::reader::Column;
use crate::model::reader::Columns;
use crate::model::reader::FixedLines;
use crate::model::reader::Reader;
use crate::model::reader::Syntax;

/// Columns beyond this are none of a line.
const LAST_COLUMN: usize = 1 << 20;

/// What the lines of a reader say of its files.
pub(super) fn of(tag: Option<&Name>, without: &[Name], lines: &[Spanned<ReaderLine>], report: &Report) -> FixedLines {
    let tag = tag.and_then(|tag| span(tag, report));
    let mut fixed = FixedLines { tag, without: texts(without), segments: Vec::new() };
    for line in lines {
        let ReaderLine::Segment { name, tags, columns } = &line.item else { continue };
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
        let columns = columns.iter().filter_map(|def| column(&def.item, report)).collect();
        fixed.segments.push(Columns { name: name.item.clone(), tags: texts(tags), columns });
    }
    if fixed.tag.is_none() && fixed.segments.len() > 1 {
        let at = lines.iter().find(|line| matches!(line.item, ReaderLine::Fixed { .. })).map(|line| line.span);
        refuse(at.unwrap_or_default(), "several segments need the columns of a tag: `fixed tag 1..2`", report);
    }
    fixed
}

fn column(def: &FixedColumn, report: &Report) -> Option<Column> {
    let (from, to) = span(&def.columns, report)?;
    Some(Column { name: def.name.item.clone(), from, to, may_be_missing: def.is_optional })
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
