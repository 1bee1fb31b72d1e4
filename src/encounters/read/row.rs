//! One row of a table, and what its first row tells.

use super::unreadable::Unreadable;
use crate::files::Layout;
use csv_core::ReadRecordResult;

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

    /// Whether no cell holds anything.
    pub(super) fn is_blank(&self) -> bool {
        let end = self.ends.last().copied().unwrap_or(0);
        self.bytes.get(..end).unwrap_or_default().trim_ascii().is_empty()
    }

    /// Appends all of it in one piece: how many cells there are, where each ends, and what stands in them.
    pub(super) fn pack(&self, out: &mut Vec<u8>) {
        // No row is longer than `LONGEST`, so that each number fits.
        let number = |it: usize| u32::try_from(it).unwrap_or(u32::MAX).to_be_bytes();
        let end = self.ends.last().copied().unwrap_or(0);
        out.reserve(self.ends.len() * 4 + end + 4);
        out.extend_from_slice(&number(self.ends.len()));
        self.ends.iter().for_each(|end| out.extend_from_slice(&number(*end)));
        out.extend_from_slice(self.bytes.get(..end).unwrap_or_default());
    }

    /// The row that was packed so.
    pub(super) fn unpacked(packed: &[u8]) -> Row {
        let (ends, cells) = parts(packed);
        Row { bytes: cells.to_vec(), ends: ends.iter().copied().map(number).collect() }
    }

    /// A row of some cells.
    pub(super) fn of(cells: &[String]) -> Row {
        let mut row = Row::default();
        for cell in cells {
            row.bytes.extend_from_slice(cell.as_bytes());
            row.ends.push(row.bytes.len());
        }
        row
    }

    /// Gives back the room that its cells do not need.
    pub(super) fn shrink(&mut self) {
        self.bytes.truncate(self.ends.last().copied().unwrap_or(0));
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// Whether the row has as many cells as the header; empty ones behind them do no harm.
    pub(super) fn check_count(&self, count: usize) -> Result<(), Unreadable> {
        if (count..self.ends.len()).any(|place| !self.cell(place).trim_ascii().is_empty()) {
            return Err(Unreadable::TooManyCells);
        }
        if self.ends.len() < count { Err(Unreadable::TooFewCells) } else { Ok(()) }
    }
}

/// Where the cells of a packed row end, and what stands in them.
fn parts(packed: &[u8]) -> (&[[u8; 4]], &[u8]) {
    let Some((count, rest)) = packed.split_first_chunk() else { return (&[], &[]) };
    let (ends, cells) = rest.split_at_checked(number(*count) * 4).unwrap_or_default();
    (ends.as_chunks().0, cells)
}

fn number(bytes: [u8; 4]) -> usize {
    u32::from_be_bytes(bytes) as usize
}

/// The cells of a packed row, where it stands.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    ends: &'a [[u8; 4]],
    text: &'a str,
}

impl<'a> Cells<'a> {
    /// # Errors
    /// If a cell is not UTF-8.
    pub(super) fn of(packed: &'a [u8]) -> Result<Cells<'a>, Unreadable> {
        let (ends, bytes) = parts(packed);
        let text = std::str::from_utf8(bytes).ok();
        let whole = text.filter(|text| ends.iter().all(|end| text.is_char_boundary(number(*end))));
        whole.map(|text| Cells { ends, text }).ok_or(Unreadable::NotUtf8)
    }

    /// A cell; empty where the row has none.
    pub(super) fn cell(self, place: usize) -> &'a str {
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| number(*end));
        let end = self.ends.get(place).map_or(start, |end| number(*end));
        self.text.get(start..end).unwrap_or_default()
    }
}

/// The cells of the first row, even if its end is not there.
pub(super) fn names(first: &[u8], delimiter: u8) -> Vec<String> {
    rows(first, delimiter, 1, true).into_iter().next().unwrap_or_default()
}

/// The first rows of a table, behind the line that says what stands between the cells. `keeps_cut` if the last of them counts
/// though its end is not there.
pub(super) fn rows(first: &[u8], delimiter: u8, most: usize, keeps_cut: bool) -> Vec<Vec<String>> {
    let mut rest = without_sign_line(first);
    let mut parser = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
    let (mut bytes, mut ends) = (vec![0; rest.len() + 1], vec![0; MOST_CELLS]);
    let mut rows = Vec::new();
    while rows.len() < most {
        let (mut result, taken, mut written, mut cells) = parser.read_record(rest, &mut bytes, &mut ends);
        rest = rest.get(taken..).unwrap_or_default();
        if result == ReadRecordResult::InputEmpty && keeps_cut {
            let (output, places) = (bytes.get_mut(written..), ends.get_mut(cells..));
            let more = parser.read_record(&[], output.unwrap_or_default(), places.unwrap_or_default());
            (result, written, cells) = (more.0, written + more.2, cells + more.3);
        }
        if result != ReadRecordResult::Record {
            break;
        }
        let (bytes, ends) = (bytes.get(..written), ends.get(..cells));
        let row = Row { bytes: bytes.unwrap_or_default().to_vec(), ends: ends.unwrap_or_default().to_vec() };
        rows.push(row.cells().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect());
    }
    rows
}

/// What follows the line `sep=;`, by which some programs say what stands between the cells.
pub(super) fn without_sign_line(first: &[u8]) -> &[u8] {
    first.get(Layout::of(first).start..).unwrap_or_default()
}

/// Writes a text as JSON.
pub(super) fn write_text(text: &str, out: &mut Vec<u8>) {
    // Writing a text to memory cannot fail.
    let _ = serde_json::to_writer(out, text);
}
