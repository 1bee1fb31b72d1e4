//! Imports point down and never round: `src/lib.rs` says which rooms each room may import, this holds the code to it.

#![expect(clippy::indexing_slicing, clippy::string_slice, reason = "tests")]

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// What `src/lib.rs` allows: room → rooms it may import.
fn allowed() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string("src/lib.rs").unwrap();
    let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut imports = String::new();
    for line in text.lines() {
        if let Some(said) = line.strip_prefix("/// Imports: ") {
            said.trim_end_matches('.').clone_into(&mut imports);
        } else if let Some(room) = line.strip_prefix("pub mod ").and_then(|it| it.strip_suffix(';')) {
            let known: BTreeSet<String> = rooms.keys().cloned().collect();
            let may = match imports.as_str() {
                "nothing" => BTreeSet::new(),
                "all of these" => known,
                list => list.split(", ").map(str::to_owned).collect(),
            };
            for it in &may {
                assert!(rooms.contains_key(it), "lib.rs lets `{room}` import `{it}`, which does not stand above it");
            }
            rooms.insert(room.to_owned(), may);
        }
    }
    rooms
}

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|it| it == "rs") {
            out.push(path);
        }
    }
}

#[test]
fn rooms_import_only_what_the_map_allows() {
    let rooms = allowed();
    assert!(rooms.len() > 5, "the map in src/lib.rs could not be read");
    let mut wrong = Vec::new();
    for (room, may) in &rooms {
        let mut paths = Vec::new();
        files(&Path::new("src").join(room), &mut paths);
        for path in paths {
            let text = fs::read_to_string(&path).unwrap();
            for (number, line) in text.lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                for after in code.split("crate::").skip(1) {
                    let used: String = after.chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect();
                    if rooms.contains_key(&used) && used != *room && !may.contains(&used) {
                        wrong.push(format!("{}:{}: {room} imports {used}", path.display(), number + 1));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_is_no_room_for_everything() {
    let mut paths = Vec::new();
    files(Path::new("src"), &mut paths);
    for path in paths {
        let text = path.to_string_lossy();
        for word in ["util", "common", "helpers", "types"] {
            assert!(!text.contains(&format!("/{word}.rs")) && !text.contains(&format!("/{word}/")), "{text}");
        }
    }
}

/// A file with a function that is longer than it should be, to be split; nothing may be added here.
const LONGER_FUNCTIONS: [&str; 1] = ["src/definitions/compile/mod.rs"];
/// Lines that a file may have.
const LONGEST_FILE: usize = 600;
/// Lines that a function may have, from `fn` to its closing brace.
const LONGEST_FUNCTION: usize = 60;

#[test]
fn files_are_short_enough_to_be_read_at_once() {
    let mut paths = Vec::new();
    files(Path::new("src"), &mut paths);
    files(Path::new("tests"), &mut paths);
    let is_long = |path: &PathBuf| fs::read_to_string(path).unwrap().lines().count() > LONGEST_FILE;
    let long: Vec<String> = paths.iter().filter(|path| is_long(path)).map(|path| path.display().to_string()).collect();
    assert!(long.is_empty(), "more than {LONGEST_FILE} lines: {long:?}");
}

#[test]
fn functions_are_short_enough_to_be_read_at_once() {
    let mut paths = Vec::new();
    files(Path::new("src"), &mut paths);
    let mut long = Vec::new();
    paths.retain(|path| !LONGER_FUNCTIONS.iter().any(|longer| path == Path::new(longer)));
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let mut open: Vec<(usize, usize)> = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let code = line.trim_start();
            let indent = line.len() - code.len();
            let is_function = code.contains("fn ") && !code.starts_with("//") && line.ends_with(['{', '(', '>']);
            if is_function {
                open.push((indent, number));
            } else if code.starts_with('}')
                && let Some((_, start)) = open.pop_if(|(at, _)| *at == indent)
                && number - start >= LONGEST_FUNCTION
            {
                long.push(format!("{}:{}: {} lines", path.display(), start + 1, number - start + 1));
            }
        }
    }
    assert!(long.is_empty(), "more than {LONGEST_FUNCTION} lines:\n{}", long.join("\n"));
}

#[test]
fn one_name_is_imported_by_one_line() {
    let mut paths = Vec::new();
    files(Path::new("src"), &mut paths);
    files(Path::new("tests"), &mut paths);
    let groups = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let is_group = |line: &&str| line.trim_start().starts_with("use ") && line.contains("::{");
        text.lines().any(|line| is_group(&line)).then(|| path.display().to_string())
    };
    let odd: Vec<String> = paths.iter().filter_map(groups).collect();
    assert!(odd.is_empty(), "a `use` with braces in {odd:?}");
}

/// Circles of imports inside a room: the file that comes first by name, how many files, and why it is there.
const CIRCLES: &[(&str, usize, &str)] = &[
    ("definitions/format", 4, "the printer of a tree calls itself for the trees inside it"),
    (
        "definitions/parse/build",
        2,
        "recovery builds the statements that it could save, and is called where building fails",
    ),
    ("logic", 2, "a frame is an encounter under the domain that the front door prepares"),
];

/// A module by the names of its path: `src/text/words.rs` is `["text", "words"]`.
type Module = Vec<String>;

/// The modules of `src`, each with those of its own room that its `use` lines name.
fn imports() -> BTreeMap<Module, BTreeSet<Module>> {
    let mut paths = Vec::new();
    files(Path::new("src"), &mut paths);
    let module = |path: &Path| -> Module {
        let mut names: Module = path.with_extension("").iter().skip(1).map(|it| it.to_string_lossy().into()).collect();
        names.pop_if(|last| last == "mod");
        names
    };
    let modules: BTreeSet<Module> = paths.iter().map(|path| module(path)).collect();
    let resolve = |mut names: Module| {
        while !names.is_empty() && !modules.contains(&names) {
            names.pop();
        }
        names
    };
    let mut all = BTreeMap::new();
    for path in &paths {
        let here = module(path);
        let text = fs::read_to_string(path).unwrap();
        let lines = text.lines().map(|line| line.strip_prefix("pub ").unwrap_or(line));
        let mut named = BTreeSet::new();
        for used in lines.filter_map(|line| line.strip_prefix("use ")) {
            let mut parts: Vec<&str> = used.trim_end_matches(';').split("::").collect();
            let mut base = here.clone();
            match parts.first() {
                Some(&"crate") => {
                    base.clear();
                    parts.remove(0);
                }
                Some(&"super") => {
                    while parts.first() == Some(&"super") {
                        base.pop();
                        parts.remove(0);
                    }
                }
                Some(child) => {
                    base.push((*child).to_owned());
                    if !modules.contains(&base) {
                        continue;
                    }
                    parts.remove(0);
                }
                None => {}
            }
            base.extend(parts.iter().map(|part| (*part).to_owned()));
            let there = resolve(base);
            if there != here && there.first() == here.first() {
                named.insert(there);
            }
        }
        all.insert(here, named);
    }
    all
}

/// All modules that can be reached from one by its imports.
fn reached<'a>(from: &'a Module, imports: &'a BTreeMap<Module, BTreeSet<Module>>) -> BTreeSet<&'a Module> {
    let (mut met, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(module) = open.pop() {
        for next in imports.get(module).into_iter().flatten() {
            if met.insert(next) {
                open.push(next);
            }
        }
    }
    met
}

#[test]
fn circles_of_imports_are_few_and_have_a_reason() {
    let imports = imports();
    assert!(imports.len() > 100, "the modules of src could not be read");
    let reached: BTreeMap<&Module, BTreeSet<&Module>> = imports.keys().map(|it| (it, reached(it, &imports))).collect();
    let mut circles: BTreeSet<Vec<&Module>> = BTreeSet::new();
    for module in imports.keys().filter(|module| reached[*module].contains(module)) {
        circles.insert(reached[module].iter().copied().filter(|other| reached[*other].contains(module)).collect());
    }
    let name = |circle: &[&Module]| circle.first().map(|first| first.join("/")).unwrap_or_default();
    let mut odd = Vec::new();
    for circle in &circles {
        let known = CIRCLES.iter().find(|(first, ..)| *first == name(circle));
        if known.is_none_or(|(_, most, why)| circle.len() > *most || why.is_empty()) {
            odd.push(circle.iter().map(|module| module.join("/")).collect::<Vec<_>>().join(" "));
        }
    }
    assert!(odd.is_empty(), "circles of imports:\n{}", odd.join("\n"));
    let gone: Vec<&str> =
        CIRCLES.iter().map(|it| it.0).filter(|first| !circles.iter().any(|circle| name(circle) == *first)).collect();
    assert!(gone.is_empty(), "no longer a circle, so take it from the list: {gone:?}");
}

/// Words of one office. A domain may say them; the program that all domains share may not.
const OFFICE_WORDS: [&str; 11] =
    ["icd", "nibrs", "mce", "hcpcs", "npi", "diagnosis", "diagnoses", "victim", "victims", "claim", "claims"];
/// Where they may stand: readers of official releases and of FHIR, and the table of text kinds.
const OFFICE_ROOMS: [&str; 3] = ["src/definitions/import/", "src/encounters/read/fhir/", "src/model/text_kind.rs"];

/// The words of a line of code, also those that an identifier is made of: `readClaim` and `read_claim` are two.
fn words(line: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let (mut before_lower, mut before_letter) = (false, false);
    for sign in line.chars() {
        let begins = !before_letter || before_lower && sign.is_ascii_uppercase();
        if sign.is_ascii_alphabetic() {
            if begins {
                out.push(String::new());
            }
            out.last_mut().unwrap().push(sign.to_ascii_lowercase());
        }
        (before_lower, before_letter) = (sign.is_ascii_lowercase(), sign.is_ascii_alphabetic());
    }
    out
}

#[test]
fn the_program_speaks_of_no_office() {
    assert_eq!(words("fn readClaim(of_npi: Icd10)"), ["fn", "read", "claim", "of", "npi", "icd"]);
    let mut paths = Vec::new();
    files(Path::new("src"), &mut paths);
    paths.retain(|path| !OFFICE_ROOMS.iter().any(|room| path.to_string_lossy().starts_with(room)));
    paths.retain(|path| !path.file_stem().is_some_and(|name| name.to_string_lossy().ends_with("tests")));
    let mut odd = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            let code = line.split(" //").next().unwrap();
            for word in words(code).iter().filter(|word| OFFICE_WORDS.contains(&word.as_str())) {
                odd.push(format!("{}:{}: {word}", path.display(), number + 1));
            }
        }
    }
    assert!(odd.is_empty(), "words of one office:\n{}", odd.join("\n"));
}

/// Names of what has an id of its own type; a number by one of these names may be an index.
const NUMBERED: [&str; 11] =
    ["code", "set", "record", "field", "domain", "rule", "label", "relation", "variable", "phrase", "output"];
/// Last words of names that say how many there are, or which column of a foreign file.
const NO_INDEX: [&str; 3] = ["count", "column", "columns"];

/// Whether a name, such as `of_sets` or `LabelRule`, is one of what has an id.
fn is_numbered(name: &str) -> bool {
    let words = words(name);
    let is_known = |word: &String| NUMBERED.contains(&word.strip_suffix('s').unwrap_or(word));
    words.iter().any(is_known) && !words.last().is_some_and(|last| NO_INDEX.contains(&last.as_str()))
}

/// Whether a type has a bare number in it.
fn is_bare(kind: &str) -> bool {
    let mut names = kind.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
    !kind.contains("::") && names.any(|name| ["u16", "u32", "usize"].contains(&name))
}

/// What a line of code declares: names with their types. Fields and parameters, variants with a number in them, functions
/// with what they return; `function` is the one whose parameters stand on lines of their own.
fn declared<'l>(line: &'l str, function: &mut &'l str) -> Vec<(&'l str, &'l str)> {
    let line = line.trim_start().split(" //").next().unwrap();
    let mut out = Vec::new();
    let (parameters, result) = match line.split_once("fn ") {
        Some((_, rest)) => {
            *function = rest.split(['(', '<']).next().unwrap();
            rest.split_once("->").map_or((rest, ""), |(before, result)| (before, result))
        }
        None => (line.strip_suffix(',').unwrap_or(""), line.strip_prefix(") ->").unwrap_or("")),
    };
    out.push((*function, result));
    let mut name = "";
    let mut from = 0;
    for (at, _) in parameters.match_indices(": ") {
        if is_bare(&parameters[from..at]) && !name.is_empty() {
            out.push((name, &parameters[from..at]));
        }
        let start = parameters[..at].rfind(|sign: char| !sign.is_alphanumeric() && sign != '_').map_or(0, |it| it + 1);
        (name, from) = (&parameters[start..at], at + 2);
    }
    out.push((name, &parameters[from..]));
    if let Some((variant, kinds)) = parameters.split_once('(')
        && variant.chars().all(char::is_alphanumeric)
        && variant.starts_with(char::is_uppercase)
    {
        out.push((variant, kinds));
    }
    out
}

#[test]
fn an_index_has_a_type_of_its_own() {
    assert!(is_numbered("code_index") && is_numbered("of_sets") && !is_numbered("code_count"));
    let one = declared("pub fn map(&self, from: u16, code: u32, to: u16) -> Vec<u32> {", &mut "");
    assert!(one.iter().any(|(name, kind)| *name == "code" && is_bare(kind)), "{one:?}");
    let mut paths = Vec::new();
    files(Path::new("src"), &mut paths);
    let mut bare = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let mut function = "";
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            for (name, _) in declared(line, &mut function).iter().filter(|it| is_numbered(it.0) && is_bare(it.1)) {
                bare.push(format!("{}:{}: {name}", path.display(), number + 1));
            }
        }
    }
    assert!(bare.is_empty(), "a bare number where an id has a type (see src/model/ids.rs):\n{}", bare.join("\n"));
}
