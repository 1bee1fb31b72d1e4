//! A file or stream, cut into pieces: one an encounter, in blocks of bounded size.

use super::block::Block;
use super::block::Cut;
use super::csv::Rows;
use super::fhir;
use super::json_array::Elements;
use super::ndjson::Lines;
use super::schema::Schema;
use super::unreadable::Unreadable;
use crate::files;
use std::fs::File;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Cursor;
use std::io::Read;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

/// So much of the beginning decides what the format is.
const PEEK: usize = 64 << 10;

/// Why an input cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened or read.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// It is a directory.
    #[error("{path}: this is a directory, and a file is needed")]
    Directory {
        /// The directory.
        path: String,
    },
    /// A format nobody knows.
    #[error("there is no format `{name}`; there is ndjson, json, csv, tsv, fhir")]
    UnknownFormat {
        /// The name that was given.
        name: String,
    },
}

/// How encounters stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Ndjson,
    /// One JSON array of objects, or objects one after the other.
    Json,
    /// A header of field names, then one encounter a row.
    Csv,
    /// The same, tabs between the cells.
    Tsv,
    /// FHIR resources or Bundles, one a line or one after the other.
    Fhir,
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Format, Error> {
        Ok(match name {
            "ndjson" | "jsonl" => Format::Ndjson,
            "json" => Format::Json,
            "csv" => Format::Csv,
            "tsv" => Format::Tsv,
            "fhir" => Format::Fhir,
            _ => return Err(Error::UnknownFormat { name: name.to_owned() }),
        })
    }
}

/// An input before anything is known of its content.
struct Opened {
    name: String,
    /// In bytes; `None` for a stream.
    size: Option<u64>,
    input: Box<dyn Read + Send>,
}

fn open(path: &Path) -> Result<Opened, Error> {
    let name = path.display().to_string();
    if name == "-" {
        return Ok(Opened { name: "standard input".to_owned(), size: None, input: Box::new(io::stdin()) });
    }
    let failed = |source| Error::File { path: name.clone(), source };
    let meta = std::fs::metadata(path).map_err(failed)?;
    if meta.is_dir() {
        return Err(Error::Directory { path: name });
    }
    let input = Box::new(File::open(path).map_err(failed)?);
    Ok(Opened { name, size: meta.is_file().then_some(meta.len()), input })
}

/// An opened input.
pub struct Source {
    name: String,
    cut: Box<dyn Cut>,
    is_fhir: bool,
    is_packed: bool,
    is_done: bool,
    size: Option<u64>,
    position: Arc<AtomicU64>,
    looks_like: Option<&'static str>,
}

impl Source {
    /// Opens a file, or standard input for `-`. Without a format, the ending and the first bytes decide. Files packed
    /// with gzip or xz are unpacked as they are read, whatever they are called.
    ///
    /// # Errors
    /// If there is no such file, or it is a directory.
    pub fn open(path: &Path, format: Option<Format>, schema: &Schema) -> Result<Source, Error> {
        let Opened { name, size, input } = open(path)?;
        Source::new(&name, size, input, format, schema)
    }

    /// Opens a file of free texts, one a line, blank ones too; standard input for `-`. Packed files are unpacked.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn open_texts(path: &Path) -> Result<Source, Error> {
        Source::of(open(path)?, |_, input| (Box::new(Lines::of_texts(input)), false))
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
        let opened = Opened { name: name.to_owned(), size, input };
        let mut looks_like = None;
        let source = Source::of(opened, |first, input| {
            looks_like = if format.is_none() { table(first) } else { None };
            let format = format.unwrap_or_else(|| guess(name, first, schema));
            let is_by_line = has_whole_first_line(first);
            let is_array = first.trim_ascii_start().starts_with(b"[");
            let cut: Box<dyn Cut> = match format {
                Format::Csv => Box::new(Rows::new(input, Rows::delimiter(first), schema)),
                Format::Tsv => Box::new(Rows::new(input, b'\t', schema)),
                Format::Json | Format::Fhir if is_array => Box::new(Elements::new(input, true)),
                Format::Json | Format::Fhir if !is_by_line => Box::new(Elements::new(input, false)),
                Format::Ndjson | Format::Json | Format::Fhir => Box::new(Lines::new(input)),
            };
            (cut, format == Format::Fhir)
        })?;
        Ok(Source { looks_like, ..source })
    }

    /// The format of a table that the input, of which no format was given, may be in, as `--format` takes it.
    pub fn looks_like(&self) -> Option<&'static str> {
        self.looks_like
    }

    /// Takes the packing off, and gives the beginning and the whole to `cut`, which says how it is cut and whether it is
    /// FHIR.
    fn of(
        opened: Opened,
        cut: impl FnOnce(&[u8], Box<dyn BufRead + Send>) -> (Box<dyn Cut>, bool),
    ) -> Result<Source, Error> {
        let Opened { name, size, input } = opened;
        let failed = |source| Error::File { path: name.clone(), source };
        let position = Arc::new(AtomicU64::new(0));
        let input = Counted { input, position: Arc::clone(&position) };
        let mut unpacked = files::unpack(Box::new(input)).map_err(failed)?;
        let (first, error) = files::peek(&mut unpacked.reader, PEEK);
        // What is wrong with a packed file is said where reading meets it.
        let rest: Box<dyn Read + Send> = match error {
            Some(error) if !(unpacked.is_packed && is_damage(&error)) => return Err(failed(error)),
            Some(error) => Box::new(Failed(Some(error))),
            None => unpacked.reader,
        };
        let first = first.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&first).to_vec();
        let whole = Cursor::new(first.clone()).chain(rest);
        let input: Box<dyn BufRead + Send> = Box::new(BufReader::with_capacity(64 << 10, whole));
        let (cut, is_fhir) = cut(&first, input);
        Ok(Source {
            name,
            cut,
            is_fhir,
            is_packed: unpacked.is_packed,
            is_done: false,
            size,
            position,
            looks_like: None,
        })
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
        block.is_fhir = self.is_fhir;
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
        Ok(!block.pieces.is_empty() || !self.is_done)
    }
}

fn is_damage(error: &io::Error) -> bool {
    use io::ErrorKind;
    matches!(
        error.kind(),
        ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof | ErrorKind::Other
    )
}

/// The format by the ending of the name, then by the first bytes.
fn guess(name: &str, first: &[u8], schema: &Schema) -> Format {
    let name = name.to_ascii_lowercase();
    let name = name.trim_end_matches(".gz").trim_end_matches(".xz");
    let start = first.trim_ascii_start();
    if start.starts_with(b"{") && fhir::fits(schema) && is_resource(start) {
        return Format::Fhir;
    }
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "csv" => Format::Csv,
        "tsv" | "tab" => Format::Tsv,
        "json" => Format::Json,
        "ndjson" | "jsonl" => Format::Ndjson,
        _ if start.starts_with(b"[") => Format::Json,
        _ => Format::Ndjson,
    }
}

/// Whether the first lines are no JSON and have cells, as many in the second as in the first.
fn table(first: &[u8]) -> Option<&'static str> {
    if matches!(first.trim_ascii_start().first(), None | Some(b'{' | b'[' | b'"')) {
        return None;
    }
    let mut lines = first.split(|byte| *byte == b'\n');
    let (head, row) = (lines.next()?, lines.next()?);
    let cells = |line: &[u8], sign: u8| line.iter().filter(|byte| **byte == sign).count();
    let is_cut = |sign: u8| cells(head, sign) > 0 && cells(head, sign) == cells(row, sign);
    match [b'\t', b';', b',', b'|'].into_iter().find(|sign| is_cut(*sign)) {
        Some(b'\t') => Some("tsv"),
        Some(_) => Some("csv"),
        None => None,
    }
}

/// Whether the first object says what FHIR resource it is.
fn is_resource(first: &[u8]) -> bool {
    let line = first.split(|&byte| byte == b'\n').next().unwrap_or_default();
    match serde_json::from_slice::<fhir::Head>(line) {
        Ok(head) => head.resource_type.is_some(),
        // Written over several lines, or longer than what we look at.
        Err(_) => first.windows(14).any(|it| it == b"\"resourceType\""),
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

/// Reports once more that reading failed, after what was read before.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Counts what is read.
struct Counted {
    input: Box<dyn Read + Send>,
    position: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.position.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
