//! What the author of a definition sees: each folder of `definitions/` holds a wrong file (or a whole domain) and what
//! is said of it.

#![expect(clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use tencode::definitions::compile::compile;
use tencode::definitions::load::DomainSource;
use tencode::definitions::load::load;
use tencode::definitions::load::parse_file;
use tencode::diagnostics::Diagnostic;
use tencode::diagnostics::catalog::Kind;
use tencode::diagnostics::render::Sources;
use tencode::diagnostics::render::terminal;

/// Kinds that no small file can show: what cannot be read, what is too long, how many problems `check` lists, what an
/// official release does.
const WITHOUT_FOLDER: &[&str] = &["D0001", "D0016", "D0017", "D0226"];

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/definitions");
    let mut folders: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

/// What compiling says; paths are shown from the golden folder on.
fn said(folder: &Path) -> String {
    let mut sources = Sources::default();
    let domain = if folder.join("domain").is_dir() {
        load(&folder.join("domain"))
    } else {
        let text = fs::read_to_string(folder.join("input.codes")).unwrap();
        let (file, diagnostics) = parse_file(Path::new("input.codes"), text);
        DomainSource { name: "golden".into(), files: vec![file], diagnostics, ..DomainSource::default() }
    };
    let shared = Some(folder.join("shared")).filter(|shared| shared.is_dir()).map(|shared| load(&shared));
    let parent = Some(folder.join("parent")).filter(|parent| parent.is_dir()).map(|parent| load(&parent));
    let outcome = compile(shared.into_iter().chain(parent).chain([domain]).collect(), &[]);
    let mut drawn = Vec::new();
    for diagnostic in outcome.diagnostics {
        let file = folder.join(&diagnostic.file);
        let shown = file.strip_prefix(folder).unwrap().to_path_buf();
        sources.add(shown.clone(), fs::read_to_string(&file).unwrap_or_default());
        drawn.push(terminal::render(&Diagnostic { file: shown, ..diagnostic }, &sources, false));
    }
    drawn.join("\n")
}

#[test]
fn every_diagnostic_of_compiling_looks_as_expected() {
    for folder in folders() {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let number = name.split('_').next().unwrap();
        if number >= "D0100" {
            let said = said(&folder);
            assert!(said.contains(number), "{name} does not say {number}:\n{said}");
            expect_test::expect_file![folder.join("expected.txt")].assert_eq(&said);
        }
    }
}

#[test]
fn every_kind_has_a_golden_folder() {
    let names: Vec<String> =
        folders().iter().map(|it| it.file_name().unwrap().to_string_lossy().into_owned()).collect();
    for (number, kind) in Kind::ALL {
        let code = format!("D{number:04}");
        let is_there = names.iter().any(|name| name.starts_with(&code));
        assert!(is_there || WITHOUT_FOLDER.contains(&code.as_str()), "{code} {kind} has no golden folder");
    }
}

/// Compiles one domain from its files, which lie side by side.
fn compiled(files: &[(&str, &str)]) -> (tencode::definitions::compile::Outcome, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    (compile(vec![load(folder.path())], &[]), folder)
}

#[test]
fn the_rows_of_a_table_may_stand_in_a_file() {
    let definitions = "table fees (kind text, age number) -> fee number first-match partial import csv \"fees.csv\"\n";
    let csv = "fee,kind,age,from\n5,\"late, second\",18..64,2026-01-01\n7,any,>= 65,\n0,early,,\n";
    let (outcome, _folder) =
        compiled(&[("domain.toml", "title = \"Fees\"\n"), ("a.codes", definitions), ("fees.csv", csv)]);
    assert!(outcome.diagnostics.is_empty(), "{:?}", outcome.diagnostics);
    let table = &outcome.compiled.domains[0].tables[0];
    let written = "table fees (kind text, age number) -> fee number first-match partial {\n\
                   \"late, second\", 18..64 -> 5 from 2026-01-01\nany, >= 65 -> 7\n\"early\", any -> 0\n}\n";
    let (outcome, _folder) = compiled(&[("domain.toml", "title = \"Fees\"\n"), ("a.codes", written)]);
    assert_eq!(*table, outcome.compiled.domains[0].tables[0]);
}

#[test]
fn a_wrong_cell_of_a_file_is_named_by_its_row() {
    let definitions = "table fees (age number) -> fee number partial import csv \"fees.csv\"\n";
    for (csv, wanted) in
        [("age,fee\n18,2\n19,much\n", "row 2"), ("age\n1\n", "no column `fee`"), ("age,fee\n(1,2\n", "row 1")]
    {
        let (outcome, _folder) =
            compiled(&[("domain.toml", "title = \"Fees\"\n"), ("a.codes", definitions), ("fees.csv", csv)]);
        let said = &outcome.diagnostics[0];
        assert!(format!("{} {}", said.kind, said.note).contains(wanted), "{wanted}: {said:?}");
    }
}

#[test]
fn rows_of_other_days_may_say_otherwise() {
    let table =
        |second: &str| format!("table t (a bool) -> n number {{\nany -> 1 to 2025-12-31\nany -> 2 from {second}\n}}\n");
    let problems = |text: &str| {
        let (outcome, _folder) = compiled(&[("domain.toml", "title = \"T\"\n"), ("a.codes", text)]);
        outcome.diagnostics.iter().map(|it| it.kind.code()).collect::<Vec<_>>()
    };
    assert_eq!(problems(&table("2026-01-01")), Vec::<String>::new());
    assert_eq!(problems(&table("2025-12-31")), ["D0302"]);
}
