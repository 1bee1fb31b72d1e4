//! Scripts of a domain: read by the host, hooks checked against the manifest.

use super::report::Report;
use crate::definitions::load::DomainSource;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Span;
use crate::model::program::Domain;
use crate::registry::Registry;
use crate::scripts::ScriptProblem;
use crate::scripts::Scripts;
use std::path::PathBuf;
use std::sync::Arc;

const HOOKS: &[&str] = &["derive", "classify", "validate"];

/// Takes the scripts of a domain over, after the host has read them.
pub(super) fn check(source: &DomainSource, domain: &mut Domain, report: &mut Report) {
    for (path, text) in &source.scripts {
        domain.scripts.push((name(path), text.clone()));
    }
    if !source.scripts.is_empty() {
        let read = Registry::empty().map(|registry| Scripts::compile(domain, Arc::new(registry)));
        for problem in read.map(|read| read.err().unwrap_or_default()).unwrap_or_default() {
            say(source, &problem, report);
        }
    }
    hooks(source, domain, report);
}

fn name(path: &std::path::Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Shows what the host said, at its line and column.
fn say(source: &DomainSource, problem: &ScriptProblem, report: &mut Report) {
    let Some((path, text)) = source.scripts.iter().find(|(path, _)| name(path) == problem.file) else { return };
    report.enter(path);
    let start: usize = text.split_inclusive('\n').take(problem.line.saturating_sub(1)).map(str::len).sum();
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let column = line.char_indices().nth(problem.column.saturating_sub(1)).map_or(line.len(), |(place, _)| place);
    let at = start + column;
    report.say(Span::new(at, at), Problem::ScriptError { reason: problem.message.clone() }, None);
}

/// Hooks that the manifest promises have to be there.
fn hooks(source: &DomainSource, domain: &Domain, report: &mut Report) {
    let manifest: PathBuf = source.folder.join("domain.toml");
    report.enter(&manifest);
    for hook in &source.manifest.scripts.hooks {
        if !HOOKS.contains(&hook.as_str()) {
            let help = did_you_mean(hook, HOOKS.iter().copied());
            report.say(Span::default(), Problem::UnknownHook { hook: hook.clone() }, help);
        } else if !domain.scripts.iter().any(|(_, text)| has_function(text, hook)) {
            let script = domain.scripts.first().map_or("scripts/", |(name, _)| name.as_str()).to_owned();
            report.say(Span::default(), Problem::MissingHook { hook: hook.clone(), script }, None);
        }
    }
}

fn has_function(text: &str, hook: &str) -> bool {
    text.lines().any(|line| {
        let rest = line.trim_start().strip_prefix("fn ").and_then(|rest| rest.trim_start().strip_prefix(hook));
        rest.is_some_and(|rest| rest.trim_start().starts_with('('))
    })
}
