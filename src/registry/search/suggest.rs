//! Codes for what somebody wrote: short forms are spelled out, what is not so is left out, and of the codes below what
//! was found the one is chosen that the text asks for, or else the plain one.

use super::memo;
use super::memo::Kept;
use super::memo::SetKey;
use super::rank::Found;
use super::rank::Hit;
use super::rank::Tables;
use super::wording::Spoken;
use super::words::Splitter;
use super::words::Word;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::registry::codes::Codes;
use crate::registry::layout::Kind;
use crate::text::tokens::cut;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a text says of some of its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    /// It is not so.
    pub is_negated: bool,
    /// It may be so.
    pub is_uncertain: bool,
    /// They are the words that say so.
    pub is_cue: bool,
}

/// What a text says of spans of its bytes.
pub type Marking<'m> = &'m dyn Fn(&str, &[(usize, usize)]) -> Vec<Mark>;

/// Readings of a text in which short forms stand for different words.
const MOST_READINGS: usize = 8;
/// Clauses of a text that are asked for alone.
const MOST_CLAUSES: usize = 6;
/// Bits that stand for one word each; beyond them a bit may stand for several.
const BITS: usize = 31;
/// Codes found whose neighbours are looked at.
const ANCHORS: usize = 40;
/// Codes below one that are looked at.
const BELOW: usize = 600;
/// What the first clause alone is worth against the whole text, and what another one is.
const FIRST_CLAUSE: f32 = 0.92;
const OTHER_CLAUSE: f32 = 0.7;
/// What a code loses that stands beside one that was found.
const BESIDE: f32 = 0.2;
/// A choice that the text asks for, one that it does not ask for, and one against what it asks for.
const ASKED: f32 = 0.12;
const NOT_ASKED: f32 = -0.15;
const AGAINST: f32 = -0.5;
/// A word that only the title of the code has and not that of what was found: the text has it (by its share of the text),
/// or has it not (by its weight).
const EXTRA: f32 = 0.5;
const MISSING: f32 = -0.006;
/// What is denied in one and said in the other, and what both deny.
const CONTRARY: f32 = -0.25;
const DENIED_TOO: f32 = 0.08;
/// A title without the setting that the text has, or with one that it does not have. A synonym that led to the code may mean
/// the setting without naming it.
const SETTING: f32 = -0.3;
/// A code that stands beside others, and one that says less than another.
const LAST: f32 = -0.3;
const LATER: f32 = -0.1;
/// A title that has all words of the text.
const TITLE: f32 = 0.25;

thread_local! {
    /// Words of the titles of codes.
    static TITLES: Kept<(SetKey, CodeId), Rc<[Weighed]>> = RefCell::default();
}

/// A word of a title, and what it weighs in its code set.
struct Weighed {
    word: Word,
    weight: f32,
}

/// A code for what somebody wrote, with the words of the text that its title has.
#[derive(Debug, Clone)]
pub struct Fit {
    /// The code, and how well it fits.
    pub hit: Hit,
    /// Words that are so and stand in its title, in the order of the text.
    pub covered: Vec<Covered>,
}

/// A word or short form of a text: its first byte, the byte after its last, the number of its clause, and whether nearly every
/// title could have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Covered {
    pub start: usize,
    pub end: usize,
    pub clause: usize,
    pub is_faint: bool,
}

impl Fit {
    /// Whether both codes stand under one heading.
    pub fn is_beside(&self, other: &Fit, codes: Codes<'_>) -> bool {
        heading(codes, self.hit.code) == heading(codes, other.hit.code)
    }

    /// Whether another one is about a clause of the text that this one is about, or about none that its title shows.
    pub fn is_rival_of(&self, other: &Fit) -> bool {
        let mut others = other.says().peekable();
        others.peek().is_none() || others.any(|clause| self.says().any(|own| own == clause))
    }

    /// The clauses of which its title says something.
    fn says(&self) -> impl Iterator<Item = usize> {
        self.covered.iter().filter(|word| !word.is_faint).map(|word| word.clause)
    }

    /// Whether the title says less of the text than that of another: it has only words that the other has too, and that one
    /// has more in the same clause, or anywhere if it stands beside this one.
    pub fn says_less_than(&self, other: &Fit, codes: Codes<'_>) -> bool {
        let is_beside = codes.parent(self.hit.code) == codes.parent(other.hit.code);
        let is_more = |word: &Covered| {
            !self.covered.contains(word) && (is_beside || self.covered.iter().any(|own| own.clause == word.clause))
        };
        !self.covered.is_empty()
            && self.covered.iter().all(|word| other.covered.contains(word))
            && other.covered.iter().any(is_more)
    }
}

/// The topmost code at or above one, groups that are never recorded left out.
fn heading(codes: Codes<'_>, code: CodeId) -> CodeId {
    let above = |code: &CodeId| codes.parent(*code).filter(|above| !codes.is_undated_group(*above));
    std::iter::successors(Some(code), above).last().unwrap_or(code)
}

/// A word of a text, or a short form, and the readings of it.
struct Piece {
    start: usize,
    end: usize,
    readings: Vec<Said>,
    clause: usize,
    is_spelled: bool,
    is_out: bool,
    is_negated: bool,
}

/// Words that are so, and those that are not.
#[derive(Clone, Default)]
struct Said {
    words: Vec<Word>,
    denied: Vec<String>,
}

/// One reading of a text.
#[derive(Clone, Default)]
struct Query {
    /// Words that are so, with their clause.
    words: Vec<(usize, Word)>,
    /// Stems of words that are not so.
    denied: Vec<String>,
}

/// What was found, at or above a code that may be recorded.
#[derive(Clone, Copy)]
struct Anchor {
    code: CodeId,
    /// Stems of the query that a synonym of it has, if that led to it, a bit each.
    by_synonym: u32,
}

impl Query {
    /// The stems of what is so, each once.
    fn stems(&self) -> Vec<&str> {
        distinct(self.words.iter().map(|(_, word)| word))
    }
}

/// Stems of words, each once, in the order of the terms that are made of them.
fn distinct<'w>(words: impl Iterator<Item = &'w Word>) -> Vec<&'w str> {
    let mut stems: Vec<&str> = Vec::new();
    for word in words {
        if !stems.contains(&word.stem.as_str()) {
            stems.push(&word.stem);
        }
    }
    stems
}

fn position(stems: &[&str], wanted: &str) -> Option<usize> {
    stems.iter().position(|stem| *stem == wanted)
}

/// What is asked, with what is the same for all codes.
struct Asked<'q> {
    query: &'q Query,
    /// Stems of what is so, and what each weighs.
    stems: Vec<(&'q str, f32)>,
    /// What they weigh together.
    whole: f32,
}

impl<'q> Asked<'q> {
    fn new(query: &'q Query, tables: &Tables<'_>) -> Asked<'q> {
        let stems: Vec<(&str, f32)> = query.stems().into_iter().map(|stem| (stem, tables.weight(stem))).collect();
        let whole = stems.iter().map(|(_, weight)| weight).sum::<f32>().max(0.1);
        Asked { query, stems, whole }
    }

    /// The words that a synonym has which led to a code.
    fn of_synonym(&self, anchor: Anchor) -> impl Iterator<Item = (&'q str, f32)> {
        let bits = self.stems.iter().enumerate().take(BITS);
        bits.filter(move |(bit, _)| anchor.by_synonym >> bit & 1 == 1).map(|(_, word)| *word)
    }
}

/// Chooses among the codes of a set.
pub struct Chooser<'a> {
    codes: Codes<'a>,
    tables: Tables<'a>,
    spoken: Spoken<'a>,
    splitter: Splitter,
    marking: Marking<'a>,
    on: Day,
    /// First and last code of groups, and what their codes lose.
    behind: Vec<(CodeId, CodeId, f32)>,
}

impl<'a> Codes<'a> {
    /// What chooses among the codes that may be recorded on a day. `marking` says of spans of a text what is not so.
    /// `None` if the set has no index. It is made once for a text, however often it is asked.
    pub fn chooser(self, on: Day, marking: Marking<'a>) -> Option<Chooser<'a>> {
        let (spoken, splitter) = (Spoken::new(self.column(Kind::Wording)), Splitter::new());
        let last = spoken.last().iter().map(|group| (group, LAST));
        let groups = last.chain(spoken.later().iter().map(|group| (group, LATER)));
        let behind = groups.filter_map(|(group, points)| {
            // A code of another set may have the name of a group.
            let group = self.find(group).filter(|group| !self.is_assignable(*group, on))?;
            Some((group, self.subtree_end(group), points))
        });
        let behind = behind.collect();
        Some(Chooser { codes: self, tables: Tables::of(self)?, spoken, splitter, marking, on, behind })
    }

    /// The words of a query with its short forms spelled out, in each reading; none if it has no short form.
    pub(super) fn spelled_out(self, query: &str) -> Vec<Vec<Word>> {
        if self.column(Kind::Wording).is_empty() {
            return Vec::new();
        }
        let marking = |_: &str, spans: &[(usize, usize)]| vec![Mark::default(); spans.len()];
        let Some(chooser) = self.chooser(Day(0), &marking) else { return Vec::new() };
        let pieces = chooser.pieces(query);
        if pieces.iter().all(|piece| !piece.is_spelled) {
            return Vec::new();
        }
        readings(&pieces).into_iter().map(|query| query.words.into_iter().map(|(_, word)| word).collect()).collect()
    }
}

impl Chooser<'_> {
    /// Codes for what somebody wrote, best first, with the words of the text that the title of each has.
    pub fn fits(&self, text: &str, limit: usize) -> Vec<Fit> {
        let pieces = self.pieces(text);
        let hits = self.suggest_for(&pieces, limit).into_iter();
        hits.map(|hit| Fit { covered: self.covered(&pieces, hit.code), hit }).collect()
    }

    fn covered(&self, pieces: &[Piece], code: CodeId) -> Vec<Covered> {
        let title = self.title(code);
        let stands = |word: &Word| title.iter().any(|own| own.word.stem == word.stem);
        let is_covered = |piece: &&Piece| !piece.is_out && piece.readings.iter().any(|it| it.words.iter().any(stands));
        let covered = |it: &Piece| Covered {
            start: it.start,
            end: it.end,
            clause: it.clause,
            is_faint: it.readings.iter().flat_map(|it| &it.words).all(|word| self.tables.says_little(&word.stem)),
        };
        pieces.iter().filter(is_covered).map(covered).collect()
    }

    fn suggest_for(&self, pieces: &[Piece], limit: usize) -> Vec<Hit> {
        let mut best: BTreeMap<CodeId, f32> = BTreeMap::new();
        for query in readings(pieces) {
            for hit in self.answer(&query) {
                let score = best.entry(hit.code).or_insert(f32::MIN);
                *score = score.max(hit.score);
            }
        }
        let mut hits: Vec<Hit> = best.into_iter().map(|(code, score)| Hit { code, score }).collect();
        hits.sort_by(|left, right| right.score.total_cmp(&left.score).then(left.code.cmp(&right.code)));
        hits.truncate(limit);
        hits
    }

    /// The code that is recorded where a text says no more than that it is this one or one below it: itself, or the
    /// plain one below it. `None` if it stands for many.
    pub fn plain_below(&self, code: CodeId) -> Option<CodeId> {
        if self.codes.is_assignable(code, self.on) {
            return Some(code);
        }
        if self.codes.is_undated_group(code) {
            return None;
        }
        let hits = self.chosen(&Query::default(), &[Found { hit: Hit { code, score: 1.0 }, by_synonym: 0 }]);
        let best = hits.iter().rev().max_by(|left, right| left.score.total_cmp(&right.score));
        best.map(|hit| hit.code)
    }

    fn pieces(&self, text: &str) -> Vec<Piece> {
        let spans: Vec<(usize, usize)> = cut(text).collect();
        let words: Vec<&str> = spans.iter().filter_map(|(start, end)| text.get(*start..*end)).collect();
        let clauses = clauses(text, &spans);
        let marks = (self.marking)(text, &spans);
        let (mut pieces, mut at) = (Vec::new(), 0);
        while let Some((start, end)) = spans.get(at).copied() {
            let clause = clauses.get(at).copied().unwrap_or(0);
            let in_clause = clauses.iter().skip(at).take_while(|other| **other == clause).count();
            let rest = words.get(at..at + in_clause).unwrap_or_default();
            let own = self.splitter.words(text.get(start..end).unwrap_or_default());
            let spelled = self.spoken.spelled_out(rest);
            let is_spelled = spelled.is_some();
            let (count, readings) = match spelled {
                Some((count, longs)) => {
                    let mut readings: Vec<Said> = longs.iter().map(|long| self.said(long)).collect();
                    if count == 1 && end - start > 2 && own.iter().all(|word| self.tables.has(&word.stem)) {
                        readings.push(Said { words: own, denied: Vec::new() });
                    }
                    (count, readings)
                }
                None => (1, vec![Said { words: own, denied: Vec::new() }]),
            };
            let mark = marks.get(at).copied().unwrap_or_default();
            pieces.push(Piece {
                start,
                end: spans.get(at + count - 1).map_or(end, |(_, end)| *end),
                readings,
                clause,
                is_spelled,
                is_out: mark.is_negated || mark.is_uncertain || mark.is_cue,
                is_negated: mark.is_negated && !mark.is_cue,
            });
            at += count;
        }
        pieces
    }

    /// What a short form stands for.
    fn said(&self, long: &str) -> Said {
        let mut said = Said::default();
        let words = self.splitter.words(long);
        let spans: Vec<(usize, usize)> = words.iter().map(|word| (word.start, word.end)).collect();
        for (word, mark) in words.into_iter().zip((self.marking)(long, &spans)) {
            match (mark.is_cue, mark.is_negated) {
                (true, _) => {}
                (false, true) => said.denied.push(word.stem),
                (false, false) => said.words.push(word),
            }
        }
        said
    }

    /// Whether words say what something is, and not only which of several, or what could be said of all.
    fn says_something(&self, words: &[Word]) -> bool {
        let is_more = |stem: &str| self.spoken.choice(stem).is_some() || self.spoken.is_default(stem);
        words.iter().any(|word| !is_more(&word.stem) && self.tables.faintness(&word.stem) >= 1.0)
    }

    /// Codes for one reading.
    fn answer(&self, query: &Query) -> Vec<Hit> {
        let mut anchors: BTreeMap<CodeId, Found> = BTreeMap::new();
        let stems = query.stems();
        let mut ask = |words: &[Word], worth: f32| {
            let places: Vec<usize> = distinct(words.iter()).iter().filter_map(|stem| position(&stems, stem)).collect();
            for mut found in self.tables.for_words(self.codes, words, Some(self.on)) {
                found.hit.score *= worth;
                let has = |(bit, _): &(usize, &usize)| found.by_synonym >> bit & 1 == 1;
                let of_query = places.iter().enumerate().take(BITS).filter(has).filter(|(_, place)| **place < BITS);
                found.by_synonym = of_query.fold(0, |mask, (_, place)| mask | 1 << place);
                let known = anchors.entry(found.hit.code).or_insert(found);
                if known.hit.score < found.hit.score {
                    *known = found;
                }
            }
        };
        let all: Vec<Word> = query.words.iter().map(|(_, word)| word.clone()).collect();
        ask(&all, 1.0);
        let mut clauses: Vec<usize> = query.words.iter().map(|(clause, _)| *clause).collect();
        clauses.dedup();
        if clauses.len() > 1 {
            let words = |clause: &usize| -> Vec<Word> {
                query.words.iter().filter(|(other, _)| other == clause).map(|(_, word)| word.clone()).collect()
            };
            let all = clauses.iter().take(MOST_CLAUSES).map(words);
            for (number, own) in all.filter(|own| self.says_something(own)).enumerate() {
                ask(&own, if number > 0 { OTHER_CLAUSE } else { FIRST_CLAUSE });
            }
        }
        let mut anchors: Vec<Found> = anchors.into_values().collect();
        anchors
            .sort_by(|left, right| right.hit.score.total_cmp(&left.hit.score).then(left.hit.code.cmp(&right.hit.code)));
        anchors.truncate(ANCHORS);
        self.chosen(query, &anchors)
    }

    /// The codes that may be recorded at, below and beside what was found.
    fn chosen(&self, query: &Query, anchors: &[Found]) -> Vec<Hit> {
        // A code may be found by itself and below another one; which of the two says more is seen when both are weighed.
        let mut leaves: BTreeMap<(CodeId, bool), (f32, Anchor)> = BTreeMap::new();
        let mut add = |code: CodeId, score: f32, anchor: Anchor| {
            let known = leaves.entry((code, anchor.code == code)).or_insert((score, anchor));
            if known.0 < score {
                *known = (score, anchor);
            }
        };
        for Found { hit, by_synonym } in anchors {
            if self.codes.is_undated_group(hit.code) {
                continue;
            }
            let by_synonym = *by_synonym;
            let (mut top, mut score) = (Anchor { code: hit.code, by_synonym }, hit.score);
            if self.codes.is_assignable(hit.code, self.on) {
                add(hit.code, hit.score, top);
                let Some(above) = self.codes.parent(hit.code).filter(|above| !self.codes.is_undated_group(*above))
                else {
                    continue;
                };
                (top, score) = (Anchor { code: above, by_synonym: 0 }, hit.score - BESIDE);
            }
            for leaf in top.code.through(self.codes.subtree_end(top.code)).take(BELOW) {
                if self.codes.is_assignable(leaf, self.on) {
                    add(leaf, score, top);
                }
            }
        }
        let asked = Asked::new(query, &self.tables);
        let mut hits: Vec<Hit> = Vec::with_capacity(leaves.len());
        for ((code, _), (score, anchor)) in leaves {
            let score = score + self.fit(&asked, code, anchor);
            match hits.last_mut().filter(|last| last.code == code) {
                Some(last) => last.score = last.score.max(score),
                None => hits.push(Hit { code, score }),
            }
        }
        hits
    }

    fn title(&self, code: CodeId) -> Rc<[Weighed]> {
        let weighed = |word: Word| Weighed { weight: self.tables.weight(&word.stem), word };
        let words = |_: &_| self.splitter.words(self.codes.display(code)).into_iter().map(weighed).collect();
        memo::kept(&TITLES, (self.codes.memo_key(), code), words)
    }

    /// What a code loses because those of its group stand behind others.
    fn behind(&self, code: CodeId) -> f32 {
        let own = self.behind.iter().filter(|(first, last, _)| (*first..=*last).contains(&code));
        own.map(|(_, _, points)| *points).fold(0.0, f32::min)
    }

    /// How well the title of a code fits what a text says beyond what led to it.
    fn fit(&self, asked: &Asked<'_>, code: CodeId, anchor: Anchor) -> f32 {
        let Asked { query, whole, .. } = asked;
        let title = self.codes.display(code);
        let words = self.title(code);
        let spans: Vec<(usize, usize)> = words.iter().map(|it| (it.word.start, it.word.end)).collect();
        let marks = (self.marking)(title, &spans);
        let above = self.title(anchor.code);
        let says = |stem: &str| query.words.iter().any(|(_, word)| word.stem == stem);
        let mut points = 0.0;
        let mut covered = 0.0;
        let mut seen: Vec<&str> = Vec::new();
        for (Weighed { word, weight }, mark) in words.iter().zip(marks) {
            let stem = word.stem.as_str();
            if seen.contains(&stem) {
                continue;
            }
            if !word.is_optional {
                seen.push(stem);
            }
            let is_said = says(stem);
            let is_denied = query.denied.iter().any(|denied| denied == stem);
            if let Some(choice) = self.spoken.choice(stem) {
                points += match (is_said, choice.iter().any(|other| says(other))) {
                    (true, _) => ASKED,
                    (false, true) => AGAINST,
                    (false, false) if self.spoken.is_default(stem) || word.is_optional => 0.0,
                    (false, false) if mark.is_negated => 0.0,
                    (false, false) => NOT_ASKED,
                };
                continue;
            }
            if word.is_optional || mark.is_cue || self.spoken.is_default(stem) {
                continue;
            }
            let is_extra = anchor.code != code && !above.iter().any(|other| other.word.stem == stem);
            if is_said && !mark.is_negated {
                covered += *weight;
            }
            points += match (mark.is_negated, is_said, is_denied) {
                (false, true, _) if is_extra => EXTRA * weight / whole,
                (false, false, true) | (true, true, _) => CONTRARY,
                (false, false, false) if is_extra => MISSING * weight,
                (true, false, true) => DENIED_TOO,
                _ => 0.0,
            };
        }
        let meant = asked.of_synonym(anchor);
        let besides: f32 =
            asked.of_synonym(anchor).filter(|(stem, _)| !seen.contains(stem)).map(|(_, weight)| weight).sum();
        points += TITLE * (covered + besides) / whole;
        let is_meant = meant.map(|(_, weight)| weight).sum::<f32>() > 0.5 * whole;
        for setting in self.spoken.settings() {
            let is_asked = setting.iter().all(|stem| says(stem));
            let is_had = setting.iter().all(|stem| seen.contains(stem));
            points += if is_asked == is_had || is_had && is_meant { 0.0 } else { SETTING };
        }
        points + self.behind(code)
    }
}

/// The readings of a text.
fn readings(pieces: &[Piece]) -> Vec<Query> {
    let mut queries = vec![Query::default()];
    for piece in pieces {
        let room = (MOST_READINGS / queries.len()).max(1);
        let mut next = Vec::new();
        for query in &queries {
            for reading in piece.readings.iter().take(room) {
                let mut query = query.clone();
                if piece.is_negated {
                    query.denied.extend(reading.words.iter().map(|word| word.stem.clone()));
                } else if !piece.is_out {
                    query.words.extend(reading.words.iter().map(|word| (piece.clause, word.clone())));
                    query.denied.extend(reading.denied.iter().cloned());
                }
                next.push(query);
            }
        }
        queries = next;
    }
    queries
}

/// The clause of each word, by number.
fn clauses(text: &str, spans: &[(usize, usize)]) -> Vec<usize> {
    let (mut clause, mut last) = (0, 0);
    let mut out = Vec::with_capacity(spans.len());
    for (start, end) in spans {
        let between = text.get(last..*start).unwrap_or("");
        let is_cut = between.contains([',', ';', '(', ')', '+', '\n', '?'])
            || (between.contains(['.', '-', ':']) && between.contains(' '));
        clause += usize::from(is_cut && !out.is_empty());
        out.push(clause);
        last = *end;
    }
    out
}

#[cfg(test)]
#[path = "suggest_tests.rs"]
mod tests;
