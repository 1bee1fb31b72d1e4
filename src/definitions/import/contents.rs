//! What a file of a release holds once it is read, however it was written, and how a reader is told to read it.

use crate::definitions::parse::tree::ColumnRole;
use crate::files;
use crate::model::content::MatchKind;
use crate::model::content::Release;
use crate::model::content::Replacing;
use crate::model::content::Validity;
use crate::model::day::Day;
use serde::Deserialize;
use serde::Serialize;

/// Why a file could not be imported.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be read or unpacked.
    #[error(transparent)]
    File(#[from] files::Error),
    /// The file is not of the format.
    #[error("line {line}: {why}")]
    Line {
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// The file is not of the format, or an option does not fit it.
    #[error("{0}")]
    Form(String),
}

/// A format of releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `icd-10-cm-order`: the order file of ICD-10-CM or ICD-10-PCS.
    IcdOrder,
    /// `icd-10-cm-tabular`: the Tabular List as XML.
    IcdTabular,
    /// `icd-10-cm-index`: the Alphabetic Index as CSV or XML, the external cause index, the tables of neoplasms and drugs.
    IcdIndex,
    /// `hcpcs`: fixed-width records as published (ANWEB), or the same as a table with a header.
    Hcpcs,
    /// `csv`
    Csv,
    /// `tsv`
    Tsv,
    /// `xlsx`: the first sheet of a workbook, of XLSX or ODS.
    Sheet,
    /// `fhir`: a CodeSystem or ValueSet as JSON.
    Fhir,
    /// `gem`: the codes that a file of General Equivalence Mappings maps, without titles.
    Gem,
}

impl Format {
    /// All formats by name.
    pub const ALL: [(&'static str, Format); 10] = [
        ("icd-10-cm-order", Format::IcdOrder),
        ("icd-10-cm-tabular", Format::IcdTabular),
        ("icd-10-cm-index", Format::IcdIndex),
        ("hcpcs", Format::Hcpcs),
        ("csv", Format::Csv),
        ("tsv", Format::Tsv),
        ("xlsx", Format::Sheet),
        ("ods", Format::Sheet),
        ("fhir", Format::Fhir),
        ("gem", Format::Gem),
    ];

    /// Whether a file of the format brings codes by itself; the others add to codes that are there.
    pub fn makes_codes(self) -> bool {
        !matches!(self, Format::IcdTabular | Format::IcdIndex)
    }

    /// A format by its name.
    pub fn named(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, format)| format)
    }
}

/// How a file is to be read. Most of it matters to `csv` and `tsv` only.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// First day of the release.
    pub from: Option<Day>,
    /// Last day of the release.
    pub to: Option<Day>,
    /// What a column holds, and its name.
    pub columns: Vec<(ColumnRole, String)>,
    /// `assignable column NAME is VALUE`
    pub assignable: Option<(String, String)>,
    /// `label NAME [when column NAME is VALUE]`
    pub labels: Vec<(String, Option<(String, String)>)>,
    /// `property P column NAME [lower] [split "SEP"]`
    pub properties: Vec<PropertyColumn>,
    /// `only when column NAME is VALUE`, all of them
    pub only: Vec<(String, String)>,
    /// `path column A, B, C`: each level is a code under the one before.
    pub path: Vec<String>,
    /// `title LANGUAGE column NAME`
    pub designations: Vec<(String, String)>,
    /// What separates several values in the cells of a column: column and separator.
    pub splits: Vec<(String, String)>,
    /// `dates "FORMAT", …`: how days are written; by looking if there is none.
    pub dates: Vec<String>,
    /// Adds to codes that exist, makes none.
    pub attach: bool,
}

/// A column that fills a property.
#[derive(Debug, Clone, PartialEq)]
pub struct PropertyColumn {
    /// Property.
    pub property: String,
    /// Column.
    pub column: String,
    /// In lower case.
    pub lower: bool,
    /// What separates several values.
    pub split: Option<String>,
}

/// What a file says, before it is put together with others.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Import {
    /// Name of the set where the file has one.
    pub name: String,
    /// Title of the set where the file has one.
    pub title: String,
    /// Canonical address where the file has one.
    pub uri: String,
    /// Release where the file names one.
    pub release: Option<Release>,
    /// The codes, in the order of the file.
    pub rows: Vec<Row>,
    /// Index entries: words, code.
    pub index: Vec<(String, String)>,
    /// Dots do not tell codes apart.
    pub dotless: bool,
    /// Which codes there are.
    pub scope: Scope,
    /// It knows better than others when its codes were in force.
    pub dates: bool,
    /// What could not be used as it stands.
    pub left: Leftovers,
    /// Columns of which nothing was said.
    pub unused: Vec<String>,
}

/// Rows of a file that could not be used, or not whole. So many are named as a person can look at; the others are counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftovers {
    /// Line and reason.
    pub rows: Vec<(u32, String)>,
    /// How many more there are.
    pub more: usize,
}

impl Leftovers {
    const MOST: usize = 20;

    /// Names a row, or counts it.
    pub fn add(&mut self, line: u32, why: String) {
        if self.rows.len() < Leftovers::MOST {
            self.rows.push((line, why));
        } else {
            self.more += 1;
        }
    }
}

/// Whether an import makes codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// Each row is a code.
    #[default]
    Makes,
    /// Rows add to codes that exist; only groups are made.
    Adds,
    /// As `Adds` when codes exist already, else as `Makes`.
    AddsIfAny,
}

/// What a file says about one code.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// Its line in the file, from 1; 0 where lines say nothing to people, as in an official release.
    pub line: u32,
    /// The code as its publisher writes it.
    pub code: String,
    /// A chapter or block: never a code to record, and told apart from a code of the same name.
    pub is_group: bool,
    /// Official title; may be empty.
    pub title: String,
    /// Short title; may be empty.
    pub short: String,
    /// Where it stands.
    pub under: Under,
    /// Further parents.
    pub more: Vec<String>,
    /// When it is in force; empty: always.
    pub spans: Vec<Validity>,
    /// It may be recorded itself; `None` if the file does not say.
    pub assignable: Option<bool>,
    /// Synonyms and inclusion terms.
    pub synonyms: Vec<String>,
    /// How people say it.
    pub wordings: Vec<String>,
    /// Titles in other languages: language and title.
    pub designations: Vec<(String, String)>,
    /// What it means.
    pub definition: String,
    /// Notes: kind and text.
    pub notes: Vec<(String, String)>,
    /// Relations: first and last code of a range.
    pub relations: Vec<(&'static str, String, String)>,
    /// Names of labels.
    pub labels: Vec<String>,
    /// Property and value, as written.
    pub properties: Vec<(String, String)>,
    /// What replaces it.
    pub replaced_by: Option<(Replacing, Vec<String>)>,
    /// Codes that say that they take its place: what is to be used once it has ended, if nothing else says what is.
    pub successors: Vec<String>,
}

/// Where a row stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Under {
    /// The file does not say.
    #[default]
    Unsaid,
    /// Under the code with the longest beginning of this one.
    Prefix,
    /// At the top.
    Top,
    /// Under a group.
    Group(String),
    /// Under a code.
    Code(String),
}

/// One line of a crosswalk, codes as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapRow {
    /// Its line in the file, from 1; 0 where lines say nothing to people.
    pub line: u32,
    /// Source.
    pub from: String,
    /// Target; `None` says that there is none.
    pub to: Option<String>,
    /// How the target stands to the source.
    pub kind: MatchKind,
    /// Targets that share a number (not 0) are used together.
    pub group: u16,
}

/// The text of a file, in whichever encoding it was saved.
pub(super) fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    files::decode(bytes, None).text
}
