//! Reading a definition file of 20 MB with 100,000 codes: the grammar alone, all of `parse`, and `parse` and `check` together.
//!
//! `cargo bench --bench parse`. What is shown is the time on the processor (where the system tells it), so that a busy machine
//! changes little; the best of five. With `TENCODE_LARGE=DIR` the domain that is checked is left there, so that
//! `tencode --domains DIR check` can be measured as a process.

mod large;

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;
use tencode::definitions::compile;
use tencode::definitions::load;
use tencode::definitions::parse;
use tencode::definitions::parse::tree::Edition;

const CODES: usize = 100_000;
const TIMES: usize = 5;

fn main() {
    let text = large::text(CODES);
    show("grammar alone", text.len(), || parse::grammar_accepts(&text));
    show("text to tree", text.len(), || parse::parse(&text, Edition::Second));
    let given = std::env::var_os("TENCODE_LARGE").map(PathBuf::from);
    let Ok(made) = tempfile::tempdir() else { return };
    let root = given.unwrap_or_else(|| made.path().to_path_buf());
    assert!(large::write_domain(&root, CODES).is_ok(), "the folder could not be written");
    show("folder to diagnostics", text.len(), || {
        let outcome = compile::check(vec![load::load(&root.join("large"))], compile::Releases::default());
        assert!(outcome.diagnostics.is_empty(), "the large domain is sound");
        outcome
    });
}

/// Runs `work` and shows its best time, dropping what it made not included.
#[expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a bench that speaks of megabytes")]
fn show<T>(what: &str, bytes: usize, mut work: impl FnMut() -> T) {
    let mut best = Duration::MAX;
    for _ in 0..TIMES {
        let (clock, processor) = (Instant::now(), on_processor());
        let made = black_box(work());
        let taken = match (processor, on_processor()) {
            (Some(before), Some(after)) => after.saturating_sub(before),
            _ => clock.elapsed(),
        };
        best = best.min(taken);
        drop(made);
    }
    let seconds = best.as_secs_f64();
    println!("{what:<24} {seconds:6.3} s  {:6.1} MB/s", bytes as f64 / seconds / 1e6);
}

/// Time that this thread spent on a processor; Linux tells it in nanoseconds.
fn on_processor() -> Option<Duration> {
    let said = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    said.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
