//! What speaks for which code: phrases, criteria, offers.

use super::criteria_of;
use super::words;
use crate::logic::Frame;
use crate::model::expression::Expression;
use crate::model::expression::Path;
use crate::model::outcome::Reason;
use crate::model::rules::Classifier;
use crate::model::rules::Scored;
use crate::model::value::CodeValue;
use crate::model::value::Value;

/// Codes and what speaks for them, in any order.
pub(super) type Gathered = Vec<(u32, Reason)>;
type Marks = Vec<(String, usize, usize)>;

/// Gathers all that speaks for any code of a classifier and is not ruled out by an `unless`.
pub(super) fn gather<'e>(
    frame: &mut Frame<'e>,
    place: usize,
    classifier: &'e Classifier,
    marks: &mut Marks,
) -> Gathered {
    let mut gathered = Vec::new();
    phrases(frame, place, classifier, marks, &mut gathered);
    criteria(frame, place, classifier, marks, &mut gathered);
    offers(frame, classifier, &mut gathered);
    if classifier.by_words {
        words::search(frame, classifier, &mut gathered);
    }
    rule_out(frame, classifier, &mut gathered);
    gathered
}

fn phrases<'e>(
    frame: &mut Frame<'e>,
    place: usize,
    classifier: &'e Classifier,
    marks: &mut Marks,
    gathered: &mut Gathered,
) {
    let logic = frame.logic();
    let Some(index) = logic.index(place).filter(|index| index.has_phrases()) else { return };
    let mut spoken: Vec<(u32, u32)> = Vec::new();
    for (path, name) in classifier.texts.iter().zip(&classifier.text_names) {
        frame.read_each(path, |at, found| {
            let speaks_for = index.spoken_for(found.phrase);
            if speaks_for.is_empty() || found.is_negated || found.is_of_family {
                return;
            }
            marks.push((at.unwrap_or_else(|| name.clone()), found.start, found.end));
            for (criteria, points) in speaks_for {
                if spoken.contains(&(*criteria, found.phrase)) {
                    continue;
                }
                spoken.push((*criteria, found.phrase));
                let Some(criteria) = classifier.criteria.get(*criteria as usize) else { continue };
                let what = logic.domain().phrases.get(found.phrase as usize).cloned().unwrap_or_default();
                gathered.push((criteria.code, Reason { kind: "phrase", path: name.clone(), what, points: *points }));
            }
        });
    }
}

fn criteria<'e>(
    frame: &mut Frame<'e>,
    place: usize,
    classifier: &'e Classifier,
    marks: &mut Marks,
    gathered: &mut Gathered,
) {
    let Some(index) = frame.logic().index(place) else { return };
    for line in index.lines(frame) {
        let Some(criteria) = classifier.criteria.get(line.criteria as usize) else { continue };
        let Some(when) = criteria.when.get(line.place as usize) else { continue };
        if frame.holds(&when.condition) && !frame.is_spent() {
            gathered.push((criteria.code, reason(frame, when, marks)));
        }
    }
}

/// The reason of a criterion that holds: the phrase it found, if it asks for one.
fn reason<'e>(frame: &mut Frame<'e>, when: &'e Scored, marks: &mut Marks) -> Reason {
    if let Some((path, phrase, is_even_negated)) = mentioned(frame, &when.condition) {
        let name = frame.locate(path);
        frame.read_each(path, |at, found| {
            if found.phrase == phrase && (is_even_negated || !found.is_negated) {
                marks.push((at.unwrap_or_else(|| name.clone()), found.start, found.end));
            }
        });
        let what = frame.logic().domain().phrases.get(phrase as usize).cloned().unwrap_or_default();
        return Reason { kind: "phrase", path: name, what, points: when.points };
    }
    Reason { kind: "criterion", path: when.path.clone(), what: when.source.clone(), points: when.points }
}

/// The first phrase that made a condition hold: where, which, and whether a negated mention counts.
fn mentioned<'e>(frame: &mut Frame<'e>, condition: &'e Expression) -> Option<(&'e Path, u32, bool)> {
    match condition {
        Expression::And(all) => all.iter().find_map(|one| mentioned(frame, one)),
        Expression::Or(all) => all.iter().find_map(|one| if frame.holds(one) { mentioned(frame, one) } else { None }),
        Expression::Mentions { of, phrases, even_negated, .. } => {
            let Expression::Path(path) = of.as_ref() else { return None };
            let mut first: Option<(usize, u32)> = None;
            frame.read_each(path, |_, found| {
                let is_asked = phrases.contains(&found.phrase) && (*even_negated || !found.is_negated);
                if is_asked && first.is_none_or(|(start, _)| found.start < start) {
                    first = Some((found.start, found.phrase));
                }
            });
            first.map(|(_, phrase)| (path, phrase, *even_negated))
        }
        _ => None,
    }
}

fn offers<'e>(frame: &mut Frame<'e>, classifier: &'e Classifier, gathered: &mut Gathered) {
    let registry = frame.logic().registry();
    for (path, points, name) in &classifier.offers {
        frame.look(path).each(|value| {
            let code = match value {
                Value::Code(CodeValue { code, .. }) => *code,
                Value::Text(text) => registry.codes(classifier.set).find(text),
                _ => None,
            };
            if let Some(code) = code {
                let reason = Reason { kind: "offer", path: name.clone(), what: name.clone(), points: *points };
                gathered.push((code, reason));
            }
        });
    }
}

fn rule_out<'e>(frame: &mut Frame<'e>, classifier: &'e Classifier, gathered: &mut Gathered) {
    gathered.sort_by_key(|(code, _)| *code);
    let mut last: Option<(u32, bool)> = None;
    gathered.retain(|(code, _)| {
        if let Some((known, stays)) = last
            && known == *code
        {
            return stays;
        }
        let unless = criteria_of(classifier, *code).map_or(&[][..], |criteria| criteria.unless.as_slice());
        let stays = !unless.iter().any(|condition| frame.holds(condition));
        last = Some((*code, stays));
        stays
    });
}
