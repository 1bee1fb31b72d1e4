//! Lines of fixed columns: a tag says which segment a line is, and columns what stands where. Lines that follow each other with
//! the same key are one encounter. Several readers may read one file, each the lines of its own tags.

use super::block::Block;
use super::block::Cut;
use super::ndjson::Lines;
use super::unreadable::LONGEST;
use super::unreadable::Unreadable;
use crate::model::reader::Column;
use crate::model::reader::ColumnOf;
use crate::model::reader::Columns;
use crate::model::reader::FixedLines;
use crate::model::reader::Reader;
use crate::model::reader::Syntax;
use serde_json::Map;
use serde_json::Value;
use std::io;
use std::io::BufRead;

/// Bytes of lines that one encounter may have: as JSON they are some times longer.
const MOST: usize = LONGEST / 8;

/// Under this name a tree says which reader reads it, where several read one file.
pub(super) const READER: &str = "#reader";

const BLANK: &str = "this line is blank, and lines follow it";
const LONG: &str = "this line is longer than it says";
const LENGTH: &str = "the length that this line says is none of its segment";
const NOT_FIRST: &str = "an encounter does not begin with this line, and it belongs to none before it";
const ORDER: &str = "this line stands behind one that comes later in an encounter";
const SHORT: &str = "this line is shorter than the reader says";
const UNKNOWN: &str = "no segment of the reader has the tag of this line";

/// One encounter a group of lines.
pub(super) struct Groups {
    lines: Lines,
    layouts: Vec<Layout>,
    raw: Vec<u8>,
    /// The first of the blank lines behind which no other line came yet: several in a row are told as one.
    blank: Option<u64>,
    open: Option<Group>,
}

/// The lines of one reader.
struct Layout {
    reader: String,
    lines: FixedLines,
    key: Option<String>,
    /// An encounter begins with certain lines only.
    has_first: bool,
}

/// Lines of one encounter.
#[derive(Default)]
struct Group {
    /// The index of its layout.
    layout: usize,
    key: Option<String>,
    line: u64,
    tag: String,
    fields: Map<String, Value>,
    size: usize,
    /// Why there is no encounter.
    broken: Option<(u64, Unreadable)>,
    /// Lines that stand among its own and are none of any encounter.
    strange: Vec<(u64, Unreadable)>,
}

/// What a line comes to.
struct Segment {
    name: String,
    begins: bool,
    fields: Map<String, Value>,
    /// The line says how long it is.
    counts: bool,
    /// What is wrong with the line.
    fault: Option<&'static str>,
}

impl Groups {
    /// Reads lines as the readers say, each its own.
    pub(super) fn new(input: Box<dyn BufRead + Send>, readers: &[&Reader]) -> Groups {
        let layouts = readers.iter().map(|reader| Layout::of(reader)).collect();
        Groups { lines: Lines::new(input), layouts, raw: Vec::new(), blank: None, open: None }
    }

    fn take(&mut self, line: u64, text: &str, block: &mut Block) {
        if let Some(blank) = self.blank.take() {
            self.tell(blank, Unreadable::Segments(BLANK), block);
        }
        let tag = self.layouts.first().and_then(|layout| tag_of(&layout.lines, text));
        if tag.is_some_and(|tag| self.layouts.iter().any(|it| it.lines.without.iter().any(|known| known == tag))) {
            return;
        }
        let of = |layout: &Layout| segment(&layout.lines, tag, text);
        let Some((at, segment)) = self.layouts.iter().enumerate().find_map(|(at, it)| Some((at, of(it)?))) else {
            return self.tell(line, Unreadable::Segments(UNKNOWN), block);
        };
        let layout = self.layouts.get(at);
        let name = layout.and_then(|layout| layout.key.as_ref());
        let key = name.and_then(|name| segment.fields.get(name)).and_then(Value::as_str).map(str::to_owned);
        let is_same = |open: &Group| open.layout == at && (key.is_none() || open.key == key);
        let goes_on = name.is_some() && !segment.begins && self.open.as_ref().is_some_and(is_same);
        let is_first = segment.begins || layout.is_some_and(|layout| !layout.has_first);
        let is_in_order = layout.is_some_and(|layout| layout.lines.is_in_order);
        let mut fault = segment.fault;
        if !goes_on {
            fault = fault.or((!is_first).then_some(NOT_FIRST));
            self.close(block);
        }
        let group = self.open.get_or_insert_with(|| Group { layout: at, key, line, ..Group::default() });
        let tag = tag.unwrap_or_default();
        if is_in_order && tag < group.tag.as_str() {
            fault = fault.or(Some(ORDER));
        }
        tag.clone_into(&mut group.tag);
        group.size += text.len();
        let too_many = (group.size > MOST).then_some(Unreadable::TooManyRows);
        match too_many.or(fault.map(Unreadable::Segments)) {
            Some(why) => drop(group.broken.get_or_insert((line, why))),
            None => add(&mut group.fields, segment),
        }
    }

    /// Tells of a line that is none of any encounter, in its place: behind the encounter that is open.
    fn tell(&mut self, line: u64, why: Unreadable, block: &mut Block) {
        let Some(group) = &mut self.open else { return block.refuse(line, block.bytes.len(), why) };
        group.size += size_of::<(u64, Unreadable)>();
        if group.size > MOST {
            group.broken.get_or_insert((line, Unreadable::TooManyRows));
        } else {
            group.strange.push((line, why));
        }
    }

    /// Adds the encounter of the lines so far to the block, or why there is none, and the strange lines among them.
    fn close(&mut self, block: &mut Block) {
        let Some(mut group) = self.open.take() else { return };
        let told = group.broken.map_or(group.line, |(line, _)| line);
        let mut strange = std::mem::take(&mut group.strange).into_iter().peekable();
        while let Some((line, why)) = strange.next_if(|(line, _)| *line < told) {
            block.refuse(line, block.bytes.len(), why);
        }
        self.write(group, block);
        strange.for_each(|(line, why)| block.refuse(line, block.bytes.len(), why));
    }

    fn write(&self, mut group: Group, block: &mut Block) {
        let start = block.bytes.len();
        if let Some((line, why)) = group.broken {
            return block.refuse(line, start, why);
        }
        if let Some(layout) = self.layouts.get(group.layout).filter(|_| self.layouts.len() > 1) {
            group.fields.insert(READER.to_owned(), Value::from(layout.reader.as_str()));
        }
        // Writing to memory cannot fail.
        let _ = serde_json::to_writer(&mut block.bytes, &group.fields);
        block.push(group.line, start);
    }
}

impl Layout {
    fn of(reader: &Reader) -> Layout {
        let lines = if let Syntax::Fixed(lines) = &reader.syntax { lines.clone() } else { FixedLines::default() };
        let has_first = lines.segments.iter().any(|segment| segment.begins);
        Layout { reader: reader.name.clone(), lines, key: reader.group_by.clone(), has_first }
    }
}

impl Cut for Groups {
    fn fill(&mut self, block: &mut Block) -> io::Result<bool> {
        while block.has_room() {
            let mut raw = std::mem::take(&mut self.raw);
            raw.clear();
            let (line, is_whole) = self.lines.next(&mut raw)?;
            if raw.is_empty() && is_whole {
                self.close(block);
                return Ok(false);
            }
            match str::from_utf8(&raw) {
                _ if !is_whole => self.refuse(line, Unreadable::TooLong, block),
                Err(_) => self.refuse(line, Unreadable::NotUtf8, block),
                // Blank lines at the end say nothing.
                Ok(text) if text.trim().is_empty() => drop(self.blank.get_or_insert(line)),
                Ok(text) => self.take(line, text.trim_end_matches(['\r', '\n']), block),
            }
            self.raw = raw;
        }
        Ok(true)
    }

    fn line(&self) -> u64 {
        self.lines.line()
    }
}

impl Groups {
    /// A line that cannot be read may be part of the encounter that is open, which is then none.
    fn refuse(&mut self, line: u64, why: Unreadable, block: &mut Block) {
        match &mut self.open {
            Some(group) => {
                group.broken.get_or_insert((line, why));
            }
            None => block.refuse(line, block.bytes.len(), why),
        }
    }
}

/// The first line of a file as the tree of an encounter, if the reader knows its tag and nothing is wrong with it but that it
/// is not as long as it says, which is told where it is read.
pub(super) fn beginning(first: &[u8], reader: &Reader) -> Option<Value> {
    let Syntax::Fixed(layout) = &reader.syntax else { return None };
    let text = String::from_utf8_lossy(first);
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let (line, tag) = lines.find_map(|line| {
        let tag = tag_of(layout, line);
        (!tag.is_some_and(|tag| layout.without.iter().any(|it| it == tag))).then_some((line, tag))
    })?;
    let segment = segment(layout, tag, line)?;
    if segment.fault.is_some_and(|fault| fault == LENGTH || !segment.counts) {
        return None;
    }
    let mut fields = Map::new();
    add(&mut fields, segment);
    Some(Value::Object(fields))
}

fn tag_of<'t>(layout: &FixedLines, text: &'t str) -> Option<&'t str> {
    layout.tag.map(|(from, to)| columns(text, from, to).0.trim_start())
}

fn segment(layout: &FixedLines, tag: Option<&str>, text: &str) -> Option<Segment> {
    let is_meant = |it: &&Columns| tag.is_none() || it.tags.iter().any(|known| Some(known.as_str()) == tag);
    let meant = layout.segments.iter().find(is_meant)?;
    let (mut fields, mut is_short) = (Map::new(), false);
    let length = length(meant, text);
    // A shorter form of the segment ends before columns that a longer one has.
    let end = if let Some(Ok(Length { own, longest })) = length { Some((own, longest)) } else { None };
    for column in &meant.columns {
        if end.is_some_and(|(own, longest)| column.from > own && column.to <= longest) {
            continue;
        }
        let whole = match &column.of {
            ColumnOf::Each(width, inner) => {
                let to = end.map_or(column.to, |(own, _)| column.to.min(own));
                let (items, is_whole) = items(text, column.from, to, *width, inner);
                if !items.is_empty() {
                    fields.insert(column.name.clone(), Value::Array(items));
                }
                is_whole
            }
            of => {
                let (value, is_whole) = columns(text, column.from, column.to);
                if !value.is_empty() {
                    fields.insert(column.name.clone(), Value::from(value));
                }
                is_whole || *of == ColumnOf::Optional
            }
        };
        is_short |= !whole;
    }
    let fault = length.and_then(Result::err).or(is_short.then_some(SHORT));
    Some(Segment { name: meant.name.clone(), begins: meant.begins, fields, counts: length.is_some(), fault })
}

/// How long a line says that it is, and how long the longest form of its segment is.
#[derive(Clone, Copy)]
struct Length {
    own: usize,
    longest: usize,
}

/// The length of a line that says it: one of its segment, and nothing stands behind it but in optional columns.
fn length(segment: &Columns, text: &str) -> Option<Result<Length, &'static str>> {
    let (column, lengths) = segment.columns.iter().find_map(|column| match &column.of {
        ColumnOf::Counts(lengths) => Some((column, lengths)),
        _ => None,
    })?;
    let longest = *lengths.last()?;
    let told = columns(text, column.from, column.to).0.trim_start().parse().ok();
    let Some(own) = told.filter(|own| lengths.contains(own)) else { return Some(Err(LENGTH)) };
    let is_blank = |from: usize, to: usize| from > to || columns(text, from, to).0.is_empty();
    let mut optional = segment.columns.iter().filter(|it| it.of == ColumnOf::Optional && it.to > longest);
    let mut at = longest + 1;
    // What stands between and behind the optional columns is none of the segment.
    let is_long = !is_blank(own + 1, longest)
        || optional.any(|it| !is_blank(std::mem::replace(&mut at, it.to + 1), it.from - 1))
        || !is_blank(at, usize::MAX);
    Some(if !columns(text, own, own).1 {
        Err(SHORT)
    } else if is_long {
        Err(LONG)
    } else {
        Ok(Length { own, longest })
    })
}

/// The items that stand next to each other, without blank ones, and whether the line has all their columns.
fn items(text: &str, from: usize, to: usize, width: usize, inner: &[Column]) -> (Vec<Value>, bool) {
    let (mut items, mut start) = (Vec::new(), from);
    while start + width <= to + 1 {
        let end = start + width - 1;
        let (whole, _) = columns(text, start, end);
        if !whole.is_empty() {
            items.push(if inner.is_empty() { Value::from(whole) } else { item(text, start, inner) });
        }
        start += width;
    }
    (items, columns(text, to, to).1)
}

fn item(text: &str, start: usize, inner: &[Column]) -> Value {
    let texts = inner.iter().map(|it| (&it.name, columns(text, start + it.from - 1, start + it.to - 1).0));
    Value::Object(texts.filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name.clone(), text.into())).collect())
}

/// What stands in some columns, which count from 1, with the blanks before it, and whether the line has them all.
fn columns(text: &str, from: usize, to: usize) -> (&str, bool) {
    let at = |column: usize| {
        if text.is_ascii() {
            return Some(column).filter(|at| *at < text.len());
        }
        text.char_indices().nth(column).map(|(at, _)| at)
    };
    let Some(start) = at(from.saturating_sub(1)) else { return ("", false) };
    let last = at(to.saturating_sub(1));
    let end = at(to).unwrap_or(text.len());
    (text.get(start..end).unwrap_or_default().trim_end(), last.is_some())
}

fn add(fields: &mut Map<String, Value>, segment: Segment) {
    let value = Value::Object(segment.fields);
    match fields.get_mut(&segment.name) {
        None => drop(fields.insert(segment.name, value)),
        Some(Value::Array(items)) => items.push(value),
        Some(one) => *one = Value::Array(vec![one.take(), value]),
    }
}
