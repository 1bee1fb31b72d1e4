//! Codes of an imported set by the words of a text: search for a short one, the terms that stand in it for a longer one.

use super::parts::Parts;
use super::parts::TextPosition;
use super::parts::Together;
use super::reasons::Gathered;
use super::reasons::Said;
use crate::learn::Confidence;
use crate::logic::Frame;
use crate::logic::Logic;
use crate::model::ids::CodeId;
use crate::model::rules::Classifier;
use crate::model::value::Value;
use crate::registry::Codes;
use crate::registry::Fit;
use crate::registry::Mark;

/// Words of the longest text that search is asked for; a longer one is looked through for terms.
const WORDS_OF_A_QUERY: usize = 12;
/// Hits that are weighed.
const HITS: usize = 10;
/// How sure the score of a hit makes, and how far it is ahead of the next: fitted on words of visits whose codes are known.
const FIT: [f32; 3] = [0.8, 8.5, -1.25];
/// Share of the lead that is measured against the next hit. The rest is measured against the next hit under another heading, because
/// a neighbour that only says more does not make the heading doubtful.
const OF_NEXT: f32 = 0.64;
/// The lead of a hit without a rival.
const ALONE: f32 = 0.3;
/// Terms of one text that are weighed.
const TERMS_A_TEXT: usize = 200;

/// What words of the texts speak for, and the words that speak together.
#[derive(Default)]
pub(super) struct ByWords<'l> {
    pub said: Gathered<'l>,
    pub parts: Parts,
}

/// Asks what the words of the classifier's texts speak for.
pub(super) fn search<'e, 'l: 'e>(frame: &mut Frame<'e>, logic: &'l Logic, classifier: &'l Classifier) -> ByWords<'l> {
    let mut by_words = ByWords::default();
    if classifier.by_words.is_empty() {
        return by_words;
    }
    by_words.parts.takes_uncertain = classifier.uncertain.iter().any(|condition| frame.holds(condition));
    let codes = logic.registry().codes(classifier.set);
    for place in classifier.by_words.iter().map(|place| usize::from(*place)) {
        let text = classifier.texts.get(place).zip(classifier.text_names.get(place));
        let Some((path, name)) = text else { continue };
        let mut number = 0;
        frame.resolve(path).each(|value| {
            let Value::Text(text) = value else { return };
            number += 1;
            let text = &*frame.said(text);
            if text.split_whitespace().count() <= WORDS_OF_A_QUERY {
                find(frame, codes, (text, name, (place, number)), &mut by_words);
            } else {
                gather_terms(frame, codes, (text, name, (place, number)), &mut by_words);
            }
        });
    }
    by_words
}

/// A text, the name of its field, and its position.
type Text<'t, 'l> = (&'t str, &'l str, TextPosition);

/// What a text says of spans of its bytes; what it holds possible only is as good as certain if that counts.
fn marks(frame: &Frame<'_>, takes_uncertain: bool, text: &str, spans: &[(usize, usize)]) -> Vec<Mark> {
    let mut marks = frame.marks(text, spans);
    marks.iter_mut().for_each(|mark| mark.is_uncertain &= !takes_uncertain);
    marks
}

/// What a short text asks for.
fn find<'l>(frame: &Frame<'_>, codes: Codes<'l>, (text, name, position): Text<'_, 'l>, by_words: &mut ByWords<'l>) {
    let takes_uncertain = by_words.parts.takes_uncertain;
    let marking = |text: &str, spans: &[(usize, usize)]| marks(frame, takes_uncertain, text, spans);
    let Some(chooser) = codes.chooser(frame.encounter().on, &marking) else { return };
    let fits = chooser.fits(text, HITS);
    let mut shown = Vec::new();
    for ((place, fit), chance) in fits.iter().enumerate().zip(&chances(codes, &fits)) {
        if fits.iter().take(place).any(|better| fit.says_less_than(better, codes)) {
            continue;
        }
        let hit = &fit.hit;
        shown.push(hit.code);
        let said = Said::asked(hit.code, name, codes.display(hit.code), Confidence::points(*chance));
        match by_words.said.iter_mut().find(|known| known.code == hit.code && known.is_asked()) {
            Some(known) if known.points >= said.points => {}
            Some(known) => *known = said,
            None => by_words.said.push(said),
        }
    }
    // Words of one clause lead to the best code together.
    let covered = fits.first().map_or(&[][..], |fit| fit.covered.as_slice());
    for clause in covered.chunk_by(|one, other| one.clause == other.clause) {
        let words = clause.iter().map(|word| (word.start, word.end)).collect();
        by_words.parts.together.push(Together { text: position, words, codes: shown.clone() });
    }
}

/// How sure each hit makes.
fn chances(codes: Codes<'_>, fits: &[Fit]) -> Vec<f32> {
    let mut chances = Vec::with_capacity(fits.len());
    for fit in fits {
        chances.push(chance(codes, fits, fit, &chances));
    }
    chances
}

/// How sure a hit makes, with how sure those before it make. Of two about one clause only one is right; what stands in another
/// clause is right or wrong by itself. The best is compared with all, as it was when it was fitted.
fn chance(codes: Codes<'_>, fits: &[Fit], fit: &Fit, before: &[f32]) -> f32 {
    let of = |lead: f32| Confidence::Fitted(FIT).of(fit.hit.score, lead);
    let ahead_of = |other: &Fit| fit.hit.score - other.hit.score;
    if let Some((better, chance)) = fits.iter().zip(before).find(|(better, _)| better.is_rival_of(fit)) {
        return of(ahead_of(better)).min(1.0 - chance);
    }
    let is_best = before.is_empty();
    let mut rivals = fits.iter().skip(before.len() + 1).filter(|it| is_best || it.is_rival_of(fit));
    let alone = fits.last().map_or(0.0, ahead_of).max(ALONE);
    let next = rivals.clone().next().map_or(alone, ahead_of);
    let elsewhere = rivals.find(|it| !it.is_beside(fit, codes)).map_or(alone, ahead_of);
    of(OF_NEXT * next + (1.0 - OF_NEXT) * elsewhere)
}

/// Terms that stand in the text and are neither negated nor doubted: the more words, the more points.
fn gather_terms<'l>(
    frame: &Frame<'_>,
    codes: Codes<'l>,
    (text, name, position): Text<'_, 'l>,
    by_words: &mut ByWords<'l>,
) {
    let takes_uncertain = by_words.parts.takes_uncertain;
    let marking = |text: &str, spans: &[(usize, usize)]| marks(frame, takes_uncertain, text, spans);
    let Some(chooser) = codes.chooser(frame.encounter().on, &marking) else { return };
    let terms = codes.longest_terms(text);
    let spans: Vec<(usize, usize)> = terms.iter().take(TERMS_A_TEXT).map(|term| (term.start, term.end)).collect();
    let is_negated = frame.negated(text, &spans);
    let marks = marking(text, &spans);
    for ((term, is_negated), mark) in terms.iter().zip(is_negated).zip(marks) {
        // One word alone says too little to be shown, but adds to what else is there.
        let points = match term.words {
            0 | 1 => 2.0,
            2 => 4.0,
            _ => 5.0,
        };
        let code = if is_negated || mark.is_uncertain { None } else { chooser.plain_below(term.code) };
        if let Some(code) = code {
            by_words.parts.together.push(Together {
                text: position,
                words: vec![(term.start, term.end)],
                codes: vec![code],
            });
            add(&mut by_words.said, code, codes.display(code), name, points);
        }
    }
}

/// Adds a reason, or keeps the better of two that words gave for one code.
fn add<'l>(gathered: &mut Gathered<'l>, code: CodeId, title: &'l str, name: &'l str, points: f32) {
    match gathered.iter_mut().find(|said| said.code == code && said.is_words()) {
        Some(known) => known.points = known.points.max(points),
        None => gathered.push(Said::words(code, name, title, points)),
    }
}
