//! What every command starts from: the folders of domains, and the registry made of them.

use super::exit::Failure;
use super::terminal::Terminal;
use crate::definitions::compile::Outcome;
use crate::definitions::import::sources::Folders;
use crate::definitions::load;
use crate::diagnostics;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::span::Lines;
use crate::registry::Registry;
use crate::workspace::builtin;
use crate::workspace::session::BUILT_IN;
use crate::workspace::session::Progress;
use crate::workspace::session::Reach;
use crate::workspace::session::Session;
use std::path::PathBuf;
use std::sync::Arc;

/// Most errors that are named where a domain is refused.
const NAMED: usize = 10;

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
        Context::open(&self.session(Reach::All)?, terminal)
    }

    /// The registry of a session; compiled first if anything changed. Domains that were refused are named.
    pub fn open(session: &Session, terminal: &mut Terminal) -> Result<Arc<Registry>, Failure> {
        let (registry, built) = Context::opened(session, terminal)?;
        note_refused(built.as_ref(), None, terminal);
        Ok(registry)
    }

    /// The registry of a session, and what came of compiling if anything had changed.
    fn opened(session: &Session, terminal: &mut Terminal) -> Result<(Arc<Registry>, Option<Outcome>), Failure> {
        let (mut spinner, mut built) = (None, None);
        let registry = session.open(&mut |progress| match progress {
            Progress::Building => spinner = Some(Terminal::spinner("building the registry")),
            Progress::Built(outcome) => {
                if let Some(spinner) = spinner.take() {
                    spinner.finish_and_clear();
                }
                built = Some(*outcome);
            }
            Progress::NotKept(why) => {
                let text = format!("the registry is made again at each start, which takes longer: no cache ({why})");
                terminal.note(&text);
            }
        })?;
        note_missing(&session.releases, terminal);
        Ok((registry, built))
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
        let (registry, built) = Context::opened(&session, terminal)?;
        note_refused(built.as_ref(), Some(domain), terminal);
        if registry.domain_names().any(|name| name == domain) {
            return Ok(registry);
        }
        // Nothing changed since the domain was refused, so that it has to be compiled again to say why.
        let outcome = built.map_or_else(|| session.compile(), Ok)?;
        note_errors(&outcome, terminal);
        Err(Failure::said(format!("the domain `{domain}` has errors and is refused: see `tencode check`")))
    }
}

/// Names the folders of releases that are wanted and not there.
fn note_missing(releases: &Folders, terminal: &mut Terminal) {
    for folder in releases.missing() {
        terminal.note(&format!("TENCODE_DATA names {}, and there is no such folder", folder.display()));
    }
}

/// Names the domains that were refused, except the one that is `asked` for: of that one more is to be said.
fn note_refused(built: Option<&Outcome>, asked: Option<&str>, terminal: &mut Terminal) {
    let refused = built.map_or(&[][..], |outcome| outcome.refused.as_slice());
    for name in refused.iter().filter(|name| Some(name.as_str()) != asked) {
        terminal.note(&format!("the domain `{name}` has errors and is left out: see `tencode check`"));
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

/// Names the errors of an outcome on standard error, a line each: `FILE:LINE: what is wrong`.
pub(crate) fn note_errors(outcome: &Outcome, terminal: &mut Terminal) {
    let errors: Vec<&Diagnostic> = outcome.diagnostics.iter().filter(|it| it.is_error()).collect();
    for error in errors.iter().take(NAMED) {
        let text = load::text(&error.file).unwrap_or_default();
        let line = Lines::of(&text).line(error.span.start) + 1;
        terminal.note(&format!("{}:{line}: {}: {}", error.file.display(), error.kind.code(), error.kind));
    }
    if errors.len() > NAMED {
        terminal.note(&format!("and {} more errors", errors.len() - NAMED));
    }
}
