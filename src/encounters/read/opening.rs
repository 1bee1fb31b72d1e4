//! Opening an input: the packing comes off, an archive is read where it lies, and the first bytes tell what it is.

use super::columnar;
use super::columnar::Columnar;
use super::columnar::Form;
use super::columnar::Kind;
use super::format::Error;
use super::format::is_damage;
use super::input::Columns;
use super::input::Failed;
use super::input::Input;
use super::input::PEEK;
use super::input::Workbook;
use crate::files;
use crate::files::Archive;
use crate::files::Book;
use crate::files::Content;
use crate::files::Encoding;
use crate::files::TextReader;
use crate::files::Unpacked;
use std::fs::File;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Cursor;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

/// Bytes of an archive that is not a file on disk: 256 MiB.
const MOST_ARCHIVE: u64 = 256 << 20;

impl Input {
    /// Opens a file, or standard input for `-`. What is packed is unpacked; an archive may hold one file.
    ///
    /// # Errors
    /// If there is no such file, it is a directory or holds several files, or its beginning cannot be read.
    pub fn open(path: &Path) -> Result<Input, Error> {
        one(Input::open_all(path, None, &Arc::default())?, &path.display().to_string())
    }

    /// Opens a file, or all files of an archive; of a spreadsheet the sheet of a name, else the first. `position` counts what
    /// is read.
    ///
    /// # Errors
    /// As [`Input::open`].
    pub fn open_all(path: &Path, sheet: Option<&str>, position: &Arc<AtomicU64>) -> Result<Vec<Input>, Error> {
        let name = path.display().to_string();
        let mut opening = Opening { name, size: None, sheet, position };
        if opening.name == "-" {
            "standard input".clone_into(&mut opening.name);
            return opening.stream(Box::new(io::stdin()));
        }
        let failed = |source| Error::File { path: path.display().to_string(), source };
        let meta = std::fs::metadata(path).map_err(failed)?;
        if meta.is_dir() {
            return Err(Error::Directory { path: opening.name });
        }
        let file = File::open(path).map_err(failed)?;
        if !meta.is_file() {
            return opening.stream(Box::new(file));
        }
        opening.size = Some(meta.len());
        opening.file(file)
    }

    /// Takes the packing off, and looks at the beginning. `name` stands in errors, and its ending tells the format.
    ///
    /// # Errors
    /// If the first bytes cannot be read, or it is an archive of several files.
    pub fn new(name: &str, size: Option<u64>, input: Box<dyn Read + Send>) -> Result<Input, Error> {
        let opening = Opening { name: name.to_owned(), size, sheet: None, position: &Arc::default() };
        one(opening.stream(input)?, name)
    }
}

/// The only one of some inputs.
fn one(inputs: Vec<Input>, name: &str) -> Result<Input, Error> {
    let mut inputs = inputs.into_iter();
    match (inputs.next(), inputs.next()) {
        (Some(input), None) => Ok(input),
        _ => Err(Error::SeveralFiles { path: name.to_owned() }),
    }
}

/// A file that is about to be opened.
struct Opening<'a> {
    name: String,
    size: Option<u64>,
    sheet: Option<&'a str>,
    position: &'a Arc<AtomicU64>,
}

impl Opening<'_> {
    fn failed(&self, source: io::Error) -> Error {
        Error::File { path: self.name.clone(), source }
    }

    /// A file on disk: an archive is read where it lies.
    fn file(&self, mut file: File) -> Result<Vec<Input>, Error> {
        let (first, error) = files::peek(&mut file, PEEK);
        error.map_or_else(|| file.rewind(), Err).map_err(|error| self.failed(error))?;
        let counted = Counted { input: file, position: Arc::clone(self.position) };
        if let Some(kind) = Kind::of(&first) {
            let opened = columnar::open(kind, Box::new(counted), self.size.unwrap_or(0));
            return Ok(vec![self.columns(kind, opened)?]);
        }
        if files::is_archive(&first) {
            self.refuse_foreign(&first)?;
            return self.archive(Box::new(counted));
        }
        self.stream(Box::new(counted))
    }

    /// What comes once: an archive has to be in memory, because its list of files stands at its end.
    fn stream(&self, input: Box<dyn Read + Send>) -> Result<Vec<Input>, Error> {
        let mut unpacked = files::unpack(input).map_err(|error| self.failed(error))?;
        let (first, error) = files::peek(&mut unpacked.reader, PEEK);
        self.refuse_foreign(&first)?;
        if !files::is_archive(&first) {
            return Ok(vec![self.unpacked(unpacked, first, error)?]);
        }
        let mut bytes = first;
        let rest = unpacked.reader.take(MOST_ARCHIVE).read_to_end(&mut bytes);
        error.map_or(rest, Err).map_err(|error| self.failed(error))?;
        if bytes.len() as u64 > MOST_ARCHIVE {
            return Err(self.failed(io::Error::other("an archive of more than 256 MiB has to be a file on disk")));
        }
        self.archive(Box::new(Cursor::new(bytes)))
    }

    fn archive(&self, content: Box<dyn Content>) -> Result<Vec<Input>, Error> {
        let archive = Archive::open(content).map_err(|error| self.failed(error))?;
        let of_file = |(name, file): (&str, Box<dyn Read + Send>)| {
            let mut unpacked = files::unpack(file).map_err(|error| self.failed(error))?;
            unpacked.is_packed = true;
            let (first, error) = files::peek(&mut unpacked.reader, PEEK);
            self.refuse_foreign(&first)?;
            if files::is_archive(&first) {
                return Err(self.failed(io::Error::other("there is an archive in the archive: unpack it first")));
            }
            let mut input = self.unpacked(unpacked, first, error)?;
            name.clone_into(&mut input.ending);
            Ok(input)
        };
        archive.files().map(of_file).collect()
    }

    fn refuse_foreign(&self, first: &[u8]) -> Result<(), Error> {
        files::foreign(first).map_or(Ok(()), |what| Err(Error::Foreign { path: self.name.clone(), what }))
    }

    fn input(&self, first: Vec<u8>, reader: Box<dyn BufRead + Send>) -> Input {
        let (name, position) = (self.name.clone(), Arc::clone(self.position));
        let (ending, size) = (name.clone(), self.size);
        Input { name, ending, size, position, is_packed: false, book: None, columns: None, first, reader }
    }

    /// A file of columns: its first rows tell which reader knows it.
    fn columns(&self, kind: Kind, opened: io::Result<Box<dyn Columnar>>) -> Result<Input, Error> {
        let mut rows = opened.map_err(|error| self.failed(error))?;
        let first = rows.beginning(PEEK).map_err(|error| self.failed(error))?;
        let columns = Some(Columns { kind, rows, form: Form::Lines });
        Ok(Input { columns, is_packed: true, ..self.input(first, Box::new(io::empty())) })
    }

    /// Looks at the beginning of a stream of which some was read already.
    fn unpacked(
        &self,
        mut unpacked: Unpacked,
        mut start: Vec<u8>,
        mut error: Option<io::Error>,
    ) -> Result<Input, Error> {
        if let Some(kind) = Kind::of(&start).filter(|_| error.is_none()) {
            let whole = Box::new(Cursor::new(start).chain(unpacked.reader));
            return self.columns(kind, columnar::open_stream(kind, whole, unpacked.is_packed));
        }
        let mut book = None;
        if files::is_sheet(&start) && error.is_none() {
            let whole = Cursor::new(std::mem::take(&mut start)).chain(unpacked.reader);
            let read = Book::read(whole).map_err(|error| self.failed(error))?;
            unpacked = Unpacked { reader: read.sheet(self.sheet), is_packed: true };
            // A sheet that was asked for is not left for that of a reader.
            book = Some(Workbook { book: read, is_settled: self.sheet.is_some() });
            (start, error) = files::peek(&mut unpacked.reader, PEEK);
            // No sheet of that name, or no sheet at all.
            if let Some(error) = error.take_if(|_| start.is_empty()) {
                return Err(self.failed(error));
            }
        }
        // Trees are UTF-8, so that a line that is not is told; tables are saved in the way of the office.
        let is_tree = matches!(start.trim_ascii_start().first(), Some(b'{' | b'[' | b'<'));
        let encoding = is_tree.then(|| declared(&start).unwrap_or(Encoding::UTF_8));
        let rest: Box<dyn Read + Send> = match error {
            Some(error) => Box::new(Failed(Some(error))),
            None => unpacked.reader,
        };
        let mut text: Box<dyn Read + Send> = Box::new(TextReader::new(Cursor::new(start).chain(rest), encoding));
        let (first, error) = files::peek(&mut text, PEEK);
        // What is wrong with a packed file is said where reading meets it.
        let rest: Box<dyn Read + Send> = match error {
            Some(error) if !(unpacked.is_packed && is_damage(&error)) => return Err(self.failed(error)),
            Some(error) => Box::new(Failed(Some(error))),
            None => text,
        };
        let whole = Cursor::new(first.clone()).chain(rest);
        let reader = Box::new(BufReader::with_capacity(64 << 10, whole));
        Ok(Input { book, is_packed: unpacked.is_packed, ..self.input(first, reader) })
    }
}

/// The encoding that a document of XML says of itself, if its letters stand as bytes.
fn declared(start: &[u8]) -> Option<Encoding> {
    let head = start.trim_ascii_start();
    let head = head.get(..head.windows(2).position(|pair| pair == b"?>")?)?;
    let head = std::str::from_utf8(head.strip_prefix(b"<?xml")?).ok()?;
    let (_, value) = head.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let name = value.strip_prefix(['"', '\''])?.split(['"', '\'']).next()?;
    // Its first sign was read as one byte, whatever it says.
    Encoding::named(name).filter(|encoding| !encoding.name().starts_with("UTF-16"))
}

/// Counts what is read.
struct Counted {
    input: File,
    position: Arc<AtomicU64>,
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.input.seek(to)
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.position.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
