//! What the text model of a code set is trained on.

use super::ids::CodeId;
use super::ids::DomainId;
use super::ids::RecordId;
use super::ids::SetId;
use serde::Deserialize;
use serde::Serialize;

/// What one code set of a domain learns from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lessons {
    /// The domain.
    pub domain: DomainId,
    /// The code set.
    pub set: SetId,
    /// The record whose texts are asked about.
    pub record: RecordId,
    /// Name of the first field that is searched for words.
    pub field: String,
    /// What the definitions say of codes.
    pub described: Vec<(CodeId, String)>,
    /// Codes and what stands directly above them.
    pub parents: Vec<(CodeId, CodeId)>,
    /// Texts of which somebody said the code.
    pub examples: Vec<Example>,
    /// When the set decides.
    pub target: Target,
}

/// A text of which somebody said the code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// The code; `None` if it fits none.
    pub code: Option<CodeId>,
    /// The text.
    pub text: String,
    /// Which of the files it stands in, by position: files are by different writers.
    pub file: u16,
}

/// When a code set with a model decides.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Target {
    /// So that this share of what is decided is right.
    Right(f32),
    /// On the surest texts, this share of them.
    Decided(f32),
    /// From this confidence on.
    Above(f32),
    /// Never.
    Never,
}
