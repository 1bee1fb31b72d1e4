//! Tables with a header, as text: cut into rows, each with its line.

use super::contents;
use super::contents::Error;
use super::contents::Options;
use crate::definitions::parse::tree::ColumnRole;
use crate::files::Layout;
use crate::files::Quoting;
use crate::files::without_formula;

/// What stands between the cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// It is found by looking.
    Any,
    /// A tab; quotation marks are signs like others then, as in releases.
    Tab,
}

/// A table, its header read.
pub(super) struct Sheet<'a> {
    reader: csv::Reader<&'a [u8]>,
    columns: Vec<String>,
    lines: Lines<'a>,
    separator: Separator,
    layout: Layout,
}

/// Counts lines up to a row: the reader of rows counts them otherwise where a line ends with two signs.
struct Lines<'a> {
    text: &'a [u8],
    /// Where the header begins.
    start: usize,
    /// So far lines are counted.
    at: usize,
    line: u32,
}

impl Lines<'_> {
    /// The line, from 1, of the row that is read next from an offset: blank lines may stand before it.
    fn of(&mut self, offset: u64) -> u32 {
        let from = self.start.saturating_add(usize::try_from(offset).unwrap_or(usize::MAX));
        let rest = self.text.get(from..).unwrap_or_default();
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let row = from.saturating_add(blank);
        for at in self.at..row.min(self.text.len()) {
            let is_end = match self.text.get(at) {
                Some(b'\n') => true,
                Some(b'\r') => self.text.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            self.line += u32::from(is_end);
        }
        self.at = self.at.max(row);
        self.line
    }
}

/// One row.
pub(super) struct Cells<'r> {
    record: &'r csv::StringRecord,
    /// Its line in the file, from 1.
    pub line: u32,
}

impl<'r> Cells<'r> {
    /// A cell without the blanks around it; empty where the row is shorter.
    pub fn at(&self, column: usize) -> &'r str {
        without_formula(self.record.get(column).unwrap_or("")).trim()
    }

    /// Whether nothing stands in it: spreadsheets end with such rows.
    pub fn is_blank(&self) -> bool {
        self.record.iter().all(|cell| cell.trim().is_empty())
    }

    /// Whether a letter could not be read.
    pub fn is_broken(&self) -> bool {
        self.record.iter().any(|cell| cell.contains('\u{fffd}'))
    }

    /// How many cells it has; empty ones at the end do not count.
    pub fn width(&self) -> usize {
        self.record
            .iter()
            .enumerate()
            .filter(|(_, cell)| !cell.trim().is_empty())
            .last()
            .map_or(0, |(last, _)| last + 1)
    }
}

impl<'a> Sheet<'a> {
    /// Reads the header of a table.
    pub fn open(text: &'a str, separator: Separator) -> Result<Sheet<'a>, Error> {
        Sheet::open_below(text, separator, 0)
    }

    /// The same where the header stands below so many lines.
    pub fn open_below(text: &'a str, separator: Separator, above: usize) -> Result<Sheet<'a>, Error> {
        let skipped = text.split_inclusive('\n').take(above).map(str::len).sum();
        let below = text.get(skipped..).unwrap_or_default();
        let mut layout = match separator {
            Separator::Any => Layout::of(below.as_bytes()),
            Separator::Tab => Layout { delimiter: b'\t', start: 0 },
        };
        layout.start += skipped;
        let mut builder = csv::ReaderBuilder::new();
        let builder = builder.delimiter(layout.delimiter).flexible(true).quoting(separator == Separator::Any);
        let mut reader = builder.from_reader(text.as_bytes().get(layout.start..).unwrap_or_default());
        let header = reader.headers().map_err(|error| Error::Form(error.to_string()))?;
        let columns = header.iter().map(|name| name.trim().to_owned()).collect();
        let line = u32::try_from(above).map_or(u32::MAX, |above| above.saturating_add(1));
        let lines = Lines { text: text.as_bytes(), start: layout.start, at: 0, line };
        Ok(Sheet { reader, columns, lines, separator, layout })
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Where the column of a name is.
    pub fn place(&self, name: &str) -> Result<usize, Error> {
        let places = |fits: &dyn Fn(&str) -> bool| -> Vec<usize> {
            self.columns.iter().enumerate().filter(|(_, column)| fits(column)).map(|(place, _)| place).collect()
        };
        let mut found = places(&|column| column == name);
        if found.is_empty() {
            found = places(&|column| column.eq_ignore_ascii_case(name));
        }
        match found.as_slice() {
            [place] => Ok(*place),
            [] => Err(Error::Form(format!("the file has no column `{name}`, it has {}", self.listed()))),
            _ => Err(Error::Form(format!("the file has {} columns `{name}`, and one is needed", found.len()))),
        }
    }

    /// The names of the columns, for people.
    pub fn listed(&self) -> String {
        self.columns.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    }

    /// The column of a role, if one is named.
    pub fn role(&self, options: &Options, role: ColumnRole) -> Result<Option<usize>, Error> {
        let named = options.columns.iter().find(|(known, _)| *known == role);
        named.map(|(_, column)| self.place(column)).transpose()
    }

    /// All columns of a role.
    pub fn roles(&self, options: &Options, role: ColumnRole) -> Result<Vec<usize>, Error> {
        let named = options.columns.iter().filter(|(known, _)| *known == role);
        named.map(|(_, column)| self.place(column)).collect()
    }

    /// What to say of a quotation mark that is not closed, and its line: all that follows it is taken for one cell.
    pub fn unclosed(&self) -> Option<(u32, &'static str)> {
        if self.separator == Separator::Tab {
            return None;
        }
        let line = open_quote(self.lines.text, self.layout)?;
        Some((line, "a quotation mark is not closed, so that all that follows it is one cell"))
    }

    /// Refuses a table with a quotation mark that is not closed.
    pub fn closed(self) -> Result<Sheet<'a>, Error> {
        match self.unclosed() {
            Some((line, why)) => Err(Error::Form(format!("line {line}: {why}"))),
            None => Ok(self),
        }
    }

    /// Gives the rows that are not blank, in order.
    pub fn each(&mut self, mut take: impl FnMut(Cells<'_>) -> Result<(), Error>) -> Result<(), Error> {
        let mut record = csv::StringRecord::new();
        while self.reader.read_record(&mut record).map_err(|error| Error::Form(error.to_string()))? {
            let line = self.lines.of(record.position().map_or(0, csv::Position::byte));
            let cells = Cells { record: &record, line };
            if !cells.is_blank() {
                take(cells)?;
            }
        }
        Ok(())
    }
}

/// The line, from 1, in which a cell begins with a quotation mark that no other one closes.
fn open_quote(text: &[u8], layout: Layout) -> Option<u32> {
    let (mut state, mut line, mut opened) = (Quoting::Start, 1, 1);
    for (place, &byte) in text.iter().enumerate() {
        if place >= layout.start {
            if state == Quoting::Start && byte == b'"' {
                opened = line;
            }
            state = state.after(byte, layout.delimiter);
        }
        let is_pair = byte == b'\r' && text.get(place + 1) == Some(&b'\n');
        line += u32::from(matches!(byte, b'\n' | b'\r') && !is_pair);
    }
    (state == Quoting::Quoted).then_some(opened)
}

/// The header of a file of cells and its rows, as they stand.
///
/// # Errors
///
/// [`Error::Form`] if it is no such file, or has a quotation mark that is not closed.
pub fn cells(bytes: &[u8]) -> Result<(Vec<String>, Vec<Vec<String>>), Error> {
    let text = contents::text(bytes);
    let mut sheet = Sheet::open(&text, Separator::Any)?.closed()?;
    let mut rows = Vec::new();
    sheet.each(|cells| {
        rows.push(cells.record.iter().map(str::to_owned).collect());
        Ok(())
    })?;
    Ok((sheet.columns, rows))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn lines(text: &str) -> Vec<(u32, String)> {
        let mut out = Vec::new();
        let mut sheet = Sheet::open(text, Separator::Any).unwrap();
        let each = |cells: Cells<'_>| {
            out.push((cells.line, cells.at(0).to_owned()));
            Ok(())
        };
        sheet.each(each).unwrap();
        out
    }

    #[test]
    fn rows_know_their_lines_however_lines_end() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["sep=;", "code;title", "A;a", "", "B;\"two", "lines\"", "C;c", ";;", "", ""].join(end);
            let expected = [(3, "A"), (5, "B"), (7, "C")].map(|(line, code)| (line, code.to_owned()));
            assert_eq!(lines(&text), expected, "{end:?}");
        }
    }

    #[test]
    fn a_quotation_mark_that_is_not_closed_is_told_with_its_line() {
        let line = |text: &str| Sheet::open(text, Separator::Any).unwrap().unclosed().map(|(line, _)| line);
        assert_eq!(line("code,title\r\nA,\"two\r\nlines\"\r\nB,\"open\r\nC,c\r\n"), Some(4));
        assert_eq!(line("code;title\nA;\"a \"\"b\"\"\"\nB;5\" pipe\nC;\"c\""), None);
        assert!(cells(b"code,title\nA,\"a\n").is_err());
        assert_eq!(Sheet::open("code\ttitle\nA\t\"a\n", Separator::Tab).unwrap().unclosed(), None);
    }

    #[test]
    fn a_column_that_stands_twice_cannot_be_named() {
        let sheet = Sheet::open("code,title,Title\nA,b,c\n", Separator::Any).unwrap();
        assert_eq!(sheet.place("title").unwrap(), 1);
        assert!(sheet.place("TITLE").is_err());
    }
}
