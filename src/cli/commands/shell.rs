//! `tencode completions` and `tencode man`

use crate::cli::arguments;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;

/// Writes the completions of a shell to standard output.
///
/// Put them where your shell looks: for bash ~/.local/share/bash-completion/completions, for zsh a folder of `fpath`, for
/// fish ~/.config/fish/completions.
///
///     tencode completions bash > tencode
///     tencode completions fish > tencode.fish
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Completions {
    /// bash, elvish, fish, powershell or zsh
    shell: clap_complete::Shell,
}

impl Completions {
    pub(crate) fn run(self, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let mut out = Vec::new();
        clap_complete::generate(self.shell, &mut arguments::command(), "tencode", &mut out);
        terminal.out().write_all(&out)?;
        Ok(Verdict::Fine)
    }
}

/// Writes a manual page to standard output: that of the program, or that of one command.
///
/// Put it where `man` looks, such as ~/.local/share/man/man1.
///
///     tencode man > tencode.1
///     tencode man run > tencode-run.1
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Man {
    /// A command
    command: Option<String>,
}

impl Man {
    pub(crate) fn run(self, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let mut whole = arguments::command();
        whole.build();
        let page = match &self.command {
            None => whole,
            Some(name) => match whole.find_subcommand(name) {
                Some(command) => command.clone(),
                None => return Err(Failure::said(format!("there is no command `{name}`"))),
            },
        };
        let mut out = Vec::new();
        clap_mangen::Man::new(page).render(&mut out)?;
        terminal.out().write_all(&out)?;
        Ok(Verdict::Fine)
    }
}
