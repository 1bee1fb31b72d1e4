//! Words of the dictionary that are a letter or two away from one that it does not have.
//!
//! The dictionary is walked as a tree, and a branch is left as soon as no word below it can be near enough. Of the table of
//! distances that two words span, only the diagonals that count are worked out, one line for each letter walked.

use fst::raw::Fst;
use fst::raw::Node;

/// A word that is near.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Near {
    /// What the dictionary has for it.
    pub value: u64,
    /// How many letters have to be changed, added, dropped or swapped with the next.
    pub distance: u8,
}

/// Diagonals that count: at most two letters away, to either side.
const WIDTH: usize = 5;
/// Farther than any.
const FAR: u8 = u8::MAX / 2;

type Line = [u8; WIDTH];

struct Walk<'f, 'w> {
    fst: &'f Fst<&'f [u8]>,
    word: &'w [u8],
    most: u8,
    out: Vec<Near>,
}

/// A place in the tree: the letter that led there and the one before, and the lines of the table up to there.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    letter: u8,
    before: Line,
    line: Line,
}

/// The words that begin with a letter (`head`, if given) and are at most so many letters away (two at most), in order.
pub(super) fn near(fst: &Fst<&[u8]>, word: &[u8], most: u8, head: Option<u8>) -> Vec<Near> {
    let mut walk = Walk { fst, word, most: most.min(2), out: Vec::new() };
    let mut line = [FAR; WIDTH];
    for column in 0..=walk.most {
        if let Some(cell) = walk.diagonal(0, usize::from(column)).and_then(|at| line.get_mut(at)) {
            *cell = column;
        }
    }
    let root = Place { depth: 0, letter: 0, before: [FAR; WIDTH], line };
    for transition in fst.root().transitions() {
        if head.map_or(transition.inp.is_ascii_alphabetic(), |head| head == transition.inp) {
            walk.step(&fst.node(transition.addr), transition.inp, transition.out.value(), &root);
        }
    }
    walk.out
}

impl Walk<'_, '_> {
    /// Which diagonal a cell of the table lies on, if on one that counts.
    fn diagonal(&self, row: usize, column: usize) -> Option<usize> {
        (column + usize::from(self.most)).checked_sub(row).filter(|at| *at <= 2 * usize::from(self.most))
    }

    fn step(&mut self, node: &Node<'_>, letter: u8, value: u64, above: &Place) {
        let here = Place { depth: above.depth + 1, letter, before: above.line, line: self.line(letter, above) };
        if node.is_final() {
            let end = self.diagonal(here.depth, self.word.len()).and_then(|at| here.line.get(at));
            if let Some(distance) = end.copied().filter(|distance| *distance <= self.most) {
                self.out.push(Near { value: value.wrapping_add(node.final_output().value()), distance });
            }
        }
        if here.line.iter().any(|cost| *cost <= self.most) {
            for transition in node.transitions() {
                let below = value.wrapping_add(transition.out.value());
                self.step(&self.fst.node(transition.addr), transition.inp, below, &here);
            }
        }
    }

    /// The next line of the table.
    fn line(&self, letter: u8, above: &Place) -> Line {
        let (most, row) = (usize::from(self.most), above.depth + 1);
        let at = |line: &Line, place: Option<usize>| place.and_then(|place| line.get(place)).copied().unwrap_or(FAR);
        let mut line = [FAR; WIDTH];
        for place in 0..=2 * most {
            let Some(column) = (row + place).checked_sub(most).filter(|column| *column <= self.word.len()) else {
                continue;
            };
            let own = column.checked_sub(1).and_then(|before| self.word.get(before));
            let changed = own.map_or(FAR, |own| at(&above.line, Some(place)) + u8::from(*own != letter));
            let added = at(&above.line, Some(place + 1)) + 1;
            let dropped = at(&line, place.checked_sub(1)) + 1;
            let mut cost = changed.min(added).min(dropped);
            let earlier = column.checked_sub(2).and_then(|before| self.word.get(before));
            if row > 1 && earlier == Some(&letter) && own == Some(&above.letter) && letter != above.letter {
                cost = cost.min(at(&above.before, Some(place)) + 1);
            }
            if let Some(cell) = line.get_mut(place) {
                *cell = cost.min(FAR);
            }
        }
        line
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The whole table, plainly.
    fn distance(left: &[u8], right: &[u8]) -> usize {
        let at = |bytes: &[u8], place: usize| place.checked_sub(1).and_then(|place| bytes.get(place)).copied();
        let mut rows: Vec<Vec<usize>> = vec![(0..=right.len()).collect()];
        for row in 1..=left.len() {
            let mut now = vec![row];
            for column in 1..=right.len() {
                let cell = |row: usize, column: usize| rows.get(row).and_then(|line| line.get(column)).copied();
                let is_other = at(left, row) != at(right, column);
                let mut cost = cell(row - 1, column - 1).unwrap() + usize::from(is_other);
                cost = cost.min(cell(row - 1, column).unwrap() + 1).min(now.last().unwrap() + 1);
                let is_swapped = at(left, row - 1).is_some()
                    && at(right, column - 1).is_some()
                    && at(left, row - 1) == at(right, column)
                    && at(left, row) == at(right, column - 1);
                if is_swapped {
                    cost = cost.min(cell(row - 2, column - 2).unwrap() + 1);
                }
                now.push(cost);
            }
            rows.push(now);
        }
        rows.last().and_then(|line| line.last()).copied().unwrap()
    }

    fn dictionary(words: &std::collections::BTreeSet<String>) -> Vec<u8> {
        let mut builder = fst::MapBuilder::memory();
        for (word, place) in words.iter().zip(0..) {
            builder.insert(word, place).unwrap();
        }
        builder.into_inner().unwrap()
    }

    proptest! {
        /// The walk finds what comparing with every word finds.
        #[test]
        fn the_walk_finds_what_a_plain_look_finds(
            words in prop::collection::btree_set("[abc]{1,8}", 1..60),
            word in "[abcd]{0,9}",
            most in 0_u8..=2,
            has_head: bool,
        ) {
            let bytes = dictionary(&words);
            let fst = Fst::new(bytes.as_slice()).unwrap();
            let head = word.bytes().next().filter(|_| has_head);
            let plain: Vec<Near> = words
                .iter()
                .zip(0..)
                .filter(|(known, _)| head.is_none_or(|head| known.as_bytes().first() == Some(&head)))
                .map(|(known, value)| (value, distance(word.as_bytes(), known.as_bytes())))
                .filter(|(_, distance)| *distance <= usize::from(most))
                .map(|(value, distance)| Near { value, distance: u8::try_from(distance).unwrap() })
                .collect();
            prop_assert_eq!(near(&fst, word.as_bytes(), most, head), plain);
        }
    }

    #[test]
    fn letters_apart() {
        let words = ["asthma", "diabetes"].map(str::to_owned).into_iter().collect();
        let bytes = dictionary(&words);
        let fst = Fst::new(bytes.as_slice()).unwrap();
        let one = vec![Near { value: 1, distance: 1 }];
        assert_eq!(near(&fst, b"diabtes", 1, Some(b'd')), one, "a letter dropped");
        assert_eq!(near(&fst, b"daibetes", 1, None), one, "two letters swapped");
        assert_eq!(near(&fst, b"dabtes", 1, None), []);
    }
}
