//! Rows of a table of which those of one encounter do not follow each other: all are read, and sorted so that they do.
//!
//! Encounters come in the order of their first rows. Memory does not grow with the table ([`Sorter`]).

use super::row::Row;
use super::unreadable::Unreadable;
use crate::files::Sorted;
use crate::files::Sorter;
use std::io;

/// Takes rows in the order of the table.
#[derive(Default)]
pub(super) struct Gathering {
    /// By what they have in common.
    groups: Sorter,
    /// By the first row of their encounter, and their own number.
    ordered: Sorter,
    count: u64,
    /// Reasons why rows cannot be read, each once.
    reasons: Vec<Unreadable>,
}

/// Rows of which those of one encounter follow each other.
pub(super) struct Together {
    ordered: Sorted,
    /// Reasons why rows cannot be read, each once.
    reasons: Vec<Unreadable>,
    /// The first row of the encounter that was given last.
    first: Option<Vec<u8>>,
}

/// What comes next.
pub(super) enum Gathered {
    Row { line: u64, is_first: bool, row: Row },
    Refused(u64, Unreadable),
    End,
}

/// The kind of what stands under a number.
const ROW: u8 = 0;
const REFUSED: u8 = 1;

impl Gathering {
    /// Takes a row; one without a key is an encounter by itself.
    pub(super) fn add(&mut self, key: &[u8], line: u64, row: &Row) -> io::Result<()> {
        self.count += 1;
        let mut value = vec![ROW];
        value.extend_from_slice(&line.to_be_bytes());
        row.pack(&mut value);
        if key.is_empty() {
            return self.ordered.push(&order(self.count, self.count), &value);
        }
        value.splice(..0, self.count.to_be_bytes());
        self.groups.push(key, &value)
    }

    /// Takes note of a row that cannot be read.
    pub(super) fn refuse(&mut self, line: u64, why: Unreadable) -> io::Result<()> {
        self.count += 1;
        let known = self.reasons.iter().position(|reason| *reason == why);
        let at = known.unwrap_or(self.reasons.len());
        if known.is_none() {
            self.reasons.push(why);
        }
        let mut value = vec![REFUSED];
        value.extend_from_slice(&line.to_be_bytes());
        value.extend_from_slice(&(at as u64).to_be_bytes());
        self.ordered.push(&order(self.count, self.count), &value)
    }

    /// All of them, in their order.
    pub(super) fn together(self) -> io::Result<Together> {
        let Gathering { groups, mut ordered, reasons, .. } = self;
        let (mut groups, mut group, mut first) = (groups.sorted()?, Vec::new(), 0);
        while let Some((key, value)) = groups.next()? {
            let (number, row) = value.split_at_checked(8).unwrap_or_default();
            let number = number_of(number);
            if key != group {
                (group, first) = (key, number);
            }
            ordered.push(&order(first, number), row)?;
        }
        Ok(Together { ordered: ordered.sorted()?, reasons, first: None })
    }
}

impl Together {
    pub(super) fn next(&mut self) -> io::Result<Gathered> {
        let Some((key, value)) = self.ordered.next()? else { return Ok(Gathered::End) };
        let (first, _) = key.split_at_checked(8).unwrap_or_default();
        let is_first = self.first.as_deref() != Some(first);
        self.first = Some(first.to_vec());
        let (head, rest) = value.split_at_checked(9).unwrap_or_default();
        let (kind, line) = head.split_at_checked(1).unwrap_or_default();
        let line = number_of(line);
        if kind == [ROW] {
            return Ok(Gathered::Row { line, is_first, row: Row::unpacked(rest) });
        }
        let reason = usize::try_from(number_of(rest)).ok().and_then(|at| self.reasons.get(at));
        Ok(Gathered::Refused(line, reason.copied().unwrap_or(Unreadable::Damaged)))
    }
}

fn order(first: u64, number: u64) -> [u8; 16] {
    (u128::from(first) << 64 | u128::from(number)).to_be_bytes()
}

fn number_of(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(bytes.try_into().unwrap_or_default())
}
