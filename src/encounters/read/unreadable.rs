//! Why one encounter could not be read.

/// Longest line, array element or CSV row that is read, in bytes: 64 MiB.
pub const LONGEST: usize = 64 << 20;

/// What is said of an encounter over which the program panicked.
pub const FAILED: &str = "the program failed on this encounter";

/// Why one encounter could not be read. Its words never quote the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The text is no JSON.
    #[error("this is not JSON (column {column})")]
    NotJson {
        /// Byte of the line, from 1, at which reading stopped.
        column: usize,
    },
    /// The text is no XML.
    #[error("this is not XML")]
    NotXml,
    /// It is JSON, but no object.
    #[error("this is not a JSON object")]
    NotAnObject,
    /// A row that had to be an encounter is not there, or blank.
    #[error("there is nothing in this row")]
    Empty,
    /// It is longer than [`LONGEST`].
    #[error("this is longer than 64 MiB")]
    TooLong,
    /// More rows of a table than one encounter may have, or more than [`LONGEST`] bytes in them.
    #[error("more rows follow each other than one encounter may have")]
    TooManyRows,
    /// The bytes are no UTF-8.
    #[error("this is not UTF-8")]
    NotUtf8,
    /// Objects and lists stand too deep in each other.
    #[error("this is nested too deeply")]
    TooDeep,
    /// The rest of a JSON array is missing, or something else stands between its elements.
    #[error("the JSON array is broken here, the rest is not read")]
    BrokenArray,
    /// A CSV row has more cells than the header has names.
    #[error("this row has more cells than the header")]
    TooManyCells,
    /// A CSV row has fewer cells than the header has names.
    #[error("this row has fewer cells than the header")]
    TooFewCells,
    /// A CSV header has more columns than are read.
    #[error("this header has more than 65,535 columns, the rest is not read")]
    TooManyColumns,
    /// A quote in a CSV file is not closed where its cell ends.
    #[error("a quote is not closed in this row, and the rows behind it may be in it")]
    OpenQuote,
    /// A packed file is damaged or cut.
    #[error("the packed file is damaged here, the rest is not read")]
    Damaged,
    /// Segments of X12 that are not as their envelope says, or lines of fixed columns that are not as the reader says.
    #[error("{0}")]
    Segments(&'static str),
    /// The program failed on it when it was read the first time.
    #[error("{}", FAILED)]
    Failed,
    /// No reader of the domain knows such an object.
    #[error("no reader of the domain knows this kind of object")]
    NoReader,
}

impl Unreadable {
    /// The same words without the column, for where only fixed words may stand.
    pub fn reason(self) -> &'static str {
        match self {
            Unreadable::NotJson { .. } => "this is not JSON",
            Unreadable::NotXml => "this is not XML",
            Unreadable::NotAnObject => "this is not a JSON object",
            Unreadable::Empty => "there is nothing in this row",
            Unreadable::TooLong => "this is longer than 64 MiB",
            Unreadable::TooManyRows => "more rows follow each other than one encounter may have",
            Unreadable::NotUtf8 => "this is not UTF-8",
            Unreadable::TooDeep => "this is nested too deeply",
            Unreadable::BrokenArray => "the JSON array is broken here, the rest is not read",
            Unreadable::TooManyCells => "this row has more cells than the header",
            Unreadable::TooFewCells => "this row has fewer cells than the header",
            Unreadable::TooManyColumns => "this header has more than 65,535 columns, the rest is not read",
            Unreadable::OpenQuote => "a quote is not closed in this row, and the rows behind it may be in it",
            Unreadable::Damaged => "the packed file is damaged here, the rest is not read",
            Unreadable::Segments(why) => why,
            Unreadable::Failed => FAILED,
            Unreadable::NoReader => "no reader of the domain knows this kind of object",
        }
    }
}
