//! Money is reckoned in decimal, whatever the path it takes: rules, derivations, tables, sums.

#![expect(clippy::indexing_slicing, reason = "tests")]

use super::compiled;
use serde_json::Value;
use serde_json::json;
use std::path::Path;
use tencode::definitions::compile::compile;
use tencode::definitions::load::DomainSource;
use tencode::definitions::load::parse_file;
use tencode::encounters::engine::Engine;
use tencode::encounters::engine::Options;
use tencode::encounters::write;
use tencode::model::day::Day;
use tencode::privacy::Ask;

const SALE: &str = r#"
record sale "A sale" {
    id       text
    parts    list of money USD
    paid     money USD
    refunded money default 0
    kept     money
    rate     number
    doubled  number
}
derive sale {
    kept = paid - refunded
}
rules for sale {
    rule sums error "the parts come to something else" {
        when parts is present and paid is present
        require sum(parts) = paid
    }
    rule rests error "what is kept is not the rest" {
        when rest is present
        require kept = rest
    }
    rule doubles error "twice the rate is something else" {
        when doubled is present
        require rate + rate = doubled
    }
}
policy desk "All" {
    keep every field
    free text keep
}
"#;

fn engine() -> Engine {
    let text = SALE.replace("    rate ", "    rest     money USD\n    rate ");
    let path = Path::new("sale.codes");
    let (file, diagnostics) = parse_file(path, text);
    let source = DomainSource { name: "sale".to_owned(), files: vec![file], diagnostics, ..DomainSource::default() };
    let outcome = compile(vec![source], &[]);
    let errors: Vec<String> =
        outcome.diagnostics.iter().filter(|it| it.is_error()).map(|it| it.kind.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        record: None,
        audience: Some("desk".to_owned()),
        ask: Ask::default(),
        on: None,
        today: Day::parse("2026-11-01").unwrap(),
        candidates: None,
        key: [7; 32],
    };
    Engine::new(compiled::registry(&outcome, folder.path()), "sale", options).unwrap()
}

fn disclose(engine: &Engine, encounter: &Value) -> Value {
    let mut out = Vec::new();
    write::line(&engine.worker().disclose(1, Ok(&encounter.to_string())), &mut out);
    serde_json::from_slice(&out).unwrap()
}

fn rules(shown: &Value) -> Vec<String> {
    shown["findings"].as_array().unwrap().iter().map(|it| it["rule"].as_str().unwrap().to_owned()).collect()
}

/// Cents as they are written: as a number, as a text, with a sign, with thousands.
fn written(cents: u64, rng: &mut fastrand::Rng) -> Value {
    let plain = format!("{}.{:02}", cents / 100, cents % 100);
    match rng.u8(..4) {
        0 => serde_json::from_str(&plain).unwrap(),
        1 => json!(plain),
        2 => json!(format!("${plain}")),
        _ => json!(format!("{plain} USD")),
    }
}

#[test]
fn sums_of_cents_are_exact() {
    let (engine, mut rng) = (engine(), fastrand::Rng::with_seed(20));
    for _ in 0..1_000 {
        let parts: Vec<u64> = (0..rng.usize(1..9)).map(|_| rng.u64(..1_000_000)).collect();
        let paid: u64 = parts.iter().sum();
        let refunded = rng.u64(..=paid);
        let parts: Vec<Value> = parts.iter().map(|cents| written(*cents, &mut rng)).collect();
        let wrong = u64::from(rng.bool());
        let encounter = json!({
            "id": "1", "parts": parts, "paid": written(paid + wrong, &mut rng),
            "refunded": format!("{}.{:02}", refunded / 100, refunded % 100),
            "rest": written(paid + wrong - refunded, &mut rng),
            "rate": 0.1, "doubled": 0.2,
        });
        let shown = disclose(&engine, &encounter);
        let wanted: &[&str] = if wrong == 1 { &["sums"] } else { &[] };
        assert_eq!(rules(&shown), wanted, "{encounter}");
    }
}

#[test]
fn amounts_print_as_they_came_and_other_currencies_do_not_fit() {
    let engine = engine();
    let shown = disclose(&engine, &serde_json::from_str(r#"{"id": "1", "paid": 10.50, "refunded": "0.30"}"#).unwrap());
    let shown = shown["encounter"].to_string();
    assert!(shown.contains("\"kept\":10.2"), "{shown}");
    for other in ["€10", "10 EUR", "CAD 10", "10 dollars"] {
        let shown = disclose(&engine, &json!({"id": "1", "paid": other}));
        assert_eq!(rules(&shown), ["input"], "{shown}");
    }
}
