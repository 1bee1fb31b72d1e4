//! Reads a log from its first row to its last and says where it is not what was written.

use super::chain;
use super::chain::Hash;
use super::error::Error;
use super::head::Head;
use super::key::Public;
use super::row::Millis;
use serde::Deserialize;
use serde::Serialize;
use std::io;
use std::io::BufRead;
use std::io::Read;

/// Longest line that is read, in bytes; rows are far shorter.
const LONGEST: u64 = 1 << 20;

/// The first thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The row, from 1, as it should be numbered.
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
    /// Time of the first row.
    pub from: String,
    /// Time of the last row.
    pub to: String,
    /// Unfinished writes that were mended, as the log itself says.
    pub recovered: u64,
    /// Times the clock had gone back, as the log itself says.
    pub clock: u64,
    /// Heads kept elsewhere that the log agrees with.
    pub heads: u64,
    /// The first thing that is wrong.
    pub fault: Option<Fault>,
}

/// A row of which the chain is whole up to here.
pub struct VerifiedRow<'a> {
    /// Its line, without line feed.
    pub line: &'a str,
    /// Its fields.
    pub fields: &'a serde_json::Map<String, serde_json::Value>,
}

impl VerifiedRow<'_> {
    /// A field that is a text.
    pub fn word(&self, name: &str) -> &str {
        self.fields.get(name).and_then(serde_json::Value::as_str).unwrap_or_default()
    }
}

/// Checks a log. `key` is the public key it must be signed with; without one, that which it names itself. `heads` are
/// heads of it kept elsewhere. `each` gets every row up to the first fault.
///
/// # Errors
/// If the log cannot be read, or `each` fails.
pub fn verify(
    log: &mut dyn BufRead,
    key: Option<&Public>,
    heads: &[Head],
    each: &mut dyn FnMut(&VerifiedRow<'_>) -> io::Result<()>,
) -> io::Result<Report> {
    let mut walk = Walk {
        report: Report { key_is_given: key.is_some(), ..Report::default() },
        key: key.cloned(),
        heads,
        hash: chain::start(),
        time: 0,
        byte: 0,
        is_met: vec![false; heads.len()],
    };
    let (mut line, mut what) = (Vec::new(), None);
    loop {
        line.clear();
        if Read::take(&mut *log, LONGEST).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        match walk.row(&line) {
            Ok(fields) => {
                let text = std::str::from_utf8(&line).unwrap_or_default().trim_end_matches('\n');
                each(&VerifiedRow { line: text, fields: &fields })?;
                walk.byte += line.len() as u64;
            }
            Err(said) => {
                what = Some(said);
                break;
            }
        }
    }
    Ok(walk.end(what))
}

struct Walk<'a> {
    report: Report,
    key: Option<Public>,
    heads: &'a [Head],
    hash: Hash,
    time: Millis,
    byte: u64,
    is_met: Vec<bool>,
}

impl Walk<'_> {
    fn row(&mut self, line: &[u8]) -> Result<serde_json::Map<String, serde_json::Value>, &'static str> {
        let line = line.strip_suffix(b"\n").ok_or("the row is torn")?;
        let (text, hash) = chain::split(line).ok_or("it is no row")?;
        if chain::link(&self.hash, text) != hash {
            return Err("its text and its hash do not agree, or it does not follow the row before");
        }
        let parts = Parts::read(line).ok_or("it is no row")?;
        let seq = self.report.rows + 1;
        if parts.seq != seq {
            return Err("its number is not the one that belongs here");
        }
        let time = chain::read_time(&parts.time).ok_or("it has no time")?;
        if time < self.time {
            return Err("its time is before that of the row before");
        }
        self.outcome(&parts)?;
        for (head, is_met) in self.heads.iter().zip(&mut self.is_met) {
            if head.rows == seq && head.log == self.report.log {
                if head.hash() != Some(hash) {
                    return Err("it is not the row of the checkpoint kept elsewhere");
                }
                *is_met = true;
                self.report.heads += 1;
            }
        }
        (self.hash, self.time) = (hash, time);
        self.report.rows = seq;
        if seq == 1 {
            self.report.from.clone_from(&parts.time);
        }
        self.report.to.clone_from(&parts.time);
        Ok(parts.fields)
    }

    fn outcome(&mut self, parts: &Parts) -> Result<(), &'static str> {
        match (parts.outcome.as_str(), parts.seq) {
            ("begun", 1) => {
                let (log, key) = parts.begun().ok_or("it does not begin a log")?;
                let public = key.parse::<Public>().map_err(|_| "it names no key")?;
                if *self.key.get_or_insert_with(|| public.clone()) != public {
                    return Err("the log was begun with another key");
                }
                (self.report.log, self.report.key) = (log, key);
                Ok(())
            }
            (_, 1) => Err("the first row does not begin a log"),
            ("begun", _) => Err("a log begins in the middle"),
            ("signed", seq) => {
                let head = parts.signed_head().ok_or("it is no signed row")?;
                let is_ours = self.key.as_ref().is_some_and(|key| head.is_signed_by(key));
                if !is_ours || head.rows + 1 != seq || head.log != self.report.log || head.hash() != Some(self.hash) {
                    return Err("its signature is wrong");
                }
                self.report.signed = seq;
                Ok(())
            }
            ("recovered", _) => {
                self.report.recovered += 1;
                Ok(())
            }
            ("clock", _) => {
                self.report.clock += 1;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn end(mut self, what: Option<&'static str>) -> Report {
        let key = self.key.clone();
        let is_other = |head: &Head| key.as_ref().is_none_or(|key| !head.is_signed_by(key));
        let what = what
            .or_else(|| (self.report.rows == 0).then_some("there is no row"))
            .or_else(|| self.heads.iter().any(is_other).then_some("a checkpoint kept elsewhere has a wrong signature"))
            .or_else(|| {
                let is_foreign = self.heads.iter().any(|head| head.log != self.report.log);
                is_foreign.then_some("a checkpoint kept elsewhere is of another log")
            })
            .or_else(|| {
                let is_cut = self.is_met.iter().any(|is_met| !is_met);
                is_cut.then_some("the log ends before a checkpoint kept elsewhere: rows were cut off")
            })
            .or_else(|| {
                let is_open = self.report.signed < self.report.rows;
                is_open.then_some("the end is not signed: a program was stopped while it wrote, or rows were cut off")
            });
        let row = self.report.rows + 1;
        self.report.fault = what.map(|what| Fault { row, byte: self.byte, what });
        self.report
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
        Some(Head { log: it.log, rows: it.rows, head: it.head, time, key, signature })
    }
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_whole(&self) -> bool {
        self.fault.is_none()
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> io::Error {
        io::Error::other(error)
    }
}
