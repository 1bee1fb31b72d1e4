//! Which candidates are kept, and in what order.

use super::reasons::Gathered;
use super::reasons::Said;
use super::scale::Scale;
use super::scale::Scored;
use super::scale::scored;
use super::scale::two_best;
use crate::logic::Frame;
use crate::logic::Logic;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use crate::model::outcome::Candidate;
use crate::model::outcome::Reason;
use crate::model::rules::Classifier;
use crate::registry::Codes;
use crate::registry::Registry;

/// Below this many, selecting beats sorting (benches/engine.rs).
const FEW: usize = 4;
/// Candidates of one code set that are worth keeping.
const CANDIDATES_A_SET: usize = 50;

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

/// Puts candidates in order again after a script changed them: the sets by their best, then by score and code.
pub fn rank_again(registry: &Registry, candidates: &mut [Candidate<'_>], scales: &[Scale]) {
    let mut best: Vec<(SetId, [f32; 2])> = Vec::new();
    for candidate in candidates.iter() {
        if !best.iter().any(|(set, _)| *set == candidate.set) {
            let own = candidates.iter().filter(|other| other.set == candidate.set);
            let own = own.map(|other| (other.code, other.score));
            best.push((candidate.set, two_best(registry.codes(candidate.set), own)));
        }
    }
    best.sort_by(|a, b| b.1[0].total_cmp(&a.1[0]));
    for candidate in candidates.iter_mut() {
        let scale = scales.iter().find(|scale| scale.set == candidate.set);
        let of_set = best.iter().find(|(set, _)| *set == candidate.set);
        if let Some((scale, (_, best))) = scale.zip(of_set) {
            let lead = Scale::lead(candidate.score, *best);
            let (confidence, is_below) = scale.judge(scored(candidate), lead);
            // What a short text alone spoke for stays a suggestion.
            let stays = candidate.is_below && candidate.because.iter().all(|reason| reason.kind == "word");
            (candidate.confidence, candidate.is_below) = (confidence, is_below || stays);
        }
    }
    let position = |set: SetId| best.iter().position(|(other, _)| *other == set);
    candidates.sort_by(|a, b| {
        let by_set = position(a.set).cmp(&position(b.set));
        by_set.then(b.score.total_cmp(&a.score)).then(a.code.cmp(&b.code))
    });
}

/// Leaves the candidates that are shown: the first `wanted` of each set, or those over the threshold if it is `None`.
pub fn choose(candidates: &mut Vec<Candidate<'_>>, wanted: Option<usize>) {
    let (mut set, mut position) = (None, 0);
    candidates.retain(|candidate| {
        if set != Some(candidate.set) {
            (set, position) = (Some(candidate.set), 0);
        }
        position += 1;
        wanted.map_or(!candidate.is_below, |wanted| position <= wanted)
    });
}

/// A candidate before its reasons are written out.
struct Draft {
    code: CodeId,
    score: f32,
    /// What lines of the definitions gave of it.
    lines: f32,
    is_learned: bool,
    /// Nothing but a short text speaks for it.
    is_asked: bool,
    /// Its reasons, among those of all.
    first: usize,
    last: usize,
}

/// Writes out one thing that speaks for a code.
type Writing<'w, 'l> = &'w mut dyn FnMut(&Frame<'_>, &Said<'l>, &mut Vec<Reason<'l>>);

/// The candidates of one code set, best first, with their reasons written out.
pub(super) fn rank<'l>(
    frame: &mut Frame<'_>,
    logic: &'l Logic,
    (place, classifier, scale): (usize, &'l Classifier, &Scale),
    gathered: Gathered<'l>,
    kept: Kept,
    written: Writing<'_, 'l>,
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
    let best = two_best(codes, drafts.iter().map(|draft| (draft.code, draft.score)));
    let judged = |draft: &Draft| {
        let (confidence, is_below) = scale.judge(draft.scored(), Scale::lead(draft.score, best));
        (confidence, is_below || (draft.is_asked && confidence < classifier.words_threshold))
    };
    match kept {
        Kept::All => drafts.truncate(CANDIDATES_A_SET),
        Kept::Over => {
            drafts.truncate(CANDIDATES_A_SET);
            drafts.retain(|draft| !judged(draft).1);
        }
        Kept::Best(count) => drafts.truncate(count.min(CANDIDATES_A_SET)),
    }
    let mut candidate = |draft: Draft| {
        let (confidence, is_below) = judged(&draft);
        let mut because = Vec::with_capacity(draft.last - draft.first);
        for said in reasons.get(draft.first..draft.last).unwrap_or(&[]) {
            written(frame, said, &mut because);
        }
        Candidate { set: classifier.set, code: draft.code, score: draft.score, confidence, is_below, because }
    };
    drafts.into_iter().map(&mut candidate).collect()
}

impl Draft {
    fn scored(&self) -> Scored {
        Scored { code: self.code, score: self.score, lines: self.lines, is_learned: self.is_learned }
    }
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
        let learned: f32 = reasons.iter().filter(|said| said.learned_at().is_some()).map(|said| said.points).sum();
        let is_learned = reasons.iter().any(|said| said.learned_at().is_some());
        let score: f32 = reasons.iter().map(|said| said.points).sum();
        let Some(said) = reasons.first().filter(|_| score > 0.0 || is_learned) else { continue };
        let code = said.code;
        if (code == said.original && is_undated(said)) || codes.is_assignable(code, on) {
            let is_asked = reasons.iter().all(Said::is_asked);
            drafts.push(Draft { code, score, lines: score - learned, is_learned, is_asked, first, last });
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
    let mut groups: Vec<CodeId> =
        drafts.iter().filter(|it| is_by_phrase(it)).flat_map(|draft| codes.ancestors(draft.code)).collect();
    groups.sort_unstable();
    drafts.retain(|draft| !is_by_phrase(draft) || groups.binary_search(&draft.code).is_err());
}
