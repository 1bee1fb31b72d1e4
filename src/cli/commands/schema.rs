//! `tencode schema`

use crate::cli::context::Context;
use crate::cli::exit::Failure;
use crate::cli::exit::Verdict;
use crate::cli::terminal::Terminal;
use crate::diagnostics::did_you_mean;
use crate::model::program::Domain;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::record::Record;
use crate::model::rules::Severity;
use crate::registry::Registry;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use std::sync::Arc;

/// The dialect of the schemas.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
/// How a date is written.
const DAY: &str = r"^\d{4}-\d{2}-\d{2}$";
/// How a date and time is written; without an offset it is meant in the zone of the record.
const MOMENT: &str = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$";

/// Prints the JSON Schema (2020-12) of a record, as `run` takes it, or of a disclosure, as `run` answers.
///
///     tencode schema call
///     tencode schema encounter --domain healthcare
///     tencode schema disclosure
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Schema {
    /// A record, or `disclosure`
    name: String,
    /// Domain of the record [default: the one that has it]
    #[arg(long, value_name = "D")]
    domain: Option<String>,
}

impl Schema {
    pub(crate) fn run(self, context: &Context, terminal: &mut Terminal) -> Result<Verdict, Failure> {
        if self.name == "disclosure" {
            return print(&disclosure(), terminal);
        }
        let registry = match &self.domain {
            Some(domain) => context.registry_for(domain, terminal)?,
            None => context.registry(terminal)?,
        };
        let domains = self.domains(&registry)?;
        let records = domains.iter().flat_map(|it| it.records.iter().map(move |record| (it, record)));
        let found: Vec<(&Arc<Domain>, &Record)> = records.filter(|(_, record)| record.name == self.name).collect();
        match found.as_slice() {
            [(domain, record)] => print(&of_record(&domain.name, record, &registry), terminal),
            [] => {
                let names = domains.iter().flat_map(|domain| &domain.records).map(|record| record.name.as_str());
                let names = names.chain(["disclosure"]);
                let near = did_you_mean(&self.name, names).map(|near| format!("; {near}")).unwrap_or_default();
                Err(Failure::said(format!("there is no record `{}`{near}", self.name)))
            }
            several => {
                let names: Vec<String> = several.iter().map(|(domain, _)| format!("`{}`", domain.name)).collect();
                Err(Failure::said(format!("{} have a record `{}`: say --domain", names.join(" and "), self.name)))
            }
        }
    }

    fn domains(&self, registry: &Registry) -> Result<Vec<Arc<Domain>>, Failure> {
        let mut out = Vec::new();
        for name in registry.domain_names().filter(|name| self.domain.as_deref().is_none_or(|it| it == *name)) {
            out.extend(registry.domain(name)?);
        }
        Ok(out)
    }
}

fn print(schema: &Value, terminal: &mut Terminal) -> Result<Verdict, Failure> {
    if terminal.json {
        terminal.json(schema)?;
    } else {
        let text = serde_json::to_string_pretty(schema).map_err(|error| Failure::said(error.to_string()))?;
        terminal.line(&text)?;
    }
    Ok(Verdict::Fine)
}

/// The schema of a record. Fields that it does not declare are taken too, so nothing forbids them.
fn of_record(domain: &str, record: &Record, registry: &Registry) -> Value {
    let mut schema = object(&record.fields, registry);
    if let Value::Object(schema) = &mut schema {
        schema.insert("$schema".to_owned(), json!(DIALECT));
        schema.insert("$id".to_owned(), json!(format!("urn:tencode:{domain}:{}", record.name)));
        let title = if record.title.is_empty() { &record.name } else { &record.title };
        schema.insert("title".to_owned(), json!(title));
    }
    schema
}

fn object(fields: &[Field], registry: &Registry) -> Value {
    let mut properties = Map::new();
    for field in fields {
        let mut schema = kind(&field.kind, registry);
        if let (Value::Object(schema), false) = (&mut schema, field.title.is_empty()) {
            schema.insert("title".to_owned(), json!(field.title));
        }
        properties.insert(field.name.clone(), if field.is_required { schema } else { or_null(schema) });
    }
    let required: Vec<&str> = fields
        .iter()
        .filter(|field| field.is_required && field.default.is_empty())
        .map(|it| it.name.as_str())
        .collect();
    json!({"type": "object", "properties": properties, "required": required})
}

/// A field that is null is absent.
fn or_null(schema: Value) -> Value {
    json!({"anyOf": [schema, {"type": "null"}]})
}

fn kind(kind: &Kind, registry: &Registry) -> Value {
    match kind {
        Kind::Text | Kind::Duration => json!({"type": "string"}),
        Kind::Number | Kind::Money(_) => json!({"type": ["number", "string"]}),
        Kind::Integer => json!({"type": ["integer", "string"]}),
        Kind::Bool => json!({"type": ["boolean", "string"]}),
        Kind::Date => json!({"type": "string", "pattern": DAY}),
        Kind::DateTime => json!({"type": "string", "pattern": MOMENT}),
        Kind::Choice(values) | Kind::Ladder(values) => json!({"enum": values}),
        Kind::Code(set) => {
            let codes = registry.codes(*set);
            json!({"type": "string", "description": format!("a code of {}", codes.name())})
        }
        Kind::Codes(sets) => {
            let names: Vec<&str> = sets.iter().map(|set| registry.codes(*set).name()).collect();
            json!({"type": "string", "description": format!("a code of {}", names.join(", else of "))})
        }
        Kind::List(item) => json!({"type": "array", "items": self::kind(item, registry)}),
        Kind::Record(fields) => object(fields, registry),
    }
}

/// The schema of an answer of `run`: a disclosure, or what stands for a line that could not be read.
fn disclosure() -> Value {
    let texts = |names: &[&str]| -> Map<String, Value> {
        names.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect()
    };
    let items = |required: &[&str], properties: Map<String, Value>| json!({"type": "array", "items": {"type": "object", "required": required, "properties": properties}});
    let mut reason = texts(&["kind", "path", "what"]);
    reason.insert("points".to_owned(), json!({"type": "number"}));
    let mut candidate = texts(&["set", "code", "display", "by"]);
    candidate.insert("score".to_owned(), json!({"type": "number"}));
    candidate.insert("confidence".to_owned(), json!({"type": "number", "minimum": 0, "maximum": 1}));
    candidate.insert("below".to_owned(), json!({"type": "boolean"}));
    candidate.insert("because".to_owned(), items(&["kind", "points"], reason));
    let mut code = texts(&["set", "code", "display", "from"]);
    code.insert("raised".to_owned(), json!({"type": "object", "additionalProperties": {"type": "string"}}));
    let mut finding = texts(&["rule", "path", "message", "see", "help"]);
    finding.insert("severity".to_owned(), json!({"enum": Severity::ALL.map(Severity::name)}));
    finding.insert("fix".to_owned(), json!({"type": "object", "properties": texts(&["set", "code"])}));
    let mut whole = texts(&["audience", "purpose", "policy", "registry"]);
    whole.insert("id".to_owned(), json!({"type": ["string", "integer"]}));
    whole.insert("codes".to_owned(), items(&["set", "code", "display", "from"], code));
    whole.insert(
        "candidates".to_owned(),
        items(&["set", "code", "display", "score", "confidence", "because"], candidate),
    );
    whole.insert("findings".to_owned(), items(&["rule", "severity", "path"], finding));
    whole.insert("missing".to_owned(), json!({"type": "array", "items": {"type": "string"}}));
    whole.insert("encounter".to_owned(), json!({"type": "object"}));
    whole.insert("obligations".to_owned(), json!({"type": "array", "items": {"type": "object"}}));
    whole.insert("redactions".to_owned(), items(&["path", "did", "why"], texts(&["path", "did", "why"])));
    let required = [
        "id",
        "audience",
        "policy",
        "registry",
        "codes",
        "candidates",
        "findings",
        "missing",
        "encounter",
        "redactions",
    ];
    json!({
        "$schema": DIALECT,
        "$id": "urn:tencode:disclosure",
        "title": "What is shown of an encounter",
        "oneOf": [
            {"type": "object", "required": required, "properties": whole},
            {"type": "object", "required": ["line", "error"],
             "properties": {"line": {"type": "integer"}, "error": {"type": "string"}}},
        ],
    })
}
