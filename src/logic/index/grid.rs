//! Lines whose tests are all common: one row of bits for each value that a field can have, one bit for each line.
//!
//! A line that asks for `region in (north, east) and age in 20..40` has its bit in the rows of both regions and of all ages from
//! 20 to 40; in the rows of a field that it does not ask about it has its bit everywhere. The rows of an encounter's
//! values, taken together, leave the lines that can hold. Rows may say too much (a range is rounded up to whole cells), never
//! too little; of a line whose every test they answer exactly it is known that it holds.

use super::super::compare;
use super::super::frame::Frame;
use super::atoms::Axis;
use super::atoms::kind_at;
use super::atoms::point;
use crate::model::expression::Comparison;
use crate::model::expression::Expression;
use crate::model::expression::Member;
use crate::model::expression::Path;
use crate::model::expression::Root;
use crate::model::money;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::value::Literal;
use crate::model::value::Value;
use std::cmp::Ordering;

/// Cells that a field of numbers or days is cut into at least, if there are ends enough.
const CELLS: usize = 64;
/// Bytes of the rows of one field; where there are few lines, a field may have more cells.
const BYTES: usize = 1 << 20;
/// Members of the largest choice that gets rows.
const MEMBERS: usize = 256;
/// Words that are looked at together.
const CHUNK: usize = 4;

/// How a value has to stand to a literal, and where a range goes to.
type Bound<'c> = (Comparison, &'c Literal, Option<&'c Literal>);

/// What one condition asks of one field.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(super) path: Path,
    pub(super) allowed: Allowed,
    /// It says all that the condition asks, not more.
    is_exact: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Allowed {
    /// Members of a choice, steps of a ladder or `false` and `true`, by place.
    Members(usize, Vec<usize>),
    /// Between two ends, both included.
    Between(Axis, f64, f64),
}

/// Rows of bits for the lines of one classifier.
#[derive(Default)]
pub(crate) struct Grid {
    /// Numbers of the lines, by bit.
    lines: Vec<u32>,
    /// Whether rows answer all that a line asks, by bit.
    is_exact: Vec<bool>,
    asks: Vec<Vec<Ask>>,
    fields: Vec<Rows>,
    /// Words of a row.
    words: usize,
}

/// The rows of one field; the first is for what is absent or of no use.
struct Rows {
    path: Path,
    cells: Cells,
    bits: Vec<u64>,
}

enum Cells {
    Members(usize),
    /// Where cells begin, but for the first.
    Ends(Axis, Vec<f64>),
}

/// What a grid needs while it is asked.
#[derive(Default)]
pub(crate) struct Picked {
    /// For each field, the first word of the row its value stands for.
    starts: Vec<usize>,
}

impl Grid {
    /// Takes a line if rows can tell anything about it.
    pub(crate) fn take(&mut self, condition: &Expression, fields: &[Field], line: u32) -> bool {
        let (asks, is_whole) = asks(condition, fields);
        if asks.is_empty() {
            return false;
        }
        self.lines.push(line);
        self.is_exact.push(is_whole && asks.iter().all(|ask| ask.is_exact));
        self.asks.push(asks);
        true
    }

    /// Makes the rows, once all lines are there.
    pub(crate) fn build(&mut self) {
        self.words = self.lines.len().div_ceil(64).next_multiple_of(CHUNK);
        let asks = std::mem::take(&mut self.asks);
        let mut paths: Vec<&Path> = Vec::new();
        for ask in asks.iter().flatten() {
            if !paths.contains(&&ask.path) {
                paths.push(&ask.path);
            }
        }
        self.fields = paths.into_iter().map(|path| Rows::new(path, &asks, self.words)).collect();
        for (is_exact, asks) in self.is_exact.iter_mut().zip(&asks) {
            let is_met = |ask: &Ask| self.fields.iter().any(|rows| rows.path == ask.path && rows.answers(&ask.allowed));
            *is_exact = *is_exact && asks.iter().all(is_met);
        }
        // The row that leaves the fewest lines is taken first, because `visit` stops at a chunk in which none is left.
        self.fields
            .sort_by_key(|rows| rows.bits.iter().map(|word| word.count_ones() as usize).sum::<usize>() / rows.count());
    }

    /// Visits the number of every line that can hold, and whether it is known to hold.
    pub(crate) fn visit(&self, frame: &Frame<'_>, picked: &mut Picked, mut visit: impl FnMut(u32, bool)) {
        if self.lines.is_empty() {
            return;
        }
        picked.starts.clear();
        for rows in &self.fields {
            // An absent value has the row 0, in which a line has its bit only if it does not ask about the field: absence
            // makes every comparison false.
            let row = frame.resolve_single(&rows.path).map_or(0, |value| rows.cells.row(value));
            picked.starts.push(row * self.words);
        }
        // Four words at a time, which the compiler makes vector instructions of. A chunk without lines is given up early.
        for (number, first) in (0..self.words).step_by(CHUNK).enumerate() {
            let mut left = [u64::MAX; CHUNK];
            for (rows, start) in self.fields.iter().zip(&picked.starts) {
                let Some(row) = rows.bits.get(start + first..start + first + CHUNK) else { continue };
                left.iter_mut().zip(row).for_each(|(left, row)| *left &= row);
                if left == [0; CHUNK] {
                    break;
                }
            }
            for (place, mut word) in left.into_iter().enumerate() {
                while word != 0 {
                    let bit = (number * CHUNK + place) * 64 + word.trailing_zeros() as usize;
                    // Clears the lowest bit that is set.
                    word &= word - 1;
                    // Bits beyond the last line stand in rows that ask nothing of them.
                    let Some(line) = self.lines.get(bit) else { continue };
                    visit(*line, self.is_exact.get(bit) == Some(&true));
                }
            }
        }
    }
}

impl Rows {
    fn new(path: &Path, asks: &[Vec<Ask>], words: usize) -> Rows {
        let of_path = || asks.iter().flatten().filter(|ask| ask.path == *path);
        let cells = match of_path().next().map(|ask| &ask.allowed) {
            Some(Allowed::Members(count, _)) => Cells::Members(*count),
            Some(Allowed::Between(axis, ..)) => Cells::Ends(*axis, ends(of_path(), words)),
            None => Cells::Members(0),
        };
        let mut rows = Rows { path: path.clone(), bits: vec![0; (cells.count() + 1) * words], cells };
        for (bit, asks) in asks.iter().enumerate() {
            let mut own = asks.iter().filter(|ask| ask.path == *path).peekable();
            let is_asked = own.peek().is_some();
            let own: Vec<&Ask> = own.collect();
            // A line that asks about the field has no bit in the row of the absent value.
            for row in usize::from(is_asked)..=rows.cells.count() {
                let is_allowed = own.iter().all(|ask| rows.cells.allows(row, &ask.allowed));
                if is_allowed && let Some(word) = rows.bits.get_mut(row * words + bit / 64) {
                    *word |= 1 << (bit % 64);
                }
            }
        }
        rows
    }

    fn count(&self) -> usize {
        self.cells.count() + 1
    }

    /// Whether the rows tell exactly where what is allowed ends.
    fn answers(&self, allowed: &Allowed) -> bool {
        match (&self.cells, allowed) {
            (Cells::Members(_), Allowed::Members(..)) => true,
            (Cells::Ends(axis, ends), Allowed::Between(other, from, to)) => {
                // Thinning may have taken an end away; then the cell around it also holds values that are not allowed.
                let is_end = |end: f64| end.is_infinite() || ends.binary_search_by(|it| it.total_cmp(&end)).is_ok();
                axis == other && (from > to || (is_end(*from) && is_end(to.next_up())))
            }
            _ => false,
        }
    }
}

impl Cells {
    /// Rows besides the first.
    fn count(&self) -> usize {
        match self {
            Cells::Members(count) => *count,
            Cells::Ends(_, ends) => ends.len() + 1,
        }
    }

    /// The row of a value.
    fn row(&self, value: &Value<'_>) -> usize {
        match (self, value) {
            (Cells::Members(count), Value::Choice(place) | Value::Step(place)) if usize::from(*place) < *count => {
                usize::from(*place) + 1
            }
            (Cells::Members(_), Value::Bool(it)) => usize::from(*it) + 1,
            (Cells::Ends(Axis::Number, ends), Value::Number(at)) if !at.is_nan() => cell(ends, *at),
            (Cells::Ends(Axis::Number, ends), Value::Money(at)) => cell(ends, money::to_binary(*at)),
            (Cells::Ends(Axis::Day, ends), Value::Day(day)) => cell(ends, f64::from(day.0)),
            (Cells::Ends(Axis::Day, ends), Value::Moment(moment)) => cell(ends, f64::from(moment.day().0)),
            _ => 0,
        }
    }

    fn allows(&self, row: usize, allowed: &Allowed) -> bool {
        match (self, allowed) {
            // The row 0 wraps round to a place that no choice has.
            (Cells::Members(_), Allowed::Members(_, places)) => places.contains(&row.wrapping_sub(1)),
            (Cells::Ends(_, ends), Allowed::Between(_, from, to)) => {
                from <= to && (cell(ends, *from)..=cell(ends, *to)).contains(&row)
            }
            // Asked in two ways: the rows are those of the first.
            _ => true,
        }
    }
}

fn cell(ends: &[f64], at: f64) -> usize {
    ends.partition_point(|end| *end <= at) + 1
}

/// Where the cells of a field begin: at the ends of the ranges asked for, thinned out if there are many.
fn ends<'a>(asks: impl Iterator<Item = &'a Ask>, words: usize) -> Vec<f64> {
    let mut all: Vec<f64> = Vec::new();
    for ask in asks {
        if let Allowed::Between(_, from, to) = ask.allowed {
            // The cell of what lies just above the upper end is another one.
            all.extend([from, to.next_up()].into_iter().filter(|end| end.is_finite()));
        }
    }
    all.sort_by(f64::total_cmp);
    all.dedup();
    // Few lines have short rows, so that a field may have more of them in the same memory.
    let most = (BYTES / (8 * words).max(1)).max(CELLS);
    let step = all.len().div_ceil(most - 1).max(1);
    all.into_iter().step_by(step).collect()
}

/// What a condition asks of single fields, and whether that is all it asks.
pub(super) fn asks(condition: &Expression, fields: &[Field]) -> (Vec<Ask>, bool) {
    let all = match condition {
        Expression::And(all) => all.as_slice(),
        one => std::slice::from_ref(one),
    };
    let asks: Vec<Ask> = all.iter().filter_map(|one| ask(one, fields)).collect();
    let is_whole = asks.len() == all.len();
    (asks, is_whole)
}

/// What a condition asks of a field, if rows can tell.
fn ask(condition: &Expression, fields: &[Field]) -> Option<Ask> {
    let (path, members): (&Path, Vec<Bound<'_>>) = match condition {
        Expression::Path(path) if matches!(kind_at(path, fields)?, Kind::Bool) => {
            let allowed = Allowed::Members(2, vec![1]);
            return Some(Ask { path: plain(path, fields)?, allowed, is_exact: true });
        }
        Expression::Compare { how, left, right } => match (left.as_ref(), right.as_ref()) {
            (Expression::Path(path), Expression::Literal(literal)) => (path, vec![(*how, literal, None)]),
            (Expression::Literal(literal), Expression::Path(path)) => {
                (path, vec![(compare::turned(*how), literal, None)])
            }
            _ => return None,
        },
        Expression::In { of, members, negated: false } => {
            let Expression::Path(path) = of.as_ref() else { return None };
            let each = members.iter().map(|member| match member {
                Member::One(literal) => Some((Comparison::Equal, literal, None)),
                Member::Range(from, to) => Some((Comparison::AtLeast, from, Some(to))),
                Member::Codes { .. } | Member::Computed(_) | Member::Dated(..) => None,
            });
            (path, each.collect::<Option<_>>()?)
        }
        _ => return None,
    };
    let path = plain(path, fields)?;
    let count = match kind_at(&path, fields)? {
        Kind::Choice(names) | Kind::Ladder(names) => names.len(),
        Kind::Bool => 2,
        Kind::Number | Kind::Integer | Kind::Money(_) | Kind::Date | Kind::DateTime => {
            let (allowed, is_exact) = hull(&members)?;
            return Some(Ask { path, allowed, is_exact });
        }
        _ => return None,
    };
    if count > MEMBERS {
        return None;
    }
    let mut allowed = Vec::new();
    for place in 0..count {
        let mut is_allowed = false;
        for (how, literal, to) in &members {
            let fits = |how, literal| Some(compare::fits(how, Some(place_against(place, literal)?)));
            is_allowed |= fits(*how, literal)? && to.map_or(Some(true), |to| fits(Comparison::AtMost, to))?;
        }
        if is_allowed {
            allowed.push(place);
        }
    }
    Some(Ask { path, allowed: Allowed::Members(count, allowed), is_exact: true })
}

/// How the member at a place stands to a literal of the same kind.
fn place_against(place: usize, literal: &Literal) -> Option<Ordering> {
    match literal {
        Literal::Choice(it) | Literal::Step(it) => Some(place.cmp(&usize::from(*it))),
        Literal::Bool(it) => Some(place.cmp(&usize::from(*it))),
        _ => None,
    }
}

/// The narrowest range around all that is asked for, and whether it holds nothing else.
fn hull(members: &[Bound<'_>]) -> Option<(Allowed, bool)> {
    let mut hull: Option<(Axis, f64, f64)> = None;
    let mut is_exact = members.len() == 1;
    for (how, literal, to) in members {
        let (axis, at) = point(literal)?;
        // A moment counts as its day here, and an amount as the binary number nearest to it.
        let is_rough = |it: &Literal| matches!(it, Literal::Moment(_) | Literal::Money(_));
        is_exact &= !is_rough(literal) && !to.is_some_and(is_rough);
        let (from, to) = match (how, to) {
            (_, Some(to)) => (at, point(to).filter(|(other, _)| *other == axis)?.1),
            (Comparison::Equal, None) => (at, at),
            (Comparison::Less, None) => (f64::NEG_INFINITY, at.next_down()),
            (Comparison::AtMost, None) => (f64::NEG_INFINITY, at),
            (Comparison::More, None) => (at.next_up(), f64::INFINITY),
            (Comparison::AtLeast, None) => (at, f64::INFINITY),
            (Comparison::Unequal, None) => return None,
        };
        let (from, to) = match literal {
            // Earlier and later on the same day.
            Literal::Moment(_) => (from.floor(), to.ceil()),
            // Whatever rounds to the same number.
            Literal::Money(_) => (from.min(at), to.max(at)),
            _ => (from, to),
        };
        hull = match hull {
            None => Some((axis, from, to)),
            Some((known, low, high)) if known == axis => Some((axis, low.min(from), high.max(to))),
            Some(_) => return None,
        };
    }
    let (axis, from, to) = hull.filter(|(axis, ..)| *axis != Axis::Step)?;
    Some((Allowed::Between(axis, from, to), is_exact))
}

/// The path, if it is one of the encounter that goes through no list.
fn plain(path: &Path, fields: &[Field]) -> Option<Path> {
    let (mut fields, mut is_list) = (fields, false);
    for slot in &path.slots {
        let kind = &slot.get(fields)?.kind;
        is_list |= matches!(kind, Kind::List(_));
        fields = if let Kind::Record(inner) = kind { inner } else { &[] };
    }
    (path.root == Root::Encounter && !is_list).then(|| path.clone())
}
