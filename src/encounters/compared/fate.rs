//! What becomes of a code that a person gave, when the definitions change.

use crate::encounters::engine::Engine;
use crate::model::content::Replacing;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use crate::registry::Codes;
use std::collections::BTreeSet;

/// What becomes of a code on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// It may still be recorded.
    Valid,
    /// It may not, and these are to be used in its place, all of them.
    Successor(Vec<String>),
    /// It may not, and somebody has to choose one of these.
    Choice(Vec<String>),
    /// It may not, and nothing takes its place.
    Invalid,
}

/// One code set before and after a change.
pub(super) struct SetPair<'e> {
    old: Option<Codes<'e>>,
    new: Option<(SetId, Codes<'e>)>,
    after: &'e Engine,
}

impl<'e> SetPair<'e> {
    /// The set of a name, as the two domains mean it.
    pub fn new(before: &'e Engine, after: &'e Engine, name: &str) -> SetPair<'e> {
        let old = before.registry().set_of(before.domain(), name).map(|set| before.registry().codes(set));
        let new = after.registry().set_of(after.domain(), name).map(|set| (set, after.registry().codes(set)));
        SetPair { old, new, after }
    }

    /// Whether neither side has a set of that name.
    pub fn is_unknown(&self) -> bool {
        self.old.is_none() && self.new.is_none()
    }

    /// What becomes of a code on a day.
    pub fn fate(&self, code: &str, on: Day) -> Fate {
        if self.is_valid(code, on) {
            return Fate::Valid;
        }
        let Some((how, codes)) = self.valid_successors(code, on) else { return Fate::Invalid };
        let shown: Vec<String> = codes.into_iter().filter(|code| self.is_shown(code)).collect();
        if how == Replacing::Either { Fate::Choice(shown) } else { Fate::Successor(shown) }
    }

    /// Whether one code is another, stands below it or above it.
    pub fn agree(&self, code: &str, other: &str) -> bool {
        let within = |codes: Codes<'_>| {
            let (code, other) = codes.find(code).zip(codes.find(other))?;
            Some(codes.is_under(code, other) || codes.is_under(other, code))
        };
        code == other || self.new.and_then(|(_, codes)| within(codes)).unwrap_or(false)
    }

    /// What is to be used in the place of a code by the new definitions or, where they say nothing, by the old ones.
    pub fn replaced_by(&self, code: &str) -> Option<(Replacing, Vec<String>)> {
        let of = |codes: Codes<'_>| {
            let (how, by) = codes.replaced_by(codes.find(code)?)?;
            Some((how, by.into_iter().map(|by| codes.code(by).to_owned()).collect()))
        };
        self.new.and_then(|(_, codes)| of(codes)).or_else(|| self.old.and_then(of))
    }

    /// Whether the audience may see a code under the new definitions.
    pub fn is_shown(&self, code: &str) -> bool {
        self.shown(code).unwrap_or(false)
    }

    /// The same; `None` if the new definitions do not have the code.
    pub fn shown(&self, code: &str) -> Option<bool> {
        let (set, code) = self.new.and_then(|(set, codes)| Some((set, codes.find(code)?)))?;
        Some(self.after.redactor().shows_code(set, code))
    }

    /// Whether it may be recorded on a day by the new definitions. What was a group before and is one still is judged as a
    /// group.
    fn is_valid(&self, code: &str, on: Day) -> bool {
        let Some((codes, found)) = self.new.and_then(|(_, codes)| Some((codes, codes.find(code)?))) else {
            return false;
        };
        let was_assignable = |codes: Codes<'_>, code: CodeId| codes.is_assignable(code, on);
        let before = self.old.and_then(|codes| Some((codes, codes.find(code)?)));
        let was_group = before.is_some_and(|(codes, code)| codes.is_in_force(code, on) && !was_assignable(codes, code));
        codes.is_in_force(found, on) && (codes.is_assignable(found, on) || was_group)
    }

    /// The codes that are valid on a day in the place of one that is not: what replaced it, or what replaced that.
    fn valid_successors(&self, code: &str, on: Day) -> Option<(Replacing, Vec<String>)> {
        let (mut open, mut seen, mut valid) = (vec![code.to_owned()], BTreeSet::new(), BTreeSet::new());
        let mut is_joined = true;
        while let Some(code) = open.pop() {
            let Some((how, by)) = self.replaced_by(&code).filter(|_| seen.insert(code)) else { continue };
            is_joined &= how != Replacing::Either;
            let (now, later): (Vec<String>, Vec<String>) = by.into_iter().partition(|code| self.is_valid(code, on));
            valid.extend(now);
            open.extend(later);
        }
        let how = match (valid.len(), is_joined) {
            (0, _) => return None,
            (1, _) => Replacing::One,
            (_, true) => Replacing::Both,
            (_, false) => Replacing::Either,
        };
        Some((how, valid.into_iter().collect()))
    }
}
