//! Tables of counts as an audience may be told them, for the commands that count.

use super::exit::Failure;
use super::measured::Measured;
use super::terminal::Terminal;
use crate::encounters::engine::Engine;
use crate::files;
use crate::statistics;
use crate::statistics::Answer;
use crate::statistics::Answered;
use crate::statistics::Count;
use crate::statistics::Ledger;
use crate::statistics::Rule;
use crate::statistics::Table;
use crate::workspace::secrets;
use serde_json::Map;
use serde_json::Value;
use std::cmp::Reverse;

/// What stands for a value that is not shown or not there.
pub(crate) const NONE: &str = "(none)";

/// What the audience of an engine is told of a table, after all that it was told before of its record.
pub(crate) fn answer(engine: &Engine, by: &[String], table: &Table) -> Result<Answered, Failure> {
    let (under, complement) = engine.redactor().counts();
    let rule = Rule { under: u64::from(under), complement };
    if rule.is_open() {
        let answer = statistics::hide(table, rule);
        return Ok(Answered { answer, is_repeated: false, before: 0, is_withheld: false });
    }
    ledger(engine)?.answer(table, by, rule).map_err(|error| Failure::said(error.to_string()))
}

/// What an audience has been told of a record.
fn ledger(engine: &Engine) -> Result<Ledger, Failure> {
    let mut hasher = blake3::Hasher::new();
    for part in [engine.domain().name.as_str(), &engine.record().name, engine.redactor().audience()] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let name = hasher.finalize().to_hex();
    let folder = secrets::data_folder()?.join("answers");
    files::own_folder(&folder).map_err(|error| Failure::file(&folder, error))?;
    files::trust_folder(&folder).map_err(|why| Failure::said(format!("{why}; nothing is shown")))?;
    Ok(Ledger::new(folder.join(name.get(..16).unwrap_or("all"))))
}

/// In which order rows are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Sort {
    /// By their values
    Value,
    /// The largest counts first, hidden ones last
    Count,
}

/// Puts the counts that are shown in order, and leaves only the first of them; how many were left out.
pub(crate) fn order(answer: &mut Answer, sort: Sort, top: Option<usize>) -> usize {
    let mut left_out = 0;
    for counts in [&mut answer.cells, &mut answer.rows, &mut answer.columns] {
        if sort == Sort::Count {
            counts.sort_by_key(|it| Reverse(it.count));
        }
        if let Some(top) = top {
            left_out += counts.len().saturating_sub(top);
            counts.truncate(top);
        }
    }
    left_out
}

/// An answer for programs.
pub(crate) fn json(answered: &Answered, by: &[String], under: u32, measured: Option<&Measured>) -> Map<String, Value> {
    let answer = &answered.answer;
    let named = |counts: &[Count]| -> Value {
        let of = |count: &Count| {
            let mut map = named(by, count, answer.total);
            map.extend(measured.map(|it| it.json(&count.values)).unwrap_or_default());
            Value::Object(map)
        };
        counts.iter().map(of).collect::<Vec<_>>().into()
    };
    let parts = [
        ("by", by.to_vec().into()),
        ("under", under.into()),
        ("withheld", answered.is_withheld.into()),
        ("partial", answer.is_partial.into()),
        ("total", answer.total.into()),
        ("counts", named(&answer.cells)),
        ("rows", named(&answer.rows)),
        ("columns", named(&answer.columns)),
    ];
    parts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn named(by: &[String], count: &Count, total: Option<u64>) -> Map<String, Value> {
    let values = by.iter().zip(&count.values).filter_map(|(by, value)| Some((by, value.as_ref()?)));
    let mut map: Map<String, Value> = values.map(|(by, value)| (by.clone(), value.as_str().into())).collect();
    map.insert("count".to_owned(), count.count.into());
    if let Some(share) = share(count.count, total) {
        map.insert("share".to_owned(), share.into());
    }
    map
}

/// An answer for people.
pub(crate) fn show(
    answer: &Answer,
    by: &[String],
    measured: Option<&Measured>,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let names = measured.map(Measured::names).unwrap_or_default();
    let mut lines = vec![by.iter().cloned().chain(["count".to_owned(), "share".to_owned()]).chain(names).collect()];
    let whole = Count { values: vec![None; by.len()], count: answer.total };
    let counts = answer.cells.iter().chain(&answer.rows).chain(&answer.columns).zip(std::iter::repeat(answer.total));
    for (count, total) in counts.chain([(&whole, None)]) {
        let figures = measured.map(|it| it.of(&count.values)).unwrap_or_default();
        lines.push(line(count, total).into_iter().chain(figures.iter().map(f64::to_string)).collect());
    }
    aligned(&lines, by.len(), terminal)
}

/// The words under a table.
pub(crate) fn say(answered: &Answered, terminal: &mut Terminal) {
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

/// Writes lines with their cells one under the other; the first are words, the others figures.
fn aligned(lines: &[Vec<String>], words: usize, terminal: &mut Terminal) -> Result<(), Failure> {
    let columns = lines.first().map_or(0, Vec::len);
    let wide = |at: usize| lines.iter().filter_map(|line| line.get(at)).map(|it| it.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(wide).collect();
    for line in lines {
        let cells =
            line.iter().zip(&widths).zip(0..).map(|((cell, width), at)| {
                if at < words { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
        terminal.line(cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}
