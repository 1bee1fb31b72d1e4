//! What stands in definitions under a name: tables, labels, readers, functions, lists, fields.

use crate::cli::exit::Failure;
use crate::cli::terminal::Terminal;
use crate::definitions::load::DefinitionFile;
use crate::definitions::load::DomainSource;
use crate::definitions::parse::tree::Attribute;
use crate::definitions::parse::tree::FieldDef;
use crate::definitions::parse::tree::KindDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::ReaderLine;
use crate::definitions::parse::tree::Statement;
use crate::diagnostics::span::Span;
use crate::diagnostics::span::Spanned;
use serde::Serialize;

/// Uses of a field that are named; more are counted.
const NAMED: usize = 12;

/// Something that a definition names, as it is written.
#[derive(Serialize)]
pub(super) struct Named {
    what: &'static str,
    name: String,
    domain: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    record: String,
    file: String,
    line: usize,
    text: String,
    /// Readers that fill the field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    filled_by: Vec<String>,
    /// Rules that speak of the field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<String>,
}

/// Everything of a name in some domains; fields are called `name`, `record.name` or `record.list.name`, and count only if they
/// are of the record that is asked for. All names there are go to `others`.
pub(super) fn all(name: &str, record: Option<&str>, domains: &[DomainSource], others: &mut Vec<String>) -> Vec<Named> {
    let mut found = Vec::new();
    for domain in domains {
        for file in &domain.files {
            for statement in &file.tree.statements {
                if let Some((what, own)) = named(&statement.item) {
                    others.push(own.item.clone());
                    if own.item == name && record.is_none() {
                        found.push(written(what, name, domain, file, statement.span));
                    }
                }
                let (of, fields) = match &statement.item {
                    Statement::Record(def) => (&def.name.item, &def.fields),
                    Statement::Extend(def) => (&def.record.item, &def.fields),
                    _ => continue,
                };
                if record.is_some_and(|record| record != of) {
                    continue;
                }
                let inner = name.strip_prefix(of.as_str()).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name);
                for (path, field) in paths(fields, "") {
                    others.push(path.clone());
                    others.push(format!("{of}.{path}"));
                    if path == inner {
                        found.push(field_found(&path, of, domain, file, field));
                    }
                }
            }
        }
    }
    found
}

/// What a statement is, and its name.
fn named(statement: &Statement) -> Option<(&'static str, &Name)> {
    Some(match statement {
        Statement::Table(def) => ("table", &def.name),
        Statement::Label(def) => ("label", &def.name),
        Statement::Reader(def) => ("reader", &def.name),
        Statement::Writer(def) => ("writer", &def.name),
        Statement::Function(def) => ("function", &def.name),
        Statement::List(def) => ("list", &def.name),
        Statement::Calendar(def) => ("calendar", &def.name),
        Statement::Purpose(def) => ("purpose", &def.name),
        _ => return None,
    })
}

fn written(what: &'static str, name: &str, domain: &DomainSource, file: &DefinitionFile, span: Span) -> Named {
    let (line, before) = line_of(&file.text, span);
    Named {
        what,
        name: name.to_owned(),
        domain: domain.name.clone(),
        record: String::new(),
        file: file.path.display().to_string(),
        line,
        text: outdented(before, file.text.get(span.start..span.end).unwrap_or_default().trim_end()),
        filled_by: Vec::new(),
        rules: Vec::new(),
    }
}

/// Fields with their paths, those of records inside them too.
fn paths<'f>(fields: &'f [FieldDef], above: &str) -> Vec<(String, &'f FieldDef)> {
    let mut out = Vec::new();
    for field in fields {
        let path = if above.is_empty() { field.name.item.clone() } else { format!("{above}.{}", field.name.item) };
        let mut kind = &field.kind.item;
        while let KindDef::List(inner) = kind {
            kind = &inner.item;
        }
        if let KindDef::Record(inner) = kind {
            out.extend(paths(inner, &path));
        }
        out.push((path, field));
    }
    out
}

fn field_found(path: &str, record: &str, domain: &DomainSource, file: &DefinitionFile, field: &FieldDef) -> Named {
    let last = field.attributes.last().map_or(field.kind.span, |attribute: &Spanned<Attribute>| attribute.span);
    let span = field.name.span.join(field.kind.span).join(last);
    let mut found = written("field", path, domain, file, span);
    record.clone_into(&mut found.record);
    for file in &domain.files {
        for statement in &file.tree.statements {
            let Statement::Reader(reader) = &statement.item else { continue };
            if reader.record.item == record && fills(&reader.lines, path) {
                found.filled_by.push(reader.name.item.clone());
            }
        }
        for (rule, span) in file.tree.rules() {
            let text = file.text.get(span.start..span.end).unwrap_or_default();
            let name = path.rsplit('.').next().unwrap_or(path);
            if has_word(text, name) {
                found.rules.push(rule.id.item.clone());
            }
        }
    }
    found
}

/// Whether a line of a reader fills a field, or something in it.
fn fills(lines: &[Spanned<ReaderLine>], path: &str) -> bool {
    let first = path.split('.').next().unwrap_or(path);
    lines.iter().any(|line| match &line.item {
        ReaderLine::Mapping(mapping) => {
            let target = mapping.target.item.replace("[]", "");
            target == path || target.split(['.', '[']).next() == Some(first) && !target.contains('.')
        }
        _ => false,
    })
}

/// Whether a name stands in a text as a whole word.
fn has_word(text: &str, name: &str) -> bool {
    let is_letter = |letter: Option<char>| letter.is_some_and(|it| it.is_alphanumeric() || matches!(it, '_' | '-'));
    text.match_indices(name).any(|(at, _)| {
        let (before, behind) = (text.get(..at), text.get(at + name.len()..));
        let around = (before.and_then(|it| it.chars().next_back()), behind.and_then(|it| it.chars().next()));
        !is_letter(around.0) && !is_letter(around.1)
    })
}

impl Named {
    pub(super) fn show(&self, terminal: &mut Terminal) -> Result<(), Failure> {
        if terminal.json {
            return terminal.json(self);
        }
        let of = if self.record.is_empty() { String::new() } else { format!(" of record {}", self.record) };
        let place = format!("{}:{}, {}{of}, domain {}", self.file, self.line, self.what, self.domain);
        let place = terminal.faint(&place);
        terminal.line(&place)?;
        terminal.line(&self.text)?;
        for (what, names) in [("filled by the readers", &self.filled_by), ("named in the rules", &self.rules)] {
            if !names.is_empty() {
                let more = names.len().saturating_sub(NAMED);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let named: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
                terminal.line(&format!("  {what}: {}{more}", named.join(", ")))?;
            }
        }
        Ok(())
    }
}

/// The line on which something begins, from 1, and the text before it.
pub(super) fn line_of(text: &str, span: Span) -> (usize, &str) {
    let before = text.get(..span.start).unwrap_or_default();
    (before.matches('\n').count() + 1, before)
}

/// A statement without the blanks that its block puts before each of its lines.
pub(super) fn outdented(before: &str, text: &str) -> String {
    let indent = before.rsplit('\n').next().unwrap_or_default();
    let lines = text.split('\n').map(|line| line.strip_prefix(indent).unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}
