//! The order file of ICD-10-CM and ICD-10-PCS: which codes there are, and whether they may be recorded.
//!
//! Columns, from 1: 1-5 order number, 7-13 code without its dot, 15 `0` for a header and `1` for a valid code, 17-76 short
//! title, 78- long title (CMS, "ICD-10-CM order file" layout). It decides: the XML of the Tabular List, when expanded by
//! its seventh characters, makes codes up that it does not have.

use super::contents;
use super::contents::Error;
use super::contents::Import;
use super::contents::Options;
use super::contents::Row;
use super::contents::Under;
use crate::model::content::Validity;

/// Reads an order file. With days in the options, its codes are in force from the first to the last.
pub(super) fn read(bytes: &[u8], options: &Options) -> Result<Import, Error> {
    let text = contents::text(bytes);
    let mut rows = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let row = row(line).ok_or_else(|| Error::Line {
            line: number + 1,
            why: "not a line of an order file (number, code, 0 or 1, short title, long title)".to_owned(),
        })?;
        rows.push(row);
    }
    if rows.is_empty() {
        return Err(Error::Form("there is no line in the file".to_owned()));
    }
    // A procedure code has seven characters and no dot; only diagnoses have lengths between.
    let is_diagnoses = rows.iter().any(|row| (4..7).contains(&row.code.len()));
    for row in &mut rows {
        if is_diagnoses {
            row.code = dotted(&row.code);
        }
        if options.from.is_some() || options.to.is_some() {
            let is_assignable = row.assignable == Some(true);
            row.spans.push(Validity { from: options.from, to: options.to, is_assignable });
        }
    }
    Ok(Import { rows, dotless: true, ..Import::default() })
}

fn row(line: &str) -> Option<Row> {
    let code = line.get(6..13)?.trim();
    let assignable = match line.get(14..15)? {
        "1" => true,
        "0" => false,
        _ => return None,
    };
    let is_number = line.get(..5)?.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || code.len() < 3 || !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let short = line.get(16..line.len().min(76))?.trim();
    let long = line.get(77..).map_or(short, str::trim);
    Some(Row {
        code: code.to_owned(),
        title: long.to_owned(),
        short: short.to_owned(),
        under: Under::Prefix,
        assignable: Some(assignable),
        ..Row::default()
    })
}

/// The code with the dot after its third character.
pub(super) fn dotted(code: &str) -> String {
    match code.split_at_checked(3) {
        Some((category, rest)) if !rest.is_empty() && !rest.starts_with('.') => format!("{category}.{rest}"),
        _ => code.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn headers_codes_and_titles() {
        let line = |code: &str, flag: u8, title: &str| format!("00001 {code:<7} {flag} {title:<60} {title} (long)\n");
        let file = line("A00", 0, "Cholera") + line("A000", 1, "Cholera due to x").as_str();
        let import = read(file.as_bytes(), &Options::default()).unwrap();
        assert_eq!(import.rows[1].code, "A00.0");
        assert_eq!(import.rows[1].title, "Cholera due to x (long)");
        assert_eq!(import.rows[0].assignable, Some(false));
        assert!(read(b"code,title\nA00,Cholera\n", &Options::default()).is_err());
    }
}
