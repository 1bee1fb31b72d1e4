//! What `run`, `classify` and `test` have in common: a domain, an audience, a day, and the engine that comes of it.

use super::auditing;
use super::auditing::Asked;
use super::auditing::Auditing;
use super::context::Context;
use super::exit::Failure;
use super::output::Guard;
use super::terminal::Terminal;
use crate::encounters::engine::Audited;
use crate::encounters::engine::Engine;
use crate::encounters::engine::Options;
use crate::model::day::Day;
use crate::model::moment::Moment;
use crate::privacy::Ask;
use crate::registry::Registry;
use crate::workspace::secrets;
use crate::workspace::session::Reach;
use std::path::PathBuf;
use std::sync::Arc;

/// Which domain, for whom and for which day.
#[derive(clap::Args, Clone)]
pub(crate) struct EngineArgs {
    /// Domain whose record, codes and rules apply
    #[arg(long, value_name = "D")]
    pub domain: String,
    /// Record of the domain [default: its first]
    #[arg(long, value_name = "R")]
    pub record: Option<String>,
    /// Who will see the answer [default: the audience the domain names]
    #[arg(long, value_name = "A")]
    pub audience: Option<String>,
    #[command(flatten)]
    pub ask: Wanted,
    /// Judge every encounter for this day [default: its own date, else today]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub on: Option<Day>,
    #[command(flatten)]
    fixed: Fixed,
}

/// What makes an answer the same in every folder and on every machine.
#[derive(clap::Args, Clone, Default)]
pub(crate) struct Fixed {
    /// Work with this registry, made by `tencode build -o`, and with no folder of domains or releases
    #[arg(long, value_name = "FILE")]
    registry: Option<PathBuf>,
    /// Refuse a registry of another id than this, such as blake3:4f1c…
    #[arg(long, value_name = "ID", requires = "registry")]
    expect: Option<String>,
    /// Key of the pseudonyms: a file of 32 bytes or of a secret text [default: TENCODE_KEY, else one kept for this user]
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// The day it is, on which something is overdue or not, as a date or an instant [default: the day of this machine]
    #[arg(long, visible_alias = "now", value_name = "DATE", value_parser = instant)]
    today: Option<Day>,
}

impl Fixed {
    /// The registry that was named, if one was.
    fn registry(&self, context: &Context) -> Result<Option<Arc<Registry>>, Failure> {
        let Some(path) = &self.registry else { return Ok(None) };
        if !context.domains.is_empty() {
            return Err(Failure::said(
                "--registry and --domains cannot be used together: a registry holds its domains",
            ));
        }
        let registry = Registry::open_checked(path)?;
        if let Some(expected) = self.expect.as_deref().filter(|it| *it != registry.id()) {
            let said = format!("{}: its id is {}, not {expected}", path.display(), registry.id());
            return Err(Failure::said(said));
        }
        Ok(Some(Arc::new(registry)))
    }

    fn key(&self, terminal: &mut Terminal) -> Result<[u8; 32], Failure> {
        let Some(path) = &self.key_file else { return Ok(secrets::pseudonym_key()?) };
        let (key, is_open) = secrets::named_key(path)?;
        if is_open {
            terminal.note(&format!("the key {} can be read by others (chmod 600)", path.display()));
        }
        Ok(key)
    }
}

/// What for, and from where.
#[derive(clap::Args, Clone, Default)]
pub(crate) struct Wanted {
    /// What for, such as TREAT, HPAYMT or BTG; denied unless the audience's policy allows it [default: its own purpose]
    #[arg(long, value_name = "P")]
    purpose: Option<String>,
    /// Why, which an emergency needs
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// State of the recipient, such as CA
    #[arg(long, value_name = "STATE")]
    recipient: Option<String>,
}

impl Wanted {
    /// An emergency, if that is what it is: whoever asks in one is noted.
    fn emergency(&self, registry: &Registry) -> Result<Option<String>, Failure> {
        let Some(name) = &self.purpose else { return Ok(None) };
        let is_emergency = registry.shared()?.purposes.iter().any(|it| it.name == *name && it.is_emergency);
        Ok(is_emergency.then(|| format!("purpose `{name}`")))
    }

    /// As the redactor takes it.
    pub fn ask(&self) -> Ask {
        Ask { purpose: self.purpose.clone(), reason: self.reason.clone(), recipient: self.recipient.clone() }
    }
}

impl EngineArgs {
    /// The registry that has the domain.
    pub fn registry(&self, context: &Context, terminal: &mut Terminal) -> Result<Arc<Registry>, Failure> {
        match self.fixed.registry(context)? {
            Some(registry) => Ok(registry),
            None => context.registry_for(&self.domain, terminal),
        }
    }

    /// Keeps an output off what the engine is made of: the files that were named, or the folders of the domains.
    pub fn guard(&self, context: &Context, mut guard: Guard) -> Result<Guard, Failure> {
        if let Some(path) = &self.fixed.key_file {
            guard = guard.and("the key", path);
        }
        match &self.fixed.registry {
            Some(path) => Ok(guard.and("the registry", path)),
            None => Ok(guard.and_folders("a file of a domain", &context.session(Reach::All)?.folders()?)),
        }
    }

    /// The engine of the domain, with everything it answers noted if there is a log; who asks is noted here. A refusal is
    /// noted too.
    ///
    /// # Errors
    /// If there is no engine, or it cannot be noted.
    pub fn audited(
        &self,
        command: &'static str,
        registry: Arc<Registry>,
        candidates: Option<usize>,
        auditing: &Auditing,
        terminal: &mut Terminal,
    ) -> Result<(Engine, Asked), Failure> {
        let (domain, required) = (&self.domain, registry.domain(&self.domain)?.is_some_and(|it| it.requires_audit));
        let by_domain = required.then(|| format!("domain `{domain}`"));
        let required = by_domain.or(self.ask.emergency(&registry)?);
        let log = auditing.open(required.as_deref())?;
        let mut access = auditing.access(command, self.audience.as_deref().unwrap_or_default());
        (access.registry, access.domain) = (registry.id().to_owned(), domain.clone());
        access.record = self.record.clone().unwrap_or_default();
        access.purpose = self.ask.purpose.clone().unwrap_or_default();
        access.reason.clone_from(&self.ask.reason);
        let key = self.fixed.key(terminal)?;
        let engine = match self.engine(registry, candidates, key) {
            Ok(engine) => engine,
            Err(failure) => {
                auditing::deny(log, &access)?;
                return Err(failure);
            }
        };
        engine.redactor().audience().clone_into(&mut access.audience);
        engine.redactor().policy().clone_into(&mut access.policy);
        access.record.clone_from(&engine.record().name);
        let asked = Asked::begin(log, access, terminal)?;
        let engine = match asked.access() {
            Some(access) => engine.audited(Audited { access: access.clone(), tokens: auditing::tokens()? }),
            None => engine,
        };
        Ok((engine, asked))
    }

    /// The engine of the domain, for work in which nobody's encounters are shown.
    ///
    /// # Errors
    /// If there is no engine.
    pub fn unaudited(&self, registry: Arc<Registry>, terminal: &mut Terminal) -> Result<Engine, Failure> {
        let key = self.fixed.key(terminal)?;
        self.engine(registry, None, key)
    }

    /// The engine of the domain. With `candidates`, so many of each code set are shown whatever their confidence.
    fn engine(&self, registry: Arc<Registry>, candidates: Option<usize>, key: [u8; 32]) -> Result<Engine, Failure> {
        let options = Options {
            record: self.record.clone(),
            audience: self.audience.clone(),
            ask: self.ask.ask(),
            on: self.on,
            today: self.fixed.today.unwrap_or_else(today),
            candidates,
            key,
        };
        Ok(Engine::new(registry, &self.domain, options)?)
    }
}

/// Reads a day of the command line.
pub(crate) fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "a date such as 2026-03-01 is needed".to_owned())
}

/// Reads a day of the command line, or the day of an instant as its clock shows it.
fn instant(text: &str) -> Result<Day, String> {
    let moment = Moment::parse(text);
    moment.map(Moment::day).ok_or_else(|| "a date or an instant such as 2026-03-01T08:30Z is needed".to_owned())
}

/// The day it is here.
pub(crate) fn today() -> Day {
    Day::from_civil(jiff::Zoned::now().date())
}
