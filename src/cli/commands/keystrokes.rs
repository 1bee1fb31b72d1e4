//! `tencode keystrokes`

use crate::cli::context::Context;
use crate::cli::engine_args;
use crate::cli::engine_args::EngineArgs;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::encounters::engine::Engine;
use crate::encounters::engine::Worker;
use crate::encounters::listed::LINES;
use crate::encounters::listed::Question;
use crate::encounters::listed::lines;
use crate::encounters::near::Typed;
use crate::model::day::Day;
use crate::model::ids::SetId;
use crate::registry::Registry;
use serde::Serialize;
use std::path::Path;
use std::path::PathBuf;

/// Phrases of one code set that are typed at most; of more, so many are taken at even steps.
const MOST: usize = 2_000;
/// Phrases that are named because they take longest, or never reach their code.
const NAMED: usize = 5;

/// Counts the keys until the right code is among the nine that a desk lists.
///
/// Types every title and every `also` phrase of the code sets that a record is coded with, key by key. With `--texts` it types
/// the texts of a file of tab-separated columns, of which `text` is typed and any of `codes` is right.
///
///     tencode keystrokes --domain law-enforcement --record call
///     tencode keystrokes --domain law-enforcement --record call --texts phrases.tsv
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Keystrokes {
    #[command(flatten)]
    engine_args: EngineArgs,
    /// Texts to type instead of titles and phrases
    #[arg(long, value_name = "FILE")]
    texts: Option<PathBuf>,
}

/// A text to be typed and the codes that are right for it.
struct Phrase {
    text: String,
    codes: Vec<String>,
}

/// How many keys the phrases of a code set took.
#[derive(Serialize)]
struct OfSet {
    set: String,
    typed: usize,
    /// Share whose code was reached at all.
    reached: f64,
    /// Keys in the middle, a phrase that never reaches its code counting as endless; `None` if that is the middle.
    median: Option<usize>,
    p90: Option<usize>,
    /// The longest, and those that never reach their code.
    slowest: Vec<(String, Option<usize>)>,
}

impl Keystrokes {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let registry = self.engine_args.registry(context, terminal)?;
        let engine = self.engine_args.unaudited(registry.clone(), terminal)?;
        let on = self.engine_args.on.unwrap_or_else(engine_args::today);
        let mut all = Vec::new();
        match &self.texts {
            Some(path) => {
                let sets: Vec<SetId> = engine.main_set().into_iter().collect();
                all.extend(sets.into_iter().map(|set| (set, read(path))));
            }
            None => all.extend(engine.classified().into_iter().map(|set| (set, Ok(phrases(&registry, set, on))))),
        }
        for (set, phrases) in all {
            let found = measured(&engine, &registry, set, phrases?, on)?;
            if terminal.json {
                terminal.json(&found)?;
            } else {
                show(&found, terminal)?;
            }
        }
        Ok(Verdict::Fine)
    }
}

/// Titles and other words of the codes of a set that may be recorded.
fn phrases(registry: &Registry, set: SetId, on: Day) -> Vec<Phrase> {
    let codes = registry.codes(set);
    let mut out = Vec::new();
    for code in codes.all().filter(|code| codes.is_assignable(*code, on)) {
        let right = vec![codes.code(code).to_owned()];
        let texts = std::iter::once(codes.display(code).to_owned()).chain(codes.synonyms(code));
        out.extend(texts.map(|text| Phrase { text, codes: right.clone() }));
    }
    let step = out.len().div_ceil(MOST).max(1);
    out.into_iter().step_by(step).collect()
}

fn read(path: &Path) -> Result<Vec<Phrase>, Failure> {
    let failed = |error: csv::Error| Failure::said(format!("{}: {error}", path.display()));
    let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).from_path(path).map_err(failed)?;
    let columns = reader.headers().map_err(failed)?.clone();
    let column = |name: &str| {
        let needed = || Failure::said(format!("{}: there is no column `{name}`", path.display()));
        columns.iter().position(|it| it == name).ok_or_else(needed)
    };
    let (text, codes) = (column("text")?, column("codes")?);
    let mut out = Vec::new();
    for row in reader.records() {
        let row = row.map_err(failed)?;
        let codes = row.get(codes).unwrap_or_default().split(',').map(|it| it.trim().to_owned()).collect();
        out.push(Phrase { text: row.get(text).unwrap_or_default().to_owned(), codes });
    }
    Ok(out)
}

fn measured(engine: &Engine, registry: &Registry, set: SetId, phrases: Vec<Phrase>, on: Day) -> Result<OfSet, Failure> {
    let mut worker = engine.worker().showing(LINES);
    let mut keys = Vec::new();
    let bar = Terminal::spinner("typing");
    for phrase in phrases {
        let count = typed(engine, &mut worker, registry, set, &phrase, on)?;
        keys.push((count, phrase.text));
        bar.tick();
    }
    bar.finish_and_clear();
    keys.sort_by_key(|(count, _)| count.unwrap_or(usize::MAX));
    let at = |share: usize| keys.get((keys.len() * share / 100).min(keys.len().saturating_sub(1))).and_then(|it| it.0);
    let reached = keys.iter().filter(|(count, _)| count.is_some()).count();
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    let share = if keys.is_empty() { 0.0 } else { reached as f64 / keys.len() as f64 };
    Ok(OfSet {
        set: registry.codes(set).name().to_owned(),
        typed: keys.len(),
        reached: (share * 1000.0).round() / 1000.0,
        median: at(50),
        p90: at(90),
        slowest: keys.iter().rev().take(NAMED).map(|(count, text)| (text.clone(), *count)).collect(),
    })
}

/// Keys until one of the right codes is listed; `None` if it never is.
fn typed<'e>(
    engine: &'e Engine,
    worker: &mut Worker<'e>,
    registry: &Registry,
    set: SetId,
    phrase: &Phrase,
    on: Day,
) -> Result<Option<usize>, Failure> {
    let ends = phrase.text.char_indices().map(|(at, sign)| at + sign.len_utf8());
    for (count, end) in ends.enumerate() {
        let text = phrase.text.get(..end).unwrap_or_default();
        let no_field = || Failure::said("the record has no free text field");
        let record = Typed::new(engine, text).ok_or_else(no_field)?.record;
        let answer = worker.disclose(1, Ok(&record));
        let listed = lines(registry, &Question { text, sets: &[set], on }, &answer);
        if listed.iter().any(|line| phrase.codes.contains(&line.code)) {
            return Ok(Some(count + 1));
        }
    }
    Ok(None)
}

fn show(found: &OfSet, terminal: &mut Terminal) -> Result<(), Failure> {
    let said = |keys: Option<usize>| keys.map_or("never".to_owned(), |keys| keys.to_string());
    let OfSet { set, typed, reached, median, p90, slowest } = found;
    let (median, p90) = (said(*median), said(*p90));
    terminal.line(&format!(
        "{set}: {typed} phrases, {:.1} % reach their code; keys: median {median}, p90 {p90}",
        reached * 100.0
    ))?;
    for (text, keys) in slowest {
        terminal.row(&format!("  {}  {text}", said(*keys)))?;
    }
    Ok(())
}
