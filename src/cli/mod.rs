//! The command line: arguments, one call into one room, an exit status. Imports everything.

mod arguments;
mod auditing;
mod commands;
mod context;
mod counted;
mod engine_args;
mod exit;
mod measured;
mod near;
mod output;
mod reading;
mod segments;
mod terminal;

use arguments::Arguments;
use arguments::Command;
use clap::FromArgMatches;
use clap::error::ErrorKind;
use context::Context;
use exit::Failure;
use exit::Verdict;
use std::process::ExitCode;
use terminal::Terminal;

/// Runs the program.
pub fn main() -> ExitCode {
    let parsed = arguments::command().try_get_matches().and_then(|it| Arguments::from_arg_matches(&it));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            let is_asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if is_asked { ExitCode::SUCCESS } else { ExitCode::from(2) };
        }
    };
    let mut terminal = Terminal::new(arguments.json, arguments.color);
    let context = Context { domains: arguments.domains };
    let result = run(arguments.command, &context, &mut terminal);
    let result = match (result, terminal.flush()) {
        (Ok(_), Err(failure)) => Err(failure),
        (result, _) => result,
    };
    if let Err(failure) = &result {
        terminal.note(&format!("tencode: {failure}"));
    }
    exit::status(&result)
}

fn run(command: Command, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
    match command {
        Command::Check(it) => it.run(context, terminal),
        Command::Build(it) => it.run(context, terminal),
        Command::Run(it) => it.run(context, terminal),
        Command::Stats(it) => it.run(context, terminal),
        Command::Risk(it) => it.run(context, terminal),
        Command::Impact(it) => it.run(context, terminal),
        Command::Audit(it) => it.run(terminal),
        Command::Classify(it) => it.run(context, terminal),
        Command::Report(it) => it.run(context, terminal),
        Command::Keystrokes(it) => it.run(context, terminal),
        Command::Test(it) => it.run(context, terminal),
        Command::Fmt(it) => it.run(context, terminal),
        Command::Upgrade(it) => it.run(terminal),
        Command::Explain(it) => it.run(context, terminal),
        Command::Redact(it) => it.run(context, terminal),
        Command::Reader(it) => it.run(context, terminal),
        Command::New(it) => it.run(context, terminal),
        Command::Doc(it) => it.run(terminal),
        Command::List(it) => it.run(context, terminal),
        Command::Schema(it) => it.run(context, terminal),
        Command::Lookup(it) => it.run(context, terminal),
        Command::Search(it) => it.run(context, terminal),
        Command::Map(it) => it.run(context, terminal),
        Command::Import(it) => it.run(terminal),
        Command::Sources(it) => it.run(context, terminal),
        Command::Completions(it) => it.run(terminal),
        #[cfg(feature = "server")]
        Command::Serve(it) => it.run(context, terminal),
        #[cfg(feature = "server")]
        Command::User(it) => it.run(terminal),
        #[cfg(feature = "server")]
        Command::Token(it) => it.run(terminal),
        #[cfg(feature = "server")]
        Command::Store(it) => it.run(terminal),
        Command::Man(it) => it.run(terminal),
        Command::Version(it) => it.run(terminal),
    }
}
