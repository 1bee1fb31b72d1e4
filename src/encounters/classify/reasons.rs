//! What speaks for which code: phrases, criteria, offers.

use super::criteria::criteria_of;
use super::parts::Parts;
use crate::logic::Frame;
use crate::logic::Logic;
use crate::logic::index::Index;
use crate::model::expression::Expression;
use crate::model::expression::Path;
use crate::model::ids::CodeId;
use crate::model::ids::PhraseId;
use crate::model::outcome::LEARNED;
use crate::model::outcome::Reason;
use crate::model::rules::Classifier;
use crate::model::rules::Offer;
use crate::model::rules::Scored;
use crate::model::value::CodeValue;
use crate::model::value::Value;
use crate::text::tokens::PhraseMatch;
use std::borrow::Cow;
use std::cmp::Reverse;

/// Room for so much is made at once.
const USUAL: usize = 24;

/// Codes and what speaks for them, in any order.
pub(super) type Gathered<'l> = Vec<Said<'l>>;

/// One thing that speaks for a code. It is written out only for candidates that are shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said<'l> {
    /// The code it speaks for on the day of the encounter.
    pub code: CodeId,
    /// The code it is said of.
    pub original: CodeId,
    /// The criteria it comes from, by place.
    pub criteria: Option<u32>,
    /// What it is worth.
    pub points: f32,
    what: What<'l>,
}

#[derive(Debug, Clone, Copy)]
enum What<'l> {
    /// A phrase of the code, found in the field of that name.
    Phrase(&'l str, PhraseId),
    /// A criterion that holds, by its place among those of the code, and the phrase it found at a path if it asks for one.
    Criterion(u32, Option<(&'l Path, PhraseId)>),
    /// The code stands in the field of that name.
    Offer(&'l Offer),
    /// Words of the code's title, found in the field of that name.
    Words(&'l str, &'l str),
    /// The same of a short text, which is about the code as a whole.
    Asked(&'l str, &'l str),
    /// The text model speaks for the code, or against it; its position in the model.
    Learned(usize),
}

impl<'l> Said<'l> {
    pub(super) fn words(code: CodeId, name: &'l str, title: &'l str, points: f32) -> Said<'l> {
        Said { code, original: code, criteria: None, points, what: What::Words(name, title) }
    }

    pub(super) fn asked(code: CodeId, name: &'l str, title: &'l str, points: f32) -> Said<'l> {
        Said { code, original: code, criteria: None, points, what: What::Asked(name, title) }
    }

    /// A short text asks for the code.
    pub(super) fn is_asked(&self) -> bool {
        matches!(self.what, What::Asked(..))
    }

    pub(super) fn learned(code: CodeId, position: usize, points: f32) -> Said<'l> {
        Said { code, original: code, criteria: None, points, what: What::Learned(position) }
    }

    /// The position in the text model, where that is what speaks.
    pub(super) fn learned_at(&self) -> Option<usize> {
        if let What::Learned(position) = self.what { Some(position) } else { None }
    }

    pub(super) fn is_words(&self) -> bool {
        matches!(self.what, What::Words(..))
    }

    /// A phrase alone speaks.
    pub(super) fn is_phrase(&self) -> bool {
        matches!(self.what, What::Phrase(..) | What::Criterion(_, Some(_)))
    }

    /// The criterion at a place of those it comes from.
    fn criterion<'c>(&self, classifier: &'c Classifier, place: u32) -> Option<&'c Scored> {
        classifier.criteria.get(self.criteria? as usize)?.when.get(place as usize)
    }

    /// Whether both would be written out alike.
    #[expect(clippy::float_cmp, reason = "points as they are written")]
    pub(super) fn is_same(&self, other: &Said<'_>, classifier: &Classifier) -> bool {
        self.points == other.points
            && match (self.what, other.what) {
                (What::Phrase(one, a), What::Phrase(two, b)) => one == two && a == b,
                (What::Criterion(_, Some((one, a))), What::Criterion(_, Some((two, b)))) => one == two && a == b,
                (What::Criterion(one, None), What::Criterion(two, None)) => {
                    let (one, two) = (self.criterion(classifier, one), other.criterion(classifier, two));
                    one.zip(two).is_some_and(|(one, two)| one.source == two.source && one.path == two.path)
                }
                (What::Offer(one), What::Offer(two)) => one.name == two.name,
                (What::Words(one, a), What::Words(two, b)) | (What::Asked(one, a), What::Asked(two, b)) => {
                    one == two && a == b
                }
                _ => false,
            }
    }

    /// As it is shown.
    pub(super) fn written(&self, frame: &Frame<'_>, logic: &'l Logic, classifier: &'l Classifier) -> Reason<'l> {
        let phrase = |phrase: PhraseId| phrase.get(&logic.domain().phrases).map_or("", String::as_str);
        let (kind, path, what) = match self.what {
            What::Phrase(name, found) => ("phrase", Cow::Borrowed(name), phrase(found)),
            What::Criterion(_, Some((path, found))) => {
                let names = classifier.texts.iter().zip(&classifier.text_names);
                let name = names.into_iter().find(|(it, _)| *it == path).map(|(_, name)| name.as_str());
                ("phrase", name.map_or_else(|| Cow::Owned(frame.locate(path)), Cow::Borrowed), phrase(found))
            }
            What::Criterion(place, None) => {
                let (path, source) = self
                    .criterion(classifier, place)
                    .map_or(("", ""), |when| (when.path.as_str(), when.source.as_str()));
                ("criterion", Cow::Borrowed(path), source)
            }
            What::Offer(offer) => ("offer", Cow::Borrowed(offer.name.as_str()), offer.title.as_str()),
            What::Words(name, title) | What::Asked(name, title) => ("word", Cow::Borrowed(name), title),
            What::Learned(_) => (LEARNED, Cow::Borrowed(""), ""),
        };
        Reason { kind, path, what: Cow::Borrowed(what), points: self.points }
    }
}

/// Gathers all that speaks for any code of a classifier, with what `words_of` finds and `more` adds, and is not ruled out by an
/// `unless`.
pub(super) fn gather<'e, 'l: 'e>(
    frame: &mut Frame<'e>,
    logic: &'l Logic,
    (place, classifier): (usize, &'l Classifier),
    words_of: impl FnOnce(&mut Frame<'e>) -> (Gathered<'l>, Parts),
    more: impl FnOnce(&mut Frame<'e>, &mut Gathered<'l>),
) -> Gathered<'l> {
    let mut gathered = Vec::with_capacity(USUAL);
    let (by_words, parts) = words_of(frame);
    phrases(frame, logic, (place, classifier), &parts, &mut gathered);
    criteria(frame, logic, place, classifier, &mut gathered);
    offers(frame, classifier, &mut gathered);
    gathered.extend(by_words);
    more(frame, &mut gathered);
    if logic.index(place).is_none_or(Index::rules_out) {
        rule_out(frame, classifier, &mut gathered);
    }
    gathered
}

fn phrases<'l>(
    frame: &mut Frame<'_>,
    logic: &'l Logic,
    (place, classifier): (usize, &'l Classifier),
    parts: &Parts,
    gathered: &mut Gathered<'l>,
) {
    let Some(index) = logic.index(place).filter(|index| index.has_phrases()) else { return };
    let mut spoken: Vec<(u32, PhraseId)> = Vec::new();
    let mut heard: Vec<Heard<'_>> = Vec::new();
    for (place_of_text, (path, name)) in classifier.texts.iter().zip(&classifier.text_names).enumerate() {
        // Where words are searched, what may be so only is left out; then phrases that say as much are too.
        let is_by_words = classifier.by_words.iter().any(|text| usize::from(*text) == place_of_text);
        let mut text = 0;
        frame.read_texts(path, |found| {
            heard.clear();
            text += 1;
            for found in found {
                let is_doubted = is_by_words && found.is_uncertain && !parts.takes_uncertain;
                let is_out = found.is_negated || found.is_of_family || is_doubted;
                let speaks = if is_out { &[] } else { index.spoken_for(found.phrase) };
                if !speaks.is_empty() {
                    heard.push((*found, speaks));
                }
            }
            let has_parts = heard.len() > 1 && put_in_order(&mut heard);
            for (found, speaks) in &heard {
                for (number, points) in *speaks {
                    if spoken.contains(&(*number, found.phrase)) || has_parts && is_part(&heard, found, *number) {
                        continue;
                    }
                    let Some(criteria) = classifier.criteria.get(*number as usize) else { continue };
                    if is_by_words && parts.silences((place_of_text, text), (found.start, found.end), criteria.code) {
                        continue;
                    }
                    spoken.push((*number, found.phrase));
                    let (code, what) = (criteria.code, What::Phrase(name, found.phrase));
                    gathered.push(Said { code, original: code, criteria: Some(*number), points: *points, what });
                }
            }
        });
    }
}

/// A phrase of a text, and the codes that it speaks for.
type Heard<'i> = (PhraseMatch, &'i [(u32, f32)]);

/// Puts phrases in the order in which they begin, of those that begin together the longest first; whether one is a part of
/// another.
fn put_in_order(heard: &mut [Heard<'_>]) -> bool {
    heard.sort_by_key(|(it, _)| (it.first, Reverse(it.last)));
    let (mut furthest, mut has_parts) = ((0, 0), false);
    for (place, (it, _)) in heard.iter().enumerate() {
        has_parts |= place > 0 && it.last <= furthest.1 && (it.first, it.last) != furthest;
        if place == 0 || it.last > furthest.1 {
            furthest = (it.first, it.last);
        }
    }
    has_parts
}

/// Whether a phrase is a part of a longer one that speaks for other codes only: then it says less than that, and means nothing
/// of its own. `heard` is in order; `number` is that of the code.
fn is_part(heard: &[Heard<'_>], own: &PhraseMatch, number: u32) -> bool {
    let span = |it: &PhraseMatch| (it.first, it.last);
    let is_longer = |(it, _): &&Heard<'_>| it.first <= own.first && it.last >= own.last && span(it) != span(own);
    // Those that hold this one begin not far before it.
    let begun = heard.partition_point(|(it, _)| it.first <= own.first);
    let from = heard.partition_point(|(it, _)| it.first + LONGEST_PHRASE < own.first);
    let near = heard.get(from..begun).unwrap_or_default();
    near.iter().filter(is_longer).any(|(longer, _)| {
        let mut alike = near.iter().filter(|(it, _)| span(it) == span(longer));
        !alike.any(|(_, speaks)| speaks.iter().any(|it| it.0 == number))
    })
}

/// Words of the longest phrase that is looked at for shorter ones in it.
const LONGEST_PHRASE: usize = 64;

fn criteria<'e, 'l: 'e>(
    frame: &mut Frame<'e>,
    logic: &'l Logic,
    place: usize,
    classifier: &'l Classifier,
    gathered: &mut Gathered<'l>,
) {
    let Some(index) = logic.index(place) else { return };
    index.visit(frame, |frame, line, is_known| {
        let (code, points) = (line.code, line.points);
        let said = |found| {
            let (criteria, what) = (Some(line.criteria), What::Criterion(line.place, found));
            Said { code, original: code, criteria, points, what }
        };
        if is_known {
            gathered.push(said(None));
            return;
        }
        let Some(criteria) = classifier.criteria.get(line.criteria as usize) else { return };
        let Some(when) = criteria.when.get(line.place as usize) else { return };
        if frame.holds(&when.condition) && !frame.is_spent() {
            gathered.push(said(mentioned(frame, &when.condition)));
        }
    });
}

/// The first phrase that made a condition hold, and where it was looked for.
fn mentioned<'e, 'l: 'e>(frame: &mut Frame<'e>, condition: &'l Expression) -> Option<(&'l Path, PhraseId)> {
    match condition {
        Expression::And(all) => all.iter().find_map(|one| mentioned(frame, one)),
        Expression::Or(all) => all.iter().find_map(|one| if frame.holds(one) { mentioned(frame, one) } else { None }),
        Expression::Mentions { of, phrases, even_negated, .. } => {
            let Expression::Path(path) = of.as_ref() else { return None };
            let mut first: Option<(usize, PhraseId)> = None;
            frame.read_each(path, |found| {
                let is_asked = phrases.contains(&found.phrase) && (*even_negated || !found.is_negated);
                if is_asked && first.is_none_or(|(start, _)| found.start < start) {
                    first = Some((found.start, found.phrase));
                }
            });
            first.map(|(_, phrase)| (path, phrase))
        }
        _ => None,
    }
}

fn offers<'l>(frame: &mut Frame<'_>, classifier: &'l Classifier, gathered: &mut Gathered<'l>) {
    let registry = frame.logic().registry();
    for offer in &classifier.offers {
        frame.resolve(&offer.path).each(|value| {
            let code = match value {
                Value::Code(CodeValue { code, .. }) => *code,
                Value::Text(text) => registry.codes(classifier.set).find(text),
                _ => None,
            };
            if let Some(code) = code {
                let what = What::Offer(offer);
                gathered.push(Said { code, original: code, criteria: None, points: offer.points, what });
            }
        });
    }
}

fn rule_out<'e, 'l: 'e>(frame: &mut Frame<'e>, classifier: &'l Classifier, gathered: &mut Gathered<'l>) {
    gathered.sort_by_key(|said| said.original);
    let mut last: Option<(CodeId, bool)> = None;
    gathered.retain(|said| {
        if let Some((known, stays)) = last
            && known == said.original
        {
            return stays;
        }
        let criteria = match said.criteria {
            Some(number) => classifier.criteria.get(number as usize),
            None => criteria_of(classifier, said.original),
        };
        let unless = criteria.map_or(&[][..], |criteria| criteria.unless.as_slice());
        let stays = !unless.iter().any(|bar| frame.holds(&bar.condition));
        last = Some((said.original, stays));
        stays
    });
}
