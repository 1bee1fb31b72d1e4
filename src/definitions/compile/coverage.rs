//! Gaps and overlaps of decision tables: every column is cut into the classes of values that its cells tell apart, and
//! every combination of classes is looked at.

use super::report::Report;
use super::tables::covers;
use super::tables::order;
use super::world::TableTypes;
use crate::definitions::parse::tree::TableDef;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::span::Span;
use crate::model::day::Day;
use crate::model::expression::Comparison;
use crate::model::expression::Member;
use crate::model::money;
use crate::model::record::Kind;
use crate::model::rules::Cell;
use crate::model::rules::Row;
use crate::model::rules::Table;
use crate::model::value::Literal;

/// Combinations looked at before the table is said to be too wide.
const MOST: usize = 200_000;

/// Values of a column that no cell tells apart: one of them, or what is absent, or what no cell names.
#[derive(Debug, Clone, PartialEq)]
enum Class {
    One(Literal),
    /// Between two numbers (or days) that cells name; either end open.
    Between(Option<Literal>, Option<Literal>),
    /// Any text or code that no cell names.
    Other,
    Absent,
}

/// Checks a table on every stretch of days on which the same rows hold, up to the first on which something is wrong.
///
/// Days before the first dated row or after the last, on which no row holds at all, are not looked at: the table is not in
/// use then.
pub(super) fn check(def: &TableDef, types: &TableTypes, table: &Table, spans: &[Span], report: &Report) {
    if table.rows.iter().all(|row| row.days.is_always()) {
        return check_rows(def, types, table, spans, true, report);
    }
    for day in beginnings(table) {
        let in_force = || table.rows.iter().zip(spans).filter(|(row, _)| row.days.contains(day));
        let rows: Vec<Row> = in_force().map(|(row, _)| row.clone()).collect();
        let spans: Vec<Span> = in_force().map(|(_, span)| *span).collect();
        let before = report.count();
        if !rows.is_empty() {
            check_rows(def, types, &Table { rows, ..table.clone() }, &spans, false, report);
        }
        if report.count() > before {
            return;
        }
    }
}

/// The days on which rows begin, and the days after those on which they end; and the first of all.
fn beginnings(table: &Table) -> Vec<Day> {
    let from = table.rows.iter().filter_map(|row| row.days.from);
    let after = table.rows.iter().filter_map(|row| row.days.to).map(|to| Day(to.0.saturating_add(1)));
    let mut days: Vec<Day> = std::iter::once(Day(i32::MIN)).chain(from).chain(after).collect();
    days.sort_unstable();
    days.dedup();
    days
}

/// Reports combinations that two rows cover (unless the table says `first-match`) and that none covers (unless `partial`); with
/// `asks_reach`, rows that no input reaches too.
fn check_rows(def: &TableDef, types: &TableTypes, table: &Table, spans: &[Span], asks_reach: bool, report: &Report) {
    let cells = |column: usize| table.rows.iter().filter_map(move |row| row.cells.get(column));
    let inputs = types.inputs.iter().enumerate();
    let classes: Vec<Vec<Class>> = inputs.map(|(column, kind)| classes_of(kind, cells(column))).collect();
    let total = classes.iter().try_fold(1_usize, |all, column| all.checked_mul(column.len().max(1)));
    if total.is_none_or(|total| total.saturating_mul(table.rows.len().max(1)) > MOST * 20) {
        report.say(def.name.span, Problem::TableTooWide { table: def.name.item.clone() }, None);
        return;
    }
    let mut is_reached = vec![false; table.rows.len()];
    let (mut said_gap, mut said_overlap) = (def.is_partial, def.is_first);
    let mut at = vec![0_usize; classes.len()];
    loop {
        let values: Vec<&Class> = at.iter().zip(&classes).filter_map(|(place, column)| column.get(*place)).collect();
        let mut fitting = table
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.cells.iter().zip(&values).all(|(cell, class)| fits(cell, class)));
        match (fitting.next(), fitting.next()) {
            (None, _) if !said_gap && !values.contains(&&Class::Absent) => {
                said_gap = true;
                let row = written(&values, types);
                let help = Some(format!("add a row `{row} -> …`, or say `partial` before the brace"));
                report.say(def.name.span, Problem::TableGap { table: def.name.item.clone(), row }, help);
            }
            (Some((first, _)), second) => {
                if let Some(reached) = is_reached.get_mut(first) {
                    *reached = true;
                }
                if let (Some((second, _)), false) = (second, said_overlap) {
                    said_overlap = true;
                    let row = written(&values, types);
                    let span = spans.get(second).copied().unwrap_or(def.name.span);
                    let other = spans.get(first).copied().unwrap_or(def.name.span);
                    let problem = Problem::TableOverlap { table: def.name.item.clone(), row };
                    report.say_beside(span, problem, other, "this row covers it too");
                }
            }
            _ => {}
        }
        if !advance(&mut at, &classes) {
            break;
        }
    }
    if def.is_first && asks_reach {
        let unreached = spans.iter().zip(&is_reached).filter(|(_, is_reached)| !**is_reached);
        unreached.for_each(|(span, _)| report.say(*span, Problem::UnreachableRow, None));
    }
}

fn advance(at: &mut [usize], classes: &[Vec<Class>]) -> bool {
    for (place, column) in at.iter_mut().zip(classes) {
        *place += 1;
        if *place < column.len() {
            return true;
        }
        *place = 0;
    }
    false
}

fn classes_of<'a>(kind: &Kind, cells: impl Iterator<Item = &'a Cell> + Clone) -> Vec<Class> {
    let mut classes = match kind {
        Kind::Bool => vec![Class::One(Literal::Bool(false)), Class::One(Literal::Bool(true))],
        Kind::Choice(names) => {
            (0..names.len()).filter_map(|it| u16::try_from(it).ok()).map(|it| Class::One(Literal::Choice(it))).collect()
        }
        Kind::Ladder(names) => {
            (0..names.len()).filter_map(|it| u16::try_from(it).ok()).map(|it| Class::One(Literal::Step(it))).collect()
        }
        Kind::Number | Kind::Integer | Kind::Money(_) | Kind::Date | Kind::DateTime | Kind::Duration => {
            intervals(kind, cells)
        }
        _ => named(cells),
    };
    classes.push(Class::Absent);
    classes
}

fn mentioned<'a>(cells: impl Iterator<Item = &'a Cell>) -> Vec<Literal> {
    let mut out: Vec<Literal> = Vec::new();
    for cell in cells {
        match cell {
            Cell::Compare(_, value) => out.push(value.clone()),
            Cell::Members(members) => {
                for member in members {
                    match member {
                        Member::One(value) => out.push(value.clone()),
                        Member::Range(from, to) => out.extend([from.clone(), to.clone()]),
                        Member::Codes { set, from, to } => {
                            out.extend([Literal::Code(*set, Some(*from)), Literal::Code(*set, Some(*to))]);
                        }
                        Member::Computed(_) | Member::Dated(..) => {}
                    }
                }
            }
            Cell::Any | Cell::Absent => {}
        }
    }
    out
}

fn intervals<'a>(kind: &Kind, cells: impl Iterator<Item = &'a Cell>) -> Vec<Class> {
    let mut points = mentioned(cells);
    points.sort_by_key(one_key);
    points.dedup();
    let is_whole = matches!(kind, Kind::Integer | Kind::Date);
    let mut classes = vec![Class::Between(None, points.first().cloned())];
    for (place, point) in points.iter().enumerate() {
        classes.push(Class::One(point.clone()));
        let next = points.get(place + 1);
        let touches = is_whole && next.is_some_and(|next| one_key(next) - one_key(point) <= 1_000_000);
        if !touches {
            classes.push(Class::Between(Some(point.clone()), next.cloned()));
        }
    }
    if points.is_empty() { vec![Class::Between(None, None)] } else { classes }
}

/// A whole number that sorts literals of one kind; numbers in millionths.
#[expect(clippy::cast_possible_truncation, reason = "a breakpoint of a table, far inside the range")]
fn one_key(literal: &Literal) -> i128 {
    match literal {
        Literal::Number(it) => (*it * 1_000_000.0) as i128,
        Literal::Money(it) => (money::to_binary(*it) * 1_000_000.0) as i128,
        Literal::Day(day) => i128::from(day.0) * 1_000_000,
        Literal::Moment(moment) => i128::from(moment.by_clock()) * 1_000_000,
        Literal::Span(span) => i128::from(span.about_seconds()) * 1_000_000,
        _ => 0,
    }
}

fn named<'a>(cells: impl Iterator<Item = &'a Cell>) -> Vec<Class> {
    let mut out = Vec::new();
    for value in mentioned(cells) {
        let class = Class::One(value);
        if !out.contains(&class) {
            out.push(class);
        }
    }
    out.push(Class::Other);
    out
}

fn fits(cell: &Cell, class: &Class) -> bool {
    match (cell, class) {
        (Cell::Any, _) | (Cell::Absent, Class::Absent) => true,
        (Cell::Members(members), Class::One(value)) => members.iter().any(|member| covers(member, value)),
        (Cell::Members(members), Class::Between(Some(low), Some(high))) => members
            .iter()
            .any(|member| covers(member, low) && covers(member, high) && matches!(member, Member::Range(..))),
        (Cell::Compare(how, limit), Class::One(value)) => order(value, limit).is_some_and(|it| compares(*how, it)),
        (Cell::Compare(how, limit), Class::Between(low, high)) => match how {
            Comparison::Less | Comparison::AtMost => {
                high.as_ref().and_then(|high| order(high, limit)).is_some_and(|it| it <= 0)
            }
            Comparison::More | Comparison::AtLeast => {
                low.as_ref().and_then(|low| order(low, limit)).is_some_and(|it| it >= 0)
            }
            Comparison::Equal => false,
            Comparison::Unequal => true,
        },
        (Cell::Compare(Comparison::Unequal, _), Class::Other) => true,
        _ => false,
    }
}

fn compares(how: Comparison, order: i8) -> bool {
    match how {
        Comparison::Equal => order == 0,
        Comparison::Unequal => order != 0,
        Comparison::Less => order < 0,
        Comparison::AtMost => order <= 0,
        Comparison::More => order > 0,
        Comparison::AtLeast => order >= 0,
    }
}

fn written(values: &[&Class], types: &TableTypes) -> String {
    let cells = values.iter().zip(&types.inputs).map(|(class, kind)| match class {
        Class::One(literal) => shown(literal, kind),
        Class::Between(Some(low), Some(high)) => format!("between {} and {}", shown(low, kind), shown(high, kind)),
        Class::Between(Some(low), None) => format!("> {}", shown(low, kind)),
        Class::Between(None, Some(high)) => format!("< {}", shown(high, kind)),
        Class::Between(None, None) => "any".to_owned(),
        Class::Other => "any other".to_owned(),
        Class::Absent => "absent".to_owned(),
    });
    cells.collect::<Vec<_>>().join(", ")
}

/// A literal as it is written in a definition.
pub(super) fn shown(literal: &Literal, kind: &Kind) -> String {
    let name = |names: &[String], place: u16| names.get(usize::from(place)).cloned().unwrap_or_default();
    match (literal, kind) {
        (Literal::Choice(place), Kind::Choice(names)) | (Literal::Step(place), Kind::Ladder(names)) => {
            name(names, *place)
        }
        (Literal::Bool(it), _) => it.to_string(),
        (Literal::Number(it), _) => it.to_string(),
        (Literal::Money(it), _) => it.to_string(),
        (Literal::Text(it), _) => format!("\"{it}\""),
        (Literal::Day(it), _) => it.to_string(),
        (Literal::Moment(it), _) => it.to_string(),
        _ => "…".to_owned(),
    }
}
