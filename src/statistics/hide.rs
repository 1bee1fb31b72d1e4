//! Which counts of one table are shown.
//!
//! A table is shown with its sums: those of the first thing it is counted by (rows), those of all others together (columns),
//! and the whole. Sums and cells are a network in which as much flows into each node as out of it: the whole into the rows,
//! rows into cells, cells into columns, columns into the whole. What a reader can work out of a hidden count is how far the
//! flow through it can be changed without changing what is shown: a path back through hidden counts, which may grow
//! without end and shrink to 1, because a 0 is shown. So the bounds are exact.

use super::rule::Rule;
use super::table::Table;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BinaryHeap;
use std::collections::VecDeque;

/// A count or a sum of counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// One for each thing it is counted by; `None` is the sum over all.
    pub values: Vec<Option<String>>,
    /// How many; `None` if it is hidden.
    pub count: Option<u64>,
}

/// What is shown of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// Cells in the order of their values; what is not among them is 0, but in a row that is hidden whole: of such a row
    /// no cell is told.
    pub cells: Vec<Count>,
    /// Sums of the first thing it is counted by, if it is counted by several.
    pub rows: Vec<Count>,
    /// Sums of all the others, if it is counted by several.
    pub columns: Vec<Count>,
    /// The whole.
    pub total: Option<u64>,
}

/// Decides what is shown of a table by itself.
pub fn hide(table: &Table, rule: Rule) -> Answer {
    let mut net = Net::new(table);
    net.hide(rule);
    net.answer(table)
}

/// A count as an edge of the network.
struct Edge {
    from: usize,
    to: usize,
    value: u64,
    is_hidden: bool,
    kind: Kind,
}

/// What an edge counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Cell(usize),
    Row(usize),
    Column(usize),
    Total,
}

/// A table as a network.
pub(super) struct Net {
    edges: Vec<Edge>,
    /// Edges at each node.
    at: Vec<Vec<usize>>,
    /// Names of the rows and of the columns; empty if the table is counted by one thing.
    rows: Vec<String>,
    columns: Vec<Vec<String>>,
    /// Row and column of each cell.
    places: Vec<(usize, usize)>,
}

const SOURCE: usize = 0;
const SINK: usize = 1;

impl Net {
    pub fn new(table: &Table) -> Net {
        let is_flat = table.cells.iter().all(|cell| cell.len() < 2);
        let mut net =
            Net { edges: Vec::new(), at: Vec::new(), rows: Vec::new(), columns: Vec::new(), places: Vec::new() };
        let (mut rows, mut columns) = (BTreeMap::new(), BTreeMap::new());
        if !is_flat {
            for cell in &table.cells {
                let Some((first, rest)) = cell.split_first() else { continue };
                rows.entry(first.clone()).or_insert(0_usize);
                columns.entry(rest.to_vec()).or_insert(0_usize);
            }
            rows.values_mut().zip(0..).for_each(|(place, next)| *place = next);
            columns.values_mut().zip(0..).for_each(|(place, next)| *place = next);
        }
        let (mut row_sums, mut column_sums) = (vec![0; rows.len()], vec![0; columns.len()]);
        for ((cell, count), number) in table.cells.iter().zip(&table.counts).zip(0..) {
            let place = cell.split_first().and_then(|(first, rest)| Some((*rows.get(first)?, *columns.get(rest)?)));
            let (from, to) = place.map_or((SOURCE, SINK), |(row, column)| (2 + row, 2 + rows.len() + column));
            net.add(from, to, *count, Kind::Cell(number));
            if let Some((row, column)) = place {
                row_sums.get_mut(row).into_iter().for_each(|sum| *sum += count);
                column_sums.get_mut(column).into_iter().for_each(|sum| *sum += count);
            }
            net.places.push(place.unwrap_or_default());
        }
        for (sum, row) in row_sums.iter().zip(0..) {
            net.add(SOURCE, 2 + row, *sum, Kind::Row(row));
        }
        for (sum, column) in column_sums.iter().zip(0..) {
            net.add(2 + rows.len() + column, SINK, *sum, Kind::Column(column));
        }
        // The whole flows back from the last node to the first: then all that flows goes round, and one rule serves for
        // cells and sums.
        net.add(SINK, SOURCE, table.counts.iter().sum(), Kind::Total);
        (net.rows, net.columns) = (rows.into_keys().collect(), columns.into_keys().collect());
        net
    }

    fn add(&mut self, from: usize, to: usize, value: u64, kind: Kind) {
        let edge = self.edges.len();
        self.edges.push(Edge { from, to, value, is_hidden: false, kind });
        for node in [from, to] {
            if self.at.len() <= node {
                self.at.resize_with(node + 1, Vec::new);
            }
            if let Some(edges) = self.at.get_mut(node) {
                edges.push(edge);
            }
        }
    }

    /// Hides what is small, and others until every hidden count could lie in a range wide enough.
    pub fn hide(&mut self, rule: Rule) {
        for edge in &mut self.edges {
            edge.is_hidden = rule.hides(edge.value);
        }
        if rule.complement {
            self.complete(rule);
        }
    }

    fn complete(&mut self, rule: Rule) {
        let mut open: Vec<usize> = (0..self.edges.len()).collect();
        open.retain(|edge| self.edges.get(*edge).is_some_and(|it| it.is_hidden));
        // The smallest count first: what is hidden for its sake often protects the larger ones too, and not the other way
        // round.
        open.sort_by_key(|edge| self.edges.get(*edge).map(|it| it.value));
        let mut open = VecDeque::from(open);
        let mut walk = Walk::new(self);
        // What is hidden later only widens the ranges: each has to be looked at once.
        while let Some(edge) = open.pop_front() {
            if self.is_wide(edge, rule.under, &mut walk) {
                continue;
            }
            for other in self.cheapest(edge, rule.under) {
                if let Some(it) = self.edges.get_mut(other).filter(|it| !it.is_hidden) {
                    it.is_hidden = true;
                    open.push_back(other);
                }
            }
        }
    }

    /// Whether a hidden count could lie anywhere in a range so wide.
    fn is_wide(&self, edge: usize, width: u64, walk: &mut Walk) -> bool {
        let Some(it) = self.edges.get(edge) else { return true };
        let up = walk.flow(self, edge, it.to, it.from, width);
        // A hidden count is at least 1, because a 0 is shown: it can fall to 1 and not further.
        let fall = it.value.saturating_sub(1).min(width - up.min(width));
        up + walk.flow(self, edge, it.from, it.to, fall) >= width
    }

    /// The counts to hide so that one can grow by so much: the path back that hides least. There always is one: over
    /// the sums, which may grow.
    fn cheapest(&self, edge: usize, width: u64) -> Vec<usize> {
        let Some(it) = self.edges.get(edge) else { return Vec::new() };
        let (start, goal) = (it.to, it.from);
        let mut best: Vec<Option<(u64, usize)>> = vec![None; self.at.len()];
        let mut heap = BinaryHeap::from([Reverse((0_u64, start, usize::MAX))]);
        while let Some(Reverse((cost, node, via))) = heap.pop() {
            match best.get_mut(node) {
                Some(best @ None) => *best = Some((cost, via)),
                _ => continue,
            }
            if node == goal {
                break;
            }
            for other in self.at.get(node).into_iter().flatten().copied().filter(|other| *other != edge) {
                let Some(step) = self.edges.get(other) else { continue };
                let is_forward = step.from == node;
                // Backwards the count has to shrink by the width and stay above 0; forwards it can grow without end.
                if is_forward || step.value > width {
                    // Hiding costs as much as the count tells. What is hidden already costs nothing more.
                    let price = if step.is_hidden { 0 } else { step.value };
                    let next = if is_forward { step.to } else { step.from };
                    heap.push(Reverse((cost.saturating_add(price), next, other)));
                }
            }
        }
        let (mut path, mut node) = (Vec::new(), goal);
        while node != start {
            let Some(Some((_, via))) = best.get(node) else { break };
            let Some(step) = self.edges.get(*via) else { break };
            path.push(*via);
            node = if step.to == node { step.from } else { step.to };
        }
        path
    }

    /// The cells of every count that is shown, and those of every count that is told to be hidden: at least 1.
    pub fn told(&self) -> (Vec<Vec<u32>>, Vec<Vec<u32>>) {
        let is_row_told = self.rows_told();
        let mut by_row = vec![Vec::new(); self.rows.len()];
        let mut by_column = vec![Vec::new(); self.columns.len()];
        if !self.rows.is_empty() {
            for ((row, column), cell) in self.places.iter().zip(0_u32..) {
                by_row.get_mut(*row).into_iter().for_each(|cells| cells.push(cell));
                by_column.get_mut(*column).into_iter().for_each(|cells: &mut Vec<u32>| cells.push(cell));
            }
        }
        let count = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        let (mut shown, mut hidden) = (Vec::new(), Vec::new());
        for edge in &self.edges {
            let cells = match edge.kind {
                Kind::Cell(cell) if !self.is_told(cell, &is_row_told) => continue,
                Kind::Cell(cell) => vec![u32::try_from(cell).unwrap_or(u32::MAX)],
                Kind::Row(row) => by_row.get(row).cloned().unwrap_or_default(),
                Kind::Column(column) => by_column.get(column).cloned().unwrap_or_default(),
                Kind::Total => (0..count).collect(),
            };
            if edge.is_hidden { hidden.push(cells) } else { shown.push(cells) }
        }
        (shown, hidden)
    }

    /// Rows of which anything is shown.
    fn rows_told(&self) -> Vec<bool> {
        let mut is_told = vec![false; self.rows.len()];
        for edge in self.edges.iter().filter(|edge| !edge.is_hidden) {
            let row = match edge.kind {
                Kind::Cell(cell) => self.places.get(cell).map(|place| place.0),
                Kind::Row(row) => Some(row),
                _ => None,
            };
            if let Some(is_told) = row.and_then(|row| is_told.get_mut(row)) {
                *is_told = true;
            }
        }
        is_told
    }

    fn is_told(&self, cell: usize, is_row_told: &[bool]) -> bool {
        self.rows.is_empty() || self.places.get(cell).and_then(|place| is_row_told.get(place.0)).is_none_or(|it| *it)
    }

    /// Hides one count, by its place among all.
    pub fn hide_one(&mut self, place: usize) {
        if let Some(edge) = self.edges.get_mut(place) {
            edge.is_hidden = true;
        }
    }

    /// The value of a count, by its place among all.
    pub fn value(&self, place: usize) -> u64 {
        self.edges.get(place).map_or(0, |edge| edge.value)
    }

    /// Places of the counts that are shown, in the order of [`Net::told`].
    pub fn shown_places(&self) -> Vec<usize> {
        (0..self.edges.len()).filter(|edge| self.edges.get(*edge).is_some_and(|it| !it.is_hidden)).collect()
    }

    /// Shows exactly the counts at these places.
    pub fn show_only(&mut self, places: &[usize]) {
        self.edges.iter_mut().for_each(|edge| edge.is_hidden = true);
        for place in places {
            if let Some(edge) = self.edges.get_mut(*place) {
                edge.is_hidden = false;
            }
        }
    }

    /// What is shown.
    pub fn answer(&self, table: &Table) -> Answer {
        let mut answer = Answer::default();
        let width = table.cells.first().map_or(1, Vec::len);
        let is_row_told = self.rows_told();
        for edge in &self.edges {
            let count = (!edge.is_hidden).then_some(edge.value);
            match edge.kind {
                Kind::Cell(cell) if !self.is_told(cell, &is_row_told) => {}
                Kind::Cell(cell) => {
                    let values = table.cells.get(cell).into_iter().flatten().cloned().map(Some).collect();
                    answer.cells.push(Count { values, count });
                }
                Kind::Row(row) => {
                    let mut values = vec![None; width];
                    values.first_mut().into_iter().for_each(|first| *first = self.rows.get(row).cloned());
                    answer.rows.push(Count { values, count });
                }
                Kind::Column(column) => {
                    let rest = self.columns.get(column).into_iter().flatten().cloned().map(Some);
                    answer.columns.push(Count { values: std::iter::once(None).chain(rest).collect(), count });
                }
                Kind::Total => answer.total = count,
            }
        }
        answer
    }
}

/// Finds how much more can flow from one node to another through hidden counts.
struct Walk {
    /// Change of the flow through each edge, and which are changed.
    change: Vec<i64>,
    changed: Vec<usize>,
    /// The round in which a node was reached last, and over which edge.
    reached: Vec<(u64, usize)>,
    round: u64,
    queue: VecDeque<usize>,
}

impl Walk {
    fn new(net: &Net) -> Walk {
        Walk {
            change: vec![0; net.edges.len()],
            changed: Vec::new(),
            reached: vec![(0, usize::MAX); net.at.len()],
            round: 0,
            queue: VecDeque::new(),
        }
    }

    /// The flow from `start` to `goal` without one edge, up to a limit.
    fn flow(&mut self, net: &Net, without: usize, start: usize, goal: usize, limit: u64) -> u64 {
        let mut flow = 0;
        while flow < limit && self.find(net, without, start, goal) {
            let mut path = Vec::new();
            let (mut node, mut most) = (goal, limit - flow);
            while node != start {
                let Some((_, via)) = self.reached.get(node).copied() else { return flow };
                let Some(step) = net.edges.get(via) else { return flow };
                let is_forward = step.to == node;
                most = most.min(self.room(step, via, is_forward));
                path.push((via, is_forward));
                node = if is_forward { step.from } else { step.to };
            }
            for (via, is_forward) in path {
                if let Some(change) = self.change.get_mut(via) {
                    let by = i64::try_from(most).unwrap_or(i64::MAX);
                    *change += if is_forward { by } else { -by };
                    self.changed.push(via);
                }
            }
            flow += most;
        }
        for edge in self.changed.drain(..) {
            if let Some(change) = self.change.get_mut(edge) {
                *change = 0;
            }
        }
        flow
    }

    /// How much further a hidden count can grow, or shrink.
    fn room(&self, edge: &Edge, place: usize, is_forward: bool) -> u64 {
        let change = self.change.get(place).copied().unwrap_or(0);
        if is_forward {
            return u64::MAX >> 2;
        }
        let least = i64::try_from(edge.value).unwrap_or(i64::MAX).saturating_sub(1);
        u64::try_from(least.saturating_add(change)).unwrap_or(0)
    }

    fn find(&mut self, net: &Net, without: usize, start: usize, goal: usize) -> bool {
        self.round += 1;
        self.queue.clear();
        self.queue.push_back(start);
        self.reach(start, usize::MAX);
        while let Some(node) = self.queue.pop_front() {
            for via in net.at.get(node).into_iter().flatten().copied() {
                let Some(step) = net.edges.get(via).filter(|it| it.is_hidden && via != without) else { continue };
                let is_forward = step.from == node;
                let next = if is_forward { step.to } else { step.from };
                if self.room(step, via, is_forward) > 0 && self.reach(next, via) {
                    if next == goal {
                        return true;
                    }
                    self.queue.push_back(next);
                }
            }
        }
        false
    }

    /// `false` if the node was reached in this round already.
    fn reach(&mut self, node: usize, via: usize) -> bool {
        match self.reached.get_mut(node) {
            Some(reached) if reached.0 != self.round => {
                *reached = (self.round, via);
                true
            }
            _ => false,
        }
    }
}
