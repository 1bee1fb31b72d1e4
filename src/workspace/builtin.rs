//! The domains built into the program, laid out in the cache as folders like any other.

use super::unavailable::Unavailable;
use include_dir::Dir;
use include_dir::include_dir;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

static DOMAINS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/domains");

/// Names of the built-in domains.
pub fn names() -> impl Iterator<Item = &'static str> {
    DOMAINS.dirs().filter_map(|dir| dir.path().file_name()?.to_str())
}

/// Names of the code sets that a built-in domain defines.
pub fn sets(domain: &str) -> BTreeSet<&'static str> {
    let codes = DOMAINS.get_dir(format!("{domain}/codes"));
    let texts = codes.into_iter().flat_map(Dir::files).filter_map(|file| file.contents_utf8());
    texts.flat_map(defined).collect()
}

/// The definition files of all built-in domains.
pub fn definitions() -> impl Iterator<Item = &'static str> {
    let folders = DOMAINS.dirs().filter_map(|domain| DOMAINS.get_dir(domain.path().join("codes")));
    folders.flat_map(Dir::files).filter_map(|file| file.contents_utf8())
}

/// Names of the code sets that a definition file defines.
pub fn defined(text: &str) -> impl Iterator<Item = &str> {
    let after = text.lines().filter_map(|line| line.trim_start().strip_prefix("codeset "));
    after.filter_map(|rest| rest.split(|sign: char| sign.is_whitespace() || sign == '{').find(|word| !word.is_empty()))
}

/// Lays out all built-in domains; returns their folder.
///
/// # Errors
/// [`Unavailable::Folder`] if it cannot be written.
pub fn lay_out(cache: &Path) -> Result<PathBuf, Unavailable> {
    extract(&DOMAINS, &cache.join("built-in"), true)
}

/// Lays out `shared` alone, for an office that brings its own domains.
///
/// # Errors
/// [`Unavailable::Folder`] if it cannot be written.
pub fn lay_out_shared(cache: &Path) -> Result<PathBuf, Unavailable> {
    extract(&DOMAINS, &cache.join("built-in-shared"), false)
}

/// The folder is named after what is in it, so that two versions of the program do not share one.
fn extract(dir: &Dir<'_>, under: &Path, all: bool) -> Result<PathBuf, Unavailable> {
    let mut hasher = blake3::Hasher::new();
    hash(dir, &mut hasher);
    let name = hasher.finalize().to_hex();
    let target = under.join(name.get(..16).unwrap_or("all"));
    if target.is_dir() {
        if is_whole(dir, &target, all) {
            return Ok(target);
        }
        // Somebody changed it, or an earlier program could not write all of it.
        let _ = std::fs::remove_dir_all(&target);
    }
    let failed = |source| Unavailable::Folder { path: target.clone(), source };
    let draft = under.join(format!("draft-{}", std::process::id()));
    std::fs::create_dir_all(&draft).map_err(failed)?;
    if all {
        dir.extract(&draft).map_err(failed)?;
    } else if let Some(shared) = dir.get_dir("shared") {
        std::fs::create_dir_all(draft.join("shared/codes")).map_err(failed)?;
        for file in shared.files().chain(shared.dirs().flat_map(Dir::files)) {
            let path = draft.join(file.path());
            path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(failed)?;
            std::fs::write(&path, file.contents()).map_err(failed)?;
        }
    }
    if std::fs::rename(&draft, &target).is_err() {
        let _ = std::fs::remove_dir_all(&draft);
    }
    Ok(target)
}

/// Whether a folder holds what the program holds, and nothing else.
fn is_whole(dir: &Dir<'_>, target: &Path, all: bool) -> bool {
    let wanted = |inner: &Dir<'_>| all || inner.path().starts_with("shared");
    let mut names = BTreeSet::new();
    let is_file = |file: &include_dir::File<'_>| {
        std::fs::read(target.join(file.path())).is_ok_and(|bytes| bytes == file.contents())
    };
    for inner in dir.dirs().filter(|inner| wanted(inner)) {
        names.insert(inner.path());
        if !is_whole(inner, target, true) {
            return false;
        }
    }
    if all {
        names.extend(dir.files().map(include_dir::File::path));
    }
    let Ok(entries) = std::fs::read_dir(target.join(dir.path())) else { return false };
    let is_known = |entry: std::fs::DirEntry| entry.path().strip_prefix(target).is_ok_and(|path| names.contains(path));
    entries.flatten().all(is_known) && (!all || dir.files().all(is_file))
}

fn hash(dir: &Dir<'_>, hasher: &mut blake3::Hasher) {
    for file in dir.files() {
        hasher.update(file.path().to_string_lossy().as_bytes());
        hasher.update(file.contents());
    }
    for inner in dir.dirs() {
        hash(inner, hasher);
    }
}
