//! What the tree does not hold: comments, blank lines, braces, and lines that could not be read.

use crate::definitions::format::page::Above;
use crate::diagnostics::span::Span;

/// What stands between the statements of a file.
#[derive(Debug)]
pub struct Trivia<'s> {
    source: &'s str,
    comments: Vec<Comment>,
    /// Braces that belong together, in the order in which they open: inside of them.
    blocks: Vec<Span>,
}

#[derive(Debug)]
struct Comment {
    span: Span,
    is_taken: bool,
}

/// What stands between two statements.
#[derive(Debug, Default)]
pub struct Gap {
    /// The comment behind the first.
    pub behind: Option<String>,
    /// What stands above the second.
    pub above: Vec<Above>,
}

impl<'s> Trivia<'s> {
    /// Looks through a file once.
    pub fn of(source: &'s str) -> Trivia<'s> {
        let mut trivia = Trivia { source, comments: Vec::new(), blocks: Vec::new() };
        let bytes = source.as_bytes();
        let mut open: Vec<usize> = Vec::new();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let end = match byte {
                b'"' => text_end(bytes, at),
                b'#' => line_end(bytes, at),
                _ => at + 1,
            };
            match byte {
                b'#' => trivia.comments.push(Comment { span: Span::new(at, end), is_taken: false }),
                b'{' => {
                    open.push(trivia.blocks.len());
                    trivia.blocks.push(Span::new(at + 1, source.len()));
                }
                b'}' => {
                    if let Some(block) = open.pop().and_then(|block| trivia.blocks.get_mut(block)) {
                        block.end = at;
                    }
                }
                _ => {}
            }
            at = end;
        }
        trivia
    }

    /// The source.
    pub fn text(&self, span: Span) -> &'s str {
        self.source.get(span.start..span.end).unwrap_or_default()
    }

    /// The inside of the first block of a statement.
    pub fn block(&self, of: Span) -> Option<Span> {
        let first = self.blocks.partition_point(|block| block.start <= of.start);
        self.blocks.get(first).copied().filter(|block| block.start <= of.end)
    }

    /// The comments of a statement that no part of it has taken.
    pub fn left_in(&mut self, span: Span) -> Vec<Above> {
        let first = self.comments.partition_point(|comment| comment.span.start < span.start);
        let inside = self.comments.iter_mut().skip(first).take_while(|comment| comment.span.start < span.end);
        let mut left = Vec::new();
        for comment in inside.filter(|comment| !comment.is_taken) {
            comment.is_taken = true;
            let text = self.source.get(comment.span.start..comment.span.end).unwrap_or_default();
            left.push(Above::Comment(text.trim_end().to_owned()));
        }
        left
    }

    /// Takes all comments of a piece that is printed as it was written.
    pub fn take_all(&mut self, span: Span) {
        drop(self.left_in(span));
    }

    /// What stands in a piece of the source that holds no statement.
    pub fn gap(&mut self, span: Span) -> Gap {
        let bytes = self.source.as_bytes();
        let mut gap = Gap::default();
        let (mut at, mut breaks, mut is_behind) = (span.start, 0, true);
        while let Some(byte) = bytes.get(at).filter(|_| at < span.end) {
            match byte {
                b'\n' => {
                    breaks += 1;
                    at += 1;
                    is_behind = false;
                    continue;
                }
                b' ' | b'\t' | b'\r' | b';' => {
                    at += 1;
                    continue;
                }
                0xEF if self.source.get(at..).is_some_and(|rest| rest.starts_with('\u{feff}')) => {
                    at += 3;
                    continue;
                }
                _ => {}
            }
            if breaks > 1 {
                gap.above.push(Above::Blank);
            }
            let end = if *byte == b'#' { line_end(bytes, at) } else { self.unread_end(at).min(span.end) };
            let piece = Span::new(at, end);
            let text = self.text(piece).trim_end().to_owned();
            self.take_all(piece);
            match (byte, gap.above.last_mut()) {
                (b'#', None) if is_behind => gap.behind = Some(text),
                (b'#', Some(Above::Unread(_, comment @ None))) if breaks == 0 => *comment = Some(text),
                (b'#', _) => gap.above.push(Above::Comment(text)),
                _ => gap.above.push(Above::Unread(text, None)),
            }
            (at, breaks) = (end.max(at + 1), 0);
        }
        if breaks > 1 {
            gap.above.push(Above::Blank);
        }
        gap
    }

    /// Where a line that could not be read ends: with the line, or with the block that opens in it.
    fn unread_end(&self, start: usize) -> usize {
        let bytes = self.source.as_bytes();
        let mut at = start;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'\n' | b';' | b'#' => return at,
                b'"' => at = text_end(bytes, at),
                b'{' => return self.block(Span::new(at, at + 1)).map_or(at + 1, |block| block.end + 1),
                _ => at += 1,
            }
        }
        at
    }
}

/// One past the text that begins at `open`; past its quotation mark if it does not close on its line.
fn text_end(bytes: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\n' => break,
            b'\\' if bytes.get(at + 1).is_some_and(|next| *next != b'\n') => at += 2,
            _ => at += 1,
        }
    }
    open + 1
}

/// Where the line ends.
fn line_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    rest.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| start + length)
}
