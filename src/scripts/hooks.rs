//! Compiles the scripts of a domain, and runs their hooks on an encounter.

use super::api::FindingValue;
use super::call;
use super::call::Change;
use super::call::Left;
use super::call::MAX_ITEMS;
use super::call::Printed;
use super::call::Refusal;
use super::call::Said;
use super::call::Sets;
use super::host;
use super::memory;
use super::problem::ScriptProblem;
use super::problem::lowered;
use super::problem::within;
use super::scan;
use super::scan::Words;
use super::view;
use super::view::Derived;
use super::view::Snapshot;
use crate::model::day::Day;
use crate::model::ids::RecordId;
use crate::model::outcome::BY_SCRIPT;
use crate::model::outcome::Candidate;
use crate::model::outcome::Choices;
use crate::model::outcome::Finding;
use crate::model::outcome::Reason;
use crate::model::outcome::SCRIPT_ERROR;
use crate::model::program::Domain;
use crate::model::program::Limits;
use crate::model::record::Record;
use crate::model::rules::Severity;
use crate::model::value::Value;
use crate::registry::Registry;
use rhai::AST;
use rhai::Array;
use rhai::CallFnOptions;
use rhai::Dynamic;
use rhai::Engine;
use rhai::EvalAltResult;
use rhai::Map;
use rhai::Scope;
use std::borrow::Cow;
use std::cell::RefCell;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::Weak;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

/// Bytes a call may leave behind without their being counted: what the host keeps for the next call.
const LEFT_UNCOUNTED: isize = 64 << 10;
/// Bytes that all calls of a run may leave behind: nothing does, and if something should, the run ends.
const MOST_LEFT: usize = 256 << 20;
/// Scripts of so many engines are kept ready on each thread.
const READY: usize = 8;

/// The compiled scripts of a domain. Cheap to share between threads.
#[derive(Clone)]
pub struct Scripts {
    inner: Arc<Inner>,
}

struct Inner {
    files: Vec<File>,
    records: Vec<Arc<Record>>,
    registry: Arc<Registry>,
    sets: Arc<Sets>,
    limits: Limits,
    /// The guard stopped a call, and the run has to end.
    has_run_out: AtomicBool,
    /// Bytes that calls left behind.
    left_bytes: AtomicUsize,
}

/// The scripts as one thread runs them.
struct Ready {
    engine: Engine,
    programs: Vec<AST>,
}

thread_local! {
    /// What this thread has made ready, the last used behind.
    static MADE: RefCell<Vec<(Weak<Inner>, Rc<Ready>)>> = const { RefCell::new(Vec::new()) };
}

struct File {
    name: String,
    text: String,
    hooks: [bool; 3],
    words: Words,
}

/// The points at which a script is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hook {
    Derive,
    Classify,
    Validate,
}

impl Hook {
    const ALL: [Hook; 3] = [Hook::Derive, Hook::Classify, Hook::Validate];

    fn name(self) -> &'static str {
        match self {
            Hook::Derive => "derive",
            Hook::Classify => "classify",
            Hook::Validate => "validate",
        }
    }

    fn parameters(self) -> usize {
        if self == Hook::Classify { 2 } else { 1 }
    }

    fn is_in(self, file: &File) -> bool {
        file.hooks.get(self as usize).copied().unwrap_or(false)
    }
}

impl Scripts {
    /// Compiles the scripts of a domain.
    ///
    /// # Errors
    /// Everything that is wrong with them: too large or nested too deep, not to be parsed, a hook with the wrong
    /// number of parameters.
    pub fn compile(domain: &Domain, registry: Arc<Registry>) -> Result<Scripts, Vec<ScriptProblem>> {
        let (own, texts) = (Arc::clone(&registry), domain.scripts.clone());
        let read = host::with_stack(move || {
            let engine = host::engine(&own);
            texts.into_iter().map(|(name, text)| parse(&engine, name, text)).collect::<Vec<_>>()
        });
        let no_room = || vec![Err(vec![ScriptProblem::new("scripts", 1, 1, "the scripts could not be parsed")])];
        let (mut problems, mut files) = (Vec::new(), Vec::new());
        for file in read.unwrap_or_else(no_room) {
            match file {
                Ok(file) => files.push(file),
                Err(mut wrong) => problems.append(&mut wrong),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut all = Words::default();
        files.iter().for_each(|file: &File| all.know(&file.words));
        files.iter_mut().for_each(|file| file.words.know(&all));
        let records = domain.records.iter().cloned().map(Arc::new).collect();
        let inner = Inner {
            files,
            records,
            sets: Arc::new(sets(domain, &registry)),
            registry,
            limits: domain.limits,
            has_run_out: AtomicBool::new(false),
            left_bytes: AtomicUsize::new(0),
        };
        Ok(Scripts { inner: Arc::new(inner) })
    }

    /// Whether no script has any hook: nothing needs to be run.
    pub fn is_empty(&self) -> bool {
        !self.inner.files.iter().any(|file| file.hooks.contains(&true))
    }

    /// One for each worker thread.
    pub fn runner(&self) -> Runner {
        Runner { inner: Arc::clone(&self.inner), trace: None }
    }
}

/// The forms of code sets that a domain has of its own.
fn sets(domain: &Domain, registry: &Registry) -> Sets {
    let own = domain.sets.iter().map(|set| (registry.codes(*set), *set));
    let own = own.filter(|(codes, _)| codes.name() != codes.full_name());
    own.map(|(codes, set)| (codes.name().to_owned(), set)).collect()
}

/// The encounter as the audience sees it, and the days a script is told: all that a hook knows of it.
pub struct Seen {
    /// What it is a record of.
    pub record: RecordId,
    /// Its slots.
    pub slots: Arc<Vec<Value<'static>>>,
    /// The day it is judged for.
    pub on: Day,
    /// Today, as given to the program.
    pub today: Day,
}

/// Runs the hooks. A script that fails or is stopped changes nothing and becomes one finding of the rule `script-error`.
#[derive(Clone)]
pub struct Runner {
    inner: Arc<Inner>,
    /// What scripts printed since it was taken, if somebody wants to know.
    trace: Option<Vec<String>>,
}

impl Runner {
    /// Whether some script has the hook `derive`.
    pub fn derives(&self) -> bool {
        self.inner.files.iter().any(|file| Hook::Derive.is_in(file))
    }

    /// From now on what scripts print is kept until it is taken. It is a function of what the audience sees, as all that
    /// scripts know.
    pub fn keep_trace(&mut self) {
        self.trace = Some(Vec::new());
    }

    /// What scripts printed since the last time, a line each.
    pub fn take_trace(&mut self) -> Vec<String> {
        self.trace.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Whether the guard stopped a call: what it answered hangs on the machine, so the run has to end.
    pub fn has_run_out(&self) -> bool {
        self.inner.has_run_out.load(Ordering::Relaxed)
    }

    /// Lets scripts set fields that are absent; returns what they set, which is in the slots too, and what they find.
    pub fn derive(&mut self, seen: &mut Seen) -> (Derived, Vec<Finding>) {
        let (mut derived, mut findings) = (Derived::default(), Vec::new());
        for file in self.files(Hook::Derive) {
            let Some(snapshot) = self.inner.snapshot(seen, true) else { continue };
            let job = Job::new(file, Hook::Derive, seen, &snapshot);
            if self.run(job, &mut findings).is_some() {
                let (set, slots) = snapshot.taken();
                derived.append(set);
                seen.slots = slots;
            }
        }
        (derived, findings)
    }

    /// Lets scripts change the candidates; returns what they find. A new candidate has no confidence yet (0): the
    /// caller works it out from the scores.
    pub fn classify(&mut self, seen: &Seen, candidates: &mut Vec<Candidate<'_>>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for file in self.files(Hook::Classify) {
            let Some(snapshot) = self.inner.snapshot(seen, false) else { continue };
            let shown = self.inner.shown(candidates);
            let job = Job { candidates: Some(shown), ..Job::new(file, Hook::Classify, seen, &snapshot) };
            if let (Some(changes), Some(file)) = (self.run(job, &mut findings), self.inner.files.get(file)) {
                apply(changes, &file.words, candidates);
            }
        }
        findings
    }

    /// Asks scripts for findings.
    pub fn validate(&mut self, seen: &Seen) -> Vec<Finding> {
        let mut findings = Vec::new();
        for file in self.files(Hook::Validate) {
            let Some(snapshot) = self.inner.snapshot(seen, false) else { continue };
            self.run(Job::new(file, Hook::Validate, seen, &snapshot), &mut findings);
        }
        findings
    }

    /// Positions of the files that have a hook.
    fn files(&self, hook: Hook) -> impl Iterator<Item = usize> + use<> {
        let inner = Arc::clone(&self.inner);
        (0..inner.files.len()).filter(move |file| inner.files.get(*file).is_some_and(|file| hook.is_in(file)))
    }

    /// Runs one hook; adds its findings, or the one that says why it did not end well. `None` if so.
    fn run(&mut self, job: Job, findings: &mut Vec<Finding>) -> Option<Vec<Change>> {
        let file = self.inner.files.get(job.file)?;
        let (hook, snapshot) = (job.hook, Arc::clone(&job.snapshot));
        let inner = Arc::clone(&self.inner);
        let ended = host::with_stack(move || Ready::of(&inner)?.call(&inner, job));
        let Some(Ended { error, said, changes, printed, has_run_out }) = ended.flatten() else {
            findings.push(failure(file, hook, "was not run: there is no room for a thread", None));
            return None;
        };
        if let Some(trace) = &mut self.trace {
            trace.extend(printed.iter().map(|printed| printed.named(&file.name)));
        }
        if has_run_out {
            self.inner.has_run_out.store(true, Ordering::Relaxed);
        }
        if let Some((why, line)) = error {
            findings.push(failure(file, hook, &why, line));
            return None;
        }
        findings.extend(said.into_iter().map(|said| told(said, file, snapshot.record())));
        Some(changes)
    }
}

/// One call of a hook.
struct Job {
    /// Position of the file.
    file: usize,
    hook: Hook,
    on: Day,
    today: Day,
    snapshot: Arc<Snapshot>,
    candidates: Option<Vec<Shown>>,
}

impl Job {
    fn new(file: usize, hook: Hook, seen: &Seen, snapshot: &Arc<Snapshot>) -> Job {
        let snapshot = Arc::clone(snapshot);
        Job { file, hook, on: seen.on, today: seen.today, snapshot, candidates: None }
    }
}

/// A candidate as a script sees it.
struct Shown {
    set: String,
    code: String,
    score: f64,
    confidence: f64,
}

impl Shown {
    fn row(self) -> Dynamic {
        let mut row = Map::new();
        row.insert("set".into(), Dynamic::from(self.set));
        row.insert("code".into(), Dynamic::from(self.code));
        row.insert("score".into(), Dynamic::from(self.score));
        row.insert("confidence".into(), Dynamic::from(self.confidence));
        Dynamic::from(row)
    }
}

impl Inner {
    fn snapshot(&self, seen: &Seen, may_set: bool) -> Option<Arc<Snapshot>> {
        let record = seen.record.get(&self.records)?;
        Some(Snapshot::new(Arc::clone(record), Arc::clone(&seen.slots), may_set))
    }

    /// The candidates as a script sees them.
    fn shown(&self, candidates: &[Candidate<'_>]) -> Vec<Shown> {
        let shown = candidates.iter().take(MAX_ITEMS / 8).map(|candidate| {
            let codes = self.registry.codes(candidate.set);
            Shown {
                set: codes.name().to_owned(),
                code: codes.code(candidate.code).to_owned(),
                score: f64::from(candidate.score),
                confidence: f64::from(candidate.confidence),
            }
        });
        shown.collect()
    }

    /// Counts what a call left behind; `held` is what the thread held before it.
    fn has_left_too_much(&self, held: isize) -> bool {
        let left = memory::held().wrapping_sub(held).saturating_sub(LEFT_UNCOUNTED);
        let left = usize::try_from(left).unwrap_or(0);
        left > 0 && self.left_bytes.fetch_add(left, Ordering::Relaxed).saturating_add(left) > MOST_LEFT
    }
}

impl Ready {
    /// The scripts ready to be run on this thread; `None` if they cannot be parsed here.
    fn of(inner: &Arc<Inner>) -> Option<Rc<Ready>> {
        MADE.with_borrow_mut(|made| {
            if let Some(at) = made.iter().position(|(whose, _)| std::ptr::eq(whose.as_ptr(), Arc::as_ptr(inner))) {
                return made.get(at).map(|(_, ready)| Rc::clone(ready));
            }
            made.retain(|(whose, _)| whose.strong_count() > 0);
            if made.len() >= READY {
                made.remove(0);
            }
            let engine = host::engine(&inner.registry);
            let programs: Result<Vec<AST>, _> = inner.files.iter().map(|file| engine.compile(&file.text)).collect();
            let ready = Rc::new(Ready { engine, programs: joined(&programs.ok()?) });
            made.push((Arc::downgrade(inner), Rc::clone(&ready)));
            Some(ready)
        })
    }

    /// Calls a hook, reads its answer, and frees all that it made.
    fn call(&self, inner: &Inner, job: Job) -> Option<Ended> {
        let (file, program) = inner.files.get(job.file).zip(self.programs.get(job.file))?;
        let (hook, held) = (job.hook, memory::held());
        call::begin(&inner.limits, &inner.sets, job.on, job.today);
        let options = CallFnOptions::new().eval_ast(false);
        let mut scope = Scope::new();
        let view = job.snapshot.view();
        let run = AssertUnwindSafe(|| match job.candidates {
            Some(candidates) => {
                let shown: Array = candidates.into_iter().map(Shown::row).collect();
                let given = (view, shown);
                self.engine.call_fn_with_options::<Dynamic>(options, &mut scope, program, hook.name(), given)
            }
            None => self.engine.call_fn_with_options::<Dynamic>(options, &mut scope, program, hook.name(), (view,)),
        });
        let answer = std::panic::catch_unwind(run).unwrap_or_else(|_| call::stop("the host failed"));
        let Left { mut said, changes, printed, stopped, ran_out_of_time, cells } = call::end();
        let ended = answer.and_then(|answer| if hook == Hook::Validate { returned(answer, &mut said) } else { Ok(()) });
        let error = match (ended, stopped) {
            (Ok(()), None) => None,
            (Ok(()), Some(why)) => Some((format!("was stopped: {why}"), None)),
            (Err(error), stopped) => {
                let (why, line) = reason(&error, &file.words);
                Some((stopped.map_or(why, |why| format!("was stopped: {why}")), line))
            }
        };
        drop((scope, cells));
        let has_run_out = ran_out_of_time || inner.has_left_too_much(held);
        Some(Ended { error, said, changes, printed, has_run_out })
    }
}

/// How a call of a hook ended.
struct Ended {
    /// Why it did not end well, and the line.
    error: Option<(String, Option<usize>)>,
    said: Vec<Said>,
    changes: Vec<Change>,
    printed: Vec<Printed>,
    has_run_out: bool,
}

/// Parses one file, on a thread with a stack for what is nested.
fn parse(engine: &Engine, name: String, text: String) -> Result<File, Vec<ScriptProblem>> {
    let words = scan::scan(&name, &text).map_err(|problem| vec![problem])?;
    let program = match engine.compile(&text) {
        Ok(program) => program,
        Err(error) => {
            let position = error.position();
            let (line, column) = (position.line().unwrap_or(1), position.position().unwrap_or(1));
            return Err(vec![ScriptProblem::new(&name, line, column, lowered(&error.err_type().to_string()))]);
        }
    };
    let mut problems = Vec::new();
    let mut hooks = [false; 3];
    for function in program.iter_functions() {
        let Some(hook) = Hook::ALL.into_iter().find(|hook| hook.name() == function.name) else { continue };
        if function.params.len() == hook.parameters() && function.this_type.is_none() {
            if let Some(is_there) = hooks.get_mut(hook as usize) {
                *is_there = true;
            }
        } else {
            let wanted = if hook == Hook::Classify { "(encounter, candidates)" } else { "(encounter)" };
            let message = format!("the hook `{}` is written `fn {}{wanted}`", hook.name(), hook.name());
            problems.push(ScriptProblem::new(&name, words.line_of(hook.name()), 1, message));
        }
    }
    if problems.is_empty() { Ok(File { name, text, hooks, words }) } else { Err(problems) }
}

/// Each script with the functions of all others; hooks are those of the script alone.
fn joined(programs: &[AST]) -> Vec<AST> {
    let is_hook = |name: &str| Hook::ALL.into_iter().any(|hook| hook.name() == name);
    let whole = |(at, program): (usize, &AST)| {
        let others = programs.iter().enumerate().filter(|(other, _)| *other != at);
        others.fold(program.clone(), |mut program, (_, other)| {
            program.combine_filtered(other.clone_functions_only(), |_, _, _, name, _| !is_hook(name));
            program
        })
    };
    programs.iter().enumerate().map(whole).collect()
}

/// Takes the findings that `validate` returned.
fn returned(answer: Dynamic, said: &mut Vec<Said>) -> Result<(), Box<EvalAltResult>> {
    if answer.is_unit() {
        return Ok(());
    }
    let items = match answer.try_cast_result::<Array>() {
        Ok(items) => items,
        Err(single) => vec![single],
    };
    for item in items {
        match item.try_cast::<FindingValue>() {
            Some(finding) => said.push(finding.0),
            None => return call::refuse("`validate` returned something that is not a finding"),
        }
    }
    Ok(())
}

/// A finding a script made. What does not stand in the script itself may be content of the encounter, and is withheld.
fn told(said: Said, file: &File, record: &Record) -> Finding {
    let is_own = |text: &str| file.words.contains(text);
    let rule = if is_own(&said.rule) && said.rule != SCRIPT_ERROR { said.rule } else { "script".to_owned() };
    let path = if view::is_declared(record, &said.path) { said.path } else { String::new() };
    let message = if is_own(&said.message) {
        said.message
    } else {
        "message withheld: it is not written as one text in the script".to_owned()
    };
    Finding {
        rule,
        severity: said.severity,
        path,
        message,
        see: String::new(),
        help: String::new(),
        fix: said.fix,
        choices: Choices { codes: said.fix.into_iter().collect(), ..Choices::default() },
        extra: by_script(),
        other: None,
    }
}

/// The mark of what a script said.
fn by_script() -> Vec<(String, String)> {
    vec![("by".to_owned(), BY_SCRIPT.to_owned())]
}

fn failure(file: &File, hook: Hook, why: &str, line: Option<usize>) -> Finding {
    Finding {
        rule: SCRIPT_ERROR.to_owned(),
        severity: Severity::Error,
        path: String::new(),
        message: format!("hook `{}` of `{}` {why}", hook.name(), file.name),
        see: String::new(),
        help: line.map(|line| format!("look at line {line} of `{}`", file.name)).unwrap_or_default(),
        fix: None,
        choices: Choices::default(),
        extra: by_script(),
        other: None,
    }
}

/// Why a script did not end well, without a word that it may have from the encounter; and the line.
fn reason(error: &EvalAltResult, words: &Words) -> (String, Option<usize>) {
    let inner = error.unwrap_inner();
    // A line of another script would be looked for in this one.
    let is_here = within(error).is_none_or(|function| words.defines(function));
    let line = inner.position().line().or_else(|| error.position().line()).filter(|_| is_here);
    let named = |what: &str, name: &str| {
        let name = name.split([' ', '(']).next().unwrap_or_default();
        if words.contains(name) {
            format!("failed: there is no {what} `{name}`")
        } else {
            format!("failed: there is no such {what}")
        }
    };
    let why = match inner {
        EvalAltResult::ErrorTooManyVariables(_) => "was stopped: too many variables".to_owned(),
        EvalAltResult::ErrorStackOverflow(_) => "was stopped: calls nested too deep".to_owned(),
        EvalAltResult::ErrorDataTooLarge(..) => "was stopped: a value grew too large".to_owned(),
        EvalAltResult::ErrorTerminated(token, _) => format!("was stopped: {}", refusal(token).unwrap_or("by itself")),
        EvalAltResult::ErrorRuntime(value, _) => match refusal(value) {
            Some(why) => format!("failed: {why}"),
            None => "failed: it threw an error".to_owned(),
        },
        EvalAltResult::ErrorFunctionNotFound(name, _) => named("function", name),
        EvalAltResult::ErrorVariableNotFound(name, _) => named("variable", name),
        EvalAltResult::ErrorPropertyNotFound(name, _) => named("property", name),
        EvalAltResult::ErrorArithmetic(..) => "failed: the numbers do not allow this arithmetic".to_owned(),
        EvalAltResult::ErrorMismatchDataType(..) | EvalAltResult::ErrorMismatchOutputType(..) => {
            "failed: a value has another type than expected".to_owned()
        }
        EvalAltResult::ErrorArrayBounds(..) | EvalAltResult::ErrorStringBounds(..) => {
            "failed: a position lies outside of a list or text".to_owned()
        }
        EvalAltResult::ErrorDotExpr(..)
        | EvalAltResult::ErrorIndexingType(..)
        | EvalAltResult::ErrorIndexNotFound(..) => {
            "failed: a value has no such part, or it cannot be set here".to_owned()
        }
        _ => "failed".to_owned(),
    };
    (why, line)
}

fn refusal(value: &Dynamic) -> Option<&'static str> {
    value.read_lock::<Refusal>().map(|refusal| refusal.0)
}

fn apply(changes: Vec<Change>, words: &Words, candidates: &mut Vec<Candidate<'_>>) {
    for change in changes {
        match change {
            Change::Remove { set, code } => candidates.retain(|it| (it.set, it.code) != (set, code)),
            Change::Points { set, code, points, what, is_new } => {
                let what = if words.contains(&what) { Cow::Owned(what) } else { Cow::Borrowed("script") };
                let reason = Reason { kind: BY_SCRIPT, path: Cow::Borrowed(""), what, points };
                match candidates.iter_mut().find(|it| (it.set, it.code) == (set, code)) {
                    Some(candidate) => {
                        candidate.score += points;
                        candidate.because.push(reason);
                    }
                    None if is_new => candidates.push(Candidate {
                        set,
                        code,
                        score: points,
                        confidence: 0.0,
                        is_below: false,
                        because: vec![reason],
                    }),
                    None => {}
                }
            }
        }
    }
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
}
