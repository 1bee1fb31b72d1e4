//! What a script says is a function of what its audience sees: two encounters that look alike to an audience stay alike when
//! the scripts of the domain have spoken, whatever the scripts try.

#![expect(clippy::indexing_slicing, reason = "tests")]

use super::compiled;
use super::made_up;
use proptest::prelude::*;
use serde_json::Value;
use serde_json::json;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::LazyLock;
use tencode::definitions::compile::compile;
use tencode::definitions::load::load;
use tencode::encounters::engine::Engine;
use tencode::encounters::write;
use tencode::registry::Registry;

const CASES: u32 = 200;

const DOMAIN: &str = r#"
record call "Call" {
    id      text identifies incident
    name    text identifies person
    phone   text identifies contact
    note    text free
    born    date quasi-identifier
    amount  number quasi-identifier
    met     date dates encounter
    place { zip text identifies place; floor integer quasi-identifier }
    victims list of { name text identifies person; age integer quasi-identifier }
    n       number
    tag     text
    level   one of (low, high)
}

codeset animals "Animals" for call {
    decide above 0.3
    code DOG "Dog" { also "barking dog"; propose when amount > 500 points 9 }
    code CAT "Cat" { also "lost cat"; propose when level is high points 5 }
    code COW "Cow" { also "cow on the road" }
}

rules for call {
    rule call-old warning "the amount is high" { require amount is absent or amount < 700 }
    rule call-tag warning "the tag is known" { require tag is absent }
}
"#;

/// What a script would like to carry out: texts it cannot see, and what hangs on them.
const SOURCES: &[&str] = &[
    "`${encounter.name}`",
    "`${encounter.phone}`",
    "`${encounter.note}`",
    "`${encounter.born}`",
    "`${encounter.amount}`",
    "`${encounter.place.zip}${encounter.place.floor}`",
    "`${encounter.victims}${if encounter.victims != () { encounter.victims.map(|v| `${v.name} ${v.age}`) }}`",
    "`${on()}`",
    "`${encounter.id}`",
];

/// Ways to carry a text `s` out. `K` makes names of rules their own in each file.
const WAYS: &[(&str, &str)] = &[
    (
        "validate",
        r#"for c in s.chars() { if c == "a" { report("K-a", "advice", "", "a"); } if c == "1" { report("K-1", "advice", "", "1"); } if c == "o" { report("K-o", "advice", "", "o"); } }"#,
    ),
    (
        "validate",
        r#"if s.len() % 3 == 0 { report("K-three", "warning", "tag", "three"); } if s.len() > 12 { report("K-long", "error", "", "long"); }"#,
    ),
    ("validate", r#"if s.contains("a") { throw 1; } if s.contains("5") { let a = [1]; a[7]; }"#),
    ("validate", r#"for c in s.chars() { if c == "7" { loop { } } }"#),
    (
        "validate",
        r#"let all = []; for c in s.chars() { let t = "x"; t.pad(60000, c); if c == "o" { loop { all.push(t + c); } } }"#,
    ),
    (
        "validate",
        r#"for w in ["Ann Poe", "Bob Roe", "612-555-0188", "1987-03-02"] { if s.contains(w) { report("K-word", "advice", "", "Ann Poe"); } }"#,
    ),
    ("derive", r#"encounter.tag = s;"#),
    ("derive", r#"let r = ""; for c in s.chars() { r = c + r; } encounter.tag = r;"#),
    (
        "derive",
        r#"let d = "1"; for c in s.chars() { if c in "0123456789" && d.len() < 15 { d += c; } } encounter.n = parse_int(d);"#,
    ),
    ("derive", r#"encounter.level = if s.contains("o") { "low" } else { "high" };"#),
    ("derive", r#"encounter.amount = 900; encounter.name = "Ann Poe"; if s.len() > 9 { encounter.n = 5; }"#),
    (
        "classify",
        r#"for c in s.chars() { if c == "a" { adjust("animals", "DOG", 1, "more"); candidate("animals", "COW", 2, "cow"); } if c == "2" { remove("animals", "CAT"); } }"#,
    ),
    (
        "classify",
        r#"candidate("animals", "CAT", s.len(), "cat"); for c in candidates { if c.score > 8.5 { report("K-score", "advice", "", "score"); } if c.confidence < 0.2 { report("K-low", "advice", "", "low"); } }"#,
    ),
    (
        "validate",
        r#"let found = finding("K-fix", "advice", "tag", "fix"); if s.contains("a") { fix(found, "animals", "COW") } else if s.len() > 9 { fix(found, "animals", "CAT") } else { found }"#,
    ),
];

struct Office {
    _folder: tempfile::TempDir,
    registry: Arc<Registry>,
}

/// The shipped policies, a domain without scripts, and the same with every script there is.
static OFFICE: LazyLock<Office> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let mut folders: Vec<PathBuf> = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("domains/shared")];
    for (name, has_scripts) in [("bare", false), ("noisy", true)] {
        let home = folder.path().join(name);
        std::fs::create_dir_all(home.join("codes")).unwrap();
        std::fs::create_dir_all(home.join("scripts")).unwrap();
        std::fs::write(
            home.join("domain.toml"),
            format!("title = \"{name}\"\nrecord = \"call\"\n[scripts]\noperations = 3_000\n"),
        )
        .unwrap();
        let domain = DOMAIN.replace("animals", if has_scripts { "animals" } else { "beasts" });
        std::fs::write(home.join("codes/it.codes"), domain).unwrap();
        for (number, (source, (hook, way))) in
            SOURCES.iter().flat_map(|it| WAYS.iter().map(move |way| (it, way))).enumerate()
        {
            let parameters = if *hook == "classify" { "encounter, candidates" } else { "encounter" };
            let way = way.replace('K', &format!("k{number}"));
            let text = format!("fn {hook}({parameters}) {{ let s = {source}; {way} }}\n");
            // Each way with most of the sources: all of them would take long.
            if has_scripts && number % 3 != 1 {
                std::fs::write(home.join(format!("scripts/s{number:03}.rhai")), text).unwrap();
            }
        }
        folders.push(home);
    }
    let outcome = compile(folders.iter().map(|folder| load(folder)).collect(), &[]);
    let said: Vec<String> =
        outcome.diagnostics.iter().filter(|it| it.is_error()).map(|it| format!("{} {}", it.kind, it.note)).collect();
    assert!(outcome.refused.is_empty(), "refused: {:?} {said:?}", outcome.refused);
    Office { registry: compiled::registry(&outcome, folder.path()), _folder: folder }
});

fn engine(domain: &str, audience: &str) -> Engine {
    made_up::engine(&OFFICE.registry, domain, Some("call"), audience)
}

const AUDIENCES: [&str; 4] = ["public", "analytics", "gdpr-pseudonymised", "limited-data-set"];

static ENGINES: LazyLock<Vec<(&str, Engine, Engine)>> = LazyLock::new(|| {
    let all = AUDIENCES.iter().chain(&["desk"]);
    all.map(|audience| (*audience, engine("bare", audience), engine("noisy", audience))).collect()
});

fn disclosed(engine: &Engine, encounter: &Value) -> String {
    let mut out = Vec::new();
    write::line(&engine.worker().disclose(1, Ok(&encounter.to_string())), &mut out);
    String::from_utf8(out).unwrap().replace("beasts", "animals")
}

fn one_of(words: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(words)
}

/// Two calls of which most differs only in what somebody hides.
fn calls() -> impl Strategy<Value = (Value, Value)> {
    let hidden = || {
        (
            one_of(&["Ann Poe", "Bob Roe", "Zoe Quist", "Otto Ann"]),
            one_of(&["612-555-0188", "763-555-0101", "218-555-0177"]),
            one_of(&["barking dog", "a lost cat, said Ann Poe", "cow on the road, call 612-555-0188", "nothing"]),
            one_of(&["1987-03-02", "1950-12-24", "2015-07-01"]),
            prop_oneof![Just(10), Just(600), Just(750)],
            one_of(&["55401", "03602", "5901"]),
            one_of(&["2026-03-02", "2026-03-19", "2026-09-09"]),
        )
    };
    let shown = (one_of(&["low", "high", "none"]), any::<bool>());
    (shown, hidden(), hidden(), prop::collection::vec(any::<bool>(), 7)).prop_map(|((level, has_day), one, other, same)| {
        let call = |it: (&str, &str, &str, &str, i32, &str, &str)| {
            let mut call = json!({"id": "C-1", "name": it.0, "phone": it.1, "note": it.2, "born": it.3, "amount": it.4,
                "place": {"zip": it.5, "floor": it.4 / 100}, "victims": [{"name": it.0, "age": it.4 % 90}]});
            if has_day {
                call["met"] = json!(it.6);
            }
            if level != "none" {
                call["level"] = json!(level);
            }
            call
        };
        let is_same = |place: usize| same.get(place).copied().unwrap_or_default();
        let mixed = (
            if is_same(0) { one.0 } else { other.0 },
            if is_same(1) { one.1 } else { other.1 },
            if is_same(2) { one.2 } else { other.2 },
            if is_same(3) { one.3 } else { other.3 },
            if is_same(4) { one.4 } else { other.4 },
            if is_same(5) { one.5 } else { other.5 },
            if is_same(6) { one.6 } else { other.6 },
        );
        (call(one), call(mixed))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_looks_alike_stays_alike_when_scripts_have_spoken((one, other) in calls()) {
        for (audience, bare, noisy) in ENGINES.iter() {
            if disclosed(bare, &one) == disclosed(bare, &other) {
                prop_assert_eq!(disclosed(noisy, &one), disclosed(noisy, &other), "{}", audience);
            }
        }
    }
}

#[test]
fn who_sees_everything_is_told_everything() {
    let call =
        json!({"id": "C-1", "name": "Zoe Quist", "phone": "612-555-0188", "note": "barking dog", "met": "2026-03-02"});
    let desk = &ENGINES.iter().find(|(audience, _, _)| *audience == "desk").unwrap().2;
    let told: Value = serde_json::from_str(&disclosed(desk, &call)).unwrap();
    let text = told.to_string();
    assert!(text.contains("k0-o") && text.contains("script-error"), "{text}");
    assert_eq!(told.pointer("/encounter/tag"), Some(&json!("Zoe Quist")));
    let findings = told.pointer("/findings").and_then(Value::as_array).unwrap();
    let is_of_rule = |it: &&Value| it["rule"].as_str().is_some_and(|rule| rule.starts_with("call-"));
    let (of_rules, of_scripts): (Vec<&Value>, Vec<&Value>) = findings.iter().partition(is_of_rule);
    assert!(of_rules.len() == 2 && of_rules.iter().all(|it| it.get("by").is_none()), "{text}");
    assert!(of_scripts.len() > 10 && of_scripts.iter().all(|it| it["by"] == "script"), "{text}");
    let candidates = told.pointer("/candidates").and_then(Value::as_array).unwrap();
    assert!(candidates.iter().any(|it| it["code"] == "CAT" && it["by"] == "script"), "{text}");
}
