//! A text model of 77 codes: how many short texts a second it is asked about, on one core, how large it is, and how long
//! training on 10,000 examples takes with the measuring folds.
//!
//! `cargo bench --bench learn`. Texts are made up: each code has words of its own among words that all texts have.
#![expect(clippy::print_stdout, clippy::cast_precision_loss, clippy::indexing_slicing, reason = "a bench")]

use cpu_time::ThreadTime;
use fastrand::Rng;
use std::hint::black_box;
use std::time::Instant;
use tencode::learn::Memory;
use tencode::learn::Model;
use tencode::learn::Task;
use tencode::learn::Text;
use tencode::learn::train;
use tencode::model::ids::CodeId;
use tencode::model::lessons::Target;

const CODES: usize = 77;
const EXAMPLES: usize = 10_000;
const WORDS_OF_A_CODE: usize = 12;
const WORDS_OF_ALL: usize = 120;
const WORDS_OF_A_TEXT: usize = 11;
const ROUNDS: usize = 5;

fn main() {
    let mut rng = Rng::with_seed(9);
    let words: Vec<String> = (0..CODES * WORDS_OF_A_CODE + WORDS_OF_ALL).map(|_| word(&mut rng)).collect();
    let texts: Vec<(usize, String)> =
        (0..EXAMPLES).map(|at| (at % CODES, text(&mut rng, &words, at % CODES))).collect();
    let codes: Vec<CodeId> = (0..CODES).filter_map(|at| CodeId::try_from(at).ok()).collect();
    let lessons =
        texts.iter().map(|(code, text)| Text { text, position: Some(*code), group: Some(0), lines: Vec::new() });
    let task = Task { codes, above: Vec::new(), texts: lessons.collect(), vectors: None, target: Target::Right(0.9) };
    let begun = Instant::now();
    let trained = train(&task);
    let took = begun.elapsed();
    println!("training on {EXAMPLES} examples of {CODES} codes  {took:>8.2?} wall clock, all threads");
    println!(
        "size {:.2} MB, right on {:.1} % of unseen examples",
        trained.bytes.len() as f64 / 1e6,
        trained.measured.right * 100.0
    );
    let Some(model) = Model::of(&trained.bytes) else { return };
    let mut memory = Memory::default();
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let begun = ThreadTime::now();
        for (_, text) in &texts {
            memory.clear();
            memory.read(text);
            black_box(model.ask(None, &mut memory));
        }
        best = best.min(begun.elapsed().as_secs_f64());
    }
    println!("asking: {:.0} texts/s, CPU time of one thread", texts.len() as f64 / best);
}

fn word(rng: &mut Rng) -> String {
    const VOWELS: &[u8] = b"aeiou";
    const OTHERS: &[u8] = b"bcdfghklmnprstvw";
    let pick = |rng: &mut Rng, of: &[u8]| char::from(of[rng.usize(..of.len())]);
    let last = pick(rng, OTHERS);
    (0..rng.usize(1..4)).flat_map(|_| [pick(rng, OTHERS), pick(rng, VOWELS)]).chain([last]).collect()
}

fn text(rng: &mut Rng, words: &[String], code: usize) -> String {
    let of_code = &words[code * WORDS_OF_A_CODE..][..WORDS_OF_A_CODE];
    let of_all = &words[CODES * WORDS_OF_A_CODE..];
    let one = |rng: &mut Rng| {
        let from = if rng.usize(..4) == 0 { of_code } else { of_all };
        from[rng.usize(..from.len())].clone()
    };
    (0..WORDS_OF_A_TEXT).map(|_| one(rng)).collect::<Vec<_>>().join(" ")
}
