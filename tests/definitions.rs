//! `definitions/D0201_unknown_parent/{input.codes,expected.txt}`: what the author of a definition file sees.
//!
//! `UPDATE_EXPECT=1 cargo test` rewrites every expected file.

use crate::program;
use crate::program::Place;
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

#[test]
fn a_folder_without_a_domain_is_no_folder_in_which_nothing_is_wrong() {
    let place = Place::new();
    std::fs::remove_dir_all(place.path("d/own")).unwrap();
    for command in ["check", "test"] {
        let output = place.run(&[command]);
        assert_eq!(output.status.code(), Some(2), "{command}: {}", program::said(&output));
        assert!(program::said(&output).contains("there is no domain in d"), "{command}: {}", program::said(&output));
    }
}

#[test]
fn a_definition_in_utf_16_is_not_written_into() {
    let place = Place::new();
    let wide: Vec<u8> = "label  a \"A\"\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(place.path("d/own/codes/wide.codes"), &wide).unwrap();
    for command in ["fmt", "upgrade"] {
        let output = place.run(&[command, "d/own/codes/wide.codes"]);
        assert!(program::said(&output).contains("left as it is"), "{command}: {}", program::said(&output));
        assert_eq!(std::fs::read(place.path("d/own/codes/wide.codes")).unwrap(), wide, "{command}");
    }
}
