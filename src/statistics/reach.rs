//! How far the counts of one circle could be otherwise: which of them lie in too narrow a range.

use super::bounds::Solved;
use super::bounds::System;
use super::joint::Circle;
use super::joint::Shift;
use super::joint::Told;
use super::joint::World;
use super::rule::Rule;
use std::collections::BTreeSet;

/// Multiplications at most for one circle; what needs more is given up, and nothing is proved of it.
const WORK: u64 = 300_000_000;
/// Parts of one circle and equations between them at most; more would need more work than that.
const MOST_PARTS: usize = 8_000;
const MOST_EQUATIONS: usize = 1_000;

/// What is too narrow.
#[derive(Debug, Default)]
pub(super) struct Narrow {
    /// Sums of parts.
    pub sums: BTreeSet<Vec<usize>>,
    /// Shifts that the counts shown do not leave open.
    pub shifts: Vec<usize>,
    /// Whether it could not be found out.
    pub is_given_up: bool,
}

/// Finds what is too narrow in a circle.
pub(super) fn narrow(world: &World, circle: &Circle, told: &[Told<'_>], shifts: &[Shift], rule: Rule) -> Narrow {
    let (shown, hidden) = circle.sums(told);
    let is_known = known(circle, &shown);
    let mut frame = Frame { world, circle, rule, shown, hidden, is_known, shifts };
    frame.shown.retain(|parts| parts.iter().any(|part| !frame.is_known.get(*part).copied().unwrap_or(true)));
    let mut narrow = Narrow::default();
    let unknown = frame.is_known.iter().filter(|is_known| !**is_known).count();
    let equations = frame.shown.len() + frame.hidden.iter().filter(|parts| parts.len() > 1).count();
    if unknown > MOST_PARTS || equations > MOST_EQUATIONS {
        narrow.is_given_up = true;
        return narrow;
    }
    for is_informed in [false, true] {
        let targets = frame.targets(is_informed);
        let width = if is_informed { rule.half() } else { rule.under };
        // What is known has no range at all.
        let (fixed, targets): (Vec<_>, Vec<_>) = targets.into_iter().partition(|parts| frame.is_fixed(parts));
        narrow.sums.extend(fixed);
        if targets.is_empty() && (is_informed || shifts.is_empty()) {
            continue;
        }
        if frame.search(&targets, width, is_informed, &mut narrow).is_none() {
            narrow.is_given_up = true;
            narrow.sums.extend(targets);
        }
    }
    narrow
}

/// Parts that the counts shown give away one after the other.
fn known(circle: &Circle, shown: &BTreeSet<Vec<usize>>) -> Vec<bool> {
    let sums: Vec<&Vec<usize>> = shown.iter().collect();
    let mut within = vec![Vec::new(); circle.counts.len()];
    for (parts, sum) in sums.iter().zip(0_usize..) {
        for part in *parts {
            within.get_mut(*part).into_iter().for_each(|sums: &mut Vec<usize>| sums.push(sum));
        }
    }
    let mut left: Vec<usize> = sums.iter().map(|parts| parts.len()).collect();
    let mut queue: Vec<usize> = (0..sums.len()).filter(|sum| left.get(*sum) == Some(&1)).collect();
    let mut is_known = vec![false; circle.counts.len()];
    while let Some(sum) = queue.pop() {
        let parts = sums.get(sum).copied().into_iter().flatten();
        let Some(part) = parts.copied().find(|part| is_known.get(*part) == Some(&false)) else { continue };
        is_known.get_mut(part).into_iter().for_each(|it| *it = true);
        for other in within.get(part).into_iter().flatten() {
            if let Some(left) = left.get_mut(*other) {
                *left = left.saturating_sub(1);
                if *left == 1 {
                    queue.push(*other);
                }
            }
        }
    }
    is_known
}

#[expect(clippy::cast_precision_loss, reason = "counts of encounters")]
fn number(count: u64) -> f64 {
    count as f64
}

struct Frame<'a> {
    world: &'a World,
    circle: &'a Circle,
    rule: Rule,
    shown: BTreeSet<Vec<usize>>,
    hidden: BTreeSet<Vec<usize>>,
    is_known: Vec<bool>,
    shifts: &'a [Shift],
}

/// A system of equations, and which unknown of it stands for which part.
struct Built {
    system: System,
    /// Unknown of each part, and its least value.
    part: Vec<Option<(usize, f64)>>,
    /// Unknown of each shift.
    shift: Vec<usize>,
}

impl Frame<'_> {
    fn is_fixed(&self, parts: &[usize]) -> bool {
        parts.iter().all(|part| self.is_known.get(*part).copied().unwrap_or(true))
    }

    /// What has to have a range: small parts and small hidden counts; for somebody who knows which these are, the counts.
    fn targets(&self, is_informed: bool) -> BTreeSet<Vec<usize>> {
        let mut targets = BTreeSet::new();
        if !is_informed {
            let small = self.circle.counts.iter().zip(0..).filter(|(count, _)| self.rule.hides(**count));
            targets.extend(small.map(|(_, part)| vec![part]));
        }
        targets.extend(self.hidden.iter().filter(|parts| self.rule.hides(self.circle.sum(parts))).cloned());
        targets
    }

    fn search(&self, targets: &[Vec<usize>], width: u64, is_informed: bool, narrow: &mut Narrow) -> Option<()> {
        let built = self.build(is_informed);
        let mut solved = built.system.solve(WORK)?;
        // Where the search passes, every target has a value it can have: most ranges are wide before they are asked for.
        let mut ranges = vec![(f64::INFINITY, f64::NEG_INFINITY); targets.len()];
        widen(&mut ranges, targets, &built, &solved);
        let width = number(width) - 1e-5;
        for (target, place) in targets.iter().zip(0..) {
            let goal = |sign: f64| -> Vec<(usize, f64)> {
                target.iter().filter_map(|part| Some((built.part.get(*part).copied()??.0, sign))).collect()
            };
            let is_wide = |ranges: &Vec<(f64, f64)>| ranges.get(place).is_some_and(|it| it.1 - it.0 >= width);
            for sign in [1.0, -1.0] {
                if !is_wide(&ranges) {
                    if solved.most(&goal(sign))?.is_infinite() {
                        ranges.get_mut(place).into_iter().for_each(|range| range.1 = f64::INFINITY);
                    }
                    widen(&mut ranges, targets, &built, &solved);
                }
            }
            if !is_wide(&ranges) {
                narrow.sums.insert(target.clone());
            }
        }
        if !is_informed {
            let needed = number(self.rule.under) - 1e-5;
            for (unknown, shift) in built.shift.iter().zip(0..) {
                if solved.most(&[(*unknown, 1.0)])? < needed {
                    narrow.shifts.push(shift);
                }
            }
        }
        Some(())
    }

    fn build(&self, is_informed: bool) -> Built {
        let mut system = System::default();
        let mut part: Vec<Option<(usize, f64)>> = Vec::with_capacity(self.circle.counts.len());
        for is_known in &self.is_known {
            part.push((!is_known).then(|| (system.unknown(f64::INFINITY), 0.0)));
        }
        let mut built = Built { system, part, shift: Vec::new() };
        let most = |parts: &[usize]| {
            let is_small = is_informed && self.rule.hides(self.circle.sum(parts));
            if is_small { number(self.rule.under - 1) } else { f64::INFINITY }
        };
        // A hidden count of one part is a bound of this part.
        for parts in &self.hidden {
            if let [only] = parts.as_slice()
                && let Some(Some((unknown, least))) = built.part.get_mut(*only)
            {
                *least = 1.0;
                built.system.upper.get_mut(*unknown).into_iter().for_each(|upper| *upper = most(parts) - 1.0);
            }
        }
        for parts in &self.shown {
            let (factors, known) = self.factors(parts, &built);
            built.system.equations.push((factors, number(self.circle.sum(parts)) - known));
        }
        for parts in self.hidden.iter().filter(|parts| parts.len() > 1) {
            let (mut factors, known) = self.factors(parts, &built);
            let (least, most) = ((1.0 - known).max(0.0), most(parts) - known);
            if factors.is_empty() || least <= 0.0 && most.is_infinite() {
                continue;
            }
            let rest = built.system.unknown((most - least).max(0.0));
            factors.push((rest, -1.0));
            built.system.equations.push((factors, least));
        }
        self.sizes(&mut built);
        built
    }

    /// The sizes of the regions, which shifts may change by the threshold at most, all together.
    fn sizes(&self, built: &mut Built) {
        let most = number(self.rule.under);
        built.shift = self.shifts.iter().map(|_| built.system.unknown(f64::INFINITY)).collect();
        if !built.shift.is_empty() {
            let rest = built.system.unknown(f64::INFINITY);
            let all = built.shift.iter().copied().chain([rest]).map(|unknown| (unknown, 1.0)).collect();
            built.system.equations.push((all, most));
        }
        let mut parts = vec![Vec::new(); self.world.regions.len()];
        for (region, part) in self.circle.regions.iter().zip(0..) {
            parts.get_mut(*region).into_iter().for_each(|parts: &mut Vec<usize>| parts.push(part));
        }
        for ((parts, (_, size)), region) in parts.iter().zip(&self.world.regions).zip(0..) {
            let (mut factors, known) = self.factors(parts, built);
            for (shift, unknown) in self.shifts.iter().zip(&built.shift) {
                if shift.grows == region {
                    factors.push((*unknown, -1.0));
                } else if shift.shrinks == Some(region) {
                    factors.push((*unknown, 1.0));
                }
            }
            if !factors.is_empty() {
                built.system.equations.push((factors, number(*size) - known));
            }
        }
    }

    /// A sum as unknowns, and what is known of it.
    fn factors(&self, parts: &[usize], built: &Built) -> (Vec<(usize, f64)>, f64) {
        let (mut factors, mut known) = (Vec::with_capacity(parts.len()), 0.0);
        for part in parts {
            match built.part.get(*part) {
                Some(Some((unknown, least))) => {
                    factors.push((*unknown, 1.0));
                    known += least;
                }
                _ => known += number(self.circle.counts.get(*part).copied().unwrap_or(0)),
            }
        }
        (factors, known)
    }
}

/// Takes the point where the search stands into the ranges.
fn widen(ranges: &mut [(f64, f64)], targets: &[Vec<usize>], built: &Built, solved: &Solved) {
    let point = solved.point();
    let value = |part: &usize| {
        let unknown = built.part.get(*part).copied().flatten();
        unknown.and_then(|(unknown, least)| Some(least + point.get(unknown)?)).unwrap_or(0.0)
    };
    for (range, target) in ranges.iter_mut().zip(targets) {
        let sum = target.iter().map(value).sum::<f64>();
        *range = (range.0.min(sum), range.1.max(sum));
    }
}
