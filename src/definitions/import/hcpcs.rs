//! HCPCS Level II: the fixed-width records as published (ANWEB), or the same columns as a table with a header.
//!
//! Columns of a record, from 1: 1-5 code (modifiers in 4-5), 11 kind of record (3 code, 4 its continuation, 7 modifier, 8
//! its continuation), 12-91 long description, 92-119 short description, 230 coverage, 269-276 day added, 285-292 day ended
//! (CMS, HCPCS record layout). Codes of the Dental Procedures (`D…`) are not in the file.

use super::contents;
use super::contents::Error;
use super::contents::Import;
use super::contents::Leftovers;
use super::contents::Options;
use super::contents::Row;
use super::delimited;
use super::sheet::Separator;
use crate::definitions::parse::tree::ColumnRole;
use crate::model::content::Validity;
use crate::model::day::Day;

/// Reads either form.
pub(super) fn read(bytes: &[u8]) -> Result<Import, Error> {
    let text = contents::text(bytes);
    let head = text.lines().next().unwrap_or("");
    if head.contains('\t') {
        return read_table(bytes);
    }
    let mut rows: Vec<Row> = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = || Error::Line { line: number + 1, why: "not a HCPCS record".to_owned() };
        let columns = Columns(line);
        match columns.get(11, 11) {
            "3" | "7" => rows.push(row(&columns).ok_or_else(wrong)?),
            "4" | "8" => {
                let last = rows.last_mut().filter(|row| row.code == columns.get(1, 5)).ok_or_else(wrong)?;
                format!("{} {}", last.title, columns.get(12, 91)).trim().clone_into(&mut last.title);
            }
            _ => return Err(wrong()),
        }
    }
    Ok(Import { rows, ..Import::default() })
}

/// A line by the column numbers of the layout.
struct Columns<'a>(&'a str);

impl<'a> Columns<'a> {
    fn get(&self, from: usize, to: usize) -> &'a str {
        self.0.get(from - 1..to.min(self.0.len())).unwrap_or("").trim()
    }
}

fn row(columns: &Columns<'_>) -> Option<Row> {
    let code = columns.get(1, 5);
    let is_code = matches!(code.len(), 2 | 5) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let span = Validity {
        from: Day::parse(columns.get(269, 276)),
        to: Day::parse(columns.get(285, 292)),
        is_assignable: true,
    };
    is_code.then(|| Row {
        code: code.to_owned(),
        title: columns.get(12, 91).to_owned(),
        short: columns.get(92, 119).to_owned(),
        spans: vec![span],
        assignable: Some(true),
        ..Row::default()
    })
}

fn read_table(bytes: &[u8]) -> Result<Import, Error> {
    let column = |role: ColumnRole, column: &str| (role, column.to_owned());
    let options = Options {
        columns: vec![
            column(ColumnRole::Code, "code"),
            column(ColumnRole::Title, "long_desc"),
            column(ColumnRole::Short, "short_desc"),
            column(ColumnRole::From, "add_date"),
            column(ColumnRole::To, "term_date"),
        ],
        ..Options::default()
    };
    let mut import = delimited::read(bytes, Separator::Tab, &options)?;
    // What a release says twice is its publisher's business.
    import.rows.iter_mut().for_each(|row| row.line = 0);
    Ok(Import { dates: false, left: Leftovers::default(), ..import })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn records_and_their_continuations() {
        let mut record = vec![b' '; 293];
        let mut put =
            |from: usize, text: &str| record[from - 1..from - 1 + text.len()].copy_from_slice(text.as_bytes());
        put(1, "A0021001003AMBULANCE SERVICE, OUTSIDE STATE");
        put(92, "OUTSIDE STATE AMBULANCE");
        put(269, "19850101");
        put(285, "20201231");
        let first = String::from_utf8(record).unwrap();
        let file = format!("{first}\nA0021002004PER MILE (MEDICAID ONLY)\n");
        let rows = read(file.as_bytes()).unwrap().rows;
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].code, "A0021");
        assert!(rows[0].title.ends_with("PER MILE (MEDICAID ONLY)"));
        assert_eq!(rows[0].spans[0].to, Day::parse("2020-12-31"));
    }
}
