//! Files that hold no records, or hold them in a way that nobody reads: what they are, and what to do instead.

/// What the first bytes of such a file say.
const BEGINNINGS: [(&[u8], &str); 9] = [
    (b"%PDF-", "a PDF file, not text: ask for the data as CSV"),
    (b"\x89PNG", "a picture, not text"),
    (b"\xff\xd8\xff", "a picture, not text"),
    (b"GIF8", "a picture, not text"),
    (b"{\\rtf", "a document of a word processor: save its table as CSV"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "a workbook of an old Excel (.xls) or one with a password: save it as XLSX or CSV",
    ),
    (b"\xff\xfe\0\0", "text in UTF-32: save it as UTF-8"),
    (b"\0\0\xfe\xff", "text in UTF-32: save it as UTF-8"),
    (b"SQLite format 3\0", "a database: export its table as CSV"),
];

/// What the parts of a packed document are called.
const PARTS: [(&[u8], &str); 3] = [
    (b"word/document.xml", "a document of a word processor: save its table as CSV or XLSX"),
    (b"application/vnd.oasis.opendocument.text", "a document of a word processor: save its table as CSV or ODS"),
    (b"ppt/presentation.xml", "a presentation: save its table as CSV or XLSX"),
];

/// What a file is that cannot be read as records, by its first bytes, and what to do.
#[must_use]
pub fn foreign(first: &[u8]) -> Option<&'static str> {
    let by_beginning = BEGINNINGS.iter().find(|(begin, _)| first.starts_with(begin)).map(|(_, what)| *what);
    by_beginning.or_else(|| packed(first)).or_else(|| page(first))
}

fn packed(first: &[u8]) -> Option<&'static str> {
    let has = |part: &[u8]| memchr::memmem::find(first, part).is_some();
    PARTS.iter().find(|(part, _)| first.starts_with(b"PK\x03\x04") && has(part)).map(|(_, what)| *what)
}

/// The page of a web site, which often stands where an export should: somebody was not logged in.
fn page(first: &[u8]) -> Option<&'static str> {
    let start = first.trim_ascii_start();
    let begins = |word: &[u8]| start.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word));
    let is_page = begins(b"<!doctype html") || begins(b"<html");
    is_page.then_some("a web page (HTML), not an export: perhaps one has to log in first")
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
