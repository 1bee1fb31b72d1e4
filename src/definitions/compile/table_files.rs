//! Decision tables whose rows stand in a file: `table … import csv "FILE"`; and where such a file is.
//!
//! The header names the columns, as the table does; the cells are written as in a table. An empty cell of an input fits
//! everything, an empty output is absent. Columns `from` and `to`, where the table has none of its own, hold the days of
//! the row.

use super::context::Compiler;
use super::expression::join;
use super::report::Report;
use super::world::TableTypes;
use crate::definitions::import;
use crate::definitions::import::sources;
use crate::definitions::load::DomainSource;
use crate::definitions::parse::parse_in;
use crate::definitions::parse::tree::CellDef;
use crate::definitions::parse::tree::Edition;
use crate::definitions::parse::tree::MemberDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::RowDef;
use crate::definitions::parse::tree::Statement;
use crate::definitions::parse::tree::TableDef;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::model::record::Kind;
use std::fmt::Write;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// Where the files of tables are looked for.
pub(super) struct TableFiles<'a> {
    /// The definition file that names one.
    pub file: Arc<Path>,
    /// Its domain.
    pub source: &'a DomainSource,
    /// The sources that are installed.
    pub releases: &'a [PathBuf],
}

/// Where in a file a column of the table stands.
struct Column<'t> {
    place: Option<usize>,
    kind: &'t Kind,
}

impl<'a> TableFiles<'a> {
    /// Where the files are that a statement at a span names.
    pub fn of(statement: Span, compiler: Compiler<'a>) -> TableFiles<'a> {
        TableFiles::near(statement, compiler.source, compiler.releases.files)
    }

    /// Like `of`, before there is a context.
    pub fn near(statement: Span, source: &'a DomainSource, releases: &'a [PathBuf]) -> TableFiles<'a> {
        TableFiles { file: statement.file.path(), source, releases }
    }

    /// The rows of a file; none if it cannot be read, which is said at its name.
    pub fn rows(&self, def: &TableDef, types: &TableTypes, name: &Name, report: &Report) -> Vec<Spanned<RowDef>> {
        self.read(def, types, name).unwrap_or_else(|reason| {
            report.say(name.span, Problem::ImportFailed { file: name.item.clone(), reason }, None);
            Vec::new()
        })
    }

    /// Where a file is, or that it is not there.
    pub fn find_or_say(&self, name: &str) -> Result<PathBuf, String> {
        let place = "beside the definition file, in the folder of the domain and among the sources";
        self.find(name).ok_or_else(|| format!("it is looked for {place}, and is not there"))
    }

    /// Where a file is: beside the definition file, in the folder of the domain, among the sources.
    pub fn find(&self, name: &str) -> Option<PathBuf> {
        let folders = std::iter::once(&self.source.folder).chain(&self.source.above);
        let beside = self.file.parent().map(|folder| folder.join(name));
        let near = beside.into_iter().chain(folders.map(|folder| folder.join(name))).find(|path| path.is_file());
        near.or_else(|| sources::find(self.releases, name))
    }

    fn read(&self, def: &TableDef, types: &TableTypes, name: &Name) -> Result<Vec<Spanned<RowDef>>, String> {
        let bytes = import::read_file(&self.find_or_say(&name.item)?).map_err(|error| error.to_string())?;
        let (header, records) = import::cells(&bytes).map_err(|error| error.to_string())?;
        let column = |path: String, kind| match header.iter().position(|it| *it == path) {
            Some(place) => Ok(Column { place: Some(place), kind }),
            None => Err(format!("it has no column `{path}`; its header has: {}", header.join(", "))),
        };
        let columns = |defs: &[crate::definitions::parse::tree::ColumnDef], kinds| -> Result<Vec<Column<'_>>, String> {
            std::iter::zip(defs, kinds).map(|(def, kind)| column(join(&def.path), kind)).collect()
        };
        let (inputs, outputs) = (columns(&def.inputs, &types.inputs)?, columns(&def.outputs, &types.outputs)?);
        let named = |word: &str| {
            let is_own = def.inputs.iter().chain(&def.outputs).any(|column| join(&column.path) == word);
            Column { place: header.iter().position(|it| it == word).filter(|_| !is_own), kind: &Kind::Date }
        };
        let days = [("from", named("from")), ("to", named("to"))];
        let mut text = String::from("table t (a text) -> b text {\n");
        for record in &records {
            let cells = |columns: &[Column<'_>], empty| -> String {
                columns.iter().map(|column| written(record, column, empty)).collect::<Vec<_>>().join(", ")
            };
            let _ = write!(text, "{} -> {}", cells(&inputs, "any"), cells(&outputs, "absent"));
            for (word, column) in &days {
                let day = written(record, column, "");
                if !day.is_empty() {
                    let _ = write!(text, " {word} {day}");
                }
            }
            text.push('\n');
        }
        text.push('}');
        rows_of(&text, name.span)
    }
}

/// A cell as it is written in a table. Texts need no quotation marks in a file.
fn written(record: &[String], column: &Column<'_>, empty: &str) -> String {
    let cell = column.place.and_then(|place| record.get(place)).map_or("", |cell| cell.trim());
    if cell.is_empty() {
        return empty.to_owned();
    }
    let is_written = matches!(cell, "any" | "absent") || cell.starts_with(['"', '(', '<', '>', '=', '!']);
    if matches!(column.kind, Kind::Text) && !is_written {
        return format!("\"{}\"", cell.replace('\\', "\\\\").replace('"', "\\\""));
    }
    // A line break or a brace would end the row.
    cell.replace(['\n', '\r', '{', '}', ';', '#'], " ")
}

/// The rows of a table that was written out; all of them stand where the file is named.
fn rows_of(text: &str, at: Span) -> Result<Vec<Spanned<RowDef>>, String> {
    let (tree, problems) = parse_in(at.file, text, Edition::Second);
    if let Some(problem) = problems.first() {
        let line = text.get(..problem.span.start).unwrap_or_default().matches('\n').count();
        return Err(format!("row {line}: {}", problem.kind));
    }
    let table = tree.statements.into_iter().find_map(|statement| match statement.item {
        Statement::Table(table) => Some(table.rows),
        _ => None,
    });
    let mut rows = table.unwrap_or_default();
    for row in &mut rows {
        row.span = at;
        for cell in row.item.cells.iter_mut().chain(&mut row.item.outputs) {
            cell.span = at;
            match &mut cell.item {
                CellDef::Any | CellDef::Absent => {}
                CellDef::Compare(_, value) => value.span = at,
                CellDef::Members(members) => members.iter_mut().for_each(|member| {
                    member.span = at;
                    if let MemberDef::Range(from, to) = &mut member.item {
                        (from.span, to.span) = (at, at);
                    }
                }),
            }
        }
    }
    Ok(rows)
}
