//! Phrases and patterns of a domain: each is kept once and called by its id.

use crate::model::ids::PatternId;
use crate::model::ids::PhraseId;
use crate::model::ids::TooMany;
use std::cell::RefCell;
use std::collections::HashMap;

/// Phrases and patterns; all that is compiled of a domain shares them.
#[derive(Default)]
pub(super) struct Texts {
    phrases: RefCell<Numbered<PhraseId>>,
    patterns: RefCell<Numbered<PatternId>>,
}

/// Texts in the order of their ids.
#[derive(Default)]
struct Numbered<Id> {
    texts: Vec<String>,
    ids: HashMap<String, Id>,
}

impl<Id: Copy + Default + TryFrom<usize>> Numbered<Id> {
    fn find(&self, text: &str) -> Option<Id> {
        self.ids.get(text).copied()
    }

    /// Adds a text. One that comes after too many is kept without an id of its own; [`Texts::fit`] says so.
    fn add(&mut self, text: &str) -> Id {
        let id = Id::try_from(self.texts.len()).unwrap_or_default();
        self.texts.push(text.to_owned());
        self.ids.insert(text.to_owned(), id);
        id
    }
}

impl Texts {
    /// The id of a phrase.
    pub fn phrase(&self, phrase: &str) -> PhraseId {
        let mut phrases = self.phrases.borrow_mut();
        phrases.find(phrase).unwrap_or_else(|| phrases.add(phrase))
    }

    /// The id of a pattern.
    ///
    /// # Errors
    /// Why it is no pattern, in one line.
    pub fn pattern(&self, pattern: &str) -> Result<PatternId, String> {
        let mut patterns = self.patterns.borrow_mut();
        if let Some(id) = patterns.find(pattern) {
            return Ok(id);
        }
        let tried = regex::RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(1 << 20).build();
        tried.map_err(|error| error.to_string().lines().last().unwrap_or_default().trim().to_owned())?;
        Ok(patterns.add(pattern))
    }

    /// Whether each has an id of its own; a domain of which this is not so is refused.
    ///
    /// # Errors
    /// There are too many.
    pub fn fit(&self) -> Result<(), TooMany> {
        PhraseId::fits(self.phrases.borrow().texts.len())?;
        PatternId::fits(self.patterns.borrow().texts.len())
    }

    /// All phrases and all patterns, as written; none are left here.
    pub fn take(&self) -> (Vec<String>, Vec<String>) {
        (self.phrases.take().texts, self.patterns.take().texts)
    }
}
