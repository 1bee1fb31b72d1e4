//! Calendars: on which days an office is closed.

#![allow(missing_docs, reason = "the parts of a statement are named as in docs/language.md")]

use super::expression::CodeRange;
use super::expression::Name;
use crate::diagnostics::span::Spanned;

/// `calendar NAME "title" { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct CalendarDef {
    pub name: Name,
    pub title: Option<Name>,
    pub lines: Vec<Spanned<CalendarLine>>,
}

/// A statement in a calendar.
#[derive(Debug, Clone, PartialEq)]
pub enum CalendarLine {
    /// `closed saturday, 2026-12-24..2026-12-26 "why"`
    Closed { days: Vec<CodeRange>, title: Option<Name> },
    /// `import csv "FILE"`
    Import(Name),
}
