//! Rules.

use super::Expr;
use super::Name;
use super::PathDef;
use crate::diagnostics::span::Spanned;
use crate::model::day::Day;
use crate::model::day::Span as Duration;
use crate::model::rules::Severity;

/// `rules for RECORD "see" [together by …] { rule …; rule … }`
#[derive(Debug, Clone, PartialEq)]
pub struct RulesDef {
    pub record: Name,
    /// The source of the rules that name none; `{number}` in it stands for the number at the end of the rule's name.
    pub see: Option<Name>,
    /// Which encounters the rules look at together.
    pub together: Option<TogetherDef>,
    pub rules: Vec<Spanned<RuleDef>>,
}

/// `together by KEY, … [as they come|within SPAN]`
#[derive(Debug, Clone, PartialEq)]
pub struct TogetherDef {
    pub keys: Vec<Spanned<Expr>>,
    pub as_they_come: bool,
    pub within: Option<Duration>,
}

impl RulesDef {
    /// The source that a rule of the block has if it names none; `None` if there is none, or if it asks for the number of a rule
    /// whose name has none.
    pub fn see_of(&self, rule: &RuleDef) -> Option<String> {
        const NUMBER: &str = "{number}";
        let see = &self.see.as_ref()?.item;
        if !see.contains(NUMBER) {
            return Some(see.clone());
        }
        let name = rule.id.item.as_str();
        let front = name.trim_end_matches(|sign: char| sign.is_ascii_digit());
        let number = name.strip_prefix(front).filter(|number| !number.is_empty())?;
        Some(see.replace(NUMBER, number))
    }
}

/// `rule ID severity "message" { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct RuleDef {
    pub id: Name,
    /// The record that the first edition names inside the rule, with `on R`.
    pub record: Option<Name>,
    pub severity: Severity,
    pub message: Name,
    pub items: Vec<Spanned<RuleItem>>,
}

/// A statement in a rule.
#[derive(Debug, Clone, PartialEq)]
pub enum RuleItem {
    /// `see "…"`: where the rule comes from.
    See(Name),
    /// `help "…"`: what to do.
    Help(Name),
    /// `element "26"`, …: a further word of the finding.
    Word {
        key: Name,
        text: Name,
    },
    /// `severity warning when E`
    Severity {
        severity: Spanned<Severity>,
        when: Spanned<Expr>,
    },
    From(Spanned<Day>),
    To(Spanned<Day>),
    ForEach {
        variable: Name,
        list: Option<PathDef>,
    },
    ForPair {
        first: Name,
        second: Name,
        list: PathDef,
    },
    /// `for each ROW in TABLE(a, b)`: once for each row of the table that fits.
    ForRows {
        variable: Name,
        table: Name,
        arguments: Vec<Spanned<Expr>>,
    },
    Let {
        name: Name,
        value: Spanned<Expr>,
    },
    /// What is said elsewhere: `on R` of the first edition, whose record the rule holds, or a line that goes without saying.
    Unsaid,
    When(Spanned<Expr>),
    Require(Spanned<Expr>),
    /// `require if present E`: holds where the first field of the condition is missing.
    RequireIfPresent(Spanned<Expr>),
    Forbid(Spanned<Expr>),
    At(PathDef),
    Once,
    /// `fix SET/CODE`
    FixCode {
        set: Name,
        code: Name,
    },
    /// `fix EXPR`
    FixExpr(Spanned<Expr>),
    Check(Vec<Spanned<RuleItem>>),
}
