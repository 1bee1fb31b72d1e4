//! What a domain says of the one it extends.

use super::FieldDef;
use super::Name;
use crate::diagnostics::span::Spanned;
use crate::model::rules::Severity;

/// `extend record NAME { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct ExtendDef {
    pub record: Name,
    pub fields: Vec<FieldDef>,
}

/// `rule NAME off because "…"`, `rule NAME severity S because "…"`
#[derive(Debug, Clone, PartialEq)]
pub struct SwitchDef {
    pub rule: Name,
    /// The severity from now on; `None` if the rule is off.
    pub severity: Option<Spanned<Severity>>,
    pub because: Name,
}
