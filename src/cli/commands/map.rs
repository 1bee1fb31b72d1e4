//! `tencode map`

use crate::cli::commands::lines;
use crate::cli::commands::starters;
use crate::cli::context::Context;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::model::content::MatchKind;
use crate::model::day::Day;
use serde::Serialize;

/// Follows a crosswalk from a code to another code set, and says how they match.
///
/// Exit status 1 if there is no such code or no crosswalk leads from it.
///
///     tencode map D-DOM --from call-types --to nibrs-offenses
///     tencode map 10-16 --from ten-codes-apco-older --to call-types
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Map {
    /// The code
    code: String,
    /// Code set it is of
    #[arg(long, value_name = "SET")]
    from: String,
    /// Code set to map to
    #[arg(long, value_name = "SET")]
    to: String,
    /// The day it is asked for [default: today]
    #[arg(long, value_name = "DATE", value_parser = lines::day)]
    on: Option<Day>,
}

#[derive(Serialize)]
struct Answer<'a> {
    set: &'a str,
    code: &'a str,
    display: &'a str,
    targets: Vec<Target<'a>>,
    /// Those of the two sets of which only the starter is installed.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    starter: &'a [String],
}

#[derive(Serialize)]
struct Target<'a> {
    set: &'a str,
    code: Option<&'a str>,
    display: Option<&'a str>,
    kind: MatchKind,
    #[serde(skip_serializing_if = "String::is_empty")]
    condition: String,
    /// Targets that share a number are used together.
    #[serde(skip_serializing_if = "Option::is_none")]
    together: Option<u32>,
}

impl Map {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let registry = context.registry(terminal)?;
        let (from, to) = (lines::set(&registry, &self.from)?, lines::set(&registry, &self.to)?);
        let starters = starters::among(&registry, &[from, to]);
        let (codes, others) = (registry.codes(from), registry.codes(to));
        let Some(code) = codes.find(&self.code) else {
            let error = format!("the code set `{}` has no code `{}`", self.from, self.code);
            if terminal.json {
                terminal.json(&serde_json::json!({ "code": self.code, "error": error, "starter": starters }))?;
            } else {
                terminal.note(&error);
            }
            starters::note(&starters, terminal);
            return Ok(Verdict::Wrong);
        };
        let target = |target: crate::registry::Target| Target {
            set: others.name(),
            code: target.code.map(|code| others.code(code)),
            display: target.code.map(|code| others.display(code)),
            kind: target.kind,
            condition: target.condition,
            together: Some(target.group).filter(|group| *group != 0),
        };
        let on = self.on.unwrap_or_else(lines::today);
        let targets: Vec<Target<'_>> = registry.map(from, code, to, on).into_iter().map(target).collect();
        let (name, display) = (codes.name(), codes.display(code));
        let answer = Answer { set: name, code: codes.code(code), display, targets, starter: &starters };
        if terminal.json {
            terminal.json(&answer)?;
        } else {
            show(&answer, terminal)?;
        }
        if answer.targets.is_empty() {
            let known: Vec<&str> =
                registry.mapped_sets(from).into_iter().map(|set| registry.codes(set).name()).collect();
            let (code, from, to) = (answer.code, codes.name(), others.name());
            let known = if known.is_empty() { "no other set".to_owned() } else { known.join(", ") };
            terminal.flush()?;
            terminal
                .note(&format!("no crosswalk leads from `{code}` to `{to}`; crosswalks join `{from}` with: {known}"));
        }
        starters::note(&starters, terminal);
        Ok(if answer.targets.is_empty() { Verdict::Wrong } else { Verdict::Fine })
    }
}

fn show(answer: &Answer<'_>, terminal: &mut Terminal) -> Result<(), Failure> {
    let head = terminal.strong(answer.code);
    terminal.line(&format!("{head} {}", answer.display))?;
    for target in &answer.targets {
        let code = target.code.map_or("none".to_owned(), |code| format!("{code} {}", target.display.unwrap_or("")));
        let kind = format!("{:?}", target.kind).to_lowercase();
        let when = if target.condition.is_empty() { String::new() } else { format!(" when {}", target.condition) };
        terminal.row(&format!("  {code} ({kind}){when}"))?;
    }
    Ok(())
}
