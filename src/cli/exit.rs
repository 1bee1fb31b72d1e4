//! How a command ends: 0 fine, 1 something is wrong with what it was given, 2 it could not do its work.

use crate::answers::named::NoSet;
use crate::workspace::secrets::SecretError;
use crate::workspace::unavailable;
use std::process::ExitCode;

/// What a command found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// Nothing is wrong.
    Fine,
    /// Something is wrong with what it was given; it has been said.
    Wrong,
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Said in one line.
    #[error("{0}")]
    Said(String),
    /// The domains or the registry.
    #[error(transparent)]
    Session(#[from] unavailable::Unavailable),
    /// A key.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The registry.
    #[error(transparent)]
    Registry(#[from] crate::registry::Error),
    /// A code set that is not there.
    #[error(transparent)]
    NoSet(#[from] NoSet),
    /// What is shown cannot be noted, so it is not shown.
    #[error("{0}; nothing is shown")]
    Audit(#[from] crate::audit::Error),
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Output that nobody reads any more.
    #[error("the output was closed before everything was written")]
    Closed,
    /// The output of `-o` could not be written whole.
    #[error("{failure}; {path} {}", if *is_new { "was not written" } else { "is as it was" })]
    Kept {
        /// What went wrong.
        failure: Box<Failure>,
        /// The output.
        path: String,
        /// There was no such file before.
        is_new: bool,
    },
    /// Output that cannot be written.
    #[error("the output cannot be written: {0}")]
    Output(std::io::Error),
}

impl Failure {
    /// A failure said in one line.
    pub fn said(text: impl Into<String>) -> Failure {
        Failure::Said(text.into())
    }

    /// A failure about a file.
    pub fn file(path: &std::path::Path, source: std::io::Error) -> Failure {
        Failure::File { path: path.display().to_string(), source }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        if error.kind() == std::io::ErrorKind::BrokenPipe { Failure::Closed } else { Failure::Output(error) }
    }
}

/// The exit status of a command.
pub(crate) fn status(result: &Result<Verdict, Failure>) -> ExitCode {
    match result {
        Ok(Verdict::Fine) => ExitCode::SUCCESS,
        Ok(Verdict::Wrong) => ExitCode::from(1),
        Err(_) => ExitCode::from(2),
    }
}
