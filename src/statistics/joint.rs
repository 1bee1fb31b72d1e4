//! What several answers about the same encounters say together.
//!
//! Encounters that stand in the same cell of every answer are one *part*. Every count that is shown is an equation over
//! parts, every count that is told to be hidden says that some parts are 1 together. A part with few encounters is safe if
//! these leave it a range that is wide enough.

use super::bounds::System;
use super::rule::Rule;
use std::collections::BTreeMap;

/// Parts that one question may depend on; of more nothing is proved, and what touches them is hidden.
const MOST_PARTS: usize = 500;
/// Equations between them.
const MOST_EQUATIONS: usize = 300;
/// Stands for the cell of an encounter that an answer does not count.
const ELSEWHERE: u32 = u32::MAX;

/// One answer: which sums of its cells are shown or told to be hidden.
pub(super) struct Told<'a> {
    /// Cells of each count shown.
    pub shown: &'a [Vec<u32>],
    /// Cells of each count told to be hidden.
    pub hidden: &'a [Vec<u32>],
}

/// Parts of several answers.
pub(super) struct Parts {
    /// Encounters in each part.
    counts: Vec<u64>,
    /// The parts in each cell of each answer.
    in_cell: Vec<BTreeMap<u32, Vec<usize>>>,
}

impl Parts {
    /// Finds the parts.
    pub fn new(members: &[&[(u64, u32)]]) -> Parts {
        let all = members.iter().zip(0_usize..);
        let mut marks: Vec<(u64, usize, u32)> =
            all.flat_map(|(members, answer)| members.iter().map(move |(mark, cell)| (*mark, answer, *cell))).collect();
        marks.sort_unstable();
        let mut counts: BTreeMap<Vec<u32>, u64> = BTreeMap::new();
        for same in marks.chunk_by(|one, other| one.0 == other.0) {
            let mut cells = vec![ELSEWHERE; members.len()];
            for (_, answer, cell) in same {
                if let Some(place) = cells.get_mut(*answer) {
                    *place = *cell;
                }
            }
            *counts.entry(cells).or_insert(0) += 1;
        }
        let mut in_cell = vec![BTreeMap::<u32, Vec<usize>>::new(); members.len()];
        for (cells, part) in counts.keys().zip(0..) {
            for (cell, known) in cells.iter().zip(&mut in_cell) {
                if *cell != ELSEWHERE {
                    known.entry(*cell).or_default().push(part);
                }
            }
        }
        Parts { counts: counts.into_values().collect(), in_cell }
    }

    /// The parts in some cells of an answer.
    pub fn of(&self, answer: usize, cells: &[u32]) -> Vec<usize> {
        let Some(known) = self.in_cell.get(answer) else { return Vec::new() };
        cells.iter().filter_map(|cell| known.get(cell)).flatten().copied().collect()
    }

    /// The small parts that could be worked out, or of which that could not be excluded.
    pub fn weak(&self, told: &[Told<'_>], rule: Rule) -> Vec<usize> {
        let is_small = |part: usize| self.counts.get(part).is_some_and(|count| rule.hides(*count));
        let sum = |parts: &[usize]| parts.iter().filter_map(|part| self.counts.get(*part)).sum::<u64>();
        let (mut sums, mut least) = (Vec::new(), Vec::new());
        for (told, answer) in told.iter().zip(0..) {
            sums.extend(told.shown.iter().map(|cells| self.of(answer, cells)));
            least.extend(told.hidden.iter().map(|cells| self.of(answer, cells)));
        }
        let mut is_known = vec![false; self.counts.len()];
        while let Some(part) = sums.iter().find_map(|parts| only_unknown(parts, &is_known)) {
            if let Some(known) = is_known.get_mut(part) {
                *known = true;
            }
            sums.iter_mut().for_each(|parts| parts.retain(|it| *it != part));
        }
        let mut weak: Vec<usize> =
            (0..self.counts.len()).filter(|part| is_known.get(*part) == Some(&true) && is_small(*part)).collect();
        // That a sum is 1 or more says something only if nothing in it is known to be.
        least.retain(|parts| !parts.iter().any(|part| is_known.get(*part) == Some(&true)));
        sums.retain(|parts| !parts.is_empty());
        for group in groups(self.counts.len(), &sums, &least) {
            let small: Vec<usize> = group.parts.iter().copied().filter(|part| is_small(*part)).collect();
            if small.is_empty() {
                continue;
            }
            let is_large = group.parts.len() > MOST_PARTS || group.sums.len() + group.least.len() > MOST_EQUATIONS;
            let narrow = if is_large { None } else { narrow(&group, &small, rule, &sum) };
            weak.extend(narrow.unwrap_or(small));
        }
        weak.sort_unstable();
        weak.dedup();
        weak
    }
}

/// The parts of a group whose range is too narrow; `None` if that cannot be found out.
fn narrow(group: &Group<'_>, small: &[usize], rule: Rule, sum: &dyn Fn(&[usize]) -> u64) -> Option<Vec<usize>> {
    #[expect(clippy::cast_precision_loss, reason = "counts of encounters")]
    let number = |count: u64| count as f64;
    let place = |part: usize| group.parts.binary_search(&part).ok();
    let mut system = System { unknowns: group.parts.len() + group.least.len(), equations: Vec::new() };
    let factors = |parts: &[usize]| parts.iter().filter_map(|part| Some((place(*part)?, 1.0))).collect::<Vec<_>>();
    for parts in &group.sums {
        system.equations.push((factors(parts), number(sum(parts))));
    }
    for (parts, rest) in group.least.iter().zip(group.parts.len()..) {
        let mut factors = factors(parts);
        factors.push((rest, -1.0));
        system.equations.push((factors, 1.0));
    }
    let mut solved = system.solve()?;
    // Where the search passes, every unknown shows a value it can have: most ranges are wide before they are asked for.
    let mut ranges = vec![(f64::INFINITY, f64::NEG_INFINITY); group.parts.len()];
    let widen = |ranges: &mut Vec<(f64, f64)>, solved: &super::bounds::Solved| {
        let mut values = vec![0.0; ranges.len()];
        solved.point().for_each(|(unknown, value)| {
            if let Some(known) = values.get_mut(unknown) {
                *known = value;
            }
        });
        for (range, value) in ranges.iter_mut().zip(values) {
            *range = (range.0.min(value), range.1.max(value));
        }
    };
    widen(&mut ranges, &solved);
    let width = number(rule.under) - 1e-5;
    let mut narrow = Vec::new();
    for part in small {
        let unknown = place(*part)?;
        let is_wide = |ranges: &Vec<(f64, f64)>| ranges.get(unknown).is_some_and(|it| it.1 - it.0 >= width);
        if is_wide(&ranges) {
            continue;
        }
        let most = solved.most_of(unknown)?;
        widen(&mut ranges, &solved);
        if most.is_infinite() || is_wide(&ranges) {
            continue;
        }
        solved.least_of(unknown)?;
        widen(&mut ranges, &solved);
        if !is_wide(&ranges) {
            narrow.push(*part);
        }
    }
    Some(narrow)
}

/// The part of a sum that nothing else is unknown beside.
fn only_unknown(parts: &[usize], is_known: &[bool]) -> Option<usize> {
    match parts {
        [part] if is_known.get(*part) == Some(&false) => Some(*part),
        _ => None,
    }
}

/// Parts that say something of each other.
struct Group<'a> {
    parts: Vec<usize>,
    sums: Vec<&'a Vec<usize>>,
    least: Vec<&'a Vec<usize>>,
}

fn groups<'a>(count: usize, sums: &'a [Vec<usize>], least: &'a [Vec<usize>]) -> Vec<Group<'a>> {
    let mut above: Vec<usize> = (0..count).collect();
    for parts in sums.iter().chain(least) {
        let Some(first) = parts.first() else { continue };
        for part in parts {
            let (one, other) = (top(&mut above, *first), top(&mut above, *part));
            if let Some(it) = above.get_mut(one) {
                *it = other;
            }
        }
    }
    let mut groups: BTreeMap<usize, Group<'a>> = BTreeMap::new();
    let empty = || Group { parts: Vec::new(), sums: Vec::new(), least: Vec::new() };
    for parts in sums {
        let Some(first) = parts.first() else { continue };
        groups.entry(top(&mut above, *first)).or_insert_with(empty).sums.push(parts);
    }
    for parts in least {
        let Some(first) = parts.first() else { continue };
        if let Some(group) = groups.get_mut(&top(&mut above, *first)) {
            group.least.push(parts);
        }
    }
    for part in 0..count {
        // What stands in no equation can be anything.
        if let Some(group) = groups.get_mut(&top(&mut above, part)) {
            group.parts.push(part);
        }
    }
    groups.into_values().collect()
}

fn top(above: &mut [usize], mut part: usize) -> usize {
    while let Some(next) = above.get(part).copied().filter(|next| *next != part) {
        let further = above.get(next).copied().unwrap_or(next);
        if let Some(it) = above.get_mut(part) {
            *it = further;
        }
        part = next;
    }
    part
}
