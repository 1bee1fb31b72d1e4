//! What stands under what: worked out once when a registry is written, asked as ranges when it is read.

use super::layout::RelationRow;
use super::layout::numbers;
use crate::model::content::CodeLabel;
use crate::model::content::CodeSet;
use crate::model::ids::CodeId;
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
pub(super) fn ends(set: &CodeSet) -> Result<Vec<CodeId>, String> {
    if let Some(last) = set.codes.len().checked_sub(1) {
        CodeId::try_from(last).map_err(|error| error.to_string())?;
    }
    let mut ends: Vec<CodeId> = CodeId::first(set.codes.len()).collect();
    let mut open: Vec<CodeId> = Vec::new();
    for (id, code) in CodeId::numbered(&set.codes) {
        let parent = code.parents.first().copied();
        while open.last().is_some_and(|top| Some(*top) != parent) {
            open.pop();
        }
        if parent.is_some() && open.is_empty() {
            return Err(format!("code `{}` does not follow what it stands under", code.code));
        }
        for above in &open {
            if let Some(end) = above.get_mut(&mut ends) {
                *end = id;
            }
        }
        open.push(id);
        if code.parents.iter().any(|parent| parent.index() >= set.codes.len()) {
            return Err(format!("code `{}` has a parent that does not exist", code.code));
        }
    }
    check_rounds(set)?;
    Ok(ends)
}

/// Further parents could lead round in a circle; the main ones cannot, since a parent stands before its children.
fn check_rounds(set: &CodeSet) -> Result<(), String> {
    let further = |code: &crate::model::content::Code| code.parents.len() > 1;
    for (id, code) in CodeId::numbered(&set.codes).filter(|(_, code)| further(code)) {
        if code.parents.contains(&id) || above(set, id).contains(&id) {
            return Err(format!("code `{}` stands under itself", code.code));
        }
    }
    Ok(())
}

/// All that a code stands under, by any parent, without itself unless it stands under itself.
fn above(set: &CodeSet, code: CodeId) -> BTreeSet<CodeId> {
    let mut seen = BTreeSet::new();
    let mut open = vec![code];
    while let Some(below) = open.pop() {
        for parent in below.get(&set.codes).map_or(&[][..], |code| &code.parents) {
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
    for (id, code) in CodeId::numbered(&set.codes) {
        let mut labels: BTreeSet<CodeLabel> = code.labels.iter().copied().collect();
        if multiple {
            for above in above(set, id) {
                labels.extend(above.get(&set.codes).map_or(&[][..], |code| &code.labels));
            }
        } else if let Some(inherited) = code.parents.first().and_then(|parent| parent.get(&out)) {
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
    for (id, code) in CodeId::numbered(&set.codes) {
        let more = code.parents.get(1..).unwrap_or(&[]);
        if !more.is_empty() {
            parents.push((id.to_stored(), numbers(more.iter().map(|parent| parent.to_stored()))));
        }
        for parent in more {
            children.entry(parent.to_stored()).or_default().push(id.to_stored());
        }
    }
    let children = children.into_iter().map(|(parent, codes)| (parent, numbers(codes.into_iter()))).collect();
    (parents, children)
}

/// The relations, by code.
pub(super) fn relation_rows(set: &CodeSet) -> Vec<u8> {
    let mut out = Vec::new();
    for (id, code) in CodeId::numbered(&set.codes) {
        for (relation, from, to) in &code.relations {
            let row = RelationRow {
                code: id.to_stored().into(),
                relation: relation.to_stored().into(),
                from: from.to_stored().into(),
                to: to.to_stored().into(),
            };
            out.extend_from_slice(row.as_bytes());
        }
    }
    out
}
