//! The file under a log, and what can go wrong with it.

use crate::files::sync_folder;
use std::fs::File;
use std::fs::OpenOptions;
use std::fs::TryLockError;
use std::io;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::io::Write;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

/// Where the bytes of a log stand. A trait, so that tests can let each step fail.
pub trait Store: Send {
    /// Keeps other programs from writing. `WouldBlock` if another one is writing for too long.
    fn lock(&mut self) -> io::Result<()>;
    /// Lets others write.
    fn unlock(&mut self);
    /// Bytes there are.
    fn length(&mut self) -> io::Result<u64>;
    /// The bytes from one place to another.
    fn read(&mut self, from: u64, to: u64) -> io::Result<Vec<u8>>;
    /// Cuts everything from `at` on, and writes `bytes` there.
    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()>;
    /// Cuts everything from `at` on.
    fn cut(&mut self, at: u64) -> io::Result<()>;
    /// Everything written is on the disk when this returns.
    fn sync(&mut self) -> io::Result<()>;
}

/// How long another program may hold the log.
const PATIENCE: Duration = Duration::from_secs(20);

/// A file.
pub struct Disk(File);

impl Disk {
    /// Opens a file, or makes it, readable by its owner only.
    ///
    /// # Errors
    /// If the system does not let us.
    pub fn open(path: &Path) -> io::Result<Disk> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let is_new = !path.exists();
        let file = options.open(path)?;
        if is_new {
            file.sync_all()?;
            sync_folder(path)?;
        }
        Ok(Disk(file))
    }
}

impl Store for Disk {
    fn lock(&mut self) -> io::Result<()> {
        let begun = Instant::now();
        let mut pause = Duration::from_micros(200);
        loop {
            match self.0.try_lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if begun.elapsed() > PATIENCE => {
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(pause),
            }
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }

    fn unlock(&mut self) {
        // A lock that cannot be given back ends with the program.
        let _ = self.0.unlock();
    }

    fn length(&mut self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read(&mut self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.0.seek(SeekFrom::Start(from))?;
        (&mut self.0).take(to.saturating_sub(from)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        if self.length()? > at {
            self.0.set_len(at)?;
        }
        self.0.seek(SeekFrom::Start(at))?;
        self.0.write_all(bytes)
    }

    fn cut(&mut self, at: u64) -> io::Result<()> {
        self.0.set_len(at)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_all()
    }
}
