//! What stands under what: worked out once when a registry is written, asked as ranges when it is read.

use super::layout::NONE;
use super::layout::RelationRow;
use super::layout::numbers;
use super::layout::small;
use crate::model::content::CodeLabel;
use crate::model::content::CodeSet;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use zerocopy::IntoBytes;

/// Items of few codes: code, bytes.
type Items = Vec<(u32, Vec<u8>)>;

/// For each code the last place of what is below it.
///
/// # Errors
///
/// Says which code stands wrong when the codes are not in pre-order of the main hierarchy, or a place is out of range.
pub(super) fn ends(set: &CodeSet) -> Result<Vec<u32>, String> {
    let count = small(set.codes.len());
    let mut ends: Vec<u32> = (0..count).collect();
    let mut open: Vec<u32> = Vec::new();
    for (place, code) in (0..count).zip(&set.codes) {
        let parent = code.parents.first().copied().unwrap_or(NONE);
        while open.last().is_some_and(|top| *top != parent) {
            open.pop();
        }
        if parent != NONE && open.is_empty() {
            return Err(format!("code `{}` does not follow what it stands under", code.code));
        }
        for above in &open {
            if let Some(end) = ends.get_mut(*above as usize) {
                *end = place;
            }
        }
        open.push(place);
        if code.parents.iter().any(|parent| *parent >= count) {
            return Err(format!("code `{}` has a parent that does not exist", code.code));
        }
    }
    check_rounds(set)?;
    Ok(ends)
}

/// Further parents could lead round in a circle; the main ones cannot, since a parent stands before its children.
fn check_rounds(set: &CodeSet) -> Result<(), String> {
    let further = |code: &crate::model::content::Code| code.parents.len() > 1;
    for (place, code) in set.codes.iter().enumerate().filter(|(_, code)| further(code)) {
        let above = above(set, small(place));
        if code.parents.iter().any(|parent| *parent == small(place)) || above.contains(&small(place)) {
            return Err(format!("code `{}` stands under itself", code.code));
        }
    }
    Ok(())
}

/// All that a code stands under, by any parent, without itself unless it stands under itself.
fn above(set: &CodeSet, code: u32) -> BTreeSet<u32> {
    let mut seen = BTreeSet::new();
    let mut open = vec![code];
    while let Some(place) = open.pop() {
        for parent in set.codes.get(place as usize).map_or(&[][..], |code| &code.parents) {
            if seen.insert(*parent) {
                open.push(*parent);
            }
        }
    }
    seen
}

/// The labels of each code, its own and those of what it is under, in ascending order.
pub(super) fn labels(set: &CodeSet) -> Vec<Vec<CodeLabel>> {
    let multiple = set.codes.iter().any(|code| code.parents.len() > 1);
    let mut out: Vec<Vec<CodeLabel>> = Vec::with_capacity(set.codes.len());
    for (place, code) in set.codes.iter().enumerate() {
        let mut labels: BTreeSet<CodeLabel> = code.labels.iter().copied().collect();
        if multiple {
            for above in above(set, small(place)) {
                labels.extend(set.codes.get(above as usize).map_or(&[][..], |code| &code.labels));
            }
        } else if let Some(inherited) = code.parents.first().and_then(|parent| out.get(*parent as usize)) {
            labels.extend(inherited);
        }
        out.push(labels.into_iter().collect());
    }
    out
}

/// Further parents by code, and the codes that have one as a further parent.
pub(super) fn further(set: &CodeSet) -> (Items, Items) {
    let mut parents = Vec::new();
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (place, code) in set.codes.iter().enumerate() {
        let more = code.parents.get(1..).unwrap_or(&[]);
        if !more.is_empty() {
            parents.push((small(place), numbers(more.iter().copied())));
        }
        for parent in more {
            children.entry(*parent).or_default().push(small(place));
        }
    }
    let children = children.into_iter().map(|(parent, codes)| (parent, numbers(codes.into_iter()))).collect();
    (parents, children)
}

/// The relations, by code.
pub(super) fn relation_rows(set: &CodeSet) -> Vec<u8> {
    let mut out = Vec::new();
    for (place, code) in set.codes.iter().enumerate() {
        for (relation, from, to) in &code.relations {
            let row = RelationRow {
                code: small(place).into(),
                relation: u32::from(*relation).into(),
                from: (*from).into(),
                to: (*to).into(),
            };
            out.extend_from_slice(row.as_bytes());
        }
    }
    out
}
