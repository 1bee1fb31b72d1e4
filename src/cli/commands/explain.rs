//! `tencode explain`

use crate::cli::commands::explain_written;
use crate::cli::commands::explain_written::line_of;
use crate::cli::commands::explain_written::outdented;
use crate::cli::commands::starters;
use crate::cli::context::Context;
use crate::cli::engine_args;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::definitions::load;
use crate::definitions::load::DefinitionFile;
use crate::definitions::load::DomainSource;
use crate::definitions::parse::tree::Statement;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Span;
use crate::model::day::Day;
use crate::model::ids::SetId;
use crate::registry::Registry;
use crate::workspace::session::Reach;
use include_dir::Dir;
use include_dir::include_dir;
use serde::Serialize;

static PAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/docs/diagnostics");

/// Explains a rule, table, label, reader, function, list or field (as it is written, and where), a code, a diagnostic of
/// `check`, or what a policy does to a record. Of a field it says which readers fill it and which rules name it.
///
/// Exit status 1 if there is none of that name.
///
///     tencode explain nibrs-401
///     tencode explain D0301
///     tencode explain E11.9
///     tencode explain call.narrative
///     tencode explain policy public --record call
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Explain {
    /// A rule, table, label, reader, field (`RECORD.FIELD`) or code, or the number of a diagnostic; or `policy`
    name: String,
    /// With `policy`: the policy or audience
    #[arg(value_name = "POLICY")]
    policy: Option<String>,
    /// Only fields of this record; with `policy`: the record [default: the first of the domain]
    #[arg(long, value_name = "R")]
    record: Option<String>,
    /// Only what this domain says; with `policy`: the domain [default: the one that has the record]
    #[arg(long, value_name = "D")]
    domain: Option<String>,
    /// With `policy`: the day it is, for lines that hold on some days only [default: the day of this machine]
    #[arg(long, value_name = "DATE", value_parser = engine_args::day)]
    today: Option<Day>,
}

/// A rule as it is written.
#[derive(Serialize)]
struct Written {
    rule: String,
    domain: String,
    file: String,
    line: usize,
    text: String,
    /// What domains that extend its domain say of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    switched: Vec<Written>,
}

impl Explain {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        if let Some(policy) = &self.policy {
            return self.policy(policy, context, terminal);
        }
        if let Some(page) = PAGES.get_file(format!("{}.md", self.name.to_uppercase())).and_then(|it| it.contents_utf8())
        {
            return self.diagnostic(page, terminal);
        }
        let mut names = Vec::new();
        let folders = context.session(Reach::All)?.folders()?;
        let domains: Vec<DomainSource> = folders.iter().map(|folder| load::load(folder)).collect();
        let domains: Vec<DomainSource> =
            domains.into_iter().filter(|it| self.domain.as_ref().is_none_or(|domain| *domain == it.name)).collect();
        if let Some(written) = self.rule(&domains, &mut names) {
            return show(&written, terminal);
        }
        let found = explain_written::all(&self.name, self.record.as_deref(), &domains, &mut names);
        for named in &found {
            named.show(terminal)?;
        }
        if !found.is_empty() {
            return Ok(Verdict::Fine);
        }
        let registry = context.registry(terminal)?;
        let sets = self.code(&registry, terminal)?;
        if !sets.is_empty() {
            starters::note(&starters::among(&registry, &sets), terminal);
            return Ok(Verdict::Fine);
        }
        self.nothing(&names, terminal)?;
        let all: Vec<SetId> = registry.sets().collect();
        starters::note(&starters::among(&registry, &all), terminal);
        Ok(Verdict::Wrong)
    }

    fn policy(&self, policy: &str, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        if self.name != "policy" {
            let message = format!("`explain {} {policy}`: one name, or `policy` and a policy", self.name);
            return Err(Failure::said(message));
        }
        let today = self.today.unwrap_or_else(engine_args::today);
        let (record, domain) = (self.record.as_deref(), self.domain.as_deref());
        super::explain_policy::explain(policy, record, domain, today, context, terminal)
    }

    fn diagnostic(&self, page: &str, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        if terminal.json {
            terminal.json(&serde_json::json!({ "diagnostic": self.name.to_uppercase(), "text": page }))?;
        } else {
            terminal.text(page)?;
        }
        Ok(Verdict::Fine)
    }

    /// The rule of the name; every rule that has another name goes to `others`.
    fn rule(&self, domains: &[DomainSource], others: &mut Vec<String>) -> Option<Written> {
        let (mut found, mut switched) = (None, Vec::new());
        for domain in domains {
            for file in &domain.files {
                for (rule, span) in file.tree.rules() {
                    if rule.id.item == self.name && found.is_none() {
                        found = Some(written(&self.name, &domain.name, file, span));
                    }
                    others.push(rule.id.item.clone());
                }
                let switches = file.tree.statements.iter().filter(|statement| match &statement.item {
                    Statement::Switch(def) => def.rule.item == self.name,
                    _ => false,
                });
                switched.extend(switches.map(|it| written(&self.name, &domain.name, file, it.span)));
            }
        }
        found.map(|found| Written { switched, ..found })
    }

    /// Shows the code of the name from each code set that has it, and returns these sets.
    fn code(&self, registry: &Registry, terminal: &mut Terminal) -> Result<Vec<SetId>, Failure> {
        let mut sets = Vec::new();
        for set in registry.sets() {
            if let Some(code) = registry.codes(set).find(&self.name) {
                super::lookup::show(registry, set, code, None, terminal)?;
                sets.push(set);
            }
        }
        Ok(sets)
    }

    fn nothing(&self, names: &[String], terminal: &mut Terminal) -> Result<(), Failure> {
        let near = did_you_mean(&self.name, names.iter().map(String::as_str));
        let help = near.map(|it| format!("; {it}")).unwrap_or_default();
        let error = format!("`{}` is no rule, table, label, reader, field, code or diagnostic{help}", self.name);
        if terminal.json {
            terminal.json(&serde_json::json!({ "name": self.name, "error": error }))?;
        } else {
            terminal.note(&error);
        }
        terminal.flush()?;
        Ok(())
    }
}

fn written(rule: &str, domain: &str, file: &DefinitionFile, span: Span) -> Written {
    let (line, before) = line_of(&file.text, span);
    Written {
        rule: rule.to_owned(),
        domain: domain.to_owned(),
        file: file.path.display().to_string(),
        line,
        text: outdented(before, file.text.get(span.start..span.end).unwrap_or_default().trim_end()),
        switched: Vec::new(),
    }
}

fn show(written: &Written, terminal: &mut Terminal) -> Result<Verdict, Failure> {
    if terminal.json {
        terminal.json(written)?;
    } else {
        let place = format!("{}:{}, domain {}", written.file, written.line, written.domain);
        let place = terminal.faint(&place);
        terminal.line(&place)?;
        terminal.line(&written.text)?;
        for switch in &written.switched {
            show(switch, terminal)?;
        }
    }
    Ok(Verdict::Fine)
}
