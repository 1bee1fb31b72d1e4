//! Codes that are given and may not be recorded: unknown, not in force, not assignable.

use super::input::finding;
use crate::encounters::classify::Place;
use crate::encounters::classify::codes_in;
use crate::logic::Frame;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::model::outcome::Finding;
use crate::model::record::Field;
use crate::model::rules::Severity;
use crate::registry::Codes;

/// Zeros that may be missing before a code.
const MOST_ZEROS: usize = 3;

/// Findings `code-unknown`, `code-not-valid` and `code-not-assignable`, each with its `set`, and the code to use where there
/// is exactly one.
pub(super) fn codes(frame: &Frame<'_>, fields: &[Field], found: &mut Vec<Finding>) {
    let on = frame.encounter().on;
    for place in codes_in(frame.logic().registry(), fields, &frame.encounter().slots) {
        found.extend(judge(frame.logic().registry().codes(place.set), place, on));
    }
}

fn judge(codes: Codes<'_>, place: Place<'_>, on: Day) -> Option<Finding> {
    let (name, set) = (codes.name(), place.set);
    let Some(code) = place.value.code else {
        let is_whole = codes.missing_sources().is_empty();
        let (severity, message) = if is_whole {
            (Severity::Error, format!("the code is not in `{name}`"))
        } else {
            (Severity::Advice, format!("the code cannot be judged: the release of `{name}` is not installed"))
        };
        let mut unknown = finding("code-unknown", severity, place.path, message);
        unknown.extra.push(("set".to_owned(), name.to_owned()));
        if let Some(fix) = with_zeros(codes, &place.value.text).filter(|code| codes.is_assignable(*code, on)) {
            unknown.help = format!("use `{}`", codes.code(fix));
            unknown.fix = Some((set, fix));
        }
        return Some(unknown);
    };
    if codes.is_assignable(code, on) {
        return None;
    }
    let written = codes.code(code);
    let (rule, message, fix) = if codes.is_in_force(code, on) {
        let below: Vec<CodeId> =
            codes.children(code).into_iter().filter(|child| codes.is_assignable(*child, on)).collect();
        let message = format!("`{written}` is a group and may not be recorded itself");
        ("code-not-assignable", message, only(&below))
    } else {
        let fix = Some(codes.current(code, on)).filter(|it| *it != code && codes.is_assignable(*it, on));
        ("code-not-valid", format!("`{written}` is not in force on {on}"), fix)
    };
    let mut finding = finding(rule, Severity::Error, place.path, message);
    finding.extra.push(("set".to_owned(), name.to_owned()));
    if let Some(fix) = fix {
        finding.help = format!("use `{}`", codes.code(fix));
        finding.fix = Some((set, fix));
    }
    Some(finding)
}

/// The one code that a number is with zeros before it, which a spreadsheet takes away.
fn with_zeros(codes: Codes<'_>, text: &str) -> Option<CodeId> {
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut found = (1..=MOST_ZEROS).filter_map(|zeros| codes.find(&format!("{}{text}", "0".repeat(zeros))));
    found.next().filter(|_| found.next().is_none())
}

fn only(codes: &[CodeId]) -> Option<CodeId> {
    match codes {
        [one] => Some(*one),
        _ => None,
    }
}
