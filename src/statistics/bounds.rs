//! The least and the most that an unknown can be under equations, by the simplex method on a dense tableau.
//!
//! For small systems only: what several answers say together about the few counts that none of them shows.

/// Numbers nearer to 0 than this are 0. All coefficients are 0, 1 or -1 and all numbers are counts.
const NEAR: f64 = 1e-7;
/// Steps at most; a system that needs more is given up, and nothing is proved of it.
const STEPS: usize = 20_000;

/// Equations over unknowns that are 0 or more.
#[derive(Debug, Clone, Default)]
pub(super) struct System {
    /// Unknowns.
    pub unknowns: usize,
    /// Sums: unknowns with their factors, and the right side.
    pub equations: Vec<(Vec<(usize, f64)>, f64)>,
}

/// A system in which a point that fulfils it has been found.
pub(super) struct Solved {
    /// Rows of the tableau, the right side last.
    rows: Vec<Vec<f64>>,
    /// The unknown that stands for each row.
    basis: Vec<usize>,
    unknowns: usize,
}

impl System {
    /// Finds a first point; `None` if there is none or it takes too long.
    pub fn solve(&self) -> Option<Solved> {
        let (unknowns, count) = (self.unknowns, self.equations.len());
        let mut rows = Vec::with_capacity(count);
        for ((factors, right), number) in self.equations.iter().zip(0..) {
            let mut row = vec![0.0; unknowns + count + 1];
            let sign = if *right < 0.0 { -1.0 } else { 1.0 };
            for (unknown, factor) in factors {
                *row.get_mut(*unknown)? += sign * factor;
            }
            *row.get_mut(unknowns + number)? = 1.0;
            *row.last_mut()? = sign * right;
            rows.push(row);
        }
        let mut solved = Solved { rows, basis: (unknowns..unknowns + count).collect(), unknowns: unknowns + count };
        // The helpers stand for what the equations lack: their sum must become 0.
        let mut goal = vec![0.0; unknowns + count];
        goal.iter_mut().skip(unknowns).for_each(|factor| *factor = -1.0);
        let lack = solved.most(&goal)?;
        if lack < -1e-5 {
            return None;
        }
        solved.drop_helpers(unknowns)?;
        Some(solved)
    }
}

impl Solved {
    /// The most that one unknown can be: infinity if there is no limit, `None` if it takes too long.
    pub fn most_of(&mut self, unknown: usize) -> Option<f64> {
        self.extreme(unknown, 1.0)
    }

    /// The least that one unknown can be.
    pub fn least_of(&mut self, unknown: usize) -> Option<f64> {
        self.extreme(unknown, -1.0).map(|it| -it)
    }

    fn extreme(&mut self, unknown: usize, factor: f64) -> Option<f64> {
        let mut goal = vec![0.0; self.unknowns];
        *goal.get_mut(unknown)? = factor;
        self.most(&goal)
    }

    /// What each unknown is at the point where the search stands.
    pub fn point(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.basis.iter().copied().zip(self.rows.iter().map(|row| row.last().copied().unwrap_or(0.0)))
    }

    /// Goes to the point where a sum is largest.
    fn most(&mut self, goal: &[f64]) -> Option<f64> {
        for _ in 0..STEPS {
            let mut gain = goal.to_vec();
            for (row, basic) in self.rows.iter().zip(&self.basis) {
                let factor = goal.get(*basic).copied().unwrap_or(0.0);
                if factor != 0.0 {
                    gain.iter_mut().zip(row).for_each(|(gain, cell)| *gain -= factor * cell);
                }
            }
            // Of all that gain, the first, and of all rows that end it, that of the first unknown (Bland): no circles.
            let Some(enters) = gain.iter().position(|gain| *gain > NEAR) else {
                let value = self.point().map(|(unknown, value)| goal.get(unknown).copied().unwrap_or(0.0) * value);
                return Some(value.sum());
            };
            let mut leaves: Option<(f64, usize, usize)> = None;
            for ((row, basic), number) in self.rows.iter().zip(&self.basis).zip(0..) {
                let cell = row.get(enters).copied().unwrap_or(0.0);
                if cell > NEAR {
                    let ratio = row.last().copied().unwrap_or(0.0) / cell;
                    let is_better = leaves
                        .is_none_or(|(least, first, _)| ratio < least - NEAR || ratio < least + NEAR && *basic < first);
                    if is_better {
                        leaves = Some((ratio, *basic, number));
                    }
                }
            }
            let Some((_, _, number)) = leaves else { return Some(f64::INFINITY) };
            self.pivot(number, enters)?;
        }
        None
    }

    fn pivot(&mut self, number: usize, enters: usize) -> Option<()> {
        let mut pivot = std::mem::take(self.rows.get_mut(number)?);
        let by = *pivot.get(enters)?;
        pivot.iter_mut().for_each(|cell| *cell /= by);
        for row in self.rows.iter_mut().filter(|row| !row.is_empty()) {
            let factor = *row.get(enters)?;
            if factor.abs() > 1e-12 {
                row.iter_mut().zip(&pivot).for_each(|(cell, other)| *cell -= factor * other);
            }
        }
        *self.rows.get_mut(number)? = pivot;
        *self.basis.get_mut(number)? = enters;
        Some(())
    }

    /// Takes the helpers out, and the equations that say nothing new.
    fn drop_helpers(&mut self, unknowns: usize) -> Option<()> {
        let mut number = 0;
        while number < self.rows.len() {
            if *self.basis.get(number)? >= unknowns {
                let row = self.rows.get(number)?;
                match row.iter().take(unknowns).position(|cell| cell.abs() > NEAR) {
                    Some(enters) => self.pivot(number, enters)?,
                    None => {
                        self.rows.remove(number);
                        self.basis.remove(number);
                        continue;
                    }
                }
            }
            number += 1;
        }
        for row in &mut self.rows {
            let right = row.pop()?;
            row.truncate(unknowns);
            row.push(right);
        }
        self.unknowns = unknowns;
        Some(())
    }
}
