//! `tencode search`

use crate::answers::named;
use crate::answers::search::Hit;
use crate::answers::search::hits;
use crate::cli::commands::covered;
use crate::cli::commands::lines;
use crate::cli::commands::starters;
use crate::cli::context::Context;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::model::day::Day;
use crate::model::ids::SetId;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Finds codes by words: word forms, the beginning of the last word, misspellings.
///
/// With `--batch`, reads lines `{"id", "q"}` and answers each in order. Exit status 1 if nothing is found.
///
///     tencode search type 2 diabetes
///     tencode search --set icd-10-cm --limit 3 "high blood pressure"
///     tencode search --batch queries.ndjson
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Search {
    /// What to look for
    #[arg(required_unless_present = "batch")]
    query: Vec<String>,
    /// Code set [default: all]
    #[arg(long, value_name = "SET")]
    set: Option<String>,
    /// Domain whose code sets are meant [default: all]
    #[arg(long, value_name = "DOMAIN")]
    domain: Option<String>,
    /// Only codes in force on this day [default: today]
    #[arg(long, value_name = "DATE", value_parser = lines::day)]
    on: Option<Day>,
    /// How many codes at most
    #[arg(long, value_name = "N", default_value = "10")]
    limit: NonZeroUsize,
    /// Queries, a line of JSON each; `-` reads standard input
    #[arg(long, value_name = "FILE", conflicts_with = "query")]
    batch: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Question {
    #[serde(default)]
    id: Value,
    q: String,
}

#[derive(Serialize)]
struct Answer<'a> {
    id: Value,
    hits: Vec<Hit<'a>>,
}

impl Search {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let registry = context.registry(terminal)?;
        let sets = named::sets_for(&registry, self.set.as_deref(), self.domain.as_deref())?;
        let on = self.on.unwrap_or_else(lines::today);
        let starters = starters::among(&registry, &sets);
        if let Some(file) = &self.batch {
            let mut verdict = Verdict::Fine;
            lines::each(file, &mut |number, line| match serde_json::from_str::<Question>(line) {
                Ok(question) => {
                    let hits = hits(&registry, &sets, &question.q, on, self.limit.get());
                    if hits.is_empty() {
                        verdict = Verdict::Wrong;
                    }
                    terminal.json(&Answer { id: question.id, hits })
                }
                Err(_) => {
                    verdict = Verdict::Wrong;
                    terminal.json(&serde_json::json!({ "line": number, "error": "not a query: {\"id\", \"q\"}" }))
                }
            })?;
            starters::note(&starters, terminal);
            return Ok(verdict);
        }
        let hits = hits(&registry, &sets, &self.query.join(" "), on, self.limit.get());
        let verdict = if hits.is_empty() { Verdict::Wrong } else { Verdict::Fine };
        if terminal.json {
            terminal.json(&hits)?;
        } else {
            show(&hits, terminal)?;
        }
        starters::note(&starters, terminal);
        let found = registry.sets().filter(|set| hits.iter().any(|hit| hit.set == registry.codes(*set).full_name()));
        covered::note(&registry, &found.collect::<Vec<SetId>>(), on, terminal);
        Ok(verdict)
    }
}

fn show(hits: &[Hit<'_>], terminal: &mut Terminal) -> Result<(), Failure> {
    let width = hits.iter().map(|hit| hit.code.chars().count()).max().unwrap_or(0);
    for hit in hits {
        let code = terminal.strong(&format!("{:<width$}", hit.code));
        let set = terminal.faint(hit.set);
        let header = if hit.billable { "" } else { " (header)" };
        terminal.row(&format!("{code}  {}{header}  {set}", hit.display))?;
    }
    if hits.is_empty() {
        terminal.note("nothing found");
    }
    Ok(())
}
