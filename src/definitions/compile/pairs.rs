//! Tables of pairs: `table … import pairs "FILE" { … }`. For two texts, in their order, a value on some days.

use super::context::Compiler;
use super::expression::join;
use super::table_files::TableFiles;
use super::world::TableTypes;
use crate::definitions::import;
use crate::definitions::parse::tree::PairsDef;
use crate::definitions::parse::tree::TableDef;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::model::day::Day;
use crate::model::day::Days;
use crate::model::ids::PairsId;
use crate::model::program::Domain;
use crate::model::record::Kind;
use crate::registry::PairRows;
use std::collections::HashMap;

/// Where in the file a column stands, and what is between several values in one cell.
struct Column<'d> {
    place: usize,
    split: Option<&'d str>,
}

/// The columns of the file by what they hold.
struct Columns<'d> {
    first: Column<'d>,
    second: Column<'d>,
    value: Column<'d>,
    from: Option<Column<'d>>,
    to: Option<Column<'d>>,
}

/// The rows of a table of pairs, packed; empty if its release is not installed, or if something is wrong, which is said.
pub(super) fn packed(def: &TableDef, pairs: &PairsDef, types: &TableTypes, compiler: Compiler<'_>) -> Vec<u8> {
    if !is_of_pairs(types) {
        compiler.say(
            def.name.span,
            Problem::PairsShape,
            Some("such as `(first text, second text) -> value text`".into()),
        );
        return Vec::new();
    }
    let file = &pairs.file;
    check_names(def, pairs, compiler);
    let Some(path) = TableFiles::of(file.span, compiler).find(&file.item) else {
        let help = Some(format!("install it: `tencode sources add {}`, or put it beside this file", file.item));
        compiler.say(file.span, Problem::UnknownSource { file: file.item.clone() }, help);
        return Vec::new();
    };
    let bytes = import::read_file(&path).map_err(|error| error.to_string());
    let packed = bytes.and_then(|bytes| rows(def, pairs, &bytes)).and_then(PairRows::pack);
    packed.unwrap_or_else(|reason| {
        compiler.say(file.span, Problem::ImportFailed { file: file.item.clone(), reason }, None);
        Vec::new()
    })
}

/// Moves the packed pairs out of the tables, and numbers them.
pub(super) fn number(domains: &mut [Domain], all: &mut Vec<Vec<u8>>) {
    for table in domains.iter_mut().flat_map(|domain| &mut domain.tables).filter(|table| !table.packed.is_empty()) {
        table.pairs = PairsId::try_from(all.len()).ok();
        all.push(std::mem::take(&mut table.packed));
    }
}

/// Two texts, perhaps a day, and one text that they give.
fn is_of_pairs(types: &TableTypes) -> bool {
    matches!(types.inputs.as_slice(), [Kind::Text, Kind::Text] | [Kind::Text, Kind::Text, Kind::Date])
        && matches!(types.outputs.as_slice(), [Kind::Text])
}

/// The names of which a line of the import may say the column.
fn names(def: &TableDef) -> Vec<String> {
    let columns = def.inputs.iter().take(2).chain(&def.outputs).map(|column| join(&column.path));
    columns.chain(["from".to_owned(), "to".to_owned()]).collect()
}

fn check_names(def: &TableDef, pairs: &PairsDef, compiler: Compiler<'_>) {
    let names = names(def);
    for column in &pairs.columns {
        let name = &column.item.name;
        if !names.contains(&name.item) {
            let help = did_you_mean(&name.item, names.iter().map(String::as_str));
            compiler.say(name.span, Problem::UnknownName { what: "column".into(), name: name.item.clone() }, help);
        }
    }
}

fn rows(def: &TableDef, pairs: &PairsDef, bytes: &[u8]) -> Result<PairRows, String> {
    let (header, records) = import::cells(bytes).map_err(|error| error.to_string())?;
    let columns = columns(def, pairs, &header)?;
    let mut rows = PairRows::default();
    let (mut texts, mut terms) = (HashMap::new(), HashMap::new());
    for (number, record) in records.iter().enumerate() {
        let day = |column: &Option<Column<'_>>| match column.as_ref().map(|column| cell(record, column)) {
            None | Some("") => Ok(None),
            Some(text) => Day::parse(text).map(Some).ok_or(format!("row {}: `{text}` is not a day", number + 1)),
        };
        let days = Days { from: day(&columns.from)?, to: day(&columns.to)? };
        let value = cell(record, &columns.value);
        let term = *terms.entry((days.from, days.to, value)).or_insert_with(|| {
            rows.terms.push((days, value.to_owned()));
            position(rows.terms.len())
        });
        let mut text = |text: &str, rows: &mut PairRows| match texts.get(text) {
            Some(number) => *number,
            None => {
                rows.texts.push(text.to_owned());
                texts.insert(text.to_owned(), position(rows.texts.len()));
                position(rows.texts.len())
            }
        };
        for first in values(record, &columns.first) {
            let first = text(first, &mut rows);
            for second in values(record, &columns.second) {
                let second = text(second, &mut rows);
                rows.rows.push((first, second, term));
            }
        }
    }
    Ok(rows)
}

/// The position of the last item of a list. A list that is too long is refused when it is packed.
fn position(length: usize) -> u32 {
    u32::try_from(length.saturating_sub(1)).unwrap_or(u32::MAX)
}

fn columns<'d>(def: &TableDef, pairs: &'d PairsDef, header: &[String]) -> Result<Columns<'d>, String> {
    let column = |name: &str| -> Result<Option<Column<'d>>, String> {
        let Some(said) = pairs.columns.iter().map(|it| &it.item).find(|it| it.name.item == name) else {
            return Ok(None);
        };
        let split = said.split.as_ref().map(|split| split.item.as_str());
        match header.iter().position(|it| *it == said.column.item) {
            Some(place) => Ok(Some(Column { place, split })),
            None => Err(format!("it has no column `{}`; its header has: {}", said.column.item, header.join(", "))),
        }
    };
    let names = names(def);
    let named = |place: usize| {
        let name = names.get(place).map_or("", String::as_str);
        column(name)?.ok_or_else(|| format!("which column is `{name}` is not said: `{name} column NAME`"))
    };
    Ok(Columns { first: named(0)?, second: named(1)?, value: named(2)?, from: column("from")?, to: column("to")? })
}

fn cell<'r>(record: &'r [String], column: &Column<'_>) -> &'r str {
    record.get(column.place).map_or("", |cell| cell.trim())
}

/// The values of a cell that are not empty.
fn values<'r>(record: &'r [String], column: &Column<'r>) -> impl Iterator<Item = &'r str> {
    let cell = cell(record, column);
    let whole = column.split.is_none().then_some(cell);
    let parts = column.split.into_iter().flat_map(move |split| cell.split(split));
    whole.into_iter().chain(parts).map(str::trim).filter(|value| !value.is_empty())
}
