//! The main job on the work of `work/`: NDJSON in, disclosures out, one thread, CPU time.
//!
//! `cargo bench --bench engine [-- NAME…]` prints for each part the decisions a second and what one of them costs, and beside
//! it what it costs to read the same lines into `serde_json::Value` and to write them out again.
#![expect(clippy::unwrap_used, clippy::print_stdout, clippy::cast_precision_loss, reason = "a bench")]

mod work;

use cpu_time::ThreadTime;
use std::hint::black_box;
use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tencode::encounters::batch;
use tencode::encounters::engine::Engine;
use tencode::encounters::engine::Options;
use tencode::encounters::read::Source;
use tencode::encounters::read::read_json;
use tencode::encounters::write;
use tencode::model::day::Day;
use tencode::privacy::Ask;
use tencode::registry::Registry;

const SEED: u64 = 7;
const TODAY: Day = Day(20_700);
/// Encounters; with `--few` (for a tool that counts instructions) a tenth.
fn count() -> usize {
    if is_asked("--few") { 10_000 } else { 100_000 }
}

fn is_asked(flag: &str) -> bool {
    std::env::args().any(|it| it == flag)
}

/// Each part is run so often; the best counts, since whatever else the machine does only adds.
const ROUNDS: usize = 5;

const SCRIPT: &str = r#"
fn derive(encounter) {
    let age = encounter.age;
    let minutes = encounter.minutes;
    if age == () || minutes == () { return; }
    let weight = age * 2 + minutes;
    if weight > 500 && encounter.channel == "phone" {
        weight -= 100;
    }
    encounter.weight = weight;
}
"#;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|it| name.contains(it.as_str()));
    println!("{:<34} {:>12} {:>10} {:>10} {:>8}", "work", "decisions/s", "us each", "tree us", "ratio");
    for size in [100, 1000, 10_000, 100_000] {
        let name = format!("{size} codes");
        if is_wanted(&name) {
            one(&name, size, None);
        }
    }
    if is_wanted("script") {
        one("1000 codes, script of 10 lines", 1000, Some(SCRIPT));
    }
}

fn one(name: &str, size: usize, script: Option<&str>) {
    let codes = work::codes(size, SEED);
    let encounters = work::encounters(count(), &codes, SEED + 1);
    let input: String = encounters.iter().map(|encounter| encounter.line() + "\n").collect();
    let input: Arc<str> = Arc::from(input);
    let folder = work::domain(&codes, script);
    let engine = engine(&folder, work::registry(&folder));
    let mut out = Vec::new();
    answer(&engine, &input, &mut out);
    agree(&codes, &encounters, &out);
    if is_asked("--long") {
        // For a profiler: nothing but the main job, many times.
        (0..if is_asked("--few") { 1 } else { 50 }).for_each(|_| {
            out.clear();
            answer(&engine, &input, &mut out);
        });
        return;
    }
    let took = best(|| {
        out.clear();
        answer(&engine, &input, &mut out);
    });
    let tree = best(|| tree_and_back(&input, &mut out));
    let each = |time: Duration| time.as_secs_f64() * 1e6 / count() as f64;
    let (ours, trees) = (each(took), each(tree));
    println!("{name:<34} {:>12.0} {ours:>10.2} {trees:>10.2} {:>8.2}", 1e6 / ours, ours / trees);
    let steps = steps(&engine, &input);
    let steps: Vec<String> = steps.iter().map(|(name, time)| format!("{name} {:.2}", each(*time))).collect();
    println!("    of it: {}", steps.join(", "));
}

/// What each room costs by itself.
fn steps(engine: &Engine, input: &str) -> [(&'static str, Duration); 4] {
    let mut worker = engine.worker();
    let read = best(|| {
        for line in input.lines() {
            black_box(read_json(line, 1, engine.schema(), None, TODAY).unwrap());
        }
    });
    let judged = best(|| {
        for line in input.lines() {
            let mut encounter = read_json(line, 1, engine.schema(), None, TODAY).unwrap();
            black_box(worker.judge(&mut encounter));
        }
    });
    let disclosed = best(|| {
        for line in input.lines() {
            black_box(worker.disclose(1, Ok(line)));
        }
    });
    let mut out = Vec::new();
    let written = best(|| {
        out.clear();
        for line in input.lines() {
            write::line(&worker.disclose(1, Ok(line)), &mut out);
        }
    });
    [
        ("read", read),
        ("judge", judged.saturating_sub(read)),
        ("redact", disclosed.saturating_sub(judged)),
        ("write", written.saturating_sub(disclosed)),
    ]
}

fn engine(_folder: &TempDir, registry: Arc<Registry>) -> Engine {
    let options = Options {
        record: None,
        audience: Some("desk".to_owned()),
        ask: Ask::default(),
        on: None,
        today: TODAY,
        candidates: Some(1),
        key: [7; 32],
    };
    Engine::new(registry, "work", options).unwrap()
}

fn answer(engine: &Engine, input: &Arc<str>, out: &mut Vec<u8>) {
    let bytes = Cursor::new(Arc::<[u8]>::from(Arc::clone(input)));
    let mut source = Source::new("work.ndjson", None, Box::new(bytes), None, engine.schema()).unwrap();
    let counts = batch::run(&mut source, 1, || engine.worker(), out, &mut |_| ()).unwrap();
    assert_eq!(counts.refused, 0);
}

fn tree_and_back(input: &str, out: &mut Vec<u8>) {
    out.clear();
    for line in input.lines() {
        let tree: serde_json::Value = serde_json::from_str(line).unwrap();
        serde_json::to_writer(&mut *out, &tree).unwrap();
        out.push(b'\n');
    }
}

fn best(mut work: impl FnMut()) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let start = ThreadTime::now();
        work();
        best = best.min(start.elapsed());
    }
    best
}

/// The answers are right: the code given is the best one by a plain scan.
fn agree(codes: &[work::Code], encounters: &[work::Encounter], out: &[u8]) {
    let step = (encounters.len() / 500).max(1);
    let mut found = 0;
    for (encounter, line) in encounters.iter().zip(out.split(|byte| *byte == b'\n')).step_by(step) {
        let answer: serde_json::Value = serde_json::from_slice(line).unwrap();
        let given = answer.pointer("/candidates/0/code").and_then(|it| it.as_str());
        assert_eq!(given, encounter.best(codes).map(|code| code.name.as_str()), "{}", encounter.id);
        found += usize::from(given.is_some());
    }
    assert!(found > 100, "too few encounters have a code");
}
