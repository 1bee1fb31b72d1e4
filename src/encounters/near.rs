//! A text that somebody typed, and what is near it where no code fits: misspelt words mended, candidates below the
//! threshold, what a search finds.

use super::engine::Engine;
use super::write;
use crate::diagnostics::nearest;
use crate::model::ids::SetId;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::privacy::Disclosure;
use crate::privacy::ShownCandidate;
use serde_json::Value;
use serde_json::json;
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// How many codes are named where none fits, of each code set.
pub const SUGGESTED: usize = 3;
/// A candidate that is less sure is not near enough to be named.
const FAR: f64 = 0.05;
/// Shorter words are taken as they are written.
const SHORTEST_MENDED: usize = 4;

/// What was typed: words, or a record as JSON.
pub struct Typed {
    /// The record that is judged.
    pub record: String,
    /// The words; empty for a record.
    pub text: String,
    /// The record with misspelt words mended, if there are any, and the words that may have been meant. Looked for where no
    /// code fits only: every word is compared with every word of every phrase.
    mended: OnceCell<(Option<String>, Vec<String>)>,
}

/// What is shown where no code fits.
pub struct Near<'a> {
    /// Words that the codes fit instead of misspelt ones; empty if the codes are near the text as it is.
    pub words: &'a [String],
    /// A disclosure with the codes.
    pub answer: Disclosure<'a>,
}

impl Typed {
    /// A text in the first free text field of an engine's record, or a whole record if it begins with a brace. `None` if
    /// the record has no such field.
    pub fn new(engine: &Engine, text: &str) -> Option<Typed> {
        if text.trim_start().starts_with('{') {
            return Some(Typed { record: text.to_owned(), text: String::new(), mended: OnceCell::new() });
        }
        let path = free_field(&engine.record().fields)?;
        Some(Typed { record: within(&path, text), text: text.to_owned(), mended: OnceCell::new() })
    }

    /// The codes near a text that none fits: the candidates of the text with its misspelt words mended, else the nearest
    /// candidates below the threshold, else what a search for the words of the text finds. `None` for a record.
    pub fn near<'a>(&'a self, engine: &'a Engine, sets: &[SetId], set: Option<&str>) -> Option<Near<'a>> {
        if self.text.is_empty() {
            return None;
        }
        let (mended, words) = self.mended.get_or_init(|| {
            let is_word = |word: &str| engine.registry().is_word(word);
            let (mended, words) = mended(&self.text, &engine.domain().phrases, &is_word);
            let path = free_field(&engine.record().fields).unwrap_or_default();
            ((!words.is_empty()).then(|| within(&path, &mended)), words)
        });
        if let Some(mended) = mended {
            let answer = engine.worker().disclose(1, Ok(mended));
            if !wanted(&answer, set).is_empty() {
                return Some(Near { words, answer });
            }
        }
        let answer = engine.worker().showing(SUGGESTED).disclose(1, Ok(&self.record));
        if wanted(&answer, set).iter().any(|it| it.confidence >= FAR) {
            return Some(Near { words: &[], answer });
        }
        let answer = engine.worker().suggest(&self.record, &self.text, sets, SUGGESTED);
        Some(Near { words: &[], answer })
    }
}

/// The candidates of an answer that were asked for.
pub fn wanted<'d, 'a>(answer: &'d Disclosure<'a>, set: Option<&str>) -> Vec<&'d ShownCandidate<'a>> {
    answer.candidates().iter().filter(|it| set.is_none_or(|set| set == it.set)).collect()
}

/// The answer as one line of JSON; what is empty is left out, but not the candidates.
pub fn json_line(
    candidates: &[&ShownCandidate<'_>],
    suggestions: &[&ShownCandidate<'_>],
    lists: &[(&str, &[String])],
) -> Vec<u8> {
    let mut line = b"{\"candidates\":".to_vec();
    write::list(candidates, &mut line, |it, line| write::candidate(it, line));
    if !suggestions.is_empty() {
        line.extend_from_slice(b",\"suggestions\":");
        write::list(suggestions, &mut line, |it, line| write::candidate(it, line));
    }
    for (name, texts) in lists.iter().filter(|(_, texts)| !texts.is_empty()) {
        line.push(b',');
        write::text(name, &mut line);
        line.push(b':');
        write::list(texts, &mut line, |it, line| write::text(it, line));
    }
    line.extend_from_slice(b"}\n");
    line
}

/// The path of a record's first field for free text.
pub fn free_field(fields: &[Field]) -> Option<Vec<&str>> {
    let here = fields.iter().find(|field| field.privacy.is_free && field.kind == Kind::Text);
    here.map(|field| vec![field.name.as_str()]).or_else(|| {
        fields.iter().find_map(|field| {
            let Kind::Record(inner) = &field.kind else { return None };
            let mut path = vec![field.name.as_str()];
            path.extend(free_field(inner)?);
            Some(path)
        })
    })
}

/// A record that holds nothing but a text at a path.
fn within(path: &[&str], text: &str) -> String {
    path.iter().rev().fold(Value::from(text), |value, name| json!({ *name: value })).to_string()
}

/// A text with its misspelt words replaced by the nearest words of some phrase, and these words. A word of the language is
/// written as it is meant.
fn mended(text: &str, phrases: &[String], is_word: &dyn Fn(&str) -> bool) -> (String, Vec<String>) {
    let is_sign = |sign: char| !sign.is_alphanumeric();
    let known: BTreeSet<String> = phrases.iter().flat_map(|it| it.split(is_sign)).map(str::to_lowercase).collect();
    let (mut mended, mut words) = (String::with_capacity(text.len()), Vec::new());
    for piece in text.split_inclusive(is_sign) {
        let word = piece.trim_end_matches(is_sign);
        let is_odd = word.chars().count() >= SHORTEST_MENDED && !known.contains(&word.to_lowercase());
        let is_odd = is_odd && !is_word(word);
        match nearest(word, known.iter().map(String::as_str)).filter(|_| is_odd) {
            Some(meant) => {
                mended.push_str(meant);
                mended.push_str(piece.get(word.len()..).unwrap_or_default());
                words.push(meant.to_owned());
            }
            None => mended.push_str(piece),
        }
    }
    (mended, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_words_become_those_of_phrases() {
        let phrases = ["speeding".to_owned(), "car stop".to_owned()];
        let mended = |text: &str| mended(text, &phrases, &|word| word == "spending");
        assert_eq!(mended("spedding, red car"), ("speeding, red car".to_owned(), vec!["speeding".to_owned()]));
        for right in ["speeding", "ca", "spending"] {
            assert_eq!(mended(right).1, Vec::<String>::new());
        }
    }
}
