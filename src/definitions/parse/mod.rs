//! Text → tree and diagnostics. Never gives up, never looks at another file.
//!
//! [`decode`] makes text of bytes. [`parse`] lays the text out (`layout`), gives it to the grammar
//! (`grammar/definition.pest`), and builds the tree from what the grammar found (`build`). A line that fits no
//! statement is looked at again by itself (`recover`), to say where it goes wrong and what was expected there.

mod build;
mod decode;
pub(super) mod elsewhere;
mod grammar;
mod layout;
mod problems;
mod recover;
pub(super) mod signs;
pub mod tree;
pub mod words;

pub use decode::decode;

use crate::definitions::parse::build::Builder;
use crate::definitions::parse::grammar::Rule;
use crate::definitions::parse::layout::Segment;
use crate::definitions::parse::problems::Problems;
use crate::definitions::parse::tree::Edition;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::Kind;
use crate::diagnostics::span::FileId;
use crate::diagnostics::span::Span;
use std::borrow::Cow;

/// Bytes of the longest file that is read.
pub const LONGEST: usize = 256 << 20;

/// Reads a text that is no file: its spans and diagnostics name none.
pub fn parse(source: &str, edition: Edition) -> (tree::File, Vec<Diagnostic>) {
    parse_in(FileId::default(), source, edition)
}

/// Reads a file: the tree of what could be understood, whose spans name the file, and everything that could not.
///
/// A wrong line hides neither the next line nor its own block. The diagnostics come in the order of the text and name
/// no file. The time taken grows with the length of the text and with nothing else.
pub fn parse_in(id: FileId, source: &str, edition: Edition) -> (tree::File, Vec<Diagnostic>) {
    let mut file = tree::File::default();
    if source.len() > LONGEST {
        let kind = Kind::TooLong { limit: LONGEST };
        return (file, vec![Diagnostic::new(kind, Span::default()).with_help("split it into several files")]);
    }
    let layout = layout::lay_out(source);
    let mut problems = Problems::new(layout.problems, layout.skipped);
    for segment in &layout.segments {
        let text = text_of(&layout.text, segment);
        let mut builder = Builder::new(edition, segment.span.in_file(id), &layout.poisoned, &mut problems);
        match grammar::parse(Rule::file, &text) {
            Ok(pairs) => file.statements.extend(builder.file(pairs)),
            Err(error) => builder.gave_up(&error),
        }
        file.unread.append(&mut builder.unread);
    }
    (file, problems.finish())
}

/// The text alone of what the grammar is given, for the bench of the grammar.
#[doc(hidden)]
pub fn grammar_accepts(source: &str) -> bool {
    grammar::parse(Rule::file, source).is_ok()
}

fn text_of<'t>(text: &'t str, segment: &Segment) -> Cow<'t, str> {
    let piece = text.get(segment.span.start..segment.span.end).unwrap_or_default();
    match segment.closers {
        0 => Cow::Borrowed(piece),
        closers => Cow::Owned(format!("{piece}\n{}", "}".repeat(closers))),
    }
}
