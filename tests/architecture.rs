//! Imports point down and never round: `src/lib.rs` says which rooms each room may import, this holds the code to it.

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
