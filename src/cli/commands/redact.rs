//! `tencode redact`

use crate::audit::Entry;
use crate::audit::Outcome;
use crate::cli::auditing;
use crate::cli::auditing::Asked;
use crate::cli::auditing::Auditing;
use crate::cli::commands::lines::Lines;
use crate::cli::context::Context;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::session;
use crate::cli::session::Reach;
use crate::cli::terminal::Terminal;
use crate::privacy::text::Masked;
use crate::privacy::text::TextRedactor;
use rayon::iter::IntoParallelRefIterator;
use rayon::iter::ParallelIterator;
use serde::Deserialize;
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;

/// Masks what identifies in free texts.
///
/// Reads lines of JSON `{"id", "text"}` or plain lines, and writes lines of JSON `{"id", "text"}` or plain lines in the
/// same order. What is masked is the word of the audience's policy.
///
///     tencode redact --audience public notes.txt
///     tencode redact --audience public --spans < notes.ndjson
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Redact {
    /// Who will read it
    #[arg(long)]
    audience: String,
    /// Domain whose policies apply besides those of `shared`
    #[arg(long)]
    domain: Option<String>,
    #[command(flatten)]
    auditing: Auditing,
    /// Say what was masked and where, in code points; implies JSON
    #[arg(long)]
    spans: bool,
    /// File to read; `-` or nothing for standard input
    file: Option<PathBuf>,
}

/// A text as it comes in.
#[derive(Deserialize)]
struct Given {
    #[serde(default)]
    id: serde_json::Value,
    #[serde(default)]
    text: Option<String>,
}

/// A text as it goes out.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(skip_serializing_if = "serde_json::Value::is_null")]
    id: serde_json::Value,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    spans: Option<Vec<ShownSpan>>,
}

/// A piece that was masked.
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
    line: usize,
    error: &'static str,
}

/// What becomes of a line: its text and the kinds of what was masked, or why it cannot be read.
type Answer = Result<(String, Vec<&'static str>), &'static str>;

fn kinds(masked: &Masked) -> Vec<&'static str> {
    masked.spans.iter().map(|span| span.kind.word()).collect()
}

/// Lines that are masked at a time, on all cores.
const AT_ONCE: usize = 4096;
/// Or so many bytes.
const BYTES_AT_ONCE: usize = 8 << 20;
/// Bytes of a line at most.
const LONGEST: u64 = 16 << 20;

impl Redact {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let (redactor, mut asked) = self.redactor(context, terminal)?;
        let path = self.file.clone().unwrap_or_else(|| PathBuf::from("-"));
        let mut input = Lines::open(&path, LONGEST)?;
        let (mut lines, mut first, mut verdict) = (Vec::new(), 1, Verdict::Fine);
        let (mut is_open, mut bytes) = (true, 0);
        while is_open {
            let mut line = Vec::new();
            let read = input.read(&mut line).map_err(|error| Failure::file(&path, error))?;
            is_open = read.is_some();
            if let Some(is_whole) = read {
                bytes += line.len();
                lines.push(if is_whole { Ok(line) } else { Err("the line is too long") });
            }
            if lines.len() == AT_ONCE || bytes > BYTES_AT_ONCE || !is_open {
                verdict = self.write(&redactor, first, &lines, &mut asked, terminal)?.max(verdict);
                first += lines.len();
                lines.clear();
                bytes = 0;
            }
        }
        asked.note(&Entry::new(Outcome::Done).count(first as u64 - 1))?;
        Ok(verdict)
    }

    fn redactor(&self, context: &Context, terminal: &mut Terminal) -> Result<(TextRedactor, Asked), Failure> {
        let (registry, domain) = match &self.domain {
            Some(name) => {
                let registry = context.registry_for(name, terminal)?;
                let domain = registry.domain(name)?;
                (registry, domain)
            }
            None => (context.registry(terminal)?, None),
        };
        let requires = domain.as_ref().filter(|it| it.requires_audit).map(|it| format!("domain `{}`", it.name));
        let log = self.auditing.open(requires.as_deref())?;
        let mut access = auditing::access("redact", &self.audience);
        registry.id().clone_into(&mut access.registry);
        access.domain = self.domain.clone().unwrap_or_default();
        let redactor = match TextRedactor::new(registry.shared()?, domain.as_ref(), &self.audience) {
            Ok(redactor) => redactor,
            Err(error) => {
                auditing::deny(log, &access)?;
                return Err(Failure::said(error.to_string()));
            }
        };
        redactor.policy().clone_into(&mut access.policy);
        let asked = Asked::begin(log, access, terminal)?;
        if !redactor.wants_names() {
            return Ok((redactor, asked));
        }
        let names = session::name_lists(&context.session(Reach::All)?.releases);
        let names = names.map_err(|error| Failure::said(error.to_string()))?;
        Ok((redactor.with_names(Arc::new(names)), asked))
    }

    fn write(
        &self,
        redactor: &TextRedactor,
        first: usize,
        lines: &[Result<Vec<u8>, &'static str>],
        asked: &mut Asked,
        terminal: &mut Terminal,
    ) -> Result<Verdict, Failure> {
        let is_json = self.spans || terminal.json;
        let answer = |line: &Result<Vec<u8>, &'static str>| match line {
            Ok(line) => self.answer(redactor, line, is_json),
            Err(error) => Err(*error),
        };
        let answers: Vec<Answer> = lines.par_iter().map(answer).collect();
        // One row for all of them: texts have no subject. It is kept before the first is written.
        let mut entry = Entry { line: Some(first as u64), ..Entry::new(Outcome::Shown).count(lines.len() as u64) };
        answers.iter().flatten().flat_map(|(_, kinds)| kinds).for_each(|kind| entry.did("mask", kind));
        if !lines.is_empty() {
            asked.note(&entry)?;
        }
        let mut verdict = Verdict::Fine;
        for (answer, line) in answers.into_iter().zip(first..) {
            match answer {
                Ok((answer, _)) => terminal.line(&answer)?,
                Err(error) => {
                    verdict = Verdict::Wrong;
                    terminal.json(&Refused { line, error })?;
                }
            }
        }
        Ok(verdict)
    }

    /// The answer to a line, and the kinds of what was masked in it.
    fn answer(&self, redactor: &TextRedactor, line: &[u8], is_json: bool) -> Answer {
        let line = std::str::from_utf8(line).map_err(|_| "the line is not UTF-8")?;
        let line = line.trim_end_matches(['\n', '\r']);
        if !line.trim_start().starts_with('{') {
            let masked = redactor.redact(line);
            let kinds = kinds(&masked);
            let shown = if is_json { self.json(serde_json::Value::Null, line, &masked)? } else { masked.text };
            return Ok((shown, kinds));
        }
        let given: Given =
            serde_json::from_str(line).map_err(|_| "the line is not a JSON object with `id` and `text`")?;
        let text = given.text.unwrap_or_default();
        let masked = redactor.redact(&text);
        Ok((self.json(given.id, &text, &masked)?, kinds(&masked)))
    }

    fn json(&self, id: serde_json::Value, text: &str, masked: &Masked) -> Result<String, &'static str> {
        let spans = self.spans.then(|| {
            let points = masked.points(text).into_iter();
            points.map(|span| ShownSpan { start: span.start, end: span.end, kind: span.kind.type_name() }).collect()
        });
        let shown = Shown { id, text: &masked.text, spans };
        serde_json::to_string(&shown).map_err(|_| "the answer cannot be written")
    }
}
