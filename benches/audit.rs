//! Rows into the audit log: on a disk with one sync a group, and without the disk.
#![expect(clippy::unwrap_used, reason = "a bench")]

use divan::Bencher;
use divan::counter::BytesCount;
use divan::counter::ItemsCount;
use std::io;
use std::io::BufReader;
use tencode::audit::Access;
use tencode::audit::Entry;
use tencode::audit::Log;
use tencode::audit::Outcome;
use tencode::audit::Rows;
use tencode::audit::Secret;
use tencode::audit::Store;
use tencode::audit::Tokens;
use tencode::audit::Trail;

fn main() {
    divan::main();
}

fn access() -> Access {
    Access {
        command: "run",
        actor: "jo".to_owned(),
        actor_is: tencode::audit::Proof::Proved,
        uid: Some(1000),
        audience: "public".to_owned(),
        purpose: "public".to_owned(),
        reason: None,
        policy: "public@3".to_owned(),
        registry: "blake3:0123456789abcdef".to_owned(),
        domain: "law-enforcement".to_owned(),
        record: "call".to_owned(),
    }
}

fn rows(count: u64) -> Rows {
    let (access, tokens, mut rows) = (access(), Tokens::new(&[1; 32]), Rows::default());
    for number in 0..count {
        let mut entry = Entry::new(Outcome::Shown);
        (entry.line, entry.subject) = (Some(number), Some(tokens.token("d", "r", &number.to_string())));
        entry.code("call-types");
        entry.did("mask", "person");
        entry.did("remove", "address");
        rows.push(&access, &entry);
    }
    rows
}

/// Keeps nothing: what is left is text, hash and signature.
#[derive(Default)]
struct Nowhere(u64);

impl Store for Nowhere {
    fn lock(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn unlock(&mut self) {}
    fn length(&mut self) -> io::Result<u64> {
        Ok(self.0)
    }
    fn read(&mut self, _: u64, _: u64) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }
    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.0 = at + bytes.len() as u64;
        Ok(())
    }
    fn cut(&mut self, at: u64) -> io::Result<()> {
        self.0 = at;
        Ok(())
    }
    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a row costs before the log sees it.
#[divan::bench]
fn text_of_1000_rows(bencher: Bencher<'_, '_>) {
    bencher.counter(ItemsCount::new(1000_usize)).bench_local(|| rows(1000).len());
}

/// Number, time, hash and signature.
#[divan::bench(args = [1, 1000])]
fn seal(bencher: Bencher<'_, '_>, group: u64) {
    let store = Box::new(Nowhere::default());
    let mut log = Log::on(store, "nowhere".to_owned(), Secret::of(&[1; 32]), || 0).unwrap();
    let rows = rows(group);
    bencher.counter(ItemsCount::new(group)).bench_local(|| log.commit(&rows).unwrap());
}

/// The same with the disk: one write and one sync a group.
#[divan::bench(args = [1, 100, 1000, 4000])]
fn commit(bencher: Bencher<'_, '_>, group: u64) {
    let folder = tempfile::tempdir().unwrap();
    let mut log = Log::open(&folder.path().join("it.audit"), Secret::of(&[1; 32]), || 0).unwrap();
    let rows = rows(group);
    bencher.counter(ItemsCount::new(group)).bench_local(|| log.commit(&rows).unwrap());
}

/// A log of 100,000 rows, from its first to its last.
#[divan::bench(sample_count = 5)]
fn verify(bencher: Bencher<'_, '_>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it.audit");
    let mut log = Log::open(&path, Secret::of(&[1; 32]), || 0).unwrap();
    for _ in 0..100 {
        log.commit(&rows(1000)).unwrap();
    }
    let bytes = std::fs::metadata(&path).unwrap().len();
    bencher.counter(ItemsCount::new(100_000_usize)).counter(BytesCount::new(bytes)).bench_local(|| {
        let mut file = BufReader::new(std::fs::File::open(&path).unwrap());
        let report = tencode::audit::verify(&mut file, &Secret::of(&[1; 32]).keys(), &[], &mut |_| Ok(())).unwrap();
        assert!(report.is_whole());
    });
}
