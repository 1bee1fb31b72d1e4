//! Codes of an imported set by the words of a text: search for a short one, the terms that stand in it for a longer one.

use super::reasons::Gathered;
use super::reasons::Said;
use crate::learn::Confidence;
use crate::logic::Frame;
use crate::logic::Logic;
use crate::model::ids::CodeId;
use crate::model::rules::Classifier;
use crate::model::value::Value;
use crate::registry::Codes;

/// Words of the longest text that search is asked for; a longer one is looked through for terms.
const WORDS_OF_A_QUERY: usize = 12;
/// Hits that are weighed.
const HITS: usize = 10;
/// How sure the score of a hit makes, and how far it is ahead of the next: fitted on words of visits whose codes are known.
const FIT: [f32; 3] = [2.9, 1.6, -1.2];
/// Terms of one text that are weighed.
const TERMS_A_TEXT: usize = 200;

/// Adds what the words of the classifier's texts speak for.
pub(super) fn search<'l>(
    frame: &mut Frame<'_>,
    logic: &'l Logic,
    classifier: &'l Classifier,
    gathered: &mut Gathered<'l>,
) {
    let codes = logic.registry().codes(classifier.set);
    for place in &classifier.by_words {
        let place = usize::from(*place);
        let text = classifier.texts.get(place).zip(classifier.text_names.get(place));
        let Some((path, name)) = text else { continue };
        frame.resolve(path).each(|value| {
            let Value::Text(text) = value else { return };
            let text = &*frame.said(text);
            if text.split_whitespace().count() <= WORDS_OF_A_QUERY {
                find(frame, codes, text, name, gathered);
            } else {
                gather_terms(frame, codes, text, name, gathered);
            }
        });
    }
}

/// What a short text asks for.
fn find<'l>(frame: &Frame<'_>, codes: Codes<'l>, text: &str, name: &'l str, gathered: &mut Gathered<'l>) {
    let marking = |text: &str, spans: &[(usize, usize)]| frame.marks(text, spans);
    let Some(chooser) = codes.chooser(frame.encounter().on, &marking) else { return };
    let hits = chooser.suggest(text, HITS);
    let best = hits.first().map_or(0.0, |hit| hit.score);
    let second = hits.get(1).map_or(0.0, |hit| hit.score);
    for (place, hit) in hits.iter().enumerate() {
        let lead = if place == 0 { best - second } else { hit.score - best };
        let chance = Confidence::Fitted(FIT).of(hit.score, lead);
        let said = Said::asked(hit.code, name, codes.display(hit.code), Confidence::points(chance));
        match gathered.iter_mut().find(|known| known.code == hit.code && known.is_asked()) {
            Some(known) if known.points >= said.points => {}
            Some(known) => *known = said,
            None => gathered.push(said),
        }
    }
}

/// Terms that stand in the text and are not negated: the more words, the more points.
fn gather_terms<'l>(frame: &Frame<'_>, codes: Codes<'l>, text: &str, name: &'l str, gathered: &mut Gathered<'l>) {
    let marking = |text: &str, spans: &[(usize, usize)]| frame.marks(text, spans);
    let Some(chooser) = codes.chooser(frame.encounter().on, &marking) else { return };
    let terms = codes.longest_terms(text);
    let spans: Vec<(usize, usize)> = terms.iter().take(TERMS_A_TEXT).map(|term| (term.start, term.end)).collect();
    for (term, is_negated) in terms.iter().zip(frame.negated(text, &spans)) {
        // One word alone says too little to be shown, but adds to what else is there.
        let points = match term.words {
            0 | 1 => 2.0,
            2 => 4.0,
            _ => 5.0,
        };
        let code = if is_negated { None } else { chooser.plain_below(term.code) };
        if let Some(code) = code {
            add(gathered, code, codes.display(code), name, points);
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
