//! Free texts, one a line: each is masked by the policy of an audience. They belong to no record.

use super::batch::Desk;
use super::batch::Outcome;
use super::read::Raw;
use super::read::Unreadable;
use crate::audit;
use crate::audit::Access;
use crate::audit::Entry;
use crate::audit::Rows;
use crate::privacy::text::Masked;
use crate::privacy::text::TextRedactor;
use serde::Deserialize;
use serde::Serialize;

/// Bytes of a line at most: 16 MiB.
const LONGEST: usize = 16 << 20;
const TOO_LONG: &str = "the line is too long";

/// A line of JSON as it comes in.
#[derive(Deserialize)]
struct Given {
    #[serde(default)]
    id: serde_json::Value,
    #[serde(default)]
    text: Option<String>,
}

/// A line of JSON as it goes out.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(skip_serializing_if = "serde_json::Value::is_null")]
    id: serde_json::Value,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    spans: Option<Vec<ShownSpan>>,
}

/// A piece that was masked, in code points of the text as it came in.
#[derive(Serialize)]
struct ShownSpan {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    kind: &'static str,
}

/// A line that cannot be read. It is not quoted.
#[derive(Serialize)]
struct Refused {
    line: u64,
    error: &'static str,
}

/// How texts are written.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// Plain lines are answered in JSON too.
    pub is_json: bool,
    /// What was masked is said, and where.
    pub has_spans: bool,
}

/// Masks texts: plain lines, and lines of JSON `{"id", "text"}`.
pub struct TextDesk<'a> {
    redactor: &'a TextRedactor,
    form: Form,
    access: Option<&'a Access>,
    /// What the audit log will say of the texts since the last row: texts have no subject, so they share one.
    noted: Option<Entry>,
}

impl<'a> TextDesk<'a> {
    /// A desk that notes what it did if there is an `access` to note it with.
    pub fn new(redactor: &'a TextRedactor, form: Form, access: Option<&'a Access>) -> TextDesk<'a> {
        TextDesk { redactor, form, access, noted: None }
    }

    /// The answer to a line, or why it cannot be read.
    fn shown(&mut self, line: &str) -> Result<String, &'static str> {
        let line = line.trim_end_matches(['\n', '\r']);
        if line.len() > LONGEST {
            return Err(TOO_LONG);
        }
        if !line.trim_start().starts_with('{') {
            let masked = self.masked(line);
            let is_json = self.form.is_json || self.form.has_spans;
            return if is_json { self.json(serde_json::Value::Null, line, &masked) } else { Ok(masked.text) };
        }
        let given: Given =
            serde_json::from_str(line).map_err(|_| "the line is not a JSON object with `id` and `text`")?;
        let text = given.text.unwrap_or_default();
        let masked = self.masked(&text);
        self.json(given.id, &text, &masked)
    }

    fn masked(&mut self, text: &str) -> Masked {
        let masked = self.redactor.redact(text);
        if let Some(entry) = &mut self.noted {
            masked.spans.iter().for_each(|span| entry.did("mask", span.kind.word()));
        }
        masked
    }

    fn json(&self, id: serde_json::Value, text: &str, masked: &Masked) -> Result<String, &'static str> {
        let spans = self.form.has_spans.then(|| {
            let points = masked.points(text).into_iter();
            points.map(|span| ShownSpan { start: span.start, end: span.end, kind: span.kind.type_name() }).collect()
        });
        let shown = Shown { id, text: &masked.text, spans };
        serde_json::to_string(&shown).map_err(|_| "the answer cannot be written")
    }
}

impl Desk for TextDesk<'_> {
    fn answer(&mut self, line: u64, raw: Result<Raw<'_>, Unreadable>, out: &mut Vec<u8>) -> Outcome {
        if self.access.is_some() {
            let first = || Entry { line: Some(line), ..Entry::new(audit::Outcome::Shown) };
            let entry = self.noted.take().unwrap_or_else(first);
            let count = entry.count.unwrap_or(0) + 1;
            self.noted = Some(entry.count(count));
        }
        let shown = raw.map_err(reason).and_then(|raw| self.shown(&raw.text()));
        let written = match &shown {
            Ok(shown) => {
                out.extend_from_slice(shown.as_bytes());
                Ok(())
            }
            Err(error) => serde_json::to_writer(&mut *out, &Refused { line, error }),
        };
        out.push(b'\n');
        if shown.is_ok() && written.is_ok() { Outcome::Fine } else { Outcome::Refused }
    }

    fn note_together(&mut self, rows: &mut Rows) {
        if let (Some(access), Some(entry)) = (self.access, self.noted.take()) {
            rows.push(access, &entry);
        }
    }
}

fn reason(why: Unreadable) -> &'static str {
    match why {
        Unreadable::TooLong => TOO_LONG,
        Unreadable::NotUtf8 => "the line is not UTF-8",
        other => other.reason(),
    }
}
