//! CSV and TSV: a header of field names, then one encounter a row. Each row becomes the JSON text of a record, so that
//! there is one way into typed slots. An empty cell is an absent field; a list of words may stand in one cell, with `;`
//! between them, or have a column an item (`codes[0]`).

use super::address;
use super::address::Step;
use super::block::Block;
use super::block::Cut;
use super::json_array::lines_in;
use super::schema::Level;
use super::schema::Schema;
use super::schema::Shape;
use super::unreadable::LONGEST;
use super::unreadable::Unreadable;
use csv_core::ReadRecordResult;
use std::io;
use std::io::BufRead;

/// A row with more cells than this is refused: columns are numbered in 16 bits, and no header is so wide.
const MOST_CELLS: usize = 65_535;

/// Cuts an input into rows.
pub(super) struct Rows {
    input: Box<dyn BufRead + Send>,
    parser: csv_core::Reader,
    quotes: Quotes,
    row: Row,
    header: Option<Header>,
    known: Known,
    line: u64,
}

/// What a header has to know of the record.
struct Known {
    /// Fields of the first level.
    tops: Vec<String>,
    /// Paths of lists of words.
    lists: Vec<String>,
    /// Paths of lists of records.
    heads: Vec<String>,
}

/// One row: its cells, one after the other, and where each ends.
#[derive(Default)]
struct Row {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

enum Outcome {
    Row,
    /// It is read to its end and not kept.
    Refused(Unreadable),
    End,
}

impl Rows {
    /// `schema` says which fields are lists, so that a cell can hold several words.
    pub(super) fn new(input: Box<dyn BufRead + Send>, delimiter: u8, schema: &Schema) -> Rows {
        let parser = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        let mut known = Known { tops: schema.level().names.clone(), lists: Vec::new(), heads: Vec::new() };
        known.find_lists(schema.level(), "");
        let quotes = Quotes { delimiter, state: Quoting::Start, is_odd: false, has_lines: false };
        Rows { input, parser, quotes, row: Row::default(), header: None, known, line: 1 }
    }

    /// What stands between the cells: a comma, unless the header has none but has tabs or semicolons.
    pub(super) fn delimiter(first: &[u8]) -> u8 {
        let header = first.split(|&byte| byte == b'\n').next().unwrap_or_default();
        [b',', b'\t', b';'].into_iter().find(|sign| header.contains(sign)).unwrap_or(b',')
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
            self.input.consume(1);
        }
        Ok(())
    }

    /// Reads the header; `false` if there is none.
    fn begin(&mut self, block: &mut Block) -> io::Result<bool> {
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
                self.header = Some(Header::new(&names, &self.known));
                Ok(true)
            }
        }
    }
}

impl Cut for Rows {
    fn fill(&mut self, block: &mut Block) -> io::Result<bool> {
        if self.header.is_none() && !self.begin(block)? {
            return Ok(false);
        }
        while block.has_room() {
            self.skip_line_ends()?;
            let line = self.line;
            let outcome = self.read()?;
            let start = block.bytes.len();
            let Some(header) = &self.header else { return Ok(false) };
            match outcome {
                Outcome::End => return Ok(false),
                Outcome::Refused(why) => block.refuse(line, start, why),
                Outcome::Row => match header.write(&self.row, &mut block.bytes) {
                    Ok(()) => block.push(line, start),
                    Err(why) => block.refuse(line, start, why),
                },
            }
        }
        Ok(true)
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoting {
    /// Before a cell.
    Start,
    /// In a cell without quotes.
    Plain,
    /// Between quotes.
    Inside,
    /// Behind a quote that closes, unless another follows.
    Behind,
}

impl Quotes {
    fn begin(&mut self) {
        (self.state, self.is_odd, self.has_lines) = (Quoting::Start, false, false);
    }

    fn follow(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.state = match (self.state, *byte) {
                (Quoting::Start | Quoting::Behind, b'"') => Quoting::Inside,
                (Quoting::Inside, b'"') => Quoting::Behind,
                (Quoting::Inside, byte) => {
                    self.has_lines |= byte == b'\n';
                    Quoting::Inside
                }
                (_, byte) if byte == self.delimiter || matches!(byte, b'\n' | b'\r') => Quoting::Start,
                (state, byte) => {
                    self.is_odd |= state == Quoting::Behind || byte == b'"';
                    Quoting::Plain
                }
            };
        }
    }

    /// Whether the row ends in an open quote, or is of several lines that an open quote may have put together.
    fn fault(&self) -> bool {
        self.state == Quoting::Inside || self.is_odd && self.has_lines
    }
}

impl Row {
    fn cell(&self, place: usize) -> &[u8] {
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(place).copied().unwrap_or(start);
        self.bytes.get(start..end).unwrap_or_default()
    }

    fn cells(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map(|place| self.cell(place))
    }
}

/// The columns, as the shape of the JSON they make.
struct Header {
    root: Vec<(String, Node)>,
    count: usize,
}

enum Node {
    /// The cell of a column.
    Cell(usize),
    /// The words of a cell.
    Words(usize),
    /// Items of a list.
    List(Vec<Node>),
    /// Fields.
    Object(Vec<(String, Node)>),
}

impl Header {
    fn new(names: &[String], known: &Known) -> Header {
        let mut header = Header { root: Vec::new(), count: names.len() };
        for (column, name) in names.iter().enumerate() {
            let name = if name.is_empty() { format!("column-{}", column + 1) } else { name.clone() };
            let mut steps = address::steps(&name);
            // Only what is in the record has places in it: `St. Paul` is a name.
            if !matches!(steps.first(), Some(Step::Name(first)) if known.tops.contains(first)) {
                steps = vec![Step::Name(name.clone())];
            }
            let is_words = known.lists.contains(&name);
            add_indexes(&mut steps, &known.heads);
            let leaf = if is_words { Node::Words(column) } else { Node::Cell(column) };
            insert(&mut header.root, &steps, leaf);
        }
        header
    }

    /// Writes a row as JSON.
    fn write(&self, row: &Row, out: &mut Vec<u8>) -> Result<(), Unreadable> {
        if (self.count..row.ends.len()).any(|place| !row.cell(place).trim_ascii().is_empty()) {
            return Err(Unreadable::TooManyCells);
        }
        if row.ends.len() < self.count {
            return Err(Unreadable::TooFewCells);
        }
        write_object(&self.root, row, out)
    }
}

/// `victims.sex` where `victims` is a list of records is the sex of the first one.
fn add_indexes(steps: &mut Vec<Step>, heads: &[String]) {
    let (mut place, mut path) = (0, String::new());
    while let Some(step) = steps.get(place) {
        if let Step::Name(name) = step {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
            let is_followed = matches!(steps.get(place + 1), Some(Step::Name(_)));
            if is_followed && heads.contains(&path) {
                steps.insert(place + 1, Step::Index(0));
            }
        }
        place += 1;
    }
}

/// Puts a column at its place. Where two columns want one place in ways that do not agree, the later stands under its
/// whole name beside the other, so that nothing is lost.
fn insert(fields: &mut Vec<(String, Node)>, steps: &[Step], leaf: Node) {
    let Some((Step::Name(name), rest)) = steps.split_first() else { return };
    let known = fields.iter().position(|(known, _)| known == name);
    match known.and_then(|place| fields.get_mut(place)) {
        Some((_, node)) if !rest.is_empty() && fits(node, rest) => descend(node, rest, leaf),
        _ => {
            let mut node = Node::Object(Vec::new());
            match rest.first() {
                None => node = leaf,
                Some(Step::Index(_)) => {
                    node = Node::List(Vec::new());
                    descend(&mut node, rest, leaf);
                }
                Some(Step::Name(_)) => descend(&mut node, rest, leaf),
            }
            fields.push((name.clone(), node));
        }
    }
}

fn fits(node: &Node, rest: &[Step]) -> bool {
    matches!((node, rest.first()), (Node::List(_), Some(Step::Index(_))) | (Node::Object(_), Some(Step::Name(_))))
}

fn descend(node: &mut Node, steps: &[Step], leaf: Node) {
    match (node, steps.split_first()) {
        (Node::Object(fields), Some((Step::Name(_), _))) => insert(fields, steps, leaf),
        (Node::List(items), Some((Step::Index(index), rest))) => {
            while items.len() <= *index {
                items.push(Node::Object(Vec::new()));
            }
            let Some(item) = items.get_mut(*index) else { return };
            match rest.first() {
                None => *item = leaf,
                Some(Step::Index(_)) if !matches!(item, Node::List(_)) => {
                    *item = Node::List(Vec::new());
                    descend(item, rest, leaf);
                }
                Some(_) => descend(item, rest, leaf),
            }
        }
        _ => {}
    }
}

fn is_empty(node: &Node, row: &Row) -> bool {
    match node {
        Node::Cell(column) | Node::Words(column) => row.cell(*column).is_empty(),
        Node::List(items) => items.iter().all(|item| is_empty(item, row)),
        Node::Object(fields) => fields.iter().all(|(_, node)| is_empty(node, row)),
    }
}

fn write_object(fields: &[(String, Node)], row: &Row, out: &mut Vec<u8>) -> Result<(), Unreadable> {
    out.push(b'{');
    let mut separator: &[u8] = b"";
    for (name, node) in fields.iter().filter(|(_, node)| !is_empty(node, row)) {
        out.extend_from_slice(separator);
        separator = b",";
        write_text(name, out);
        out.push(b':');
        write_node(node, row, out)?;
    }
    out.push(b'}');
    Ok(())
}

fn write_node(node: &Node, row: &Row, out: &mut Vec<u8>) -> Result<(), Unreadable> {
    let text = |column: usize| std::str::from_utf8(row.cell(column)).map_err(|_| Unreadable::NotUtf8);
    match node {
        Node::Cell(column) => write_text(text(*column)?, out),
        Node::Words(column) => {
            let words = text(*column)?.split(';').map(str::trim).filter(|word| !word.is_empty());
            write_list(words, out, |word, out| {
                write_text(word, out);
                Ok(())
            })?;
        }
        // Empty items at the end are left out; those between keep their place.
        Node::List(items) => {
            let count = items.iter().rposition(|item| !is_empty(item, row)).map_or(0, |last| last + 1);
            write_list(items.iter().take(count), out, |item, out| write_node(item, row, out))?;
        }
        Node::Object(fields) => write_object(fields, row, out)?,
    }
    Ok(())
}

fn write_list<T>(
    items: impl Iterator<Item = T>,
    out: &mut Vec<u8>,
    mut write: impl FnMut(T, &mut Vec<u8>) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    out.push(b'[');
    for (place, item) in items.enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write(item, out)?;
    }
    out.push(b']');
    Ok(())
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    // Writing a text to memory cannot fail.
    let _ = serde_json::to_writer(out, text);
}

impl Known {
    fn find_lists(&mut self, level: &Level, under: &str) {
        for (name, shape) in level.names.iter().zip(&level.shapes) {
            let path = if under.is_empty() { name.clone() } else { format!("{under}.{name}") };
            match shape {
                Shape::List(item) => match item.as_ref() {
                    Shape::Record(level) => {
                        self.find_lists(level, &path);
                        self.heads.push(path);
                    }
                    Shape::List(_) => {}
                    _ => self.lists.push(path),
                },
                Shape::Record(level) => self.find_lists(level, &path),
                _ => {}
            }
        }
    }
}
