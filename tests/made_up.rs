//! One domain made of a text, and what it says of an encounter at its desk.

use super::compiled;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use tencode::definitions::compile::compile;
use tencode::definitions::load::DomainSource;
use tencode::definitions::load::parse_file;
use tencode::encounters::engine::Engine;
use tencode::encounters::engine::Options;
use tencode::encounters::write;
use tencode::model::day::Day;
use tencode::privacy::Ask;
use tencode::registry::Registry;

/// The registry of a domain that is written as one file, without anything shared.
pub(crate) fn registry(domain: &str, text: &str) -> Arc<Registry> {
    let (file, diagnostics) = parse_file(Path::new("made-up.codes"), text.to_owned());
    let source = DomainSource { name: domain.to_owned(), files: vec![file], diagnostics, ..DomainSource::default() };
    let outcome = compile(vec![source], &[]);
    let errors: Vec<String> =
        outcome.diagnostics.iter().filter(|it| it.is_error()).map(|it| it.kind.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let folder = tempfile::tempdir().unwrap();
    compiled::registry(&outcome, folder.path())
}

/// The engine of a desk; the first record of the domain where none is named.
pub(crate) fn desk(registry: &Arc<Registry>, domain: &str, record: Option<&str>) -> Engine {
    engine(registry, domain, record, "desk")
}

/// The engine of an audience, for the first record of the domain.
pub(crate) fn asked(registry: &Arc<Registry>, domain: &str, audience: &str) -> Engine {
    engine(registry, domain, None, audience)
}

/// The engine of an audience.
pub(crate) fn engine(registry: &Arc<Registry>, domain: &str, record: Option<&str>, audience: &str) -> Engine {
    Engine::new(Arc::clone(registry), domain, options(record, Some(audience), "2026-11-01")).unwrap()
}

/// How encounters are answered on a day: for the first record of the domain, and its own audience, where none is named.
pub(crate) fn options(record: Option<&str>, audience: Option<&str>, today: &str) -> Options {
    Options {
        record: record.map(str::to_owned),
        audience: audience.map(str::to_owned),
        ask: Ask::default(),
        on: None,
        today: Day::parse(today).unwrap(),
        candidates: None,
        key: [7; 32],
    }
}

/// The disclosure of an encounter.
pub(crate) fn disclose(engine: &Engine, encounter: &Value) -> Value {
    let mut out = Vec::new();
    write::line(&engine.worker().disclose(1, Ok(&encounter.to_string())), &mut out);
    serde_json::from_slice(&out).unwrap()
}

/// The rules that found something, at one path or anywhere.
pub(crate) fn rules(disclosure: &Value, path: Option<&str>) -> Vec<String> {
    let found = disclosure["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let at = found.iter().filter(|it| path.is_none_or(|path| it["path"] == path));
    at.map(|it| it["rule"].as_str().unwrap().to_owned()).collect()
}
