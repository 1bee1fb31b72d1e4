//! What may be said on the command line.

use super::commands;
use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;
use std::path::PathBuf;

/// Codes for encounters: define them, propose them, check them, and show each audience only what it may see
#[derive(Parser)]
#[command(name = "tencode", version, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// Folder of domains; may be given several times and adds up [default: ./domains, else those built in]
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
    /// Check definition files and scripts, and say all that is wrong with them
    Check(commands::check::Check),
    /// Compile all domains to one registry file
    Build(commands::build::Build),
    /// Answer encounters: codes, findings, and what the audience may see
    Run(commands::run::Run),
    /// Propose codes for one text or record, with the reasons
    Classify(commands::classify::Classify),
    /// Run the cases of domains
    Test(commands::test::Test),
    /// Lay out definition files in the house style
    Fmt(commands::fmt::Fmt),
    /// Explain a rule, a code or a diagnostic
    Explain(commands::explain::Explain),
    /// Mask what identifies in free texts
    Redact(commands::redact::Redact),
    /// Start a domain: a folder with a record, a small code set, a case and the hooks of scripts
    New(commands::new::New),
    /// Reference pages: the language of definition files, and what a script may see, call and cost
    Doc(commands::doc::Doc),
    /// Show one code: titles, place, dates, notes, labels, maps
    Lookup(commands::lookup::Lookup),
    /// Find codes by words
    Search(commands::search::Search),
    /// Follow a crosswalk to another code set
    Map(commands::map::Map),
    /// Print an official release as a code set
    Import(commands::import::Import),
    /// List, check and install official releases
    Sources(commands::sources::Sources),
    /// Shell completions
    Completions(commands::shell::Completions),
    /// The manual page
    Man(commands::shell::Man),
}
