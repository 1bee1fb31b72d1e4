//! The fuzz targets on seeded inputs: shipped files and examples, cut, mixed and damaged at random, the same in each run.

#![expect(clippy::indexing_slicing, reason = "tests")]

use fastrand::Rng;
use std::fs;
use std::path::Path;
use targets::root;

#[path = "../fuzz/targets.rs"]
mod targets;

/// Bytes of one input at most: long enough for a few statements or encounters.
const LONGEST: usize = 1500;

/// Bytes and pieces that end something, start something, or are easily miscounted.
const PIECES: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b",",
    b":",
    b";",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xef\xbb\xbf",
    b"#",
    b"(",
    b")",
    b"\"\"",
    b"null",
    b"-0",
    b"1e999",
    b"18446744073709551616",
    b"2026-02-30",
    b"0001-01-01",
    b"\xe2\x80\x9c",
    b"\xf0\x9f\x98\x80",
    b"\x1f\x8b",
    b"\xfd7zXZ\0",
    b"\xe2\x80\x8b",
    b"4111 1111 1111 1111",
    b"555-867-5309",
    b"code",
    b"when",
    b"\xcc\x81",
];

/// One input: a window of a seed with a few changes.
fn drawn(rng: &mut Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = window(rng, seeds);
    for _ in 0..rng.usize(0..6) {
        let at = rng.usize(0..=bytes.len());
        let end = (at + rng.usize(0..40)).min(bytes.len());
        match rng.u8(0..6) {
            0 => drop(bytes.drain(at..end)),
            1 => drop(bytes.splice(at..at, PIECES[rng.usize(0..PIECES.len())].iter().copied())),
            2 => drop(bytes.splice(at..at, bytes[at..end].to_vec())),
            3 => drop(bytes.splice(at..end, window(rng, seeds).into_iter().take(80))),
            4 => bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= 1 << rng.u8(0..8)),
            _ => bytes.truncate(at),
        }
    }
    bytes
}

fn window(rng: &mut Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let seed = &seeds[rng.usize(0..seeds.len())];
    // Half of them begin at the beginning, so that heads stay whole.
    let start = if rng.bool() { 0 } else { rng.usize(0..=seed.len()) };
    seed[start..(start + rng.usize(0..LONGEST)).min(seed.len())].to_vec()
}

fn run(rounds: u32, seed: u64, seeds: &[Vec<u8>], target: impl Fn(&[u8])) {
    assert!(!seeds.is_empty());
    seeds.iter().for_each(|seed| target(&seed[..seed.len().min(20_000)]));
    let mut rng = Rng::with_seed(seed);
    for _ in 0..rounds {
        let bytes = drawn(&mut rng, seeds);
        let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| target(&bytes))).is_err();
        assert!(!failed, "on this input: {}", bytes.escape_ascii());
    }
}

fn files(folder: &str, ending: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let fitting = |path: &&std::path::PathBuf| path.extension().is_some_and(|it| it == Path::new(ending));
    paths.iter().filter(fitting).map(|path| fs::read(path).unwrap()).collect()
}

#[test]
fn any_bytes_can_be_parsed() {
    let mut seeds = files("domains/customer-service/codes", "codes");
    seeds.extend(files("domains/shared/codes", "codes"));
    run(300, 1, &seeds, targets::parse);
}

#[test]
fn any_bytes_can_be_read_as_json() {
    run(300, 2, &files("examples", "ndjson"), targets::read_json);
}

#[test]
fn any_bytes_can_be_read_as_csv() {
    let plain =
        b"id,received,text,channel\n1,2026-03-02,\"it broke, I want my money back\",mail\n2,2026-03-02T10:00,late,x\n";
    let other = b"id;text;nobody declared;text\r\n7;\"a \"\"b\"\" c\";;\r\n;\r\n\r\n8;x;y;z;w\r\n";
    run(300, 3, &[plain.to_vec(), other.to_vec()], targets::read_csv);
}

#[test]
fn any_text_can_be_masked() {
    let told = b"Mr. Linus Okafor, DOB 3/14/1950, MRN: 00412345, lives at 1234 Elm Street, Apt 5, call (612) 555-0143 x12 or j.roe@example.com. \
        Paid with 4111 1111 1111 1111, CVV 123. XXXX said on XX/XX/2023 that Mercy Hospital near Hancock Pond was closed.";
    let mut seeds = files("examples", "ndjson");
    seeds.push(told.to_vec());
    run(300, 4, &seeds, targets::redact);
}

#[test]
fn any_bytes_can_be_opened_as_a_registry() {
    let whole = targets::registry_bytes();
    targets::open(&whole);
    run(200, 5, &[whole], targets::open);
}
