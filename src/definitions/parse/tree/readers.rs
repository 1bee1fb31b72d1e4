//! Readers: how files of others become encounters.

#![allow(missing_docs, reason = "the parts of a statement are named as in docs/language.md")]

use super::expression::Name;
use crate::diagnostics::span::Spanned;

/// `reader NAME for RECORD "title" { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct ReaderDef {
    pub name: Name,
    pub record: Name,
    pub title: Option<Name>,
    pub lines: Vec<Spanned<ReaderLine>>,
}

/// `writer NAME of READER "title"`
#[derive(Debug, Clone, PartialEq)]
pub struct WriterDef {
    pub name: Name,
    pub reader: Name,
    pub title: Option<Name>,
}

/// A line of a reader, or of a list in it.
#[derive(Debug, Clone, PartialEq)]
pub enum ReaderLine {
    /// `csv delimiter ";" columns (A, B)`
    Csv { delimiter: Option<Name>, columns: Option<Vec<Name>> },
    /// `json`
    Json,
    /// `xml`
    Xml,
    /// `x12`
    X12,
    /// `fixed tag 1..2 in order without "H" with READER, READER`
    Fixed { tag: Option<Name>, is_in_order: bool, without: Vec<Name>, with: Vec<Name> },
    /// `segment NAME is "1" begins { … }`
    Segment { name: Name, tags: Vec<Name>, begins: bool, columns: Vec<Spanned<FixedColumn>> },
    /// `loop NAME at SEGMENT[…], SEGMENT in LOOP, LOOP`
    Loop { name: Name, segments: Vec<Name>, when: Vec<TestDef>, inside: Vec<Name> },
    /// `recognise header has (…)`
    RecogniseHeader(Vec<Name>),
    /// `recognise PATH is "x"`
    Recognise(Vec<TestDef>),
    /// `objects of PATH known by PATH beside PATH`
    Objects { kind: TreePath, id: TreePath, beside: Option<TreePath> },
    /// `zone "…"`
    Zone(Name),
    /// `null "", "?"`
    Null(Vec<Name>),
    /// `dates "…"`
    Dates(Vec<Name>),
    /// `sheet "NAME"`
    Sheet(Name),
    /// `group by "COLUMN" anywhere`
    GroupBy { column: Name, is_anywhere: bool },
    /// `each encounter from PATH also known by PATH`
    EachEncounter { path: TreePath, also: Option<TreePath> },
    /// `skip when …`
    SkipWhen(Vec<TestDef>),
    /// `order by PATH`
    OrderBy(TreePath),
    /// `first when …`
    FirstWhen(Vec<TestDef>),
    /// `once by FIELD`
    OnceBy(Name),
    /// `needs FIELD`
    Needs(Name),
    /// `numbered by PATH`
    NumberedBy(TreePath),
    /// `FIELD from …`
    Mapping(MappingDef),
}

/// `NAME 1..8 optional`
#[derive(Debug, Clone, PartialEq)]
pub struct FixedColumn {
    pub name: Name,
    pub columns: Name,
    pub of: ColumnOf,
}

/// What some columns hold.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnOf {
    Text,
    /// `optional`
    Optional,
    /// `counts 87, 88`
    Counts(Vec<Name>),
    /// `each 3 { … }`
    Each {
        width: Name,
        columns: Vec<Spanned<FixedColumn>>,
    },
}

/// A field and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct MappingDef {
    /// As written: `patient.sex`, `diagnoses[]`, `codes[0]`.
    pub target: Name,
    pub from: FromDef,
}

/// Where a field comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum FromDef {
    /// `from A + B, C OPTIONS`: the first that holds something, each of texts put together.
    Sources { sources: Vec<Vec<TreePath>>, options: Vec<Spanned<OptionDef>> },
    /// `from columns A..B OPTIONS`
    Columns { first: Name, last: Name, options: Vec<Spanned<OptionDef>> },
    /// `from PATH { … }`
    List { path: TreePath, lines: Vec<Spanned<ReaderLine>> },
    /// `from rows { … }`
    Rows(Vec<Spanned<ReaderLine>>),
    /// `from each KIND by PATH { … }`
    Each { kind: Name, by: TreePath, lines: Vec<Spanned<ReaderLine>> },
    /// `is VALUE when …`, or without a condition
    Constant { value: Name, when: Vec<TestDef> },
}

/// What is made of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum OptionDef {
    Dates(Vec<Name>),
    /// `values { A, B -> X; otherwise -> none }`: no names are `otherwise`, no value is `none`.
    Values(Vec<(Vec<Name>, Option<Name>)>),
    Null(Vec<Name>),
    Split(Name),
    Matching(Name),
    Digits(Name),
    Zeros(Name),
    Decimals(Name),
    WithBlanks,
    Last,
    PlaceIn(Name),
    When(Vec<TestDef>),
}

/// A column, or a path in a tree.
#[derive(Debug, Clone, PartialEq)]
pub struct TreePath {
    pub steps: Vec<Spanned<StepDef>>,
}

/// A step of a path.
#[derive(Debug, Clone, PartialEq)]
pub enum StepDef {
    /// `^`
    Outermost,
    Name(String),
    /// `[]`
    Each,
    /// `*`
    Any,
    /// `[3]`
    At(usize),
    /// `[name is "x"]`
    If(Vec<TestDef>),
    /// `-> Patient`
    Follow(String),
}

/// A question about a tree.
#[derive(Debug, Clone, PartialEq)]
pub struct TestDef {
    pub path: TreePath,
    pub of: TestOf,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum TestOf {
    Present,
    Absent,
    Is(Name),
    IsNot(Name),
    In(Vec<Name>),
    NotIn(Vec<Name>),
    Contains(Vec<Name>),
    EndsWith(Vec<Name>),
    /// `named by KIND.PATH`: the path stands in objects of that kind.
    NamedBy(Name),
}
