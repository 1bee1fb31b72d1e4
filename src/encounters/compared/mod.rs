//! Encounters of the past under two sets of definitions: what a change does to the code that each is counted under.
//!
//! Each encounter is answered twice, on its own date, as the audience may see it; what is compared is what is shown. Nothing is
//! written, and the code that a person gave stays what it is.

mod fate;
mod series;

use super::batch::Desk;
use super::batch::Outcome;
use super::engine::Engine;
use super::engine::Worker;
use super::neighbours::Neighbours;
use super::read::Raw;
use super::read::Unreadable;
use super::tally;
use super::tally::Marks;
use super::write;
use crate::audit::Entry;
use crate::model::day::Day;
use crate::model::outcome::CODE_UNKNOWN;
use crate::model::outcome::SCRIPT_ERROR;
use crate::privacy::Disclosure;
use crate::privacy::ShownCandidate;
use fate::Fate;
use fate::SetPair;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::PoisonError;

/// From this confidence on a candidate contradicts the code of a person.
const CONTRADICTS: f64 = 0.9;
/// What the new side does to what it keeps back.
const WITHHOLD: &str = "withhold";

/// What a change does to an encounter: the first that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It cannot be read or answered.
    Error,
    /// The code of a person is not valid any more, and nothing takes its place.
    Invalid,
    /// The code of a person is not valid any more, and it is clear what takes its place.
    Successor,
    /// Somebody has to look: several codes may take its place, or a sure candidate contradicts it.
    Unclear,
    /// Another code is proposed.
    ReCoded,
    /// A code is proposed where none was.
    New,
    /// No code is proposed where one was.
    Lost,
    /// Nothing changes.
    Unchanged,
}

impl Change {
    /// All of them, the first that fits first.
    pub const ALL: [Change; 8] = [
        Change::Error,
        Change::Invalid,
        Change::Successor,
        Change::Unclear,
        Change::ReCoded,
        Change::New,
        Change::Lost,
        Change::Unchanged,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Change::Error => "error",
            Change::Invalid => "invalid",
            Change::Successor => "successor",
            Change::Unclear => "unclear",
            Change::ReCoded => "re-coded",
            Change::New => "new",
            Change::Lost => "lost",
            Change::Unchanged => "unchanged",
        }
    }
}

/// What is left of one encounter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// A keyed number, the same for the same id of the same record.
    pub mark: u64,
    /// What the change does to it.
    pub change: Change,
    /// The code it was counted under, and the one that it would be; both as they are shown, by the new definitions too.
    pub was: Option<String>,
    /// See `was`; several with a word between them.
    pub now: Option<String>,
    /// The code that the series counts it under: the one of the person, else the one proposed now.
    pub counted: Option<String>,
    /// The date as it is shown, so far as it is counted by.
    pub date: Option<String>,
    /// Rules that find something now and did not before.
    pub appeared: Vec<String>,
    /// Rules that found something before and do not now.
    pub gone: Vec<String>,
}

/// An encounter that shows what a change does.
#[derive(Debug, Clone)]
pub struct Example {
    place: u64,
    /// As `was` and `now` of [`Compared`].
    pub was: Option<String>,
    /// See `was`.
    pub now: Option<String>,
    /// The disclosure under the new definitions, as JSON.
    pub shown: Vec<u8>,
    /// What the audit log says of it, if there is a log.
    pub entry: Option<Entry>,
}

/// The first examples of each change, in the order of the input.
pub struct Examples {
    most: usize,
    kept: Mutex<BTreeMap<Change, Vec<Example>>>,
}

impl Examples {
    /// So many of each at most.
    pub fn new(most: usize) -> Examples {
        Examples { most, kept: Mutex::default() }
    }

    /// Keeps an example, if it stands before one that is kept, or there is room.
    fn keep(&self, change: Change, place: u64, example: impl FnOnce() -> Example) {
        if change == Change::Unchanged {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.entry(change).or_default();
        let at = kept.partition_point(|it| it.place < place);
        if at < self.most {
            kept.insert(at, example());
            kept.truncate(self.most);
        }
    }

    /// All that were kept.
    pub fn into_inner(self) -> BTreeMap<Change, Vec<Example>> {
        self.kept.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Definitions before and after a change, for one record, one audience and one code set.
pub struct Pair<'e> {
    before: &'e Engine,
    after: &'e Engine,
    set: String,
    codes: SetPair<'e>,
    /// The field that dates the encounter, and how many characters of it are counted by.
    date: Option<(String, usize)>,
}

impl<'e> Pair<'e> {
    /// `date` is the field that dates an encounter, and how many characters of it are counted by. `None` if neither side has
    /// the set.
    pub fn new(before: &'e Engine, after: &'e Engine, set: &str, date: Option<(String, usize)>) -> Option<Pair<'e>> {
        let codes = SetPair::new(before, after, set);
        (!codes.is_unknown()).then(|| Pair { before, after, set: set.to_owned(), codes, date })
    }

    /// For each code that was counted the name of its series.
    pub fn series<'c>(&self, codes: impl Iterator<Item = &'c str>) -> BTreeMap<String, String> {
        series::series(&self.codes, codes)
    }

    /// The codes of the set that an encounter carries, as they are shown.
    fn given<'d>(&self, disclosure: &'d Disclosure<'_>) -> Vec<&'d str> {
        disclosure.codes().iter().filter(|it| it.set == self.set).map(|it| it.code).collect()
    }

    fn proposed<'d, 'a>(&self, disclosure: &'d Disclosure<'a>) -> Option<&'d ShownCandidate<'a>> {
        disclosure.candidates().iter().find(|it| !it.below && it.set == self.set)
    }

    /// Whether a field of the set holds what is no code of it.
    fn has_unknown(&self, disclosure: &Disclosure<'_>) -> bool {
        let of_set = |extra: &[(String, String)]| extra.iter().any(|(name, value)| name == "set" && *value == self.set);
        disclosure.findings().iter().any(|it| it.rule == CODE_UNKNOWN && of_set(&it.extra))
    }

    /// Whether the new side keeps nothing of the encounter back, and shows what no record declares.
    fn is_open(&self, after: &Disclosure<'_>) -> bool {
        self.after.redactor().keeps_undeclared() && !withholds(after)
    }

    /// Whether a code that the old side shows as one of a person may be told, as the new side has it: a code that it
    /// withholds, or shows as a group, is not. One that it does not know may, where it says that the field holds one.
    fn tells_given(&self, code: &str, after: &Disclosure<'_>) -> bool {
        match self.codes.shown(code) {
            Some(is_shown) => self.given(after).contains(&code) || is_shown && self.is_open(after),
            None => self.has_unknown(after) && !withholds(after) || self.is_open(after),
        }
    }

    /// The same of a code that the old side proposes. It was found in fields, and none of them may be hidden now.
    fn tells_proposed(&self, candidate: &ShownCandidate<'_>, after: &Disclosure<'_>) -> bool {
        let (redactor, record) = (self.after.redactor(), self.after.schema().record);
        let is_shown = redactor.shows_candidates() && self.codes.shown(candidate.code).unwrap_or(true);
        is_shown && !withholds(after) && !candidate.because.iter().any(|reason| redactor.hides(record, &reason.path))
    }

    /// What the change does to an encounter on which a person gave codes: it is counted under the last of them.
    fn of_person(&self, given: &[&str], after: &Disclosure<'_>, on: Day) -> Compared {
        let Some(code) = given.last().copied() else { return Compared::nothing() };
        let was = self.tells_given(code, after).then(|| code.to_owned());
        let contradicts = |it: &&ShownCandidate<'_>| {
            it.confidence >= CONTRADICTS && !given.iter().any(|code| self.codes.agree(code, it.code))
        };
        let (change, now) = match (self.codes.fate(code, on), self.proposed(after).filter(contradicts)) {
            (Fate::Invalid, _) => (Change::Invalid, None),
            (Fate::Successor(by), _) => (Change::Successor, Some(by.join(" + "))),
            (Fate::Choice(by), _) => (Change::Unclear, Some(by.join(" | "))),
            (Fate::Valid, Some(candidate)) => (Change::Unclear, Some(candidate.code.to_owned())),
            (Fate::Valid, None) => (Change::Unchanged, was.clone()),
        };
        let now = now.filter(|now| !now.is_empty());
        Compared { change, counted: was.clone(), was, now, ..Compared::nothing() }
    }

    /// What the change does to an encounter on which nobody gave a code.
    fn of_proposals(&self, before: &Disclosure<'_>, after: &Disclosure<'_>) -> Compared {
        let (old, new) = (self.proposed(before), self.proposed(after));
        let change = match (old, new) {
            (Some(old), Some(new)) if old.code != new.code => Change::ReCoded,
            (None, Some(_)) => Change::New,
            (Some(_), None) => Change::Lost,
            _ => Change::Unchanged,
        };
        let was = old.filter(|it| self.tells_proposed(it, after)).map(|it| it.code.to_owned());
        let now = new.map(|it| it.code.to_owned());
        Compared { change, was, counted: now.clone(), now, ..Compared::nothing() }
    }

    /// What the change does to an encounter, told by both answers.
    fn compare(&self, before: &Disclosure<'_>, after: &Disclosure<'_>, on: Option<Day>) -> Compared {
        let has_failed = |it: &Disclosure<'_>| it.findings().iter().any(|it| it.rule == SCRIPT_ERROR);
        let Some(on) = on.filter(|_| !has_failed(before) && !has_failed(after)) else {
            return Compared { change: Change::Error, ..Compared::nothing() };
        };
        let mut given = self.given(before);
        if given.is_empty() {
            given = self.given(after);
        }
        let mut compared = if !given.is_empty() {
            self.of_person(&given, after, on)
        } else if self.has_unknown(before) || self.has_unknown(after) {
            Compared { change: Change::Invalid, ..Compared::nothing() }
        } else {
            self.of_proposals(before, after)
        };
        let rules = |it: &Disclosure<'_>| it.findings().iter().map(|it| it.rule.clone()).collect::<BTreeSet<_>>();
        let (old, new) = (rules(before), rules(after));
        compared.appeared = new.difference(&old).cloned().collect();
        compared.gone = old.difference(&new).cloned().collect();
        compared
    }
}

/// Whether something of an encounter is kept back for what it says.
fn withholds(disclosure: &Disclosure<'_>) -> bool {
    disclosure.parts().is_ok_and(|parts| parts.redactions.iter().any(|it| it.did == WITHHOLD))
}

impl Compared {
    /// An encounter of which nothing is known yet.
    fn nothing() -> Compared {
        Compared {
            mark: 0,
            change: Change::Unchanged,
            was: None,
            now: None,
            counted: None,
            date: None,
            appeared: Vec::new(),
            gone: Vec::new(),
        }
    }
}

/// A desk that answers with a line of [`Compared`] for each encounter.
pub struct Comparing<'e> {
    pair: &'e Pair<'e>,
    old: Worker<'e>,
    new: Worker<'e>,
    examples: &'e Examples,
    marks: Marks,
    place: u64,
}

impl<'e> Comparing<'e> {
    /// One for each thread. `key` makes the marks; `told` is what encounters are told of each other, before and after.
    pub fn new(
        pair: &'e Pair<'e>,
        examples: &'e Examples,
        told: [Option<&'e Neighbours>; 2],
        key: &[u8; 32],
    ) -> Comparing<'e> {
        let [old, new] = told;
        let (old, new) = (pair.before.worker().among(old), pair.after.worker().among(new));
        Comparing { pair, old, new, examples, marks: Marks::new(key), place: 0 }
    }
}

impl Desk for Comparing<'_> {
    fn at(&mut self, place: u64) {
        self.place = place;
        self.old.at(place);
        self.new.at(place);
    }

    fn needs_stack(&self) -> bool {
        self.old.needs_stack() || self.new.needs_stack()
    }

    fn failure(&self) -> Option<&'static str> {
        self.old.failure().or_else(|| self.new.failure())
    }

    fn answer(&mut self, line: u64, raw: Result<Raw<'_>, Unreadable>, out: &mut Vec<u8>) -> Outcome {
        // A row is cut for the fields of one side; both read the text of it.
        let text = raw.map(Raw::text);
        let raw = || text.as_deref().map(Raw::from).map_err(|why| *why);
        let (marks, mut mark) = (&self.marks, None);
        let before = self.old.disclose_raw(line, raw());
        let after = self.new.disclose_of(line, raw(), &mut |id| mark = Some(marks.of(id, raw())));
        let on = self.new.day().filter(|_| !before.is_unreadable());
        let mut compared = self.pair.compare(&before, &after, on);
        compared.mark = mark.unwrap_or_else(|| marks.of(None, raw()));
        compared.date = self.pair.date.as_ref().and_then(|(path, length)| tally::date(&after, path, *length));
        let entry = self.new.take_entry();
        self.examples.keep(compared.change, self.place, || {
            let mut shown = Vec::new();
            write::line(&after, &mut shown);
            let (was, now) = (compared.was.clone(), compared.now.clone());
            Example { place: self.place, was, now, shown, entry }
        });
        let start = out.len();
        if serde_json::to_writer(&mut *out, &compared).is_err() {
            out.truncate(start);
        } else {
            out.push(b'\n');
        }
        if compared.change == Change::Error { Outcome::Refused } else { Outcome::Fine }
    }
}
