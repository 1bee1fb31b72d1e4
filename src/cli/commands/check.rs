//! `tencode check`

use crate::cli::context::Context;
use crate::cli::engine_args;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::definitions::compile::Outcome;
use crate::definitions::compile::public::public_views;
use crate::definitions::load;
use crate::definitions::load::DomainSource;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::Kind;
use crate::diagnostics::render;
use crate::diagnostics::render::Sources;
use crate::diagnostics::span::Span;
use crate::workspace::session::Reach;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

/// Says all that is wrong with definition files and scripts, in one run.
///
/// Each problem is shown with its place, the reason and a way out; `tencode explain D0103` tells more about one.
/// Names are looked up in all domains, but only problems of the paths given are shown. Exit status 1 if there is an error.
///
///     tencode check                          all domains
///     tencode check domains/parking          one domain
///     tencode check --json                   for programs
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Check {
    /// Folders of domains, or files in them [default: all]
    paths: Vec<PathBuf>,
    /// Warnings count as errors
    #[arg(long)]
    strict: bool,
}

impl Check {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let session = context.session(Reach::Own)?;
        let mut folders = Vec::new();
        for path in &self.paths {
            folders.push(domain_of(path)?);
        }
        let outcome = session.check(&folders)?;
        let shown: Vec<&Diagnostic> = outcome
            .diagnostics
            .iter()
            .filter(|it| match self.paths.as_slice() {
                [] => it.is_error() || !session.is_in_shipped(&it.file),
                paths => is_under_any(&it.file, paths),
            })
            .collect();
        draw(&shown, terminal)?;
        let errors = shown.iter().filter(|it| it.is_error()).count();
        let warnings = shown.len() - errors;
        if !terminal.json {
            terminal.note(&counted(&outcome, errors, warnings));
            let is_meant = |source: &&DomainSource| match folders.as_slice() {
                [] => !session.is_in_shipped(&source.folder),
                folders => is_under_any(&source.folder, folders),
            };
            let domains: Vec<&str> =
                outcome.sources.iter().filter(is_meant).map(|source| source.name.as_str()).collect();
            if errors == 0 {
                say_what_is_public(&outcome, &domains, terminal);
            }
        }
        let is_wrong = errors > 0 || (self.strict && warnings > 0);
        // The process ends with this command. Giving back the trees of large files piece by piece takes a tenth of all the time.
        std::mem::forget(outcome);
        Ok(if is_wrong { Verdict::Wrong } else { Verdict::Fine })
    }
}

fn counted(outcome: &Outcome, errors: usize, warnings: usize) -> String {
    let codes: usize = outcome.compiled.sets.iter().map(|set| set.codes.len()).sum();
    let rules: usize = outcome.compiled.domains.iter().map(|domain| domain.rules.len()).sum();
    let domains = outcome.compiled.domains.iter().filter(|domain| domain.name != "shared").count();
    let checked = [(domains, "domain"), (outcome.compiled.sets.len(), "code set"), (codes, "code"), (rules, "rule")]
        .map(|(count, what)| many(count, what))
        .join(", ");
    let warned = many(warnings, "warning");
    match (errors, warnings) {
        (0, 0) => format!("{checked}: nothing wrong"),
        (0, _) => format!("{checked}: {warned}"),
        _ => format!("{}, {warned}; refused: {}", many(errors, "error"), outcome.refused.join(", ")),
    }
}

/// Names each field of some domains that an audience of the public sees.
fn say_what_is_public(outcome: &Outcome, domains: &[&str], terminal: &mut Terminal) {
    for view in public_views(&outcome.compiled, engine_args::today())
        .iter()
        .filter(|view| domains.contains(&view.domain.as_str()))
    {
        let fields = if view.fields.is_empty() { "no field".to_owned() } else { view.fields.join(", ") };
        terminal.note(&format!("audience `{}` is public and sees of `{}`: {fields}", view.audience, view.record));
    }
}

fn many(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// The domain that a path is or lies in.
fn domain_of(path: &Path) -> Result<PathBuf, Failure> {
    let whole = path.canonicalize().map_err(|error| Failure::file(path, error))?;
    let is_domain = |it: &Path| it.join("domain.toml").exists() || it.join("codes").is_dir();
    if whole.is_dir() && is_domain(path) {
        return Ok(path.to_path_buf());
    }
    let mut at = path.to_path_buf();
    while at.pop() {
        let here = if at.as_os_str().is_empty() { Path::new(".") } else { &at };
        if is_domain(here) {
            return Ok(here.to_path_buf());
        }
    }
    match load::folders(path) {
        Ok(folders) if !folders.is_empty() => Ok(folders.into_iter().next().unwrap_or_default()),
        _ => Err(Failure::said(format!("{}: no domain (a folder with domain.toml) holds this", path.display()))),
    }
}

fn is_under_any(file: &Path, paths: &[PathBuf]) -> bool {
    let whole = file.canonicalize().unwrap_or_else(|_| file.to_path_buf());
    paths.iter().any(|path| file.starts_with(path) || path.canonicalize().is_ok_and(|path| whole.starts_with(path)))
}

/// Most diagnostics of one file that are shown.
const SHOWN: usize = 20;

/// Draws diagnostics on standard output, as JSON lines where that was asked for.
fn draw(diagnostics: &[&Diagnostic], terminal: &mut Terminal) -> Result<(), Failure> {
    let shown = bounded(diagnostics);
    let mut sources = Sources::default();
    let mut seen = BTreeSet::new();
    for diagnostic in &shown {
        let others = diagnostic.labels.iter().filter_map(|label| label.file.as_ref());
        for file in others.chain([&diagnostic.file]).filter(|file| seen.insert((*file).clone())) {
            if let Some(text) = load::text(file) {
                sources.add(file.clone(), text);
            }
        }
    }
    for diagnostic in &shown {
        if terminal.json {
            terminal.line(&render::json::render(diagnostic, &sources))?;
        } else {
            let drawn = render::terminal::render(diagnostic, &sources, terminal.colours);
            terminal.text(&drawn)?;
            terminal.text("\n")?;
        }
    }
    Ok(())
}

/// The first diagnostics of every file, errors before warnings, and a last one that counts the rest.
fn bounded<'a>(diagnostics: &[&'a Diagnostic]) -> Vec<Cow<'a, Diagnostic>> {
    let mut by_file: BTreeMap<&Path, Vec<&'a Diagnostic>> = BTreeMap::new();
    for &diagnostic in diagnostics {
        by_file.entry(&diagnostic.file).or_default().push(diagnostic);
    }
    let mut shown = Vec::new();
    for (file, mut all) in by_file {
        if all.len() <= SHOWN {
            shown.extend(all.into_iter().map(Cow::Borrowed));
            continue;
        }
        all.sort_by_key(|it| !it.is_error());
        let rest = all.split_off(SHOWN);
        all.sort_by_key(|it| it.span.start);
        let count = rest.iter().map(|it| if let Kind::TooManyProblems { count } = it.kind { count } else { 1 }).sum();
        let span = all.last().map_or_else(Span::default, |last| last.span);
        shown.extend(all.into_iter().map(Cow::Borrowed));
        shown.push(Cow::Owned(Diagnostic::new(Kind::TooManyProblems { count }, span).in_file(file)));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_lists_its_errors_first_and_counts_the_rest() {
        let problem =
            |at: usize, kind: Kind| Diagnostic::new(kind, Span::new(at, at + 1)).in_file(Path::new("it.codes"));
        let warnings = (0..SHOWN).map(|at| problem(at, Kind::TooManyProblems { count: 5 }));
        let error = problem(SHOWN, Kind::TooLong { limit: 1 });
        let all: Vec<Diagnostic> = warnings.chain([error]).collect();
        let shown = bounded(&all.iter().collect::<Vec<_>>());
        assert_eq!(shown.len(), SHOWN + 1);
        assert!(shown.iter().any(|it| it.is_error()), "an error gives way to no warning");
        // The one that is left out counted five itself.
        assert!(matches!(shown.last().map(|it| &it.kind), Some(Kind::TooManyProblems { count: 5 })));
        assert_eq!(bounded(&all.iter().take(SHOWN).collect::<Vec<_>>()).len(), SHOWN);
    }
}
