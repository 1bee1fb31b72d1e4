//! Functions that no script has, and fields that no record has: what a script would meet only when it runs.

use super::report::Report;
use crate::definitions::load::DomainSource;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::FileId;
use crate::diagnostics::span::Span;
use crate::model::program::Domain;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::scripts::described;
use crate::scripts::standard;
use crate::scripts::tokens;
use crate::scripts::tokens::Call;
use crate::scripts::tokens::Token;
use std::collections::BTreeSet;

/// Functions of the values that the program gives to scripts.
const METHODS: &[&str] = &["fields", "has_field"];

/// Functions that the program calls.
pub(super) const HOOKS: &[&str] = &["derive", "classify", "validate"];

/// Says which functions are called that neither the language has, nor the program, nor a script of the domain, and which
/// of the program are given too little or too much.
pub(super) fn functions(source: &DomainSource, report: &Report) {
    let scripts: Vec<_> = source.scripts.iter().map(|(path, text)| (path, tokens::tokens(text))).collect();
    let own = scripts.iter().flat_map(|(_, tokens)| tokens::functions(tokens)).map(|(name, ..)| name);
    let own: BTreeSet<String> = own.collect();
    let of_host = described().map(|function| name_of(function.signature).to_owned());
    let known: BTreeSet<String> = own.iter().cloned().chain(of_host).collect();
    for (path, tokens) in &scripts {
        let mut bound = tokens::bound(tokens);
        for call in tokens::calls(tokens) {
            let name = call.name.as_str();
            if !bound.contains(&name) && !standard::is_standard(name) && !own.contains(name) {
                arguments(&call, FileId::of(path), report);
            }
        }
        let calls = tokens::calls(tokens).into_iter().map(|call| (call, false));
        bound.extend(tokens::keys(tokens));
        for (call, is_method) in calls.chain(tokens::methods(tokens).into_iter().map(|call| (call, true))) {
            let name = call.name.as_str();
            let is_there = known.contains(name) || is_method && METHODS.contains(&name);
            if standard::is_standard(name) || is_there || bound.contains(&name) {
                continue;
            }
            let mut all: Vec<&str> = known.iter().map(String::as_str).collect();
            all.extend_from_slice(standard::functions());
            let help = did_you_mean(name, all);
            let problem = Problem::UnknownFunction { name: name.to_owned() };
            let span = Span::new(call.at, call.at + name.len()).in_file(FileId::of(path));
            report.say(span, problem, help);
        }
    }
}

/// Says so if a function of the program takes another number of arguments.
fn arguments(call: &Call, file: FileId, report: &Report) {
    let counts: BTreeSet<usize> =
        described().filter(|it| name_of(it.signature) == call.name).map(|it| count_of(it.signature)).collect();
    let found = call.arguments.len();
    if counts.is_empty() || counts.contains(&found) {
        return;
    }
    let listed: Vec<String> = counts.iter().map(usize::to_string).collect();
    let expected = match listed.as_slice() {
        [one] if one == "1" => "1 argument".to_owned(),
        listed => format!("{} arguments", listed.join(" or ")),
    };
    let signatures: Vec<String> = described()
        .filter(|it| name_of(it.signature) == call.name)
        .map(|it| format!("`{}`", it.signature.split(" -> ").next().unwrap_or_default()))
        .collect();
    let problem = Problem::WrongArguments { name: call.name.clone(), expected, found };
    let span = Span::new(call.at, call.at + call.name.len()).in_file(file);
    report.say(span, problem, Some(format!("write {}", signatures.join(" or "))));
}

/// How many arguments a signature such as `fix(finding, set, code) -> finding` has.
fn count_of(signature: &str) -> usize {
    let inside = signature.split_once('(').map_or("", |(_, rest)| rest.split(')').next().unwrap_or_default());
    inside.split(',').filter(|part| !part.trim().is_empty()).count()
}

fn name_of(signature: &str) -> &str {
    let name = signature.split('(').next().unwrap_or_default();
    name.rsplit('.').next().unwrap_or(name)
}

/// Says which fields a hook reads of its encounter that no record of the domain has.
pub(super) fn fields(file: FileId, tokens: &[Token], domain: &Domain, report: &Report) {
    for hook in HOOKS {
        let Some((parameters, body)) = tokens::body(tokens, hook) else { continue };
        let Some(encounter) = parameters.first() else { continue };
        // A value of the same name inside the hook may be anything.
        if tokens::bound(body).contains(encounter) {
            continue;
        }
        for names in tokens::reads(body, encounter) {
            let reach = domain.records.iter().map(|record| known(&record.fields, &names)).max();
            let Some((name, at)) = reach.and_then(|reach| names.get(reach)) else { continue };
            let all = domain.records.iter().flat_map(|record| &record.fields).map(|field| field.name.as_str());
            let path: Vec<&str> = names.iter().take(reach.unwrap_or(0) + 1).map(|(name, _)| *name).collect();
            let problem = Problem::UnknownField { field: path.join("."), record: domain.name.clone() };
            let span = Span::new(*at, at + name.len()).in_file(file);
            report.say(span, problem, did_you_mean(name, all));
        }
    }
}

/// How many of some names lead to a field, or to part of a value that has no fields; all of them if they do.
fn known(fields: &[Field], names: &[(&str, usize)]) -> usize {
    let Some(((name, _), rest)) = names.split_first() else { return 0 };
    let field = fields.iter().find(|field| field.name == *name || field.name.replace('-', "_") == *name);
    match field.map(|field| field.kind.innermost()) {
        None => 0,
        Some(Kind::Record(inner)) => 1 + known(inner, rest),
        Some(_) => names.len(),
    }
}
