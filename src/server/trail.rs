//! The audit log, asked by many at once: rows of requests that wait together are one write and one sync.

use crate::audit::Error;
use crate::audit::Log;
use crate::audit::Rows;
use crate::audit::Trail;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::SyncSender;
use std::thread;
use std::time::Duration;

/// Requests of a group at most.
const GROUP: usize = 128;
/// Requests that may wait.
const WAITING: usize = 1024;
/// How long a request waits for the log before it is refused.
const PATIENCE: Duration = Duration::from_secs(5);

struct Noted {
    rows: Rows,
    done: SyncSender<bool>,
}

/// Takes rows from many threads.
pub struct SharedTrail {
    jobs: SyncSender<Noted>,
    is_well: Arc<AtomicBool>,
}

impl SharedTrail {
    /// Starts the thread that writes.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(log: Log) -> std::io::Result<SharedTrail> {
        let (jobs, waiting) = mpsc::sync_channel(WAITING);
        let is_well = Arc::new(AtomicBool::new(true));
        let state = Arc::clone(&is_well);
        thread::Builder::new().name("audit".to_owned()).spawn(move || write_groups(log, &waiting, &state))?;
        Ok(SharedTrail { jobs, is_well })
    }

    /// Notes rows; what they speak of may be shown if this says `true`.
    pub fn commit(&self, rows: Rows) -> bool {
        if rows.is_empty() {
            return self.is_well();
        }
        let (done, answer) = mpsc::sync_channel(1);
        let is_taken = self.is_well() && self.jobs.try_send(Noted { rows, done }).is_ok();
        let is_noted = is_taken && answer.recv_timeout(PATIENCE).unwrap_or(false);
        if is_taken && !is_noted {
            // A log that fails once takes nothing more; one that hangs is not waited for again.
            self.is_well.store(false, Ordering::Relaxed);
        }
        is_noted
    }

    /// Whether the log took everything so far.
    pub fn is_well(&self) -> bool {
        self.is_well.load(Ordering::Relaxed)
    }
}

/// For a batch, which notes its rows block by block.
impl Trail for &SharedTrail {
    fn commit(&mut self, rows: &Rows) -> Result<(), Error> {
        let is_noted = SharedTrail::commit(self, rows.clone());
        if is_noted { Ok(()) } else { Err(Error::Poisoned { path: "of the service".to_owned() }) }
    }
}

fn write_groups(mut log: Log, waiting: &Receiver<Noted>, is_well: &AtomicBool) {
    while let Ok(first) = waiting.recv() {
        let mut group = vec![first];
        group.extend(waiting.try_iter().take(GROUP - 1));
        let mut rows = Rows::default();
        for noted in &mut group {
            rows.append(&mut noted.rows);
        }
        let is_noted = log.commit(&rows).is_ok();
        if !is_noted {
            is_well.store(false, Ordering::Relaxed);
        }
        for noted in group {
            // Whoever waited may have given up.
            let _ = noted.done.send(is_noted);
        }
    }
}
