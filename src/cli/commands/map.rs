//! `tencode map`

use crate::answers::map::Crosswalked;
use crate::answers::map::follow;
use crate::answers::named;
use crate::answers::near;
use crate::cli::commands::covered;
use crate::cli::commands::lines;
use crate::cli::commands::starters;
use crate::cli::context::Context;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use crate::registry::Registry;

/// Follows a crosswalk from a code to another code set, and says how they match.
///
/// Exit status 1 if there is no such code or no crosswalk leads from it.
///
///     tencode map D-DOM --from call-types --to nibrs-offenses
///     tencode map D-DOM --to nibrs-offenses
///     tencode map 10-16 --from ten-codes-apco-older --to call-types
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Map {
    /// The code
    code: String,
    /// Code set it is of [default: the only one with a crosswalk to the other that has the code]
    #[arg(long, value_name = "SET")]
    from: Option<String>,
    /// Code set to map to
    #[arg(long, value_name = "SET")]
    to: String,
    /// The day it is asked for [default: today]
    #[arg(long, value_name = "DATE", value_parser = lines::day)]
    on: Option<Day>,
}

impl Map {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let registry = context.registry(terminal)?;
        let to = named::set(&registry, &self.to)?;
        let (from, code) = match &self.from {
            Some(from) => named::set(&registry, from).map(|set| (set, registry.codes(set).find(&self.code)))?,
            None => self.guess(&registry, to).map(|(set, code)| (set, Some(code)))?,
        };
        let starters = starters::among(&registry, &[from, to]);
        let (codes, others) = (registry.codes(from), registry.codes(to));
        let Some(code) = code else {
            let error = format!("the code set `{}` has no code `{}`", codes.full_name(), self.code);
            let near = near::codes(&registry, &[from], &self.code);
            let listed = near.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ");
            let error = if near.is_empty() { error } else { format!("{error}; did you mean {listed}?") };
            if terminal.json {
                terminal.json(&serde_json::json!({ "code": self.code, "error": error, "starter": starters }))?;
            } else {
                terminal.note(&error);
            }
            starters::note(&starters, terminal);
            return Ok(Verdict::Wrong);
        };
        let on = self.on.unwrap_or_else(lines::today);
        let answer = follow(&registry, (from, code), to, on, &starters);
        if terminal.json {
            terminal.json(&answer)?;
        } else {
            show(&answer, terminal)?;
        }
        if answer.targets.is_empty() {
            let known: Vec<&str> =
                registry.mapped_sets(from).into_iter().map(|set| registry.codes(set).full_name()).collect();
            let (code, from, to) = (answer.code, codes.full_name(), others.full_name());
            let known = if known.is_empty() { "no other set".to_owned() } else { known.join(", ") };
            terminal.flush()?;
            terminal
                .note(&format!("no crosswalk leads from `{code}` to `{to}`; crosswalks join `{from}` with: {known}"));
        }
        starters::note(&starters, terminal);
        covered::note(&registry, &[from, to], on, terminal);
        Ok(if answer.targets.is_empty() { Verdict::Wrong } else { Verdict::Fine })
    }
}

impl Map {
    /// The only code set that has the code and a crosswalk to the other set, and the code.
    fn guess(&self, registry: &Registry, to: SetId) -> Result<(SetId, CodeId), Failure> {
        let joined = registry.mapped_sets(to);
        let find = |set: &SetId| Some((*set, registry.codes(*set).find(&self.code)?));
        let sets: Vec<(SetId, CodeId)> = joined.iter().filter_map(find).collect();
        let names = |sets: &mut dyn Iterator<Item = SetId>, between: &str| {
            let names: Vec<&str> = sets.map(|set| registry.codes(set).full_name()).collect();
            names.join(between)
        };
        match sets.as_slice() {
            [one] => Ok(*one),
            [] if joined.is_empty() => Err(Failure::said(format!("no crosswalk leads to `{}`", self.to))),
            [] => Err(Failure::said(format!(
                "no code set with a crosswalk to `{}` has the code `{}`; crosswalks join it with: {}",
                self.to,
                self.code,
                names(&mut joined.iter().copied(), ", ")
            ))),
            several => Err(Failure::said(format!(
                "several code sets have the code `{}`: say --from {}",
                self.code,
                names(&mut several.iter().map(|(set, _)| *set), " or --from ")
            ))),
        }
    }
}

fn show(answer: &Crosswalked<'_>, terminal: &mut Terminal) -> Result<(), Failure> {
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
