//! Single codes, in process: from a code as somebody wrote it to its place, title and whether it may be recorded on a day; what
//! stands under what; crosswalks. One thread, CPU time.
//!
//! `cargo bench --bench lookup [-- NAME…]`. Over ICD-10-CM as published where `TENCODE_DATA` (or `TENCODE_REGISTRY`, see
//! `official/`) leads to it, else over a made-up set of 100,000 codes.
#![expect(clippy::unwrap_used, clippy::print_stdout, clippy::cast_precision_loss, reason = "a bench")]

mod made_up;
mod official;

use cpu_time::ThreadTime;
use fastrand::Rng;
use std::hint::black_box;
use std::time::Duration;
use tencode::model::day::Day;
use tencode::model::ids::CodeId;

/// How many are asked, in an order drawn anew.
const ASKED: usize = 1_000_000;
const ROUNDS: usize = 5;
/// 2026-04-01.
const ON: Day = Day(20_544);

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    let (registry, name) = official::registry().map_or_else(
        || {
            println!("skipped: no official releases (TENCODE_DATA); a made-up set instead");
            (made_up::registry(100_000), "made-up")
        },
        |registry| (registry, "icd-10-cm"),
    );
    let set = registry.set(name).unwrap();
    let codes = registry.codes(set);
    let mut rng = Rng::with_seed(5);
    let id = |index: usize| CodeId::try_from(index).unwrap();
    let asked: Vec<CodeId> = (0..ASKED).map(|_| id(rng.usize(0..codes.len()))).collect();
    let dotted: Vec<&str> = asked.iter().map(|code| codes.code(*code)).collect();
    let plain: Vec<String> = dotted.iter().map(|code| code.replace('.', "").to_lowercase()).collect();
    let wrong: Vec<String> = plain.iter().map(|code| format!("{code}0x")).collect();
    let others: Vec<CodeId> = asked
        .iter()
        .map(|code| {
            if rng.bool() {
                id(rng.usize(0..codes.len()))
            } else {
                *rng.choice(&codes.ancestors(*code)).unwrap_or(&CodeId::FIRST)
            }
        })
        .collect();
    let to = registry.mapped_sets(set);
    println!("{name}: {} codes; crosswalks to {} sets", codes.len(), to.len());
    let measure = |name: &str, work: &mut dyn FnMut() -> usize| {
        if wanted.is_empty() || wanted.iter().any(|it| name.contains(it.as_str())) {
            let took = (0..ROUNDS).map(|_| timed(work)).min().unwrap();
            println!("{name:<34} {:>12.2} million/s", ASKED as f64 / took.as_secs_f64() / 1e6);
        }
    };
    let look = |code: &str| {
        let place = codes.find(code).unwrap();
        codes.display(place).len() + usize::from(codes.is_assignable(place, ON))
    };
    measure("find, title, may be recorded", &mut || dotted.iter().map(|code| look(code)).sum());
    measure("the same, no dot, lower case", &mut || plain.iter().map(|code| look(code)).sum());
    measure("find alone", &mut || dotted.iter().filter_map(|code| codes.find(code)).count());
    measure("no such code", &mut || wrong.iter().filter(|code| codes.find(code).is_none()).count());
    measure("is under", &mut || {
        asked.iter().zip(&others).filter(|(code, other)| codes.is_under(**code, **other)).count()
    });
    measure("ancestors", &mut || asked.iter().map(|code| codes.ancestors(*code).len()).sum());
    measure("children", &mut || asked.iter().map(|code| codes.children(*code).len()).sum());
    for other in to {
        let name = format!("map to {}", registry.codes(other).name());
        measure(&name, &mut || asked.iter().map(|code| registry.map(set, *code, other, ON).len()).sum());
    }
}

fn timed(work: &mut dyn FnMut() -> usize) -> Duration {
    let start = ThreadTime::now();
    assert!(black_box(work()) > 0);
    start.elapsed()
}
