//! NDJSON: one JSON object a line. A line feed ends a line, a carriage return before it is dropped, blank lines are skipped.

use super::block::Block;
use super::block::Cut;
use super::unreadable::LONGEST;
use super::unreadable::Unreadable;
use memchr::memchr;
use std::io;
use std::io::BufRead;
use std::io::Read;

/// Cuts an input at its line feeds.
pub(super) struct Lines {
    input: Box<dyn BufRead + Send>,
    line: u64,
    /// Blank lines, and blanks at the end of a line, are content.
    are_texts: bool,
}

impl Lines {
    pub(super) fn new(input: Box<dyn BufRead + Send>) -> Lines {
        Lines { input, line: 0, are_texts: false }
    }

    /// Lines of free text.
    pub(super) fn of_texts(input: Box<dyn BufRead + Send>) -> Lines {
        Lines { input, line: 0, are_texts: true }
    }
}

impl Lines {
    /// Reads a line, its number from 1, and whether it is whole or longer than is read; nothing at the end.
    pub(super) fn next(&mut self, bytes: &mut Vec<u8>) -> io::Result<(u64, bool)> {
        self.line += 1;
        let count = self.read_line(bytes)?;
        let is_whole = count <= LONGEST || bytes.last() == Some(&b'\n');
        if !is_whole {
            self.input.skip_until(b'\n')?;
        }
        Ok((self.line, is_whole))
    }

    /// Appends what stands before the next line feed, and the line feed, but no more than [`LONGEST`] bytes and one.
    fn read_line(&mut self, bytes: &mut Vec<u8>) -> io::Result<usize> {
        let start = bytes.len();
        loop {
            let room = (LONGEST + 1).saturating_sub(bytes.len() - start);
            let there = match self.input.fill_buf() {
                Ok(there) => there.get(..room).unwrap_or(there),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let end = memchr(b'\n', there).map(|end| end + 1);
            let some = there.get(..end.unwrap_or(there.len())).unwrap_or_default();
            let count = some.len();
            bytes.extend_from_slice(some);
            self.input.consume(count);
            if end.is_some() || count == 0 {
                return Ok(bytes.len() - start);
            }
        }
    }
}

impl Cut for Lines {
    fn fill(&mut self, block: &mut Block) -> io::Result<bool> {
        while block.has_room() {
            let start = block.bytes.len();
            self.line += 1;
            let count = self.read_line(&mut block.bytes)?;
            if count == 0 {
                return Ok(false);
            }
            if count > LONGEST && block.bytes.last() != Some(&b'\n') {
                block.refuse(self.line, start, Unreadable::TooLong);
                self.input.skip_until(b'\n')?;
                continue;
            }
            if self.are_texts {
                block.push_line(self.line, start);
            } else {
                block.push(self.line, start);
            }
        }
        Ok(true)
    }

    fn line(&self) -> u64 {
        self.line
    }
}

/// Takes an input as one piece.
pub(super) struct Whole {
    input: Option<Box<dyn BufRead + Send>>,
}

impl Whole {
    pub(super) fn new(input: Box<dyn BufRead + Send>) -> Whole {
        Whole { input: Some(input) }
    }
}

impl Cut for Whole {
    fn fill(&mut self, block: &mut Block) -> io::Result<bool> {
        let Some(input) = self.input.take() else { return Ok(false) };
        let start = block.bytes.len();
        Read::take(input, LONGEST as u64 + 1).read_to_end(&mut block.bytes)?;
        if block.bytes.len() - start > LONGEST {
            block.refuse(1, start, Unreadable::TooLong);
        } else {
            block.push(1, start);
        }
        Ok(false)
    }

    fn line(&self) -> u64 {
        1
    }
}
