//! Trees and manifests → registry: names, checks, lowering.
//!
//! A domain with errors is refused whole; the others still work, unless they stand on it.

mod around;
mod calendars;
mod checks;
mod content;
mod context;
mod coverage;
mod criteria;
mod crosswalks;
mod expression;
mod extends;
mod fixed;
mod functions;
mod imports;
mod leaks;
mod lessons;
mod loops;
mod marks;
mod messages;
mod names;
mod own_functions;
mod pairs;
mod policies;
pub mod public;
mod readers;
mod records;
mod report;
mod rules;
mod scope;
mod script_names;
mod scripts;
mod shared;
mod table_files;
mod table_rows;
mod tables;
mod texts;
mod together;
mod wording;
mod world;
mod writers;

pub use self::context::Releases;

use self::content::Draft;
use self::context::Attempt;
use self::context::Compiler;
use self::report::Report;
use self::texts::Texts;
use self::world::DomainNames;
use self::world::World;
use crate::definitions::load::DomainSource;
use crate::definitions::manifest::Lint;
use crate::definitions::parse::tree::LabelDef;
use crate::definitions::parse::tree::Statement;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::catalog::Severity;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Span;
use crate::model::content::CodeSet;
use crate::model::content::Crosswalk;
use crate::model::content::Property;
use crate::model::ids::DomainId;
use crate::model::ids::LabelId;
use crate::model::ids::RecordId;
use crate::model::ids::RuleId;
use crate::model::ids::SetId;
use crate::model::ids::TableId;
use crate::model::lessons::Lessons;
use crate::model::policy::Label;
use crate::model::program::Domain;
use crate::model::program::Shared;
use crate::model::record::Record;
use crate::registry::Parts;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::PathBuf;

/// Everything a registry is made of.
#[derive(Debug, Default)]
pub struct Compiled {
    /// Code sets, by place.
    pub sets: Vec<CodeSet>,
    /// Crosswalks.
    pub crosswalks: Vec<Crosswalk>,
    /// What all domains share.
    pub shared: Shared,
    /// The domains.
    pub domains: Vec<Domain>,
    /// Tables of pairs, packed.
    pub pairs: Vec<Vec<u8>>,
    /// What text models are trained on.
    pub lessons: Vec<Lessons>,
}

impl Compiled {
    /// What a registry is written from; `stamp` is a hash of what all of it was made from.
    pub fn parts(&self, stamp: [u8; 32]) -> Parts<'_> {
        Parts {
            crosswalks: &self.crosswalks,
            domains: &self.domains,
            pairs: &self.pairs,
            stamp,
            ..Parts::of_sets(&self.sets, &self.shared)
        }
    }
}

/// What came of compiling.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What could be compiled.
    pub compiled: Compiled,
    /// What there is to say, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// Domains that were refused.
    pub refused: Vec<String>,
    /// What was checked, as it was read, after [`check`].
    pub sources: Vec<DomainSource>,
}

/// Compiles domains together. Those with errors are left out, and those that stand on them.
pub fn compile(sources: Vec<DomainSource>, releases: &[PathBuf]) -> Outcome {
    compile_with(sources, Releases { files: releases, ..Releases::default() })
}

/// Like [`compile`], and takes what releases came to from a store of segments if it was kept there.
pub fn compile_with(sources: Vec<DomainSource>, releases: Releases<'_>) -> Outcome {
    work(sources, releases, false)
}

/// Says what is wrong with domains, as [`compile`] does, and stops there: what could be compiled without the refused ones
/// is not worked out.
pub fn check(sources: Vec<DomainSource>, releases: Releases<'_>) -> Outcome {
    work(sources, releases, true)
}

fn work(mut sources: Vec<DomainSource>, releases: Releases<'_>, is_check: bool) -> Outcome {
    let mut outcome = Outcome::default();
    sources.sort_by(|one, two| one.name.cmp(&two.name));
    for source in &mut sources {
        outcome.diagnostics.append(&mut source.diagnostics.clone());
    }
    outcome.diagnostics.extend(sources.iter().skip(DomainId::LIMIT).map(too_many));
    let (inherited, more) = extends::inherit(sources);
    sources = inherited;
    outcome.diagnostics.extend(more);
    loop {
        let (broken, fine): (Vec<_>, Vec<_>) = sources.into_iter().partition(|source| {
            source.has_errors()
                || outcome.diagnostics.iter().any(|it| is_error(it, source) && it.file.starts_with(&source.folder))
        });
        outcome.refused.extend(broken.iter().map(|source| source.name.clone()));
        sources = fine;
        let orphans = extends::orphans(&sources);
        if !orphans.is_empty() {
            outcome.diagnostics.extend(orphans);
            continue;
        }
        let (compiled, diagnostics) = attempt(&sources, releases);
        let has_errors = diagnostics.iter().any(|it| owner(it, &sources).is_some_and(|source| is_error(it, source)));
        add_new(&mut outcome.diagnostics, diagnostics);
        if !has_errors || is_check {
            let wrong = |it: &DomainSource| {
                outcome.diagnostics.iter().any(|said| is_error(said, it) && said.file.starts_with(&it.folder))
            };
            let refused: Vec<String> = sources.iter().filter(|it| wrong(it)).map(|it| it.name.clone()).collect();
            outcome.refused.extend(refused);
            outcome.compiled = compiled;
            break;
        }
    }
    let lint = |it: &Diagnostic, lint: Lint| {
        owner(it, &sources).is_some_and(|it2| it2.manifest.lints.get(&it.kind.code()) == Some(&lint))
    };
    outcome.diagnostics.retain(|it| it.kind.severity() == Severity::Error || !lint(it, Lint::Off));
    outcome.diagnostics.sort_by(|one, two| (&one.file, one.span.start).cmp(&(&two.file, two.span.start)));
    outcome.refused.sort();
    outcome.refused.dedup();
    if is_check {
        outcome.sources = sources;
    }
    outcome
}

/// What to say of a domain that comes after as many as can be numbered; it is refused.
fn too_many(source: &DomainSource) -> Diagnostic {
    let problem = Problem::TooMany { what: "domains".to_owned(), limit: DomainId::LIMIT };
    Diagnostic::new(problem, Span::default()).in_file(&source.folder.join("domain.toml"))
}

/// Adds what was not said before. There may be as many as there are codes, so only those of one place are compared.
fn add_new(said: &mut Vec<Diagnostic>, more: Vec<Diagnostic>) {
    let mut by_place: HashMap<(usize, usize), Vec<usize>> = HashMap::new();
    let place = |it: &Diagnostic| (it.span.start, it.span.end);
    for (number, one) in said.iter().enumerate() {
        by_place.entry(place(one)).or_default().push(number);
    }
    for one in more {
        let there = by_place.entry(place(&one)).or_default();
        if !there.iter().any(|number| said.get(*number) == Some(&one)) {
            there.push(said.len());
            said.push(one);
        }
    }
}

fn owner<'a>(diagnostic: &Diagnostic, sources: &'a [DomainSource]) -> Option<&'a DomainSource> {
    sources.iter().find(|source| diagnostic.file.starts_with(&source.folder))
}

/// Whether a diagnostic stops its domain: an error, or a warning that the manifest calls one.
fn is_error(diagnostic: &Diagnostic, source: &DomainSource) -> bool {
    let is_raised = source.manifest.lints.get(&diagnostic.kind.code()) == Some(&Lint::Error);
    diagnostic.is_error() || is_raised
}

fn attempt(sources: &[DomainSource], releases: Releases<'_>) -> (Compiled, Vec<Diagnostic>) {
    let report = Report::default();
    let texts: Vec<Texts> = sources.iter().map(|_| Texts::default()).collect();
    let attempt = Attempt { sources, releases, report: &report, texts: &texts };
    let mut world = World { shared: DomainId::find(sources, |source| source.name == "shared"), ..World::default() };
    let mut drafts = content::collect(attempt, imports::import);
    names(attempt, &mut drafts, &mut world);
    names::check(sources, &report);
    calendars::collect(attempt, &mut world);
    records_and_tables(attempt, &mut world);
    let mut compiled = Compiled::default();
    for compiler in attempt.domains(&world) {
        let mut domain = domain(&drafts, compiler);
        compiled.lessons.extend(lessons::of_domain(&mut domain, &drafts, compiler));
        lessons::learned_above(&mut domain, &drafts, &compiled.domains, compiler);
        compiled.domains.push(domain);
    }
    for (domain, walk) in crosswalks::from_codes(&drafts, attempt, &world) {
        if let Some(domain) = domain.get_mut(&mut compiled.domains) {
            domain.crosswalks.push(walk);
        }
    }
    compiled.crosswalks =
        compiled.domains.iter_mut().flat_map(|domain| std::mem::take(&mut domain.crosswalks)).collect();
    pairs::number(&mut compiled.domains, &mut compiled.pairs);
    leaks::leaks(sources, &world, &compiled.domains, &report);
    compiled.shared = shared::shared(sources, &world, &compiled.domains);
    for (source, domain) in sources.iter().zip(&compiled.domains) {
        policies::default_audience(source, domain, &compiled.shared.policies, &report);
    }
    compiled.sets = world.sets;
    (compiled, extends::settle(report.into_diagnostics(), sources))
}

/// Labels, code sets, lists: the names that everything else speaks of.
fn names(attempt: Attempt<'_>, drafts: &mut [Draft<'_>], world: &mut World) {
    let Attempt { sources, report, .. } = attempt;
    for source in sources {
        let parent = source.parent().and_then(|parent| DomainId::find(sources, |it| it.name == parent));
        let mut names = DomainNames { name: source.name.clone(), parent, ..DomainNames::default() };
        for file in &source.files {
            for statement in &file.tree.statements {
                match &statement.item {
                    // These are names for all domains, so that the one that extends another has them.
                    Statement::Label(_) | Statement::Purpose(_) if file.is_inherited => {}
                    Statement::Label(def) => {
                        if world.labels.iter().any(|label| label.name == def.name.item) {
                            duplicate("label", &def.name, report);
                        } else if let Err(error) = LabelId::try_from(world.labels.len()) {
                            report.too_many(def.name.span, error);
                        } else {
                            world.labels.push(label(def));
                        }
                    }
                    Statement::Purpose(def) => {
                        if world.purposes.iter().any(|purpose| purpose.name == def.name.item) {
                            duplicate("purpose", &def.name, report);
                        } else {
                            world.purposes.push(policies::purpose(def));
                        }
                    }
                    Statement::List(def) => {
                        let members = def.members.iter().map(|member| member.item.clone()).collect();
                        if names.lists.insert(def.name.item.clone(), members).is_some() {
                            duplicate("list", &def.name, report);
                        }
                    }
                    _ => {}
                }
            }
        }
        world.domains.push(names);
    }
    for draft in drafts.iter_mut() {
        let set = std::mem::take(&mut draft.set);
        world.codes.push(std::mem::take(&mut draft.places));
        world.ends.push(content::circles::ends(&set));
        world.sets.push(set);
    }
    for (set, draft) in SetId::numbered(drafts.iter_mut()) {
        let mut properties: Vec<Property> = Vec::with_capacity(draft.properties.len());
        if let Some(compiler) = attempt.of_domain(draft.domain, world) {
            properties.extend(
                draft
                    .properties
                    .iter()
                    .map(|(name, kind)| Property { name: name.item.clone(), kind: records::kind(kind, compiler) }),
            );
        }
        if let Some(set) = set.get_mut(&mut world.sets) {
            set.properties = properties;
        }
    }
    wording::fill(world, drafts);
    for (set, draft) in SetId::numbered(drafts.iter_mut()) {
        draft.set.name = set.get(&world.sets).map(|set| set.name.clone()).unwrap_or_default();
        imports::resolve(world, set, draft, report);
        content::named::resolve(world, set, draft, report);
        content::circles::check(world, set, draft, report);
    }
}

fn label(def: &LabelDef) -> Label {
    Label {
        name: def.name.item.clone(),
        title: def.title.item.clone(),
        see: def.see.as_ref().map(|see| see.item.clone()).unwrap_or_default(),
        says: def.says.iter().map(|word| word.item.clone()).collect(),
        fields: def.fields.iter().map(|name| name.item.clone()).collect(),
        is_never_shown: def.is_never_shown,
        wants_own_consent: def.wants_own_consent,
    }
}

fn duplicate(what: &str, name: &crate::definitions::parse::tree::Name, report: &Report) {
    report.say(name.span, Problem::DuplicateName { what: what.into(), name: name.item.clone() }, None);
}

/// Records first, because tables are over their fields; then the defaults, which may ask tables.
fn records_and_tables(attempt: Attempt<'_>, world: &mut World) {
    records(attempt, world);
    tables(attempt, world);
    own_functions::collect(attempt, world);
    defaults(attempt, world);
}

fn records(attempt: Attempt<'_>, world: &mut World) {
    for id in attempt.ids() {
        let Some(compiler) = attempt.of_domain(id, world) else { continue };
        let (records, carried) = records_of(compiler);
        if let Some(names) = id.get_mut(&mut world.domains) {
            names.records = records;
            names.carried = carried;
        }
    }
}

/// The records of one domain, and the further words that findings about each may carry.
fn records_of(compiler: Compiler<'_>) -> (Vec<Record>, HashMap<String, Vec<String>>) {
    let Compiler { source, report, .. } = compiler;
    let mut records: Vec<Record> = Vec::new();
    let mut carried = HashMap::new();
    for statement in source.statements() {
        if let Statement::Extend(def) = statement {
            match records.iter_mut().find(|record| record.name == def.record.item) {
                Some(record) => records::extend(record, def, compiler),
                None => extends::no_record(def, records.iter().map(|it| it.name.as_str()), report),
            }
        }
        let Statement::Record(def) = statement else { continue };
        if records.iter().any(|record| record.name == def.name.item) {
            duplicate("record", &def.name, report);
        } else if let Err(error) = RecordId::try_from(records.len()) {
            report.too_many(def.name.span, error);
        } else {
            records.push(records::record(def, compiler));
            let words = def.carried.iter().flat_map(|words| &words.item).map(|word| word.item.clone());
            carried.insert(def.name.item.clone(), words.collect());
        }
    }
    if let Some(zone) = &source.manifest.zone {
        let name = records::zone(zone.get_ref(), source.manifest_span(zone), report);
        records.iter_mut().filter(|record| record.zone.is_none()).for_each(|record| record.zone.clone_from(&name));
    }
    if let Some(first) = &source.manifest.record {
        match records.iter().position(|record| record.name == *first.get_ref()) {
            Some(found) => records.swap(0, found),
            None => {
                let name = first.get_ref().clone();
                let help = did_you_mean(&name, records.iter().map(|record| record.name.as_str()));
                let problem = Problem::UnknownName { what: "record".into(), name };
                report.say(source.manifest_span(first), problem, help);
            }
        }
    }
    (records, carried)
}

fn tables(attempt: Attempt<'_>, world: &mut World) {
    for id in attempt.ids() {
        let Some(compiler) = attempt.of_domain(id, world) else { continue };
        let mut tables: Vec<world::TableTypes> = Vec::new();
        for statement in compiler.source.statements() {
            let Statement::Table(def) = statement else { continue };
            let types = tables::types(def, compiler);
            if tables.iter().any(|it| it.name == types.name) {
                duplicate("table", &def.name, compiler.report);
            }
            if let Err(error) = TableId::try_from(tables.len()) {
                compiler.report.too_many(def.name.span, error);
                break;
            }
            tables.push(types);
        }
        if let Some(names) = id.get_mut(&mut world.domains) {
            names.tables = tables;
        }
    }
}

fn defaults(attempt: Attempt<'_>, world: &mut World) {
    for id in attempt.ids() {
        let Some(compiler) = attempt.of_domain(id, world) else { continue };
        let records = compiler.names().map(|names| names.records.as_slice()).unwrap_or_default();
        let mut done = records.to_vec();
        for statement in compiler.source.statements() {
            let (name, fields) = match statement {
                Statement::Record(def) => (&def.name.item, &def.fields),
                Statement::Extend(def) => (&def.record.item, &def.fields),
                _ => continue,
            };
            if let Some((record, target)) = records.iter().zip(&mut done).find(|(record, _)| record.name == *name) {
                records::defaults(fields, record, target, compiler);
            }
        }
        if let Some(names) = id.get_mut(&mut world.domains) {
            names.records = done;
        }
    }
}

/// Everything else of one domain.
fn domain(drafts: &[Draft<'_>], compiler: Compiler<'_>) -> Domain {
    let Compiler { domain: id, source, sources, world, report, .. } = compiler;
    let mut domain = Domain {
        name: source.name.clone(),
        title: source.manifest.title.clone(),
        default_audience: source.manifest.audience.clone().map_or_else(|| "desk".to_owned(), toml::Spanned::into_inner),
        records: compiler.names().map(|names| names.records.clone()).unwrap_or_default(),
        readers: readers::of_domain(compiler),
        calendars: world.calendars(id).into_iter().cloned().collect(),
        cues: shared::cues(world, id),
        limits: source.manifest.scripts.limits(),
        requires_audit: source.manifest.audit.required,
        ..Domain::default()
    };
    statements(&mut domain, compiler);
    extends::switches(source, &mut domain, report);
    domain.marks.extend(marks::by_words(compiler));
    domain.marks.sort_by_key(|mark| mark.record);
    for (set, draft) in SetId::numbered(drafts) {
        let is_part = |domain: DomainId| world.stands_on(id, domain);
        let has_part = is_part(draft.domain) || draft.said.iter().any(|one| is_part(one.domain));
        if has_part && world.set_for(id, draft.plain_name(sources)) == Some(set) {
            domain.sets.push(set);
            domain.classifiers.extend(criteria::classifier(draft, set, compiler));
        }
    }
    scripts::check(&mut domain, compiler);
    if let Err(error) = compiler.texts.fit() {
        report.too_many(Span::default().in_file(source.manifest_file()), error);
    }
    (domain.phrases, domain.patterns) = compiler.texts.take();
    domain
}

/// What the statements of a domain come to that speak of nothing but names.
fn statements(domain: &mut Domain, compiler: Compiler<'_>) {
    let Compiler { source, report, .. } = compiler;
    let (mut known, mut own_policies) = (HashMap::new(), Vec::new());
    for file in &source.files {
        for statement in &file.tree.statements {
            match &statement.item {
                Statement::Table(def) => {
                    let Ok(table) = TableId::try_from(domain.tables.len()) else { continue };
                    let Some(types) = compiler.names().and_then(|names| table.get(&names.tables)) else { continue };
                    domain.tables.push(tables::table(def, types, compiler));
                    domain.derivations.extend(tables::derivations(def, table, compiler));
                }
                Statement::Derive(def) => {
                    domain.derivations.extend(rules::derive(def, compiler));
                    domain.marks.extend(marks::marks(def, compiler));
                }
                Statement::Purpose(def) => policies::check_purpose(def, compiler),
                Statement::Rules(block) => {
                    for rule in &block.rules {
                        add_rule(domain, &mut known, &rule.item, Some(block), compiler);
                    }
                }
                Statement::Rule(def) => add_rule(domain, &mut known, def, None, compiler),
                Statement::Crosswalk(def) if !file.is_inherited || crosswalks::has_own_form(def, compiler) => {
                    domain.crosswalks.extend(crosswalks::crosswalk(def, compiler).map(|mut walk| {
                        imports::crosswalk(def, &mut walk, compiler);
                        walk
                    }));
                }
                Statement::Policy(def) => {
                    let is_own = !file.is_inherited;
                    if is_own && own_policies.contains(&def.name.item.as_str()) {
                        duplicate("policy", &def.name, report);
                    }
                    if is_own {
                        own_policies.push(&def.name.item);
                    }
                    domain.policies.push(policies::policy(def, compiler));
                }
                // When all rules are there.
                Statement::Switch(_)
                | Statement::Crosswalk(_)
                | Statement::Extend(_)
                | Statement::Record(_)
                | Statement::CodeSet(_)
                | Statement::Calendar(_)
                | Statement::Reader(_)
                | Statement::Writer(_)
                | Statement::List(_)
                | Statement::Function(_)
                | Statement::Label(_) => {}
            }
        }
    }
}

fn add_rule(
    domain: &mut Domain,
    known: &mut HashMap<Vec<u8>, String>,
    def: &crate::definitions::parse::tree::RuleDef,
    block: Option<&crate::definitions::parse::tree::RulesDef>,
    compiler: Compiler<'_>,
) {
    if domain.rules.iter().any(|rule| rule.id == def.id.item) {
        duplicate("rule", &def.id, compiler.report);
        return;
    }
    if let Err(error) = RuleId::try_from(domain.rules.len()) {
        compiler.report.too_many(def.id.span, error);
        return;
    }
    let Some(rule) = rules::rule(def, block, compiler) else { return };
    match known.entry(rules::gist(&rule)) {
        Entry::Occupied(other) => {
            let problem = Problem::RepeatedRule { rule: rule.id.clone(), other: other.get().clone() };
            compiler.say(def.id.span, problem, None);
        }
        Entry::Vacant(place) => {
            place.insert(rule.id.clone());
        }
    }
    domain.rules.push(rule);
}
