//! What scripts can do, and what they cannot.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, reason = "tests")]

use super::*;
use crate::model::day::Day;
use crate::model::ids::RecordId;
use crate::model::outcome::Finding;
use crate::model::program::Domain;
use crate::model::program::Shared;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::record::Privacy;
use crate::model::record::Record;
use crate::model::rules::Severity;
use crate::model::value::Value;
use crate::registry::Parts;
use crate::registry::Registry;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

fn field(name: &str, kind: Kind) -> Field {
    Field {
        name: name.to_owned(),
        title: String::new(),
        kind,
        is_required: false,
        default: Vec::new(),
        privacy: Privacy::default(),
        dates_encounter: false,
        also: Vec::new(),
        ask: String::new(),
    }
}

fn registry() -> Arc<Registry> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry");
    let shared = Shared::default();
    let parts = Parts::of_sets(&[], &shared);
    crate::registry::write(&path, &parts).unwrap();
    Arc::new(Registry::open(&path).unwrap())
}

fn fields() -> Vec<Field> {
    let victims = Kind::List(Box::new(Kind::Record(vec![field("age", Kind::Integer), field("name", Kind::Text)])));
    vec![
        field("id", Kind::Text),
        field("text", Kind::Text),
        field("seen", Kind::Date),
        field("level", Kind::Choice(vec!["low".to_owned(), "high".to_owned()])),
        field("visit", Kind::Record(vec![field("em-code", Kind::Text), field("minutes", Kind::Integer)])),
        field("victims", victims),
        field("paid", Kind::Money(None)),
    ]
}

fn compile(text: &str) -> Result<Scripts, Vec<ScriptProblem>> {
    let domain = Domain {
        records: vec![Record { name: "contact".to_owned(), title: String::new(), zone: None, fields: fields() }],
        scripts: vec![("hooks.rhai".to_owned(), text.to_owned())],
        ..Domain::default()
    };
    Scripts::compile(&domain, registry())
}

fn seen() -> Seen {
    let victim = |age: f64| Value::Record(vec![Value::Number(age), Value::Text("Ann".into())]);
    let slots = vec![
        Value::Text("1".into()),
        Value::Text("one two three".into()),
        Value::Day(Day::parse("2026-01-31").unwrap()),
        Value::Choice(1),
        Value::Absent,
        Value::List(vec![victim(17.0), victim(40.0)]),
        Value::Money(rust_decimal::Decimal::new(1230, 2)),
    ];
    Seen {
        record: RecordId::FIRST,
        slots: Arc::new(slots),
        on: Day::parse("2026-01-31").unwrap(),
        today: Day::parse("2026-02-01").unwrap(),
    }
}

fn validate(body: &str) -> Vec<Finding> {
    let scripts = compile(&format!("fn validate(encounter) {{\n{body}\n}}\n")).unwrap();
    scripts.runner().validate(&seen())
}

fn fails(body: &str) -> String {
    let findings = validate(body);
    assert_eq!(findings.len(), 1, "{body}");
    assert_eq!((findings[0].rule.as_str(), findings[0].severity), ("script-error", Severity::Error), "{body}");
    findings[0].message.clone()
}

#[test]
fn a_script_sees_the_encounter() {
    for holds in [
        "encounter.text == \"one two three\"",
        "encounter.text.contains(\"two\")",
        "encounter.seen < \"2026-02-01\" && encounter.seen == on() && encounter.seen.month == 1",
        "days(encounter.seen, today()) == 1",
        "add_days(encounter.seen, 1) == today()",
        "encounter.level == \"high\"",
        "encounter.visit.minutes == ()",
        "encounter.has_field(\"victims\") && encounter.visit.has_field(\"minutes\") && !encounter.has_field(\"minutes\")",
        "encounter.victims[0].has_field(\"age\") && !encounter.victims[0].has_field(\"text\")",
        "encounter.victims.len() == 2 && encounter.victims[0].age == 17",
        "encounter.victims.some(|v| v.age >= 18)",
        "encounter[\"visit\"][\"em-code\"] == ()",
        "encounter.paid == 12.3 && 12.5 > encounter.paid && encounter.paid > 12",
        "encounter.paid - 0.1 == 12.2 && encounter.paid * 2 == 24.60 && 0.1 + encounter.paid - encounter.paid == 0.1",
    ] {
        let findings = validate(&format!("if {holds} {{ finding(\"warning\", \"victims[0].age\", \"it holds\") }}"));
        assert_eq!(findings.len(), 1, "{holds}");
        assert_eq!(findings[0].message, "it holds", "{holds}");
        assert_eq!(findings[0].path, "victims[0].age");
    }
}

#[test]
fn derive_sets_what_is_absent() {
    let script = "fn derive(encounter) { encounter.visit.em_code = \"99213\"; encounter.text = \"no\"; }";
    let (mut seen, before) = (seen(), seen().slots);
    let (derived, findings) = compile(script).unwrap().runner().derive(&mut seen);
    assert_eq!(findings, []);
    assert!(seen.slots[4] == Value::Record(vec![Value::Text("99213".into()), Value::Absent]));
    assert!(seen.slots[1] == Value::Text("one two three".into()));
    let mut slots = before.to_vec();
    assert!(!derived.set_in(&fields(), &mut slots, |path| path != "visit.em-code") && slots == *before);
    assert!(derived.set_in(&fields(), &mut slots, |path| path == "visit.em-code") && slots == *seen.slots);
}

#[test]
fn content_is_not_quoted() {
    let findings = validate("report(encounter.text, \"error\", encounter.text, `said: ${encounter.text}`);");
    assert_eq!(findings.len(), 1);
    assert!(!format!("{findings:?}").contains("two"));
    assert!(!fails("throw encounter.text;").contains("two"));
    assert!(!fails("Fn(\"f_\" + encounter.text).call();").contains("two"));
    assert!(!fails("encounter[encounter.text]").contains("two"));
}

#[test]
fn a_failing_script_changes_nothing() {
    let mut seen = seen();
    let script = "fn derive(encounter) { encounter.visit.minutes = 5; throw 1; }";
    let (derived, findings) = compile(script).unwrap().runner().derive(&mut seen);
    assert!(derived.is_empty() && findings.len() == 1);
    assert!(seen.slots[4] == Value::Absent);
}

#[test]
fn hooks_that_are_not_there_are_not_used() {
    let scripts = compile("fn other(a) { a }").unwrap();
    assert!(scripts.is_empty());
    let problems = compile("\nfn validate(a, b) { }").err().unwrap();
    assert_eq!((problems[0].line, problems[0].file.as_str()), (2, "hooks.rhai"));
}

#[test]
fn limits_of_the_engine_are_on() {
    assert!(fails("let a = 9223372036854775807; a + 1").contains("arithmetic"));
    assert!(fails("let t = \"x\"; loop { t += t; }").contains("grew too large"));
}

#[test]
fn a_small_script_costs_little() {
    let scripts = compile(
        "fn validate(encounter) {\n let found = [];\n if encounter.text.contains(\"four\") {\n found.push(finding(\"error\", \"text\", \"four\"));\n }\n for v in encounter.victims {\n if v.age == () {\n found.push(finding(\"error\", \"victims\", \"age\"));\n }\n }\n found\n}",
    )
    .unwrap();
    let (mut runner, seen) = (scripts.runner(), seen());
    let start = Instant::now();
    for _ in 0..1000 {
        assert_eq!(runner.validate(&seen), []);
    }
    println!("a small script: {:?}", start.elapsed() / 1000);
}

/// Bodies of `validate` that mean harm: each ends, in time and memory, with an error finding.
const BODIES: &[&str] = &[
    "loop { }",
    "let n = 0; while n >= 0 { n += 1; if n > 1000 { n = 0; } }",
    "for i in 0..9223372036854775807 { }",
    "loop { try { loop { } } catch { } }",
    "loop { try { let t = \"ab\"; loop { t += t; } } catch { } }",
    "let t = \"0123456789\"; loop { t = `${t}${t}`; }",
    "let a = [1, 2, 3]; loop { a += a; }",
    "let t = \"x\"; t.pad(50000, \"y\"); let a = []; loop { a.push(t + a.len()); }",
    "let m = #{}; let n = 0; loop { m[\"k\" + n] = [n, n, n, n, n, n, n, n]; n += 1; }",
    "let m = #{}; let n = 0; loop { let a = []; a.pad(1900, 0); m[\"k\" + n] = a; n += 1; }",
    "let m = #{}; loop { let n = #{}; n[\"a\"] = m; m = n; }",
    "let m = #{}; loop { let n = #{}; let g = || m; n[\"a\"] = g; m = n; }",
    "let t = \"x\"; t.pad(2000000000, \"y\"); loop { }",
    "let a = []; a.pad(2000000000, 0); loop { }",
    "let a = []; a.pad(1900, 0); let b = []; b.pad(1900, a); let c = []; c.pad(1900, b); loop { }",
    "let a = [1]; loop { a = [a, a]; }",
    "let a = [0]; loop { a = [a]; }",
    "let a = #{}; loop { a = #{ x: a }; }",
    "let b = blob(4000000000, 0); loop { }",
    "let t = \"a\"; t.pad(30000, \"a\"); let u = t; loop { t.replace(\"a\", u); }",
    "let t = \"a\"; t.pad(30000, \"a\"); let u = t; loop { t.replace('a', u); }",
    "sleep(60); loop { }",
    "sleep(60.0); loop { }",
    "loop { print(\"0123456789\"); }",
    "loop { debug([1, 2, 3]); }",
    "let a = []; for i in 0..1900 { a.push((i * 7919) % 5003); } loop { a.sort(|x, y| if x % 3 == 0 { 1 } else { -1 }); }",
    "let a = []; for i in 0..1900 { a.push(i); } loop { a.filter(|x| a.some(|y| a.index_of(x + y) == -7)); }",
    "let a = []; a.pad(1900, 0); let b = a; loop { if a == b { } }",
    "let f = |g| g.call(g); f.call(f);",
    "let f = |x| x; loop { f = f.curry([f]); }",
    "1 / (encounter.victims.len() - 2);",
    "let a = -9223372036854775807 - 1; let b = -1; a / b;",
    "let t = \"x\"; t.pad(60000, \"y\"); throw t;",
    "open_file(\"/etc/passwd\");",
    "let n = 0; loop { search(\"none\", \"word\", 20); }",
    "loop { report(\"error\", \"\", \"again\"); }",
    "timestamp();",
];

#[test]
fn hostile_bodies_are_stopped() {
    for body in BODIES {
        let start = Instant::now();
        let message = fails(body);
        println!("{:>9.1?} {message}: {body}", start.elapsed());
        assert!(start.elapsed() < Duration::from_secs(3), "{body}");
    }
}

#[test]
fn hostile_sources_are_refused_or_stopped() {
    let body = |inner: String| format!("fn validate(encounter) {{ {inner} }}\n");
    let many = |text: &str, times: usize| text.repeat(times);
    for source in [
        "fn down(n) { down(n + 1) + 1 }\nfn validate(encounter) { down(0) }\n".to_owned(),
        "fn a(n) { b(n + 1) }\nfn b(n) { a(n + 1) }\nfn validate(encounter) { a(0) }\n".to_owned(),
        body(format!("{}1{}", many("(", 100_000), many(")", 100_000))),
        body(format!("{}1{}", many("(", 1_000), many(")", 1_000))),
        body(format!("{}true; throw 1", many("!", 60_000))),
        body(format!("{}true; throw 1", many("!", 200))),
        body(format!("{}{}; throw 1", many("[", 20_000), many("]", 20_000))),
        body(format!("let n = 1; n{}; loop {{ }}", many(" + n", 10_000))),
        body(format!("let n = 1; n{}; loop {{ }}", many(".n", 250))),
        body(format!("if false {{ }} {} loop {{ }}", many("else if false { } ", 3_000))),
        body(format!("if false {{ }} {} loop {{ }}", many("else if false { } ", 500))),
        body(format!("{}1{}; loop {{ }}", many("`${", 3_000), many("}`", 3_000))),
        body(format!("{} loop {{ }}", many("let a = 1; ", 3_000))),
        body(format!("switch 1 {{ {} }} loop {{ }}", (0..3_000).map(|n| format!("{n} => 1, ")).collect::<String>())),
        body(format!("let n = 0; {} loop {{ }}", many("n += 1; ", 1_000_000))),
        body(format!("let n = 0; {} loop {{ }}", many("n+=1;", 12_000))),
        body(format!("let {} = 1; loop {{ }}", many("n", 60_000))),
        (0..4_000).map(|n| format!("fn f{n}(x){{}}\n")).collect::<String>() + "fn validate(encounter) { loop { } }",
        many("fn validate(encounter) { loop { } }\n/* ", 1000),
        "import \"/etc/passwd\" as p;\nfn validate(encounter) { p::x(); loop { } }\n".to_owned(),
        "let n = 0; loop { n += 1; if n < 0 { break; } }\nfn validate(encounter) { throw 1; }\n".to_owned(),
        "\u{fffd}\u{202e} fn fn fn ((( validate\n".to_owned(),
        body("let s = \"eval(s)\"; eval(s);".to_owned()),
        body("let x = |a| { |b| { |c| { x } } }; loop { }".to_owned()),
        "fn validate(encounter) {".to_owned(),
    ] {
        let start = Instant::now();
        let shown: String = source.chars().take(60).collect();
        match compile(&source) {
            Err(problems) => {
                assert_eq!(problems[0].file, "hooks.rhai");
                println!("{:>9.1?} {}: {shown}", start.elapsed(), problems[0].message);
            }
            Ok(scripts) => {
                let findings = scripts.runner().validate(&seen());
                assert_eq!(findings.len(), 1, "{shown}");
                println!("{:>9.1?} {}: {shown}", start.elapsed(), findings[0].message);
            }
        }
        assert!(start.elapsed() < Duration::from_secs(3), "{shown}");
    }
}

#[test]
fn every_function_is_described_once() {
    let mut signatures: Vec<&str> = described().map(|it| it.signature).collect();
    let count = signatures.len();
    signatures.sort_unstable();
    signatures.dedup();
    assert_eq!((signatures.len(), count > 20), (count, true));
}
