//! The pages by themselves: they wrap, their links lead somewhere, the README knows them all, and what they list of the
//! program is what the program has. What their commands print is compared in `transcripts.rs`.

#![expect(clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

mod output;

/// Longest line of a page, in characters.
const COLUMNS: usize = 100;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files below a folder with an ending, without those that a build or a version control makes.
fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && !matches!(name.as_str(), "target" | "node_modules") {
                files(&path, ending, found);
            }
        } else if path.extension().is_some_and(|it| it == ending) {
            found.push(path);
        }
    }
}

fn pages() -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(root(), "md", &mut found);
    found.sort();
    found
}

/// The lines of a page outside of code boxes, with their numbers.
fn prose(text: &str) -> Vec<(usize, &str)> {
    let mut is_code = false;
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code && !line.starts_with("    ") {
            lines.push((number, line));
        }
    }
    lines
}

/// Whether a line may be long: a row of a table, or one word (a link or an address) that nothing can break.
fn may_be_long(line: &str) -> bool {
    line.starts_with('|') || !line.trim_start_matches(['-', '*', '>', ' ']).contains(' ')
}

/// The targets of the links of a page that lead to files of ours.
fn links(text: &str) -> Vec<&str> {
    let lines = prose(text);
    let after = lines.iter().flat_map(|(_, line)| line.split("](").skip(1));
    let targets = after.filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://") && !target.starts_with(['#', '<'])).collect()
}

/// Tables of a page: the heading above, and the code in the first cell of each row with the cells behind it.
fn tables(text: &str) -> BTreeMap<String, Vec<(String, Vec<String>)>> {
    let mut heading = String::new();
    let mut tables: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for (_, line) in prose(text) {
        if let Some(title) = line.strip_prefix("## ") {
            title.clone_into(&mut heading);
        }
        let Some(row) = line.strip_prefix("| `") else { continue };
        let mut cells = row.split(" | ").map(|cell| cell.trim_end_matches([' ', '|']).to_owned());
        let first = cells.next().unwrap_or_default().trim_end_matches('`').to_owned();
        tables.entry(heading.clone()).or_default().push((first, cells.collect()));
    }
    tables
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

#[test]
fn pages_wrap_at_a_hundred_columns() {
    let mut long = Vec::new();
    for path in pages() {
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in prose(&text) {
            if line.chars().count() > COLUMNS && !may_be_long(line) {
                long.push(format!("{}:{number}", path.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(long.is_empty(), "longer than {COLUMNS} columns: {}", long.join(", "));
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut broken = Vec::new();
    for path in pages() {
        let text = fs::read_to_string(&path).unwrap();
        for target in links(&text) {
            let file = target.split('#').next().unwrap_or_default();
            if !path.parent().unwrap().join(file).exists() {
                broken.push(format!("{}: {target}", path.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_readme_links_every_page() {
    let readme = page("README.md");
    let linked: BTreeSet<&str> = links(&readme).into_iter().collect();
    let entries = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().file_name());
    let names = entries.map(|name| format!("docs/{}", name.to_string_lossy()));
    let missing: Vec<String> =
        names.filter(|name| !linked.contains(name.as_str()) && !linked.contains(format!("{name}/").as_str())).collect();
    assert!(missing.is_empty(), "not linked: {missing:?}");
}

/// The keys of a table of `domain.toml`, as the program itself lists them when it meets one that it does not know.
fn keys<T: serde::de::DeserializeOwned>(table: &str) -> BTreeSet<String> {
    let text = format!("{table}\nno_such_key = 1\n");
    let error = toml::from_str::<T>(&text).err().map(|error| error.message().to_owned()).unwrap_or_default();
    let (_, listed) = error.split_once("expected").unwrap_or_else(|| panic!("{table}: {error}"));
    listed.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_page_on_the_manifest_lists_its_keys() {
    use tencode::definitions::import::sources::Source;
    use tencode::definitions::manifest::Manifest;
    let known = [
        ("Top level", keys::<Manifest>("")),
        ("[scripts]", keys::<Manifest>("[scripts]")),
        ("[audit]", keys::<Manifest>("[audit]")),
        ("[[source]]", keys::<Source>("")),
    ];
    let tables = tables(&page("docs/domain-toml.md"));
    for (heading, known) in known {
        let listed: BTreeSet<String> = tables[heading].iter().map(|(key, _)| key.clone()).collect();
        assert_eq!(listed, known, "{heading}");
    }
    for (lint, _) in &tables["[lints]"] {
        toml::from_str::<Manifest>(&format!("[lints]\nD0221 = {lint}\n")).unwrap();
    }
}

#[test]
fn the_page_on_operations_lists_the_variables() {
    let mut sources = Vec::new();
    files(&root().join("src"), "rs", &mut sources);
    // The tests of the releases have settings of their own.
    sources.retain(|path| !path.ends_with("import/releases.rs"));
    let text: String = sources.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let read: BTreeSet<&str> = text
        .split('"')
        .filter(|it| it.starts_with("TENCODE_") && !it.contains(|sign: char| sign.is_lowercase()))
        .collect();
    let page = page("docs/operations.md");
    let listed: BTreeSet<&str> = page.split('`').filter(|it| it.starts_with("TENCODE_")).collect();
    assert!(read.len() > 3);
    assert_eq!(listed, read);
}

#[test]
fn the_page_on_the_registry_lists_every_section() {
    let layout = fs::read_to_string(root().join("src/registry/layout.rs")).unwrap();
    let page = page("docs/registry.md");
    let version = layout.split("VERSION: u32 = ").nth(1).and_then(|rest| rest.split(';').next()).unwrap();
    assert!(page.contains(&format!("## Layout, version {version}\n")), "the page is of another version than {version}");
    let kinds = layout.split("pub(super) enum Kind {").nth(1).and_then(|rest| rest.split("\n}").next()).unwrap();
    let kinds = kinds.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    let named: Vec<String> = kinds.map(|line| line.trim_end_matches(',').to_owned()).collect();
    let listed: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").nth(1)).collect();
    for (number, kind) in named.iter().enumerate() {
        let row = format!("| {number} | {kind} |");
        assert!(page.lines().any(|line| line.starts_with(&row)), "no row `{row}` among {listed:?}");
    }
}
