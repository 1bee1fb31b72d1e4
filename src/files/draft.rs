//! A file that is written beside its path and takes its name when it is whole, so that whoever reads the path finds the
//! old content or the new one and never half of either.

use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

/// The ending of a file that is not whole yet.
const ENDING: &str = "part";

/// Paths of all drafts of this program that are being written.
static OPEN: Mutex<Drafts> = Mutex::new(Drafts { list: Vec::new(), is_over: false });
/// Numbers the drafts of this program.
static NUMBER: AtomicU32 = AtomicU32::new(0);

struct Drafts {
    /// Each draft and the path it is for.
    list: Vec<(PathBuf, PathBuf)>,
    /// The program ends: nothing takes its name any more.
    is_over: bool,
}

/// Who may read a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// As the file that is replaced, else as the system makes files.
    Usual,
    /// Only its owner.
    Owner,
}

/// A file on its way. Dropping it before [`Draft::finish`] removes what was written and leaves the old file as it was.
#[derive(Debug)]
pub struct Draft {
    /// `None` once it is finished.
    file: Option<File>,
    beside: PathBuf,
    path: PathBuf,
    /// Bytes that interrupted runs had left beside the path, which were removed.
    pub removed: u64,
}

impl Draft {
    /// Begins to write a file for `path`. A link is followed, so that the link stays. What an interrupted run left
    /// beside the same path is removed.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn new(path: &Path, rights: Rights) -> io::Result<Draft> {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_os_string();
        let removed = remove_left(&path);
        let mut draft = std::ffi::OsString::from(".");
        draft.push(&name);
        draft.push(format!(".{}-{}.{ENDING}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed)));
        let beside = path.with_file_name(draft);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if rights == Rights::Owner {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let file = options.open(&beside)?;
        // The lock says that the draft has a writer; where locks do not exist, nobody removes it.
        let _ = file.try_lock();
        if rights == Rights::Usual
            && let Ok(old) = std::fs::metadata(&path)
        {
            let _ = file.set_permissions(old.permissions());
        }
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        open.list.push((beside.clone(), path.clone()));
        drop(open);
        Ok(Draft { file: Some(file), beside, path, removed })
    }

    /// Brings everything to the disk and gives the file its name.
    ///
    /// # Errors
    /// If that fails, or the program is about to end; then the old file is as it was.
    pub fn finish(mut self) -> io::Result<()> {
        let Some(file) = self.file.take() else { return Ok(()) };
        file.sync_all()?;
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        if open.is_over {
            return Err(io::ErrorKind::Interrupted.into());
        }
        std::fs::rename(&self.beside, &self.path)?;
        open.list.retain(|(draft, _)| *draft != self.beside);
        drop(open);
        drop(file);
        sync_folder(&self.path)
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_mut().map_or(Ok(0), |file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), File::flush)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.list.len();
        open.list.retain(|(draft, _)| *draft != self.beside);
        if open.list.len() < count {
            let _ = std::fs::remove_file(&self.beside);
        }
    }
}

/// Replaces a file by one with this content, whole or not at all.
///
/// # Errors
/// If it cannot be written; then the old file is as it was.
pub fn replace(path: &Path, rights: Rights, bytes: &[u8]) -> io::Result<()> {
    let mut draft = Draft::new(path, rights)?;
    draft.write_all(bytes)?;
    draft.finish()
}

/// Removes all drafts of this program, and lets none take its name from now on. Returns the paths they were for, which are
/// as they were. For a program that is interrupted and ends.
pub fn abandon_drafts() -> Vec<PathBuf> {
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    open.is_over = true;
    let list = std::mem::take(&mut open.list);
    let kept = list.into_iter().map(|(draft, path)| {
        let _ = std::fs::remove_file(draft);
        path
    });
    kept.collect()
}

/// Removes drafts for a path that nobody writes any more: their programs were ended. Returns how many bytes they had.
fn remove_left(path: &Path) -> u64 {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (Some(name), Ok(entries)) = (path.file_name(), std::fs::read_dir(folder)) else { return 0 };
    let start = format!(".{}.", name.to_string_lossy());
    let mut bytes = 0;
    for entry in entries.flatten() {
        let other = entry.file_name().to_string_lossy().into_owned();
        let number = other.strip_prefix(&start).and_then(|rest| rest.strip_suffix(&format!(".{ENDING}")));
        let is_draft =
            number.is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit() || it == b'-'));
        if !is_draft || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let Ok(file) = OpenOptions::new().write(true).open(entry.path()) else { continue };
        if file.try_lock().is_ok() {
            let length = file.metadata().map_or(0, |about| about.len());
            if std::fs::remove_file(entry.path()).is_ok() {
                bytes += length;
            }
        }
    }
    bytes
}

/// Waits until the name of a file is on the disk.
///
/// # Errors
/// If the system says that it is not.
#[cfg(unix)]
pub fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Folders of devices cannot be synced, and need not be.
    match File::open(folder)?.sync_all() {
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        result => result,
    }
}

/// Elsewhere a folder cannot be opened, so that there is nothing to wait for.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_draft_takes_its_name_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        std::fs::write(&path, "old").unwrap();
        let mut draft = Draft::new(&path, Rights::Usual).unwrap();
        draft.write_all(b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        draft.finish().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["out"]);
    }

    #[test]
    fn a_draft_that_is_dropped_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        std::fs::write(&path, "old").unwrap();
        let mut draft = Draft::new(&path, Rights::Usual).unwrap();
        draft.write_all(b"half").unwrap();
        drop(draft);
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["out"]);
    }

    #[test]
    fn what_an_ended_program_left_is_removed_and_what_a_living_one_writes_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        std::fs::write(folder.path().join(".out.7-0.part"), "left").unwrap();
        std::fs::write(folder.path().join(".out.mine.part"), "mine").unwrap();
        let living = Draft::new(&path, Rights::Usual).unwrap();
        assert_eq!(living.removed, 4);
        let second = Draft::new(&path, Rights::Usual).unwrap();
        assert_eq!(second.removed, 0);
        assert_eq!(names(folder.path()).len(), 3);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_rights_stay() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("out"), folder.path().join("link"));
        std::fs::write(&path, "old").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        replace(&link, Rights::Usual, b"new").unwrap();
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
