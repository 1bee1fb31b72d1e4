//! `tencode classify`

use crate::answers::named;
use crate::audit::Entry;
use crate::audit::Outcome;
use crate::cli::auditing::Auditing;
use crate::cli::commands::covered;
use crate::cli::commands::starters;
use crate::cli::context::Context;
use crate::cli::engine_args;
use crate::cli::engine_args::EngineArgs;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::encounters::engine::Engine;
use crate::encounters::listed::LINES;
use crate::encounters::listed::Line;
use crate::encounters::listed::Question;
use crate::encounters::listed::lines;
use crate::encounters::near::Typed;
use crate::encounters::near::json_line;
use crate::encounters::near::wanted;
use crate::model::ids::SetId;
use crate::model::outcome::LEARNED;
use crate::privacy::ShownCandidate;
use crate::registry::Registry;
use std::sync::Arc;

/// Proposes codes for one text or record, with the reasons.
///
/// The text is put into the record's first free text field; a text that begins with { is taken for a whole record.
/// Candidates below the threshold of their code set are not shown; if there is none, codes for misspelt words are named, or
/// those that a search for the words finds. Exit status 1 if the record cannot be read.
///
///     tencode classify --domain law-enforcement --record call officer made a car stop
///     tencode classify --domain healthcare --set icd-10-cm '{"note": "type 2 diabetes"}'
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Classify {
    #[command(flatten)]
    engine_args: EngineArgs,
    #[command(flatten)]
    auditing: Auditing,
    /// Only candidates of this code set
    #[arg(long, value_name = "S")]
    set: Option<String>,
    /// Show the N best candidates of each code set even if they are below its threshold
    #[arg(long, value_name = "N")]
    candidates: Option<usize>,
    /// List what a desk lists while this is typed, at most nine codes: as they were typed, decided, found, near
    #[arg(long)]
    partial: bool,
    /// Words, or one record as JSON
    #[arg(required = true)]
    text: Vec<String>,
}

impl Classify {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let registry = self.engine_args.registry(context, terminal)?;
        let (engine, mut asked) =
            self.engine_args.audited("classify", Arc::clone(&registry), self.candidates, &self.auditing, terminal)?;
        let sets = self.sets(&engine, &registry)?;
        let typed = Typed::new(&engine, &self.text.join(" ")).ok_or_else(|| {
            let name = &engine.record().name;
            Failure::said(format!("record `{name}` has no free text field; give a whole record as JSON"))
        })?;
        let mut worker = if self.partial { engine.worker().showing(LINES) } else { engine.worker() };
        let answer = worker.disclose(1, Ok(&typed.record));
        asked.commit(&worker.noted())?;
        if let Err(unreadable) = answer.parts() {
            terminal.note(&format!("the record cannot be read: {}", unreadable.error));
            return Ok(Verdict::Wrong);
        }
        if self.partial {
            let on = self.engine_args.on.unwrap_or_else(engine_args::today);
            let lines = lines(&registry, &Question { text: &typed.text, sets: &sets, on }, &answer);
            asked.note(&Entry::new(Outcome::Done).count(lines.len() as u64))?;
            show_lines(&lines, terminal)?;
            return Ok(Verdict::Fine);
        }
        let set = self.set.as_deref();
        let candidates = wanted(&answer, set);
        let near = if candidates.is_empty() { typed.near(&engine, &sets, set) } else { None };
        let suggestions = near.as_ref().map(|near| wanted(&near.answer, set)).unwrap_or_default();
        let words = near.as_ref().map_or(&[][..], |near| near.words);
        let starters = starters::behind(&engine, &registry);
        let shown = candidates.len() + suggestions.len();
        asked.note(&Entry::new(Outcome::Done).count(shown as u64))?;
        if terminal.json {
            let line = json_line(&candidates, &suggestions, &[("meant", words), ("starter", &starters)]);
            terminal.out().write_all(&line)?;
        } else if candidates.is_empty() {
            show_near(words, &suggestions, terminal)?;
        } else {
            for candidate in &candidates {
                show(candidate, terminal)?;
            }
        }
        starters::note(&starters, terminal);
        covered::note_engine(&engine, &registry, terminal);
        Ok(Verdict::Fine)
    }

    /// Code sets that are asked about: the one named, else all of which the record is given candidates.
    fn sets(&self, engine: &Engine, registry: &Registry) -> Result<Vec<SetId>, Failure> {
        let classified = engine.classified();
        let Some(name) = &self.set else { return Ok(classified) };
        let set = match registry.set_of(engine.domain(), name) {
            Some(set) => set,
            None => named::set(registry, name)?,
        };
        // A script may propose codes of any set.
        if !classified.contains(&set) && engine.domain().scripts.is_empty() {
            let known: Vec<&str> = classified.iter().map(|set| registry.codes(*set).name()).collect();
            let record = &engine.record().name;
            let text = format!("record `{record}` is given no candidates of `{name}`, only of: {}", known.join(", "));
            return Err(Failure::said(text));
        }
        Ok(vec![set])
    }
}

/// The list of a desk; what is no candidate is marked as found.
fn show_lines(lines: &[Line], terminal: &mut Terminal) -> Result<(), Failure> {
    if terminal.json {
        return terminal.json(&lines);
    }
    for (line, number) in lines.iter().zip(1..) {
        let code = terminal.strong(&format!("{}/{}", line.set, line.code));
        let how = match line.confidence {
            None => "found",
            Some(_) if line.is_below => "near",
            Some(confidence) => band(confidence),
        };
        terminal.row(&format!("{number}  {code}  {}  ({how})", line.display))?;
    }
    Ok(())
}

fn show_near(words: &[String], suggestions: &[&ShownCandidate<'_>], terminal: &mut Terminal) -> Result<(), Failure> {
    if suggestions.is_empty() {
        return terminal.line("no code fits well enough");
    }
    if words.is_empty() {
        terminal.line("no code fits well enough; these are near:")?;
    } else {
        let listed = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        terminal.line(&format!("no code fits well enough; did you mean {listed}?"))?;
    }
    for suggestion in suggestions {
        let code = terminal.strong(&format!("{}/{}", suggestion.set, suggestion.code));
        terminal.row(&format!("{code}  {}", suggestion.display))?;
    }
    Ok(())
}

fn show(candidate: &ShownCandidate<'_>, terminal: &mut Terminal) -> Result<(), Failure> {
    let code = terminal.strong(&format!("{}/{}", candidate.set, candidate.code));
    let below = if candidate.below { ", a suggestion" } else { "" };
    let (title, points) = (candidate.display, candidate.score);
    terminal.row(&format!("{code}  {title}  ({points:.2} points, {}{below})", band(candidate.confidence)))?;
    for reason in &candidate.because {
        let place = if reason.path.is_empty() { String::new() } else { format!(" in {}", reason.path) };
        let (kind, what) = match (reason.kind, reason.what.as_ref()) {
            (LEARNED, "") => ("words", "the others"),
            (LEARNED, word) => ("word", word),
            (kind, what) => (kind, what),
        };
        let line = format!("    {:+.2}  {kind}: {what}{place}", reason.points);
        terminal.row(&terminal.faint(&line))?;
    }
    Ok(())
}

/// A confidence in words: people read figures of two digits as if they were exact. `--json` has the number.
fn band(confidence: f64) -> &'static str {
    match confidence {
        0.9.. => "sure",
        0.6.. => "likely",
        _ => "possible",
    }
}
