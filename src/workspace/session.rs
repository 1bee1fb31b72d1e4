//! What a command works with: the domains it was given, compiled, and the registry opened.
//!
//! The compiled registry is kept in the user's cache and made anew when a definition, a release or the program changes.

use super::builtin;
use super::cache;
use super::cache::Scratch;
use super::cache::Sums;
use super::learning;
use super::learning::Learned;
use super::learning::examples;
use super::unavailable::Unavailable;
use crate::definitions::compile;
use crate::definitions::compile::Compiled;
use crate::definitions::compile::Outcome;
use crate::definitions::compile::Releases;
use crate::definitions::import::sources::Folders;
use crate::definitions::load;
use crate::definitions::load::DomainSource;
use crate::files;
use crate::files::Rights;
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

/// The ending of a registry in the cache.
const REGISTRY: &str = "registry";
/// Bytes that the registries of all sets of folders may take there: about ten with all official releases.
const MOST_BYTES: u64 = 1 << 30;

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
    /// Where shipped domains are laid out.
    base: Base,
}

/// A registry that was made and is in no file yet.
pub struct Made {
    /// What stands in the file.
    pub bytes: Vec<u8>,
    /// What came of compiling.
    pub outcome: Outcome,
    /// What learned.
    pub learned: Learned,
    /// Why the lists of names cannot be read, if they cannot.
    pub nameless: Option<String>,
}

/// Where shipped domains are laid out.
enum Base {
    Cache(&'static Path),
    /// There is no cache: for this run only.
    Scratch(Scratch),
}

impl Base {
    /// The cache if the shipped domains are there or can be written there, else a folder for this run.
    fn new() -> Result<Base, Unavailable> {
        if let Some(folder) = cache::folder()
            && builtin::lay_out(folder).and(builtin::lay_out_shared(folder)).is_ok()
        {
            return Ok(Base::Cache(folder));
        }
        let failed = |source| Unavailable::Folder { path: std::env::temp_dir(), source };
        Ok(Base::Scratch(Scratch::new().map_err(failed)?))
    }

    fn path(&self) -> &Path {
        match self {
            Base::Cache(folder) => folder,
            Base::Scratch(scratch) => scratch.path(),
        }
    }
}

impl Session {
    /// Looks for domains in the folders given; else in `./domains` and among those built into the program.
    ///
    /// # Errors
    /// [`Unavailable::Folder`] if a folder cannot be read or the domains built into the program cannot be laid out.
    pub fn new(domains: &[PathBuf], reach: Reach) -> Result<Session, Unavailable> {
        let (base, mut roots) = (Base::new()?, Vec::new());
        for root in domains {
            let is_built_in = root.as_os_str() == BUILT_IN && !root.is_dir();
            roots.push(if is_built_in { builtin::lay_out(base.path())? } else { root.clone() });
        }
        let (mut shipped, here) = (Vec::new(), PathBuf::from("domains"));
        if roots.is_empty() && here.is_dir() {
            shipped = beside(&here, reach, base.path())?;
            roots.push(here);
        } else if roots.is_empty() {
            roots.push(builtin::lay_out(base.path())?);
        }
        if !roots.iter().any(|root| root.join("shared").is_dir()) {
            roots.push(builtin::lay_out_shared(base.path())?);
        }
        Ok(Session { roots, shipped, releases: Folders::of_user(), base })
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

    /// Refuses folders in which there is no domain: what the program itself adds, all domains share.
    ///
    /// # Errors
    /// [`Unavailable::NoDomains`], or as [`Session::folders`].
    pub fn need_domain(&self) -> Result<(), Unavailable> {
        let added = self.base.path().join("built-in-shared");
        let is_empty = self.folders()?.iter().all(|folder| folder.starts_with(&added));
        if is_empty { Err(Unavailable::NoDomains(self.places())) } else { Ok(()) }
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
        let cache = self.base.path();
        let name = |root: &PathBuf| match root.strip_prefix(cache) {
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
        let (segments, examples) = (Session::segments(), examples());
        let releases = Releases { files: &files, segments: &segments, examples: examples.as_deref() };
        Ok(compile::compile_with(self.load(&[])?, releases))
    }

    /// Loads all domains and further folders, and says what is wrong with them.
    ///
    /// # Errors
    /// As [`Session::compile`] and, without further folders, as [`Session::need_domain`].
    pub fn check(&self, more: &[PathBuf]) -> Result<Outcome, Unavailable> {
        if more.is_empty() {
            self.need_domain()?;
        }
        let files = self.releases.files();
        let (segments, examples) = (Session::segments(), examples());
        let releases = Releases { files: &files, segments: &segments, examples: examples.as_deref() };
        Ok(compile::check(self.load(more)?, releases))
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
    /// [`Unavailable`] if the domains cannot be read or the registry cannot be made.
    pub fn open(&self, said: &mut dyn FnMut(Progress)) -> Result<Arc<Registry>, Unavailable> {
        let (stamp, path) = (self.stamp()?, self.registry_path());
        let kept = path.as_ref().and_then(|path| Registry::open(path).ok());
        if let Some(registry) = kept.filter(|registry| registry.stamp() == stamp) {
            return Ok(Arc::new(registry));
        }
        said(Progress::Building);
        let Made { bytes, outcome, .. } = self.make()?;
        let written = path.as_ref().map(|path| files::replace(path, Rights::Owner, &bytes).map(|()| path));
        let (registry, why) = match written {
            Some(Ok(path)) => {
                // Opened first: other processes tidy too, and what is open stays whole.
                let opened = Registry::open(path)?;
                Session::segments().tidy();
                if let Some(folder) = cache::folder() {
                    files::tidy(folder, REGISTRY, ".verified", MOST_BYTES);
                }
                (opened, None)
            }
            Some(Err(error)) => (Registry::from_bytes(&bytes)?, Some(error.to_string())),
            None => (Registry::from_bytes(&bytes)?, Some(cache::why_none().to_owned())),
        };
        said(Progress::Built(Box::new(outcome)));
        if let Some(why) = why {
            said(Progress::NotKept(why));
        }
        Ok(Arc::new(registry))
    }

    /// Compiles all domains, trains what learns, and lays the registry out.
    ///
    /// # Errors
    /// As [`Session::compile`], and if a model cannot be trained or the registry not be laid out.
    pub fn make(&self) -> Result<Made, Unavailable> {
        let (stamp, segments) = (self.stamp()?, Session::segments());
        let outcome = self.compile()?;
        let names = names(&self.releases.files(), &segments).map_err(|error| error.to_string());
        let learned = self.learn(&outcome.compiled, &segments)?;
        let mut parts = outcome.compiled.parts(stamp);
        parts.names = names.as_deref().map_err(String::as_str);
        (parts.models, parts.vectors) = (&learned.models, &learned.vectors);
        let bytes = registry::lay_out(Path::new("the registry"), &parts, &segments)?;
        Ok(Made { bytes, outcome, learned, nameless: names.err() })
    }

    /// Trains the text models of code sets that learn.
    ///
    /// # Errors
    /// If the word vectors cannot be read, or a model cannot be trained.
    pub fn learn(&self, compiled: &Compiled, segments: &Segments) -> Result<Learned, Unavailable> {
        learning::learn(compiled, &self.releases.files(), segments)
    }

    /// Where the registry of these folders is kept.
    /// `None` where there is no cache.
    pub fn registry_path(&self) -> Option<PathBuf> {
        let mut hasher = blake3::Hasher::new();
        for root in self.roots.iter().chain(&self.shipped) {
            let whole = root.canonicalize().unwrap_or_else(|_| root.clone());
            hasher.update(whole.to_string_lossy().as_bytes());
            hasher.update(b"\n");
        }
        let name = hasher.finalize().to_hex();
        Some(cache::folder()?.join(format!("{}.{REGISTRY}", name.get(..16).unwrap_or("all"))))
    }

    /// The store of what builds before this one made of releases and large code sets.
    pub fn segments() -> Segments {
        let Some(folder) = cache::folder() else { return Segments::none() };
        let mut sums = Sums::open();
        let program = program(&mut sums);
        sums.keep();
        Segments::in_folder(folder.join("segments"), program)
    }

    /// Changes when the content of a definition, a script, a release or the program does; paths and times change nothing.
    ///
    /// # Errors
    /// [`Unavailable::Folder`] if a folder cannot be read.
    pub fn stamp(&self) -> Result<[u8; 32], Unavailable> {
        let (mut hasher, mut sums) = (blake3::Hasher::new(), Sums::open());
        hasher.update(&program(&mut sums));
        for folder in self.folders()? {
            stamp_folder(&mut hasher, &mut sums, &folder, 4);
        }
        for release in self.releases.files() {
            stamp_file(&mut hasher, &mut sums, &release);
        }
        if let Some(examples) = examples() {
            hasher.update(&sums.of(&examples));
        }
        sums.keep();
        Ok(*hasher.finalize().as_bytes())
    }
}

/// The version and the content of the program.
fn program(sums: &mut Sums) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    if let Ok(program) = std::env::current_exe() {
        hasher.update(&sums.of(&program));
    }
    *hasher.finalize().as_bytes()
}

/// What happens while a registry is opened.
pub enum Progress {
    /// Definitions changed; a build begins.
    Building,
    /// The build is done.
    Built(Box<Outcome>),
    /// The registry is in no cache, and why: the next start makes it again.
    NotKept(String),
}

/// The lists of names among some files, packed for a registry. They are kept like other segments, under the sums of their
/// contents.
///
/// # Errors
/// If a list is there and cannot be read.
pub fn names(files: &[PathBuf], segments: &Segments) -> Result<Vec<u8>, text::Error> {
    let mut sums = Sums::open();
    let inputs: Vec<[u8; 32]> = NameLists::among(files).into_iter().map(|path| sums.of(path)).collect();
    sums.keep();
    let is_readable = !inputs.is_empty() && !inputs.contains(&[0; 32]);
    if !is_readable {
        return NameLists::packed(files);
    }
    let key = segments.key("lists of names", inputs.iter().map(<[u8; 32]>::as_slice));
    if let Some(kept) = segments.find(&key) {
        return Ok(kept);
    }
    let made = NameLists::packed(files)?;
    segments.keep(&key, &made);
    Ok(made)
}

/// The shipped domains that are used besides those of a folder.
fn beside(here: &Path, reach: Reach, base: &Path) -> Result<Vec<PathBuf>, Unavailable> {
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
    let extended: BTreeSet<String> = own.iter().filter_map(|folder| load::parent(folder)).collect();
    let is_used = |name: &&str| {
        if extended.contains(*name) {
            return true;
        }
        let sets = builtin::sets(name);
        // Two domains cannot have one code set: the own one is meant.
        let is_free = sets.is_disjoint(&defined);
        *name != "shared" && is_free && (reach == Reach::All || !sets.is_disjoint(&named))
    };
    let used: Vec<&str> = others.into_iter().filter(is_used).collect();
    if used.is_empty() {
        return Ok(Vec::new());
    }
    let root = builtin::lay_out(base)?;
    Ok(used.into_iter().map(|name| root.join(name)).collect())
}

fn same_file(one: &Path, two: &Path) -> bool {
    match (one.canonicalize(), two.canonicalize()) {
        (Ok(one), Ok(two)) => one == two,
        _ => one == two,
    }
}

fn stamp_folder(hasher: &mut blake3::Hasher, sums: &mut Sums, folder: &Path, depth: u8) {
    hasher.update(folder.file_name().unwrap_or_default().as_encoded_bytes());
    hasher.update(b"/");
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if depth > 0 {
                stamp_folder(hasher, sums, &path, depth - 1);
            }
        } else {
            stamp_file(hasher, sums, &path);
        }
    }
}

/// Name and content.
fn stamp_file(hasher: &mut blake3::Hasher, sums: &mut Sums, path: &Path) {
    hasher.update(path.file_name().unwrap_or_default().as_encoded_bytes());
    hasher.update(b"\0");
    hasher.update(&sums.of(path));
}
