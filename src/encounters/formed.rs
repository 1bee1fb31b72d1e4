//! A desk that writes its answers in a form that was asked for, and counts rules and codes for a summary.

use super::batch::Desk;
use super::batch::Outcome;
use super::engine::Engine;
use super::engine::Worker;
use super::read::FAILED;
use super::read::Raw;
use super::read::Unreadable;
use super::write::form;
use super::write::form::Form;
use crate::audit::Rows;
use crate::privacy::Disclosure;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;

/// How often rules and codes were shown.
#[derive(Debug, Default)]
pub struct Shown {
    /// Findings by their rule.
    pub rules: BTreeMap<String, u64>,
    /// The first code that an encounter has, or else the first that is proposed.
    pub codes: BTreeMap<String, u64>,
}

impl Shown {
    /// Counts what is shown of an encounter.
    fn count(shown: &Mutex<Shown>, disclosure: &Disclosure<'_>) {
        let given = disclosure.codes().first().map(|it| format!("{}/{}", it.set, it.code));
        let proposed =
            || disclosure.candidates().iter().find(|it| !it.below).map(|it| format!("{}/{}", it.set, it.code));
        let code = given.or_else(proposed).unwrap_or_else(|| "no code".to_owned());
        let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
        if !disclosure.is_unreadable() {
            *shown.codes.entry(code).or_default() += 1;
        }
        for finding in disclosure.findings() {
            *shown.rules.entry(finding.rule.clone()).or_default() += 1;
        }
    }
}

/// A desk for one thread.
pub struct Formed<'e> {
    worker: Worker<'e>,
    form: Form,
    paths: Vec<String>,
    shown: Option<&'e Mutex<Shown>>,
    trace: Option<Trace<'e>>,
}

/// Is given what scripts printed over the encounter of a line.
pub type Trace<'e> = &'e (dyn Fn(u64, &[String]) + Sync);

impl<'e> Formed<'e> {
    /// Answers of an engine in a form; what they show is counted in `shown`, if there is such.
    pub fn new(engine: &'e Engine, form: Form, shown: Option<&'e Mutex<Shown>>) -> Formed<'e> {
        Formed::of(engine.worker(), engine, form, shown)
    }

    /// The same of a worker that was prepared for it.
    pub fn of(worker: Worker<'e>, engine: &Engine, form: Form, shown: Option<&'e Mutex<Shown>>) -> Formed<'e> {
        Formed { worker, form, paths: form::paths(&engine.record().fields), shown, trace: None }
    }

    /// The same, and what scripts print is told.
    #[must_use]
    pub fn tracing(mut self, trace: Trace<'e>) -> Formed<'e> {
        self.worker = self.worker.tracing();
        self.trace = Some(trace);
        self
    }
}

/// Counts what an answer shows and tells what scripts printed, where somebody wants it; how it went.
pub(super) fn told(
    worker: &mut Worker<'_>,
    line: u64,
    disclosure: &Disclosure<'_>,
    (shown, trace): (Option<&Mutex<Shown>>, Option<Trace<'_>>),
) -> Outcome {
    if let Some(shown) = shown {
        Shown::count(shown, disclosure);
    }
    if let Some(trace) = trace {
        trace(line, &worker.take_trace());
    }
    Outcome::of(disclosure)
}

impl Desk for Formed<'_> {
    fn at(&mut self, place: u64) {
        self.worker.at(place);
    }

    fn answer(&mut self, line: u64, raw: Result<Raw<'_>, Unreadable>, out: &mut Vec<u8>) -> Outcome {
        let disclosure = self.worker.disclose_raw(line, raw);
        self.form.piece(&disclosure, &self.paths, out);
        told(&mut self.worker, line, &disclosure, (self.shown, self.trace))
    }

    fn failed(&mut self, line: u64, out: &mut Vec<u8>) {
        self.form.unreadable(line, FAILED, self.paths.len(), out);
    }

    fn note(&mut self, line: u64, is_failed: bool, rows: &mut Rows) {
        self.worker.note(line, is_failed, rows);
    }

    fn needs_stack(&self) -> bool {
        self.worker.needs_stack()
    }

    fn failure(&self) -> Option<&'static str> {
        self.worker.failure()
    }
}
