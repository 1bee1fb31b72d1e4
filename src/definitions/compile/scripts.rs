//! Scripts of a domain: read by the host, hooks checked against the manifest.

use super::report::Report;
use crate::definitions::load::DomainSource;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::span::Span;
use crate::model::program::Domain;

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
        domain.scripts.push((name, text.clone()));
    }
}
