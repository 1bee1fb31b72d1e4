//! The beginning of an input, before it is settled how it is read: which format it has, and which reader of the domain
//! knows it.

use super::columnar::Columnar;
use super::columnar::Form;
use super::columnar::Kind;
use super::fixed;
use super::format::Error;
use super::format::Format;
use super::mapping::Plan;
use super::mapping::Trees;
use super::row;
use super::schema::Schema;
use super::x12;
use super::x12::Structures;
use crate::files;
use crate::files::Book;
use crate::files::Layout;
use crate::model::ids::RecordId;
use crate::model::program::Domain;
use crate::model::reader::Asked;
use crate::model::reader::Path;
use crate::model::reader::Reader;
use crate::model::reader::Step;
use crate::model::reader::Syntax;
use crate::model::reader::Test;
use serde::Deserializer;
use serde::de::MapAccess;
use serde::de::Visitor;
use serde_json::Map;
use serde_json::Value;
use std::fmt;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Cursor;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// So much of the beginning decides what the format is.
pub(super) const PEEK: usize = 64 << 10;

/// A file or stream whose beginning was looked at.
pub struct Input {
    pub(super) name: String,
    /// The name whose ending tells the format: the one that the file has in an archive.
    pub(super) ending: String,
    /// In bytes; `None` for a stream.
    pub(super) size: Option<u64>,
    pub(super) position: Arc<AtomicU64>,
    pub(super) is_packed: bool,
    pub(super) book: Option<Workbook>,
    pub(super) columns: Option<Columns>,
    pub(super) first: Vec<u8>,
    pub(super) reader: Box<dyn BufRead + Send>,
}

impl Input {
    /// Finds the reader of a domain that knows it: one for the record, if one is named.
    ///
    /// # Errors
    /// As [`Input::choose`].
    pub fn choose_of(
        &self,
        domain: &Domain,
        record: Option<&str>,
        format: Option<Format>,
        named: Option<&str>,
    ) -> Result<Choice, Error> {
        let name = |reader: &Reader| reader.record.get(&domain.records).map(|record| record.name.as_str());
        let is_meant = |reader: &&Reader| record.is_none() || name(reader) == record;
        let readers: Vec<&Reader> = domain.readers.iter().filter(is_meant).collect();
        self.choose(format, named, &readers)
    }

    /// The sheets of the workbook, where there are several and nobody said which.
    pub(super) fn other_sheets(&self) -> Vec<String> {
        let book = self.book.as_ref().filter(|book| !book.is_settled);
        book.map(|book| book.book.sheets()).filter(|sheets| sheets.len() > 1).unwrap_or_default()
    }

    /// Its beginning.
    pub(super) fn first(&self) -> &[u8] {
        &self.first
    }

    /// Turns to the sheet that a reader is for, or to columns as a table.
    pub(super) fn turn_to_table(&mut self, reader: &Reader) {
        if let Some(columns) = &mut self.columns {
            let has_header = !matches!(&reader.syntax, Syntax::Table { columns: Some(_), .. });
            columns.form = if has_header { Form::Table } else { Form::Cells };
        }
        match self.book.as_ref().and_then(|book| book.sheet_of(reader)) {
            None => {}
            Some(Ok((first, rest))) => {
                self.reader = Box::new(BufReader::with_capacity(64 << 10, Cursor::new(first.clone()).chain(rest)));
                self.first = first;
            }
            // It is told where it is read.
            Some(Err(error)) => self.reader = Box::new(BufReader::new(Failed(Some(error)))),
        }
    }

    /// All of it, once.
    pub(super) fn take_reader(&mut self) -> Box<dyn BufRead + Send> {
        match self.columns.take() {
            Some(columns) => columns.rows.text(columns.form),
            None => std::mem::replace(&mut self.reader, Box::new(io::empty())),
        }
    }

    /// How it is read: by the reader of that name; else by the one of `readers` that knows it best; else as files are read
    /// whose fields are called as those of the record.
    ///
    /// # Errors
    /// If there is no such reader, two fit equally well, or only a reader can read the format and none knows it.
    pub fn choose(&self, format: Option<Format>, named: Option<&str>, readers: &[&Reader]) -> Result<Choice, Error> {
        let format = self.settled(format)?;
        if let Some(name) = named {
            return self.choose_named(format, name, readers);
        }
        if matches!(format, None | Some(Format::Fixed)) {
            let found = best(readers, |reader| self.knows_lines(reader))?;
            if let Some(reader) = found {
                return self.choose_named(Some(Format::Fixed), &reader.name, readers);
            }
        }
        let format = format.unwrap_or_else(|| self.guess());
        let of_table = match &self.columns {
            Some(_) => best(readers, |reader| self.knows_header(reader, Format::Csv))?,
            None => None,
        };
        if let Some(found) = of_table {
            return Ok(Choice::of(Format::Csv, Some(found.record), &[found]));
        }
        let found = match format {
            Format::Csv | Format::Tsv => best(readers, |reader| self.knows_header(reader, format))?,
            _ => {
                let tree = match format {
                    Format::Xml => self.first_element(),
                    Format::X12 => x12::beginning(&self.first),
                    _ => self.first_tree(),
                };
                best(readers, |reader| {
                    let is_known = has_syntax(reader, format) && !reader.recognise.is_empty();
                    let fits = is_known && Trees::new(std::iter::once(*reader)).recognise(tree.as_ref()?);
                    fits.then_some(reader.recognise.len())
                })?
            }
        };
        let Some(found) = found else {
            let kind = readers.iter().find(|reader| self.says_kind(reader, format));
            if let Some(reader) = kind {
                return Ok(Choice::of(format, Some(reader.record), readers));
            }
            return match format {
                Format::Xml | Format::X12 | Format::Fixed => Err(Error::Unrecognised),
                Format::Fhir if readers.is_empty() => Err(Error::Unrecognised),
                Format::Fhir => Ok(Choice::of(format, readers.first().map(|it| it.record), readers)),
                _ => Ok(Choice { format, record: None, readers: Vec::new() }),
            };
        };
        let alone = [found];
        Ok(Choice::of(format, Some(found.record), if is_tree(found) { readers } else { &alone }))
    }

    /// Whether the first object says of what kind it is in the way of a reader, and no reader is for that kind.
    fn says_kind(&self, reader: &Reader, format: Format) -> bool {
        has_syntax(reader, format)
            && reader.objects.is_some()
            && self.first_tree().is_some_and(|tree| Trees::new(std::iter::once(reader)).says_kind(&tree))
    }

    fn choose_named(&self, format: Option<Format>, name: &str, readers: &[&Reader]) -> Result<Choice, Error> {
        let Some(reader) = readers.iter().find(|reader| reader.name == name) else {
            return Err(unknown(name, readers));
        };
        if let Some(columns) = &self.columns
            && !is_tree(reader)
            && columns.rows.names().is_none()
        {
            return Err(Error::NotFlat { name: name.to_owned() });
        }
        let guessed = format.unwrap_or_else(|| self.guess());
        let format = match (&reader.syntax, guessed) {
            (Syntax::Table { .. }, Format::Tsv) => Format::Tsv,
            (Syntax::Table { .. }, _) => Format::Csv,
            (Syntax::Xml, _) => Format::Xml,
            (Syntax::X12 { .. }, _) => Format::X12,
            (Syntax::Fixed(_), _) => Format::Fixed,
            (Syntax::Json, Format::Ndjson) => Format::Ndjson,
            (Syntax::Json, _) => Format::Json,
        };
        if let Some(Err(source)) = self.book.as_ref().and_then(|book| book.sheet_of(reader)) {
            return Err(Error::File { path: self.name.clone(), source });
        }
        if format == Format::Fixed {
            return Ok(Choice::of_lines(reader, readers));
        }
        // It was asked for, so that nothing has to tell it.
        let alone = Reader { recognise: Vec::new(), ..(*reader).clone() };
        let is_cut = matches!(reader.syntax, Syntax::X12 { .. });
        let is_sorted_out = !is_cut && reader.spread.is_some() && reader.body.mappings.is_empty();
        if is_sorted_out {
            return Ok(Choice::of(format, Some(reader.record), readers));
        }
        Ok(Choice { format, record: Some(reader.record), readers: vec![alone] })
    }

    /// How much of the first line is as a reader of lines says; `None` if something is not.
    fn knows_lines(&self, reader: &Reader) -> Option<usize> {
        let tree = fixed::beginning(&self.first, reader)?;
        let fits = !reader.recognise.is_empty() && Trees::new(std::iter::once(reader)).recognise(&tree);
        fits.then_some(reader.recognise.len())
    }

    /// How many names the header has that the reader asks for; `None` if one is missing.
    fn knows_header(&self, reader: &Reader, format: Format) -> Option<usize> {
        let Syntax::Table { delimiter, .. } = &reader.syntax else { return None };
        let is_in =
            |names: &[String], name: &String| names.iter().any(|it| it.trim().eq_ignore_ascii_case(name.trim()));
        let count = |names: &[String]| {
            (!reader.header.is_empty() && reader.header.iter().all(|name| is_in(names, name)))
                .then_some(reader.header.len())
        };
        if let Some(columns) = &self.columns {
            return count(&columns.rows.names()?);
        }
        let sheet = self.book.as_ref().and_then(|book| book.sheet_of(reader)).transpose().ok()?;
        let first = sheet.as_ref().map_or(&self.first, |(first, _)| first);
        let sign = if format == Format::Tsv { b'\t' } else { Layout::of(first).delimiter };
        count(&row::names(first, delimiter.unwrap_or(sign)))
    }

    /// Its segments, if it is X12: in the loops of the readers that know its transactions.
    pub fn segments(mut self, format: Option<Format>, readers: &[&Reader]) -> Option<x12::Rows> {
        let is_meant = format.unwrap_or_else(|| self.guess()) == Format::X12;
        is_meant.then(|| x12::Rows::new(self.take_reader(), readers.iter().copied()))
    }

    /// The first object, as far as the beginning holds it.
    fn first_tree(&self) -> Option<Value> {
        let start = self.first.trim_ascii_start();
        let start = start.strip_prefix(b"[").unwrap_or(start).trim_ascii_start();
        if !start.starts_with(b"{") {
            return None;
        }
        let mut fields = Map::new();
        // An object that is longer than what we look at ends with an error, after what came before it.
        let _ = serde_json::Deserializer::from_slice(start).deserialize_map(Partly(&mut fields));
        Some(Value::Object(fields))
    }

    /// The outermost element, as far as the beginning of a document holds it.
    fn first_element(&self) -> Option<Value> {
        let text = String::from_utf8_lossy(&self.first);
        Trees::beginning(&text)
    }

    /// The format that was asked for or that the ending tells, where it has to be that of the content; rows of columns are lines
    /// of JSON.
    ///
    /// # Errors
    /// If columns were asked for and there are others or none, or there are columns and something else was asked for.
    fn settled(&self, format: Option<Format>) -> Result<Option<Format>, Error> {
        if let Some(columns) = &self.columns {
            columns.check(format, &self.name)?;
            return Ok(Some(Format::Ndjson));
        }
        match format.unwrap_or_else(|| self.guess()) {
            told @ (Format::Parquet | Format::Arrow) => {
                Err(Error::NoColumns { path: self.name.clone(), kind: told.kind() })
            }
            _ => Ok(format),
        }
    }

    /// The format by the ending of the name, then by the first bytes.
    pub(super) fn guess(&self) -> Format {
        let name = self.ending.to_ascii_lowercase();
        let name = name.trim_end_matches(".gz").trim_end_matches(".xz").trim_end_matches(".zst");
        let start = self.first.trim_ascii_start();
        if self.book.is_some() {
            return Format::Csv;
        }
        if self.columns.is_some() {
            return Format::Ndjson;
        }
        match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
            // No table begins like an interchange, whatever the file is called.
            "csv" | "tsv" | "txt" if x12::begins(&self.first) => Format::X12,
            "csv" => Format::Csv,
            "tsv" | "tab" => Format::Tsv,
            "json" => Format::Json,
            "ndjson" | "jsonl" => Format::Ndjson,
            "xml" => Format::Xml,
            "parquet" => Format::Parquet,
            "arrow" | "arrows" | "feather" => Format::Arrow,
            "x12" | "edi" => Format::X12,
            _ if x12::begins(&self.first) => Format::X12,
            _ if start.starts_with(b"<") => Format::Xml,
            _ if start.starts_with(b"[") => Format::Json,
            _ => table(&self.first).unwrap_or(Format::Ndjson),
        }
    }
}

/// The first bytes of a stream, and what is left of it.
type Beginning = (Vec<u8>, Box<dyn Read + Send>);

/// A file of columns.
pub(super) struct Columns {
    pub kind: Kind,
    pub rows: Box<dyn Columnar>,
    /// How its rows are read: as lines of JSON, unless a reader of tables knows it.
    pub form: Form,
}

impl Columns {
    /// Checks that a format that was asked for is that of the file.
    fn check(&self, format: Option<Format>, path: &str) -> Result<(), Error> {
        let is_it = match format {
            None => true,
            Some(Format::Parquet) => self.kind == Kind::Parquet,
            Some(Format::Arrow) => self.kind == Kind::Arrow,
            Some(_) => false,
        };
        let wrong = || Error::OfColumns { path: path.to_owned(), kind: self.kind.name() };
        is_it.then_some(()).ok_or_else(wrong)
    }
}

/// A workbook of which one sheet is read.
pub(super) struct Workbook {
    pub book: Book,
    /// Somebody said which.
    pub is_settled: bool,
}

impl Workbook {
    /// The sheet of a reader, if that one is to be read, and its beginning.
    fn sheet_of(&self, reader: &Reader) -> Option<io::Result<Beginning>> {
        let name = reader.sheet.as_deref().filter(|_| !self.is_settled)?;
        let mut sheet = self.book.sheet(Some(name));
        let (first, error) = files::peek(&mut sheet, PEEK);
        Some(match error {
            Some(error) => Err(error),
            None => Ok((first, sheet)),
        })
    }
}

fn is_tree(reader: &Reader) -> bool {
    !matches!(reader.syntax, Syntax::Table { .. })
}

/// Whether a reader is for files of a format.
fn has_syntax(reader: &Reader, format: Format) -> bool {
    match reader.syntax {
        Syntax::Table { .. } => matches!(format, Format::Csv | Format::Tsv),
        Syntax::Json => matches!(format, Format::Json | Format::Ndjson | Format::Fhir),
        Syntax::Xml => format == Format::Xml,
        Syntax::X12 { .. } => format == Format::X12,
        Syntax::Fixed(_) => format == Format::Fixed,
    }
}

fn unknown(name: &str, readers: &[&Reader]) -> Error {
    let known = readers.iter().map(|reader| reader.name.clone()).collect();
    Error::UnknownReader { name: name.to_owned(), known }
}

/// The reader of which most fits.
fn best<'r>(readers: &[&'r Reader], fits: impl Fn(&&'r Reader) -> Option<usize>) -> Result<Option<&'r Reader>, Error> {
    let found: Vec<(usize, &'r Reader)> = readers.iter().filter_map(|reader| Some((fits(reader)?, *reader))).collect();
    let most = found.iter().map(|(count, _)| *count).max();
    let mut best = found.iter().filter(|(count, _)| Some(*count) == most).map(|(_, reader)| *reader);
    match (best.next(), best.next()) {
        (Some(one), Some(other)) => Err(Error::TwoReaders { one: one.name.clone(), other: other.name.clone() }),
        (found, _) => Ok(found),
    }
}

/// How an input is read.
#[derive(Clone)]
pub struct Choice {
    format: Format,
    record: Option<RecordId>,
    /// One reader of tables, or all readers of trees for the record; none if fields are called as those of the record.
    readers: Vec<Reader>,
}

impl Choice {
    /// Without a reader.
    ///
    /// # Errors
    /// If columns were asked for and there are others or none, or there are columns and something else was asked for.
    pub(super) fn plain(input: &Input, format: Option<Format>) -> Result<Choice, Error> {
        let format = input.settled(format)?;
        Ok(Choice { format: format.unwrap_or_else(|| input.guess()), record: None, readers: Vec::new() })
    }

    fn of(format: Format, record: Option<RecordId>, readers: &[&Reader]) -> Choice {
        let of_record = readers.iter().filter(|reader| Some(reader.record) == record);
        let readers = of_record.filter(|reader| has_syntax(reader, format)).map(|reader| (*reader).clone());
        Choice { format, record, readers: readers.collect() }
    }

    /// Reads by the readers of another file of JSON, where none knows this one.
    pub(super) fn follow(&mut self, lead: &Choice) {
        let is_alike = self.format.kind() == lead.format.kind() && lead.readers.iter().all(is_tree);
        if self.record.is_none() && is_alike {
            (self.record, self.readers) = (lead.record, lead.readers.clone());
        }
    }

    /// The record whose encounters the reader makes, if a reader reads it.
    pub fn record(&self) -> Option<RecordId> {
        self.record
    }

    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// The reader of a table.
    pub(super) fn table(&self) -> Option<&Reader> {
        self.readers.first().filter(|reader| !is_tree(reader))
    }

    pub(super) fn plan(&self, schema: &Schema) -> Option<Plan> {
        let [reader] = self.readers.as_slice() else { return None };
        (!is_tree(reader))
            .then(|| Plan { reader: Arc::new(reader.clone()), fields: schema.level().names.clone().into() })
    }

    /// The readers of lines.
    pub(super) fn lines(&self) -> Vec<&Reader> {
        self.readers.iter().filter(|reader| matches!(reader.syntax, Syntax::Fixed(_))).collect()
    }

    /// Lines of fixed columns: the reader of some of them, and those that read the others.
    fn of_lines(found: &Reader, readers: &[&Reader]) -> Choice {
        let names = |reader: &Reader, name: &str| {
            reader.record == found.record
                && matches!(&reader.syntax, Syntax::Fixed(lines) if lines.with.iter().any(|it| it == name))
        };
        let first = readers.iter().copied().find(|reader| names(reader, &found.name)).unwrap_or(found);
        let others = readers.iter().copied().filter(|reader| names(first, &reader.name));
        let all: Vec<&Reader> = std::iter::once(first).chain(others).collect();
        // Which reader reads an encounter is said by the tags of its lines.
        let told = |name: &str| {
            let words = Asked::In(vec![name.to_lowercase()]);
            Test { path: Path(vec![Step::Name(fixed::READER.to_owned())]), asked: words }
        };
        let recognise = |reader: &Reader| if all.len() > 1 { vec![told(&reader.name)] } else { Vec::new() };
        let readers = all.iter().map(|reader| Reader { recognise: recognise(reader), ..(*reader).clone() }).collect();
        Choice { format: Format::Fixed, record: Some(found.record), readers }
    }

    /// The loops of the readers.
    pub(super) fn structures(&self) -> Structures {
        Structures::new(self.readers.iter())
    }

    pub(super) fn trees(&self) -> Option<Arc<Trees>> {
        let is_tree = self.readers.first().is_some_and(is_tree);
        is_tree.then(|| Arc::new(Trees::new(self.readers.iter())))
    }
}

/// The format of a table, if the first lines are no JSON and have cells, as many in the second as in the first.
fn table(first: &[u8]) -> Option<Format> {
    if matches!(first.trim_ascii_start().first(), None | Some(b'{' | b'[')) {
        return None;
    }
    let sign = Layout::of(first).delimiter;
    let rows = row::rows(first, sign, 2, true);
    let [head, row] = rows.as_slice() else { return None };
    (head.len() > 1 && head.len() == row.len()).then_some(if sign == b'\t' { Format::Tsv } else { Format::Csv })
}

/// Keeps what was read of an object when reading ends early.
struct Partly<'f>(&'f mut Map<String, Value>);

impl<'de> Visitor<'de> for Partly<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value()?;
            self.0.insert(name, value);
        }
        Ok(())
    }
}

/// Reports once more that reading failed, after what was read before.
pub(super) struct Failed(pub Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
