//! Lists and crosswalks as tables: which column is what is said by the options of the import.

use super::contents;
use super::contents::Error;
use super::contents::Import;
use super::contents::Leftovers;
use super::contents::MapRow;
use super::contents::Options;
use super::contents::Row;
use super::contents::Under;
use super::dates::Dates;
use super::sheet::Cells;
use super::sheet::Separator;
use super::sheet::Sheet;
use crate::definitions::parse::signs;
use crate::definitions::parse::tree::ColumnRole;
use crate::model::content::MatchKind;
use crate::model::content::Replacing;
use crate::model::content::Validity;
use std::collections::HashSet;

/// Where everything is that the options speak of.
struct Plan {
    code_column: Option<usize>,
    title: Option<usize>,
    short: Option<usize>,
    parent: Option<usize>,
    from: Option<usize>,
    to: Option<usize>,
    also: Vec<(usize, Option<String>)>,
    wording: Vec<(usize, Option<String>)>,
    designations: Vec<(String, usize)>,
    replaced_by: Option<(usize, Option<String>)>,
    replaces: Option<(usize, Option<String>)>,
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
        let split = |role: ColumnRole, place: usize| {
            let named = options.columns.iter().filter(|(known, _)| *known == role);
            let mut columns = named.filter(|(_, column)| sheet.place(column).is_ok_and(|it| it == place));
            columns.find_map(|(_, column)| options.splits.iter().find(|(it, _)| it == column)).map(|it| it.1.clone())
        };
        let texts = |role| -> Result<Vec<(usize, Option<String>)>, Error> {
            Ok(sheet.roles(options, role)?.into_iter().map(|place| (place, split(role, place))).collect())
        };
        let replaced_by = sheet.role(options, ColumnRole::ReplacedBy)?;
        let replaces = sheet.role(options, ColumnRole::Replaces)?;
        let designation = |(language, column): &(String, String)| Ok((language.clone(), sheet.place(column)?));
        let plan = Plan {
            code_column: sheet.role(options, ColumnRole::Code)?,
            title: sheet.role(options, ColumnRole::Title)?,
            short: sheet.role(options, ColumnRole::Short)?,
            parent: sheet.role(options, ColumnRole::Parent)?,
            from: sheet.role(options, ColumnRole::From)?,
            to: sheet.role(options, ColumnRole::To)?,
            also: texts(ColumnRole::Also)?,
            wording: texts(ColumnRole::Wording)?,
            designations: options.designations.iter().map(designation).collect::<Result<_, Error>>()?,
            replaced_by: replaced_by.map(|place| (place, split(ColumnRole::ReplacedBy, place))),
            replaces: replaces.map(|place| (place, split(ColumnRole::Replaces, place))),
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
        for (column, _) in &options.splits {
            sheet.place(column)?;
        }
        if plan.code_column.is_none() && plan.path.is_empty() {
            let columns = sheet.listed();
            return Err(Error::Form(format!("say which column holds the code; the file has {columns}")));
        }
        Ok(plan)
    }
}

/// Reads a table of codes. Several rows of one code are its spans.
pub(super) fn read(bytes: &[u8], separator: Separator, options: &Options) -> Result<Import, Error> {
    let text = contents::text(bytes);
    if text.trim().is_empty() {
        return Err(Error::Form("the file is empty".to_owned()));
    }
    let (mut sheet, plan, above) = with_plan(&text, separator, options)?;
    let days = days(|| Sheet::open_below(&text, separator, above), &plan, options)?;
    let dates = Dates::new(&options.dates, days.iter().map(String::as_str));
    let (mut rows, mut made) = (Vec::new(), HashSet::new());
    let mut left = Leftovers::default();
    let columns = sheet.columns().len();
    let unused = unused(&sheet, options);
    sheet.each(|cells| {
        let cell = |place: usize| cells.at(place);
        if plan.only.iter().any(|(place, value)| !cell(*place).eq_ignore_ascii_case(value)) {
            return Ok(());
        }
        if cells.is_broken() {
            left.add(cells.line, "it has letters that cannot be read".to_owned());
        }
        if cells.width() > columns {
            let why = format!("it has {} cells, and the header has {columns}", cells.width());
            left.add(cells.line, why);
        }
        let above = add_path(&plan, &cell, &mut rows, &mut made);
        if plan.code_column.is_none_or(|place| cell(place).is_empty()) {
            if plan.path.is_empty() {
                left.add(cells.line, "it has no code".to_owned());
            }
            return Ok(());
        }
        if plan.title.is_some_and(|place| cell(place).is_empty()) {
            left.add(cells.line, "its code has no title".to_owned());
        }
        odd_code(&plan, &cells, &mut left);
        if let Some((place, split)) = &plan.replaces {
            let successor = plan.code_column.map_or("", cell);
            rows.extend(values(cell(*place), split.as_deref()).map(|code| Row {
                code,
                successors: vec![successor.to_owned()],
                ..Row::default()
            }));
            // Such a table says what follows what, and nothing else of the codes.
            if options.attach {
                return Ok(());
            }
        }
        match row(&plan, options, &dates, &cells, above) {
            Ok(row) => rows.push(row),
            Err(why) => left.add(cells.line, format!("it is left out: {why}")),
        }
        Ok(())
    })?;
    if let Some((line, why)) = sheet.unclosed() {
        left.add(line, why.to_owned());
    }
    let dates = plan.from.is_some() || plan.to.is_some();
    Ok(Import { rows, dates, left, unused, ..Import::default() })
}

/// Tells of a code that stands under itself, or has a sign that people take for another.
fn odd_code(plan: &Plan, cells: &Cells<'_>, left: &mut Leftovers) {
    let code = plan.code_column.map_or("", |place| cells.at(place));
    if plan.parent.is_some_and(|place| cells.at(place) == code) {
        left.add(cells.line, format!("`{code}` is said to stand under itself"));
    }
    if let Some(problem) = signs::first_in(code) {
        left.add(cells.line, format!("its code is hard to type: {problem}"));
    }
}

/// The sheet whose header has the columns that are named. Some lines may stand above it: what the list is, from when it is.
fn with_plan<'a>(text: &'a str, separator: Separator, options: &Options) -> Result<(Sheet<'a>, Plan, usize), Error> {
    /// Lines above a header.
    const MOST_ABOVE: usize = 10;
    let sheet = Sheet::open(text, separator)?;
    let mut first = match Plan::new(&sheet, options) {
        Ok(plan) => return Ok((sheet, plan, 0)),
        Err(error) => Err(error),
    };
    for above in 1..=MOST_ABOVE {
        let Ok(sheet) = Sheet::open_below(text, separator, above) else { break };
        if let Ok(plan) = Plan::new(&sheet, options) {
            first = Ok((sheet, plan, above));
            break;
        }
    }
    first
}

/// Columns of which the options say nothing.
fn unused(sheet: &Sheet<'_>, options: &Options) -> Vec<String> {
    let tests = options.assignable.iter().chain(&options.only).map(|(column, _)| column);
    let labels = options.labels.iter().filter_map(|(_, when)| when.as_ref()).map(|(column, _)| column);
    let named = options.columns.iter().map(|(_, column)| column).chain(tests).chain(labels);
    let named = named.chain(options.properties.iter().map(|it| &it.column)).chain(&options.path);
    let named: Vec<&String> = named.chain(options.designations.iter().map(|(_, column)| column)).collect();
    let is_used = |column: &String| named.iter().any(|it| it.eq_ignore_ascii_case(column));
    sheet.columns().iter().filter(|column| !column.is_empty() && !is_used(column)).cloned().collect()
}

/// The cells that hold days, as far as they are needed to see how the file writes them.
fn days<'a>(
    open: impl FnOnce() -> Result<Sheet<'a>, Error>,
    plan: &Plan,
    options: &Options,
) -> Result<Vec<String>, Error> {
    let mut days: Vec<String> = Vec::new();
    let places: Vec<usize> = [plan.from, plan.to].into_iter().flatten().collect();
    if places.is_empty() || !options.dates.is_empty() {
        return Ok(days);
    }
    open()?.each(|cells| {
        let found = places.iter().map(|place| cells.at(*place)).filter(|cell| cell.contains('/') || days.is_empty());
        let found: Vec<String> = found.filter(|cell| !cell.is_empty()).map(str::to_owned).collect();
        days.extend(found);
        Ok(())
    })?;
    Ok(days)
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

fn row(plan: &Plan, options: &Options, dates: &Dates<'_>, cells: &Cells<'_>, above: Under) -> Result<Row, String> {
    let maybe = |place: Option<usize>| place.map_or("", |place| cells.at(place));
    let holds = |test: &(usize, String)| cells.at(test.0).eq_ignore_ascii_case(&test.1);
    let assignable = plan.assignable.as_ref().map(holds);
    let from = dates.read(maybe(plan.from))?.or(options.from);
    let to = dates.read(maybe(plan.to))?.or(options.to);
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        return Err(format!("it ends on {to}, before it begins on {from}"));
    }
    let is_dated = plan.from.is_some() || plan.to.is_some() || from.is_some() || to.is_some();
    let span = Validity { from, to, is_assignable: assignable.unwrap_or(true) };
    let parent = maybe(plan.parent);
    let code = maybe(plan.code_column).to_owned();
    let mut properties = Vec::new();
    for (column, place) in &plan.properties {
        let text = if column.lower { cells.at(*place).to_lowercase() } else { cells.at(*place).to_owned() };
        properties.extend(values(&text, column.split.as_deref()).map(|value| (column.property.clone(), value)));
    }
    let texts = |columns: &[(usize, Option<String>)]| -> Vec<String> {
        columns.iter().flat_map(|(place, split)| values(cells.at(*place), split.as_deref())).collect()
    };
    let labels = plan.label_columns.iter().filter(|(_, when)| when.as_ref().is_none_or(holds));
    let titles = plan.designations.iter().map(|(language, place)| (language.clone(), cells.at(*place).to_owned()));
    let replaced_by = plan.replaced_by.as_ref().map(|(place, split)| {
        let codes: Vec<String> = values(cells.at(*place), split.as_deref()).collect();
        (Replacing::of(codes.len()), codes)
    });
    Ok(Row {
        line: cells.line,
        title: maybe(plan.title).to_owned(),
        short: maybe(plan.short).to_owned(),
        under: if parent.is_empty() || parent == code { above } else { Under::Code(parent.to_owned()) },
        spans: if is_dated { vec![span] } else { Vec::new() },
        assignable,
        synonyms: texts(&plan.also),
        wordings: texts(&plan.wording),
        designations: titles.filter(|(_, title)| !title.is_empty()).collect(),
        definition: maybe(plan.definition).to_owned(),
        labels: labels.map(|(label, _)| label.clone()).collect(),
        properties,
        replaced_by: replaced_by.filter(|(_, codes)| !codes.is_empty()),
        code,
        ..Row::default()
    })
}

/// The values of a cell, of which a separator makes several.
fn values<'c>(cell: &'c str, separator: Option<&'c str>) -> impl Iterator<Item = String> {
    let parts: Vec<&str> = match separator {
        Some(separator) => cell.split(separator).collect(),
        None => vec![cell],
    };
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned)
}

/// Reads a table of mappings: roles `from`, `to` and perhaps `kind` (equivalent, broader, narrower, related).
///
/// # Errors
///
/// [`Error::Form`] if a column is not there, a kind is none or a quotation mark is not closed.
pub fn mappings(bytes: &[u8], is_tabbed: bool, options: &Options) -> Result<Vec<MapRow>, Error> {
    let text = contents::text(bytes);
    let separator = if is_tabbed { Separator::Tab } else { Separator::Any };
    let mut sheet = Sheet::open(&text, separator)?.closed()?;
    let from =
        sheet.role(options, ColumnRole::From)?.ok_or_else(|| Error::Form("say `source column NAME`".to_owned()))?;
    let to = sheet.role(options, ColumnRole::To)?.ok_or_else(|| Error::Form("say `target column NAME`".to_owned()))?;
    let kind = sheet.role(options, ColumnRole::Kind)?;
    let only: Vec<(usize, String)> = options
        .only
        .iter()
        .map(|(column, value)| Ok((sheet.place(column)?, value.clone())))
        .collect::<Result<_, Error>>()?;
    let mut rows = Vec::new();
    sheet.each(|cells| {
        let cell = |place: usize| cells.at(place);
        let is_left_out = only.iter().any(|(place, value)| !cell(*place).eq_ignore_ascii_case(value));
        if is_left_out || cell(from).is_empty() {
            return Ok(());
        }
        let target = Some(cell(to)).filter(|to| !to.is_empty() && !to.eq_ignore_ascii_case("none"));
        let kind = kind.map_or("", cell);
        rows.push(MapRow {
            line: cells.line,
            from: cell(from).to_owned(),
            to: target.map(str::to_owned),
            kind: match_kind(kind).ok_or_else(|| Error::Form(format!("`{kind}` is no kind of match")))?,
            group: 0,
        });
        Ok(())
    })?;
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
        let import = read(file.as_bytes(), Separator::Tab, &options).unwrap();
        assert!(import.dates);
        assert!(import.rows[0].spans[0].is_assignable && !import.rows[1].spans[0].is_assignable);
        assert_eq!(import.rows[1].spans[0].to, None);
    }

    #[test]
    fn a_path_makes_the_codes_above() {
        let mut options = options(&[(ColumnRole::Code, "c")]);
        options.path = vec!["a".to_owned(), "b".to_owned()];
        let rows = read(b"a,b,c\nX,Y,1\nX,Z,2\n", Separator::Any, &options).unwrap().rows;
        let found: Vec<_> = rows.iter().map(|row| row.code.as_str()).collect();
        assert_eq!(found, ["X", "Y", "1", "Z", "2"]);
        assert_eq!(rows[3].under, Under::Code("X".to_owned()));
    }

    #[test]
    fn levels_that_are_codes_are_named_by_their_path() {
        let options = Options { path: vec!["a".to_owned(), "b".to_owned()], ..Options::default() };
        let rows = read(b"a,b\nX,Y\nZ,Y\n", Separator::Any, &options).unwrap().rows;
        let found: Vec<_> = rows.iter().map(|row| (row.code.as_str(), row.title.as_str())).collect();
        assert_eq!(found, [("X", "X"), ("X / Y", "Y"), ("Z", "Z"), ("Z / Y", "Y")]);
    }

    #[test]
    fn how_people_say_it_is_kept_apart_from_synonyms() {
        let mut options = options(&[(ColumnRole::Code, "code"), (ColumnRole::Wording, "said")]);
        options.splits = vec![("said".to_owned(), ";".to_owned())];
        let import = read(b"code,said\nA,my back;back hurts\nB,\nA,sore back\n", Separator::Any, &options).unwrap();
        let merged = crate::definitions::import::merge("set", [import]);
        let said: Vec<_> = merged.set.wordings.iter().map(|(words, code)| (words.as_str(), code.index())).collect();
        assert_eq!(said, [("my back", 0), ("back hurts", 0), ("sore back", 0)]);
        assert!(merged.set.codes.iter().all(|code| code.synonyms.is_empty()));
    }

    #[test]
    fn a_list_as_an_office_has_it_is_read_whole() {
        let list = include_bytes!("../../../tests/fixtures/llamadas.csv");
        let mut options = options(&[
            (ColumnRole::Code, "Código"),
            (ColumnRole::Title, "Título"),
            (ColumnRole::Parent, "Grupo"),
            (ColumnRole::Also, "Otros nombres"),
            (ColumnRole::From, "Desde"),
            (ColumnRole::ReplacedBy, "Reemplazado por"),
        ]);
        options.designations = vec![("en".to_owned(), "Title".to_owned())];
        options.splits = vec![("Otros nombres".to_owned(), "/".to_owned())];
        let import = read(list, Separator::Any, &options).unwrap();
        let first = &import.rows[0];
        assert_eq!((first.code.as_str(), first.title.as_str()), ("RUIDO", "Ruido – música alta"));
        assert_eq!(first.designations, [("en".to_owned(), "Loud noise".to_owned())]);
        assert_eq!(first.synonyms, ["fiesta", "música"]);
        assert_eq!(first.spans[0].from.unwrap().to_string(), "2024-01-01");
        assert_eq!(import.rows[2].replaced_by, Some((Replacing::One, vec!["RUIDO".to_owned()])));
        let lines: Vec<u32> = import.left.rows.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [6, 7], "{:?}", import.left);
        assert_eq!(import.unused, Vec::<String>::new());
        let merged = crate::definitions::import::merge("llamadas", [import]);
        assert_eq!(merged.left[0].rows.last().unwrap().0, 5, "the code that stands twice");
        assert_eq!(merged.open.len(), 3, "{:?}", merged.open);
    }

    #[test]
    fn a_table_of_what_follows_what_stands_below_its_title() {
        let mut options = options(&[(ColumnRole::Code, "now"), (ColumnRole::Replaces, "before")]);
        options.splits = vec![("before".to_owned(), ",".to_owned())];
        options.attach = true;
        let table = "What became of the codes, of 2026\nnow,before\nA1,A\nA2,\"A, B\"\nC1,C and D\n";
        let table = read(table.as_bytes(), Separator::Any, &options).unwrap();
        let list = "code,title,to\nA,a,2025-09-30\nB,b,\nA1,a1,\nA2,a2,\n";
        let columns = [(ColumnRole::Code, "code"), (ColumnRole::Title, "title"), (ColumnRole::To, "to")];
        let columns = columns.map(|(role, name)| (role, name.to_owned())).to_vec();
        let list = read(list.as_bytes(), Separator::Any, &Options { columns, ..Options::default() }).unwrap();
        let merged =
            crate::definitions::import::merge("list", [list, Import { scope: contents::Scope::Adds, ..table }]);
        let after = |code: &str| {
            let code = merged.set.codes.iter().find(|it| it.code == code)?;
            let after = code.replaced_by.as_ref()?;
            Some((
                after.how,
                after.codes.iter().map(|it| merged.set.codes[it.index()].code.as_str()).collect::<Vec<_>>(),
            ))
        };
        assert_eq!(after("A"), Some((Replacing::Either, vec!["A1", "A2"])));
        // It goes on: nothing has to be used instead.
        assert_eq!(after("B"), None);
    }

    #[test]
    fn an_unknown_column_is_an_error() {
        assert!(read(b"a,b\n1,2\n", Separator::Any, &options(&[(ColumnRole::Code, "x")])).is_err());
    }
}
