//! Where the compiler puts what it has to say.

use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::Kind;
use crate::diagnostics::span::Span;
use crate::model::ids::TooMany;
use std::path::Path;
use std::path::PathBuf;

/// Diagnostics of all files, and the file that is being compiled.
#[derive(Default)]
pub(super) struct Report {
    /// What was said.
    pub diagnostics: Vec<Diagnostic>,
    file: PathBuf,
}

impl Report {
    /// What follows is about this file.
    pub fn enter(&mut self, file: &Path) {
        // Entered for every statement of a code, which are many and mostly in one file.
        if self.file.as_os_str() != file.as_os_str() {
            self.file = file.to_path_buf();
        }
    }

    /// Says one thing about the file entered last.
    pub fn say(&mut self, span: Span, kind: Kind, help: Option<String>) {
        let mut diagnostic = Diagnostic::new(kind, span).in_file(&self.file);
        diagnostic.help = help;
        self.diagnostics.push(diagnostic);
    }

    /// Says that a list is full; the span is what does not fit into it any more.
    pub fn too_many(&mut self, span: Span, TooMany { what, limit }: TooMany) {
        self.say(span, Kind::TooMany { what: what.to_owned(), limit }, None);
    }

    /// Says one thing and points at another place of the same file.
    pub fn say_beside(&mut self, span: Span, kind: Kind, other: Span, text: &str) {
        self.diagnostics.push(Diagnostic::new(kind, span).in_file(&self.file).with_label(other, text));
    }
}
