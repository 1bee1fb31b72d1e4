//! `definitions/D0201_unknown_parent/{input.codes,expected.txt}`: what the author of a definition file sees.
//!
//! `UPDATE_EXPECT=1 cargo test` rewrites every expected file.

use std::path::Path;
use std::path::PathBuf;
use tencode::definitions::parse;
use tencode::definitions::parse::tree::Edition;
use tencode::diagnostics::render::Sources;
use tencode::diagnostics::render::terminal;

/// The folders under `tests/definitions`, in order.
fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/definitions");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

/// What parsing alone says about a file.
fn said(input: &Path) -> String {
    let (text, mut problems) = parse::decode(std::fs::read(input).unwrap());
    let (_, more) = parse::parse(&text, Edition::Second);
    problems.extend(more);
    let mut sources = Sources::default();
    sources.add("input.codes", text);
    let drawn = problems
        .iter()
        .map(|problem| terminal::render(&problem.clone().in_file(Path::new("input.codes")), &sources, false));
    drawn.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_diagnostic_of_reading_looks_as_expected() {
    for folder in folders() {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("D00") {
            let said = said(&folder.join("input.codes"));
            let number = name.split('_').next().unwrap();
            assert!(said.contains(number), "{name} does not say {number}:\n{said}");
            expect_test::expect_file![folder.join("expected.txt")].assert_eq(&said);
        }
    }
}

/// Every definition file below a folder.
fn definition_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            definition_files(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "codes") {
            files.push(path);
        }
    }
}

#[test]
fn shipped_files_can_be_read_and_laid_out() {
    let mut files = Vec::new();
    definition_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("domains"), &mut files);
    for file in files {
        assert_eq!(said(&file), "", "{}", file.display());
        let text = std::fs::read_to_string(&file).unwrap();
        let printed = tencode::definitions::format::print(&text);
        crate::laws::assert_same_tree(&text, &printed);
        assert_eq!(tencode::definitions::format::print(&printed), printed, "{}", file.display());
    }
}
