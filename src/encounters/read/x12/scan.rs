//! An input as segments. What stands between segments, elements and parts is read from each `ISA` segment anew.

use crate::encounters::read::json_array::lines_in;
use crate::encounters::read::unreadable::Unreadable;
use memchr::memchr;
use serde_json::Map;
use serde_json::Value;
use std::io;
use std::io::BufRead;

/// Elements of the segment that begins an interchange; the last is the sign between parts.
const HEADER_ELEMENTS: usize = 16;
/// The segment has 106 signs; some programs leave its blanks out, none writes more.
const LONGEST_HEADER: usize = 200;
/// Longest segment that is read: 16 MiB.
const LONGEST_SEGMENT: usize = 16 << 20;
/// Where a segment stands: its number in the file, from 1.
pub(super) const POSITION: &str = "#position";
/// The line on which it begins, from 1.
pub(super) const LINE: &str = "#line";

/// What separates.
#[derive(Clone, Copy)]
struct Signs {
    element: u8,
    part: u8,
    repeat: Option<u8>,
    end: u8,
}

/// One segment.
pub(super) struct Segment {
    /// Its number in the file, from 1.
    pub position: u64,
    /// The line on which it begins.
    pub line: u64,
    /// Its name.
    pub id: String,
    /// Its elements by number, those that hold something, and where it stands.
    pub value: Value,
    /// Bytes of the file.
    pub size: usize,
}

/// What comes next in an input.
pub(super) enum Scanned {
    Segment(Segment),
    /// What stands on a line cannot be read.
    Wrong(u64, Unreadable),
    End,
}

/// Reads segments one after the other.
pub(super) struct Scanner {
    input: Box<dyn BufRead + Send>,
    signs: Option<Signs>,
    line: u64,
    position: u64,
    raw: Vec<u8>,
}

/// Whether bytes begin as an interchange does.
pub(in crate::encounters::read) fn begins(first: &[u8]) -> bool {
    let start = first.trim_ascii_start();
    let mut header = Vec::new();
    start.starts_with(b"ISA") && start.iter().any(|&byte| header_goes_on(&mut header, byte).is_some())
}

/// Adds a byte to the first segment of an interchange; the signs once it is whole.
fn header_goes_on(header: &mut Vec<u8>, byte: u8) -> Option<Signs> {
    let element = header.get(3).copied();
    let count = element.map_or(0, |sign| header.iter().filter(|&&it| it == sign).count());
    let is_at_end = count == HEADER_ELEMENTS && header.last() != element.as_ref();
    if is_at_end {
        let elements: Vec<&[u8]> = header.split(|it| Some(*it) == element).collect();
        let is_version = elements.get(12).is_some_and(|it| it.len() == 5 && it.iter().all(u8::is_ascii_digit));
        let repeat = elements.get(11).and_then(|it| it.first()).copied().filter(u8::is_ascii_punctuation);
        let signs = Signs { element: element?, part: *header.last()?, repeat, end: byte };
        let is_sign = |it: u8| it.is_ascii() && !it.is_ascii_alphanumeric() && it != b' ';
        return [signs.element, signs.part, signs.end].into_iter().all(is_sign).then_some(signs).filter(|_| is_version);
    }
    if !matches!(byte, b'\r' | b'\n') && header.len() < LONGEST_HEADER {
        header.push(byte);
    }
    None
}

impl Scanner {
    pub(super) fn new(input: Box<dyn BufRead + Send>) -> Scanner {
        Scanner { input, signs: None, line: 1, position: 0, raw: Vec::new() }
    }

    /// The line on which reading is.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The next segment.
    pub(super) fn next(&mut self) -> io::Result<Scanned> {
        self.skip_blanks()?;
        let line = self.line;
        self.raw.clear();
        while self.raw.len() < 3 && !self.is_ended() {
            let Some(byte) = self.byte()? else { break };
            self.raw.push(byte);
        }
        if self.raw.is_empty() {
            return Ok(Scanned::End);
        }
        let is_header = self.raw == b"ISA";
        if is_header {
            self.signs = self.header()?;
        }
        let Some(signs) = self.signs else {
            self.skip_to_header()?;
            return Ok(Scanned::Wrong(line, Unreadable::Segments("this is no X12: no interchange begins here")));
        };
        self.position += 1;
        if !is_header && !self.is_ended() {
            self.read_to(signs.end)?;
        }
        if self.raw.len() > LONGEST_SEGMENT {
            return Ok(Scanned::Wrong(line, Unreadable::TooLong));
        }
        let size = self.raw.len();
        Ok(match std::str::from_utf8(&self.raw) {
            Ok(text) => Scanned::Segment(segment(text, signs, self.position, line, size)),
            Err(_) => Scanned::Wrong(line, Unreadable::NotUtf8),
        })
    }

    /// Whether what was read is a segment with the sign that ends it.
    fn is_ended(&self) -> bool {
        self.signs.is_some_and(|signs| self.raw.last() == Some(&signs.end))
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.input.fill_buf()?.first().copied();
        if byte.is_some() {
            self.input.consume(1);
            self.line += u64::from(byte == Some(b'\n'));
        }
        Ok(byte)
    }

    fn skip_blanks(&mut self) -> io::Result<()> {
        loop {
            let bytes = self.input.fill_buf()?;
            let blanks = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let is_over = blanks < bytes.len() || bytes.is_empty();
            self.line += lines_in(bytes.get(..blanks).unwrap_or_default());
            self.input.consume(blanks);
            if is_over {
                return Ok(());
            }
        }
    }

    /// Reads the rest of the segment that begins an interchange.
    fn header(&mut self) -> io::Result<Option<Signs>> {
        for _ in 0..2 * LONGEST_HEADER {
            let Some(byte) = self.byte()? else { return Ok(None) };
            if let Some(signs) = header_goes_on(&mut self.raw, byte) {
                return Ok(Some(signs));
            }
        }
        Ok(None)
    }

    /// Adds what stands before the end of the segment, without the ends of lines in it.
    fn read_to(&mut self, end: u8) -> io::Result<()> {
        loop {
            let bytes = self.input.fill_buf()?;
            let found = memchr(end, bytes);
            let part = bytes.get(..found.unwrap_or(bytes.len())).unwrap_or_default();
            // Files are cut into lines where it pleases the program that sends them.
            if self.raw.len() <= LONGEST_SEGMENT {
                self.raw.extend(part.iter().filter(|byte| !matches!(byte, b'\r' | b'\n')));
            }
            self.line += lines_in(part) + u64::from(found.is_some() && end == b'\n');
            let (taken, is_over) = (part.len() + usize::from(found.is_some()), found.is_some() || bytes.is_empty());
            self.input.consume(taken);
            if is_over {
                return Ok(());
            }
        }
    }

    /// Reads on to the line on which an interchange may begin.
    fn skip_to_header(&mut self) -> io::Result<()> {
        loop {
            let bytes = self.input.fill_buf()?;
            if bytes.is_empty() || bytes.starts_with(b"ISA") {
                return Ok(());
            }
            let taken = memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1);
            self.line += lines_in(bytes.get(..taken).unwrap_or_default());
            self.input.consume(taken);
        }
    }
}

fn segment(text: &str, signs: Signs, position: u64, line: u64, size: usize) -> Segment {
    let mut elements = text.trim_end_matches(char::from(signs.end)).split(char::from(signs.element));
    let id = elements.next().unwrap_or_default().trim().to_owned();
    let mut value = Map::new();
    value.insert(POSITION.to_owned(), Value::from(position));
    value.insert(LINE.to_owned(), Value::from(line));
    // The first segment says which signs separate, so that they separate nothing in it.
    let is_plain = id == "ISA";
    for (number, text) in elements.enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        let element = if is_plain { Value::from(text) } else { element(text, signs) };
        value.insert((number + 1).to_string(), element);
    }
    Segment { position, line, id, value: Value::Object(value), size }
}

fn element(text: &str, signs: Signs) -> Value {
    match signs.repeat.filter(|sign| text.as_bytes().contains(sign)) {
        Some(sign) => Value::Array(text.split(char::from(sign)).map(|text| parts(text, signs.part)).collect()),
        None => parts(text, signs.part),
    }
}

fn parts(text: &str, sign: u8) -> Value {
    if !text.as_bytes().contains(&sign) {
        return Value::from(text);
    }
    let parts = text.split(char::from(sign)).enumerate().filter(|(_, part)| !part.trim().is_empty());
    Value::Object(parts.map(|(number, part)| ((number + 1).to_string(), Value::from(part))).collect())
}
