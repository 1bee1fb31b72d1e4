//! What holds of rules over several encounters, tried against a reading that compares every two of them.

#![expect(clippy::indexing_slicing, clippy::string_slice, reason = "tests")]

use super::made_up;
use serde_json::Value;
use serde_json::json;
use std::io::Cursor;
use std::sync::Arc;
use std::sync::LazyLock;
use tencode::encounters::batch;
use tencode::encounters::engine::Engine;
use tencode::encounters::read::Format;
use tencode::encounters::read::Source;
use tencode::encounters::together;
use tencode::registry::Registry;

const DOMAIN: &str = r#"
record contact {
    id       text identifies contact-record
    received datetime dates encounter plain
    customer text identifies account
    order    text plain
    note     text free
    amount   money plain
    kind     one of (refund, repair, question) plain
}

rules for contact "house rule" together by customer, order within 24 hours {
    rule again advice "there is one within a day" { require count of earlier = 0 }
    rule refund-before advice "a refund came within a day" { forbid any earlier has kind is refund }
    rule near advice "there is another one within a day" { require count of others = 0 }
    rule sum-of-day error "too much within a day" { require if present amount + sum(earlier.amount) <= 100 }
    rule least advice "less than the least of the day before" { forbid amount < min(earlier.amount) }
    rule most advice "more than the most of the day before" { forbid amount > max(earlier.amount) }
}

rules for contact together by customer {
    rule other-kind advice "the kind is another than before" { when previous.kind is present; require if present kind = previous.kind }
    rule first-kind advice "the kind is another than at first" { when first.kind is present; require if present kind = first.kind }
    rule all-repairs advice "all before were repairs" { forbid count of earlier > 0 and (every earlier has kind is repair) }
    rule note-before advice "an earlier note says urgent" { forbid any earlier has note mentions "urgent" }
}

policy desk "All" {
    keep every field
    free text keep
}

policy lab "No customers" {
    keep received, order, amount, kind
    candidates keep
    findings keep
}
"#;

static REGISTRY: LazyLock<Arc<Registry>> = LazyLock::new(|| made_up::registry("shop", DOMAIN));

fn engine(audience: &str) -> Engine {
    made_up::engine(&REGISTRY, "shop", None, audience)
}

/// The answers to an input, after some history.
fn answers(engine: &Engine, history: &[Value], input: &[Value], jobs: usize) -> Vec<u8> {
    let source = |lines: &[Value]| {
        let text = lines.iter().map(|it| format!("{it}\n")).collect::<String>();
        Source::new("made up", None, Box::new(Cursor::new(text)), Some(Format::Ndjson), engine.schema()).unwrap()
    };
    let mut earlier = source(history);
    let gathered = together::gather(engine, &mut source(input), Some(&mut earlier), jobs, &mut |_| {}).unwrap();
    let mut gathered = gathered.unwrap();
    let mut out = Vec::new();
    let desk = || engine.worker().among(Some(&gathered.neighbours));
    batch::run(&mut gathered.source, jobs, desk, &mut out, &mut |_| {}).unwrap();
    out
}

fn made(random: &mut fastrand::Rng, number: usize) -> Value {
    let kinds = ["refund", "repair", "question"];
    let mut it = json!({
        "id": format!("C-{number}"),
        "received": format!("2026-03-{:02}T{:02}:{:02}", random.u32(1..5), random.u32(0..24), random.u32(0..60)),
        // The same customer, written in several ways.
        "customer": random.choice([" ab-1", "AB1", "ab 1", "B2", "C3"]).unwrap(),
        "kind": random.choice(kinds).unwrap(),
        "amount": f64::from(random.u32(1..6000)) / 100.0,
        "note": random.choice(["urgent", "calm", "nothing"]).unwrap(),
    });
    if random.u32(0..5) > 0 {
        it["order"] = json!(random.choice(["7", "8"]).unwrap());
    }
    for field in ["customer", "kind", "amount"] {
        if random.u32(0..8) == 0 {
            it[field] = Value::Null;
        }
    }
    it
}

fn key(it: &Value, fields: &[&str]) -> Option<String> {
    let parts = fields.iter().map(|field| {
        let text = it[*field].as_str()?.to_lowercase();
        Some(text.chars().filter(|sign| sign.is_alphanumeric()).collect::<String>())
    });
    parts.collect::<Option<Vec<_>>>().map(|parts| parts.join("/"))
}

/// Minutes since the beginning of the month.
fn minutes(it: &Value) -> i64 {
    let text = it["received"].as_str().unwrap();
    let number = |range: std::ops::Range<usize>| text[range].parse::<i64>().unwrap();
    (number(8..10) * 24 + number(11..13)) * 60 + number(14..16)
}

fn cents(it: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "small amounts")]
    it["amount"].as_f64().map(|amount| (amount * 100.0).round() as i64)
}

/// The rules broken by the encounter at a place, by comparing it with every other one.
fn expected(all: &[Value], place: usize) -> Vec<&'static str> {
    let own = &all[place];
    let mut found = Vec::new();
    let is_before = |other: usize| (minutes(&all[other]), other) < (minutes(own), place);
    let group = |fields: &[&str], is_near: &dyn Fn(&Value) -> bool| -> Option<Vec<usize>> {
        let own = key(own, fields)?;
        let same = |other: &usize| *other != place && key(&all[*other], fields).as_ref() == Some(&own);
        let mut group: Vec<usize> = (0..all.len()).filter(same).filter(|other| is_near(&all[*other])).collect();
        group.sort_by_key(|other| (minutes(&all[*other]), *other));
        Some(group)
    };
    let is_kind = |it: &Value, kind: &str| it["kind"] == kind;
    if let Some(near) = group(&["customer", "order"], &|it| (minutes(it) - minutes(own)).abs() <= 24 * 60) {
        let earlier: Vec<usize> = near.iter().copied().filter(|other| is_before(*other)).collect();
        let amounts = || earlier.iter().filter_map(|other| cents(&all[*other]));
        let mut add = |rule, is_broken| found.extend(Some(rule).filter(|_| is_broken));
        add("again", !earlier.is_empty());
        add("refund-before", earlier.iter().any(|other| is_kind(&all[*other], "refund")));
        add("near", !near.is_empty());
        add("sum-of-day", cents(own).is_some_and(|own| own + amounts().sum::<i64>() > 10_000));
        add("least", cents(own).zip(amounts().min()).is_some_and(|(own, least)| own < least));
        add("most", cents(own).zip(amounts().max()).is_some_and(|(own, most)| own > most));
    }
    if let Some(group) = group(&["customer"], &|_| true) {
        let earlier: Vec<&Value> = group.iter().filter(|other| is_before(**other)).map(|other| &all[*other]).collect();
        let other = |one: Option<&&Value>| {
            one.is_some_and(|one| one["kind"].is_string() && own["kind"].is_string() && one["kind"] != own["kind"])
        };
        let mut add = |rule, is_broken| found.extend(Some(rule).filter(|_| is_broken));
        add("other-kind", other(earlier.last()));
        add("first-kind", other(earlier.first()));
        add("all-repairs", !earlier.is_empty() && earlier.iter().all(|it| is_kind(it, "repair")));
        add("note-before", earlier.iter().any(|it| it["note"] == "urgent"));
    }
    found.sort_unstable();
    found
}

fn rules(line: &str) -> Vec<String> {
    let mut rules = made_up::rules(&serde_json::from_str(line).unwrap(), None);
    rules.sort_unstable();
    rules
}

#[test]
fn groups_say_what_comparing_every_two_would_say() {
    let desk = engine("desk");
    let mut broken = 0;
    for seed in 0..60 {
        let mut random = fastrand::Rng::with_seed(seed);
        let count = random.usize(1..60);
        let all: Vec<Value> = (0..count).map(|number| made(&mut random, number)).collect();
        let from = random.usize(0..=count / 2);
        let out = answers(&desk, &all[..from], &all[from..], 1);
        let lines: Vec<&str> = std::str::from_utf8(&out).unwrap().lines().collect();
        assert_eq!(lines.len(), count - from);
        for (line, place) in lines.iter().zip(from..) {
            let expected = expected(&all, place);
            assert_eq!(rules(line), expected, "seed {seed}, place {place}: {}", all[place]);
            broken += expected.len();
        }
        for jobs in [2, 8] {
            assert!(answers(&desk, &all[..from], &all[from..], jobs) == out, "seed {seed}, {jobs} jobs");
        }
    }
    assert!(broken > 1_000, "only {broken}");
}

#[test]
fn a_finding_names_the_other_encounter_as_the_audience_sees_encounters() {
    let line = |number: u32, hour: u32| {
        json!({"id": format!("C-{number}"), "received": format!("2026-03-01T{hour:02}:00"), "customer": "Jane Invented",
               "order": "7", "kind": "refund"})
    };
    let input = [line(1, 9), line(2, 10)];
    let named = |audience: &str| {
        let out = String::from_utf8(answers(&engine(audience), &[], &input, 1)).unwrap();
        let last: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
        let first: Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
        (out.clone(), first["id"].clone(), last["findings"].clone())
    };
    let (_, id, findings) = named("desk");
    let again = findings.as_array().unwrap().iter().find(|it| it["rule"] == "again").unwrap();
    assert_eq!(again["other"], id);
    // The laboratory does not see the customer, by whom the contacts are grouped: nothing of it is told.
    let (out, _, findings) = named("lab");
    assert_eq!(findings, json!([]));
    assert!(!out.contains("Jane") && !out.contains("C-1"), "{out}");
}

#[test]
fn an_encounter_that_is_judged_alone_is_undecided() {
    let desk = engine("desk");
    let alone = json!({"id": "C-1", "received": "2026-03-01T09:00", "customer": "AB1", "order": "7"});
    let told = made_up::disclose(&desk, &alone);
    let findings = told["findings"].as_array().unwrap();
    assert!(findings.len() == 10 && findings.iter().all(|it| it["severity"] == "undecided"), "{told}");
    // What belongs to no group is asked nothing.
    let told = made_up::disclose(&desk, &json!({"id": "C-1", "received": "2026-03-01T09:00"}));
    assert_eq!(told["findings"], json!([]));
}

#[test]
fn what_cannot_be_read_stands_in_its_place() {
    let desk = engine("desk");
    let text = "{\"id\": \"1\", \"customer\": \"A\", \"order\": \"7\", \"received\": \"2026-03-01\"}\nnonsense\n\n[1]\n\
                {\"id\": \"2\", \"customer\": \"a\", \"order\": \"7\", \"received\": \"2026-03-01\"}\n";
    for jobs in [1, 2] {
        let source = Source::new("made up", None, Box::new(Cursor::new(text)), Some(Format::Ndjson), desk.schema());
        let mut gathered = together::gather(&desk, &mut source.unwrap(), None, jobs, &mut |_| {}).unwrap().unwrap();
        let mut out = Vec::new();
        let worker = || desk.worker().among(Some(&gathered.neighbours));
        let counts = batch::run(&mut gathered.source, jobs, worker, &mut out, &mut |_| {}).unwrap();
        assert_eq!((counts.read, counts.refused), (4, 2));
        let lines: Vec<Value> =
            std::str::from_utf8(&out).unwrap().lines().map(|it| serde_json::from_str(it).unwrap()).collect();
        assert_eq!((&lines[1]["line"], &lines[2]["line"]), (&json!(2), &json!(4)));
        assert!(made_up::rules(&lines[3], None).contains(&"again".to_owned()));
    }
}

/// A ward is a signal: of who is treated for a secret illness nobody is told it.
const WARDS: &str = r#"
label secret-illness "Illnesses that nobody else is told of" {
    says "secret illness"
}

record visit {
    id      text identifies encounter
    day     date dates encounter plain
    patient text identifies account
    ward    text signal
    note    text free
}

rules for visit together by patient {
    rule seen-before advice "the patient was there before" { require count of earlier = 0 }
    rule ward-before advice "the patient was in the blue ward before" { forbid any earlier has ward is "blue" }
}

policy desk "All" {
    keep     every field
    free text keep
    withhold secret-illness unless consent
}

policy billing "Who may know of no patient with it" {
    keep       every field
    free text  keep
    findings   keep
    encounters labelled secret-illness refuse
}

policy dayless "No days" {
    keep      patient, ward
    free text keep
    findings  keep
}
"#;

#[test]
fn of_an_encounter_with_a_label_no_other_is_told_what_the_label_withholds() {
    let registry = made_up::registry("clinic", WARDS);
    let desk = made_up::desk(&registry, "clinic", None);
    let visit = |number: u32, note: &str| json!({"id": format!("V-{number}"), "day": format!("2026-03-{number:02}"), "patient": "P-1", "ward": "blue", "note": note});
    let rules_of = |note: &str| {
        let out = String::from_utf8(answers(&desk, &[], &[visit(1, note), visit(2, "")], 1)).unwrap();
        rules(out.lines().last().unwrap())
    };
    assert_eq!(rules_of("a cough"), ["seen-before", "ward-before"]);
    assert_eq!(rules_of("treated for the secret illness"), ["seen-before"]);
    let of_others = |audience: &str, note: &str| {
        let engine = made_up::engine(&registry, "clinic", None, audience);
        let out = String::from_utf8(answers(&engine, &[], &[visit(1, note), visit(2, "")], 1)).unwrap();
        rules(out.lines().last().unwrap())
    };
    // An encounter that is refused whole is not there for the others either.
    assert_eq!(of_others("billing", "a cough"), ["seen-before", "ward-before"]);
    assert!(of_others("billing", "treated for the secret illness").is_empty());
    // The order of a group tells of the days, which this audience does not see.
    assert!(of_others("dayless", "a cough").is_empty());
}

#[test]
fn what_has_no_date_is_near_to_nothing_and_what_is_on_file_too_is_one() {
    let desk = engine("desk");
    let dated = json!({"id": "C-1", "customer": "A", "order": "7", "received": "2026-03-01T09:00"});
    let undated = |id: &str| json!({"id": id, "customer": "A", "order": "7"});
    let of_last = |history: &[Value], input: &[Value]| {
        let out = String::from_utf8(answers(&desk, history, input, 1)).unwrap();
        rules(out.lines().last().unwrap())
    };
    assert!(!of_last(&[], &[undated("C-1"), undated("C-2")]).contains(&"again".to_owned()));
    assert!(of_last(std::slice::from_ref(&dated), std::slice::from_ref(&dated)).is_empty());
}
