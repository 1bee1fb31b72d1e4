//! Sorting of more than fits into memory.

use super::spool::Opened;
use super::spool::Spool;
use std::cmp::Ordering;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

/// Bytes that are sorted in memory at once: 32 MiB.
const IN_MEMORY: usize = 32 << 20;
/// Bytes of each sorted run that are in memory while all of them are merged.
const READ_AHEAD: usize = 64 << 10;
/// Bytes of the two lengths before an entry of a run.
const LENGTHS: usize = 8;

/// Takes keys with values in any order. Beyond a limit they are on disk, encrypted.
pub struct Sorter {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    spool: Option<Spool>,
    /// Where each run ends in the spool.
    ends: Vec<u64>,
    limit: usize,
}

/// A key and, behind it, a value.
#[derive(Clone, Copy)]
struct Entry {
    start: usize,
    key: usize,
    value: usize,
}

impl Entry {
    fn key(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.start..self.start + self.key).unwrap_or_default()
    }

    fn value(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.start + self.key..self.start + self.key + self.value).unwrap_or_default()
    }
}

impl Default for Sorter {
    fn default() -> Sorter {
        Sorter::with_limit(IN_MEMORY)
    }
}

impl Sorter {
    /// One that has no more than so many bytes in memory.
    pub fn with_limit(limit: usize) -> Sorter {
        Sorter { bytes: Vec::new(), entries: Vec::new(), spool: None, ends: Vec::new(), limit }
    }

    /// Takes one more.
    ///
    /// # Errors
    /// If the disk has no room for what does not fit into memory.
    pub fn push(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        let weight = self.bytes.len() + self.entries.len() * size_of::<Entry>();
        if weight + key.len() + value.len() > self.limit && !self.entries.is_empty() {
            self.write_run()?;
        }
        self.entries.push(Entry { start: self.bytes.len(), key: key.len(), value: value.len() });
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
        Ok(())
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        self.entries.sort_by(|one, other| one.key(bytes).cmp(other.key(bytes)));
    }

    fn write_run(&mut self) -> io::Result<()> {
        self.sort();
        let mut spool = self.spool.take().unwrap_or_else(|| Spool::keeping(0));
        let mut out = Vec::with_capacity(2 * READ_AHEAD);
        for entry in self.entries.drain(..) {
            for count in [entry.key, entry.value] {
                out.extend_from_slice(&u32::try_from(count).map_err(io::Error::other)?.to_le_bytes());
            }
            out.extend_from_slice(entry.key(&self.bytes));
            out.extend_from_slice(entry.value(&self.bytes));
            if out.len() > READ_AHEAD {
                spool.append(&out)?;
                out.clear();
            }
        }
        spool.append(&out)?;
        self.bytes.clear();
        self.ends.push(spool.len());
        self.spool = Some(spool);
        Ok(())
    }

    /// All of them, by their keys. Those with one key come in the order in which they were taken.
    ///
    /// # Errors
    /// If what is on disk cannot be read.
    pub fn sorted(mut self) -> io::Result<Sorted> {
        self.sort();
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let runs = starts.zip(&self.ends).map(|(position, end)| Run::new(position, *end));
        let runs: Vec<Run> = runs.collect();
        let Sorter { bytes, entries, spool, .. } = self;
        let mut sorted =
            Sorted { bytes, entries: entries.into_iter(), heap: BinaryHeap::new(), last: runs.len(), runs, spool };
        for number in 0..=sorted.last {
            sorted.read_on(number)?;
        }
        Ok(sorted)
    }
}

/// What was taken, in its order.
pub struct Sorted {
    bytes: Vec<u8>,
    entries: std::vec::IntoIter<Entry>,
    runs: Vec<Run>,
    /// The number of what is in memory, behind those of the runs.
    last: usize,
    spool: Option<Spool>,
    /// The first that is left of each run.
    heap: BinaryHeap<Reverse<First>>,
}

struct Run {
    position: u64,
    end: u64,
    bytes: Vec<u8>,
    at: usize,
    opened: Opened,
    more: Vec<u8>,
}

#[derive(PartialEq, Eq)]
struct First {
    key: Vec<u8>,
    /// Runs that were written earlier hold what was taken earlier.
    run: usize,
    value: Vec<u8>,
}

impl Ord for First {
    fn cmp(&self, other: &First) -> Ordering {
        self.key.cmp(&other.key).then(self.run.cmp(&other.run))
    }
}

impl PartialOrd for First {
    fn partial_cmp(&self, other: &First) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Sorted {
    /// The next key and its value; `None` at the end.
    ///
    /// # Errors
    /// If what is on disk cannot be read.
    #[expect(clippy::should_implement_trait, reason = "an iterator of results goes on behind an error")]
    pub fn next(&mut self) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
        let Some(Reverse(First { key, run, value })) = self.heap.pop() else { return Ok(None) };
        self.read_on(run)?;
        Ok(Some((key, value)))
    }

    /// Puts the next entry of a run among those of which the first is wanted.
    fn read_on(&mut self, run: usize) -> io::Result<()> {
        let found = match self.runs.get_mut(run) {
            None => {
                let entry = self.entries.next();
                entry.map(|entry| (entry.key(&self.bytes).to_vec(), entry.value(&self.bytes).to_vec()))
            }
            Some(of_disk) => self.spool.as_ref().map(|spool| of_disk.next(spool)).transpose()?.flatten(),
        };
        if let Some((key, value)) = found {
            self.heap.push(Reverse(First { key, run, value }));
        }
        Ok(())
    }
}

impl Run {
    fn new(position: u64, end: u64) -> Run {
        Run { position, end, bytes: Vec::new(), at: 0, opened: Opened::default(), more: Vec::new() }
    }

    fn next(&mut self, spool: &Spool) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
        if self.at == self.bytes.len() && self.position == self.end {
            return Ok(None);
        }
        let lengths = self.take(LENGTHS, spool)?;
        let length = |bytes: Option<&[u8]>| {
            let bytes: [u8; 4] = bytes.and_then(|bytes| bytes.try_into().ok()).unwrap_or_default();
            u32::from_le_bytes(bytes) as usize
        };
        let (key, value) = (length(lengths.get(..4)), length(lengths.get(4..)));
        Ok(Some((self.take(key, spool)?, self.take(value, spool)?)))
    }

    fn take(&mut self, count: usize, spool: &Spool) -> io::Result<Vec<u8>> {
        if self.bytes.len() - self.at < count {
            self.bytes.drain(..self.at);
            self.at = 0;
            let there = self.bytes.len();
            let left = usize::try_from(self.end - self.position).unwrap_or(usize::MAX);
            let more = left.min(READ_AHEAD.max(count - there));
            spool.read(self.position, more, &mut self.opened, &mut self.more)?;
            self.bytes.extend_from_slice(&self.more);
            self.position += more as u64;
        }
        let taken = self.bytes.get(self.at..self.at + count).ok_or(io::ErrorKind::UnexpectedEof)?.to_vec();
        self.at += count;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// Keys with numbers in the order in which they come.
    fn made_up(count: u32) -> Vec<(Vec<u8>, Vec<u8>)> {
        let key = |at: u32| format!("{:x}", at.wrapping_mul(2_654_435_761) % 97).into_bytes();
        (0..count).map(|at| (key(at), at.to_le_bytes().repeat(1 + at as usize % 40))).collect()
    }

    #[test]
    fn it_sorts_as_memory_does_however_much_fits() {
        for (count, limit) in [(0, 1), (1, 1), (3000, 1), (3000, 10_000), (3000, 1 << 20), (20_000, 300_000)] {
            let mut expected = made_up(count);
            let mut sorter = Sorter::with_limit(limit);
            expected.iter().for_each(|(key, value)| sorter.push(key, value).unwrap());
            expected.sort_by(|one, other| one.0.cmp(&other.0));
            let (mut sorted, mut found) = (sorter.sorted().unwrap(), Vec::new());
            while let Some(entry) = sorted.next().unwrap() {
                found.push(entry);
            }
            assert_eq!(found, expected, "{count} with {limit} bytes");
        }
    }
}
