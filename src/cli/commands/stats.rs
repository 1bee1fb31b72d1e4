//! `tencode stats`

use crate::audit::Entry;
use crate::audit::Outcome;
use crate::cli::auditing::Auditing;
use crate::cli::context::Context;
use crate::cli::counted;
use crate::cli::counted::NONE;
use crate::cli::counted::Sort;
use crate::cli::engine_args::EngineArgs;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::measured::Measured;
use crate::cli::reading::Reading;
use crate::cli::terminal::Terminal;
use crate::diagnostics::did_you_mean;
use crate::encounters::batch;
use crate::encounters::batch::Counts;
use crate::encounters::engine::Engine;
use crate::encounters::read::Chosen;
use crate::encounters::read::Source;
use crate::encounters::tally::By;
use crate::encounters::tally::Seen;
use crate::encounters::tally::Taker;
use crate::encounters::tally::Tally;
use crate::model::ids::RecordId;
use crate::model::policy::Treatment;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::registry::Registry;
use crate::statistics::Answered;
use crate::statistics::Cells;
use crate::statistics::Row;
use crate::workspace::secrets;
use rust_decimal::Decimal;
use serde_json::Map;
use std::io;
use std::path::PathBuf;

/// Counts encounters by what an audience may see of them, and hides small counts.
///
/// Things to count by are `code` (the first code an encounter carries), a code set (the first code of that set), `candidate`,
/// `year`, `month`, `day`, any field the audience sees, or a property of the code in one (`reason.severity`). A count that the audience's policy calls small is hidden, and
/// others with it, until what is hidden cannot be worked out: not from the sums, and not together with what this audience
/// was answered before about some of the same encounters. Exit status 1 if nothing can be shown.
///
///     tencode stats --by call_type,month --domain law-enforcement --record call --audience analytics examples/calls.ndjson
///     tencode stats --by code --domain healthcare --audience analytics --json examples/encounters.ndjson
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Stats {
    /// What to count by: one thing, or several and commas between
    #[arg(long, value_name = "WHAT", value_delimiter = ',', required = true)]
    by: Vec<String>,
    /// Order of the rows
    #[arg(long, value_enum, default_value_t = Sort::Value)]
    sort: Sort,
    /// Only the first N rows; with --sort count, the most frequent
    #[arg(long, value_name = "N")]
    top: Option<usize>,
    /// Mean and percentiles of a number, or of the hours between two times (`received..resolved`); only for those who see counts
    /// of any size
    #[arg(long, value_name = "WHAT")]
    of: Option<String>,
    /// Percentiles that are given with --of
    #[arg(long, value_name = "P", value_delimiter = ',', default_values_t = [50, 90])]
    percentiles: Vec<u8>,
    #[command(flatten)]
    engine_args: EngineArgs,
    #[command(flatten)]
    auditing: Auditing,
    #[command(flatten)]
    input: Input,
}

/// Encounters to read.
#[derive(clap::Args)]
pub(crate) struct Input {
    #[command(flatten)]
    reading: Reading,
    /// Encounters; `-` or nothing is standard input. Files packed with gzip or xz are unpacked
    files: Vec<PathBuf>,
}

impl Stats {
    pub(crate) fn run(mut self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let registry = self.engine_args.registry(context, terminal)?;
        let chosen = self.input.choose(&registry, &mut self.engine_args, terminal)?;
        let (engine, mut asked) = self.engine_args.audited("stats", registry, None, &self.auditing, terminal)?;
        let by: Result<Vec<By>, Failure> = self.by.iter().map(|word| by(&engine, word)).collect();
        let mut by = by?;
        by.extend(self.of.as_ref().map(|what| measure(&engine, what)).transpose()?);
        let mut measured = self.of.as_ref().map(|_| Measured::new(&self.percentiles)).transpose()?;
        let (mut cells, mut problem) = (Cells::default(), None);
        let counts = self.input.tally(&engine, chosen, &by, &mut |mut seen| {
            let measure = measured.as_ref().and_then(|_| seen.values.pop().flatten()?.parse::<Decimal>().ok());
            let values: Vec<String> = seen.values.into_iter().map(|it| it.unwrap_or_else(|| NONE.to_owned())).collect();
            if let (Some(measured), Some(measure)) = (&mut measured, measure) {
                measured.add(&values, measure);
            }
            cells.add(Row { mark: seen.mark, values }).map_err(|error| {
                problem = Some(error);
                io::ErrorKind::Other.into()
            })
        });
        if let Some(error) = problem {
            return Err(Failure::said(error.to_string()));
        }
        let (counts, table) = (counts?, cells.table());
        let mut answered = counted::answer(&engine, &self.by, &table)?;
        asked.note(&Entry::new(Outcome::Shown).count(table.size()))?;
        let left_out = counted::order(&mut answered.answer, self.sort, self.top);
        self.show(&engine, &answered, measured.as_ref(), terminal)?;
        counted::say(&answered, terminal);
        if left_out > 0 {
            terminal.note(&format!("{left_out} further rows are left out (--top)"));
        }
        terminal.note(&format!("{} read, {} counted, {} refused", counts.read, counts.written, counts.refused));
        asked.note(&Entry::new(Outcome::Done).count(answered.answer.cells.len() as u64))?;
        Ok(if counts.refused > 0 || counts.written == 0 || answered.is_withheld {
            Verdict::Wrong
        } else {
            Verdict::Fine
        })
    }

    fn show(
        &self,
        engine: &Engine,
        answered: &Answered,
        measured: Option<&Measured>,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        if terminal.json {
            let mut said = Map::new();
            said.insert("audience".to_owned(), engine.redactor().audience().into());
            said.insert("policy".to_owned(), engine.redactor().policy().into());
            said.extend(counted::json(answered, &self.by, engine.redactor().counts().0, measured));
            return terminal.json(&said);
        }
        if answered.is_withheld || answered.answer.total == Some(0) {
            return Ok(());
        }
        counted::show(&answered.answer, &self.by, measured, terminal)
    }
}

impl Input {
    /// Opens the files and finds the readers that know them.
    pub(crate) fn choose(
        &self,
        registry: &Registry,
        engine_args: &mut EngineArgs,
        terminal: &mut Terminal,
    ) -> Result<Chosen, Failure> {
        self.reading.choose(&self.files, registry, engine_args, terminal)
    }

    /// Gives what is left of each encounter to `take`.
    pub(crate) fn tally(
        &self,
        engine: &Engine,
        chosen: Chosen,
        by: &[By],
        take: &mut dyn FnMut(Seen) -> io::Result<()>,
    ) -> Result<Counts, Failure> {
        let mut source = Source::several(chosen, engine.schema());
        let key = secrets::answers_key()?;
        let (desk, mut out) = (|| Tally::new(engine, by, &key), Taker::new(take));
        Ok(batch::run(&mut source, self.reading.jobs(), desk, &mut out, &mut |_| {})?)
    }
}

/// What a word means, if the audience may see it.
fn by(engine: &Engine, word: &str) -> Result<By, Failure> {
    let registry = engine.registry();
    match word {
        "code" => Ok(By::Code(None)),
        "candidate" if !engine.redactor().shows_candidates() => {
            let audience = engine.redactor().audience();
            Err(Failure::said(format!("audience `{audience}` sees no candidates that could be counted by")))
        }
        "candidate" => Ok(By::Candidate),
        "year" => date(engine, word, 4),
        "month" => date(engine, word, 7),
        "day" => date(engine, word, 10),
        set if registry.set_of(engine.domain(), set).is_some() => Ok(By::Code(Some(set.to_owned()))),
        path => {
            let all = paths(&engine.record().fields, "");
            if let Some(by) = property(engine, path, &all) {
                return Ok(by);
            }
            let Some((_, field)) = all.iter().find(|(known, _)| known == path) else {
                let known = all.iter().map(|it| it.0.as_str()).chain(["code", "candidate", "year", "month", "day"]);
                let times = || "; of dates there is `year`, `month` and `day`".to_owned();
                let help = did_you_mean(path, known).map_or_else(times, |help| format!("; {help}"));
                let record = &engine.record().name;
                return Err(Failure::said(format!("record `{record}` has no field `{path}` to count by{help}")));
            };
            if field.privacy.is_free || matches!(field.kind, Kind::Record(_)) || seen(engine, path).is_none() {
                let audience = engine.redactor().audience();
                return Err(Failure::said(format!(
                    "audience `{audience}` does not see `{path}` so that it could be counted by"
                )));
            }
            Ok(By::Field(path.to_owned()))
        }
    }
}

/// A property of the code in a field that the audience sees, if that is what a word means.
fn property(engine: &Engine, word: &str, all: &[(String, &Field)]) -> Option<By> {
    let (path, name) = word.rsplit_once('.').filter(|_| all.iter().all(|(known, _)| known != word))?;
    let (_, field) = all.iter().find(|(known, _)| known == path)?;
    let Kind::Code(set) = field.kind else { return None };
    let property = engine.registry().codes(set).property_place(name)?;
    seen(engine, path)?;
    Some(By::Property(path.to_owned(), set, property))
}

/// What is measured: a number, or the hours from one time to another. A mean of few would tell of them, so it is for those only who
/// may see counts of any size.
fn measure(engine: &Engine, what: &str) -> Result<By, Failure> {
    let audience = engine.redactor().audience();
    if engine.redactor().counts().0 > 1 {
        return Err(Failure::said(format!("audience `{audience}` is not shown small counts, nor what they come to")));
    }
    let all = paths(&engine.record().fields, "");
    let is_kind = |path: &str, is: fn(&Kind) -> bool| {
        all.iter().any(|(known, field)| known == path && is(&field.kind)) && seen(engine, path).is_some()
    };
    let is_time: fn(&Kind) -> bool = |kind| matches!(kind, Kind::Date | Kind::DateTime);
    let is_number: fn(&Kind) -> bool = |kind| matches!(kind, Kind::Number | Kind::Integer | Kind::Money(_));
    match what.split_once("..") {
        Some((from, to)) if is_kind(from, is_time) && is_kind(to, is_time) => {
            Ok(By::Hours(from.to_owned(), to.to_owned()))
        }
        None if is_kind(what, is_number) => Ok(By::Field(what.to_owned())),
        _ => Err(Failure::said(format!("`{what}` is no number and no two times (`FROM..TO`) that `{audience}` sees"))),
    }
}

/// The field that dates the encounter, if the audience sees that much of it.
pub(crate) fn date(engine: &Engine, word: &str, length: usize) -> Result<By, Failure> {
    let all = paths(&engine.record().fields, "");
    let path = all.iter().find(|(_, field)| field.dates_encounter).map(|it| it.0.clone());
    let Some(path) = path else {
        return Err(Failure::said(format!("record `{}` has no field that dates the encounter", engine.record().name)));
    };
    let left = match seen(engine, &path) {
        Some(Treatment::Keep | Treatment::Day) => 10,
        Some(Treatment::Month) => 7,
        Some(Treatment::Year) => 4,
        _ => 0,
    };
    if length > left {
        let audience = engine.redactor().audience();
        return Err(Failure::said(format!("audience `{audience}` does not see the {word} of `{path}`")));
    }
    Ok(By::Date(path, length))
}

/// What happens to a field of the record that is read, if anything of it is shown.
fn seen<'e>(engine: &'e Engine, path: &str) -> Option<&'e Treatment> {
    let record = RecordId::find(&engine.domain().records, |record| record.name == engine.record().name)?;
    engine.redactor().treatment(record, path)
}

/// All fields with their paths, those inside records and lists too.
pub(crate) fn paths<'r>(fields: &'r [Field], above: &str) -> Vec<(String, &'r Field)> {
    let mut found = Vec::new();
    for field in fields {
        let path = if above.is_empty() { field.name.clone() } else { format!("{above}.{}", field.name) };
        let mut kind = &field.kind;
        while let Kind::List(item) = kind {
            kind = item;
        }
        found.push((path.clone(), field));
        if let Kind::Record(inner) = kind {
            found.extend(paths(inner, &path));
        }
    }
    found
}
