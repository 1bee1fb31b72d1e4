//! Finds a code by its text: a hash table of places in the file, open addressing.

use super::layout::numbers;
use super::layout::small;
use crate::model::ids::CodeId;
use zerocopy::little_endian::U32;

/// Packs the table: at least half of it is free, so that a search ends soon.
pub(super) fn pack<'a>(codes: impl ExactSizeIterator<Item = &'a str>) -> Vec<u8> {
    let size = (codes.len() * 2).next_power_of_two().max(2);
    let mut table = vec![0_u32; size];
    for (place, code) in codes.enumerate() {
        let mut slot = slot(code, size);
        while table.get(slot).is_some_and(|taken| *taken != 0) {
            slot = (slot + 1) & (size - 1);
        }
        if let Some(free) = table.get_mut(slot) {
            *free = small(place) + 1;
        }
    }
    numbers(table.into_iter())
}

/// A code by its text; case, blanks around and dots do not matter unless two codes differ in nothing else.
///
/// Where two codes have the very same text (a block of one category is called like it), the lower one in the hierarchy
/// is meant.
pub(super) fn find<'a>(table: &[U32], codes: impl Fn(CodeId) -> &'a [u8], code: &str) -> Option<CodeId> {
    let code = code.trim();
    if code.is_empty() || !table.len().is_power_of_two() {
        return None;
    }
    let mut slot = slot(code, table.len());
    let (mut exact, mut alike, mut several) = (None, None, false);
    for _ in 0..table.len() {
        let taken = table.get(slot).and_then(|taken| CodeId::from_stored(taken.get().checked_sub(1)?));
        let Some(id) = taken else { break };
        let known = codes(id);
        if known == code.as_bytes() {
            exact = exact.max(Some(id));
        } else if is_alike(known, code) {
            several |= alike.is_some_and(|other: CodeId| codes(other) != known);
            alike = alike.max(Some(id));
        }
        slot = (slot + 1) & (table.len() - 1);
    }
    exact.or(if several { None } else { alike })
}

fn is_alike(known: &[u8], code: &str) -> bool {
    if known.is_ascii() && code.is_ascii() {
        return key(known).eq(key(code.as_bytes()));
    }
    let known = std::str::from_utf8(known).unwrap_or("");
    wide_key(known).eq(wide_key(code))
}

fn key(code: &[u8]) -> impl Iterator<Item = u8> {
    code.iter().filter(|byte| **byte != b'.').map(u8::to_ascii_uppercase)
}

fn wide_key(code: &str) -> impl Iterator<Item = char> {
    code.chars().filter(|sign| *sign != '.').flat_map(char::to_uppercase)
}

/// FNV-1a over the key, its bits mixed once more because the table takes the low ones.
fn slot(code: &str, size: usize) -> usize {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let start = 0xcbf2_9ce4_8422_2325;
    let hash = if code.is_ascii() {
        key(code.as_bytes()).fold(start, step)
    } else {
        let mut buffer = [0; 4];
        wide_key(code).fold(start, |hash, sign| sign.encode_utf8(&mut buffer).bytes().fold(hash, step))
    };
    let mixed = (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    usize::try_from((mixed >> 17) & (size as u64 - 1)).unwrap_or(0)
}
