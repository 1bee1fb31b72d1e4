//! Codes of an imported set by the words of a short text: what search finds, weighed by how much the words have in common.

use super::reasons::Gathered;
use crate::logic::Frame;
use crate::logic::text::stems;
use crate::model::outcome::Reason;
use crate::model::rules::Classifier;
use crate::model::value::Value;

/// Words of the longest piece of text that search is asked for.
const WORDS_A_PIECE: usize = 12;
/// Pieces of one text.
const PIECES_A_TEXT: usize = 16;
/// Hits of one piece that are weighed.
const HITS_A_PIECE: usize = 10;
/// Points where all words are common.
const POINTS: f32 = 6.0;
/// Words that open a piece that says what is not.
const NEGATIONS: [&str; 8] = ["no", "not", "denies", "denied", "without", "never", "nor", "negative"];

/// Adds what the words of the classifier's texts speak for.
pub(super) fn search<'e>(frame: &mut Frame<'e>, classifier: &'e Classifier, gathered: &mut Gathered) {
    let codes = frame.logic().registry().codes(classifier.set);
    let on = frame.encounter().on;
    for (path, name) in classifier.texts.iter().zip(&classifier.text_names) {
        frame.look(path).each(|value| {
            let Value::Text(text) = value else { return };
            for piece in pieces(text) {
                let words = stems(piece);
                for hit in codes.search(piece, Some(on), HITS_A_PIECE) {
                    let title = codes.display(hit.code);
                    let points = POINTS * common(&words, &stems(title));
                    if points >= POINTS / 3.0 {
                        add(gathered, hit.code, Reason { kind: "word", path: name.clone(), what: title.to_owned(), points });
                    }
                }
            }
        });
    }
}

/// Adds a reason, or keeps the better of two that search gave for one code.
fn add(gathered: &mut Gathered, code: u32, reason: Reason) {
    match gathered.iter_mut().find(|(it, known)| *it == code && known.kind == "word") {
        Some((_, known)) => {
            if reason.points > known.points {
                *known = reason;
            }
        }
        None => gathered.push((code, reason)),
    }
}

/// Sentences and parts of sentences, neither empty, nor long, nor of what is not.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split(['.', ';', ',', '\n', '(', ')', ':']).map(str::trim).filter(|piece| is_fit(piece)).take(PIECES_A_TEXT)
}

fn is_fit(piece: &str) -> bool {
    let mut words = piece.split_whitespace();
    let is_negated = words.clone().next().is_some_and(|first| NEGATIONS.iter().any(|it| first.eq_ignore_ascii_case(it)));
    let count = words.by_ref().count();
    piece.len() > 2 && count <= WORDS_A_PIECE && !is_negated
}

/// How much two lots of words have in common, 0 to 1: the harmonic mean of the shares of both.
#[expect(clippy::cast_precision_loss, reason = "numbers of words in a title")]
fn common(one: &[String], other: &[String]) -> f32 {
    let shared = one.iter().filter(|word| other.contains(word)).count();
    if shared == 0 { 0.0 } else { 2.0 * shared as f32 / (one.len() + other.len()) as f32 }
}
