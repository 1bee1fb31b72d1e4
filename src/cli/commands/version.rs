//! `tencode version`

use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::registry;
use serde::Serialize;

/// Says which version of the program this is, and which layout of registry files it reads and writes.
///
///     tencode version
///     tencode version --json
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Version {}

#[derive(Serialize)]
struct Shown {
    version: &'static str,
    registry_layout: u32,
}

impl Version {
    #[expect(clippy::unused_self, reason = "every command is run alike")]
    pub(crate) fn run(self, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let shown = Shown { version: env!("CARGO_PKG_VERSION"), registry_layout: registry::LAYOUT };
        if terminal.json {
            terminal.json(&shown)?;
        } else {
            terminal.line(&format!("tencode {}", shown.version))?;
            terminal.line(&format!("registry files of layout {}", shown.registry_layout))?;
        }
        Ok(Verdict::Fine)
    }
}
