//! How sure a score makes: fitted on texts that the model had not seen.

/// Turns a score, and how far it is ahead of the next one, into a probability of being right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Confidence {
    /// Nothing was measured: four points halve the doubt.
    Prior,
    /// A logistic function: weight of the score, weight of the lead, constant.
    Fitted([f32; 3]),
}

/// The best answer to a text that the model had not seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Answer {
    pub score: f32,
    /// Points before the second.
    pub lead: f32,
    pub is_right: bool,
    /// The text fits some code.
    pub fits: bool,
}

impl Confidence {
    /// 0 to 1, for a score that is `lead` points before the next one, or as many behind the best if it is negative.
    pub fn of(self, score: f32, lead: f32) -> f32 {
        match self {
            Confidence::Prior => (1.0 - (-score / 4.0).exp2()).clamp(0.0, 1.0),
            Confidence::Fitted([of_score, of_lead, constant]) => logistic(of_score * score + of_lead * lead + constant),
        }
    }

    /// Points of which [`Confidence::Prior`] makes a chance; at most so many that the chance is still below 1.
    pub fn points(chance: f32) -> f32 {
        -4.0 * (1.0 - chance.clamp(0.0, SUREST)).log2()
    }

    /// Fits the function to answers; [`Confidence::Prior`] if they say nothing.
    pub(super) fn fit(answers: &[Answer]) -> Confidence {
        let right = answers.iter().filter(|answer| answer.is_right).count();
        if right == 0 || right == answers.len() {
            return Confidence::Prior;
        }
        let mut weights = fitted(answers, true);
        // More points never make less sure. Where the lead would, it says nothing that the score does not.
        if weights.get(1).is_some_and(|of_lead| *of_lead < 0.0) {
            weights = fitted(answers, false);
        }
        let [of_score, of_lead, constant] = weights;
        #[expect(clippy::cast_possible_truncation, reason = "weights of a fit")]
        let numbers = [of_score.max(0.0) as f32, of_lead.max(0.0) as f32, constant as f32];
        Confidence::Fitted(numbers)
    }
}

/// No score makes surer.
const SUREST: f32 = 0.999;
/// Newton's method needs so few rounds for three numbers.
const ROUNDS: usize = 25;
/// Keeps the weights finite where some score separates right from wrong.
const RIDGE: f64 = 1e-2;

fn logistic(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}

/// The weights of the function that fits answers best, with or without the lead.
fn fitted(answers: &[Answer], uses_lead: bool) -> [f64; 3] {
    let mut weights = [0f64; 3];
    for _ in 0..ROUNDS {
        let step = newton(answers, &weights, uses_lead);
        weights.iter_mut().zip(step).for_each(|(weight, step)| *weight += step);
    }
    weights
}

/// One step of Newton's method on the logistic loss.
fn newton(answers: &[Answer], weights: &[f64; 3], uses_lead: bool) -> [f64; 3] {
    let mut gradient = [0f64; 3];
    let mut curve = [[0f64; 3]; 3];
    for answer in answers {
        let lead = if uses_lead { f64::from(answer.lead) } else { 0.0 };
        let values = [f64::from(answer.score), lead, 1.0];
        let sum: f64 = values.iter().zip(weights).map(|(value, weight)| value * weight).sum();
        let chance = 1.0 / (1.0 + (-sum).exp());
        let (miss, slope) = (f64::from(u8::from(answer.is_right)) - chance, chance * (1.0 - chance));
        for ((value, gradient), row) in values.iter().zip(&mut gradient).zip(&mut curve) {
            *gradient += miss * value;
            row.iter_mut().zip(values).for_each(|(cell, other)| *cell += slope * value * other);
        }
    }
    for (place, ((gradient, row), weight)) in gradient.iter_mut().zip(&mut curve).zip(weights).enumerate() {
        *gradient -= RIDGE * weight;
        if let Some(cell) = row.get_mut(place) {
            *cell += RIDGE;
        }
    }
    solve(curve, gradient)
}

/// Solves three equations by elimination. The matrix is positive definite, so no rows have to be swapped.
fn solve(mut rows: [[f64; 3]; 3], mut right: [f64; 3]) -> [f64; 3] {
    for pivot in 0..3 {
        let (Some(row), Some(value)) = (rows.get(pivot).copied(), right.get(pivot).copied()) else { continue };
        let Some(head) = row.get(pivot).copied().filter(|head| *head != 0.0) else { continue };
        for (other, (cells, sum)) in rows.iter_mut().zip(&mut right).enumerate() {
            let factor = if other == pivot { 0.0 } else { cells.get(pivot).copied().unwrap_or(0.0) / head };
            cells.iter_mut().zip(row).for_each(|(cell, own)| *cell -= factor * own);
            *sum -= factor * value;
        }
    }
    let head = |place: usize| rows.get(place).and_then(|row| row.get(place)).copied().filter(|head| *head != 0.0);
    let mut out = [0f64; 3];
    for (place, (out, value)) in out.iter_mut().zip(right).enumerate() {
        *out = head(place).map_or(0.0, |head| value / head);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Answer;
    use super::Confidence;

    #[test]
    fn a_fit_says_how_often_answers_are_right() {
        // Of those with `n` points, `n` of 10 are right.
        let answers: Vec<Answer> = (1..10u8)
            .flat_map(|points| {
                let score = f32::from(points);
                let one = move |number: u8| Answer { score, lead: 1.0, is_right: number < points, fits: true };
                (0..10).map(one)
            })
            .collect();
        let confidence = Confidence::fit(&answers);
        for points in 2..9u8 {
            let off = confidence.of(f32::from(points), 1.0) - f32::from(points) / 10.0;
            assert!(off.abs() < 0.06, "{points}: {off}");
        }
    }

    #[test]
    fn answers_that_are_all_right_fit_nothing() {
        let answer = Answer { score: 4.0, lead: 2.0, is_right: true, fits: true };
        assert_eq!(Confidence::fit(&[answer; 3]), Confidence::Prior);
    }
}
