//! The nearest name there is, where a value that was typed is none.

use super::exit::Failure;
use crate::diagnostics::did_you_mean;
use crate::encounters::engine;
use crate::privacy;

/// What was said, and the nearest of the names there are.
pub(crate) fn failure<'n>(said: &str, written: &str, known: impl IntoIterator<Item = &'n str>) -> Failure {
    Failure::said(with_near(said, written, known))
}

fn with_near<'n>(said: &str, written: &str, known: impl IntoIterator<Item = &'n str>) -> String {
    match did_you_mean(written, known) {
        Some(near) => format!("{said}; {near}"),
        None => said.to_owned(),
    }
}

/// The names of a list as messages write it.
fn listed(known: &str) -> impl Iterator<Item = &str> {
    known.split(", ").map(|name| name.trim_matches('`'))
}

impl From<privacy::Error> for Failure {
    fn from(error: privacy::Error) -> Failure {
        let said = error.to_string();
        match &error {
            privacy::Error::UnknownAudience { audience, known } => failure(&said, audience, listed(known)),
            privacy::Error::UnknownPurpose { purpose, known } => failure(&said, purpose, listed(known)),
            _ => Failure::said(said),
        }
    }
}

impl From<engine::Error> for Failure {
    fn from(error: engine::Error) -> Failure {
        match error {
            engine::Error::Redact(error) => Failure::from(error),
            engine::Error::UnknownDomain { ref name, ref known }
            | engine::Error::UnknownRecord { ref name, ref known, .. } => {
                failure(&error.to_string(), name, listed(known))
            }
            error => Failure::said(error.to_string()),
        }
    }
}
