//! Where `-o` writes: beside the path, under its name when it is whole, and never over a file that is in use for something
//! else.

use super::exit::Failure;
use super::terminal::Terminal;
use crate::audit;
use crate::files;
use crate::files::Draft;
use crate::files::Rights;
use crate::registry;
use crate::statistics;
use crate::workspace::cache;
use crate::workspace::secrets;
use std::collections::BTreeSet;
use std::fs::File;
use std::fs::Metadata;
use std::io;
use std::io::BufWriter;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

/// Bytes that are collected before they are written.
const BUFFER: usize = 1 << 16;
/// So much of a file says what it is.
const BEGINNING: u64 = 256;
/// How deep below a folder of ours files are looked at.
const DEEPEST: u8 = 5;

/// A kind of file that this program writes or reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Own {
    /// A compiled registry.
    Registry,
    /// An audit log.
    Log,
    /// A checkpoint of an audit log.
    Checkpoint,
    /// What `stats` has answered.
    Ledger,
    /// A key.
    Key,
    /// A definition file, manifest or script.
    Definition,
}

impl Own {
    fn what(self) -> &'static str {
        match self {
            Own::Registry => "a registry",
            Own::Log => "an audit log",
            Own::Checkpoint => "a checkpoint of an audit log",
            Own::Ledger => "what was answered before by `stats`",
            Own::Key => "a key",
            Own::Definition => "a definition",
        }
    }
}

/// What an output must not be, besides files of our own kinds.
#[derive(Default)]
pub(crate) struct Guard {
    used: Vec<(&'static str, PathBuf)>,
    /// The kind that may be replaced: the command writes such files.
    replaces: Option<Own>,
}

impl Guard {
    /// Nothing but files of one kind, and others that are none of ours, may be replaced.
    pub fn replacing(kind: Own) -> Guard {
        Guard { used: Vec::new(), replaces: Some(kind) }
    }

    /// A file that is read or written at the same time. `what` is a noun with its article.
    #[must_use]
    pub fn and(mut self, what: &'static str, path: &Path) -> Guard {
        self.used.push((what, path.to_path_buf()));
        self
    }

    /// All files of some folders, those below them too.
    #[must_use]
    pub fn and_folders(mut self, what: &'static str, folders: &[PathBuf]) -> Guard {
        for folder in folders {
            below(folder, DEEPEST, &mut |path| self.used.push((what, path)));
        }
        self
    }

    /// Says why a file must not be the output, if it must not.
    fn refuse(&self, about: &Metadata, path: &Path) -> Option<String> {
        let identity = identity(about)?;
        let standard = standard_input().and_then(|about| self::identity(&about));
        if standard == Some(identity) {
            return Some("the standard input".to_owned());
        }
        let is_it = |other: &Path| std::fs::metadata(other).ok().and_then(|it| self::identity(&it)) == Some(identity);
        if let Some((what, _)) = self.used.iter().find(|(_, used)| is_it(used)) {
            return Some((*what).to_owned());
        }
        if let Some(what) = kept(identity) {
            return Some(what.to_owned());
        }
        own(path).filter(|kind| Some(*kind) != self.replaces).map(|kind| kind.what().to_owned())
    }

    /// Refuses a standard output that is one of the files in use, which would be read and written at once.
    ///
    /// # Errors
    /// If it is one.
    pub fn check_standard(&self) -> Result<(), Failure> {
        let Some(identity) = standard_output().and_then(|about| identity(&about)) else { return Ok(()) };
        let is_it = |other: &Path| std::fs::metadata(other).ok().and_then(|it| self::identity(&it)) == Some(identity);
        match self.used.iter().find(|(_, used)| is_it(used)) {
            Some((what, _)) => Err(Failure::said(format!("the standard output is {what}; write elsewhere"))),
            None => Ok(()),
        }
    }
}

/// An output that was opened.
pub(crate) struct Output {
    path: PathBuf,
    is_new: bool,
    to: To,
}

enum To {
    Draft(BufWriter<Draft>),
    /// A device, a pipe or a terminal: nothing to replace.
    Stream(BufWriter<File>),
}

impl Output {
    /// Opens the output of a command.
    ///
    /// # Errors
    /// If it must not be written over, or its folder cannot be written.
    pub fn open(path: &Path, guard: &Guard, terminal: &mut Terminal) -> Result<Output, Failure> {
        let about = std::fs::metadata(path).ok();
        if let Some(about) = &about {
            if about.is_dir() {
                return Err(Failure::said(format!("{}: this is a directory, and a file is needed", path.display())));
            }
            if let Some(what) = guard.refuse(about, path) {
                return Err(Failure::said(format!("{}: this is {what}; write elsewhere", path.display())));
            }
        }
        let failed = |error| Failure::file(path, error);
        if about.as_ref().is_some_and(|about| !about.is_file()) {
            let file = File::options().write(true).open(path).map_err(failed)?;
            let to = To::Stream(BufWriter::with_capacity(BUFFER, file));
            return Ok(Output { path: path.to_path_buf(), is_new: false, to });
        }
        watch();
        let draft = Draft::new(path, Rights::Usual).map_err(failed)?;
        if draft.removed > 0 {
            terminal.note(&format!(
                "{}: an earlier run was ended before it was done; {} bytes that it left are removed",
                path.display(),
                draft.removed
            ));
        }
        let to = To::Draft(BufWriter::with_capacity(BUFFER, draft));
        Ok(Output { path: path.to_path_buf(), is_new: about.is_none(), to })
    }

    /// Writes with `work`, and gives the file its name if that went well; else the old file stays.
    ///
    /// # Errors
    /// What `work` says, and that the file could not be written.
    pub fn write<T>(mut self, work: impl FnOnce(&mut dyn Write) -> Result<T, Failure>) -> Result<T, Failure> {
        let result = match &mut self.to {
            To::Draft(to) => work(to),
            To::Stream(to) => work(to),
        };
        let (path, is_new) = (self.path.display().to_string(), self.is_new);
        let kept = |failure: Failure| Failure::Kept { failure: Box::new(failure), path: path.clone(), is_new };
        let done = match (result, self.to) {
            (Err(failure), To::Draft(_)) => return Err(kept(failure)),
            (Err(failure), To::Stream(_)) => return Err(failure),
            (Ok(done), to) => (done, to),
        };
        match done {
            (done, To::Draft(to)) => {
                let draft = to.into_inner().map_err(|error| kept(Failure::file(&self.path, error.into_error())))?;
                draft.finish().map_err(|error| kept(Failure::file(&self.path, error)))?;
                Ok(done)
            }
            (done, To::Stream(mut to)) => {
                to.flush().map_err(|error| Failure::file(&self.path, error))?;
                Ok(done)
            }
        }
    }
}

/// From now on an interrupt removes what is half written, and says so.
fn watch() {
    // Where a signal is ignored (`nohup`), it stays so. What is left then is removed by the next run.
    let _ = ctrlc::try_set_handler(|| {
        let paths = files::abandon_drafts();
        for path in paths.iter().filter(|path| cache::folder().is_none_or(|cache| !path.starts_with(cache))) {
            let state = if path.exists() { "is as it was" } else { "was not written" };
            let _ = writeln!(io::stderr(), "tencode: interrupted; {} {state}", path.display());
        }
        // 128 and the number of the signal, as shells have it.
        std::process::exit(130);
    });
}

/// What of ours lies in the data folder or the cache under this number, by any name.
fn kept(identity: (u64, u64)) -> Option<&'static str> {
    let mut numbers = BTreeSet::new();
    let number = |path: PathBuf| std::fs::metadata(path).ok().and_then(|it| self::identity(&it));
    let mut note = |path: PathBuf| numbers.extend(number(path));
    secrets::audit_key_path().into_iter().for_each(&mut note);
    if let Ok(folder) = secrets::data_folder() {
        below(&folder, DEEPEST, &mut note);
    }
    if numbers.contains(&identity) {
        return Some("a file of the data folder: a key, an answer or a release");
    }
    numbers.clear();
    let cache = cache::folder().unwrap_or(Path::new(""));
    below(cache, DEEPEST, &mut |path| numbers.extend(number(path)));
    numbers.contains(&identity).then_some("a file of the cache")
}

/// What kind of ours a file is, by its content, and a definition by its name.
fn own(path: &Path) -> Option<Own> {
    let ending = path.extension().and_then(|it| it.to_str()).unwrap_or_default();
    let is_definition = matches!(ending, "codes" | "rhai") || path.file_name().is_some_and(|it| it == "domain.toml");
    if is_definition {
        return Some(Own::Definition);
    }
    let mut first = Vec::new();
    let length = std::fs::metadata(path).ok()?.len();
    File::open(path).ok()?.take(BEGINNING).read_to_end(&mut first).ok()?;
    if registry::is_registry(&first) {
        Some(Own::Registry)
    } else if audit::is_log(&first) {
        Some(Own::Log)
    } else if audit::is_checkpoint(&first) {
        Some(Own::Checkpoint)
    } else if statistics::is_ledger(&first) {
        Some(Own::Ledger)
    } else {
        // Thirty-two bytes that are no text are what a key looks like.
        (length == 32 && std::str::from_utf8(&first).is_err()).then_some(Own::Key)
    }
}

/// Calls `with` for each file below a folder.
fn below(folder: &Path, depth: u8, with: &mut dyn FnMut(PathBuf)) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if !path.is_dir() {
            with(path);
        } else if depth > 0 {
            below(&path, depth - 1, with);
        }
    }
}

/// Device and number of a regular file: the same for every name and link it has.
#[cfg(unix)]
fn identity(about: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    about.is_file().then(|| (about.dev(), about.ino()))
}

/// Elsewhere files are told apart by length and times, which never lets two that are one pass.
#[cfg(not(unix))]
fn identity(about: &Metadata) -> Option<(u64, u64)> {
    let since = about.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    about.is_file().then(|| (about.len(), u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)))
}

#[cfg(unix)]
fn standard_input() -> Option<Metadata> {
    use std::os::fd::AsFd;
    File::from(io::stdin().as_fd().try_clone_to_owned().ok()?).metadata().ok()
}

#[cfg(unix)]
fn standard_output() -> Option<Metadata> {
    use std::os::fd::AsFd;
    File::from(io::stdout().as_fd().try_clone_to_owned().ok()?).metadata().ok()
}

#[cfg(not(unix))]
fn standard_input() -> Option<Metadata> {
    None
}

#[cfg(not(unix))]
fn standard_output() -> Option<Metadata> {
    None
}
