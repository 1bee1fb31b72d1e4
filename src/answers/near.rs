//! Codes that are one slip of the hand or the eye away from what was typed.

use crate::model::ids::SetId;
use crate::registry::Registry;
use std::iter::zip;

/// Most codes that are named.
const MOST: usize = 5;
/// Codes of fewer signs are all near each other.
const SHORTEST: usize = 3;
/// Letters and digits that are taken for each other.
const ALIKE: &[(u8, u8)] = &[(b'O', b'0'), (b'I', b'1'), (b'L', b'1'), (b'S', b'5'), (b'B', b'8'), (b'Z', b'2')];

/// What separates a code from what was typed, the likeliest slip first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Slip {
    /// Signs that look alike.
    Alike,
    /// Two signs that change places.
    Swapped,
    /// A sign too many.
    Added,
    /// A sign too few.
    Dropped,
    /// Another sign.
    Other,
}

/// The codes nearest to what was typed, the likeliest first. Case, blanks and dots do not matter.
pub fn codes<'r>(registry: &'r Registry, sets: &[SetId], typed: &str) -> Vec<&'r str> {
    let typed = signs(typed);
    if typed.len() < SHORTEST {
        return Vec::new();
    }
    let mut near: Vec<(Slip, &str)> = Vec::new();
    for set in sets {
        let codes = registry.codes(*set);
        let all = codes.all().map(|code| codes.code(code));
        near.extend(all.filter_map(|code| Some((slip(&typed, &signs(code))?, code))));
    }
    near.sort_unstable();
    let first = near.first().map(|(slip, _)| *slip);
    // Where a slip of the eye explains it, nothing else is worth naming.
    let is_worth = |it: &(Slip, &str)| first != Some(Slip::Alike) || it.0 == Slip::Alike;
    let mut named: Vec<&str> = near.into_iter().filter(is_worth).map(|(_, code)| code).collect();
    named.dedup();
    named.truncate(MOST);
    named
}

fn signs(code: &str) -> Vec<u8> {
    code.bytes().filter(|byte| !matches!(byte, b'.' | b' ')).map(|byte| byte.to_ascii_uppercase()).collect()
}

/// The one slip between two codes; `None` if they are the same or further apart.
fn slip(typed: &[u8], code: &[u8]) -> Option<Slip> {
    if typed.len() == code.len() {
        let differing: Vec<(u8, u8)> = zip(typed, code).filter(|(a, b)| a != b).map(|(a, b)| (*a, *b)).collect();
        let is_alike = |(a, b): &(u8, u8)| ALIKE.contains(&(*a, *b)) || ALIKE.contains(&(*b, *a));
        return match differing.as_slice() {
            [] => None,
            all if all.iter().all(is_alike) => Some(Slip::Alike),
            [_] => Some(Slip::Other),
            [(a, b), (c, d)] if a == d && b == c && is_swapped(typed, code) => Some(Slip::Swapped),
            _ => None,
        };
    }
    if typed.len() == code.len() + 1 {
        return is_one_more(typed, code).then_some(Slip::Added);
    }
    (typed.len() + 1 == code.len() && is_one_more(code, typed)).then_some(Slip::Dropped)
}

/// The two signs that differ stand beside each other.
fn is_swapped(typed: &[u8], code: &[u8]) -> bool {
    let mut places = zip(typed, code).enumerate().filter(|(_, (a, b))| a != b).map(|(place, _)| place);
    matches!((places.next(), places.next()), (Some(first), Some(second)) if second == first + 1)
}

/// The longer one is the shorter one with a sign added.
fn is_one_more(longer: &[u8], shorter: &[u8]) -> bool {
    let same = zip(longer, shorter).take_while(|(a, b)| a == b).count();
    longer.get(same + 1..) == shorter.get(same..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_told_and_two_are_not() {
        let told = |typed: &str, code: &str| slip(&signs(typed), &signs(code));
        assert_eq!(told("g4o.909", "G40.909"), Some(Slip::Alike));
        assert_eq!(told("F32.9X", "F32.9"), Some(Slip::Added));
        assert_eq!(told("S09.90A", "S09.90XA"), Some(Slip::Dropped));
        assert_eq!(told("E11.56", "E11.65"), Some(Slip::Swapped));
        assert_eq!(told("E11.8", "E11.9"), Some(Slip::Other));
        for (typed, code) in [("E11.9", "E11.9"), ("E11.9", "E12.8"), ("E11", "E11.65"), ("A1B2", "B1A2")] {
            assert_eq!(told(typed, code), None, "{typed} {code}");
        }
    }

    #[test]
    fn a_law_every_single_slip_is_told() {
        let mut random = fastrand::Rng::with_seed(5);
        for _ in 0..300 {
            let code: Vec<u8> = (0..random.usize(3..9)).map(|_| random.u8(b'A'..=b'Z')).collect();
            let at = random.usize(0..code.len());
            let (mut dropped, mut added) = (code.clone(), code.clone());
            dropped.remove(at);
            added.insert(at, random.u8(b'A'..=b'Z'));
            assert_eq!(slip(&dropped, &code), Some(Slip::Dropped));
            assert_eq!(slip(&added, &code), Some(Slip::Added));
        }
    }
}
