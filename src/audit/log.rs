//! The log: rows in, in groups, each group on the disk before anybody is told.
//!
//! A group is written in one go and ends in a signed row, and every row carries a code that only the key can make. On
//! opening, what stands after the last signed row is a write that was never confirmed: its whole rows are kept and signed
//! now, if they carry that code; a row that is torn is cut, and a row says so. A row without the code was written by somebody
//! else: it is not signed, and the log takes nothing more. The lock is held while a group is written, not longer, so that
//! several programs may write to one log.

use super::chain;
use super::chain::Hash;
use super::chain::RowKey;
use super::error::Error;
use super::head::Head;
use super::key::Secret;
use super::row::Access;
use super::row::Entry;
use super::row::Millis;
use super::row::Rows;
use super::store::Disk;
use super::store::Store;
use super::verify::Parts;
use crate::files;
use std::io;
use std::path::Path;

/// What a line begins with; a file that begins otherwise is no log.
const BEGINNING: &[u8] = br#"{"seq":1,"time":""#;
/// So much of the end is read first in the search for the last signed row.
const TAIL: u64 = 64 << 10;

/// Whether a file that begins so is a log.
pub fn is_log(first: &[u8]) -> bool {
    first.starts_with(BEGINNING)
}

/// Takes rows, and returns when they can no longer be lost.
pub trait Trail {
    /// Notes rows. What they speak of may leave when this has returned.
    ///
    /// # Errors
    /// If they could not be noted; then nothing of what they speak of may leave, and no later rows are taken.
    fn commit(&mut self, rows: &Rows) -> Result<(), Error>;
}

/// An open log.
pub struct Log {
    name: String,
    store: Box<dyn Store>,
    secret: Secret,
    rows: RowKey,
    clock: Box<dyn FnMut() -> Millis + Send>,
    place: Option<Place>,
    is_poisoned: bool,
    has_said_late: bool,
    recovered: Option<Recovered>,
    buffer: Vec<u8>,
}

/// What was found after the last signed row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recovered {
    /// Whole rows of a write that was never confirmed. They are kept.
    pub rows: u64,
    /// Bytes of a torn row. They are cut.
    pub bytes: u64,
}

/// Where the next row goes.
#[derive(Clone)]
struct Place {
    /// Name of the log.
    log: String,
    /// Bytes before it.
    end: u64,
    /// Rows before it.
    rows: u64,
    /// Hash of the last of them.
    hash: Hash,
    /// Time of the last of them.
    time: Millis,
    /// Whole rows after the last signed one, to be written again.
    unsigned: Vec<u8>,
    /// What has to be said of them.
    found: Option<Recovered>,
}

impl Log {
    /// Opens a log, or begins one. Nothing is written yet.
    ///
    /// # Errors
    /// If the file cannot be opened, is no log, is damaged at its end or is signed with another key.
    pub fn open(path: &Path, secret: Secret, clock: impl FnMut() -> Millis + Send + 'static) -> Result<Log, Error> {
        let name = path.display().to_string();
        match Disk::open(path) {
            Ok(disk) => Log::on(Box::new(disk), name, secret, clock),
            Err(source) => Err(Error::Store { path: name, source }),
        }
    }

    /// The same on another store than a file.
    ///
    /// # Errors
    /// As [`Log::open`].
    pub fn on(
        store: Box<dyn Store>,
        name: String,
        secret: Secret,
        clock: impl FnMut() -> Millis + Send + 'static,
    ) -> Result<Log, Error> {
        let mut log = Log {
            name,
            store,
            rows: secret.rows(),
            secret,
            clock: Box::new(clock),
            place: None,
            is_poisoned: false,
            has_said_late: false,
            recovered: None,
            buffer: Vec::new(),
        };
        log.locked(Log::settle)?;
        Ok(log)
    }

    /// What the last program that wrote here has left unfinished, once it is mended: after the first rows were noted.
    pub fn recovered(&self) -> Option<Recovered> {
        self.recovered
    }

    /// Signs what the last program that wrote here has left unsigned, if it has.
    ///
    /// # Errors
    /// If the log cannot be read or mended.
    pub fn mend(&mut self) -> Result<(), Error> {
        self.commit(&Rows::default())
    }

    /// Notes one row.
    ///
    /// # Errors
    /// As `Trail::commit`.
    pub fn note(&mut self, access: &Access, entry: &Entry) -> Result<(), Error> {
        let mut rows = Rows::default();
        rows.push(access, entry);
        self.commit(&rows)
    }

    fn locked<T>(&mut self, work: impl FnOnce(&mut Log) -> Result<T, Error>) -> Result<T, Error> {
        if self.is_poisoned {
            return Err(Error::Poisoned { path: self.name.clone() });
        }
        let locked = self.store.lock().map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => Error::Busy { path: self.name.clone() },
            _ => self.failed(error),
        });
        let result = locked.and_then(|()| {
            let result = work(self);
            self.store.unlock();
            result
        });
        // After a failed write or sync nobody knows what is on the disk: a later success would prove nothing.
        self.is_poisoned = result.is_err();
        result
    }

    fn write(&mut self, rows: &Rows) -> Result<(), Error> {
        self.settle()?;
        let Some(place) = self.place.clone() else { return Err(self.broken(0, "it has no end")) };
        if rows.is_empty() && place.found.is_none() {
            return Ok(());
        }
        let (start, mut next) = (place.end, place);
        let found = next.found.take();
        let mut bytes = std::mem::take(&mut self.buffer);
        bytes.clear();
        bytes.append(&mut next.unsigned);
        self.fill(&mut next, rows, found, &mut bytes);
        let written = self.store.write(start, &bytes).and_then(|()| self.store.sync());
        next.end = start + bytes.len() as u64;
        self.buffer = bytes;
        if let Err(error) = written {
            // Best effort: rows that say `shown` of what was not shown need not stay.
            let _ = self.store.cut(start);
            return Err(self.failed(error));
        }
        self.recovered = self.recovered.or(found);
        self.place = Some(next);
        Ok(())
    }

    /// Appends the rows of a group, and the row that signs them.
    fn fill(&mut self, place: &mut Place, rows: &Rows, found: Option<Recovered>, out: &mut Vec<u8>) {
        let now = (self.clock)();
        let is_late = now < place.time;
        place.time = now.max(place.time);
        let time = chain::time(place.time);
        if place.rows == 0 {
            let key = self.secret.public();
            let text = format!(r#""outcome":"begun","log":"{}","key":"{key}"}}"#, place.log);
            place.push(&self.rows, &time, text.as_bytes(), out);
        }
        if let Some(found) = found {
            let text = format!(r#""outcome":"recovered","rows":{},"bytes":{}}}"#, found.rows, found.bytes);
            place.push(&self.rows, &time, text.as_bytes(), out);
        }
        if is_late && !self.has_said_late {
            let text = format!(r#""outcome":"clock","reads":"{}"}}"#, chain::time(now));
            place.push(&self.rows, &time, text.as_bytes(), out);
        }
        self.has_said_late = is_late;
        for row in rows.bytes.split(|byte| *byte == b'\n').filter(|row| !row.is_empty()) {
            place.push(&self.rows, &time, row.get(1..).unwrap_or_default(), out);
        }
        let head = Head::sign(&self.secret, &place.log, place.rows, &place.hash, place.time);
        let text = format!(
            r#""outcome":"signed","log":"{}","rows":{},"head":"{}","key":"{}","signature":"{}"}}"#,
            head.log, head.rows, head.hash, head.key, head.signature
        );
        place.push(&self.rows, &time, text.as_bytes(), out);
    }

    /// Finds out where the log ends, as far as that is not known: another program may have written since.
    fn settle(&mut self) -> Result<(), Error> {
        let length = self.store.length().map_err(|error| self.failed(error))?;
        let known = match &self.place {
            Some(place) if place.end == length && place.found.is_none() => return Ok(()),
            Some(place) if place.end > length => return Err(self.broken(place.rows, "the log is shorter than it was")),
            Some(place) if place.found.is_none() => place.end,
            _ => 0,
        };
        self.place = Some(if length == 0 { self.begin()? } else { self.find_end(known, length)? });
        Ok(())
    }

    fn begin(&self) -> Result<Place, Error> {
        let random = files::random_bytes().map_err(|error| self.failed(error))?;
        let log = chain::hex_text(random.get(..16).unwrap_or_default());
        let (hash, unsigned) = (chain::start(), Vec::new());
        Ok(Place { log, end: 0, rows: 0, hash, time: 0, unsigned, found: None })
    }

    fn find_end(&mut self, from: u64, length: u64) -> Result<Place, Error> {
        if from == 0 {
            let first = self.read(0, length.min(BEGINNING.len() as u64))?;
            if !is_torn(&first, BEGINNING) && !first.starts_with(BEGINNING) {
                return Err(Error::NotALog { path: self.name.clone() });
            }
        }
        let mut place = match self.last_signed(from, length)? {
            Some(place) => place,
            None if from == 0 => self.begin()?,
            None => self.place.clone().map_or_else(|| self.begin(), Ok)?,
        };
        let tail = self.read(place.end, length)?;
        self.take_unsigned(&mut place, &tail)?;
        Ok(place)
    }

    /// The last signed row that ends after `from`.
    fn last_signed(&mut self, from: u64, length: u64) -> Result<Option<Place>, Error> {
        let mut reach = TAIL;
        loop {
            let start = length.saturating_sub(reach).max(from);
            let bytes = self.read(start, length)?;
            let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let mut end = whole;
            while let Some(stop) = end.checked_sub(1) {
                let before = bytes.get(..stop).unwrap_or_default().iter().rposition(|byte| *byte == b'\n');
                if before.is_none() && start > from {
                    break; // the line begins before what was read
                }
                let line = bytes.get(before.map_or(0, |at| at + 1)..stop).unwrap_or_default();
                if let Some(parts) = Parts::read(line).filter(|parts| parts.outcome == "signed") {
                    return self.signed(&parts, line, start + end as u64).map(Some);
                }
                end = before.map_or(0, |at| at + 1);
            }
            if start == from {
                return Ok(None);
            }
            reach = reach.saturating_mul(4);
        }
    }

    /// The place after a signed row, if it is one of ours.
    fn signed(&self, parts: &Parts, line: &[u8], end: u64) -> Result<Place, Error> {
        let broken = |what| self.broken(parts.seq, what);
        let head = parts.signed_head().ok_or_else(|| broken("it is no signed row"))?;
        if head.key != self.secret.public().to_string() {
            return Err(Error::OtherKey { path: self.name.clone() });
        }
        if !head.is_signed_by(&self.secret.public()) || head.rows.checked_add(1) != Some(parts.seq) {
            return Err(broken("its signature is wrong"));
        }
        let before = head.hash().ok_or_else(|| broken("it is no signed row"))?;
        let sealed = chain::split(line).filter(|(text, hash)| chain::link(&before, text) == *hash);
        let (text, hash) = sealed.ok_or_else(|| broken("its hash is wrong"))?;
        if !chain::is_coded(&before, &self.rows, text) {
            return Err(broken("it is not vouched for: it was not written with the key"));
        }
        let time = chain::read_time(&parts.time).ok_or_else(|| broken("it has no time"))?;
        Ok(Place { log: head.log, end, rows: parts.seq, hash, time, unsigned: Vec::new(), found: None })
    }

    /// Follows the chain through what stands after the last signed row.
    fn take_unsigned(&self, place: &mut Place, tail: &[u8]) -> Result<(), Error> {
        if tail.is_empty() {
            return Ok(());
        }
        let mut found = Recovered::default();
        let mut rest = tail;
        while let Some(at) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, after) = rest.split_at_checked(at).unwrap_or((rest, &[]));
            let seq = place.rows + 1;
            let parts = Parts::read(line).filter(|parts| parts.seq == seq);
            let parts = parts.ok_or_else(|| self.broken(seq, "it is no row, or not the one that belongs here"))?;
            let hash = chain::split(line).filter(|(text, hash)| chain::link(&place.hash, text) == *hash);
            let (text, hash) = hash.ok_or_else(|| self.broken(seq, "its hash is wrong"))?;
            if !chain::is_coded(&place.hash, &self.rows, text) {
                let is_ours = parts.begun().is_none_or(|(_, key)| key == self.secret.public().to_string());
                let foreign = || self.broken(seq, "it is not vouched for: it was not written with the key");
                return Err(if is_ours { foreign() } else { Error::OtherKey { path: self.name.clone() } });
            }
            place.hash = hash;
            place.time = chain::read_time(&parts.time).unwrap_or(place.time).max(place.time);
            if let Some((log, _)) = parts.begun() {
                place.log = log;
            }
            place.rows = seq;
            found.rows += 1;
            rest = after.get(1..).unwrap_or_default();
        }
        let beginning = format!(r#"{{"seq":{},"time":""#, place.rows + 1);
        if !is_torn(rest, beginning.as_bytes()) {
            return Err(self.broken(place.rows + 1, "it is no row"));
        }
        found.bytes = rest.len() as u64;
        place.unsigned = tail.get(..tail.len() - rest.len()).unwrap_or_default().to_vec();
        place.found = Some(found);
        Ok(())
    }

    fn read(&mut self, from: u64, to: u64) -> Result<Vec<u8>, Error> {
        self.store.read(from, to).map_err(|error| self.failed(error))
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::Store { path: self.name.clone(), source }
    }

    fn broken(&self, row: u64, what: &'static str) -> Error {
        Error::Broken { path: self.name.clone(), row, what }
    }
}

impl Trail for Log {
    fn commit(&mut self, rows: &Rows) -> Result<(), Error> {
        self.locked(|log| log.write(rows))
    }
}

impl Place {
    /// Appends a row: its number, its time, the rest of its text (with the brace), its code, its hash.
    fn push(&mut self, key: &RowKey, time: &str, rest: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        self.rows += 1;
        out.extend_from_slice(format!(r#"{{"seq":{},"time":"{time}","#, self.rows).as_bytes());
        out.extend_from_slice(rest.strip_suffix(b"}").unwrap_or(rest));
        self.hash = chain::seal(&self.hash, key, out, start);
    }
}

/// Whether bytes may be the first part of a line that begins so: what a stopped program leaves, or the zeros that a
/// file system leaves where it had no time to write.
fn is_torn(bytes: &[u8], beginning: &[u8]) -> bool {
    let zeros = bytes.iter().rev().take_while(|byte| **byte == 0).count();
    let written = bytes.get(..bytes.len() - zeros).unwrap_or_default();
    let shared = written.len().min(beginning.len());
    written.get(..shared) == beginning.get(..shared)
}
