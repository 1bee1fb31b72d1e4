//! The work of `work/` as a stream, to see what `tencode run` needs for millions of lines.
//!
//! `cargo bench --bench lines -- FOLDER` writes the domain to FOLDER/work, `cargo bench --bench lines -- FOLDER COUNT` writes COUNT
//! lines to standard output, made as they are written: `lines FOLDER 10000000 | tencode --domains FOLDER run --domain work`.
#![expect(clippy::unwrap_used, reason = "a bench")]

mod work;

use std::io::Write;
use std::path::Path;

const SEED: u64 = 7;
const CODES: usize = 1000;
/// Encounters that are drawn at a time.
const AT_ONCE: u64 = 10_000;

fn main() {
    let given: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    let codes = work::codes(CODES, SEED);
    match given.as_slice() {
        [folder] => copy(work::domain(&codes, None).path(), Path::new(folder)),
        [_, count] => lines(&codes, count.parse().unwrap()),
        _ => {}
    }
}

fn lines(codes: &[work::Code], count: u64) {
    let mut out = std::io::stdout().lock();
    let mut left = count;
    for turn in 1.. {
        let now = left.min(AT_ONCE);
        for (place, mut encounter) in (0..).zip(work::encounters(usize::try_from(now).unwrap(), codes, SEED + turn)) {
            encounter.id = format!("E-{:08}", (turn - 1) * AT_ONCE + place);
            if writeln!(out, "{}", encounter.line()).is_err() {
                return;
            }
        }
        left -= now;
        if left == 0 {
            return;
        }
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, target).unwrap();
        }
    }
}
