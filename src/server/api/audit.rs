//! The audit log: its head, its rows, whether it is whole.

use crate::audit::Report;
use crate::audit::VerifiedRow;
use crate::audit::verify as check;
use crate::server::call::Call;
use crate::server::call::Reply;
use crate::server::problem;
use crate::server::problem::Problem;
use serde_json::Value;
use serde_json::json;
use std::collections::VecDeque;
use std::fs::File;
use std::io::BufReader;

/// Rows that are shown where no number is given, and at most.
const ROWS: usize = 100;
const MOST_ROWS: usize = 1000;

/// Reads the log from its beginning and gives each row.
///
/// # Errors
/// If it cannot be read.
pub fn walk(call: &Call<'_>, each: &mut dyn FnMut(&VerifiedRow<'_>) -> std::io::Result<()>) -> Result<Report, Problem> {
    let unreadable = |_| Problem::new(problem::UNAVAILABLE, "the audit log cannot be read");
    let mut file = BufReader::new(File::open(&call.service.config.audit_path).map_err(unreadable)?);
    check(&mut file, &call.service.config.audit_keys, &[], each).map_err(unreadable)
}

/// How far the log goes, and who signed it.
pub fn head(call: &Call<'_>) -> Result<Reply, Problem> {
    let report = walk(call, &mut |_| Ok(()))?;
    Reply::json(
        &json!({ "log": report.log, "rows": report.rows, "signed": report.signed, "key": report.key, "to": report.to }),
    )
}

/// Whether the log is as it was written.
pub fn verify(call: &Call<'_>) -> Result<Reply, Problem> {
    let report = walk(call, &mut |_| Ok(()))?;
    Reply::json(&report)
}

/// The last rows of the log, the newest first.
///
/// # Errors
/// If it cannot be read.
pub fn newest(call: &Call<'_>, limit: usize) -> Result<(Vec<Value>, Report), Problem> {
    let (mut rows, actor, outcome) = (VecDeque::new(), call.query("actor"), call.query("outcome"));
    let report = walk(call, &mut |row| {
        let is = |name: &str, wanted: Option<&str>| wanted.is_none_or(|it| row.word(name) == it);
        if is("actor", actor) && is("outcome", outcome) {
            rows.push_front(Value::Object(row.fields.clone()));
            rows.truncate(limit);
        }
        Ok(())
    })?;
    Ok((rows.into(), report))
}

/// Rows of the log.
pub fn rows(call: &Call<'_>) -> Result<Reply, Problem> {
    let limit = match call.query("limit") {
        None => ROWS,
        Some(text) => text
            .parse()
            .ok()
            .filter(|it| (1..=MOST_ROWS).contains(it))
            .ok_or_else(|| Problem::new(problem::UNUSABLE, format!("`limit` is a number from 1 to {MOST_ROWS}")))?,
    };
    let (rows, report) = newest(call, limit)?;
    Reply::json(&json!({ "rows": rows, "faults": report.faults, "total": report.rows }))
}
