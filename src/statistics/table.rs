//! Encounters, each in one cell.

use super::error::Error;
use std::collections::HashMap;

/// Cells at most: what is more is no statistic.
const MOST_CELLS: usize = 200_000;

/// One encounter: a number that stands for it in every answer, and the values it is counted under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The same for the same encounter.
    pub mark: u64,
    /// One for each thing it is counted by.
    pub values: Vec<String>,
}

/// Counted encounters.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Values of each cell, in the order of the values.
    pub(super) cells: Vec<Vec<String>>,
    /// Each encounter and the place of its cell, in the order of the marks: twelve bytes each.
    pub(super) members: Vec<(u64, u32)>,
    /// Encounters by cell.
    pub(super) counts: Vec<u64>,
}

/// A table while it is being counted: sixteen bytes an encounter, and the values of the cells.
#[derive(Debug, Default)]
pub struct Cells {
    places: HashMap<Vec<String>, u32>,
    members: Vec<(u64, u32)>,
}

impl Cells {
    /// Counts an encounter.
    ///
    /// # Errors
    /// If there are too many cells.
    pub fn add(&mut self, row: Row) -> Result<(), Error> {
        let next = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        self.members.push((row.mark, *self.places.entry(row.values).or_insert(next)));
        if self.places.len() > MOST_CELLS { Err(Error::TooManyCells { limit: MOST_CELLS }) } else { Ok(()) }
    }

    /// What has been counted.
    pub fn table(self) -> Table {
        let mut members = self.members;
        let mut cells: Vec<(Vec<String>, u32)> = self.places.into_iter().collect();
        cells.sort();
        let mut order = vec![0_u32; cells.len()];
        for ((_, old), new) in cells.iter().zip(0_u32..) {
            if let Some(place) = order.get_mut(*old as usize) {
                *place = new;
            }
        }
        let mut counts = vec![0; cells.len()];
        for (_, cell) in &mut members {
            *cell = order.get(*cell as usize).copied().unwrap_or(0);
            if let Some(count) = counts.get_mut(*cell as usize) {
                *count += 1;
            }
        }
        members.sort_unstable();
        repeat(&mut members);
        Table { cells: cells.into_iter().map(|it| it.0).collect(), members, counts }
    }
}

impl Table {
    /// Counts rows.
    ///
    /// # Errors
    /// If there are too many cells.
    pub fn new(rows: impl IntoIterator<Item = Row>) -> Result<Table, Error> {
        let mut cells = Cells::default();
        rows.into_iter().try_for_each(|row| cells.add(row))?;
        Ok(cells.table())
    }

    /// How many encounters were counted.
    pub fn size(&self) -> u64 {
        self.members.len() as u64
    }

    /// A table of counts, of encounters that nothing else is known of.
    pub fn of_counts(counts: &[(Vec<String>, u64)]) -> Table {
        let rows = counts.iter().flat_map(|(values, count)| (0..*count).map(move |_| values.clone()));
        let rows = rows.zip(0..).map(|(values, mark)| Row { mark, values });
        Table::new(rows).unwrap_or_default()
    }

    /// For each thing it is counted by the number of each cell's value: the same number for the same value.
    pub(super) fn values(&self) -> Vec<Vec<u32>> {
        let width = self.cells.first().map_or(0, Vec::len);
        let mut values = Vec::with_capacity(width);
        for by in 0..width {
            let mut numbers: HashMap<&str, u32> = HashMap::new();
            let mut of_cells = Vec::with_capacity(self.cells.len());
            for cell in &self.cells {
                let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                of_cells.push(*numbers.entry(cell.get(by).map_or("", String::as_str)).or_insert(next));
            }
            values.push(of_cells);
        }
        values
    }

    /// A number for the encounters of each cell.
    pub(super) fn marks(&self) -> Vec<u64> {
        marks(&self.members, self.cells.len())
    }

    /// A number that differs where the encounters or their cells differ.
    pub(super) fn stamp(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        for cell in &self.cells {
            for value in cell {
                hasher.update(&(value.len() as u64).to_le_bytes());
                hasher.update(value.as_bytes());
            }
            hasher.update(&[0xff; 8]);
        }
        for (mark, cell) in &self.members {
            hasher.update(&mark.to_le_bytes());
            hasher.update(&cell.to_le_bytes());
        }
        *hasher.finalize().as_bytes()
    }
}

/// A number for the encounters of each cell: the same for the same encounters, and the sum for several cells.
pub(super) fn marks(members: &[(u64, u32)], cells: usize) -> Vec<u64> {
    let mut marks = vec![0_u64; cells];
    for (mark, cell) in members {
        if let Some(sum) = marks.get_mut(*cell as usize) {
            *sum = sum.wrapping_add(mixed(*mark));
        }
    }
    marks
}

/// Spreads a mark over all bits (SplitMix64), so that sums of marks hardly ever meet.
fn mixed(mark: u64) -> u64 {
    let mark = mark.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mark = (mark ^ mark >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mark = (mark ^ mark >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mark ^ mark >> 31
}

/// Gives encounters of one mark marks of their own: the first keeps its mark, the others follow from it.
fn repeat(members: &mut [(u64, u32)]) {
    let mut before = None;
    let mut turn = 0_u64;
    for (mark, _) in members.iter_mut() {
        turn = if before == Some(*mark) { turn + 1 } else { 0 };
        before = Some(*mark);
        if turn > 0 {
            *mark = mark.wrapping_add(turn.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        }
    }
    members.sort_unstable();
}
