//! The words by which a rule speaks of other encounters, and what it asked of them.

use crate::definitions::parse::words;
use crate::model::rules::Among;
use crate::model::rules::Asked;
use crate::model::rules::Gathered;
use std::cell::RefCell;

/// The words for one of those before: the last, and the first of all.
pub(super) const ONE: &[(&str, Gathered)] = &[("previous", Gathered::Previous), ("first", Gathered::First)];

/// Which encounters a word means, if it means any.
pub(super) fn among(word: &str) -> Option<Among> {
    match word {
        words::EARLIER => Some(Among::Earlier),
        words::OTHERS => Some(Among::Others),
        _ => None,
    }
}

/// What is kept of the names in a rule that looks at others.
#[derive(Default)]
pub(super) struct Around {
    /// What is asked of the others, if the rule may ask.
    pub asked: Option<Vec<Asked>>,
    /// The word for the encounter whose names these are, if it is another one.
    pub word: Option<String>,
    /// Whether a name was written with that word, and which was without.
    pub used: RefCell<(bool, Option<String>)>,
}
