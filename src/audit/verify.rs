//! Reads a log from its first row to its last and says where it is not what was written.
//!
//! After a row that is wrong the next one may follow the last good row (then the wrong one was put in), or the wrong one as
//! it was before somebody changed it, whose hash it still names. So each wrong row is named, not only the first.

use super::chain;
use super::chain::Hash;
use super::error::Error;
use super::head::Head;
use super::key::Keys;
use super::key::Public;
use super::key::Secret;
use super::note::Note;
use super::row::Millis;
use super::tree::Tree;
use serde::Deserialize;
use serde::Serialize;
use std::io;
use std::io::BufRead;
use std::io::Read;

/// Longest line that is read, in bytes; rows are far shorter.
const LONGEST: u64 = 1 << 20;
/// Wrong rows that are named; of more the number is given.
const MOST_FAULTS: usize = 1_000;
/// Rows that wait for a signature at most, if nothing else can vouch for them.
const MOST_WAITING: usize = 200_000;
/// What is said of a row of somebody else.
const FOREIGN: &str = "it is not vouched for: it was not written with the key";

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The line of the file, from 1.
    pub row: u64,
    /// Bytes before it.
    pub byte: u64,
    /// What is wrong.
    pub what: &'static str,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct Report {
    /// Name of the log.
    pub log: String,
    /// Rows in order.
    pub rows: u64,
    /// Rows under the last signature.
    pub signed: u64,
    /// The key that signed.
    pub key: String,
    /// Whether the key was given, and not taken from the log itself.
    pub key_is_given: bool,
    /// Whether the codes of the rows could be checked, which takes the secret half of the key.
    pub codes_are_checked: bool,
    /// Time of the first row.
    pub from: String,
    /// Time of the last row.
    pub to: String,
    /// Unfinished writes that were mended, as the log itself says.
    pub recovered: u64,
    /// Times the clock had gone back, as the log itself says.
    pub clock: u64,
    /// Checkpoints kept elsewhere that the log agrees with.
    pub heads: u64,
    /// Rows that neither a code of the key nor a signature vouches for, as first and last lines.
    pub not_vouched: Vec<(u64, u64)>,
    /// The first thing that is wrong.
    pub fault: Option<Fault>,
    /// All that is wrong, as far as there is room.
    pub faults: Vec<Fault>,
    /// How much is wrong.
    pub wrong: u64,
    /// Root of the rows under the last signature.
    #[serde(skip)]
    root: Hash,
    /// Whether all but the end, which is not signed yet, is as it was written.
    #[serde(skip)]
    is_whole_so_far: bool,
}

/// A row, and whether it can be relied on.
pub struct VerifiedRow<'a> {
    /// Its line, without line feed.
    pub line: &'a str,
    /// Its fields.
    pub fields: &'a serde_json::Map<String, serde_json::Value>,
    /// Whether it follows the rows before, and a code of the key or a signature vouches for it.
    pub is_vouched: bool,
}

impl VerifiedRow<'_> {
    /// A field that is a text.
    pub fn word(&self, name: &str) -> &str {
        self.fields.get(name).and_then(serde_json::Value::as_str).unwrap_or_default()
    }
}

/// Gets every row.
type Each<'a> = &'a mut dyn FnMut(&VerifiedRow<'_>) -> io::Result<()>;

/// Checks a log. `keys` are what it must be written with; without a public key, that which it names itself. `notes` are
/// checkpoints of it kept elsewhere. `each` gets every line that is a row.
///
/// # Errors
/// If the log cannot be read, or `each` fails.
pub fn verify(log: &mut dyn BufRead, keys: &Keys, notes: &[Note], each: Each<'_>) -> io::Result<Report> {
    let mut walk = Walk {
        report: Report {
            key_is_given: keys.public.is_some(),
            codes_are_checked: keys.rows.is_some(),
            is_whole_so_far: true,
            ..Report::default()
        },
        keys: keys.clone(),
        notes,
        is_met: vec![false; notes.len()],
        tree: Tree::default(),
        last: Link { hash: chain::start(), seq: 0 },
        changed: None,
        time: 0,
        line: 0,
        byte: 0,
        waiting: Vec::new(),
        each,
    };
    let mut line = Vec::new();
    loop {
        line.clear();
        if Read::take(&mut *log, LONGEST).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        walk.line(&line)?;
    }
    walk.end()
}

/// What the next row has to follow.
struct Link {
    hash: Hash,
    seq: u64,
}

/// A row that is not given on yet: nobody knows whether a signature follows.
struct Waiting {
    line: u64,
    text: String,
    fields: serde_json::Map<String, serde_json::Value>,
    is_vouched: Option<bool>,
}

struct Walk<'a> {
    report: Report,
    keys: Keys,
    notes: &'a [Note],
    is_met: Vec<bool>,
    tree: Tree,
    /// The last good row.
    last: Link,
    /// The hash of the wrong row after it, as it was before it was changed.
    changed: Option<Hash>,
    time: Millis,
    line: u64,
    byte: u64,
    waiting: Vec<Waiting>,
    each: Each<'a>,
}

impl Walk<'_> {
    fn line(&mut self, line: &[u8]) -> io::Result<()> {
        self.line += 1;
        let row = line.strip_suffix(b"\n").unwrap_or(line);
        let parts = Parts::read(row);
        let is_vouched = match self.row(line, parts.as_ref()) {
            Ok(is_signed) => {
                if is_signed {
                    self.waiting.iter_mut().for_each(|it| it.is_vouched = it.is_vouched.or(Some(true)));
                }
                (is_signed || self.keys.rows.is_some()).then_some(true)
            }
            Err(what) => {
                self.fault(what);
                self.changed = chain::split(row).map(|(_, hash)| hash);
                // What a signature says from here on, it does not say of the rows before the wrong one.
                self.waiting.iter_mut().for_each(|it| it.is_vouched = it.is_vouched.or(Some(false)));
                Some(false)
            }
        };
        if let Some(parts) = parts {
            let text = String::from_utf8_lossy(row).into_owned();
            self.waiting.push(Waiting { line: self.line, text, fields: parts.fields, is_vouched });
        } else {
            self.not_vouched(self.line);
        }
        if self.waiting.len() > MOST_WAITING {
            self.waiting.iter_mut().for_each(|it| it.is_vouched = it.is_vouched.or(Some(false)));
        }
        self.byte += line.len() as u64;
        if self.waiting.last().is_some_and(|it| it.is_vouched.is_some()) { self.give() } else { Ok(()) }
    }

    /// Gives on the rows of which it is known whether they can be relied on.
    fn give(&mut self) -> io::Result<()> {
        for row in std::mem::take(&mut self.waiting) {
            let is_vouched = row.is_vouched.unwrap_or(false);
            if !is_vouched {
                self.not_vouched(row.line);
            }
            (self.each)(&VerifiedRow { line: &row.text, fields: &row.fields, is_vouched })?;
        }
        Ok(())
    }

    fn not_vouched(&mut self, line: u64) {
        let ranges = &mut self.report.not_vouched;
        if let Some((_, last)) = ranges.last_mut().filter(|it| it.1 + 1 == line) {
            *last = line;
        } else if ranges.len() < MOST_FAULTS {
            ranges.push((line, line));
        }
    }

    fn fault(&mut self, what: &'static str) {
        let fault = Fault { row: self.line, byte: self.byte, what };
        self.report.fault.get_or_insert_with(|| fault.clone());
        if self.report.faults.len() < MOST_FAULTS {
            self.report.faults.push(fault);
        }
        self.report.wrong += 1;
    }

    /// Checks a row. Returns whether it signs those before.
    fn row(&mut self, line: &[u8], parts: Option<&Parts>) -> Result<bool, &'static str> {
        let line = line.strip_suffix(b"\n").ok_or("the row is torn")?;
        let (text, hash) = chain::split(line).ok_or("it is no row")?;
        let follows = |before: &Hash| chain::link(before, text) == hash;
        let before = [Some(self.last.hash), self.changed].into_iter().flatten().find(follows);
        let before = before.ok_or("its text and its hash do not agree, or it does not follow the row before")?;
        let parts = parts.ok_or("it is no row")?;
        let next = self.last.seq.saturating_add(1);
        // Behind a row that was changed there may be a gap, but no row comes twice.
        if parts.seq < next || parts.seq > next && before == self.last.hash {
            return Err("its number is not the one that belongs here");
        }
        let time = chain::read_time(&parts.time).ok_or("it has no time")?;
        if time < self.time {
            return Err("its time is before that of the row before");
        }
        // Whose log it is comes first: another key makes other codes.
        let other = |(_, key): (String, String)| self.keys.public.as_ref().is_some_and(|it| it.to_string() != key);
        if parts.seq == 1 && parts.begun().is_some_and(other) {
            return Err("the log was begun with another key");
        }
        if self.keys.rows.as_ref().is_some_and(|key| !chain::is_coded(&before, key, text)) {
            return Err(FOREIGN);
        }
        let is_signed = self.outcome(parts, &before)?;
        (self.last, self.changed, self.time) = (Link { hash, seq: parts.seq }, None, time);
        self.tree.push(line);
        self.report.rows += 1;
        if self.report.from.is_empty() {
            self.report.from.clone_from(&parts.time);
        }
        self.report.to.clone_from(&parts.time);
        if is_signed {
            (self.report.signed, self.report.root) = (parts.seq, self.tree.root());
            self.report.is_whole_so_far = self.report.wrong == 0;
        }
        self.meet(parts.seq)?;
        Ok(is_signed)
    }

    /// Holds the rows so far against the checkpoints that end here.
    fn meet(&mut self, seq: u64) -> Result<(), &'static str> {
        for (note, is_met) in self.notes.iter().zip(&mut self.is_met) {
            if note.rows == seq && note.log == self.report.log {
                *is_met = true;
                if note.root() != self.tree.root() {
                    return Err("the rows up to it are not those of the checkpoint kept elsewhere");
                }
                self.report.heads += 1;
            }
        }
        Ok(())
    }

    /// What a row says about the log itself. Returns whether it signs the rows before.
    fn outcome(&mut self, parts: &Parts, before: &Hash) -> Result<bool, &'static str> {
        match (parts.outcome.as_str(), parts.seq) {
            ("begun", 1) => {
                let (log, key) = parts.begun().ok_or("it does not begin a log")?;
                let public = key.parse::<Public>().map_err(|_| "it names no key")?;
                if *self.keys.public.get_or_insert_with(|| public.clone()) != public {
                    return Err("the log was begun with another key");
                }
                (self.report.log, self.report.key) = (log, key);
            }
            (_, 1) => return Err("the first row does not begin a log"),
            ("begun", _) => return Err("a log begins in the middle"),
            ("signed", seq) => {
                let head = parts.signed_head().ok_or("it is no signed row")?;
                let is_ours = self.keys.public.as_ref().is_some_and(|key| head.is_signed_by(key));
                if !is_ours || head.rows + 1 != seq || head.log != self.report.log || head.hash() != Some(*before) {
                    return Err("its signature is wrong");
                }
                return Ok(true);
            }
            ("recovered", _) => self.report.recovered += 1,
            ("clock", _) => self.report.clock += 1,
            _ => {}
        }
        Ok(false)
    }

    fn end(mut self) -> io::Result<Report> {
        self.waiting.iter_mut().for_each(|it| it.is_vouched = it.is_vouched.or(Some(false)));
        self.give()?;
        self.line += 1;
        if self.line == 1 {
            self.fault("there is no row");
        }
        let key = self.keys.public.clone();
        for (note, is_met) in self.notes.iter().zip(self.is_met.clone()) {
            if key.as_ref().is_none_or(|key| !note.is_signed_by(key)) {
                self.fault("a checkpoint kept elsewhere has a wrong signature");
            } else if note.log != self.report.log {
                self.fault("a checkpoint kept elsewhere is of another log");
            } else if !is_met && self.last.seq < note.rows {
                self.fault("the log ends before a checkpoint kept elsewhere: rows were cut off");
            } else if !is_met {
                self.fault("the row of a checkpoint kept elsewhere is missing or wrong");
            }
        }
        if self.report.signed < self.last.seq {
            self.fault("the end is not signed: a program was stopped while it wrote, or rows were cut off");
        }
        Ok(self.report)
    }
}

/// The parts of a row that the log itself needs.
pub(super) struct Parts {
    pub seq: u64,
    pub time: String,
    pub outcome: String,
    fields: serde_json::Map<String, serde_json::Value>,
}

impl Parts {
    /// Takes a line apart; `None` if it is no row.
    pub fn read(line: &[u8]) -> Option<Parts> {
        let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(line).ok()?;
        let word = |name: &str| Some(fields.get(name)?.as_str()?.to_owned());
        let (seq, time, outcome) = (fields.get("seq")?.as_u64()?, word("time")?, word("outcome")?);
        Some(Parts { seq, time, outcome, fields })
    }

    /// Name and key of the log that this row begins.
    pub fn begun(&self) -> Option<(String, String)> {
        let word = |name: &str| Some(self.fields.get(name)?.as_str()?.to_owned());
        Some((word("log")?, word("key")?)).filter(|_| self.outcome == "begun")
    }

    /// The head that this row signs.
    pub fn signed_head(&self) -> Option<Head> {
        #[derive(Deserialize)]
        struct Signed {
            log: String,
            rows: u64,
            head: String,
            key: String,
            signature: String,
        }
        let it: Signed = serde_json::from_value(self.fields.clone().into()).ok()?;
        let (time, key, signature) = (self.time.clone(), it.key, it.signature);
        Some(Head { log: it.log, rows: it.rows, hash: it.head, time, key, signature })
    }
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_whole(&self) -> bool {
        self.fault.is_none()
    }

    /// Signs the rows under the last signature as a checkpoint; `None` if there is none, or something in them is wrong.
    pub fn checkpoint(&self, secret: &Secret) -> Option<Note> {
        let is_fit = self.is_whole_so_far && self.signed > 0;
        is_fit.then(|| Note::sign(secret, &self.log, self.signed, self.root))
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> io::Error {
        io::Error::other(error)
    }
}
