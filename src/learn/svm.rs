//! One linear function for each code, trained to tell its texts from all others.
//!
//! Dual coordinate descent for the squared hinge loss (Hsieh et al., ICML 2008). Texts are taken in an order that is drawn
//! from a fixed seed, and sums are added in a fixed order, so that the same texts give the same bytes.

/// What a text that is on the wrong side costs, against the length of the weights.
const COST: f32 = 0.5;
/// How much more a text of the code costs than one of the others, which are many.
const OWN_COST: f32 = 1.5;
/// How often all texts are gone through for a model that is kept.
pub(super) const PASSES: usize = 8;
/// How often for one that only measures.
pub(super) const FEWER_PASSES: usize = 5;

/// Texts as numbers.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// By text, where its entries end.
    ends: Vec<usize>,
    /// Feature and value.
    entries: Vec<(u32, f32)>,
    /// By text, its vector.
    dense: Vec<f32>,
    dimensions: usize,
    /// By text, the square of its length; the constant counts as 1.
    lengths: Vec<f32>,
}

impl Rows {
    /// No texts yet, each with a vector of so many numbers.
    pub fn new(dimensions: usize) -> Rows {
        Rows { dimensions, ..Rows::default() }
    }

    /// Adds a text.
    pub fn push(&mut self, entries: impl Iterator<Item = (u32, f32)>, dense: &[f32]) {
        self.entries.extend(entries);
        self.ends.push(self.entries.len());
        self.dense.extend_from_slice(dense);
        let (entries, dense) = self.get(self.ends.len() - 1);
        let squares = entries.iter().map(|(_, value)| value * value).sum::<f32>();
        self.lengths.push(squares + dot(dense, dense) + 1.0);
    }

    fn get(&self, text: usize) -> (&[(u32, f32)], &[f32]) {
        let begin = text.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let entries = self.ends.get(text).and_then(|end| self.entries.get(begin..*end)).unwrap_or_default();
        let from = text * self.dimensions;
        (entries, self.dense.get(from..from + self.dimensions).unwrap_or_default())
    }
}

/// A linear function.
#[derive(Debug, Clone, Default)]
pub(super) struct Weights {
    /// By feature.
    pub sparse: Vec<f32>,
    /// By dimension of the vectors.
    pub dense: Vec<f32>,
    pub bias: f32,
}

impl Weights {
    /// The value for a text.
    pub fn margin(&self, rows: &Rows, text: usize) -> f32 {
        let (entries, dense) = rows.get(text);
        let weight = |feature: u32| self.sparse.get(feature as usize).copied().unwrap_or_default();
        let sparse = entries.iter().map(|(feature, value)| weight(*feature) * value).sum::<f32>();
        sparse + dot(&self.dense, dense) + self.bias
    }

    fn add(&mut self, rows: &Rows, text: usize, step: f32) {
        let (entries, dense) = rows.get(text);
        for (feature, value) in entries {
            if let Some(weight) = self.sparse.get_mut(*feature as usize) {
                *weight += step * value;
            }
        }
        self.dense.iter_mut().zip(dense).for_each(|(weight, value)| *weight += step * value);
        self.bias += step;
    }
}

/// Trains on the texts at `chosen`; `is_own` says of each text of `rows` whether it is of the code.
/// A text that lies safely on its side is left out until the last pass.
pub(super) fn train(rows: &Rows, features: usize, chosen: &[u32], is_own: &[bool], passes: usize) -> Weights {
    let mut weights = Weights { sparse: vec![0.0; features], dense: vec![0.0; rows.dimensions], bias: 0.0 };
    let mut order = chosen.to_vec();
    let mut dual = vec![0f32; is_own.len()];
    let mut draw = Draw(0x9e37_79b9_7f4a_7c15);
    let mut active = order.len();
    for pass in 0..passes {
        if pass + 1 == passes {
            active = order.len();
        }
        for place in (1..active).rev() {
            order.swap(place, draw.below(place + 1));
        }
        let mut place = 0;
        while place < active {
            let text = order.get(place).map_or(0, |text| *text as usize);
            let is_safe = step(rows, text, is_own, &mut dual, &mut weights);
            if is_safe && pass > 0 && pass + 1 < passes {
                active -= 1;
                order.swap(place, active);
            } else {
                place += 1;
            }
        }
    }
    weights
}

/// Moves the weights for one text; whether it lies safely on its side and moved nothing.
fn step(rows: &Rows, text: usize, is_own: &[bool], dual: &mut [f32], weights: &mut Weights) -> bool {
    let is_own = is_own.get(text).copied().unwrap_or_default();
    let (Some(length), Some(dual)) = (rows.lengths.get(text), dual.get_mut(text)) else { return true };
    let side = if is_own { 1.0 } else { -1.0 };
    let slack = 0.5 / if is_own { COST * OWN_COST } else { COST };
    let gradient = side * weights.margin(rows, text) - 1.0 + slack * *dual;
    let moved = (*dual - gradient / (length + slack)).max(0.0);
    let step = moved - *dual;
    if step != 0.0 {
        *dual = moved;
        weights.add(rows, text, step * side);
        return false;
    }
    gradient > 0.0
}

/// The sum of products, in eight sums beside each other, so that they are added at once and always in the same order.
pub(super) fn dot(one: &[f32], other: &[f32]) -> f32 {
    let ((eights, rest), (other_eights, other_rest)) = (one.as_chunks::<8>(), other.as_chunks::<8>());
    // Written out, because a loop over the eight keeps the sums in memory (measured: three times as slow).
    let sums = eights.iter().zip(other_eights).fold([0f32; 8], |[a, b, c, d, e, f, g, h], (one, other)| {
        let ([a1, b1, c1, d1, e1, f1, g1, h1], [a2, b2, c2, d2, e2, f2, g2, h2]) = (one, other);
        [a + a1 * a2, b + b1 * b2, c + c1 * c2, d + d1 * d2, e + e1 * e2, f + f1 * f2, g + g1 * g2, h + h1 * h2]
    });
    let rest = rest.iter().zip(other_rest);
    sums.iter().sum::<f32>() + rest.map(|(one, other)| one * other).sum::<f32>()
}

/// Numbers drawn from a seed (xorshift).
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most.max(1) as u64).unwrap_or(0)
    }
}
