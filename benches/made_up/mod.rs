//! A made-up code set of the size of a large official one: categories, subcategories and codes, titles of words as unevenly
//! frequent as in a language, synonyms, index entries, and a crosswalk to a second set.
#![allow(dead_code, reason = "each bench uses a part of it")]
#![expect(clippy::unwrap_used, reason = "a bench")]

use fastrand::Rng;
use std::sync::Arc;
use tencode::model::content::Code;
use tencode::model::content::CodeSet;
use tencode::model::content::Crosswalk;
use tencode::model::content::Mapping;
use tencode::model::content::MatchKind;
use tencode::model::content::Validity;
use tencode::model::day::Day;
use tencode::model::ids::CodeId;
use tencode::model::ids::SetId;
use tencode::model::program::Shared;
use tencode::registry;
use tencode::registry::Registry;

/// Different words.
const WORDS: u32 = 20_000;

/// The sets `made-up` and `other`, so many codes each, and a crosswalk between them.
pub fn registry(count: u32) -> Arc<Registry> {
    let mut rng = Rng::with_seed(11);
    let sets = [set("made-up", count, &mut rng), set("other", count, &mut rng)];
    let id = |number: u32| CodeId::from_stored(number).unwrap();
    let line = |from: u32, rng: &mut Rng| Mapping {
        from: id(from),
        to: Some(id(rng.u32(0..count))),
        kind: MatchKind::Related,
        condition: String::new(),
        group: 0,
        since: None,
        until: None,
    };
    let entries = (0..count).map(|from| line(from, &mut rng)).collect();
    let (from, to) = (SetId::FIRST, SetId::try_from(1).unwrap());
    let walk = Crosswalk { name: String::new(), from, to, entries };
    let shared = Shared { sets: sets.iter().map(|set| set.name.clone()).collect(), ..Shared::default() };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it.registry");
    let parts = registry::Parts { crosswalks: &[walk], ..registry::Parts::of_sets(&sets, &shared) };
    registry::write(&path, &parts).unwrap();
    Arc::new(Registry::open(&path).unwrap())
}

/// Titles with nothing but a word or two left out, for queries.
pub fn queries(count: usize) -> Vec<String> {
    let mut rng = Rng::with_seed(12);
    (0..count).map(|_| words(&mut rng, 1..5)).collect()
}

fn set(name: &str, count: u32, rng: &mut Rng) -> CodeSet {
    let (mut category, mut subcategory) = (0, 0);
    let codes: Vec<Code> = (0..count)
        .map(|place| {
            let parents = match place % 100 {
                0 => {
                    category = place;
                    vec![]
                }
                at if at % 10 == 1 => {
                    subcategory = place;
                    vec![category]
                }
                _ => vec![subcategory],
            };
            Code {
                code: spelled(place),
                title: words(rng, 3..10),
                parents: parents.into_iter().filter_map(CodeId::from_stored).collect(),
                is_assignable: place % 10 > 1,
                spans: vec![Validity { from: Some(Day(20_000)), to: None, is_assignable: place % 10 > 1 }],
                synonyms: (0..rng.usize(0..2)).map(|_| words(rng, 2..6)).collect(),
                ..Code::default()
            }
        })
        .collect();
    let index =
        (0..count + count / 2).map(|_| (words(rng, 2..6), CodeId::from_stored(rng.u32(0..count)).unwrap())).collect();
    CodeSet { name: name.to_owned(), codes, index, ..CodeSet::default() }
}

/// `A00.000` and on.
fn spelled(place: u32) -> String {
    let letter = char::from(b'A' + u8::try_from(place / 100_000).unwrap());
    format!("{letter}{:02}.{:03}", place / 1000 % 100, place % 1000)
}

fn words(rng: &mut Rng, count: std::ops::Range<usize>) -> String {
    let count = rng.usize(count);
    (0..count).map(|_| word(often(rng))).collect::<Vec<_>>().join(" ")
}

/// A word's number; the first ones are drawn far more often than the last (as by Zipf).
fn often(rng: &mut Rng) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and WORDS")]
    let number = (f64::from(WORDS).powf(rng.f64()) - 1.0) as u32;
    number
}

/// A made-up word, the same for the same number.
fn word(number: u32) -> String {
    const HEADS: [&str; 12] = ["ba", "co", "di", "fe", "gu", "ha", "lo", "mi", "ne", "po", "ra", "su"];
    const TAILS: [&str; 12] = ["rk", "nt", "lm", "st", "pt", "ng", "rd", "sk", "lt", "nd", "mp", "ck"];
    let syllable = |at: u32| {
        let (head, tail) = (HEADS.get(at as usize % 12), TAILS.get(at as usize / 12 % 12));
        format!("{}{}", head.unwrap_or(&""), tail.unwrap_or(&""))
    };
    format!("{}{}", syllable(number % 144), syllable(number / 144))
}
