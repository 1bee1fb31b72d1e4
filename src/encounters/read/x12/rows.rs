//! Segments one after the other, each with the loops it stands in: how a person sees the tree of a file.

use super::scan::LINE;
use super::scan::POSITION;
use super::scan::Scanned;
use super::scan::Scanner;
use super::structure::Structures;
use super::walk::Walk;
use crate::model::reader::Reader;
use serde_json::Map;
use serde_json::Value;
use std::collections::VecDeque;
use std::io;
use std::io::BufRead;

/// A segment, or what is wrong at a line.
pub enum Row {
    /// A segment.
    Segment {
        /// Its number in the file, from 1.
        position: u64,
        /// The line on which it begins.
        line: u64,
        /// The loops it stands in, the outermost first.
        loops: Vec<String>,
        /// Whether it opens the innermost of them.
        is_first: bool,
        /// Its name.
        id: String,
        /// Its elements by number.
        elements: Map<String, Value>,
    },
    /// What cannot be read, or is not as it says.
    Wrong {
        /// The line.
        line: u64,
        /// What is wrong, without a word of the file.
        why: String,
    },
}

/// The rows of an input.
pub struct Rows {
    scanner: Scanner,
    walk: Walk,
    structures: Structures,
    chosen: Option<usize>,
    /// The envelope of the transaction.
    around: Map<String, Value>,
    ready: VecDeque<Row>,
    is_over: bool,
}

impl Rows {
    /// Rows of an input, whose loops are those of the readers; without one, levels and the envelope.
    pub fn new<'r>(input: Box<dyn BufRead + Send>, readers: impl Iterator<Item = &'r Reader>) -> Rows {
        Rows {
            scanner: Scanner::new(input),
            walk: Walk::default(),
            structures: Structures::new(readers),
            chosen: None,
            around: Map::new(),
            ready: VecDeque::new(),
            is_over: false,
        }
    }

    fn read(&mut self) -> io::Result<()> {
        match self.scanner.next()? {
            Scanned::Wrong(line, why) => self.ready.push_back(Row::Wrong { line, why: why.to_string() }),
            Scanned::End => {
                self.is_over = true;
                self.wrong(self.scanner.line(), Vec::new());
            }
            Scanned::Segment(segment) => {
                let chosen = self.chosen.and_then(|index| self.structures.all.get(index));
                let open_before = self.walk.open.len();
                let names: Vec<String> = self.walk.open.iter().map(|open| open.name.clone()).collect();
                let step = self.walk.take(&segment, chosen.map(|it| it.loops.as_slice()).unwrap_or_default());
                let mut loops: Vec<String> = names.into_iter().take(step.stay.min(open_before)).collect();
                let is_first = step.opens.is_some();
                loops.extend(step.opens);
                self.choose(&segment.id, loops.last(), &segment.value);
                let Value::Object(mut elements) = segment.value else { return Ok(()) };
                elements.retain(|name, _| name != POSITION && name != LINE);
                self.wrong(segment.line, step.wrong);
                let (position, line, id) = (segment.position, segment.line, segment.id);
                self.ready.push_back(Row::Segment { position, line, loops, is_first, id, elements });
            }
        }
        Ok(())
    }

    fn wrong(&mut self, line: u64, mut wrong: Vec<&'static str>) {
        if self.is_over {
            wrong.extend(self.walk.finish());
        }
        self.ready.extend(wrong.into_iter().map(|why| Row::Wrong { line, why: why.to_owned() }));
    }

    /// Remembers the envelope, and finds the reader where a transaction begins.
    fn choose(&mut self, id: &str, name: Option<&String>, segment: &Value) {
        if !matches!(id, "ISA" | "GS" | "ST") {
            return;
        }
        if let Some(name) = name {
            self.around.insert(name.clone(), serde_json::json!({ id: segment }));
        }
        if id == "ST" {
            self.chosen = self.structures.which(&Value::Object(self.around.clone()));
        }
    }
}

impl Iterator for Rows {
    type Item = io::Result<Row>;

    fn next(&mut self) -> Option<io::Result<Row>> {
        while self.ready.is_empty() && !self.is_over {
            if let Err(error) = self.read() {
                self.is_over = true;
                return Some(Err(error));
            }
        }
        self.ready.pop_front().map(Ok)
    }
}
