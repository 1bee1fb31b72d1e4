//! Columns: lines that stand together begin their parts below one another.

use crate::definitions::print::INDENT;
use crate::definitions::print::lines::Line;
use crate::definitions::print::lines::Word;
use crate::definitions::print::lines::width_of;
use std::ops::Range;

/// Columns wider than this are not waited for by the others.
const WIDEST_KEYWORD: usize = 14;
const WIDEST_CELL: usize = 60;
/// Comments further right than this are not lined up.
const WIDEST_LINE: usize = 100;

/// Words that begin a statement whose further words are no column of their own.
const UNALIGNED: [&str; 14] = [
    "code", "group", "for", "maps", "replaced", "every", "not", "check", "starter", "import", "property", "abstain",
    "only", "path",
];

/// Lines up what stands together.
pub fn align(lines: &mut [Line<'_>]) {
    for run in runs(lines) {
        let Some(group) = lines.get_mut(run) else { continue };
        match group.first().map_or("", |line| line.block) {
            "" => {}
            "table" => align_cells(group),
            "crosswalk" => align_at(group, "->"),
            "derive" => align_at(group, "="),
            block if is_record(block) => align_fields(group),
            _ => align_keywords(group),
        }
    }
    let runs = comment_runs(lines);
    for run in runs {
        let Some(group) = lines.get_mut(run) else { continue };
        align_comments(group);
    }
}

/// A block that holds fields is opened by `record` or by a field, and by nothing else.
fn is_record(block: &str) -> bool {
    const OTHERS: [&str; 14] = [
        "codeset",
        "overlay",
        "group",
        "code",
        "starter",
        "import",
        "rule",
        "check",
        "policy",
        "label",
        "purpose",
        "crosswalk",
        "table",
        "derive",
    ];
    !OTHERS.contains(&block)
}

/// Lines that stand together: no empty line, no block, between them, all of one depth.
fn runs(lines: &[Line<'_>]) -> Vec<Range<usize>> {
    split(lines, |line| !line.is_empty() && !line.is_open)
}

fn comment_runs(lines: &[Line<'_>]) -> Vec<Range<usize>> {
    split(lines, |line| !line.words.is_empty() && line.comment.is_some())
}

fn split(lines: &[Line<'_>], belongs: impl Fn(&Line<'_>) -> bool) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    for (at, line) in lines.iter().enumerate() {
        if !belongs(line) {
            runs.push(start..at);
            start = at + 1;
        }
    }
    runs.push(start..lines.len());
    runs.retain(|run| !run.is_empty());
    runs
}

/// `also     "a"` over `priority 4`; lines that go on stand below the first word after the keyword.
fn align_keywords(lines: &mut [Line<'_>]) {
    let is_aligned = |line: &Line<'_>| {
        !line.is_joined
            && line.words.len() > 1
            && !UNALIGNED.contains(&line.first())
            && line.first().chars().count() <= WIDEST_KEYWORD
            && line.words.get(1).is_some_and(|word| word.gap > 0 && word.text != "{")
    };
    let width = lines.iter().filter(|line| is_aligned(line)).map(|line| line.first().chars().count()).max();
    let Some(width) = width else { return };
    let mut further = INDENT;
    for line in lines {
        if line.is_joined {
            line.indent += if line.first() == ")" { 0 } else { further.saturating_sub(INDENT) };
        } else if is_aligned(line) {
            let own = line.first().chars().count();
            if let Some(word) = line.words.get_mut(1) {
                word.gap = width - own + 1;
            }
            further = width + 1;
        } else if !line.words.is_empty() {
            further = INDENT;
        }
    }
}

/// Name, type and attributes of fields.
fn align_fields(lines: &mut [Line<'_>]) {
    let is_field = |line: &Line<'_>| !line.is_joined && line.words.len() > 1;
    let fields = || lines.iter().filter(|line| is_field(line));
    let width = fields().map(|line| line.first().chars().count()).max().unwrap_or(0);
    let kind = |line: &Line<'_>| {
        let end = attributes_at(&line.words);
        (end < line.words.len()).then(|| width_of(line.words.get(1..end).unwrap_or_default()))
    };
    let kind_width = fields().filter_map(kind).filter(|width| *width <= WIDEST_CELL).max().unwrap_or(0);
    for line in lines.iter_mut().filter(|line| is_field(line)) {
        let (own, own_kind, end) = (line.first().chars().count(), kind(line), attributes_at(&line.words));
        if let Some(word) = line.words.get_mut(1) {
            word.gap = width - own + 1;
        }
        if let (Some(own_kind), Some(word)) = (own_kind, line.words.get_mut(end)) {
            word.gap = kind_width.saturating_sub(own_kind) + 1;
        }
    }
}

/// Where the attributes of a field begin among its words.
fn attributes_at(words: &[Word<'_>]) -> usize {
    let mut depth = 0_i32;
    for (at, word) in words.iter().enumerate().skip(2) {
        match word.text {
            "(" => depth += 1,
            ")" => depth -= 1,
            "required" | "default" | "identifies" | "quasi-identifier" | "free" | "sensitive" | "dates"
                if depth == 0 =>
            {
                return at;
            }
            text if depth == 0 && text.starts_with('"') => return at,
            _ => {}
        }
    }
    words.len()
}

/// One part of every line up to a sign, all of one width.
fn align_at(lines: &mut [Line<'_>], sign: &str) {
    let place = |line: &Line<'_>| {
        let at = line.words.iter().position(|word| word.text == sign)?;
        let width = width_of(line.words.get(..at)?);
        (!line.is_joined && width <= WIDEST_CELL).then_some((at, width))
    };
    let Some(width) = lines.iter().filter_map(place).map(|(_, width)| width).max() else { return };
    for line in lines {
        if let Some((at, own)) = place(line)
            && let Some(word) = line.words.get_mut(at)
        {
            word.gap = width - own + 1;
        }
    }
}

/// The cells of a table's rows.
fn align_cells(lines: &mut [Line<'_>]) {
    let is_row = |line: &Line<'_>| !line.is_joined && !line.words.is_empty();
    let mut widths: Vec<usize> = Vec::new();
    for line in lines.iter().filter(|line| is_row(line)) {
        for (column, cell) in cells(&line.words).into_iter().enumerate() {
            let width = width_of(line.words.get(cell).unwrap_or_default());
            if widths.len() <= column {
                widths.push(0);
            }
            if let Some(widest) = widths.get_mut(column).filter(|_| width <= WIDEST_CELL) {
                *widest = width.max(*widest);
            }
        }
    }
    for line in lines.iter_mut().filter(|line| is_row(line)) {
        for (column, cell) in cells(&line.words).into_iter().enumerate() {
            let own = width_of(line.words.get(cell.clone()).unwrap_or_default());
            let widest = widths.get(column).copied().unwrap_or(0);
            if let Some(next) = line.words.get_mut(cell.end) {
                next.gap = widest.saturating_sub(own) + 1;
            }
        }
    }
}

/// The words of every cell of a row: a comma belongs to the cell before it, an arrow to the one behind.
fn cells(words: &[Word<'_>]) -> Vec<Range<usize>> {
    let mut cells = Vec::new();
    let (mut start, mut depth) = (0, 0_i32);
    for (at, word) in words.iter().enumerate() {
        match word.text {
            "(" => depth += 1,
            ")" => depth -= 1,
            "," if depth == 0 => {
                cells.push(start..at + 1);
                start = at + 1;
            }
            "->" => {
                cells.push(start..at);
                start = at;
            }
            _ => {}
        }
    }
    cells.push(start..words.len());
    cells
}

/// Comments behind lines that follow one another.
fn align_comments(lines: &mut [Line<'_>]) {
    let end = |line: &Line<'_>| line.indent + line.width();
    let widest = lines.iter().map(end).filter(|end| *end <= WIDEST_LINE).max().unwrap_or(0);
    for line in lines {
        line.comment_gap = widest.saturating_sub(end(line)) + 2;
    }
}
