//! Scripts of a domain: read by the host, hooks checked against the manifest.

use super::context::Compiler;
use super::report::Report;
use super::script_names;
use super::script_names::HOOKS;
use crate::definitions::load::DomainSource;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::nearest;
use crate::diagnostics::span::FileId;
use crate::diagnostics::span::Span;
use crate::model::ids::SetId;
use crate::model::program::Domain;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::rules::Severity;
use crate::registry::Registry;
use crate::scripts::ScriptProblem;
use crate::scripts::Scripts;
use crate::scripts::tokens;
use crate::scripts::tokens::Call;
use crate::scripts::tokens::Token;
use std::sync::Arc;

/// Takes the scripts of a domain over, after the host has read them.
pub(super) fn check(domain: &mut Domain, compiler: Compiler<'_>) {
    let source = compiler.source;
    for (path, text) in &source.scripts {
        domain.scripts.push((name(path), text.clone()));
    }
    if !source.scripts.is_empty() {
        let read = Registry::empty().map(|registry| Scripts::compile(domain, Arc::new(registry)));
        for problem in read.map(|read| read.err().unwrap_or_default()).unwrap_or_default() {
            say(source, &problem, compiler.report);
        }
    }
    hooks(source, domain, compiler.report);
    let mut functions = Vec::new();
    for (path, text) in &source.scripts {
        let tokens = tokens::tokens(text);
        repeated(FileId::of(path), &tokens, &mut functions, compiler.report);
        for call in tokens::calls(&tokens) {
            names(&call, FileId::of(path), domain, compiler);
        }
        script_names::fields(FileId::of(path), &tokens, domain, compiler.report);
    }
    script_names::functions(source, compiler.report);
}

/// Functions serve all scripts of a domain, so that two of one name and as many parameters would be one too many.
fn repeated(file: FileId, tokens: &[Token], known: &mut Vec<(String, usize, FileId)>, report: &Report) {
    for (name, count, at) in tokens::functions(tokens).into_iter().filter(|(name, ..)| !HOOKS.contains(&name.as_str()))
    {
        match known.iter().find(|(other, others, _)| *other == name && *others == count) {
            Some((_, _, other)) if *other != file => {
                let help = format!("the first is in {}; each script may call it", self::name(&other.path()));
                let problem = Problem::DuplicateName { what: "function".into(), name: name.clone() };
                report.say(Span { file, start: at, end: at + name.len() }, problem, Some(help));
            }
            _ => known.push((name, count, file)),
        }
    }
}

fn name(path: &std::path::Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Shows what the host said, at its line and column.
fn say(source: &DomainSource, problem: &ScriptProblem, report: &Report) {
    let Some((path, text)) = source.scripts.iter().find(|(path, _)| name(path) == problem.file) else { return };
    let start: usize = text.split_inclusive('\n').take(problem.line.saturating_sub(1)).map(str::len).sum();
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let column = line.char_indices().nth(problem.column.saturating_sub(1)).map_or(line.len(), |(place, _)| place);
    let at = start + column;
    let span = Span::new(at, at).in_file(FileId::of(path));
    report.say(span, Problem::ScriptError { reason: problem.message.clone() }, None);
}

/// Hooks that the manifest promises have to be there; a function that looks like a hook has to be one.
fn hooks(source: &DomainSource, domain: &Domain, report: &Report) {
    for hook in &source.manifest.scripts.hooks {
        let (span, hook) = (source.manifest_span(hook), hook.get_ref());
        if !HOOKS.contains(&hook.as_str()) {
            let help = did_you_mean(hook, HOOKS.iter().copied());
            report.say(span, Problem::UnknownHook { hook: hook.clone() }, help);
        } else if !domain.scripts.iter().any(|(_, text)| functions(text).any(|(name, _)| name == hook)) {
            let script = domain.scripts.first().map_or("scripts/", |(name, _)| name.as_str()).to_owned();
            report.say(span, Problem::MissingHook { hook: hook.clone(), script }, None);
        }
    }
    for (path, text) in &source.scripts {
        misspelt(FileId::of(path), text, report);
    }
}

/// A function that nothing calls and that is called almost like a hook the file does not have.
fn misspelt(file: FileId, text: &str, report: &Report) {
    let named: Vec<&str> = functions(text).map(|(name, _)| name).collect();
    for (name, at) in functions(text) {
        let Some(hook) = nearest(name, HOOKS.iter().copied()).filter(|hook| !named.contains(hook)) else { continue };
        // Once is where it is defined.
        let is_used = text.match_indices(name).filter(|(at, _)| is_word(text, *at, name.len())).nth(1).is_some();
        if !is_used {
            let kind = Problem::MisspeltHook { function: name.to_owned(), hook: hook.to_owned() };
            report.say(Span { file, start: at, end: at + name.len() }, kind, Some(format!("did you mean `{hook}`?")));
        }
    }
}

/// What a function of the host is given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    /// A code set.
    Set,
    /// A code of the set before it.
    Code,
    /// A property of the codes of that set.
    Property,
    /// How bad a finding is.
    Severity,
    /// A field of the record.
    Path,
    /// Anything else.
    Other,
}

/// What the functions of the host are given, by name and number of arguments.
const CALLS: &[(&str, &[Given])] = &[
    ("find", &[Given::Set, Given::Other]),
    ("title", &[Given::Set, Given::Code]),
    ("is_under", &[Given::Set, Given::Code, Given::Code]),
    ("is_valid", &[Given::Set, Given::Code, Given::Other]),
    ("parent", &[Given::Set, Given::Code]),
    ("children", &[Given::Set, Given::Code]),
    ("ancestors", &[Given::Set, Given::Code]),
    ("property", &[Given::Set, Given::Code, Given::Property]),
    ("search", &[Given::Set, Given::Other, Given::Other]),
    ("map", &[Given::Set, Given::Code, Given::Set]),
    ("finding", &[Given::Severity, Given::Path, Given::Other]),
    ("finding", &[Given::Other, Given::Severity, Given::Path, Given::Other]),
    ("fix", &[Given::Other, Given::Set, Given::Code]),
    ("report", &[Given::Severity, Given::Path, Given::Other]),
    ("report", &[Given::Other, Given::Severity, Given::Path, Given::Other]),
    ("candidate", &[Given::Set, Given::Code, Given::Other, Given::Other]),
    ("adjust", &[Given::Set, Given::Code, Given::Other, Given::Other]),
    ("remove", &[Given::Set, Given::Code]),
];

/// Says which of the names that a call of the host writes out are not there.
fn names(call: &Call, file: FileId, domain: &Domain, compiler: Compiler<'_>) {
    let is_it = |(name, given): &&(&str, &[Given])| *name == call.name && given.len() == call.arguments.len();
    let Some((_, given)) = CALLS.iter().find(is_it) else { return };
    let mut set: Option<SetId> = None;
    for (given, argument) in given.iter().zip(&call.arguments) {
        let Some((text, at)) = argument else { continue };
        // The quotation marks belong to what is shown.
        let span = Span { file, start: *at, end: at + text.len() + 2 };
        let mistake = match given {
            Given::Set => {
                set = compiler.world.set_for(compiler.domain, text);
                set.is_none().then(|| compiler.world.unknown_set(text))
            }
            Given::Code => set
                .filter(|set| !compiler.world.is_starter(*set) && compiler.world.code(*set, text).is_none())
                .map(|set| compiler.world.unknown_code(set, text)),
            Given::Property => set.filter(|set| compiler.world.property(*set, text).is_none()).map(|set| {
                let names = compiler.world.property_names(set);
                let set = set.get(&compiler.world.sets).map(|set| set.name.clone()).unwrap_or_default();
                let help = did_you_mean(text, names.iter().map(String::as_str));
                (Problem::UnknownProperty { property: text.clone(), set }, help)
            }),
            Given::Severity => Severity::named(text).is_none().then(|| {
                let near = did_you_mean(text, Severity::ALL.map(Severity::name));
                let help = near.unwrap_or_else(Severity::told);
                (Problem::UnknownSeverity { severity: text.clone() }, Some(help))
            }),
            Given::Path => unknown_path(text, domain),
            Given::Other => None,
        };
        if let Some((problem, help)) = mistake {
            compiler.say(span, problem, help);
        }
    }
}

/// What to say of a path that no record of the domain has. An empty one means the encounter as a whole.
fn unknown_path(path: &str, domain: &Domain) -> Option<(Problem, Option<String>)> {
    let is_there = |fields: &[Field]| {
        let mut fields = fields;
        path.split('.').all(|step| {
            let name = step.split('[').next().unwrap_or_default();
            let Some(field) = fields.iter().find(|field| field.name == name) else { return false };
            fields = if let Kind::Record(inner) = field.kind.innermost() { inner } else { &[] };
            true
        })
    };
    if path.is_empty() || domain.records.iter().any(|record| is_there(&record.fields)) {
        return None;
    }
    let known = domain.records.iter().flat_map(|record| &record.fields).map(|field| field.name.as_str());
    Some((Problem::UnknownField { field: path.to_owned(), record: domain.name.clone() }, did_you_mean(path, known)))
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
