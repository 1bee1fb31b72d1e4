//! Official releases: which files there are, and where they lie.
//!
//! A domain names them in `domain.toml` as `[[source]]` tables. They are looked for in the folders of `TENCODE_DATA` (a
//! path list, searched with what is below) and then in the user's data folder (`$XDG_DATA_HOME/tencode/sources`).

use super::contents::Error;
use super::contents::Format;
use super::contents::Options;
use crate::files;
use serde::Deserialize;
use serde::Serialize;
use std::path::Path;
use std::path::PathBuf;

/// How deep below a data folder files are looked for.
const DEEPEST: usize = 8;
/// How many files and folders are looked at.
const MOST: usize = 200_000;

/// An official release.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Short name, such as `icd-10-cm-2026`.
    pub name: String,
    /// Who publishes it.
    #[serde(default)]
    pub publisher: String,
    /// Name for people.
    #[serde(default)]
    pub title: String,
    /// Names its file may have, without what tells that it is packed. `*` stands for any signs.
    pub files: Vec<String>,
    /// Format, as in `import FORMAT "FILE"`.
    pub format: String,
    /// Code set it belongs to.
    #[serde(default)]
    pub set: String,
    /// How many lines the file has.
    #[serde(default)]
    pub lines: Option<u64>,
    /// How many codes it has.
    #[serde(default)]
    pub codes: Option<u64>,
    /// When it was released.
    #[serde(default)]
    pub released: String,
    /// Where to get it.
    #[serde(default)]
    pub url: String,
}

impl Source {
    /// Whether a file of this name is the source's.
    pub fn has_name(&self, file: &str) -> bool {
        self.files.iter().any(|pattern| fits(pattern, bare(file)))
    }

    /// Checks an unpacked file against what is known of the release: its format and its counts.
    ///
    /// # Errors
    ///
    /// Says what differs.
    pub fn check(&self, bytes: &[u8]) -> Result<(), Error> {
        let lines = count_lines(bytes);
        if let Some(expected) = self.lines.filter(|expected| *expected != lines) {
            return Err(Error::Form(format!("it has {lines} lines where {expected} are expected")));
        }
        let Some(format) = Format::named(&self.format) else { return Ok(()) };
        if matches!(format, Format::Csv | Format::Tsv | Format::Sheet) {
            return Ok(());
        }
        let import = super::read(format, bytes, &Options::default())?;
        let codes = import.rows.iter().filter(|row| !row.is_group).count() as u64;
        match self.codes.filter(|expected| *expected != codes) {
            Some(expected) => Err(Error::Form(format!("it has {codes} codes where {expected} are expected"))),
            None => Ok(()),
        }
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    let ends = bytes.iter().filter(|byte| **byte == b'\n').count();
    (ends + usize::from(!bytes.is_empty() && !bytes.ends_with(b"\n"))) as u64
}

/// The name without what tells that the file is packed.
fn bare(file: &str) -> &str {
    [".gz", ".xz", ".zip"].iter().find_map(|ending| file.strip_suffix(ending)).unwrap_or(file)
}

/// Whether a name fits a pattern in which `*` stands for any signs.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_lowercase(), name.to_lowercase());
    let Some((head, tail)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut rest) = name.strip_prefix(head) else { return false };
    let pieces: Vec<&str> = tail.split('*').collect();
    let Some((last, between)) = pieces.split_last() else { return true };
    for piece in between {
        match rest.split_once(piece) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// The folders that hold releases, in the order they are searched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folders {
    folders: Vec<PathBuf>,
}

impl Folders {
    /// The folders of this user: those of `TENCODE_DATA`, then the data folder.
    pub fn of_user() -> Folders {
        let listed = std::env::var_os("TENCODE_DATA");
        let mut folders: Vec<PathBuf> = listed.iter().flat_map(std::env::split_paths).collect();
        folders.extend(install_folder());
        Folders { folders }
    }

    /// These folders only.
    pub fn only(folders: Vec<PathBuf>) -> Folders {
        Folders { folders }
    }

    /// Folders that `TENCODE_DATA` names and that are not there.
    pub fn missing(&self) -> Vec<&Path> {
        let own = install_folder();
        let named = self.folders.iter().filter(|folder| own.as_ref() != Some(folder) && !folder.as_os_str().is_empty());
        named.filter(|folder| !folder.is_dir()).map(PathBuf::as_path).collect()
    }

    /// All files in them, in a fixed order.
    pub fn files(&self) -> Vec<PathBuf> {
        let (mut out, mut left) = (Vec::new(), MOST);
        for folder in &self.folders {
            list(folder, 0, &mut left, &mut out);
        }
        out
    }

    /// The file of a name, plain or packed: the first that is found. A name with a folder in it is looked for as it is too.
    pub fn find(&self, name: &str) -> Option<PathBuf> {
        find(&self.files(), name)
    }
}

/// The file of a name among files that were listed before: plain first, then packed.
pub fn find(files: &[PathBuf], name: &str) -> Option<PathBuf> {
    let endings = ["", ".gz", ".xz", ".zip"];
    let wanted = |path: &&PathBuf, ending: &str| {
        let full = format!("{name}{ending}");
        path.ends_with(&full)
    };
    endings.iter().find_map(|ending| files.iter().find(|path| wanted(path, ending)).cloned())
}

/// The user's data folder for releases.
pub fn install_folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = set("XDG_DATA_HOME").or_else(|| set("HOME").map(|home| home.join(".local").join("share")));
    data.map(|data| data.join("tencode").join("sources"))
}

/// Copies a release into the user's data folder, after it was recognised and checked. Returns the source and the copy.
///
/// # Errors
///
/// [`Error::File`] if it cannot be read or written, [`Error::Form`] if no source knows it or it is not what the source
/// says.
pub fn install<'s>(file: &Path, sources: &'s [Source], folder: &Path) -> Result<(&'s Source, PathBuf), Error> {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let bytes = super::read_file(file)?;
    let source = recognise(&name, &bytes, sources)
        .ok_or_else(|| Error::Form(format!("`{name}` is no release that a domain names")))?;
    source.check(&bytes)?;
    // A definition asks for the publisher's name, whatever this copy is called.
    let own = source.files.iter().find(|it| !it.contains('*')).filter(|_| !source.has_name(&name));
    let packing = [".gz", ".xz", ".zip"].into_iter().find(|ending| name.ends_with(ending)).unwrap_or_default();
    let target = folder.join(own.map_or_else(|| name.clone(), |own| format!("{own}{packing}")));
    let failed = |source| files::Error::File { path: target.display().to_string(), source };
    std::fs::create_dir_all(folder).map_err(failed)?;
    std::fs::copy(file, &target).map_err(failed)?;
    Ok((source, target))
}

/// The source a file is of: by its name, else the only one whose counts it fits.
pub fn recognise<'s>(name: &str, bytes: &[u8], sources: &'s [Source]) -> Option<&'s Source> {
    let named = sources.iter().find(|source| source.has_name(name));
    named.or_else(|| {
        let counted = |source: &&Source| source.lines.is_some() || source.codes.is_some();
        let mut fitting = sources.iter().filter(counted).filter(|source| source.check(bytes).is_ok());
        let first = fitting.next()?;
        fitting.next().is_none().then_some(first)
    })
}

fn list(folder: &Path, depth: usize, left: &mut usize, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).take(*left).collect();
    *left -= paths.len();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if depth < DEEPEST {
                list(&path, depth + 1, left, out);
            }
        } else {
            out.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn files_are_found_plain_or_packed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("deep")).unwrap();
        std::fs::write(folder.path().join("deep/a.txt.xz"), "x").unwrap();
        let folders = Folders::only(vec![folder.path().to_owned()]);
        assert!(folders.find("a.txt").unwrap().ends_with("deep/a.txt.xz"));
        assert!(folders.find("b.txt").is_none());
    }

    #[test]
    fn sources_know_their_files() {
        let source = Source { files: vec!["icd10cm_order_*.txt".to_owned()], lines: Some(2), ..Source::default() };
        assert!(source.has_name("ICD10CM_order_2026.txt.zip"));
        assert!(!source.has_name("icd10pcs_order_2026.txt"));
        assert!(source.check(b"one\ntwo\n").is_ok() && source.check(b"one\n").is_err());
    }
}
