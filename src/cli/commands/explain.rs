//! `tencode explain`

use crate::cli::commands::starters;
use crate::cli::context::Context;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::session::Reach;
use crate::cli::terminal::Terminal;
use crate::definitions::load;
use crate::definitions::load::DefinitionFile;
use crate::diagnostics::did_you_mean;
use include_dir::Dir;
use include_dir::include_dir;
use serde::Serialize;

static PAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/docs/diagnostics");

/// Explains a rule (as it is written, and where), a code, a diagnostic of `check`, or what a policy does to a record.
///
/// Exit status 1 if there is none of that name.
///
///     tencode explain nibrs-401
///     tencode explain D0301
///     tencode explain E11.9
///     tencode explain policy public --record call
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Explain {
    /// A rule, a code or the number of a diagnostic; or `policy`
    name: String,
    /// With `policy`: the policy or audience
    #[arg(value_name = "POLICY")]
    policy: Option<String>,
    /// With `policy`: the record [default: the first of the domain]
    #[arg(long, value_name = "R")]
    record: Option<String>,
    /// With `policy`: the domain [default: the one that has the record]
    #[arg(long, value_name = "D")]
    domain: Option<String>,
}

/// A rule as it is written.
#[derive(Serialize)]
struct Written {
    rule: String,
    domain: String,
    file: String,
    line: usize,
    text: String,
}

impl Explain {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        if let Some(policy) = &self.policy {
            if self.name != "policy" {
                let said = format!("`explain {} {policy}`: one name, or `policy` and a policy", self.name);
                return Err(Failure::said(said));
            }
            return super::explain_policy::explain(
                policy,
                self.record.as_deref(),
                self.domain.as_deref(),
                context,
                terminal,
            );
        }
        if let Some(page) = PAGES.get_file(format!("{}.md", self.name.to_uppercase())).and_then(|it| it.contents_utf8())
        {
            if terminal.json {
                terminal.json(&serde_json::json!({ "diagnostic": self.name.to_uppercase(), "text": page }))?;
            } else {
                terminal.text(page)?;
            }
            return Ok(Verdict::Fine);
        }
        let session = context.session(Reach::All)?;
        let mut names = Vec::new();
        for folder in session.folders()? {
            let domain = load::load(&folder);
            for file in &domain.files {
                for (rule, span) in file.tree.rules() {
                    if rule.id.item == self.name {
                        let written = written(&self.name, &domain.name, file, span);
                        return show(&written, terminal);
                    }
                    names.push(rule.id.item.clone());
                }
            }
        }
        let registry = context.registry(terminal)?;
        let mut found = Vec::new();
        for set in 0..registry.set_count() {
            if let Some(code) = registry.codes(set).find(&self.name) {
                super::lookup::show(&registry, set, code, None, terminal)?;
                found.push(set);
            }
        }
        if !found.is_empty() {
            starters::note(&starters::among(&registry, &found), terminal);
            return Ok(Verdict::Fine);
        }
        let help =
            did_you_mean(&self.name, names.iter().map(String::as_str)).map(|it| format!("; {it}")).unwrap_or_default();
        let error = format!("`{}` is no rule, no code and no diagnostic{help}", self.name);
        if terminal.json {
            terminal.json(&serde_json::json!({ "name": self.name, "error": error }))?;
        } else {
            terminal.note(&error);
        }
        terminal.flush()?;
        let all: Vec<u16> = (0..registry.set_count()).collect();
        starters::note(&starters::among(&registry, &all), terminal);
        Ok(Verdict::Wrong)
    }
}

fn written(rule: &str, domain: &str, file: &DefinitionFile, span: crate::diagnostics::span::Span) -> Written {
    let before = file.text.get(..span.start).unwrap_or_default();
    Written {
        rule: rule.to_owned(),
        domain: domain.to_owned(),
        file: file.path.display().to_string(),
        line: before.matches('\n').count() + 1,
        text: outdented(before, file.text.get(span.start..span.end).unwrap_or_default().trim_end()),
    }
}

/// A statement without the blanks that its block puts before each of its lines.
fn outdented(before: &str, text: &str) -> String {
    let indent = before.rsplit('\n').next().unwrap_or_default();
    let lines = text.split('\n').map(|line| line.strip_prefix(indent).unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

fn show(written: &Written, terminal: &mut Terminal) -> Result<Verdict, Failure> {
    if terminal.json {
        terminal.json(written)?;
    } else {
        let place = format!("{}:{}, domain {}", written.file, written.line, written.domain);
        let place = terminal.faint(&place);
        terminal.line(&place)?;
        terminal.line(&written.text)?;
    }
    Ok(Verdict::Fine)
}
