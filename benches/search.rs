//! Codes by words, in process: how long a query takes, one thread, CPU time.
//!
//! `cargo bench --bench search [-- NAME…]`. Over ICD-10-CM as published, with the labels of the Disease Ontology as queries, where
//! `TENCODE_DATA` (or `TENCODE_REGISTRY`, see `official/`) leads to them; else over a made-up set of 98,000 titles with words
//! as unevenly frequent as in a language. Each query runs three times and its fastest run counts, since whatever else the
//! machine does only adds.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a bench"
)]
#![expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts")]

mod made_up;
mod official;

use cpu_time::ThreadTime;
use fastrand::Rng;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;
use tencode::model::day::Day;
use tencode::registry::Codes;
use tencode::registry::Registry;

const ROUNDS: usize = 3;
const LIMIT: usize = 10;
/// 2026-04-01.
const ON: Day = Day(20_544);

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    let (registry, set, queries) = official().unwrap_or_else(made_up);
    let codes = registry.codes(registry.set(set).unwrap());
    println!("{set}: {} codes, {} queries", codes.len(), queries.len());
    println!("{:<34} {:>8} {:>9} {:>9} {:>9} {:>9}", "queries (us)", "count", "median", "p99", "worst", "hits");
    for (name, queries) in kinds(&queries, codes) {
        if wanted.is_empty() || wanted.iter().any(|it| name.contains(it.as_str())) {
            measure(name, codes, &queries);
        }
    }
}

fn official() -> Option<(Arc<Registry>, &'static str, Vec<String>)> {
    let labels = official::file(&["healthcare", "eval", "do_icd10cm_dev.tsv"])?;
    let text = std::fs::read_to_string(labels).unwrap();
    let queries = text.lines().skip(1).filter_map(|line| line.split('\t').nth(1)).map(str::to_owned).collect();
    Some((official::registry()?, "icd-10-cm", queries))
}

fn made_up() -> (Arc<Registry>, &'static str, Vec<String>) {
    println!("skipped: no official releases (TENCODE_DATA); a made-up set instead");
    (made_up::registry(98_000), "made-up", made_up::queries(1800))
}

/// The queries, and what people make of them.
fn kinds(queries: &[String], codes: Codes<'_>) -> Vec<(&'static str, Vec<String>)> {
    let mut rng = Rng::with_seed(3);
    let letters = || (b'a'..=b'z').map(|letter| char::from(letter).to_string());
    let pairs = letters().flat_map(|first| letters().map(move |second| format!("{first}{second}"))).collect();
    let triples = letters().flat_map(|first| {
        let vowels = ["a", "e", "i", "o", "u"];
        letters().flat_map(move |second| vowels.map(|third| format!("{first}{second}{third}"))).collect::<Vec<_>>()
    });
    let words: Vec<&str> = queries.iter().flat_map(|query| query.split_whitespace()).collect();
    let long =
        (0..200).map(|_| (0..20).map(|_| words[rng.usize(0..words.len())]).collect::<Vec<_>>().join(" ")).collect();
    let common = common(codes);
    let subsets = (1..=common.len()).map(|count| common[..count].join(" ")).collect();
    vec![
        ("as written", queries.to_vec()),
        ("one letter changed", queries.iter().map(|query| misspelt(query, &mut rng)).collect()),
        ("every word misspelt", queries.iter().map(|query| all_misspelt(query, &mut rng)).collect()),
        ("last word cut to three letters", queries.iter().map(|query| half_typed(query)).collect()),
        ("one letter", letters().collect()),
        ("two letters", pairs),
        ("three letters", triples.collect()),
        ("twenty words", long),
        ("the commonest words", subsets),
    ]
}

fn misspelt(query: &str, rng: &mut Rng) -> String {
    let mut signs: Vec<char> = query.chars().collect();
    let letters: Vec<usize> = (0..signs.len()).filter(|place| signs[*place].is_ascii_alphabetic()).collect();
    if let Some(place) = rng.choice(letters) {
        signs[place] = char::from(rng.u8(b'a'..=b'z'));
    }
    signs.into_iter().collect()
}

fn all_misspelt(query: &str, rng: &mut Rng) -> String {
    let words = query.split(' ').map(|word| if word.len() > 3 { misspelt(word, rng) } else { word.to_owned() });
    words.collect::<Vec<_>>().join(" ")
}

fn half_typed(query: &str) -> String {
    let last = query.rfind(' ').map_or(0, |place| place + 1);
    let end = query[last..].char_indices().nth(3).map_or(query.len(), |(place, _)| last + place);
    query[..end].to_owned()
}

/// The ten words that most titles have.
fn common(codes: Codes<'_>) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for code in codes.all() {
        let title = codes.display(code).to_lowercase();
        for word in title.split(|sign: char| !sign.is_alphanumeric()).filter(|word| word.len() > 3) {
            *counts.entry(word.to_owned()).or_default() += 1;
        }
    }
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.into_iter().take(10).map(|(word, _)| word).collect()
}

fn measure(name: &str, codes: Codes<'_>, queries: &[String]) {
    let mut found = 0;
    let mut times: Vec<(Duration, &str)> = Vec::new();
    for query in queries {
        let runs = (0..ROUNDS).map(|_| {
            let start = ThreadTime::now();
            let hits = black_box(codes.search(query, Some(ON), LIMIT));
            (start.elapsed(), hits.len())
        });
        let (time, hits) = runs.min().unwrap();
        found += hits;
        times.push((time, query));
    }
    times.sort_unstable();
    let at = |share: f64| micros(times[((times.len() - 1) as f64 * share) as usize].0);
    let hits = found as f64 / queries.len() as f64;
    println!("{name:<34} {:>8} {:>9.0} {:>9.0} {:>9.0} {hits:>9.1}", times.len(), at(0.5), at(0.99), at(1.0));
    if std::env::var_os("TENCODE_WORST").is_some() {
        times.iter().rev().take(5).for_each(|(time, query)| println!("    {:>9.0} {query}", micros(*time)));
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
