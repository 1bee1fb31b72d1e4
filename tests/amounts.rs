//! Money is reckoned in decimal, whatever the path it takes: rules, derivations, tables, sums.

#![expect(clippy::indexing_slicing, reason = "tests")]

use super::made_up;
use super::made_up::disclose;
use super::made_up::rules;
use serde_json::Value;
use serde_json::json;
use tencode::encounters::engine::Engine;

const SALE: &str = r#"
record sale "A sale" {
    id       text
    parts    list of money USD
    paid     money USD
    refunded money default 0
    kept     money
    rest     money USD
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
    made_up::desk(&made_up::registry("sale", SALE), "sale", None)
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
        assert_eq!(rules(&shown, None), wanted, "{encounter}");
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
        assert_eq!(rules(&shown, None), ["input"], "{shown}");
    }
}
