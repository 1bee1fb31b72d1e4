//! A domain that extends another: it gets the files of that domain as its own, before anything is looked at.
//!
//! So whatever the other domain says is compiled twice, each time under the names of one of the two, and the other domain
//! cannot see what was added to it. Of code sets there is a second form only where something is added to them.

use super::report::Report;
use super::world::own_form;
use crate::definitions::load::DefinitionFile;
use crate::definitions::load::DomainSource;
use crate::definitions::load::parse_file;
use crate::definitions::manifest;
use crate::definitions::parse::tree::CodeSetDef;
use crate::definitions::parse::tree::ExtendDef;
use crate::definitions::parse::tree::KindDef;
use crate::definitions::parse::tree::SetItem;
use crate::definitions::parse::tree::Statement;
use crate::definitions::parse::tree::SwitchDef;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Lines;
use crate::model::program::Domain;
use crate::model::program::Switched;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

/// Every domain stands on it anyway.
const SHARED: &str = "shared";

/// Gives each domain the files of the one that it extends, and puts those that are extended first. What is wrong with that is
/// said in the diagnostics of the domain, and added to those that are returned.
pub(super) fn inherit(sources: Vec<DomainSource>) -> (Vec<DomainSource>, Vec<Diagnostic>) {
    let parents: BTreeMap<String, Option<String>> =
        sources.iter().map(|source| (source.name.clone(), source.parent().map(str::to_owned))).collect();
    let mut waiting: Vec<(usize, DomainSource)> = Vec::with_capacity(sources.len());
    let mut said = Vec::new();
    for mut source in sources {
        let lineage = lineage(&source.name, &parents);
        if let Some(problem) = wrong(&source, &parents, lineage.is_none()) {
            said.push(problem.clone());
            source.diagnostics.push(problem);
        }
        waiting.push((lineage.map_or(0, |lineage| lineage.len()), source));
    }
    waiting.sort_by(|one, two| (one.0, &one.1.name).cmp(&(two.0, &two.1.name)));
    let mut done: Vec<DomainSource> = Vec::with_capacity(waiting.len());
    for (depth, mut source) in waiting {
        let parent = source.parent().and_then(|name| done.iter().find(|it| it.name == name)).filter(|_| depth > 0);
        if let Some(parent) = parent {
            take(&mut source, parent);
        }
        done.push(source);
    }
    (done, said)
}

/// The domains above one, the nearest first; `None` if they are a circle.
fn lineage(name: &str, parents: &BTreeMap<String, Option<String>>) -> Option<Vec<String>> {
    let mut above: Vec<String> = Vec::new();
    let mut at = name;
    while let Some(Some(parent)) = parents.get(at) {
        if parent == name || above.contains(parent) {
            return None;
        }
        above.push(parent.clone());
        at = parent;
    }
    Some(above)
}

/// What is wrong with the domain that one says it extends.
fn wrong(source: &DomainSource, parents: &BTreeMap<String, Option<String>>, is_circle: bool) -> Option<Diagnostic> {
    let (name, at) = (source.parent()?, source.manifest.extends.as_ref().map(manifest::span)?);
    let (problem, help) = if is_circle {
        (Problem::ExtendsCircle { domain: source.name.clone() }, Some("take one `extends` away".to_owned()))
    } else if name == SHARED {
        let help = "leave the line out: every domain stands on `shared`".to_owned();
        (Problem::UnknownParentDomain { domain: name.to_owned() }, Some(help))
    } else if !parents.contains_key(name) {
        let known = parents.keys().map(String::as_str).filter(|known| *known != SHARED && *known != source.name);
        (Problem::UnknownParentDomain { domain: name.to_owned() }, did_you_mean(name, known))
    } else {
        return None;
    };
    let mut diagnostic = Diagnostic::new(problem, at).in_file(&source.folder.join("domain.toml"));
    diagnostic.help = help;
    Some(diagnostic)
}

/// Takes over what a domain says.
fn take(source: &mut DomainSource, parent: &DomainSource) {
    let route = Route::new(&source.folder);
    // They are read again, so that what is said of them here is not taken for what is said of them there.
    let inherited = parent
        .files
        .iter()
        .map(|file| DefinitionFile { is_inherited: true, ..parse_file(&route.to(&file.path), file.text.clone()).0 });
    source.files.splice(0..0, inherited);
    let scripts: Vec<_> = parent.scripts.iter().map(|(path, text)| (route.to(path), text.clone())).collect();
    source.scripts.splice(0..0, scripts);
    source.above = std::iter::once(parent.folder.clone()).chain(parent.above.iter().cloned()).collect();
    let (own, other) = (&mut source.manifest, &parent.manifest);
    if own.title.is_empty() {
        own.title.clone_from(&other.title);
    }
    own.audience = own.audience.take().or_else(|| other.audience.clone());
    own.record = own.record.take().or_else(|| other.record.clone());
    own.zone = own.zone.take().or_else(|| other.zone.clone());
    own.audit.required |= other.audit.required;
    let (own, other) = (&mut own.scripts, &other.scripts);
    own.operations = own.operations.or(other.operations);
    own.memory_mib = own.memory_mib.or(other.memory_mib);
}

/// How a file elsewhere is named as one below a folder: `FOLDER/../../elsewhere/file`. So what is said of it is said of this
/// domain, and it can still be read.
struct Route<'f> {
    folder: &'f Path,
    depth: usize,
}

impl<'f> Route<'f> {
    fn new(folder: &'f Path) -> Route<'f> {
        let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        Route { folder, depth: whole.components().count().saturating_sub(1) }
    }

    fn to(&self, file: &Path) -> PathBuf {
        let whole = file.canonicalize().unwrap_or_else(|_| file.to_path_buf());
        let mut out = self.folder.to_path_buf();
        out.extend(std::iter::repeat_n("..", self.depth));
        out.extend(whole.components().filter(|it| matches!(it, std::path::Component::Normal(_))));
        out
    }
}

/// Says of each domain that the one it extends is not there any more, because it was refused.
pub(super) fn orphans(sources: &[DomainSource]) -> Vec<Diagnostic> {
    let is_there = |name: &str| sources.iter().any(|source| source.name == name);
    let orphan = |source: &DomainSource| {
        let (name, at) = (source.parent()?, source.manifest.extends.as_ref().map(manifest::span)?);
        let problem = Problem::RefusedParent { domain: name.to_owned() };
        let diagnostic = Diagnostic::new(problem, at).in_file(&source.folder.join("domain.toml"));
        (!is_there(name)).then_some(diagnostic)
    };
    sources.iter().filter_map(orphan).collect()
}

/// What was said of files that a domain has from the one it extends: nothing, where it is said of that domain too, and else
/// that this does not hold in the domain.
pub(super) fn settle(said: Vec<Diagnostic>, sources: &[DomainSource]) -> Vec<Diagnostic> {
    if sources.iter().all(|source| source.above.is_empty()) {
        return said;
    }
    let mut out: Vec<Diagnostic> = Vec::with_capacity(said.len());
    for diagnostic in said {
        let of = sources.iter().find(|source| diagnostic.file.starts_with(&source.folder));
        let inherited =
            of.filter(|of| is_below(&diagnostic.file, &of.folder)).map(|of| (of, real(&diagnostic.file, of)));
        let Some((source, real)) = inherited else {
            out.push(diagnostic);
            continue;
        };
        let same = diagnostic.clone().moved_to(&real);
        if out.contains(&same) || !diagnostic.is_error() {
            continue;
        }
        let text = source.files.iter().find(|file| file.path == diagnostic.file).map_or("", |file| file.text.as_str());
        let line = Lines::of(text).line(diagnostic.span.start) + 1;
        let name = real.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let problem = Problem::DoesNotFit {
            domain: source.parent().unwrap_or_default().to_owned(),
            at: format!("{name}:{line}"),
            reason: diagnostic.kind.to_string(),
        };
        let at = source.manifest.extends.as_ref().map(manifest::span).unwrap_or_default();
        let mut here = Diagnostic::new(problem, at).in_file(&source.folder.join("domain.toml"));
        here.help = diagnostic.help;
        out.push(here);
    }
    out
}

/// Whether a file is named by the route of a folder to a file elsewhere.
fn is_below(file: &Path, folder: &Path) -> bool {
    let rest = file.strip_prefix(folder).ok().and_then(|rest| rest.components().next());
    matches!(rest, Some(std::path::Component::ParentDir))
}

/// The file as the domain that it belongs to names it.
fn real(file: &Path, source: &DomainSource) -> PathBuf {
    let whole = file.canonicalize().unwrap_or_else(|_| file.to_path_buf());
    let named = source.above.iter().find_map(|folder| {
        let inside = whole.strip_prefix(folder.canonicalize().ok()?).ok()?;
        Some(folder.join(inside))
    });
    named.unwrap_or(whole)
}

/// The code sets of which a domain has a form of its own: those that it adds to, and those whose codes name such codes.
pub(super) fn own_forms(source: &DomainSource) -> BTreeSet<String> {
    let sets = |is_inherited: bool, is_overlay: bool| {
        let files = source.files.iter().filter(move |file| file.is_inherited == is_inherited);
        files.flat_map(|file| &file.tree.statements).filter_map(move |statement| match &statement.item {
            Statement::CodeSet(def) if def.is_overlay == is_overlay => Some(def),
            _ => None,
        })
    };
    let is_above = |name: &str| sets(true, false).any(|def| def.name.item == name);
    let added = sets(false, true).map(|def| def.name.item.as_str()).filter(|name| is_above(name));
    let mut out: BTreeSet<String> = added.map(str::to_owned).collect();
    loop {
        let more = sets(true, false).find(|def| !out.contains(&def.name.item) && names_one_of(def, &out));
        let Some(more) = more else { return out };
        out.insert(more.name.item.clone());
    }
}

fn names_one_of(def: &CodeSetDef, sets: &BTreeSet<String>) -> bool {
    def.items.iter().any(|item| match &item.item {
        SetItem::Property { kind, .. } => {
            let mut kind = &kind.item;
            while let KindDef::List(inner) = kind {
                kind = &inner.item;
            }
            match kind {
                KindDef::Code(name) => sets.contains(&name.item),
                KindDef::Codes(names) => names.iter().any(|name| sets.contains(&name.item)),
                _ => false,
            }
        }
        _ => false,
    })
}

/// The name that a code set has without the domain whose form it is.
pub(super) fn plain<'n>(set: &'n str, domain: &str) -> &'n str {
    set.strip_prefix(domain).and_then(|rest| rest.strip_prefix(':')).unwrap_or(set)
}

/// The name of the form of a code set that a statement of a domain is about.
pub(super) fn form(source: &DomainSource, is_inherited: bool, set: &str, forms: &BTreeSet<String>) -> Option<String> {
    match forms.contains(set) {
        true => Some(own_form(&source.name, set)),
        false if is_inherited => None,
        false => Some(set.to_owned()),
    }
}

/// What a domain says of rules of the one that it extends; the severities of a chain follow one another.
pub(super) fn switches(source: &DomainSource, domain: &mut Domain, report: &Report) {
    let (own, none) = (own_rules(source), BTreeSet::new());
    for file in &source.files {
        for statement in &file.tree.statements {
            if let Statement::Switch(def) = &statement.item {
                switch(def, if file.is_inherited { &none } else { &own }, domain, report);
            }
        }
    }
}

/// Sets the severity of a rule of the domain that is extended, or takes it out.
fn switch(def: &SwitchDef, own: &BTreeSet<&str>, domain: &mut Domain, report: &Report) {
    let name = &def.rule;
    if domain.switched.iter().any(|it| it.rule == name.item) {
        let problem = Problem::DuplicateName { what: "switch of the rule".into(), name: name.item.clone() };
        return report.say(name.span, problem, None);
    }
    let Some(at) = domain.rules.iter().position(|rule| rule.id == name.item) else {
        let help = did_you_mean(&name.item, domain.rules.iter().map(|rule| rule.id.as_str()));
        return report.say(name.span, Problem::UnknownName { what: "rule".into(), name: name.item.clone() }, help);
    };
    if own.contains(name.item.as_str()) {
        let help = "say it in the rule itself".to_owned();
        return report.say(name.span, Problem::OwnRuleSwitched { rule: name.item.clone() }, Some(help));
    }
    match (&def.severity, domain.rules.get_mut(at)) {
        (Some(severity), Some(rule)) => {
            rule.severity = severity.item;
            rule.severities.clear();
        }
        _ => drop(domain.rules.remove(at)),
    }
    domain.switched.push(Switched {
        rule: name.item.clone(),
        severity: def.severity.as_ref().map(|severity| severity.item),
        because: def.because.item.clone(),
    });
}

/// The rules that a domain states itself.
fn own_rules(source: &DomainSource) -> BTreeSet<&str> {
    source.own_files().flat_map(|file| file.tree.rules()).map(|(rule, _)| rule.id.item.as_str()).collect()
}

/// Says that there is no record to extend.
pub(super) fn no_record<'r>(def: &ExtendDef, known: impl Iterator<Item = &'r str>, report: &Report) {
    let name = def.record.item.clone();
    let help = did_you_mean(&name, known);
    report.say(def.record.span, Problem::UnknownName { what: "record".into(), name }, help);
}
