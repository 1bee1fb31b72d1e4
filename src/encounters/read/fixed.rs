//! Lines of fixed columns: a tag says which segment a line is, and columns what stands where. Lines that follow each other with
//! the same key are one encounter.

use super::block::Block;
use super::block::Cut;
use super::ndjson::Lines;
use super::unreadable::LONGEST;
use super::unreadable::Unreadable;
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

/// One encounter a group of lines.
pub(super) struct Groups {
    lines: Lines,
    layout: FixedLines,
    key: Option<String>,
    raw: Vec<u8>,
    open: Option<Group>,
}

/// Lines of one encounter.
#[derive(Default)]
struct Group {
    key: Option<String>,
    line: u64,
    fields: Map<String, Value>,
    size: usize,
    /// Why there is no encounter.
    broken: Option<(u64, Unreadable)>,
}

/// What a line comes to.
struct Segment {
    name: String,
    fields: Map<String, Value>,
    is_short: bool,
}

impl Groups {
    /// Reads lines as the reader says.
    pub(super) fn new(input: Box<dyn BufRead + Send>, reader: &Reader) -> Groups {
        let layout = if let Syntax::Fixed(layout) = &reader.syntax { layout.clone() } else { FixedLines::default() };
        Groups { lines: Lines::new(input), layout, key: reader.group_by.clone(), raw: Vec::new(), open: None }
    }

    fn take(&mut self, line: u64, text: &str, block: &mut Block) {
        let tag = self.layout.tag.as_ref().map(|(from, to)| columns(text, *from, *to).0);
        if tag.is_some_and(|tag| self.layout.without.iter().any(|it| it == tag)) {
            return;
        }
        let Some(segment) = segment(&self.layout, tag, text) else {
            let unknown = Unreadable::Segments("no segment of the reader has the tag of this line");
            return block.refuse(line, block.bytes.len(), unknown);
        };
        let key =
            self.key.as_ref().and_then(|name| segment.fields.get(name)).and_then(Value::as_str).map(str::to_owned);
        let goes_on = self.key.is_some() && self.open.as_ref().is_some_and(|open| key.is_none() || open.key == key);
        if !goes_on {
            self.close(block);
        }
        let group = self.open.get_or_insert_with(|| Group { key, line, ..Group::default() });
        if segment.is_short {
            let short = Unreadable::Segments("this line is shorter than the reader says");
            group.broken.get_or_insert((line, short));
        }
        group.size += text.len();
        if group.size > MOST {
            group.broken.get_or_insert((line, Unreadable::TooManyRows));
        } else {
            add(&mut group.fields, segment);
        }
    }

    /// Adds the encounter of the lines so far to the block, or why there is none.
    fn close(&mut self, block: &mut Block) {
        let Some(group) = self.open.take() else { return };
        let start = block.bytes.len();
        if let Some((line, why)) = group.broken {
            return block.refuse(line, start, why);
        }
        // Writing to memory cannot fail.
        let _ = serde_json::to_writer(&mut block.bytes, &group.fields);
        block.push(group.line, start);
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
                // Blank lines at the end, or between encounters, say nothing.
                Ok(text) if text.trim().is_empty() => {}
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

/// The first line of a file as the tree of an encounter, if the reader knows its tag and it is long enough.
pub(super) fn beginning(first: &[u8], reader: &Reader) -> Option<Value> {
    let Syntax::Fixed(layout) = &reader.syntax else { return None };
    let text = String::from_utf8_lossy(first);
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let (line, tag) = lines.find_map(|line| {
        let tag = layout.tag.as_ref().map(|(from, to)| columns(line, *from, *to).0);
        (!tag.is_some_and(|tag| layout.without.iter().any(|it| it == tag))).then_some((line, tag))
    })?;
    let segment = segment(layout, tag, line).filter(|segment| !segment.is_short)?;
    let mut fields = Map::new();
    add(&mut fields, segment);
    Some(Value::Object(fields))
}

fn segment(layout: &FixedLines, tag: Option<&str>, text: &str) -> Option<Segment> {
    let is_meant = |it: &&Columns| tag.is_none() || it.tags.iter().any(|known| Some(known.as_str()) == tag);
    let meant = layout.segments.iter().find(is_meant)?;
    let mut segment = Segment { name: meant.name.clone(), fields: Map::new(), is_short: false };
    for column in &meant.columns {
        let (value, is_whole) = columns(text, column.from, column.to);
        segment.is_short |= !is_whole && !column.may_be_missing;
        if !value.is_empty() {
            segment.fields.insert(column.name.clone(), Value::from(value));
        }
    }
    Some(segment)
}

/// What stands in some columns, which count from 1, and whether the line has them all.
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
    (text.get(start..end).unwrap_or_default().trim(), last.is_some())
}

fn add(fields: &mut Map<String, Value>, segment: Segment) {
    let value = Value::Object(segment.fields);
    match fields.get_mut(&segment.name) {
        None => drop(fields.insert(segment.name, value)),
        Some(Value::Array(items)) => items.push(value),
        Some(one) => *one = Value::Array(vec![one.take(), value]),
    }
}
