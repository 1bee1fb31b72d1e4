//! Readers: how a file that others wrote becomes encounters of a record.
//!
//! What a row of cells or a tree of objects is, the program knows; which part of it becomes which field stands here.

use super::ids::RecordId;
use serde::Deserialize;
use serde::Serialize;

/// One reader of a domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reader {
    /// Its name.
    pub name: String,
    /// Name for people; may be empty.
    pub title: String,
    /// The record whose encounters it makes.
    pub record: RecordId,
    /// The name under which such files are written, too.
    pub writer: Option<String>,
    /// How the file is written.
    pub syntax: Syntax,
    /// What an object says that this reader reads. All of it has to hold.
    pub recognise: Vec<Test>,
    /// Names that the header has which this reader reads.
    pub header: Vec<String>,
    /// The sheet of a workbook that it reads; else the first.
    pub sheet: Option<String>,
    /// Rows with the same value in this column are one encounter.
    pub group_by: Option<String>,
    /// Also those that do not follow each other.
    pub groups_anywhere: bool,
    /// Each object at this path is an encounter; without any mapping, one that another reader reads.
    pub spread: Option<Path>,
    /// Where another name of such an object stands beside it.
    pub also_known_by: Option<Path>,
    /// How its objects are known to those that refer to them.
    pub objects: Option<Objects>,
    /// The fields.
    pub body: Body,
}

/// How objects of a tree are known to others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objects {
    /// Where an object says of what kind it is.
    pub kind: Path,
    /// Where its name stands. A reference ends with it.
    pub id: Path,
    /// Where further objects stand inside an object.
    pub beside: Option<Path>,
}

/// How a file is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Syntax {
    /// Rows of cells.
    Table {
        /// The sign between cells, where it is said.
        delimiter: Option<u8>,
        /// Names of the columns of a file without a header.
        columns: Option<Vec<String>>,
    },
    /// Objects of JSON.
    Json,
    /// Elements of XML.
    Xml,
    /// Lines of fixed columns.
    Fixed(FixedLines),
    /// Segments of X12, and the loops they stand in.
    X12 {
        /// The loops, of which the first that fits counts.
        loops: Vec<Loop>,
    },
}

/// What stands in which columns of a line. Columns are signs and count from 1.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FixedLines {
    /// The columns of the tag that says which segment a line is, the first and the last; without it all are the same.
    pub tag: Option<(usize, usize)>,
    /// No line of an encounter has a smaller tag than the one before it.
    pub is_in_order: bool,
    /// Tags of lines that are no part of an encounter.
    pub without: Vec<String>,
    /// Readers of the same files, each for other lines.
    pub with: Vec<String>,
    /// The segments.
    pub segments: Vec<Columns>,
}

/// The lines of a tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    /// Its name in paths.
    pub name: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// An encounter begins with such a line.
    pub begins: bool,
    /// What stands where.
    pub columns: Vec<Column>,
}

/// Some columns next to each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The name in paths.
    pub name: String,
    /// The first of them.
    pub from: usize,
    /// The last.
    pub to: usize,
    /// What it holds.
    pub of: ColumnOf,
}

/// What some columns hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ColumnOf {
    /// A text.
    #[default]
    Text,
    /// A text; a line may end before it.
    Optional,
    /// How many columns the line has: one of these numbers, the smallest first.
    Counts(Vec<usize>),
    /// Items of so many columns next to each other: texts, or what stands in the columns of each, which count from 1.
    Each(usize, Vec<Column>),
}

/// Which segment opens a loop, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loop {
    /// Its name in paths.
    pub name: String,
    /// Names of the segments: the first opens a loop whenever it comes, the others where the loop that is open has one already.
    pub segments: Vec<String>,
    /// What the segment says.
    pub when: Vec<Test>,
    /// The loops in which it stands; none are the transaction. A level stands in the level that it names.
    pub inside: Vec<String>,
}

/// The fields of an encounter, or of an item of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Body {
    /// Where each field comes from, in the order written.
    pub mappings: Vec<Mapping>,
    /// An object of which one of these holds makes no encounter or item.
    pub skip: Vec<Vec<Test>>,
    /// The number by which items stand in their order; those without one come last.
    pub order_by: Option<Path>,
    /// Items of which this holds stand before all others.
    pub first_when: Vec<Test>,
    /// An item is left out if one before it has the same in this field.
    pub once_by: Option<String>,
    /// Fields without which there is no encounter or item.
    pub needs: Vec<String>,
    /// The number under which other lines name an item.
    pub numbered_by: Option<Path>,
}

/// One field and where it comes from. Of several lines for one field the first that gives a value counts; lines for a list
/// add up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// The way to the field.
    pub target: Vec<TargetStep>,
    /// The field inside each item of the list to which the way leads, for `items[].code`.
    pub inside: Option<String>,
    /// Where it comes from.
    pub from: From,
}

/// A step of the way to a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TargetStep {
    /// A field.
    Name(String),
    /// An item of a list, from 0.
    Index(u16),
}

/// Where a field comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum From {
    /// The first of these places that holds something; each is texts put together with a blank.
    Texts {
        /// The places.
        places: Vec<Vec<Path>>,
        /// What is made of a text.
        convert: Convert,
        /// When the line applies.
        when: Vec<Test>,
        /// All values make a list; else the first one counts.
        is_list: bool,
    },
    /// Columns next to each other, each an item of a list.
    Columns {
        /// The first of them.
        first: String,
        /// The last.
        last: String,
        /// What is made of a text.
        convert: Convert,
    },
    /// Each object at a path is an item of a list.
    List(Path, Body),
    /// Each row of a group is an item of a list.
    Rows(Body),
    /// Each object of a kind that refers to this one is an item of a list.
    Each {
        /// The kind.
        kind: String,
        /// Where the reference stands in it.
        by: Path,
        /// The fields of the item.
        body: Body,
    },
    /// A value that does not stand in the file.
    Constant {
        /// The value.
        value: String,
        /// When it applies.
        when: Vec<Test>,
    },
}

/// What is made of a text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Convert {
    /// What stands for nothing, beside the empty text.
    pub nulls: Vec<String>,
    /// How dates are written; the first that fits counts.
    pub dates: Vec<String>,
    /// Whether a day without a time is wanted.
    pub is_day: bool,
    /// The zone of times without an offset.
    pub zone: Option<String>,
    /// What is written for what; `None` is nothing. The first line that fits one of the texts counts.
    pub values: Vec<(Vec<String>, Option<String>)>,
    /// What every other text becomes.
    pub otherwise: Otherwise,
    /// Pattern of the texts that count; its first group is what is taken of them.
    pub matching: Option<String>,
    /// What stands between the values of one text.
    pub split: Option<String>,
    /// How many digits a number has, with zeros before it.
    pub digits: u8,
    /// How many digits it has in the file, with zeros before it that are none of the value.
    pub zeros: u8,
    /// How many of them stand behind a point that is not written.
    pub decimals: u8,
    /// Blanks before a text belong to it.
    pub keeps_blanks: bool,
    /// The last row of a group counts, not the first.
    pub is_last: bool,
    /// The list of whose items this is a number; what is wanted is the place of the item, from 1.
    pub place_in: Option<String>,
}

/// What a text becomes of which no value is said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Otherwise {
    /// It stays.
    #[default]
    Same,
    /// Nothing.
    Nothing,
    /// This value.
    Value(String),
}

/// A column, or a path in a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Path(pub Vec<Step>);

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// What an object has under a name.
    Name(String),
    /// All items of a list.
    Each,
    /// All parts of an object.
    Any,
    /// One of them, from 0.
    At(usize),
    /// Those of which this holds.
    If(Vec<Test>),
    /// The object of a kind to which a reference leads.
    Follow(String),
    /// The object of the encounter, whatever item of it is looked at; stands first.
    Outermost,
}

/// A question about a tree or a row. Letters are compared without their case: those of the question are small.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// What is looked at.
    pub path: Path,
    /// What is asked.
    pub asked: Asked,
}

/// What is asked of the texts at a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asked {
    /// Something is there.
    Present,
    /// Nothing is there.
    Absent,
    /// One of the texts is one of these.
    In(Vec<String>),
    /// None of the texts is one of these.
    NotIn(Vec<String>),
    /// One of the texts has one of these in it.
    Contains(Vec<String>),
    /// One of the texts ends with one of these.
    EndsWith(Vec<String>),
    /// An object of this kind refers to this one, at the path.
    NamedBy(String),
}

impl Path {
    /// The name of a column, if it is nothing else.
    pub fn column(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Step::Name(name)] => Some(name),
            _ => None,
        }
    }

    /// The name with which it begins.
    pub fn first_name(&self) -> Option<&str> {
        match self.0.first() {
            Some(Step::Name(name)) => Some(name),
            _ => None,
        }
    }

    /// The same, and all items where it leads to a list.
    #[must_use]
    pub fn to_all(mut self) -> Path {
        if !matches!(self.0.last(), Some(Step::Each | Step::Any | Step::At(_) | Step::If(_))) {
            self.0.push(Step::Each);
        }
        self
    }
}

/// The names of columns next to each other that are numbered, such as `DX1` to `DX25`.
pub fn numbered_columns(first: &str, last: &str) -> Option<Vec<String>> {
    let split = |name: &str| {
        let digits = name.len() - name.trim_end_matches(|sign: char| sign.is_ascii_digit()).len();
        name.split_at_checked(name.len() - digits).map(|(name, number)| (name.to_owned(), number.to_owned()))
    };
    let ((name, from), (other, to)) = (split(first)?, split(last)?);
    let (low, high) = (from.parse::<u16>().ok()?, to.parse::<u16>().ok()?);
    let width = if from.starts_with('0') { from.len() } else { 0 };
    (name == other && low <= high).then(|| (low..=high).map(|number| format!("{name}{number:0width$}")).collect())
}
