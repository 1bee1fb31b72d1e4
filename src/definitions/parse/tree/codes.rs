//! Parts of the statements of a code.

#![allow(missing_docs, reason = "the parts of a statement are named as in docs/language.md")]

use super::expression::Expr;
use super::expression::Name;
use crate::diagnostics::span::Spanned;
use crate::model::content::MatchKind;

/// What a text for people says about its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteKind {
    /// A remark.
    Note,
    /// An inclusion term: what the code covers, so that it is a synonym too.
    Inclusion,
}

/// `replaced by …`
#[derive(Debug, Clone, PartialEq)]
pub struct ReplacedBy {
    pub how: crate::model::content::Replacing,
    pub codes: Vec<Name>,
}

/// One target of `maps to`.
#[derive(Debug, Clone, PartialEq)]
pub struct MapsTo {
    pub set: Name,
    pub code: Name,
    pub kind: Option<MatchKind>,
    pub when: Option<Spanned<Expr>>,
    pub otherwise: bool,
}
