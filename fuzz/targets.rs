//! What is fuzzed, as plain functions: each takes any bytes and panics if the program breaks a promise over them.
//!
//! `fuzz_targets/` hands them to libFuzzer; `tests/fuzzed.rs` runs them on seeded inputs in every test run.

use std::io::Cursor;
use std::path::Path;
use std::path::PathBuf;
use std::sync::LazyLock;
use tencode::definitions::compile::Outcome;
use tencode::definitions::compile::compile;
use tencode::definitions::load::load;
use tencode::definitions::load::parse_file;
use tencode::definitions::parse::decode;
use tencode::diagnostics::render::Sources;
use tencode::diagnostics::render::terminal;
use tencode::encounters::batch;
use tencode::encounters::engine::Engine;
use tencode::encounters::engine::Options;
use tencode::encounters::read::Format;
use tencode::encounters::read::Source;
use tencode::model::day::Day;
use tencode::privacy::Ask;
use tencode::privacy::text::TextRedactor;
use tencode::registry;
use tencode::registry::Registry;

/// A small domain with a field of most types, and the shared policies.
struct Office {
    folder: tempfile::TempDir,
    outcome: Outcome,
}

static OFFICE: LazyLock<Office> = LazyLock::new(|| {
    let outcome =
        compile(vec![load(&root().join("domains/shared")), load(&root().join("domains/customer-service"))], &[]);
    assert!(outcome.refused.is_empty(), "refused: {:?}", outcome.refused);
    Office { folder: tempfile::tempdir().unwrap(), outcome }
});

static REGISTRY: LazyLock<PathBuf> = LazyLock::new(|| {
    let (path, compiled) = (OFFICE.folder.path().join("it.registry"), &OFFICE.outcome.compiled);
    let parts = compiled.parts([0; 32]);
    registry::write(&path, &parts).unwrap();
    path
});

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let options = Options {
        record: None,
        audience: Some("public".to_owned()),
        ask: Ask::default(),
        on: None,
        today: Day::parse("2026-03-02").unwrap(),
        candidates: Some(2),
        key: [7; 32],
    };
    Engine::new(Registry::open(&REGISTRY).unwrap().into(), "customer-service", options).unwrap()
});

static REDACTOR: LazyLock<TextRedactor> =
    LazyLock::new(|| TextRedactor::new(&OFFICE.outcome.compiled.shared, None, "public", Day(20_000)).unwrap());

/// The folder of the repository, from the test program and from the fuzz crate.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    if here.ends_with("fuzz") { here.parent().unwrap_or(here).to_owned() } else { here.to_owned() }
}

/// The bytes of a registry that is whole.
pub fn registry_bytes() -> Vec<u8> {
    std::fs::read(&*REGISTRY).unwrap()
}

/// A definition file: any bytes are parsed, and every diagnostic can be drawn.
pub fn parse(bytes: &[u8]) {
    let path = Path::new("it.codes");
    let (text, mut diagnostics) = decode(bytes.to_vec());
    let (file, more) = parse_file(path, text);
    diagnostics.extend(more);
    let mut sources = Sources::default();
    sources.add(path, file.text);
    for diagnostic in diagnostics {
        assert!(!terminal::render(&diagnostic.in_file(path), &sources, false).is_empty());
    }
}

/// Encounters in JSON.
pub fn read_json(bytes: &[u8]) {
    read(bytes, Format::Json);
}

/// Encounters in CSV.
pub fn read_csv(bytes: &[u8]) {
    read(bytes, Format::Csv);
}

/// Every encounter gets one line of JSON in answer, and the engine fails on none.
fn read(bytes: &[u8], format: Format) {
    let input = Box::new(Cursor::new(bytes.to_vec()));
    let mut source = Source::new("it", None, input, Some(format), ENGINE.schema()).unwrap();
    let mut out = Vec::new();
    let counts = batch::run(&mut source, 1, || ENGINE.worker(), &mut out, &mut |_| {}).unwrap();
    assert_eq!(counts.read, counts.written + counts.refused);
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.lines().count() as u64, counts.read);
    for line in text.lines() {
        let answer: serde_json::Value = serde_json::from_str(line).unwrap();
        let failed = "the program failed on this encounter";
        assert_ne!(answer.get("error").and_then(serde_json::Value::as_str), Some(failed));
    }
}

/// A free text: what is masked lies inside it, and masking the result changes nothing.
pub fn redact(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let masked = REDACTOR.redact(&text);
    for span in &masked.spans {
        assert!(text.get(span.start..span.end).is_some());
    }
    assert_eq!(REDACTOR.redact(&masked.text).text, masked.text);
}

/// A registry file: it is refused, or everything in it can be read.
pub fn open(bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it.registry");
    std::fs::write(&path, bytes).unwrap();
    let Ok(registry) = Registry::open(&path) else { return };
    let _ = registry.shared();
    for name in registry.domain_names() {
        let _ = registry.domain(name);
    }
    for set in registry.domain_names().filter_map(|name| registry.set(name)) {
        let _ = registry.codes(set).search("a", None, 5);
    }
}
