//! `tencode impact`

use super::stats::date;
use crate::audit::Entry;
use crate::audit::Outcome;
use crate::cli::auditing::Auditing;
use crate::cli::context::Context;
use crate::cli::counted;
use crate::cli::counted::NONE;
use crate::cli::engine_args::EngineArgs;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::reading::Reading;
use crate::cli::terminal::Terminal;
use crate::encounters::batch;
use crate::encounters::batch::Counts;
use crate::encounters::compared::Change;
use crate::encounters::compared::Compared;
use crate::encounters::compared::Comparing;
use crate::encounters::compared::Example;
use crate::encounters::compared::Examples;
use crate::encounters::compared::Pair;
use crate::encounters::engine::Engine;
use crate::encounters::read::Source;
use crate::encounters::tally::By;
use crate::encounters::tally::Taker;
use crate::encounters::together;
use crate::registry::Registry;
use crate::statistics::Answered;
use crate::statistics::Cells;
use crate::statistics::Row;
use crate::statistics::Table;
use crate::workspace::secrets;
use serde_json::Map;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// Says what a change of the definitions does to encounters of the past: which would be coded otherwise, and how.
///
/// OLD and NEW are folders of domains, or registries made by `tencode build -o`. Each encounter is judged on its own date under
/// both, as the audience may see it, and is counted once, by the first of these that fits:
///
///     error      it cannot be read or answered
///     invalid    the code that a person gave is not valid, and nothing takes its place
///     successor  the code that a person gave is not valid, and it is clear what takes its place
///     unclear    several codes may take its place, or a candidate of confidence 0.9 or more contradicts it
///     re-coded   nobody gave a code, and another one is proposed
///     new, lost  nobody gave a code, and one is proposed now or no longer
///     unchanged  everything else
///
/// A code that a person gave is never changed, and nothing is written. Counts stand by code and by month; series join codes that
/// ended with those that took their place. Small counts are hidden as `tencode stats` hides them.
///
///     tencode impact --against past.ndjson old/domains new/domains --domain customer-service
///     tencode impact --against past.csv.gz old/domains new/domains --domain customer-service --json
#[derive(clap::Args)]
#[command(verbatim_doc_comment, mut_arg("registry", |it| it.hide(true)), mut_arg("expect", |it| it.hide(true)))]
pub(crate) struct Impact {
    /// Encounters of the past; the option may be given several times
    #[arg(long, value_name = "FILE", required = true)]
    against: Vec<PathBuf>,
    /// Code set that is compared [default: the one that texts are coded with first, else the first that a field is of]
    #[arg(long, value_name = "S")]
    set: Option<String>,
    /// Examples of each change at most, with the encounter as the audience may see it
    #[arg(long, value_name = "N", default_value_t = 3)]
    examples: usize,
    #[command(flatten)]
    engine_args: EngineArgs,
    #[command(flatten)]
    auditing: Auditing,
    #[command(flatten)]
    reading: Reading,
    /// The definitions as they were: a folder of domains or a registry
    #[arg(value_name = "OLD", conflicts_with = "registry")]
    old: PathBuf,
    /// The definitions as they will be
    #[arg(value_name = "NEW")]
    new: PathBuf,
}

impl Impact {
    pub(crate) fn run(mut self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        if !context.domains.is_empty() {
            terminal.note("--domains says nothing here: OLD and NEW are the folders that are compared");
        }
        let old = open(&self.old, &self.engine_args.domain, terminal)?;
        let new = open(&self.new, &self.engine_args.domain, terminal)?;
        let chosen = self.reading.choose(&self.against, &old, &mut self.engine_args, terminal)?;
        let before = self.engine_args.unaudited(old, terminal)?;
        let (after, mut asked) = self.engine_args.audited("impact", new, None, &self.auditing, terminal)?;
        let (dated, date) = dated(&after);
        let set = self.set(&after)?;
        let Some(pair) = Pair::new(&before, &after, &set, date) else {
            return Err(Failure::said(format!("neither OLD nor NEW has a code set `{set}`")));
        };
        let examples = Examples::new(self.examples);
        let mut source = Source::several(chosen, before.schema());
        let (counts, sums) = self.compare(&pair, [&before, &after], &mut source, &examples, dated)?;
        let told = sums.told(&after, &pair, dated)?;
        asked.note(&Entry::new(Outcome::Shown).count(counts.read))?;
        let examples = shown(examples.into_inner(), &told);
        for example in examples.iter().flat_map(|(_, examples)| examples) {
            example.entry.as_ref().map_or(Ok(()), |entry| asked.note(entry))?;
        }
        let said = Said { before: &before, after: &after, set: &set, told: &told, examples: &examples };
        if terminal.json {
            terminal.json(&said.json())?;
        } else {
            said.show(terminal)?;
        }
        terminal.note(&format!("{} read, {} refused; nothing was changed", counts.read, counts.refused));
        asked.note(&Entry::new(Outcome::Done).count(counts.read))?;
        let is_fine = counts.refused == 0 && told.iter().all(|it| !it.answered.is_withheld);
        Ok(if is_fine { Verdict::Fine } else { Verdict::Wrong })
    }

    /// The set that is compared.
    fn set(&self, engine: &Engine) -> Result<String, Failure> {
        if let Some(set) = &self.set {
            return Ok(set.clone());
        }
        let set = engine.main_set().or_else(|| engine.first_set());
        let set = set.map(|set| engine.registry().codes(set).name().to_owned());
        set.ok_or_else(|| {
            Failure::said(format!("record `{}` has no codes; name a set with --set", engine.record().name))
        })
    }

    /// Answers every encounter twice, and counts what differs.
    fn compare(
        &self,
        pair: &Pair<'_>,
        [before, after]: [&Engine; 2],
        source: &mut Source,
        examples: &Examples,
        dated: &'static str,
    ) -> Result<(Counts, Sums), Failure> {
        let (key, jobs) = (secrets::answers_key()?, self.reading.jobs());
        // Both sides put everything aside that they tell encounters of each other.
        let old = together::gather(before, source, None, jobs, &mut |_| {})?;
        let (mut aside, old) = old.map_or((None, None), |it| (Some(it.source), Some(it.neighbours)));
        let new = together::gather(after, aside.as_mut().unwrap_or(source), None, jobs, &mut |_| {})?;
        let (mut again, new) = new.map_or((None, None), |it| (Some(it.source), Some(it.neighbours)));
        let source = again.as_mut().or(aside.as_mut()).unwrap_or(source);
        let (mut sums, mut problem) = (Sums::default(), None);
        let mut take = |compared: Compared| {
            sums.add(compared, !dated.is_empty()).map_err(|error| {
                problem = Some(error);
                io::ErrorKind::Other.into()
            })
        };
        let desk = || Comparing::new(pair, examples, [old.as_ref(), new.as_ref()], &key);
        let counts = batch::run(source, jobs, desk, &mut Taker::new(&mut take), &mut |_| {});
        if let Some(error) = problem {
            return Err(Failure::said(error.to_string()));
        }
        Ok((counts?, sums))
    }
}

/// Opens a registry, or the one of a folder of domains.
fn open(path: &Path, domain: &str, terminal: &mut Terminal) -> Result<Arc<Registry>, Failure> {
    if path.is_dir() {
        return Context { domains: vec![path.to_owned()] }.registry_for(domain, terminal);
    }
    Ok(Arc::new(Registry::open_checked(path)?))
}

/// By what the audience may count time, and the field of it with so many of its characters.
fn dated(engine: &Engine) -> (&'static str, Option<(String, usize)>) {
    for (word, length) in [("month", 7), ("year", 4)] {
        if let Ok(By::Date(path, length)) = date(engine, word, length) {
            return (word, Some((path, length)));
        }
    }
    ("", None)
}

/// What is counted while encounters are compared.
#[derive(Default)]
struct Sums {
    changes: Cells,
    codes: Cells,
    dates: Cells,
    findings: Cells,
    /// Marks of the encounters of each code and date, for the series.
    counted: BTreeMap<(String, String), Vec<u64>>,
}

impl Sums {
    fn add(&mut self, it: Compared, is_dated: bool) -> Result<(), crate::statistics::Error> {
        let (mark, change) = (it.mark, it.change.name().to_owned());
        let or_none = |value: Option<String>| value.unwrap_or_else(|| NONE.to_owned());
        let (was, now, date) = (or_none(it.was), or_none(it.now), or_none(it.date));
        self.changes.add(Row { mark, values: vec![change.clone()] })?;
        self.codes.add(Row { mark, values: vec![was, change.clone(), now] })?;
        if is_dated {
            self.dates.add(Row { mark, values: vec![date.clone(), change] })?;
            self.counted.entry((or_none(it.counted), date)).or_default().push(mark);
        }
        for (rules, how) in [(it.appeared, "appears"), (it.gone, "goes")] {
            for rule in rules {
                // An encounter may have several: each is counted by itself.
                let hash = blake3::keyed_hash(blake3::hash(rule.as_bytes()).as_bytes(), &mark.to_le_bytes());
                let mark = hash.as_bytes().iter().take(8).fold(0, |mark, byte| mark << 8 | u64::from(*byte));
                self.findings.add(Row { mark, values: vec![rule, how.to_owned()] })?;
            }
        }
        Ok(())
    }

    /// What the audience is told: nothing of a table that has nothing in it.
    fn told(self, engine: &Engine, pair: &Pair<'_>, dated: &str) -> Result<Vec<Told>, Failure> {
        let (has_series, series) = series(pair, self.counted).map_err(|error| Failure::said(error.to_string()))?;
        let tables = [
            (&["change"][..], self.changes.table()),
            (&["code", "change", "to"], self.codes.table()),
            (&[dated, "change"], self.dates.table()),
            (&["series", dated], if has_series { series } else { Table::default() }),
            (&["finding", "now"], self.findings.table()),
        ];
        let mut told = Vec::new();
        for (by, table) in tables.into_iter().filter(|(_, table)| table.size() > 0) {
            let by: Vec<String> = by.iter().map(|it| (*it).to_owned()).collect();
            let answered = counted::answer(engine, &by, &table)?;
            told.push(Told { by, answered });
        }
        Ok(told)
    }
}

/// Encounters by series and date, and whether any series has another name than its code.
fn series(
    pair: &Pair<'_>,
    counted: BTreeMap<(String, String), Vec<u64>>,
) -> Result<(bool, Table), crate::statistics::Error> {
    let names = pair.series(counted.keys().map(|(code, _)| code.as_str()).filter(|code| *code != NONE));
    let is_joined = names.iter().any(|(code, name)| code != name);
    let mut cells = Cells::default();
    for ((code, date), marks) in counted {
        let name = names.get(&code).cloned().unwrap_or(code);
        for mark in marks {
            cells.add(Row { mark, values: vec![name.clone(), date.clone()] })?;
        }
    }
    Ok((is_joined, cells.table()))
}

/// A table, as it is told.
struct Told {
    by: Vec<String>,
    answered: Answered,
}

/// The examples of changes whose counts are shown.
fn shown(examples: BTreeMap<Change, Vec<Example>>, told: &[Told]) -> Vec<(Change, Vec<Example>)> {
    let changes = told.first().map(|it| it.answered.answer.cells.as_slice()).unwrap_or_default();
    let is_shown = |change: Change| {
        let is_it = |value: &Option<String>| value.as_deref() == Some(change.name());
        changes.iter().any(|it| it.count.is_some() && it.values.first().is_some_and(is_it))
    };
    examples.into_iter().filter(|(change, _)| is_shown(*change)).collect()
}

/// What is said.
struct Said<'s> {
    before: &'s Engine,
    after: &'s Engine,
    set: &'s str,
    told: &'s [Told],
    examples: &'s [(Change, Vec<Example>)],
}

impl Said<'_> {
    fn json(&self) -> Value {
        let redactor = self.after.redactor();
        let tables = self.told.iter().map(|it| {
            let table = counted::json(&it.answered, &it.by, redactor.counts().0, None);
            Value::Object(table)
        });
        let of = |change: Change, it: &Example| {
            let disclosure = serde_json::from_slice(&it.shown).unwrap_or(Value::Null);
            serde_json::json!({ "change": change.name(), "code": it.was, "to": it.now, "disclosure": disclosure })
        };
        let examples = self.examples.iter().flat_map(|(change, all)| all.iter().map(|it| of(*change, it)));
        serde_json::json!({
            "audience": redactor.audience(),
            "policy": redactor.policy(),
            "set": self.set,
            "old": self.before.registry().id(),
            "new": self.after.registry().id(),
            "tables": tables.collect::<Vec<_>>(),
            "examples": examples.collect::<Vec<_>>(),
        })
    }

    fn show(&self, terminal: &mut Terminal) -> Result<(), Failure> {
        for it in self.told {
            if !it.answered.is_withheld {
                counted::show(&it.answered.answer, &it.by, None, terminal)?;
                terminal.line("")?;
            }
            counted::say(&it.answered, terminal);
        }
        for (change, examples) in self.examples {
            for it in examples {
                let said: Map<String, Value> = serde_json::from_slice(&it.shown).unwrap_or_default();
                let id = said.get("id").map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
                let id = id.or_else(|| said.get("line").map(|line| format!("line {line}")));
                let code = |code: &Option<String>| code.clone().unwrap_or_else(|| NONE.to_owned());
                let (id, was, now) = (id.unwrap_or_default(), code(&it.was), code(&it.now));
                terminal.line(&format!("{}: {id}: {was} -> {now}", change.name()))?;
            }
        }
        Ok(())
    }
}
