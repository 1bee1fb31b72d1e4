//! The audit log: nothing that was acknowledged is lost, nothing that is changed goes unseen, and where it cannot be
//! written nothing is acknowledged.

#![expect(clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod office;
mod stores;

use std::collections::BTreeSet;
use std::io::BufReader;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use tencode::audit::Access;
use tencode::audit::Entry;
use tencode::audit::Error;
use tencode::audit::Keys;
use tencode::audit::Log;
use tencode::audit::Note;
use tencode::audit::Outcome;
use tencode::audit::Proof;
use tencode::audit::Public;
use tencode::audit::Report;
use tencode::audit::Rows;
use tencode::audit::Secret;
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
        actor_is: Proof::Claimed,
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

fn check(path: &Path, notes: &[Note]) -> Report {
    check_with(path, &secret().keys(), notes)
}

fn check_with(path: &Path, keys: &Keys, notes: &[Note]) -> Report {
    let mut file = BufReader::new(std::fs::File::open(path).unwrap());
    tencode::audit::verify(&mut file, keys, notes, &mut |_| Ok(())).unwrap()
}

/// The checkpoint of a log.
fn note(path: &Path) -> Note {
    check(path, &[]).checkpoint(&secret()).unwrap()
}

/// The numbers of all rows that say `shown`.
fn numbers(path: &Path) -> BTreeSet<u64> {
    let mut numbers = BTreeSet::new();
    let mut file = BufReader::new(std::fs::File::open(path).unwrap());
    let report = tencode::audit::verify(&mut file, &secret().keys(), &[], &mut |row| {
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
    assert!(matches!(Secret::open(&key), Err(Error::Key(_))));
}

/// Each of 1,000 changed bytes is found, and the row it stands in is named.
#[test]
fn a_changed_byte_is_found_where_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let path = some(&folder);
    let whole = std::fs::read(&path).unwrap();
    let mut chance = Chance(0x5eed);
    let half = Keys::from(&secret().public());
    for round in 0..1000 {
        // Whoever has only the public half of the key finds it too.
        let keys = if round % 2 == 0 { secret().keys() } else { half.clone() };
        let (at, flip) = (chance.below(whole.len()), chance.below(255) + 1);
        let mut changed = whole.clone();
        changed[at] ^= u8::try_from(flip).unwrap();
        let row = whole[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        let report = tencode::audit::verify(&mut changed.as_slice(), &keys, &[], &mut |_| Ok(())).unwrap();
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
    let head = Note::read(&note(&path).to_string()).unwrap();
    assert_eq!(head, note(&path));
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
    let own = check_with(&path, &Keys::default(), &[]);
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
        (r#""mac":""#, r#""mac":"0"#),
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

/// Rows that somebody writes, changes, takes out or moves without the key: each is named, and what is good is not.
#[test]
fn every_wrong_row_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = some(&folder);
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let named = |lines: &[String], keys: &Keys| -> (Vec<u64>, Vec<(u64, u64)>) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let report = tencode::audit::verify(&mut text.as_bytes(), keys, &[], &mut |_| Ok(())).unwrap();
        (report.faults.iter().map(|fault| fault.row).collect(), report.not_vouched)
    };
    let keys = secret().keys();
    let mut chance = Chance(0xf0f0);
    for round in 0..200 {
        let at = 2 + chance.below(40);
        let row = at as u64 + 1;
        // One row changed: it and no other.
        let mut changed = lines.clone();
        changed[at] = changed[at].replacen(r#""seq":"#, r#""seq": "#, 1);
        assert_eq!(named(&changed, &keys), (vec![row], vec![(row, row)]), "round {round}");
        // One put in, as it was once written: it and no other.
        let mut longer = lines.clone();
        longer.insert(at, lines[chance.below(at - 1)].clone());
        assert_eq!(named(&longer, &keys).0, vec![row], "round {round}");
        // One taken out: the one behind does not follow.
        let mut shorter = lines.clone();
        shorter.remove(at);
        assert_eq!(named(&shorter, &keys).0[0], row, "round {round}");
        // Two changed places.
        let mut swapped = lines.clone();
        swapped.swap(at, at + 1);
        assert_eq!(named(&swapped, &keys).0[0], row, "round {round}");
    }
}

/// The last group written anew by somebody without the key, with a chain that fits.
#[test]
fn a_last_group_written_anew_is_found_and_never_signed() {
    let folder = tempfile::tempdir().unwrap();
    let path = some(&folder);
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let forged = folder.path().join("forged.audit");
    let times = Mutex::new(0_u64);
    // The same log with the last group by another key: all fits but codes and signature.
    let kept: String = lines.iter().take(46).map(|line| format!("{line}\n")).collect();
    std::fs::write(&path, &kept).unwrap();
    for end in [46, 47, 50] {
        let mut other = Log::open(&forged, Secret::of(&[8; 32]), move || 4_000_000_000_000).unwrap();
        other.commit(&rows(90, 4)).unwrap();
        let foreign = std::fs::read_to_string(&forged).unwrap();
        let bad: String = foreign.lines().skip(1).take(end - 45).map(|line| format!("{line}\n")).collect();
        std::fs::write(&path, format!("{kept}{bad}")).unwrap();
        let report = check(&path, &[]);
        assert_eq!(report.fault.map(|fault| fault.row), Some(47));
        assert_eq!(report.not_vouched.first().map(|rows| rows.0), Some(47));
        assert!(open(&path).is_err(), "nothing is written on it");
        *times.lock().unwrap() += 1;
    }
    assert_eq!(times.into_inner().unwrap(), 3);
}

/// A checkpoint is a signed note as C2SP has it.
#[test]
fn a_checkpoint_is_a_signed_note() {
    let folder = tempfile::tempdir().unwrap();
    let path = some(&folder);
    let text = note(&path).to_string();
    let lines: Vec<&str> = text.split('\n').collect();
    assert_eq!((lines.len(), lines[1], lines[3], lines[5]), (6, "51", "", ""));
    assert!(lines[0].starts_with("tencode-audit/") && lines[4].starts_with(&format!("\u{2014} {} ", lines[0])));
    // The root by the definition of RFC 6962, from the rows themselves.
    let rows = std::fs::read_to_string(&path).unwrap();
    let leaves: Vec<[u8; 32]> = rows.lines().map(|line| sha(&[&[0], line.as_bytes()])).collect();
    assert_eq!(lines[2], base64(&root(&leaves)));
    // Somebody else's signature below changes nothing; a changed size or root does.
    let signed = format!("{text}\u{2014} witness.example/w AAAAAAAA\n");
    let both = Note::read(&signed).unwrap();
    assert_eq!((both.signatures(), both.to_string()), (2, signed));
    assert_eq!(check(&path, &[both]).fault, None);
    for (from, to) in [("\n51\n", "\n50\n"), ("tencode-audit/", "tencode-audit/0"), (lines[2], &base64(&[7; 32]))] {
        let other = Note::read(&text.replace(from, to)).unwrap();
        assert!(check(&path, &[other]).fault.is_some(), "{to}");
    }
    for bad in ["", "x\n1\n\n", &text.replace("\n51\n", "\n051\n"), &text.replace('\u{2014}', "-")] {
        assert!(Note::read(bad).is_err(), "{bad}");
    }
    let key = note(&path).key(&secret().public());
    assert_eq!(tencode::audit::read_key(&key), Some(secret().public()));
    assert_eq!(tencode::audit::read_key(&key.replace('+', "+0")), None);
}

fn sha(parts: &[&[u8]]) -> [u8; 32] {
    use sha2::Digest;
    parts.iter().fold(sha2::Sha256::new(), sha2::Digest::chain_update).finalize().into()
}

fn root(leaves: &[[u8; 32]]) -> [u8; 32] {
    if let [leaf] = leaves {
        return *leaf;
    }
    let half = leaves.len().next_power_of_two() / 2;
    sha(&[&[1], &root(&leaves[..half]), &root(&leaves[half..])])
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
