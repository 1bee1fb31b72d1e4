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
use crate::cli::output::Output;
use crate::cli::reading;
use crate::cli::reading::Reading;
use crate::cli::terminal::Terminal;
use crate::diagnostics::did_you_mean;
use crate::encounters::batch;
use crate::encounters::batch::Counts;
use crate::encounters::batch::Out;
use crate::encounters::engine::Engine;
use crate::encounters::formed::Formed;
use crate::encounters::formed::Shown;
use crate::encounters::read::Source;
use crate::encounters::together;
use crate::encounters::write::form::Form;
use crate::encounters::write::form::Listed;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

/// Answers encounters: the codes they carry and those proposed, what is wrong, and what the audience may see.
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
    /// Threads; the answers are the same for any number [default: one a processor]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Show the N best candidates of each code set even if they are below its threshold
    #[arg(long, value_name = "N")]
    candidates: Option<usize>,
    /// ndjson, json, csv, findings-csv, table, operation-outcome, junit or sarif [default: a table on a terminal, else
    /// ndjson]
    #[arg(long, value_name = "FORM", value_parser = form)]
    to: Option<Form>,
    /// Earlier encounters of the same record: rules that look at others know them, and they are not answered
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// Where the answers go [default: standard output]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Encounters; `-` or nothing is standard input. Files packed with gzip or xz are unpacked
    file: Option<PathBuf>,
}

impl Run {
    pub(crate) fn run(mut self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let registry = self.engine_args.registry(context, terminal)?;
        let path = self.file.take().unwrap_or_else(|| PathBuf::from("-"));
        let (input, choice) = self.reading.choose(&path, &registry, &mut self.engine_args)?;
        let (engine, mut asked) =
            self.engine_args.audited("run", Arc::clone(&registry), self.candidates, &self.auditing, terminal)?;
        let is_read = std::io::stderr().is_terminal();
        let shown = is_read.then(Mutex::default);
        let mut guard = self.auditing.guard().and("the input", &path);
        let mut history = None;
        if let Some(path) = &self.history {
            let (input, choice) = self.reading.choose(path, &registry, &mut self.engine_args)?;
            history = Some(Source::chosen(input, &choice, engine.schema()));
            guard = guard.and("the history", path);
        }
        let mut wanted = Wanted { jobs: self.jobs, form: self.form(), shown: shown.as_ref(), history };
        let mut source = Source::chosen(input, &choice, engine.schema());
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
        let Counts { read, written, refused, wrong } = counts;
        asked.note(&Entry::new(Outcome::Done).count(written))?;
        terminal.note(&format!("{read} read, {written} written, {refused} refused, {wrong} with errors"));
        Ok(if refused > 0 || wrong > 0 { Verdict::Wrong } else { Verdict::Fine })
    }

    /// The form that was asked for, or the one for whoever reads.
    fn form(&self) -> Form {
        match self.to {
            Some(form) => form,
            None if self.output.is_none() && std::io::stdout().is_terminal() => Form::Table,
            None => Form::Ndjson,
        }
    }
}

/// How the answers are wanted.
struct Wanted<'s> {
    jobs: Option<usize>,
    form: Form,
    /// Where rules and codes are counted, if a person reads the summary.
    shown: Option<&'s Mutex<Shown>>,
    /// Earlier encounters that are not answered.
    history: Option<Source>,
}

/// A form by its name.
fn form(text: &str) -> Result<Form, String> {
    let named = Form::ALL.iter().find(|(name, _)| *name == text).map(|(_, form)| *form);
    named.ok_or_else(|| {
        let names = || Form::ALL.iter().map(|(name, _)| *name);
        let near = did_you_mean(text, names()).map(|near| format!("; {near}")).unwrap_or_default();
        format!("there is no form `{text}`{near}; there is {}", names().collect::<Vec<_>>().join(", "))
    })
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
    let (form, jobs, shown) = (wanted.form, wanted.jobs.unwrap_or(0), wanted.shown);
    out.write_all(form.head(&engine.record().fields).as_bytes())?;
    let mut listed = Listed::new(form, out);
    let (position, bar) = (source.position(), source.size().map(Terminal::bytes_bar));
    let mut seen = |_: &Counts| {
        if let Some(bar) = &bar {
            bar.set_position(position.load(Ordering::Relaxed));
        }
    };
    let gathered = together::gather(engine, source, wanted.history.as_mut(), jobs, &mut seen)?;
    let (mut aside, neighbours) = gathered.map_or((None, None), |it| (Some(it.source), Some(it.neighbours)));
    let to = Out { to: &mut listed, trail: asked.trail() };
    let desk = || Formed::of(engine.worker().among(neighbours.as_ref()), engine, form, shown);
    let counts = batch::run_noted(aside.as_mut().unwrap_or(source), jobs, desk, to, &mut seen)?;
    let is_empty = listed.is_empty;
    out.write_all(form.tail(is_empty).as_bytes())?;
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    Ok(counts)
}

impl From<batch::Error> for Failure {
    fn from(error: batch::Error) -> Failure {
        match error {
            batch::Error::Write(error) => Failure::from(error),
            batch::Error::Audit(_) | batch::Error::Desk(_) | batch::Error::Aside(_) => Failure::said(error.to_string()),
            batch::Error::Read(error) => Failure::said(error.to_string()),
        }
    }
}
