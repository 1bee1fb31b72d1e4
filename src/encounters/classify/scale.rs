//! How sure a score makes, and from when on a code set decides.

use super::learned::thin_codes;
use crate::learn::Confidence;
use crate::learn::Model;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use crate::model::outcome::Candidate;
use crate::model::outcome::LEARNED;
use crate::model::rules::Classifier;
use crate::registry::Codes;
use crate::registry::Registry;

/// What the scores of one code set mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// The code set.
    pub set: SetId,
    /// Confidence that a candidate of lines alone needs.
    lines: f32,
    /// Confidence that any other needs.
    threshold: f32,
    confidence: Confidence,
    /// Codes that the model decides on only where the lines of the definitions would: it has seen too few examples.
    thin: Vec<CodeId>,
}

/// The score of a candidate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scored {
    pub code: CodeId,
    pub score: f32,
    /// Points that lines gave.
    pub lines: f32,
    /// The model has a part in it.
    pub is_learned: bool,
}

impl Scale {
    /// The scale of a classifier.
    pub fn of(registry: &Registry, classifier: &Classifier) -> Scale {
        let model = Some(registry.model(classifier.set)).filter(|_| classifier.is_learned).and_then(Model::of);
        Scale {
            set: classifier.set,
            lines: classifier.threshold,
            threshold: model.map_or(classifier.threshold, |model| model.threshold()),
            confidence: model.map_or(Confidence::Prior, |model| model.confidence()),
            thin: model.map(|model| thin_codes(&model)).unwrap_or_default(),
        }
    }

    /// How sure a candidate is that lies `lead` points before the next one or, if that is negative, behind the best; and
    /// whether that is too little to decide.
    pub(super) fn judge(&self, candidate: Scored, lead: f32) -> (f32, bool) {
        let by_lines = Confidence::Prior.of(candidate.lines, lead) >= self.lines && candidate.lines > 0.0;
        if !candidate.is_learned {
            return (Confidence::Prior.of(candidate.score, lead), !by_lines);
        }
        let confidence = self.confidence.of(candidate.score, lead);
        let is_thin = self.thin.binary_search(&candidate.code).is_ok();
        // What lines say of the best code, they say whether there is a model or not.
        let decides = by_lines && lead >= 0.0 || !is_thin && confidence >= self.threshold;
        (confidence, !decides)
    }

    /// How many points a candidate lies before the next, or behind the best. `best` are the two highest scores of the set.
    pub(super) fn lead(score: f32, best: [f32; 2]) -> f32 {
        let [first, second] = best;
        if score >= first { first - second } else { score - first }
    }
}

/// The highest of the scores of some codes, and the highest of the others; no score counts as 0. What stands above the best
/// code says the same with less detail, so it is no other.
pub(super) fn two_best(codes: Codes<'_>, scores: impl Iterator<Item = (CodeId, f32)> + Clone) -> [f32; 2] {
    let higher = |one: (CodeId, f32), other: (CodeId, f32)| if other.1 > one.1 { other } else { one };
    let Some((best, first)) = scores.clone().reduce(higher) else { return [0.0; 2] };
    let mut second = scores.clone().filter(|(code, _)| *code != best).reduce(higher);
    // Mostly the second is no code above the best, and nothing more has to be looked at.
    if second.is_some_and(|(code, _)| codes.is_under(best, code)) {
        second = scores.filter(|(code, _)| !codes.is_under(best, *code)).reduce(higher);
    }
    [first, second.map_or(0.0, |(_, score)| score)]
}

/// A candidate that a script may have changed.
pub(super) fn scored(candidate: &Candidate<'_>) -> Scored {
    let (learned, lines): (Vec<_>, Vec<_>) = candidate.because.iter().partition(|reason| reason.kind == LEARNED);
    Scored {
        code: candidate.code,
        score: candidate.score,
        lines: lines.iter().map(|reason| reason.points).sum(),
        is_learned: !learned.is_empty(),
    }
}
