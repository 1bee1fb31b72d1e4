//! Labels, purposes and policies as they stand in a file.

#![allow(missing_docs, reason = "the parts of a statement are named as in docs/language.md")]

use super::expression::DaysDef;
use super::expression::Name;
use super::expression::PathDef;
use crate::diagnostics::span::Spanned;
use crate::model::day::Day;
use crate::model::policy::CodeTreatment;
use crate::model::policy::Showing;

/// `label L, M [from D] [to D] [see "…"]` of a code.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelLine {
    pub labels: Vec<Name>,
    pub from: Option<Spanned<Day>>,
    pub to: Option<Spanned<Day>>,
    pub see: Option<Name>,
}

/// `label NAME "title" { see "…" }`
#[derive(Debug, Clone, PartialEq)]
pub struct LabelDef {
    pub name: Name,
    pub title: Name,
    pub see: Option<Name>,
    /// `says "…", …`
    pub says: Vec<Name>,
    /// `fields "…", …`
    pub fields: Vec<Name>,
    /// `never shown`
    pub is_never_shown: bool,
    /// `own consent`
    pub wants_own_consent: bool,
}

/// `purpose NAME "title" { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct PurposeDef {
    pub name: Name,
    pub title: Name,
    pub see: Option<Name>,
    pub under: Option<Name>,
    pub is_emergency: bool,
    pub is_public: bool,
}

/// `policy NAME "title" { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyDef {
    pub name: Name,
    pub title: Option<Name>,
    pub items: Vec<Spanned<PolicyItem>>,
}

/// A statement in a policy.
#[derive(Debug, Clone, PartialEq)]
pub enum PolicyItem {
    Audience(Name),
    Version(Spanned<f64>),
    /// `purpose A, B [not C]`
    Purpose {
        purposes: Vec<Name>,
        not: Vec<Name>,
    },
    /// `remove …`, `keep …`, `mask …`, `every … to OP`, `PATH to OP`
    Fields {
        selectors: Vec<Spanned<SelectorDef>>,
        operator: OperatorDef,
    },
    /// `free text keep|remove|mask kinds as "…"`
    Text(TextDef),
    /// `codes labelled A, B roll up to group|withhold|keep`; labels empty: any label.
    Codes {
        labels: Vec<Name>,
        treatment: CodeTreatment,
    },
    /// `withhold L, M [unless …]`
    Withhold {
        labels: Vec<Name>,
        unless: Vec<LiftDef>,
    },
    /// `require consent`
    RequireConsent,
    /// `encounters labelled L, M …`
    Encounters {
        labels: Vec<Name>,
        doing: EncounterDef,
    },
    /// `obligation NAME "…" [with L, M]`
    Obligation {
        name: Name,
        text: Name,
        labels: Vec<Name>,
    },
    /// `domains may keep …`, `domains may coarsen … by OP`
    Domains {
        selectors: Vec<Spanned<SelectorDef>>,
        operator: OperatorDef,
    },
    /// `candidates keep|remove`
    Candidates(Showing),
    /// `findings keep|codes-only|remove`
    Findings(Showing),
    /// `counts below N hide [with complement]`
    Counts {
        under: Spanned<f64>,
        complement: bool,
    },
    /// One of these, but for audience, version and purpose, that holds on some days only.
    Dated(Box<PolicyItem>, DaysDef),
}

/// What happens to free text.
#[derive(Debug, Clone, PartialEq)]
pub enum TextDef {
    Keep,
    Remove,
    /// What names one of the kinds is replaced; any kind if there are none.
    Mask {
        kinds: Vec<Name>,
        replacement: Option<Name>,
    },
}

/// What lifts a `withhold`.
#[derive(Debug, Clone, PartialEq)]
pub enum LiftDef {
    Consent,
    Emergency,
    /// `recipient in (A, B)`
    Recipient(Vec<Name>),
}

/// What happens to encounters under some labels.
#[derive(Debug, Clone, PartialEq)]
pub enum EncounterDef {
    Refuse,
    /// `codes withhold|roll up to group|keep`
    Codes(CodeTreatment),
    /// As in `PolicyItem::Fields`.
    Fields {
        selectors: Vec<Spanned<SelectorDef>>,
        operator: OperatorDef,
    },
}

/// Which fields.
#[derive(Debug, Clone, PartialEq)]
pub enum SelectorDef {
    /// `every field that identifies [a, b]`
    Identifying(Vec<Name>),
    /// `every quasi-identifier`
    QuasiIdentifier,
    /// `every date`
    Date,
    /// `every free field`
    Free,
    /// `every sensitive field [LABEL]`
    Sensitive(Option<Name>),
    /// `plain`
    Plain,
    /// `every signal field`
    Signal,
    /// `every field`
    Every,
    /// `undeclared`
    Undeclared,
    /// A path.
    Path(PathDef),
}

/// `month`, `band 5`, …
#[derive(Debug, Clone, PartialEq)]
pub struct OperatorDef {
    pub name: Name,
    pub argument: Option<Spanned<f64>>,
}
