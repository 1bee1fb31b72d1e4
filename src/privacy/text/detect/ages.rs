//! Ages over 89, in digits and in words, and the years of births (45 CFR 164.514(b)(2)(i)(C)).

use super::super::resolve::Found;
use super::super::resolve::rank;
use super::spelled;
use crate::model::text_kind::Kind;
use crate::text::numerals::NumeralKind;
use crate::text::page::Gap;
use crate::text::page::Page;
use crate::text::page::Shape;
use crate::text::words::class;
use crate::text::words::rare;

const YOUNGEST: u16 = 90;
const OLDEST: u16 = 125;

/// `92-year-old`, `aged 94`, `95 yo`, `94F`, `her 95th birthday`.
pub(super) fn in_digits(page: &Page<'_>, at: usize, found: &mut Found<'_>) {
    let piece = page.piece(at);
    if !piece.starts_with(['9', '1', '0']) {
        return;
    }
    let digits = piece.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if is_of_decade(page, at) || is_of_year(page, at, digits) {
        let (start, _) = page.range(at, at + 1);
        found.add(start, start + digits.len(), Kind::Age, rank::DATE);
        return;
    }
    if !digits.parse().is_ok_and(|age| (YOUNGEST..=OLDEST).contains(&age)) {
        return;
    }
    let is_aged = is_announced(page, at);
    let unit = piece.get(digits.len()..).unwrap_or("");
    let is_old = if unit.is_empty() {
        page.is(at + 1, class::YEARS)
    } else {
        page.class_of(unit) & class::YEARS != 0 || is_sexed(page, at, unit)
    };
    let is_old = is_old && !is_thing(page, at + 1);
    let is_bare =
        || unit.is_empty() && (is_said(page, at, at + 1) || is_beside_sex(page, at) || is_of_subject(page, at));
    if is_aged || is_old || page.is_rare(at + 1, rare::BIRTHDAY) || is_bare() {
        let (start, _) = page.range(at, at + 1);
        found.add(start, start + digits.len(), Kind::Age, rank::DATE);
    }
}

/// `age 94`, `age is 94`, `age/sex: 94`: a word for ages stands before, with small words or a slash between.
fn is_announced(page: &Page<'_>, at: usize) -> bool {
    const FARTHEST: usize = 3;
    let mut before = at;
    for _ in 0..FARTHEST {
        let Some(word) = before.checked_sub(1) else { return false };
        if page.is(word, class::AGED) {
            return true;
        }
        let is_slashed = page.between(word).trim() == "/";
        if !is_slashed && !page.is_rare(word, rare::CONNECTOR | rare::COPULA) || page.gap(before) == Gap::Line {
            return false;
        }
        before = word;
    }
    false
}

/// `in her 90s`, `in his mid 90's`: by the decade.
fn is_of_decade(page: &Page<'_>, at: usize) -> bool {
    const FARTHEST: usize = 2;
    let piece = page.piece(at);
    let digits = piece.trim_end_matches(['s', '\'', '’']);
    let after = page.text.get(page.range(at, at + 1).1..).unwrap_or("");
    let ends = digits.len() < piece.len() || after.starts_with("'s") || after.starts_with("’s");
    let is_owned = (at.saturating_sub(FARTHEST)..at).any(|it| page.is_rare(it, rare::AGE_OWNER));
    digits.parse().is_ok_and(|age: u16| age.is_multiple_of(10) && (YOUNGEST..=OLDEST).contains(&age))
        && ends
        && is_owned
}

/// `in her 96th year`: the year that somebody lives.
fn is_of_year(page: &Page<'_>, at: usize, digits: &str) -> bool {
    let is_ordinal = page.piece(at).len() == digits.len() + 2;
    let is_owned = at.checked_sub(1).is_some_and(|before| page.is_rare(before, rare::AGE_OWNER));
    digits.parse().is_ok_and(|age: u16| (YOUNGEST + 1..=OLDEST).contains(&age))
        && is_ordinal
        && is_owned
        && page.is(at + 1, class::YEARS)
}

/// `92 year old building`, `95-year-old Ford`: behind an age and its unit the word for a thing.
fn is_thing(page: &Page<'_>, unit: usize) -> bool {
    const FARTHEST: usize = 2;
    let is_joined = |at: usize| matches!(page.gap(at), Gap::Space | Gap::Hyphen);
    (unit + 1..=unit + FARTHEST)
        .take_while(|at| is_joined(*at))
        .any(|at| page.is_rare(at, rare::AGED_THING | rare::CAR))
}

/// `I'm 91 and well`, `he is ninety-four.`: an age that ends its clause behind a verb, or stands between commas behind a
/// word that begins high.
fn is_said(page: &Page<'_>, at: usize, to: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    let next = page.text.get(page.range(at, to).1..).unwrap_or("");
    let is_short =
        !next.starts_with(['%', '.', '/', '-', ':', '$']) || next.starts_with(". ") || next.trim_end() == ".";
    let ends = !matches!(page.gap(to), Gap::Space | Gap::Hyphen | Gap::Possessive)
        || page.is(to, class::LINK | class::DATE_CUE | class::DAY_CUE)
        || page.is_rare(to, rare::SERIES);
    let is_between = (page.gap(at) == Gap::Comma || page.between(at) == "., ")
        && next.starts_with(',')
        && page.word(before).is_some_and(|word| matches!(word.shape, Shape::Capital | Shape::Upper | Shape::Initial))
        && !page.is(before, class::COMMON | class::MONTH | class::WEEKDAY);
    is_short && (page.is_rare(before, rare::AGE_VERB) && ends && page.gap(at) == Gap::Space || is_between)
}

/// `92/F`, `M/93`, `F 96 w/ CHF`: an age and the letter of a sex, and no temperature.
fn is_beside_sex(page: &Page<'_>, at: usize) -> bool {
    const NEAR: usize = 4;
    let is_sex = |at: usize| page.is_rare(at, rare::SEX) && page.has_shape(at, Shape::Initial);
    let is_begun = |at: usize| page.begins_sentence(at) || at > 0 && page.is_rare(at - 1, rare::AGE_LEAD);
    let is_behind = page.between(at + 1) == "/" && is_sex(at + 1) && page.between(at + 2) != "/";
    let is_before = at.checked_sub(1).is_some_and(|sex| {
        let is_slashed = page.between(at) == "/" && page.between(sex) != "/";
        let ends = page.gap(at + 1) == Gap::Comma || page.is_rare(at + 1, rare::SMALL);
        is_sex(sex) && (is_slashed || page.gap(at) == Gap::Space && is_begun(sex) && ends)
    });
    (is_behind || is_before) && !(at.saturating_sub(NEAR)..at + NEAR).any(|it| page.is_rare(it, rare::DEGREE))
}

/// `at 95 she still drives`
fn is_of_subject(page: &Page<'_>, at: usize) -> bool {
    let is_led = at.checked_sub(1).is_some_and(|before| page.is(before, class::LEADS));
    let is_joined = |at: usize| matches!(page.gap(at), Gap::Space | Gap::Comma);
    is_led && page.is_rare(at + 1, rare::AGE_SUBJECT) && is_joined(at + 1) && page.gap(at) == Gap::Space
}

/// `94F`, `94yoF`: an age and a sex, and no temperature.
fn is_sexed(page: &Page<'_>, at: usize, unit: &str) -> bool {
    const NEAR: usize = 4;
    let low = unit.to_ascii_lowercase();
    let last = low.len().saturating_sub(1);
    let bare = low.get(..last).unwrap_or("");
    let is_sex =
        low.get(last..).is_some_and(|sex| page.lists().rare(crate::text::hashing::hash_word(sex)) & rare::SEX != 0);
    if !is_sex || unit.bytes().any(|byte| byte.is_ascii_lowercase()) && bare.is_empty() {
        return false;
    }
    if !bare.is_empty() {
        return page.class_of(bare) & class::YEARS != 0;
    }
    let is_led = page.begins_sentence(at) || at.checked_sub(1).is_some_and(|it| page.is_rare(it, rare::AGE_LEAD));
    is_led && !(at.saturating_sub(NEAR)..at + NEAR).any(|it| page.is_rare(it, rare::DEGREE))
}

/// `ninety-seven years of age`, `age ninety two`, `turned one hundred and two`, `in her nineties`; the word after it.
pub(super) fn in_words(page: &Page<'_>, at: usize, found: &mut Found<'_>) -> Option<usize> {
    let is_aged = is_announced(page, at);
    let is_decade = page.numeral(at)?.kind == NumeralKind::Decade;
    let (to, age) =
        if is_decade { (at + 1, YOUNGEST) } else { spelled::ordinal(page, at).or_else(|| spelled::count(page, at))? };
    let is_old = (YOUNGEST..=OLDEST).contains(&age);
    let is_in_years =
        page.is(to, class::YEARS) && matches!(page.gap(to), Gap::Space | Gap::Hyphen) && !is_thing(page, to);
    // `is ninety four n wont take it`
    let is_told = at.checked_sub(1).is_some_and(|before| page.is_rare(before, rare::AGE_VERB))
        && page.is_rare(to, rare::SMALL)
        && page.gap(to) == Gap::Space;
    if is_old
        && (is_told || is_said(page, at, to) || is_aged || is_decade || is_in_years || page.is_rare(to, rare::BIRTHDAY))
    {
        let (start, end) = page.range(at, to);
        found.add(start, end, Kind::Age, rank::DATE);
    }
    Some(to)
}

/// `born in nineteen thirty-one`, `born 1931`: the year of a birth tells an age; the word after it.
pub(super) fn birth(page: &Page<'_>, at: usize, found: &mut Found<'_>) -> usize {
    const FARTHEST: usize = 3;
    // `Ida, b. 1931`: a letter alone is the short form of `born` only there.
    let is_letter = page.length(at) == 1;
    let is_short = page.has_shape(at, Shape::Lower)
        && page.between(at + 1).trim_end() == "."
        && (page.gap(at) == Gap::Comma || page.between(at).ends_with('('));
    if is_letter && !is_short {
        return at + 1;
    }
    for from in at + 1..=at + FARTHEST {
        let is_dotted = is_letter && from == at + 1;
        if !is_dotted && !matches!(page.gap(from), Gap::Space | Gap::Break) {
            break;
        }
        let sign = page.word(from).and_then(|word| page.text.as_bytes().get(word.end));
        let is_year = page.has_shape(from, Shape::Digits)
            && !matches!(sign, Some(b'/' | b'-' | b'.') if page.has_shape(from + 1, Shape::Digits) && page.between(from + 1).len() == 1)
            && page.piece(from).parse::<u16>().is_ok_and(|year| (1850..2100).contains(&year))
            && page.length(from) == 4;
        let to = if is_year { Some(from + 1) } else { spelled::year(page, from) };
        if let Some(to) = to {
            let (start, end) = page.range(from, to);
            found.add(start, end, Kind::Date, rank::DATE);
            return to;
        }
        if !page.is(from, class::DATE_CUE) {
            break;
        }
    }
    at + 1
}
