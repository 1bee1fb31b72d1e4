//! Opens a registry: maps the file, refuses what is old, cut or damaged, and reads little more than its table of sections.

use super::crosswalks::Target;
use super::crosswalks::Walk;
use super::error::Error;
use super::layout;
use super::layout::Header;
use super::layout::Kind;
use super::layout::NOBODY;
use super::layout::SET_KINDS;
use super::layout::Section;
use super::meta::Meta;
use super::verified::front_sum;
use super::verified::is_remembered;
use super::verified::note_use;
use super::verified::remember_verified;
use crate::files::Mapped;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use crate::model::program::Domain;
use crate::model::program::Shared;
use crate::text::names_file::NameLists;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::io::Seek;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use zerocopy::FromBytes;
use zerocopy::IntoBytes;

/// An opened registry. Cheap to share between threads.
pub struct Registry {
    path: String,
    map: Mapped,
    id: String,
    /// Of all registries that this process opens, which one it is.
    pub(super) serial: u64,
    stamp: [u8; 32],
    sets: Vec<Set>,
    nothing: Set,
    domains: Vec<Stored>,
    walks: Vec<Range<usize>>,
    pub(super) pairs_at: Vec<Range<usize>>,
    shared_at: Range<usize>,
    shared: OnceLock<Shared>,
    names_at: Range<usize>,
    vectors_at: Range<usize>,
    names: Result<Arc<NameLists>, String>,
}

fn next_serial() -> u64 {
    static OPENED: AtomicU64 = AtomicU64::new(0);
    OPENED.fetch_add(1, Ordering::Relaxed)
}

/// Where a domain is, and what it says once it was asked for.
struct Stored {
    name: String,
    bytes: Range<usize>,
    decoded: OnceLock<Arc<Domain>>,
}

/// Where the columns of a code set are.
#[derive(Default)]
pub(super) struct Set {
    pub meta: Meta,
    columns: [Range<usize>; SET_KINDS],
    /// Some code has more than one parent.
    pub is_multiple: bool,
    /// The codes of each name, made when somebody asks; only of a small set.
    pub named: OnceLock<HashMap<String, Vec<CodeId>>>,
}

const WRONG_SUM: &str = "damaged: its check sum is wrong";

impl Registry {
    /// Opens and maps a registry file; refuses what is old, cut or damaged.
    ///
    /// The sum over the whole file is checked once: a small file beside it (`.verified`) remembers which file (length,
    /// time of change, number) that was.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if it cannot be read, [`Error::Unfit`] if it is none of ours, of another version, cut or damaged.
    pub fn open(path: &Path) -> Result<Registry, Error> {
        let failed = |source| Error::File { path: path.display().to_string(), source };
        let file = File::open(path).map_err(failed)?;
        let map = Mapped::new(&file).map_err(failed)?;
        let unfit = |why: &str| Error::Unfit { path: path.display().to_string(), why: why.to_owned() };
        let (header, table) = front(&map).map_err(unfit)?;
        if is_remembered(path, &file) {
            note_use(path);
        } else {
            check_content(&file, header, table.as_bytes().len()).map_err(unfit)?;
            remember_verified(path);
        }
        let (header, table) = (*header, table.to_vec());
        Registry::mapped(path.display().to_string(), map, &header, &table)?.with_names(&file)
    }

    /// Like [`Registry::open`], and checks the sum over the whole file each time: for a file that came from elsewhere.
    /// Nothing is written beside it.
    ///
    /// # Errors
    ///
    /// As [`Registry::open`].
    pub fn open_checked(path: &Path) -> Result<Registry, Error> {
        let failed = |source| Error::File { path: path.display().to_string(), source };
        let unfit = |why: &str| Error::Unfit { path: path.display().to_string(), why: why.to_owned() };
        let is_file = std::fs::metadata(path).map_err(failed)?.is_file();
        if !is_file {
            return Err(unfit("not a registry: no regular file"));
        }
        let file = File::open(path).map_err(failed)?;
        let map = Mapped::new(&file).map_err(failed)?;
        let (header, table) = front(&map).map_err(unfit)?;
        check_content(&file, header, table.as_bytes().len()).map_err(unfit)?;
        let (header, table) = (*header, table.to_vec());
        Registry::mapped(path.display().to_string(), map, &header, &table)?.with_names(&file)
    }

    /// A registry that is in memory: its file, whole. The sum over all of it is checked.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if there is no memory for it, [`Error::Unfit`] if it is none, cut or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Registry, Error> {
        let path = "the registry in memory".to_owned();
        let map = Mapped::copy(bytes).map_err(|source| Error::File { path: path.clone(), source })?;
        let unfit = |why: &str| Error::Unfit { path: path.clone(), why: why.to_owned() };
        let (header, table) = front(&map).map_err(unfit)?;
        let content = bytes.get(size_of::<Header>() + table.as_bytes().len()..).unwrap_or_default();
        if *blake3::hash(content).as_bytes() != header.content {
            return Err(unfit(WRONG_SUM));
        }
        let (header, table) = (*header, table.to_vec());
        let mut registry = Registry::mapped(path.clone(), map, &header, &table)?;
        if !registry.names_at.is_empty() {
            let part = Mapped::copy(registry.bytes(&registry.names_at));
            registry.take_names(part.map_err(|source| Error::File { path, source })?)?;
        }
        Ok(registry)
    }

    /// Maps the lists of names once more by themselves, so that redactors can hold them.
    fn with_names(mut self, file: &File) -> Result<Registry, Error> {
        if !self.names_at.is_empty() {
            let part = Mapped::part(file, &self.names_at);
            let part = part.map_err(|source| Error::File { path: self.path.clone(), source })?;
            self.take_names(part)?;
        }
        Ok(self)
    }

    fn take_names(&mut self, part: Mapped) -> Result<(), Error> {
        let names = NameLists::mapped(part).ok_or_else(|| self.unfit("damaged: the lists of names cannot be read"))?;
        self.names = Ok(Arc::new(names));
        Ok(())
    }

    fn mapped(path: String, map: Mapped, header: &Header, table: &[Section]) -> Result<Registry, Error> {
        let mut registry = Registry {
            path,
            map,
            id: format!("blake3:{}", blake3::Hash::from(header.content).to_hex()),
            serial: next_serial(),
            stamp: header.stamp,
            sets: Vec::new(),
            nothing: Set::default(),
            domains: Vec::new(),
            walks: Vec::new(),
            pairs_at: Vec::new(),
            shared_at: 0..0,
            shared: OnceLock::new(),
            names_at: 0..0,
            vectors_at: 0..0,
            names: Ok(Arc::default()),
        };
        registry.place(table)?;
        Ok(registry)
    }

    /// A registry without anything in it, for scripts that are read and not run.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if there is no memory for it.
    pub fn empty() -> Result<Registry, Error> {
        let failed = |source| Error::File { path: "an empty registry".to_owned(), source };
        let map = Mapped::empty().map_err(failed)?;
        Ok(Registry {
            path: String::new(),
            map,
            id: String::new(),
            serial: next_serial(),
            stamp: [0; 32],
            sets: Vec::new(),
            nothing: Set::default(),
            domains: Vec::new(),
            walks: Vec::new(),
            pairs_at: Vec::new(),
            shared_at: 0..0,
            shared: OnceLock::new(),
            names_at: 0..0,
            vectors_at: 0..0,
            names: Ok(Arc::default()),
        })
    }

    /// `blake3:…` of its content.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Hash of the definitions and releases it was made from.
    pub fn stamp(&self) -> [u8; 32] {
        self.stamp
    }

    /// What all domains share; decoded at the first call.
    pub fn shared(&self) -> Result<&Shared, Error> {
        if self.shared.get().is_none() {
            let decoded = self.decoded(&self.shared_at, "what the domains share")?;
            let _ = self.shared.set(decoded);
        }
        self.shared.get().ok_or_else(|| self.unfit("what the domains share cannot be read"))
    }

    /// The lists of names that were installed when it was built; empty if there were none.
    ///
    /// # Errors
    ///
    /// [`Error::Unfit`] if there were some that could not be read: without them less would be masked.
    pub fn names(&self) -> Result<Arc<NameLists>, Error> {
        self.names.clone().map_err(|why| self.unfit(&format!("built without its lists of names: {why}")))
    }

    /// Whether a word, or the stem of one, is in the list of words of the language that was installed when it was built.
    pub(super) fn is_language(&self, folded: &str, stem: &str) -> bool {
        // A stem may have lost its last letter: `scrap` of `scraped`.
        let has =
            |names: &NameLists| names.has_word(folded) || names.has_word(stem) || names.has_word(&format!("{stem}e"));
        self.names.as_deref().is_ok_and(has)
    }

    /// The text model of a code set; empty if it has none.
    pub fn model(&self, set: SetId) -> &[u8] {
        self.column(self.set_at(set), Kind::Model)
    }

    /// The word vectors that text models were trained with; empty if there are none.
    pub fn vectors(&self) -> &[u8] {
        self.bytes(&self.vectors_at)
    }

    /// One domain, decoded at the first call; `None` if there is none of that name.
    pub fn domain(&self, name: &str) -> Result<Option<Arc<Domain>>, Error> {
        let Some(stored) = self.domains.iter().find(|stored| stored.name == name) else { return Ok(None) };
        if stored.decoded.get().is_none() {
            let decoded = Arc::new(self.decoded(&stored.bytes, "a domain")?);
            let _ = stored.decoded.set(decoded);
        }
        Ok(stored.decoded.get().map(Arc::clone))
    }

    /// Names of the domains, by place.
    pub fn domain_names(&self) -> impl Iterator<Item = &str> {
        self.domains.iter().map(|stored| stored.name.as_str())
    }

    /// The code set of a name.
    pub fn set(&self, name: &str) -> Option<SetId> {
        SetId::find(&self.sets, |set| set.meta.name == name)
    }

    /// The code set that a domain means by a name: its own form of one of the domain that it extends, or the one of that name.
    pub fn set_of(&self, domain: &Domain, name: &str) -> Option<SetId> {
        let own = domain.sets.iter().copied().find(|set| self.codes(*set).name() == name);
        own.or_else(|| self.set(name))
    }

    /// All code sets, in order.
    pub fn sets(&self) -> impl Iterator<Item = SetId> + use<> {
        SetId::first(self.sets.len())
    }

    /// Targets of a code in another set. A crosswalk of the other direction is read backwards where none leads there.
    pub fn map(&self, from: SetId, code: CodeId, to: SetId, on: Day) -> Vec<Target> {
        let (from, to) = (Some(from), Some(to));
        let walks = || self.walks.iter().filter_map(|range| Walk::read(self.bytes(range)));
        let forward: Vec<Walk<'_>> = walks().filter(|walk| walk.from == from && walk.to == to).collect();
        if forward.is_empty() {
            let backward = walks().filter(|walk| walk.from == to && walk.to == from);
            return backward.flat_map(|walk| walk.sources(code, on).collect::<Vec<_>>()).collect();
        }
        forward.into_iter().flat_map(|walk| walk.targets(code, on).collect::<Vec<_>>()).collect()
    }

    /// Code sets that some crosswalk leads to from this one, in either direction.
    pub fn mapped_sets(&self, from: SetId) -> Vec<SetId> {
        let from = Some(from);
        let walks = self.walks.iter().filter_map(|range| Walk::read(self.bytes(range)));
        let other = |walk: Walk<'_>| match (walk.from == from, walk.to == from) {
            (true, _) => walk.to,
            (_, true) => walk.from,
            _ => None,
        };
        let mut out: Vec<SetId> = walks.filter_map(other).collect();
        out.sort_unstable();
        out.dedup();
        out
    }

    /// Where the columns of a code set are; those of an empty set for a place out of range.
    pub(super) fn set_at(&self, set: SetId) -> &Set {
        set.get(&self.sets).unwrap_or(&self.nothing)
    }

    pub(super) fn bytes(&self, range: &Range<usize>) -> &[u8] {
        self.map.get(range.clone()).unwrap_or(&[])
    }

    fn place(&mut self, table: &[Section]) -> Result<(), Error> {
        let (mut names, mut domains) = (Vec::new(), Vec::new());
        for section in table {
            let range = range(section).filter(|range| range.end <= self.map.len());
            let range = range.ok_or_else(|| self.unfit("a section lies outside the file"))?;
            let (kind, owner) = (section.kind.get(), section.owner.get());
            if owner == NOBODY && kind == Kind::Shared as u32 {
                self.shared_at = range;
            } else if owner == NOBODY && kind == Kind::DomainNames as u32 {
                names = self.decoded(&range, "the names of the domains")?;
            } else if owner == NOBODY && kind == Kind::Crosswalk as u32 {
                self.walks.push(range);
            } else if owner == NOBODY && kind == Kind::Pairs as u32 {
                self.pairs_at.push(range);
            } else if owner == NOBODY && kind == Kind::Names as u32 {
                self.names_at = range;
            } else if owner == NOBODY && kind == Kind::Vectors as u32 {
                self.vectors_at = range;
            } else if owner == NOBODY && kind == Kind::NamesUnreadable as u32 {
                self.names = Err(String::from_utf8_lossy(self.bytes(&range)).into_owned());
            } else if kind == Kind::Domain as u32 {
                domains.push(range);
            } else if kind == Kind::Meta as u32 {
                let meta = self.decoded(&range, "a code set")?;
                self.sets.push(Set { meta, ..Set::default() });
            } else if let Some(set) = self.sets.get_mut(owner as usize)
                && let Some(column) = set.columns.get_mut(kind as usize)
            {
                *column = range;
            }
        }
        let stored = |(name, bytes)| Stored { name, bytes, decoded: OnceLock::new() };
        if let Some(error) = self.sets.len().checked_sub(1).and_then(|last| SetId::try_from(last).err()) {
            return Err(self.unfit(&error.to_string()));
        }
        self.domains = names.into_iter().zip(domains).map(stored).collect();
        for place in 0..self.sets.len() {
            let further = self.sets.get(place).map_or(&[][..], |set| self.column(set, Kind::MoreParents));
            let is_multiple = !layout::Sparse::new(further).is_empty();
            if let Some(set) = self.sets.get_mut(place) {
                set.is_multiple = is_multiple;
            }
        }
        Ok(())
    }

    pub(super) fn column<'a>(&'a self, set: &Set, kind: Kind) -> &'a [u8] {
        set.columns.get(kind as usize).map_or(&[], |range| self.bytes(range))
    }

    fn decoded<T: DeserializeOwned>(&self, range: &Range<usize>, what: &str) -> Result<T, Error> {
        postcard::from_bytes(self.bytes(range)).map_err(|_| self.unfit(&format!("{what} cannot be read")))
    }

    fn unfit(&self, why: &str) -> Error {
        Error::Unfit { path: self.path.clone(), why: why.to_owned() }
    }
}

/// Whether a file that begins so is a registry, of whatever version.
pub fn is_registry(first: &[u8]) -> bool {
    first.starts_with(&layout::MAGIC)
}

fn range(section: &Section) -> Option<Range<usize>> {
    let from = usize::try_from(section.offset.get()).ok()?;
    Some(from..from.checked_add(usize::try_from(section.length.get()).ok()?)?)
}

fn front(bytes: &[u8]) -> Result<(&Header, &[Section]), &'static str> {
    let (header, rest) = Header::ref_from_prefix(bytes).map_err(|_| "not a registry: too short")?;
    if header.magic != layout::MAGIC {
        return Err("not a registry");
    }
    if header.version.get() != layout::VERSION {
        return Err("a registry of another version of this program; build it again");
    }
    if header.length.get() != bytes.len() as u64 {
        return Err("cut or damaged: its length is not what its header says");
    }
    let size = (header.sections.get() as usize).checked_mul(size_of::<Section>());
    let table = size.and_then(|size| rest.get(..size)).ok_or("damaged: its table of sections is cut")?;
    let mut blank = *header;
    blank.front = [0; 32];
    if front_sum(&blank, table) != header.front {
        return Err("damaged: the check sum of its header is wrong");
    }
    let table = <[Section]>::ref_from_bytes(table).map_err(|_| "damaged: its table of sections is cut")?;
    Ok((header, table))
}

/// Reads the file in pieces instead of through the map, so that its pages do not stay in memory.
fn check_content(file: &File, header: &Header, table: usize) -> Result<(), &'static str> {
    let start = (size_of::<Header>() + table) as u64;
    let mut file = file;
    let mut hasher = blake3::Hasher::new();
    let mut piece = vec![0; 1 << 18];
    file.seek(std::io::SeekFrom::Start(start)).map_err(|_| "cannot be read")?;
    loop {
        let count = file.read(&mut piece).map_err(|_| "cannot be read")?;
        let Some(read) = piece.get(..count).filter(|read| !read.is_empty()) else { break };
        hasher.update(read);
    }
    if *hasher.finalize().as_bytes() == header.content { Ok(()) } else { Err(WRONG_SUM) }
}
