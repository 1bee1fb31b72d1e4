//! Encounter to candidates. Imports model, registry, logic.

mod given;
mod reasons;
mod words;

pub use given::Place;
pub use given::codes_in;

use crate::logic::Frame;
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

/// Candidates of one code set that are worth keeping.
const CANDIDATES_A_SET: usize = 50;

/// What classification says about an encounter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Classified {
    /// Codes it carries.
    pub given: Vec<Given>,
    /// Codes proposed, those of one set together, best first; those below the threshold are marked and come last.
    pub candidates: Vec<Candidate>,
    /// Fields that a code it carries, or the best candidate of a set, needs and that are absent.
    pub missing: Vec<String>,
    /// Phrases found: field, start and end in bytes.
    pub marks: Vec<(String, usize, usize)>,
}

/// Proposes codes for an encounter, and says which it carries.
pub fn classify(frame: &mut Frame<'_>) -> Classified {
    let domain = frame.logic().domain();
    let record = frame.encounter().record;
    let mut said = Classified::default();
    let mut sets: Vec<Vec<Candidate>> = Vec::new();
    said.given = given::given(frame);
    for (place, classifier) in domain.classifiers.iter().enumerate() {
        if classifier.record != record {
            continue;
        }
        given::raise(frame, classifier, &mut said.given);
        let gathered = reasons::gather(frame, place, classifier, &mut said.marks);
        let candidates = rank(frame, classifier, gathered);
        given::missing(frame, classifier, &said.given, &candidates, &mut said.missing);
        sets.push(candidates);
    }
    // Sets in the order of their best candidate; the sort is stable, so equals stay in the order of the definitions.
    let best = |set: &[Candidate]| set.first().map_or(0.0, |candidate| candidate.score);
    sets.sort_by(|a, b| best(b).total_cmp(&best(a)));
    said.candidates = sets.into_iter().flatten().collect();
    said.marks.sort_unstable();
    said.marks.dedup();
    said
}

/// A search answer weaker than this is no help.
const WEAKEST_HIT: f32 = 0.3;

/// Codes that a search for words finds, as candidates below the threshold of their set.
pub(crate) fn found(registry: &Registry, set: u16, query: &str, on: Day, most: usize) -> Vec<Candidate> {
    let codes = registry.codes(set);
    let hits = codes.search(query, Some(on), most * 4).into_iter();
    let fit = hits.filter(|hit| hit.score >= WEAKEST_HIT && codes.is_assignable(hit.code, on));
    let candidate = |hit: Hit| {
        let what = codes.display(hit.code).to_owned();
        let reason = Reason { kind: "search", path: String::new(), what, points: hit.score };
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

fn rank(frame: &mut Frame<'_>, classifier: &Classifier, gathered: Gathered) -> Vec<Candidate> {
    let registry: &Registry = frame.logic().registry();
    let (codes, on) = (registry.codes(classifier.set), frame.encounter().on);
    let mut gathered: Vec<(u32, u32, Reason)> =
        gathered.into_iter().map(|(code, reason)| (current(codes, code, on), code, reason)).collect();
    gathered.sort_by_key(|(code, original, _)| (*code, *original));
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut first = 0;
    for (code, original, reason) in gathered {
        match candidates.last_mut().filter(|last| last.code == code) {
            // The same words speak once for a code, though it is also what replaced another one.
            Some(last) => {
                if original == first || !last.because.contains(&reason) {
                    last.because.push(reason);
                }
            }
            None => {
                first = original;
                candidates.push(Candidate {
                    set: classifier.set,
                    code,
                    score: 0.0,
                    confidence: 0.0,
                    is_below: false,
                    because: vec![reason],
                });
            }
        }
    }
    for candidate in &mut candidates {
        candidate.score = candidate.because.iter().map(|reason| reason.points).sum();
        candidate.confidence = confidence(candidate.score);
        candidate.is_below = candidate.confidence < classifier.threshold;
    }
    candidates.retain(|candidate| candidate.score > 0.0 && codes.is_assignable(candidate.code, on));
    drop_groups(codes, &mut candidates);
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.code.cmp(&b.code)));
    candidates.truncate(CANDIDATES_A_SET);
    candidates
}

/// The code itself, or the one code that replaced it if it has ended.
fn current(codes: Codes<'_>, code: u32, on: Day) -> u32 {
    if codes.is_in_force(code, on) {
        return code;
    }
    match codes.replaced_by(code) {
        Some((crate::model::content::Replacing::One, by)) => by.first().copied().unwrap_or(code),
        _ => code,
    }
}

/// Drops a code that only phrases speak for where phrases also speak for one below it: the more specific one stays.
fn drop_groups(codes: Codes<'_>, candidates: &mut Vec<Candidate>) {
    let is_by_phrase = |candidate: &Candidate| candidate.because.iter().all(|reason| reason.kind == "phrase");
    let specific: Vec<u32> = candidates.iter().filter(|it| is_by_phrase(it)).map(|it| it.code).collect();
    if specific.len() < 2 {
        return;
    }
    let mut groups: Vec<u32> = specific.iter().flat_map(|code| codes.ancestors(*code)).collect();
    groups.sort_unstable();
    candidates.retain(|candidate| !is_by_phrase(candidate) || groups.binary_search(&candidate.code).is_err());
}
