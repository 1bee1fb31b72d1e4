//! Series that go on over a change: codes that ended, together with what took their place.

use super::fate::SetPair;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// For each code the name of the series that it belongs to. Codes that some code ended in favour of are one series with it: it
/// cannot be told which of them it would have been. A series is named after the codes of it that nothing replaces.
pub(super) fn series<'c>(pair: &SetPair<'_>, codes: impl Iterator<Item = &'c str>) -> BTreeMap<String, String> {
    let mut groups = Groups::default();
    let mut open: Vec<String> = codes.map(str::to_owned).collect();
    let mut seen = BTreeSet::new();
    let mut ended = BTreeSet::new();
    while let Some(code) = open.pop() {
        if !seen.insert(code.clone()) {
            continue;
        }
        let by = pair.replaced_by(&code).map(|(_, by)| by).unwrap_or_default();
        for next in by.into_iter().filter(|next| pair.is_shown(next)) {
            groups.join(&code, &next);
            ended.insert(code.clone());
            open.push(next);
        }
    }
    let mut names: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for code in seen.iter().filter(|code| !ended.contains(*code)) {
        names.entry(groups.first_of(code)).or_default().push(code);
    }
    let name = |code: &String| names.get(&groups.first_of(code)).map_or(code.clone(), |names| names.join(" + "));
    seen.iter().map(|code| (code.clone(), name(code))).collect()
}

/// Codes that were joined, each with another of its group; the first of a group has none.
#[derive(Default)]
struct Groups(BTreeMap<String, String>);

impl Groups {
    fn join(&mut self, one: &str, other: &str) {
        let (one, other) = (self.first_of(one), self.first_of(other));
        if one != other {
            self.0.insert(one, other);
        }
    }

    fn first_of(&self, code: &str) -> String {
        let mut first = code;
        while let Some(next) = self.0.get(first) {
            first = next;
        }
        first.to_owned()
    }
}
