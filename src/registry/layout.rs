//! How the file is laid out: a header, a table of sections, the sections. All numbers are little-endian.
//!
//! A reader trusts nothing: each access is checked against the length of its section, so that a damaged file gives
//! wrong answers at worst, never a crash.

use zerocopy::FromBytes;
use zerocopy::Immutable;
use zerocopy::IntoBytes;
use zerocopy::KnownLayout;
use zerocopy::Unaligned;
use zerocopy::little_endian::I32;
use zerocopy::little_endian::U32;
use zerocopy::little_endian::U64;

/// The first bytes of every registry.
pub(super) const MAGIC: [u8; 8] = *b"tencode\n";
/// Goes up with every change of the layout.
pub(super) const VERSION: u32 = 21;
/// Stands for "none" in a column of places.
pub(super) const NONE: u32 = u32::MAX;
/// Owner of a section that belongs to no code set.
pub(super) const NOBODY: u32 = u32::MAX;

/// The header.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct Header {
    pub magic: [u8; 8],
    pub version: U32,
    /// Number of sections.
    pub sections: U32,
    /// Bytes of the whole file.
    pub length: U64,
    /// Hash of the definitions and releases it was made from.
    pub stamp: [u8; 32],
    /// blake3 of everything after the table of sections.
    pub content: [u8; 32],
    /// blake3 of the header (with this field zero) and the table of sections.
    pub front: [u8; 32],
}

/// One line of the table of sections.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct Section {
    pub kind: U32,
    /// Place of the code set, or `NOBODY`.
    pub owner: U32,
    pub offset: U64,
    pub length: U64,
}

/// What a section holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Kind {
    /// Postcard of `Meta`.
    Meta,
    /// `CodeRow`, by code.
    Rows,
    /// Sparse: the codes that are too long for their row.
    LongCodes,
    /// The titles, one behind the other.
    Titles,
    /// Lists of `SpanRow`.
    SpanLists,
    /// Lists of `LabelRow`.
    LabelLists,
    /// Sparse: more parents, numbers.
    MoreParents,
    /// Sparse: codes that have this one as a further parent, numbers.
    MoreChildren,
    /// Sparse: postcard of `Details`.
    Details,
    /// Sparse: postcard of `Vec<(PropertyId, Literal)>`.
    Properties,
    /// Sparse: postcard of `Vec<(PropertyId, Literal, Days)>`.
    DatedProperties,
    /// `RelationRow`, by code.
    Relations,
    /// Numbers: a hash table of places + 1, 0 is free.
    Finder,
    /// The dictionary of words: an fst from word to place in `Postings`.
    Words,
    /// Lists of delta-coded entries.
    Postings,
    /// `EntryRow`, by entry.
    Entries,
    /// An fst from phrase (stems with a blank between) to code and field.
    Phrases,
    /// Packed: an fst from short form to its position, the lists of what short forms stand for, word choices.
    Wording,
    /// The text model of the set, as `learn` packs it.
    Model,
    /// Postcard of `Shared`.
    Shared,
    /// Postcard of one `Domain`; owner is its place.
    Domain,
    /// Postcard of the names of the domains.
    DomainNames,
    /// A crosswalk: `WalkHead`, `WalkRow`s, texts.
    Crosswalk,
    /// The lists of names, as `text` packs them.
    Names,
    /// Why there are no lists of names although some are installed: a text.
    NamesUnreadable,
    /// Word vectors that the text models were trained with, as `learn` packs them.
    Vectors,
    /// A table of pairs, as `pairs` packs it.
    Pairs,
}

/// Number of kinds that belong to a code set: they come first.
pub(super) const SET_KINDS: usize = Kind::Shared as usize;

/// What is asked most of a code, side by side: it lies in one or two lines of memory, and on one page.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct CodeRow {
    /// The code as published, filled up with zeros; all zero where it is longer: then it stands in `LongCodes`.
    pub code: [u8; SHORT],
    /// Where its title starts. It ends where that of the next code starts; behind the last row stands one more.
    pub title: U32,
    /// The main parent, or `NONE`.
    pub parent: U32,
    /// The last place of the codes below (main hierarchy).
    pub end: U32,
    /// Which list of `SpanLists`.
    pub spans: U32,
    /// Which list of `LabelLists`; inherited labels are in it.
    pub labels: U32,
    /// 1 where the code may be recorded itself.
    pub is_assignable: U32,
}

/// Bytes of a code that stands in its row.
pub(super) const SHORT: usize = 8;

impl CodeRow {
    /// The code, if it is short enough to stand here.
    pub fn short(&self) -> Option<&[u8]> {
        let length = self.code.iter().position(|byte| *byte == 0).unwrap_or(SHORT);
        self.code.get(..length).filter(|code| !code.is_empty())
    }
}

/// A span of validity. `i32::MIN` and `i32::MAX` stand for open ends.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub(super) struct SpanRow {
    pub from: [u8; 4],
    pub to: [u8; 4],
    pub is_assignable: u8,
    pub unused: [u8; 3],
}

impl SpanRow {
    /// First day, as days since 1970-01-01.
    pub fn first(&self) -> i32 {
        i32::from_le_bytes(self.from)
    }
    /// Last day, as days since 1970-01-01.
    pub fn last(&self) -> i32 {
        i32::from_le_bytes(self.to)
    }
}

/// A label of a code, and the days on which it has it.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct LabelRow {
    pub label: U32,
    pub from: [u8; 4],
    pub to: [u8; 4],
}

impl LabelRow {
    /// First day, as days since 1970-01-01.
    pub fn first(&self) -> i32 {
        i32::from_le_bytes(self.from)
    }
    /// Last day, as days since 1970-01-01.
    pub fn last(&self) -> i32 {
        i32::from_le_bytes(self.to)
    }
}

/// A relation that a code states.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct RelationRow {
    pub code: U32,
    pub relation: U32,
    pub from: U32,
    pub to: U32,
}

/// An entry of the search index.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct EntryRow {
    pub code: U32,
    /// Which field it is: title, synonym, index entry, short title.
    pub field: u8,
    /// Number of different words, 255 at most.
    pub words: u8,
    /// The weight of the words it needs, times 16.
    pub weight: [u8; 2],
    /// Number of words that may be left out.
    pub spare: u8,
    pub unused: [u8; 3],
}

impl EntryRow {
    /// The weight of all its words.
    pub fn weight(&self) -> f32 {
        f32::from(u16::from_le_bytes(self.weight)) / 16.0
    }
}

/// Head of a crosswalk.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct WalkHead {
    pub from: U32,
    pub to: U32,
    pub rows: U32,
}

/// A line of a crosswalk, by source.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct WalkRow {
    pub from: U32,
    pub to: U32,
    pub since: I32,
    pub until: I32,
    /// Where the condition starts in the texts after the rows, and its length.
    pub condition: U32,
    pub condition_length: U32,
    pub group: U32,
    pub kind: U32,
}

/// Texts or lists of rows packed behind their offsets: `count`, `count + 1` offsets in bytes, bytes.
pub(super) struct Packed<'a> {
    offsets: &'a [U32],
    bytes: &'a [u8],
}

impl<'a> Packed<'a> {
    /// Reads a section; one that is damaged reads as empty.
    pub fn new(section: &'a [u8]) -> Packed<'a> {
        Packed::read(section).unwrap_or(Packed { offsets: &[], bytes: &[] })
    }

    fn read(section: &'a [u8]) -> Option<Packed<'a>> {
        let (count, rest) = U32::ref_from_prefix(section).ok()?;
        let size = (count.get() as usize).checked_add(1)?.checked_mul(4)?;
        let (offsets, bytes) = rest.split_at_checked(size)?;
        Some(Packed { offsets: <[U32]>::ref_from_bytes(offsets).ok()?, bytes })
    }

    /// One item; empty if there is none.
    pub fn get(&self, place: usize) -> &'a [u8] {
        let bounds = || Some((self.offsets.get(place)?.get() as usize, self.offsets.get(place + 1)?.get() as usize));
        bounds().and_then(|(from, to)| self.bytes.get(from..to)).unwrap_or(&[])
    }

    /// The bytes of a section that [`Packed::new`] reads.
    pub fn pack<I: AsRef<[u8]>>(items: impl Iterator<Item = I>) -> Vec<u8> {
        let (mut offsets, mut bytes) = (vec![0_u32], Vec::new());
        for item in items {
            bytes.extend_from_slice(item.as_ref());
            offsets.push(small(bytes.len()));
        }
        let mut out = Vec::with_capacity(4 + offsets.len() * 4 + bytes.len());
        out.extend(small(offsets.len() - 1).to_le_bytes());
        offsets.iter().for_each(|offset| out.extend(offset.to_le_bytes()));
        out.extend(bytes);
        out
    }
}

/// Items of few codes: a packed list of key and item, by key.
pub(super) struct Sparse<'a> {
    keys: &'a [U32],
    items: Packed<'a>,
}

impl<'a> Sparse<'a> {
    /// Reads a section; one that is damaged reads as empty.
    pub fn new(section: &'a [u8]) -> Sparse<'a> {
        Sparse::read(section).unwrap_or(Sparse { keys: &[], items: Packed { offsets: &[], bytes: &[] } })
    }

    fn read(section: &'a [u8]) -> Option<Sparse<'a>> {
        let (count, rest) = U32::ref_from_prefix(section).ok()?;
        let (keys, items) = rest.split_at_checked((count.get() as usize).checked_mul(4)?)?;
        Some(Sparse { keys: <[U32]>::ref_from_bytes(keys).ok()?, items: Packed::new(items) })
    }

    /// The item of a key; empty if it has none.
    pub fn get(&self, key: u32) -> &'a [u8] {
        self.keys.binary_search_by_key(&key, |key| key.get()).map_or(&[], |place| self.items.get(place))
    }

    /// Whether no key has an item.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Packs keys, which have to ascend, and their items. Nothing for no items: such a section is not written.
    pub fn pack(items: &[(u32, Vec<u8>)]) -> Vec<u8> {
        if items.is_empty() {
            return Vec::new();
        }
        let mut out = small(items.len()).to_le_bytes().to_vec();
        items.iter().for_each(|(key, _)| out.extend(key.to_le_bytes()));
        out.extend(Packed::pack(items.iter().map(|(_, item)| item)));
        out
    }
}

/// Packs numbers.
pub(super) fn numbers(items: impl Iterator<Item = u32>) -> Vec<u8> {
    items.flat_map(u32::to_le_bytes).collect()
}

/// Reads numbers; a section that is damaged reads as empty.
pub(super) fn read_numbers(section: &[u8]) -> &[U32] {
    <[U32]>::ref_from_bytes(section).unwrap_or(&[])
}

/// A length or position as it stands in the file.
///
/// Invariant: it counts items or bytes of the section in which it is written, each item at least a byte, and a section
/// longer than 4 GiB is refused before it is written. So what does not fit here is never read.
pub(super) fn small(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
