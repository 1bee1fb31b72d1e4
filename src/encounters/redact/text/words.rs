//! What each word can be: classes of words from the lists of `domains/shared` and, where installed, large name lists.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::hash::Hasher;
use std::path::Path;
use std::path::PathBuf;

use crate::encounters::redact::Error;

/// What a word can be, as bits.
pub(super) mod class {
    /// A given name that many bear.
    pub const GIVEN: u32 = 1;
    /// A given name.
    pub const RARE_GIVEN: u32 = 1 << 1;
    /// A surname that many bear.
    pub const SURNAME: u32 = 1 << 2;
    /// A surname.
    pub const RARE_SURNAME: u32 = 1 << 3;
    /// A word of the language.
    pub const WORD: u32 = 1 << 4;
    /// A town.
    pub const TOWN: u32 = 1 << 5;
    /// A country, a state, a region.
    pub const LAND: u32 = 1 << 6;
    /// The first word of a place of several words.
    pub const PLACE_BEGINS: u32 = 1 << 7;
    /// `mr`, `dr`: a name follows.
    pub const TITLE: u32 = 1 << 8;
    /// A month, or its short form.
    pub const MONTH: u32 = 1 << 9;
    /// A day of the week.
    pub const WEEKDAY: u32 = 1 << 10;
    /// `hospital`, `clinic`.
    pub const FACILITY: u32 = 1 << 11;
    /// `street`, `avenue`.
    pub const STREET: u32 = 1 << 12;
    /// `apt`, `suite`.
    pub const UNIT: u32 = 1 << 13;
    /// `inc`, `ltd`.
    pub const FIRM: u32 = 1 << 14;
    /// `patient`, `witness`: a name may follow.
    pub const ROLE: u32 = 1 << 15;
    /// Capitalised and yet no name.
    pub const NO_NAME: u32 = 1 << 16;
    /// `disease`, `syndrome`: the word before is no person.
    pub const EPONYM: u32 = 1 << 17;
    /// The two letters of a state.
    pub const STATE_CODE: u32 = 1 << 18;
    /// `van`, `de`: inside a name.
    pub const PARTICLE: u32 = 1 << 19;
    /// `in`, `from`: a place may follow.
    pub const PLACE_CUE: u32 = 1 << 20;
    /// `said`, `called`: a person did it.
    pub const SPEAKS: u32 = 1 << 21;
    /// A people or a language: no place, no name.
    pub const PEOPLE: u32 = 1 << 22;
    /// `rue`, `via`: a street follows.
    pub const STREET_BEGINS: u32 = 1 << 23;
    /// A word in frequent use.
    pub const COMMON: u32 = 1 << 24;
    /// `lake`, `mount`: part of the name of a place.
    pub const LANDSCAPE: u32 = 1 << 25;
    /// `Jr`, `MD`: ends a name.
    pub const SUFFIX: u32 = 1 << 26;
    /// Somebody after whom a disease is named: alone it is the disease.
    pub const EPONYM_OF: u32 = 1 << 27;
}

/// Names of lists in `domains/shared` and the class their words have.
const LISTS: &[(&str, u32)] = &[
    ("given-names", class::GIVEN),
    ("surnames", class::SURNAME),
    ("common-words", class::WORD | class::COMMON),
    ("towns", class::TOWN),
    ("lands", class::LAND),
    ("state-codes", class::STATE_CODE),
    ("titles", class::TITLE),
    ("months", class::MONTH),
    ("weekdays", class::WEEKDAY),
    ("facility-words", class::FACILITY),
    ("street-words", class::STREET),
    ("street-beginnings", class::STREET_BEGINS),
    ("unit-words", class::UNIT),
    ("firm-words", class::FIRM),
    ("role-words", class::ROLE),
    ("no-names", class::NO_NAME),
    ("eponym-nouns", class::EPONYM),
    ("name-particles", class::PARTICLE),
    ("place-cues", class::PLACE_CUE),
    ("speaking-words", class::SPEAKS),
    ("peoples", class::PEOPLE),
    ("landscape-words", class::LANDSCAPE),
    ("name-suffixes", class::SUFFIX),
    ("eponyms", class::EPONYM_OF),
];

/// Hashes of words and what they can be.
#[derive(Default)]
pub(super) struct Words {
    classes: HashMap<u64, u32, BuildHasherDefault<Same>>,
    /// Endings of words that are no names.
    endings: Vec<String>,
}

/// Keys are hashes already.
#[derive(Default)]
pub(super) struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {}
    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

impl Words {
    /// The word lists of `domains/shared`.
    pub fn from_lists(lists: &[(String, Vec<String>)]) -> Words {
        let mut words = Words::default();
        for (name, members) in lists {
            if name == "no-name-endings" {
                words.endings.clone_from(members);
            }
            let Some((_, class)) = LISTS.iter().find(|list| list.0 == name) else { continue };
            for member in members {
                words.add(member, *class);
            }
        }
        words
    }

    /// What a hash stands for.
    pub fn of(&self, hash: u64) -> u32 {
        self.classes.get(&hash).copied().unwrap_or(0)
    }

    /// Whether a word in lower case ends as technical words do, after a stem of some letters.
    pub fn has_technical_ending(&self, word: &str, stem: usize) -> bool {
        self.endings.iter().any(|ending| word.len() >= ending.len() + stem && word.ends_with(ending.as_str()))
    }

    fn add(&mut self, text: &str, class: u32) {
        *self.classes.entry(hash(text)).or_default() |= class;
        if let Some((first, _)) = text.trim().split_once([' ', '-'])
            && class & (class::TOWN | class::LAND) != 0
        {
            *self.classes.entry(hash(first)).or_default() |= class::PLACE_BEGINS;
        }
    }
}

/// The hash of a text in lower case, blanks and hyphens alike, dots and apostrophes left out.
pub(super) fn hash(text: &str) -> u64 {
    let mut sum = Sum::default();
    sum.text(text.trim());
    sum.finish()
}

/// A hash that is made word by word.
#[derive(Clone, Copy)]
pub(super) struct Sum(u64);

impl Default for Sum {
    fn default() -> Sum {
        Sum(0xcbf2_9ce4_8422_2325)
    }
}

impl Sum {
    /// Adds a text.
    pub fn text(&mut self, text: &str) {
        if text.is_ascii() {
            text.bytes().for_each(|byte| self.byte(byte.to_ascii_lowercase()));
        } else {
            for c in text.chars().flat_map(char::to_lowercase) {
                if c != '’' {
                    c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| self.byte(byte));
                }
            }
        }
    }

    /// Adds the blank between two words.
    pub fn blank(&mut self) {
        self.byte(b' ');
    }

    fn byte(&mut self, byte: u8) {
        let byte = match byte {
            b'-' => b' ',
            b'\'' | b'.' => return,
            byte => byte,
        };
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }

    /// The hash.
    pub fn finish(self) -> u64 {
        self.0 ^ self.0 >> 29
    }
}

/// Large name lists, installed beside the program (`privacy/gazetteers`): given names, surnames, towns, words.
#[derive(Default)]
pub struct NameLists {
    words: Words,
}

impl NameLists {
    /// Reads what is there of the large lists among some files. With a file to keep them in they are read from there
    /// the next time, unless a list has changed.
    ///
    /// # Errors
    /// If a list is there and cannot be read.
    pub fn load(files: &[PathBuf], kept: Option<&Path>) -> Result<NameLists, Error> {
        let of = |name: &str| files.iter().find(|path| path.file_name().is_some_and(|it| it == name));
        let found: Vec<(&PathBuf, Reader)> = FILES.iter().filter_map(|(name, read)| Some((of(name)?, *read))).collect();
        if found.is_empty() {
            return Ok(NameLists::default());
        }
        let stamp = stamp(&found);
        if let Some(lists) = kept.and_then(|file| NameLists::open(file, stamp)) {
            return Ok(lists);
        }
        let mut lists = NameLists::default();
        for (path, read) in found {
            let text = unpack(path).map_err(|source| Error::Names { path: path.display().to_string(), source })?;
            for line in text.lines() {
                let mut columns = line.split('\t');
                let name = columns.next().unwrap_or("");
                let (second, third) = (columns.next().unwrap_or(""), columns.next().unwrap_or(""));
                let class = read(second, third);
                if name.chars().count() > 1 && class != 0 {
                    lists.words.add(name, class);
                }
            }
        }
        if let Some(file) = kept {
            lists.keep(file, stamp);
        }
        Ok(lists)
    }

    /// Whether there is anything in them.
    pub fn is_empty(&self) -> bool {
        self.words.classes.is_empty()
    }

    pub(super) fn of(&self, hash: u64) -> u32 {
        self.words.of(hash)
    }

    fn open(file: &Path, stamp: u64) -> Option<NameLists> {
        let bytes = std::fs::read(file).ok()?;
        let (head, rows) = bytes.split_at_checked(8)?;
        if u64::from_le_bytes(head.try_into().ok()?) != stamp || rows.len() % 12 != 0 {
            return None;
        }
        let mut lists = NameLists::default();
        lists.words.classes.reserve(rows.len() / 12);
        for row in rows.chunks_exact(12) {
            let (hash, class) = row.split_at_checked(8)?;
            let hash = u64::from_le_bytes(hash.try_into().ok()?);
            lists.words.classes.insert(hash, u32::from_le_bytes(class.try_into().ok()?));
        }
        Some(lists)
    }

    /// A file that cannot be written is no error: the lists are read anew the next time.
    #[expect(clippy::iter_over_hash_type, reason = "the rows are sorted before they are written")]
    fn keep(&self, file: &Path, stamp: u64) {
        let mut rows: Vec<(u64, u32)> = Vec::with_capacity(self.words.classes.len());
        for (hash, class) in &self.words.classes {
            rows.push((*hash, *class));
        }
        rows.sort_unstable();
        let mut bytes = stamp.to_le_bytes().to_vec();
        for (hash, class) in rows {
            bytes.extend_from_slice(&hash.to_le_bytes());
            bytes.extend_from_slice(&class.to_le_bytes());
        }
        let fresh = file.with_extension(format!("{}.part", std::process::id()));
        if std::fs::write(&fresh, bytes).is_ok() && std::fs::rename(&fresh, file).is_err() {
            let _ = std::fs::remove_file(&fresh);
        }
    }
}

type Reader = fn(&str, &str) -> u32;

/// The files and how a line of each says what its first column is.
const FILES: &[(&str, Reader)] = &[
    ("given-us-1990.tsv.gz", |_, share| if number(share) >= 0.012 { class::GIVEN } else { class::RARE_GIVEN }),
    ("given-us-ssa.tsv.gz", |_, most| match number(most) {
        births if births >= 1500.0 => class::GIVEN,
        births if births >= 20.0 => class::RARE_GIVEN,
        _ => 0,
    }),
    ("given-by-country.tsv.gz", |_, _| class::RARE_GIVEN),
    ("surnames-us-1990.tsv.gz", |_, rank| if number(rank) <= 2500.0 { class::SURNAME } else { class::RARE_SURNAME }),
    ("surnames-us-2010.txt.gz", |_, _| class::RARE_SURNAME),
    ("surnames-by-country.tsv.gz", |_, _| class::RARE_SURNAME),
    ("cities-us.tsv.gz", |_, _| class::TOWN),
    ("cities-world.tsv.gz", |_, _| class::TOWN),
    ("words-en.txt.gz", |_, _| class::WORD),
];

fn number(text: &str) -> f64 {
    text.trim().parse().unwrap_or(0.0)
}

/// Changes when a list does: names, sizes and times of the files, and the way they are read here.
fn stamp(files: &[(&PathBuf, Reader)]) -> u64 {
    const READING: &str = "3";
    let mut sum = Sum::default();
    sum.text(READING);
    for (path, _) in files {
        if let Ok(about) = std::fs::metadata(path) {
            let time = about.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
            sum.text(&format!("{} {} {}", path.display(), about.len(), time.map_or(0, |time| time.as_secs())));
        }
    }
    sum.finish()
}

fn unpack(path: &Path) -> Result<String, std::io::Error> {
    let mut text = String::new();
    let file = std::io::BufReader::new(std::fs::File::open(path)?);
    std::io::Read::read_to_string(&mut flate2::bufread::MultiGzDecoder::new(file), &mut text)?;
    Ok(text)
}
