//! How a code set chooses: when it decides, what it learns from, what its matches are worth.

#![allow(missing_docs, reason = "the parts of a statement are named as in docs/language.md")]

use super::expression::Name;
use crate::diagnostics::span::Spanned;

/// From what confidence on the candidates of a set are shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    Above(Spanned<f64>),
    /// So surely that so many of a hundred are right.
    Right(Spanned<f64>),
    /// On so many of a hundred texts.
    Texts(Spanned<f64>),
    Never,
}

/// That the words of a text are looked up in the index of a set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ByWords {
    /// Confidence from which on a code is decided that nothing else speaks for.
    pub above: Option<Spanned<f64>>,
}

/// What a text model is trained on.
#[derive(Debug, Clone, PartialEq)]
pub enum Lesson {
    /// A file of examples, and the crosswalk from their codes to those of the set if they are of another.
    File(Name, Option<Name>),
    /// The file that the environment names, if it names one.
    Given,
    /// Nothing but what the definitions say.
    Titles,
}

/// The kinds of match that a code set may weigh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointsOf {
    Title,
    Also,
    Propose,
}
