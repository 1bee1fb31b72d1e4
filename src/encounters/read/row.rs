//! One row of a table, and what its first row tells.

use super::unreadable::Unreadable;
use crate::files::Layout;

/// A row with more cells than this is refused: columns are numbered in 16 bits, and no header is so wide.
pub(super) const MOST_CELLS: usize = 65_535;

/// One row: its cells, one after the other, and where each ends.
#[derive(Default)]
pub(super) struct Row {
    pub(super) bytes: Vec<u8>,
    pub(super) ends: Vec<usize>,
}

impl Row {
    pub(super) fn cell(&self, place: usize) -> &[u8] {
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(place).copied().unwrap_or(start);
        self.bytes.get(start..end).unwrap_or_default()
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map(|place| self.cell(place))
    }

    /// Whether the row has as many cells as the header; empty ones behind them do no harm.
    pub(super) fn check_count(&self, count: usize) -> Result<(), Unreadable> {
        if (count..self.ends.len()).any(|place| !self.cell(place).trim_ascii().is_empty()) {
            return Err(Unreadable::TooManyCells);
        }
        if self.ends.len() < count { Err(Unreadable::TooFewCells) } else { Ok(()) }
    }
}

/// The cells of the first row.
pub(super) fn names(first: &[u8], delimiter: u8) -> Vec<String> {
    let first = without_sign_line(first);
    let mut parser = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
    let mut row = Row { bytes: vec![0; first.len() + 1], ends: vec![0; MOST_CELLS] };
    let (_, _, _, mut cells) = parser.read_record(first, &mut row.bytes, &mut row.ends);
    if cells == 0 {
        // A row without a line end is ended by an empty input.
        cells = parser.read_record(&[], &mut [], &mut row.ends).3;
    }
    row.ends.truncate(cells);
    row.cells().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect()
}

/// What follows the line `sep=;`, by which some programs say what stands between the cells.
pub(super) fn without_sign_line(first: &[u8]) -> &[u8] {
    first.get(Layout::of(first).start..).unwrap_or_default()
}
