//! Tables of pairs.

use super::Name;
use crate::diagnostics::span::Spanned;

/// `import pairs "FILE" { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct PairsDef {
    pub file: Name,
    pub columns: Vec<Spanned<PairsColumn>>,
}

/// `NAME column NAME [split "SEP"]`: a column of the table, `from` or `to`, and where it stands in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct PairsColumn {
    pub name: Name,
    pub column: Name,
    pub split: Option<Name>,
}
