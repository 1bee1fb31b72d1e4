//! What identifies goes however it is written: numbers in every script and grouping, in words, glued to letters, in
//! columns; names in every script. Each law tries many made-up values in many writings and surroundings.

#![expect(clippy::indexing_slicing, clippy::string_slice, reason = "tests")]

use crate::laws_redact::DESK;
use crate::laws_redact::PUBLIC;
use proptest::prelude::*;
use tencode::model::text_kind::Kind;
use tencode::privacy::text::Known;

/// Signs that stand between groups of digits.
const SIGNS: &[&str] = &[
    "",
    " ",
    "  ",
    "\t",
    "\r\n",
    "\n",
    "-",
    " - ",
    "/",
    "_",
    ".",
    "–",
    "—",
    "\u{2011}",
    "−",
    "\u{a0}",
    "\u{2009}",
    "\u{202f}",
    "\u{3000}",
    "\u{200b}",
    "\u{ad}",
    "\u{2060}",
    "‿",
    "⁄",
    "·",
    "&nbsp;",
    "&#8209;",
    "&ndash;",
    "&amp;nbsp;",
];

/// Digits as other scripts, fonts and keyboards write them.
fn written(number: &str, script: usize) -> String {
    const ZEROS: [u32; 6] = [0x30, 0xff10, 0x660, 0x966, 0x1d7ce, 0x1d7f6];
    let mut out = String::new();
    for sign in number.chars() {
        match sign.to_digit(10) {
            Some(digit) if script < ZEROS.len() => out.extend(char::from_u32(ZEROS[script] + digit)),
            Some(_) => out.extend([sign, '\u{fe0f}', '\u{20e3}']),
            None => out.push(sign),
        }
    }
    out
}

/// A number in groups, written as a script does.
fn grouped(number: &str, lengths: &[usize], sign: &str, script: usize) -> String {
    let mut groups = Vec::new();
    let mut rest = number;
    for length in lengths {
        let (group, more) = rest.split_at((*length).min(rest.len()));
        groups.push(group);
        rest = more;
    }
    groups.push(rest);
    groups.retain(|group| !group.is_empty());
    groups.into_iter().map(|group| written(group, script)).collect::<Vec<_>>().join(sign)
}

fn with_check_digit(digits: &str) -> String {
    let sum: u32 = digits
        .chars()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = digit.to_digit(10).unwrap();
            if place % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit }
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

fn has_digits(text: &str) -> bool {
    text.chars().any(char::is_numeric)
}

/// A text without digits around a value.
fn around() -> impl Strategy<Value = (String, String)> {
    let before = prop_oneof![Just(""), Just("it is "), Just("please use "), Just("Hello, <b>"), Just("she said:\n")];
    let after = prop_oneof![Just(""), Just(" please"), Just(". Thanks"), Just("</b>"), Just(", and so on")];
    (before, after).prop_map(|(before, after)| (before.to_owned(), after.to_owned()))
}

fn sign() -> impl Strategy<Value = &'static str> {
    prop::sample::select(SIGNS)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// A card in its groups, whatever signs stand between them and whatever digits are written, is shown to nobody.
    #[test]
    fn cards_go_in_every_writing(digits in "4[0-9]{14}|5[1-5][0-9]{13}|3[47][0-9]{12}", sign in sign(), script in 0..7_usize, (before, after) in around()) {
        let number = with_check_digit(&digits);
        let lengths: &[usize] = if number.len() == 15 { &[4, 6, 5] } else { &[4, 4, 4] };
        let card = grouped(&number, lengths, sign, script);
        let text = format!("{before}{card}{after}");
        for redactor in [&*PUBLIC, &*DESK] {
            let shown = redactor.redact(&text).text;
            prop_assert!(!has_digits(&shown), "{:?} left of {:?}", shown, text);
        }
    }

    /// The same where the groups are set apart by any signs of the keyboard; but for those that make a sign of the digits behind
    /// them (`%20`, `&#40`), which are read as that sign.
    #[test]
    fn cards_go_whatever_stands_between_their_groups(
        digits in "4[0-9]{14}",
        sign in "[ -/:-@\\[-`{-~]{1,4}|%20|%2D|\\) \\(".prop_filter("no escape", |it| !it.ends_with('%') && !it.ends_with("&#")),
        (before, after) in around(),
    ) {
        let card = grouped(&with_check_digit(&digits), &[4, 4, 4], &sign, 0);
        let text = format!("{before}{card}{after}");
        for redactor in [&*PUBLIC, &*DESK] {
            let shown = redactor.redact(&text).text.replace("%20", "");
            prop_assert!(!has_digits(&shown), "{:?} left of {:?}", shown, text);
        }
    }

    /// The last month and the code of a card right behind it, without a word.
    #[test]
    fn codes_go_behind_their_card(digits in "4[0-9]{14}", month in 1..=12_u32, year in 25..40_u32, code in 100..9999_u32, sign in prop::sample::select(vec![" ", ", ", "; ", " | "])) {
        let number = grouped(&with_check_digit(&digits), &[4, 4, 4], " ", 0);
        let text = format!("{number}{sign}{month:02}/{year}{sign}{code}");
        for redactor in [&*PUBLIC, &*DESK] {
            let shown = redactor.redact(&text).text;
            prop_assert!(!shown.contains(&code.to_string()), "{:?} left of {:?}", shown, text);
        }
    }

    /// The stripe of a card, and a card glued to letters.
    #[test]
    fn glued_cards_go(digits in "4[0-9]{14}", form in prop::sample::select(vec!["%B{}^ROE/JANE^2711?", "B{}^ROE/IDA MAY^2905", ";{}=2711?", "card{}", "PAN_{}_", "x{}y", ";{}D27112010000012345F?"])) {
        let text = form.replace("{}", &with_check_digit(&digits));
        for redactor in [&*PUBLIC, &*DESK] {
            let shown = redactor.redact(&text).text;
            prop_assert!(!has_digits(&shown), "{:?} left of {:?}", shown, text);
        }
    }

    /// A social security number after its cue, however it is written, and in a column that the cue heads.
    #[test]
    fn social_security_numbers_go_in_every_writing(
        area in 100..650_u32, group in 10..99_u32, serial in 1000..9999_u32, sign in sign(), script in 0..7_usize, form in 0..8_usize,
    ) {
        let number = grouped(&format!("{area}{group}{serial}"), &[3, 2], sign, script);
        let plain = format!("{area}{group}{serial}");
        let text = match form {
            0 => format!("SSN {number}"),
            1 => format!("her social security number is {number}, she said"),
            2 => format!("<ssn>{number}</ssn>"),
            3 => format!("Soc. sec.: {number}"),
            4 => format!("| name | SSN |\n|---|---|\n| Ada | {plain} |\n| Ida | {plain} |"),
            5 => format!("name\tssn\nAda\t{plain}\n"),
            6 => format!("SSN{plain}"),
            _ => format!("{plain} is my SSN"),
        };
        for redactor in [&*PUBLIC, &*DESK] {
            let shown = redactor.redact(&text).text;
            prop_assert!(!has_digits(&shown), "{:?} left of {:?}", shown, text);
        }
    }

    /// The last four digits after a word that says so.
    #[test]
    fn last_digits_go_after_their_cue(last in 1000..9999_u32, form in prop::sample::select(vec![
        "last four of her social {}", "SSN ending in {}", "social last four: {}", "SSN last four digits are {}", "card ending in {}",
    ])) {
        let text = form.replace("{}", &last.to_string());
        prop_assert!(!has_digits(&PUBLIC.redact(&text).text), "{:?}", text);
    }

    /// The code of a card, a code that was sent and a password, in any near order.
    #[test]
    fn codes_go_beside_their_cue(code in 100..999_u32, more in 1000..9999_u32, form in prop::sample::select(vec![
        "the code on the back is {3}", "code on back is {3}", "the three digits on the back are {3}", "{3} is the code on the back",
        "cvv {3}", "cvv: {3}", "the CVV of my card is {3}", "security code {3}", "on the back the number is {3}", "{3} cvv",
        "my pin is {4}", "the PIN I set is {4}", "pin: {4}",
    ])) {
        let text = form.replace("{3}", &code.to_string()).replace("{4}", &more.to_string());
        for redactor in [&*PUBLIC, &*DESK] {
            let shown = redactor.redact(&text).text;
            prop_assert!(!has_digits(&shown), "{:?} left of {:?}", shown, text);
        }
    }

    /// Codes that are sent once or open a door.
    #[test]
    fn entry_codes_go_after_their_cue(code in "[0-9]{4,8}", form in prop::sample::select(vec![
        "the verification code was {}", "OTP {}", "gate code {} then left", "door code: {}", "passcode: {}", "one-time code is {}",
        "the code they texted me is {}", "alarm code is {}, go in", "the access code for the building is {}",
    ])) {
        let text = form.replace("{}", &code);
        prop_assert!(!has_digits(&PUBLIC.redact(&text).text), "{:?}", text);
    }

    /// Telephone numbers with any sign between their groups, and bare after a word that fits.
    #[test]
    fn telephones_go_in_every_writing(area in 212..799_u32, exchange in 212..799_u32, line in 1000..9999_u32, sign in prop::sample::select(
        vec!["", " ", "-", ".", "/", "_", "–", "\u{a0}", "\u{2011}", "·", "\u{200b}-", "&nbsp;", " - "]), form in prop::sample::select(vec![
        "call {}", "ring {} tonight", "her cell is {}", "text {} when you can", "phone: {}", "can be reached under {}",
    ])) {
        prop_assume!(area % 100 != 11 && exchange % 100 != 11);
        let text = form.replace("{}", &format!("{area}{sign}{exchange}{sign}{line}"));
        prop_assert!(!has_digits(&PUBLIC.redact(&text).text), "{:?}", text);
    }

    /// Numbers said digit by digit.
    #[test]
    fn spelled_numbers_go(digits in prop::collection::vec(0..10_usize, 9..17), sign in prop::sample::select(vec![" ", "-", ", "]), cue in prop::sample::select(vec!["", "my social is ", "call me at "])) {
        const WORDS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
        let said: Vec<&str> = digits.iter().map(|digit| WORDS[*digit]).collect();
        let text = format!("{cue}{} thanks", said.join(sign));
        let shown = PUBLIC.redact(&text).text;
        prop_assert!(!WORDS.iter().any(|word| shown.split(|c: char| !c.is_alphabetic()).any(|it| it == *word)), "{:?}", shown);
    }

    /// Mail addresses as they are said or disguised.
    #[test]
    fn disguised_mail_goes(name in "q[aeiou]z[aeiou]x", host in "zq[aeiou]bx", (at, dot) in prop::sample::select(vec![
        ("@", "."), ("[at]", "[dot]"), ("(at)", "(dot)"), (" at ", " dot "), (" AT ", " DOT "), (" [at] ", "."), ("&commat;", "&period;"), ("＠", "．"), ("@\u{200b}", "\u{200b}."),
    ])) {
        let text = format!("write to {name}{dot}roe{at}{host}{dot}com please");
        let shown = PUBLIC.redact(&text).text;
        prop_assert!(!shown.contains(&host) && !shown.contains("roe"), "{:?} left of {:?}", shown, text);
    }

    /// Ages over 89 in digits and in words.
    #[test]
    fn high_ages_go(tens in prop::sample::select(vec!["ninety", "one hundred and", "one hundred"]), unit in 1..10_usize, form in prop::sample::select(vec![
        "she is {} years of age", "age {}, lives alone", "turned {} last week", "a {} year old woman", "aged {}", "her {}-year-old aunt",
    ])) {
        const WORDS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
        let sign = if tens == "ninety" { "-" } else { " " };
        let text = form.replace("{}", &format!("{tens}{sign}{}", WORDS[unit]));
        let shown = PUBLIC.redact(&text).text;
        let left = |word: &str| shown.split(|c: char| !c.is_alphabetic()).any(|it| it == word);
        prop_assert!(!left("ninety") && !left("hundred") && !left(WORDS[unit]), "{:?}", shown);
        let text = form.replace("{}", &format!("9{unit}"));
        prop_assert!(!has_digits(&PUBLIC.redact(&text).text), "{:?}", text);
    }

    /// Days written as eight digits, with anything around them, and days in words.
    #[test]
    fn compact_days_go(year in 1950..2040_u32, month in 1..13_u32, day in 10..29_u32, form in prop::sample::select(vec!["{}", "file {}-x", "scan_{}.pdf", "IMG{}", "seen {}."])) {
        for date in [format!("{year}{month:02}{day:02}"), format!("{month:02}{day:02}{year}")] {
            let text = form.replace("{}", &date);
            prop_assert!(!PUBLIC.redact(&text).text.contains(&date), "{:?}", text);
        }
    }

    /// A name of the record goes wherever its texts have it: however short, whatever unseen signs stand in it, and
    /// among however many.
    #[test]
    fn names_of_the_record_go(given in "[A-Z][a-z]{1,6}", family in "[A-Z][a-z]", sign in prop::sample::select(vec!["", "\u{200b}", "\u{ad}", "\u{2060}"]), more in 0..900_usize) {
        prop_assume!(!["It", "As", "Is", "By", "Id"].contains(&family.as_str()));
        let mut known = Known::default();
        for number in 0..more {
            known.add(&format!("Zz{number} Qq{number}"), Kind::Name);
        }
        known.add(&format!("{given} {family}"), Kind::Name);
        let inside = |word: &str| word.chars().map(|c| format!("{c}{sign}")).collect::<String>();
        for text in [format!("then {} came.", inside(&family)), format!("Spoke with {} again", inside(&given)), format!("({} {})", inside(&given), inside(&family))] {
            let shown = PUBLIC.redact_knowing(&text, &known).text.replace(sign, "");
            let left = |part: &str| shown.split(|c: char| !c.is_alphanumeric()).any(|word| word == part);
            prop_assert!(!left(&given) && !left(&family), "{:?} left of {:?}", shown, text);
        }
    }

    /// After a cue a name goes that no list has, in any script.
    #[test]
    fn names_of_other_scripts_go_after_a_cue(name in prop_oneof!["[一-龥]{2,3}", "[ア-ヺ]{2,5}", "[ء-غ]{3,6}", "[א-ת]{3,5}", "[А-Я][а-я]{3,7}", "[가-힣]{2,3}"], form in prop::sample::select(vec![
        "my name is {}", "Name: {}", "Patient name: {}, seen today", "Dr. {} called",
    ])) {
        let text = form.replace("{}", &name);
        let shown = PUBLIC.redact(&text).text;
        prop_assert!(!shown.contains(&name), "{:?}", shown);
    }

    /// Of whom somebody is a relative stays; the relative's name goes.
    #[test]
    fn kin_words_stay(kin in prop::sample::select(vec!["brother", "nephew", "aunt", "sister", "husband", "mother"]), name in "Q[aeiou][bdgkz][aeiou][bdgkz]{1,2}[aeiou]l") {
        let text = format!("her {kin} {name} called at noon");
        prop_assert_eq!(PUBLIC.redact(&text).text, format!("her {kin} [person] called at noon"));
    }

    /// Letters and digits that hyphens join, numbers given out once in the world, and capitals with long numbers count somebody.
    #[test]
    fn codes_go_by_their_shape(letters in "[QXZ][BDGKQ]{1,2}", year in 10..99_u32, number in 10_000..999_999_u32, hex in "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", form in prop::sample::select(vec![
        "{} was opened again", "please look at {}, it is hers", "(see {})", "asked about {} twice.",
    ])) {
        for code in [format!("{letters}-{year}-{number}"), format!("{letters}{year}-{number}"), format!("{letters} {number}{number}"), hex] {
            let shown = PUBLIC.redact(&form.replace("{}", &code)).text;
            prop_assert!(!has_digits(&shown), "{:?} left of {:?}", shown, code);
        }
    }

    /// Behind a cue a house number and a street go, whatever the street is called.
    #[test]
    fn streets_go_after_a_cue(number in 1..9999_u32, name in "[QZ][aeiou][bdgk][aeiou][bdgk]", second in prop::sample::select(vec!["Race", "Knob", "Lane", "Old Mill", "Rd"]), form in prop::sample::select(vec![
        "She stays at {}, he said.", "He lives at {}.", "Please ship to {}", "my new address is {}", "We were dispatched to {}.",
    ])) {
        let text = form.replace("{}", &format!("{number} {name} {second}"));
        let shown = PUBLIC.redact(&text).text;
        prop_assert!(!has_digits(&shown) && !shown.contains(&name), "{:?} left of {:?}", shown, text);
    }

    /// The day of the week and the article before a date are part of it; day, month and year may be one word.
    #[test]
    fn dates_go_whole(day in 1..29_u32, month in 0..12_usize, year in 10..30_u32, weekday in prop::sample::select(vec!["Mon", "Tues", "Wed", "Thurs", "Fri", "Sat", "Sun"])) {
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let number = month + 1;
        for date in [format!("{weekday} {number}/{day}"), format!("{weekday}, {} {day}", MONTHS[month]), format!("the {day}th of {}", MONTHS[month]), format!("{day}{}{year}", MONTHS[month])] {
            let text = format!("it came back {date} and again later");
            prop_assert_eq!(PUBLIC.redact(&text).text, "it came back [date] and again later", "{}", date);
        }
    }

    /// A plate goes behind the word for the car; the number of a model stays.
    #[test]
    fn plates_go_behind_cars(letters in "[QXZ][BDG][KQX]", number in 1001..9999_u32, car in prop::sample::select(vec!["Buick", "silver sedan", "pickup", "white van", "Ram"])) {
        prop_assume!(number % 100 != 0);
        let text = format!("left in a {car} {letters} {number} after that");
        prop_assert_eq!(PUBLIC.redact(&text).text, format!("left in a {car} [plate] after that"));
    }

    /// What is a name and a thing as well stays where it is the thing, and codes of things are nobody's.
    #[test]
    fn things_stay(name in prop::sample::select(vec!["Rose", "Hunter", "Lincoln", "Chase", "Austin"]), noun in prop::sample::select(vec!["water", "fan", "welder", "bottle", "pump", "trim", "flavor"]), number in 1001..9999_u32) {
        for text in [format!("please send the {name} {noun} back"), format!("we need {name} {noun} today"), format!("it shows error code {number} now"), format!("promo code {number} is gone")] {
            prop_assert_eq!(PUBLIC.redact(&text).text, text);
        }
    }

    /// A word that only one person knows goes, whatever it looks like.
    #[test]
    fn secret_words_go(word in prop::sample::select(vec!["lantern", "sunflower", "bluebird", "pineapple"]), form in prop::sample::select(vec![
        "the code word is {}", "code word not given (its {})", "security answer: {}", "my password is {}", "password: {}",
    ])) {
        let shown = PUBLIC.redact(&form.replace("{}", word)).text;
        prop_assert!(!shown.contains(word), "{:?}", shown);
    }

    /// An age over 89 goes in every writing, and stays where it is that of a thing.
    #[test]
    fn high_ages_go_in_every_writing(age in 91..110_u16, writing in 0..14_usize, thing in prop::sample::select(vec!["building", "bridge", "Ford", "church"])) {
        let text = match writing {
            0 => format!("Age/Sex: {age} / M"),
            1 => format!("the age is {age}"),
            2 => format!("at the age of {age}"),
            3 => format!("he is in his {age}th year"),
            4 => format!("un homme de {age} ans"),
            5 => format!("una mujer de {age} años"),
            6 => format!("{age}-yr-old male"),
            7 => format!("{age} y/o female"),
            8 => format!("aged {age}"),
            9 => format!("she is in her {}s", age / 10 * 10),
            10 => format!("in his mid {}'s", age / 10 * 10),
            11 => format!("Rosa, b. {}, retired", 2026 - age),
            12 => format!("(b. {})", 2026 - age),
            _ => format!("{age} Jahre alt"),
        };
        let shown = PUBLIC.redact(&text).text;
        prop_assert!(!has_digits(&shown), "{:?} left of {:?}", shown, text);
        let text = format!("the {age} year old {thing} stands there");
        prop_assert_eq!(PUBLIC.redact(&text).text, text);
        let text = format!("in the {}s there were {age} of them", age / 10 * 10);
        prop_assert_eq!(PUBLIC.redact(&text).text, text);
    }

    /// A card whose groups are told one after the other goes, and so do nine digits one by one behind a cue.
    #[test]
    fn numbers_that_are_told_in_parts_go(
        digits in "4[0-9]{14}", link in prop::sample::select(vec![", then ", " and then ", ", ", " and ", ", the rest "]),
        ssn in "[1-8][1-9][1-9][1-9][1-9][1-9]{4}", cue in prop::sample::select(vec!["social security number:", "ssn is", "s.s.n.", "SSN #"]),
    ) {
        let card = with_check_digit(&digits);
        let groups: Vec<&str> = (0..4).map(|at| &card[4 * at..4 * at + 4]).collect();
        let text = format!("card: first {}", groups.join(link));
        for redactor in [&*PUBLIC, &*DESK] {
            let shown = redactor.redact(&text).text;
            prop_assert!(!has_digits(&shown), "{:?} left of {:?}", shown, text);
        }
        let singles: Vec<String> = ssn.chars().map(String::from).collect();
        let text = format!("{cue} {}", singles.join(" "));
        let shown = DESK.redact(&text).text;
        prop_assert!(!has_digits(&shown), "{:?} left of {:?}", shown, text);
        let text = format!("invoice 9{}-{}-{} is unpaid", &ssn[..2], "1".to_owned() + &ssn[3..4], &ssn[5..]);
        prop_assert_eq!(DESK.redact(&text).text, text);
    }

    /// What opens a door goes where a colon or a word says what it is, and a number of a house wherever its street stands.
    #[test]
    fn what_leads_into_a_house_goes(
        code in "[3-9][0-9]{3}", writing in 0..9_usize, house in prop::sample::select(vec!["house", "building", "duplex"]),
    ) {
        let singles: Vec<String> = code.chars().map(String::from).collect();
        let text = match writing {
            0 => format!("gate: {code}, second left"),
            1 => format!("the back door is {code}"),
            2 => format!("front door keypad is {}", singles.join("-")),
            3 => format!("my pin's {code}"),
            4 => format!("the password \"Heron {code}\" did not work"),
            5 => format!("the {house} {code} on Birch Street"),
            6 => format!("she lives at Birch Street number {code}"),
            7 => format!("deliver to {code}\nBirch Court, back door"),
            _ => format!("mail to POB {code}"),
        };
        let shown = PUBLIC.redact(&text).text;
        prop_assert!(!has_digits(&shown), "{:?} left of {:?}", shown, text);
    }
}
