//! Codes that may not be recorded: what a finding names instead, and to whom.

#![expect(clippy::indexing_slicing, reason = "tests")]

use super::made_up;
use proptest::prelude::*;
use serde_json::Value;
use serde_json::json;
use std::sync::LazyLock;
use tencode::encounters::engine::Engine;
use tencode::registry::Codes;
use tencode::registry::Registry;
use tencode::registry::Slip;

const OFFICE: &str = r#"
label secret "What only the desk may know"

record visit "A visit" {
    id   text identifies visit
    code code in parts
    day  date dates encounter plain
}

codeset parts "Parts" {
    group K "Bolts" {
        group K10 "Long bolts" {
            code K10.1 "A long bolt of steel"
            code K10.2 "A long bolt of brass" { labelled secret }
        }
        group L20 "Bolts by length" {
            code L20.QQ7 "A bolt of seven"
            code L20.QQ8 "A bolt of eight"
        }
    }
    code 0012 "A washer"
    code K77 "Nails" { retired 2020-12-31 replaced by either K77A, K77B }
    code K77A "Nails of steel" { from 2021-01-01 }
    code K77B "Nails of brass" { from 2021-01-01; labelled secret }
    code K88 "A pair" { retired 2020-12-31 replaced by both K77A, K10.1 }
    code K99 "Old glue" { retired 2020-12-31 replaced by K99B }
    code K99B "Older glue" { from 2021-01-01 to 2021-12-31; retired 2021-12-31 replaced by K99C }
    code K99C "New glue" { from 2022-01-01 }
}

policy desk "Sees all" { keep every field }
policy shop "Sees no secret" { keep every field; codes labelled secret withhold }
policy plain "Sees known codes" { keep plain; findings keep }
"#;

static REGISTRY: LazyLock<std::sync::Arc<Registry>> = LazyLock::new(|| made_up::registry("office", OFFICE));

fn parts() -> Codes<'static> {
    REGISTRY.codes(REGISTRY.set("parts").unwrap())
}

fn engine(audience: &str) -> Engine {
    made_up::engine(&REGISTRY, "office", Some("visit"), audience)
}

/// The finding about a code, as an audience sees it.
fn finding(audience: &str, code: &str) -> Value {
    let visit = json!({ "id": "V-1", "day": "2026-03-01", "code": code });
    made_up::disclose(&engine(audience), &visit)["findings"][0].clone()
}

fn slips(typed: &str) -> Vec<(Slip, &'static str)> {
    parts().mistyped(typed, |_| true).into_iter().map(|(slip, code)| (slip, parts().code(code))).collect()
}

#[test]
fn one_slip_is_seen_and_two_are_not() {
    assert_eq!(slips("k1o.1"), [(Slip::Alike, "K10.1")]);
    assert_eq!(slips("KIO.l"), [(Slip::Alike, "K10.1")]);
    assert_eq!(slips("K10.1X").first(), Some(&(Slip::Added, "K10.1")));
    assert_eq!(slips("K01.1"), [(Slip::Swapped, "K10.1")]);
    assert_eq!(slips("K9C").first(), Some(&(Slip::Dropped, "K99C")));
    assert_eq!(slips("1C"), [], "codes of two signs are all near each other");
    assert_eq!(slips("12"), [(Slip::Zeros, "0012")]);
    assert_eq!(slips("012"), [(Slip::Zeros, "0012")]);
    assert_eq!(slips("L20.7"), [(Slip::Unfilled, "L20.QQ7")]);
    assert!(slips("K10.5").iter().all(|(slip, _)| *slip != Slip::Unfilled), "no sign is the same below K10");
    assert_eq!(slips("k10.1 - A long bolt of steel"), [(Slip::Within, "K10.1")]);
    assert_eq!(slips("K77A, K99C"), [(Slip::Within, "K77A"), (Slip::Within, "K99C")]);
    for far in ["K13.4", "Z99.999", "", "K10.1 and what somebody wrote behind it"] {
        assert_eq!(slips(far), [], "{far}");
    }
}

#[test]
fn what_is_wrong_names_what_is_right() {
    let fixed = |code: &str| finding("desk", code)["fix"]["code"].clone();
    let help = |code: &str| finding("desk", code)["help"].as_str().unwrap_or_default().to_owned();
    assert_eq!((fixed("K1O.1"), help("K1O.1")), (json!("K10.1"), "use `K10.1`".to_owned()));
    assert_eq!((fixed("K1O"), help("K1O")), (Value::Null, "use one of `K10.1` or `K10.2`".to_owned()));
    assert_eq!((fixed("K10"), help("K10")), (Value::Null, "use one of `K10.1` or `K10.2`".to_owned()));
    assert_eq!((fixed("K77"), help("K77")), (Value::Null, "use one of `K77A` or `K77B`".to_owned()));
    assert_eq!((fixed("K88"), help("K88")), (Value::Null, "use together `K77A` and `K10.1`".to_owned()));
    assert_eq!((fixed("K99"), help("K99")), (json!("K99C"), "use `K99C`".to_owned()));
    assert_eq!((fixed("Q55.55"), help("Q55.55")), (Value::Null, String::new()));
}

#[test]
fn a_long_list_ends_with_a_count() {
    let codes: String = (10..40).map(|number| format!("code A{number} \"Part {number}\"\n")).collect();
    let text = format!(
        "record visit {{ id text identifies visit; code code in parts }}\n\
         codeset parts \"Parts\" {{ group A \"All\" {{\n{codes}}} }}\n\
         policy desk {{ keep every field }}"
    );
    let registry = made_up::registry("office", &text);
    let said = made_up::disclose(&made_up::desk(&registry, "office", None), &json!({ "id": "V-1", "code": "A" }));
    let help = said["findings"][0]["help"].as_str().unwrap();
    assert!(help.starts_with("use one of `A10`, `A11`,") && help.ends_with("`A33` and 6 more"), "{help}");
}

#[test]
fn the_help_tells_no_code_that_is_withheld() {
    assert_eq!(finding("shop", "K1O")["help"], "use a code such as `K10.1`");
    assert_eq!(finding("shop", "K77")["help"], "use a code such as `K77A`");
    assert_eq!(finding("desk", "K10.Z")["fix"]["code"], "K10.2");
    assert!(finding("shop", "K10.Z")["help"].is_null() && finding("shop", "K10.Z")["fix"].is_null());
    assert_eq!(finding("plain", "K1O.1")["rule"], "code-unknown");
}

fn typed() -> impl Strategy<Value = String> {
    let codes: Vec<&'static str> = parts().all().map(|code| parts().code(code)).collect();
    (prop::sample::select(codes), any::<prop::sample::Index>(), prop::sample::select(b"0O1LQ27ABX".to_vec()), 0..4_u8)
        .prop_map(|(code, at, sign, how)| {
            let mut signs = code.as_bytes().to_vec();
            let at = at.index(signs.len());
            match how {
                0 => signs[at] = sign,
                1 => signs.insert(at, sign),
                2 => drop(signs.remove(at)),
                _ => {}
            }
            String::from_utf8(signs).unwrap()
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is typed: an audience gets no withheld code back, and one that does not see the text gets none at all.
    #[test]
    fn a_law_no_finding_tells_a_code_that_its_audience_may_not_see(code in typed()) {
        let secret = ["K10.2", "K77B"];
        let is_known = parts().find(&code).is_some();
        let said = finding("shop", &code).to_string();
        for hidden in secret {
            prop_assert!(!said.contains(hidden), "{code}: {said}");
        }
        let said = finding("plain", &code);
        prop_assert!(is_known || (said["help"].is_null() && said["fix"].is_null()), "{code}: {said}");
    }

    /// Whatever is typed: the code that is proposed may be recorded on the day.
    #[test]
    fn a_law_a_code_that_is_proposed_may_be_recorded(code in typed()) {
        let on = tencode::model::day::Day::parse("2026-03-01").unwrap();
        if let Some(fix) = finding("desk", &code)["fix"]["code"].as_str() {
            prop_assert!(parts().is_assignable(parts().find(fix).unwrap(), on), "{code}: {fix}");
        }
    }
}

/// What would fit is told; what is told does not depend on what was written.
#[test]
fn a_value_that_does_not_fit_is_told_what_would() {
    let place = crate::program::Place::new();
    let told = |sex: &str, age: &str| {
        place.write("in.csv", &format!("id,date,patient.sex,patient.age\n1,2026-03-02,{sex},{age}\n"));
        let run = ["--domains", "built-in", "run", "--domain", "healthcare", "--audience", "desk", "in.csv"];
        let text = String::from_utf8(place.run(&run).stdout).unwrap();
        let answer: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        answer["findings"].to_string()
    };
    let findings = told("F", "45 y");
    assert!(findings.contains("it may be `female`, `male`, `other`, `unknown`"), "{findings}");
    assert!(findings.contains("write it in digits"), "{findings}");
    assert_eq!(told("mael", "old"), findings);
    assert!(!told("Female", "45").contains("it may be"));
}
