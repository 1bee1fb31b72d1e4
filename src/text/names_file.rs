//! Large name lists, installed beside the program: given names, surnames, towns, words of the language. A build reads them
//! into a table of hashes, which is part of the registry and mapped with it.

use super::Error;
use super::hashing::hash_word;
use super::words::class;
use super::words::classes;
use crate::files;
use crate::files::Mapped;
use std::collections::HashMap;
use std::path::Path;
use std::path::PathBuf;
use zerocopy::FromBytes;
use zerocopy::IntoBytes;

/// What the large lists say of a word.
///
/// A table of 2^n slots, a slot being the hash of a word with its lowest byte replaced by what the word can be; 0 is a
/// free slot. A word stands in the first free slot from where its highest bits point.
#[derive(Default)]
pub struct NameLists {
    slots: Slots,
    /// 64 - n.
    shift: u32,
}

#[derive(Default)]
enum Slots {
    #[default]
    None,
    Made(Vec<u64>),
    Mapped(Mapped),
}

/// A word is no further from its place than this; a file where one is was not made here.
const MOST_STEPS: usize = 128;
const CLASSES: u64 = 0xff;

impl NameLists {
    /// Reads what is there of the large lists among some files.
    ///
    /// # Errors
    /// If a list is there and cannot be read.
    pub fn load(files: &[PathBuf]) -> Result<NameLists, Error> {
        let slots = slots(files)?;
        Ok(if slots.is_empty() {
            NameLists::default()
        } else {
            NameLists { shift: shift(slots.len()), slots: Slots::Made(slots) }
        })
    }

    /// The lists as bytes, for [`NameLists::mapped`]; none if there is no list among the files.
    ///
    /// # Errors
    /// If a list is there and cannot be read.
    pub fn packed(files: &[PathBuf]) -> Result<Vec<u8>, Error> {
        Ok(slots(files)?.as_bytes().to_vec())
    }

    /// The lists whose bytes these are; `None` if they are none.
    pub fn mapped(map: Mapped) -> Option<NameLists> {
        let count = slots_of(&map).len();
        let is_table = count.is_power_of_two() && count > 1;
        is_table.then(|| NameLists { shift: shift(count), slots: Slots::Mapped(map) })
    }

    /// The files that are read of some, in order.
    pub fn among(files: &[PathBuf]) -> Vec<&Path> {
        found(files).into_iter().map(|(path, _)| path).collect()
    }

    /// Whether a file of this name, packed or not, is one of the large lists.
    pub fn knows(file_name: &str) -> bool {
        let bare = file_name.strip_suffix(".gz").unwrap_or(file_name);
        FILES.iter().any(|(name, _)| *name == bare)
    }

    /// Whether there is anything in them.
    pub fn is_empty(&self) -> bool {
        matches!(self.slots, Slots::None)
    }

    /// Whether a word in lower case is one of the language.
    pub fn has_word(&self, word: &str) -> bool {
        self.of(hash_word(word)) & class::WORD != 0
    }

    /// What a hash stands for.
    pub(crate) fn of(&self, sum: u64) -> u64 {
        let slots = match &self.slots {
            Slots::None => return 0,
            Slots::Made(slots) => slots.as_slice(),
            Slots::Mapped(map) => slots_of(map),
        };
        let mut place = place_of(sum, self.shift);
        for _ in 0..MOST_STEPS {
            match slots.get(place) {
                Some(0) | None => return 0,
                Some(slot) if (slot ^ sum) & !CLASSES == 0 => return slot & CLASSES,
                Some(_) => place = (place + 1) & (slots.len() - 1),
            }
        }
        0
    }
}

fn slots_of(map: &[u8]) -> &[u64] {
    <[u64]>::ref_from_bytes(map).unwrap_or_default()
}

/// Where the highest bits of a hash point.
fn place_of(sum: u64, shift: u32) -> usize {
    usize::try_from(sum >> shift).unwrap_or(usize::MAX)
}

fn shift(slots: usize) -> u32 {
    64 - slots.trailing_zeros()
}

/// The lists among some files, packed or not, and how each is read.
fn found(files: &[PathBuf]) -> Vec<(&Path, Reader)> {
    let of = |name: &str| files.iter().find(|path| path.file_name().is_some_and(|it| it == name));
    let packed = |name: &str| of(&format!("{name}.gz")).or_else(|| of(name));
    FILES.iter().filter_map(|(name, read)| Some((packed(name)?.as_path(), *read))).collect()
}

/// The table of the lists among some files; empty if there is none.
fn slots(files: &[PathBuf]) -> Result<Vec<u64>, Error> {
    let found = found(files);
    if found.is_empty() { Ok(Vec::new()) } else { Ok(table(&read(&found)?)) }
}

/// The classes of all words of the lists.
fn read(found: &[(&Path, Reader)]) -> Result<HashMap<u64, u64>, Error> {
    let mut words: HashMap<u64, u64> = HashMap::new();
    for (path, read) in found {
        let text = text(path).map_err(|source| Error { path: path.display().to_string(), source })?;
        for line in text.lines() {
            let mut columns = line.split('\t');
            let name = columns.next().unwrap_or("");
            let (second, third) = (columns.next().unwrap_or(""), columns.next().unwrap_or(""));
            let class = read(name, second, third);
            if name.chars().count() > 1 && class != 0 {
                classes(name, class, |sum, class| *words.entry(sum).or_default() |= class);
            }
        }
    }
    Ok(words)
}

/// The table of words, at most three quarters full. The order of its words depends on their hashes only.
#[expect(clippy::iter_over_hash_type, reason = "the rows are sorted before they are used")]
fn table(words: &HashMap<u64, u64>) -> Vec<u64> {
    let mut rows: Vec<(u64, u64)> = Vec::with_capacity(words.len());
    for (sum, class) in words {
        rows.push((*sum, *class));
    }
    rows.sort_unstable();
    let mut slots = vec![0_u64; (rows.len() * 4 / 3 + 2).next_power_of_two()];
    let (shift, mask) = (shift(slots.len()), slots.len() - 1);
    for (sum, class) in rows {
        let mut place = place_of(sum, shift);
        while slots.get(place).is_some_and(|slot| *slot != 0) {
            place = (place + 1) & mask;
        }
        if let Some(slot) = slots.get_mut(place) {
            *slot = sum & !CLASSES | class & CLASSES;
        }
    }
    slots
}

/// What a line says of its first column, by its three columns.
type Reader = fn(&str, &str, &str) -> u64;

/// The files, packed or not, and how a line of each says what its first column is.
const FILES: &[(&str, Reader)] = &[
    ("given-us-1990.tsv", |_, _, share| if number(share) >= 0.012 { class::GIVEN } else { class::RARE_GIVEN }),
    ("given-us-ssa.tsv", |_, _, most| match number(most) {
        births if births >= 1500.0 => class::GIVEN,
        births if births >= 20.0 => class::RARE_GIVEN,
        _ => 0,
    }),
    ("given-by-country.tsv", |_, _, _| class::RARE_GIVEN),
    ("surnames-us-1990.tsv", |_, _, rank| if number(rank) <= 2500.0 { class::SURNAME } else { class::RARE_SURNAME }),
    ("surnames-us-2010.txt", |_, _, _| class::RARE_SURNAME),
    ("surnames-by-country.tsv", |_, _, _| class::RARE_SURNAME),
    ("cities-us.tsv", |_, _, _| class::TOWN),
    ("cities-world.tsv", |_, _, _| class::TOWN),
    // A hospital of one word is named as a town or a person is.
    ("hospitals-us.txt", |name, _, _| if name.contains(' ') { class::LAND } else { 0 }),
    ("words-en.txt", |_, _, _| class::WORD),
];

fn number(text: &str) -> f64 {
    text.trim().parse().unwrap_or(0.0)
}

fn text(path: &Path) -> std::io::Result<String> {
    let bytes = files::read(path).map_err(|error| match error {
        files::Error::File { source, .. } => source,
        files::Error::Packed(_) => std::io::Error::other(error),
    })?;
    String::from_utf8(bytes).map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidData, error))
}
