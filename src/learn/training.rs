//! Texts with their codes → a model, and what is known of how good it is.

use super::confidence::Answer;
use super::confidence::Confidence;
use super::features::Reading;
use super::model::CodeHead;
use super::model::Head;
use super::model::embed;
use super::svm;
use super::svm::Rows;
use super::svm::Weights;
use super::vectors::Vectors;
use super::vocabulary::Counted;
use super::vocabulary::Vocabulary;
use crate::model::ids::CodeId;
use crate::model::lessons::Target;
use serde::Deserialize;
use serde::Serialize;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use zerocopy::IntoBytes;
use zerocopy::little_endian::F32;

/// Parts into which examples are divided: each part is asked of a model that was trained on the others.
const FOLDS: usize = 3;
/// With fewer examples, what was measured says too little.
const ENOUGH: usize = 200;
/// Points of the median right answer.
const MEDIAN_POINTS: f32 = 4.0;
/// Margin of the median right answer where none was measured.
const USUAL_MARGIN: f32 = 1.2;
/// Features that a model has.
const MOST_FEATURES: usize = 80_000;
/// Bytes of the weights of a model.
const MOST_BYTES: usize = 24 << 20;

/// What a model is trained on.
pub struct Task<'t> {
    /// The codes, in the order of their set.
    pub codes: Vec<CodeId>,
    /// By position, the codes above: they say the same with less detail, so a code need not lie before them to be sure.
    pub above: Vec<Vec<CodeId>>,
    /// The texts.
    pub texts: Vec<Text<'t>>,
    /// The vectors it may use.
    pub vectors: Option<Vectors<'t>>,
    /// When the set decides.
    pub target: Target,
}

/// A text and the code it is of.
pub struct Text<'t> {
    /// The text.
    pub text: &'t str,
    /// Position of its code in the task; `None` if it fits none.
    pub position: Option<usize>,
    /// An example belongs to a group, such as those of one writer; what a definition says of a code has none.
    pub group: Option<usize>,
    /// Points that lines of the definitions give to codes for this text, by position.
    pub lines: Vec<(usize, f32)>,
}

/// How good a model is, by examples that it had not seen.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Examples.
    pub examples: usize,
    /// Whether they were enough for a calibrated confidence.
    pub is_calibrated: bool,
    /// Share of examples that fit a code whose code came first.
    pub right: f32,
    /// Share of them whose code was among the first three.
    pub among_three: f32,
    /// Share of them that are decided at the target.
    pub decided: f32,
    /// Share of what is decided that is right, texts that fit no code among it.
    pub right_when_decided: f32,
    /// Share of the examples that fit no code that are decided all the same; 0 if there are none.
    pub decided_of_none: f32,
    /// Confidence from which on it decides.
    pub threshold: f32,
    /// What was mixed up: the right code, the code that came first, how often; by position, most often first.
    pub confusions: Vec<(usize, usize, u32)>,
    /// By position of the code: its examples, and how many of them came first.
    pub counts: Vec<(u32, u32)>,
}

/// A trained model: its bytes, and how good it is.
pub struct Trained {
    /// As it stands in a registry.
    pub bytes: Vec<u8>,
    /// How good it is.
    pub measured: Measured,
}

/// Trains a model. The same task gives the same bytes.
pub fn train(task: &Task<'_>) -> Trained {
    let most = MOST_FEATURES.min(MOST_BYTES / task.codes.len().max(1));
    let mut readings = readings(task);
    let mut counted = Counted::new();
    readings.iter_mut().for_each(|reading| counted.add(&mut reading.features));
    let (bits, ranks, rarity) = counted.choose(most);
    let vocabulary = Vocabulary { bits: &bits, ranks: &ranks, rarity: &rarity };
    let rows = rows(task, &mut readings, vocabulary);
    drop(readings);
    let folds = folds(task);
    let columns = columns(task, &rows, rarity.len(), &folds);
    let base = -mean(columns.iter().map(|column| column.weights.bias));
    let unseen = Unseen { task, columns: &columns, folds: &folds, base };
    let points = unseen.points_of_margin();
    let fit = unseen.fit(points);
    let head = Head {
        codes: small(task.codes.len()).into(),
        rows: small(rarity.len()).into(),
        dimensions: small(task.vectors.as_ref().map_or(0, Vectors::dimensions)).into(),
        is_fitted: u32::from(matches!(fit.confidence, Confidence::Fitted(_))).into(),
        confidence: match fit.confidence {
            Confidence::Fitted(weights) => weights.map(F32::new),
            Confidence::Prior => [F32::ZERO; 3],
        },
        threshold: F32::new(fit.measured.threshold),
        points: F32::new(points),
        base: F32::new(base),
    };
    let mut bytes = head.as_bytes().to_vec();
    let scales: Vec<f32> = columns.iter().map(|column| scale(&column.weights.sparse)).collect();
    for ((code, column), (scale, (examples, _))) in
        task.codes.iter().zip(&columns).zip(scales.iter().zip(&fit.measured.counts))
    {
        let code = CodeHead {
            code: code.to_stored().into(),
            examples: (*examples).into(),
            scale: F32::new(*scale),
            bias: F32::new(column.weights.bias),
        };
        bytes.extend_from_slice(code.as_bytes());
    }
    bytes.extend_from_slice(bits.as_bytes());
    bytes.extend_from_slice(ranks.as_bytes());
    bytes.extend_from_slice(&rarity);
    for dimension in 0..task.vectors.as_ref().map_or(0, Vectors::dimensions) {
        let weights = columns.iter().map(|column| column.weights.dense.get(dimension).copied().unwrap_or_default());
        weights.for_each(|weight| bytes.extend(weight.to_le_bytes()));
    }
    for row in 0..rarity.len() {
        for (column, scale) in columns.iter().zip(&scales) {
            let weight = column.weights.sparse.get(row).copied().unwrap_or_default();
            #[expect(clippy::cast_possible_truncation, reason = "at most 127 by the choice of the scale")]
            let weight = (weight / scale).round() as i8;
            bytes.extend(weight.to_le_bytes());
        }
    }
    Trained { bytes, measured: fit.measured }
}

/// What a unit of weights that are kept in eight bits is worth.
fn scale(weights: &[f32]) -> f32 {
    let most = weights.iter().fold(0f32, |most, weight| most.max(weight.abs()));
    (most / f32::from(i8::MAX)).max(f32::MIN_POSITIVE)
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "numbers of examples")]
fn share(part: usize, whole: usize) -> f32 {
    if whole == 0 { 0.0 } else { part as f32 / whole as f32 }
}

fn mean(values: impl ExactSizeIterator<Item = f32>) -> f32 {
    let count = values.len();
    share(1, count) * values.sum::<f32>()
}

/// The words and features of every text.
fn readings(task: &Task<'_>) -> Vec<Reading> {
    let read = |text: &Text<'_>| {
        let mut reading = Reading::default();
        reading.read(text.text);
        reading
    };
    task.texts.iter().map(read).collect()
}

fn rows(task: &Task<'_>, readings: &mut [Reading], vocabulary: Vocabulary<'_>) -> Rows {
    let mut rows = Rows::new(task.vectors.as_ref().map_or(0, Vectors::dimensions));
    let (mut entries, mut sum, mut dense) = (Vec::new(), Vec::new(), Vec::new());
    for reading in readings {
        vocabulary.weigh(&mut reading.features, &mut entries);
        if let Some(vectors) = &task.vectors {
            embed(reading, vectors, &mut sum, &mut dense);
        }
        rows.push(entries.iter().map(|entry| (entry.row, entry.value)), &dense);
    }
    rows
}

/// By text, the part it is asked in; `None` for what is never asked. Groups are kept together if there are enough of them,
/// so that each is asked of a model that saw none of it.
fn folds(task: &Task<'_>) -> Vec<Option<usize>> {
    let groups = task.texts.iter().filter_map(|text| text.group).max().map_or(0, |last| last + 1);
    let mut nexts = vec![0; task.codes.len() + 1];
    let fold = |text: &Text<'_>| {
        let group = text.group?;
        let next = nexts.get_mut(text.position.unwrap_or(task.codes.len()))?;
        *next += 1;
        Some(if groups >= FOLDS { group % FOLDS } else { *next % FOLDS })
    };
    task.texts.iter().map(fold).collect()
}

/// One code: its weights by all texts, and for each text its margin by a model that had not seen it.
#[derive(Default)]
struct Column {
    weights: Weights,
    unseen: Vec<f32>,
}

/// Trains all codes, on as many threads as there are.
fn columns(task: &Task<'_>, rows: &Rows, features: usize, folds: &[Option<usize>]) -> Vec<Column> {
    let all: Vec<u32> = (0..small(task.texts.len())).collect();
    let without = |fold: usize| -> Vec<u32> {
        all.iter().copied().filter(|text| folds.get(*text as usize).copied().flatten() != Some(fold)).collect()
    };
    let is_measured = folds.iter().flatten().count() >= ENOUGH;
    let parts: Vec<Vec<u32>> = if is_measured { (0..FOLDS).map(without).collect() } else { Vec::new() };
    let one = |position: usize| {
        let is_own: Vec<bool> = task.texts.iter().map(|text| text.position == Some(position)).collect();
        let mut unseen = vec![0.0; if is_measured { task.texts.len() } else { 0 }];
        for (fold, chosen) in parts.iter().enumerate() {
            let weights = svm::train(rows, features, chosen, &is_own, svm::FEWER_PASSES);
            for ((text, margin), own) in unseen.iter_mut().enumerate().zip(folds) {
                if *own == Some(fold) {
                    *margin = weights.margin(rows, text);
                }
            }
        }
        Column { weights: svm::train(rows, features, &all, &is_own, svm::PASSES), unseen }
    };
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Column)>> = Mutex::new(Vec::with_capacity(task.codes.len()));
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let position = next.fetch_add(1, Ordering::Relaxed);
                    if position >= task.codes.len() {
                        break;
                    }
                    let column = one(position);
                    if let Ok(mut done) = done.lock() {
                        done.push((position, column));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(position, _)| *position);
    done.into_iter().map(|(_, column)| column).collect()
}

/// What models say of examples that they had not seen.
struct Unseen<'t> {
    task: &'t Task<'t>,
    columns: &'t [Column],
    folds: &'t [Option<usize>],
    base: f32,
}

struct Fit {
    confidence: Confidence,
    measured: Measured,
}

impl Unseen<'_> {
    /// The examples, by position among the texts.
    fn examples(&self) -> impl Iterator<Item = (usize, &Text<'_>)> {
        let texts = self.task.texts.iter().enumerate().zip(self.folds);
        texts.filter(|(_, fold)| fold.is_some()).map(|(text, _)| text)
    }

    fn is_measured(&self) -> bool {
        self.examples().take(ENOUGH).count() == ENOUGH
    }

    fn margin(&self, text: usize, position: usize) -> f32 {
        let unseen = self.columns.get(position).and_then(|column| column.unseen.get(text));
        unseen.copied().unwrap_or_default() + self.base
    }

    /// How many points a margin of 1 is.
    fn points_of_margin(&self) -> f32 {
        let right = |(text, it): (usize, &Text<'_>)| Some(self.margin(text, it.position?));
        let mut margins: Vec<f32> =
            if self.is_measured() { self.examples().filter_map(right).collect() } else { vec![] };
        margins.sort_by(f32::total_cmp);
        let median = margins.get(margins.len() / 2).copied().filter(|median| *median > USUAL_MARGIN / 4.0);
        MEDIAN_POINTS / median.unwrap_or(USUAL_MARGIN)
    }

    /// The three codes with the most points for a text, best first.
    fn best(&self, text: usize, lines: &[(usize, f32)], points: f32) -> [(usize, f32); 3] {
        let mut best = [(usize::MAX, f32::NEG_INFINITY); 3];
        for position in 0..self.columns.len() {
            let own = lines.iter().filter(|(code, _)| *code == position).map(|(_, points)| points).sum::<f32>();
            let score = points * self.margin(text, position) + own;
            let rank = best.iter().filter(|(_, other)| *other >= score).count();
            if let Some(better) = best.get_mut(rank..).filter(|better| !better.is_empty()) {
                better.rotate_right(1);
                better.iter_mut().take(1).for_each(|slot| *slot = (position, score));
            }
        }
        best
    }

    /// Fits the confidence, chooses the threshold and counts what is right.
    fn fit(&self, points: f32) -> Fit {
        let mut measured = Measured { counts: vec![(0, 0); self.columns.len()], ..Measured::default() };
        for (_, text) in self.examples() {
            measured.examples += 1;
            if let Some((examples, _)) = text.position.and_then(|code| measured.counts.get_mut(code)) {
                *examples += 1;
            }
        }
        if !self.is_measured() {
            measured.threshold = if let Target::Above(threshold) = self.task.target { threshold } else { NEVER };
            return Fit { confidence: Confidence::Prior, measured };
        }
        measured.is_calibrated = true;
        let answers = self.answers(points, &mut measured);
        let confidence = Confidence::fit(&answers);
        let mut sure: Vec<(f32, Answer)> =
            answers.iter().map(|answer| (confidence.of(answer.score, answer.lead), *answer)).collect();
        sure.sort_by(|one, other| other.0.total_cmp(&one.0));
        measured.threshold = match self.task.target {
            Target::Right(share) => least_right(&sure, share),
            Target::Decided(share) => least_decided(&sure, share),
            Target::Above(threshold) => threshold,
            Target::Never => NEVER,
        };
        let decided = || sure.iter().take_while(|(confidence, _)| *confidence >= measured.threshold);
        let fitting = answers.iter().filter(|answer| answer.fits).count();
        let none = answers.len() - fitting;
        measured.decided = share(decided().filter(|(_, answer)| answer.fits).count(), fitting);
        measured.decided_of_none = share(decided().filter(|(_, answer)| !answer.fits).count(), none);
        measured.right_when_decided = share(decided().filter(|(_, it)| it.is_right).count(), decided().count());
        Fit { confidence, measured }
    }

    /// The best answer to each example; counts what is right and what is mixed up.
    fn answers(&self, points: f32, measured: &mut Measured) -> Vec<Answer> {
        let (mut right, mut among, mut fitting) = (0, 0, 0);
        let mut mixed = std::collections::BTreeMap::<(usize, usize), u32>::new();
        let mut answers = Vec::new();
        for (place, text) in self.examples() {
            let best = self.best(place, &text.lines, points);
            let [(first, score), next, last] = best;
            let is_above = |other: usize| {
                let (above, other) = (self.task.above.get(first), self.task.codes.get(other));
                above.zip(other).is_some_and(|(above, other)| above.contains(other))
            };
            let second = if is_above(next.0) { last.1 } else { next.1 };
            let is_right = text.position == Some(first);
            answers.push(Answer { score, lead: score - second, is_right, fits: text.position.is_some() });
            let Some(code) = text.position else { continue };
            fitting += 1;
            right += usize::from(is_right);
            among += usize::from(best.iter().any(|(position, _)| *position == code));
            if is_right && let Some((_, own)) = measured.counts.get_mut(code) {
                *own += 1;
            }
            if !is_right {
                *mixed.entry((code, first)).or_default() += 1;
            }
        }
        measured.right = share(right, fitting);
        measured.among_three = share(among, fitting);
        let mut confusions: Vec<(usize, usize, u32)> =
            mixed.into_iter().map(|((code, first), count)| (code, first, count)).collect();
        confusions.sort_by_key(|(code, first, count)| (std::cmp::Reverse(*count), *code, *first));
        measured.confusions = confusions;
        answers
    }
}

/// A threshold that no confidence reaches.
const NEVER: f32 = 2.0;

/// The least confidence from which on so large a share is right; never if there is none. `sure` is in order, surest first.
fn least_right(sure: &[(f32, Answer)], wanted: f32) -> f32 {
    let (mut right, mut least) = (0, NEVER);
    for (count, (confidence, answer)) in (1..).zip(sure) {
        right += usize::from(answer.is_right);
        if share(right, count) >= wanted {
            least = *confidence;
        }
    }
    least
}

/// The least confidence of the surest share of the texts that fit a code.
fn least_decided(sure: &[(f32, Answer)], wanted: f32) -> f32 {
    let fitting: Vec<f32> = sure.iter().filter(|(_, answer)| answer.fits).map(|(confidence, _)| *confidence).collect();
    let count = (1..=fitting.len()).find(|count| share(*count, fitting.len()) >= wanted);
    count.and_then(|count| fitting.get(count - 1)).copied().unwrap_or(NEVER)
}
