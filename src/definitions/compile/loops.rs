//! The loops of a reader of X12: where they stand, and what may be asked before they are known.

use super::readers::refuse;
use super::readers::tests;
use super::readers::texts;
use super::report::Report;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::ReaderLine;
use crate::definitions::parse::tree::StepDef;
use crate::definitions::parse::tree::TreePath;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Spanned;
use crate::model::reader::Loop;
use crate::model::reader::Reader;
use crate::model::reader::Syntax;

/// The loops that X12 itself has.
const ENVELOPE: [&str; 3] = ["interchange", "group", "transaction"];
/// What the first segments say by which a reader is chosen.
const BEGINNING: [[&str; 2]; 3] = [["interchange", "ISA"], ["group", "GS"], ["transaction", "ST"]];

/// The loops that some lines declare.
pub(super) fn of(lines: &[Spanned<ReaderLine>], report: &Report) -> Vec<Loop> {
    let names: Vec<&str> = lines.iter().filter_map(loop_name).chain(ENVELOPE).collect();
    let mut loops = Vec::new();
    for line in lines {
        let ReaderLine::Loop { name, segments, when, inside } = &line.item else { continue };
        if ENVELOPE.contains(&name.item.as_str()) {
            refuse(name.span, "the envelope has a loop of this name: it is there without being said", report);
        }
        for name in inside.iter().filter(|name| !names.contains(&name.item.as_str())) {
            unknown(name, &names, report);
        }
        loops.push(Loop {
            name: name.item.clone(),
            segments: texts(segments),
            when: tests(when),
            inside: texts(inside),
        });
    }
    loops
}

fn loop_name(line: &Spanned<ReaderLine>) -> Option<&str> {
    match &line.item {
        ReaderLine::Loop { name, .. } => Some(name.item.as_str()),
        _ => None,
    }
}

fn unknown(name: &Name, names: &[&str], report: &Report) {
    let help = did_you_mean(&name.item, names.iter().copied());
    let problem = Problem::UnknownName { what: "loop".into(), name: name.item.clone() };
    report.say(name.span, problem, help);
}

/// Says so where a line asks for loops that the reader does not have, or for more than the beginning of a transaction tells.
pub(super) fn check(lines: &[Spanned<ReaderLine>], reader: &Reader, report: &Report) {
    let Syntax::X12 { loops } = &reader.syntax else {
        for line in lines.iter().filter(|line| matches!(line.item, ReaderLine::Loop { .. })) {
            refuse(line.span, "only files of X12 have loops: add a line `x12`", report);
        }
        return;
    };
    for line in lines {
        match &line.item {
            ReaderLine::EachEncounter { path, .. } => {
                let name = first_names(path).first().copied().unwrap_or_default();
                let is_alone = path.steps.iter().filter(|step| step.item != StepDef::Each).count() == 1;
                if !is_alone || name != "transaction" && !loops.iter().any(|it| it.name == name) {
                    refuse(line.span, "in X12 each loop of a name is an encounter: `each encounter from LOOP`", report);
                }
            }
            ReaderLine::Recognise(of) => {
                let is_told = |path: &TreePath| BEGINNING.iter().any(|names| first_names(path).starts_with(names));
                if !of.iter().all(|test| is_told(&test.path)) {
                    let reason = "a transaction is told by `interchange.ISA`, `group.GS` and `transaction.ST`";
                    refuse(line.span, reason, report);
                }
            }
            _ => {}
        }
    }
}

fn first_names(path: &TreePath) -> Vec<&str> {
    let mut names = Vec::new();
    for step in &path.steps {
        let StepDef::Name(name) = &step.item else { break };
        names.push(name.as_str());
    }
    names
}
