//! NDJSON: one JSON object a line. A line feed ends a line, a carriage return before it is dropped, blank lines are skipped.

use super::LONGEST;
use super::Unreadable;
use super::source::Block;
use super::source::Cut;
use std::io;
use std::io::BufRead;
use std::io::Read;

/// Cuts an input at its line feeds.
pub(super) struct Lines {
    input: Box<dyn BufRead + Send>,
    line: u64,
}

impl Lines {
    pub(super) fn new(input: Box<dyn BufRead + Send>) -> Lines {
        Lines { input, line: 0 }
    }
}

impl Cut for Lines {
    fn fill(&mut self, block: &mut Block) -> io::Result<bool> {
        while block.has_room() {
            let start = block.bytes.len();
            self.line += 1;
            let mut bounded = (&mut self.input).take(LONGEST as u64 + 1);
            let count = bounded.read_until(b'\n', &mut block.bytes)?;
            if count == 0 {
                return Ok(false);
            }
            if count > LONGEST && block.bytes.last() != Some(&b'\n') {
                block.refuse(self.line, start, Unreadable::TooLong);
                self.input.skip_until(b'\n')?;
                continue;
            }
            block.push(self.line, start);
        }
        Ok(true)
    }

    fn line(&self) -> u64 {
        self.line
    }
}
