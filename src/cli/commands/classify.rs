//! `tencode classify`

use crate::cli::Context;
use crate::cli::asking::Asking;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::encounters::engine::Engine;
use crate::model::record::Field;
use crate::model::record::Kind;
use serde_json::Value;
use serde_json::json;

/// Proposes codes for one text or record, with the reasons.
///
/// The text is put into the record's first free text field; a text that begins with { is taken for a whole record.
/// Candidates below the threshold of their code set are not shown. Exit status 1 if the record cannot be read.
///
///     tencode classify --domain law-enforcement --record call officer stopped a blue car for speeding
///     tencode classify --domain healthcare --set icd-10-cm '{"note": "type 2 diabetes", "patient": {"age": 61}}'
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Classify {
    #[command(flatten)]
    asking: Asking,
    /// Only candidates of this code set
    #[arg(long, value_name = "S")]
    set: Option<String>,
    /// Show the N best candidates of each code set even if they are below its threshold
    #[arg(long, value_name = "N")]
    candidates: Option<usize>,
    /// Words, or one record as JSON
    #[arg(required = true)]
    text: Vec<String>,
}

impl Classify {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        let engine = self.asking.engine(self.candidates, context, terminal)?;
        let text = self.text.join(" ");
        let record = if text.trim_start().starts_with('{') { text } else { in_free_field(&engine, &text)? };
        let disclosure = engine.worker().disclose(1, Ok(&record));
        let answer = serde_json::to_value(&disclosure).map_err(|error| Failure::said(error.to_string()))?;
        if let Some(error) = answer.get("error").and_then(Value::as_str) {
            return Err(Failure::said(format!("the record cannot be read: {error}")));
        }
        let all = answer.get("candidates").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let wanted = |it: &&Value| self.set.as_deref().is_none_or(|set| word(it, "set") == set);
        let candidates: Vec<&Value> = all.iter().filter(wanted).collect();
        if terminal.json {
            terminal.json(&json!({ "candidates": candidates }))?;
            return Ok(Verdict::Fine);
        }
        if candidates.is_empty() {
            terminal.line("no code fits well enough")?;
        }
        for candidate in candidates {
            show(candidate, terminal)?;
        }
        Ok(Verdict::Fine)
    }
}

fn show(candidate: &Value, terminal: &mut Terminal) -> Result<(), Failure> {
    let number = |name: &str| candidate.get(name).and_then(Value::as_f64).unwrap_or(0.0);
    let code = terminal.strong(&format!("{}/{}", word(candidate, "set"), word(candidate, "code")));
    let below = if candidate.get("below").is_some() { ", below the threshold" } else { "" };
    let (title, points) = (word(candidate, "display"), number("score"));
    terminal.line(&format!("{code}  {title}  ({points:.2} points, {:.0} %{below})", number("confidence") * 100.0))?;
    for reason in candidate.get("because").and_then(Value::as_array).into_iter().flatten() {
        let points = reason.get("points").and_then(Value::as_f64).unwrap_or(0.0);
        let place = match word(reason, "path") {
            "" => String::new(),
            path => format!(" in {path}"),
        };
        let line = format!("    {points:+.2}  {}: {}{place}", word(reason, "kind"), word(reason, "what"));
        terminal.line(&terminal.faint(&line))?;
    }
    Ok(())
}

fn word<'a>(tree: &'a Value, name: &str) -> &'a str {
    tree.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A record that holds nothing but the text, in its first free text field.
fn in_free_field(engine: &Engine, text: &str) -> Result<String, Failure> {
    let path = free_field(&engine.record().fields).ok_or_else(|| {
        let name = &engine.record().name;
        Failure::said(format!("record `{name}` has no free text field; give a whole record as JSON"))
    })?;
    let record = path.into_iter().rev().fold(Value::from(text), |value, name| json!({ name: value }));
    Ok(record.to_string())
}

fn free_field(fields: &[Field]) -> Option<Vec<&str>> {
    let here = fields.iter().find(|field| field.privacy.is_free && field.kind == Kind::Text);
    here.map(|field| vec![field.name.as_str()]).or_else(|| {
        fields.iter().find_map(|field| {
            let Kind::Record(inner) = &field.kind else { return None };
            let mut path = vec![field.name.as_str()];
            path.extend(free_field(inner)?);
            Some(path)
        })
    })
}
