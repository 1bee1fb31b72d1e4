//! Rows of cells: which column fills which field, once the header is known.

use super::convert::Converter;
use super::convert::Made;
use super::holds;
use crate::encounters::read::row::Row;
use crate::encounters::read::row::write_text;
use crate::encounters::read::schema::fold;
use crate::encounters::read::unreadable::Unreadable;
use crate::files::without_formula;
use crate::model::reader;
use crate::model::reader::Asked;
use crate::model::reader::From;
use crate::model::reader::Path;
use crate::model::reader::Reader;
use crate::model::reader::Syntax;
use crate::model::reader::TargetStep;
use crate::model::reader::Test;
use std::borrow::Cow;
use std::sync::Arc;

/// A reader of tables, and the fields that its record has.
#[derive(Clone)]
pub(in crate::encounters::read) struct Plan {
    pub reader: Arc<Reader>,
    /// Fields of the first level: no other column may be called so.
    pub fields: Arc<[String]>,
}

impl Plan {
    /// The sign between cells, where the reader says it.
    pub fn delimiter(&self) -> Option<u8> {
        match &self.reader.syntax {
            Syntax::Table { delimiter, .. } => *delimiter,
            _ => None,
        }
    }

    /// Names of the columns of a file that has no header.
    pub fn columns(&self) -> Option<&[String]> {
        match &self.reader.syntax {
            Syntax::Table { columns, .. } => columns.as_deref(),
            _ => None,
        }
    }
}

/// The columns of a file, and the fields they fill.
pub(in crate::encounters::read) struct Columns {
    body: Body,
    /// Columns of no line: they keep their names.
    others: Vec<(usize, String)>,
    count: usize,
    group: Option<usize>,
    /// Rows of an encounter need not follow each other.
    groups_anywhere: bool,
    /// Columns that a line names and the file does not have.
    missing: Vec<String>,
}

/// The fields of an encounter or of an item of a list.
struct Body {
    root: Vec<(String, Slot)>,
    skip: Vec<Vec<Question>>,
    /// Fields without which there is none.
    needs: Vec<String>,
}

enum Slot {
    /// Of several lines the first that gives a value counts.
    One(Vec<Line>),
    /// The values of all lines.
    Many(Vec<Many>),
    /// Items with these fields; the first value of each line is in the first item.
    Zip(Vec<(String, Many)>),
    Items(Vec<Slot>),
    Object(Vec<(String, Slot)>),
}

struct Line {
    /// Places, each of columns whose texts are put together.
    places: Vec<Vec<usize>>,
    converter: Converter,
    when: Vec<Question>,
    constant: Option<String>,
}

enum Many {
    Texts(Line),
    Columns(Vec<usize>, Converter),
    Rows(Body),
}

struct Question {
    column: Option<usize>,
    asked: Asked,
}

/// Looks columns up by their names.
struct Header<'h> {
    names: &'h [String],
    used: Vec<bool>,
    missing: Vec<String>,
}

impl Header<'_> {
    fn column(&mut self, name: &str) -> Option<usize> {
        let exact = self.names.iter().position(|it| it == name);
        let found = exact.or_else(|| self.names.iter().position(|it| it.trim().eq_ignore_ascii_case(name.trim())));
        match found {
            Some(column) => self.used.get_mut(column).map(|is_used| *is_used = true),
            None if self.missing.iter().any(|known| known == name) => None,
            None => {
                self.missing.push(name.to_owned());
                None
            }
        };
        found
    }

    fn of_path(&mut self, path: &Path) -> Option<usize> {
        self.column(path.column()?)
    }

    fn questions(&mut self, tests: &[Test]) -> Vec<Question> {
        tests.iter().map(|test| Question { column: self.of_path(&test.path), asked: test.asked.clone() }).collect()
    }

    fn line(&mut self, places: &[Vec<Path>], convert: &reader::Convert, when: &[Test]) -> Line {
        let places = places.iter().map(|parts| parts.iter().filter_map(|path| self.of_path(path)).collect());
        let places = places.collect();
        Line { places, converter: Converter::new(convert), when: self.questions(when), constant: None }
    }

    fn body(&mut self, body: &reader::Body) -> Body {
        let mut root = Vec::new();
        for mapping in &body.mappings {
            let (one, many) = match &mapping.from {
                From::Texts { places, convert, when, is_list } => {
                    let line = self.line(places, convert, when);
                    if *is_list { (None, Some(Many::Texts(line))) } else { (Some(line), None) }
                }
                From::Columns { first, last, convert } => {
                    let (first, last) = (self.column(first), self.column(last));
                    let columns = first.zip(last).map_or(0..0, |(first, last)| first..last + 1);
                    columns.clone().for_each(|column| {
                        if let Some(is_used) = self.used.get_mut(column) {
                            *is_used = true;
                        }
                    });
                    (None, Some(Many::Columns(columns.collect(), Converter::new(convert))))
                }
                From::Rows(body) => (None, Some(Many::Rows(self.body(body)))),
                From::Constant { value, when } => {
                    let mut line = self.line(&[], &reader::Convert::default(), when);
                    line.constant = Some(value.clone());
                    (Some(line), None)
                }
                // The compiler lets these stand in readers of trees only.
                From::List(..) | From::Each { .. } => (None, None),
            };
            if let Some(slot) = slot_at(&mut root, &mapping.target) {
                match (slot, one, many, mapping.inside.clone()) {
                    (Slot::One(lines), Some(line), ..) => lines.push(line),
                    (slot @ Slot::One(_), None, Some(many), None) => *slot = Slot::Many(vec![many]),
                    (Slot::Many(lines), None, Some(many), None) => lines.push(many),
                    (slot @ Slot::One(_), None, Some(many), Some(field)) => *slot = Slot::Zip(vec![(field, many)]),
                    (Slot::Zip(lines), None, Some(many), Some(field)) => lines.push((field, many)),
                    _ => {}
                }
            }
        }
        let skip = body.skip.iter().map(|tests| self.questions(tests)).collect();
        Body { root, skip, needs: body.needs.clone() }
    }
}

/// The slot at the end of a way, made on the way. A new one has no lines.
fn slot_at<'s>(root: &'s mut Vec<(String, Slot)>, target: &[TargetStep]) -> Option<&'s mut Slot> {
    let (TargetStep::Name(name), rest) = target.split_first()? else { return None };
    let mut at = named(root, name)?;
    for step in rest {
        let is_new = matches!(at, Slot::One(lines) if lines.is_empty());
        at = match step {
            TargetStep::Name(name) => {
                if is_new {
                    *at = Slot::Object(Vec::new());
                }
                let Slot::Object(fields) = at else { return None };
                named(fields, name)?
            }
            TargetStep::Index(index) => {
                if is_new {
                    *at = Slot::Items(Vec::new());
                }
                let Slot::Items(items) = at else { return None };
                let index = usize::from(*index);
                items.resize_with(items.len().max(index + 1), || Slot::One(Vec::new()));
                items.get_mut(index)?
            }
        };
    }
    Some(at)
}

fn named<'s>(fields: &'s mut Vec<(String, Slot)>, name: &str) -> Option<&'s mut Slot> {
    let place = fields.iter().position(|(known, _)| known == name).unwrap_or(fields.len());
    if place == fields.len() {
        fields.push((name.to_owned(), Slot::One(Vec::new())));
    }
    fields.get_mut(place).map(|(_, slot)| slot)
}

impl Columns {
    /// The columns of a header, as a reader uses them.
    pub fn new(plan: &Plan, names: &[String]) -> Columns {
        let mut header = Header { names, used: vec![false; names.len()], missing: Vec::new() };
        let group = plan.reader.group_by.as_ref().and_then(|name| header.column(name));
        let body = header.body(&plan.reader.body);
        let others = names.iter().enumerate().zip(&header.used).filter(|(_, is_used)| !**is_used);
        let others = others.map(|((column, name), _)| {
            let name = if name.is_empty() { format!("column-{}", column + 1) } else { name.clone() };
            let is_taken = plan.fields.iter().any(|field| fold(field) == fold(&name));
            (column, if is_taken { format!("column {name}") } else { name })
        });
        let groups_anywhere = group.is_some() && plan.reader.groups_anywhere;
        let (others, count) = (others.collect(), names.len());
        Columns { body, others, count, group, groups_anywhere, missing: header.missing }
    }

    /// Names of the columns that no line uses.
    pub fn others(&self) -> impl Iterator<Item = &str> {
        self.others.iter().map(|(_, name)| name.as_str())
    }

    /// Columns that a line names and the file does not have.
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    /// Whether a row belongs to the encounter of the one before it.
    pub fn is_same(&self, one: &Row, next: &Row) -> bool {
        self.group.is_some_and(|column| one.cell(column) == next.cell(column) && !next.cell(column).is_empty())
    }

    /// Whether several rows may make one encounter.
    pub fn has_groups(&self) -> bool {
        self.group.is_some()
    }

    /// Whether they need not follow each other.
    pub fn groups_anywhere(&self) -> bool {
        self.groups_anywhere
    }

    /// What a row has in common with the others of its encounter; empty if it stands alone.
    pub fn group_of<'r>(&self, row: &'r Row) -> &'r [u8] {
        self.group.map_or(&[], |column| row.cell(column).trim_ascii())
    }

    /// Writes the rows of an encounter as JSON; `false` if the reader leaves it out.
    pub fn write(&self, rows: &[Row], out: &mut Vec<u8>) -> Result<bool, Unreadable> {
        for row in rows {
            row.check_count(self.count)?;
        }
        let start = out.len();
        if !self.body.write(rows, out)? {
            return Ok(false);
        }
        out.pop();
        let mut is_first = out.len() == start + 1;
        for (column, name) in &self.others {
            let mut values: Vec<&str> = Vec::new();
            for row in rows {
                let cell = text(row, *column)?.trim();
                if !cell.is_empty() && !values.contains(&cell) {
                    values.push(cell);
                }
            }
            if values.is_empty() {
                continue;
            }
            begin(name, is_first, out);
            is_first = false;
            match values.as_slice() {
                [value] => write_text(value, out),
                values => drop(serde_json::to_writer(&mut *out, values)),
            }
        }
        out.push(b'}');
        Ok(true)
    }
}

impl Body {
    /// Writes the object; `false` and nothing if it is left out.
    fn write(&self, rows: &[Row], out: &mut Vec<u8>) -> Result<bool, Unreadable> {
        for questions in &self.skip {
            if all(questions, rows)? {
                return Ok(false);
            }
        }
        let start = out.len();
        for name in &self.needs {
            let slot = self.root.iter().find(|(known, _)| known == name).map(|(_, slot)| slot);
            let is_filled = slot.map_or(Ok(false), |slot| slot.write(rows, out))?;
            out.truncate(start);
            if !is_filled {
                return Ok(false);
            }
        }
        write_object(&self.root, rows, out)?;
        Ok(true)
    }
}

/// Writes an object of the fields that have a value, even if there is none.
fn write_object(fields: &[(String, Slot)], rows: &[Row], out: &mut Vec<u8>) -> Result<bool, Unreadable> {
    out.push(b'{');
    let mut is_first = true;
    for (name, slot) in fields {
        let mark = out.len();
        begin(name, is_first, out);
        if slot.write(rows, out)? {
            is_first = false;
        } else {
            out.truncate(mark);
        }
    }
    out.push(b'}');
    Ok(!is_first)
}

impl Slot {
    /// Writes the value; `false` if there is none, and what was written then means nothing.
    fn write(&self, rows: &[Row], out: &mut Vec<u8>) -> Result<bool, Unreadable> {
        match self {
            Slot::One(lines) => {
                for line in lines {
                    match line.made(rows)? {
                        Made::Missing => {}
                        Made::Nothing => return Ok(false),
                        Made::Text(text) => {
                            write_text(&text, out);
                            return Ok(true);
                        }
                    }
                }
                Ok(false)
            }
            Slot::Object(fields) => write_object(fields, rows, out),
            Slot::Many(lines) => {
                let mut list = List::begin(out);
                for line in lines {
                    line.write(rows, &mut list)?;
                }
                Ok(list.end())
            }
            Slot::Zip(lines) => zip(lines, rows, out),
            Slot::Items(items) => {
                let mut list = List::begin(out);
                // Empty items at the end are left out; those between keep their place.
                let mut filled = None;
                for item in items {
                    let mark = list.next();
                    if item.write(rows, list.out)? {
                        filled = Some(list.out.len());
                    } else {
                        list.leave_empty(mark);
                    }
                }
                list.out.truncate(filled.unwrap_or(list.out.len()));
                Ok(list.end() && filled.is_some())
            }
        }
    }
}

impl Line {
    /// The value of the first place that has one.
    fn made<'r>(&self, rows: &'r [Row]) -> Result<Made<'r>, Unreadable> {
        if !all(&self.when, rows)? {
            return Ok(Made::Missing);
        }
        if let Some(value) = &self.constant {
            return Ok(Made::Text(Cow::Owned(value.clone())));
        }
        for columns in &self.places {
            let texts = self.texts(columns, rows)?;
            match self.converter.one(texts.into_iter()) {
                Made::Missing => {}
                made => return Ok(made),
            }
        }
        Ok(Made::Missing)
    }

    /// The texts of the rows at a place, those of the row that counts first.
    fn texts<'r>(&self, columns: &[usize], rows: &'r [Row]) -> Result<Vec<Cow<'r, str>>, Unreadable> {
        let mut texts = Vec::with_capacity(rows.len());
        for row in rows {
            texts.push(match columns {
                [column] => Cow::Borrowed(text(row, *column)?),
                columns => {
                    let mut whole = String::new();
                    for column in columns {
                        let part = text(row, *column)?.trim();
                        if !self.converter.is_null(part) {
                            whole.push_str(if whole.is_empty() { "" } else { " " });
                            whole.push_str(part);
                        }
                    }
                    Cow::Owned(whole)
                }
            });
        }
        if self.converter.is_last {
            texts.reverse();
        }
        Ok(texts)
    }
}

/// Writes items, each of the values that stand at one place in all lines.
fn zip(lines: &[(String, Many)], rows: &[Row], out: &mut Vec<u8>) -> Result<bool, Unreadable> {
    let mut columns = Vec::with_capacity(lines.len());
    for (field, line) in lines {
        columns.push((field, line.values(rows)?));
    }
    let longest = columns.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
    let mut list = List::begin(out);
    for place in 0..longest {
        let mut values = columns.iter().filter_map(|(field, values)| Some((field, values.get(place)?.as_ref()?)));
        let Some(first) = values.next() else { continue };
        list.next();
        list.out.push(b'{');
        for (at, (field, value)) in std::iter::once(first).chain(values).enumerate() {
            begin(field, at == 0, list.out);
            write_text(value, list.out);
        }
        list.out.push(b'}');
    }
    Ok(list.end())
}

impl Many {
    /// What the line gives, in the order of the file; `None` where a column holds nothing.
    fn values(&self, rows: &[Row]) -> Result<Vec<Option<String>>, Unreadable> {
        let mut values = Vec::new();
        let made = |text: &str, converter: &Converter| match converter.one(std::iter::once(Cow::Borrowed(text))) {
            Made::Text(made) => Some(made.into_owned()),
            Made::Missing | Made::Nothing => None,
        };
        match self {
            Many::Texts(line) if !all(&line.when, rows)? => {}
            Many::Texts(line) => {
                for columns in &line.places {
                    for text in line.texts(columns, rows)? {
                        values.extend(line.converter.parts(&text).map(|part| made(part, &line.converter)));
                    }
                    if values.iter().any(Option::is_some) {
                        break;
                    }
                    values.clear();
                }
            }
            Many::Columns(columns, converter) => {
                for row in rows {
                    for column in columns {
                        values.push(made(text(row, *column)?, converter));
                    }
                }
            }
            Many::Rows(_) => {}
        }
        Ok(values)
    }

    fn write(&self, rows: &[Row], list: &mut List<'_>) -> Result<(), Unreadable> {
        match self {
            Many::Texts(_) | Many::Columns(..) => {
                // Rows of one encounter say most things again.
                let is_once = rows.len() > 1;
                self.values(rows)?.into_iter().flatten().for_each(|value| list.text(value, is_once));
            }
            Many::Rows(body) => {
                for row in rows {
                    let mark = list.next();
                    let before = list.out.len();
                    if !body.write(std::slice::from_ref(row), list.out)? || list.out.len() == before + 2 {
                        list.take_back(mark);
                    }
                }
            }
        }
        Ok(())
    }
}

/// A list of JSON under construction.
struct List<'o> {
    out: &'o mut Vec<u8>,
    count: usize,
    seen: Vec<String>,
}

impl<'o> List<'o> {
    fn begin(out: &'o mut Vec<u8>) -> List<'o> {
        out.push(b'[');
        List { out, count: 0, seen: Vec::new() }
    }

    /// Begins an item; gives where it begins.
    fn next(&mut self) -> usize {
        let mark = self.out.len();
        if self.count > 0 {
            self.out.push(b',');
        }
        self.count += 1;
        mark
    }

    /// The item just begun holds nothing and keeps its place.
    fn leave_empty(&mut self, mark: usize) {
        self.out.truncate(if self.count > 1 { mark + 1 } else { mark });
        self.out.extend_from_slice(b"null");
    }

    /// There is no such item.
    fn take_back(&mut self, mark: usize) {
        self.out.truncate(mark);
        self.count -= 1;
    }

    /// Adds a text; one that is there already only if it may be there twice.
    fn text(&mut self, text: String, is_once: bool) {
        if is_once && self.seen.contains(&text) {
            return;
        }
        self.next();
        write_text(&text, self.out);
        if is_once {
            self.seen.push(text);
        }
    }

    fn end(self) -> bool {
        self.out.push(b']');
        self.count > 0
    }
}

fn all(questions: &[Question], rows: &[Row]) -> Result<bool, Unreadable> {
    for question in questions {
        if !question.holds(rows)? {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Question {
    fn holds(&self, rows: &[Row]) -> Result<bool, Unreadable> {
        let mut texts = Vec::with_capacity(rows.len());
        for row in rows {
            let cell = self.column.map_or(Ok(""), |column| text(row, column))?.trim();
            if !cell.is_empty() {
                texts.push(cell);
            }
        }
        Ok(holds(&self.asked, &texts))
    }
}

fn text(row: &Row, column: usize) -> Result<&str, Unreadable> {
    std::str::from_utf8(row.cell(column)).map(without_formula).map_err(|_| Unreadable::NotUtf8)
}

fn begin(name: &str, is_first: bool, out: &mut Vec<u8>) {
    if !is_first {
        out.push(b',');
    }
    write_text(name, out);
    out.push(b':');
}
