//! The least and the most that a sum of unknowns can be under equations: the simplex method on a dense tableau.
//!
//! Every unknown has a least value of 0 and may have a largest one. One that stands at its largest value is turned round:
//! what is counted then is how much it lacks.

/// Numbers nearer to 0 than this are 0. All coefficients are small whole numbers and all numbers are counts.
const NEAR: f64 = 1e-7;
/// Steps without gain after which the first unknown that gains is taken (Bland), so that no circle is possible.
const PATIENCE: usize = 40;

/// Equations over unknowns.
#[derive(Debug, Clone, Default)]
pub(super) struct System {
    /// The most that each unknown can be, without end for most.
    pub upper: Vec<f64>,
    /// Sums: unknowns with their factors, and the right side.
    pub equations: Vec<(Vec<(usize, f64)>, f64)>,
}

/// A system in which a point that fulfils it has been found.
pub(super) struct Solved {
    /// Rows of the tableau, the right side last.
    rows: Vec<Vec<f64>>,
    /// The unknown that stands for each row.
    basis: Vec<usize>,
    upper: Vec<f64>,
    is_turned: Vec<bool>,
    /// Multiplications that may still be made.
    work: u64,
}

impl System {
    /// Adds an unknown, and returns its number.
    pub fn unknown(&mut self, upper: f64) -> usize {
        self.upper.push(upper);
        self.upper.len() - 1
    }

    /// Finds a first point with so many multiplications at most; `None` if there is none or it takes too long.
    pub fn solve(&self, work: u64) -> Option<Solved> {
        let (unknowns, count) = (self.upper.len(), self.equations.len());
        if (unknowns + count) as u64 * count as u64 > work {
            return None;
        }
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
        let mut upper = self.upper.clone();
        upper.resize(unknowns + count, f64::INFINITY);
        let is_turned = vec![false; unknowns + count];
        let mut solved = Solved { rows, basis: (unknowns..unknowns + count).collect(), upper, is_turned, work };
        // The helpers stand for what the equations lack: their sum must become 0.
        let lack: Vec<(usize, f64)> = (unknowns..unknowns + count).map(|helper| (helper, -1.0)).collect();
        if solved.most(&lack)? < -1e-5 {
            return None;
        }
        solved.drop_helpers(unknowns)?;
        Some(solved)
    }
}

impl Solved {
    /// What each unknown is at the point where the search stands.
    pub fn point(&self) -> Vec<f64> {
        let mut point = vec![0.0; self.upper.len()];
        for (unknown, row) in self.basis.iter().zip(&self.rows) {
            if let (Some(value), Some(right)) = (point.get_mut(*unknown), row.last()) {
                *value = *right;
            }
        }
        for ((value, upper), _) in point.iter_mut().zip(&self.upper).zip(&self.is_turned).filter(|it| *it.1) {
            *value = upper - *value;
        }
        point
    }

    /// Goes to the point where a sum is largest: infinity if there is no limit, `None` if it takes too long.
    pub fn most(&mut self, goal: &[(usize, f64)]) -> Option<f64> {
        let mut idle = 0;
        loop {
            let gain = self.gain(goal)?;
            let gains = gain.iter().zip(0..).filter(|it| *it.0 > NEAR);
            let enters = if idle > PATIENCE {
                gains.map(|it| it.1).next()
            } else {
                gains.max_by(|one, other| one.0.total_cmp(other.0)).map(|it| it.1)
            };
            let Some(enters) = enters else {
                let point = self.point();
                return Some(goal.iter().filter_map(|(unknown, factor)| Some(factor * point.get(*unknown)?)).sum());
            };
            let (step, leaves) = self.leaves(enters);
            idle = if step > NEAR { 0 } else { idle + 1 };
            match leaves {
                None if step.is_infinite() => return Some(f64::INFINITY),
                None => self.turn(enters)?,
                Some((row, is_full)) => {
                    if is_full {
                        self.turn_basic(row)?;
                    }
                    self.pivot(row, enters)?;
                }
            }
        }
    }

    /// What one more of each unknown adds to a sum.
    fn gain(&mut self, goal: &[(usize, f64)]) -> Option<Vec<f64>> {
        let mut gain = vec![0.0; self.upper.len()];
        for (unknown, factor) in goal {
            let sign = if *self.is_turned.get(*unknown)? { -1.0 } else { 1.0 };
            *gain.get_mut(*unknown)? += sign * factor;
        }
        let factors = gain.clone();
        for (row, basic) in self.rows.iter().zip(&self.basis) {
            let factor = factors.get(*basic).copied().unwrap_or(0.0);
            if factor != 0.0 {
                self.work = self.work.checked_sub(row.len() as u64)?;
                gain.iter_mut().zip(row).for_each(|(gain, cell)| *gain -= factor * cell);
            }
        }
        Some(gain)
    }

    /// How far an unknown can grow, and the row that ends it, if one does before its own largest value; and whether that
    /// row's unknown then is at its largest.
    fn leaves(&self, enters: usize) -> (f64, Option<(usize, bool)>) {
        let mut step = self.upper.get(enters).copied().unwrap_or(f64::INFINITY);
        let mut first: Option<(usize, usize, bool)> = None;
        for ((row, basic), number) in self.rows.iter().zip(&self.basis).zip(0..) {
            let cell = row.get(enters).copied().unwrap_or(0.0);
            let right = row.last().copied().unwrap_or(0.0);
            let (ratio, is_full) = if cell > NEAR {
                (right.max(0.0) / cell, false)
            } else if cell < -NEAR {
                let upper = self.upper.get(*basic).copied().unwrap_or(f64::INFINITY);
                ((upper - right).max(0.0) / -cell, true)
            } else {
                continue;
            };
            let is_first = first.is_none_or(|(_, known, _)| *basic < known);
            if ratio < step - NEAR || ratio <= step + NEAR && is_first && ratio.is_finite() {
                step = step.min(ratio);
                first = Some((number, *basic, is_full));
            }
        }
        (step, first.map(|(number, _, is_full)| (number, is_full)))
    }

    /// Puts an unknown that stands for no row to its other end.
    fn turn(&mut self, unknown: usize) -> Option<()> {
        let upper = *self.upper.get(unknown)?;
        self.work = self.work.checked_sub(self.rows.len() as u64)?;
        for row in &mut self.rows {
            let cell = row.get_mut(unknown)?;
            let by = *cell * upper;
            *cell = -*cell;
            *row.last_mut()? -= by;
        }
        let is_turned = self.is_turned.get_mut(unknown)?;
        *is_turned = !*is_turned;
        Some(())
    }

    /// Counts the unknown of a row from its other end.
    fn turn_basic(&mut self, number: usize) -> Option<()> {
        let basic = *self.basis.get(number)?;
        let upper = *self.upper.get(basic)?;
        let row = self.rows.get_mut(number)?;
        row.iter_mut().for_each(|cell| *cell = -*cell);
        *row.get_mut(basic)? = 1.0;
        *row.last_mut()? += upper;
        let is_turned = self.is_turned.get_mut(basic)?;
        *is_turned = !*is_turned;
        Some(())
    }

    fn pivot(&mut self, number: usize, enters: usize) -> Option<()> {
        let mut pivot = std::mem::take(self.rows.get_mut(number)?);
        let by = *pivot.get(enters)?;
        pivot.iter_mut().for_each(|cell| *cell /= by);
        let mut work = pivot.len() as u64;
        for row in self.rows.iter_mut().filter(|row| !row.is_empty()) {
            let factor = *row.get(enters)?;
            if factor.abs() > 1e-12 {
                row.iter_mut().zip(&pivot).for_each(|(cell, other)| *cell -= factor * other);
                work += pivot.len() as u64;
            }
        }
        *self.rows.get_mut(number)? = pivot;
        *self.basis.get_mut(number)? = enters;
        self.work = self.work.checked_sub(work)?;
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
        self.upper.truncate(unknowns);
        self.is_turned.truncate(unknowns);
        Some(())
    }
}
