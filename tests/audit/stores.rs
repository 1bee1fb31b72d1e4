//! A log on stores that fail, are full or are killed.

use super::Chance;
use super::now;
use super::numbers;
use super::open;
use super::rows;
use super::secret;
use std::collections::BTreeSet;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::Mutex;
use tencode::audit::Disk;
use tencode::audit::Error;
use tencode::audit::Log;
use tencode::audit::Report;
use tencode::audit::Store;
use tencode::audit::Trail;

/// What a store does when asked; shared, so that a test can look at it.
#[derive(Default)]
struct Faults {
    bytes: Vec<u8>,
    /// Bytes that fit; further ones are refused half way.
    room: Option<usize>,
    /// Whether a sync fails.
    is_sync_failing: bool,
    syncs: usize,
}

struct Faulty(Arc<Mutex<Faults>>);

impl Store for Faulty {
    fn lock(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn unlock(&mut self) {}
    fn length(&mut self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap().bytes.len() as u64)
    }
    fn read(&mut self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        let (from, to) = (usize::try_from(from).unwrap(), usize::try_from(to).unwrap());
        Ok(self.0.lock().unwrap().bytes[from..to].to_vec())
    }
    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        let mut faults = self.0.lock().unwrap();
        faults.bytes.truncate(usize::try_from(at).unwrap());
        let room = faults.room.unwrap_or(usize::MAX).saturating_sub(faults.bytes.len()).min(bytes.len());
        faults.bytes.extend_from_slice(&bytes[..room]);
        if room < bytes.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
    fn cut(&mut self, _: u64) -> io::Result<()> {
        Err(io::ErrorKind::Other.into())
    }
    fn sync(&mut self) -> io::Result<()> {
        let mut faults = self.0.lock().unwrap();
        faults.syncs += 1;
        if faults.is_sync_failing { Err(io::Error::other("no")) } else { Ok(()) }
    }
}

fn on(faults: &Arc<Mutex<Faults>>) -> Result<Log, Error> {
    Log::on(Box::new(Faulty(Arc::clone(faults))), "it".to_owned(), secret(), now)
}

fn check_bytes(faults: &Arc<Mutex<Faults>>) -> Report {
    let bytes = faults.lock().unwrap().bytes.clone();
    tencode::audit::verify(&mut bytes.as_slice(), &secret().keys(), &[], &mut |_| Ok(())).unwrap()
}

#[test]
fn a_failed_sync_is_never_taken_for_a_success_later() {
    let faults = Arc::default();
    let mut log = on(&faults).unwrap();
    log.commit(&rows(0, 2)).unwrap();
    faults.lock().unwrap().is_sync_failing = true;
    assert!(matches!(log.commit(&rows(2, 2)), Err(Error::Store { .. })));
    // The disk is well again; this log is not.
    faults.lock().unwrap().is_sync_failing = false;
    let syncs = faults.lock().unwrap().syncs;
    assert!(matches!(log.commit(&rows(4, 2)), Err(Error::Poisoned { .. })));
    assert!(matches!(log.mend(), Err(Error::Poisoned { .. })));
    assert_eq!(faults.lock().unwrap().syncs, syncs, "it is not even tried");
}

#[test]
fn a_full_disk_is_refused_at_any_byte_and_mended_later() {
    for room in (1..3_000).step_by(131) {
        let faults = Arc::new(Mutex::new(Faults { room: Some(room), ..Faults::default() }));
        let mut log = on(&faults).unwrap();
        let written = (0..20).take_while(|group| log.commit(&rows(group * 2, 2)).is_ok()).count();
        assert!(written < 20);
        assert!(matches!(log.commit(&rows(99, 1)), Err(Error::Poisoned { .. })));
        faults.lock().unwrap().room = None;
        let mut log = on(&faults).unwrap();
        log.commit(&rows(50, 1)).unwrap();
        assert_eq!(check_bytes(&faults).fault, None, "room {room}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_that_is_full_is_refused() {
    let Ok(mut log) = open(Path::new("/dev/full")) else { return };
    assert!(matches!(log.commit(&rows(0, 1)), Err(Error::Store { .. })));
    assert!(matches!(log.commit(&rows(0, 1)), Err(Error::Poisoned { .. })));
}

/// Two logs of one file, in turns and at once: one chain.
#[test]
fn several_write_one_chain() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it.audit");
    let (mut one, mut two) = (open(&path).unwrap(), open(&path).unwrap());
    for group in 0..5 {
        one.commit(&rows(group * 2, 1)).unwrap();
        two.commit(&rows(group * 2 + 1, 1)).unwrap();
    }
    assert_eq!(numbers(&path), (0..10).collect());
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let path = &path;
            scope.spawn(move || {
                let mut log = open(path).unwrap();
                for group in 0..10 {
                    log.commit(&rows(1000 * (writer + 1) + group * 3, 3)).unwrap();
                }
            });
        }
    });
    assert_eq!(numbers(&path).len(), 10 + 4 * 30);
}

/// A file that is written in small pieces, as a system may do it: a kill falls between them.
struct Pieces(Disk);

impl Store for Pieces {
    fn lock(&mut self) -> io::Result<()> {
        self.0.lock()
    }
    fn unlock(&mut self) {
        self.0.unlock();
    }
    fn length(&mut self) -> io::Result<u64> {
        self.0.length()
    }
    fn read(&mut self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        self.0.read(from, to)
    }
    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        let starts = (at..).step_by(100);
        bytes.chunks(100).zip(starts).try_for_each(|(piece, at)| self.0.write(at, piece))
    }
    fn cut(&mut self, at: u64) -> io::Result<()> {
        self.0.cut(at)
    }
    fn sync(&mut self) -> io::Result<()> {
        self.0.sync()
    }
}

/// What the child of [`killed`] does: groups of rows, and after each the number of the last one on standard output.
#[test]
#[ignore = "the child of the tests that kill"]
fn child() {
    let Some(path) = std::env::var_os("TENCODE_TEST_LOG") else { return };
    let first: u64 = std::env::var("TENCODE_TEST_FIRST").unwrap().parse().unwrap();
    let (mut chance, mut next) = (Chance(first + 1), first);
    let disk = Disk::open(Path::new(&path)).unwrap();
    let store: Box<dyn Store> = if chance.below(2) == 0 { Box::new(disk) } else { Box::new(Pieces(disk)) };
    let mut log = Log::on(store, "it".to_owned(), secret(), now).unwrap();
    loop {
        let count = 1 + chance.below(60) as u64;
        log.commit(&rows(next, count)).unwrap();
        next += count;
        let _ = writeln!(io::stdout(), "acknowledged {next}");
    }
}

struct Killed {
    acknowledged: u64,
    mended: u64,
    torn: u64,
}

/// Kills a program that writes, `times` times; what it acknowledged is there each time.
fn killed(times: u64) -> Killed {
    let folder = tempfile::tempdir().unwrap();
    let (mut chance, mut killed) = (Chance(0xd1e), Killed { acknowledged: 0, mended: 0, torn: 0 });
    let (mut path, mut first, mut acknowledged) = (folder.path().join("0.audit"), 0, BTreeSet::new());
    for round in 0..times {
        let mut child = Command::new(std::env::current_exe().unwrap());
        let child = child.args(["audit::stores::child", "--exact", "--ignored", "--nocapture"]);
        let child = child.env("TENCODE_TEST_LOG", &path).env("TENCODE_TEST_FIRST", first.to_string());
        let mut child = child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let out = child.stdout.take().unwrap();
        let wait = std::time::Duration::from_micros(chance.below(12_000) as u64);
        let (writes, first_write) = std::sync::mpsc::channel();
        let reader = std::thread::spawn(move || {
            let lines = BufReader::new(out).lines().map_while(Result::ok);
            let said = lines.filter_map(|line| line.strip_prefix("acknowledged ")?.parse().ok());
            // Nobody waits for the later ones.
            said.inspect(|_| writes.send(()).unwrap_or_default()).last()
        });
        // From its first group on it does nothing but write, so that the kill comes in the middle of it.
        let _ = first_write.recv_timeout(std::time::Duration::from_secs(20));
        std::thread::sleep(wait);
        child.kill().unwrap();
        child.wait().unwrap();
        let last: Option<u64> = reader.join().unwrap();
        killed.acknowledged += last.unwrap_or(first) - first;
        acknowledged.extend(first..last.unwrap_or(first));
        // Numbers of rows that may stand there without having been acknowledged are not used again.
        first = last.unwrap_or(first) + 100_000;
        let mut log = open(&path).unwrap();
        log.commit(&rows(first, 1)).unwrap();
        acknowledged.insert(first);
        first += 1;
        if let Some(found) = log.recovered() {
            killed.mended += 1;
            killed.torn += u64::from(found.bytes > 0);
        }
        if round % 25 == 24 || round + 1 == times {
            let there = numbers(&path);
            let lost: Vec<&u64> = acknowledged.difference(&there).collect();
            assert!(lost.is_empty(), "round {round}: lost {lost:?}");
            acknowledged.clear();
            path = folder.path().join(format!("{round}.audit"));
        }
    }
    killed
}

#[test]
fn what_was_acknowledged_outlives_a_kill() {
    assert!(killed(50).acknowledged >= 50, "the child did not write");
}

/// `cargo test -- --ignored --nocapture a_thousand_kills`
#[test]
#[ignore = "a minute"]
fn a_thousand_kills() {
    let Killed { acknowledged, mended, torn } = killed(1000);
    let _ = writeln!(
        io::stderr(),
        "1000 kills: {acknowledged} rows acknowledged, none lost; {mended} writes mended, {torn} torn rows cut"
    );
    assert!(mended > 0, "no kill hit a write: the test shows nothing");
}

#[test]
fn the_store_of_a_log_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut disk = Disk::open(&folder.path().join("it")).unwrap();
    disk.write(0, b"one two").unwrap();
    disk.write(4, b"three").unwrap();
    assert_eq!(disk.read(0, 9).unwrap(), b"one three");
    disk.cut(3).unwrap();
    assert_eq!(disk.length().unwrap(), 3);
}
