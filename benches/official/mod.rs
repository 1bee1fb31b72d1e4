//! The registry of all shipped domains with the official releases that are there.
#![allow(dead_code, reason = "each bench uses a part of it")]
#![expect(clippy::unwrap_used, reason = "a bench")]

#[path = "../compiled/mod.rs"]
mod compiled;

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use tencode::definitions::compile;
use tencode::definitions::import::sources::Folders;
use tencode::definitions::load;
use tencode::registry::Registry;

/// The file named by `TENCODE_REGISTRY` (one that `tencode build -o FILE` wrote), else compiled here from `domains` and the
/// releases of `TENCODE_DATA`; `None` without either.
pub fn registry() -> Option<Arc<Registry>> {
    if let Some(file) = std::env::var_os("TENCODE_REGISTRY") {
        return Some(Arc::new(Registry::open(Path::new(&file)).unwrap()));
    }
    std::env::var_os("TENCODE_DATA")?;
    let folders = load::folders(Path::new("domains")).unwrap();
    let sources = folders.iter().map(|it| load::load(it)).collect();
    let outcome = compile::compile(sources, &Folders::of_user().files());
    let folder = tempfile::tempdir().unwrap();
    Some(compiled::registry(&outcome, folder.path()))
}

/// A file under `TENCODE_DATA`, if it is there.
pub fn file(inside: &[&str]) -> Option<PathBuf> {
    let mut path = PathBuf::from(std::env::var_os("TENCODE_DATA")?);
    path.extend(inside);
    path.is_file().then_some(path)
}
