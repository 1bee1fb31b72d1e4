//! What holds of redaction for every input, tried on many made-up ones.

use proptest::prelude::*;
use std::path::Path;
use std::sync::LazyLock;
use tencode::definitions::compile::compile;
use tencode::definitions::load::load;
use tencode::model::day::Day;
use tencode::model::program::Shared;
use tencode::privacy::text::TextRedactor;

static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("domains/shared");
    compile(vec![load(&folder)], &[]).compiled.shared
});

pub static PUBLIC: LazyLock<TextRedactor> =
    LazyLock::new(|| TextRedactor::new(&SHARED, None, "public", Day(20_000)).unwrap());
pub static DESK: LazyLock<TextRedactor> =
    LazyLock::new(|| TextRedactor::new(&SHARED, None, "desk", Day(20_000)).unwrap());

fn public(text: &str) -> String {
    PUBLIC.redact(text).text
}

// ---- made-up texts: pieces that identify, pieces that do not, and anything

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Z][a-z]{1,9}",
        "[a-z]{1,8}",
        "(\\(?[2-9][0-9]{2}\\)?[ .-])?[2-9][0-9]{2}[.-][0-9]{4}",
        "[0-9]{3}-[0-9]{2}-[0-9]{4}",
        "[0-9]{1,2}/[0-9]{1,2}/(19|20)[0-9]{2}",
        "[0-9]{1,5} [A-Z][a-z]{2,8} (Street|Ave|Rd|Lane)",
        "(MRN|SSN|DL|card|plate|phone|policy number|zip)[: #]{1,2}[A-Z0-9-]{4,12}",
        "(Mr|Mrs|Dr|Ms)\\.? [A-Z][a-z]{2,9}( [A-Z][a-z]{2,9})?",
        "(Mary|James|Linda|Robert) ([A-Z]\\. )?[A-Z][a-z]{2,9}",
        "(at|in|from) [A-Z][a-z]{2,9}( (Hospital|Clinic|County))?",
        "[a-z]{2,6}@[a-z]{2,6}\\.(com|org)",
        "(March|April|Oct\\.?) [0-9]{1,2}(st|th)?, 20[0-9]{2}",
        "\\[(person|card|phone|date|address)\\]",
        "\\PC{0,8}",
        "[\\[\\]{}\"'’.,;:!?/#@-]{1,3}",
    ]
}

fn prose() -> impl Strategy<Value = String> {
    prop::collection::vec((piece(), prop_oneof![Just(" "), Just(", "), Just(". "), Just("\n"), Just("")]), 0..14)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, gap)| piece + gap).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    /// A text that was redacted is not changed by redacting it again.
    #[test]
    fn redaction_is_idempotent(text in prose()) {
        for redactor in [&*PUBLIC, &*DESK] {
            let once = redactor.redact(&text).text;
            prop_assert_eq!(&redactor.redact(&once).text, &once);
        }
    }

    /// Spans lie in the text, in order, none overlapping, and what lies between them is what is left.
    #[test]
    fn spans_are_what_is_missing(text in prose()) {
        let masked = PUBLIC.redact(&text);
        let (mut end, mut left) = (0, masked.text.as_str());
        for span in &masked.spans {
            prop_assert!(end <= span.start && span.start < span.end && span.end <= text.len());
            let between = text.get(end..span.start).unwrap();
            let at = left.find(between);
            prop_assert!(at.is_some());
            left = left.get(at.unwrap() + between.len()..).unwrap();
            end = span.end;
        }
        prop_assert!(left.ends_with(text.get(end..).unwrap()));
        let points = masked.points(&text);
        prop_assert!(points.iter().all(|span| span.start < span.end && span.end <= text.chars().count()));
    }

    /// A card number in any grouping is never shown, to nobody.
    #[test]
    fn cards_are_shown_to_nobody(digits in "4[0-9]{14}", gap in prop_oneof![Just(""), Just(" "), Just("-")], before in "[a-z ]{0,12}") {
        let sum: u32 = digits.chars().rev().enumerate().map(|(place, digit)| {
            let digit = digit.to_digit(10).unwrap();
            if place % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit }
        }).sum();
        let number = format!("{digits}{}", (10 - sum % 10) % 10);
        let groups: Vec<String> = number.as_bytes().chunks(4).map(|it| String::from_utf8(it.to_vec()).unwrap()).collect();
        let card = groups.join(gap);
        for redactor in [&*PUBLIC, &*DESK] {
            let text = format!("{before} card {card}.");
            let shown = redactor.redact(&text).text;
            prop_assert!(!shown.contains(&card));
        }
    }

    /// A name after a title, a cue or a given name is not shown, however rare it is.
    #[test]
    fn led_names_are_not_shown(surname in "Q[aeiou][bdgkz][aeiou][bdgkz]{1,2}[aeiou]n") {
        for text in [
            format!("Spoke with Mr. {surname} today."),
            format!("Witness Linda {surname} (unharmed) drove off."),
            format!("James {surname} called again."),
            format!("refunded to Mary {surname}"),
            format!("My name is {surname}."),
        ] {
            let shown = public(&text);
            prop_assert!(!shown.contains(&surname), "{}", shown);
        }
    }
}

#[test]
fn what_was_masked_by_others_stays_as_it_is() {
    for text in [
        "On XX/XX/2023 I called XXXX about {$500.00} and they said XXXX XXXX would reply.",
        "Account ending in XXXX was charged {$1200.00} on XX/XX/XXXX.",
        "Order number 100423 arrived late; tracking 9400111899223100001234.",
    ] {
        assert_eq!(public(text), text);
    }
}

#[test]
fn a_disease_is_no_person() {
    for text in ["history of Crohn's disease", "a high Framingham risk score", "Stevens-Johnson syndrome is ruled out"]
    {
        assert_eq!(public(text), text);
    }
}

#[test]
fn the_desk_sees_all_but_cards_and_social_security_numbers() {
    let text = "Mary Roe, 12 Elm Street, phone 612-555-0143, SSN 123-45-6789";
    assert_eq!(DESK.redact(text).text, "Mary Roe, 12 Elm Street, phone 612-555-0143, SSN [ssn]");
}
