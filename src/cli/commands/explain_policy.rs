//! `tencode explain policy P --record R`

use crate::cli::context::Context;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::model::day::Day;
use crate::model::program::Domain;
use crate::privacy::explain;
use crate::privacy::explain::Explanation;
use crate::registry::Registry;
use std::sync::Arc;

/// Prints what a policy, as it is `today`, does to every field and label of a record.
pub(super) fn explain(
    policy: &str,
    record: Option<&str>,
    domain: Option<&str>,
    today: Day,
    context: &Context,
    terminal: &mut Terminal,
) -> Result<Verdict, Failure> {
    let registry = match domain {
        Some(domain) => context.registry_for(domain, terminal)?,
        None => context.registry(terminal)?,
    };
    let Some(domain) = find(&registry, domain, record)? else {
        let what = record
            .map_or_else(|| "say which record: --record R".to_owned(), |it| format!("no domain has a record `{it}`"));
        return Err(Failure::said(what));
    };
    let explained = explain::explain(registry.shared()?, &domain, record, policy, &registry, today);
    let explained = explained.map_err(Failure::from)?;
    if terminal.json {
        terminal.json(&explained)?;
    } else {
        print(&explained, terminal)?;
    }
    Ok(Verdict::Fine)
}

/// The domain that is named, or the first that has the record.
fn find(registry: &Registry, domain: Option<&str>, record: Option<&str>) -> Result<Option<Arc<Domain>>, Failure> {
    if let Some(domain) = domain {
        return Ok(registry.domain(domain)?);
    }
    let Some(record) = record else { return Ok(None) };
    for name in registry.domain_names() {
        if let Some(domain) = registry.domain(name)?.filter(|it| it.records.iter().any(|it| it.name == record)) {
            return Ok(Some(domain));
        }
    }
    Ok(None)
}

fn print(explained: &Explanation, terminal: &mut Terminal) -> Result<(), Failure> {
    let head = format!("{} · {} of {}", explained.policy, explained.record, explained.domain);
    let head = terminal.strong(&head);
    terminal.line(&head)?;
    let purposes = if explained.purposes.is_empty() { "any purpose".to_owned() } else { explained.purposes.join(", ") };
    let not = if explained.not_purposes.is_empty() {
        String::new()
    } else {
        format!(", not {}", explained.not_purposes.join(", "))
    };
    terminal.line(&format!("for {purposes}{not}"))?;
    if explained.requires_consent {
        terminal.line("only with a consent in force")?;
    }
    terminal.line("")?;
    let mut rows = vec![["field", "declared", "shown", "why"].map(str::to_owned)];
    for field in &explained.fields {
        rows.push([field.path.clone(), field.declared.join(", "), field.does.clone(), field.why.clone()]);
    }
    rows.push(["(undeclared)".to_owned(), "identifies".to_owned(), explained.undeclared.to_owned(), String::new()]);
    table(&rows, terminal)?;
    terminal.line("")?;
    let mut rows = vec![["label", "codes", "shown", "unless"].map(str::to_owned)];
    for label in &explained.labels {
        let texts = if label.withholds_texts { ", with texts and signals" } else { "" };
        let shown = format!("{}{texts}", label.codes);
        rows.push([label.label.clone(), label.count.to_string(), shown, label.unless.join(" or ")]);
    }
    table(&rows, terminal)?;
    terminal.line("")?;
    for case in &explained.encounters {
        terminal.line(&format!("encounters labelled {}: {}", case.labels.join(", "), case.does))?;
    }
    let texts = if explained.texts.is_empty() { "all".to_owned() } else { explained.texts.join(", ") };
    terminal.line(&format!("texts that stay are searched for: {texts}"))?;
    terminal.line(&format!("candidates: {}; findings: {}", explained.candidates, explained.findings))?;
    for obligation in &explained.obligations {
        terminal.line(&format!("obligation: {obligation}"))?;
    }
    Ok(())
}

/// Columns as wide as their widest cell; the last is left ragged.
fn table(rows: &[[String; 4]], terminal: &mut Terminal) -> Result<(), Failure> {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..4).map(width).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        terminal.line(cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}
