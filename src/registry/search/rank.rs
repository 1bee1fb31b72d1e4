//! Ranks codes for a query.
//!
//! Each entry of the index is judged on its own: how much of the query it covers, how much of it the query covers, words
//! weighing more the rarer they are. The best entry of a code decides; its other entries and what it stands under help a
//! little where they cover words that the best one does not.

use super::Hit;
use super::index;
use super::words;
use super::words::Splitter;
use super::words::Word;
use crate::model::day::Day;
use crate::registry::Codes;
use crate::registry::layout::EntryRow;
use crate::registry::layout::Kind;
use crate::registry::layout::Packed;
use fst::Automaton;
use fst::IntoStreamer;
use fst::Streamer;
use std::cell::RefCell;
use zerocopy::FromBytes;

/// Words of a query beyond these are not looked at.
const MOST_WORDS: usize = 24;
/// How many words a half-typed one may stand for.
const MOST_ENDINGS: usize = 24;
/// A word that so many entries have only adds to entries that a rarer one has found.
const COMMON: usize = 12_000;
/// How many codes are looked at closely.
const FINALISTS: usize = 96;

/// A last word so short is rather half typed than misspelt: where another code set has words that it begins, these come
/// first.
const SHORT: usize = 5;
const HALF_TYPED: f32 = 0.7;

/// Weights of the fields: title, synonym, index entry.
const FIELDS: [f32; 3] = [1.0, 0.97, 0.93];
/// What an entry gains that says just what the query says, and what it loses for each word that it could leave out.
const EXACT: f32 = 0.35;
const SPARE: f32 = 0.05;
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

thread_local! {
    /// Tallies by entry, and the entries that have one: kept between searches, since clearing all would cost more.
    static TALLIES: RefCell<(Vec<Tally>, Vec<u32>)> = const { RefCell::new((Vec::new(), Vec::new())) };
}

struct Tables<'a> {
    words: fst::Map<&'a [u8]>,
    postings: Packed<'a>,
    rows: &'a [EntryRow],
}

/// Codes by words, best first.
pub(crate) fn search(codes: Codes<'_>, query: &str, on: Option<Day>, limit: usize) -> Vec<Hit> {
    let Ok(words) = fst::Map::new(codes.column(Kind::Words)) else { return Vec::new() };
    let rows = <[EntryRow]>::ref_from_bytes(codes.column(Kind::Entries)).unwrap_or(&[]);
    let tables = Tables { words, postings: codes.packed(Kind::Postings), rows };
    let terms = terms(&tables, query);
    let whole: f32 = terms.iter().map(|term| term.weight).sum();
    if limit == 0 || terms.iter().all(|term| term.forms.is_empty()) {
        return by_code(codes, query, on, Vec::new(), limit);
    }
    let ranked = TALLIES.with_borrow_mut(|(tallies, touched)| {
        tallies.resize(tallies.len().max(rows.len()), Tally::default());
        tally(&tables, &terms, tallies, touched);
        let ranked = rank(codes, &tables, &terms, whole, on, tallies, touched);
        for entry in touched.drain(..) {
            if let Some(tally) = tallies.get_mut(entry as usize) {
                *tally = Tally::default();
            }
        }
        ranked
    });
    by_code(codes, query, on, ranked, limit)
}

/// A query that is itself a code of the set gets that code first.
fn by_code(codes: Codes<'_>, query: &str, on: Option<Day>, ranked: Vec<Hit>, limit: usize) -> Vec<Hit> {
    let named = codes.find(query).filter(|code| on.is_none_or(|on| codes.is_in_force(*code, on)));
    let first = named.map(|code| Hit { code, score: 2.0 });
    let others = ranked.into_iter().filter(|hit| Some(hit.code) != named);
    first.into_iter().chain(others).take(limit).collect()
}

fn terms(tables: &Tables<'_>, query: &str) -> Vec<Term> {
    let mut words = Splitter::new().words(query);
    words.truncate(MOST_WORDS);
    let mut known: Vec<&str> = Vec::new();
    let mut out: Vec<Term> = Vec::new();
    let last = words.len().saturating_sub(1);
    for (place, word) in words.iter().enumerate() {
        if known.contains(&word.stem.as_str()) {
            continue;
        }
        known.push(&word.stem);
        let is_open = place == last && query.ends_with(char::is_alphanumeric);
        let mut forms = forms(tables, word, is_open);
        for pair in [words.get(place..place + 2), place.checked_sub(1).and_then(|before| words.get(before..=place))] {
            let joined = pair.map(|pair| pair.iter().map(|word| word.folded.as_str()).collect::<String>());
            forms.extend(joined.and_then(|joined| tables.words.get(joined)).map(|list| (place_of(list), 1.0)));
        }
        let count = forms.iter().map(|(list, _)| tables.having(*list)).sum();
        let rarity = index::rarity(tables.rows.len(), if forms.is_empty() { 0 } else { count });
        let faint = if word.is_optional { 0.4 } else { 1.0 };
        out.push(Term { weight: rarity * words::faintness(&word.stem) * faint, forms, count });
    }
    out
}

fn place_of(list: u64) -> usize {
    usize::try_from(list).unwrap_or(usize::MAX)
}

impl Tables<'_> {
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
    if !parted.is_empty() {
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
    let splitter = Splitter::new();
    let halves = (4..word.len().saturating_sub(3)).filter_map(|at| word.split_at_checked(at));
    let known = |part: &str| splitter.words(part).first().and_then(|word| tables.words.get(&word.stem)).map(place_of);
    let found = halves.filter_map(|(left, right)| Some((known(left)?, known(right)?)));
    found.take(1).flat_map(|(left, right)| [(left, 0.6), (right, 0.6)]).collect()
}

fn misspelt(tables: &Tables<'_>, word: &Word) -> Vec<(usize, f32)> {
    let stem = word.stem.as_bytes();
    let most = match stem.len() {
        0..=3 => return Vec::new(),
        4..=7 => 1,
        _ => 2,
    };
    let head = word.stem.get(..1).unwrap_or("");
    let mut found = near(tables, fst::automaton::Str::new(head).starts_with(), stem, most);
    if found.is_empty() {
        found = near(tables, fst::automaton::AlwaysMatch, stem, most);
    }
    found.sort_by(|left, right| left.1.cmp(&right.1).then(right.2.cmp(&left.2)));
    let closest = found.first().map_or(0, |(_, distance, _)| *distance);
    let nearest = found.into_iter().filter(|(_, distance, _)| *distance == closest).take(3);
    nearest.map(|(list, distance, _)| (list, if distance == 1 { 0.8 } else { 0.6 })).collect()
}

fn near(tables: &Tables<'_>, among: impl Automaton, stem: &[u8], most: usize) -> Vec<(usize, usize, usize)> {
    let mut out = Vec::new();
    let mut stream = tables.words.search(among).into_stream();
    while let Some((word, list)) = stream.next() {
        let is_letters = word.first().is_some_and(u8::is_ascii_alphabetic);
        if let Some(distance) = words::distance(stem, word, most).filter(|_| is_letters) {
            out.push((place_of(list), distance, tables.having(place_of(list))));
        }
    }
    out
}

fn tally(tables: &Tables<'_>, terms: &[Term], tallies: &mut [Tally], touched: &mut Vec<u32>) {
    let mut order: Vec<(usize, &Term)> = terms.iter().enumerate().collect();
    order.sort_by_key(|(_, term)| term.count);
    for (place, term) in order {
        let adds_only = term.count > COMMON && !touched.is_empty();
        let bit = 1_u32 << place.min(31);
        for (list, fit) in &term.forms {
            let points = term.weight * fit;
            for (entry, is_optional) in index::unpacked(tables.postings.get(*list)) {
                let Some(tally) = tallies.get_mut(entry as usize) else { break };
                if tally.mask == 0 {
                    if adds_only {
                        continue;
                    }
                    touched.push(entry);
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

/// How well an entry answers the query: `said` of the query is in it, `covered` of it is in the query.
///
/// The weights below were tuned on labels of the Disease Ontology; moving any of them a little changes little.
fn judged(tally: &Tally, row: &EntryRow, whole: f32) -> f32 {
    let said = (tally.matched / whole.max(0.1)).min(1.0);
    let covered = if row.weight() > 0.0 { (tally.needed / row.weight()).min(1.0) } else { 1.0 };
    let is_exact = said > 0.99 && covered > 0.97;
    let exact = if is_exact { EXACT - SPARE * f32::from(row.spare) } else { 0.0 };
    let field = FIELDS.get(usize::from(row.field)).copied().unwrap_or(0.9);
    field * (said.powf(1.3) * (0.5 + 0.5 * covered) + exact)
}

#[derive(Clone, Copy)]
struct Judged {
    code: u32,
    score: f32,
    mask: u32,
}

fn rank(
    codes: Codes<'_>,
    tables: &Tables<'_>,
    terms: &[Term],
    whole: f32,
    on: Option<Day>,
    tallies: &[Tally],
    touched: &[u32],
) -> Vec<Hit> {
    let mut judged: Vec<Judged> = Vec::with_capacity(touched.len());
    let mut best = 0.0_f32;
    for entry in touched {
        let (Some(tally), Some(row)) = (tallies.get(*entry as usize), tables.rows.get(*entry as usize)) else {
            continue;
        };
        let score = self::judged(tally, row, whole);
        best = best.max(score);
        judged.push(Judged { code: row.code.get(), score, mask: tally.mask });
    }
    judged.retain(|entry| entry.score >= best * 0.4);
    judged.sort_by(|left, right| left.code.cmp(&right.code).then(right.score.total_cmp(&left.score)));
    let mut finalists: Vec<Judged> = Vec::new();
    for entry in judged {
        match finalists.last_mut().filter(|last| last.code == entry.code) {
            // The other entries of the code: a little for each word that only they have.
            Some(last) => {
                last.score += OTHERS * weight(terms, entry.mask & !last.mask) / whole.max(0.1);
                last.mask |= entry.mask;
            }
            None => finalists.push(entry),
        }
    }
    finalists.retain(|entry| on.is_none_or(|on| codes.is_in_force(entry.code, on)));
    finalists.sort_by(|left, right| right.score.total_cmp(&left.score).then(left.code.cmp(&right.code)));
    finalists.truncate(FINALISTS);
    let day = on.unwrap_or(Day(i32::MAX - 1));
    for entry in &mut finalists {
        entry.score += prior(codes, entry.code, day);
    }
    finalists.sort_by(|left, right| right.score.total_cmp(&left.score).then(left.code.cmp(&right.code)));
    finalists.into_iter().map(|entry| Hit { code: entry.code, score: entry.score }).collect()
}

/// What speaks for a code whatever the query.
fn prior(codes: Codes<'_>, code: u32, day: Day) -> f32 {
    if codes.is_undated_group(code) {
        return GROUP;
    }
    if codes.is_assignable(code, day) { 0.0 } else { CATEGORY }
}

fn weight(terms: &[Term], mask: u32) -> f32 {
    let marked = terms.iter().enumerate().filter(|(place, _)| mask & (1 << (*place).min(31)) != 0);
    marked.map(|(_, term)| term.weight).sum()
}
