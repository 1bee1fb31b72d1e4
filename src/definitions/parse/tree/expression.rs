//! Names, paths and expressions as they stand in a file.

#![allow(missing_docs, reason = "the parts of a statement are named as in docs/language.md")]

use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::model::day::Day;
use crate::model::day::Days;

/// A name as it stands in a file.
pub type Name = Spanned<String>;

/// A code or a range of codes.
#[derive(Debug, Clone, PartialEq)]
pub struct CodeRange {
    pub from: Name,
    pub to: Option<Name>,
}

/// `from D`, `to D`, `from D to D`, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct DaysDef {
    pub from: Option<Spanned<Day>>,
    pub to: Option<Spanned<Day>>,
}

impl DaysDef {
    /// The days without their places.
    pub fn days(self) -> Days {
        Days { from: self.from.map(|day| day.item), to: self.to.map(|day| day.item) }
    }
}

/// A member of a list or of `in (…)`.
#[derive(Debug, Clone, PartialEq)]
pub enum MemberDef {
    One(Expr),
    Range(Spanned<Expr>, Spanned<Expr>),
    /// A member of a list that holds on some days only.
    Dated(Box<MemberDef>, DaysDef),
    /// A short form and what it stands for: `"MI" for "myocardial infarction"`.
    Spelled(Box<MemberDef>, Name),
}

/// Names joined by dots.
#[derive(Debug, Clone, PartialEq)]
pub struct PathDef {
    /// The names, at least one.
    pub parts: Vec<Name>,
    pub span: Span,
}

/// How two values are compared, as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareOp {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// An expression. Boxed parts carry their place.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    Text(String),
    Number(f64),
    Bool(bool),
    Day(Day),
    Moment(crate::model::moment::Moment),
    Duration(crate::model::day::Span),
    /// A path, a bare word or a code: which one is decided by what it is compared with. Joined by dots as written;
    /// the text may be a code such as `13B` or `E11.9`.
    Word(String),
    And(Vec<Spanned<Expr>>),
    Or(Vec<Spanned<Expr>>),
    Not(Box<Spanned<Expr>>),
    /// `=`, `!=`, `<`, …
    Compare {
        op: CompareOp,
        left: Box<Spanned<Expr>>,
        right: Box<Spanned<Expr>>,
    },
    /// `is V`, `is not V`
    Is {
        left: Box<Spanned<Expr>>,
        value: Box<Spanned<Expr>>,
        negated: bool,
    },
    /// `in (…)`, `not in (…)`, `in LIST`, `in a..b`
    In {
        left: Box<Spanned<Expr>>,
        members: Vec<Spanned<MemberDef>>,
        negated: bool,
    },
    /// `includes …`
    Includes {
        left: Box<Spanned<Expr>>,
        how: crate::model::expression::Inclusion,
        members: Vec<Spanned<MemberDef>>,
    },
    Present {
        of: Box<Spanned<Expr>>,
        negated: bool,
    },
    /// `is under C, D..E`
    Under {
        left: Box<Spanned<Expr>>,
        codes: Vec<CodeRange>,
        negated: bool,
    },
    /// `is leaf|assignable|known|retired|valid|numeric`; `on` only with `valid`, `leaf`, `retired`.
    IsWord {
        left: Box<Spanned<Expr>>,
        word: CodeWord,
        on: Option<Box<Spanned<Expr>>>,
        negated: bool,
    },
    /// `is labelled L`
    Labelled {
        left: Box<Spanned<Expr>>,
        label: Name,
        negated: bool,
    },
    Matches {
        left: Box<Spanned<Expr>>,
        pattern: Name,
    },
    /// `starts with`, `ends with`, `contains`
    TextTest {
        left: Box<Spanned<Expr>>,
        verb: TextVerb,
        text: Name,
    },
    /// `mentions …`, `says …`
    Mentions {
        left: Box<Spanned<Expr>>,
        phrases: Vec<Name>,
        all: bool,
        even_negated: bool,
    },
    Within {
        left: Box<Spanned<Expr>>,
        span: Box<Spanned<Expr>>,
        side: crate::model::expression::Side,
        from: Box<Spanned<Expr>>,
        /// `business-days … by CALENDAR`: then the span is a number.
        calendar: Option<Name>,
    },
    /// `relates to B by RELATION`
    Relates {
        left: Box<Spanned<Expr>>,
        right: Box<Spanned<Expr>>,
        relation: Name,
    },
    /// `any|every|no X [in PATH] where|has E`
    Quantified {
        quantifier: crate::model::expression::Quantifier,
        variable: Name,
        list: Option<PathDef>,
        /// `has`: names are looked up in the item first.
        is_has: bool,
        body: Box<Spanned<Expr>>,
    },
    /// `count of X [in PATH] [where E]`
    Count {
        variable: Name,
        list: Option<PathDef>,
        body: Option<Box<Spanned<Expr>>>,
    },
    Arithmetic {
        operator: crate::model::expression::Operator,
        left: Box<Spanned<Expr>>,
        right: Box<Spanned<Expr>>,
    },
    /// `NAME(a, b)`; the name may be `TABLE.OUTPUT`.
    Call {
        name: Name,
        arguments: Vec<Spanned<Expr>>,
    },
}

/// What may be asked of a code; `numeric` is asked of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeWord {
    Leaf,
    Assignable,
    Known,
    Retired,
    Valid,
    Numeric,
}

/// Where one text stands in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextVerb {
    StartsWith,
    EndsWith,
    Contains,
}

/// `list NAME (…)`
#[derive(Debug, Clone, PartialEq)]
pub struct ListDef {
    pub name: Name,
    pub members: Vec<Spanned<MemberDef>>,
}
