//! Intervals of numbers, and which of them a number lies in, in steps that grow with the logarithm of their count.

/// Closed intervals with a line each: a segment tree over the ends that occur.
#[derive(Default)]
pub(crate) struct Intervals {
    added: Vec<(f64, f64, u32)>,
    /// Every end once, ascending. Leaf `2 i + 1` is the end `i`, leaf `2 i` what lies before it.
    ends: Vec<f64>,
    /// Nodes of the tree, the leaves last.
    nodes: Vec<Vec<u32>>,
    leaves: usize,
}

impl Intervals {
    pub(crate) fn add(&mut self, from: f64, to: f64, line: u32) {
        if from <= to {
            self.added.push((from, to, line));
        }
    }

    /// Makes the tree of what was added.
    pub(crate) fn build(&mut self) {
        if self.added.is_empty() {
            return;
        }
        self.ends = self.added.iter().flat_map(|(from, to, _)| [*from, *to]).collect();
        self.ends.sort_unstable_by(f64::total_cmp);
        self.ends.dedup();
        self.leaves = (2 * self.ends.len() + 1).next_power_of_two();
        self.nodes = vec![Vec::new(); 2 * self.leaves];
        for (from, to, line) in std::mem::take(&mut self.added) {
            let (mut left, mut right) = (self.leaf(from) + self.leaves, self.leaf(to) + self.leaves + 1);
            while left < right {
                if left % 2 == 1 {
                    self.put(left, line);
                    left += 1;
                }
                if right % 2 == 1 {
                    right -= 1;
                    self.put(right, line);
                }
                left /= 2;
                right /= 2;
            }
        }
    }

    fn put(&mut self, node: usize, line: u32) {
        if let Some(lines) = self.nodes.get_mut(node) {
            lines.push(line);
        }
    }

    #[expect(clippy::float_cmp, reason = "an end is met exactly or not at all")]
    fn leaf(&self, at: f64) -> usize {
        let place = self.ends.partition_point(|end| *end < at);
        match self.ends.get(place) {
            Some(end) if end.total_cmp(&at).is_eq() || (*end == at) => 2 * place + 1,
            _ => 2 * place,
        }
    }

    /// Visits the lines of all intervals that the number lies in.
    pub(crate) fn visit(&self, at: f64, mut visit: impl FnMut(&[u32])) {
        if self.leaves == 0 || at.is_nan() {
            return;
        }
        let mut node = self.leaf(at) + self.leaves;
        while node > 0 {
            if let Some(lines) = self.nodes.get(node)
                && !lines.is_empty()
            {
                visit(lines);
            }
            node /= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_in_the_intervals_around_it() {
        let mut intervals = Intervals::default();
        for (line, (from, to)) in
            (0..).zip([(1.0, 3.0), (3.0, 3.0), (2.0, f64::INFINITY), (f64::NEG_INFINITY, 2.5), (5.0, 4.0)])
        {
            intervals.add(from, to, line);
        }
        intervals.build();
        for (at, wanted) in
            [(0.0, &[3][..]), (1.0, &[0, 3]), (2.0, &[0, 2, 3]), (2.7, &[0, 2]), (3.0, &[0, 1, 2]), (9.0, &[2])]
        {
            let mut found = Vec::new();
            intervals.visit(at, |lines| found.extend_from_slice(lines));
            found.sort_unstable();
            assert_eq!(found, wanted, "at {at}");
        }
    }
}
