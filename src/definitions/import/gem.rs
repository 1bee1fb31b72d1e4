//! General Equivalence Mappings: source code, target code, five flags (approximate, no map, combination, scenario, choice
//! list), as CMS published them until 2018.

use super::contents;
use super::contents::Error;
use super::contents::Import;
use super::contents::MapRow;
use super::contents::Row;
use super::contents::Under;
use crate::model::content::MatchKind;
use std::collections::BTreeSet;

/// Reads a GEM file. Targets of one scenario of a combination share a number: they are used together.
///
/// # Errors
///
/// [`Error::Line`] for a line that has no five flags.
pub fn mappings(bytes: &[u8]) -> Result<Vec<MapRow>, Error> {
    let text = contents::text(bytes);
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(number, line)| row(line).ok_or_else(|| wrong(number))).collect()
}

/// The codes that a GEM file maps, each once, in the order of the file. It has no titles.
///
/// # Errors
///
/// As [`mappings`].
pub(super) fn codes(bytes: &[u8]) -> Result<Import, Error> {
    let mut seen = BTreeSet::new();
    let rows = mappings(bytes)?.into_iter().filter(|row| seen.insert(row.from.clone()));
    let rows = rows.map(|row| Row { code: row.from, under: Under::Top, ..Row::default() }).collect();
    Ok(Import { rows, dotless: true, ..Import::default() })
}

fn wrong(number: usize) -> Error {
    Error::Line { line: number + 1, why: "not a line of a GEM file (source, target, five digits)".to_owned() }
}

fn row(line: &str) -> Option<MapRow> {
    let mut parts = line.split_whitespace();
    let (from, to, flags) = (parts.next()?, parts.next()?, parts.next()?);
    let digit = |sign: u8| sign.is_ascii_digit().then(|| u16::from(sign - b'0'));
    let &[approximate, none, combination, scenario, _choice] = flags.as_bytes() else { return None };
    let is_combination = digit(combination)? == 1;
    let is_none = digit(none)? == 1;
    Some(MapRow {
        line: 0,
        from: from.to_owned(),
        to: (!is_none).then(|| to.to_owned()),
        kind: if digit(approximate)? == 1 { MatchKind::Related } else { MatchKind::Equivalent },
        group: if is_combination { digit(scenario)? } else { 0 },
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn flags() {
        let rows = mappings(b"A000    0010  00000\nA047    00845 10000\nT07     NoDx  11000\nX1 Y2 10112\n").unwrap();
        assert_eq!(rows[0].kind, MatchKind::Equivalent);
        assert_eq!(rows[1].kind, MatchKind::Related);
        assert_eq!((rows[2].to.clone(), rows[3].group), (None, 1));
        assert!(mappings(b"A000 0010\n").is_err());
    }

    #[test]
    fn every_code_that_is_mapped_is_a_code_once() {
        let set = codes(b"24900 E0800 10000\n24900 E0900 10000\n2720 E780 00000\n").unwrap();
        assert_eq!(set.rows.iter().map(|row| row.code.as_str()).collect::<Vec<_>>(), ["24900", "2720"]);
    }
}
