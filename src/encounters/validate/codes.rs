//! Codes that are given and may not be recorded: unknown, not in force, not assignable.

use super::input::finding;
use crate::encounters::classify::Place;
use crate::encounters::classify::codes_in;
use crate::logic::Frame;
use crate::model::content::Replacing;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use crate::model::outcome::CODE_UNKNOWN;
use crate::model::outcome::Choices;
use crate::model::outcome::Finding;
use crate::model::record::Field;
use crate::model::rules::Severity;
use crate::registry::Codes;
use crate::registry::Slip;

/// Findings `code-unknown`, `code-not-valid` and `code-not-assignable`, each with its `set`, the codes that may be meant,
/// and the code to use where there is exactly one.
pub(super) fn codes(frame: &Frame<'_>, fields: &[Field], found: &mut Vec<Finding>) {
    let on = frame.encounter().on;
    for place in codes_in(frame.logic().registry(), fields, &frame.encounter().slots) {
        found.extend(judge(frame.logic().registry().codes(place.set), place, on));
    }
}

fn judge(codes: Codes<'_>, place: Place<'_>, on: Day) -> Option<Finding> {
    let Some(code) = place.value.code else { return Some(unknown(codes, place, on)) };
    if codes.is_assignable(code, on) {
        return None;
    }
    let written = codes.code(code);
    let (rule, message, choices) = if codes.is_in_force(code, on) {
        let message = format!("`{written}` is a group and may not be recorded itself");
        ("code-not-assignable", message, one_of(place.set, below(codes, code, on)))
    } else {
        ("code-not-valid", format!("`{written}` is not in force on {on}"), successors(codes, place.set, code, on))
    };
    let finding = finding(rule, Severity::Error, place.path, message);
    Some(choosing(finding, codes, choices))
}

fn unknown(codes: Codes<'_>, place: Place<'_>, on: Day) -> Finding {
    let name = codes.name();
    let is_whole = codes.missing_sources().is_empty();
    let (severity, message) = if is_whole {
        (Severity::Error, format!("the code is not in `{name}`"))
    } else {
        (Severity::Advice, format!("the code cannot be judged: the release of `{name}` is not installed"))
    };
    let mut near = near(codes, &place.value.text, on);
    if !is_whole {
        // The release may well have the very code that was typed.
        near.retain(|(slip, _)| matches!(slip, Slip::Name | Slip::Zeros));
    }
    let near = near.into_iter().map(|(_, code)| code).collect();
    let choices = Choices { tell_value: true, ..one_of(place.set, near) };
    choosing(finding(CODE_UNKNOWN, severity, place.path, message), codes, choices)
}

fn choosing(mut finding: Finding, codes: Codes<'_>, choices: Choices) -> Finding {
    finding.extra.push(("set".to_owned(), codes.name().to_owned()));
    finding.fix = match choices.codes.as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    finding.choices = choices;
    finding
}

fn one_of(set: SetId, codes: Vec<CodeId>) -> Choices {
    Choices { codes: codes.into_iter().map(|code| (set, code)).collect(), ..Choices::default() }
}

/// The codes that may be recorded on the day and are one slip away from a text. Where that is a group whose name was
/// plainly meant, they are those below it.
fn near(codes: Codes<'_>, text: &str, on: Day) -> Vec<(Slip, CodeId)> {
    let recordable = codes.mistyped(text, |code| codes.is_assignable(code, on));
    let is_plain = recordable.first().is_some_and(|(slip, _)| slip.is_plain());
    if !is_plain {
        let groups = codes.mistyped(text, |code| codes.is_in_force(code, on));
        if let [(slip, group)] = groups.as_slice()
            && slip.is_plain()
        {
            return below(codes, *group, on).into_iter().map(|code| (*slip, code)).collect();
        }
    }
    recordable
}

/// The codes below a group that may be recorded on the day.
fn below(codes: Codes<'_>, group: CodeId, on: Day) -> Vec<CodeId> {
    let subtree = group.through(codes.subtree_end(group)).skip(1);
    let adopted = codes.children(group).into_iter().filter(|child| codes.parent(*child) != Some(group));
    subtree.chain(adopted).filter(|code| codes.is_assignable(*code, on)).take(Choices::MOST).collect()
}

/// What is to be used instead of a code that is not in force: its successors, each by its own successor where that has
/// ended too; where none is named, the codes below it that are in force.
fn successors(codes: Codes<'_>, set: SetId, code: CodeId, on: Day) -> Choices {
    let current = codes.current(code, on);
    let (how, next) = match codes.replaced_by(current) {
        _ if current != code && codes.is_assignable(current, on) => (Replacing::One, vec![current]),
        Some((how, next)) if codes.has_ended(current, on) => (how, next),
        _ => (Replacing::Either, Vec::new()),
    };
    let next = next.into_iter().map(|code| codes.current(code, on));
    let named: Vec<CodeId> = next.filter(|code| codes.is_assignable(*code, on)).collect();
    if named.is_empty() {
        return one_of(set, below(codes, code, on));
    }
    let are_joined = how == Replacing::Both && named.len() > 1;
    Choices { are_joined, ..one_of(set, named) }
}
