//! The command line: arguments, one call into one room, an exit status. Imports everything.

mod arguments;
mod asking;
mod auditing;
mod builtin;
mod commands;
mod exit;
mod session;
mod terminal;

use crate::diagnostics;
use crate::registry::Registry;
use arguments::Arguments;
use arguments::Command;
use clap::FromArgMatches;
use clap::error::ErrorKind;
use exit::Failure;
use exit::Verdict;
use session::BUILT_IN;
use session::Progress;
use session::Reach;
use session::Session;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use terminal::Terminal;

/// What every command is given: the folders of domains.
pub(crate) struct Context {
    /// Folders given with `--domains`.
    pub domains: Vec<PathBuf>,
}

impl Context {
    /// The folders of domains, found.
    pub fn session(&self, reach: Reach) -> Result<Session, Failure> {
        Ok(Session::new(&self.domains, reach)?)
    }

    /// The registry of all domains; compiled first if anything changed.
    pub fn registry(&self, terminal: &mut Terminal) -> Result<Arc<Registry>, Failure> {
        Context::open(&self.session(Reach::All)?, None, terminal)
    }

    /// The registry of a session; compiled first if anything changed. Domains that were refused are named, except the
    /// one that is `asked` for: of that one more is to be said.
    pub fn open(session: &Session, asked: Option<&str>, terminal: &mut Terminal) -> Result<Arc<Registry>, Failure> {
        let mut spinner = None;
        let mut told = Vec::new();
        let registry = session.open(&mut |progress| match progress {
            Progress::Building => spinner = Some(Terminal::spinner("building the registry")),
            Progress::Built(outcome) => {
                if let Some(spinner) = spinner.take() {
                    spinner.finish_and_clear();
                }
                told.clone_from(&outcome.refused);
            }
        })?;
        for name in told.iter().filter(|name| Some(name.as_str()) != asked) {
            terminal.note(&format!("the domain `{name}` has errors and is left out: see `tencode check`"));
        }
        Ok(registry)
    }

    /// The registry, for work in one domain; if that domain is refused, says why in a line for each error.
    pub fn registry_for(&self, domain: &str, terminal: &mut Terminal) -> Result<Arc<Registry>, Failure> {
        let mut session = self.session(Reach::Own)?;
        if !session.has(domain)? {
            session = self.session(Reach::All)?;
        }
        if !session.has(domain)? {
            return Err(no_domain(domain, &session.folders()?, &session));
        }
        let registry = Context::open(&session, Some(domain), terminal)?;
        if registry.domain_names().any(|name| name == domain) {
            return Ok(registry);
        }
        let outcome = session.compile()?;
        commands::check::note_errors(&outcome, terminal);
        Err(Failure::said(format!("the domain `{domain}` has errors and is refused: see `tencode check`")))
    }
}

/// Names the domains there are, where they were looked for, and how to add the shipped ones.
fn no_domain(domain: &str, folders: &[PathBuf], session: &Session) -> Failure {
    let names = folders.iter().filter_map(|folder| folder.file_name()?.to_str());
    let known: Vec<&str> = names.filter(|name| *name != "shared").collect();
    let near = diagnostics::did_you_mean(domain, known.iter().copied()).map(|near| format!("; {near}"));
    let near = near.unwrap_or_default();
    let listed = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    let shipped = if builtin::names().any(|name| name == domain) {
        format!("; the one that is shipped with the program is added by `--domains {BUILT_IN}`")
    } else {
        String::new()
    };
    let places = session.places();
    Failure::said(format!("there is no domain `{domain}`{near} (looked in {places}; there is: {listed}){shipped}"))
}

/// Runs the program.
pub fn main() -> ExitCode {
    let parsed = arguments::command().try_get_matches().and_then(|it| Arguments::from_arg_matches(&it));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            let is_asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if is_asked { ExitCode::SUCCESS } else { ExitCode::from(2) };
        }
    };
    let mut terminal = Terminal::new(arguments.json, arguments.color);
    let context = Context { domains: arguments.domains };
    let result = run(arguments.command, &context, &mut terminal);
    let result = match (result, terminal.flush()) {
        (Ok(_), Err(failure)) => Err(failure),
        (result, _) => result,
    };
    if let Err(failure) = &result
        && !matches!(failure, Failure::Closed)
    {
        terminal.note(&format!("tencode: {failure}"));
    }
    exit::status(&result)
}

fn run(command: Command, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
    match command {
        Command::Check(it) => it.run(context, terminal),
        Command::Build(it) => it.run(context, terminal),
        Command::Run(it) => it.run(context, terminal),
        Command::Stats(it) => it.run(context, terminal),
        Command::Risk(it) => it.run(context, terminal),
        Command::Audit(it) => it.run(terminal),
        Command::Classify(it) => it.run(context, terminal),
        Command::Test(it) => it.run(context, terminal),
        Command::Fmt(it) => it.run(context, terminal),
        Command::Upgrade(it) => it.run(terminal),
        Command::Explain(it) => it.run(context, terminal),
        Command::Redact(it) => it.run(context, terminal),
        Command::New(it) => it.run(context, terminal),
        Command::Doc(it) => it.run(terminal),
        Command::Lookup(it) => it.run(context, terminal),
        Command::Search(it) => it.run(context, terminal),
        Command::Map(it) => it.run(context, terminal),
        Command::Import(it) => it.run(terminal),
        Command::Sources(it) => it.run(context, terminal),
        Command::Completions(it) => it.run(terminal),
        Command::Man(it) => it.run(terminal),
    }
}
