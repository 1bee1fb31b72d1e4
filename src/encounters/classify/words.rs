//! Codes of an imported set by the words of a text: search for a short one, the terms that stand in it for a longer one.

use super::reasons::Gathered;
use crate::logic::Frame;
use crate::logic::text::stems;
use crate::model::outcome::Reason;
use crate::model::rules::Classifier;
use crate::model::value::Value;

/// Words of the longest text that search is asked for; a longer one is looked through for terms.
const WORDS_OF_A_QUERY: usize = 12;
/// Hits that are weighed.
const HITS: usize = 10;
/// Points where all words are common.
const POINTS: f32 = 6.0;
/// Terms of one text that are weighed.
const TERMS_A_TEXT: usize = 200;

/// Adds what the words of the classifier's texts speak for.
pub(super) fn search<'e>(frame: &mut Frame<'e>, classifier: &'e Classifier, gathered: &mut Gathered) {
    for (path, name) in classifier.texts.iter().zip(&classifier.text_names) {
        frame.look(path).each(|value| {
            let Value::Text(text) = value else { return };
            if text.split_whitespace().count() <= WORDS_OF_A_QUERY {
                find(frame, classifier, text, name, gathered);
            }
            spot(frame, classifier, text, name, gathered);
        });
    }
}

/// What search finds, weighed by how much its title and the text have in common.
fn find(frame: &Frame<'_>, classifier: &Classifier, text: &str, name: &str, gathered: &mut Gathered) {
    let codes = frame.logic().registry().codes(classifier.set);
    let words = stems(text);
    // What a cue opens is not searched for: `no chest pain` finds nothing.
    let last = text.trim_end().rfind(char::is_whitespace).map_or(0, |place| place + 1);
    if words.is_empty() || frame.negated(text, &[(last, text.len())]).contains(&true) {
        return;
    }
    for hit in codes.search(text, Some(frame.encounter().on), HITS) {
        let title = codes.display(hit.code);
        let points = POINTS * common(&words, &stems(title));
        if points >= POINTS / 3.0 {
            add(gathered, hit.code, title, name, points);
        }
    }
}

/// Terms that stand in the text and are not negated: the more words, the more points.
fn spot(frame: &Frame<'_>, classifier: &Classifier, text: &str, name: &str, gathered: &mut Gathered) {
    let codes = frame.logic().registry().codes(classifier.set);
    let terms = codes.spot(text);
    let spans: Vec<(usize, usize)> = terms.iter().take(TERMS_A_TEXT).map(|term| (term.start, term.end)).collect();
    for (term, is_negated) in terms.iter().zip(frame.negated(text, &spans)) {
        // One word alone says too little to be shown, but adds to what else is there.
        let points = match term.words {
            0 | 1 => 2.0,
            2 => 4.0,
            _ => 5.0,
        };
        if !is_negated {
            add(gathered, term.code, codes.display(term.code), name, points);
        }
    }
}

/// Adds a reason, or keeps the better of two that words gave for one code.
fn add(gathered: &mut Gathered, code: u32, title: &str, name: &str, points: f32) {
    match gathered.iter_mut().find(|(it, known)| *it == code && known.kind == "word") {
        Some((_, known)) => known.points = known.points.max(points),
        None => {
            gathered.push((code, Reason { kind: "word", path: name.to_owned(), what: title.to_owned(), points }));
        }
    }
}

/// How much two lots of words have in common, 0 to 1: the harmonic mean of the shares of both.
#[expect(clippy::cast_precision_loss, reason = "numbers of words in a title")]
fn common(one: &[String], other: &[String]) -> f32 {
    let shared = one.iter().filter(|word| other.contains(word)).count();
    if shared == 0 { 0.0 } else { 2.0 * shared as f32 / (one.len() + other.len()) as f32 }
}
