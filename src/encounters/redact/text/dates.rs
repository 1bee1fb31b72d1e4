//! Dates: all elements but the year identify (45 CFR 164.514(b)(2)(i)(C)); so do ages over 89.

use super::Kind;
use super::page::Gap;
use super::page::Page;
use super::page::Shape;
use super::page::Style;
use super::resolve::Found;
use super::resolve::rank;
use super::words::class;
use regex::Regex;
use std::sync::LazyLock;

static NUMERIC: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x-u)
        \d{4}[-/.](?:0?[1-9]|1[0-2])[-/.](?:[12]\d|3[01]|0?[1-9])(?:[T\x20]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?
      | (?:0?[1-9]|[12]\d|3[01])[/](?:0?[1-9]|[12]\d|3[01])[/](?:\d{4}|'?\d{2})
      | (?:0?[1-9]|[12]\d|3[01])[-](?:0?[1-9]|[12]\d|3[01])[-](?:\d{4}|\d{2})
      | (?:0?[1-9]|[12]\d|3[01])[.](?:0?[1-9]|[12]\d|3[01])[.](?:\d{4}|\d{2})
      | (?:0?[1-9]|[12]\d|3[01])[-\x20](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*[-\x20,']{1,2}\d{2,4}
      | (?:0?[1-9]|1[0-2])/(?:19|20)\d\d
      ",
    )
    .ok()
});

/// `3/14`, where a word says that it is a day.
static SHORT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i-u)\b(?:on|since|until|dated|by|of|from|dob|date:?) ((?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01]))\b",
    )
    .ok()
});

/// Marks dates and high ages.
pub(super) fn find(page: &Page<'_>, found: &mut Found<'_>) {
    if page.text.bytes().any(|byte| byte.is_ascii_digit()) {
        numeric(page.text, found);
        ages(page, found);
    }
    let mut at = 0;
    while at < page.words.len() {
        at = if page.is(at, class::MONTH) {
            month(page, at, found)
        } else if page.is(at, class::WEEKDAY) {
            weekday(page, at, found)
        } else {
            at + 1
        };
    }
}

fn numeric(text: &str, found: &mut Found<'_>) {
    for hit in NUMERIC.iter().flat_map(|regex| regex.find_iter(text)) {
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || c.is_alphabetic());
        let before = text.get(..hit.start()).unwrap_or("").chars().next_back();
        let mut after = text.get(hit.end()..).unwrap_or("").chars();
        let next = after.next();
        let goes_on =
            is_digit(next) || matches!(next, Some('/' | '-' | '.')) && after.next().is_some_and(|c| c.is_ascii_digit());
        if !is_digit(before) && !goes_on && !matches!(before, Some('/' | '-' | '.' | '$')) {
            found.add(hit.start(), hit.end(), Kind::Date, rank::DATE);
        }
    }
    for parts in SHORT.iter().flat_map(|regex| regex.captures_iter(text)) {
        if let Some(day) = parts.get(1) {
            found.add(day.start(), day.end(), Kind::Date, rank::DATE);
        }
    }
}

/// A month with its day or year, whichever way round; returns where to go on.
fn month(page: &Page<'_>, at: usize, found: &mut Found<'_>) -> usize {
    if page.style != Style::Lower && !page.is_capital(at) && page.piece(at).len() < 4 {
        return at + 1;
    }
    let (mut from, mut to) = (at, at + 1);
    if let Some(before) = at.checked_sub(1)
        && is_day(page, before)
        && matches!(page.gap(at), Gap::Space | Gap::Hyphen | Gap::Dot)
    {
        from = before;
    } else if at > 1 && page.piece(at - 1) == "of" && is_day(page, at - 2) {
        from = at - 2;
    }
    if is_day(page, to) && matches!(page.gap(to), Gap::Space | Gap::Hyphen | Gap::Dot) {
        to += 1;
        // `March 3-5`, `March 3 and 4`.
        if is_day(page, to) && page.gap(to) == Gap::Hyphen {
            to += 1;
        }
    } else if page.piece(to) == "the" && is_day(page, to + 1) {
        to += 2;
    }
    let is_dated = to > at + 1 || from < at;
    let has_year =
        is_year(page, to) && matches!(page.gap(to), Gap::Space | Gap::Comma | Gap::Hyphen | Gap::Break | Gap::Dot);
    if has_year && (is_dated || is_full_year(page, to)) {
        to += 1;
    } else if page.piece(to) == "of" && is_full_year(page, to + 1) {
        to += 2;
    }
    let is_alone = to == at + 1 && from == at;
    if is_alone && !speaks_of_month(page, at) {
        return at + 1;
    }
    let (start, end) = page.range(weekday_before(page, from), to);
    found.add(start, end, Kind::Date, rank::DATE);
    to
}

/// A month alone is one if a word before says so and it is no other word.
fn speaks_of_month(page: &Page<'_>, at: usize) -> bool {
    const CUES: &[&str] =
        &["in", "since", "last", "until", "till", "by", "next", "this", "early", "late", "mid", "during", "of"];
    let before = at.checked_sub(1).map_or("", |before| page.piece(before));
    let is_verb = matches!(page.piece(at).to_lowercase().as_str(), "may" | "march" | "mar" | "sun" | "sat");
    CUES.iter().any(|cue| cue.eq_ignore_ascii_case(before))
        && page.is_capital(at)
        && (!is_verb || page.style == Style::Mixed && page.piece(at).len() > 2)
        && page.piece(at).len() > 2
}

fn weekday_before(page: &Page<'_>, from: usize) -> usize {
    match from.checked_sub(1) {
        Some(before) if page.is(before, class::WEEKDAY) && matches!(page.gap(from), Gap::Comma | Gap::Space) => before,
        _ => from,
    }
}

fn weekday(page: &Page<'_>, at: usize, found: &mut Found<'_>) -> usize {
    const CUES: &[&str] = &["last", "next", "this", "on"];
    let before = at.checked_sub(1).map_or("", |before| page.piece(before));
    let is_cued = CUES.iter().any(|cue| cue.eq_ignore_ascii_case(before));
    let is_whole = page.piece(at).ends_with("day") || page.piece(at).ends_with("DAY");
    if is_whole && (page.is_capital(at) || is_cued) {
        let with_cue = is_cued && !before.eq_ignore_ascii_case("on");
        let (start, end) = page.range(if with_cue { at - 1 } else { at }, at + 1);
        found.add(start, end, Kind::Date, rank::DATE);
    }
    at + 1
}

/// `3`, `03`, `3rd`, up to 31.
fn is_day(page: &Page<'_>, place: usize) -> bool {
    let Some(word) = page.word(place) else { return false };
    let piece = page.piece(place);
    let piece = match word.shape {
        Shape::Digits => piece,
        Shape::Both => {
            ["st", "nd", "rd", "th", "ST", "ND", "RD", "TH"].iter().find_map(|it| piece.strip_suffix(it)).unwrap_or("")
        }
        _ => "",
    };
    piece.len() < 3 && piece.parse::<u8>().is_ok_and(|day| (1..32).contains(&day))
}

fn is_full_year(page: &Page<'_>, place: usize) -> bool {
    let piece = page.piece(place);
    piece.len() == 4 && piece.parse::<u16>().is_ok_and(|year| (1850..2100).contains(&year))
}

/// `2023`, `'23`.
fn is_year(page: &Page<'_>, place: usize) -> bool {
    let Some(word) = page.word(place) else { return false };
    let is_short = word.gap == Gap::Break
        && page.piece(place).len() == 2
        && word.shape == Shape::Digits
        && page.text.get(..word.start).is_some_and(|before| before.ends_with(['\'', '’']));
    is_short || is_full_year(page, place) && word.gap != Gap::Break
}

/// Ages over 89: `92-year-old`, `aged 94`, `95 yo`.
fn ages(page: &Page<'_>, found: &mut Found<'_>) {
    for place in 0..page.words.len() {
        let piece = page.piece(place);
        let digits = piece.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let Ok(age) = digits.parse::<u8>() else { continue };
        if !(90..=125).contains(&age) {
            continue;
        }
        let is_aged =
            place.checked_sub(1).is_some_and(|before| matches!(page.piece(before), "aged" | "age" | "Age" | "Aged"));
        let suffix = piece.get(digits.len()..).unwrap_or("").to_lowercase();
        let next = page.piece(place + 1).to_lowercase();
        let is_old = matches!(suffix.as_str(), "yo" | "y" | "yrs" | "yr")
            || suffix.is_empty() && matches!(next.as_str(), "year" | "years" | "yo" | "y" | "yr" | "yrs");
        if is_aged || is_old {
            let (start, _) = page.range(place, place + 1);
            found.add(start, start + digits.len(), Kind::Age, rank::DATE);
        }
    }
}
