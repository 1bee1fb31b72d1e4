//! Scripts of a domain: read by the host, hooks checked against the manifest.

use super::report::Report;
use crate::definitions::load::DomainSource;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::span::Span;
use crate::model::program::Domain;
use crate::scripts;
use crate::scripts::ScriptProblem;

const HOOKS: &[&str] = &["derive", "classify", "validate"];

/// Takes the scripts of a domain over, after the host has read them.
pub(super) fn check(source: &DomainSource, domain: &mut Domain, report: &mut Report) {
    let manifest = source.folder.join("domain.toml");
    for hook in &source.manifest.scripts.hooks {
        if !HOOKS.contains(&hook.as_str()) {
            report.enter(&manifest);
            let help = crate::diagnostics::did_you_mean(hook, HOOKS.iter().copied());
            report.say(Span::default(), Problem::UnknownHook { hook: hook.clone() }, help);
        }
    }
    for (path, text) in &source.scripts {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        for problem in scripts::check(&name, text).err().unwrap_or_default() {
            report.enter(path);
            report.say(place(text, &problem), Problem::ScriptError { reason: problem.message }, None);
        }
        domain.scripts.push((name, text.clone()));
    }
}

/// The letter a problem stands at.
fn place(text: &str, problem: &ScriptProblem) -> Span {
    let line = text.split_inclusive('\n').take(problem.line.saturating_sub(1)).map(str::len).sum::<usize>();
    let rest = text.get(line..).unwrap_or_default();
    let mut letters = rest.char_indices().skip(problem.column.saturating_sub(1));
    let (start, width) = letters.next().map_or((0, 0), |(at, letter)| (at, letter.len_utf8()));
    Span::new(line + start, line + start + width)
}
