//! What may be said on the command line.

use super::commands;
use clap::CommandFactory;
use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;
use std::path::PathBuf;

/// What stands below the list of commands.
const EXAMPLES: &str = "\
Examples:
    tencode search high blood pressure
    tencode classify --domain law-enforcement --record call \"boyfriend won't leave, he hit her\"
    tencode run --domain law-enforcement --record call --audience public examples/calls.ndjson
    tencode new parking

Exit status: 0 fine, 1 something is wrong with what was given (an unknown code, a line that cannot be read, \
an encounter or a definition with errors), 2 the work could not be done.

Environment: TENCODE_DATA (folders of official releases), TENCODE_KEY (secret of the pseudonyms), \
XDG_CACHE_HOME, XDG_DATA_HOME, NO_COLOR, COLUMNS.";

/// Codes for encounters: define them, propose them, check them, and show each audience only what it may see
#[derive(Parser)]
#[command(name = "tencode", version, max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Folder of domains; may be given several times and adds up; `built-in` are those shipped with the program [default:
    /// ./domains, and of the shipped ones those that are not there]
    #[arg(long, global = true, value_name = "DIR")]
    pub domains: Vec<PathBuf>,
    /// One JSON value instead of words, or a line of JSON for each of many
    #[arg(long, global = true)]
    pub json: bool,
    /// Colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// When there are colours.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// Where a person reads.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// A command, each in its file.
#[derive(Subcommand)]
pub(crate) enum Command {
    Check(commands::check::Check),
    Build(commands::build::Build),
    Run(commands::run::Run),
    Classify(commands::classify::Classify),
    Report(commands::report::Report),
    Keystrokes(commands::keystrokes::Keystrokes),
    Test(commands::test::Test),
    Fmt(commands::fmt::Fmt),
    Upgrade(commands::upgrade::Upgrade),
    Explain(commands::explain::Explain),
    Redact(commands::redact::Redact),
    Reader(commands::reader::Reader),
    New(commands::new::New),
    Doc(commands::doc::Doc),
    List(commands::list::List),
    Schema(commands::schema::Schema),
    Lookup(commands::lookup::Lookup),
    Search(commands::search::Search),
    Map(commands::map::Map),
    Import(commands::import::Import),
    Sources(commands::sources::Sources),
    Completions(commands::shell::Completions),
    Stats(commands::stats::Stats),
    Risk(commands::risk::Risk),
    Impact(commands::impact::Impact),
    Audit(commands::audit::Audit),
    #[cfg(feature = "server")]
    Serve(commands::serve::Serve),
    #[cfg(feature = "server")]
    User(commands::office::User),
    #[cfg(feature = "server")]
    Token(commands::office::TokenCommand),
    #[cfg(feature = "server")]
    Store(commands::office::StoreCommand),
    Man(commands::shell::Man),
    Version(commands::version::Version),
}

/// The command with its helps laid out for any terminal.
pub(crate) fn command() -> clap::Command {
    flowing(Arguments::command())
}

/// Doc comments are kept as they are written, for the examples in them; the lines of a paragraph are put together again.
fn flowing(mut command: clap::Command) -> clap::Command {
    if let Some(text) = command.get_long_about().map(ToString::to_string) {
        command = command.long_about(flow(&text));
    }
    command.mut_subcommands(flowing)
}

fn flow(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = "";
    for line in text.lines() {
        let is_same = !before.is_empty() && !line.is_empty() && !before.starts_with(' ') && !line.starts_with(' ');
        if !out.is_empty() {
            out.push(if is_same { ' ' } else { '\n' });
        }
        out.push_str(line);
        before = line;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_flow_and_examples_stay() {
        let text = "First\nsecond.\n\nThird\n\n    tencode a\n    tencode b";
        assert_eq!(flow(text), "First second.\n\nThird\n\n    tencode a\n    tencode b");
    }

    #[test]
    fn no_argument_is_declared_twice() {
        command().debug_assert();
    }
}
