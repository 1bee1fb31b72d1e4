//! One JSON array of objects, or objects one after the other, however they are laid out. Only brackets and quotes are
//! looked at here; whether an element is JSON is seen when it is read.

use super::block::Block;
use super::block::Cut;
use super::unreadable::LONGEST;
use super::unreadable::Unreadable;
use std::io;
use std::io::BufRead;

/// Cuts an input between the elements of an array, or between values.
pub(super) struct Elements {
    input: Box<dyn BufRead + Send>,
    line: u64,
    is_array: bool,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the `[`.
    Before,
    /// Inside the array, or among values that stand in none.
    Inside,
    /// After the `]`.
    After,
}

/// How far an element has been read.
#[derive(Default)]
struct Scan {
    depth: u32,
    is_text: bool,
    is_escaped: bool,
    has_begun: bool,
}

enum Next {
    /// The sign belongs to the element.
    Within,
    /// It is the last of the element.
    Last,
    /// The element ended before it.
    Beyond,
}

impl Elements {
    /// `is_array`: an array is expected, else values one after the other.
    pub(super) fn new(input: Box<dyn BufRead + Send>, is_array: bool) -> Elements {
        let state = if is_array { State::Before } else { State::Inside };
        Elements { input, line: 1, is_array, state }
    }

    /// The next sign that is no blank, which stays unread; `None` at the end.
    fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            let bytes = self.input.fill_buf()?;
            if bytes.is_empty() {
                return Ok(None);
            }
            let blanks = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let found = bytes.get(blanks).copied();
            self.line += lines_in(bytes.get(..blanks).unwrap_or_default());
            self.input.consume(blanks);
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    /// Reads one element to its end.
    fn element(&mut self, block: &mut Block) -> io::Result<()> {
        let (line, start) = (self.line, block.bytes.len());
        let (mut scan, mut is_long) = (Scan::default(), false);
        loop {
            let bytes = self.input.fill_buf()?;
            let (taken, is_over) = scan.run(bytes);
            let part = bytes.get(..taken).unwrap_or_default();
            self.line += lines_in(part);
            is_long |= block.bytes.len() - start + taken > LONGEST;
            if is_long {
                block.bytes.truncate(start);
            } else {
                block.bytes.extend_from_slice(part);
            }
            let is_end = bytes.is_empty();
            self.input.consume(taken);
            if is_over || is_end {
                break;
            }
        }
        if is_long {
            block.refuse(line, start, Unreadable::TooLong);
        } else {
            block.push(line, start);
        }
        Ok(())
    }
}

impl Cut for Elements {
    fn fill(&mut self, block: &mut Block) -> io::Result<bool> {
        while block.has_room() {
            let sign = self.peek()?;
            match (self.state, sign) {
                (State::Before, Some(b'[')) => {
                    self.input.consume(1);
                    self.state = State::Inside;
                }
                (State::After, None) => return Ok(false),
                (State::Inside, None) if !self.is_array => return Ok(false),
                (State::Inside, Some(b']')) if self.is_array => {
                    self.input.consume(1);
                    self.state = State::After;
                }
                (State::Inside, Some(b',')) if self.is_array => self.input.consume(1),
                (State::Inside, Some(_)) => self.element(block)?,
                (State::Before | State::After, Some(_)) | (State::Before | State::Inside, None) => {
                    block.refuse(self.line, block.bytes.len(), Unreadable::BrokenArray);
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn line(&self) -> u64 {
        self.line
    }
}

impl Scan {
    /// Goes through the bytes; how many belong to the element, and whether it has ended.
    fn run(&mut self, bytes: &[u8]) -> (usize, bool) {
        for (place, &byte) in bytes.iter().enumerate() {
            match self.next(byte) {
                Next::Within => {}
                Next::Last => return (place + 1, true),
                // A sign that can begin nothing is an element by itself, so that reading always goes on.
                Next::Beyond => return (place + usize::from(place == 0 && !self.has_begun), true),
            }
            self.has_begun = true;
        }
        (bytes.len(), false)
    }

    fn next(&mut self, byte: u8) -> Next {
        if self.is_text {
            self.in_text(byte);
            return if self.depth == 0 && !self.is_text { Next::Last } else { Next::Within };
        }
        match byte {
            b'"' => self.is_text = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' if self.depth > 1 => self.depth -= 1,
            b'}' | b']' if self.depth == 1 => return Next::Last,
            b'}' | b']' | b',' if self.depth == 0 => return Next::Beyond,
            _ if self.depth == 0 && byte.is_ascii_whitespace() => return Next::Beyond,
            _ => {}
        }
        Next::Within
    }

    fn in_text(&mut self, byte: u8) {
        match byte {
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' => self.is_escaped = true,
            b'"' => self.is_text = false,
            _ => {}
        }
    }
}

/// How many line feeds there are.
#[expect(clippy::naive_bytecount, reason = "a crate for this is not worth its place")]
pub(super) fn lines_in(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&byte| byte == b'\n').count() as u64
}
