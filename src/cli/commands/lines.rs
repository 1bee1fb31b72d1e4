//! What the commands about codes share: lines of a batch, code sets by name, days.

use crate::cli::exit::Failure;
use crate::cli::terminal::Terminal;
use crate::model::day::Day;
use indicatif::ProgressBar;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::path::Path;

/// Bytes of a question at most.
const LONGEST_QUESTION: u64 = 1 << 20;

/// Reads lines one after the other; of a line that is too long only its beginning is kept.
pub(crate) struct Lines {
    input: Box<dyn BufRead>,
    longest: u64,
    bar: ProgressBar,
}

impl Lines {
    /// Opens a file; `-` is standard input.
    pub fn open(file: &Path, longest: u64) -> Result<Lines, Failure> {
        if file == Path::new("-") {
            return Ok(Lines { input: Box::new(std::io::stdin().lock()), longest, bar: ProgressBar::hidden() });
        }
        let opened = std::fs::File::open(file).map_err(|error| Failure::file(file, error))?;
        let size = opened.metadata().ok().filter(std::fs::Metadata::is_file).map(|about| about.len());
        let bar = size.map_or_else(ProgressBar::hidden, Terminal::bytes_bar);
        Ok(Lines { input: Box::new(BufReader::new(opened)), longest, bar })
    }

    /// The next line without its end, put into `line`; whether it is whole, or `None` where there is none left.
    pub fn read(&mut self, line: &mut Vec<u8>) -> std::io::Result<Option<bool>> {
        line.clear();
        let count = (&mut self.input).take(self.longest + 1).read_until(b'\n', line)?;
        if count == 0 {
            self.bar.finish_and_clear();
            return Ok(None);
        }
        self.bar.inc(count as u64);
        if line.ends_with(b"\n") {
            line.pop();
            return Ok(Some(true));
        }
        let is_whole = u64::try_from(line.len()).is_ok_and(|length| length <= self.longest);
        if !is_whole {
            self.input.skip_until(b'\n')?;
        }
        Ok(Some(is_whole))
    }
}

/// Calls `with` for each line that is not empty, with its number from 1; a line that is too long or no UTF-8 is given as
/// an empty one. `-` is standard input.
pub(crate) fn each(file: &Path, with: &mut dyn FnMut(usize, &str) -> Result<(), Failure>) -> Result<(), Failure> {
    let mut lines = Lines::open(file, LONGEST_QUESTION)?;
    let mut bytes = Vec::new();
    for number in 1.. {
        let Some(is_whole) = lines.read(&mut bytes).map_err(|error| Failure::file(file, error))? else { break };
        match std::str::from_utf8(&bytes).ok().filter(|_| is_whole) {
            Some(line) if line.trim().is_empty() => {}
            line => with(number, line.unwrap_or_default().trim())?,
        }
    }
    Ok(())
}

/// A day on the command line.
pub(crate) fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| format!("`{text}` is no date (YYYY-MM-DD)"))
}

/// Today, by the clock of this machine.
pub(crate) fn today() -> Day {
    Day::from_civil(jiff::Zoned::now().date())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_skipped() {
        let input: Box<dyn BufRead> = Box::new(std::io::Cursor::new("ab\n1234567\n\ncd"));
        let (mut lines, mut line, mut read) =
            (Lines { input, longest: 4, bar: ProgressBar::hidden() }, Vec::new(), Vec::new());
        while let Ok(Some(is_whole)) = lines.read(&mut line) {
            read.push((String::from_utf8_lossy(&line).into_owned(), is_whole));
        }
        let expected = [("ab", true), ("12345", false), ("", true), ("cd", true)];
        assert_eq!(read, expected.map(|(text, is_whole)| (text.to_owned(), is_whole)));
    }
}
