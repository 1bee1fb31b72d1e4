//! `tencode build`

use crate::cli::context::Context;
use crate::cli::context::note_errors;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::output::Guard;
use crate::cli::output::Output;
use crate::cli::output::Own;
use crate::cli::terminal::Terminal;
use crate::diagnostics::Diagnostic;
use crate::encounters::training::TextModel;
use crate::files;
use crate::files::Rights;
use crate::model::content::CodeSet;
use crate::workspace::cache;
use crate::workspace::session::Made;
use crate::workspace::session::Reach;
use crate::workspace::session::Session;
use serde::Serialize;
use std::path::Path;
use std::path::PathBuf;
use std::time::Instant;

/// Compiles all domains to one registry file, and says what is in it.
///
/// Other commands build by themselves when something changed; this one shows counts and time, and writes the file where
/// it is wanted. The same definitions, releases and lists of names give the same bytes, and `run --registry` needs nothing
/// else. Domains with errors are left out (exit status 1).
///
///     tencode build
///     tencode build -o office.registry
///     tencode build --json                   counts for programs
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Build {
    /// Where to write the registry [default: the user's cache]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What was built.
#[derive(Serialize)]
struct Summary {
    registry: String,
    bytes: u64,
    seconds: f64,
    domains: Vec<String>,
    refused: Vec<String>,
    sets: Vec<Counted>,
    learned: Vec<Taught>,
}

/// The text model of a code set.
#[derive(Serialize)]
struct Taught {
    set: String,
    examples: usize,
    bytes: usize,
    calibrated: bool,
    right: f32,
    decided: f32,
    right_when_decided: f32,
}

/// One code set.
#[derive(Serialize)]
struct Counted {
    set: String,
    #[serde(rename = "codes")]
    code_count: usize,
    assignable: usize,
    index_entries: usize,
    /// Only the codes written in the domain: an official release is missing.
    starter: bool,
    missing: Vec<String>,
}

impl Build {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let begun = Instant::now();
        let session = context.session(Reach::All)?;
        let spinner = Terminal::spinner("building the registry");
        let Made { bytes, outcome, learned, nameless } = session.make()?;
        nameless.map_or(Ok(()), |why| Err(Failure::said(why)))?;
        let path = match self.output {
            Some(path) => {
                let guard = Guard::replacing(Own::Registry).and_folders("a file of a domain", &session.folders()?);
                make_folder(&path)?;
                let output = Output::open(&path, &guard, terminal)?;
                output.write(|out| out.write_all(&bytes).map_err(|error| Failure::file(&path, error)))?;
                path
            }
            None => {
                let none = || Failure::said(format!("there is no cache ({}): name a file with -o", cache::why_none()));
                let path = session.registry_path().ok_or_else(none)?;
                make_folder(&path)?;
                files::replace(&path, Rights::Usual, &bytes).map_err(|error| Failure::file(&path, error))?;
                path
            }
        };
        Session::segments().tidy();
        spinner.finish_and_clear();
        note_errors(&outcome, terminal);
        let has_errors = outcome.diagnostics.iter().any(Diagnostic::is_error);
        let summary = Summary {
            registry: path.display().to_string(),
            bytes: bytes.len() as u64,
            seconds: begun.elapsed().as_secs_f64(),
            domains: outcome.compiled.shared.domains.clone(),
            refused: outcome.refused.clone(),
            sets: outcome.compiled.sets.iter().map(counted).collect(),
            learned: learned.trained.iter().map(|model| taught(&outcome.compiled.sets, model)).collect(),
        };
        if terminal.json {
            terminal.json(&summary)?;
        } else {
            show(&summary, terminal)?;
        }
        Ok(if !has_errors && summary.refused.is_empty() { Verdict::Fine } else { Verdict::Wrong })
    }
}

fn make_folder(path: &Path) -> Result<(), Failure> {
    let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|error| Failure::file(folder, error))
}

fn counted(set: &CodeSet) -> Counted {
    Counted {
        set: set.name.clone(),
        code_count: set.codes.len(),
        assignable: set.codes.iter().filter(|code| code.is_assignable).count(),
        index_entries: set.index.len(),
        starter: set.is_starter,
        missing: set.missing_sources.clone(),
    }
}

fn taught(sets: &[CodeSet], model: &TextModel) -> Taught {
    let measured = &model.measured;
    Taught {
        set: model.set.get(sets).map(|set| set.name.clone()).unwrap_or_default(),
        examples: measured.examples,
        bytes: model.bytes.len(),
        calibrated: measured.is_calibrated,
        right: measured.right,
        decided: measured.decided,
        right_when_decided: measured.right_when_decided,
    }
}

fn show(summary: &Summary, terminal: &mut Terminal) -> Result<(), Failure> {
    for set in &summary.sets {
        let mut line = format!("{:<24} {:>7} codes, {:>7} to record", set.set, set.code_count, set.assignable);
        if set.index_entries > 0 {
            line.push_str(&format!(", {} index entries", set.index_entries));
        }
        terminal.row(&line)?;
        if set.starter {
            let missing = set.missing.join(", ");
            terminal.line(&format!("  only the starter: not installed are {missing} (see `tencode sources`)"))?;
        } else if !set.missing.is_empty() {
            terminal.line(&format!("  without {}", set.missing.join(", ")))?;
        }
    }
    for it in &summary.learned {
        let of_unseen = |share: f32| format!("{:.0} %", share * 100.0);
        let how = if it.calibrated {
            let (right, decided) = (of_unseen(it.right), of_unseen(it.decided));
            let sure = of_unseen(it.right_when_decided);
            format!("{right} right on unseen ones; decides on {decided}, of which {sure} are right")
        } else {
            "too few to measure: it suggests and does not decide".to_owned()
        };
        terminal.row(&format!("{:<24} learned from {} examples, {how}", it.set, it.examples))?;
    }
    if !summary.refused.is_empty() {
        terminal.line(&format!("refused, because of errors: {}", summary.refused.join(", ")))?;
    }
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let size = summary.bytes as f64 / 1e6;
    terminal.line(&format!("{} ({size:.1} MB, {:.2} s)", summary.registry, summary.seconds))
}
