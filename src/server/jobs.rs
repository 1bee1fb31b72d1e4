//! Uploaded files, answered row by row by one thread behind the requests. What it has done is in the store, so that it goes on
//! where it was after the program was stopped.

use super::problem;
use super::problem::Problem;
use super::service::Asked;
use super::service::Loaded;
use super::service::Service;
use super::steady;
use crate::audit::Access;
use crate::audit::Entry;
use crate::audit::Outcome as Noted;
use crate::audit::Proof;
use crate::audit::Rows;
use crate::encounters::batch;
use crate::encounters::batch::Counts;
use crate::encounters::batch::Desk;
use crate::encounters::batch::Out;
use crate::encounters::batch::Outcome;
use crate::encounters::engine::Audited;
use crate::encounters::engine::Engine;
use crate::encounters::engine::Worker;
use crate::encounters::quiet::quietly;
use crate::encounters::read;
use crate::encounters::read::Input;
use crate::encounters::read::Raw;
use crate::encounters::read::Source;
use crate::encounters::read::Unreadable;
use crate::encounters::together;
use crate::store;
use crate::store::Job;
use crate::store::PartKind;
use crate::store::Progress;
use crate::store::Store;
use std::cell::RefCell;
use std::io;
use std::io::Read;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;
use std::sync::Weak;
use std::thread;
use std::thread::Thread;
use std::time::Duration;

/// How often it looks for a job if nobody tells it of one.
const LOOK: Duration = Duration::from_secs(30);
/// How long it waits if the store or the audit log cannot be written.
const WAIT: Duration = Duration::from_secs(5);
/// Jobs are kept for 7 days, in milliseconds: their files hold what people said.
const KEPT: i64 = 7 * DAY;
/// A day in milliseconds. No upload takes as long: one that began before was broken off.
const DAY: i64 = 24 * 60 * 60 * 1000;
/// Rows that a preview shows.
const PREVIEW: u64 = 5;

/// Starts the thread, and gives it to be woken when there is a job.
///
/// # Errors
/// If the system gives no thread.
pub fn start(service: &Arc<Service>) -> io::Result<Thread> {
    // What was half uploaded when the program was stopped stays so. If it cannot be deleted now, it is tomorrow.
    let _ = service.store.delete_uploads_before(jiff::Timestamp::now().as_millisecond());
    let service = Arc::downgrade(service);
    steady::start("jobs", move || look(&service))
}

/// Answers the next job, or waits for one; `false` when the service is no more.
fn look(service: &Weak<Service>) -> bool {
    let Some(service) = service.upgrade() else { return false };
    let now = jiff::Timestamp::now().as_millisecond();
    let _ = service.store.delete_jobs_before(now - KEPT);
    let _ = service.store.delete_uploads_before(now - DAY);
    let pause = match service.store.next_job() {
        Ok(Some(id)) => match quietly(|| answer(&service, &id)).unwrap_or_else(failed) {
            Ok(()) => return true,
            Err(problem) if matches!(problem.kind, problem::UNAVAILABLE | problem::FULL) => WAIT,
            Err(problem) => {
                // A job that was cancelled meanwhile stays so.
                let _ = service.store.move_job(&id, &["running", "waiting"], "failed", &problem.detail);
                return true;
            }
        },
        Ok(None) => LOOK,
        Err(_) => WAIT,
    };
    drop(service);
    thread::park_timeout(pause);
    true
}

/// A job over which the program panicked would do it again and again.
fn failed() -> Result<(), Problem> {
    Err(Problem::new(problem::BROKEN, "the program failed at this file"))
}

/// Answers the rows of a job that have no answer yet.
fn answer(service: &Service, id: &str) -> Result<(), Problem> {
    let loaded = service.loaded();
    let job = service.store.begin_job(id, loaded.registry.id())?;
    let rows = u64::try_from(job.progress.read).unwrap_or(0)..u64::MAX;
    let keeper = RefCell::new(Keeper {
        store: &service.store,
        job: &job,
        parts: job.progress.parts,
        pending: Vec::new(),
        failed: None,
    });
    let mut seen = |counts: &Counts| keeper.borrow_mut().keep(counts);
    let made = rows_of(service, &loaded, &job, rows, Out { to: &mut Pending(&keeper), trail: None }, &mut seen);
    if let Some(error) = keeper.into_inner().failed {
        return Err(error.into());
    }
    made?;
    Ok(service.store.move_job(id, &["running"], "done", "")?)
}

/// The first rows of a job as its owner sees them: what they were read as.
///
/// # Errors
/// If the file cannot be read, or it cannot be noted that rows are shown.
pub fn preview(service: &Service, loaded: &Loaded, job: &Job) -> Result<Vec<u8>, Problem> {
    let mut shown = Vec::new();
    let out = Out { to: &mut shown, trail: None };
    match rows_of(service, loaded, job, 0..PREVIEW, out, &mut |_| {}) {
        Ok(()) => Ok(shown),
        Err(_) if !shown.is_empty() => Ok(shown),
        Err(problem) => Err(problem),
    }
}

/// What the audit log says of whoever a job is done for.
pub fn access(job: &Job, command: &'static str) -> Access {
    let (asked, grant) = (&job.asked, &job.asked.grant);
    Access {
        command,
        actor: asked.owner.clone(),
        actor_is: Proof::Proved,
        uid: None,
        audience: grant.audience.clone().unwrap_or_default(),
        purpose: grant.purpose.clone().unwrap_or_default(),
        reason: None,
        policy: String::new(),
        registry: job.registry.clone(),
        domain: asked.domain.clone(),
        record: asked.record.clone(),
    }
}

/// Answers some rows of the file of a job, and notes each before it is given to `out`.
fn rows_of(
    service: &Service,
    loaded: &Loaded,
    job: &Job,
    rows: Range<u64>,
    out: Out<'_>,
    seen: &mut dyn FnMut(&Counts),
) -> Result<(), Problem> {
    let (asked, grant) = (&job.asked, &job.asked.grant);
    let domain = loaded.registry.domain(&asked.domain)?.ok_or_else(|| Problem::missing("domain"))?;
    let upload =
        Box::new(Uploaded { store: service.store.clone(), id: job.id.clone(), number: 0, part: Vec::new(), at: 0 });
    let input = Input::new("the file", u64::try_from(job.size).ok(), upload).map_err(unusable)?;
    let reader = Some(asked.reader.as_str()).filter(|it| !it.is_empty());
    let choice = input.choose_of(&domain, Some(&asked.record), None, reader).map_err(unusable)?;
    let engine = service.engine(
        loaded,
        &Asked {
            domain: asked.domain.clone(),
            record: Some(asked.record.clone()),
            audience: grant.audience.clone(),
            purpose: grant.purpose.clone(),
            on: None,
        },
    )?;
    let mut access = access(job, "job");
    engine.redactor().audience().clone_into(&mut access.audience);
    engine.redactor().policy().clone_into(&mut access.policy);
    loaded.registry.id().clone_into(&mut access.registry);
    let audited = Audited { access, tokens: service.tokens() };
    let source = Source::chosen(input, &choice, engine.schema());
    answer_source(service, &engine, &audited, source, rows, out, seen)
}

fn answer_source(
    service: &Service,
    engine: &Engine,
    audited: &Audited,
    mut source: Source,
    rows: Range<u64>,
    out: Out<'_>,
    seen: &mut dyn FnMut(&Counts),
) -> Result<(), Problem> {
    let is_whole = rows.end == u64::MAX;
    // A preview does not read the whole file: rules that look at several rows say that they cannot be judged.
    let gathered =
        if is_whole { together::gather(engine, &mut source, None, 1, &mut |_| {}).map_err(unfinished)? } else { None };
    let (mut aside, neighbours) = gathered.map_or((None, None), |it| (Some(it.source), Some(it.neighbours)));
    let mut trail = &service.trail;
    let out = Out { to: out.to, trail: Some(&mut trail) };
    let desk = || Window {
        inner: engine.worker().noting(audited).among(neighbours.as_ref()),
        rows: rows.clone(),
        is_in: false,
        has_answered: true,
    };
    let counts = batch::run_noted(aside.as_mut().unwrap_or(&mut source), 1, desk, out, seen).map_err(unfinished)?;
    let mut rows = Rows::default();
    rows.push(&audited.access, &Entry::new(Noted::Done).count(counts.written));
    if service.trail.commit(rows) {
        return Ok(());
    }
    Err(Problem::new(problem::UNAVAILABLE, "the audit log cannot be written, so nothing is shown"))
}

fn unusable(error: read::Error) -> Problem {
    Problem::new(problem::UNUSABLE, error.to_string())
}

fn unfinished(error: batch::Error) -> Problem {
    match error {
        batch::Error::Read(error) => unusable(error),
        batch::Error::Audit(error) => Problem::from(error),
        batch::Error::Aside(_) => Problem::new(problem::UNAVAILABLE, "what is judged together cannot be put aside"),
        _ => Problem::new(problem::BROKEN, "the rows could not be answered to their end"),
    }
}

/// The file of a job, part after part.
struct Uploaded {
    store: Store,
    id: String,
    number: i64,
    part: Vec<u8>,
    at: usize,
}

impl Read for Uploaded {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.part.len() {
            let next = self.store.job_part(&self.id, PartKind::Upload, self.number).map_err(io::Error::other)?;
            let Some(part) = next else { return Ok(0) };
            (self.part, self.at, self.number) = (part, 0, self.number + 1);
        }
        let mut rest = self.part.get(self.at..).unwrap_or_default();
        let count = rest.read(out)?;
        self.at += count;
        Ok(count)
    }
}

/// Answers and keeps nothing of rows outside of a range: they were answered already, or are not asked for.
struct Window<'e> {
    inner: Worker<'e>,
    rows: Range<u64>,
    /// The row at hand is in it.
    is_in: bool,
    /// A row of the block before was in it.
    has_answered: bool,
}

impl Desk for Window<'_> {
    fn at(&mut self, place: u64) {
        self.is_in = self.rows.contains(&place);
        self.inner.at(place);
    }

    fn answer(&mut self, line: u64, raw: Result<Raw<'_>, Unreadable>, out: &mut Vec<u8>) -> Outcome {
        if !self.is_in {
            return Outcome::Passed;
        }
        self.inner.answer(line, raw, out)
    }

    fn note(&mut self, line: u64, is_failed: bool, rows: &mut Rows) {
        if self.is_in || is_failed {
            self.inner.note(line, is_failed, rows);
        }
    }

    fn needs_stack(&self) -> bool {
        self.inner.needs_stack()
    }

    fn failure(&self) -> Option<&'static str> {
        let is_past = self.rows.end < u64::MAX && !self.has_answered;
        self.inner.failure().or_else(|| is_past.then_some("no more rows are asked for"))
    }

    fn end_block(&mut self, out: &mut Vec<u8>) {
        self.has_answered = !out.is_empty();
        self.inner.end_block(out);
    }
}

/// Keeps the answers of a block with how far the job is.
struct Keeper<'j> {
    store: &'j Store,
    job: &'j Job,
    parts: i64,
    pending: Vec<u8>,
    failed: Option<store::Error>,
}

impl Keeper<'_> {
    fn keep(&mut self, counts: &Counts) {
        if self.pending.is_empty() || self.failed.is_some() {
            return;
        }
        let (before, count) = (self.job.progress, |it: u64| i64::try_from(it).unwrap_or(i64::MAX));
        self.parts += 1;
        let progress = Progress {
            read: count(counts.read),
            written: before.written + count(counts.written),
            refused: before.refused + count(counts.refused),
            wrong: before.wrong + count(counts.wrong),
            parts: self.parts,
        };
        self.failed = self.store.add_answers(&self.job.id, std::mem::take(&mut self.pending), progress).err();
    }
}

/// Takes the answers of a block until it is known how far the job is with them.
struct Pending<'k, 'j>(&'k RefCell<Keeper<'j>>);

impl Write for Pending<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut keeper = self.0.borrow_mut();
        if keeper.failed.is_some() {
            return Err(io::ErrorKind::Other.into());
        }
        keeper.pending.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
