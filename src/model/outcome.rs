//! What the engine says about an encounter, before the redactor has seen it.

use super::ids::CodeId;
use super::ids::LabelId;
use super::ids::SetId;
use super::rules::Severity;
use std::borrow::Cow;

/// How what a script contributed is marked.
pub const BY_SCRIPT: &str = "script";
/// The rule of the finding that says that a script failed; no script may give it to a finding of its own.
pub const SCRIPT_ERROR: &str = "script-error";
/// The finding that says that a set has no such code.
pub const CODE_UNKNOWN: &str = "code-unknown";

/// How what a text model said is marked: a word of the text, or no word for what is left of the points.
pub const LEARNED: &str = "learned";

/// A code proposed for an encounter.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<'l> {
    /// The code set.
    pub set: SetId,
    /// Code, by place.
    pub code: CodeId,
    /// Sum of the points of its reasons.
    pub score: f32,
    /// 0 to 1.
    pub confidence: f32,
    /// Below the threshold of its set.
    pub is_below: bool,
    /// Why. The points add up to the score.
    pub because: Vec<Reason<'l>>,
}

/// A part of a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason<'l> {
    /// `phrase`, `criterion`, `offer`, `word`, `learned`, `script`, `search`.
    pub kind: &'static str,
    /// Field it is about; empty if none.
    pub path: Cow<'l, str>,
    /// The words of the definition that were found or held; of a `learned` reason a word of the text, which is shown only
    /// where the text that is shown has it.
    pub what: Cow<'l, str>,
    /// Points.
    pub points: f32,
}

/// What validation says about an encounter.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Rule, such as `nibrs-404`; `input`, `script` for what no rule says.
    pub rule: String,
    /// How bad.
    pub severity: Severity,
    /// Field it points at, such as `victims[0].age`; may be empty.
    pub path: String,
    /// Message, without any value that identifies.
    pub message: String,
    /// Where it comes from; may be empty.
    pub see: String,
    /// What to do; may be empty.
    pub help: String,
    /// A code that would mend it: set and code, by place.
    pub fix: Option<(SetId, CodeId)>,
    /// Codes to choose from; the help names those that may be shown.
    pub choices: Choices,
    /// Further words, such as `element`.
    pub extra: Vec<(String, String)>,
    /// The id of another encounter that the rule looked at, as that one brought it.
    pub other: Option<String>,
}

/// Codes of one set, of which one would mend a finding, or all together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choices {
    /// By place, the likeliest first; no more than [`Choices::MOST`].
    pub codes: Vec<(SetId, CodeId)>,
    /// They are to be used together.
    pub are_joined: bool,
    /// They were made of the value that is wrong, so they tell of it: shown only with it.
    pub tell_value: bool,
}

impl Choices {
    /// Most codes that are kept.
    pub const MOST: usize = 1000;
}

/// A code the encounter carries already.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// The code set.
    pub set: SetId,
    /// Code, by place.
    pub code: CodeId,
    /// Field it stands in, such as `diagnoses[0].code`.
    pub path: String,
    /// Properties that were raised for this encounter: property by place, value.
    pub raised: Vec<(super::ids::PropertyId, super::value::Literal)>,
}

/// Everything the engine says about one encounter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judgement<'l> {
    /// Codes it carries.
    pub given: Vec<Given>,
    /// Codes proposed, best first, set by set in the order of the best.
    pub candidates: Vec<Candidate<'l>>,
    /// Findings, in the order of the rules.
    pub findings: Vec<Finding>,
    /// Fields that a chosen code needs and that are absent.
    pub missing: Vec<&'l str>,
    /// Labels the encounter has from what it says, as far as they were asked for; see [`label_bit`].
    pub labels: u128,
}

/// A label as a bit of a set of labels.
pub fn label_bit(label: LabelId) -> u128 {
    1 << label.index()
}

/// Labels as a set of bits.
pub fn label_bits<'l>(labels: impl IntoIterator<Item = &'l LabelId>) -> u128 {
    labels.into_iter().fold(0, |bits, label| bits | label_bit(*label))
}
