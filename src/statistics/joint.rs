//! What several answers about some of the same encounters say together.
//!
//! Encounters that stand in the same cell of every answer are one *part*. Those that are counted by the same answers are one
//! *region*: the files of two months have one each, a file and half of it have two. Answers that say nothing of each other
//! but how many encounters there are (types and weekdays of the same month) are in different *circles*: whoever changes
//! place in one circle inside a region can stay where it is in all others. So what holds in each circle with the sizes of
//! all regions known, holds for all circles together. A circle is looked at with the simplex method: every count that is
//! shown is an equation over its parts, and every count that is told to be hidden is 1 or more.

use super::rule::Rule;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Stands for the cell of an encounter that an answer does not count.
pub(super) const ELSEWHERE: u32 = u32::MAX;
/// Pairs of cells at most that are looked at to find out whether two answers say something of each other.
const MOST_PAIRS: usize = 1 << 22;

/// One answer: whom it counts, and which sums of its cells are shown or told to be hidden.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    /// What is counted by.
    pub by: &'a [String],
    /// For each of these the number of each cell's value.
    pub values: &'a [Vec<u32>],
    /// Encounters and their cells.
    pub members: &'a [(u64, u32)],
    /// Cells of each count shown.
    pub shown: &'a [Vec<u32>],
    /// Cells of each count told to be hidden.
    pub hidden: &'a [Vec<u32>],
}

impl Told<'_> {
    /// How many cells there are.
    pub fn cells(&self) -> usize {
        self.members.iter().map(|it| it.1 as usize + 1).max().unwrap_or(0)
    }

    /// Whether a count is the whole.
    pub fn is_total(cells: &[u32], of: usize) -> bool {
        cells.len() == of
    }
}

/// Encounters of several answers.
pub(super) struct World {
    /// The cell in each answer, and how many encounters are so.
    pub parts: Vec<(Vec<u32>, u64)>,
    /// The region of each part.
    pub region: Vec<usize>,
    /// Which answers count the encounters of a region, and how many these are.
    pub regions: Vec<(Vec<bool>, u64)>,
    /// Answers that say something of each other.
    pub circles: Vec<Vec<usize>>,
}

impl World {
    /// Finds parts, regions and circles.
    pub fn new(told: &[Told<'_>]) -> World {
        let all = told.iter().zip(0_usize..);
        let mut marks: Vec<(u64, usize, u32)> =
            all.flat_map(|(it, answer)| it.members.iter().map(move |(mark, cell)| (*mark, answer, *cell))).collect();
        marks.sort_unstable();
        let mut parts: BTreeMap<Vec<u32>, u64> = BTreeMap::new();
        for same in marks.chunk_by(|one, other| one.0 == other.0) {
            let mut cells = vec![ELSEWHERE; told.len()];
            for (_, answer, cell) in same {
                if let Some(place) = cells.get_mut(*answer) {
                    *place = *cell;
                }
            }
            *parts.entry(cells).or_insert(0) += 1;
        }
        let mut regions: BTreeMap<Vec<bool>, (usize, u64)> = BTreeMap::new();
        for (cells, count) in &parts {
            let by: Vec<bool> = cells.iter().map(|cell| *cell != ELSEWHERE).collect();
            regions.entry(by).or_insert((0, 0)).1 += count;
        }
        regions.values_mut().zip(0..).for_each(|(region, number)| region.0 = number);
        let region_of = |cells: &Vec<u32>| {
            let by: Vec<bool> = cells.iter().map(|cell| *cell != ELSEWHERE).collect();
            regions.get(&by).map_or(0, |region| region.0)
        };
        let region = parts.keys().map(region_of).collect();
        let regions = regions.iter().map(|(by, region)| (by.clone(), region.1)).collect();
        let mut world = World { parts: parts.into_iter().collect(), region, regions, circles: Vec::new() };
        world.circles = world.find_circles(told);
        world
    }

    /// Whether all answers count the same encounters.
    pub fn is_one(&self) -> bool {
        self.regions.len() < 2
    }

    fn find_circles(&self, told: &[Told<'_>]) -> Vec<Vec<usize>> {
        let mut circle: Vec<usize> = (0..told.len()).collect();
        for one in 0..told.len() {
            for other in one + 1..told.len() {
                let (Some(left), Some(right)) = (circle.get(one).copied(), circle.get(other).copied()) else {
                    continue;
                };
                if left != right && self.are_linked(told, one, other) {
                    circle.iter_mut().filter(|it| **it == right).for_each(|it| *it = left);
                }
            }
        }
        let mut circles: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        circle.iter().zip(0..).for_each(|(circle, answer)| circles.entry(*circle).or_default().push(answer));
        circles.into_values().collect()
    }

    /// Whether two answers say something of each other, beside that there are so many encounters: they count by the same
    /// thing, or by things that do.
    fn are_linked(&self, told: &[Told<'_>], one: usize, other: usize) -> bool {
        let (Some(first), Some(second)) = (told.get(one), told.get(other)) else { return false };
        let is_common = |cells: &[u32]| [one, other].iter().all(|it| cells.get(*it).is_some_and(|it| *it != ELSEWHERE));
        if !self.parts.iter().any(|(cells, _)| is_common(cells)) {
            return false;
        }
        let is_same = first.by.iter().any(|by| second.by.contains(by));
        let axes = |told: &Told<'_>| {
            if told.values.is_empty() { vec![None] } else { (0..told.values.len()).map(Some).collect() }
        };
        is_same
            || axes(first).into_iter().any(|left| {
                axes(second).into_iter().any(|right| self.goes_with((first, one, left), (second, other, right)))
            })
    }

    /// Whether one value follows from another, or far fewer pairs of values occur than chance would make.
    fn goes_with(&self, one: (&Told<'_>, usize, Option<usize>), other: (&Told<'_>, usize, Option<usize>)) -> bool {
        let value = |cells: &[u32], (told, answer, axis): (&Told<'_>, usize, Option<usize>)| {
            let cell = cells.get(answer).copied().filter(|it| *it != ELSEWHERE)?;
            let Some(axis) = axis else { return Some(cell) };
            told.values.get(axis)?.get(cell as usize).copied()
        };
        let mut pairs: BTreeMap<(u32, u32), u64> = BTreeMap::new();
        for (cells, count) in &self.parts {
            if let (Some(left), Some(right)) = (value(cells, one), value(cells, other)) {
                *pairs.entry((left, right)).or_insert(0) += count;
            }
        }
        let (mut lefts, mut rights) = (BTreeMap::new(), BTreeMap::new());
        for ((left, right), count) in &pairs {
            *lefts.entry(*left).or_insert(0_u64) += count;
            *rights.entry(*right).or_insert(0_u64) += count;
        }
        if lefts.len() < 2 || rights.len() < 2 {
            return false;
        }
        if pairs.len() == lefts.len() || pairs.len() == rights.len() || lefts.len() * rights.len() > MOST_PAIRS {
            return true;
        }
        #[expect(clippy::cast_precision_loss, reason = "counts of encounters")]
        let number = |count: u64| count as f64;
        let all = number(lefts.values().sum());
        let chance = |left: u64, right: u64| 1.0 - (-number(left) * number(right) / all).exp();
        let likely: f64 = lefts.values().flat_map(|left| rights.values().map(move |right| chance(*left, *right))).sum();
        number(pairs.len() as u64) < 0.6 * likely
    }
}

/// How sizes of regions could be otherwise: one grows, and another shrinks for it if the sum of both is known.
#[derive(Debug, Clone)]
pub(super) struct Shift {
    /// The region that grows.
    pub grows: usize,
    /// The region that shrinks for it.
    pub shrinks: Option<usize>,
    /// Whether the region is so small that nobody may know its size.
    pub is_needed: bool,
}

impl World {
    /// How the sizes of regions could be otherwise, as far as the wholes leave that open.
    ///
    /// # Errors
    /// With a small region of which the wholes leave nothing open.
    pub fn shifts(&self, told: &[Told<'_>], rule: Rule) -> Result<Vec<Shift>, usize> {
        let is_told: Vec<bool> = told
            .iter()
            .map(|it| {
                let cells = it.cells();
                it.shown.iter().any(|sum| Told::is_total(sum, cells))
            })
            .collect();
        let sign =
            |by: &[bool]| -> Vec<bool> { by.iter().zip(&is_told).map(|(by, is_told)| *by && *is_told).collect() };
        let mut shifts = Vec::new();
        for (grows, (by, count)) in self.regions.iter().enumerate() {
            let (mine, is_needed) = (sign(by), rule.hides(*count));
            if !mine.contains(&true) {
                shifts.push(Shift { grows, shrinks: None, is_needed });
            } else if is_needed {
                let others = self
                    .regions
                    .iter()
                    .enumerate()
                    .filter(|(other, (by, count))| *other != grows && *count >= rule.under * 2 && sign(by) == mine);
                let shrinks = others.max_by_key(|(_, (_, count))| *count).map(|it| it.0).ok_or(grows)?;
                shifts.push(Shift { grows, shrinks: Some(shrinks), is_needed });
            }
        }
        Ok(shifts)
    }

    /// Parts of one circle.
    pub fn circle(&self, answers: &[usize]) -> Circle {
        let mut parts: BTreeMap<(usize, Vec<u32>), u64> = BTreeMap::new();
        for ((cells, count), region) in self.parts.iter().zip(&self.region) {
            let cells = answers.iter().filter_map(|answer| cells.get(*answer).copied()).collect();
            *parts.entry((*region, cells)).or_insert(0) += count;
        }
        let mut in_cell = vec![BTreeMap::<u32, Vec<usize>>::new(); answers.len()];
        for ((_, cells), part) in parts.keys().zip(0..) {
            for (cell, known) in cells.iter().zip(&mut in_cell) {
                if *cell != ELSEWHERE {
                    known.entry(*cell).or_default().push(part);
                }
            }
        }
        let (regions, counts) = parts.into_iter().map(|((region, _), count)| (region, count)).unzip();
        Circle { answers: answers.to_vec(), regions, counts, in_cell }
    }
}

/// Parts of answers that say something of each other.
pub(super) struct Circle {
    /// The answers.
    pub answers: Vec<usize>,
    /// Region of each part.
    pub regions: Vec<usize>,
    /// Encounters in each part.
    pub counts: Vec<u64>,
    /// The parts in each cell of each answer.
    in_cell: Vec<BTreeMap<u32, Vec<usize>>>,
}

impl Circle {
    /// The parts in some cells of an answer, by its place in the circle.
    pub fn of(&self, answer: usize, cells: &[u32]) -> Vec<usize> {
        let Some(known) = self.in_cell.get(answer) else { return Vec::new() };
        cells.iter().filter_map(|cell| known.get(cell)).flatten().copied().collect()
    }

    /// How many encounters some parts have.
    pub fn sum(&self, parts: &[usize]) -> u64 {
        parts.iter().filter_map(|part| self.counts.get(*part)).sum()
    }

    /// All counts that are shown, and all that are told to be hidden, as parts.
    pub fn sums(&self, told: &[Told<'_>]) -> (BTreeSet<Vec<usize>>, BTreeSet<Vec<usize>>) {
        let (mut shown, mut hidden) = (BTreeSet::new(), BTreeSet::new());
        for (answer, place) in self.answers.iter().zip(0..) {
            let Some(told) = told.get(*answer) else { continue };
            let sorted = |cells: &Vec<u32>| {
                let mut parts = self.of(place, cells);
                parts.sort_unstable();
                parts
            };
            shown.extend(told.shown.iter().map(sorted));
            hidden.extend(told.hidden.iter().map(sorted));
        }
        (shown, hidden)
    }
}
