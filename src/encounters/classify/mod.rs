//! Encounter to candidates. Imports model, registry, logic.

mod criteria;
mod given;
mod ranking;
mod reasons;
mod words;

pub use given::Place;
pub use given::codes_in;
pub use ranking::Kept;
pub use ranking::choose;
pub use ranking::confidence;
pub use ranking::rank_again;

use crate::logic::Frame;
use crate::logic::Logic;
use crate::logic::index::Index;
use crate::model::day::Day;
use crate::model::ids::SetId;
use crate::model::outcome::Candidate;
use crate::model::outcome::Given;
use crate::model::outcome::Reason;
use crate::registry::Hit;
use crate::registry::Registry;
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
        let gathered = reasons::gather(frame, logic, place, classifier, |frame, gathered| {
            if !classifier.by_words.is_empty() {
                words::search(frame, logic, classifier, gathered);
            }
        });
        let candidates = ranking::rank(frame, logic, place, classifier, gathered, kept);
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
pub(crate) fn found<'l>(registry: &'l Registry, set: SetId, query: &str, on: Day, most: usize) -> Vec<Candidate<'l>> {
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
