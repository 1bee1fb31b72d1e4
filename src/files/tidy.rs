//! Folders of things that can be made again: what was not used for longest goes first.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::time::SystemTime;

/// Removes the files with an ending that were used longest ago, until the others take no more than `most` bytes beside the
/// youngest, which stays. What is kept beside a file, under its name with `beside` behind it, goes with it; a file was used when
/// either was changed. Losing one costs time and nothing else, so a file that cannot be removed is left.
pub fn tidy(folder: &Path, ending: &str, beside: &str, most: u64) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            path.extension().filter(|it| *it == ending)?;
            let about = fs::metadata(&path).ok()?;
            let used = fs::metadata(with(&path, beside)).and_then(|about| about.modified()).ok();
            Some((about.modified().ok()?.max(used.unwrap_or(SystemTime::UNIX_EPOCH)), about.len(), path))
        })
        .collect();
    files.sort();
    // The youngest is the one that somebody has just made.
    files.pop();
    let mut total: u64 = files.iter().map(|(_, length, _)| length).sum();
    for (_, length, path) in files {
        if total <= most {
            return;
        }
        total -= length;
        let _ = fs::remove_file(&path);
        let _ = fs::remove_file(with(&path, beside));
    }
}

/// A path with an ending behind its name.
fn with(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::tidy;
    use std::fs;
    use std::time::Duration;
    use std::time::SystemTime;

    #[test]
    fn the_oldest_go_first_with_what_is_beside_them() {
        let folder = tempfile::tempdir().unwrap();
        for (age, name) in
            ["b.kept", "c.kept", "d.kept", "d.kept.note", "e.other", "a.kept", "a.kept.note"].iter().enumerate()
        {
            let path = folder.path().join(name);
            fs::write(&path, [0_u8; 100]).unwrap();
            let file = fs::File::options().append(true).open(&path).unwrap();
            // The oldest file is the one that was used last.
            let seconds = if *name == "a.kept.note" { 200 } else { 100 - age as u64 };
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
        }
        let left = || {
            let entries = fs::read_dir(folder.path()).unwrap();
            let mut names: Vec<String> = entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        };
        tidy(folder.path(), "kept", ".note", 300);
        assert_eq!(left().len(), 7, "three beside the youngest");
        tidy(folder.path(), "kept", ".note", 199);
        assert_eq!(left(), ["a.kept", "a.kept.note", "b.kept", "e.other"]);
        tidy(folder.path(), "kept", ".note", 0);
        assert_eq!(left(), ["a.kept", "a.kept.note", "e.other"]);
    }
}
