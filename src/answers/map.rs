//! A crosswalk followed from one code.

use crate::model::content::MatchKind;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use crate::registry::Registry;
use crate::registry::Target;
use serde::Serialize;

/// Where a crosswalk leads from a code.
#[derive(Serialize)]
pub struct Crosswalked<'a> {
    /// Its code set.
    pub set: &'a str,
    /// The code, as its set writes it.
    pub code: &'a str,
    /// Its title.
    pub display: &'a str,
    /// The codes it leads to.
    pub targets: Vec<CrosswalkTarget<'a>>,
    /// Those of the two sets of which only the starter is installed.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub starter: &'a [String],
}

/// A code that it leads to.
#[derive(Serialize)]
pub struct CrosswalkTarget<'a> {
    /// Its code set.
    pub set: &'a str,
    /// The code, as its set writes it.
    pub code: Option<&'a str>,
    /// Its title.
    pub display: Option<&'a str>,
    /// What kind it is.
    pub kind: MatchKind,
    /// When this target is the right one; empty if always.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub condition: String,
    /// Targets that share a number are used together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub together: Option<u32>,
}

/// Follows the crosswalks from a code of one set to another set.
pub fn follow<'a>(
    registry: &'a Registry,
    (from, code): (SetId, CodeId),
    to: SetId,
    on: Day,
    starter: &'a [String],
) -> Crosswalked<'a> {
    let (codes, others) = (registry.codes(from), registry.codes(to));
    let target = |target: Target| CrosswalkTarget {
        set: others.full_name(),
        code: target.code.map(|code| others.code(code)),
        display: target.code.map(|code| others.display(code)),
        kind: target.kind,
        condition: target.condition,
        together: Some(target.group).filter(|group| *group != 0),
    };
    let targets = registry.map(from, code, to, on).into_iter().map(target).collect();
    Crosswalked { set: codes.full_name(), code: codes.code(code), display: codes.display(code), targets, starter }
}
