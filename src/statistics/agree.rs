//! Hides counts of a new answer until nothing small can be worked out of it and of earlier answers together.

use super::hide::Net;
use super::joint::Circle;
use super::joint::Shift;
use super::joint::Told;
use super::joint::World;
use super::known::Known;
use super::reach;
use super::reach::Narrow;
use super::rule::Rule;
use super::table::Table;
use std::collections::BTreeSet;

/// A question that earlier answers have something to do with.
pub(super) struct Question<'a> {
    /// Whom it counts.
    pub table: &'a Table,
    /// What it counts by.
    pub by: &'a [String],
    /// What is hidden.
    pub rule: Rule,
    /// The earlier answers.
    pub before: &'a [Told<'a>],
}

/// What is to be done next.
enum Next {
    /// Nothing: it is safe.
    Rest,
    /// These counts are to be hidden, or not even listed if they are.
    Hide(BTreeSet<usize>),
    /// Everything that is new is to be hidden.
    Nothing,
}

impl Question<'_> {
    /// Decides what is shown.
    pub fn decide(&self, net: &mut Net) {
        let (none, values) = (Vec::new(), self.table.values());
        let new = Told { by: self.by, values: &values, members: &self.table.members, shown: &none, hidden: &none };
        let told: Vec<Told<'_>> = self.before.iter().copied().chain([new]).collect();
        let world = World::new(&told);
        let last = self.before.len();
        let own: Vec<usize> = world.circles.iter().find(|it| it.contains(&last)).cloned().unwrap_or_default();
        let (mut known, mut linked) = (Known::default(), Known::default());
        for (told, answer) in self.before.iter().zip(0..) {
            known.add(told);
            if own.contains(&answer) {
                linked.add(told);
            }
        }
        let is_covered = net.learn(self.table, &known, &linked);
        net.hide(self.rule);
        // All that is known is a count of this table: then the bounds of `hide` hold for all answers together, as long as
        // all of them tell how many encounters there are.
        let is_total_told = |told: &Told<'_>| {
            let cells = told.cells();
            told.shown.iter().any(|sum| Told::is_total(sum, cells))
        };
        let is_whole = world.is_one() && net.shows_total() && self.before.iter().all(is_total_told);
        if is_whole && is_covered && !net.is_open() {
            return;
        }
        let circles: Vec<Circle> = world.circles.iter().map(|answers| world.circle(answers)).collect();
        loop {
            if !net.says_news() {
                return;
            }
            match self.next(net, &world, &circles) {
                Next::Rest => return,
                Next::Hide(places) if !places.is_empty() => {
                    places.into_iter().for_each(|place| net.hide_further(place));
                }
                Next::Hide(_) | Next::Nothing => {
                    net.hide_news();
                    return;
                }
            }
        }
    }

    fn next(&self, net: &Net, world: &World, circles: &[Circle]) -> Next {
        let (shown, hidden) = net.told();
        let new = Told { by: self.by, values: &[], members: &self.table.members, shown: &shown, hidden: &hidden };
        let told: Vec<Told<'_>> = self.before.iter().copied().chain([new]).collect();
        let total: BTreeSet<usize> = net.news().into_iter().filter(|place| net.is_total(*place)).collect();
        let Ok(mut shifts) = world.shifts(&told, self.rule) else { return Next::Hide(total) };
        let mut found = self.look(world, circles, &told, &shifts);
        // A size that need not be open is taken as known where some circle does not leave it open.
        let is_closed = |at: usize| found.iter().any(|(_, narrow)| narrow.shifts.contains(&at));
        let open: Vec<Shift> =
            shifts.iter().zip(0..).filter(|it| it.0.is_needed || !is_closed(it.1)).map(|it| it.0.clone()).collect();
        if open.len() < shifts.len() {
            shifts = open;
            found = self.look(world, circles, &told, &shifts);
        }
        let (mut places, mut is_narrow, mut is_given_up) = (BTreeSet::new(), false, false);
        for (circle, narrow) in &found {
            let closed: Vec<&Shift> =
                narrow.shifts.iter().filter_map(|it| shifts.get(*it)).filter(|it| it.is_needed).collect();
            if narrow.sums.is_empty() && closed.is_empty() && !narrow.is_given_up {
                continue;
            }
            if !circle.answers.contains(&self.before.len()) {
                return if total.is_empty() { Next::Nothing } else { Next::Hide(total) };
            }
            is_narrow = true;
            is_given_up |= narrow.is_given_up;
            if is_given_up {
                break;
            }
            let choice = Choice::new(net, circle, &told);
            places.extend(narrow.sums.iter().filter_map(|sum| choice.nearest(sum)));
            places.extend(closed.iter().filter_map(|shift| choice.of_regions(&[Some(shift.grows), shift.shrinks])));
        }
        match is_narrow {
            false => Next::Rest,
            true if is_given_up => Next::Nothing,
            true => Next::Hide(places),
        }
    }

    /// What is too narrow in each circle. If all count the same encounters and say how many these are, nothing changes in
    /// circles that the new answer is not in.
    fn look<'c>(
        &self,
        world: &World,
        circles: &'c [Circle],
        told: &[Told<'_>],
        shifts: &[Shift],
    ) -> Vec<(&'c Circle, Narrow)> {
        let is_all = !world.is_one() || !shifts.is_empty();
        let circles = circles.iter().filter(|circle| is_all || circle.answers.contains(&self.before.len()));
        circles.map(|circle| (circle, reach::narrow(world, circle, told, shifts, self.rule))).collect()
    }
}

/// Counts of the new answer that could be hidden.
struct Choice<'a> {
    circle: &'a Circle,
    /// Whether it is the whole, its value, its place, its parts.
    counts: Vec<(bool, u64, usize, BTreeSet<usize>)>,
    /// Cells that are listed as hidden: place and parts.
    hidden: Vec<(usize, BTreeSet<usize>)>,
    /// For each part those that stand in a count with it that any answer shows, but for wholes.
    beside: Vec<BTreeSet<usize>>,
}

impl<'a> Choice<'a> {
    fn new(net: &Net, circle: &'a Circle, told: &[Told<'_>]) -> Choice<'a> {
        let last = told.len().saturating_sub(1);
        let place = circle.answers.iter().position(|answer| *answer == last).unwrap_or(0);
        let mut counts = Vec::new();
        if let Some(new) = told.last() {
            for (number, cells) in net.shown_places().into_iter().zip(new.shown).filter(|it| net.is_news(it.0)) {
                let (value, parts) = (net.value(number), circle.of(place, cells).into_iter().collect());
                counts.push((net.is_total(number), value, number, parts));
            }
        }
        counts.sort();
        let mut beside = vec![BTreeSet::new(); circle.counts.len()];
        for (answer, place) in circle.answers.iter().zip(0..) {
            let Some(told) = told.get(*answer) else { continue };
            let cells = told.cells();
            for sum in told.shown.iter().filter(|sum| !Told::is_total(sum, cells)) {
                let parts = circle.of(place, sum);
                for part in &parts {
                    beside.get_mut(*part).into_iter().for_each(|it: &mut BTreeSet<usize>| it.extend(&parts));
                }
            }
        }
        let parts = |cell: u32| circle.of(place, &[cell]).into_iter().collect();
        let hidden = net.hidden_cells().into_iter().map(|(cell, number)| (number, parts(cell))).collect();
        Choice { circle, counts, hidden, beside }
    }

    /// The smallest count that has to do with these parts; if none has, a hidden one that has, so that it is not even listed;
    /// else the smallest of all.
    fn nearest(&self, parts: &[usize]) -> Option<usize> {
        let mut near: BTreeSet<usize> = parts.iter().copied().collect();
        near.extend(parts.iter().filter_map(|part| self.beside.get(*part)).flatten());
        let first = self.counts.iter().filter(|it| !it.0).find(|it| !it.3.is_disjoint(&near)).map(|it| it.2);
        let hidden = || self.hidden.iter().find(|it| !it.1.is_disjoint(&near)).map(|it| it.0);
        first.or_else(hidden).or_else(|| self.counts.first().map(|it| it.2))
    }

    /// The smallest count of some of these regions.
    fn of_regions(&self, regions: &[Option<usize>]) -> Option<usize> {
        let is_in = |part: &usize| self.circle.regions.get(*part).is_some_and(|it| regions.contains(&Some(*it)));
        let first = self.counts.iter().find(|it| !it.0 && it.3.iter().any(is_in));
        first.or_else(|| self.counts.first()).map(|it| it.2)
    }
}
