//! Word vectors: a static embedding table, packed for a registry and read where it is mapped.
//!
//! The vector of a text is the mean of those of its word pieces, scaled to length 1. Pieces are cut as WordPiece does: the
//! longest piece that the word begins with, then the longest that the rest goes on with (written `##…`).

use fst::raw::Fst;
use fst::raw::Output;
use std::path::Path;
use zerocopy::FromBytes;
use zerocopy::Immutable;
use zerocopy::IntoBytes;
use zerocopy::KnownLayout;
use zerocopy::Unaligned;
use zerocopy::little_endian::F32;
use zerocopy::little_endian::U32;

/// A packed table may have so many bytes.
const MOST_BYTES: usize = 10 << 20;
/// What a piece that goes on with a word begins with.
const GOES_ON: &[u8] = b"##";
/// Pieces of one word that are looked at.
const MOST_PIECES: usize = 32;
/// The files of a table, in the format of model2vec.
pub const FILES: [&str; 3] = ["model.safetensors", "tokenizer.json", "config.json"];

/// Why a table cannot be used: one line.
#[derive(Debug, thiserror::Error)]
#[error("word vectors in {folder}: {why}")]
pub struct Error {
    folder: String,
    why: String,
}

#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct Head {
    dimensions: U32,
    pieces: U32,
    /// Bytes of the dictionary of pieces.
    dictionary: U32,
    unused: U32,
}

/// A packed table.
#[derive(Clone)]
pub struct Vectors<'b> {
    pieces: Fst<&'b [u8]>,
    /// By dimension, what a unit of its numbers is worth.
    scales: &'b [F32],
    rows: &'b [i8],
}

impl<'b> Vectors<'b> {
    /// Reads a packed table; `None` if the bytes are none.
    pub fn of(bytes: &'b [u8]) -> Option<Vectors<'b>> {
        let (head, rest) = Head::ref_from_prefix(bytes).ok()?;
        let dimensions = head.dimensions.get() as usize;
        let (dictionary, rest) = rest.split_at_checked(head.dictionary.get() as usize)?;
        let (scales, rows) = <[F32]>::ref_from_prefix_with_elems(rest, dimensions).ok()?;
        let rows = rows.get(..dimensions.checked_mul(head.pieces.get() as usize)?)?;
        Some(Vectors { pieces: Fst::new(dictionary).ok()?, scales, rows: <[i8]>::ref_from_bytes(rows).ok()? })
    }

    /// Numbers of a vector.
    pub fn dimensions(&self) -> usize {
        self.scales.len()
    }

    /// Adds the pieces of a word, folded, to a sum of as many numbers as a vector has.
    pub(super) fn add(&self, word: &str, sum: &mut [i32]) {
        let (pieces, count) = self.cut(word.as_bytes());
        for piece in pieces.iter().take(count) {
            let from = piece * self.dimensions();
            let row = self.rows.get(from..from + self.dimensions()).unwrap_or_default();
            sum.iter_mut().zip(row).for_each(|(sum, number)| *sum += i32::from(*number));
        }
    }

    /// A sum as a vector of a length; all 0 if there was no piece.
    pub(super) fn finish(&self, sum: &[i32], length: f32, out: &mut Vec<f32>) {
        let factor = self.factor(sum, length);
        out.clear();
        out.extend(self.scaled(sum, factor));
    }

    /// A sum in the units of the table, times a factor.
    #[expect(clippy::cast_precision_loss, reason = "sums of a few thousand bytes")]
    pub(super) fn scaled(&self, sum: &[i32], factor: f32) -> impl Iterator<Item = f32> {
        sum.iter().zip(self.scales).map(move |(sum, scale)| *sum as f32 * scale.get() * factor)
    }

    /// What makes a sum a vector of a length.
    pub(super) fn factor(&self, sum: &[i32], length: f32) -> f32 {
        let norm = self.scaled(sum, 1.0).map(|number| number * number).sum::<f32>().sqrt();
        if norm > 0.0 { length / norm } else { 0.0 }
    }

    /// The pieces of a word; none if some part of it is no piece.
    fn cut(&self, word: &[u8]) -> ([usize; MOST_PIECES], usize) {
        let (mut pieces, mut count, mut rest) = ([0; MOST_PIECES], 0, word);
        while !rest.is_empty() {
            let begins = if count == 0 { b"".as_slice() } else { GOES_ON };
            let (Some((piece, length)), Some(slot)) = (self.longest(begins, rest), pieces.get_mut(count)) else {
                return (pieces, 0);
            };
            (*slot, count) = (piece, count + 1);
            rest = rest.get(length..).unwrap_or_default();
        }
        (pieces, count)
    }

    /// The longest piece that `begins` and then the first bytes of `word` make, and how many bytes those are.
    fn longest(&self, begins: &[u8], word: &[u8]) -> Option<(usize, usize)> {
        let (mut node, mut output) = (self.pieces.root(), Output::zero());
        for byte in begins {
            let step = node.transition(node.find_input(*byte)?);
            (output, node) = (output.cat(step.out), self.pieces.node(step.addr));
        }
        let mut best = None;
        for (length, byte) in (1..).zip(word) {
            let Some(step) = node.find_input(*byte).map(|input| node.transition(input)) else { break };
            (output, node) = (output.cat(step.out), self.pieces.node(step.addr));
            if node.is_final() {
                let piece = usize::try_from(output.cat(node.final_output()).value()).ok();
                best = piece.map(|piece| (piece, length)).or(best);
            }
        }
        best
    }
}

impl Error {
    /// There are tables in several folders, and a registry has one.
    pub fn several(folders: &[&Path]) -> Error {
        let names: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
        Error { folder: names.join(", "), why: "one table can be used; take the others away".to_owned() }
    }
}

/// Packs the table of a folder: eight bits a number, one scale for each dimension.
///
/// # Errors
/// If a file cannot be read, is not in the format, or the packed table would be larger than 10 MiB.
pub fn pack(folder: &Path) -> Result<Vec<u8>, Error> {
    let fail = |why: String| Error { folder: folder.display().to_string(), why };
    let read = |name: &str| std::fs::read(folder.join(name)).map_err(|error| fail(format!("{name}: {error}")));
    let [table, words, _] = FILES;
    let (numbers, dimensions) = numbers(&read(table)?).map_err(|why| fail(format!("{table}: {why}")))?;
    let dictionary =
        dictionary(&read(words)?, numbers.len() / dimensions).map_err(|why| fail(format!("{words}: {why}")))?;
    let mut scales = vec![0f32; dimensions];
    for row in numbers.chunks_exact(dimensions) {
        scales.iter_mut().zip(row).for_each(|(most, number)| *most = most.max(number.abs()));
    }
    scales.iter_mut().for_each(|most| *most = (*most / f32::from(i8::MAX)).max(f32::MIN_POSITIVE));
    let count = |number: usize| u32::try_from(number).map(U32::new).map_err(|_| fail("too large".to_owned()));
    let head = Head {
        dimensions: count(dimensions)?,
        pieces: count(numbers.len() / dimensions)?,
        dictionary: count(dictionary.len())?,
        unused: U32::ZERO,
    };
    let mut out = head.as_bytes().to_vec();
    out.extend(dictionary);
    scales.iter().for_each(|scale| out.extend(scale.to_le_bytes()));
    #[expect(clippy::cast_possible_truncation, reason = "at most 127 by the choice of the scale")]
    let small = |(number, scale): (&f32, &f32)| (number / scale).round() as i8;
    for row in numbers.chunks_exact(dimensions) {
        out.extend(row.iter().zip(&scales).map(|pair| small(pair).to_le_bytes()[0]));
    }
    if out.len() > MOST_BYTES {
        #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
        let size = out.len() as f64 / f64::from(1 << 20);
        return Err(fail(format!("packed it would have {size:.1} MiB; at most {} are read", MOST_BYTES >> 20)));
    }
    Ok(out)
}

/// The numbers of the table, row by row, and how many a row has.
fn numbers(bytes: &[u8]) -> Result<(Vec<f32>, usize), String> {
    let tensors = safetensors::SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let table = tensors.tensor("embeddings").map_err(|error| error.to_string())?;
    let &[_, dimensions] = table.shape() else { return Err("`embeddings` is no table".to_owned()) };
    if dimensions == 0 {
        return Err("`embeddings` is empty".to_owned());
    }
    let numbers: Vec<f32> = match table.dtype() {
        safetensors::Dtype::F16 => table
            .data()
            .chunks_exact(2)
            .filter_map(|two| Some(half::f16::from_le_bytes(two.try_into().ok()?).to_f32()))
            .collect(),
        safetensors::Dtype::F32 => {
            table.data().chunks_exact(4).filter_map(|four| Some(f32::from_le_bytes(four.try_into().ok()?))).collect()
        }
        other => return Err(format!("its numbers are {other:?}; F16 and F32 are read")),
    };
    if numbers.iter().any(|number| !number.is_finite()) {
        return Err("it has a number that is none".to_owned());
    }
    Ok((numbers, dimensions))
}

/// The pieces with their numbers, as a dictionary.
fn dictionary(bytes: &[u8], rows: usize) -> Result<Vec<u8>, String> {
    let tokenizer: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let vocabulary = tokenizer.pointer("/model/vocab").and_then(serde_json::Value::as_object);
    let is_word_piece = tokenizer.pointer("/model/type").and_then(serde_json::Value::as_str) == Some("WordPiece");
    let vocabulary = vocabulary.filter(|_| is_word_piece).ok_or("only WordPiece tokenizers are read")?;
    let number =
        |value: &serde_json::Value| value.as_u64().filter(|number| usize::try_from(*number).is_ok_and(|it| it < rows));
    let mut pieces: Vec<(&str, u64)> =
        vocabulary.iter().filter_map(|(piece, value)| Some((piece.as_str(), number(value)?))).collect();
    pieces.sort_unstable();
    let map = fst::Map::from_iter(pieces).map_err(|error| error.to_string())?;
    Ok(map.into_fst().into_inner())
}
