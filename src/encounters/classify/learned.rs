//! What the text model of a code set says of an encounter.

use super::reasons::Gathered;
use super::reasons::Said;
use crate::learn::Memory;
use crate::learn::Model;
use crate::learn::Vectors;
use crate::logic::Frame;
use crate::model::ids::CodeId;
use crate::model::outcome::LEARNED;
use crate::model::outcome::Reason;
use crate::model::rules::Classifier;
use crate::model::value::Value;
use crate::registry::Registry;
use std::borrow::Cow;

/// Codes that a model proposes for a text.
const MOST_CODES: usize = 10;
/// Words that are named as reasons of one candidate; the others are taken together.
const MOST_WORDS: usize = 6;
/// A word that speaks for less is not worth naming.
const LEAST_POINTS: f32 = 0.1;

/// A text model that was asked about the texts of an encounter.
pub(super) struct Asked<'l> {
    model: Model<'l>,
    vectors: Option<Vectors<'l>>,
    /// The fields whose texts were read, with the name of each field; in the order in which they were read.
    texts: Vec<(String, &'l str)>,
}

/// Asks the model of a code set about the texts that its classifier looks at, and adds what it proposes. `None` if the set
/// has no model, or no text has a word that it knows.
pub(super) fn ask<'l>(
    frame: &Frame<'_>,
    registry: &'l Registry,
    classifier: &'l Classifier,
    memory: &mut Memory,
    gathered: &mut Gathered<'l>,
) -> Option<Asked<'l>> {
    if !classifier.is_learned {
        return None;
    }
    let model = Model::of(registry.model(classifier.set))?;
    let vectors = Vectors::of(registry.vectors());
    let mut texts = Vec::new();
    memory.clear();
    for (path, name) in classifier.texts.iter().zip(&classifier.text_names) {
        frame.resolve(path).each(|value| {
            if let Value::Text(text) = value {
                let said = frame.said(text);
                memory.read(&said);
                texts.push((said.into_owned(), name.as_str()));
            }
        });
    }
    let points = model.ask(vectors.as_ref(), memory)?;
    for position in proposed(&model, points, gathered) {
        if let (Some(code), Some(points)) = (model.code(position), points.get(position)) {
            gathered.push(Said::learned(code, position, *points));
        }
    }
    Some(Asked { model, vectors, texts })
}

/// Positions of the best codes, and of those that something else speaks for.
fn proposed(model: &Model<'_>, points: &[f32], gathered: &Gathered<'_>) -> Vec<usize> {
    let mut best: Vec<usize> = (0..points.len()).collect();
    let of = |position: &usize| points.get(*position).copied().unwrap_or(f32::NEG_INFINITY);
    let order = |one: &usize, other: &usize| of(other).total_cmp(&of(one)).then(one.cmp(other));
    if best.len() > MOST_CODES {
        best.select_nth_unstable_by(MOST_CODES, order);
        best.truncate(MOST_CODES);
    }
    best.extend(gathered.iter().filter_map(|said| model.position(said.original)));
    best.sort_unstable();
    best.dedup();
    best
}

impl Asked<'_> {
    /// The words that speak most for the code at a position of the model or against it, and the rest of its points.
    pub fn reasons<'a>(&self, position: usize, points: f32, memory: &mut Memory) -> Vec<Reason<'a>>
    where
        Self: 'a,
    {
        let mut words = self.model.explain(position, self.vectors.as_ref(), memory);
        words.sort_by(|one, other| other.points.abs().total_cmp(&one.points.abs()));
        words.truncate(MOST_WORDS);
        words.retain(|word| word.points.abs() >= LEAST_POINTS);
        let mut reasons = Vec::with_capacity(words.len() + 1);
        let mut rest = points;
        for word in words {
            let Some((text, name)) = self.texts.get(word.text) else { continue };
            rest -= word.points;
            let what = text.get(word.start..word.end).unwrap_or_default().to_lowercase();
            let path = Cow::Owned((*name).to_owned());
            reasons.push(Reason { kind: LEARNED, path, what: Cow::Owned(what), points: word.points });
        }
        let path = Cow::Owned(self.texts.first().map(|(_, name)| (*name).to_owned()).unwrap_or_default());
        reasons.push(Reason { kind: LEARNED, path, what: Cow::Borrowed(""), points: rest });
        reasons
    }
}

/// Codes that a model was trained on too few examples of for it to decide.
pub(super) fn thin_codes(model: &Model<'_>) -> Vec<CodeId> {
    /// Under so many examples of a code, a model suggests it and does not decide.
    const ENOUGH: u32 = 20;
    let is_thin = |position: &usize| model.examples(*position) < ENOUGH;
    (0..)
        .map_while(|position| model.code(position).map(|_| position))
        .filter(is_thin)
        .filter_map(|it| model.code(it))
        .collect()
}
