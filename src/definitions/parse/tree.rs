//! The tree of a definition file: what was written, with its place, before any name is looked up.

#![allow(missing_docs, reason = "the parts of a statement are named as in docs/language.md")]

mod calendars;
mod codes;
mod deciding;
mod expression;
mod extends;
mod pairs;
mod policies;
mod readers;
mod rules;

pub use self::calendars::CalendarDef;
pub use self::calendars::CalendarLine;
pub use self::codes::MapsTo;
pub use self::codes::NoteKind;
pub use self::codes::ReplacedBy;
pub use self::deciding::ByWords;
pub use self::deciding::Decision;
pub use self::deciding::Lesson;
pub use self::deciding::PointsOf;
pub use self::expression::CodeRange;
pub use self::expression::CodeWord;
pub use self::expression::CompareOp;
pub use self::expression::DaysDef;
pub use self::expression::Expr;
pub use self::expression::ListDef;
pub use self::expression::MemberDef;
pub use self::expression::Name;
pub use self::expression::PathDef;
pub use self::expression::TextVerb;
pub use self::extends::ExtendDef;
pub use self::extends::SwitchDef;
pub use self::pairs::PairsColumn;
pub use self::pairs::PairsDef;
pub use self::policies::EncounterDef;
pub use self::policies::LabelDef;
pub use self::policies::LabelLine;
pub use self::policies::LiftDef;
pub use self::policies::OperatorDef;
pub use self::policies::PolicyDef;
pub use self::policies::PolicyItem;
pub use self::policies::PurposeDef;
pub use self::policies::SelectorDef;
pub use self::policies::TextDef;
pub use self::readers::ColumnOf;
pub use self::readers::FixedColumn;
pub use self::readers::FromDef;
pub use self::readers::MappingDef;
pub use self::readers::OptionDef;
pub use self::readers::ReaderDef;
pub use self::readers::ReaderLine;
pub use self::readers::StepDef;
pub use self::readers::TestDef;
pub use self::readers::TestOf;
pub use self::readers::TreePath;
pub use self::readers::WriterDef;
pub use self::rules::RuleDef;
pub use self::rules::RuleItem;
pub use self::rules::RulesDef;
pub use self::rules::TogetherDef;

use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use crate::model::content::MatchKind;
use crate::model::day::Day;

/// Which edition of the language a file is read as.
///
/// The tree always holds the form of the second edition; what only the first edition could say is rewritten by the builder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Edition {
    /// The words of the first edition are understood too, for `tencode upgrade`.
    First,
    /// The language of docs/language.md.
    #[default]
    Second,
}

/// A whole file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct File {
    /// Its statements, in order.
    pub statements: Vec<Spanned<Statement>>,
    /// Lines, each with its block, that are not in the tree because they could not be understood; in order.
    pub unread: Vec<Span>,
}

impl File {
    /// All rules, in blocks or not, and where they stand.
    pub fn rules(&self) -> impl Iterator<Item = (&RuleDef, Span)> {
        self.statements.iter().flat_map(|statement| {
            let (alone, block) = match &statement.item {
                Statement::Rule(rule) => (Some((rule, statement.span)), [].as_slice()),
                Statement::Rules(block) => (None, block.rules.as_slice()),
                _ => (None, [].as_slice()),
            };
            alone.into_iter().chain(block.iter().map(|rule| (&rule.item, rule.span)))
        })
    }
}

/// What may stand in a file outside of every block.
#[derive(Debug, Clone, PartialEq)]
pub enum Statement {
    /// `record`
    Record(RecordDef),
    /// `extend record`
    Extend(ExtendDef),
    /// `codeset` and `overlay`
    CodeSet(CodeSetDef),
    /// `list`
    List(ListDef),
    /// `calendar`
    Calendar(CalendarDef),
    /// `reader`
    Reader(ReaderDef),
    /// `writer`
    Writer(WriterDef),
    /// `table`
    Table(TableDef),
    /// `derive`
    Derive(DeriveDef),
    /// `function`
    Function(FunctionDef),
    /// `rules for`
    Rules(RulesDef),
    /// `rule` outside of such a block
    Rule(RuleDef),
    /// `rule NAME off because`, `rule NAME severity S because`
    Switch(SwitchDef),
    /// `crosswalk`
    Crosswalk(CrosswalkDef),
    /// `label`
    Label(LabelDef),
    /// `purpose`
    Purpose(PurposeDef),
    /// `policy`
    Policy(PolicyDef),
}

/// `record NAME "title" { … }`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RecordDef {
    pub name: Name,
    pub title: Option<Name>,
    /// `findings carry WORD, …`: further words of the findings about it.
    pub carried: Option<Spanned<Vec<Name>>>,
    /// `zone "America/Chicago"`, with its word.
    pub zone: Option<Name>,
    pub fields: Vec<FieldDef>,
}

/// One field of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldDef {
    pub name: Name,
    pub kind: Spanned<KindDef>,
    pub attributes: Vec<Spanned<Attribute>>,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq)]
pub enum KindDef {
    /// `text`, `number`, …
    Simple(SimpleKind),
    /// `money` or `money USD`
    Money(Option<Name>),
    /// `one of (a, b)`
    Choice(Vec<Name>),
    /// `ladder (a < b)`
    Ladder(Vec<Name>),
    /// `code in SET`
    Code(Name),
    /// `code in one of (SET, …)`
    Codes(Vec<Name>),
    /// `list of TYPE`
    List(Box<Spanned<KindDef>>),
    /// `{ … }`
    Record(Vec<FieldDef>),
}

/// Types without parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SimpleKind {
    Text,
    Number,
    Integer,
    Bool,
    Date,
    DateTime,
    Duration,
    Consent,
}

/// An attribute of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Attribute {
    Required,
    /// `default V` or `default V when E; W otherwise`: value, condition.
    Default(Vec<(Spanned<Expr>, Option<Spanned<Expr>>)>),
    Identifies(Name),
    QuasiIdentifier,
    Free,
    Sensitive(Name),
    DatesEncounter,
    Subject,
    Signal,
    Plain,
    /// `also "A", "B"`
    Also(Vec<Name>),
    /// `ask "…"`: what somebody at a desk is asked about it.
    Ask(Name),
    /// `codes of (A, B)`
    CodesOf(Vec<Name>),
    Title(Name),
}

/// `codeset NAME "title" for RECORD { … }` or `overlay NAME { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct CodeSetDef {
    pub name: Name,
    pub title: Option<Name>,
    /// The record whose encounters get the codes.
    pub record: Option<Name>,
    pub is_overlay: bool,
    pub items: Vec<Spanned<SetItem>>,
}

/// A statement in a code set.
#[derive(Debug, Clone, PartialEq)]
pub enum SetItem {
    /// A title or record that the first edition writes inside the block; the head of the tree holds it.
    InHead,
    Uri(Name),
    Release {
        name: Name,
        from: Option<Spanned<Day>>,
        to: Option<Spanned<Day>>,
        known: Option<Spanned<Day>>,
    },
    Property {
        name: Name,
        kind: Spanned<KindDef>,
    },
    /// `decide above N`, `decide never`, `decide at N % right`, `decide on N % of texts`
    Decide(Decision),
    /// `learn from "FILE", given, titles`
    Learn(Vec<Lesson>),
    /// `search in PATH, … [by words [above N]]`
    Search {
        fields: Vec<PathDef>,
        by_words: Option<ByWords>,
    },
    /// `relation NAME "title" [symmetric] [inherited]`
    Relation {
        name: Name,
        title: Option<Name>,
        is_symmetric: bool,
        is_inherited: bool,
    },
    /// `points title|also|propose N`
    Points {
        of: PointsOf,
        points: Spanned<f64>,
    },
    Import(ImportDef),
    Offer {
        path: PathDef,
        points: Option<Spanned<f64>>,
    },
    /// `uncertain counts when E`
    Uncertain(Box<Spanned<Expr>>),
    Code(CodeDef),
    /// `starter { … }`
    Starter(Vec<Spanned<SetItem>>),
}

/// `import FORMAT "FILE" …`
#[derive(Debug, Clone, PartialEq)]
pub struct ImportDef {
    pub format: Name,
    pub file: Name,
    pub from: Option<Spanned<Day>>,
    pub to: Option<Spanned<Day>>,
    pub options: Vec<Spanned<ImportOption>>,
}

/// An option of an import.
#[derive(Debug, Clone, PartialEq)]
pub enum ImportOption {
    /// `code column NAME`, `also column NAME split ";"`, …; `source`, `target` and `match` of a crosswalk are `From`, `To` and `Kind`.
    Column { role: ColumnRole, column: Name, split: Option<Name> },
    /// `title LANGUAGE column NAME`
    Designation { language: Name, column: Name },
    /// `dates "FORMAT", …`
    Dates(Vec<Name>),
    /// `assignable column NAME is VALUE`
    Assignable { column: Name, value: Name },
    /// `labelled L [when column NAME is VALUE]`
    Label { label: Name, when: Option<(Name, Name)> },
    /// `property P column NAME [lower] [split "SEP"]`
    Property { property: Name, column: Name, lower: bool, split: Option<Name> },
    /// `only when column NAME is VALUE`
    Only { column: Name, value: Name },
    /// `path column A, B, C`
    Path(Vec<Name>),
    /// `attach`
    Attach,
}

/// What a column of an imported file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnRole {
    Code,
    Title,
    Short,
    Parent,
    From,
    To,
    Also,
    Wording,
    Definition,
    Kind,
    ReplacedBy,
    Replaces,
}

impl ColumnRole {
    /// The roles by the words that stand before `column`.
    pub const ALL: [(&'static str, ColumnRole); 15] = [
        ("code", ColumnRole::Code),
        ("title", ColumnRole::Title),
        ("short", ColumnRole::Short),
        ("parent", ColumnRole::Parent),
        ("from", ColumnRole::From),
        ("to", ColumnRole::To),
        ("also", ColumnRole::Also),
        ("wording", ColumnRole::Wording),
        ("definition", ColumnRole::Definition),
        ("kind", ColumnRole::Kind),
        ("source", ColumnRole::From),
        ("target", ColumnRole::To),
        ("match", ColumnRole::Kind),
        ("replaced by", ColumnRole::ReplacedBy),
        ("replaces", ColumnRole::Replaces),
    ];

    /// A role by its word, or by its words with any blanks between them.
    pub fn named(word: &str) -> Option<ColumnRole> {
        let word = word.split_whitespace().collect::<Vec<_>>().join(" ");
        ColumnRole::ALL.into_iter().find(|(known, _)| *known == word).map(|(_, role)| role)
    }
}

/// `group …`, `code …`
#[derive(Debug, Clone, PartialEq)]
pub struct CodeDef {
    /// `group`
    pub is_group: bool,
    /// One code, or several and ranges (then there is no title).
    pub codes: Vec<CodeRange>,
    pub title: Option<Name>,
    /// `code X "…" starter`
    pub is_starter: bool,
    pub items: Vec<Spanned<CodeItem>>,
}

/// A statement in a code.
#[derive(Debug, Clone, PartialEq)]
pub enum CodeItem {
    Also(Vec<Name>),
    Designation {
        language: Name,
        title: Name,
    },
    Definition(Name),
    Under(Vec<Name>),
    /// `from D`, `to D`, `from D to D`
    Valid {
        from: Option<Spanned<Day>>,
        to: Option<Spanned<Day>>,
    },
    Retired {
        on: Spanned<Day>,
        replaced_by: Option<ReplacedBy>,
    },
    ReplacedBy(ReplacedBy),
    /// `RELATION CODES` with a range among the codes; without one it is written like a property.
    Relation {
        relation: Name,
        codes: Vec<CodeRange>,
    },
    /// `note "…"`, `inclusion "…"`
    Note {
        kind: NoteKind,
        text: Name,
    },
    /// `labelled L, M [from D] [to D] [see "…"]`
    Label(Box<LabelLine>),
    /// `propose when E [points N]`. The condition is boxed, as those of `raise`, so that the many small statements of a code
    /// stay small.
    Propose {
        condition: Box<Spanned<Expr>>,
        points: Option<Spanned<f64>>,
    },
    /// `never when E`
    Never(Box<Spanned<Expr>>),
    Needs(Vec<PathDef>),
    /// `PROPERTY VALUE when E`
    Raise {
        property: Name,
        value: Box<Spanned<Expr>>,
        when: Box<Spanned<Expr>>,
        days: DaysDef,
    },
    MapsTo(Vec<MapsTo>),
    Assignable(bool),
    /// `PROPERTY VALUE, … [from D] [to D]`, or `RELATION CODE, …`
    Property {
        name: Name,
        values: Vec<Spanned<Expr>>,
        days: DaysDef,
    },
    /// A code or group inside.
    Code(CodeDef),
}

/// `table NAME (…) -> … { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct TableDef {
    pub name: Name,
    pub inputs: Vec<ColumnDef>,
    pub outputs: Vec<ColumnDef>,
    pub is_first: bool,
    pub is_every: bool,
    pub is_partial: bool,
    pub rows: Vec<Spanned<RowDef>>,
    /// `import csv "FILE"` in the place of rows.
    pub import: Option<Name>,
    pub pairs: Option<PairsDef>,
}

/// An input or output: a path of the record, or a name with a type.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDef {
    pub path: PathDef,
    pub kind: Option<Spanned<KindDef>>,
    /// `field`: its cells are names of fields, and its type is text.
    pub names_field: bool,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct RowDef {
    pub cells: Vec<Spanned<CellDef>>,
    pub outputs: Vec<Spanned<CellDef>>,
    pub days: DaysDef,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum CellDef {
    Any,
    Absent,
    /// One value, a range, or several in brackets.
    Members(Vec<Spanned<MemberDef>>),
    Compare(CompareOp, Spanned<Expr>),
}

/// `derive RECORD { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct DeriveDef {
    pub record: Name,
    pub lines: Vec<(PathDef, Spanned<Expr>)>,
    /// `labelled L, M when E`
    pub marks: Vec<(Vec<Name>, Spanned<Expr>)>,
}

/// `function NAME(a TYPE, …) -> TYPE = EXPR`
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionDef {
    pub name: Name,
    pub parameters: Vec<(Name, Spanned<KindDef>)>,
    pub result: Spanned<KindDef>,
    pub body: Spanned<Expr>,
}

/// `crosswalk NAME from A to B { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct CrosswalkDef {
    pub name: Name,
    pub from: Name,
    pub to: Name,
    pub imports: Vec<ImportDef>,
    pub lines: Vec<Spanned<CrosswalkLine>>,
}

/// `A -> B kind when E`
#[derive(Debug, Clone, PartialEq)]
pub struct CrosswalkLine {
    pub from: Name,
    /// `None` for `none`.
    pub to: Option<Name>,
    pub kind: Option<MatchKind>,
    pub when: Option<Spanned<Expr>>,
    pub otherwise: bool,
}
