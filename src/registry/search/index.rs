//! Makes the search index of a code set. Entries are its titles, synonyms, index entries and wordings, in the order of the codes; the
//! dictionary leads from a word to the entries that have it, and from a whole phrase to its code.

use super::wording;
use super::wording::Spoken;
use super::wording::stems_of;
use super::words::Splitter;
use super::words::Word;
use super::words::faintness;
use super::words::says_little;
use crate::model::content::CodeSet;
use crate::model::ids::CodeId;
use crate::registry::layout::EntryRow;
use crate::registry::layout::Packed;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::iter::Peekable;
use std::vec::IntoIter;
use zerocopy::IntoBytes;

/// The official title.
pub(super) const TITLE: u8 = 0;
/// A synonym, inclusion term, or title in another language.
pub(super) const SYNONYM: u8 = 1;
/// An entry of an alphabetic index.
pub(super) const INDEX: u8 = 2;
/// How people say it.
pub(super) const WORDING: u8 = 3;
/// Words of the shortest wording that is a term of a longer text: people's own words are short, and said of much else.
const WORDS_OF_A_WORDING: usize = 3;

/// Whether a field says the same as the title in other words.
pub(super) fn is_synonym(field: u8) -> bool {
    field == SYNONYM || field == WORDING
}

/// Phrases of more words than this are not spotted in texts.
pub(super) const LONGEST_PHRASE: usize = 9;

/// The sections of an index.
#[derive(Default)]
pub(crate) struct Index {
    /// fst: word → place in `postings`.
    pub words: Vec<u8>,
    /// Lists: entries that have the word; delta-coded, the lowest bit says that the word is optional there.
    pub postings: Vec<u8>,
    /// Rows by entry.
    pub entries: Vec<u8>,
    /// fst: phrase → code and field.
    pub phrases: Vec<u8>,
}

struct Entry {
    code: CodeId,
    field: u8,
    words: Vec<Word>,
}

/// Makes the index.
pub(crate) fn pack(set: &CodeSet) -> Index {
    let entries = entries(set);
    let mut postings: BTreeMap<&str, Vec<(u32, bool)>> = BTreeMap::new();
    for (place, entry) in (0..).zip(&entries) {
        for word in distinct(&entry.words) {
            postings.entry(&word.stem).or_default().push((place, word.is_optional));
        }
    }
    let faint = stems_of(&set.wording.faint);
    let weight = |word: &str, having: usize| rarity(entries.len(), having) * faintness(word, faint.contains(word));
    let rarity: BTreeMap<&str, f32> = postings.iter().map(|(word, list)| (*word, weight(word, list.len()))).collect();
    let mut rows = Vec::new();
    for entry in &entries {
        let words = distinct(&entry.words);
        let needed = words.iter().filter(|word| !word.is_optional);
        let weight: f32 = needed.clone().filter_map(|word| rarity.get(word.stem.as_str())).sum();
        let row = EntryRow {
            code: entry.code.to_stored().into(),
            field: entry.field,
            words: u8::try_from(needed.count()).unwrap_or(u8::MAX),
            weight: sixteenths(weight).to_le_bytes(),
            spare: u8::try_from(words.iter().filter(|word| word.is_optional).count()).unwrap_or(u8::MAX),
            unused: [0; 3],
        };
        rows.extend_from_slice(row.as_bytes());
    }
    Index {
        words: fst_of(postings.keys().zip(0..).map(|(word, place)| (*word, place))),
        postings: Packed::pack(postings.values().map(|list| packed(list))),
        entries: rows,
        phrases: phrases(set, &entries),
    }
}

/// Weight of a word by how few entries have it.
pub(super) fn rarity(entries: usize, having: usize) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "counts of entries are far below 2^24")]
    let (all, having) = (entries as f32, having as f32);
    (1.0 + (all - having + 0.5) / (having + 0.5)).ln()
}

fn sixteenths(weight: f32) -> u16 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded before")]
    let out = (weight * 16.0).clamp(0.0, 65_535.0) as u16;
    out
}

fn entries(set: &CodeSet) -> Vec<Entry> {
    let splitter = Splitter::new();
    // Only wordings are spelled out, and few sets have any.
    let (wording, of_titles): (Vec<u8>, BTreeSet<String>) = match set.wordings.as_slice() {
        [] => Default::default(),
        _ => {
            let words = set.codes.iter().flat_map(|code| splitter.words(&code.title));
            (wording::pack(&set.wording), words.map(|word| word.stem).collect())
        }
    };
    let spoken = Spoken::new(&wording);
    let is_official = |word: &str| splitter.words(word).iter().all(|word| of_titles.contains(&word.stem));
    let (mut index, mut wordings) = (by_code(&set.index), by_code(&set.wordings));
    let mut out = Vec::new();
    for (id, code) in CodeId::numbered(&set.codes) {
        let mut known: BTreeSet<Vec<String>> = BTreeSet::new();
        let mut add = |text: &str, field: u8| {
            let words = splitter.words(text);
            let key = words.iter().map(|word| word.stem.clone()).collect();
            if !words.is_empty() && known.insert(key) {
                out.push(Entry { code: id, field, words });
            }
        };
        add(&code.title, TITLE);
        code.synonyms.iter().for_each(|synonym| add(synonym, SYNONYM));
        let includes = code.notes.iter().filter(|(kind, _)| kind == "includes");
        includes.for_each(|(_, note)| add(note, SYNONYM));
        code.designations.iter().for_each(|(_, title)| add(title, SYNONYM));
        while let Some((text, _)) = index.next_if(|(_, code)| *code <= id) {
            add(text, INDEX);
        }
        while let Some((text, _)) = wordings.next_if(|(_, code)| *code <= id) {
            add(text, WORDING);
            // A query is spelled out, so that its words would not meet a short form here. Words of titles are meant as they stand.
            if let Some(spelled) = spoken.written_out(text, &is_official) {
                add(&spelled, WORDING);
            }
        }
    }
    out
}

fn by_code(list: &[(String, CodeId)]) -> Peekable<IntoIter<&(String, CodeId)>> {
    let mut list: Vec<&(String, CodeId)> = list.iter().collect();
    list.sort_by_key(|(_, code)| *code);
    list.into_iter().peekable()
}

/// Each word once; needed if it is needed anywhere.
fn distinct(words: &[Word]) -> Vec<&Word> {
    let mut out: Vec<&Word> = Vec::new();
    for word in words {
        match out.iter_mut().find(|known| known.stem == word.stem) {
            Some(known) if known.is_optional => *known = word,
            Some(_) => {}
            None => out.push(word),
        }
    }
    out
}

fn packed(list: &[(u32, bool)]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut last = 0;
    for (entry, is_optional) in list {
        let mut number = (u64::from(entry - last) << 1) | u64::from(*is_optional);
        last = *entry;
        while number >= 0x80 {
            out.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        out.push((number & 0x7f) as u8);
    }
    out
}

/// Reads a list of postings: entry, and whether the word is optional there.
pub(super) fn unpacked(list: &[u8]) -> impl Iterator<Item = (u32, bool)> {
    let (mut bytes, mut last) = (list.iter(), 0_u32);
    std::iter::from_fn(move || {
        let (mut number, mut shift) = (0_u64, 0);
        loop {
            let byte = *bytes.next()?;
            number |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 || shift > 35 {
                break;
            }
        }
        last = last.wrapping_add(u32::try_from(number >> 1).ok()?);
        Some((last, number & 1 == 1))
    })
}

/// Whole entries as phrases: the needed words in their order, and with what stands after a comma before the rest, as people
/// say it (`Cancer, breast` is said `breast cancer`).
fn phrases(set: &CodeSet, entries: &[Entry]) -> Vec<u8> {
    let (parts, faint) = (stems_of(&set.wording.parts), stems_of(&set.wording.faint));
    // One word of a longer text is a term only if it names something. A number may.
    let says_too_little = |entry: &Entry, words: &[&Word]| {
        let is_part = |word: &&Word| says_little(&word.stem, faint.contains(&word.stem)) || parts.contains(&word.stem);
        let is_short = entry.field == WORDING && words.len() < WORDS_OF_A_WORDING;
        is_short || (words.len() == 1 && words.iter().all(is_part))
    };
    let mut best: BTreeMap<String, u64> = BTreeMap::new();
    for entry in entries {
        let needed: Vec<&Word> = entry.words.iter().filter(|word| !word.is_optional).collect();
        if needed.is_empty() || needed.len() > LONGEST_PHRASE || says_too_little(entry, &needed) {
            continue;
        }
        let is_header = entry.code.get(&set.codes).is_none_or(|code| !code.is_assignable);
        let value = (u64::from(is_header) << 40) | (u64::from(entry.field) << 32) | u64::from(entry.code.to_stored());
        let mut turned = needed.clone();
        turned.sort_by_key(|word| std::cmp::Reverse(word.part));
        for words in [needed, turned] {
            let phrase = words.iter().map(|word| word.stem.as_str()).collect::<Vec<_>>().join(" ");
            let known = best.entry(phrase).or_insert(value);
            *known = value.min(*known);
        }
    }
    fst_of(best.iter().map(|(phrase, value)| (phrase.as_str(), *value)))
}

/// An fst of keys in ascending order. Keys out of order, which a map never gives, would be left out.
fn fst_of<'a>(items: impl Iterator<Item = (&'a str, u64)>) -> Vec<u8> {
    let mut builder = fst::MapBuilder::memory();
    for (key, value) in items {
        let _ = builder.insert(key, value);
    }
    builder.into_inner().unwrap_or_default()
}
