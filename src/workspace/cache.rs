//! The user's cache: what can be made again. It is used only if nobody else could have put something into it.

use crate::files;
use crate::files::Rights;
use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::Path;
use std::path::PathBuf;
use std::sync::OnceLock;

/// Files of at most so many bytes are read each time: that is as fast as looking up what is remembered of them.
const SMALL: u64 = 64 << 10;
/// Of a longer file the length and the times stand for its content: reading it would take minutes.
const LONGEST: u64 = 4 << 30;
/// Most files of which the sum is remembered.
const MOST: usize = 4096;
/// The file in the cache that remembers the sums of large files.
const SUMS: &str = "contents.sums";

/// The folder of the cache, and why there is none.
struct Cache {
    folder: Option<PathBuf>,
    why: String,
}

/// Where the cache would be: `$XDG_CACHE_HOME/tencode`, else `~/.cache/tencode`.
fn wanted() -> Option<PathBuf> {
    let home = || std::env::var_os("HOME").filter(|it| !it.is_empty()).map(|home| PathBuf::from(home).join(".cache"));
    let base = std::env::var_os("XDG_CACHE_HOME").filter(|it| !it.is_empty()).map(PathBuf::from).or_else(home);
    Some(base?.join("tencode"))
}

fn cache() -> &'static Cache {
    static CACHE: OnceLock<Cache> = OnceLock::new();
    CACHE.get_or_init(|| {
        let none = |why: String| Cache { folder: None, why };
        let Some(folder) = wanted() else { return none("neither XDG_CACHE_HOME nor HOME is set".to_owned()) };
        if let Err(error) = files::own_folder(&folder) {
            return none(format!("{}: {error}", folder.display()));
        }
        match files::trust_folder(&folder) {
            Ok(()) => Cache { folder: Some(folder), why: String::new() },
            Err(why) => none(why.to_string()),
        }
    })
}

/// The folder of the cache, if there is one that can be trusted.
pub fn folder() -> Option<&'static Path> {
    cache().folder.as_deref()
}

/// Why there is no cache; empty if there is one.
pub fn why_none() -> &'static str {
    &cache().why
}

/// A folder that only this user may enter, for one run; removed at its end.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes the folder.
    ///
    /// # Errors
    /// If there is no folder for temporary files that can be written.
    pub fn new() -> std::io::Result<Scratch> {
        let random = blake3::Hash::from_bytes(files::random_bytes()?).to_hex();
        let folder = std::env::temp_dir().join(format!("tencode-{}", random.get(..16).unwrap_or_default()));
        files::new_folder(&folder)?;
        Ok(Scratch(folder))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Sums over the contents of files. The sum of a large file is remembered as long as nothing about the file changes, its
/// time of change in the system included, which no program can set.
pub struct Sums {
    known: BTreeMap<String, String>,
    is_changed: bool,
}

impl Sums {
    /// What is remembered of large files.
    pub fn open() -> Sums {
        let text = folder().and_then(|folder| std::fs::read_to_string(folder.join(SUMS)).ok()).unwrap_or_default();
        let pair = |line: &str| line.split_once('\t').map(|(file, sum)| (file.to_owned(), sum.to_owned()));
        Sums { known: text.lines().filter_map(pair).take(MOST).collect(), is_changed: false }
    }

    /// The sum over the content of a file; over nothing if it cannot be read.
    pub fn of(&mut self, path: &Path) -> [u8; 32] {
        let Ok(about) = std::fs::metadata(path) else { return [0; 32] };
        if about.len() > LONGEST {
            return *blake3::hash(format!("{} {:?}", about.len(), about.modified().ok()).as_bytes()).as_bytes();
        }
        let identity = Some(&about).filter(|about| about.len() > SMALL).and_then(identity);
        let known = identity.as_ref().and_then(|it| self.known.get(it));
        if let Some(sum) = known.and_then(|sum| blake3::Hash::from_hex(sum).ok()) {
            return *sum.as_bytes();
        }
        let mut hasher = blake3::Hasher::new();
        if !about.is_file()
            || std::fs::File::open(path).and_then(|file| hasher.update_reader(file).map(|_| ())).is_err()
        {
            return [0; 32];
        }
        let sum = hasher.finalize();
        if let Some(identity) = identity.filter(|_| is_settled(&about)) {
            self.known.insert(identity, sum.to_hex().to_string());
            self.is_changed = true;
        }
        *sum.as_bytes()
    }

    /// Remembers what was read. If that fails, it is read again the next time.
    pub fn keep(self) {
        let Some(folder) = folder().filter(|_| self.is_changed) else { return };
        let lines: Vec<String> = self.known.iter().map(|(file, sum)| format!("{file}\t{sum}\n")).collect();
        let first = lines.len().saturating_sub(MOST);
        let text: String = lines.get(first..).unwrap_or_default().concat();
        let _ = files::replace(&folder.join(SUMS), Rights::Owner, text.as_bytes());
    }
}

/// What changes whenever the content of a file may have.
#[cfg(unix)]
fn identity(about: &Metadata) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let (device, number, length) = (about.dev(), about.ino(), about.len());
    let changed = format!("{}.{:09}", about.ctime(), about.ctime_nsec());
    Some(format!("{device} {number} {length} {}.{:09} {changed}", about.mtime(), about.mtime_nsec()))
}

/// Elsewhere there is no time of change that programs cannot set, so that nothing is remembered.
#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<String> {
    None
}

#[cfg(unix)]
fn is_settled(about: &Metadata) -> bool {
    /// A file changed less than this many seconds ago may change again without a new time.
    const SETTLED_SECONDS: u64 = 2;
    let now = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs());
    u64::try_from(std::os::unix::fs::MetadataExt::ctime(about)).is_ok_and(|at| at + SETTLED_SECONDS < now)
}

#[cfg(not(unix))]
fn is_settled(_: &Metadata) -> bool {
    false
}
