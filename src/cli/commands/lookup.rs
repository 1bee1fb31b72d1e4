//! `tencode lookup`

use crate::answers::lookup;
use crate::answers::lookup::Inherited;
use crate::answers::lookup::WholeCode;
use crate::answers::named;
use crate::answers::near;
use crate::cli::commands::lines;
use crate::cli::commands::starters;
use crate::cli::context::Context;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use crate::registry::Codes;
use crate::registry::Registry;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

/// How many codes below a code are shown to people.
const SHOWN: usize = 20;

/// Shows one code: titles, place in the hierarchy, dates, notes, labels, maps.
///
/// With `--batch`, reads lines `{"id", "set", "code", "on"?}` and answers each in order. Exit status 1 if a code
/// is not found.
///
///     tencode lookup E11.9
///     tencode lookup E11.9 --set icd-10-cm --on 2025-09-30
///     tencode lookup --batch questions.ndjson
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Lookup {
    /// The code; case and dots do not matter
    #[arg(required_unless_present = "batch")]
    code: Option<String>,
    /// Code set [default: all]
    #[arg(long, value_name = "SET")]
    set: Option<String>,
    /// Domain whose code sets are meant [default: all]
    #[arg(long, value_name = "DOMAIN")]
    domain: Option<String>,
    /// The day it is asked for [default: today]
    #[arg(long, value_name = "DATE", value_parser = lines::day)]
    on: Option<Day>,
    /// Questions, a line of JSON each; `-` reads standard input
    #[arg(long, value_name = "FILE", conflicts_with = "code")]
    batch: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Question {
    #[serde(default)]
    id: Value,
    set: Option<String>,
    code: String,
    on: Option<String>,
}

#[derive(Serialize)]
struct Answer<'a> {
    id: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    set: Option<&'a str>,
    code: &'a str,
    display: &'a str,
    billable: bool,
    parent: Option<&'a str>,
    ancestors: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    known_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    known_until: Option<String>,
}

impl Lookup {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let registry = context.registry(terminal)?;
        let sets = named::sets_for(&registry, self.set.as_deref(), self.domain.as_deref())?;
        let on = self.on.unwrap_or_else(lines::today);
        match (&self.batch, self.code) {
            (Some(file), _) => batch(&registry, &sets, on, file, terminal),
            (None, code) => one(&registry, &sets, on, &code.unwrap_or_default(), terminal),
        }
    }
}

/// Shows a code of each set that has it.
fn one(registry: &Registry, sets: &[SetId], on: Day, code: &str, terminal: &mut Terminal) -> Result<Verdict, Failure> {
    let mut verdict = Verdict::Wrong;
    for set in sets {
        let found = registry.codes(*set).find(code).filter(|_| !named::is_repeated(registry, *set, sets, code));
        if let Some(found) = found {
            show(registry, *set, found, Some(on), terminal)?;
            verdict = Verdict::Fine;
        }
    }
    let starters = starters::among(registry, sets);
    if verdict == Verdict::Wrong {
        let error = match sets {
            [set] => format!("the code set `{}` has no code `{code}`", registry.codes(*set).full_name()),
            _ => format!("no code set has the code `{code}`"),
        };
        let near = near::codes(registry, sets, code);
        if terminal.json {
            let answer = serde_json::json!({ "code": code, "error": error, "near": near, "starter": starters });
            terminal.json(&answer)?;
        } else if near.is_empty() && is_words(code) {
            terminal.note(&format!("{error}; to look for words: `tencode search {code}`"));
        } else if near.is_empty() {
            terminal.note(&error);
        } else {
            let listed = near.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ");
            terminal.note(&format!("{error}; did you mean {listed}?"));
        }
    }
    starters::note(&starters, terminal);
    Ok(verdict)
}

/// Answers a file of questions; the starters that were asked are named once, at the end.
fn batch(
    registry: &Registry,
    sets: &[SetId],
    on: Day,
    file: &Path,
    terminal: &mut Terminal,
) -> Result<Verdict, Failure> {
    let (mut verdict, mut asked) = (Verdict::Fine, BTreeSet::new());
    lines::each(file, &mut |number, line| {
        let is_answered = answer(registry, sets, on, number, line, &mut asked, terminal)?;
        if !is_answered {
            verdict = Verdict::Wrong;
        }
        Ok(())
    })?;
    terminal.flush()?;
    let asked: Vec<SetId> = asked.into_iter().collect();
    starters::note(&starters::among(registry, &asked), terminal);
    Ok(verdict)
}

/// Answers one line; `false` if there is no such code or the line is no question.
fn answer(
    registry: &Registry,
    sets: &[SetId],
    on: Day,
    number: usize,
    line: &str,
    seen: &mut BTreeSet<SetId>,
    terminal: &mut Terminal,
) -> Result<bool, Failure> {
    let Ok(question) = serde_json::from_str::<Question>(line) else {
        terminal
            .json(&serde_json::json!({ "line": number, "error": "not a question: {\"id\", \"set\", \"code\"}" }))?;
        return Ok(false);
    };
    let on = match question.on.as_deref().map(Day::parse) {
        Some(None) => {
            terminal.json(&serde_json::json!({ "id": question.id, "error": "`on` is no date" }))?;
            return Ok(false);
        }
        given => given.flatten().unwrap_or(on),
    };
    let named = question.set.as_deref().map(|name| registry.set(name));
    let asked: Vec<SetId> = match named {
        Some(set) => set.into_iter().collect(),
        None => sets.to_vec(),
    };
    seen.extend(&asked);
    let found = asked.iter().find_map(|set| Some((*set, registry.codes(*set).find(&question.code)?)));
    let Some((set, code)) = found else {
        let error = if asked.is_empty() { "there is no such code set" } else { "the set has no such code" };
        terminal.json(&serde_json::json!({ "id": question.id, "error": error }))?;
        return Ok(false);
    };
    let codes = registry.codes(set);
    let ancestors: Vec<&str> = codes.ancestors(code).into_iter().map(|above| codes.code(above)).collect();
    let (known_from, known_until) = lookup::uncovered(codes, on);
    terminal.json(&Answer {
        id: question.id,
        set: question.set.is_none().then(|| codes.full_name()),
        code: codes.code(code),
        display: codes.display(code),
        billable: codes.is_assignable(code, on),
        parent: ancestors.first().copied(),
        ancestors,
        known_from,
        known_until,
    })?;
    Ok(true)
}

/// Shows one code, as JSON or in words.
pub(crate) fn show(
    registry: &Registry,
    set: SetId,
    code: CodeId,
    on: Option<Day>,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let on = on.unwrap_or_else(lines::today);
    let shown = lookup::whole(registry, set, code, on)?;
    if terminal.json {
        return terminal.json(&shown);
    }
    let codes = registry.codes(set);
    let head = terminal.strong(shown.code);
    terminal.line(&format!("{head} {}", shown.display))?;
    let state = match (shown.billable, shown.in_force) {
        (true, _) => format!("may be recorded on {on}"),
        (_, true) => format!("may not be recorded itself on {on}"),
        (_, false) => format!("not in force on {on}"),
    };
    terminal.line(&format!("  {} · {state}", shown.set))?;
    if let Some(from) = &shown.known_from {
        terminal.line(&format!("  {on} is before {from}, the first day that the installed releases cover"))?;
    }
    if let Some(until) = &shown.known_until {
        terminal.line(&format!("  {on} is after {until}, the last day that the installed releases cover"))?;
    }
    words(&shown, codes, terminal)
}

fn words(shown: &WholeCode<'_>, codes: Codes<'_>, terminal: &mut Terminal) -> Result<(), Failure> {
    let title = |code: &str| codes.find(code).map_or("", |place| codes.display(place)).to_owned();
    for above in &shown.ancestors {
        terminal.row(&format!("  under {above} {}", title(above)))?;
    }
    for span in &shown.valid {
        let from = span.from.as_deref().unwrap_or("ever");
        let to = span.to.as_deref().map_or(String::new(), |to| format!(" to {to}"));
        let header = if span.billable { "" } else { " (header)" };
        terminal.line(&format!("  since {from}{to}{header}"))?;
    }
    for (name, text) in [("short", &shown.short), ("definition", &shown.definition)] {
        if !text.is_empty() {
            terminal.line(&format!("  {name}: {text}"))?;
        }
    }
    let list = |name: &str, items: &[String]| (!items.is_empty()).then(|| format!("  {name}: {}", items.join("; ")));
    let properties = shown.properties.iter().map(|(name, values)| format!("{name} {}", values.join(", ")));
    let designations = shown.designations.iter().map(|(language, title)| format!("{title} ({language})"));
    let lists = [
        list("also", &shown.synonyms),
        list("titles", &designations.collect::<Vec<_>>()),
        list("properties", &properties.collect::<Vec<_>>()),
        list("labels", &shown.labels),
    ];
    for line in lists.into_iter().flatten() {
        terminal.line(&line)?;
    }
    for (kind, text) in &shown.notes {
        terminal.line(&format!("  {kind}: {text}"))?;
    }
    for Inherited { from, kind, text } in &shown.inherited {
        terminal.line(&format!("  {kind} (of {from}): {text}"))?;
    }
    if !shown.replaced_by.is_empty() {
        terminal.line(&format!("  replaced by {}", shown.replaced_by.join(", ")))?;
    }
    for map in &shown.maps {
        let target = map.code.map_or("nothing".to_owned(), |code| format!("{code} {}", map.display.unwrap_or("")));
        let kind = format!("{:?}", map.kind).to_lowercase();
        terminal.row(&format!("  in {}: {target} ({kind})", map.set))?;
    }
    for below in shown.children.iter().take(SHOWN) {
        terminal.row(&format!("  {below} {}", title(below)))?;
    }
    if shown.children.len() > SHOWN {
        terminal.line(&format!("  and {} more", shown.children.len() - SHOWN))?;
    }
    Ok(())
}

/// Whether somebody typed words in the place of a code.
fn is_words(text: &str) -> bool {
    text.chars().count() > 3 && text.chars().all(|sign| sign.is_alphabetic() || sign == ' ')
}
