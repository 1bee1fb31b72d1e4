//! Definitions of the first edition and what `upgrade` makes of them: `tests/upgrade/NAME/{input.codes,expected.codes}`.

use expect_test::expect_file;
use std::path::Path;
use tencode::definitions::format::print;
use tencode::definitions::upgrade::Knowledge;
use tencode::definitions::upgrade::upgrade;

/// The file rewritten, with nothing known but what it says itself.
fn upgraded(source: &str) -> String {
    let mut knowledge = Knowledge::default();
    knowledge.add(source, true);
    upgrade(source, &knowledge)
}

#[test]
fn the_first_edition_is_rewritten() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/upgrade");
    let mut folders: Vec<_> = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(!folders.is_empty());
    for folder in folders {
        let source = std::fs::read_to_string(folder.join("input.codes")).unwrap();
        let text = upgraded(&source);
        expect_file![folder.join("expected.codes")].assert_eq(&text);
        assert_eq!(upgraded(&text), text, "{}: again", folder.display());
        assert_eq!(print(&text), text, "{}: laid out", folder.display());
    }
}

#[test]
fn blocks_that_do_not_close_stay_as_they_are() {
    let source = "codeset a {\n  title  \"A\"\n  code B \"B\" { when x\n}\n";
    assert_eq!(upgraded(source), source);
}
