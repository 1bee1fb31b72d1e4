//! What answers encounters: rows in memory, whole files, one text.

use crate::day;
use crate::errors;
use crate::today;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use pyo3::types::PyDict;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use tencode::audit::Access;
use tencode::audit::Entry;
use tencode::audit::Log;
use tencode::audit::Outcome;
use tencode::audit::Secret;
use tencode::audit::Tokens;
use tencode::audit::Trail;
use tencode::encounters::batch;
use tencode::encounters::batch::Counts;
use tencode::encounters::batch::Out;
use tencode::encounters::engine;
use tencode::encounters::engine::Audited;
use tencode::encounters::engine::Options;
use tencode::encounters::near::Typed;
use tencode::encounters::near::json_line;
use tencode::encounters::near::wanted;
use tencode::encounters::read::Format;
use tencode::encounters::read::Input;
use tencode::encounters::read::Source;
use tencode::encounters::together;
use tencode::model::day::Day;
use tencode::privacy::Ask;
use tencode::registry::Registry;
use tencode::workspace::asking;
use tencode::workspace::secrets;

/// How many were read, written, refused, and found to have errors.
type Numbers = (u64, u64, u64, u64);

/// For whom, what for, and for which day.
#[derive(Default)]
pub struct Wanted {
    record: Option<String>,
    audience: Option<String>,
    ask: Ask,
    on: Option<Day>,
    today: Option<Day>,
    candidates: Option<usize>,
    audit: Option<PathBuf>,
    actor: Option<String>,
}

impl Wanted {
    /// Of keyword arguments; one that is not known is refused.
    pub fn of(given: &Bound<'_, PyDict>) -> PyResult<Wanted> {
        let mut wanted = Wanted::default();
        for (name, value) in given.iter() {
            let name: String = name.extract()?;
            let text = || value.extract::<Option<String>>();
            match name.as_str() {
                "record" => wanted.record = text()?,
                "audience" => wanted.audience = text()?,
                "purpose" => wanted.ask.purpose = text()?,
                "reason" => wanted.ask.reason = text()?,
                "recipient" => wanted.ask.recipient = text()?,
                "on" => wanted.on = day(text()?.as_deref(), "on")?,
                "today" => wanted.today = day(text()?.as_deref(), "today")?,
                "candidates" => wanted.candidates = value.extract()?,
                "audit" => wanted.audit = value.extract()?,
                "actor" => wanted.actor = text()?,
                other => return Err(errors::request(format!("there is no option `{other}`"))),
            }
        }
        Ok(wanted)
    }

    /// The log that answers are noted in, if one is named; refused where one is required and none is named.
    fn log(&self, registry: &Registry, domain: &str) -> PyResult<Option<Log>> {
        let Some(path) = &self.audit else {
            let of_domain = registry.domain(domain).map_err(errors::registry)?.is_some_and(|it| it.requires_audit);
            let purposes = &registry.shared().map_err(errors::registry)?.purposes;
            let is_emergency = self
                .ask
                .purpose
                .as_ref()
                .is_some_and(|name| purposes.iter().any(|purpose| purpose.name == *name && purpose.is_emergency));
            return if of_domain || is_emergency {
                Err(errors::audit("an audit log is required: name one with `audit`; nothing is shown"))
            } else {
                Ok(None)
            };
        };
        let secret = secrets::audit_key_path().map_err(errors::key)?;
        let secret = Secret::open(&secret).map_err(errors::audit)?;
        Log::open(path, secret, asking::now).map(Some).map_err(errors::audit)
    }

    fn access(&self, registry: &Registry, domain: &str) -> Access {
        let mut access = asking::access("run", self.actor.as_deref(), self.audience.as_deref().unwrap_or_default());
        (access.registry, access.domain) = (registry.id().to_owned(), domain.to_owned());
        access.record = self.record.clone().unwrap_or_default();
        access.purpose = self.ask.purpose.clone().unwrap_or_default();
        access.reason.clone_from(&self.ask.reason);
        access
    }
}

/// Answers encounters of one record for one audience.
#[pyclass(frozen, module = "tencode._tencode")]
pub struct Engine {
    inner: engine::Engine,
    audited: Option<(Mutex<Log>, Access)>,
}

impl Engine {
    pub fn new(registry: Arc<Registry>, domain: &str, asked: &Wanted, key: [u8; 32]) -> PyResult<Engine> {
        let mut log = asked.log(&registry, domain)?;
        let mut access = asked.access(&registry, domain);
        let options = Options {
            record: asked.record.clone(),
            audience: asked.audience.clone(),
            ask: asked.ask.clone(),
            on: asked.on,
            today: asked.today.unwrap_or_else(today),
            candidates: asked.candidates,
            key,
        };
        let inner = match engine::Engine::new(registry, domain, options) {
            Ok(inner) => inner,
            Err(error) => {
                if let Some(log) = &mut log {
                    log.note(&access, &Entry::new(Outcome::Denied)).map_err(errors::audit)?;
                }
                return Err(errors::request(error));
            }
        };
        inner.redactor().audience().clone_into(&mut access.audience);
        inner.redactor().policy().clone_into(&mut access.policy);
        access.record.clone_from(&inner.record().name);
        let Some(mut log) = log else { return Ok(Engine { inner, audited: None }) };
        log.note(&access, &Entry::new(Outcome::Asked)).map_err(errors::audit)?;
        let inner = inner.audited(Audited { access: access.clone(), tokens: Tokens::new(&key) });
        Ok(Engine { inner, audited: Some((Mutex::new(log), access)) })
    }

    /// The log, if there is one; nobody else writes to it meanwhile.
    fn log(&self) -> Option<MutexGuard<'_, Log>> {
        self.audited.as_ref().map(|(log, _)| log.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn source(&self, data: &[u8], format: Option<&str>, reader: Option<&str>) -> PyResult<Source> {
        let format = format.map(str::parse::<Format>).transpose().map_err(errors::request)?;
        let size = u64::try_from(data.len()).ok();
        let input = Input::new("the data", size, Box::new(Cursor::new(data.to_vec()))).map_err(errors::request)?;
        let record = Some(self.inner.record().name.as_str());
        let choice = input.choose_of(self.inner.domain(), record, format, reader).map_err(errors::request)?;
        Ok(Source::chosen(input, &choice, self.inner.schema()))
    }
}

#[pymethods]
impl Engine {
    /// Answers a file in memory as the program does: the answers as NDJSON, and how many there were.
    #[pyo3(signature = (data, format=None, reader=None, jobs=1, progress=None))]
    fn run<'py>(
        &self,
        python: Python<'py>,
        data: &[u8],
        format: Option<&str>,
        reader: Option<&str>,
        jobs: usize,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<(Bound<'py, PyBytes>, Numbers)> {
        let source = self.source(data, format, reader)?;
        let progress = progress.map(|callback| callback.clone().unbind());
        let (out, counts) = python.detach(|| self.answer_all(source, jobs, progress.as_ref()))?;
        Ok((PyBytes::new(python, &out), numbers(counts)))
    }

    /// Answers rows one behind the other in `data`, each ending where `ends` says; `None` in `ends` is a row that is not there.
    /// Gives the answers, where each ends, and how many there were. `first` is the number of the first row, from 1. Where rules
    /// look at several encounters, these are all there are.
    #[pyo3(signature = (data, ends, first=1, envelope=false))]
    fn rows<'py>(
        &self,
        python: Python<'py>,
        data: &[u8],
        ends: Vec<Option<usize>>,
        first: u64,
        envelope: bool,
    ) -> PyResult<(Bound<'py, PyBytes>, Vec<usize>, Numbers)> {
        let answered = python.detach(|| {
            let mut start = 0;
            let rows = ends.iter().map(|end| {
                let from = start;
                start = end.unwrap_or(start);
                end.map(|end| data.get(from..end).unwrap_or_default())
            });
            let rows: Vec<Option<&[u8]>> = rows.collect();
            let answered = if self.inner.looks_at_others() {
                self.together(&rows)
            } else {
                let mut log = self.log();
                batch::rows(rows.into_iter(), first, || self.inner.worker(), trail(&mut log)).map_err(batch_error)
            };
            answered.map(|answered| in_columns(&answered, envelope))
        });
        let answered = answered?;
        Ok((PyBytes::new(python, &answered.bytes), answered.ends, numbers(answered.counts)))
    }

    /// Proposes codes for a text, or for a record given as JSON text; as JSON.
    #[pyo3(signature = (text, set=None))]
    fn classify(&self, python: Python<'_>, text: &str, set: Option<&str>) -> PyResult<String> {
        let sets = self.inner.classified();
        let registry = self.inner.registry();
        let known: Vec<&str> = sets.iter().map(|set| registry.codes(*set).name()).collect();
        if let Some(name) = set.filter(|name| !known.contains(name)) {
            let (record, known) = (&self.inner.record().name, known.join(", "));
            return Err(errors::request(format!(
                "record `{record}` is given no candidates of `{name}`, only of: {known}"
            )));
        }
        python.detach(|| {
            let typed = Typed::new(&self.inner, text)
                .ok_or_else(|| errors::request("the record has no free text field: give a whole record"))?;
            let mut worker = self.inner.worker();
            let answer = worker.disclose(1, Ok(&typed.record));
            let noted = worker.noted();
            trail(&mut self.log()).map_or(Ok(()), |trail| trail.commit(&noted)).map_err(errors::audit)?;
            if let Err(unreadable) = answer.parts() {
                return Err(errors::request(format!("the record cannot be read: {}", unreadable.error)));
            }
            let candidates = wanted(&answer, set);
            let near = if candidates.is_empty() { typed.near(&self.inner, &sets, set) } else { None };
            let suggestions = near.as_ref().map(|near| wanted(&near.answer, set)).unwrap_or_default();
            let words = near.as_ref().map_or(&[][..], |near| near.words);
            let line = json_line(&candidates, &suggestions, &[("meant", words)]);
            String::from_utf8(line).map_err(|_| errors::request("the answer is no UTF-8"))
        })
    }

    /// Notes that the asking has ended, with how many answers were given; without a log it does nothing.
    fn finish(&self, count: u64) -> PyResult<()> {
        let Some((_, access)) = &self.audited else { return Ok(()) };
        let noted = self.log().map_or(Ok(()), |mut log| log.note(access, &Entry::new(Outcome::Done).count(count)));
        noted.map_err(errors::audit)
    }

    /// Whether rules look at several encounters, so that they are right only where all are answered together.
    #[getter]
    fn looks_at_others(&self) -> bool {
        self.inner.looks_at_others()
    }

    /// The audience that sees the answers.
    #[getter]
    fn audience(&self) -> &str {
        self.inner.redactor().audience()
    }

    /// The record that encounters are read against.
    #[getter]
    fn record(&self) -> &str {
        &self.inner.record().name
    }
}

impl Engine {
    /// Answers rows as a file of them, so that each is judged beside the others. A row that is not there or blank is a line all
    /// the same: one that is no encounter.
    fn together(&self, rows: &[Option<&[u8]>]) -> PyResult<batch::Answered> {
        let mut data = Vec::with_capacity(rows.iter().flatten().map(|row| row.len() + 1).sum());
        for row in rows {
            match row.map(<[u8]>::trim_ascii).filter(|row| !row.is_empty()) {
                // What ends a line stands between the values of JSON, never in them.
                Some(row) => data.extend(row.iter().map(|byte| if *byte == b'\n' { b' ' } else { *byte })),
                None => data.extend_from_slice(b"null"),
            }
            data.push(b'\n');
        }
        let size = u64::try_from(data.len()).ok();
        let source =
            Source::new("the rows", size, Box::new(Cursor::new(data)), Some(Format::Ndjson), self.inner.schema());
        let (bytes, counts) = self.answer_all(source.map_err(errors::request)?, 1, None)?;
        let ends: Vec<usize> =
            bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(place, _)| place + 1).collect();
        if ends.len() == rows.len() {
            Ok(batch::Answered { bytes, ends, counts })
        } else {
            Err(errors::request(format!("{} rows went in and {} came out", rows.len(), ends.len())))
        }
    }

    fn answer_all(&self, source: Source, jobs: usize, progress: Option<&Py<PyAny>>) -> PyResult<(Vec<u8>, Counts)> {
        let (mut source, mut failed) = (source, None);
        let mut out = Vec::new();
        let mut seen = |counts: &Counts| {
            let Some(callback) = progress.filter(|_| failed.is_none()) else { return };
            let told = Python::attach(|python| callback.call1(python, numbers(*counts)).map(|_| ()));
            failed = told.err();
        };
        let mut log = self.log();
        let gathered = together::gather(&self.inner, &mut source, None, jobs, &mut |_| {}).map_err(batch_error)?;
        let (mut aside, neighbours) = gathered.map_or((None, None), |it| (Some(it.source), Some(it.neighbours)));
        let source = aside.as_mut().unwrap_or(&mut source);
        let desk = || self.inner.worker().among(neighbours.as_ref());
        let to = Out { to: &mut out, trail: trail(&mut log) };
        let answered = batch::run_noted(source, jobs, desk, to, &mut seen);
        let counts = answered.map_err(batch_error)?;
        failed.map_or(Ok((out, counts)), Err)
    }
}

fn trail<'l>(log: &'l mut Option<MutexGuard<'_, Log>>) -> Option<&'l mut dyn Trail> {
    log.as_deref_mut().map(|log| -> &mut dyn Trail { log })
}

fn batch_error(error: batch::Error) -> PyErr {
    match error {
        batch::Error::Audit(_) => errors::audit(error),
        _ => errors::request(error),
    }
}

fn numbers(counts: Counts) -> Numbers {
    let Counts { read, written, refused, wrong } = counts;
    (read, written, refused, wrong)
}

/// A disclosure whose encounter is a text, because redaction changes types, so that a column of encounters has no type of its own;
/// and whose id is one too, since it may be a number.
fn in_envelope(line: &[u8]) -> Option<Vec<u8>> {
    let mut fields: BTreeMap<&str, Cow<'_, RawValue>> = serde_json::from_slice(line).ok()?;
    for name in ["encounter", "id"] {
        if let Some(value) = fields.get_mut(name).filter(|value| !value.get().starts_with('"')) {
            *value = Cow::Owned(serde_json::value::to_raw_value(value.get()).ok()?);
        }
    }
    serde_json::to_vec(&fields).ok()
}

/// Answers without line ends between them, as columns have them; in envelopes if that is asked.
fn in_columns(answered: &batch::Answered, is_envelope: bool) -> batch::Answered {
    let (mut bytes, mut ends, mut start) = (Vec::with_capacity(answered.bytes.len()), Vec::new(), 0);
    for end in &answered.ends {
        let line = answered.bytes.get(start..*end).unwrap_or_default().trim_ascii_end();
        // Each line is our own JSON: it can be read, and memory can be written.
        match is_envelope.then(|| in_envelope(line)).flatten() {
            Some(envelope) => bytes.extend_from_slice(&envelope),
            None => bytes.extend_from_slice(line),
        }
        ends.push(bytes.len());
        start = *end;
    }
    batch::Answered { bytes, ends, counts: answered.counts }
}
