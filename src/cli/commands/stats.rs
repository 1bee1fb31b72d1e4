//! `tencode stats`

use crate::audit::Entry;
use crate::audit::Outcome;
use crate::cli::auditing::Auditing;
use crate::cli::context::Context;
use crate::cli::engine_args::EngineArgs;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
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
use crate::files;
use crate::model::ids::RecordId;
use crate::model::policy::Treatment;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::registry::Registry;
use crate::statistics;
use crate::statistics::Answer;
use crate::statistics::Answered;
use crate::statistics::Cells;
use crate::statistics::Count;
use crate::statistics::Ledger;
use crate::statistics::Row;
use crate::statistics::Rule;
use crate::statistics::Table;
use crate::workspace::secrets;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use std::io;
use std::path::PathBuf;

/// Counts encounters by what an audience may see of them, and hides small counts.
///
/// Things to count by are `code` (the first code an encounter carries), a code set (the first code of that set), `candidate`,
/// `year`, `month`, `day`, or any field the audience sees. A count that the audience's policy calls small is hidden, and
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
    /// Threads; the answer is the same for any number [default: one a processor]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Encounters; `-` or nothing is standard input. Files packed with gzip or xz are unpacked
    files: Vec<PathBuf>,
}

/// What stands for a value that is not shown or not there.
const NONE: &str = "(none)";

impl Stats {
    pub(crate) fn run(mut self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let registry = self.engine_args.registry(context, terminal)?;
        let chosen = self.input.choose(&registry, &mut self.engine_args, terminal)?;
        let (engine, mut asked) = self.engine_args.audited("stats", registry, None, &self.auditing, terminal)?;
        let by: Result<Vec<By>, Failure> = self.by.iter().map(|word| by(&engine, word)).collect();
        let (under, complement) = engine.redactor().counts();
        let rule = Rule { under: u64::from(under), complement };
        let (mut cells, mut problem) = (Cells::default(), None);
        let counts = self.input.tally(&engine, chosen, &by?, &mut |seen| {
            let values = seen.values.into_iter().map(|it| it.unwrap_or_else(|| NONE.to_owned())).collect();
            cells.add(Row { mark: seen.mark, values }).map_err(|error| {
                problem = Some(error);
                io::ErrorKind::Other.into()
            })
        });
        if let Some(error) = problem {
            return Err(Failure::said(error.to_string()));
        }
        let (counts, table) = (counts?, cells.table());
        let answered = if rule.is_open() {
            let answer = statistics::hide(&table, rule);
            Answered { answer, is_repeated: false, before: 0, is_withheld: false }
        } else {
            self.ledger(&engine)?.answer(&table, &self.by, rule).map_err(|error| Failure::said(error.to_string()))?
        };
        asked.note(&Entry::new(Outcome::Shown).count(table.size()))?;
        self.show(&engine, &answered, &table, terminal)?;
        say(&answered, counts, terminal);
        asked.note(&Entry::new(Outcome::Done).count(answered.answer.cells.len() as u64))?;
        Ok(if counts.refused > 0 || counts.written == 0 || answered.is_withheld {
            Verdict::Wrong
        } else {
            Verdict::Fine
        })
    }

    /// What this audience has been told of this record.
    fn ledger(&self, engine: &Engine) -> Result<Ledger, Failure> {
        let mut hasher = blake3::Hasher::new();
        for part in [&self.engine_args.domain, &engine.record().name, engine.redactor().audience()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let name = hasher.finalize().to_hex();
        let folder = secrets::data_folder()?.join("answers");
        files::own_folder(&folder).map_err(|error| Failure::file(&folder, error))?;
        files::trust_folder(&folder).map_err(|why| Failure::said(format!("{why}; nothing is shown")))?;
        Ok(Ledger::new(folder.join(name.get(..16).unwrap_or("all"))))
    }

    fn show(
        &self,
        engine: &Engine,
        answered: &Answered,
        table: &Table,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let answer = &answered.answer;
        if terminal.json {
            let named =
                |counts: &[Count]| counts.iter().map(|count| self.named(count, answer.total)).collect::<Vec<_>>();
            return terminal.json(&json!({
                "audience": engine.redactor().audience(),
                "policy": engine.redactor().policy(),
                "by": self.by,
                "under": engine.redactor().counts().0,
                "withheld": answered.is_withheld,
                "partial": answer.is_partial,
                "total": answer.total,
                "counts": named(&answer.cells),
                "rows": named(&answer.rows),
                "columns": named(&answer.columns),
            }));
        }
        if answered.is_withheld || table.size() == 0 {
            return Ok(());
        }
        let mut lines = vec![self.by.iter().cloned().chain(["count".to_owned(), "share".to_owned()]).collect()];
        for count in &answer.cells {
            lines.push(line(count, answer.total));
        }
        for count in answer.rows.iter().chain(&answer.columns) {
            lines.push(line(count, answer.total));
        }
        lines.push(line(&Count { values: vec![None; self.by.len()], count: answer.total }, None));
        aligned(&lines, terminal)
    }

    fn named(&self, count: &Count, total: Option<u64>) -> Map<String, Value> {
        let values = self.by.iter().zip(&count.values).filter_map(|(by, value)| Some((by, value.as_ref()?)));
        let mut map: Map<String, Value> = values.map(|(by, value)| (by.clone(), value.as_str().into())).collect();
        map.insert("count".to_owned(), count.count.into());
        if let Some(share) = share(count.count, total) {
            map.insert("share".to_owned(), share.into());
        }
        map
    }
}

/// The words under the table.
fn say(answered: &Answered, counts: Counts, terminal: &mut Terminal) {
    let Answer { cells, rows, columns, total, is_partial } = &answered.answer;
    let hidden = cells.iter().chain(rows).chain(columns).filter(|it| it.count.is_none()).count();
    if answered.is_withheld && answered.before == 0 {
        terminal.note("nothing can be shown: there are too few encounters to hide the small counts among");
    } else if answered.is_withheld {
        terminal.note(&format!(
            "nothing can be shown: together with {} earlier answers about some of the same encounters, each count would let \
             small ones be worked out; count by fewer things, or all of the encounters",
            answered.before
        ));
    } else if hidden > 0 || total.is_none() {
        terminal.note("hidden counts are small, or would tell what is; a row of which no cell is shown lists none");
    }
    if *is_partial {
        terminal.note(
            "some values are not listed, because that they occur would tell too much: what is missing need not be 0",
        );
    }
    if answered.is_repeated {
        terminal.note("asked before: this is the same answer");
    } else if answered.before > 0 && !answered.is_withheld {
        terminal.note(&format!("held against {} earlier answers about some of the same encounters", answered.before));
    }
    terminal.note(&format!("{} read, {} counted, {} refused", counts.read, counts.written, counts.refused));
}

/// A share in percent with one decimal, of counts that are both shown.
fn share(count: Option<u64>, total: Option<u64>) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a share is shown with one decimal")]
    let share = |count: u64, total: u64| (count as f64 * 1000.0 / total as f64).round() / 10.0;
    Some(share(count?, total.filter(|total| *total > 0)?))
}

fn line(count: &Count, total: Option<u64>) -> Vec<String> {
    let all = || "(all)".to_owned();
    let mut cells: Vec<String> = count.values.iter().map(|value| value.clone().unwrap_or_else(all)).collect();
    cells.push(count.count.map_or("hidden".to_owned(), |count| count.to_string()));
    cells.push(share(count.count, total).map_or(String::new(), |share| format!("{share:.1} %")));
    cells
}

/// Writes lines with their cells one under the other.
fn aligned(lines: &[Vec<String>], terminal: &mut Terminal) -> Result<(), Failure> {
    let columns = lines.first().map_or(0, Vec::len);
    let wide = |at: usize| lines.iter().filter_map(|line| line.get(at)).map(|it| it.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(wide).collect();
    for line in lines {
        let cells = line.iter().zip(&widths).zip(0..).map(|((cell, width), at)| {
            if at + 2 < columns { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        terminal.line(cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
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
        Ok(batch::run(&mut source, self.jobs.unwrap_or(0), desk, &mut out, &mut |_| {})?)
    }
}

/// What a word means, if the audience may see it.
fn by(engine: &Engine, word: &str) -> Result<By, Failure> {
    let registry = engine.registry();
    match word {
        "code" => Ok(By::Code(None)),
        "candidate" => Ok(By::Candidate),
        "year" => date(engine, word, 4),
        "month" => date(engine, word, 7),
        "day" => date(engine, word, 10),
        set if registry.set_of(engine.domain(), set).is_some() => Ok(By::Code(Some(set.to_owned()))),
        path => {
            let all = paths(&engine.record().fields, "");
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

/// The field that dates the encounter, if the audience sees that much of it.
fn date(engine: &Engine, word: &str, length: usize) -> Result<By, Failure> {
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
