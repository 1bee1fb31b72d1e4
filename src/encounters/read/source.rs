//! A file or stream, cut into pieces: one an encounter, in blocks of bounded size.

use super::aside::Kept;
use super::block::Block;
use super::block::Cut;
use super::block::PassedOver;
use super::csv::Rows;
use super::fixed::Groups;
use super::format::Error;
use super::format::Format;
use super::format::is_damage;
use super::input::Choice;
use super::input::Input;
use super::joined::Joined;
use super::json_array::Elements;
use super::mapping::Plan;
use super::mapping::Trees;
use super::ndjson::Lines;
use super::ndjson::Whole;
use super::schema::Schema;
use super::several::Chosen;
use super::unreadable::Unreadable;
use super::x12::Transactions;
use crate::files::Layout;
use crate::files::Spool;
use std::collections::VecDeque;
use std::io;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// An opened input, or several that are read as one.
pub struct Source {
    /// What is left to be read, the one that is being read first.
    parts: VecDeque<Part>,
    /// Lines of the parts that are read.
    lines: u64,
    /// Pieces that were given out.
    given: u64,
    unused: Vec<String>,
    missing: Vec<String>,
    passed_over: PassedOver,
    size: Option<u64>,
    position: Arc<AtomicU64>,
}

/// One file.
struct Part {
    name: String,
    cut: Box<dyn Cut>,
    trees: Option<Arc<Trees>>,
    is_packed: bool,
}

impl Source {
    /// Opens a file, or standard input for `-`. Without a format, the ending and the first bytes decide. Packed files are
    /// unpacked as they are read, whatever they are called.
    ///
    /// # Errors
    /// If there is no such file, or it is a directory.
    pub fn open(path: &Path, format: Option<Format>, schema: &Schema) -> Result<Source, Error> {
        Source::plain(Input::open(path)?, format, schema)
    }

    /// Opens a file of free texts, one a line, blank ones too; standard input for `-`. Packed files are unpacked.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn open_texts(path: &Path) -> Result<Source, Error> {
        let mut input = Input::open(path)?;
        let cut = Box::new(Lines::of_texts(input.take_reader()));
        Ok(Source::of(&input, Part { name: input.name.clone(), cut, trees: None, is_packed: input.is_packed }))
    }

    /// Reads from anything. `name` stands in errors, and its ending tells the format.
    ///
    /// # Errors
    /// If the first bytes cannot be read.
    pub fn new(
        name: &str,
        size: Option<u64>,
        input: Box<dyn Read + Send>,
        format: Option<Format>,
        schema: &Schema,
    ) -> Result<Source, Error> {
        Source::plain(Input::new(name, size, input)?, format, schema)
    }

    /// Fields that are called as those of the record are.
    fn plain(input: Input, format: Option<Format>, schema: &Schema) -> Result<Source, Error> {
        let choice = Choice::plain(&input, format)?;
        Ok(Source::chosen(input, &choice, schema))
    }

    /// Reads an input as was chosen for it.
    pub fn chosen(input: Input, choice: &Choice, schema: &Schema) -> Source {
        let about = Source { size: input.size, position: Arc::clone(&input.position), ..Source::default() };
        Source { parts: VecDeque::from([part(input, choice, schema)]), ..about }
    }

    /// What was put aside, from a byte of the spool on. `refused` are those that could not be read, by their numbers.
    pub fn aside(spool: Arc<Spool>, start: u64, refused: Vec<Unreadable>) -> Source {
        let cut = Box::new(Kept::new(spool, start, refused));
        let part = Part { name: "what was put aside".to_owned(), cut, trees: None, is_packed: false };
        Source { parts: VecDeque::from([part]), ..Source::default() }
    }

    /// Reads several inputs one after the other. Where they hold objects that refer to each other, they are put together first.
    pub fn several(chosen: Chosen, schema: &Schema) -> Source {
        let Chosen { parts, size, position, .. } = chosen;
        let refer = parts.len() > 1;
        let trees = parts.iter().find_map(|(_, choice)| choice.trees()).filter(|trees| refer && trees.refer());
        let of_each = parts.into_iter().map(|(input, choice)| part(input, &choice, schema)).collect();
        let mut source = Source { parts: of_each, size, position: Arc::clone(&position), ..Source::default() };
        let Some(trees) = trees else { return source };
        let fill = Box::new(move |block: &mut Block| source.fill(block).map_err(io::Error::other));
        let cut = Box::new(Joined::new(fill, Arc::clone(&trees)));
        let joined = Part { name: "the files".to_owned(), cut, trees: Some(trees), is_packed: false };
        Source { parts: VecDeque::from([joined]), size, position, ..Source::default() }
    }

    fn of(input: &Input, part: Part) -> Source {
        let position = Arc::clone(&input.position);
        Source { parts: VecDeque::from([part]), size: input.size, position, ..Source::default() }
    }

    /// Columns that fill no field, as far as the headers were read.
    pub fn unused(&self) -> Vec<String> {
        self.names(&self.unused, |cut| cut.unused())
    }

    /// Columns that a reader names and no file has.
    pub fn missing(&self) -> Vec<String> {
        self.names(&self.missing, |cut| cut.missing())
    }

    /// Rows that are no encounters, of all that was read.
    pub fn passed_over(&self) -> PassedOver {
        let now = self.parts.front().map(|part| part.cut.passed_over()).unwrap_or_default();
        self.passed_over.and(now)
    }

    /// Names of the parts that are read, and of the one that is being read, each once.
    fn names(&self, before: &[String], of: impl Fn(&dyn Cut) -> Vec<String>) -> Vec<String> {
        let mut names = before.to_vec();
        let new = self.parts.front().map(|part| of(part.cut.as_ref())).unwrap_or_default();
        add_new(&mut names, new);
        names
    }

    /// Size of the files as they lie there, in bytes; `None` for a stream.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Counts the bytes read so far, of the files as they lie there.
    pub fn position(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.position)
    }

    /// Fills a block anew; `false` when the input was at its end and the block is empty.
    ///
    /// Lines of several files are counted as if the files stood one behind the other.
    ///
    /// # Errors
    /// If the input cannot be read on. A packed file that is damaged is no error but a piece that says so.
    pub fn fill(&mut self, block: &mut Block) -> Result<bool, Error> {
        block.clear();
        block.first = self.given;
        while let Some(part) = self.parts.front_mut() {
            block.trees.clone_from(&part.trees);
            block.header = None;
            let goes_on = match part.cut.fill(block) {
                Ok(goes_on) => goes_on,
                Err(error) if part.is_packed && is_damage(&error) => {
                    let ends = block.pieces.iter().filter_map(|piece| piece.content.as_ref().ok());
                    let end = ends.map(|it| it.end).max();
                    block.refuse(part.cut.line(), end.unwrap_or(0), Unreadable::Damaged);
                    false
                }
                Err(source) => return Err(Error::File { path: part.name.clone(), source }),
            };
            block.pieces.iter_mut().for_each(|piece| piece.line += self.lines);
            self.given += block.pieces.len() as u64;
            if !goes_on {
                self.end_part();
            }
            if goes_on || !block.pieces.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Goes on to the next part; what is known of the columns of this one is kept.
    fn end_part(&mut self) {
        let Some(part) = self.parts.front() else { return };
        self.lines += part.cut.line().saturating_sub(1);
        let (unused, missing) = (part.cut.unused(), part.cut.missing());
        add_new(&mut self.unused, unused);
        add_new(&mut self.missing, missing);
        self.passed_over = self.passed_over.and(part.cut.passed_over());
        self.parts.pop_front();
    }
}

impl Default for Source {
    /// Nothing.
    fn default() -> Source {
        Source {
            parts: VecDeque::new(),
            lines: 0,
            given: 0,
            unused: Vec::new(),
            missing: Vec::new(),
            passed_over: PassedOver::default(),
            size: None,
            position: Arc::default(),
        }
    }
}

fn add_new(names: &mut Vec<String>, new: Vec<String>) {
    for name in new {
        if !names.contains(&name) {
            names.push(name);
        }
    }
}

/// An input, cut as was chosen for it.
fn part(mut input: Input, choice: &Choice, schema: &Schema) -> Part {
    if let Some(reader) = choice.table() {
        input.turn_to_table(reader);
    }
    let first = input.first().to_vec();
    // The text of columns is made here, whatever a reader says of files.
    let made = input.columns.as_ref().map(|_| b',');
    let reader = input.take_reader();
    let is_by_line = has_whole_first_line(&first);
    let is_array = first.trim_ascii_start().starts_with(b"[");
    let plan = choice.plan(schema);
    let said = made.or_else(|| plan.as_ref().and_then(Plan::delimiter));
    let cut: Box<dyn Cut> = match choice.format() {
        Format::Csv => Box::new(Rows::new(reader, said.unwrap_or_else(|| Layout::of(&first).delimiter), schema, plan)),
        Format::Tsv => Box::new(Rows::new(reader, said.unwrap_or(b'\t'), schema, plan)),
        Format::Fixed => Box::new(Groups::new(reader, &choice.lines())),
        Format::X12 => Box::new(Transactions::new(reader, choice.structures())),
        Format::Xml => Box::new(Whole::new(reader)),
        Format::Json | Format::Fhir if is_array => Box::new(Elements::new(reader, true)),
        Format::Json | Format::Fhir if !is_by_line => Box::new(Elements::new(reader, false)),
        Format::Ndjson | Format::Json | Format::Fhir | Format::Parquet | Format::Arrow => Box::new(Lines::new(reader)),
    };
    Part { name: input.name, cut, trees: choice.trees(), is_packed: input.is_packed }
}

/// Whether the first line that is not blank holds one whole JSON value (or is longer than what we look at).
fn has_whole_first_line(first: &[u8]) -> bool {
    let start = first.trim_ascii_start();
    match start.iter().position(|&byte| byte == b'\n') {
        Some(end) => serde_json::from_slice::<serde::de::IgnoredAny>(start.get(..end).unwrap_or_default()).is_ok(),
        None => true,
    }
}
