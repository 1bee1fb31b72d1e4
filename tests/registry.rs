//! The registry file: same definitions, same bytes; old, cut and damaged files are refused and never crash.

#![expect(clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::SystemTime;
use tencode::definitions::compile::Compiled;
use tencode::definitions::compile::Releases;
use tencode::definitions::compile::compile;
use tencode::definitions::compile::compile_with;
use tencode::definitions::load::DomainSource;
use tencode::definitions::load::parse_file;
use tencode::model::day::Day;
use tencode::registry::Registry;
use tencode::registry::lay_out;
use tencode::registry::segments::Segments;
use tencode::registry::write;
use tencode::registry::write_with;

const DEFINITIONS: &str = r#"
record visit { id text required; note text free; code code in reasons }
label secret "Secret"
codeset reasons "Reasons" {
    relation excludes symmetric inherited
    property weight integer
    group G "General" {
        code G1 "Swollen ankle" { also "ankle swelling"; from 2020-01-01; weight 3; labelled secret }
        code G2 "Broken wrist"  { retired 2024-12-31 replaced by G3 }
        code G3 "Fracture of wrist" { under H; excludes G1 }
    }
    group H "Hand" { code H1 "Cut of hand" }
}
"#;

fn compiled() -> Compiled {
    let (file, diagnostics) = parse_file(Path::new("visit.codes"), DEFINITIONS.to_owned());
    let domain = DomainSource { name: "office".into(), files: vec![file], diagnostics, ..DomainSource::default() };
    let outcome = compile(vec![domain], &[]);
    assert!(outcome.refused.is_empty(), "{:?}", outcome.diagnostics);
    outcome.compiled
}

fn written(folder: &Path, name: &str) -> PathBuf {
    let compiled = compiled();
    let path = folder.join(name);
    let parts = compiled.parts([7; 32]);
    write(&path, &parts).unwrap();
    path
}

#[test]
fn the_same_definitions_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (written(folder.path(), "one"), written(folder.path(), "two"));
    assert_eq!(fs::read(one).unwrap(), fs::read(two).unwrap());
}

#[test]
fn codes_are_found_by_text_date_and_hierarchy() {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::open(&written(folder.path(), "registry")).unwrap();
    let codes = registry.codes(registry.set("reasons").unwrap());
    let find = |code: &str| codes.find(code).unwrap();
    let on = |day: &str| Day::parse(day).unwrap();
    assert_eq!(codes.find(" g1 "), Some(find("G1")));
    assert!(codes.is_under(find("G3"), find("G")) && codes.is_under(find("G3"), find("H")));
    assert!(!codes.is_under(find("G1"), find("H")));
    assert!(!codes.is_assignable(find("G1"), on("2019-12-31")) && codes.is_assignable(find("G1"), on("2020-01-01")));
    assert!(!codes.is_assignable(find("G2"), on("2025-01-01")) && !codes.is_assignable(find("G"), on("2025-01-01")));
    let best = codes.search("swolen ankel", None, 5).first().map(|hit| hit.code);
    assert_eq!(best, Some(find("G1")), "misspelt words find their code");
    assert_eq!(codes.search("fract", None, 5).first().map(|hit| hit.code), Some(find("G3")), "half-typed words too");
}

#[test]
fn cut_and_damaged_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(written(folder.path(), "registry")).unwrap();
    let mut refused = 0;
    for place in (0..whole.len()).step_by(whole.len() / 400 + 1) {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x55;
        let path = folder.path().join(format!("damaged-{place}"));
        fs::write(&path, bytes).unwrap();
        match Registry::open(&path) {
            Err(error) => refused += usize::from(error.to_string().contains("damaged-")),
            Ok(_) => panic!("a file damaged at byte {place} was opened"),
        }
    }
    assert!(refused > 100);
    for length in [0, 1, 63, whole.len() / 2, whole.len() - 1] {
        let path = folder.path().join(format!("cut-{length}"));
        fs::write(&path, &whole[..length]).unwrap();
        assert!(Registry::open(&path).is_err(), "a file cut to {length} bytes was opened");
    }
}

/// A domain whose codes come from a list, and the registry built of it with a store of segments.
fn imported(folder: &Path, rule: &str, segments: &Segments) -> Vec<u8> {
    let definitions = format!(
        r#"
record visit {{ id text required; note text free; code code in reasons }}
codeset reasons {{ import csv "reasons.csv" {{ code column code; title column title }} }}
rule visit-note {rule} "the note is missing" {{ require note is present; at note }}
"#
    );
    let (file, diagnostics) = parse_file(Path::new("visit.codes"), definitions);
    let domain = DomainSource { name: "office".into(), files: vec![file], diagnostics, ..DomainSource::default() };
    let files = [folder.join("reasons.csv")];
    let outcome = compile_with(vec![domain], Releases { files: &files, segments, examples: None });
    assert!(outcome.refused.is_empty(), "{:?}", outcome.diagnostics);
    let compiled = outcome.compiled;
    let parts = compiled.parts([7; 32]);
    let path = folder.join("registry");
    write_with(&path, &parts, segments).unwrap();
    fs::read(path).unwrap()
}

/// A code that stands among those of a list moves all that come after it, and the ways in which people say them too.
#[test]
fn how_people_say_a_code_moves_with_it() {
    let definitions = r#"
record visit { id text required; note text free; code code in reasons }
codeset reasons {
    import csv "reasons.csv" { code column code; title column title; parent column above }
    import csv "said.csv" { code column code; wording column words; attach }
    code N "Named here" { under A }
}
"#;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("reasons.csv"), "code,title,above\nA,First,\nB,Second,\nC,Third,\n").unwrap();
    fs::write(folder.path().join("said.csv"), "code,words\nB,sore back\nC,runny nose\nA,bad head\n").unwrap();
    let (file, diagnostics) = parse_file(Path::new("visit.codes"), definitions.to_owned());
    let domain = DomainSource { name: "office".into(), files: vec![file], diagnostics, ..DomainSource::default() };
    let files = [folder.path().join("reasons.csv"), folder.path().join("said.csv")];
    let segments = Segments::none();
    let outcome = compile_with(vec![domain], Releases { files: &files, segments: &segments, examples: None });
    assert!(outcome.refused.is_empty(), "{:?}", outcome.diagnostics);
    let path = folder.path().join("registry");
    write(&path, &outcome.compiled.parts([7; 32])).unwrap();
    let registry = Registry::open(&path).unwrap();
    let codes = registry.codes(registry.sets().next().unwrap());
    for (words, code) in [("sore back", "B"), ("runny nose", "C"), ("bad head", "A"), ("named", "N")] {
        let hits = codes.search(words, None, 1);
        assert_eq!(hits.first().map(|hit| codes.code(hit.code)), Some(code), "{words}");
    }
}

fn list(folder: &Path, word: &str) {
    let rows: String = (0..1_200).map(|number| format!("R{number},{word} number {number}\n")).collect();
    fs::write(folder.join("reasons.csv"), format!("code,title\n{rows}")).unwrap();
}

fn kept(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn kept_segments_change_no_byte_of_a_registry() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("segments");
    let segments = || Segments::in_folder(store.clone(), [3; 32]);
    list(folder.path(), "reason");
    let plain = imported(folder.path(), "error", &Segments::none());
    assert_eq!(plain, imported(folder.path(), "error", &segments()), "when they are made");
    assert_eq!(plain, imported(folder.path(), "error", &segments()), "when they are read back");

    let before = kept(&store);
    assert_eq!(before.len(), 2, "the release, and the code set laid out");
    let edited = imported(folder.path(), "warning", &segments());
    assert_eq!(edited, imported(folder.path(), "warning", &Segments::none()), "after an edit of a rule");
    assert_ne!(edited, plain);
    assert_eq!(before, kept(&store), "an edit of a rule makes no segment of a release again");

    list(folder.path(), "cause");
    let other = imported(folder.path(), "error", &segments());
    assert_eq!(other, imported(folder.path(), "error", &Segments::none()), "after another release");
    assert_ne!(other, plain);
    assert_eq!(kept(&store).len(), 4);
}

/// `known to` says how far a release tells, and ends no code: for 200 days around it.
#[test]
fn a_release_that_is_known_to_a_day_ends_no_code() {
    let mut random = fastrand::Rng::with_seed(12);
    for number in 0..20 {
        let (first, length) = (random.i32(0..20_000), random.i32(0..900));
        let (from, known) = (Day(first), Day(first + length));
        let text = format!(
            "codeset a \"A\" {{ release 1 from {from} known to {known}\n code A1 \"One\" {{ from {from} }}\n code A2 \"Two\" }}"
        );
        let (file, diagnostics) = parse_file(Path::new("a.codes"), text);
        let domain = DomainSource { name: "office".into(), files: vec![file], diagnostics, ..DomainSource::default() };
        let outcome = compile(vec![domain], &[]);
        assert!(outcome.refused.is_empty(), "{number}: {:?}", outcome.diagnostics);
        let bytes = lay_out(Path::new("it"), &outcome.compiled.parts([0; 32]), &Segments::none()).unwrap();
        let registry = Registry::from_bytes(&bytes).unwrap();
        let codes = registry.codes(registry.set("a").unwrap());
        assert_eq!(codes.known_days(), (Some(from), Some(known)));
        for _ in 0..10 {
            let day = Day(first + random.i32(-500..2_000));
            assert_eq!(codes.is_in_force(codes.find("A1").unwrap(), day), day >= from, "{day}");
            assert!(codes.is_in_force(codes.find("A2").unwrap(), day));
        }
    }
}

#[test]
fn opening_a_checked_registry_notes_that_it_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), "registry");
    Registry::open(&path).unwrap();
    let reminder = folder.path().join("registry.verified");
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
    fs::File::options().append(true).open(&reminder).unwrap().set_modified(long_ago).unwrap();
    let text = fs::read(&reminder).unwrap();
    Registry::open(&path).unwrap();
    assert!(fs::metadata(&reminder).unwrap().modified().unwrap() > long_ago);
    assert_eq!(fs::read(&reminder).unwrap(), text);
}
