//! Many encounters, in parallel, out in the order in which they came in.
//!
//! One thread reads blocks of lines, some answer, this one writes. The blocks go round: there are a few a thread, so
//! that memory stays flat however long the input is. The bytes written are the same for any number of threads.

use super::quiet::quietly;
use super::read;
use super::read::Block;
use super::read::FAILED;
use super::read::LONGEST;
use super::read::Raw;
use super::read::Source;
use super::read::Unreadable;
use crate::audit;
use crate::audit::Rows;
use crate::audit::Trail;
use crate::privacy::Disclosure;
use crate::scripts::STACK_BYTES;
use crate::scripts::has_stack;
use std::collections::BTreeMap;
use std::io;
use std::io::Write;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::Sender;
use std::thread;

/// Blocks in the round for each answering thread.
const BLOCKS_A_THREAD: u64 = 3;
/// Why nothing was answered.
const NO_THREAD: &str = "the system gives no thread to answer on";

/// Why a batch ended early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input could not be read on.
    #[error(transparent)]
    Read(#[from] read::Error),
    /// The output could not be written.
    #[error("the output cannot be written: {0}")]
    Write(io::Error),
    /// What is shown could not be noted, so it is not shown.
    #[error("{0}; nothing more is shown")]
    Audit(#[from] audit::Error),
    /// Encounters that are judged together could not be put aside, or not be read again.
    #[error("what is judged together cannot be put aside: {0}")]
    Aside(io::Error),
    /// Encounters of the history cannot be read, so nobody knows what they would have told.
    #[error("{0} encounters of the history cannot be read")]
    History(u64),
    /// What was answered last cannot be relied on.
    #[error("{0}; nothing more is answered")]
    Desk(&'static str),
}

/// How many encounters there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Encounters, readable or not.
    pub read: u64,
    /// Those for which a disclosure was written.
    pub written: u64,
    /// Those for which an error was written.
    pub refused: u64,
    /// Those written of which a rule says that they are wrong.
    pub wrong: u64,
}

/// How one encounter went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Written.
    Fine,
    /// Written, and a rule found an error.
    Wrong,
    /// An error was written in its place.
    Refused,
    /// Nothing was written: it is not asked for.
    Passed,
}

impl Outcome {
    /// What a disclosure that was written says of how it went.
    pub fn of(disclosure: &Disclosure<'_>) -> Outcome {
        match (disclosure.is_unreadable(), disclosure.has_errors()) {
            (true, _) => Outcome::Refused,
            (false, true) => Outcome::Wrong,
            (false, false) => Outcome::Fine,
        }
    }
}

/// Answers one encounter after the other. Each thread has its own.
pub trait Desk {
    /// Says the place of the next encounter in the input, from 0.
    fn at(&mut self, _place: u64) {}

    /// Appends the answer to one encounter, one line.
    fn answer(&mut self, line: u64, raw: Result<Raw<'_>, Unreadable>, out: &mut Vec<u8>) -> Outcome;

    /// Appends what stands for an encounter over which the desk panicked.
    fn failed(&mut self, line: u64, out: &mut Vec<u8>) {
        // Writing to memory cannot fail.
        let _ = writeln!(out, r#"{{"line":{line},"error":"{FAILED}"}}"#);
    }

    /// Appends what was kept back of the answers since the last call, for a desk that answers several encounters together.
    /// Called at the end of a block, and before a desk that panicked is replaced.
    fn end_block(&mut self, _out: &mut Vec<u8>) {}

    /// Appends what the audit log says of the answer just given, if it says anything. `is_failed` if this desk took the
    /// place of one that panicked over it.
    fn note(&mut self, _line: u64, _is_failed: bool, _rows: &mut Rows) {}

    /// Appends what the audit log says of all answers since the last call, for a desk that notes them together. Called at
    /// the end of a block, and before a desk that panicked is replaced.
    fn note_together(&mut self, _rows: &mut Rows) {}

    /// Whether this desk runs on a stack of [`STACK_BYTES`] only.
    fn needs_stack(&self) -> bool {
        false
    }

    /// Why nothing this desk answers can be relied on any more: the run ends before what it answered last is written.
    fn failure(&self) -> Option<&'static str> {
        None
    }
}

/// Where answers go, and where it is noted before that they do.
pub struct Out<'a> {
    /// Gets the answers.
    pub to: &'a mut dyn Write,
    /// Is told first: a block is written when its rows are kept.
    pub trail: Option<&'a mut dyn Trail>,
}

/// Answers all encounters of a source, in their order, on `jobs` threads (0: as many as there are processors). Each
/// thread gets a desk from `desk`. `seen` is told how far it is after every block.
///
/// A desk that panics costs that encounter an error line, and is replaced.
///
/// # Errors
/// If the input cannot be read on or the output cannot be written; what was written before stays.
pub fn run<D: Desk>(
    source: &mut Source,
    jobs: usize,
    desk: impl Fn() -> D + Sync,
    out: &mut dyn Write,
    seen: &mut dyn FnMut(&Counts),
) -> Result<Counts, Error> {
    run_noted(source, jobs, desk, Out { to: out, trail: None }, seen)
}

/// Like [`run`], and notes everything in the trail before it is written.
///
/// # Errors
/// As [`run`], and if it could not be noted.
pub fn run_noted<'a, D: Desk>(
    source: &mut Source,
    jobs: usize,
    desk: impl Fn() -> D + Sync,
    out: Out<'a>,
    seen: &'a mut dyn FnMut(&Counts),
) -> Result<Counts, Error> {
    let jobs = if jobs == 0 { thread::available_parallelism().map_or(1, usize::from) } else { jobs };
    let mut writer = Writer { out, seen, counts: Counts::default() };
    let is_threaded = jobs > 1 || desk().needs_stack();
    if !is_threaded || !many(source, jobs, &desk, &mut writer)? {
        one(source, &desk, &mut writer)?;
    }
    writer.out.to.flush().map_err(Error::Write)?;
    Ok(writer.counts)
}

/// A block on its way round.
#[derive(Default)]
struct Round {
    number: u64,
    block: Block,
    answers: Answers,
}

impl Round {
    fn answer<D: Desk>(&mut self, desk: &mut D, new: &impl Fn() -> D) {
        let Round { block, answers, .. } = self;
        answers.clear();
        let mut place = block.first();
        block.each(|line, raw| {
            answers.add(desk, new, (place, line), raw);
            place += 1;
        });
        desk.end_block(&mut answers.out);
        desk.note_together(&mut answers.rows);
    }
}

/// Answers of some encounters, and what is to be noted of them.
#[derive(Default)]
struct Answers {
    out: Vec<u8>,
    rows: Rows,
    counts: Counts,
}

impl Answers {
    fn clear(&mut self) {
        self.out.clear();
        self.rows.clear();
        self.counts = Counts::default();
    }

    /// Adds the answer to the encounter at a place of the input and on a line of it.
    fn add<D: Desk>(
        &mut self,
        desk: &mut D,
        new: &impl Fn() -> D,
        (place, line): (u64, u64),
        raw: Result<Raw<'_>, Unreadable>,
    ) {
        let Answers { out, rows, counts } = self;
        desk.at(place);
        let (start, mut is_failed) = (out.len(), false);
        let outcome = quietly(|| desk.answer(line, raw, out)).unwrap_or_else(|| {
            is_failed = true;
            out.truncate(start);
            desk.failed(line, out);
            desk.end_block(out);
            desk.note_together(rows);
            *desk = new();
            Outcome::Refused
        });
        desk.note(line, is_failed, rows);
        counts.read += 1;
        match outcome {
            Outcome::Fine => counts.written += 1,
            Outcome::Wrong => {
                counts.written += 1;
                counts.wrong += 1;
            }
            Outcome::Refused => counts.refused += 1,
            Outcome::Passed => {}
        }
    }
}

/// Rows that are in memory, each an answer.
pub struct Answered {
    /// The answers, one after the other.
    pub bytes: Vec<u8>,
    /// Where each ends.
    pub ends: Vec<usize>,
    /// How many there were.
    pub counts: Counts,
}

/// Answers rows that are in memory, each the text of one encounter, whatever stands in it: so many answers come out as rows go
/// in, in their order. A row that is not there or blank has an answer that says so. `first` is the number of the first, from 1.
/// It is for desks that answer each encounter by itself.
///
/// # Errors
/// If it could not be noted, or what was answered cannot be relied on.
pub fn rows<'r, D: Desk>(
    rows: impl Iterator<Item = Option<&'r [u8]>> + Send,
    first: u64,
    new: impl Fn() -> D + Sync,
    trail: Option<&mut dyn Trail>,
) -> Result<Answered, Error> {
    let answer = || {
        let (mut desk, mut answers, mut ends) = (new(), Answers::default(), Vec::new());
        for (row, place) in rows.zip(0..) {
            answers.add(&mut desk, &new, (place, first + place), text_of(row).map(Raw::from));
            ends.push(answers.out.len());
        }
        desk.note_together(&mut answers.rows);
        desk.failure().map_or(Ok((answers, ends)), |why| Err(Error::Desk(why)))
    };
    // The thread that asks may have any stack.
    let (answers, ends) = if new().needs_stack() { on_own_stack(answer)? } else { answer()? };
    if let Some(trail) = trail.filter(|_| !answers.rows.is_empty()) {
        trail.commit(&answers.rows)?;
    }
    Ok(Answered { bytes: answers.out, ends, counts: answers.counts })
}

/// The text of a row.
fn text_of(row: Option<&[u8]>) -> Result<&str, Unreadable> {
    let row = row.filter(|row| !row.trim_ascii().is_empty()).ok_or(Unreadable::Empty)?;
    if row.len() > LONGEST {
        return Err(Unreadable::TooLong);
    }
    std::str::from_utf8(row).map_err(|_| Unreadable::NotUtf8)
}

fn on_own_stack<T: Send>(work: impl FnOnce() -> Result<T, Error> + Send) -> Result<T, Error> {
    let work = || {
        has_stack();
        work()
    };
    thread::scope(|scope| {
        let started = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        let joined = started.map_err(|_| Error::Desk(NO_THREAD))?.join();
        joined.unwrap_or(Err(Error::Desk(FAILED)))
    })
}

struct Writer<'a> {
    out: Out<'a>,
    seen: &'a mut dyn FnMut(&Counts),
    counts: Counts,
}

impl Writer<'_> {
    fn write(&mut self, round: &Round) -> Result<(), Error> {
        if let Some(trail) = self.out.trail.as_deref_mut().filter(|_| !round.answers.rows.is_empty()) {
            trail.commit(&round.answers.rows)?;
        }
        self.out.to.write_all(&round.answers.out).map_err(Error::Write)?;
        self.counts.read += round.answers.counts.read;
        self.counts.written += round.answers.counts.written;
        self.counts.refused += round.answers.counts.refused;
        self.counts.wrong += round.answers.counts.wrong;
        (self.seen)(&self.counts);
        Ok(())
    }
}

fn one<D: Desk>(source: &mut Source, new: &impl Fn() -> D, writer: &mut Writer<'_>) -> Result<(), Error> {
    let (mut desk, mut round) = (new(), Round::default());
    while source.fill(&mut round.block)? {
        round.answer(&mut desk, new);
        desk.failure().map_or(Ok(()), |why| Err(Error::Desk(why)))?;
        writer.write(&round)?;
    }
    Ok(())
}

/// What the answering threads send back: a block, or why there will be no block of that number.
type Done = (u64, Result<Round, Error>);

/// `false` if there is no room for threads; then nothing has been read.
fn many<D: Desk>(
    source: &mut Source,
    jobs: usize,
    new: &(impl Fn() -> D + Sync),
    writer: &mut Writer<'_>,
) -> Result<bool, Error> {
    let (empty, empties) = mpsc::channel::<Round>();
    let (full, fulls) = mpsc::channel::<Round>();
    let (done, dones) = mpsc::channel::<Done>();
    for _ in 0..BLOCKS_A_THREAD * jobs as u64 {
        // Both ends are in this function: sending cannot fail.
        let _ = empty.send(Round::default());
    }
    let fulls = Mutex::new(fulls);
    thread::scope(|scope| {
        // They end with this function, and with them the reading and then the answering threads.
        let (empty, dones) = (empty, dones);
        let mut workers = 0;
        for _ in 0..jobs {
            let (fulls, done) = (&fulls, done.clone());
            let work = move || work(new, fulls, &done);
            workers += usize::from(thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work).is_ok());
        }
        let read = move || fill(source, &empties, &full, &done);
        if workers == 0 || thread::Builder::new().spawn_scoped(scope, read).is_err() {
            return Ok(false);
        }
        in_order(&dones, &empty, writer).map(|()| true)
    })
}

/// The reading thread.
fn fill(source: &mut Source, empties: &Receiver<Round>, full: &Sender<Round>, failed: &Sender<Done>) {
    for (mut round, number) in empties.iter().zip(0_u64..) {
        round.number = number;
        match source.fill(&mut round.block) {
            Ok(true) => {
                if full.send(round).is_err() {
                    return;
                }
            }
            Ok(false) => return,
            Err(error) => {
                let _ = failed.send((number, Err(error.into())));
                return;
            }
        }
    }
}

/// An answering thread.
fn work<D: Desk>(new: &impl Fn() -> D, fulls: &Mutex<Receiver<Round>>, done: &Sender<Done>) {
    has_stack();
    let mut desk = new();
    loop {
        let next = fulls.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(mut round) = next else { return };
        round.answer(&mut desk, new);
        let number = round.number;
        let answered = desk.failure().map_or(Ok(round), |why| Err(Error::Desk(why)));
        if done.send((number, answered)).is_err() {
            return;
        }
    }
}

/// The writing thread: keeps what is ready too early until its turn.
fn in_order(dones: &Receiver<Done>, empty: &Sender<Round>, writer: &mut Writer<'_>) -> Result<(), Error> {
    let (mut early, mut turn) = (BTreeMap::new(), 0);
    for (number, answered) in dones {
        early.insert(number, answered);
        while let Some(answered) = early.remove(&turn) {
            let round = answered?;
            writer.write(&round)?;
            turn += 1;
            // Nobody waits for it once the input is at its end.
            let _ = empty.send(round);
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
