//! A file or stream, cut into pieces: one an encounter, in blocks of bounded size.

use super::aside::Kept;
use super::block::Block;
use super::block::Cut;
use super::csv::Rows;
use super::fixed::Groups;
use super::format::Error;
use super::format::Format;
use super::format::is_damage;
use super::input::Choice;
use super::input::Input;
use super::json_array::Elements;
use super::mapping::Plan;
use super::mapping::Trees;
use super::ndjson::Lines;
use super::ndjson::Whole;
use super::schema::Schema;
use super::unreadable::Unreadable;
use super::x12::Transactions;
use crate::files::Layout;
use crate::files::Spool;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// An opened input.
pub struct Source {
    name: String,
    cut: Box<dyn Cut>,
    trees: Option<Arc<Trees>>,
    is_packed: bool,
    is_done: bool,
    /// Pieces that were given out.
    given: u64,
    size: Option<u64>,
    position: Arc<AtomicU64>,
}

impl Source {
    /// Opens a file, or standard input for `-`. Without a format, the ending and the first bytes decide. Files packed
    /// with gzip or xz are unpacked as they are read, whatever they are called.
    ///
    /// # Errors
    /// If there is no such file, or it is a directory.
    pub fn open(path: &Path, format: Option<Format>, schema: &Schema) -> Result<Source, Error> {
        Ok(Source::plain(Input::open(path)?, format, schema))
    }

    /// Opens a file of free texts, one a line, blank ones too; standard input for `-`. Packed files are unpacked.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn open_texts(path: &Path) -> Result<Source, Error> {
        let mut input = Input::open(path)?;
        let cut = Box::new(Lines::of_texts(input.take_reader()));
        Ok(Source::of(input, cut, None))
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
        Ok(Source::plain(Input::new(name, size, input)?, format, schema))
    }

    /// Fields that are called as those of the record are.
    fn plain(input: Input, format: Option<Format>, schema: &Schema) -> Source {
        let choice = Choice::plain(&input, format);
        Source::chosen(input, &choice, schema)
    }

    /// Reads an input as was chosen for it.
    pub fn chosen(mut input: Input, choice: &Choice, schema: &Schema) -> Source {
        let first = input.first().to_vec();
        let reader = input.take_reader();
        let is_by_line = has_whole_first_line(&first);
        let is_array = first.trim_ascii_start().starts_with(b"[");
        let plan = choice.plan(schema);
        let said = plan.as_ref().and_then(Plan::delimiter);
        let cut: Box<dyn Cut> = match choice.format() {
            Format::Csv => {
                Box::new(Rows::new(reader, said.unwrap_or_else(|| Layout::of(&first).delimiter), schema, plan))
            }
            Format::Tsv => Box::new(Rows::new(reader, said.unwrap_or(b'\t'), schema, plan)),
            Format::Fixed => match choice.lines() {
                Some(lines) => Box::new(Groups::new(reader, lines)),
                None => Box::new(Lines::new(reader)),
            },
            Format::X12 => Box::new(Transactions::new(reader, choice.structures())),
            Format::Xml => Box::new(Whole::new(reader)),
            Format::Json | Format::Fhir if is_array => Box::new(Elements::new(reader, true)),
            Format::Json | Format::Fhir if !is_by_line => Box::new(Elements::new(reader, false)),
            Format::Ndjson | Format::Json | Format::Fhir => Box::new(Lines::new(reader)),
        };
        Source::of(input, cut, choice.trees())
    }

    fn of(input: Input, cut: Box<dyn Cut>, trees: Option<Arc<Trees>>) -> Source {
        let Input { name, size, position, is_packed, .. } = input;
        Source { name, cut, trees, is_packed, is_done: false, given: 0, size, position }
    }

    /// What was put aside, from a byte of the spool on. `refused` are those that could not be read, by their numbers.
    pub fn aside(spool: Arc<Spool>, start: u64, refused: Vec<Unreadable>) -> Source {
        let cut = Box::new(Kept::new(spool, start, refused));
        let position = Arc::new(AtomicU64::new(0));
        let name = "what was put aside".to_owned();
        Source { name, cut, trees: None, is_packed: false, is_done: false, given: 0, size: None, position }
    }

    /// Columns that fill no field, as far as the header was read.
    pub fn unused(&self) -> Vec<String> {
        self.cut.unused()
    }

    /// Columns that a reader names and the file does not have.
    pub fn missing(&self) -> Vec<String> {
        self.cut.missing()
    }

    /// Size of the file as it lies there, in bytes; `None` for a stream.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Counts the bytes read so far, of the file as it lies there.
    pub fn position(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.position)
    }

    /// Fills a block anew; `false` when the input was at its end and the block is empty.
    ///
    /// # Errors
    /// If the input cannot be read on. A packed file that is damaged is no error but a piece that says so.
    pub fn fill(&mut self, block: &mut Block) -> Result<bool, Error> {
        block.clear();
        block.trees.clone_from(&self.trees);
        block.first = self.given;
        if self.is_done {
            return Ok(false);
        }
        match self.cut.fill(block) {
            Ok(goes_on) => self.is_done = !goes_on,
            Err(error) if self.is_packed && is_damage(&error) => {
                self.is_done = true;
                let end = block.pieces.iter().filter_map(|piece| piece.content.as_ref().ok()).map(|it| it.end).max();
                block.refuse(self.cut.line(), end.unwrap_or(0), Unreadable::Damaged);
            }
            Err(source) => return Err(Error::File { path: self.name.clone(), source }),
        }
        self.given += block.pieces.len() as u64;
        Ok(!block.pieces.is_empty() || !self.is_done)
    }
}

/// Whether the first line that is not blank holds one whole JSON value (or is longer than what we look at).
fn has_whole_first_line(first: &[u8]) -> bool {
    let start = first.trim_ascii_start();
    match start.iter().position(|&byte| byte == b'\n') {
        Some(end) => serde_json::from_slice::<serde::de::IgnoredAny>(start.get(..end).unwrap_or_default()).is_ok(),
        None => true,
    }
}
