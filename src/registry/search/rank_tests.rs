//! The ranking against a plain one: every entry looked at, everything sorted, nothing left out early.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::model::content::Code;
use crate::model::content::CodeSet;
use crate::model::content::Validity;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use crate::model::program::Shared;
use crate::registry::Parts;
use crate::registry::open::Registry;
use fastrand::Rng;
use std::collections::BTreeMap;

/// What `search` answers, straight from what the weights mean.
fn plain(codes: Codes<'_>, query: &str, on: Option<Day>, limit: usize) -> Vec<Hit> {
    let words = fst::Map::new(codes.column(Kind::Words)).unwrap();
    let rows = <[EntryRow]>::ref_from_bytes(codes.column(Kind::Entries)).unwrap();
    let tables = Tables { codes, words, postings: codes.packed(Kind::Postings), rows, faint: Faint::new(&[]) };
    let terms = terms(&tables, query);
    let whole: f32 = terms.iter().map(|term| term.weight).sum();
    let mut order: Vec<usize> = (0..terms.len()).collect();
    order.sort_by_key(|place| terms[*place].count);
    let mut tallies: BTreeMap<u32, Tally> = BTreeMap::new();
    for place in order {
        let term = &terms[place];
        let adds_only = term.count > COMMON && !tallies.is_empty();
        for (list, fit) in &term.forms {
            for (entry, is_optional) in index::unpacked(tables.postings.get(*list)) {
                if adds_only && !tallies.contains_key(&entry) {
                    continue;
                }
                let tally = tallies.entry(entry).or_default();
                if tally.mask & 1 << place == 0 {
                    tally.matched += term.weight * fit;
                    tally.needed += if is_optional { 0.0 } else { term.weight * fit };
                    tally.mask |= 1 << place;
                }
            }
        }
    }
    let score = |(entry, tally): (&u32, &Tally)| {
        let row = rows[*entry as usize];
        let code = CodeId::from_stored(row.code.get()).unwrap();
        Judged { code, score: Judge::new(whole).score(tally, &row), mask: tally.mask, is_synonym: false }
    };
    let mut judged: Vec<Judged> = tallies.iter().map(score).collect();
    let best = judged.iter().map(|entry| entry.score).fold(0.0, f32::max);
    judged.retain(|entry| entry.score >= best * WORTH);
    judged.sort_by(|left, right| left.code.cmp(&right.code).then(right.score.total_cmp(&left.score)));
    let mut found: Vec<Judged> = Vec::new();
    for entry in judged {
        match found.last_mut().filter(|last| last.code == entry.code) {
            Some(last) => {
                last.score += OTHERS * weight(&terms, entry.mask & !last.mask) / whole.max(0.1);
                last.mask |= entry.mask;
            }
            None => found.push(entry),
        }
    }
    found.retain(|entry| on.is_none_or(|on| codes.is_in_force(entry.code, on)));
    found.sort_by(|left, right| right.score.total_cmp(&left.score).then(left.code.cmp(&right.code)));
    found.truncate(FINALISTS);
    let day = on.unwrap_or(Day(i32::MAX - 1));
    found.iter_mut().for_each(|entry| entry.score += prior(codes, entry.code, day));
    found.sort_by(|left, right| right.score.total_cmp(&left.score).then(left.code.cmp(&right.code)));
    let ranked = found.into_iter().map(|entry| Hit { code: entry.code, score: entry.score }).collect();
    by_code(codes, query, on, ranked, limit)
}

const WORDS: [&str; 40] = [
    "fracture",
    "of",
    "neck",
    "femur",
    "left",
    "right",
    "open",
    "closed",
    "initial",
    "subsequent",
    "unspecified",
    "other",
    "with",
    "without",
    "healing",
    "delayed",
    "burn",
    "degree",
    "first",
    "second",
    "hand",
    "hands",
    "finger",
    "thumb",
    "nail",
    "pain",
    "chest",
    "breathing",
    "acute",
    "chronic",
    "disease",
    "syndrome",
    "type",
    "2",
    "ii",
    "kidney",
    "liver",
    "heart",
    "failure",
    "screening",
];

fn words(rng: &mut Rng, most: usize) -> String {
    let count = rng.usize(1..=most);
    (0..count).map(|_| WORDS[rng.usize(0..WORDS.len())]).collect::<Vec<_>>().join(if rng.u8(0..5) == 0 {
        ", "
    } else {
        " "
    })
}

fn query(rng: &mut Rng) -> String {
    let mut text = words(rng, 8);
    match rng.u8(0..4) {
        0 => text.truncate(text.len() - text.len().min(rng.usize(0..4))),
        1 => {
            let at = rng.usize(0..text.len());
            text.replace_range(at..=at, "x");
        }
        _ => {}
    }
    text
}

fn set(rng: &mut Rng) -> CodeSet {
    let dated = |rng: &mut Rng| match rng.u8(0..4) {
        0 => vec![],
        1 => vec![Validity { from: None, to: Some(Day(99)), is_assignable: true }],
        _ => vec![Validity { from: Some(Day(100)), to: None, is_assignable: rng.bool() }],
    };
    let codes = (0..rng.u32(1..600)).map(|place| Code {
        code: format!("C{place}"),
        title: words(rng, 7),
        synonyms: (0..rng.usize(0..4)).map(|_| words(rng, 5)).collect(),
        spans: dated(rng),
        is_assignable: rng.bool(),
        ..Code::default()
    });
    let codes: Vec<Code> = codes.collect();
    let index = CodeId::first(codes.len()).map(|code| (words(rng, 4), code)).collect();
    CodeSet { name: "set".to_owned(), codes, index, ..CodeSet::default() }
}

#[test]
fn ranking_is_that_of_a_plain_look_at_every_entry() {
    let mut rng = Rng::with_seed(21);
    let (mut found, folder) = (0, tempfile::tempdir().unwrap());
    for _ in 0..12 {
        let shared = Shared { sets: vec!["set".to_owned()], ..Shared::default() };
        let sets = [set(&mut rng)];
        let path = folder.path().join("registry");
        let parts = Parts::of_sets(&sets, &shared);
        crate::registry::write(&path, &parts).unwrap();
        let registry = Registry::open(&path).unwrap();
        let codes = registry.codes(SetId::FIRST);
        for _ in 0..120 {
            let (query, on) = (query(&mut rng), rng.bool().then_some(Day(100)));
            let hits = codes.search(&query, on, 50);
            let wanted = plain(codes, &query, on, 50);
            assert_eq!(hits.get(..wanted.len()), Some(wanted.as_slice()), "{query}");
            found += hits.len();
        }
    }
    assert!(found > 10_000, "too few hits to compare: {found}");
}

#[test]
fn a_word_that_another_set_has_is_no_misspelling() {
    let named = |name: &str, title: &str| CodeSet {
        name: name.to_owned(),
        codes: vec![Code { code: "A".to_owned(), title: title.to_owned(), ..Code::default() }],
        ..CodeSet::default()
    };
    let shared = Shared { sets: vec!["places".to_owned(), "animals".to_owned()], ..Shared::default() };
    let sets = [named("places", "Banking institute"), named("animals", "Barking animal")];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry");
    crate::registry::write(&path, &Parts::of_sets(&sets, &shared)).unwrap();
    let registry = Registry::open(&path).unwrap();
    let places = registry.codes(SetId::FIRST);
    for (query, is_found) in [("banking", true), ("bamking", true), ("barking", false)] {
        assert_eq!(!places.search(&format!("{query} "), None, 5).is_empty(), is_found, "{query}");
    }
}
