//! `tencode redact`

use crate::cli::Context;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::session;
use crate::cli::session::Reach;
use crate::cli::terminal::Terminal;
use crate::encounters::redact::text::Masked;
use crate::encounters::redact::text::NameLists;
use crate::encounters::redact::text::TextRedactor;
use rayon::iter::IntoParallelRefIterator;
use rayon::iter::ParallelIterator;
use serde::Deserialize;
use serde::Serialize;
use std::io::BufRead;
use std::path::PathBuf;
use std::sync::Arc;

/// Masks what identifies in free texts.
///
/// Reads lines of JSON `{"id", "text"}` or plain lines, and writes lines of JSON `{"id", "text"}` or plain lines in the
/// same order. What is masked is the word of the audience's policy.
///
///     tencode redact --audience public notes.txt
///     tencode redact --audience public --spans --json < notes.ndjson
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Redact {
    /// Who will read it
    #[arg(long)]
    audience: String,
    /// Domain whose policies apply besides those of `shared`
    #[arg(long)]
    domain: Option<String>,
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

/// Lines that are masked at a time, on all cores.
const AT_ONCE: usize = 4096;
/// Bytes of a line at most.
const LONGEST: usize = 64 << 20;

impl Redact {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let redactor = self.redactor(context, terminal)?;
        let is_input = self.file.as_deref().is_none_or(|file| file.as_os_str() == "-");
        let mut reader: Box<dyn BufRead> = match self.file.as_deref().filter(|_| !is_input) {
            Some(path) => Box::new(std::io::BufReader::new(
                std::fs::File::open(path).map_err(|error| Failure::file(path, error))?,
            )),
            None => Box::new(std::io::BufReader::new(std::io::stdin())),
        };
        let (mut lines, mut first, mut verdict) = (Vec::new(), 1, Verdict::Fine);
        let mut is_open = true;
        while is_open {
            let mut line = Vec::new();
            is_open = reader
                .read_until(b'\n', &mut line)
                .map_err(|error| Failure::said(format!("the input: {}", error.kind())))?
                > 0;
            if is_open {
                lines.push(line);
            }
            if lines.len() == AT_ONCE || !is_open {
                verdict = self.write(&redactor, first, &lines, terminal)?.max(verdict);
                first += lines.len();
                lines.clear();
            }
        }
        Ok(verdict)
    }

    fn redactor(&self, context: &Context, terminal: &mut Terminal) -> Result<TextRedactor, Failure> {
        let (registry, domain) = match &self.domain {
            Some(name) => {
                let registry = context.registry_for(name, terminal)?;
                let domain = registry.domain(name)?;
                (registry, domain)
            }
            None => (context.registry(terminal)?, None),
        };
        let redactor = TextRedactor::new(registry.shared()?, domain.as_ref(), &self.audience);
        let redactor = redactor.map_err(|error| Failure::said(error.to_string()))?;
        if !redactor.wants_names() {
            return Ok(redactor);
        }
        let kept = session::cache_folder().join("names.lists");
        let names = NameLists::load(&context.session(Reach::All)?.releases.files(), Some(&kept));
        Ok(redactor.with_names(Arc::new(names.map_err(|error| Failure::said(error.to_string()))?)))
    }

    fn write(
        &self,
        redactor: &TextRedactor,
        first: usize,
        lines: &[Vec<u8>],
        terminal: &mut Terminal,
    ) -> Result<Verdict, Failure> {
        let is_json = self.spans || terminal.json;
        let answer = |line: &Vec<u8>| self.answer(redactor, line, is_json);
        let answers: Vec<Result<Option<String>, &'static str>> = lines.par_iter().map(answer).collect();
        let mut verdict = Verdict::Fine;
        for (answer, line) in answers.into_iter().zip(first..) {
            match answer {
                Ok(Some(answer)) => terminal.line(&answer)?,
                Ok(None) => {}
                Err(error) => {
                    verdict = Verdict::Wrong;
                    terminal.json(&Refused { line, error })?;
                }
            }
        }
        Ok(verdict)
    }

    /// The answer to a line; nothing to an empty one where lines are JSON.
    fn answer(&self, redactor: &TextRedactor, line: &[u8], is_json: bool) -> Result<Option<String>, &'static str> {
        if line.len() > LONGEST {
            return Err("the line is too long");
        }
        let line = std::str::from_utf8(line).map_err(|_| "the line is not UTF-8")?;
        let line = line.trim_end_matches(['\n', '\r']);
        if !line.trim_start().starts_with('{') {
            let masked = redactor.redact(line);
            return if is_json {
                self.json(serde_json::Value::Null, line, &masked).map(Some)
            } else {
                Ok(Some(masked.text))
            };
        }
        let given: Given =
            serde_json::from_str(line).map_err(|_| "the line is not a JSON object with `id` and `text`")?;
        let text = given.text.unwrap_or_default();
        self.json(given.id, &text, &redactor.redact(&text)).map(Some)
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
