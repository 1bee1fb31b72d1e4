//! What a command works with: the domains it was given, compiled, and the registry opened.
//!
//! The compiled registry is kept in the user's cache and made anew when a definition, a release or the program changes.

use super::builtin;
use super::unavailable::Unavailable;
use crate::definitions::compile;
use crate::definitions::compile::Outcome;
use crate::definitions::compile::Releases;
use crate::definitions::import::sources::Folders;
use crate::definitions::load;
use crate::definitions::load::DomainSource;
use crate::registry;
use crate::registry::Registry;
use crate::registry::segments::Segments;
use crate::text;
use crate::text::names_file::NameLists;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// What `--domains` calls the domains built into the program, unless there is a folder of that name.
pub const BUILT_IN: &str = "built-in";

/// Which domains a command works with where `./domains` is there and `--domains` is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Those of `./domains`, and of the shipped ones those whose code sets they name.
    Own,
    /// Those of `./domains` and the shipped ones, unless they have the name or a code set of an own one.
    All,
}

/// Folders of domains and what was made of them.
pub struct Session {
    /// The folders that hold domains, in the order given.
    pub roots: Vec<PathBuf>,
    /// Folders of shipped domains that are used besides.
    shipped: Vec<PathBuf>,
    /// Where releases are looked for.
    pub releases: Folders,
}

impl Session {
    /// Looks for domains in the folders given; else in `./domains` and among those built into the program.
    ///
    /// # Errors
    /// [`Unavailable::Folder`] if a folder cannot be read or the domains built into the program cannot be laid out.
    pub fn new(domains: &[PathBuf], reach: Reach) -> Result<Session, Unavailable> {
        let mut roots = Vec::new();
        for root in domains {
            let is_built_in = root.as_os_str() == BUILT_IN && !root.is_dir();
            roots.push(if is_built_in { builtin::lay_out(&cache_folder())? } else { root.clone() });
        }
        let (mut shipped, here) = (Vec::new(), PathBuf::from("domains"));
        if roots.is_empty() && here.is_dir() {
            shipped = beside(&here, reach)?;
            roots.push(here);
        } else if roots.is_empty() {
            roots.push(builtin::lay_out(&cache_folder())?);
        }
        if !roots.iter().any(|root| root.join("shared").is_dir()) {
            roots.push(builtin::lay_out_shared(&cache_folder())?);
        }
        Ok(Session { roots, shipped, releases: Folders::of_user() })
    }

    /// Folders of all domains; a domain in an earlier folder hides one of the same name in a later one.
    ///
    /// # Errors
    /// [`Unavailable::Folder`] if a folder cannot be read.
    pub fn folders(&self) -> Result<Vec<PathBuf>, Unavailable> {
        let mut out: Vec<PathBuf> = Vec::new();
        for root in &self.roots {
            let found = load::folders(root).map_err(|source| Unavailable::Folder { path: root.clone(), source })?;
            for folder in found {
                if !out.iter().any(|known| known.file_name() == folder.file_name()) {
                    out.push(folder);
                }
            }
        }
        out.extend(self.shipped.iter().cloned());
        Ok(out)
    }

    /// Whether there is a domain of this name.
    ///
    /// # Errors
    /// As [`Session::folders`].
    pub fn has(&self, domain: &str) -> Result<bool, Unavailable> {
        Ok(self.folders()?.iter().any(|folder| folder.file_name().is_some_and(|name| name == domain)))
    }

    /// Whether a folder is one of the shipped domains that are used besides the own ones.
    pub fn is_shipped(&self, folder: &Path) -> bool {
        self.shipped.iter().any(|known| known == folder)
    }

    /// Whether a file lies in one of them.
    pub fn is_in_shipped(&self, file: &Path) -> bool {
        self.shipped.iter().any(|known| file.starts_with(known))
    }

    /// The folders that are searched for domains, for a message.
    pub fn places(&self) -> String {
        let cache = cache_folder();
        let name = |root: &PathBuf| match root.strip_prefix(&cache) {
            Ok(_) => "those built into the program".to_owned(),
            Err(_) => root.display().to_string(),
        };
        // The shared policies lie below the cache too, and hold no domain to choose.
        let roots = self.roots.iter().filter(|root| !root.starts_with(cache.join("built-in-shared")));
        let mut names: Vec<String> = roots.map(name).collect();
        if !self.shipped.is_empty() {
            names.push("those built into the program".to_owned());
        }
        names.dedup();
        names.join(", ")
    }

    /// Loads and compiles all domains.
    ///
    /// # Errors
    /// [`Unavailable::Folder`] if a folder cannot be read, [`Unavailable::NoDomains`] if there is none.
    pub fn compile(&self) -> Result<Outcome, Unavailable> {
        let files = self.releases.files();
        let releases = Releases { files: &files, segments: &Session::segments() };
        Ok(compile::compile_with(self.load(&[])?, releases))
    }

    /// Loads all domains and further folders, and says what is wrong with them.
    ///
    /// # Errors
    /// As [`Session::compile`].
    pub fn check(&self, more: &[PathBuf]) -> Result<Outcome, Unavailable> {
        let files = self.releases.files();
        Ok(compile::check(self.load(more)?, Releases { files: &files, segments: &Session::segments() }))
    }

    fn load(&self, more: &[PathBuf]) -> Result<Vec<DomainSource>, Unavailable> {
        let mut folders = self.folders()?;
        for folder in more {
            let is_known = folders.iter().any(|known| same_file(known, folder));
            if !is_known {
                folders.retain(|known| known.file_name() != folder.file_name());
                folders.push(folder.clone());
            }
        }
        if folders.is_empty() {
            return Err(Unavailable::NoDomains(self.places()));
        }
        Ok(folders.iter().map(|folder| load::load(folder)).collect())
    }

    /// Opens the registry of the domains; compiles it first if anything changed. `said` is called before a build.
    ///
    /// # Errors
    /// [`Unavailable`] if the domains cannot be read or the registry cannot be written.
    pub fn open(&self, said: &mut dyn FnMut(Progress)) -> Result<Arc<Registry>, Unavailable> {
        let stamp = self.stamp()?;
        let path = self.registry_path();
        if let Ok(registry) = Registry::open(&path)
            && registry.stamp() == stamp
        {
            return Ok(Arc::new(registry));
        }
        said(Progress::Building);
        let outcome = self.compile()?;
        let path = Session::write(&outcome, stamp, &path)?;
        said(Progress::Built(Box::new(outcome)));
        Ok(Arc::new(Registry::open(&path)?))
    }

    /// Writes a registry; beside the cache if that cannot be written.
    fn write(outcome: &Outcome, stamp: [u8; 32], path: &Path) -> Result<PathBuf, Unavailable> {
        let parts = outcome.compiled.parts(stamp);
        if let Some(folder) = path.parent() {
            let _ = std::fs::create_dir_all(folder);
        }
        let segments = Session::segments();
        if registry::write_with(path, &parts, &segments).is_ok() {
            segments.tidy();
            return Ok(path.to_path_buf());
        }
        let other = std::env::temp_dir().join(format!("tencode-{}.registry", std::process::id()));
        registry::write(&other, &parts)?;
        Ok(other)
    }

    /// Where the registry of these folders is kept.
    pub fn registry_path(&self) -> PathBuf {
        let mut hasher = blake3::Hasher::new();
        for root in self.roots.iter().chain(&self.shipped) {
            let whole = root.canonicalize().unwrap_or_else(|_| root.clone());
            hasher.update(whole.to_string_lossy().as_bytes());
            hasher.update(b"\n");
        }
        let name = hasher.finalize().to_hex();
        cache_folder().join(format!("{}.registry", name.get(..16).unwrap_or("all")))
    }

    /// The store of what builds before this one made of releases and large code sets.
    pub fn segments() -> Segments {
        let mut hasher = blake3::Hasher::new();
        hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
        if let Ok(program) = std::env::current_exe() {
            stamp_file(&mut hasher, &program);
        }
        Segments::in_folder(cache_folder().join("segments"), *hasher.finalize().as_bytes())
    }

    /// Changes when a definition, a script, a release or the program does.
    ///
    /// # Errors
    /// [`Unavailable::Folder`] if a folder cannot be read.
    pub fn stamp(&self) -> Result<[u8; 32], Unavailable> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
        if let Ok(program) = std::env::current_exe() {
            stamp_file(&mut hasher, &program);
        }
        for folder in self.folders()? {
            stamp_folder(&mut hasher, &folder, 4);
        }
        for release in self.releases.files() {
            stamp_file(&mut hasher, &release);
        }
        Ok(*hasher.finalize().as_bytes())
    }
}

/// What happens while a registry is opened.
pub enum Progress {
    /// Definitions changed; a build begins.
    Building,
    /// The build is done.
    Built(Box<Outcome>),
}

/// The folder where compiled registries are kept: `$XDG_CACHE_HOME/tencode`, else `~/.cache/tencode`.
pub fn cache_folder() -> PathBuf {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let base = std::env::var_os("XDG_CACHE_HOME").filter(|it| !it.is_empty()).map(PathBuf::from).or_else(home);
    base.unwrap_or_else(std::env::temp_dir).join("tencode")
}

/// The large name lists among the files of some folders. What they were read into is kept in the cache.
///
/// # Errors
/// If a list is there and cannot be read.
pub fn name_lists(releases: &Folders) -> Result<NameLists, text::Error> {
    NameLists::load(&releases.files(), Some(&cache_folder().join("names.lists")))
}

/// The shipped domains that are used besides those of a folder.
fn beside(here: &Path, reach: Reach) -> Result<Vec<PathBuf>, Unavailable> {
    let own = load::folders(here).map_err(|source| Unavailable::Folder { path: here.to_path_buf(), source })?;
    let is_own = |name: &str| own.iter().any(|folder| folder.file_name().is_some_and(|known| known == name));
    let others: Vec<&str> = builtin::names().filter(|name| !is_own(name)).collect();
    if others.iter().all(|name| *name == "shared") {
        return Ok(Vec::new());
    }
    let texts: Vec<String> = own.iter().flat_map(|folder| load::texts(folder)).collect();
    let defined: BTreeSet<&str> = texts.iter().flat_map(|text| builtin::defined(text)).collect();
    let is_sign = |sign: char| !(sign.is_alphanumeric() || matches!(sign, '-' | '_'));
    let named: BTreeSet<&str> = texts.iter().flat_map(|text| text.split(is_sign)).collect();
    let is_used = |name: &&str| {
        let sets = builtin::sets(name);
        // Two domains cannot have one code set: the own one is meant.
        let is_free = sets.is_disjoint(&defined);
        *name != "shared" && is_free && (reach == Reach::All || !sets.is_disjoint(&named))
    };
    let used: Vec<&str> = others.into_iter().filter(is_used).collect();
    if used.is_empty() {
        return Ok(Vec::new());
    }
    let root = builtin::lay_out(&cache_folder())?;
    Ok(used.into_iter().map(|name| root.join(name)).collect())
}

fn same_file(one: &Path, two: &Path) -> bool {
    match (one.canonicalize(), two.canonicalize()) {
        (Ok(one), Ok(two)) => one == two,
        _ => one == two,
    }
}

fn stamp_folder(hasher: &mut blake3::Hasher, folder: &Path, depth: u8) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if depth > 0 {
                stamp_folder(hasher, &path, depth - 1);
            }
        } else {
            stamp_file(hasher, &path);
        }
    }
}

/// Path, length and time of change. Contents are not read: a start has no time for it.
fn stamp_file(hasher: &mut blake3::Hasher, path: &Path) {
    hasher.update(path.to_string_lossy().as_bytes());
    hasher.update(b"\0");
    let Ok(about) = std::fs::metadata(path) else { return };
    hasher.update(&about.len().to_le_bytes());
    if let Ok(changed) = about.modified()
        && let Ok(since) = changed.duration_since(std::time::UNIX_EPOCH)
    {
        hasher.update(&since.as_nanos().to_le_bytes());
    }
}
