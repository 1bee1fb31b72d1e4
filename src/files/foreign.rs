//! Files that hold no records and no definitions, or hold them in a way that nobody reads: what they are, and what to do.

use std::fmt;

/// A file that holds nothing which is read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Foreign {
    /// What it is.
    pub what: &'static str,
    /// What to do instead; empty if there is nothing to do.
    instead: &'static str,
}

impl fmt::Display for Foreign {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colon = if self.instead.is_empty() { "" } else { ": " };
        write!(out, "{}{colon}{}", self.what, self.instead)
    }
}

const fn foreign_with(what: &'static str, instead: &'static str) -> Foreign {
    Foreign { what, instead }
}

const PICTURE: Foreign = foreign_with("a picture, not text", "");
const UTF_32: Foreign = foreign_with("UTF-32, not UTF-8", "save it as UTF-8");

/// First bytes of such files.
const BEGINNINGS: [(&[u8], Foreign); 9] = [
    (b"%PDF-", foreign_with("a PDF file, not text", "ask for the data as CSV")),
    (b"\x89PNG", PICTURE),
    (b"\xff\xd8\xff", PICTURE),
    (b"GIF8", PICTURE),
    (b"{\\rtf", foreign_with("a document of a word processor", "save its table as CSV")),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        foreign_with("a workbook of an old Excel (.xls) or one with a password", "save it as XLSX or CSV"),
    ),
    (b"\xff\xfe\0\0", UTF_32),
    (b"\0\0\xfe\xff", UTF_32),
    (b"SQLite format 3\0", foreign_with("a database", "export its table as CSV")),
];

/// What the parts of a packed document are called.
const PARTS: [(&[u8], Foreign); 3] = [
    (b"word/document.xml", foreign_with("a document of a word processor", "save its table as CSV or XLSX")),
    (
        b"application/vnd.oasis.opendocument.text",
        foreign_with("a document of a word processor", "save its table as CSV or ODS"),
    ),
    (b"ppt/presentation.xml", foreign_with("a presentation", "save its table as CSV or XLSX")),
];

/// What a file is that cannot be read, by its first bytes, and what to do.
#[must_use]
pub fn foreign(first: &[u8]) -> Option<Foreign> {
    let by_beginning = BEGINNINGS.iter().find(|(begin, _)| first.starts_with(begin)).map(|(_, foreign)| *foreign);
    by_beginning.or_else(|| packed(first)).or_else(|| page(first))
}

fn packed(first: &[u8]) -> Option<Foreign> {
    let has = |part: &[u8]| memchr::memmem::find(first, part).is_some();
    PARTS.iter().find(|(part, _)| first.starts_with(b"PK\x03\x04") && has(part)).map(|(_, foreign)| *foreign)
}

/// The page of a web site, which often stands where an export should: somebody was not logged in.
fn page(first: &[u8]) -> Option<Foreign> {
    let start = first.trim_ascii_start();
    let begins = |word: &[u8]| start.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word));
    let is_page = begins(b"<!doctype html") || begins(b"<html");
    is_page.then_some(foreign_with("a web page (HTML), not an export", "perhaps one has to log in first"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_first_bytes() {
        for first in [&b"%PDF-1.7\n"[..], b"\n <!DOCTYPE html><html>", b"<HTML>", b"\xff\xfe\0\0i\0\0\0", b"GIF89a"] {
            assert!(foreign(first).is_some(), "{first:?}");
        }
        for first in [&b"id,text\n"[..], b"<calls/>", b"{\"id\":1}", b"\xff\xfei\0d\0", b"PK\x03\x04calls.csv", b""] {
            assert_eq!(foreign(first), None, "{first:?}");
        }
    }
}
