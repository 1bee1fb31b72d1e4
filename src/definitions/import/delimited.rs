//! Tables with a header, separated by commas or tabs: which column is what is said by the options of the import.

use super::contents;
use super::contents::Error;
use super::contents::Import;
use super::contents::MapRow;
use super::contents::Options;
use super::contents::Row;
use super::contents::Under;
use crate::definitions::parse::tree::ColumnRole;
use crate::model::content::MatchKind;
use crate::model::content::Validity;
use crate::model::day::Day;
use std::collections::HashMap;
use std::collections::HashSet;

/// A table, its header read.
struct Sheet<'a> {
    reader: csv::Reader<&'a [u8]>,
    columns: HashMap<String, usize>,
}

impl<'a> Sheet<'a> {
    fn open(text: &'a str, separator: u8) -> Result<Sheet<'a>, Error> {
        let mut builder = csv::ReaderBuilder::new();
        // Quotes are not special in tab-separated releases.
        let builder = builder.delimiter(separator).flexible(true).quoting(separator != b'\t');
        let mut reader = builder.from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| Error::Form(error.to_string()))?;
        let columns = header.iter().enumerate().map(|(place, name)| (name.trim().to_owned(), place)).collect();
        Ok(Sheet { reader, columns })
    }

    fn place(&self, name: &str) -> Result<usize, Error> {
        let alike = || self.columns.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, place)| place);
        let place = self.columns.get(name).or_else(alike);
        place.copied().ok_or_else(|| {
            let mut known: Vec<(usize, &str)> = self.columns.iter().map(|(name, at)| (*at, name.as_str())).collect();
            known.sort_unstable();
            let known: Vec<String> = known.iter().map(|(_, name)| format!("`{name}`")).collect();
            Error::Form(format!("the file has no column `{name}`, it has {}", known.join(", ")))
        })
    }

    fn role(&self, options: &Options, role: ColumnRole) -> Result<Option<usize>, Error> {
        let named = options.columns.iter().find(|(known, _)| *known == role);
        named.map(|(_, column)| self.place(column)).transpose()
    }

    fn roles(&self, options: &Options, role: ColumnRole) -> Result<Vec<usize>, Error> {
        let named = options.columns.iter().filter(|(known, _)| *known == role);
        named.map(|(_, column)| self.place(column)).collect()
    }
}

/// Where everything is that the options speak of.
struct Plan {
    code_column: Option<usize>,
    title: Option<usize>,
    short: Option<usize>,
    parent: Option<usize>,
    from: Option<usize>,
    to: Option<usize>,
    also: Vec<usize>,
    definition: Option<usize>,
    assignable: Option<(usize, String)>,
    label_columns: Vec<(String, Option<(usize, String)>)>,
    properties: Vec<(super::PropertyColumn, usize)>,
    only: Vec<(usize, String)>,
    path: Vec<usize>,
}

impl Plan {
    fn new(sheet: &Sheet<'_>, options: &Options) -> Result<Plan, Error> {
        let test = |(column, value): &(String, String)| Ok((sheet.place(column)?, value.clone()));
        let label = |(label, when): &(String, Option<(String, String)>)| {
            Ok((label.clone(), when.as_ref().map(test).transpose()?))
        };
        let plan = Plan {
            code_column: sheet.role(options, ColumnRole::Code)?,
            title: sheet.role(options, ColumnRole::Title)?,
            short: sheet.role(options, ColumnRole::Short)?,
            parent: sheet.role(options, ColumnRole::Parent)?,
            from: sheet.role(options, ColumnRole::From)?,
            to: sheet.role(options, ColumnRole::To)?,
            also: sheet.roles(options, ColumnRole::Also)?,
            definition: sheet.role(options, ColumnRole::Definition)?,
            assignable: options.assignable.as_ref().map(test).transpose()?,
            label_columns: options.labels.iter().map(label).collect::<Result<_, Error>>()?,
            properties: options
                .properties
                .iter()
                .map(|column| Ok((column.clone(), sheet.place(&column.column)?)))
                .collect::<Result<_, Error>>()?,
            only: options.only.iter().map(test).collect::<Result<_, Error>>()?,
            path: options.path.iter().map(|column| sheet.place(column)).collect::<Result<_, Error>>()?,
        };
        if plan.code_column.is_none() && plan.path.is_empty() {
            return Err(Error::Form("say which column holds the code: `code column NAME`".to_owned()));
        }
        Ok(plan)
    }
}

/// Reads a table of codes. Several rows of one code are its spans.
pub(super) fn read(bytes: &[u8], separator: u8, options: &Options) -> Result<Import, Error> {
    let text = contents::text(bytes);
    let mut sheet = Sheet::open(&text, separator)?;
    let plan = Plan::new(&sheet, options)?;
    let (mut rows, mut made) = (Vec::new(), HashSet::new());
    let mut record = csv::StringRecord::new();
    while sheet.reader.read_record(&mut record).map_err(|error| Error::Form(error.to_string()))? {
        let cell = |place: usize| record.get(place).unwrap_or("").trim();
        if plan.only.iter().any(|(place, value)| !cell(*place).eq_ignore_ascii_case(value)) {
            continue;
        }
        let above = add_path(&plan, &cell, &mut rows, &mut made);
        if plan.code_column.is_none_or(|place| cell(place).is_empty()) {
            continue;
        }
        rows.push(row(&plan, options, &cell, above));
    }
    let dates = plan.from.is_some() || plan.to.is_some();
    Ok(Import { rows, dates, ..Import::default() })
}

/// Makes the codes of the path that are new; returns the last of them. Where the levels are the codes, each is named by
/// all of its path (`A / B`), so that one name may stand in several places.
fn add_path<'r>(
    plan: &Plan,
    cell: &dyn Fn(usize) -> &'r str,
    rows: &mut Vec<Row>,
    made: &mut HashSet<String>,
) -> Under {
    let mut above = Under::Unsaid;
    let mut code = String::new();
    for place in &plan.path {
        let name = cell(*place);
        if name.is_empty() {
            break;
        }
        if plan.code_column.is_none() && !code.is_empty() {
            code.push_str(" / ");
        } else {
            code.clear();
        }
        code.push_str(name);
        if made.insert(code.clone()) {
            let assignable = plan.code_column.is_some().then_some(false);
            let under = std::mem::take(&mut above);
            rows.push(Row { code: code.clone(), title: name.to_owned(), under, assignable, ..Row::default() });
        }
        above = Under::Code(code.clone());
    }
    above
}

fn row<'r>(plan: &Plan, options: &Options, cell: &dyn Fn(usize) -> &'r str, above: Under) -> Row {
    let maybe = |place: Option<usize>| place.map_or("", cell);
    let holds = |test: &(usize, String)| cell(test.0).eq_ignore_ascii_case(&test.1);
    let assignable = plan.assignable.as_ref().map(holds);
    let from = Day::parse(maybe(plan.from)).or(options.from);
    let to = Day::parse(maybe(plan.to)).or(options.to);
    let is_dated = plan.from.is_some() || plan.to.is_some() || from.is_some() || to.is_some();
    let span = Validity { from, to, is_assignable: assignable.unwrap_or(true) };
    let parent = maybe(plan.parent);
    let code = maybe(plan.code_column).to_owned();
    let mut properties = Vec::new();
    for (column, place) in &plan.properties {
        let text = if column.lower { cell(*place).to_lowercase() } else { cell(*place).to_owned() };
        let parts: Vec<&str> = match &column.split {
            Some(separator) => text.split(separator.as_str()).collect(),
            None => vec![&text],
        };
        let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
        properties.extend(parts.map(|part| (column.property.clone(), part.to_owned())));
    }
    let labels = plan.label_columns.iter().filter(|(_, when)| when.as_ref().is_none_or(holds));
    Row {
        title: maybe(plan.title).to_owned(),
        short: maybe(plan.short).to_owned(),
        under: if parent.is_empty() || parent == code { above } else { Under::Code(parent.to_owned()) },
        spans: if is_dated { vec![span] } else { Vec::new() },
        assignable,
        synonyms: plan.also.iter().map(|place| cell(*place).to_owned()).filter(|text| !text.is_empty()).collect(),
        definition: maybe(plan.definition).to_owned(),
        labels: labels.map(|(label, _)| label.clone()).collect(),
        properties,
        code,
        ..Row::default()
    }
}

/// The header of a file of cells and its rows, as they stand.
///
/// # Errors
///
/// [`Error::Form`] if it is no such file.
pub fn cells(bytes: &[u8]) -> Result<(Vec<String>, Vec<Vec<String>>), Error> {
    let text = contents::text(bytes);
    let mut sheet = Sheet::open(&text, b',')?;
    let header = sheet.reader.headers().map_err(|error| Error::Form(error.to_string()))?;
    let header = header.iter().map(|name| name.trim().trim_start_matches('\u{feff}').to_owned()).collect();
    let rows = sheet.reader.records().map(|record| {
        let record = record.map_err(|error| Error::Form(error.to_string()))?;
        Ok(record.iter().map(str::to_owned).collect())
    });
    Ok((header, rows.collect::<Result<_, Error>>()?))
}

/// Reads a table of mappings: roles `from`, `to` and perhaps `kind` (equivalent, broader, narrower, related).
///
/// # Errors
///
/// [`Error::Form`] if a column is not there or a kind is none.
pub fn mappings(bytes: &[u8], separator: u8, options: &Options) -> Result<Vec<MapRow>, Error> {
    let text = contents::text(bytes);
    let mut sheet = Sheet::open(&text, separator)?;
    let from =
        sheet.role(options, ColumnRole::From)?.ok_or_else(|| Error::Form("say `from column NAME`".to_owned()))?;
    let to = sheet.role(options, ColumnRole::To)?.ok_or_else(|| Error::Form("say `to column NAME`".to_owned()))?;
    let kind = sheet.role(options, ColumnRole::Kind)?;
    let only: Vec<(usize, String)> = options
        .only
        .iter()
        .map(|(column, value)| Ok((sheet.place(column)?, value.clone())))
        .collect::<Result<_, Error>>()?;
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    while sheet.reader.read_record(&mut record).map_err(|error| Error::Form(error.to_string()))? {
        let cell = |place: usize| record.get(place).unwrap_or("").trim();
        let is_left_out = only.iter().any(|(place, value)| !cell(*place).eq_ignore_ascii_case(value));
        if is_left_out || cell(from).is_empty() {
            continue;
        }
        let target = Some(cell(to)).filter(|to| !to.is_empty() && !to.eq_ignore_ascii_case("none"));
        let kind = kind.map_or("", cell);
        rows.push(MapRow {
            from: cell(from).to_owned(),
            to: target.map(str::to_owned),
            kind: match_kind(kind).ok_or_else(|| Error::Form(format!("`{kind}` is no kind of match")))?,
            group: 0,
        });
    }
    Ok(rows)
}

fn match_kind(name: &str) -> Option<MatchKind> {
    match name.to_lowercase().as_str() {
        "" | "equivalent" | "equal" => Some(MatchKind::Equivalent),
        "broader" | "wider" => Some(MatchKind::Broader),
        "narrower" => Some(MatchKind::Narrower),
        "related" | "relatedto" | "inexact" => Some(MatchKind::Related),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn options(columns: &[(ColumnRole, &str)]) -> Options {
        let columns = columns.iter().map(|(role, column)| (*role, (*column).to_owned())).collect();
        Options { columns, ..Options::default() }
    }

    #[test]
    fn several_rows_are_several_spans() {
        let mut options =
            options(&[(ColumnRole::Code, "code"), (ColumnRole::From, "since"), (ColumnRole::To, "until")]);
        options.assignable = Some(("billable".to_owned(), "1".to_owned()));
        let file = "code\tbillable\tsince\tuntil\nB880\t1\t2015-10-01\t2025-09-30\nB880\t0\t2025-10-01\t\n";
        let import = read(file.as_bytes(), b'\t', &options).unwrap();
        assert!(import.dates);
        assert!(import.rows[0].spans[0].is_assignable && !import.rows[1].spans[0].is_assignable);
        assert_eq!(import.rows[1].spans[0].to, None);
    }

    #[test]
    fn a_path_makes_the_codes_above() {
        let mut options = options(&[(ColumnRole::Code, "c")]);
        options.path = vec!["a".to_owned(), "b".to_owned()];
        let rows = read(b"a,b,c\nX,Y,1\nX,Z,2\n", b',', &options).unwrap().rows;
        let found: Vec<_> = rows.iter().map(|row| row.code.as_str()).collect();
        assert_eq!(found, ["X", "Y", "1", "Z", "2"]);
        assert_eq!(rows[3].under, Under::Code("X".to_owned()));
    }

    #[test]
    fn levels_that_are_codes_are_named_by_their_path() {
        let options = Options { path: vec!["a".to_owned(), "b".to_owned()], ..Options::default() };
        let rows = read(b"a,b\nX,Y\nZ,Y\n", b',', &options).unwrap().rows;
        let found: Vec<_> = rows.iter().map(|row| (row.code.as_str(), row.title.as_str())).collect();
        assert_eq!(found, [("X", "X"), ("X / Y", "Y"), ("Z", "Z"), ("Z / Y", "Y")]);
    }

    #[test]
    fn an_unknown_column_is_an_error() {
        assert!(read(b"a,b\n1,2\n", b',', &options(&[(ColumnRole::Code, "x")])).is_err());
    }
}
