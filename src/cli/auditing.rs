//! What the commands that show something have in common with the audit log: where it is, who asks, and that nothing is
//! shown without it where an office or an emergency requires it.

use super::exit::Failure;
use super::output::Guard;
use super::terminal::Terminal;
use crate::audit::Access;
use crate::audit::Entry;
use crate::audit::Log;
use crate::audit::Outcome;
use crate::audit::Rows;
use crate::audit::Secret;
use crate::audit::Tokens;
use crate::audit::Trail;
use crate::workspace::asking;
use crate::workspace::secrets;
use std::path::PathBuf;

/// Where it is noted who was shown what.
#[derive(clap::Args, Clone)]
pub(crate) struct Auditing {
    /// Note in this log who was shown what; what cannot be noted is not shown [default: TENCODE_AUDIT, else none]
    #[arg(long, value_name = "FILE")]
    audit: Option<PathBuf>,
    /// Who asks, if it is not the user of the operating system; the log says that this is only claimed
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,
}

/// A request that is noted, from its beginning to its end; or one that need not be.
pub(crate) struct Asked {
    log: Option<(Log, Access)>,
}

impl Auditing {
    /// The log named, if one is.
    fn path(&self) -> Option<PathBuf> {
        let named = || std::env::var_os("TENCODE_AUDIT").filter(|it| !it.is_empty()).map(PathBuf::from);
        self.audit.clone().or_else(named)
    }

    /// Keeps an output off the log and the key that signs it.
    pub fn guard(&self) -> Guard {
        let guard = secrets::audit_key_path()
            .into_iter()
            .fold(Guard::default(), |guard, path| guard.and("the key of the audit log", &path));
        self.path().into_iter().fold(guard, |guard, path| guard.and("the audit log", &path))
    }

    /// The log, if one is named. `requires` says who wants it, if somebody does.
    ///
    /// # Errors
    /// If the log cannot be written, or none is named and one is required.
    pub fn open(&self, requires: Option<&str>) -> Result<Option<Log>, Failure> {
        let Some(path) = self.path() else {
            let Some(who) = requires else { return Ok(None) };
            let said = format!("{who} requires an audit log: name one with --audit or TENCODE_AUDIT; nothing is shown");
            return Err(Failure::said(said));
        };
        Ok(Some(Log::open(&path, Secret::open(&secrets::audit_key_path()?)?, asking::now)?))
    }
}

impl Asked {
    /// Notes that somebody asks.
    ///
    /// # Errors
    /// If it cannot be noted.
    pub fn begin(log: Option<Log>, access: Access, terminal: &mut Terminal) -> Result<Asked, Failure> {
        let Some(mut log) = log else { return Ok(Asked { log: None }) };
        log.note(&access, &Entry::new(Outcome::Asked))?;
        if let Some(found) = log.recovered() {
            terminal.note(&format!(
                "the audit log ended in a write that was never finished: {} whole rows are kept, {} bytes of a torn row are cut",
                found.rows, found.bytes
            ));
        }
        Ok(Asked { log: Some((log, access)) })
    }

    /// What rows are noted with, if they are.
    pub fn access(&self) -> Option<&Access> {
        self.log.as_ref().map(|(_, access)| access)
    }

    /// The log, if there is one.
    pub fn trail(&mut self) -> Option<&mut dyn Trail> {
        self.log.as_mut().map(|(log, _)| -> &mut dyn Trail { log })
    }

    /// Notes rows, if there is a log: what they speak of may be shown when this has returned.
    ///
    /// # Errors
    /// If they cannot be noted.
    pub fn commit(&mut self, rows: &Rows) -> Result<(), Failure> {
        Ok(self.trail().map_or(Ok(()), |trail| trail.commit(rows))?)
    }

    /// Notes one row.
    ///
    /// # Errors
    /// If it cannot be noted.
    pub fn note(&mut self, entry: &Entry) -> Result<(), Failure> {
        match &mut self.log {
            Some((log, access)) => Ok(log.note(access, entry)?),
            None => Ok(()),
        }
    }
}

/// Notes that a request was refused.
///
/// # Errors
/// If it cannot be noted.
pub(crate) fn deny(log: Option<Log>, access: &Access) -> Result<(), Failure> {
    match log {
        Some(mut log) => Ok(log.note(access, &Entry::new(Outcome::Denied))?),
        None => Ok(()),
    }
}

impl Auditing {
    /// Somebody who asks for an audience, before anything is known of policy and registry.
    pub fn access(&self, command: &'static str, audience: &str) -> Access {
        asking::access(command, self.actor.as_deref(), audience)
    }
}

/// The tokens of ids, of the secret that makes the pseudonyms.
///
/// # Errors
/// If there is no such secret.
pub(crate) fn tokens() -> Result<Tokens, Failure> {
    Ok(Tokens::new(&secrets::pseudonym_key()?))
}
