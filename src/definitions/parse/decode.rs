//! Bytes → text.

use crate::definitions::parse::problems::Problems;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::Kind;
use crate::diagnostics::span::Span;

/// Makes text of the bytes of a file. What is not UTF-8 is reported and becomes `\u{fffd}`, so that the rest is read.
///
/// Hidden characters are left in the text: [`super::parse`] reports them.
pub fn decode(bytes: Vec<u8>) -> (String, Vec<Diagnostic>) {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return (text, Vec::new()),
        Err(error) => error.into_bytes(),
    };
    let mut text = String::with_capacity(bytes.len());
    let mut problems = Problems::new(Vec::new(), 0);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            let start = text.len();
            text.push('\u{fffd}');
            let help = "save the file as UTF-8";
            problems.push(Diagnostic::new(Kind::NotUtf8, Span::new(start, text.len())).with_help(help));
        }
    }
    (text, problems.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_utf8_is_reported_in_its_place() {
        let (text, problems) = decode(b"ab\xff\xfecd\n".to_vec());
        assert_eq!(text, "ab\u{fffd}\u{fffd}cd\n");
        assert_eq!(problems.iter().map(|problem| problem.span.start).collect::<Vec<_>>(), [2, 5]);
    }
}
