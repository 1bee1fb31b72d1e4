//! Date-times: what they say when they come from several places, and what the clocks of one place say.

#![expect(clippy::indexing_slicing, reason = "tests")]

use super::made_up;
use super::made_up::rules;
use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::Value;
use serde_json::json;
use tencode::encounters::engine::Engine;

const CALL: &str = r#"
record call "A call" {
    zone "America/Chicago"
    id       text
    received datetime dates encounter
    closed   datetime
    hour     number
}
derive call {
    hour = hour(received)
}
rules for call {
    rule order error "closed before it was received" {
        when closed is present
        require closed >= received
    }
    rule quick error "not closed within an hour" {
        when closed is present
        require closed within 60 minutes after received
    }
}
policy desk "All" {
    keep every field
    free text keep
}
"#;

fn engine() -> Engine {
    made_up::desk(&made_up::registry("call", CALL), "call", None)
}

fn disclose(engine: &Engine, encounter: &Value) -> (Vec<String>, Value) {
    let shown = made_up::disclose(engine, encounter);
    (rules(&shown, None), shown["encounter"].clone())
}

/// An instant as somebody writes it whose clock is so many minutes ahead of UTC.
fn written(instant: i64, ahead: i32) -> String {
    let local = Timestamp::from_second(instant + i64::from(ahead) * 60).unwrap();
    let clock = Offset::UTC.to_datetime(local).strftime("%Y-%m-%dT%H:%M:%S").to_string();
    format!("{clock}{}{:02}:{:02}", if ahead < 0 { '-' } else { '+' }, ahead.abs() / 60, ahead.abs() % 60)
}

#[test]
fn offsets_change_no_judgement() {
    let (engine, mut rng) = (engine(), fastrand::Rng::with_seed(4));
    for _ in 0..400 {
        let received = 1_772_500_000 + rng.i64(0..40_000_000);
        let closed = received + rng.i64(-7_200..7_200);
        let ahead = |rng: &mut fastrand::Rng| rng.i32(-24..=28) * 30;
        let (one, other) = (written(received, ahead(&mut rng)), written(closed, ahead(&mut rng)));
        let (rules, shown) = disclose(&engine, &json!({"id": "1", "received": one, "closed": other}));
        let mut wanted = Vec::new();
        if closed < received {
            wanted.push("order");
        }
        if closed < received || closed > received + 3_600 {
            wanted.push("quick");
        }
        assert_eq!(rules, wanted, "{one} {other}");
        assert_eq!((&shown["received"], &shown["closed"]), (&json!(one), &json!(other)));
    }
}

#[test]
fn hours_are_those_of_the_zone() {
    let engine = engine();
    for (received, hour) in [
        ("2026-01-10T10:00", 10),
        ("2026-01-10T16:00Z", 10),
        ("2026-07-10T16:00Z", 11),
        ("2026-01-10T17:00:00+01:00", 10),
    ] {
        let (_, shown) = disclose(&engine, &json!({"id": "1", "received": received}));
        assert_eq!(shown["hour"], hour, "{received}");
    }
    // A clock without offset is one of the zone.
    let (rules, _) =
        disclose(&engine, &json!({"id": "1", "received": "2026-01-10T10:00", "closed": "2026-01-10T16:30Z"}));
    assert!(rules.is_empty(), "{rules:?}");
}
