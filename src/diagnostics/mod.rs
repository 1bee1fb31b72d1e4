//! What we say about a definition file or a script, and how it is drawn. Imports nothing.
//!
//! A [`Diagnostic`](crate::diagnostics::Diagnostic) is plain data. Only `render/` knows how one looks.

pub mod catalog;
pub mod render;
pub mod span;

use crate::diagnostics::catalog::Kind;
use crate::diagnostics::catalog::Severity;
use crate::diagnostics::span::FileId;
use crate::diagnostics::span::Span;
use std::path::Path;
use std::path::PathBuf;

/// One thing to say about a definition file, a manifest or a script. Its author reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong; knows its number, its severity and its sentence.
    pub kind: Kind,
    /// The file; empty until [`Diagnostic::in_file`] names it, as the parser knows no files.
    pub file: PathBuf,
    /// The piece it is about; may be empty, and may stand at the end of the file.
    pub span: Span,
    /// What to say under the piece itself; empty for a bare mark.
    pub note: String,
    /// Other pieces that explain it.
    pub labels: Vec<Label>,
    /// What to type instead.
    pub help: Option<String>,
}

/// A further piece of text that explains a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where it stands, if that is another file than the diagnostic's.
    pub file: Option<PathBuf>,
    /// Which piece.
    pub span: Span,
    /// What is to be said about it.
    pub text: String,
}

impl Diagnostic {
    /// `kind` at `span`.
    pub fn new(kind: Kind, span: Span) -> Diagnostic {
        Diagnostic { kind, file: PathBuf::new(), span, note: String::new(), labels: Vec::new(), help: None }
    }

    /// Says something under the piece itself.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Diagnostic {
        self.note = note.into();
        self
    }

    /// Says what to type instead.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Points at a further piece of the same file.
    #[must_use]
    pub fn with_label(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { file: None, span, text: text.into() });
        self
    }

    /// Points at a piece of another file.
    #[must_use]
    pub fn with_label_in(mut self, file: &Path, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { file: Some(file.to_path_buf()), span, text: text.into() });
        self
    }

    /// Names the file it is about.
    #[must_use]
    pub fn in_file(mut self, file: &Path) -> Diagnostic {
        self.file = file.to_path_buf();
        self
    }

    /// The same about another file that has the same text.
    #[must_use]
    pub fn moved_to(mut self, file: &Path) -> Diagnostic {
        let id = FileId::of(file);
        self.span = self.span.in_file(id);
        for label in self.labels.iter_mut().filter(|label| label.file.is_none()) {
            label.span = label.span.in_file(id);
        }
        self.in_file(file)
    }

    /// Whether it stops the domain from being compiled.
    pub fn is_error(&self) -> bool {
        self.kind.severity() == Severity::Error
    }
}

/// The word among `known` that the author of `written` probably meant, for a help such as "did you mean `x`?".
///
/// Letters swapped, doubled or left out count, and so does the beginning of a word; two words with little in common do not.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    near(written, known, true)
}

/// Like [`nearest`], and the beginning of a longer word does not count.
pub fn misspelt<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    near(written, known, false)
}

fn near<'a>(written: &str, known: impl IntoIterator<Item = &'a str>, takes_beginnings: bool) -> Option<&'a str> {
    let written = written.to_lowercase();
    let allowed = (written.chars().count() / 3).clamp(1, 3);
    let length = written.chars().count();
    let rank = |word: &str| {
        let word = word.to_lowercase();
        // Words of other lengths differ in as many signs at least, and comparing signs takes long.
        let begins = takes_beginnings && word.starts_with(&written);
        if word.chars().count().abs_diff(length) > allowed && !begins {
            return None;
        }
        let distance = strsim::damerau_levenshtein(&written, &word);
        let is_near = distance <= allowed && word.chars().count() > distance;
        // A word cut short, such as `int` for `integer`, ranks behind every word that differs in a letter or two.
        let is_start = written.len() >= 3 && begins;
        if is_near { Some(distance) } else { is_start.then_some(allowed + distance) }
    };
    known.into_iter().filter_map(|word| Some((rank(word)?, word))).min_by_key(|(rank, _)| *rank).map(|(_, word)| word)
}

/// The help for a misspelt name, if one of the known ones is near: "did you mean `x`?".
pub fn did_you_mean<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(written, known).map(|word| format!("did you mean `{word}`?"))
}
