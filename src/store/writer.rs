//! One thread writes, in groups: each write is a savepoint, a group is one transaction and one sync.
//!
//! If the disk does not confirm a group, nothing of it counts, and the store takes no more writes: what the system has then
//! written is unknown until the file is opened anew.

use super::error::Error;
use super::once::Once;
use super::schema;
use super::seal::Seal;
use rusqlite::Connection;
use rusqlite::OpenFlags;
use rusqlite::params;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::SyncSender;
use std::thread;

/// Writes of a group at most.
const GROUP: usize = 128;
/// Writes that may wait; whoever comes then waits too.
const WAITING: usize = 1024;
/// Connections that are kept open for reading.
const READERS: usize = 8;

/// Runs in the transaction of a group and gives back what is to be said when the group is on the disk.
type Job = Box<dyn FnOnce(&Connection) -> Reply + Send>;
type Reply = Box<dyn FnOnce(Fate) + Send>;

/// What became of a group.
#[derive(Clone, Copy)]
enum Fate {
    /// It is on the disk.
    Kept,
    /// The disk is full, and the file is as it was.
    Full,
    /// Nobody knows.
    Lost,
}

/// An open store.
#[derive(Clone)]
pub struct Store {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    path: PathBuf,
    seal: Seal,
    jobs: SyncSender<Job>,
    readers: Mutex<Vec<Connection>>,
    /// Held while a password is hashed, which takes 19 MiB: guesses that come together wait for each other.
    pub(super) hashing: Mutex<()>,
    is_poisoned: Arc<AtomicBool>,
}

impl Store {
    /// Opens a store, or makes one, readable by its owner only.
    ///
    /// # Errors
    /// If the file cannot be opened, is of a later program, or was sealed with another key.
    pub fn open(path: &Path, mut seal: Seal) -> Result<Store, Error> {
        make(path)?;
        let mut connection = Connection::open(path)?;
        schema::prepare(&connection)?;
        schema::migrate(&mut connection)?;
        know(&connection, &mut seal)?;
        let is_poisoned = Arc::new(AtomicBool::new(false));
        let (jobs, waiting) = mpsc::sync_channel(WAITING);
        let poisoned = Arc::clone(&is_poisoned);
        thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || write_groups(&connection, &waiting, &poisoned))
            .map_err(|source| Error::File { path: path.display().to_string(), source })?;
        let (readers, hashing) = (Mutex::new(Vec::new()), Mutex::new(()));
        let path = path.to_path_buf();
        Ok(Store { inner: Arc::new(Inner { path, seal, jobs, readers, hashing, is_poisoned }) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// What its records are sealed with.
    pub fn seal(&self) -> &Seal {
        &self.inner.seal
    }

    /// Whether it takes writes.
    pub fn is_writable(&self) -> bool {
        !self.inner.is_poisoned.load(Ordering::Relaxed)
    }

    /// Writes, and returns when it is on the disk. Blocks meanwhile.
    ///
    /// # Errors
    /// What `work` says, and if the disk does not confirm.
    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        if !self.is_writable() {
            return Err(Error::Poisoned);
        }
        let (answer, done) = mpsc::sync_channel(1);
        let job: Job = Box::new(move |connection| {
            let result = in_savepoint(connection, work);
            Box::new(move |fate| {
                let result = match fate {
                    _ if result.is_err() => result,
                    Fate::Kept => result,
                    Fate::Full => Err(Error::Full),
                    Fate::Lost => Err(Error::Poisoned),
                };
                // Whoever asked may have gone; the write counts all the same.
                let _ = answer.send(result);
            })
        });
        self.inner.jobs.send(job).map_err(|_| Error::Poisoned)?;
        done.recv().map_err(|_| Error::Poisoned)?
    }

    /// Writes, and keeps the answer to the request in the same transaction: a request that is sent again after a power cut
    /// finds either both or neither.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub(super) fn write_once<T: Send + 'static>(
        &self,
        once: Option<Once<T>>,
        work: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.write(move |connection| {
            let value = work(connection)?;
            if let Some(once) = once {
                once.keep(connection, &value)?;
            }
            Ok(value)
        })
    }

    /// Reads on a connection of its own.
    ///
    /// # Errors
    /// What `work` says, and if the file cannot be opened.
    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let kept = self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match kept {
            Some(connection) => connection,
            None => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let connection = Connection::open_with_flags(&self.inner.path, flags)?;
                connection.execute_batch("PRAGMA busy_timeout = 5000; PRAGMA trusted_schema = OFF;")?;
                connection
            }
        };
        let result = work(&connection);
        let mut readers = self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS {
            readers.push(connection);
        }
        result
    }
}

/// Makes the file, for its owner only.
fn make(path: &Path) -> Result<(), Error> {
    let failed = |source| Error::File { path: path.display().to_string(), source };
    if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty() && !it.exists()) {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(failed)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(failed)
}

/// Keeps a mark of the key with the first opening, and compares it from then on. The key of the marks is made once and kept
/// wrapped, so that identifiers are found also under another key of the office.
fn know(connection: &Connection, seal: &mut Seal) -> Result<(), Error> {
    let add = "INSERT OR IGNORE INTO meta (name, value) VALUES (?1, ?2)";
    connection.execute(add, params!["key", seal.check()])?;
    connection.execute(add, params!["marks", seal.new_marks()?])?;
    let kept = |name: &str| -> Result<Vec<u8>, Error> {
        Ok(connection.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0))?)
    };
    if kept("key")? != seal.check() {
        return Err(Error::Sealed);
    }
    seal.use_marks(&kept("marks")?)
}

fn in_savepoint<T>(connection: &Connection, work: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
    connection.execute_batch("SAVEPOINT work")?;
    let result = work(connection);
    let end = if result.is_ok() { "RELEASE work" } else { "ROLLBACK TO work; RELEASE work" };
    connection.execute_batch(end)?;
    result
}

fn write_groups(connection: &Connection, waiting: &Receiver<Job>, is_poisoned: &AtomicBool) {
    while let Ok(first) = waiting.recv() {
        let group = std::iter::once(first).chain(waiting.try_iter().take(GROUP - 1));
        let mut replies: Vec<Reply> = Vec::new();
        let is_begun = !is_poisoned.load(Ordering::Relaxed) && connection.execute_batch("BEGIN IMMEDIATE").is_ok();
        for job in group {
            if is_begun {
                replies.push(job(connection));
            }
            // A job that is dropped unheard answers `Poisoned`.
        }
        let fate = if is_begun { commit(connection, is_poisoned) } else { Fate::Lost };
        for reply in replies {
            reply(fate);
        }
    }
}

/// Commits a group. A full disk leaves the file as it was; after any other failure nobody knows what is on the disk.
fn commit(connection: &Connection, is_poisoned: &AtomicBool) -> Fate {
    if connection.is_autocommit() {
        // SQLite has rolled the whole group back by itself, as it does where a statement finds the disk full.
        return Fate::Full;
    }
    let Err(error) = connection.execute_batch("COMMIT") else { return Fate::Kept };
    let is_full = Error::from(error).is_full();
    if !is_full {
        is_poisoned.store(true, Ordering::Relaxed);
    }
    // Fails where SQLite has rolled back by itself.
    let _ = connection.execute_batch("ROLLBACK");
    if is_full { Fate::Full } else { Fate::Lost }
}
