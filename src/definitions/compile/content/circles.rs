//! Codes that stand under themselves or replace themselves, and where the codes under each one end.

use super::super::report::Report;
use super::super::world::World;
use super::Draft;
use crate::diagnostics::catalog::Kind as Problem;
use crate::model::content::CodeSet;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;

/// Last place under each code, by the main parents; codes stand in pre-order.
pub(in crate::definitions::compile) fn ends(set: &CodeSet) -> Vec<CodeId> {
    let mut ends: Vec<CodeId> = CodeId::first(set.codes.len()).collect();
    for place in (0..set.codes.len()).rev() {
        let Some(end) = ends.get(place).copied() else { continue };
        let parent = set.codes.get(place).and_then(|code| code.parents.first());
        if let Some(parent_end) = parent.and_then(|parent| parent.get_mut(&mut ends)) {
            *parent_end = (*parent_end).max(end);
        }
    }
    ends
}

/// Circles of parents and of replacements. A code under itself by its main parents was found before, as it has no place in the order.
pub(in crate::definitions::compile) fn check(world: &World, set: SetId, draft: &Draft<'_>, report: &Report) {
    let Some(codes) = set.get(&world.sets).map(|set| set.codes.as_slice()) else { return };
    let say = |circle: Vec<CodeId>, problem: fn(String) -> Problem, help: &str| {
        let names: Vec<&str> = circle.iter().filter_map(|it| it.get(codes)).map(|it| it.code.as_str()).collect();
        let written = circle.iter().find_map(|it| draft.written.get(it));
        report.say(written.copied().unwrap_or(draft.span), problem(names.join(", ")), Some(help.to_owned()));
    };
    if codes.iter().any(|code| code.parents.len() > 1) {
        let parents = |code: CodeId| code.get(codes).map(|code| code.parents.as_slice()).unwrap_or_default();
        for circle in super::super::checks::circles(codes.len(), parents) {
            say(circle, |codes| Problem::ParentCycle { codes }, "take one `under` away");
        }
    }
    let replacements = |code: CodeId| {
        code.get(codes).and_then(|code| code.replaced_by.as_ref()).map(|by| by.codes.as_slice()).unwrap_or_default()
    };
    for circle in super::super::checks::circles(codes.len(), replacements) {
        let help = "take one `replaced by` away, or name a code that is still in force";
        say(circle, |codes| Problem::ReplacementCycle { codes }, help);
    }
}
