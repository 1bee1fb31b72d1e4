//! Encounter to candidates. Imports model, registry, logic.

mod given;
mod reasons;
mod words;

pub use given::Place;
pub use given::codes_in;

use crate::logic::Frame;
use crate::logic::Logic;
use crate::logic::index::Index;
use crate::model::day::Day;
use crate::model::outcome::Candidate;
use crate::model::outcome::Given;
use crate::model::outcome::Reason;
use crate::model::rules::Classifier;
use crate::model::rules::Criteria;
use crate::registry::Codes;
use crate::registry::Hit;
use crate::registry::Registry;
use reasons::Gathered;
use reasons::Said;
use std::borrow::Cow;

/// So few are picked out faster than all are sorted.
const FEW: usize = 4;
/// Candidates of one code set that are worth keeping.
const CANDIDATES_A_SET: usize = 50;

/// What classification says about an encounter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Classified<'l> {
    /// Codes it carries.
    pub given: Vec<Given>,
    /// Codes proposed, those of one set together, best first; those below the threshold are marked and come last.
    pub candidates: Vec<Candidate<'l>>,
    /// Fields that a code it carries, or the best candidate of a set, needs and that are absent.
    pub missing: Vec<&'l str>,
}

/// Which candidates of each code set are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// All that are worth keeping.
    All,
    /// Those over the threshold.
    Over,
    /// The best so many, be they below the threshold.
    Best(usize),
}

/// Proposes codes for an encounter, and says which it carries. `logic` is that of the frame.
pub fn classify<'e, 'l: 'e>(frame: &mut Frame<'e>, logic: &'l Logic, kept: Kept) -> Classified<'l> {
    let record = frame.encounter().record;
    let mut said = Classified::default();
    let mut sets: Vec<Vec<Candidate<'l>>> = Vec::new();
    said.given = given::given(frame);
    for (place, classifier) in logic.domain().classifiers.iter().enumerate() {
        if classifier.record != record {
            continue;
        }
        given::raise(frame, classifier, &mut said.given);
        let gathered = reasons::gather(frame, logic, place, classifier);
        let candidates = rank(frame, logic, place, classifier, gathered, kept);
        if logic.index(place).is_none_or(Index::needs) {
            given::missing(frame, classifier, &said.given, &candidates, &mut said.missing);
        }
        if !candidates.is_empty() {
            sets.push(candidates);
        }
    }
    // Sets in the order of their best candidate; the sort is stable, so equals stay in the order of the definitions.
    let best = |set: &[Candidate<'_>]| set.first().map_or(0.0, |candidate| candidate.score);
    sets.sort_by(|a, b| best(b).total_cmp(&best(a)));
    said.candidates =
        if sets.len() == 1 { sets.pop().unwrap_or_default() } else { sets.into_iter().flatten().collect() };
    said
}

/// A search answer weaker than this is no help.
const WEAKEST_HIT: f32 = 0.3;

/// Codes that a search for words finds, as candidates below the threshold of their set.
pub(crate) fn found<'l>(registry: &'l Registry, set: u16, query: &str, on: Day, most: usize) -> Vec<Candidate<'l>> {
    let codes = registry.codes(set);
    let hits = codes.search(query, Some(on), most * 4).into_iter();
    let fit = hits.filter(|hit| hit.score >= WEAKEST_HIT && codes.is_assignable(hit.code, on));
    let candidate = |hit: Hit| {
        let what = Cow::Borrowed(codes.display(hit.code));
        let reason = Reason { kind: "search", path: Cow::Borrowed(""), what, points: hit.score };
        let (score, because) = (hit.score, vec![reason]);
        Candidate { set, code: hit.code, score, confidence: confidence(score), is_below: true, because }
    };
    fit.take(most).map(candidate).collect()
}

/// How sure a score makes, 0 to 1: four points halve the doubt.
pub fn confidence(score: f32) -> f32 {
    (1.0 - (-score / 4.0).exp2()).clamp(0.0, 1.0)
}

/// The criteria of a code, if it has any in this classifier.
pub(crate) fn criteria_of(classifier: &Classifier, code: u32) -> Option<&Criteria> {
    // Invariant: criteria stand in the order of the codes.
    let place = classifier.criteria.partition_point(|criteria| criteria.code < code);
    classifier.criteria.get(place).filter(|criteria| criteria.code == code)
}

/// A candidate before its reasons are written out.
struct Draft {
    code: u32,
    score: f32,
    /// Its reasons, among those of all.
    first: usize,
    last: usize,
}

fn rank<'l>(
    frame: &mut Frame<'_>,
    logic: &'l Logic,
    place: usize,
    classifier: &'l Classifier,
    gathered: Gathered<'l>,
    kept: Kept,
) -> Vec<Candidate<'l>> {
    let (codes, on) = (logic.registry().codes(classifier.set), frame.encounter().on);
    if gathered.is_empty() {
        return Vec::new();
    }
    let index = logic.index(place);
    let is_undated =
        |said: &Said<'_>| said.criteria.is_some_and(|criteria| index.is_some_and(|index| index.is_undated(criteria)));
    let (reasons, mut drafts) = drafts((codes, classifier), gathered, on, is_undated);
    drop_groups(codes, &mut drafts, &reasons);
    order(&mut drafts, kept);
    let is_below = |draft: &Draft| confidence(draft.score) < classifier.threshold;
    match kept {
        Kept::All => drafts.truncate(CANDIDATES_A_SET),
        Kept::Over => {
            drafts.truncate(CANDIDATES_A_SET);
            drafts.retain(|draft| !is_below(draft));
        }
        Kept::Best(count) => drafts.truncate(count.min(CANDIDATES_A_SET)),
    }
    let mut written = |draft: Draft| Candidate {
        set: classifier.set,
        code: draft.code,
        score: draft.score,
        confidence: confidence(draft.score),
        is_below: is_below(&draft),
        because: reasons
            .get(draft.first..draft.last)
            .unwrap_or(&[])
            .iter()
            .map(|said| said.written(frame, logic, classifier))
            .collect(),
    };
    drafts.into_iter().map(&mut written).collect()
}

/// Puts the best first: all of them, or those that are kept if they are few.
fn order(drafts: &mut [Draft], kept: Kept) {
    let by_worth = |a: &Draft, b: &Draft| b.score.total_cmp(&a.score).then(a.code.cmp(&b.code));
    match kept {
        Kept::Best(count) if count < FEW => {
            for place in 0..count {
                let rest = drafts.get_mut(place..).unwrap_or_default();
                let best = rest.iter().enumerate().min_by(|(_, a), (_, b)| by_worth(a, b)).map(|(best, _)| best);
                best.into_iter().for_each(|best| rest.swap(0, best));
            }
        }
        _ => drafts.sort_unstable_by(by_worth),
    }
}

/// The codes that may be recorded, with their reasons, those of one code together: an ended code stands for the one that
/// replaced it.
fn drafts<'l>(
    (codes, classifier): (Codes<'l>, &Classifier),
    mut gathered: Gathered<'l>,
    on: Day,
    is_undated: impl Fn(&Said<'_>) -> bool,
) -> (Gathered<'l>, Vec<Draft>) {
    let mut has_moved = false;
    for said in &mut gathered {
        if !is_undated(said) {
            said.code = codes.current(said.original, on);
            has_moved |= said.code != said.original;
        }
    }
    // Criteria stand in the order of their codes: without phrases, they are met in order.
    if !gathered.is_sorted_by_key(|said| (said.code, said.original)) {
        gathered.sort_by_key(|said| (said.code, said.original));
    }
    if has_moved {
        gathered = without_repeated(gathered, classifier);
    }
    let mut drafts = Vec::with_capacity(gathered.len());
    let mut last = 0;
    for reasons in gathered.chunk_by(|one, other| one.code == other.code) {
        let first = last;
        last += reasons.len();
        let score: f32 = reasons.iter().map(|said| said.points).sum();
        let Some(said) = reasons.first().filter(|_| score > 0.0) else { continue };
        let code = said.code;
        if (code == said.original && is_undated(said)) || codes.is_assignable(code, on) {
            drafts.push(Draft { code, score, first, last });
        }
    }
    (gathered, drafts)
}

/// The same words speak once for a code, though it is also what replaced another one.
fn without_repeated<'l>(gathered: Gathered<'l>, classifier: &Classifier) -> Gathered<'l> {
    let mut kept: Gathered<'l> = Vec::with_capacity(gathered.len());
    for said in gathered {
        let mut known = kept.iter().rev().take_while(|it| it.code == said.code);
        if !known.any(|it| it.original != said.original && it.is_same(&said, classifier)) {
            kept.push(said);
        }
    }
    kept
}

/// Drops a code that only phrases speak for where phrases also speak for one below it: the more specific one stays.
fn drop_groups(codes: Codes<'_>, drafts: &mut Vec<Draft>, reasons: &[Said<'_>]) {
    if reasons.iter().filter(|said| said.is_phrase()).nth(1).is_none() {
        return;
    }
    let is_by_phrase = |draft: &Draft| reasons.get(draft.first..draft.last).unwrap_or(&[]).iter().all(Said::is_phrase);
    let mut groups: Vec<u32> =
        drafts.iter().filter(|it| is_by_phrase(it)).flat_map(|draft| codes.ancestors(draft.code)).collect();
    groups.sort_unstable();
    drafts.retain(|draft| !is_by_phrase(draft) || groups.binary_search(&draft.code).is_err());
}
