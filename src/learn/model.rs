//! A trained model as it lies in a registry: asked where it is mapped, without being read first.

use super::confidence::Confidence;
use super::features::Reading;
use super::svm::dot;
use super::vectors::Vectors;
use super::vocabulary::Entry;
use super::vocabulary::Vocabulary;
use super::vocabulary::WORDS;
use crate::model::ids::CodeId;
use zerocopy::FromBytes;
use zerocopy::Immutable;
use zerocopy::IntoBytes;
use zerocopy::KnownLayout;
use zerocopy::Unaligned;
use zerocopy::little_endian::F32;
use zerocopy::little_endian::U32;
use zerocopy::little_endian::U64;

/// Length of the vector of a text, beside 1 for its words and 1 for its letters.
pub(super) const VECTOR_LENGTH: f32 = 1.1;

/// What stands before the columns of a model.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct Head {
    pub codes: U32,
    pub rows: U32,
    pub dimensions: U32,
    /// 1 where the confidence was fitted.
    pub is_fitted: U32,
    /// The logistic function of [`Confidence::Fitted`].
    pub confidence: [F32; 3],
    /// Confidence from which on the best candidate is decided; over 1 never.
    pub threshold: F32,
    /// Points of a margin of 1.
    pub points: F32,
    /// What is added to each margin, so that a text without known words has none.
    pub base: F32,
}

/// What a model says of a code besides its weights.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct CodeHead {
    /// The code, by place in its set.
    pub code: U32,
    /// Examples it was trained on.
    pub examples: U32,
    /// What a unit of its weights is worth.
    pub scale: F32,
    /// Its margin for a text without known words.
    pub bias: F32,
}

/// A model of one code set.
#[derive(Clone, Copy)]
pub struct Model<'b> {
    head: &'b Head,
    codes: &'b [CodeHead],
    vocabulary: Vocabulary<'b>,
    /// By dimension of the vectors, a weight for each code.
    dense: &'b [F32],
    /// By feature, a weight for each code.
    weights: &'b [i8],
}

/// What one thread needs to ask models: used again, so that nothing is allocated for a text.
#[derive(Debug, Default)]
pub struct Memory {
    reading: Reading,
    entries: Vec<Entry>,
    sum: Vec<i32>,
    dense: Vec<f32>,
    margins: Vec<f32>,
    /// By word, its part of the vector of the texts; empty until it is asked for.
    parts: Vec<f32>,
}

/// A word that speaks for a code, or against it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Word {
    /// Which of the texts it stands in.
    pub text: usize,
    /// First byte in that text.
    pub start: usize,
    /// Byte after its last.
    pub end: usize,
    /// Points.
    pub points: f32,
}

impl<'b> Model<'b> {
    /// Reads a model; `None` if the bytes are none.
    pub fn of(bytes: &'b [u8]) -> Option<Model<'b>> {
        let (head, rest) = Head::ref_from_prefix(bytes).ok()?;
        let (codes, rows) = (head.codes.get() as usize, head.rows.get() as usize);
        let (code_heads, rest) = <[CodeHead]>::ref_from_prefix_with_elems(rest, codes).ok()?;
        let (bits, rest) = <[U64]>::ref_from_prefix_with_elems(rest, WORDS).ok()?;
        let (ranks, rest) = <[U32]>::ref_from_prefix_with_elems(rest, WORDS).ok()?;
        let (rarity, rest) = rest.split_at_checked(rows)?;
        let dense = (head.dimensions.get() as usize).checked_mul(codes)?;
        let (dense, rest) = <[F32]>::ref_from_prefix_with_elems(rest, dense).ok()?;
        let weights = <[i8]>::ref_from_bytes(rest.get(..rows.checked_mul(codes)?)?).ok()?;
        Some(Model { head, codes: code_heads, vocabulary: Vocabulary { bits, ranks, rarity }, dense, weights })
    }

    /// How sure a score of its code set makes.
    pub fn confidence(&self) -> Confidence {
        if self.head.is_fitted.get() == 1 {
            Confidence::Fitted(self.head.confidence.map(F32::get))
        } else {
            Confidence::Prior
        }
    }

    /// Confidence from which on the best candidate is decided; more than 1 if never.
    pub fn threshold(&self) -> f32 {
        self.head.threshold.get()
    }

    /// Position of a code in the model.
    pub fn position(&self, code: CodeId) -> Option<usize> {
        self.codes.binary_search_by_key(&code.to_stored(), |it| it.code.get()).ok()
    }

    /// The code at a position.
    pub fn code(&self, position: usize) -> Option<CodeId> {
        self.codes.get(position).and_then(|it| CodeId::from_stored(it.code.get()))
    }

    /// Examples that the code at a position was trained on.
    pub fn examples(&self, position: usize) -> u32 {
        self.codes.get(position).map_or(0, |code| code.examples.get())
    }

    /// Points of each code, by position, for the texts that were read; `None` if none of their words is known.
    ///
    /// `vectors` are the ones it was trained with.
    pub fn ask<'m>(&self, vectors: Option<&Vectors<'_>>, memory: &'m mut Memory) -> Option<&'m [f32]> {
        let Memory { reading, entries, sum, dense, margins, parts } = memory;
        parts.clear();
        self.vocabulary.weigh(&mut reading.features, entries);
        let vectors = vectors.filter(|vectors| vectors.dimensions() == self.head.dimensions.get() as usize);
        dense.clear();
        if let Some(vectors) = vectors {
            embed(reading, vectors, sum, dense);
        }
        if entries.is_empty() && dense.iter().all(|number| *number == 0.0) {
            return None;
        }
        margins.clear();
        margins.resize(self.codes.len(), 0.0);
        let width = self.codes.len().max(1);
        for entry in entries {
            let from = entry.row as usize * width;
            let row = self.weights.get(from..from + width).unwrap_or_default();
            margins.iter_mut().zip(row).for_each(|(margin, weight)| *margin += entry.value * f32::from(*weight));
        }
        margins.iter_mut().zip(self.codes).for_each(|(margin, code)| *margin *= code.scale.get());
        for (value, row) in dense.iter().zip(self.dense.chunks_exact(width)) {
            margins.iter_mut().zip(row).for_each(|(margin, weight)| *margin += value * weight.get());
        }
        let (points, base) = (self.head.points.get(), self.head.base.get());
        margins
            .iter_mut()
            .zip(self.codes)
            .for_each(|(margin, code)| *margin = points * (*margin + code.bias.get() + base));
        Some(margins)
    }

    /// The words of the texts that were asked about, with what each speaks for the code at a position. What is left of its
    /// points speaks for it whatever the text says.
    ///
    /// A pair of words counts half for each.
    pub fn explain(&self, position: usize, vectors: Option<&Vectors<'_>>, memory: &mut Memory) -> Vec<Word> {
        let width = self.codes.len().max(1);
        let factor = self.head.points.get();
        let scale = self.codes.get(position).map_or(0.0, |code| code.scale.get()) * factor;
        let mut points = vec![0f32; memory.reading.words.len()];
        let add = |points: &mut [f32], word: usize, more: f32| {
            points.get_mut(word).into_iter().for_each(|sum| *sum += more);
        };
        for entry in &memory.entries {
            let weight = self.weights.get(entry.row as usize * width + position).copied().unwrap_or(0);
            let same = memory.reading.features.get(entry.first..entry.last).unwrap_or_default();
            #[expect(clippy::cast_precision_loss, reason = "words of a text")]
            let share = entry.value * f32::from(weight) * scale / same.len() as f32;
            for feature in same {
                let word = usize::from(feature.word);
                let share = if feature.is_pair { share / 2.0 } else { share };
                add(&mut points, word, share);
                if feature.is_pair {
                    add(&mut points, word.saturating_sub(1), share);
                }
            }
        }
        if let Some(vectors) = vectors.filter(|_| !memory.dense.is_empty()) {
            if memory.parts.is_empty() {
                memory.parts = parts(&memory.reading, vectors, &memory.sum);
            }
            let weights: Vec<f32> = self.dense.iter().skip(position).step_by(width).map(|it| it.get()).collect();
            for (place, part) in memory.parts.chunks_exact(vectors.dimensions().max(1)).enumerate() {
                add(&mut points, place, factor * dot(&weights, part));
            }
        }
        let words = memory.reading.words.iter().zip(points);
        words
            .map(|(word, points)| Word { text: usize::from(word.text), start: word.start, end: word.end, points })
            .collect()
    }
}

impl Memory {
    /// Forgets the texts.
    pub fn clear(&mut self) {
        self.reading.clear();
    }

    /// Adds a text to those that are asked about.
    pub fn read(&mut self, text: &str) {
        self.reading.read(text);
    }
}

/// What each word adds to the vector of the texts, one behind the other.
fn parts(reading: &Reading, vectors: &Vectors<'_>, sum: &[i32]) -> Vec<f32> {
    let factor = vectors.factor(sum, VECTOR_LENGTH);
    let mut parts = Vec::with_capacity(reading.words.len() * vectors.dimensions());
    let mut own = vec![0; vectors.dimensions()];
    for word in &reading.words {
        own.fill(0);
        vectors.add(reading.folded(word), &mut own);
        parts.extend(vectors.scaled(&own, factor));
    }
    parts
}

/// The vector of the texts that were read.
pub(super) fn embed(reading: &Reading, vectors: &Vectors<'_>, sum: &mut Vec<i32>, dense: &mut Vec<f32>) {
    sum.clear();
    sum.resize(vectors.dimensions(), 0);
    for word in &reading.words {
        vectors.add(reading.folded(word), sum);
    }
    vectors.finish(sum, VECTOR_LENGTH, dense);
}
