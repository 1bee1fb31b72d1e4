//! How encounters stand in a file, and why a file cannot be read.

use super::columnar::Kind;
use super::columnar::NOT_BUILT;
use crate::diagnostics::did_you_mean;
use crate::files::Foreign;
use std::io;
use std::str::FromStr;

/// What formats are called.
const NAMES: [&str; 10] = ["ndjson", "json", "csv", "tsv", "xml", "fhir", "x12", "fixed", "parquet", "arrow"];

/// Why an input cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened or read.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// It holds no records, or none that are read.
    #[error("{path}: this is {what}")]
    Foreign {
        /// The file.
        path: String,
        /// What it is, and what to do.
        what: Foreign,
    },
    /// It is a directory.
    #[error("{path}: this is a directory, and a file is needed")]
    Directory {
        /// The directory.
        path: String,
    },
    /// One file is wanted, and this is an archive of several.
    #[error("{path}: this is an archive of several files, and one file is needed")]
    SeveralFiles {
        /// The archive.
        path: String,
    },
    /// Columns, and the program was built without them.
    #[error("{}", NOT_BUILT)]
    NotBuilt,
    /// It has no columns, and should.
    #[error("{path}: this is not {kind}; leave --format out, or give the file the ending of what it is")]
    NoColumns {
        /// The file.
        path: String,
        /// What it should be.
        kind: &'static str,
    },
    /// It has columns, and should be something else.
    #[error("{path}: this is {kind}; leave --format out")]
    OfColumns {
        /// The file.
        path: String,
        /// What it is.
        kind: &'static str,
    },
    /// A reader of tables was asked for, and a column holds more than one value a row.
    #[error("the reader `{name}` is for tables, and a column of this file holds lists or records")]
    NotFlat {
        /// The reader.
        name: String,
    },
    /// Files that are read together are of different kinds.
    #[error("the files are not of one kind: {one} comes first, then {other}; give files of each kind by themselves")]
    Mixed {
        /// The kind of the first.
        one: String,
        /// Another.
        other: String,
    },
    /// Two readers fit the file equally well.
    #[error("the readers `{one}` and `{other}` both fit: say which with --reader")]
    TwoReaders {
        /// One of them.
        one: String,
        /// The other.
        other: String,
    },
    /// Only a reader can read such a file.
    #[error("no reader of the domain recognises this file; `tencode reader` drafts one for a table or for JSON")]
    Unrecognised,
    /// A reader that the domain does not have.
    #[error("there is no reader `{name}`")]
    UnknownReader {
        /// The name that was given.
        name: String,
        /// Names of those there are.
        known: Vec<String>,
    },
    /// A format nobody knows.
    #[error("there is no format `{name}`{near}; there is {}", NAMES.join(", "))]
    UnknownFormat {
        /// The name that was given.
        name: String,
        /// The nearest that there is, in the words of a message; may be empty.
        near: String,
    },
}

/// How encounters stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Ndjson,
    /// One JSON array of objects, or objects one after the other.
    Json,
    /// A header of field names, then one encounter a row.
    Csv,
    /// The same, tabs between the cells.
    Tsv,
    /// One document of XML, which a reader of the domain has to know.
    Xml,
    /// Lines of fixed columns, which a reader of the domain has to know.
    Fixed,
    /// Interchanges of X12, of which a reader of the domain has to know the transactions.
    X12,
    /// The same as JSON, and a reader of the domain has to know it.
    Fhir,
    /// Columns of Parquet, one encounter a row.
    Parquet,
    /// Columns of Arrow IPC, a file or a stream, one encounter a row.
    Arrow,
}

impl Format {
    /// The kind of files that may be read together.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Format::Ndjson | Format::Json | Format::Fhir => "JSON",
            Format::Csv | Format::Tsv => "a table",
            Format::Xml => "XML",
            Format::Fixed => "fixed columns",
            Format::X12 => "X12",
            Format::Parquet => Kind::Parquet.name(),
            Format::Arrow => Kind::Arrow.name(),
        }
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Format, Error> {
        Ok(match name {
            "ndjson" | "jsonl" => Format::Ndjson,
            "json" => Format::Json,
            "csv" => Format::Csv,
            "tsv" => Format::Tsv,
            "xml" => Format::Xml,
            "fixed" => Format::Fixed,
            "x12" => Format::X12,
            "fhir" => Format::Fhir,
            "parquet" | "arrow" | "feather" if cfg!(not(feature = "columns")) => return Err(Error::NotBuilt),
            "parquet" => Format::Parquet,
            "arrow" | "feather" => Format::Arrow,
            _ => {
                let near = did_you_mean(name, NAMES).map(|near| format!("; {near}")).unwrap_or_default();
                return Err(Error::UnknownFormat { name: name.to_owned(), near });
            }
        })
    }
}

/// Whether an error says that a packed file is damaged.
pub(super) fn is_damage(error: &io::Error) -> bool {
    use io::ErrorKind;
    matches!(
        error.kind(),
        ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof | ErrorKind::Other
    )
}
