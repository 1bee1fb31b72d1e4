//! `tencode run`

use crate::audit::Entry;
use crate::audit::Outcome;
use crate::cli::auditing::Asked;
use crate::cli::auditing::Auditing;
use crate::cli::commands::covered;
use crate::cli::commands::starters;
use crate::cli::context::Context;
use crate::cli::engine_args::EngineArgs;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::near;
use crate::cli::output::Output;
use crate::cli::reading;
use crate::cli::reading::Reading;
use crate::cli::terminal::Terminal;
use crate::encounters::batch;
use crate::encounters::batch::Counts;
use crate::encounters::batch::Out;
#[cfg(feature = "columns")]
use crate::encounters::columned::Columned;
#[cfg(feature = "columns")]
use crate::encounters::columned::Kind;
#[cfg(feature = "columns")]
use crate::encounters::columned::Shelf;
#[cfg(feature = "columns")]
use crate::encounters::columned::Sink;
use crate::encounters::engine::Engine;
use crate::encounters::formed::Formed;
use crate::encounters::formed::Shown;
#[cfg(feature = "columns")]
use crate::encounters::formed::Trace;
#[cfg(not(feature = "columns"))]
use crate::encounters::read::NOT_BUILT;
use crate::encounters::read::Source;
use crate::encounters::together;
use crate::encounters::write::back::Writer;
use crate::encounters::write::form::Form;
use crate::encounters::write::form::Listed;
use crate::encounters::written::Written;
use crate::model::reader::Reader;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

/// Forms of the feature `columns`.
const COLUMNS: [&str; 2] = ["parquet", "arrow"];

/// Answers encounters: the codes they carry and those proposed, what is wrong, and what the audience may see.
///
/// Several files, and the files of an archive, are read one after the other; objects in them that refer to each other are
/// put together.
///
/// One disclosure a line comes out for each encounter that goes in, in the same order. A line that cannot be read
/// becomes {"line": 7, "error": "…"} in its place. The last line on standard error counts what was read, written,
/// refused, and found to have errors; the exit status is 1 if anything was refused or has an error (warnings do not count).
///
///     tencode run --domain law-enforcement --record call examples/calls.ndjson
///     tencode run --domain law-enforcement --audience public examples/calls.ndjson -o public.ndjson
///     tencode run --domain law-enforcement --audit office.audit examples/calls.ndjson
///     zcat export.csv.gz | tencode run --domain customer-service --format csv -
///     tencode run --domain law-enforcement examples/calls.ndjson --to csv -o calls.csv
///
/// With --registry, --key-file and --today the answers are the same in every folder and on every machine: write the
/// registry with `tencode build -o FILE`.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Run {
    #[command(flatten)]
    engine_args: EngineArgs,
    #[command(flatten)]
    auditing: Auditing,
    #[command(flatten)]
    reading: Reading,
    /// Show the N best candidates of each code set even if they are below its threshold
    #[arg(long, value_name = "N")]
    candidates: Option<usize>,
    /// ndjson, json, csv, findings-csv, table, operation-outcome, junit, sarif, parquet or arrow, or a writer of the domain,
    /// which writes the encounters as the audience sees them [default: a table on a terminal, else ndjson]
    #[arg(long, value_name = "FORM")]
    to: Option<String>,
    /// Show what scripts print, on standard error; on one thread, so that it stands in the order of the encounters
    #[arg(long, conflicts_with = "jobs")]
    trace: bool,
    /// Earlier encounters of the same record: rules that look at others know them, and they are not answered
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// Where the answers go [default: standard output]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Files of encounters; `-` or nothing is standard input. What is packed with gzip, xz, Zstandard or zip is unpacked
    files: Vec<PathBuf>,
}

impl Run {
    pub(crate) fn run(mut self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let registry = self.engine_args.registry(context, terminal)?;
        let chosen = self.reading.choose(&self.files, &registry, &mut self.engine_args, terminal)?;
        let (engine, mut asked) =
            self.engine_args.audited("run", Arc::clone(&registry), self.candidates, &self.auditing, terminal)?;
        let is_read = std::io::stderr().is_terminal();
        let shown = is_read.then(Mutex::default);
        let mut guard = self.files.iter().fold(self.auditing.guard(), |guard, file| guard.and("the input", file));
        let mut history = None;
        if let Some(path) = &self.history {
            let is_standard = |path: &PathBuf| path.as_os_str() == "-";
            if is_standard(path) && (self.files.is_empty() || self.files.iter().any(is_standard)) {
                return Err(Failure::said("standard input cannot be the history and the input at once"));
            }
            let paths = std::slice::from_ref(path);
            let earlier = self.reading.choose(paths, &registry, &mut self.engine_args, terminal)?;
            history = Some(Source::several(earlier, engine.schema()));
            guard = guard.and("the history", path);
        }
        let jobs = if self.trace { 1 } else { self.reading.jobs() };
        let (to, is_traced) = (self.to(&engine)?, self.trace);
        let mut wanted = Wanted { jobs, to, shown: shown.as_ref(), history, is_traced };
        let mut source = Source::several(chosen, engine.schema());
        let counts = match &self.output {
            None => {
                guard.check_standard()?;
                answer(&engine, &mut source, &mut wanted, &mut asked, terminal.out())?
            }
            Some(path) => {
                let guard = self.engine_args.guard(context, guard)?;
                let output = Output::open(path, &guard, terminal)?;
                output.write(|out| answer(&engine, &mut source, &mut wanted, &mut asked, out))?
            }
        };
        starters::note(&starters::behind(&engine, &registry), terminal);
        covered::note_engine(&engine, &registry, terminal);
        reading::note(&source, &engine, terminal);
        if let Some(shown) = &shown {
            let shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
            let lines = [summary("codes", &shown.codes), summary("rules", &shown.rules)];
            lines.into_iter().flatten().for_each(|line| terminal.note(&line));
        }
        if let To::Writer(_, left_out) = &wanted.to {
            let count = left_out.load(Ordering::Relaxed);
            if count > 0 {
                terminal
                    .note(&format!("{count} encounters are not written: the reader would not read them as they are"));
            }
        }
        let Counts { read, written, refused, wrong } = counts;
        asked.note(&Entry::new(Outcome::Done).count(written))?;
        terminal.note(&format!("{read} read, {written} written, {refused} refused, {wrong} with errors"));
        Ok(if refused > 0 || wrong > 0 { Verdict::Wrong } else { Verdict::Fine })
    }

    /// The form that was asked for, or the one for whoever reads.
    fn to(&self, engine: &Engine) -> Result<To, Failure> {
        let Some(name) = &self.to else {
            let is_read = self.output.is_none() && std::io::stdout().is_terminal();
            return Ok(To::Form(if is_read { Form::Table } else { Form::Ndjson }));
        };
        if let Some((_, form)) = Form::ALL.iter().find(|(known, _)| known == name) {
            return Ok(To::Form(*form));
        }
        if COLUMNS.contains(&name.as_str()) {
            return self.to_columns(name);
        }
        let of_record = |reader: &&Reader| reader.record.get(&engine.domain().records) == Some(engine.record());
        let readers: Vec<&Reader> = engine.domain().readers.iter().filter(of_record).collect();
        if let Some(reader) = readers.iter().find(|reader| reader.writer.as_ref() == Some(name)) {
            return Ok(To::Writer(Box::new(Writer::new(reader, &readers)), AtomicU64::new(0)));
        }
        let writers = readers.iter().filter_map(|reader| reader.writer.as_deref());
        let names: Vec<&str> = Form::ALL.iter().map(|(name, _)| *name).chain(COLUMNS).chain(writers).collect();
        let said = format!("there is no form and no writer `{name}`; there is {}", names.join(", "));
        Err(near::failure(&said, name, names))
    }
}

impl Run {
    /// A form of columns, which is bytes and no text.
    fn to_columns(&self, name: &str) -> Result<To, Failure> {
        if self.output.is_none() && std::io::stdout().is_terminal() {
            return Err(Failure::said(format!("`{name}` is no text for a terminal; write it to a file with -o FILE")));
        }
        #[cfg(feature = "columns")]
        return Ok(To::Columns(if name == "parquet" { Kind::Parquet } else { Kind::Arrow }));
        #[cfg(not(feature = "columns"))]
        Err(Failure::said(NOT_BUILT))
    }
}

/// What the answers become.
enum To {
    Form(Form),
    #[cfg(feature = "columns")]
    Columns(Kind),
    /// A file of others, and how many encounters could not be written so.
    Writer(Box<Writer>, AtomicU64),
}

/// How the answers are wanted.
struct Wanted<'s> {
    jobs: usize,
    to: To,
    /// Where rules and codes are counted, if a person reads the summary.
    shown: Option<&'s Mutex<Shown>>,
    /// Earlier encounters that are not answered.
    history: Option<Source>,
    is_traced: bool,
}

/// Names of rules or codes with how often they came, the most frequent first.
fn summary(what: &str, counts: &BTreeMap<String, u64>) -> Option<String> {
    const NAMED: usize = 10;
    let mut sorted: Vec<(&String, &u64)> = counts.iter().collect();
    sorted.sort_by_key(|(name, count)| (Reverse(**count), *name));
    let named: Vec<String> = sorted.iter().take(NAMED).map(|(name, count)| format!("{name} {count}")).collect();
    let more = sorted.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    (!named.is_empty()).then(|| format!("{what}: {}{more}", named.join(", ")))
}

fn answer(
    engine: &Engine,
    source: &mut Source,
    wanted: &mut Wanted<'_>,
    asked: &mut Asked,
    out: &mut dyn Write,
) -> Result<Counts, Failure> {
    let (position, bar) = (source.position(), source.size().map(Terminal::bytes_bar));
    let mut seen = |_: &Counts| {
        if let Some(bar) = &bar {
            bar.set_position(position.load(Ordering::Relaxed));
        }
    };
    let jobs = wanted.jobs;
    let gathered = together::gather(engine, source, wanted.history.as_mut(), jobs, &mut seen)?;
    if gathered.is_none() && wanted.history.is_some() {
        let name = &engine.record().name;
        return Err(Failure::said(format!("no rule of `{name}` looks at other encounters, so a history says nothing")));
    }
    let (mut aside, neighbours) = gathered.map_or((None, None), |it| (Some(it.source), Some(it.neighbours)));
    let source = aside.as_mut().unwrap_or(source);
    let worker = || engine.worker().among(neighbours.as_ref());
    let (shown, is_traced) = (wanted.shown, wanted.is_traced);
    let counts = match &wanted.to {
        &To::Form(form) => {
            out.write_all(form.head(&engine.record().fields).as_bytes())?;
            let mut listed = Listed::new(form, out);
            let desk = || {
                let desk = Formed::of(worker(), engine, form, shown);
                if is_traced { desk.tracing(&print_trace) } else { desk }
            };
            let to = Out { to: &mut listed, trail: asked.trail() };
            let counts = batch::run_noted(source, jobs, desk, to, &mut seen)?;
            let tail = form.tail(listed.is_empty);
            out.write_all(tail.as_bytes())?;
            counts
        }
        #[cfg(feature = "columns")]
        &To::Columns(kind) => {
            let shelf = Shelf::default();
            let mut sink = Sink::new(kind, &shelf, out)?;
            let trace: Option<Trace<'_>> = if is_traced { Some(&print_trace) } else { None };
            let desk = || Columned::new(worker(), &shelf, shown).tracing(trace);
            let to = Out { to: &mut sink, trail: asked.trail() };
            let counts = batch::run_noted(source, jobs, desk, to, &mut seen)?;
            sink.finish()?;
            counts
        }
        To::Writer(writer, left_out) => {
            out.write_all(&writer.head())?;
            let desk = || Written::new(worker(), writer, left_out);
            batch::run_noted(source, jobs, desk, Out { to: out, trail: asked.trail() }, &mut seen)?
        }
    };
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    Ok(counts)
}

/// Shows what scripts printed. Nobody is told where standard error is closed: the answers count.
fn print_trace(line: u64, printed: &[String]) {
    let mut out = std::io::stderr().lock();
    for text in printed {
        let _ = writeln!(out, "line {line}: {text}");
    }
}

impl From<batch::Error> for Failure {
    fn from(error: batch::Error) -> Failure {
        match error {
            batch::Error::Write(error) => Failure::from(error),
            batch::Error::Audit(_) | batch::Error::Desk(_) | batch::Error::Aside(_) | batch::Error::History(_) => {
                Failure::said(error.to_string())
            }
            batch::Error::Read(error) => Failure::said(error.to_string()),
        }
    }
}
