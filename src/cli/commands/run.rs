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
use crate::encounters::batch;
use crate::encounters::batch::Counts;
use crate::encounters::batch::Out;
use crate::encounters::engine::Engine;
use crate::encounters::read::Source;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
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
        let mut source = Source::chosen(input, &choice, engine.schema());
        let guard = self.auditing.guard().and("the input", &path);
        let counts = match &self.output {
            None => {
                guard.check_standard()?;
                answer(&engine, &mut source, self.jobs, &mut asked, terminal.out())?
            }
            Some(path) => {
                let guard = self.engine_args.guard(context, guard)?;
                let output = Output::open(path, &guard, terminal)?;
                output.write(|out| answer(&engine, &mut source, self.jobs, &mut asked, out))?
            }
        };
        starters::note(&starters::behind(&engine, &registry), terminal);
        covered::note_engine(&engine, &registry, terminal);
        reading::note(&source, &engine, terminal);
        let Counts { read, written, refused, wrong } = counts;
        asked.note(&Entry::new(Outcome::Done).count(written))?;
        terminal.note(&format!("{read} read, {written} written, {refused} refused, {wrong} with errors"));
        Ok(if refused > 0 || wrong > 0 { Verdict::Wrong } else { Verdict::Fine })
    }
}

fn answer(
    engine: &Engine,
    source: &mut Source,
    jobs: Option<usize>,
    asked: &mut Asked,
    out: &mut dyn Write,
) -> Result<Counts, Failure> {
    let (position, bar) = (source.position(), source.size().map(Terminal::bytes_bar));
    let mut seen = |_: &Counts| {
        if let Some(bar) = &bar {
            bar.set_position(position.load(Ordering::Relaxed));
        }
    };
    let out = Out { to: out, trail: asked.trail() };
    let counts = batch::run_noted(source, jobs.unwrap_or(0), || engine.worker(), out, &mut seen)?;
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    Ok(counts)
}

impl From<batch::Error> for Failure {
    fn from(error: batch::Error) -> Failure {
        match error {
            batch::Error::Write(error) => Failure::from(error),
            batch::Error::Audit(_) | batch::Error::Desk(_) => Failure::said(error.to_string()),
            batch::Error::Read(error) => Failure::said(error.to_string()),
        }
    }
}
