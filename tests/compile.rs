//! What the author of a definition sees: each folder of `definitions/` holds a wrong file and what is said of it.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use tencode::definitions::compile::compile;
use tencode::definitions::load::DomainSource;
use tencode::definitions::load::parse_file;
use tencode::diagnostics::catalog::Kind;
use tencode::diagnostics::render::Sources;
use tencode::diagnostics::render::terminal;

fn said(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("input.codes");
    let shown = PathBuf::from("input.codes");
    let (file, diagnostics) = parse_file(&shown, text.clone());
    let mut sources = Sources::default();
    sources.add(shown, text);
    let domain = DomainSource { name: "golden".into(), files: vec![file], diagnostics, ..DomainSource::default() };
    let outcome = compile(vec![domain], &[]);
    outcome.diagnostics.iter().map(|it| terminal::render(it, &sources, false)).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_golden_folder_says_what_is_expected() {
    let mut folders: Vec<PathBuf> =
        fs::read_dir("tests/definitions").expect("tests/definitions").map(|it| it.expect("an entry").path()).collect();
    folders.sort();
    assert!(folders.len() > 40, "the golden folders are missing");
    for folder in folders {
        let name = folder.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        let said = said(&folder.join("input.codes"));
        assert!(said.contains(&name[..5]), "{name} does not say {}:\n{said}", &name[..5]);
        expect_test::expect_file![fs::canonicalize(&folder).expect("a folder").join("expected.txt")].assert_eq(&said);
    }
}

#[test]
fn every_diagnostic_has_a_page_and_a_golden_folder() {
    let folders: Vec<String> = fs::read_dir("tests/definitions")
        .expect("tests/definitions")
        .map(|it| it.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    for (number, name) in Kind::ALL {
        let code = format!("D{number:04}");
        assert!(Path::new(&format!("docs/diagnostics/{code}.md")).exists(), "{code} {name} has no page");
        assert!(folders.iter().any(|it| it.starts_with(&code)), "{code} {name} has no golden folder");
    }
}
