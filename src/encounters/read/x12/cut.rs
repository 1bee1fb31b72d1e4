//! Cuts interchanges into encounters: each is the JSON text of one loop with what stands around it.

use super::scan::Scanned;
use super::scan::Scanner;
use super::scan::Segment;
use super::structure::Structure;
use super::structure::Structures;
use super::structure::TRANSACTION;
use super::walk::Walk;
use crate::encounters::read::block::Block;
use crate::encounters::read::block::Cut;
use crate::encounters::read::unreadable::LONGEST;
use crate::encounters::read::unreadable::Unreadable;
use serde_json::Map;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io;
use std::io::BufRead;

/// Bytes of segments that one encounter may have with all that stands around it: as JSON they are some times longer.
const MOST: usize = LONGEST / 8;

/// One encounter a loop.
pub(in crate::encounters::read) struct Transactions {
    scanner: Scanner,
    walk: Walk,
    structures: Structures,
    /// The reader of the transaction.
    chosen: Option<usize>,
    levels: Vec<Level>,
}

/// What stands in an open loop.
struct Level {
    name: String,
    line: u64,
    is_numbered: bool,
    has_encounter: bool,
    fields: Map<String, Value>,
    size: usize,
}

impl Transactions {
    pub(in crate::encounters::read) fn new(input: Box<dyn BufRead + Send>, structures: Structures) -> Transactions {
        let scanner = Scanner::new(input);
        Transactions { scanner, walk: Walk::default(), structures, chosen: None, levels: Vec::new() }
    }

    fn structure(&self) -> Option<&Structure> {
        self.chosen.and_then(|index| self.structures.all.get(index))
    }

    fn take(&mut self, segment: Segment, block: &mut Block) {
        let loops = self.chosen.and_then(|index| self.structures.all.get(index)).map(|it| it.loops.as_slice());
        let step = self.walk.take(&segment, loops.unwrap_or_default());
        self.close(step.stay, block);
        for why in step.wrong {
            block.refuse(segment.line, block.bytes.len(), Unreadable::Segments(why));
        }
        let (line, is_beginning) = (segment.line, segment.id == "ST");
        if let Some(name) = step.opens {
            let is_numbered = segment.id == "HL";
            let (fields, has_encounter, size) = (Map::new(), false, 0);
            self.levels.push(Level { name, line, is_numbered, has_encounter, fields, size });
        }
        if let Some(level) = self.levels.last_mut() {
            level.size += segment.size;
            if level.size <= MOST {
                add(&mut level.fields, &segment.id, segment.value);
            }
        }
        if is_beginning {
            self.choose(line, block);
        }
        if let Some(after) = step.after {
            self.close(after, block);
        }
    }

    /// Finds the reader of the transaction that begins.
    fn choose(&mut self, line: u64, block: &mut Block) {
        let around = self.levels.iter().map(|level| (level.name.clone(), Value::Object(level.fields.clone())));
        let beginning = Value::Object(around.collect());
        self.chosen = self.structures.which(&beginning);
        if self.chosen.is_none() {
            block.refuse(line, block.bytes.len(), Unreadable::NoReader);
        }
    }

    /// Closes loops until so many are open.
    fn close(&mut self, stay: usize, block: &mut Block) {
        while self.levels.len() > stay {
            let Some(level) = self.levels.pop() else { return };
            let encounter = self.structure().map(|it| it.encounter.as_str());
            if level.name == TRANSACTION {
                let is_encounter = encounter == Some(TRANSACTION);
                if is_encounter {
                    self.answer(&level, block);
                }
                self.chosen = None;
                continue;
            }
            if encounter == Some(level.name.as_str()) {
                self.answer(&level, block);
                self.levels.iter_mut().for_each(|around| around.has_encounter = true);
                continue;
            }
            // A level beside that of an encounter is none of its business.
            let is_beside = level.is_numbered && !self.levels.iter().any(|it| Some(it.name.as_str()) == encounter);
            if level.has_encounter || is_beside {
                continue;
            }
            if let Some(around) = self.levels.last_mut() {
                around.size += level.size;
                if around.size <= MOST {
                    add(&mut around.fields, &level.name, Value::Object(level.fields));
                }
            }
        }
    }

    /// Adds an encounter to the block: what is in its loop, and the loops around it by their names.
    fn answer(&self, level: &Level, block: &mut Block) {
        let start = block.bytes.len();
        let size = self.levels.iter().map(|around| around.size).sum::<usize>() + level.size;
        if size > MOST {
            return block.refuse(level.line, start, Unreadable::TooLong);
        }
        let mut sign = b'{';
        let mut names = BTreeSet::new();
        // A transaction that is an encounter is told by its first segment, as any other.
        let is_own = |name: &&String| *name == "ST";
        let own: Map<String, Value> =
            level.fields.iter().filter(|(name, _)| is_own(name)).map(|(name, it)| (name.clone(), it.clone())).collect();
        let own = (level.name == TRANSACTION).then_some((TRANSACTION, &own));
        let around = self.levels.iter().rev().map(|around| (around.name.as_str(), &around.fields));
        let mut write = |name: &str, write_value: &dyn Fn(&mut Vec<u8>)| {
            block.bytes.push(sign);
            sign = b',';
            // Writing to memory cannot fail.
            let _ = serde_json::to_writer(&mut block.bytes, name);
            block.bytes.push(b':');
            write_value(&mut block.bytes);
        };
        for (name, value) in &level.fields {
            names.insert(name.as_str());
            write(name, &|out| drop(serde_json::to_writer(out, value)));
        }
        for (name, fields) in own.into_iter().chain(around) {
            if names.insert(name) {
                write(name, &|out| drop(serde_json::to_writer(out, fields)));
            }
        }
        block.bytes.push(b'}');
        block.push(level.line, start);
    }
}

impl Cut for Transactions {
    fn fill(&mut self, block: &mut Block) -> io::Result<bool> {
        while block.has_room() {
            match self.scanner.next()? {
                Scanned::Segment(segment) => self.take(segment, block),
                Scanned::Wrong(line, why) => block.refuse(line, block.bytes.len(), why),
                Scanned::End => {
                    let wrong = self.walk.finish();
                    self.close(0, block);
                    for why in wrong {
                        block.refuse(self.scanner.line(), block.bytes.len(), Unreadable::Segments(why));
                    }
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn line(&self) -> u64 {
        self.scanner.line()
    }
}

/// Adds a value under a name; several of one name are a list.
fn add(fields: &mut Map<String, Value>, name: &str, value: Value) {
    match fields.get_mut(name) {
        None => drop(fields.insert(name.to_owned(), value)),
        Some(Value::Array(items)) => items.push(value),
        Some(one) => *one = Value::Array(vec![one.take(), value]),
    }
}
