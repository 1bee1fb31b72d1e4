//! What a domain says about its encounters: criteria, rules, tables, derivations.

use super::expression::Expression;
use super::expression::Path;
use super::ids::CodeId;
use super::ids::LabelId;
use super::ids::PairsId;
use super::ids::PhraseId;
use super::ids::PropertyId;
use super::ids::RecordId;
use super::ids::SetId;
use super::ids::VariableId;
use super::value::Literal;
use serde::Deserialize;
use serde::Serialize;

/// What makes one code a candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Criteria {
    /// The code.
    pub code: CodeId,
    /// Phrases (synonyms and the title) and their points: place in the domain's phrase list, points.
    pub phrases: Vec<(PhraseId, f32)>,
    /// Each that holds adds its points.
    pub when: Vec<Scored>,
    /// Any that holds rules the code out.
    pub unless: Vec<Bar>,
    /// Fields to be there when the code is chosen.
    pub needs: Vec<Needed>,
    /// Properties that change for an encounter.
    pub raise: Vec<Raise>,
}

/// A criterion and what it is worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// What has to hold.
    pub condition: Expression,
    /// Points it adds.
    pub points: f32,
    /// As it is written, for the reason.
    pub source: String,
    /// Field that the reason points at, if there is one; empty otherwise.
    pub path: String,
}

/// A condition that rules a code out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// What must not hold.
    pub condition: Expression,
    /// As it is written.
    pub source: String,
}

/// A field that should be there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Needed {
    /// As it is written.
    pub name: String,
    /// Where it is.
    pub path: Path,
}

/// `PROPERTY VALUE when EXPR [from D] [to D]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Raise {
    /// Property, by place in the code set.
    pub property: PropertyId,
    /// Its new value.
    pub value: Literal,
    /// When.
    pub when: Expression,
    /// On which days.
    pub days: super::day::Days,
}

/// All criteria of one code set for one record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Classifier {
    /// The code set.
    pub set: SetId,
    /// The record.
    pub record: RecordId,
    /// Confidence under which a candidate is not shown.
    pub threshold: f32,
    /// Confidence under which a code is not shown that nothing but words of a short text speaks for.
    pub words_threshold: f32,
    /// Fields searched for phrases.
    pub texts: Vec<Path>,
    /// Names of these fields, in the same order.
    pub text_names: Vec<String>,
    /// Criteria, in the order of the codes.
    pub criteria: Vec<Criteria>,
    /// Fields whose codes become candidates.
    pub offers: Vec<Offer>,
    /// The words of `texts` are asked of the text model of the code set too.
    pub is_learned: bool,
    /// Places among `texts` of those whose words are looked up in the index of the set too.
    pub by_words: Vec<u16>,
    /// What a text holds possible only leads to codes where one of these holds. It is asked of texts in `by_words`.
    pub uncertain: Vec<Expression>,
}

/// `offer PATH [points N]`: a field whose codes become candidates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// The field.
    pub path: Path,
    /// Points for each of its codes.
    pub points: f32,
    /// Its name.
    pub name: String,
    /// What the record says of it, for the reason; its name if it says nothing.
    pub title: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something would have to be known first; it is said what.
    Undecided,
    /// Worth knowing.
    Advice,
    /// Probably wrong.
    Warning,
    /// Wrong.
    Error,
}

impl Severity {
    /// All of them, the worst first.
    pub const ALL: [Severity; 4] = [Severity::Error, Severity::Warning, Severity::Advice, Severity::Undecided];

    /// The one of a word, if it is one.
    pub fn named(word: &str) -> Option<Severity> {
        Severity::ALL.into_iter().find(|severity| severity.name() == word)
    }

    /// Their words, as they are told to people.
    pub fn told() -> String {
        let [words @ .., last] = Severity::ALL.map(|severity| format!("`{}`", severity.name()));
        format!("{} or {last}", words.join(", "))
    }

    /// Its word, as it is written in definitions and answers.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Undecided => "undecided",
            Severity::Advice => "advice",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A rule of one record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Name.
    pub id: String,
    /// Severity, unless one of `severities` applies.
    pub severity: Severity,
    /// Severities under a condition on the encounter; the first that holds is the one.
    pub severities: Vec<(Expression, Severity)>,
    /// The record.
    pub record: RecordId,
    /// The message, in pieces.
    pub message: Vec<Piece>,
    /// Where it comes from; may be empty.
    pub see: String,
    /// What to do; may be empty.
    pub help: String,
    /// The rule does not apply unless these hold.
    pub scope: Vec<Expression>,
    /// First and last day of the rule.
    pub from: Option<super::day::Day>,
    /// Last day.
    pub to: Option<super::day::Day>,
    /// Its parts.
    pub checks: Vec<Check>,
    /// Only the first finding.
    pub once: bool,
    /// Which other encounters it looks at, if it looks at any.
    pub together: Option<Together>,
    /// Variables it needs.
    pub variable_count: usize,
}

/// Encounters that a rule looks at together: `rules for RECORD together by KEY, … [as they come|within SPAN]`. They are
/// those whose keys are all equal, in the order of their moments, then of the input. Nothing compares two of them: of each
/// other encounter something is worked out by itself, and what came of them all is one value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Together {
    /// What they have in common. An encounter that lacks one of the keys is looked at alone, and the rule does not apply.
    pub keys: Vec<Expression>,
    /// They are in the order of the input alone.
    pub as_they_come: bool,
    /// How far from the encounter's own moment the others lie at most.
    pub within: Option<super::day::Span>,
    /// What is asked of the others.
    pub asked: Vec<Asked>,
}

/// A question about the other encounters; the rule finds the answer in a variable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Where the answer is put.
    pub variable: VariableId,
    /// Of which others.
    pub among: Among,
    /// What is made of them.
    pub what: Gathered,
    /// What is worked out of each: a condition for `Any` and `Count`, else a value. It reads only that encounter.
    pub of: Expression,
}

/// Which of the encounters of a group are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Among {
    /// Those before the encounter itself.
    Earlier,
    /// All but itself.
    Others,
}

/// What is made of what was worked out of each encounter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Gathered {
    /// Whether the condition holds for one of them.
    Any,
    /// For how many it holds.
    Count,
    /// The sum; what it is of none is given, a number or an amount.
    Sum(Literal),
    /// The least value.
    Least,
    /// The greatest value.
    Greatest,
    /// The value of the last one.
    Previous,
    /// The value of the first one.
    First,
}

/// A part of a rule.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Further words of the finding, such as `element`.
    pub extra: Vec<(String, String)>,
    /// Loops and `let`s, in the order written.
    pub steps: Vec<Step>,
    /// All have to hold before anything is asked.
    pub when: Vec<Expression>,
    /// What is asked then, in the order written.
    pub demands: Vec<Demand>,
    /// Where the finding points; the innermost item if `None`.
    pub at: Option<Path>,
    /// A code that would mend it.
    pub fix: Option<Fix>,
    /// Its own message, where a row of a table says something in it.
    pub message: Option<Vec<Piece>>,
}

/// `require E` or `forbid E`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Demand {
    /// The condition.
    pub condition: Expression,
    /// It has to hold; it must not if `false`.
    pub is_required: bool,
}

/// A loop or a `let`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Step {
    /// `for each X in LIST`
    Each {
        /// The item.
        variable: VariableId,
        /// The list.
        list: Expression,
        /// Where the list is, for the finding's path.
        path: Option<Path>,
    },
    /// `for each pair a, b in LIST`
    Pairs {
        /// The earlier item.
        first: VariableId,
        /// The later item.
        second: VariableId,
        /// The list.
        list: Expression,
        /// Where the list is, for the finding's path.
        path: Option<Path>,
    },
    /// `let x = E`
    Let {
        /// The variable.
        variable: VariableId,
        /// Its value.
        value: Expression,
    },
}

/// A code proposed by a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Fix {
    /// A code of a set.
    Code(SetId, CodeId),
    /// The code an expression yields.
    Computed(Expression),
}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Piece {
    /// Words.
    Text(String),
    /// A code, choice, step or number, written out.
    Value(Expression),
}

/// A decision table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Name.
    pub name: String,
    /// Inputs.
    pub inputs: Vec<String>,
    /// Outputs.
    pub outputs: Vec<String>,
    /// Rows, in order; the first that fits decides.
    pub rows: Vec<Row>,
    /// The pairs that it consists of instead of rows.
    pub pairs: Option<PairsId>,
    /// These pairs, until they are laid out in a registry of their own.
    #[serde(skip)]
    pub packed: Vec<u8>,
}

/// A row of a decision table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// One for each input.
    pub cells: Vec<Cell>,
    /// One for each output.
    pub outputs: Vec<Option<Literal>>,
    /// The days on which it holds.
    pub days: super::day::Days,
}

/// A cell of a decision table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    /// Fits everything, absent too.
    Any,
    /// Fits what is absent.
    Absent,
    /// Fits the members.
    Members(Vec<super::expression::Member>),
    /// Fits what compares so.
    Compare(super::expression::Comparison, Literal),
}

/// A field that is worked out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Derivation {
    /// The record.
    pub record: RecordId,
    /// The field.
    pub field: Path,
    /// Its value; set only if the encounter did not bring one.
    pub value: Expression,
}

/// A label that an encounter gets from what it says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// The record.
    pub record: RecordId,
    /// The label.
    pub label: LabelId,
    /// What has to hold.
    pub when: Expression,
}
