//! Ranks codes for a query.
//!
//! Each entry of the index is judged on its own: how much of the query it covers, how much of it the query covers, words
//! weighing more the rarer they are. The best entry of a code decides; its other entries and what it stands under help a
//! little where they cover words that the best one does not.

use super::index;
use super::memo;
use super::memo::Kept;
use super::memo::SetKey;
use super::near::near;
use super::wording::Faint;
use super::words;
use super::words::Splitter;
use super::words::Word;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::registry::codes::Codes;
use crate::registry::layout::EntryRow;
use crate::registry::layout::Kind;
use crate::registry::layout::Packed;
use crate::registry::open::Registry;
use fst::Automaton;
use fst::IntoStreamer;
use fst::Streamer;
use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use zerocopy::FromBytes;

/// Words of a query beyond these are not looked at.
const MOST_WORDS: usize = 24;
/// How many words a half-typed one may stand for.
const MOST_ENDINGS: usize = 24;
/// A word that so many entries have only adds to entries that a rarer one has found.
const COMMON: usize = 12_000;
/// A word that no entry has counts for so much of a rare one: nothing could have matched it.
const UNKNOWN: f32 = 0.5;
/// An entry worth less than this share of the best is left out.
const WORTH: f32 = 0.4;
/// How many codes are looked at closely.
const FINALISTS: usize = 96;

/// A last word so short is rather half typed than misspelt: where another code set has words that it begins, these come
/// first.
const SHORT: usize = 5;
const HALF_TYPED: f32 = 0.7;

/// Weights of the fields: title, synonym, index entry, how people say it.
const FIELDS: [f32; 4] = [1.0, 0.97, 0.93, 0.97];
/// What an entry gains that says just what the query says, and what it loses for each word that it could leave out.
const EXACT: f32 = 0.35;
const SPARE: f32 = 0.05;
/// A synonym speaks for its code if the query has more than this share of it.
const MOST_OF: f32 = 0.75;
/// What a code gains for the words that only its other entries have.
const OTHERS: f32 = 0.25;
/// Who asks for a category by its name means the category, not the first code in it.
const CATEGORY: f32 = 0.02;
/// Chapters and blocks are no answer unless nothing else is.
const GROUP: f32 = -0.5;

/// A word of the query and what stands for it in the dictionary.
struct Term {
    weight: f32,
    /// Place of the postings, how well the word fits.
    forms: Vec<(usize, f32)>,
    /// Entries that have one of the forms, about.
    count: usize,
}

/// What an entry has of the query.
#[derive(Clone, Copy, Default)]
struct Tally {
    /// Weight of the words it has.
    matched: f32,
    /// Weight of those that it needs itself.
    needed: f32,
    /// Words it has, a bit each.
    mask: u32,
}

/// Tallies by entry, kept between searches, since clearing all would cost more than a search.
#[derive(Default)]
struct Tallies {
    entries: Vec<Tally>,
    /// A bit for each entry that has one, so that they are read in order without being sorted.
    marks: Vec<u64>,
    has_any: bool,
}

thread_local! {
    /// What a folded word may be in the dictionary of a code set: where its postings are, and how well it fits.
    static FORMS: Kept<(SetKey, String), Vec<(usize, f32)>> = RefCell::default();
    static TALLIES: RefCell<Tallies> = RefCell::default();
}

/// What a search returns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The code.
    pub code: CodeId,
    /// Higher is better.
    pub score: f32,
}

/// A hit, and what led to it.
#[derive(Clone, Copy)]
pub(super) struct Found {
    pub hit: Hit,
    /// Words of the query that the synonym has which led to it, a bit each; none if its title or an index did.
    pub by_synonym: u32,
}

pub(super) struct Tables<'a> {
    codes: Codes<'a>,
    words: fst::Map<&'a [u8]>,
    postings: Packed<'a>,
    rows: &'a [EntryRow],
    faint: Faint<'a>,
}

impl Registry {
    /// Whether the list of words that was installed when it was built has a word, or each part of one; not, if there was no list.
    pub fn is_word(&self, word: &str) -> bool {
        let parts = Splitter::new().words(word);
        !parts.is_empty() && parts.iter().all(|part| self.is_language(&part.folded, &part.stem))
    }
}

impl Codes<'_> {
    /// Stands for this code set among all that are open.
    pub(super) fn memo_key(self) -> SetKey {
        (self.registry.serial, std::ptr::from_ref(self.set).addr())
    }

    /// Whether another code set of the registry has a word.
    fn is_word_elsewhere(self, stem: &str) -> bool {
        let registry = self.registry;
        let words = |set| fst::Map::new(registry.codes(set).column(Kind::Words)).ok();
        registry.sets().filter_map(words).any(|words| words.contains_key(stem))
    }

    /// Codes by words, best first: word forms, prefixes of the last word, misspellings. `on` leaves out what is not in force.
    pub fn search(self, query: &str, on: Option<Day>, limit: usize) -> Vec<Hit> {
        let Some(tables) = Tables::of(self) else { return Vec::new() };
        let terms = terms(&tables, query);
        let mut ranked = if limit == 0 { Vec::new() } else { tables.ranked(self, &terms, on) };
        for reading in self.spelled_out(query) {
            ranked = better(ranked, tables.ranked(self, &terms_of(&tables, &reading, false), on));
        }
        by_code(self, query, on, ranked, limit)
    }
}

/// The better hit of each code.
fn better(one: Vec<Hit>, other: Vec<Hit>) -> Vec<Hit> {
    let mut all: Vec<Hit> = one.into_iter().chain(other).collect();
    all.sort_by(|left, right| left.code.cmp(&right.code).then(right.score.total_cmp(&left.score)));
    all.dedup_by_key(|hit| hit.code);
    all.sort_by(|left, right| right.score.total_cmp(&left.score).then(left.code.cmp(&right.code)));
    all
}

/// A query that is itself a code of the set gets that code first.
fn by_code(codes: Codes<'_>, query: &str, on: Option<Day>, ranked: Vec<Hit>, limit: usize) -> Vec<Hit> {
    let named = codes.find(query).filter(|code| on.is_none_or(|on| codes.is_in_force(*code, on)));
    let first = named.map(|code| Hit { code, score: 2.0 });
    let others = ranked.into_iter().filter(|hit| Some(hit.code) != named);
    first.into_iter().chain(others).take(limit).collect()
}

fn terms(tables: &Tables<'_>, query: &str) -> Vec<Term> {
    terms_of(tables, &Splitter::new().words(query), query.ends_with(char::is_alphanumeric))
}

/// Terms for words. If it `is_open`, the last may be half typed.
fn terms_of(tables: &Tables<'_>, words: &[Word], is_open: bool) -> Vec<Term> {
    let words = words.get(..MOST_WORDS).unwrap_or(words);
    let mut known: Vec<&str> = Vec::new();
    let mut out: Vec<Term> = Vec::new();
    let last = words.len().saturating_sub(1);
    for (place, word) in words.iter().enumerate() {
        if known.contains(&word.stem.as_str()) {
            continue;
        }
        known.push(&word.stem);
        let is_open = is_open && place == last;
        let mut forms = if is_open || !memo::is_usual(&word.folded) {
            forms(tables, word, is_open)
        } else {
            let key = (tables.codes.memo_key(), word.folded.clone());
            memo::kept(&FORMS, key, |_| forms(tables, word, false))
        };
        for pair in [words.get(place..place + 2), place.checked_sub(1).and_then(|before| words.get(before..=place))] {
            let joined = pair.map(|pair| pair.iter().map(|word| word.folded.as_str()).collect::<String>());
            forms.extend(joined.and_then(|joined| tables.words.get(joined)).map(|list| (place_of(list), 1.0)));
        }
        let count = forms.iter().map(|(list, _)| tables.having(*list)).sum();
        let rarity = index::rarity(tables.rows.len(), if forms.is_empty() { 0 } else { count });
        let faint = if word.is_optional { 0.4 } else { 1.0 };
        let faint = if forms.is_empty() { faint * UNKNOWN } else { faint };
        out.push(Term { weight: rarity * tables.faintness(&word.stem) * faint, forms, count });
    }
    out
}

fn place_of(list: u64) -> usize {
    usize::try_from(list).unwrap_or(usize::MAX)
}

impl<'a> Tables<'a> {
    /// Those of a code set; `None` if it has none.
    pub(super) fn of(codes: Codes<'a>) -> Option<Tables<'a>> {
        let words = fst::Map::new(codes.column(Kind::Words)).ok()?;
        let rows = <[EntryRow]>::ref_from_bytes(codes.column(Kind::Entries)).unwrap_or(&[]);
        let faint = Faint::new(codes.column(Kind::Wording));
        Some(Tables { codes, words, postings: codes.packed(Kind::Postings), rows, faint })
    }

    /// Codes for words, best first.
    pub(super) fn for_words(&self, codes: Codes<'_>, words: &[Word], on: Option<Day>) -> Vec<Found> {
        self.found(codes, &terms_of(self, words, false), on)
    }

    /// Whether some entry has a word.
    pub(super) fn has(&self, stem: &str) -> bool {
        self.words.get(stem).is_some()
    }

    /// What a word weighs; one that no entry has weighs nothing.
    pub(super) fn weight(&self, stem: &str) -> f32 {
        let Some(list) = self.words.get(stem) else { return 0.0 };
        index::rarity(self.rows.len(), self.having(place_of(list))) * self.faintness(stem)
    }

    /// How much a word weighs besides its rarity.
    pub(super) fn faintness(&self, stem: &str) -> f32 {
        words::faintness(stem, self.faint.has(stem))
    }

    /// Whether nearly every title could have a word.
    pub(super) fn says_little(&self, stem: &str) -> bool {
        words::says_little(stem, self.faint.has(stem))
    }

    fn ranked(&self, codes: Codes<'_>, terms: &[Term], on: Option<Day>) -> Vec<Hit> {
        self.found(codes, terms, on).into_iter().map(|found| found.hit).collect()
    }

    fn found(&self, codes: Codes<'_>, terms: &[Term], on: Option<Day>) -> Vec<Found> {
        if terms.iter().all(|term| term.forms.is_empty()) {
            return Vec::new();
        }
        let whole: f32 = terms.iter().map(|term| term.weight).sum();
        TALLIES.with_borrow_mut(|tallies| {
            tallies.fit(self.rows.len());
            tally(self, terms, tallies);
            let judged = judge(tallies, self.rows, whole);
            rank(codes, terms, whole, on, &judged)
        })
    }

    /// About how many entries a list has: most take one to two bytes.
    fn having(&self, list: usize) -> usize {
        self.postings.get(list).len().div_ceil(2)
    }
}

/// What a word of the query may be in the dictionary: itself; else words it begins; else two words written together; else
/// words a letter or two away.
fn forms(tables: &Tables<'_>, word: &Word, is_open: bool) -> Vec<(usize, f32)> {
    if let Some(list) = tables.words.get(&word.stem) {
        return vec![(place_of(list), 1.0)];
    }
    if is_open && word.folded.len() >= 2 {
        let endings = endings(tables, &word.folded);
        if !endings.is_empty() {
            return endings;
        }
    }
    let parted = parted(tables, &word.folded);
    // A word that the other code sets have, or the language, is written as it is meant.
    let is_meant = || tables.codes.registry.is_language(&word.folded, &word.stem);
    if !parted.is_empty() || tables.codes.is_word_elsewhere(&word.stem) || is_meant() {
        return parted;
    }
    let faith = if is_open && word.folded.len() <= SHORT { HALF_TYPED } else { 1.0 };
    misspelt(tables, word).into_iter().map(|(list, fit)| (list, fit * faith)).collect()
}

fn endings(tables: &Tables<'_>, beginning: &str) -> Vec<(usize, f32)> {
    let mut out = Vec::new();
    let mut stream = tables.words.search(fst::automaton::Str::new(beginning).starts_with()).into_stream();
    while let Some((word, list)) = stream.next() {
        let list = place_of(list);
        #[expect(clippy::cast_precision_loss, reason = "lengths of words")]
        let fit = beginning.len() as f32 / word.len().max(1) as f32;
        out.push((list, 0.5 + 0.5 * fit, tables.having(list)));
    }
    out.sort_by_key(|one| std::cmp::Reverse(one.2));
    out.truncate(MOST_ENDINGS);
    out.into_iter().map(|(list, fit, _)| (list, fit)).collect()
}

fn parted(tables: &Tables<'_>, word: &str) -> Vec<(usize, f32)> {
    if word.len() > LONGEST {
        return Vec::new();
    }
    let splitter = Splitter::new();
    let halves = (4..word.len().saturating_sub(3)).filter_map(|at| word.split_at_checked(at));
    let known = |part: &str| splitter.words(part).first().and_then(|word| tables.words.get(&word.stem)).map(place_of);
    let found = halves.filter_map(|(left, right)| Some((known(left)?, known(right)?)));
    found.take(1).flat_map(|(left, right)| [(left, 0.6), (right, 0.6)]).collect()
}

/// Letters of the longest word that is looked at for misspellings; no title has longer ones.
const LONGEST: usize = 64;

/// A word of so few letters is often a short form: it is only taken for a usual word, one that so many entries have.
const FEW_LETTERS: usize = 4;
const USUAL: usize = 12;

fn misspelt(tables: &Tables<'_>, word: &Word) -> Vec<(usize, f32)> {
    let stem = word.stem.as_bytes();
    let most = match stem.len() {
        0..=3 => return Vec::new(),
        4..=7 => 1,
        8..=LONGEST => 2,
        _ => return Vec::new(),
    };
    let head = stem.first().copied().filter(u8::is_ascii_alphabetic);
    let mut found = head.map_or_else(Vec::new, |head| near(tables.words.as_fst(), stem, most, Some(head)));
    if found.is_empty() {
        found = near(tables.words.as_fst(), stem, most, None);
    }
    let closest = found.iter().map(|near| near.distance).min().unwrap_or(0);
    let mut nearest: Vec<(usize, usize)> = found
        .iter()
        .filter(|near| near.distance == closest)
        .map(|near| (place_of(near.value), tables.having(place_of(near.value))))
        .collect();
    nearest.sort_by_key(|(_, having)| std::cmp::Reverse(*having));
    if word.folded.len() <= FEW_LETTERS {
        nearest.retain(|(_, having)| *having >= USUAL);
    }
    nearest.into_iter().take(3).map(|(list, _)| (list, if closest == 1 { 0.8 } else { 0.6 })).collect()
}

impl Tallies {
    /// Makes room for so many entries.
    fn fit(&mut self, entries: usize) {
        if self.entries.len() < entries {
            self.entries.resize(entries, Tally::default());
            self.marks.resize(entries.div_ceil(64), 0);
        }
    }

    /// Goes over all tallies in the order of the entries, and clears them.
    fn drain(&mut self, mut each: impl FnMut(usize, Tally)) {
        for (place, word) in self.marks.iter_mut().enumerate() {
            let mut marks = std::mem::take(word);
            while marks != 0 {
                let entry = place * 64 + marks.trailing_zeros() as usize;
                marks &= marks - 1;
                if let Some(tally) = self.entries.get_mut(entry) {
                    each(entry, std::mem::take(tally));
                }
            }
        }
        self.has_any = false;
    }
}

fn tally(tables: &Tables<'_>, terms: &[Term], tallies: &mut Tallies) {
    let mut order: Vec<(usize, &Term)> = terms.iter().enumerate().collect();
    order.sort_by_key(|(_, term)| term.count);
    for (place, term) in order {
        let adds_only = term.count > COMMON && tallies.has_any;
        let bit = 1_u32 << place.min(31);
        for (list, fit) in &term.forms {
            let points = term.weight * fit;
            for (entry, is_optional) in index::unpacked(tables.postings.get(*list)) {
                let entry = entry as usize;
                let Some(tally) = tallies.entries.get_mut(entry) else { break };
                if tally.mask == 0 {
                    if adds_only {
                        continue;
                    }
                    if let Some(word) = tallies.marks.get_mut(entry / 64) {
                        *word |= 1 << (entry % 64);
                    }
                    tallies.has_any = true;
                }
                if tally.mask & bit == 0 {
                    tally.matched += points;
                    tally.needed += if is_optional { 0.0 } else { points };
                    tally.mask |= bit;
                }
            }
        }
    }
}

/// How well entries answer a query. Remembers the last powers, since most entries have one of a few sums.
struct Judge {
    whole: f32,
    powers: [(f32, f32); 16],
}

impl Judge {
    fn new(whole: f32) -> Judge {
        Judge { whole, powers: [(f32::NAN, 0.0); 16] }
    }

    /// `said` of the query is in the entry, `covered` of the entry is in the query.
    ///
    /// The weights were tuned on labels of the Disease Ontology; moving any of them a little changes little.
    fn score(&mut self, tally: &Tally, row: &EntryRow) -> f32 {
        let said = (tally.matched / self.whole.max(0.1)).min(1.0);
        let covered = covered(tally, row);
        let is_exact = said > 0.99 && covered > 0.97;
        let exact = if is_exact { EXACT - SPARE * f32::from(row.spare) } else { 0.0 };
        let field = FIELDS.get(usize::from(row.field)).copied().unwrap_or(0.9);
        field * (self.power(said) * (0.5 + 0.5 * covered) + exact)
    }

    fn power(&mut self, said: f32) -> f32 {
        let bits = said.to_bits();
        let slot = (bits ^ (bits >> 9) ^ (bits >> 17)) as usize % self.powers.len();
        match self.powers.get_mut(slot) {
            Some((known, power)) => {
                if known.to_bits() != bits {
                    (*known, *power) = (said, said.powf(1.3));
                }
                *power
            }
            None => said.powf(1.3),
        }
    }
}

/// How much of an entry is in the query.
fn covered(tally: &Tally, row: &EntryRow) -> f32 {
    if row.weight() > 0.0 { (tally.needed / row.weight()).min(1.0) } else { 1.0 }
}

#[derive(Clone, Copy)]
struct Judged {
    code: CodeId,
    score: f32,
    mask: u32,
    /// It is a synonym, and the query has most of it.
    is_synonym: bool,
}

/// Judges the entries that have a tally, in their order, which is that of their codes; those far below the best are left out.
fn judge(tallies: &mut Tallies, rows: &[EntryRow], whole: f32) -> Vec<Judged> {
    let (mut judge, mut judged, mut best) = (Judge::new(whole), Vec::new(), 0.0_f32);
    tallies.drain(|entry, tally| {
        let Some(row) = rows.get(entry) else { return };
        let score = judge.score(&tally, row);
        best = best.max(score);
        if score >= best * WORTH {
            let code = CodeId::from_stored(row.code.get());
            let is_synonym = index::is_synonym(row.field) && covered(&tally, row) > MOST_OF;
            judged.extend(code.map(|code| Judged { code, score, mask: tally.mask, is_synonym }));
        }
    });
    judged.retain(|entry| entry.score >= best * WORTH);
    judged
}

fn rank(codes: Codes<'_>, terms: &[Term], whole: f32, on: Option<Day>, judged: &[Judged]) -> Vec<Found> {
    let mut finalists = Finalists::default();
    let mut group: Vec<Judged> = Vec::new();
    for entries in judged.chunk_by(|left, right| left.code == right.code) {
        group.clear();
        group.extend(entries);
        group.sort_by(|left, right| right.score.total_cmp(&left.score));
        let Some((best, others)) = group.split_first() else { continue };
        let mut whole_code = *best;
        for other in others {
            // The other entries of the code: a little for each word that only they have.
            let more = other.mask & !whole_code.mask;
            if more != 0 {
                whole_code.score += OTHERS * weight(terms, more) / whole.max(0.1);
                whole_code.mask |= more;
            }
        }
        let is_in_force = || on.is_none_or(|on| codes.is_in_force(whole_code.code, on));
        if finalists.lets_in(whole_code.score) && is_in_force() {
            let by_synonym = if best.is_synonym { best.mask } else { 0 };
            finalists.add(Found { hit: Hit { code: whole_code.code, score: whole_code.score }, by_synonym });
        }
    }
    let day = on.unwrap_or(Day(i32::MAX - 1));
    let mut found: Vec<Found> = finalists.all().collect();
    for Found { hit, .. } in &mut found {
        hit.score += prior(codes, hit.code, day);
    }
    found.sort_by(|left, right| right.hit.score.total_cmp(&left.hit.score).then(left.hit.code.cmp(&right.hit.code)));
    found
}

/// The best codes so far, the worst of them on top. Codes come in their order; of two that are equal the first stays.
#[derive(Default)]
struct Finalists {
    /// Score, code, and the words that a synonym has.
    heap: BinaryHeap<(Reverse<i32>, CodeId, u32)>,
}

impl Finalists {
    fn lets_in(&self, score: f32) -> bool {
        self.heap.len() < FINALISTS || self.heap.peek().is_some_and(|(Reverse(worst), ..)| *worst < ordered(score))
    }

    fn add(&mut self, found: Found) {
        self.heap.push((Reverse(ordered(found.hit.score)), found.hit.code, found.by_synonym));
        if self.heap.len() > FINALISTS {
            self.heap.pop();
        }
    }

    fn all(self) -> impl Iterator<Item = Found> {
        self.heap
            .into_iter()
            .map(|(Reverse(score), code, by_synonym)| Found { hit: Hit { code, score: unordered(score) }, by_synonym })
    }
}

/// A number that stands in the order of the scores (as `f32::total_cmp`).
fn ordered(score: f32) -> i32 {
    turned(score.to_bits().cast_signed())
}

fn unordered(score: i32) -> f32 {
    f32::from_bits(turned(score).cast_unsigned())
}

/// Negative numbers stand the other way round; what is turned twice is as before.
fn turned(bits: i32) -> i32 {
    bits ^ ((bits >> 31).cast_unsigned() >> 1).cast_signed()
}

/// What speaks for a code whatever the query.
fn prior(codes: Codes<'_>, code: CodeId, day: Day) -> f32 {
    if codes.is_undated_group(code) {
        return GROUP;
    }
    if codes.is_assignable(code, day) { 0.0 } else { CATEGORY }
}

fn weight(terms: &[Term], mask: u32) -> f32 {
    let marked = terms.iter().enumerate().filter(|(place, _)| mask & (1 << (*place).min(31)) != 0);
    marked.map(|(_, term)| term.weight).sum()
}

#[cfg(test)]
#[path = "rank_tests.rs"]
mod tests;
