//! What holds of redaction for every input, tried on many made-up ones.

#![expect(clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;
use std::path::Path;
use std::sync::LazyLock;
use tencode::definitions::compile::compile;
use tencode::definitions::load::load;
use tencode::model::day::Day;
use tencode::model::policy::TextLine;
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
fn a_disease_that_speaks_is_a_person() {
    for (text, stays) in [
        ("Seen today. Barrett said that Harris told her so.", "said that"),
        ("He agreed. Graves called about the bill.", "called about the bill"),
        ("The report was read by Finkelstein, Mary Riker and Anna Weil.", "The report was read by"),
    ] {
        let shown = public(text);
        for name in ["Barrett", "Harris", "Graves", "Finkelstein", "Riker", "Weil"] {
            assert!(!shown.contains(name), "{shown}");
        }
        assert!(shown.contains(stays), "{shown}");
    }
    for text in
        ["Finkelstein test positive", "Hartmann procedure done", "seen with Graves disease", "Barrett esophagus"]
    {
        assert_eq!(public(text), text);
    }
}

/// Everything else is shown by such a policy, and there may be no digit in what it hides.
#[test]
fn one_kind_alone_is_found_as_well_as_all_are() {
    for (kind, text, hidden) in [
        ("email", "write to jane dot roe at example dot com", "jane dot roe"),
        ("user", "her password is Bluebird", "Bluebird"),
        ("url", "see www.roe-family.org", "roe-family"),
        ("age", "she is 94 years old", "94"),
        ("age", "she is ninety-four years old", "ninety"),
        ("zip", "he lives in Springfield, IL 62704", "62704"),
    ] {
        let mut shared = SHARED.clone();
        let mut desk = shared.policies.iter_mut().filter(|policy| policy.name == "desk");
        desk.next().unwrap().texts = vec![TextLine::Mask(vec![kind.to_owned()], String::new())];
        let redactor = TextRedactor::new(&shared, None, "desk", Day(20_000)).unwrap();
        let shown = redactor.redact(text).text;
        assert!(!shown.contains(hidden), "{kind}: {shown}");
        assert!(shown.contains(&format!("[{kind}]")), "{kind}: {shown}");
    }
}

#[test]
fn the_desk_sees_all_but_cards_and_social_security_numbers() {
    let text = "Mary Roe, 12 Elm Street, phone 612-555-0143, SSN 123-45-6789";
    assert_eq!(DESK.redact(text).text, "Mary Roe, 12 Elm Street, phone 612-555-0143, SSN [ssn]");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// The code of a card is shown to nobody, whatever it is called and wherever it stands beside the card.
    #[test]
    fn codes_of_cards_are_shown_to_nobody(code in "[1-9][0-9]{2}", month in 1..13_u32, year in 27..40_u32) {
        for text in [
            format!("card verification value = {code}"),
            format!("CV2 {code}"),
            format!("card security code (CSC): {code}"),
            format!("the code on the signature strip is {code}"),
            format!("4111 1111 1111 1111 exp {month}/{year} sec {code}"),
            format!("4111-1111-1111-1111 good {month:02}/{year}, cvv {code}"),
        ] {
            for redactor in [&*PUBLIC, &*DESK] {
                let shown = redactor.redact(&text).text;
                prop_assert!(!shown.contains(&code), "{}", shown);
            }
        }
    }

    /// A secret number as machines send it, and a code in words.
    #[test]
    fn pins_are_shown_to_nobody(block in "[0-9A-F]{8}[0-9]{8}", one in 0..7_usize, two in 0..7_usize) {
        let digits = ["one", "two", "three", "five", "six", "eight", "nine"];
        let spelled = format!("{} {} four", digits[one], digits[two]);
        for redactor in [&*PUBLIC, &*DESK] {
            let shown = redactor.redact(&format!("PIN block {block} from the terminal")).text;
            prop_assert!(!shown.contains(&block), "{}", shown);
            let shown = redactor.redact(&format!("cvc is {spelled}")).text;
            prop_assert!(!shown.contains(&spelled), "{}", shown);
        }
    }

    /// A card is found whatever markup stands between its groups.
    #[test]
    fn markup_does_not_hide_a_card(tag in "(b|td|span|i)", class in "( class=\"[a-z]{2,6}\")?", gap in "( |\n|)") {
        let open = format!("<{tag}{class}>");
        let text = ["4111", "1112", "1113", "1114"].map(|it| format!("{open}{it}</{tag}>")).join(&gap);
        let text = text.replace("1112", "1111").replace("1113", "1111").replace("1114", "1111");
        for redactor in [&*PUBLIC, &*DESK] {
            let shown = redactor.redact(&text).text;
            prop_assert!(!shown.contains("4111") && !shown.contains("1111"), "{}", shown);
        }
    }

    /// A day is none of its writings' matter.
    #[test]
    fn days_are_not_shown_in_any_writing(year in 1990..2030_u32, month in 1..13_u32, day in 1..29_u32) {
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let name = names[usize::try_from(month - 1).unwrap()];
        for (text, piece) in [
            (format!("see scan_{year}_{month:02}_{day:02}.pdf"), format!("{year}_{month:02}_{day:02}")),
            (format!("see scan{year}-{month:02}-{day:02}.pdf"), format!("{year}-{month:02}-{day:02}")),
            (format!("came {day:02} {month:02} {year} broken"), format!("{day:02} {month:02} {year}")),
            (format!("at {day:02}/{name}/{year}:10:15:00"), format!("{day:02}/{name}")),
            (format!("dob {month:02}{day:02}{:02}", year % 100), format!("{month:02}{day:02}{:02}", year % 100)),
        ] {
            let shown = public(&text);
            prop_assert!(!shown.contains(&piece), "{}", shown);
        }
    }

    /// An age over 89 beside the letter of a sex, or before whose it is.
    #[test]
    fn high_ages_are_not_shown(age in 90..112_u32, sex in "(F|M)") {
        let age = age.to_string();
        for text in [
            format!("{age}/{sex} fell at home"),
            format!("{sex}/{age} with a cough"),
            format!("{sex} {age} w/ cough"),
            format!("at {age} she still drives"),
        ] {
            let shown = public(&text);
            prop_assert!(!shown.contains(&age), "{}", shown);
        }
    }

    /// The number of a house, wherever it stands, and postal codes of Britain.
    #[test]
    fn houses_are_not_shown(number in 1000..9999_u32, district in "[A-Z]{1,2}[1-9]", inward in "[0-9][ABDEFGHJL]{2}") {
        let number = number.to_string();
        for text in [
            format!("house number {number}, Elm Court"),
            format!("lives in the {number} bldg on Elm Court"),
            format!("habite {number} bis avenue Foch"),
            format!("vive en C/ Mayor {number}, 3 izq"),
            format!("{number} KELLOGG BL W"),
            format!("{number} AVENUE B"),
        ] {
            let shown = public(&text);
            prop_assert!(!shown.contains(&number), "{}", shown);
        }
        let shown = public(&format!("the parcel went to {district} {inward} again"));
        prop_assert!(!shown.contains(&inward), "{}", shown);
    }

    /// Scores and measures in a row are no address.
    #[test]
    fn scores_are_not_masked(first in 0..30_u32, second in 0..90_u32, third in 3..16_u32) {
        for text in [
            format!("Braden {first}, Morse {second}, GCS {third}."),
            format!("Epworth {first}, Mallampati III."),
            format!("Labs: Na {}, K 4.{first}, Cr 1.1.", 100 + second),
            format!("{} mg ct {second}, take 1 by mouth", 10 * third),
            format!("turn onto the {first} lane road"),
            format!("a {third} way stop"),
        ] {
            prop_assert_eq!(public(&text), text);
        }
    }
}

#[test]
fn names_in_capitals_and_behind_what_somebody_is_go() {
    for (text, name) in [
        ("SMITH, JOHN A - WITNESS - NOTHING FURTHER", "SMITH"),
        ("SMITH, JOHN A / VICTIM", "JOHN"),
        ("cust: linda miller, lid of the kettle loose", "miller"),
        ("Daughter (Linda) will drive her home", "Linda"),
        ("your agent Linda hung up on me", "Linda"),
    ] {
        let shown = public(text);
        assert!(!shown.contains(name), "{shown}");
    }
}

#[test]
fn what_is_named_after_somebody_stays() {
    for text in [
        "Placed in Trendelenburg, then Fowler.",
        "Wolff-Parkinson-White, Guillain-Barre",
        "16 Fr Foley, 18 Fr NG",
        "Skin biopsy. Ki-67 not performed.",
        "Score 29/30 on MoCA, clock normal",
        "Ordered the Rose Gold case, got Hunter Green.",
        "Basil, Rosemary and Sage jars were broken",
        "Alexa says the Roku is offline, Cortana is gone",
        "Read Miranda, invoked.",
        "El paquete llego roto",
        "ratio 3/4, 12/24 V adapter",
    ] {
        assert_eq!(public(text), text);
    }
}
