//! The content of a code set before it is written to a registry: what importers make and the compiler adds to.

use super::day::Day;
use super::day::Days;
use super::ids::CodeId;
use super::ids::LabelId;
use super::ids::PropertyId;
use super::ids::RelationId;
use super::ids::SetId;
use super::value::Literal;
use serde::Deserialize;
use serde::Serialize;

/// All codes of one code set, in its own order: a parent before what is under it, siblings as published.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CodeSet {
    /// Name, such as `icd-10-cm`.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// Canonical address; may be empty.
    pub uri: String,
    /// Releases, oldest first.
    pub releases: Vec<Release>,
    /// Relations between its codes, as it declares them.
    pub relations: Vec<Relation>,
    /// Columns that its codes carry.
    pub properties: Vec<Property>,
    /// The codes.
    pub codes: Vec<Code>,
    /// Index entries that lead to a code and are no synonyms of it (Alphabetic Index): words, code.
    pub index: Vec<(String, CodeId)>,
    /// How people say it: words, code. They lead to a code where one is searched by words; long ones are terms of a text too.
    pub wordings: Vec<(String, CodeId)>,
    /// How people word what its titles say.
    pub wording: Wording,
    /// An official release is named in the definitions but not installed: these codes are the starter.
    pub is_starter: bool,
    /// Names of the releases that are missing.
    pub missing_sources: Vec<String>,
}

/// How people word what the titles of a code set say: lists of its domain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Wording {
    /// Short forms and what they stand for. One with a capital letter is meant as it is written.
    pub spellings: Vec<(String, String)>,
    /// Words of which a title has one and not another, with blanks between: `left right bilateral`.
    pub choices: Vec<String>,
    /// Words of a title that hold unless a text says otherwise.
    pub defaults: Vec<String>,
    /// Words that a title must have if a text has them, and the other way round.
    pub settings: Vec<String>,
    /// Words that people say whatever they come for.
    pub faint: Vec<String>,
    /// Groups whose codes stand beside others and never alone.
    pub last: Vec<String>,
    /// Words that name a part of something: none of them alone is a term.
    pub parts: Vec<String>,
    /// Groups whose codes say less than a code of another group.
    pub later: Vec<String>,
}

/// A dated, unchanging content of a code set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Name, such as `2026`.
    pub name: String,
    /// First day.
    pub from: Option<Day>,
    /// Last day.
    pub to: Option<Day>,
    /// Last day of which it tells although it has not ended: later releases may change what holds then.
    pub known: Option<Day>,
}

/// A relation between codes that a code set declares.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Relation {
    /// Name.
    pub name: String,
    /// Name for people; may be empty.
    pub title: String,
    /// What one code states of another holds the other way round too.
    pub is_symmetric: bool,
    /// What a code states holds for all codes below it, and of all codes below those that it names.
    pub is_inherited: bool,
}

/// A typed column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Property {
    /// Name.
    pub name: String,
    /// Type.
    pub kind: super::record::Kind,
}

/// One code.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Code {
    /// As the publisher writes it, with its dot (`E11.9`).
    pub code: String,
    /// Official title.
    pub title: String,
    /// Short title where the publisher has one; may be empty.
    pub short: String,
    /// The codes that it stands under; the first is the main one.
    pub parents: Vec<CodeId>,
    /// When it may be recorded. Empty: always.
    pub spans: Vec<Validity>,
    /// It may be recorded itself in at least one span (a group is not).
    pub is_assignable: bool,
    /// Synonyms and inclusion terms: found in text and by search.
    pub synonyms: Vec<String>,
    /// Titles in other languages.
    pub designations: Vec<(String, String)>,
    /// What it means; may be empty.
    pub definition: String,
    /// Notes for people: kind (`note`, `includes`, `excludes1`, …) and text.
    pub notes: Vec<(String, String)>,
    /// Relations to other codes: place in `CodeSet::relations`, first and last code of the range they name (all under the
    /// last too).
    pub relations: Vec<(RelationId, CodeId, CodeId)>,
    /// Labels, each with the days on which it has them.
    pub labels: Vec<CodeLabel>,
    /// Values of properties: place in `CodeSet::properties`, value; several for a list.
    pub properties: Vec<(PropertyId, Literal)>,
    /// Values that hold on some days only; on these they stand in the place of the others.
    pub dated_properties: Vec<(PropertyId, Literal, Days)>,
    /// What to use instead, and how many of them.
    pub replaced_by: Option<Replacement>,
}

/// A label of a code. One number may have meant different things: a label may end, or begin, without the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CodeLabel {
    /// The label.
    pub label: LabelId,
    /// First day; since ever if `None`.
    pub from: Option<Day>,
    /// Last day; open if `None`.
    pub to: Option<Day>,
}

/// Days on which a code exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validity {
    /// First day; since ever if `None`.
    pub from: Option<Day>,
    /// Last day; open if `None`.
    pub to: Option<Day>,
    /// It may be recorded itself in these days (a header may not).
    pub is_assignable: bool,
}

/// What stands in the place of an ended code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// How many of them.
    pub how: Replacing,
    /// These codes.
    pub codes: Vec<CodeId>,
}

/// How many codes replace one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Replacing {
    /// Exactly one: may be done automatically.
    One,
    /// One of several: somebody has to choose.
    Either,
    /// All of them together.
    Both,
}

impl Replacing {
    /// What so many codes that replace one come to, where nothing more is said: of several somebody has to choose.
    pub fn of(count: usize) -> Replacing {
        if count > 1 { Replacing::Either } else { Replacing::One }
    }
}

/// Codes of one set ↔ codes of another.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Crosswalk {
    /// Name; empty for `maps to` lines.
    pub name: String,
    /// Code set it maps from.
    pub from: SetId,
    /// Code set it maps to.
    pub to: SetId,
    /// Entries.
    pub entries: Vec<Mapping>,
}

/// One line of a crosswalk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mapping {
    /// Code of the one set.
    pub from: CodeId,
    /// Code of the other; `None` says that there is none.
    pub to: Option<CodeId>,
    /// How the target stands to the source.
    pub kind: MatchKind,
    /// A condition as it is written; empty if there is none.
    pub condition: String,
    /// Targets of one source that share a number (not 0) are used together.
    pub group: u16,
    /// First day on which it holds.
    pub since: Option<Day>,
    /// Last day on which it holds.
    pub until: Option<Day>,
}

/// How the target of a mapping stands to its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MatchKind {
    /// The same.
    #[default]
    Equivalent,
    /// The target says less.
    Broader,
    /// The target says more.
    Narrower,
    /// They overlap.
    Related,
}
