//! Diagnostics drawn for people, with the lines they are about. The only file that knows the drawing crate.

use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::Severity;
use crate::diagnostics::render::Source;
use crate::diagnostics::render::Sources;
use crate::diagnostics::render::push_visible;
use crate::diagnostics::render::visible;
use crate::diagnostics::span::Span;
use annotate_snippets::Annotation;
use annotate_snippets::AnnotationKind;
use annotate_snippets::Group;
use annotate_snippets::Level;
use annotate_snippets::Origin;
use annotate_snippets::Renderer;
use annotate_snippets::Snippet;
use std::path::Path;

/// Bytes of a line that are shown; of a longer one only a window around what is marked.
const WIDEST: usize = 180;
/// Bytes shown before the first mark of a line that is cut.
const BEFORE: usize = 40;
/// Lines between two marks that are still drawn as one piece.
const NEAR: usize = 8;

/// Draws the diagnostic, its lines and its help. Ends with a line break.
pub fn render(diagnostic: &Diagnostic, sources: &Sources, colours: bool) -> String {
    let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
    let level = match diagnostic.kind.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = visible(&diagnostic.kind.to_string());
    let mut group =
        level.primary_title(title).id(diagnostic.kind.code()).elements(Vec::<Snippet<'_, Annotation<'_>>>::new());
    for piece in pieces(diagnostic, sources) {
        group = add(group, piece);
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(visible(help)));
    }
    let mut out = renderer.render(&[group]);
    out.push('\n');
    out
}

/// Lines that are drawn together.
struct Piece {
    file: String,
    text: String,
    first_line: usize,
    /// Line and column of the first mark, from 1, as they are in the file.
    place: (usize, usize),
    is_cut: bool,
    marks: Vec<Mark>,
}

struct Mark {
    is_primary: bool,
    span: Span,
    text: String,
}

fn add(group: Group<'_>, piece: Piece) -> Group<'_> {
    let (line, column) = piece.place;
    if piece.text.is_empty() {
        return group.element(Origin::path(piece.file).line(line).char_column(column));
    }
    let marks = piece.marks.into_iter().map(|mark| {
        let kind = if mark.is_primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let label = (!mark.text.is_empty()).then(|| visible(&mark.text));
        kind.span(mark.span.start..mark.span.end).label(label)
    });
    let marks = marks.collect::<Vec<_>>();
    let snippet = Snippet::source(piece.text).line_start(piece.first_line).annotations(marks);
    if piece.is_cut {
        // The columns of what is shown are not those of the file, so they are given beforehand.
        return group.element(Origin::path(piece.file).line(line).char_column(column)).element(snippet);
    }
    group.element(snippet.path(piece.file))
}

/// The diagnostic's own lines first, then those of labels that stand elsewhere.
fn pieces(diagnostic: &Diagnostic, sources: &Sources) -> Vec<Piece> {
    let own = Mark { is_primary: true, span: diagnostic.span, text: diagnostic.note.clone() };
    let mut groups: Vec<(&Path, Vec<Mark>)> = vec![(&diagnostic.file, vec![own])];
    for label in &diagnostic.labels {
        let file = label.file.as_deref().unwrap_or(&diagnostic.file);
        let mark = Mark { is_primary: false, span: label.span, text: label.text.clone() };
        let near = groups.iter_mut().find(|(other, marks)| *other == file && is_near(file, marks, &mark, sources));
        match near {
            Some((_, marks)) => marks.push(mark),
            None => groups.push((file, vec![mark])),
        }
    }
    groups.into_iter().map(|(file, marks)| piece(file, marks, sources)).collect()
}

fn is_near(file: &Path, marks: &[Mark], mark: &Mark, sources: &Sources) -> bool {
    let Some(source) = sources.get(file) else { return true };
    let line = source.lines.line(mark.span.start);
    marks.iter().any(|other| source.lines.line(other.span.start).abs_diff(line) <= NEAR)
}

fn piece(file: &Path, marks: Vec<Mark>, sources: &Sources) -> Piece {
    let name = visible(&file.display().to_string());
    let Some(source) = sources.get(file) else {
        return Piece { file: name, text: String::new(), first_line: 1, place: (1, 1), is_cut: false, marks };
    };
    let place = source.lines.place(&source.text, marks.first().map_or(0, |mark| mark.span.start));
    let lines = || marks.iter().flat_map(|mark| [mark.span.start, mark.span.end.max(mark.span.start + 1) - 1]);
    let first = lines().min().map_or(0, |byte| source.lines.line(byte));
    let last = lines().max().map_or(0, |byte| source.lines.line(byte)).min(first + 4 * NEAR);
    let mut window = Window {
        text: String::new(),
        is_cut: false,
        marks: marks.into_iter().map(|mark| (mark, None, None)).collect(),
    };
    (first..=last).for_each(|line| window.push_line(source, line));
    Piece { file: name, first_line: first + 1, place, marks: window.finish(), text: window.text, is_cut: window.is_cut }
}

/// The text that is shown, and where each mark starts and ends in it.
struct Window {
    text: String,
    is_cut: bool,
    marks: Vec<(Mark, Option<usize>, Option<usize>)>,
}

impl Window {
    fn push_line(&mut self, source: &Source, line: usize) {
        let bytes = source.lines.bytes(line);
        let full = source.text.get(bytes.start..bytes.end).unwrap_or_default().trim_end_matches(['\n', '\r']);
        let (from, to) = self.cut(bytes.start, full);
        if from > 0 {
            self.is_cut = true;
            self.text.push('…');
        }
        for (at, character) in full.get(from..to).unwrap_or_default().char_indices() {
            self.note(bytes.start + from + at);
            push_visible(&mut self.text, character);
        }
        self.note(bytes.start + to);
        if to < full.len() {
            self.text.push('…');
        }
        // What is marked past the end of the window ends with it.
        self.note(bytes.end.saturating_sub(1).max(bytes.start + full.len()));
        self.text.push('\n');
    }

    /// Which bytes of a line are shown.
    fn cut(&self, start: usize, line: &str) -> (usize, usize) {
        if line.len() <= WIDEST {
            return (0, line.len());
        }
        let marked = self.marks.iter().map(|(mark, ..)| mark.span.start);
        let first = marked.filter(|byte| (start..=start + line.len()).contains(byte)).min().unwrap_or(start) - start;
        let from = (0..=first.saturating_sub(BEFORE)).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
        let to = (from..=(from + WIDEST).min(line.len())).rev().find(|at| line.is_char_boundary(*at));
        (from, to.unwrap_or(line.len()))
    }

    /// The text shown so far ends before the byte `at`: marks that start or end there do so here.
    fn note(&mut self, at: usize) {
        for (mark, start, end) in &mut self.marks {
            if start.is_none() && mark.span.start <= at {
                *start = Some(self.text.len());
            }
            if end.is_none() && mark.span.end <= at {
                *end = Some(self.text.len());
            }
        }
    }

    fn finish(&mut self) -> Vec<Mark> {
        let length = self.text.trim_end_matches('\n').len();
        let marks = std::mem::take(&mut self.marks).into_iter().map(|(mark, start, end)| {
            let start = start.unwrap_or(length).min(length);
            Mark { span: Span::new(start, end.unwrap_or(length).clamp(start, length)), ..mark }
        });
        marks.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::catalog::Kind;

    fn drawn(text: &str, diagnostic: &Diagnostic) -> String {
        let mut sources = Sources::default();
        sources.add("a.codes", text);
        render(&diagnostic.clone().in_file(Path::new("a.codes")), &sources, false)
    }

    #[test]
    fn a_diagnostic_shows_its_line() {
        let text = "record a {\n  b txt\n}\n";
        let kind = Kind::Expected { expected: "a type".into(), found: "`txt`".into() };
        let diagnostic = Diagnostic::new(kind, Span::new(15, 18))
            .with_help("did you mean `text`?")
            .with_label(Span::new(13, 14), "of this field");
        expect_test::expect![[r#"
            error[D0004]: expected a type, found `txt`
             --> a.codes:2:5
              |
            2 |   b txt
              |   - ^^^
              |   |
              |   of this field
              |
              = help: did you mean `text`?
        "#]]
        .assert_eq(&drawn(text, &diagnostic));
    }

    #[test]
    fn a_long_line_is_cut_to_a_window() {
        let text = format!("{}BAD\u{7}{}", "x".repeat(3000), "y".repeat(3000));
        let diagnostic = Diagnostic::new(Kind::ExtraBrace, Span::new(3000, 3003)).with_note("here");
        expect_test::expect![[r#"
            error[D0008]: this `}` closes no block
             --> a.codes:1:3001
              |
             ::: 
            1 | …xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxBAD␇yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy...
              |                                          ^^^ here
        "#]].assert_eq(&drawn(&text, &diagnostic));
    }

    #[test]
    fn the_end_of_a_file_can_be_marked() {
        expect_test::expect![[r#"
            error[D0008]: this `}` closes no block
             --> a.codes:2:1
              |
            2 |
              | ^
        "#]]
        .assert_eq(&drawn("abc\n", &Diagnostic::new(Kind::ExtraBrace, Span::new(4, 4))));
        expect_test::expect![[r#"
            error[D0008]: this `}` closes no block
             --> a.codes:1:1
              |
            1 |
              | ^
        "#]]
        .assert_eq(&drawn("", &Diagnostic::new(Kind::ExtraBrace, Span::new(0, 0))));
    }
}
