//! One JSON object a diagnostic, for programs.

use crate::diagnostics::Diagnostic;
use crate::diagnostics::render::Sources;
use crate::diagnostics::span::Span;
use serde::Serialize;
use std::path::Path;

/// Lines and columns count from 1, columns in characters; `end` is one past the last character.
#[derive(Serialize)]
struct Object<'a> {
    code: String,
    severity: &'a str,
    message: String,
    #[serde(flatten)]
    place: Place,
    #[serde(skip_serializing_if = "str::is_empty")]
    note: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    labels: Vec<LabelObject<'a>>,
}

#[derive(Serialize)]
struct LabelObject<'a> {
    #[serde(flatten)]
    place: Place,
    text: &'a str,
}

#[derive(Serialize)]
struct Place {
    file: String,
    line: usize,
    column: usize,
    end: End,
}

#[derive(Serialize)]
struct End {
    line: usize,
    column: usize,
}

/// The diagnostic as one line of JSON, without a line break.
pub fn render(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let labels = diagnostic.labels.iter().map(|label| LabelObject {
        place: place(label.file.as_deref().unwrap_or(&diagnostic.file), label.span, sources),
        text: &label.text,
    });
    let object = Object {
        code: diagnostic.kind.code(),
        severity: diagnostic.kind.severity().name(),
        message: diagnostic.kind.to_string(),
        place: place(&diagnostic.file, diagnostic.span, sources),
        note: &diagnostic.note,
        help: diagnostic.help.as_deref(),
        labels: labels.collect(),
    };
    serde_json::to_string(&object).unwrap_or_default()
}

fn place(file: &Path, span: Span, sources: &Sources) -> Place {
    let at = |byte| sources.get(file).map_or((1, 1), |source| source.lines.place(&source.text, byte));
    let ((line, column), (end_line, end_column)) = (at(span.start), at(span.end));
    Place { file: file.display().to_string(), line, column, end: End { line: end_line, column: end_column } }
}
