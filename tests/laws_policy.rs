//! What holds of policies for every encounter, tried on many made-up ones: under the shipped policies, and under one that
//! has every operator there is.

#![expect(clippy::indexing_slicing, reason = "tests")]

use super::compiled;
use super::made_up;
use proptest::prelude::*;
use serde_json::Value;
use serde_json::json;
use std::collections::HashMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::LazyLock;
use tencode::definitions::compile::compile;
use tencode::definitions::load::load;
use tencode::encounters::engine::Engine;
use tencode::encounters::engine::Options;
use tencode::encounters::write;
use tencode::model::day::Day;
use tencode::registry::Registry;

/// Every operator, on texts, so that what comes out may go in again.
const EVERY: &str = r#"
record card "One field for each operator" {
    id       text identifies card
    owner    text identifies person
    phone    text identifies contact
    number   text identifies account
    seen     text
    month    text
    year     text
    day      text
    hour     text
    born     text
    age      text
    height   text
    latitude text
    address  text
    zip      text
    head     text
    tail     text
    kind     code in kinds
    mark     text
    gone     text
    words    text free
}

record stay "A label that held for two years" {
    id    text identifies card
    came  date dates encounter
    left  date dates encounter
    code  code in kinds
    word  text codes of (kinds)
    notes text signal
}

label once "What was so called for two years"

codeset kinds "Kinds" for card {
    group OTHERS "Others" {
        code D.1 "One that meant something else once" { labelled once from 2020-01-01 to 2021-12-31 }
        code D.2 "One that did not exist before" { from 2020-01-01; labelled once from 2020-01-01 }
        code D.3 "One that always meant the same"
        code D.4 "Another that always meant the same"
        code D.5 "A third"
    }
    group ALL "All" {
        group A "A" { code A.1 "One of A"; code A.2 "Two of A" }
        group B "B" { code B.1 "One of B" }
    }
}

policy every "Every operator" {
    purpose  statistics
    keep     id, words
    owner    to pseudonym
    phone    to pseudonym
    month    to month
    year     to year
    day      to day
    hour     to hour
    born     to birth-year
    age      to age-90
    height   to band 10
    latitude to grid 10
    address  to block
    zip      to zip3
    head     to first 2
    tail     to last 4
    kind     to group 2
    mark     to mask
    remove   gone
    free text mask all
}

policy dated "Withholds a label" {
    purpose  statistics
    keep     every field
    remove   undeclared
    codes    labelled once withhold
    free text keep
}

policy moved "Dates that move, numbers that keep their shape" {
    purpose  statistics
    keep     words
    seen     to shift 7
    number   to token
    free text mask all
}
"#;

pub(crate) struct Shop {
    _folder: tempfile::TempDir,
    pub(crate) registry: Arc<Registry>,
}

/// The shipped domains and the one above, without any official release.
pub(crate) static SHOP: LazyLock<Shop> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let every = folder.path().join("every");
    std::fs::create_dir_all(every.join("codes")).unwrap();
    std::fs::write(every.join("domain.toml"), "name = \"every\"\ntitle = \"Every operator\"\n").unwrap();
    std::fs::write(every.join("codes/every.codes"), EVERY).unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("domains");
    let names = ["shared", "healthcare", "law-enforcement", "customer-service"];
    let mut folders: Vec<PathBuf> = names.iter().map(|name| shipped.join(name)).collect();
    folders.push(every);
    let outcome = compile(folders.iter().map(|folder| load(folder)).collect(), &[]);
    let said: Vec<String> =
        outcome.diagnostics.iter().filter(|it| it.is_error()).map(|it| it.kind.to_string()).collect();
    assert!(outcome.refused.is_empty(), "refused: {:?} {said:?}", outcome.refused);
    Shop { registry: compiled::registry(&outcome, folder.path()), _folder: folder }
});

fn engine(domain: &str, record: &str, audience: &str) -> Engine {
    let options = Options { candidates: Some(3), ..made_up::options(Some(record), Some(audience), "2026-11-01") };
    Engine::new(Arc::clone(&SHOP.registry), domain, options).unwrap()
}

/// Engines, made once each.
static ENGINES: LazyLock<HashMap<(&str, &str, &str), Engine>> = LazyLock::new(|| {
    let mut out = HashMap::new();
    let all = ["public", "analytics", "gdpr-pseudonymised", "gdpr-erasure", "pci"];
    for (domain, record, own) in [
        ("healthcare", "encounter", &["treatment", "billing", "exchange", "safe-harbor", "limited-data-set"][..]),
        ("law-enforcement", "call", &["incident-release"][..]),
        ("customer-service", "contact", &["desk"][..]),
        ("every", "card", &["every", "moved"][..]),
        ("every", "stay", &["dated"][..]),
    ] {
        for audience in all.iter().chain(own) {
            out.insert((domain, record, *audience), engine(domain, record, audience));
        }
    }
    out
});

pub(crate) fn disclose(domain: &str, record: &str, audience: &str, encounter: &Value) -> Value {
    let engine = ENGINES.iter().find(|(key, _)| **key == (domain, record, audience)).unwrap().1;
    let mut out = Vec::new();
    write::line(&engine.worker().disclose(1, Ok(&encounter.to_string())), &mut out);
    serde_json::from_slice(&out).unwrap()
}

fn audiences(domain: &str) -> Vec<&'static str> {
    let mut found: Vec<&str> = ENGINES.keys().filter(|(it, _, _)| *it == domain).map(|(_, _, it)| *it).collect();
    found.sort_unstable();
    found
}

// ---- made-up values

fn name() -> impl Strategy<Value = String> {
    "Q[aeiou][bdgkz][aeiou][bdgkz][aeiou]n Z[aeiou][bdgkz][aeiou][bdgkz][aeiou]x"
}

fn date() -> impl Strategy<Value = String> {
    (1925..2026_i32, 1..=12_u8, 1..=28_u8).prop_map(|(year, month, day)| format!("{year}-{month:02}-{day:02}"))
}

fn phone() -> impl Strategy<Value = String> {
    "[2-9][0-9]{2}-555-01[0-9]{2}"
}

fn anything() -> impl Strategy<Value = String> {
    prop_oneof![
        name(),
        date(),
        phone(),
        "[0-9]{1,9}",
        "[0-9]{1,4} [A-Z][a-z]{2,8} (St|Ave)( Apt [0-9])?",
        "\\PC{0,12}",
        "[0-9]{5}(-[0-9]{4})?",
        "-?[0-9]{1,3}\\.[0-9]{1,6}",
        "(<= |…)?[0-9]{1,4}[+…]?",
    ]
}

fn card() -> impl Strategy<Value = Value> {
    let fields = [
        "owner", "phone", "month", "year", "day", "hour", "born", "age", "height", "latitude", "address", "zip",
        "head", "tail", "mark", "gone",
    ];
    let values = prop::collection::vec(anything(), fields.len());
    (values, prop_oneof![Just("A.1"), Just("A.2"), Just("B.1"), Just("A"), Just("ALL"), Just("none")]).prop_map(
        move |(values, kind)| {
            let mut card: serde_json::Map<String, Value> =
                fields.iter().zip(values).map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
            card.insert("id".into(), json!("card"));
            card.insert("kind".into(), json!(kind));
            Value::Object(card)
        },
    )
}

/// Words a treating clinician without consent must not see, and words that say nothing.
fn story() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("On methadone since May.".to_owned()),
        Just("Denies heroin use.".to_owned()),
        Just("Sober, attends Alcoholics Anonymous.".to_owned()),
        "Feels well, weight [5-9][0-9] kg\\.",
    ]
}

/// What an encounter says about substance use and about who it is.
fn hidden_part() -> impl Strategy<Value = Value> {
    let code = prop_oneof![Just("F11.20"), Just("F10.20"), Just("F14.20"), Just("F19.10")];
    let drg = prop_oneof![Just("895"), Just("896"), Just("897")];
    (code, drg, story(), name(), phone(), "[0-9]{8}").prop_map(|(code, drg, note, name, phone, mrn)| {
        json!({
            "code": code, "drg": drg, "note": note, "name": name, "phone": phone, "mrn": mrn,
        })
    })
}

fn visit(hidden: &Value, date: &str) -> Value {
    json!({
        "id": "E-1", "class": "inpatient", "date": date, "payer": "other", "drg": hidden["drg"], "note": hidden["note"],
        "department": hidden["name"],
        "patient": {"name": hidden["name"], "phone": hidden["phone"], "mrn": hidden["mrn"], "sex": "female"},
        "diagnoses": [{"code": hidden["code"], "text": hidden["note"]}, {"code": "E11.9"}],
    })
}

/// The same but for who it is.
fn whose(mut visit: Value) -> Value {
    for field in ["name", "phone", "mrn"] {
        visit["patient"][field] = json!("the same");
    }
    visit
}

/// Every text and number that an answer shows.
fn leaves(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| leaves(item, out)),
        Value::Object(fields) => fields.values().for_each(|item| leaves(item, out)),
        Value::Null => {}
        other => out.push(other.to_string()),
    }
}

/// How many made-up encounters a law is tried on. Each is disclosed to several audiences, so a plain run takes few; set
/// `PROPTEST_CASES` for thousands.
pub(crate) fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(150)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    /// What an operator has left, it leaves: redacting a second time changes nothing.
    #[test]
    fn operators_are_idempotent(card in card()) {
        let once = disclose("every", "card", "every", &card)["encounter"].clone();
        let mut again = once.clone();
        // A code two levels up is no longer one that has two levels above it, and a mark is no value.
        let fields = again.as_object_mut().unwrap();
        fields.remove("kind");
        fields.remove("mark");
        let twice = disclose("every", "card", "every", &again)["encounter"].clone();
        prop_assert_eq!(twice, again);
    }

    /// Redacting again under any policy shows nothing that the first time did not.
    #[test]
    fn redacting_again_shows_nothing_new(hidden in hidden_part(), date in date()) {
        for audience in audiences("healthcare") {
            let once = disclose("healthcare", "encounter", audience, &visit(&hidden, &date))["encounter"].clone();
            let twice = disclose("healthcare", "encounter", audience, &once)["encounter"].clone();
            let (mut first, mut second) = (Vec::new(), Vec::new());
            leaves(&once, &mut first);
            leaves(&twice, &mut second);
            // Keyed stand-ins and moved dates stand for what they were given.
            if audience != "gdpr-pseudonymised" {
                second.retain(|shown| !first.contains(shown) && shown != "\"withheld\"" && !shown.contains('['));
                prop_assert!(second.is_empty(), "{audience}: {second:?} of {once}");
            }
        }
    }

    /// Moved dates and numbers of the same shape carry no mark of it, so redacting again moves them again: but never back
    /// to what they were, and dates keep their distance.
    #[test]
    fn redacting_again_brings_nothing_back(
        hidden in hidden_part(), one in date(), two in date(), number in "[0-9]{12,19}",
    ) {
        let mut first = visit(&hidden, &one);
        first["discharge_date"] = json!(two);
        let audience = "gdpr-pseudonymised";
        let once = disclose("healthcare", "encounter", audience, &first)["encounter"].clone();
        let twice = disclose("healthcare", "encounter", audience, &once)["encounter"].clone();
        let day = |value: &Value| value.as_str().and_then(Day::parse).map(|day| day.0);
        for field in ["date", "discharge_date"] {
            prop_assert!(twice[field].is_null() || twice[field] != first[field], "{}: {} of {}", field, twice, once);
        }
        if let (Some(a), Some(b)) = (day(&twice["date"]), day(&twice["discharge_date"])) {
            prop_assert_eq!(a - b, Day::parse(&one).unwrap().0 - Day::parse(&two).unwrap().0);
        }
        prop_assert_eq!(&twice["patient"], &once["patient"], "a pseudonym stays");
        for value in ["name", "phone", "mrn"].map(|field| hidden[field].as_str().unwrap()) {
            prop_assert!(!twice.to_string().contains(value), "{}", twice);
        }
        let card = json!({"id": "1", "number": number, "seen": one, "words": format!("Seen on {one}.")});
        let once = disclose("every", "card", "moved", &card)["encounter"].clone();
        let twice = disclose("every", "card", "moved", &once)["encounter"].clone();
        for field in ["number", "seen", "words"] {
            prop_assert!(twice[field].is_null() || twice[field] != card[field], "{}: {} of {}", field, twice, card);
        }
    }

    /// Two people who differ only in what an audience may not see look the same to it.
    #[test]
    fn hidden_fields_leave_no_trace(one in hidden_part(), other in hidden_part(), date in date()) {
        for audience in ["public", "analytics", "gdpr-erasure"] {
            let shown = |hidden: &Value| disclose("healthcare", "encounter", audience, &visit(hidden, &date));
            let answer = shown(&one);
            prop_assert_eq!(&answer["id"], &answer["encounter"]["id"], "{}: two pseudonyms of one encounter", audience);
            prop_assert_eq!(answer, shown(&other), "{}", audience);
        }
        // Those who treat see who it is, and nothing of substance use.
        for audience in ["treatment", "billing", "exchange"] {
            let shown = |hidden: &Value| disclose("healthcare", "encounter", audience, &whose(visit(hidden, &date)));
            prop_assert_eq!(shown(&one), shown(&other), "{}", audience);
        }
    }

    /// The same for calls: who was the victim, and of what kind of protected offence.
    #[test]
    fn protected_victims_look_the_same(
        one in (name(), 1..17_u8, "[1-9][0-9]{2,3} [A-Z][a-z]{3,7} (St|Ave)"),
        other in (name(), 1..17_u8, "[1-9][0-9]{2,3} [A-Z][a-z]{3,7} (St|Ave)"),
        types in (0..3_usize, 0..3_usize),
    ) {
        let kinds = ["V-SEX", "V-ASSAULT", "C-SUICIDE"];
        let call = |(name, age, address): &(String, u8, String), kind: usize| json!({
            "id": "C-1", "received": "2026-03-14T22:10:00", "address": address, "call_type": kinds[kind], "priority": 1,
            "persons": [{"role": "victim", "name": name, "age": age}], "narrative": format!("{name} at {address} was raped."),
        });
        for audience in ["public", "incident-release"] {
            let shown = |who, kind| disclose("law-enforcement", "call", audience, &call(who, kind));
            let (a, b) = if audience == "incident-release" { types } else { (types.0, types.0) };
            prop_assert_eq!(shown(&one, a), shown(&other, b), "{}", audience);
        }
    }

    /// A hidden value is in no finding, reason, path or list of redactions, wherever it stands.
    #[test]
    fn hidden_values_are_said_nowhere(name in name(), place in 0..8_usize) {
        let surname = name.split(' ').next_back().unwrap().to_lowercase();
        let mut call = json!({
            "id": "C-1", "received": "2026-03-14T22:10:00", "call_type": "D-DOM", "priority": 12,
            "persons": [{"role": "victim", "name": name}], "narrative": format!("{name} called."),
        });
        match place {
            0 => call["received"] = json!(name),
            1 => call["call_type"] = json!(name),
            2 => call["priority"] = json!(name),
            3 => call["persons"] = json!(name),
            4 => call[name.as_str()] = json!(true),
            5 => call["offenses"] = json!([name, "13A"]),
            6 => call["consents"] = json!([{"granted": name, "labels": name}]),
            _ => call["id"] = json!(name),
        }
        for audience in ["public", "analytics", "incident-release", "gdpr-erasure", "gdpr-pseudonymised"] {
            let said = disclose("law-enforcement", "call", audience, &call).to_string().to_lowercase();
            prop_assert!(!said.contains(&surname), "{audience}: {said}");
        }
    }

    /// A label with days holds for the encounters that may be of one of them: from the first of their dates to the last,
    /// and always for those of no day.
    #[test]
    fn labels_hold_on_their_days(came in prop::option::of(date()), left in prop::option::of(date())) {
        let stay = json!({"id": "S", "came": came, "left": left, "code": "D.1", "word": "D.1", "notes": "Ward 4"});
        let shown = disclose("every", "stay", "dated", &stay)["encounter"].clone();
        let days = [&came, &left].into_iter().flatten();
        let holds = match (days.clone().min(), days.max()) {
            (Some(first), Some(last)) => first.as_str() <= "2021-12-31" && "2020-01-01" <= last.as_str(),
            _ => true,
        };
        let wanted = if holds { "withheld" } else { "D.1" };
        prop_assert_eq!(&shown["code"], wanted, "{}", stay);
        prop_assert_eq!(&shown["word"], wanted, "{}", stay);
        prop_assert_eq!(shown["notes"].is_null(), holds, "{}", stay);
        // A code that did not exist on the day: nobody knows what was meant, so its label holds.
        let stay = json!({"id": "S", "came": came, "left": left, "code": "D.2"});
        prop_assert_eq!(&disclose("every", "stay", "dated", &stay)["encounter"]["code"], "withheld");
        // A date that nobody can read is no date.
        let stay = json!({"id": "S", "came": "last spring", "left": left, "code": "D.1"});
        prop_assert_eq!(&disclose("every", "stay", "dated", &stay)["encounter"]["code"], "withheld");
    }

    /// Dates of one subject move alike and stay apart by as much; those of another move otherwise as a rule.
    #[test]
    fn dates_keep_their_distance(one in date(), two in date(), id in "[A-Z]{2}[0-9]{6}") {
        let shown = |seen: &str| {
            let card = json!({"id": id, "seen": seen, "words": format!("Seen on {seen}.")});
            disclose("every", "card", "moved", &card)["encounter"].clone()
        };
        let day = |value: &Value| value["seen"].as_str().and_then(Day::parse);
        let (first, second) = (shown(&one), shown(&two));
        if let (Some(a), Some(b)) = (day(&first), day(&second)) {
            let (from, to) = (Day::parse(&one).unwrap(), Day::parse(&two).unwrap());
            prop_assert_eq!(a.0 - b.0, from.0 - to.0);
            let moved = a.0 - from.0;
            prop_assert!(moved != 0 && moved % 7 == 0 && moved.abs() <= 363);
            let written = format!("Seen on {}.", first["seen"].as_str().unwrap());
            prop_assert_eq!(first["words"].as_str(), Some(written.as_str()));
        }
    }

    /// Numbers of the same shape: as long, never the number itself, never a card that would pass.
    #[test]
    fn tokens_keep_the_shape(digits in "[0-9]{7,19}", other in "[0-9]{7,19}") {
        let token = |number: &str| {
            let card = json!({"id": "1", "number": number});
            disclose("every", "card", "moved", &card)["encounter"]["number"].as_str().unwrap().to_owned()
        };
        let shown = token(&digits);
        prop_assert_eq!(shown.len(), digits.len());
        let digits_shown: Vec<u32> = shown.chars().filter_map(|c| c.to_digit(10)).collect();
        prop_assert!(!tencode::privacy::text::checks::luhn(&digits_shown));
        if digits.len() == other.len() && digits != other {
            prop_assert!(token(&other) != shown || digits.len() == 7);
        }
    }
}

#[test]
fn a_policy_with_every_operator_says_what_it_does() {
    let domain = SHOP.registry.domain("every").unwrap().unwrap();
    let shared = SHOP.registry.shared().unwrap();
    let (registry, today) = (&SHOP.registry, Day(20_000));
    let told = tencode::privacy::explain::explain(shared, &domain, Some("card"), "every", registry, today).unwrap();
    let does = |path: &str| told.fields.iter().find(|it| it.path == path).map(|it| it.does.as_str());
    for (path, word) in [
        ("owner", "pseudonym"),
        ("height", "band 10"),
        ("latitude", "grid 10"),
        ("tail", "last 4"),
        ("kind", "group 2"),
        ("gone", "remove"),
        ("id", "keep"),
    ] {
        assert_eq!(does(path), Some(word));
    }
    assert_eq!(told.undeclared, "remove");
}
