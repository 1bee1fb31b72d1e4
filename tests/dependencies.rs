//! Every dependency is used, has its reason beside it, and is imported by the rooms that `Cargo.toml` names and by no other.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// Used by most rooms: no list of them would tell anything.
const EVERYWHERE: &str = "every room";

/// A line of `[dependencies]` or `[dev-dependencies]`.
struct Dependency {
    name: String,
    /// What stands behind `#`.
    reason: String,
    is_optional: bool,
}

impl Dependency {
    /// The rooms in the last brackets of the reason; a path such as `definitions/parse` counts as its room.
    fn rooms(&self) -> Option<BTreeSet<&str>> {
        let (_, rest) = self.reason.rsplit_once('(')?;
        let (rooms, _) = rest.split_once(')')?;
        Some(rooms.split(", ").map(|room| room.split('/').next().unwrap_or_default()).collect())
    }

    /// Whether a line of Rust names the crate.
    fn is_named(&self, line: &str) -> bool {
        let name = self.name.replace('-', "_");
        let code = line.split("//").next().unwrap_or_default();
        code.match_indices(&name).any(|(at, _)| {
            let is_word = |sign: char| sign.is_alphanumeric() || sign == '_';
            let before = code.get(..at).unwrap_or_default();
            let after = code.get(at + name.len()..).unwrap_or_default();
            !before.ends_with(is_word) && !before.ends_with("::") && (after.starts_with("::") || after.starts_with('!'))
        })
    }
}

fn section(heading: &str) -> Vec<Dependency> {
    let text = fs::read_to_string("Cargo.toml").unwrap();
    let lines = text.lines().skip_while(|line| *line != heading).skip(1).take_while(|line| !line.starts_with('['));
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, rest) = line.split_once(" = ").unwrap();
            let (value, reason) = rest.split_once(" # ").unwrap_or((rest, ""));
            let is_optional = value.contains("optional = true");
            Dependency { name: name.to_owned(), reason: reason.to_owned(), is_optional }
        })
        .collect()
}

fn rust_files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|it| it == "rs") {
            out.push(path);
        }
    }
}

/// The code of a file: of `src/` without the unit tests at its end, which may use what only tests have.
fn texts(folder: &str) -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    rust_files(Path::new(folder), &mut paths);
    paths.sort();
    let is_test = |path: &PathBuf| path.to_string_lossy().ends_with("tests.rs") && folder == "src";
    paths.retain(|path| !is_test(path));
    let text = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let end = text.find("#[cfg(test)]\nmod tests {").filter(|_| folder == "src").unwrap_or(text.len());
        text.get(..end).unwrap_or_default().to_owned()
    };
    paths.iter().map(|path| (path.clone(), text(path))).collect()
}

fn rooms_of(dependency: &Dependency, texts: &[(PathBuf, String)]) -> BTreeSet<String> {
    let users = texts.iter().filter(|(_, text)| text.lines().any(|line| dependency.is_named(line)));
    let room = |path: &PathBuf| path.components().nth(1).map(|it| it.as_os_str().to_string_lossy().into_owned());
    users.filter_map(|(path, _)| room(path)).collect()
}

#[test]
fn a_dependency_is_imported_by_the_rooms_that_its_line_names() {
    let (texts, dependencies) = (texts("src"), section("[dependencies]"));
    assert!(dependencies.len() > 20, "Cargo.toml could not be read");
    let mut wrong = Vec::new();
    for it in dependencies.iter().filter(|it| !it.is_optional) {
        let used = rooms_of(it, &texts);
        let used: BTreeSet<&str> = used.iter().map(String::as_str).collect();
        match it.rooms() {
            _ if used.is_empty() => wrong.push(format!("{}: nothing imports it", it.name)),
            None => wrong.push(format!("{}: its line names no room; {used:?} import it", it.name)),
            Some(rooms) if rooms.contains(EVERYWHERE) => {}
            Some(rooms) if rooms != used => {
                wrong.push(format!("{}: its line says {rooms:?}, {used:?} import it", it.name));
            }
            Some(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_only_benches_and_tests_need_is_used_there() {
    let mut used = texts("tests");
    used.extend(texts("benches"));
    let mut paths = Vec::new();
    rust_files(Path::new("src"), &mut paths);
    used.extend(paths.iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())));
    let mut all = section("[dev-dependencies]");
    all.extend(section("[dependencies]").into_iter().filter(|it| it.is_optional));
    for it in all {
        assert!(!it.reason.is_empty(), "{}: no reason stands beside it", it.name);
        assert!(!rooms_of(&it, &used).is_empty(), "{}: nothing imports it", it.name);
    }
}
