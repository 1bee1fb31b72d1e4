//! `tencode completions` and `tencode man`

use crate::cli::arguments::Arguments;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use clap::CommandFactory;

/// Writes the completions of a shell to standard output.
///
///     tencode completions bash > ~/.local/share/bash-completion/completions/tencode
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Completions {
    /// bash, elvish, fish, powershell or zsh
    shell: clap_complete::Shell,
}

impl Completions {
    pub(crate) fn run(self, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let mut out = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "tencode", &mut out);
        terminal.out().write_all(&out)?;
        Ok(Verdict::Fine)
    }
}

/// Writes the manual page to standard output.
///
///     tencode man > ~/.local/share/man/man1/tencode.1
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Man {}

impl Man {
    #[expect(clippy::unused_self, reason = "run as every command is")]
    pub(crate) fn run(self, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let mut out = Vec::new();
        clap_mangen::Man::new(Arguments::command()).render(&mut out)?;
        terminal.out().write_all(&out)?;
        Ok(Verdict::Fine)
    }
}
