//! The description of the API, made from the table of routes, so that it cannot say anything else than what is served.

use super::problem::KINDS;
use super::routes::Does;
use super::routes::ROUTES;
use super::routes::Route;
use super::routes::Who;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

/// OpenAPI 3.1.
pub fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES.iter().filter(|route| is_api(route)) {
        let path = paths.entry(route.path.to_owned()).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(route.method.to_lowercase(), operation(route));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "tencode",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Codes for encounters: search, look up, classify, validate, redact, keep. Audience and purpose come \
                            from the token, never from a parameter.",
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": { "schemas": schemas(), "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } } },
    })
}

fn is_api(route: &Route) -> bool {
    let is_about = matches!(route.path, "/healthz" | "/readyz" | "/metrics" | "/openapi.json" | "/problems/{name}");
    is_about || route.path.starts_with("/v1/")
}

fn operation(route: &Route) -> Value {
    let mut parameters: Vec<Value> = path_names(route.path)
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    for (name, schema) in questions(route.name) {
        let required = schema.get("x-required").is_some();
        let mut schema = schema;
        if let Some(object) = schema.as_object_mut() {
            object.remove("x-required");
        }
        parameters.push(json!({ "name": name, "in": "query", "required": required, "schema": schema }));
    }
    if route.does == Does::Writes {
        let schema = json!({ "type": "string", "minLength": 1, "maxLength": 200 });
        parameters.push(json!({ "name": "Idempotency-Key", "in": "header", "required": true, "schema": schema }));
    }
    if route.does == Does::Writes && route.path.contains("{id}") {
        let schema = json!({ "type": "string", "pattern": "^\"[0-9]+\"$" });
        parameters.push(json!({ "name": "If-Match", "in": "header", "required": true, "schema": schema }));
    }
    let mut operation = json!({
        "operationId": route.name,
        "summary": route.about,
        "parameters": parameters,
        "responses": responses(route),
    });
    if let Some(object) = operation.as_object_mut() {
        if let Who::Roles(roles) = route.who {
            let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
            object.insert("security".to_owned(), json!([{ "token": [] }]));
            object.insert("description".to_owned(), format!("Roles: {}.", names.join(", ")).into());
        } else {
            object.insert("security".to_owned(), json!([]));
        }
        if route.method != "GET" {
            object.insert("requestBody".to_owned(), body(route));
        }
    }
    operation
}

fn path_names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// What may stand behind the question mark.
fn questions(name: &str) -> Vec<(&'static str, Value)> {
    let text = || json!({ "type": "string" });
    let date = || json!({ "type": "string", "format": "date" });
    let number = |most: u64| json!({ "type": "integer", "minimum": 1, "maximum": most });
    match name {
        "code" | "lookup" | "search" | "map" | "read" => vec![("on", date())],
        "batch" => {
            let needed = json!({ "type": "string", "minLength": 1, "x-required": true });
            vec![("domain", needed), ("record", text()), ("on", date()), ("format", text()), ("reader", text())]
        }
        "list" => vec![
            ("domain", text()),
            ("state", json!({ "type": "string", "enum": ["open", "coded", "erased", "errors"] })),
            ("before", json!({ "type": "integer" })),
            ("limit", number(200)),
        ],
        "stats" => vec![("domain", json!({ "type": "string", "minLength": 1, "x-required": true }))],
        "audit" => vec![("actor", text()), ("outcome", text()), ("limit", number(1000))],
        _ => Vec::new(),
    }
}

fn body(route: &Route) -> Value {
    if route.name == "batch" {
        return json!({ "required": true, "content": { "application/x-ndjson": { "schema": { "type": "string" } } } });
    }
    let schema = json!({ "$ref": format!("#/components/schemas/{}", schema_of(route.name)) });
    json!({ "required": true, "content": { "application/json": { "schema": schema } } })
}

fn schema_of(name: &str) -> &'static str {
    match name {
        "lookup" => "Lookup",
        "search" => "Search",
        "map" => "Map",
        "redact" => "Redact",
        "classify" => "Classify",
        "explain" => "Explain",
        "give" | "withdraw" => "Coding",
        _ => "Judged",
    }
}

fn schemas() -> Value {
    let text = json!({ "type": "string" });
    let date = json!({ "type": "string", "format": "date" });
    let judged = json!({
        "domain": text, "record": text, "on": date,
        "encounter": { "type": "object", "description": "the record; its fields may also stand beside `domain`" },
    });
    let object = |properties: Value, required: &[&str]| json!({ "type": "object", "properties": properties, "required": required });
    json!({
        "Lookup": object(json!({ "code": text, "set": text, "on": date }), &["code"]),
        "Search": object(
            json!({ "q": text, "set": text, "on": date, "limit": { "type": "integer", "minimum": 1, "maximum": 200 } }),
            &["q"],
        ),
        "Map": object(json!({ "code": text, "from": text, "to": text, "on": date }), &["code", "from", "to"]),
        "Redact": object(json!({ "text": text, "domain": text, "id": {}, "spans": { "type": "boolean" } }), &["text"]),
        "Classify": object(
            json!({
                "domain": text, "record": text, "on": date, "set": text, "text": text, "encounter": { "type": "object" },
                "candidates": { "type": "integer", "minimum": 0, "maximum": 50 },
            }),
            &["domain"],
        ),
        "Explain": object(
            json!({
                "domain": text, "record": text, "on": date, "set": text, "code": text, "rule": text, "text": text,
                "encounter": { "type": "object" },
            }),
            &["domain"],
        ),
        "Judged": object(judged, &["domain"]),
        "Coding": object(json!({ "set": text, "code": text, "path": text, "reason": text }), &["set", "code"]),
        "Problem": object(
            json!({
                "type": text, "title": text, "status": { "type": "integer" }, "detail": text, "request": text,
                "pointer": text, "version": { "type": "integer" },
            }),
            &["type", "title", "status"],
        ),
    })
}

fn responses(route: &Route) -> Value {
    let kind = match route.name {
        "metrics" => "text/plain",
        "batch" => "application/x-ndjson",
        _ => "application/json",
    };
    let good = if route.name == "keep" { "201" } else { "200" };
    let mut responses = Map::new();
    responses.insert(good.to_owned(), json!({ "description": route.about, "content": { kind: {} } }));
    if matches!(route.name, "sets" | "set" | "code" | "releases" | "lookup" | "map") {
        responses.insert("304".to_owned(), json!({ "description": "Nothing has changed" }));
    }
    if route.name == "run" {
        let problem = json!({ "$ref": "#/components/schemas/Problem" });
        let content = json!({ kind: {}, "application/problem+json": { "schema": problem } });
        let said = json!({ "description": "The encounter cannot be read", "content": content });
        responses.insert("422".to_owned(), said);
    }
    if route.name == "readyz" {
        responses.insert("503".to_owned(), json!({ "description": "It cannot answer now", "content": { kind: {} } }));
    }
    for problem in KINDS {
        let schema = json!({ "$ref": "#/components/schemas/Problem" });
        let said =
            json!({ "description": problem.title, "content": { "application/problem+json": { "schema": schema } } });
        responses.entry(problem.status.to_string()).or_insert(said);
    }
    responses.into()
}
