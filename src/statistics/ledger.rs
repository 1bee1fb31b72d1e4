//! What an audience has been told already, so that a question asked in parts is answered like one asked whole.
//!
//! One folder for each audience and record, one file for each answer: a line of JSON, and twelve bytes for each encounter
//! (a keyed mark and the place of its cell). An answer is kept before it is given.

use super::agree::Question;
use super::error::Error;
use super::hide::Answer;
use super::hide::Net;
use super::joint::Told;
use super::rule::Rule;
use super::table::Table;
use serde::Deserialize;
use serde::Serialize;
use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

/// What was told before.
pub struct Ledger {
    folder: PathBuf,
}

/// An answer, and what it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// What is shown.
    pub answer: Answer,
    /// The same was asked before: this is what was answered then.
    pub is_repeated: bool,
    /// Earlier answers about some of the same encounters.
    pub before: usize,
    /// Nothing can be shown without saying, together with earlier answers, what may not be said.
    pub is_withheld: bool,
}

/// The first line of a file.
#[derive(Serialize, Deserialize)]
struct Kept {
    by: Vec<String>,
    under: u64,
    complement: bool,
    stamp: String,
    /// For each thing it is counted by the number of each cell's value.
    values: Vec<Vec<u32>>,
    /// Counts shown, by their place in the table with its sums.
    places: Vec<usize>,
    /// Those that are not even listed.
    unlisted: Vec<usize>,
    shown: Vec<Vec<u32>>,
    hidden: Vec<Vec<u32>>,
    is_withheld: bool,
}

/// Whether a file that begins so is an answer of a ledger.
pub fn is_ledger(first: &[u8]) -> bool {
    first.starts_with(br#"{"by":["#)
}

struct Release {
    kept: Kept,
    members: Vec<(u64, u32)>,
}

impl Release {
    fn told(&self) -> Told<'_> {
        let Kept { by, values, shown, hidden, .. } = &self.kept;
        Told { by, values, members: &self.members, shown, hidden }
    }
}

impl Ledger {
    /// The ledger in a folder, which is made when it is needed.
    pub fn new(folder: PathBuf) -> Ledger {
        Ledger { folder }
    }

    /// Answers a question and remembers the answer.
    ///
    /// # Errors
    /// If the ledger cannot be read or written: then nothing may be shown.
    pub fn answer(&self, table: &Table, by: &[String], rule: Rule) -> Result<Answered, Error> {
        let failed = |source| Error::Ledger { path: self.folder.display().to_string(), source };
        std::fs::create_dir_all(&self.folder).map_err(failed)?;
        let lock = File::create(self.folder.join("lock")).map_err(failed)?;
        lock.lock().map_err(failed)?;
        let releases = self.releases().map_err(failed)?;
        let stamp: String = table.stamp().iter().map(|byte| format!("{byte:02x}")).collect();
        let is_same = |it: &&Release| {
            it.kept.stamp == stamp
                && it.kept.by == by
                && (it.kept.under, it.kept.complement) == (rule.under, rule.complement)
        };
        let mut net = Net::new(table);
        if let Some(same) = releases.iter().find(is_same) {
            net.show_only(&same.kept.places);
            same.kept.unlisted.iter().for_each(|place| net.unlist(*place));
            let is_withheld = same.kept.is_withheld;
            let answer = if is_withheld { Answer::default() } else { net.answer(table) };
            return Ok(Answered { answer, is_repeated: true, before: 0, is_withheld });
        }
        let before = touching(&releases, table);
        if before.is_empty() || !rule.complement {
            net.hide_alone(rule);
        } else {
            let before: Vec<Told<'_>> = before.iter().map(|it| it.told()).collect();
            Question { table, by, rule, before: &before }.decide(&mut net);
        }
        let places = net.shown_places();
        let is_withheld = places.is_empty() && !table.members.is_empty();
        let (shown, hidden) = if is_withheld { (Vec::new(), Vec::new()) } else { net.told() };
        let Rule { under, complement } = rule;
        let (values, unlisted) = (table.values(), net.unlisted());
        let kept =
            Kept { by: by.to_vec(), under, complement, stamp, values, places, unlisted, shown, hidden, is_withheld };
        self.keep(releases.len(), &kept, &table.members).map_err(failed)?;
        let answer = if is_withheld { Answer::default() } else { net.answer(table) };
        Ok(Answered { answer, is_repeated: false, before: before.len(), is_withheld })
    }

    fn path(&self, number: usize) -> PathBuf {
        self.folder.join(format!("{number:06}.answer"))
    }

    fn releases(&self) -> io::Result<Vec<Release>> {
        let mut releases = Vec::new();
        loop {
            match std::fs::read(self.path(releases.len())) {
                Ok(bytes) => releases.push(read(&bytes).ok_or(io::ErrorKind::InvalidData)?),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(releases),
                Err(error) => return Err(error),
            }
        }
    }

    fn keep(&self, number: usize, kept: &Kept, members: &[(u64, u32)]) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(kept)?;
        bytes.push(b'\n');
        for (mark, cell) in members {
            bytes.extend_from_slice(&mark.to_le_bytes());
            bytes.extend_from_slice(&cell.to_le_bytes());
        }
        let beside = self.folder.join("new");
        let mut options = File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, self.path(number))?;
        sync_folder(&self.folder)
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn read(bytes: &[u8]) -> Option<Release> {
    let at = bytes.iter().position(|byte| *byte == b'\n')?;
    let (line, rest) = bytes.split_at_checked(at)?;
    let kept = serde_json::from_slice(line).ok()?;
    let mut members = Vec::new();
    let pairs = rest.get(1..)?.chunks_exact(12);
    if !pairs.remainder().is_empty() {
        return None;
    }
    for pair in pairs {
        let (mark, cell) = pair.split_at_checked(8)?;
        members.push((u64::from_le_bytes(mark.try_into().ok()?), u32::from_le_bytes(cell.try_into().ok()?)));
    }
    Some(Release { kept, members })
}

/// The releases that speak of some of the encounters, or of some that such a release speaks of.
fn touching<'a>(releases: &'a [Release], table: &Table) -> Vec<&'a Release> {
    let mut marks: HashSet<u64> = table.members.iter().map(|it| it.0).collect();
    let mut apart: Vec<&Release> = releases.iter().filter(|it| !it.kept.is_withheld).collect();
    let mut touching = Vec::new();
    while let Some(place) = apart.iter().position(|it| it.members.iter().any(|(mark, _)| marks.contains(mark))) {
        let release = apart.remove(place);
        marks.extend(release.members.iter().map(|it| it.0));
        touching.push(release);
    }
    touching
}
