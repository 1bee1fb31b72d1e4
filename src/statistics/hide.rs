//! Which counts of one table are shown.
//!
//! A table is shown with its sums: those of the first thing it is counted by (rows), those of all others together (columns),
//! and the whole. Sums and cells are a network in which as much flows into each node as out of it: the whole into the rows,
//! rows into cells, cells into columns, columns into the whole. What a reader can work out of a hidden count is how far the
//! flow through it can be changed without changing what is shown: a path back through hidden counts, which may grow
//! without end and shrink to 1, because a 0 is shown. So the bounds are exact.
//!
//! Two readers are thought of. One knows nothing but what is shown: for him every hidden count has to lie in a range as
//! wide as the threshold. The other also knows which hidden counts are small: he may not come closer than half of it.

use super::known::Known;
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
    /// Cells in the order of their values; what is not among them is 0, but in a row of which no cell is shown: of such a
    /// row none is told.
    pub cells: Vec<Count>,
    /// Sums of the first thing it is counted by, if it is counted by several.
    pub rows: Vec<Count>,
    /// Sums of all the others, if it is counted by several.
    pub columns: Vec<Count>,
    /// The whole.
    pub total: Option<u64>,
    /// Whether some cells are not listed because even that there is somebody would tell too much: then what is not among
    /// the cells need not be 0.
    pub is_partial: bool,
}

/// Decides what is shown of a table by itself.
pub fn hide(table: &Table, rule: Rule) -> Answer {
    let mut net = Net::new(table);
    net.hide_alone(rule);
    net.answer(table)
}

/// A count as an edge of the network.
#[expect(clippy::struct_excessive_bools, reason = "what is told of a count and why, each by itself")]
struct Edge {
    from: usize,
    to: usize,
    value: u64,
    is_hidden: bool,
    /// What earlier answers say of the same encounters: it is shown already, or hidden.
    is_known: bool,
    is_barred: bool,
    /// Whether it is not even listed.
    is_untold: bool,
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
    /// Whether some hidden count lies in too narrow a range, and nothing more can be hidden for it.
    is_open: bool,
}

/// Hides the sum over all only where nothing else serves: it is what all tables of the same encounters have in common.
const DEAR: u64 = u64::MAX >> 8;

const SOURCE: usize = 0;
const SINK: usize = 1;

impl Net {
    pub fn new(table: &Table) -> Net {
        let is_flat = table.cells.iter().all(|cell| cell.len() < 2);
        let mut net = Net {
            edges: Vec::new(),
            at: Vec::new(),
            rows: Vec::new(),
            columns: Vec::new(),
            places: Vec::new(),
            is_open: false,
        };
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
        let (is_hidden, is_known, is_barred, is_untold) = (false, false, false, false);
        self.edges.push(Edge { from, to, value, is_hidden, is_known, is_barred, is_untold, kind });
        for node in [from, to] {
            if self.at.len() <= node {
                self.at.resize_with(node + 1, Vec::new);
            }
            if let Some(edges) = self.at.get_mut(node) {
                edges.push(edge);
            }
        }
    }

    /// Takes in what earlier answers say of exactly the encounters of a count. Returns whether every count that the linked
    /// ones show or list as hidden is one of these.
    pub fn learn(&mut self, table: &Table, known: &Known, linked: &Known) -> bool {
        let marks = self.marks(&table.marks());
        for (edge, mark) in self.edges.iter_mut().zip(&marks) {
            edge.is_known = known.shown.contains(mark);
            edge.is_barred = !edge.is_known && known.hidden.contains(mark);
        }
        let marks = marks.into_iter().collect();
        linked.shown.is_subset(&marks) && linked.hidden.is_subset(&marks)
    }

    /// A number for the encounters of each count.
    fn marks(&self, cells: &[u64]) -> Vec<u64> {
        let mut rows = vec![0_u64; self.rows.len()];
        let mut columns = vec![0_u64; self.columns.len()];
        let add = |sum: Option<&mut u64>, mark: u64| sum.into_iter().for_each(|sum| *sum = sum.wrapping_add(mark));
        for ((row, column), mark) in self.places.iter().zip(cells) {
            add(rows.get_mut(*row), *mark);
            add(columns.get_mut(*column), *mark);
        }
        let all = cells.iter().fold(0_u64, |sum, mark| sum.wrapping_add(*mark));
        let mark = |edge: &Edge| match edge.kind {
            Kind::Cell(cell) => cells.get(cell).copied(),
            Kind::Row(row) => rows.get(row).copied(),
            Kind::Column(column) => columns.get(column).copied(),
            Kind::Total => Some(all),
        };
        self.edges.iter().map(|edge| mark(edge).unwrap_or(0)).collect()
    }

    /// Decides what is shown of a table that no earlier answer has to do with: nothing if that is not enough.
    pub fn hide_alone(&mut self, rule: Rule) {
        self.hide(rule);
        if self.is_open {
            self.hide_news();
        }
    }

    /// Hides what is small, and others until every hidden count could lie in a range wide enough.
    pub fn hide(&mut self, rule: Rule) {
        for edge in &mut self.edges {
            edge.is_hidden = !edge.is_known && (edge.is_barred || rule.hides(edge.value));
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
        let mut walk = Walk::new(self, rule);
        // What is hidden later only widens the ranges: each has to be looked at once.
        while let Some(edge) = open.pop_front() {
            for reader in [Reader::Plain, Reader::Informed] {
                if self.is_wide(edge, reader, &mut walk) {
                    continue;
                }
                let Some(path) = self.cheapest(edge, reader, rule) else {
                    self.is_open = true;
                    continue;
                };
                for other in path {
                    if let Some(it) = self.edges.get_mut(other).filter(|it| !it.is_hidden) {
                        it.is_hidden = true;
                        open.push_back(other);
                    }
                }
            }
        }
    }

    /// Whether a hidden count could lie anywhere in a range wide enough.
    fn is_wide(&self, edge: usize, reader: Reader, walk: &mut Walk) -> bool {
        let Some(it) = self.edges.get(edge) else { return true };
        let rule = walk.rule;
        let (width, most) = match reader {
            Reader::Plain => (rule.under, rule.under),
            Reader::Informed if rule.hides(it.value) => (rule.half(), rule.under - 1 - it.value),
            Reader::Informed => return true,
        };
        walk.reader = reader;
        let up = walk.flow(self, edge, it.to, it.from, most.min(width));
        // A hidden count that is listed is at least 1, because a 0 is shown: it can fall to 1 and not further.
        let fall = it.value.saturating_sub(walk.least(edge)).min(width - up.min(width));
        up + walk.flow(self, edge, it.from, it.to, fall) >= width
    }

    /// The counts to hide so that one can grow by so much: the path back that hides least. If nothing is known of earlier
    /// answers there always is one: over the sums, which may grow.
    fn cheapest(&self, edge: usize, reader: Reader, rule: Rule) -> Option<Vec<usize>> {
        let it = self.edges.get(edge)?;
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
                let is_small = rule.hides(step.value) && reader == Reader::Informed;
                // Backwards the count has to shrink by the width and stay above 0; forwards it can grow without end,
                // unless it is known to be small.
                if !step.is_known && !is_small && (is_forward || step.value > rule.under) {
                    // Hiding costs as much as the count tells. What is hidden already costs nothing more.
                    let price = match step.kind {
                        _ if step.is_hidden => 0,
                        Kind::Total => DEAR,
                        _ => step.value,
                    };
                    let next = if is_forward { step.to } else { step.from };
                    heap.push(Reverse((cost.saturating_add(price), next, other)));
                }
            }
        }
        let (mut path, mut node) = (Vec::new(), goal);
        while node != start {
            let (_, via) = (*best.get(node)?)?;
            let step = self.edges.get(via)?;
            path.push(via);
            node = if step.to == node { step.from } else { step.to };
        }
        Some(path)
    }

    /// Whether some hidden count lies in too narrow a range after [`Net::hide`].
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Whether a count is shown that no earlier answer shows, by its place among all.
    pub fn is_news(&self, place: usize) -> bool {
        self.edges.get(place).is_some_and(|edge| !edge.is_hidden && !edge.is_known)
    }

    /// Places of the counts shown that no earlier answer shows.
    pub fn news(&self) -> Vec<usize> {
        (0..self.edges.len()).filter(|place| self.is_news(*place)).collect()
    }

    /// Whether it says anything that no earlier answer says: shows a count, or lists one as hidden.
    pub fn says_news(&self) -> bool {
        let is_row_told = self.rows_told();
        let is_told = |edge: &Edge| {
            let is_unlisted = matches!(edge.kind, Kind::Cell(cell) if !self.is_told(cell, &is_row_told));
            !edge.is_untold && !is_unlisted
        };
        let is_news = |edge: &Edge| if edge.is_hidden { !edge.is_barred && is_told(edge) } else { !edge.is_known };
        self.edges.iter().any(is_news)
    }

    /// Hides all that no earlier answer shows; and all, if counts would be listed as hidden by that.
    pub fn hide_news(&mut self) {
        let is_said = |edge: &Edge| edge.is_known || edge.is_barred || matches!(edge.kind, Kind::Cell(_));
        let keeps = !self.rows.is_empty() && self.edges.iter().all(is_said);
        for edge in &mut self.edges {
            edge.is_hidden = !keeps || !edge.is_known || matches!(edge.kind, Kind::Cell(_));
        }
    }

    /// Whether the whole is shown.
    pub fn shows_total(&self) -> bool {
        self.edges.iter().any(|edge| edge.kind == Kind::Total && !edge.is_hidden)
    }

    /// Whether a count is the whole, by its place among all.
    pub fn is_total(&self, place: usize) -> bool {
        self.edges.get(place).is_some_and(|edge| edge.kind == Kind::Total)
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
                Kind::Cell(cell) if edge.is_untold || !self.is_told(cell, &is_row_told) => continue,
                Kind::Cell(cell) => vec![u32::try_from(cell).unwrap_or(u32::MAX)],
                Kind::Row(row) => by_row.get(row).cloned().unwrap_or_default(),
                Kind::Column(column) => by_column.get(column).cloned().unwrap_or_default(),
                Kind::Total => (0..count).collect(),
            };
            if edge.is_hidden { hidden.push(cells) } else { shown.push(cells) }
        }
        (shown, hidden)
    }

    /// Rows of which a cell is shown.
    fn rows_told(&self) -> Vec<bool> {
        let mut is_told = vec![false; self.rows.len()];
        for edge in self.edges.iter().filter(|edge| !edge.is_hidden) {
            let Kind::Cell(cell) = edge.kind else { continue };
            if let Some(is_told) = self.places.get(cell).and_then(|place| is_told.get_mut(place.0)) {
                *is_told = true;
            }
        }
        is_told
    }

    fn is_told(&self, cell: usize, is_row_told: &[bool]) -> bool {
        self.rows.is_empty() || self.places.get(cell).and_then(|place| is_row_told.get(place.0)).is_none_or(|it| *it)
    }

    /// Hides one count, by its place among all; one that is hidden is not even listed.
    pub fn hide_further(&mut self, place: usize) {
        if let Some(edge) = self.edges.get_mut(place) {
            edge.is_untold = edge.is_hidden;
            edge.is_hidden = true;
        }
    }

    /// Does not even list one count that is hidden, by its place among all.
    pub fn unlist(&mut self, place: usize) {
        if let Some(edge) = self.edges.get_mut(place) {
            edge.is_untold = edge.is_hidden;
        }
    }

    /// Places of the counts that are not even listed.
    pub fn unlisted(&self) -> Vec<usize> {
        (0..self.edges.len()).filter(|place| self.edges.get(*place).is_some_and(|edge| edge.is_untold)).collect()
    }

    /// Cells that are listed as hidden, with their places among all.
    pub fn hidden_cells(&self) -> Vec<(u32, usize)> {
        let is_row_told = self.rows_told();
        let cell = |place: usize| {
            let edge = self.edges.get(place)?;
            let Kind::Cell(cell) = edge.kind else { return None };
            let is_listed = edge.is_hidden && !edge.is_untold && self.is_told(cell, &is_row_told);
            Some((u32::try_from(cell).ok()?, place)).filter(|_| is_listed)
        };
        (0..self.edges.len()).filter_map(cell).collect()
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
                Kind::Cell(_) if edge.is_untold => answer.is_partial = true,
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

/// What somebody knows beside what is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// Nothing.
    Plain,
    /// Which of the hidden counts are small.
    Informed,
}

/// Finds how much more can flow from one node to another through hidden counts.
struct Walk {
    rule: Rule,
    reader: Reader,
    /// The least that each count can be. Rows of which no cell is shown are not listed; that stays so.
    least: Vec<u64>,
    /// Change of the flow through each edge, and which are changed.
    change: Vec<i64>,
    changed: Vec<usize>,
    /// The round in which a node was reached last, and over which edge.
    reached: Vec<(u64, usize)>,
    round: u64,
    queue: VecDeque<usize>,
}

impl Walk {
    fn new(net: &Net, rule: Rule) -> Walk {
        let is_row_told = net.rows_told();
        let is_untold = |kind: Kind| matches!(kind, Kind::Cell(cell) if !net.is_told(cell, &is_row_told));
        Walk {
            rule,
            reader: Reader::Plain,
            least: net.edges.iter().map(|edge| u64::from(!is_untold(edge.kind))).collect(),
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

    /// The least that a count can be.
    fn least(&self, edge: usize) -> u64 {
        self.least.get(edge).copied().unwrap_or(1)
    }

    /// How much further a hidden count can grow, or shrink.
    fn room(&self, edge: &Edge, place: usize, is_forward: bool) -> u64 {
        let change = self.change.get(place).copied().unwrap_or(0);
        if is_forward && self.reader == Reader::Informed && self.rule.hides(edge.value) {
            let most = i64::try_from(self.rule.under).unwrap_or(i64::MAX).saturating_sub(1);
            let value = i64::try_from(edge.value).unwrap_or(i64::MAX);
            return u64::try_from(most.saturating_sub(value.saturating_add(change))).unwrap_or(0);
        }
        if is_forward {
            return u64::MAX >> 2;
        }
        let room = i64::try_from(edge.value.saturating_sub(self.least(place))).unwrap_or(i64::MAX);
        u64::try_from(room.saturating_add(change)).unwrap_or(0)
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
