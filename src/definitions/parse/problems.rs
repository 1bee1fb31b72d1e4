//! What is wrong with one file, up to a bound.

use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::Kind;

/// Problems of one file that are listed; a file of rubbish has millions.
pub const MOST: usize = 1000;

/// The problems found so far in one file, up to a limit; what lies beyond it is counted only.
#[derive(Debug)]
pub struct Problems {
    listed: Vec<Diagnostic>,
    skipped: usize,
}

impl Problems {
    /// Starts with what is known already.
    pub fn new(listed: Vec<Diagnostic>, skipped: usize) -> Problems {
        Problems { listed, skipped }
    }

    /// Lists one more, if there is room.
    pub fn push(&mut self, problem: Diagnostic) {
        if self.is_full() {
            self.skipped += 1;
        } else {
            self.listed.push(problem);
        }
    }

    /// Counts one more that nobody will read.
    pub fn count(&mut self) {
        self.skipped += 1;
    }

    /// Whether any further problem is only counted, so that its reasons need not be looked for.
    pub fn is_full(&self) -> bool {
        self.listed.len() >= MOST
    }

    /// All of them, in the order of the text.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        self.listed.sort_by_key(|problem| (problem.span.start, problem.kind.number()));
        if let (1.., Some(last)) = (self.skipped, self.listed.last()) {
            let kind = Kind::TooManyProblems { count: self.skipped };
            self.listed.push(Diagnostic::new(kind, last.span));
        }
        self.listed
    }
}
