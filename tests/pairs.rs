//! Tables of pairs: what an author writes, what a rule asks, and the official tables against a plain reading of them.

#![expect(clippy::indexing_slicing, reason = "tests")]

use super::compiled;
use super::made_up;
use serde_json::json;
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use tencode::definitions::compile::Outcome;
use tencode::definitions::compile::compile;
use tencode::definitions::import::read_file;
use tencode::definitions::import::sources::Folders;
use tencode::definitions::load::DomainSource;
use tencode::definitions::load::parse_file;
use tencode::model::day::Day;
use tencode::model::ids::PairsId;
use tencode::registry::PairRows;
use tencode::registry::Registry;

const OFFICE: &str = r#"
record order "An order" {
    id    text identifies order
    day   date dates encounter plain
    parts list of { number text plain; day date plain }
}

table twice (first text, second text, day date) -> how text partial import pairs "twice.csv" {
    first  column "One"
    second column "Others" split " "
    how    column "How"
    from   column "Since"
    to     column "Until"
}

rules for order "Handbook" {
    rule never-both error "one of two parts is in the other" {
        for each a in parts
        for each b in parts
        forbid twice(a.number, b.number, a.day) = "never"
        at b.number
    }
    rule seldom-both advice "two parts go together seldom" {
        for each a in parts
        for each b in parts
        forbid twice(a.number, b.number, a.day) is "seldom"
        at b.number
    }
}

policy desk "All" { keep every field }
"#;

const TWICE: &str = "One,Others,How,Since,Until\n\
    A1,B1 B2,never,,2024-12-31\n\
    A1,B1,seldom,2025-01-01,\n\
    A2,b.3,seldom,,\n\
    A2,A1,never,2024-03-01,2024-04-30\n";

/// A domain in a folder, with its table.
fn compiled_with(text: &str, table: &str) -> (Outcome, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("twice.csv"), table).unwrap();
    let (file, diagnostics) = parse_file(&folder.path().join("made-up.codes"), text.to_owned());
    let source = DomainSource {
        name: "office".into(),
        folder: folder.path().to_path_buf(),
        files: vec![file],
        diagnostics,
        ..DomainSource::default()
    };
    (compile(vec![source], &[]), folder)
}

fn office() -> Arc<Registry> {
    let (outcome, folder) = compiled_with(OFFICE, TWICE);
    let said: Vec<String> = outcome.diagnostics.iter().map(|it| it.kind.to_string()).collect();
    assert!(outcome.refused.is_empty() && said.is_empty(), "{said:?}");
    compiled::registry(&outcome, folder.path())
}

#[test]
fn a_rule_asks_a_table_of_pairs_on_a_day() {
    let registry = office();
    let desk = made_up::desk(&registry, "office", None);
    let found = |parts: &[(&str, Option<&str>)]| {
        let parts: Vec<_> = parts.iter().map(|(number, day)| json!({ "number": number, "day": day })).collect();
        let said = made_up::disclose(&desk, &json!({ "id": "O-1", "day": "2024-06-01", "parts": parts }));
        made_up::rules(&said, None)
    };
    let day = Some("2024-06-01");
    assert_eq!(found(&[("A1", day), ("B1", day)]), ["never-both"]);
    assert_eq!(found(&[("B1", day), ("A1", day)]), ["never-both"], "the order of the lines does not matter");
    assert_eq!(found(&[("A1", Some("2025-06-01")), ("B1", day)]), ["seldom-both"]);
    assert_eq!(found(&[("A1", Some("2025-06-01")), ("B2", day)]), [""; 0]);
    assert_eq!(found(&[("a2", day), ("B3", day)]), ["seldom-both"], "case and dots do not matter");
    assert_eq!(found(&[("A1", None), ("B1", None)]), ["never-both"], "without a day, that of the encounter");
    assert_eq!(found(&[("A2", day), ("A1", day)]), [""; 0], "not in force any more");
    assert_eq!(found(&[("B1", day), ("B2", day), ("A2", day)]), [""; 0], "no pairs");
}

#[test]
fn what_is_wrong_with_the_file_is_said() {
    let said = |text: &str, table: &str| -> Vec<String> {
        compiled_with(text, table).0.diagnostics.iter().map(|it| it.kind.to_string()).collect()
    };
    let missing = said(OFFICE, "One,Others,Since,Until\n");
    assert!(missing[0].contains("it has no column `How`"), "{missing:?}");
    let day = said(OFFICE, "One,Others,How,Since,Until\nA,B,x,soon,\n");
    assert!(day[0].contains("row 1: `soon` is not a day"), "{day:?}");
    let unsaid = said(&OFFICE.replace("    how    column \"How\"\n", ""), TWICE);
    assert!(unsaid[0].contains("which column is `how` is not said"), "{unsaid:?}");
    let odd = said(&OFFICE.replace("    how    column", "    howw   column"), TWICE);
    assert!(odd.iter().any(|it| it.contains("there is no column `howw`")), "{odd:?}");
    let absent = said(&OFFICE.replace("\"twice.csv\"", "\"thrice.csv\""), TWICE);
    assert!(absent[0].contains("`thrice.csv` is not installed"), "{absent:?}");
}

#[test]
fn more_than_fits_is_refused() {
    let texts = (0..1 << 20).map(|number| format!("T{number}")).collect();
    let rows = PairRows { texts, ..PairRows::default() };
    assert!(rows.pack().unwrap_err().contains("1048576 different texts"));
}

/// A row of the official table of one pair: its last day, if it was deleted, and its indicator.
type PlainRow = (Option<Day>, String);

/// The official table, read line by line for some pairs.
fn plain(text: &str, asked: &mut HashMap<(String, String), Vec<PlainRow>>) {
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        for second in cells[4].split(' ') {
            if let Some(rows) = asked.get_mut(&(cells[0].to_owned(), second.to_owned())) {
                rows.push((Day::parse(cells[1]), cells[2].to_owned()));
            }
        }
    }
}

/// The indicator of a pair on a day: of the rows that were not deleted before it, the one that was deleted first.
fn indicator(rows: &[PlainRow], on: Day) -> Option<&str> {
    let held = rows.iter().filter(|(last, _)| last.is_none_or(|last| on <= last));
    held.min_by_key(|(last, how)| (last.map_or(i32::MAX, |day| day.0), how)).map(|(_, how)| how.as_str())
}

/// Ten thousand pairs of the table and ten thousand of any two of its codes, each on a random day.
#[test]
fn the_official_tables_say_of_every_pair_what_their_lines_say() {
    let sources = Folders::of_user();
    let mut bytes = 0;
    for name in ["ptp_practitioner_2024q3.tsv", "ptp_outpatient_2024q3.tsv"] {
        let Some(path) = sources.find(name) else {
            eprintln!("SKIPPED: no {name} below TENCODE_DATA; the official pairs were not tested");
            return;
        };
        let text = String::from_utf8(read_file(&path).unwrap()).unwrap();
        let (registry, packed) = official(name, &sources.files());
        bytes += packed;
        let pairs = registry.pairs(PairsId::FIRST);
        let lines: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split('\t').collect()).collect();
        // A row that stands in the file twice counts once.
        let listed: usize = lines.iter().map(|cells| cells[4].split(' ').count()).sum();
        assert!((listed - 5..=listed).contains(&pairs.len()), "{} of {listed} pairs", pairs.len());
        let mut random = fastrand::Rng::with_seed(11);
        let mut asked: Vec<(String, String, Day)> = Vec::new();
        for number in 0..20_000 {
            let line = random.choice(&lines).unwrap();
            let other = random.choice(&lines).unwrap();
            let second = random.choice(line[4].split(' ').collect::<Vec<_>>()).unwrap();
            let second = if number % 2 == 0 { second } else { other[0] };
            let day = Day(random.i32(Day::parse("1996-01-01").unwrap().0..=Day::parse("2024-09-30").unwrap().0));
            asked.push((line[0].to_owned(), second.to_owned(), day));
        }
        let mut rows: HashMap<(String, String), Vec<PlainRow>> =
            asked.iter().map(|(first, second, _)| ((first.clone(), second.clone()), Vec::new())).collect();
        plain(&text, &mut rows);
        let mut held = 0;
        for (first, second, on) in &asked {
            let expected = indicator(&rows[&(first.clone(), second.clone())], *on);
            assert_eq!(pairs.value(first, second, *on), expected, "{first} {second} {on}");
            held += usize::from(expected.is_some());
        }
        assert!(held > 5_000, "only {held} of the pairs were in force");
        let start = Instant::now();
        let known = asked.iter().filter(|(first, second, on)| pairs.value(first, second, *on).is_some()).count();
        eprintln!("{name}: {known} of 20,000 pairs, {} ns each", start.elapsed().as_nanos() / 20_000);
    }
    assert!(bytes <= 25_000_000, "the tables take {bytes} bytes");
}

/// A registry that holds nothing but one official table, and how many bytes that is.
fn official(name: &str, files: &[PathBuf]) -> (Arc<Registry>, usize) {
    let text = format!(
        "record line {{ id text identifies line }}\n\
         table pairs (first text, second text, day date) -> indicator text partial import pairs \"{name}\" {{\n\
         first column col1\nsecond column col2_codes split \" \"\nindicator column mod_ind\nto column deleted\n}}\n"
    );
    let (file, diagnostics) = parse_file(Path::new("official.codes"), text);
    let source = DomainSource { name: "office".into(), files: vec![file], diagnostics, ..DomainSource::default() };
    let outcome = compile(vec![source], files);
    assert!(outcome.refused.is_empty(), "{:?}", outcome.diagnostics);
    let folder = tempfile::tempdir().unwrap();
    let packed = outcome.compiled.pairs.iter().map(Vec::len).sum();
    (compiled::registry(&outcome, folder.path()), packed)
}
