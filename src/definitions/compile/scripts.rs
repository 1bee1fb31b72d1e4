//! Scripts of a domain: read by the host, hooks checked against the manifest.

use super::report::Report;
use crate::definitions::load::DomainSource;
use crate::definitions::manifest;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::nearest;
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

/// Hooks that the manifest promises have to be there; a function that looks like a hook has to be one.
fn hooks(source: &DomainSource, domain: &Domain, report: &mut Report) {
    let manifest: PathBuf = source.folder.join("domain.toml");
    report.enter(&manifest);
    for hook in &source.manifest.scripts.hooks {
        let (span, hook) = (manifest::span(hook), hook.get_ref());
        if !HOOKS.contains(&hook.as_str()) {
            let help = did_you_mean(hook, HOOKS.iter().copied());
            report.say(span, Problem::UnknownHook { hook: hook.clone() }, help);
        } else if !domain.scripts.iter().any(|(_, text)| functions(text).any(|(name, _)| name == hook)) {
            let script = domain.scripts.first().map_or("scripts/", |(name, _)| name.as_str()).to_owned();
            report.say(span, Problem::MissingHook { hook: hook.clone(), script }, None);
        }
    }
    for (path, text) in &source.scripts {
        report.enter(path);
        misspelt(text, report);
    }
}

/// A function that nothing calls and that is called almost like a hook the file does not have.
fn misspelt(text: &str, report: &mut Report) {
    let named: Vec<&str> = functions(text).map(|(name, _)| name).collect();
    for (name, at) in functions(text) {
        let Some(hook) = nearest(name, HOOKS.iter().copied()).filter(|hook| !named.contains(hook)) else { continue };
        // Once is where it is defined.
        let is_used = text.match_indices(name).filter(|(at, _)| is_word(text, *at, name.len())).nth(1).is_some();
        if !is_used {
            let kind = Problem::MisspeltHook { function: name.to_owned(), hook: hook.to_owned() };
            report.say(Span::new(at, at + name.len()), kind, Some(format!("did you mean `{hook}`?")));
        }
    }
}

/// Whether a whole word stands there, outside of a comment.
fn is_word(text: &str, at: usize, length: usize) -> bool {
    let is_letter = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let (before, bytes) = (text.get(..at).unwrap_or_default(), text.as_bytes());
    let is_comment = before.lines().next_back().is_some_and(|line| line.contains("//") && !before.ends_with('\n'));
    !is_comment && !is_letter(before.as_bytes().last()) && !is_letter(bytes.get(at + length))
}

/// The functions of a script and where their names stand; one that begins a line, as the layout has it.
fn functions(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let starts = text.split_inclusive('\n').scan(0, |start, line| {
        let here = *start;
        *start += line.len();
        Some((here, line))
    });
    starts.filter_map(|(start, line)| {
        let rest = line.trim_start().strip_prefix("fn ")?.trim_start();
        let name = rest.split(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '_')).next()?;
        let is_function = rest.strip_prefix(name)?.trim_start().starts_with('(');
        (is_function && !name.is_empty()).then_some((name, start + line.len() - rest.len()))
    })
}
