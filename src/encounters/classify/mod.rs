//! Encounter to candidates. Imports model, registry, logic.

mod criteria;
mod given;
mod learned;
mod parts;
mod ranking;
mod reasons;
mod scale;
mod words;

pub use given::Place;
pub use given::codes_in;
pub(in crate::encounters) use given::given;
pub use ranking::Kept;
pub use ranking::choose;
pub use ranking::rank_again;
pub use scale::Scale;

use crate::learn::Confidence;
use crate::learn::Memory;
use crate::logic::Frame;
use crate::logic::Logic;
use crate::logic::index::Index;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use crate::model::outcome::Candidate;
use crate::model::outcome::Given;
use crate::model::outcome::Reason;
use crate::registry::Hit;
use crate::registry::Registry;
use parts::Parts;
use reasons::Said;
use std::borrow::Cow;

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

/// Proposes codes for an encounter, and says which it carries. `logic` is that of the frame; `scales` are those of its
/// classifiers, in their order.
pub fn classify<'e, 'l: 'e>(
    frame: &mut Frame<'e>,
    logic: &'l Logic,
    scales: &[Scale],
    kept: Kept,
    memory: &mut Memory,
) -> Classified<'l> {
    let record = frame.encounter().record;
    let mut said = Classified::default();
    let mut sets: Vec<Vec<Candidate<'l>>> = Vec::new();
    said.given = given(frame);
    for ((place, classifier), scale) in logic.domain().classifiers.iter().enumerate().zip(scales) {
        if classifier.record != record {
            continue;
        }
        given::raise(frame, classifier, &mut said.given);
        let mut asked = None;
        let by_words = |frame: &mut Frame<'e>| {
            let found = words::search(frame, logic, classifier);
            (found.said, found.parts)
        };
        let gathered = reasons::gather(frame, logic, (place, classifier), by_words, |frame, gathered| {
            asked = learned::ask(frame, logic.registry(), classifier, memory, gathered);
        });
        let mut written =
            |frame: &Frame<'_>, said: &Said<'l>, because: &mut Vec<Reason<'l>>| match (said.learned_at(), &asked) {
                (Some(position), Some(asked)) => because.extend(asked.reasons(position, said.points, memory)),
                _ => because.push(said.written(frame, logic, classifier)),
            };
        let candidates = ranking::rank(frame, logic, (place, classifier, scale), gathered, kept, &mut written);
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

/// What the lines of the definitions give to codes for an encounter, by the place of a classifier. A code stands in it
/// once for each line.
pub(super) fn points_of_lines<'e, 'l: 'e>(frame: &mut Frame<'e>, logic: &'l Logic, place: usize) -> Vec<(CodeId, f32)> {
    let Some(classifier) = logic.domain().classifiers.get(place) else { return Vec::new() };
    let gathered = reasons::gather(frame, logic, (place, classifier), |_| (Vec::new(), Parts::default()), |_, _| {});
    gathered.into_iter().map(|said| (said.original, said.points)).collect()
}

/// A search answer weaker than this is no help.
const WEAKEST_HIT: f32 = 0.3;

/// Codes that a search for words finds, as candidates below the threshold of their set.
pub(crate) fn found<'l>(registry: &'l Registry, set: SetId, query: &str, on: Day, most: usize) -> Vec<Candidate<'l>> {
    let codes = registry.codes(set);
    let hits = codes.search(query, Some(on), most * 4).into_iter();
    let fit = hits.filter(|hit| hit.score >= WEAKEST_HIT && codes.is_assignable(hit.code, on));
    let candidate = |hit: Hit| {
        let what = Cow::Borrowed(codes.display(hit.code));
        let reason = Reason { kind: "search", path: Cow::Borrowed(""), what, points: hit.score };
        let (score, because) = (hit.score, vec![reason]);
        Candidate { set, code: hit.code, score, confidence: Confidence::Prior.of(score, 0.0), is_below: true, because }
    };
    fit.take(most).map(candidate).collect()
}
