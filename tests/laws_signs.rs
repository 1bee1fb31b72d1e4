//! Signs of a word processor and look-alike letters: each, in each kind of position, is one diagnostic that names it.

#![expect(clippy::indexing_slicing, clippy::string_slice, reason = "tests")]

use tencode::definitions::parse;
use tencode::definitions::parse::tree::Edition;
use tencode::diagnostics::Diagnostic;

/// A file in which every kind of position occurs.
const FILE: &str = r#"record call "One call" {
    id   text required identifies incident "Number"
    said text free "Said – «by the caller»"
    kind one of (dog, cat, BIRD) "Animal"
    Bites bool
    seen date
}
list words ("bit me", "barking")
label Bad-Xm_pc "A label"
overlay own-codes {
    code A-BITE {
        also "bit me", "was bitten"
    }
    code A-X0..A-X9
}
derive call {
    Bites = (kind is dog and seen >= 2026-01-31) or count(said) < 5 - 2
}
table fines (kind, seen) -> fine number {
    dog, any -> 5
}
"#;

/// Letters and digits, what they look like, and their names.
const LETTERS: [(char, char, &str); 23] = [
    ('\u{410}', 'A', "CYRILLIC CAPITAL LETTER A"),
    ('\u{412}', 'B', "CYRILLIC CAPITAL LETTER VE"),
    ('\u{415}', 'E', "CYRILLIC CAPITAL LETTER IE"),
    ('\u{422}', 'T', "CYRILLIC CAPITAL LETTER TE"),
    ('\u{425}', 'X', "CYRILLIC CAPITAL LETTER HA"),
    ('\u{430}', 'a', "CYRILLIC SMALL LETTER A"),
    ('\u{435}', 'e', "CYRILLIC SMALL LETTER IE"),
    ('\u{43e}', 'o', "CYRILLIC SMALL LETTER O"),
    ('\u{440}', 'p', "CYRILLIC SMALL LETTER ER"),
    ('\u{441}', 'c', "CYRILLIC SMALL LETTER ES"),
    ('\u{445}', 'x', "CYRILLIC SMALL LETTER HA"),
    ('\u{456}', 'i', "CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I"),
    ('\u{455}', 's', "CYRILLIC SMALL LETTER DZE"),
    ('\u{391}', 'A', "GREEK CAPITAL LETTER ALPHA"),
    ('\u{392}', 'B', "GREEK CAPITAL LETTER BETA"),
    ('\u{3a4}', 'T', "GREEK CAPITAL LETTER TAU"),
    ('\u{3bf}', 'o', "GREEK SMALL LETTER OMICRON"),
    ('\u{585}', 'o', "ARMENIAN SMALL LETTER OH"),
    ('\u{ff21}', 'A', "FULLWIDTH LATIN CAPITAL LETTER A"),
    ('\u{ff42}', 'b', "FULLWIDTH LATIN SMALL LETTER B"),
    ('\u{ff10}', '0', "FULLWIDTH DIGIT ZERO"),
    ('\u{ff12}', '2', "FULLWIDTH DIGIT TWO"),
    ('\u{212a}', 'K', "KELVIN SIGN"),
];

/// Blanks that are not U+0020.
const BLANKS: [(char, &str); 7] = [
    ('\u{a0}', "NO-BREAK SPACE"),
    ('\u{2002}', "EN SPACE"),
    ('\u{2003}', "EM SPACE"),
    ('\u{2009}', "THIN SPACE"),
    ('\u{202f}', "NARROW NO-BREAK SPACE"),
    ('\u{3000}', "IDEOGRAPHIC SPACE"),
    ('\u{2007}', "FIGURE SPACE"),
];

/// Signs that are not seen.
const INVISIBLE: [(char, &str); 8] = [
    ('\u{200b}', "ZERO WIDTH SPACE"),
    ('\u{200c}', "ZERO WIDTH NON-JOINER"),
    ('\u{200d}', "ZERO WIDTH JOINER"),
    ('\u{2060}', "WORD JOINER"),
    ('\u{feff}', "ZERO WIDTH NO-BREAK SPACE"),
    ('\u{ad}', "SOFT HYPHEN"),
    ('\u{202e}', "RIGHT-TO-LEFT OVERRIDE"),
    ('\u{200e}', "LEFT-TO-RIGHT MARK"),
];

/// Pairs of quotation marks.
const QUOTES: [(char, char, &str); 9] = [
    ('\u{201c}', '\u{201d}', "LEFT DOUBLE QUOTATION MARK"),
    ('\u{201e}', '\u{201c}', "DOUBLE LOW-9 QUOTATION MARK"),
    ('\u{201d}', '\u{201d}', "RIGHT DOUBLE QUOTATION MARK"),
    ('\u{ab}', '\u{bb}', "LEFT-POINTING DOUBLE ANGLE QUOTATION MARK"),
    ('\u{bb}', '\u{ab}', "RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK"),
    ('\u{2018}', '\u{2019}', "LEFT SINGLE QUOTATION MARK"),
    ('\u{2039}', '\u{203a}', "SINGLE LEFT-POINTING ANGLE QUOTATION MARK"),
    ('\u{ff02}', '\u{ff02}', "FULLWIDTH QUOTATION MARK"),
    ('\u{201c}', '"', "LEFT DOUBLE QUOTATION MARK"),
];

/// Other signs, what of the language they look like, and their names.
const SIGNS: [(char, &str, &str); 13] = [
    ('\u{2010}', "-", "HYPHEN"),
    ('\u{2011}', "-", "NON-BREAKING HYPHEN"),
    ('\u{2013}', "-", "EN DASH"),
    ('\u{2014}', "-", "EM DASH"),
    ('\u{2212}', "-", "MINUS SIGN"),
    ('\u{2192}', "->", "RIGHTWARDS ARROW"),
    ('\u{2265}', ">=", "GREATER-THAN OR EQUAL TO"),
    ('\u{2026}', "..", "HORIZONTAL ELLIPSIS"),
    ('\u{ff08}', "(", "FULLWIDTH LEFT PARENTHESIS"),
    ('\u{ff09}', ")", "FULLWIDTH RIGHT PARENTHESIS"),
    ('\u{ff5b}', "{", "FULLWIDTH LEFT CURLY BRACKET"),
    ('\u{ff0c}', ",", "FULLWIDTH COMMA"),
    ('\u{ff1d}', "=", "FULLWIDTH EQUALS SIGN"),
];

fn problems(text: &str) -> Vec<Diagnostic> {
    parse::parse(text, Edition::Second).1
}

/// Whether a byte of [`FILE`] stands inside a text.
fn is_in_text(at: usize) -> bool {
    FILE[..at].rsplit('\n').next().unwrap().matches('"').count() % 2 == 1
}

/// [`FILE`] with `length` bytes at `at` replaced by `new`.
fn with(at: usize, length: usize, new: &str) -> String {
    format!("{}{new}{}", &FILE[..at], &FILE[at + length..])
}

fn assert_named(text: &str, sign: char, name: &str) {
    let problems = problems(text);
    let number = format!("U+{:04X}", u32::from(sign));
    assert_eq!(problems.len(), 1, "{number} {name}: {problems:#?}\n{text}");
    let message = problems[0].kind.to_string();
    assert_eq!(problems[0].kind.number(), 3, "{number} {name}: {message}\n{text}");
    assert!(message.contains(&number) && message.contains(name), "{number} {name}: {message}");
    assert!(problems[0].help.is_some());
    let marked = &text[problems[0].span.start..problems[0].span.end];
    assert!(marked.contains(sign), "{number} {name} is not in {marked:?}");
}

/// Bytes of [`FILE`] outside of texts at which `wanted` stands.
fn places(wanted: &str) -> Vec<usize> {
    let places: Vec<usize> = FILE.match_indices(wanted).map(|(at, _)| at).filter(|at| !is_in_text(*at)).collect();
    assert!(!places.is_empty() || wanted == "K", "{wanted}");
    places
}

#[test]
fn the_file_without_such_signs_is_right() {
    assert_eq!(problems(FILE), []);
}

#[test]
fn a_look_alike_letter_is_named_in_every_word() {
    let mut tried = 0;
    for (sign, letter, name) in LETTERS {
        for at in places(&letter.to_string()) {
            assert_named(&with(at, 1, &sign.to_string()), sign, name);
            tried += 1;
        }
    }
    assert!(tried > 150, "{tried}");
}

#[test]
fn a_blank_of_another_kind_is_named_between_all_words() {
    for (sign, name) in BLANKS {
        for at in places(" ") {
            assert_named(&with(at, 1, &sign.to_string()), sign, name);
        }
    }
}

#[test]
fn what_is_not_seen_is_named_everywhere_also_in_texts_and_comments() {
    for (sign, name) in INVISIBLE {
        for (at, _) in FILE.char_indices().filter(|(at, _)| *at > 0 || sign != '\u{feff}') {
            // Joiners may stand beside signs outside ASCII in a text: scripts and emoji need them.
            let near = FILE[..at].chars().next_back().into_iter().chain(FILE[at..].chars().next());
            if matches!(sign, '\u{200c}' | '\u{200d}') && near.into_iter().any(|near| !near.is_ascii()) {
                continue;
            }
            assert_named(&with(at, 0, &sign.to_string()), sign, name);
        }
        assert_named(&format!("# a comment{sign} here\n{FILE}"), sign, name);
    }
}

#[test]
fn quotation_marks_are_named_around_every_text() {
    for (open, close, name) in QUOTES {
        let marks: Vec<usize> = FILE.match_indices('"').map(|(at, _)| at).collect();
        for pair in marks.chunks(2) {
            let inner = &FILE[pair[0] + 1..pair[1]];
            if inner.contains(['«', '–']) {
                continue;
            }
            let text = with(pair[0], pair[1] + 1 - pair[0], &format!("{open}{inner}{close}"));
            assert_named(&text, open, name);
        }
    }
}

#[test]
fn a_text_that_ends_with_a_typographic_mark_is_one_diagnostic() {
    for (at, _) in FILE.match_indices('"').skip(1).step_by(2) {
        // Which of several typographic marks was to end the text cannot be told.
        let line = FILE[..at].rsplit('\n').next().unwrap();
        if line.contains('«') {
            continue;
        }
        let text = with(at, 1, "\u{201d}");
        assert_named(&text, '\u{201d}', "RIGHT DOUBLE QUOTATION MARK");
    }
}

#[test]
fn dashes_arrows_and_wide_signs_are_named() {
    for (sign, ascii, name) in SIGNS {
        for at in places(ascii)
            .into_iter()
            .filter(|at| !matches!((ascii, FILE.get(at - 1..at + 2)), ("-", Some(" ->")) | ("=", Some(" >=" | ">= "))))
        {
            assert_named(&with(at, ascii.len(), &sign.to_string()), sign, name);
        }
    }
}

#[test]
fn texts_and_comments_may_hold_what_can_be_seen() {
    let seen: String =
        LETTERS.iter().map(|it| it.0).chain(QUOTES.iter().map(|it| it.0)).chain(SIGNS.iter().map(|it| it.0)).collect();
    for text in [format!("label a \"{seen}\"\n"), format!("# {seen}\u{a0}\nlabel a \"b\"\n")] {
        assert_eq!(problems(&text), []);
    }
}

#[test]
fn a_file_of_such_signs_is_no_flood() {
    let file = FILE.replace("    ", "\u{a0}\u{a0}\u{a0}\u{a0}");
    assert!(problems(&file).len() <= FILE.lines().count());
}
