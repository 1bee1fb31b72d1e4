//! Which features a model has, and how much each of them tells.

use super::features::Block;
use super::features::Feature;
use super::features::SPACE;
use std::cmp::Reverse;
use zerocopy::little_endian::U32;
use zerocopy::little_endian::U64;

/// Features that have a row, by the bits of their numbers.
pub(super) const WORDS: usize = SPACE / 64;
/// Weight of a feature: so many steps make 1.
const STEPS: f32 = 24.0;

/// A feature of a text, with its row in the model.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub row: u32,
    pub block: Block,
    pub value: f32,
    /// The features that are this one, among those of the text in order.
    pub first: usize,
    pub last: usize,
}

/// The features of a model.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vocabulary<'b> {
    pub bits: &'b [U64],
    /// By word of bits, how many features stand before it.
    pub ranks: &'b [U32],
    /// By row, how rare the feature is.
    pub rarity: &'b [u8],
}

impl Vocabulary<'_> {
    /// The row of a feature.
    fn row(&self, id: u32) -> Option<u32> {
        let (word, bit) = (id as usize / 64, id % 64);
        let bits = self.bits.get(word)?.get();
        let before = (bits & ((1 << bit) - 1)).count_ones();
        (bits >> bit & 1 == 1).then(|| self.ranks.get(word).map(|rank| rank.get() + before))?
    }

    /// The features of a text that the model has, weighed by how often they occur and how rare they are; the squares of
    /// each kind add up to 1. The features are put in order for it.
    pub fn weigh(&self, features: &mut [Feature], entries: &mut Vec<Entry>) {
        entries.clear();
        features.sort_unstable_by_key(|feature| feature.key());
        let mut lengths = [0f32; 2];
        let mut first = 0;
        for same in features.chunk_by(|one, two| one.id == two.id && one.block == two.block) {
            let last = first + same.len();
            if let Some((feature, row)) = same.first().and_then(|it| Some((it, self.row(it.id)?))) {
                let rarity = self.rarity.get(row as usize).copied().unwrap_or(0);
                #[expect(clippy::cast_precision_loss, reason = "words of a text")]
                let often = if same.len() == 1 { 1.0 } else { 1.0 + (same.len() as f32).ln() };
                let value = often * (1.0 + f32::from(rarity) / STEPS);
                if let Some(length) = lengths.get_mut(feature.block as usize) {
                    *length += value * value;
                }
                entries.push(Entry { row, block: feature.block, value, first, last });
            }
            first = last;
        }
        let factors = lengths.map(|length| if length > 0.0 { 1.0 / length.sqrt() } else { 0.0 });
        for entry in entries {
            entry.value *= factors.get(entry.block as usize).copied().unwrap_or_default();
        }
    }
}

/// A vocabulary that is being made.
#[derive(Debug, Default)]
pub(super) struct Counted {
    texts: u32,
    /// By feature, in how many texts it occurs.
    counts: Vec<u32>,
}

impl Counted {
    /// No texts yet.
    pub fn new() -> Counted {
        Counted { texts: 0, counts: vec![0; SPACE] }
    }

    /// Counts the features of a text.
    pub fn add(&mut self, features: &mut [Feature]) {
        self.texts += 1;
        features.sort_unstable_by_key(|feature| feature.key());
        for same in features.chunk_by(|one, two| one.id == two.id) {
            if let Some(count) = same.first().and_then(|it| self.counts.get_mut(it.id as usize)) {
                *count += 1;
            }
        }
    }

    /// The commonest features, at most so many: bits, ranks, rarities.
    pub fn choose(&self, most: usize) -> (Vec<U64>, Vec<U32>, Vec<u8>) {
        let mut chosen: Vec<(u32, usize)> =
            self.counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(id, count)| (*count, id)).collect();
        if chosen.len() > most {
            chosen.sort_unstable_by_key(|(count, id)| (Reverse(*count), *id));
            chosen.truncate(most);
        }
        chosen.sort_unstable_by_key(|(_, id)| *id);
        let mut bits = vec![0u64; WORDS];
        for (_, id) in &chosen {
            if let Some(word) = bits.get_mut(id / 64) {
                *word |= 1 << (id % 64);
            }
        }
        let mut sum = 0;
        let ranks = bits.iter().map(|word| {
            let before = sum;
            sum += word.count_ones();
            U32::new(before)
        });
        let ranks = ranks.collect();
        let rarity = chosen.iter().map(|(count, _)| self.rarity(*count)).collect();
        (bits.into_iter().map(U64::new).collect(), ranks, rarity)
    }

    /// The logarithm of the share of texts that have a feature, rounded so that it is the same on every machine.
    fn rarity(&self, count: u32) -> u8 {
        let share = (1.0 + f64::from(self.texts)) / (1.0 + f64::from(count));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
        let rarity = (share.ln() * f64::from(STEPS)).round().clamp(0.0, 255.0) as u8;
        rarity
    }
}
