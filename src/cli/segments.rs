//! The segments of a file of X12, as a person or a program sees them.

use super::exit::Failure;
use super::exit::Verdict;
use super::terminal::Terminal;
use crate::encounters::batch;
use crate::encounters::read::Error;
use crate::encounters::read::Format;
use crate::encounters::read::Input;
use crate::encounters::read::x12::Row;
use crate::model::reader::Reader;
use serde_json::Value;
use serde_json::json;
use std::fmt::Write;
use std::path::Path;

/// Shows every segment in its loops, and what is wrong where it is.
pub(crate) fn show(
    file: &Path,
    format: Option<Format>,
    readers: &[Reader],
    terminal: &mut Terminal,
) -> Result<Verdict, Failure> {
    let input = Input::open(file).map_err(batch::Error::from)?;
    let readers: Vec<&Reader> = readers.iter().collect();
    let Some(rows) = input.segments(format, &readers) else {
        return Err(Failure::said(format!(
            "{}: it is not X12, and other files are shown by other programs",
            file.display()
        )));
    };
    let (mut count, mut wrong) = (0_u64, 0_u64);
    for row in rows {
        let row = row.map_err(|source| batch::Error::from(Error::File { path: file.display().to_string(), source }))?;
        match &row {
            Row::Segment { .. } => count += 1,
            Row::Wrong { .. } => wrong += 1,
        }
        if terminal.json { terminal.json(&value(&row))? } else { terminal.line(&text(&row))? }
    }
    terminal.note(&format!("{count} segments, {wrong} wrong"));
    Ok(if wrong == 0 { Verdict::Fine } else { Verdict::Wrong })
}

fn value(row: &Row) -> Value {
    match row {
        Row::Segment { position, line, loops, is_first, id, elements } => json!({
            "position": position, "line": line, "loops": loops, "opens": is_first, "segment": id, "elements": elements
        }),
        Row::Wrong { line, why } => json!({ "line": line, "error": why }),
    }
}

fn text(row: &Row) -> String {
    match row {
        Row::Segment { position, line, loops, is_first, id, elements } => {
            let depth = 2 * loops.len();
            let mut out = String::new();
            if let Some(name) = loops.last().filter(|_| *is_first) {
                let _ = writeln!(out, "{:>14} {:width$}{name}", "", "", width = depth.saturating_sub(2));
            }
            let _ = write!(out, "{line:>6} {position:>7} {:depth$}{id}", "");
            elements.iter().for_each(|(name, element)| write_element(&mut out, name, element));
            out
        }
        Row::Wrong { line, why } => format!("{line:>6}         {why}"),
    }
}

/// An element with its number, each part with both numbers.
fn write_element(out: &mut String, name: &str, element: &Value) {
    match element {
        Value::Object(parts) => {
            parts.iter().for_each(|(part, value)| write_element(out, &format!("{name}.{part}"), value));
        }
        Value::Array(items) => items.iter().for_each(|item| write_element(out, name, item)),
        Value::String(text) => {
            let _ = write!(out, "  {name}={}", text.trim());
        }
        _ => {}
    }
}
