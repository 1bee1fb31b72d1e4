//! Phrases and patterns of a domain: each is kept once and called by its id.

use crate::model::ids::PatternId;
use crate::model::ids::PhraseId;
use crate::model::ids::TooMany;
use std::collections::HashMap;

/// Phrases and patterns, each list in the order of its ids.
#[derive(Default)]
pub(super) struct Texts {
    /// Phrases, as written.
    pub phrases: Vec<String>,
    /// Patterns, as written.
    pub patterns: Vec<String>,
    phrase_ids: HashMap<String, PhraseId>,
    pattern_ids: HashMap<String, PatternId>,
}

impl Texts {
    /// The id of a phrase. One that comes after too many is kept without an id of its own; `fit` says so.
    pub fn phrase(&mut self, phrase: &str) -> PhraseId {
        if let Some(id) = self.phrase_ids.get(phrase) {
            return *id;
        }
        let id = PhraseId::try_from(self.phrases.len()).unwrap_or_default();
        self.phrases.push(phrase.to_owned());
        self.phrase_ids.insert(phrase.to_owned(), id);
        id
    }

    /// The id of a pattern, as that of a phrase.
    ///
    /// # Errors
    /// Why it is no pattern, in one line.
    pub fn pattern(&mut self, pattern: &str) -> Result<PatternId, String> {
        if let Some(id) = self.pattern_ids.get(pattern) {
            return Ok(*id);
        }
        let tried = regex::RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(1 << 20).build();
        tried.map_err(|error| error.to_string().lines().last().unwrap_or_default().trim().to_owned())?;
        let id = PatternId::try_from(self.patterns.len()).unwrap_or_default();
        self.patterns.push(pattern.to_owned());
        self.pattern_ids.insert(pattern.to_owned(), id);
        Ok(id)
    }

    /// Whether each has an id of its own; a domain of which this is not so is refused.
    ///
    /// # Errors
    /// There are too many.
    pub fn fit(&self) -> Result<(), TooMany> {
        PhraseId::fits(self.phrases.len()).and_then(|()| PatternId::fits(self.patterns.len()))
    }
}
