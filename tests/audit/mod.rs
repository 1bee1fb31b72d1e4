//! The audit log: nothing that was acknowledged is lost, nothing that is changed goes unseen, and where it cannot be
//! written nothing is acknowledged.

#![expect(clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::Mutex;
use tencode::audit::Access;
use tencode::audit::Disk;
use tencode::audit::Entry;
use tencode::audit::Error;
use tencode::audit::Head;
use tencode::audit::Log;
use tencode::audit::Outcome;
use tencode::audit::Public;
use tencode::audit::Report;
use tencode::audit::Rows;
use tencode::audit::Secret;
use tencode::audit::Store;
use tencode::audit::Tokens;
use tencode::audit::Trail;

const SECRET: [u8; 32] = [7; 32];

fn secret() -> Secret {
    Secret::of(&SECRET)
}

fn access() -> Access {
    Access {
        command: "run",
        actor: "jo".to_owned(),
        uid: Some(1000),
        audience: "public".to_owned(),
        purpose: "public".to_owned(),
        reason: None,
        policy: "public@3".to_owned(),
        registry: "blake3:00".to_owned(),
        domain: "law-enforcement".to_owned(),
        record: "call".to_owned(),
    }
}

/// Rows that carry the numbers from `first` on.
fn rows(first: u64, count: u64) -> Rows {
    let (mut rows, access, tokens) = (Rows::default(), access(), Tokens::new(&SECRET));
    for number in first..first + count {
        let mut entry = Entry::new(Outcome::Shown).count(number);
        entry.subject = Some(tokens.token("law-enforcement", "call", &number.to_string()));
        entry.code("call-types");
        entry.did("mask", "person");
        rows.push(&access, &entry);
    }
    rows
}

fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

fn open(path: &Path) -> Result<Log, Error> {
    Log::open(path, secret(), now)
}

fn check(path: &Path, heads: &[Head]) -> Report {
    check_with(path, Some(&secret().public()), heads)
}

fn check_with(path: &Path, key: Option<&Public>, heads: &[Head]) -> Report {
    let mut file = BufReader::new(std::fs::File::open(path).unwrap());
    tencode::audit::verify(&mut file, key, heads, &mut |_| Ok(())).unwrap()
}

/// The numbers of all rows that say `shown`.
fn numbers(path: &Path) -> BTreeSet<u64> {
    let mut numbers = BTreeSet::new();
    let mut file = BufReader::new(std::fs::File::open(path).unwrap());
    let report = tencode::audit::verify(&mut file, Some(&secret().public()), &[], &mut |row| {
        if row.word("outcome") == "shown" {
            numbers.insert(row.fields.get("count").and_then(serde_json::Value::as_u64).unwrap());
        }
        Ok(())
    });
    assert_eq!(report.unwrap().fault, None);
    numbers
}

/// A log of some groups: 40 rows in 10 of them.
fn some(folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join("it.audit");
    let mut log = open(&path).unwrap();
    for group in 0..10 {
        log.commit(&rows(group * 4, 4)).unwrap();
    }
    path
}

/// A small generator, so that a failure can be had again.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }
}

#[test]
fn a_log_is_whole_after_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = some(&folder);
    let report = check(&path, &[]);
    assert_eq!(report.fault, None);
    assert_eq!((report.rows, report.signed, report.recovered), (51, 51, 0));
    let text = std::fs::read_to_string(&path).unwrap();
    let row: serde_json::Value = serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
    for (name, value) in [("actor", "jo"), ("audience", "public"), ("policy", "public@3"), ("outcome", "shown")] {
        assert_eq!(row[name], value, "{name}");
    }
    assert_eq!(row["codes"]["call-types"], 1);
    assert_eq!(row["did"]["mask person"], 1);
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_log_and_key() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&some(&folder)), 0o600);
    let key = folder.path().join("deep/audit.key");
    let made = Secret::open(&key).unwrap().public();
    assert_eq!(mode(&key), 0o600);
    assert_eq!(Secret::open(&key).unwrap().public(), made);
    assert_eq!(made.to_string().parse::<Public>().unwrap(), made);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(Secret::open(&key), Err(Error::OpenKey { .. })));
}

/// Each of 1,000 changed bytes is found, and the row it stands in is named.
#[test]
fn a_changed_byte_is_found_where_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let path = some(&folder);
    let whole = std::fs::read(&path).unwrap();
    let (mut chance, key) = (Chance(0x5eed), secret().public());
    for round in 0..1000 {
        let (at, flip) = (chance.below(whole.len()), chance.below(255) + 1);
        let mut changed = whole.clone();
        changed[at] ^= u8::try_from(flip).unwrap();
        let row = whole[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        let report = tencode::audit::verify(&mut changed.as_slice(), Some(&key), &[], &mut |_| Ok(())).unwrap();
        let fault = report.fault.unwrap_or_else(|| panic!("round {round}: byte {at} of row {row} goes unseen"));
        assert_eq!(fault.row, row as u64, "round {round}: byte {at}: {}", fault.what);
    }
}

#[test]
fn rows_that_are_moved_dropped_or_repeated_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = some(&folder);
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let fault = |lines: &[&str]| {
        std::fs::write(&path, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        check(&path, &[]).fault.map(|fault| fault.row)
    };
    let mut swapped = lines.clone();
    swapped.swap(7, 8);
    assert_eq!(fault(&swapped), Some(8), "two rows swapped");
    assert_eq!(fault(&lines[..50]), Some(51), "the last row, which signs, dropped");
    assert_eq!(fault(&lines[..49]), Some(50), "two rows dropped at the end");
    assert_eq!(fault(&[&lines[..5], &lines[6..]].concat()), Some(6), "a row dropped in the middle");
    assert_eq!(fault(&[&lines[..], &lines[46..]].concat()), Some(52), "the last group played again");
    assert_eq!(fault(&[&lines[..], &lines[..]].concat()), Some(52), "the whole log played again");
    assert_eq!(fault(&lines[1..]), Some(1), "the first row dropped");
    assert_eq!(fault(&[]), Some(1), "everything dropped");
    assert_eq!(fault(&lines), None);
}

#[test]
fn a_cut_after_a_signature_shows_against_a_head_kept_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = some(&folder);
    let head = open(&path).unwrap().head().unwrap().unwrap();
    let head = Head::read(&serde_json::to_string(&head).unwrap()).unwrap();
    assert_eq!(check(&path, std::slice::from_ref(&head)).fault, None);
    open(&path).unwrap().commit(&rows(100, 3)).unwrap();
    assert_eq!(check(&path, std::slice::from_ref(&head)).heads, 1, "a log that has grown still agrees");

    let text = std::fs::read_to_string(&path).unwrap();
    // Five rows a group, and the row that begins the log: 46 lines end with a signed row.
    let cut: String = text.lines().take(46).map(|line| format!("{line}\n")).collect();
    std::fs::write(&path, cut).unwrap();
    assert_eq!(check(&path, &[]).fault, None, "nothing shows it but the head");
    let fault = check(&path, std::slice::from_ref(&head)).fault.unwrap();
    assert_eq!((fault.row, fault.what), (47, "the log ends before a checkpoint kept elsewhere: rows were cut off"));

    // Written on after the cut, the row of the head is another one.
    open(&path).unwrap().commit(&rows(200, 9)).unwrap();
    assert_eq!(check(&path, &[]).fault, None);
    let fault = check(&path, std::slice::from_ref(&head)).fault.unwrap();
    assert_eq!(fault.row, head.rows);

    let mut forged = head.clone();
    forged.rows = 46;
    assert!(check(&path, &[forged]).fault.is_some(), "a head that is not signed as it stands");
}

#[test]
fn a_log_made_anew_needs_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it.audit");
    let mut log = Log::open(&path, Secret::of(&[8; 32]), now).unwrap();
    log.commit(&rows(0, 3)).unwrap();
    let fault = check(&path, &[]).fault.unwrap();
    assert_eq!((fault.row, fault.what), (1, "the log was begun with another key"));
    let own = check_with(&path, None, &[]);
    assert!(own.is_whole() && !own.key_is_given, "by its own key it is whole, and that is said");
    assert!(matches!(open(&path), Err(Error::OtherKey { .. })), "nobody writes on in a log of another key");
}

#[test]
fn time_never_goes_back_and_a_clock_that_does_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it.audit");
    let times = Mutex::new(vec![3_000_u64, 1_000, 2_000, 5_000].into_iter());
    let mut log = Log::open(&path, secret(), move || times.lock().unwrap().next().unwrap()).unwrap();
    for group in 0..4 {
        log.commit(&rows(group, 1)).unwrap();
    }
    let report = check(&path, &[]);
    assert_eq!((report.fault, report.clock), (None, 1));
    assert_eq!((report.from.as_str(), report.to.as_str()), ("1970-01-01T00:00:03.000Z", "1970-01-01T00:00:05.000Z"));
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(r#""outcome":"clock","reads":"1970-01-01T00:00:01.000Z""#));
    // A log that says otherwise was not written by us, whoever signed it.
    let early = text.replace("00:00:05.000Z", "00:00:02.000Z");
    std::fs::write(&path, early).unwrap();
    assert!(check(&path, &[]).fault.is_some());
}

#[test]
fn a_torn_end_is_mended_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = some(&folder);
    let whole = std::fs::read(&path).unwrap();
    let last_line = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    let group = whole.split(|byte| *byte == b'\n').take(46).map(|line| line.len() + 1).sum::<usize>();
    for cut in (group + 1..whole.len()).step_by(97).chain([last_line, last_line + 1, whole.len() - 1]) {
        std::fs::write(&path, &whole[..cut]).unwrap();
        assert!(check(&path, &[]).fault.is_some(), "cut at {cut}: the end is not signed");
        let mut log = open(&path).unwrap();
        assert_eq!(log.recovered(), None, "nothing is changed before something is written");
        log.commit(&rows(100, 1)).unwrap();
        let kept = whole[group..cut].iter().filter(|byte| **byte == b'\n').count();
        let torn = cut - whole[..cut].iter().rposition(|byte| *byte == b'\n').unwrap() - 1;
        let found = log.recovered().unwrap();
        assert_eq!((found.rows, found.bytes), (kept as u64, torn as u64));
        let report = check(&path, &[]);
        assert_eq!((report.fault, report.recovered), (None, 1));
        assert!(numbers(&path).contains(&100));
    }
    // What a file system leaves where it had no time to write.
    let mut zeros = whole.clone();
    zeros.extend([0; 300]);
    std::fs::write(&path, zeros).unwrap();
    open(&path).unwrap().commit(&rows(100, 1)).unwrap();
    assert_eq!(check(&path, &[]).fault, None);
}

#[test]
fn a_first_write_that_was_torn_begins_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it.audit");
    open(&path).unwrap().commit(&rows(0, 3)).unwrap();
    let whole = std::fs::read(&path).unwrap();
    for cut in (1..whole.len()).step_by(53) {
        std::fs::write(&path, &whole[..cut]).unwrap();
        open(&path).unwrap().commit(&rows(9, 1)).unwrap();
        let report = check(&path, &[]);
        assert_eq!((report.fault, report.recovered), (None, 1), "cut at {cut}");
    }
}

#[test]
fn a_file_of_something_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    for text in ["dear diary", "{\"seq\":1,\"id\":\"x\"}\n", "{\"seq\":1,\"time\":\"then\"}\n"] {
        std::fs::write(&path, text).unwrap();
        assert!(open(&path).is_err(), "{text}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn a_damaged_end_is_not_written_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = some(&folder);
    let text = std::fs::read_to_string(&path).unwrap();
    let last = text.lines().last().unwrap();
    for (from, to) in [
        (r#""rows":50"#, r#""rows":49"#),
        (r#"hash":"#, r#"mash":"#),
        (r#""outcome":"signed""#, r#""outcome":"signal""#),
    ] {
        let changed = text.replace(last, &last.replace(from, to));
        assert_ne!(changed, text);
        std::fs::write(&path, &changed).unwrap();
        assert!(matches!(open(&path), Err(Error::Broken { row: 51, .. })), "{to}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), changed);
    }
}

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
    tencode::audit::verify(&mut bytes.as_slice(), Some(&secret().public()), &[], &mut |_| Ok(())).unwrap()
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
    assert!(matches!(log.head(), Err(Error::Poisoned { .. })));
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
        let child = child.args(["audit::child", "--exact", "--ignored", "--nocapture"]);
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

/// A folder with one small domain, and the program run in it.
struct Office(tempfile::TempDir);

const CODES: &str = r#"record visit {
    id    text  required identifies person
    name  text  identifies person
    area  text  quasi-identifier
    kind  code in kinds
}
codeset kinds {
    title "Kinds"
    code A "One" { also "first" }
    code B "Two"
}
"#;

impl Office {
    fn new(manifest: &str) -> Office {
        let folder = tempfile::tempdir().unwrap();
        let domain = folder.path().join("domains/small/codes");
        std::fs::create_dir_all(&domain).unwrap();
        std::fs::write(domain.join("visit.codes"), CODES).unwrap();
        std::fs::write(folder.path().join("domains/small/domain.toml"), manifest).unwrap();
        Office(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn tencode(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tencode"));
        self.settle(&mut command);
        command.args(["--domains", "domains"]).args(arguments);
        command
    }

    fn settle(&self, command: &mut Command) {
        command.current_dir(self.0.path()).env_remove("TENCODE_AUDIT").env_remove("TENCODE_DATA").env("USER", "jo");
        command.env("XDG_CACHE_HOME", self.path("cache")).env("XDG_DATA_HOME", self.path("data"));
    }

    /// Runs it; standard output, standard error and the exit status.
    fn run(&self, arguments: &[&str]) -> (String, String, i32) {
        Office::told(&self.tencode(arguments).output().unwrap())
    }

    fn told(output: &std::process::Output) -> (String, String, i32) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&output.stdout), text(&output.stderr), output.status.code().unwrap_or(-1))
    }

    fn visits(&self, count: usize) {
        let line = |number: usize| {
            format!(r#"{{"id":"Zq-{number}","name":"Wilhelmina Xanthopoulos","area":"north","kind":"A"}}"#) + "\n"
        };
        std::fs::write(self.path("in.ndjson"), (0..count).map(line).collect::<String>()).unwrap();
    }
}

const RUN: [&str; 7] = ["run", "--domain", "small", "--audience", "public", "--jobs", "2"];

#[test]
fn a_run_is_noted_and_never_quoted() {
    let office = Office::new("");
    office.visits(30);
    std::fs::write(office.path("more.ndjson"), "{\"id\":\"Zq-7\",\"name\":\"Wilhelmina\"}\nno json Xanthopoulos\n")
        .unwrap();
    let plain = office.run(&[&RUN[..], &["in.ndjson"]].concat());
    let noted = office.run(&[&RUN[..], &["--audit", "log", "in.ndjson"]].concat());
    assert_eq!(plain, noted, "the log changes nothing that is shown");
    assert_eq!(office.run(&[&RUN[..], &["--audit", "log", "more.ndjson"]].concat()).2, 1);
    assert_eq!(office.run(&["run", "--domain", "small", "--audience", "nobody", "--audit", "log", "in.ndjson"]).2, 2);
    assert_eq!(office.run(&["redact", "--audience", "public", "--audit", "log", "in.ndjson"]).2, 0);

    let (said, _, status) = office.run(&["--json", "audit", "verify", "log"]);
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (status, &report["fault"], &report["key_is_given"]),
        (0, &serde_json::Value::Null, &true.into()),
        "{said}"
    );
    let text = std::fs::read_to_string(office.path("log")).unwrap();
    for word in ["Zq-", "Wilhelmina", "Xanthopoulos", "north"] {
        assert!(!text.contains(word), "the log quotes `{word}`");
    }
    let rows: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let count = |outcome: &str, command: &str| {
        rows.iter().filter(|row| row["outcome"] == outcome && row["command"] == command).count()
    };
    assert_eq!((count("asked", "run"), count("shown", "run"), count("done", "run")), (2, 31, 2));
    assert_eq!((count("error", "run"), count("denied", "run"), count("shown", "redact")), (1, 1, 1));
    let shown = rows.iter().find(|row| row["outcome"] == "shown").unwrap();
    assert_eq!((&shown["actor"], &shown["domain"], &shown["record"]), (&"jo".into(), &"small".into(), &"visit".into()));
    assert!(shown["policy"].as_str().unwrap().starts_with("public@") && shown["registry"].as_str().unwrap().len() > 20);
    assert_eq!(shown["codes"]["kinds"], 1);

    // Who was shown Zq-7, in either run.
    let (found, _, status) =
        office.run(&["audit", "export", "log", "--subject", "Zq-7", "--domain", "small", "--record", "visit"]);
    assert_eq!((found.lines().count(), status), (2, 0));
    let (found, ..) = office.run(&["audit", "export", "log", "--outcome", "denied"]);
    assert_eq!(found.lines().count(), 1);
}

#[test]
fn a_cut_shows_on_the_command_line() {
    let office = Office::new("");
    office.visits(3);
    let run = [&RUN[..], &["--audit", "log", "in.ndjson"]].concat();
    office.run(&run);
    let early = std::fs::read(office.path("log")).unwrap();
    office.run(&run);
    assert_eq!(office.run(&["audit", "checkpoint", "log", "-o", "head"]).2, 0);
    let check = ["audit", "verify", "log", "--checkpoint", "head", "--key", "head"];
    assert_eq!(office.run(&check).2, 0);
    std::fs::write(office.path("log"), early).unwrap();
    assert_eq!(office.run(&["audit", "verify", "log"]).2, 0, "by itself it is whole");
    let (said, _, status) = office.run(&check);
    assert_eq!(status, 1);
    assert!(said.contains("the log ends before a checkpoint kept elsewhere"), "{said}");
    let (said, _, status) = office.run(&["audit", "export", "log", "--checkpoint", "head"]);
    assert_eq!((said.lines().count() > 5, status), (true, 1));
}

#[cfg(target_os = "linux")]
#[test]
fn where_it_cannot_be_noted_nothing_is_shown() {
    let office = Office::new("");
    office.visits(3);
    for run in [
        [&RUN[..], &["--audit", "/dev/full", "in.ndjson"]].concat(),
        [&RUN[..], &["--audit", "/dev/null", "in.ndjson"]].concat(),
        [&RUN[..], &["--audit", "no/such/folder", "in.ndjson"]].concat(),
        vec!["redact", "--audience", "public", "--audit", "/dev/full", "in.ndjson"],
        vec!["classify", "--domain", "small", "--audit", "/dev/full", "{\"id\":\"1\"}"],
    ] {
        let (shown, said, status) = office.run(&run);
        assert_eq!((shown.as_str(), status), ("", 2), "{run:?}");
        assert!(said.contains("nothing is shown"), "{said}");
    }
    // By the environment too: an office sets it for all.
    let mut command = office.tencode(&[&RUN[..], &["in.ndjson"]].concat());
    let (shown, _, status) = Office::told(&command.env("TENCODE_AUDIT", "/dev/full").output().unwrap());
    assert_eq!((shown.as_str(), status), ("", 2));
}

/// A file that may not grow beyond some size: what was shown until then has been noted.
#[cfg(target_os = "linux")]
#[test]
fn a_log_that_may_not_grow_stops_the_run() {
    let office = Office::new("");
    office.visits(20_000);
    office.run(&[&RUN[..], &["in.ndjson", "-o", "out"]].concat());
    for blocks in [0, 1, 16, 2_000, 6_000] {
        let _ = std::fs::remove_file(office.path("log"));
        let mut shell = Command::new("sh");
        office.settle(&mut shell);
        let line = format!(
            "ulimit -f {blocks}; exec {} --domains domains {} --audit log in.ndjson",
            env!("CARGO_BIN_EXE_tencode"),
            RUN.join(" ")
        );
        let output = shell.args(["-c", &line]).output().unwrap();
        let (shown, _, status) = Office::told(&output);
        assert_ne!(status, 0, "{blocks}");
        let lines = shown.lines().count();
        assert!(lines < 20_000);
        if lines > 0 {
            let noted = std::fs::read_to_string(office.path("log")).unwrap();
            assert!(noted.lines().filter(|line| line.contains(r#""outcome":"shown""#)).count() >= lines, "{blocks}");
        }
        // The next run mends what was left.
        if office.path("log").is_file() {
            assert_eq!(office.run(&["audit", "checkpoint", "log"]).2, if blocks == 0 { 2 } else { 0 }, "{blocks}");
        }
    }
}

#[test]
fn a_domain_can_require_it() {
    let office = Office::new("[audit]\nrequired = true\n");
    office.visits(3);
    let (shown, said, status) = office.run(&[&RUN[..], &["in.ndjson"]].concat());
    assert_eq!((shown.as_str(), status), ("", 2));
    assert!(said.contains("domain `small` requires an audit log"), "{said}");
    assert_eq!(office.run(&[&RUN[..], &["in.ndjson", "--audit", "log"]].concat()).2, 0);
    assert_eq!(office.run(&["classify", "--domain", "small", "{\"id\":\"1\"}"]).2, 2);
}
