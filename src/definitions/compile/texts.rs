//! Phrases and patterns of a domain: each is kept once and called by its place.

use std::collections::HashMap;

/// Phrases and patterns, by place.
#[derive(Default)]
pub(super) struct Texts {
    /// Phrases, as written.
    pub phrases: Vec<String>,
    /// Patterns, as written.
    pub patterns: Vec<String>,
    phrase_places: HashMap<String, u32>,
    pattern_places: HashMap<String, u32>,
}

impl Texts {
    /// The place of a phrase.
    pub fn phrase(&mut self, phrase: &str) -> u32 {
        place(&mut self.phrases, &mut self.phrase_places, phrase)
    }

    /// The place of a pattern.
    ///
    /// # Errors
    /// Why it is no pattern, in one line.
    pub fn pattern(&mut self, pattern: &str) -> Result<u32, String> {
        if !self.pattern_places.contains_key(pattern) {
            let tried = regex::RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(1 << 20).build();
            tried.map_err(|error| error.to_string().lines().last().unwrap_or_default().trim().to_owned())?;
        }
        Ok(place(&mut self.patterns, &mut self.pattern_places, pattern))
    }
}

fn place(texts: &mut Vec<String>, places: &mut HashMap<String, u32>, text: &str) -> u32 {
    if let Some(place) = places.get(text) {
        return *place;
    }
    let place = u32::try_from(texts.len()).unwrap_or(u32::MAX);
    texts.push(text.to_owned());
    places.insert(text.to_owned(), place);
    place
}
