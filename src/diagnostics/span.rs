//! Places in a definition file.

use std::path::Path;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

/// The files that spans speak of, by the number of their id; there are as many as definition files were ever read.
static FILES: RwLock<Vec<Arc<Path>>> = RwLock::new(Vec::new());

/// The file in which a span stands. The first one is no file: that of a text of which nobody said where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId(u32);

impl FileId {
    /// The id of a file; the same for the same path as long as the program runs.
    pub fn of(path: &Path) -> FileId {
        let mut files = FILES.write().unwrap_or_else(PoisonError::into_inner);
        let known = files.iter().position(|it| it.as_os_str() == path.as_os_str());
        let place = known.unwrap_or_else(|| {
            files.push(path.into());
            files.len() - 1
        });
        // Invariant: nobody reads four thousand million files, and one beyond would be called no file.
        FileId(u32::try_from(place + 1).unwrap_or_default())
    }

    /// Where the file lies; an empty path for no file.
    pub fn path(self) -> Arc<Path> {
        let files = FILES.read().unwrap_or_else(PoisonError::into_inner);
        let place = usize::try_from(self.0).ok().and_then(|number| number.checked_sub(1));
        place.and_then(|place| files.get(place)).map_or_else(|| Path::new("").into(), Arc::clone)
    }
}

/// A piece of a file: bytes, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Something and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spanned<T> {
    /// What.
    pub item: T,
    /// Where.
    pub span: Span,
}

impl Span {
    /// The piece from `start` to before `end` of a text that is no file yet.
    pub const fn new(start: usize, end: usize) -> Span {
        Span { file: FileId(0), start, end }
    }

    /// The same bytes of a file.
    #[must_use]
    pub const fn in_file(self, file: FileId) -> Span {
        Span { file, ..self }
    }

    /// The shortest piece that holds both; they stand in one file.
    #[must_use]
    pub fn join(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end), ..self }
    }
}

impl<T> Spanned<T> {
    /// `item` at `span`.
    pub const fn new(item: T, span: Span) -> Spanned<T> {
        Spanned { item, span }
    }
}

/// Where the lines of a text begin, to turn bytes into lines and columns.
#[derive(Debug, Clone)]
pub struct Lines {
    starts: Vec<usize>,
    end: usize,
}

impl Lines {
    /// Looks through `text` once.
    pub fn of(text: &str) -> Lines {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Lines { starts: std::iter::once(0).chain(breaks).collect(), end: text.len() }
    }

    /// The line of a byte, from 0.
    pub fn line(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte).saturating_sub(1)
    }

    /// The bytes of a line, its line break included; empty past the last line.
    pub fn bytes(&self, line: usize) -> Span {
        let start = self.starts.get(line).copied().unwrap_or(self.end);
        let end = self.starts.get(line + 1).copied().unwrap_or(self.end);
        Span::new(start, end)
    }

    /// Line and column of a byte, both from 1; columns count characters.
    pub fn place(&self, text: &str, byte: usize) -> (usize, usize) {
        let byte = byte.min(text.len());
        let line = self.line(byte);
        let before = text.as_bytes().get(self.bytes(line).start..byte).unwrap_or_default();
        let characters = before.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        (line + 1, characters + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_from_one() {
        let text = "a\nbä c\n";
        let lines = Lines::of(text);
        assert_eq!(lines.place(text, 0), (1, 1));
        assert_eq!(lines.place(text, 5), (2, 3));
        assert_eq!(lines.place(text, text.len()), (3, 1));
        assert_eq!(lines.place(text, 900), (3, 1));
    }
}
