//! What holds of single values for every input: addresses that become blocks, ZIP codes, dates that move.

#![expect(clippy::indexing_slicing, reason = "tests")]

use super::laws_policy::disclose;
use proptest::prelude::*;
use serde_json::Value;
use serde_json::json;

const CASES: u32 = 300;

fn shown(audience: &str, card: &Value, field: &str) -> Option<String> {
    let disclosure = disclose("every", "card", audience, card);
    disclosure["encounter"].get(field).and_then(Value::as_str).map(str::to_owned)
}

fn block(address: &str) -> Option<String> {
    shown("every", &json!({"id": "card", "address": address}), "address")
}

/// A house number, its hundred, and what may stand behind it.
fn house() -> impl Strategy<Value = (String, String)> {
    let tail = prop_oneof![
        Just(""),
        Just("A"),
        Just("-B"),
        Just("½"),
        Just(" 1/2"),
        Just("-BLK"),
        Just(" BLOCK OF"),
        Just(" blk"),
        Just("-1999"),
    ];
    (1..999_999_u32, tail).prop_map(|(number, tail)| {
        let hundred = if number < 100 { "0-99".to_owned() } else { (number / 100 * 100).to_string() };
        (format!("{number}{tail}"), hundred)
    })
}

/// A street of one word of no language.
fn street() -> impl Strategy<Value = String> {
    let name = "Q[aeiou][bdgkz][aeiou][bdgkz][aeiou]n|[1-9][0-9]?[4-9]th";
    let direction = prop_oneof![Just(""), Just("N "), Just("west "), Just("SE ")];
    let end = prop_oneof![Just("St"), Just("AVE"), Just("Blvd"), Just("ln"), Just("Pkwy"), Just("BL")];
    (direction, name, end).prop_map(|(direction, name, end)| format!("{direction}{name} {end}"))
}

/// What may stand behind a street, and must not come out.
fn behind() -> impl Strategy<Value = String> {
    prop_oneof![
        "Apt 7[0-9]{2}",
        "c/o Vexo Zamil",
        "- Zamil residence",
        "219-09-8[0-9]{3}",
        "#7[0-9]{2}",
        "zamil@example\\.org",
        "\\(612\\) 555-01[0-9]{2}",
        "Trailer 7[0-9]{2} Zamil",
        "Zamil",
        "& Vexo Zamil 77[0-9]{2}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_house_becomes_its_hundred_block((house, hundred) in house(), street in street(), behind in behind()) {
        let wanted = format!("{hundred} block of {}", street.to_uppercase());
        prop_assert_eq!(block(&format!("{house} {street}")), Some(wanted.clone()));
        prop_assert_eq!(block(&wanted), Some(wanted.clone()));
        let address = format!("{house} {street} {behind}");
        prop_assert_eq!(block(&address), Some(wanted.clone()), "{}", address);
    }

    #[test]
    fn two_streets_stay_and_nothing_else(one in street(), other in street(), behind in behind(),
        join in prop_oneof![Just(" & "), Just("/"), Just(" and "), Just(" AT ")]) {
        let wanted = format!("{one} {} {other}", join.trim()).to_uppercase();
        prop_assert_eq!(block(&format!("{one}{join}{other}")), Some(wanted.clone()));
        let left = block(&format!("{one}{join}{other} {behind}"));
        prop_assert!(left.is_none() || left.as_deref() == Some(wanted.as_str()), "{:?}", left);
        prop_assert_eq!(block(&format!("{one}{join}{behind}")), None);
    }

    #[test]
    fn no_part_of_a_house_or_of_somebody_comes_out(pieces in prop::collection::vec(prop_oneof![
        behind(), street(), Just("block of".to_owned()), "7[0-9]{3,8}", Just("&".to_owned()), Just("77-B".to_owned()),
    ], 1..5)) {
        let card = json!({"id": "card", "owner": "Vexo Zamil", "address": pieces.join(" ")});
        let left = shown("every", &card, "address").unwrap_or_default();
        let low = left.to_lowercase();
        prop_assert!(!low.contains("vexo") && !low.contains("example") && !low.contains("219-09"), "{}", left);
        let numbers = left.split(|c: char| !c.is_ascii_digit()).filter(|number| number.len() > 3);
        prop_assert!(numbers.into_iter().all(|number| number.ends_with("00")), "{}", left);
    }

    /// The letters spell no word of a label, such as `HIV`: a field that has one is not shown at all.
    #[test]
    fn three_digits_are_those_of_a_whole_zip_code(zip in "[0-9]{1,12}|[0-9]{5}-[0-9]{1,6}|[0-9]{4} [BDFGJKLMNQRWXZ]{3}") {
        let left = shown("every", &json!({"id": "card", "zip": zip}), "zip");
        let is_whole = matches!(zip.len(), 3 | 5 | 9) && !zip.contains(['-', ' '])
            || zip.len() == 10 && zip.as_bytes()[5] == b'-';
        let left = left.unwrap();
        prop_assert!(left == "000" || is_whole && zip.starts_with(&left), "{}: {}", zip, left);
    }

    #[test]
    fn a_text_that_is_a_date_moves_or_goes(year in 1940..2026_i32, month in 1..13_u8, day in 1..29_u8, owner in any::<bool>(),
        form in 0..4_u8) {
        let (dashed, plain) = (format!("{year}-{month:02}-{day:02}"), format!("{year}{month:02}{day:02}"));
        let written = match form {
            0 => plain.clone(),
            1 => dashed.clone(),
            2 => format!("{dashed}T10:15:00"),
            _ => format!(" {dashed} 10:15"),
        };
        let mut card = json!({"head": written.clone(), "words": written.clone()});
        if owner {
            card["id"] = json!("card");
        }
        let disclosure = disclose("every", "card", "moved", &card)["encounter"].to_string();
        prop_assert!(!disclosure.contains(&plain) && !disclosure.contains(&dashed), "{}", disclosure);
    }
}
