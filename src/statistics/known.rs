//! Which sets of encounters earlier answers counted, by a number for each set: the same number is the same count again,
//! whatever it was counted by.

use super::joint::Told;
use super::table;
use std::collections::BTreeSet;

/// Counts of earlier answers.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Those that are shown.
    pub shown: BTreeSet<u64>,
    /// Those that are told to be hidden.
    pub hidden: BTreeSet<u64>,
}

impl Known {
    /// Takes in an answer.
    pub fn add(&mut self, told: &Told<'_>) {
        let cells = table::marks(told.members, told.cells());
        let sum = |of: &[u32]| {
            of.iter().filter_map(|cell| cells.get(*cell as usize)).fold(0_u64, |sum, mark| sum.wrapping_add(*mark))
        };
        self.shown.extend(told.shown.iter().map(|of| sum(of)));
        self.hidden.extend(told.hidden.iter().map(|of| sum(of)));
    }
}
