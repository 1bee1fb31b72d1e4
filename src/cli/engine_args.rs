//! What `run`, `classify` and `test` have in common: a domain, an audience, a day, and the engine that comes of it.

use super::auditing;
use super::auditing::Asked;
use super::auditing::Auditing;
use super::context::Context;
use super::exit::Failure;
use super::secrets;
use super::session::name_lists;
use super::terminal::Terminal;
use crate::definitions::import::sources::Folders;
use crate::encounters::engine;
use crate::encounters::engine::Audited;
use crate::encounters::engine::Engine;
use crate::encounters::engine::Options;
use crate::model::day::Day;
use crate::privacy::Ask;
use crate::registry::Registry;
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
        context.registry_for(&self.domain, terminal)
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
        let mut access = auditing::access(command, self.audience.as_deref().unwrap_or_default());
        (access.registry, access.domain) = (registry.id().to_owned(), domain.clone());
        access.record = self.record.clone().unwrap_or_default();
        access.purpose = self.ask.purpose.clone().unwrap_or_default();
        access.reason.clone_from(&self.ask.reason);
        let engine = match self.engine(registry, candidates) {
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

    /// The engine of the domain. With `candidates`, so many of each code set are shown whatever their confidence.
    pub fn engine(&self, registry: Arc<Registry>, candidates: Option<usize>) -> Result<Engine, Failure> {
        let options = Options {
            record: self.record.clone(),
            audience: self.audience.clone(),
            ask: self.ask.ask(),
            on: self.on,
            today: today(),
            candidates,
            key: secrets::pseudonym_key()?,
        };
        engine(registry, &self.domain, options)
    }
}

/// An engine, with the lists of names loaded if its audience's policy searches texts for names.
pub(crate) fn engine(registry: Arc<Registry>, domain: &str, options: Options) -> Result<Engine, Failure> {
    let engine = Engine::new(registry, domain, options)?;
    if !engine.wants_names() {
        return Ok(engine);
    }
    // Without the large lists the words of `domains/shared` remain; lists that are there must be read.
    let names = name_lists(&Folders::of_user()).map_err(|error| Failure::said(error.to_string()))?;
    Ok(engine.with_redactor(|redactor| redactor.with_names(Arc::new(names))))
}

impl From<engine::Error> for Failure {
    fn from(error: engine::Error) -> Failure {
        Failure::said(error.to_string())
    }
}

/// Reads a day of the command line.
pub(crate) fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "a date such as 2026-03-01 is needed".to_owned())
}

/// The day it is here.
pub(crate) fn today() -> Day {
    Day::from_civil(jiff::Zoned::now().date())
}
