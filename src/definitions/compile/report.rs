//! Where the compiler puts what it has to say.

use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::Kind;
use crate::diagnostics::span::Span;
use crate::model::ids::TooMany;
use std::cell::RefCell;

/// Diagnostics of all files. It is shared by everything that may have something to say.
#[derive(Default)]
pub(super) struct Report {
    said: RefCell<Vec<Diagnostic>>,
}

impl Report {
    /// Says one thing about the file of the span.
    pub fn say(&self, span: Span, kind: Kind, help: Option<String>) {
        let mut diagnostic = Diagnostic::new(kind, span).in_file(&span.file.path());
        diagnostic.help = help;
        self.said.borrow_mut().push(diagnostic);
    }

    /// Says that a list is full; the span is what does not fit into it any more.
    pub fn too_many(&self, span: Span, TooMany { what, limit }: TooMany) {
        self.say(span, Kind::TooMany { what: what.to_owned(), limit }, None);
    }

    /// Says one thing and points at another place of the same file.
    pub fn say_beside(&self, span: Span, kind: Kind, other: Span, text: &str) {
        let diagnostic = Diagnostic::new(kind, span).in_file(&span.file.path()).with_label(other, text);
        self.said.borrow_mut().push(diagnostic);
    }

    /// Whether anything was said that refuses a domain.
    pub fn has_errors(&self) -> bool {
        self.said.borrow().iter().any(Diagnostic::is_error)
    }

    /// Whether anything that refuses a domain was said after the first `count`.
    pub fn has_errors_after(&self, count: usize) -> bool {
        self.said.borrow().iter().skip(count).any(Diagnostic::is_error)
    }

    /// How much was said so far.
    pub fn count(&self) -> usize {
        self.said.borrow().len()
    }

    /// Takes back what was said after the first `count`.
    pub fn take_back(&self, count: usize) {
        self.said.borrow_mut().truncate(count);
    }

    /// Takes back what was said after the first `count` and repeats something before.
    pub fn drop_repeats(&self, count: usize) {
        let mut said = self.said.borrow_mut();
        let before = count.min(said.len());
        let later = said.split_off(before);
        let is_new = |it: &Diagnostic| !said.iter().any(|said| (&said.kind, said.span) == (&it.kind, it.span));
        let later: Vec<Diagnostic> = later.into_iter().filter(is_new).collect();
        said.extend(later);
    }

    /// Changes what was said after the first `count`.
    pub fn change(&self, count: usize, change: impl FnMut(&mut Diagnostic)) {
        self.said.borrow_mut().iter_mut().skip(count).for_each(change);
    }

    /// All that was said.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.said.into_inner()
    }
}
