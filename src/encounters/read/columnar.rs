//! Files of typed columns, as far as every build knows them: by their first bytes. The feature `columns` reads them, as lines
//! of JSON or as the cells of a table.

#[cfg(not(feature = "columns"))]
use crate::files::Content;
use std::io;
use std::io::BufRead;
#[cfg(not(feature = "columns"))]
use std::io::Read;

#[cfg(feature = "columns")]
pub(super) use super::columns::open;
#[cfg(feature = "columns")]
pub(super) use super::columns::open_stream;

/// What is said of them where the program was built without the feature.
pub const NOT_BUILT: &str = "this program was built without `columns`, which Parquet and Arrow need; build it with \
                             `cargo build --release --features columns`";

/// Which columns they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Parquet,
    Arrow,
}

/// How rows are given as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One JSON object a line.
    Lines,
    /// A header of names, then the cells of a row, with commas between.
    Table,
    /// The same without the header.
    Cells,
}

/// An opened file of columns.
pub(super) trait Columnar: Send {
    /// The first rows as lines, no more than so many bytes and the rest of a line.
    fn beginning(&mut self, most: usize) -> io::Result<Vec<u8>>;

    /// Names of its columns, if each row has one value in each.
    fn names(&self) -> Option<Vec<String>>;

    /// All rows as text.
    fn text(self: Box<Self>, form: Form) -> Box<dyn BufRead + Send>;
}

impl Kind {
    /// What a file is that begins so. Parquet begins with four letters and a byte that stands in no text.
    pub fn of(first: &[u8]) -> Option<Kind> {
        let is_text = |byte: &u8| *byte >= b' ' || matches!(byte, b'\t' | b'\n' | b'\r');
        match first {
            [b'P', b'A', b'R', b'1' | b'E', next, ..] if !is_text(next) => Some(Kind::Parquet),
            [b'A', b'R', b'R', b'O', b'W', b'1', 0, ..] => Some(Kind::Arrow),
            [b'F', b'E', b'A', b'1', next, ..] if !is_text(next) => Some(Kind::Arrow),
            [0xFF, 0xFF, 0xFF, 0xFF, ..] => Some(Kind::Arrow),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Kind::Parquet => "Parquet",
            Kind::Arrow => "Arrow IPC",
        }
    }
}

#[cfg(not(feature = "columns"))]
pub(super) fn open(_: Kind, _: Box<dyn Content>, _: u64) -> io::Result<Box<dyn Columnar>> {
    Err(io::Error::new(io::ErrorKind::Unsupported, NOT_BUILT))
}

#[cfg(not(feature = "columns"))]
pub(super) fn open_stream(_: Kind, _: Box<dyn Read + Send>, _: bool) -> io::Result<Box<dyn Columnar>> {
    Err(io::Error::new(io::ErrorKind::Unsupported, NOT_BUILT))
}
