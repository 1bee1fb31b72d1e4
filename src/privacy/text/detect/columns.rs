//! Tables in texts: a cue that is the head of a column names what stands under it.

use super::super::resolve::Found;
use super::announced::Cue;
use super::values::Value;
use crate::text::page::Page;
use crate::text::page::sign;

/// The head of a column.
struct Head<'c> {
    cue: &'c Cue,
    sign: char,
    column: usize,
}

/// Rows of a table at most, with one head.
const MOST_ROWS: usize = 10_000;
/// Columns at most that are followed: a made-up table must not take long.
const MOST_HEADS: usize = 32;
/// Columns further to the right are not followed either.
const LAST_COLUMN: usize = 256;

/// Marks what stands in columns that a cue heads. Columns are parted by `|`, a tab or a semicolon.
pub(super) fn find(page: &Page<'_>, cues: &[Cue], found: &mut Found<'_>) {
    if cues.is_empty() || !page.has_digits() || page.signs & sign::COLUMN == 0 {
        return;
    }
    let (mut heads, mut start, mut rows): (Vec<Head<'_>>, usize, usize) = (Vec::new(), 0, 0);
    let mut cues = cues.iter().peekable();
    for line in page.text.split_inclusive('\n') {
        let end = start + line.len();
        let mut is_head = false;
        while let Some(cue) = cues.next_if(|cue| cue.end <= end) {
            if is_head && heads.len() >= MOST_HEADS {
                continue;
            }
            let (begin, _) = page.range(cue.at, cue.at + 1);
            if let Some((sign, column)) = cell(line, begin.saturating_sub(start), cue.end - start) {
                if !is_head {
                    heads.clear();
                }
                (is_head, rows) = (true, 0);
                if column <= LAST_COLUMN {
                    heads.push(Head { cue, sign, column });
                }
            }
        }
        rows += 1;
        if !is_head && rows < MOST_ROWS {
            heads.iter().for_each(|head| mark(page, head, (start, line), found));
        }
        start = end;
    }
}

/// The sign that parts the columns of a line, and the column of a cue, if the cue fills its cell.
fn cell(line: &str, start: usize, end: usize) -> Option<(char, usize)> {
    let before = line.get(..start)?.trim_end_matches([' ', '"', '*']);
    let after = line.get(end..)?.trim_start_matches([' ', '"', '*', '#', ':']).trim_end_matches(['\n', '\r']);
    let sign = after.chars().next().or_else(|| before.chars().next_back()).filter(|c| matches!(c, '|' | '\t' | ';'))?;
    let fills = (before.is_empty() || before.ends_with(sign)) && (after.is_empty() || after.starts_with(sign));
    fills.then(|| (sign, before.matches(sign).count()))
}

/// Marks the cell of a line that stands under a head.
fn mark(page: &Page<'_>, head: &Head<'_>, (start, line): (usize, &str), found: &mut Found<'_>) {
    let mut from = 0;
    for _ in 0..head.column {
        let Some(sign) = line.get(from..).and_then(|rest| rest.find(head.sign)) else { return };
        from += sign + 1;
    }
    let rest = line.get(from..).unwrap_or_default();
    let cell = rest.split([head.sign, '\n', '\r']).next().unwrap_or_default();
    let bare = cell.trim_start_matches([' ', '"', '\'', '#']);
    let from = start + from + (cell.len() - bare.len());
    Value { page, from, rest: bare.trim_end(), is_short: true }.mark(head.cue.announced, found);
}
