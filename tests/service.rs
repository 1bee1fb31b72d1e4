//! Customer service: every rule by its number, the clocks of regulators against a calendar of this test's own, and refunds to
//! the cent over many contacts.

#![expect(clippy::indexing_slicing, reason = "tests")]

use crate::compiled;
use crate::made_up;
use fastrand::Rng;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::civil::Weekday;
use jiff::civil::date;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;
use std::sync::LazyLock;
use tencode::definitions::compile::compile;
use tencode::definitions::load::load;
use tencode::encounters::batch;
use tencode::encounters::engine::Engine;
use tencode::encounters::read::Format;
use tencode::encounters::read::Source;
use tencode::encounters::together;
use tencode::encounters::write;
use tencode::registry::Registry;

pub(crate) static REGISTRY: LazyLock<(Arc<Registry>, tempfile::TempDir)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("domains");
    let domains = ["shared", "customer-service"].map(|name| load(&shipped.join(name)));
    let outcome = compile(domains.into(), &[]);
    assert!(outcome.refused.is_empty(), "{:?}", outcome.refused);
    (compiled::registry(&outcome, folder.path()), folder)
});

pub(crate) static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let options = made_up::options(Some("contact"), Some("desk"), "2030-12-31");
    Engine::new(Arc::clone(&REGISTRY.0), "customer-service", options).unwrap()
});

/// The rules that find something in an encounter.
fn found(encounter: &Value) -> Vec<String> {
    let mut out = Vec::new();
    write::line(&ENGINE.worker().disclose(1, Ok(&encounter.to_string())), &mut out);
    rules(&serde_json::from_slice(&out).unwrap())
}

fn rules(disclosure: &Value) -> Vec<String> {
    disclosure["findings"].as_array().unwrap().iter().map(|it| it["rule"].as_str().unwrap().to_owned()).collect()
}

// ---- numbers

/// Paths of all values with what stands there.
fn leaves(value: &Value, path: &str, out: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(name, inner)| leaves(inner, &format!("{path}.{name}"), out)),
        other => {
            out.insert(path.to_owned(), other.clone());
        }
    }
}

fn fields(case: &Value) -> BTreeMap<String, Value> {
    let mut out = BTreeMap::new();
    leaves(&case["encounter"], "", &mut out);
    out.retain(|path, _| path != ".id" && path != ".complaint_id");
    out
}

/// The rules of each number, as the page says.
fn numbered() -> BTreeMap<u32, BTreeSet<String>> {
    let page = std::fs::read_to_string("docs/customer-service.md").unwrap();
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| V")?.split('|').map(str::trim);
        let (number, rules, source) = (cells.next()?.parse().ok()?, cells.next()?, cells.next()?);
        assert!(!source.is_empty() && !cells.next()?.is_empty(), "{line}");
        Some((number, rules.split(", ").map(|rule| rule.trim_matches('`').to_owned()).collect()))
    };
    page.lines().filter_map(row).collect()
}

#[test]
fn every_number_has_a_case_that_fires_one_that_holds_and_one_with_a_field_left_out() {
    let cases = std::fs::read_to_string("domains/customer-service/cases/numbered.ndjson").unwrap();
    let cases: Vec<Value> = cases.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbered = numbered();
    assert_eq!(numbered.keys().copied().collect::<Vec<u32>>(), (1..=38).collect::<Vec<u32>>());
    for (number, rules) in &numbered {
        let of = |how: &str| {
            let start = format!("V{number} {how}: ");
            cases.iter().filter(|it| it["what"].as_str().unwrap().starts_with(&start)).collect::<Vec<_>>()
        };
        let (fires, holds, left) = (of("fires"), of("holds"), of("left out"));
        assert!(!fires.is_empty(), "V{number} has no case");
        assert!(fires.len() == holds.len() && fires.len() == left.len(), "V{number} lacks a case");
        for ((fires, holds), left) in fires.iter().zip(holds).zip(left) {
            let rule = fires["expect"]["findings"][0].as_str().unwrap();
            assert!(rules.contains(rule), "V{number}: the page does not name {rule}");
            assert_eq!(holds["expect"]["not"][0], rule, "V{number}");
            let whole = fields(fires);
            let less = fields(left);
            assert!(less.len() < whole.len(), "V{number}: nothing is left out");
            assert!(
                less.iter().all(|(path, value)| whole.get(path) == Some(value)),
                "V{number}: something else differs"
            );
        }
    }
}

// ---- clocks

/// Sunday of Easter, by the rule of Gauss as Meeus gives it.
fn easter(year: i16) -> Date {
    let year = i32::from(year);
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let month = (h + l - 7 * m + 114) / 31;
    let day = (h + l - 7 * m + 114) % 31 + 1;
    date(i16::try_from(year).unwrap(), i8::try_from(month).unwrap(), i8::try_from(day).unwrap())
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The n-th Monday (or another weekday) of a month; -1 is the last.
fn nth(year: i16, month: i8, n: i8, weekday: Weekday) -> Date {
    date(year, month, 1).nth_weekday_of_month(n, weekday).unwrap()
}

/// The legal holidays of 5 USC 6103, each on the day it is kept.
fn united_states(year: i16) -> Vec<Date> {
    let mut fixed = vec![date(year, 1, 1), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)];
    if year >= 2021 {
        fixed.push(date(year, 6, 19));
    }
    let kept = |day: Date| match day.weekday() {
        Weekday::Saturday => day.yesterday().unwrap(),
        Weekday::Sunday => day.tomorrow().unwrap(),
        _ => day,
    };
    let mut all: Vec<Date> = fixed.into_iter().map(kept).collect();
    let monday = Weekday::Monday;
    all.extend([(1, 3), (2, 3), (5, -1), (9, 1), (10, 2)].map(|(month, n)| nth(year, month, n, monday)));
    all.push(nth(year, 11, 4, Weekday::Thursday));
    all
}

/// Bank holidays in England and Wales: the schedule of 1971, days by proclamation, and substitutes.
fn england(year: i16) -> Vec<Date> {
    let mut all = vec![easter(year) - 2.days(), easter(year) + 1.day(), nth(year, 8, -1, Weekday::Monday)];
    all.push(if year == 2020 { date(2020, 5, 8) } else { nth(year, 5, 1, Weekday::Monday) });
    all.push(if year == 2022 { date(2022, 6, 2) } else { nth(year, 5, -1, Weekday::Monday) });
    let by_proclamation = [date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8)];
    all.extend(by_proclamation.into_iter().filter(|day| day.year() == year));
    let fixed = [date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)];
    all.extend(fixed);
    for fixed in fixed {
        if is_weekend(fixed) {
            let mut day = fixed;
            while is_weekend(day) || all.contains(&day) {
                day = day.tomorrow().unwrap();
            }
            all.push(day);
        }
    }
    all
}

/// The last day of so many days of business, walked through one by one.
fn business(from: Date, count: u32, holidays: fn(i16) -> Vec<Date>) -> Date {
    let (mut day, mut left) = (from, count);
    while left > 0 {
        day = day.tomorrow().unwrap();
        // A new year's day may be kept in the year before.
        let is_closed = is_weekend(day) || (0..2).any(|more| holidays(day.year() + more).contains(&day));
        left -= u32::from(!is_closed);
    }
    day
}

fn day(day: Date) -> String {
    day.to_string()
}

/// A stage of a regime: its rule, the last day, and the complaint that was dealt with on a day.
type Stage = (&'static str, fn(Date) -> Date, fn(Date, Date) -> Value);

const STAGES: &[Stage] = &[
    ("cs-cfpb-response", |at| at + 15.days(), |_, done| json!({"scheme": "cfpb", "responded": day(done)})),
    (
        "cs-cfpb-response",
        |at| at + 15.days(),
        |at, done| json!({"scheme": "cfpb", "interim": day(done), "responded": day(at + 40.days())}),
    ),
    (
        "cs-cfpb-response",
        |at| at + 60.days(),
        |at, done| json!({"scheme": "cfpb", "interim": day(at + 3.days()), "responded": day(done)}),
    ),
    ("cs-fca-response", |at| at + 56.days(), |_, done| json!({"scheme": "fca", "responded": day(done)})),
    (
        "cs-fca-final",
        |at| business(at, 3, england),
        |_, done| json!({"scheme": "fca", "closed": day(done), "outcome": "accepted", "ombudsman_told": true}),
    ),
    (
        "cs-fca-payment-response",
        |at| business(at, 15, england),
        |_, done| json!({"scheme": "fca-payment", "responded": day(done)}),
    ),
    (
        "cs-fca-payment-response",
        |at| business(at, 15, england),
        |at, done| json!({"scheme": "fca-payment", "interim": day(done), "responded": day(at + 30.days())}),
    ),
    (
        "cs-fca-payment-response",
        |at| business(at, 35, england),
        |at, done| json!({"scheme": "fca-payment", "interim": day(at + 1.day()), "responded": day(done)}),
    ),
    (
        "cs-reg-z",
        |at| at + 30.days(),
        |at, done| json!({"scheme": "reg-z", "acknowledged": day(done), "responded": day(at + 80.days())}),
    ),
    (
        "cs-reg-z",
        |at| at + 90.days(),
        |at, done| json!({"scheme": "reg-z", "acknowledged": day(at + 5.days()), "responded": day(done)}),
    ),
    (
        "cs-reg-e",
        |at| at + 45.days(),
        |_, done| json!({"scheme": "reg-e", "responded": day(done), "provisional_credit": true}),
    ),
    (
        "cs-reg-e-credit",
        |at| business(at, 10, united_states),
        |_, done| json!({"scheme": "reg-e", "responded": day(done)}),
    ),
    (
        "cs-airline",
        |at| at + 30.days(),
        |at, done| json!({"scheme": "airline", "acknowledged": day(done), "responded": day(at + 50.days())}),
    ),
    (
        "cs-airline",
        |at| at + 60.days(),
        |at, done| json!({"scheme": "airline", "acknowledged": day(at + 5.days()), "responded": day(done)}),
    ),
];

#[test]
fn four_hundred_receipts_are_due_on_the_day_that_a_walk_through_the_days_finds() {
    let mut random = Rng::with_seed(32);
    for number in 0..400 {
        let opened = date(2015, 1, 2).saturating_add(random.i32(0..5_400).days());
        for (rule, due, complaint) in STAGES {
            let due = due(opened);
            for (done, is_late) in [(due, false), (due + 1.day(), true)] {
                let mut complaint = complaint(opened, done);
                complaint["opened"] = json!(day(opened));
                let contact = json!({"id": format!("R-{number}"), "received": format!("{opened}T10:00"), "channel": "email",
                    "complaint": complaint});
                let found = found(&contact);
                assert_eq!(found.iter().any(|it| it == rule), is_late, "{rule}, due {due}: {contact} {found:?}");
            }
        }
    }
}

// ---- refunds

#[test]
fn a_thousand_refunds_over_several_contacts_add_up_to_the_cent() {
    let mut random = Rng::with_seed(18);
    let paid: Vec<u64> = (0..120).map(|_| random.u64(500..30_000)).collect();
    let money = |cents: u64| format!("{}.{:02}", cents / 100, cents % 100);
    let mut contacts: Vec<(usize, u64, Value)> = Vec::new();
    for number in 0..1_000_i64 {
        let order = random.usize(0..paid.len());
        let part = paid[order] / 8;
        // Some orders are paid back to the last cent, and some by one more.
        let before: u64 = contacts.iter().filter(|it| it.0 == order).map(|it| it.1).sum();
        let rest = paid[order].saturating_sub(before);
        let cents = match random.u8(0..6) {
            0 if rest > 0 => rest,
            1 => rest + 1,
            _ => random.u64(1..=part.max(2)),
        };
        let at = date(2026, 1, 1).at(0, 0, 0, 0) + (number * 7).minutes();
        let contact = json!({
            "id": format!("C-{number}"), "received": at.strftime("%Y-%m-%dT%H:%M").to_string(), "channel": "email",
            "order": {"id": format!("O-{order}"), "paid": money(paid[order]), "currency": "EUR"},
            "refund": {"amount": money(cents), "currency": random.choice(["EUR", "eur"]).unwrap(), "role": "manager"},
        });
        contacts.push((order, cents, contact));
    }
    let mut sums = vec![0; paid.len()];
    let late: BTreeSet<String> = contacts
        .iter()
        .filter_map(|(order, cents, contact)| {
            sums[*order] += cents;
            (sums[*order] > paid[*order]).then(|| contact["id"].as_str().unwrap().to_owned())
        })
        .collect();
    let mut lines: Vec<String> = contacts.iter().map(|it| format!("{}\n", it.2)).collect();
    random.shuffle(&mut lines);
    let text = Box::new(Cursor::new(lines.concat()));
    let mut source = Source::new("made up", None, text, Some(Format::Ndjson), ENGINE.schema()).unwrap();
    let mut gathered = together::gather(&ENGINE, &mut source, None, 2, &mut |_| {}).unwrap().unwrap();
    let (mut out, desk) = (Vec::new(), || ENGINE.worker().among(Some(&gathered.neighbours)));
    batch::run(&mut gathered.source, 2, desk, &mut out, &mut |_| {}).unwrap();
    let answers = out.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let found: BTreeSet<String> = answers
        .filter_map(|line| {
            let answer: Value = serde_json::from_slice(line).unwrap();
            rules(&answer).contains(&"cs-refund-sum".to_owned()).then(|| answer["id"].as_str().unwrap().to_owned())
        })
        .collect();
    assert!(late.len() > 100 && late.len() < 900, "{}", late.len());
    assert_eq!(found, late);
}
