//! CSV and TSV: a header, then one encounter a row, or rows that a reader puts together. A row whose columns are called as the
//! fields are is kept as it is, and its cells go into typed slots where it is answered; a reader makes the JSON text of a record.

use super::block::Block;
use super::block::Cut;
use super::block::PassedOver;
use super::gathering::Gathered;
use super::gathering::Gathering;
use super::gathering::Together;
use super::header::Header;
use super::header::Known;
use super::json_array::lines_in;
use super::mapping::Columns;
use super::mapping::Plan;
use super::row;
use super::row::MOST_CELLS;
use super::row::Row;
use super::row::without_sign_line;
use super::schema::Schema;
use super::unreadable::LONGEST;
use super::unreadable::Unreadable;
use crate::files::Quoting;
use csv_core::ReadRecordResult;
use std::io;
use std::io::BufRead;
use std::sync::Arc;

/// Rows that one encounter may have.
const MOST_ROWS: usize = 10_000;

/// Cuts an input into rows.
pub(super) struct Rows {
    input: Box<dyn BufRead + Send>,
    parser: csv_core::Reader,
    quotes: Quotes,
    row: Row,
    header: Option<Shape>,
    known: Known,
    line: u64,
    /// The last byte was none that ends a line.
    is_within_line: bool,
    plan: Option<Plan>,
    waiting: Waiting,
    /// All rows, those of one encounter together, where they need not follow each other.
    together: Option<Together>,
    passed_over: PassedOver,
}

/// Rows of an encounter that may go on.
#[derive(Default)]
struct Waiting {
    /// Line of the first.
    line: u64,
    rows: Vec<Row>,
    /// Bytes in them.
    size: usize,
    /// There were more than are kept: the encounter is refused.
    is_full: bool,
}

impl Waiting {
    /// Takes a row over, as long as there is room.
    fn add(&mut self, row: &mut Row) {
        self.is_full |= self.rows.len() >= MOST_ROWS || self.size > LONGEST;
        if !self.is_full {
            row.shrink();
            self.size += row.bytes.len();
            self.rows.push(std::mem::take(row));
        }
    }
}

/// What the columns make.
enum Shape {
    /// They are called as fields are.
    Own(Arc<Header>),
    /// A reader says what they fill.
    Mapped(Columns),
}

enum Outcome {
    Row,
    /// It is read to its end and not kept.
    Refused(Unreadable),
    End,
}

impl Rows {
    /// `schema` says which fields are lists, so that a cell can hold several words.
    pub(super) fn new(input: Box<dyn BufRead + Send>, delimiter: u8, schema: &Schema, plan: Option<Plan>) -> Rows {
        let parser = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        let known = Known::new(schema);
        let quotes = Quotes { delimiter, state: Quoting::Start, is_odd: false, has_lines: false };
        let waiting = Waiting::default();
        let (row, header, together, passed_over) = (Row::default(), None, None, PassedOver::default());
        let (line, is_within_line) = (1, false);
        Rows { input, parser, quotes, row, header, known, line, is_within_line, plan, waiting, together, passed_over }
    }

    /// Reads one row into `self.row`. One that is too long is read to its end and not kept.
    fn read(&mut self) -> io::Result<Outcome> {
        let (mut filled, mut ended, mut refused) = (0, 0, None);
        self.quotes.begin();
        loop {
            self.row.bytes.resize(self.row.bytes.len().max(filled + 4096), 0);
            self.row.ends.resize(self.row.ends.len().max(ended + 64), 0);
            let input = self.input.fill_buf()?;
            let output = self.row.bytes.get_mut(filled..).unwrap_or_default();
            let ends = self.row.ends.get_mut(ended..).unwrap_or_default();
            let (result, taken, wrote, cells) = self.parser.read_record(input, output, ends);
            let read = input.get(..taken).unwrap_or_default();
            self.line += lines_in(read);
            self.quotes.follow(read);
            self.is_within_line = read.last().map_or(self.is_within_line, |last| *last != b'\n');
            self.input.consume(taken);
            filled += wrote;
            ended += cells;
            if filled > LONGEST || ended > MOST_CELLS {
                refused = Some(if filled > LONGEST { Unreadable::TooLong } else { Unreadable::TooManyCells });
                self.row.bytes = Vec::new();
                (filled, ended) = (0, 0);
            }
            match result {
                ReadRecordResult::Record => {
                    let why = refused.or(self.quotes.fault().then_some(Unreadable::OpenQuote));
                    if let Some(why) = why {
                        return Ok(Outcome::Refused(why));
                    }
                    self.row.ends.truncate(ended);
                    return Ok(Outcome::Row);
                }
                ReadRecordResult::End => return Ok(Outcome::End),
                ReadRecordResult::InputEmpty | ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {}
            }
        }
    }

    /// Takes the blank lines before a row, and the line feed that `csv_core` leaves after a carriage return.
    fn skip_line_ends(&mut self) -> io::Result<()> {
        while let Some(b'\r' | b'\n') = self.input.fill_buf()?.first() {
            self.line += u64::from(self.input.fill_buf()?.first() == Some(&b'\n'));
            self.is_within_line = self.input.fill_buf()?.first() != Some(&b'\n');
            self.input.consume(1);
        }
        Ok(())
    }

    /// Passes over lines that stand above the header: what a report is, from when. They name no field, a line below does.
    fn pass_titles(&mut self) -> io::Result<()> {
        const MOST_ABOVE: usize = 10;
        let first = self.input.fill_buf()?;
        let rows = row::rows(first, self.quotes.delimiter, MOST_ABOVE + 1, false);
        let header = rows.iter().position(|names| names.len() > 1 && names.iter().any(|it| self.known.has(it)));
        let filled = |names: &[String]| names.iter().filter(|name| !name.is_empty()).count();
        let width = header.and_then(|at| rows.get(at)).map_or(0, |names| filled(names));
        let is_title = |names: &Vec<String>| filled(names) < width && !names.iter().any(|name| self.known.has(name));
        for _ in 0..header.filter(|at| rows.iter().take(*at).all(is_title)).unwrap_or(0) {
            self.skip_line_ends()?;
            self.read()?;
            self.passed_over.titles += 1;
        }
        self.skip_line_ends()
    }

    /// Reads the header, if the file has one; `false` if it should and has not.
    fn begin(&mut self, block: &mut Block) -> io::Result<bool> {
        let first = self.input.fill_buf()?;
        let line = first.len() - without_sign_line(first).len();
        self.line += u64::from(line > 0);
        self.input.consume(line);
        if let Some(plan) = &self.plan
            && let Some(names) = plan.columns()
        {
            self.header = Some(Shape::Mapped(Columns::new(plan, names)));
            return Ok(true);
        }
        if self.plan.is_none() {
            self.pass_titles()?;
        }
        match self.read()? {
            Outcome::End => Ok(false),
            Outcome::Refused(why) => {
                let why = if why == Unreadable::TooManyCells { Unreadable::TooManyColumns } else { why };
                block.refuse(1, block.bytes.len(), why);
                Ok(false)
            }
            Outcome::Row => {
                let names: Vec<String> =
                    self.row.cells().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
                self.header = Some(match &self.plan {
                    Some(plan) => Shape::Mapped(Columns::new(plan, &names)),
                    None => Shape::Own(Arc::new(Header::new(&names, &self.known))),
                });
                Ok(true)
            }
        }
    }
}

impl Rows {
    /// Writes the row just read, or keeps it until its encounter is whole.
    fn take(&mut self, line: u64, block: &mut Block) {
        let start = block.bytes.len();
        match &self.header {
            Some(Shape::Mapped(columns)) if columns.has_groups() => {
                let is_more = self.waiting.rows.last().is_some_and(|before| columns.is_same(before, &self.row));
                if !is_more {
                    self.end_group(block);
                    self.waiting.line = line;
                }
                self.waiting.add(&mut self.row);
            }
            Some(Shape::Mapped(columns)) => {
                let written = columns.write(std::slice::from_ref(&self.row), &mut block.bytes);
                finish(written, line, start, block);
            }
            Some(Shape::Own(header)) => {
                block.add_row(line, &self.row, header);
            }
            None => {}
        }
    }

    /// Writes the encounter whose rows are waiting, if there is one.
    fn end_group(&mut self, block: &mut Block) {
        let Waiting { line, rows, is_full, .. } = std::mem::take(&mut self.waiting);
        let start = block.bytes.len();
        let Some(Shape::Mapped(columns)) = self.header.as_ref().filter(|_| !rows.is_empty()) else { return };
        let written = if is_full { Err(Unreadable::TooManyRows) } else { columns.write(&rows, &mut block.bytes) };
        finish(written, line, start, block);
    }
}

/// Adds what was written from `start` on, or why nothing was; nothing if the reader leaves it out.
fn finish(written: Result<bool, Unreadable>, line: u64, start: usize, block: &mut Block) {
    match written {
        Ok(true) => block.push(line, start),
        Ok(false) => block.bytes.truncate(start),
        Err(why) => block.refuse(line, start, why),
    }
}

impl Rows {
    /// Reads all rows, and puts those of one encounter together.
    fn put_together(&mut self) -> io::Result<Together> {
        let mut gathering = Gathering::default();
        loop {
            self.skip_line_ends()?;
            let line = self.line;
            match self.read()? {
                Outcome::End => {
                    self.line += u64::from(self.is_within_line);
                    return gathering.together();
                }
                Outcome::Refused(why) => gathering.refuse(line, why)?,
                Outcome::Row if self.row.is_blank() => self.passed_over.blank += 1,
                Outcome::Row => {
                    let key = match &self.header {
                        Some(Shape::Mapped(columns)) => columns.group_of(&self.row),
                        _ => &[],
                    };
                    gathering.add(key, line, &self.row)?;
                }
            }
        }
    }

    /// Fills a block with encounters whose rows were put together; `false` at the end.
    fn fill_together(&mut self, mut together: Together, block: &mut Block) -> io::Result<bool> {
        let mut goes_on = true;
        while goes_on && block.has_room() {
            match together.next()? {
                Gathered::End => {
                    self.end_group(block);
                    goes_on = false;
                }
                Gathered::Refused(line, why) => {
                    self.end_group(block);
                    block.refuse(line, block.bytes.len(), why);
                }
                Gathered::Row { line, is_first, mut row } => {
                    if is_first {
                        self.end_group(block);
                        self.waiting.line = line;
                    }
                    self.waiting.add(&mut row);
                }
            }
        }
        self.together = Some(together);
        Ok(goes_on)
    }
}

impl Cut for Rows {
    fn fill(&mut self, block: &mut Block) -> io::Result<bool> {
        if self.header.is_none() && !self.begin(block)? {
            return Ok(false);
        }
        let is_together = matches!(&self.header, Some(Shape::Mapped(columns)) if columns.groups_anywhere());
        if is_together {
            let together = self.together.take().map_or_else(|| self.put_together(), Ok)?;
            return self.fill_together(together, block);
        }
        while block.has_room() {
            self.skip_line_ends()?;
            let line = self.line;
            match self.read()? {
                Outcome::End => {
                    self.line += u64::from(self.is_within_line);
                    self.end_group(block);
                    return Ok(false);
                }
                Outcome::Refused(why) => {
                    self.end_group(block);
                    block.refuse(line, block.bytes.len(), why);
                }
                Outcome::Row if self.row.is_blank() => self.passed_over.blank += 1,
                Outcome::Row => self.take(line, block),
            }
        }
        Ok(true)
    }

    fn unused(&self) -> Vec<String> {
        match &self.header {
            Some(Shape::Own(header)) => header.others().map(ToOwned::to_owned).collect(),
            Some(Shape::Mapped(columns)) => columns.others().map(ToOwned::to_owned).collect(),
            None => Vec::new(),
        }
    }

    fn missing(&self) -> Vec<String> {
        match &self.header {
            Some(Shape::Mapped(columns)) => columns.missing().to_vec(),
            _ => Vec::new(),
        }
    }

    fn passed_over(&self) -> PassedOver {
        self.passed_over
    }

    fn line(&self) -> u64 {
        self.line
    }
}

/// Follows the quotes of a row, which the parser forgives: a quote that is left open takes in the rows behind it.
struct Quotes {
    delimiter: u8,
    state: Quoting,
    /// A text went on behind its closing quote, as it does where an open one met the first quote of a later row.
    is_odd: bool,
    /// A line ended between quotes.
    has_lines: bool,
}

impl Quotes {
    fn begin(&mut self) {
        (self.state, self.is_odd, self.has_lines) = (Quoting::Start, false, false);
    }

    fn follow(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let next = self.state.after(byte, self.delimiter);
            self.has_lines |= self.state == Quoting::Quoted && byte == b'\n';
            self.is_odd |= next == Quoting::Plain && (self.state == Quoting::Behind || byte == b'"');
            self.state = next;
        }
    }

    /// Whether the row ends in an open quote, or is of several lines that an open quote may have put together.
    fn fault(&self) -> bool {
        self.state == Quoting::Quoted || self.is_odd && self.has_lines
    }
}
