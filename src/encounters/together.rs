//! Encounters that are judged together: read once to see them all, then answered in the order in which they came.
//!
//! Only a record with rules that look at others is read twice; for every other one a batch stays one pass. The first reading
//! puts everything aside, what others are told of an encounter and its text, so that standard input can be answered like a
//! file, and a file that changes meanwhile does no harm.

use super::batch;
use super::batch::Counts;
use super::batch::Desk;
use super::batch::Error;
use super::batch::Outcome;
use super::engine::Engine;
use super::engine::Worker;
use super::neighbours::Aside;
use super::neighbours::Head;
use super::neighbours::Kept;
use super::neighbours::Membership;
use super::neighbours::Neighbours;
use super::read::Raw;
use super::read::Source;
use super::read::Unreadable;
use super::read::aside;
use super::read::aside::Put;
use crate::files::Opened;
use crate::files::Spool;
use crate::logic::Frame;
use crate::logic::Scratch;
use crate::model::day::Day;
use crate::model::encounter::Encounter;
use crate::model::ids::RuleId;
use crate::model::moment::Moment;
use crate::model::rules::Together;
use crate::model::value::Value;
use crate::privacy::Extent;
use std::borrow::Cow;
use std::io;
use std::io::Write;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use unicode_normalization::UnicodeNormalization;

/// All encounters of an input, and what they are told of each other.
pub struct Gathered {
    /// The encounters, to be answered now.
    pub source: Source,
    /// What they are told: [`Worker::among`](super::engine::Worker::among).
    pub neighbours: Neighbours,
}

/// Reads an input to its end, if the record has rules that look at other encounters; `None` if it has none. Encounters of
/// `history` are looked at and not answered.
///
/// # Errors
/// If the input cannot be read on, or what was read cannot be put aside.
pub fn gather(
    engine: &Engine,
    source: &mut Source,
    history: Option<&mut Source>,
    jobs: usize,
    seen: &mut dyn FnMut(&Counts),
) -> Result<Option<Gathered>, Error> {
    let rules: Vec<(RuleId, &Together)> = engine.rules_together().collect();
    if rules.is_empty() {
        return Ok(None);
    }
    let (mut spool, refused) = (Spool::default(), Mutex::default());
    let mut read = |source: &mut Source, is_answered: bool, seen: &mut dyn FnMut(&Counts)| {
        let desk = || Gatherer::new(engine, &rules, &refused, is_answered);
        batch::run(source, jobs, desk, &mut spool, seen).map_err(|error| match error {
            Error::Write(error) => Error::Aside(error),
            error => error,
        })?;
        Ok::<u64, Error>(spool.len())
    };
    let mut unread = 0;
    let start = history.map_or(Ok(0), |history| read(history, false, &mut |counts| unread = counts.refused))?;
    if unread > 0 {
        return Err(Error::History(unread));
    }
    read(source, true, seen)?;
    let asides = asides(&spool, start).map_err(Error::Aside)?;
    let neighbours = Neighbours::of(engine.domain(), &spool, &asides).map_err(Error::Aside)?;
    let refused = refused.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Some(Gathered { source: Source::aside(Arc::new(spool), start, refused), neighbours }))
}

/// Where everything stands; what begins before `start` is history.
fn asides(spool: &Spool, start: u64) -> io::Result<Vec<Aside>> {
    let (mut found, mut at, mut place) = (Vec::new(), 0, 0);
    let (mut opened, mut bytes) = (Opened::default(), Vec::new());
    while let Some(put) = Put::at(at, spool, &mut opened, &mut bytes)? {
        let is_answered = at >= start;
        let (start, count) = put.head;
        if count > 0 {
            found.push(Aside { start, count, place: is_answered.then_some(place) });
        }
        place += u64::from(is_answered);
        at = put.end();
    }
    Ok(found)
}

/// Works out what others are told of each encounter.
struct Gatherer<'e> {
    engine: &'e Engine,
    rules: &'e [(RuleId, &'e Together)],
    /// For each rule, whether it is told nothing of encounters of which the audience does not see all.
    are_delicate: Vec<bool>,
    worker: Worker<'e>,
    scratch: Scratch,
    refused: &'e Mutex<Vec<Unreadable>>,
    is_answered: bool,
}

impl<'e> Gatherer<'e> {
    fn new(
        engine: &'e Engine,
        rules: &'e [(RuleId, &'e Together)],
        refused: &'e Mutex<Vec<Unreadable>>,
        is_answered: bool,
    ) -> Gatherer<'e> {
        let name = |id: RuleId| id.get(&engine.domain().rules).map_or("", |rule| rule.id.as_str());
        let are_delicate: Vec<bool> = rules.iter().map(|(id, _)| engine.redactor().is_delicate(name(*id))).collect();
        let worker = engine.worker();
        Gatherer { engine, rules, are_delicate, worker, scratch: Scratch::default(), refused, is_answered }
    }

    /// `None` if nobody is told anything of it.
    fn head(&mut self, mut encounter: Encounter<'_>) -> Option<Head> {
        let logic = self.engine.logic();
        let extent = self.worker.extent(&mut encounter);
        if extent == Extent::Nothing {
            return None;
        }
        let moment = self.engine.schema().moment(&encounter.slots);
        let mut frame = Frame::new(logic, &encounter, &mut self.scratch);
        let told = self.rules.iter().zip(&self.are_delicate).filter(|((_, together), is_delicate)| {
            let is_open = extent == Extent::Whole || !**is_delicate;
            // Without a date it lies near to nothing.
            is_open && (together.within.is_none() || moment.is_some())
        });
        let memberships = told.filter_map(|((rule, together), _)| {
            let key = hashed(&frame.keys(together)?)?;
            let values = together.asked.iter().map(|asked| Kept::of(frame.gathered(&asked.what, &asked.of)));
            Some(Membership { rule: *rule, key, values: values.collect() })
        });
        let memberships: Vec<Membership> = memberships.collect();
        let moment = moment.unwrap_or_else(|| Moment::midnight(encounter.on).unix());
        let id = self.engine.redactor().name_for_others(&encounter).map(Cow::into_owned);
        (!memberships.is_empty()).then_some(Head { moment, id, memberships })
    }
}

impl Desk for Gatherer<'_> {
    fn answer(&mut self, line: u64, raw: Result<Raw<'_>, Unreadable>, out: &mut Vec<u8>) -> Outcome {
        let engine = self.engine;
        let encounter = raw.ok().and_then(|raw| engine.read(line, raw).ok());
        if !self.is_answered && encounter.is_none() {
            return Outcome::Refused;
        }
        let head = encounter.and_then(|encounter| self.head(encounter));
        let head = head.and_then(|head| postcard::to_stdvec(&head).ok()).unwrap_or_default();
        let text = if self.is_answered { raw.map(Raw::text) } else { Ok(Cow::Borrowed("")) };
        let text = text.map_err(|why| {
            let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
            refused.push(why);
            u32::try_from(refused.len() - 1).unwrap_or(u32::MAX)
        });
        match aside::put(line, &head, text.as_deref().map_err(|number| *number), out) {
            Ok(()) => Outcome::Fine,
            Err(_) => Outcome::Refused,
        }
    }

    /// Over which this desk panicked, the one that answers would too: it stands there as one that cannot be read.
    fn failed(&mut self, line: u64, out: &mut Vec<u8>) {
        let _ = aside::put(line, &[], Err(u32::MAX), out);
    }
}

/// What makes encounters belong together, however it is written: signs and blanks of a text do not count, nor do capitals.
/// `None` if nothing of it is left.
fn hashed(keys: &[Value<'_>]) -> Option<u128> {
    let mut hasher = blake3::Hasher::new();
    for key in keys {
        let mut bytes = Vec::new();
        match key {
            Value::Text(text) => normal(text, &mut bytes)?,
            Value::Code(code) => match code.code {
                Some(code) => write!(bytes, "{}", code.index()).ok()?,
                None => normal(&code.text, &mut bytes)?,
            },
            Value::Number(number) => write!(bytes, "{number}").ok()?,
            Value::Money(amount) => write!(bytes, "{}", amount.normalize()).ok()?,
            Value::Bool(it) => write!(bytes, "{it}").ok()?,
            Value::Choice(place) | Value::Step(place) => write!(bytes, "{place}").ok()?,
            Value::Day(Day(day)) => write!(bytes, "{day}").ok()?,
            Value::Moment(moment) => write!(bytes, "{}", moment.unix()).ok()?,
            Value::Span(span) => write!(bytes, "{}/{}", span.months, span.seconds).ok()?,
            Value::Absent | Value::List(_) | Value::Record(_) | Value::Misfit(_) => return None,
        }
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(&bytes);
    }
    let (first, _) =
        hasher.finalize().as_bytes().split_first_chunk::<16>().map(|(first, rest)| (*first, rest.len()))?;
    Some(u128::from_le_bytes(first))
}

fn normal(text: &str, out: &mut Vec<u8>) -> Option<()> {
    let start = out.len();
    for sign in text.nfkc().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase) {
        out.extend_from_slice(sign.encode_utf8(&mut [0; 4]).as_bytes());
    }
    (out.len() > start).then_some(())
}
