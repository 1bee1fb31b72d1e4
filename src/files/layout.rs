//! What stands between the cells of a table, by looking at its first rows.

use super::quoting::Quoting;

/// The signs that tables have between their cells, the likeliest first.
const SIGNS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// So many rows are looked at.
const ROWS: usize = 50;

/// How a table is cut into cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// What stands between cells.
    pub delimiter: u8,
    /// Where the header begins, in bytes: behind a line `sep=;`, which spreadsheets write and read.
    pub start: usize,
}

impl Layout {
    /// The layout of a table of which this is the beginning, as UTF-8. A table of one column has commas.
    pub fn of(first: &[u8]) -> Layout {
        if let Some(layout) = Layout::declared(first) {
            return layout;
        }
        let best = SIGNS.iter().rev().copied().max_by_key(|sign| agreement(first, *sign));
        Layout { delimiter: best.unwrap_or(b','), start: 0 }
    }

    /// What a first line `sep=;` says, in quotation marks or not.
    fn declared(first: &[u8]) -> Option<Layout> {
        let end = first.iter().position(|byte| matches!(byte, b'\n' | b'\r'))?;
        let line = first.get(..end)?;
        let line = line.strip_prefix(b"\"").map_or(line, |inner| inner.strip_suffix(b"\"").unwrap_or(inner));
        let (word, sign) = line.split_at_checked(4)?;
        let [delimiter] = *sign else { return None };
        let is_sign = word.eq_ignore_ascii_case(b"sep=") && delimiter.is_ascii() && delimiter != b'"';
        let is_pair = first.get(end..end + 2) == Some(b"\r\n");
        is_sign.then_some(Layout { delimiter, start: end + 1 + usize::from(is_pair) })
    }
}

/// How well a sign fits: how many rows it cuts into as many cells as the header, and then how many cells these are.
/// Nothing fits that does not cut the header.
fn agreement(first: &[u8], sign: u8) -> (usize, usize) {
    let mut counts = Counts { bytes: first, sign };
    let Some(header) = counts.next().filter(|cells| *cells > 1) else { return (0, 0) };
    (1 + counts.take(ROWS).filter(|cells| *cells == header).count(), header)
}

/// How many cells each row has.
struct Counts<'a> {
    bytes: &'a [u8],
    sign: u8,
}

impl Iterator for Counts<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let begin = self.bytes.iter().position(|byte| !matches!(byte, b'\n' | b'\r'))?;
        let row = self.bytes.get(begin..)?;
        let (mut cells, mut state) = (1, Quoting::Start);
        for (at, &byte) in row.iter().enumerate() {
            if state != Quoting::Quoted && matches!(byte, b'\n' | b'\r') {
                self.bytes = row.get(at..)?;
                return Some(cells);
            }
            cells += usize::from(state != Quoting::Quoted && byte == self.sign);
            state = state.after(byte, self.sign);
        }
        self.bytes = &[];
        // The last row may end without a line end.
        Some(cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delimiter(text: &str) -> char {
        char::from(Layout::of(text.as_bytes()).delimiter)
    }

    #[test]
    fn the_sign_is_the_one_that_cuts_all_rows_alike() {
        assert_eq!(delimiter("code,title\nA,Noise; loud\nB,Dog\n"), ',');
        assert_eq!(delimiter("code;title\nA;Noise, loud, at night\nB;Dog\n"), ';');
        assert_eq!(delimiter("code\ttitle\nA\tNoise, loud\n"), '\t');
        assert_eq!(delimiter("code|title|days\r\nA|Noise|1,5\r\n"), '|');
        assert_eq!(delimiter("code;title, long;from\nA;Noise;x\nB;Dog;y\n"), ';');
    }

    #[test]
    fn signs_in_quotation_marks_do_not_count() {
        assert_eq!(delimiter("\"code, old\";\"title, \"\"short\"\", new\"\nA;\"Dog, cat\nand bird\"\n"), ';');
    }

    #[test]
    fn one_column_or_a_header_alone_is_a_table_too() {
        assert_eq!(delimiter("code\nA\nB\n"), ',');
        assert_eq!(delimiter(""), ',');
        assert_eq!(delimiter("code;title"), ';');
    }

    #[test]
    fn a_line_may_say_it() {
        assert_eq!(Layout::of(b"sep=;\r\ncode;a,b,c\r\n"), Layout { delimiter: b';', start: 7 });
        assert_eq!(Layout::of(b"\"sep=|\"\ncode|title\n"), Layout { delimiter: b'|', start: 8 });
        assert_eq!(Layout::of(b"SEP=\t\ncode\n"), Layout { delimiter: b'\t', start: 6 });
        assert_eq!(Layout::of(b"sep=,title\n").start, 0);
    }
}
