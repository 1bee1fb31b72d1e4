//! `tencode list`

use crate::cli::commands::sources::Sources;
use crate::cli::context::Context;
use crate::cli::engine_args::day;
use crate::cli::engine_args::today;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::diagnostics::did_you_mean;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::model::ids::RecordId;
use crate::model::program::Domain;
use crate::model::rules::Piece;
use crate::registry::Codes;
use crate::registry::Registry;
use crate::workspace::session::Reach;
use serde_json::Value;
use serde_json::json;
use std::sync::Arc;

/// Lists what there is: domains, records, code sets, the codes of a set as a tree, rules, readers, policies, sources.
///
/// Sources are the official releases that domains name, and whether they are installed: the same as `tencode sources`.
///
///     tencode list domains
///     tencode list codes call-types
///     tencode list rules --domain law-enforcement
///     tencode list sets --json               one a line, for programs
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct List {
    /// What to list
    what: What,
    /// With `codes`: the code set
    #[arg(required_if_eq("what", "codes"))]
    set: Option<String>,
    /// Only what this domain has [default: all domains]
    #[arg(long, value_name = "D")]
    domain: Option<String>,
    /// With `codes`: the day on which they are in force, which are marked otherwise [default: today]
    #[arg(long, value_name = "DATE", value_parser = day)]
    on: Option<Day>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    Domains,
    Records,
    Sets,
    Codes,
    Rules,
    Readers,
    Policies,
    Sources,
}

impl List {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        if self.what == What::Sources {
            return Sources::all().run(context, terminal);
        }
        let registry = match &self.domain {
            Some(domain) => context.registry_for(domain, terminal)?,
            None => Context::open(&context.session(Reach::All)?, terminal)?,
        };
        if let (What::Codes, Some(set)) = (self.what, &self.set) {
            return codes(&registry, set, self.on.unwrap_or_else(today), terminal);
        }
        if let Some(odd) = &self.set {
            return Err(Failure::said(format!("`{odd}`: only `list codes` takes the name of a code set")));
        }
        let mut rows = Vec::new();
        for domain in self.domains(&registry)? {
            self.of_domain(&domain, &registry, &mut rows);
        }
        // A code set belongs to each domain that adds to it.
        rows.dedup();
        for (words, value) in rows {
            if terminal.json { terminal.json(&value)? } else { terminal.row(&words)? }
        }
        Ok(Verdict::Fine)
    }

    fn domains(&self, registry: &Registry) -> Result<Vec<Arc<Domain>>, Failure> {
        let is_wanted = |name: &&str| self.domain.as_deref().is_none_or(|domain| domain == *name);
        let names: Vec<&str> = registry.domain_names().filter(is_wanted).collect();
        let mut domains = Vec::with_capacity(names.len());
        for name in names {
            domains.extend(registry.domain(name)?);
        }
        Ok(domains)
    }

    fn of_domain(&self, domain: &Domain, registry: &Registry, rows: &mut Vec<(String, Value)>) {
        let name = domain.name.as_str();
        match self.what {
            What::Domains => {
                let (records, sets, rules) = (domain.records.len(), domain.sets.len(), domain.rules.len());
                let counts = format!("{records} records, {sets} code sets, {rules} rules");
                let value =
                    json!({"domain": name, "title": domain.title, "records": records, "sets": sets, "rules": rules});
                rows.push((format!("{name:<24} {}  ({counts})", domain.title), value));
            }
            What::Records => rows.extend(domain.records.iter().map(|record| {
                let (title, fields) = (&record.title, record.fields.len());
                let value = json!({"domain": name, "record": record.name, "title": title, "fields": fields});
                (format!("{name:<24} {:<24} {title}  ({fields} fields)", record.name), value)
            })),
            What::Sets => rows.extend(domain.sets.iter().map(|set| {
                let codes = registry.codes(*set);
                let (set, title, count) = (codes.name(), codes.title(), codes.len());
                let (starter, mark) = (codes.is_starter(), if codes.is_starter() { ", only the starter" } else { "" });
                let value = json!({"domain": name, "set": set, "title": title, "codes": count, "starter": starter});
                (format!("{name:<24} {set:<28} {title}  ({count} codes{mark})"), value)
            })),
            What::Codes | What::Sources => {}
            What::Rules => rules(domain, rows),
            What::Readers => rows.extend(domain.readers.iter().map(|reader| {
                let record = record(domain, reader.record);
                let value = json!({"domain": name, "reader": reader.name, "title": reader.title, "record": record});
                (format!("{name:<24} {:<28} for {record}  {}", reader.name, reader.title), value)
            })),
            What::Policies => rows.extend(domain.policies.iter().map(|policy| {
                let (audience, title) = (&policy.audience, &policy.title);
                let value = json!({"domain": name, "policy": policy.name, "audience": audience, "title": title});
                (format!("{name:<24} {:<24} for {audience}  {title}", policy.name), value)
            })),
        }
    }
}

fn record(domain: &Domain, record: RecordId) -> &str {
    record.get(&domain.records).map_or("", |record| record.name.as_str())
}

/// The rules of a domain, those that it has turned off last.
fn rules(domain: &Domain, rows: &mut Vec<(String, Value)>) {
    let name = domain.name.as_str();
    for rule in &domain.rules {
        let words = rule.message.iter().map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Value(_) => "…",
        });
        let (message, severity, record) =
            (words.collect::<String>(), rule.severity.name(), record(domain, rule.record));
        let change = domain.switched.iter().rev().find(|change| change.rule == rule.id);
        let because = change.map(|change| format!("  ({severity} because {})", change.because)).unwrap_or_default();
        let value = json!({"domain": name, "rule": rule.id, "severity": severity, "record": record, "message": message,
                           "because": change.map(|change| &change.because)});
        rows.push((format!("{name:<24} {:<24} {severity:<8} {record:<12} {message}{because}", rule.id), value));
    }
    for change in domain.switched.iter().filter(|change| change.severity.is_none()) {
        let value = json!({"domain": name, "rule": change.rule, "severity": "off", "because": change.because});
        rows.push((format!("{name:<24} {:<24} {:<8} because {}", change.rule, "off", change.because), value));
    }
}

/// The codes of a set, each below its parent.
fn codes(registry: &Registry, name: &str, on: Day, terminal: &mut Terminal) -> Result<Verdict, Failure> {
    let Some(set) = registry.set(name) else {
        let all: Vec<&str> = registry.sets().map(|set| registry.codes(set).name()).collect();
        let near = did_you_mean(name, all.iter().copied()).map(|near| format!("; {near}")).unwrap_or_default();
        return Err(Failure::said(format!("there is no code set `{name}`{near}")));
    };
    let codes = registry.codes(set);
    // Codes stand in the order of the tree, so only those above the one at hand are kept.
    let mut above: Vec<CodeId> = Vec::new();
    for code in codes.all() {
        let parent = codes.parent(code);
        while above.last().is_some_and(|last| Some(*last) != parent) {
            above.pop();
        }
        one(codes, code, above.len(), on, terminal)?;
        above.push(code);
    }
    Ok(Verdict::Fine)
}

fn one(codes: Codes<'_>, code: CodeId, level: usize, on: Day, terminal: &mut Terminal) -> Result<(), Failure> {
    let (name, title) = (codes.code(code), codes.display(code));
    let (in_force, billable) = (codes.is_in_force(code, on), codes.is_assignable(code, on));
    if terminal.json {
        let parent = codes.parent(code).map(|parent| codes.code(parent));
        return terminal.json(&json!({"set": codes.name(), "code": name, "display": title, "parent": parent,
                                     "level": level, "in_force": in_force, "billable": billable}));
    }
    let mark = if in_force { "" } else { "  (not in force)" };
    terminal.row(&format!("{:indent$}{name}  {title}{mark}", "", indent = 2 * level))
}
