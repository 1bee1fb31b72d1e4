//! Dates: all elements but the year identify (45 CFR 164.514(b)(2)(i)(C)); so do ages over 89.

use super::super::resolve::Found;
use super::super::resolve::rank;
use super::ages;
use super::spelled;
use crate::model::text_kind::Kind;
use crate::text::page::Gap;
use crate::text::page::Page;
use crate::text::page::Shape;
use crate::text::page::Style;
use crate::text::words::class;
use crate::text::words::rare;

/// Marks dates and high ages.
pub(super) fn find(page: &Page<'_>, found: &mut Found<'_>) {
    /// What a date or an age begins with.
    const BEGINS: u64 = class::DIGITS | class::MONTH | class::NUMERAL | class::WEEKDAY;
    const RARE: u64 = rare::BIRTH | rare::SHORT_DAY;
    if page.classes & BEGINS == 0 && page.rares & RARE == 0 {
        return;
    }
    let mut at = 0;
    while let Some(word) = page.word(at) {
        if word.class & BEGINS == 0 && word.rare & RARE == 0 {
            at += 1;
            continue;
        }
        let (is_month, is_weekday) = (word.class & class::MONTH != 0, word.class & class::WEEKDAY != 0);
        at = match word.shape {
            Shape::Digits | Shape::Both => {
                ages::in_digits(page, at, found);
                compact(page, at, found)
                    .or_else(|| birthday(page, at, found))
                    .or_else(|| glued(page, at, found))
                    .or_else(|| numeric(page, at, found))
                    .unwrap_or(at + 1)
            }
            _ if is_month => month(page, at, found),
            _ if word.class & class::NUMERAL != 0 => ages::in_words(page, at, found).unwrap_or(at + 1),
            _ if page.is_rare(at, rare::BIRTH) => ages::birth(page, at, found),
            _ if is_weekday || word.rare & rare::SHORT_DAY != 0 => weekday(page, at, found),
            _ => at + 1,
        };
    }
}

/// `3/14/2023`, `2023-03-14T10:00`, `03/2023`, and `3/14` where a word says that it is a day; returns where to go on.
fn numeric(page: &Page<'_>, at: usize, found: &mut Found<'_>) -> Option<usize> {
    let text = page.text;
    let glued = glued_year(page, at);
    let start = glued.unwrap_or(page.word(at)?.start);
    let sign = *text.as_bytes().get(page.word(at)?.end)?;
    if !matches!(sign, b'/' | b'-' | b'.' | b'_' | b' ') || sign == b' ' && !has_blanks(page, at) {
        return None;
    }
    let before = text.get(..start)?.chars().next_back().filter(|_| glued.is_none());
    if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '-' | '.' | '$')) {
        return None;
    }
    let is_cued = || {
        let before = at.checked_sub(1);
        let is_deed = |before: usize| page.piece(before).ends_with("ed") && page.has_shape(before, Shape::Lower);
        before.is_some_and(|it| {
            page.is(it, class::DAY_CUE | class::WEEKDAY)
                || page.is_rare(it, rare::BIRTH | rare::SHORT_DAY)
                || is_deed(it)
        }) || is_late_day(page, at)
    };
    let whole = whole_date(text, start).filter(|end| ends_well(text, *end));
    let end = whole.or_else(|| short_date(text, start).filter(|end| ends_well(text, *end) && is_cued()))?;
    let begin = glued.unwrap_or_else(|| page.range(weekday_before(page, at), at + 1).0);
    found.add(begin, end, Kind::Date, rank::DATE);
    Some(page.word_from(end).max(at + 1))
}

/// Where the year begins that letters touch: `scan2024-03-14`.
fn glued_year(page: &Page<'_>, at: usize) -> Option<usize> {
    let piece = page.piece(at);
    let letters = piece.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_year = piece.len() == letters.len() + 4 && letters.bytes().all(|byte| byte.is_ascii_alphabetic());
    (is_year && !letters.is_empty()).then(|| page.range(at, at).0 + letters.len())
}

/// `14 03 2024`, `2024 03 14`: day, month and year of two, two and four digits, and no more of them.
fn has_blanks(page: &Page<'_>, at: usize) -> bool {
    let is_digits = |at: usize| page.has_shape(at, Shape::Digits);
    let is_led = at > 0 && is_digits(at - 1) && page.gap(at) == Gap::Space;
    let goes_on = is_digits(at + 3) && page.gap(at + 3) == Gap::Space;
    let lengths = [at, at + 1, at + 2].map(|at| if is_digits(at) { page.length(at) } else { 0 });
    let year = if lengths == [4, 2, 2] { page.piece(at) } else { page.piece(at + 2) };
    (lengths == [2, 2, 4] || lengths == [4, 2, 2])
        && !is_led
        && !goes_on
        && year.parse().is_ok_and(|year: u16| (1900..2100).contains(&year))
        && !at.checked_sub(1).is_some_and(|before| page.is(before, class::NO_PHONE | class::NO_CARD | class::CUE))
}

/// A day written as eight digits, with or without a time of day behind it: `20240814`, `08142024`, `IMG20240814`. Signs
/// around it do not matter.
fn compact(page: &Page<'_>, at: usize, found: &mut Found<'_>) -> Option<usize> {
    const SHORTEST: usize = 8;
    let word = page.word(at).filter(|word| word.end - word.start >= SHORTEST)?;
    let piece = page.piece(at);
    let length = piece.bytes().rev().take_while(u8::is_ascii_digit).count();
    let digits = piece.get(piece.len() - length..)?;
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|it| it.parse::<u32>().ok());
    let is_time = || {
        let fits = |from: usize, most: u32| part(from, from + 2).is_some_and(|it| it < most);
        fits(8, 24) && fits(10, 60) && (length == 12 || fits(12, 60))
    };
    if !(length == SHORTEST || matches!(length, 12 | 14) && is_time()) {
        return None;
    }
    let is_day = |year: usize, month: usize, day: usize| {
        part(year, year + 4).is_some_and(|it| (1900..2100).contains(&it))
            && part(month, month + 2).is_some_and(|it| (1..13).contains(&it))
            && part(day, day + 2).is_some_and(|it| (1..32).contains(&it))
    };
    let is_date = is_day(0, 4, 6) || length == SHORTEST && (is_day(4, 0, 2) || is_day(4, 2, 0));
    if !is_date {
        return None;
    }
    if at.checked_sub(1).is_some_and(|before| page.is(before, class::VERSION)) {
        return None;
    }
    found.add(word.end - length, word.end, Kind::Date, rank::DATE);
    Some(at + 1)
}

/// `dob 031484`: a birthday of six digits behind a word that says so.
fn birthday(page: &Page<'_>, at: usize, found: &mut Found<'_>) -> Option<usize> {
    let is_cued = at.checked_sub(1).is_some_and(|before| page.is_rare(before, rare::BIRTH) && page.length(before) > 1);
    let piece = page.piece(at);
    let part = |from: usize| piece.get(from..from + 2).and_then(|it| it.parse::<u8>().ok());
    let is_day = |month: usize, day: usize| {
        part(month).is_some_and(|it| (1..13).contains(&it)) && part(day).is_some_and(|it| (1..32).contains(&it))
    };
    let is_date = is_cued && page.has_shape(at, Shape::Digits) && piece.len() == 6;
    if !is_date || !(is_day(0, 2) || is_day(2, 0) || is_day(2, 4)) {
        return None;
    }
    let (start, end) = page.range(at, at + 1);
    found.add(start, end, Kind::Date, rank::DATE);
    Some(at + 1)
}

/// `3Mar24`, `14MAR2024`: day, month and year in one word.
fn glued(page: &Page<'_>, at: usize, found: &mut Found<'_>) -> Option<usize> {
    let piece = page.piece(at);
    let bare = piece.trim_start_matches(|c: char| c.is_ascii_digit());
    let name = bare.trim_end_matches(|c: char| c.is_ascii_digit());
    let (day, year) = (piece.len() - bare.len(), bare.len() - name.len());
    let is_date = (1..=2).contains(&day) && matches!(year, 0 | 2 | 4) && (3..=9).contains(&name.len());
    if !is_date || page.class_of(name) & class::MONTH == 0 {
        return None;
    }
    let (start, end) = page.range(at, at + 1);
    found.add(start, end, Kind::Date, rank::DATE);
    Some(at + 1)
}

/// Whether no letter, and no sign with a digit, goes on from a number.
fn ends_well(text: &str, end: usize) -> bool {
    let mut after = text.get(end..).unwrap_or("").chars();
    let next = after.next();
    let goes_on = matches!(next, Some('/' | '-' | '.')) && after.next().is_some_and(|c| c.is_ascii_digit());
    !goes_on && !next.is_some_and(char::is_alphanumeric)
}

/// Digits at a place: their number, how many, and the place after them.
fn digits(text: &str, at: usize) -> Option<(u32, usize, usize)> {
    let rest = text.get(at..)?;
    let length = rest.bytes().take(5).take_while(u8::is_ascii_digit).count();
    let number = rest.get(..length)?.parse().ok()?;
    Some((number, length, at + length))
}

fn sign(text: &str, at: usize) -> Option<u8> {
    text.as_bytes().get(at).copied()
}

/// Three numbers with the same sign between them, or month and year.
fn whole_date(text: &str, start: usize) -> Option<usize> {
    let (first, first_length, at) = digits(text, start)?;
    let split = sign(text, at)?;
    let (second, second_length, at) = digits(text, at + 1)?;
    if split == b'/' && (1..13).contains(&first) && second_length == 4 && (1900..2100).contains(&second) {
        return Some(at);
    }
    if sign(text, at) != Some(split) || second_length > 2 {
        return None;
    }
    let is_short_year = split == b'/' && sign(text, at + 1) == Some(b'\'');
    let (third, third_length, end) = digits(text, at + 1 + usize::from(is_short_year))?;
    let is_day = |number: u32| (1..32).contains(&number);
    if first_length == 4 {
        return ((1..13).contains(&second) && third_length < 3 && is_day(third)).then(|| end + time(text, end));
    }
    let is_date = first_length < 3 && is_day(first) && is_day(second) && matches!(third_length, 2 | 4);
    is_date.then_some(end)
}

/// How long the time of day is that stands after a day: `T10:20:30.5Z`, ` 10:20`.
fn time(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or("");
    let Some(clock) = rest.strip_prefix(['T', ' ']) else { return 0 };
    let is_part = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'+' | b'-' | b'Z');
    let length = clock.bytes().take(32).take_while(is_part).count();
    let clock = clock.get(..length).unwrap_or("").trim_end_matches(['.', ':', '-', '+']);
    let hour = clock.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=2).contains(&hour) && clock.as_bytes().get(hour) == Some(&b':') { 1 + clock.len() } else { 0 }
}

/// `5/17`: nothing else is counted so, but parts of measures.
fn is_late_day(page: &Page<'_>, at: usize) -> bool {
    let second = page.piece(at + 1);
    // `11/02`: what is counted has no zero before it.
    let is_padded = second.len() == 2 && second.starts_with('0') && page.piece(at).len() == 2;
    let is_late = is_padded || second.parse::<u8>().is_ok_and(|day| (13..32).contains(&day));
    let is_thing = page.is_rare(at + 2, rare::UNIT) || at > 0 && page.is_rare(at - 1, rare::THING);
    is_late && page.between(at + 1) == "/" && !is_thing && !page.piece(at).starts_with('0')
}

/// `3/14`: month and day.
fn short_date(text: &str, start: usize) -> Option<usize> {
    let (month, _, at) = digits(text, start)?;
    let (day, length, end) = digits(text, at + 1).filter(|_| sign(text, at) == Some(b'/'))?;
    ((1..13).contains(&month) && (1..32).contains(&day) && length < 3).then_some(end)
}

/// A month with its day or year, whichever way round; returns where to go on.
fn month(page: &Page<'_>, at: usize, found: &mut Found<'_>) -> usize {
    if page.style != Style::Lower && !page.is_capital(at) && page.piece(at).len() < 4 {
        return at + 1;
    }
    // `14/Mar/2024:10:15:00`
    if at > 0
        && page.between(at) == "/"
        && page.between(at + 1) == "/"
        && is_day(page, at - 1)
        && is_full_year(page, at + 1)
    {
        let (start, end) = page.range(at - 1, at + 2);
        found.add(start, end, Kind::Date, rank::DATE);
        return at + 2;
    }
    let (mut from, mut to) = (day_in_words_before(page, at), day_in_words(page, at));
    if from < at || to > at + 1 {
        // `March third, nineteen eighty-four`
    } else if let Some(before) = at.checked_sub(1)
        && is_day(page, before)
        && matches!(page.gap(at), Gap::Space | Gap::Hyphen | Gap::Dot)
    {
        from = before;
    } else if at > 1 && links_date(page, at - 1) && is_day(page, at - 2) {
        from = at - 2;
    }
    if is_day(page, to) && matches!(page.gap(to), Gap::Space | Gap::Hyphen | Gap::Dot) {
        to += 1;
        // `March 3-5`, `March 3 - 5`.
        let is_range = page.gap(to) == Gap::Hyphen || matches!(page.between(to).trim(), "-" | "–" | "to" | "/");
        if is_day(page, to) && is_range {
            to += 1;
        }
    } else if page.piece(to) == "the" && is_day(page, to + 1) {
        to += 2;
    }
    let is_dated = to > at + 1 || from < at;
    let year = to + usize::from(links_date(page, to));
    if let Some(end) = spelled::year(page, year).filter(|_| matches!(page.gap(to), Gap::Space | Gap::Comma)) {
        let (start, end) = page.range(weekday_before(page, from), end);
        found.add(start, end, Kind::Date, rank::DATE);
        return page.word_from(end);
    }
    let has_year =
        is_year(page, to) && matches!(page.gap(to), Gap::Space | Gap::Comma | Gap::Hyphen | Gap::Break | Gap::Dot);
    let is_old_year = is_dated && page.gap(to) == Gap::Space && is_any_year(page, to);
    let is_written = page.is_capital(at) || page.style == Style::Lower;
    if has_year && (is_dated || is_written) || is_old_year {
        to += 1;
    } else if links_date(page, to) && is_full_year(page, to + 1) {
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

/// `of`, `de`: between the day, the month and the year.
fn links_date(page: &Page<'_>, at: usize) -> bool {
    page.is_rare(at, rare::DATE_LINK) && page.has_shape(at, Shape::Lower)
}

/// The word after a day in words that follows a month: `March third`, `March the twenty-first`.
fn day_in_words(page: &Page<'_>, at: usize) -> usize {
    let first = at + 1 + usize::from(page.is(at + 1, class::ARTICLE));
    let day = spelled::ordinal(page, first).filter(|(_, day)| *day < 32 && page.gap(first) == Gap::Space);
    // `He may first ask`: a month is written high, or a word says that a day follows.
    let is_month = page.is_capital(at) && page.style != Style::Lower
        || at.checked_sub(1).is_some_and(|it| page.is(it, class::DAY_CUE | class::DATE_CUE | class::WEEKDAY));
    day.filter(|_| is_month).map_or(at + 1, |(to, _)| to)
}

/// The first word of a day in words before a month: `the third of March`.
fn day_in_words_before(page: &Page<'_>, at: usize) -> usize {
    let last = at.checked_sub(1).filter(|it| page.piece(*it).eq_ignore_ascii_case("of"));
    let Some(of) = last.or(Some(at)) else { return at };
    let ends = |from: &usize| spelled::ordinal(page, *from).is_some_and(|(to, day)| to == of && day < 32);
    (of.saturating_sub(2)..of).find(ends).filter(|_| page.gap(at) == Gap::Space).unwrap_or(at)
}

/// A month alone is one if a word before says so and it is no other word.
fn speaks_of_month(page: &Page<'_>, at: usize) -> bool {
    let is_cued = at.checked_sub(1).is_some_and(|before| page.is(before, class::DATE_CUE));
    let is_verb = matches!(page.piece(at).to_lowercase().as_str(), "may" | "march" | "mar" | "sun" | "sat");
    is_cued
        && page.is_capital(at)
        && (!is_verb || page.style == Style::Mixed && page.piece(at).len() > 2)
        && page.piece(at).len() > 2
}

/// The day of the week before a date, or the article before its day: `Sat 9/14`, `the 14th of February`.
fn weekday_before(page: &Page<'_>, from: usize) -> usize {
    let Some(before) = from.checked_sub(1) else { return from };
    let is_joined = matches!(page.gap(from), Gap::Comma | Gap::Space)
        || page.gap(from) == Gap::Dot && page.is_rare(before, rare::SHORT_DAY);
    let is_day = page.is(before, class::WEEKDAY) || page.is_rare(before, rare::SHORT_DAY) && page.is_capital(before);
    let is_article = page.is(before, class::ARTICLE) && page.gap(from) == Gap::Space && is_day_at(page, from);
    if is_joined && (is_day || is_article) { before } else { from }
}

/// Whether a day of the month stands here, in digits or in words.
fn is_day_at(page: &Page<'_>, at: usize) -> bool {
    is_day(page, at) || spelled::ordinal(page, at).is_some()
}

fn weekday(page: &Page<'_>, at: usize, found: &mut Found<'_>) -> usize {
    const CUES: &[&str] = &["last", "next", "this", "on"];
    let before = at.checked_sub(1).map_or("", |before| page.piece(before));
    let is_cued = CUES.iter().any(|cue| cue.eq_ignore_ascii_case(before));
    let is_short = page.is_rare(at, rare::SHORT_DAY) && is_cued && page.has_shape(at, Shape::Capital);
    let is_whole = is_short || page.piece(at).ends_with("day") || page.piece(at).ends_with("DAY");
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

/// `621`, `1793`: after a day and a month a year, whatever it is.
fn is_any_year(page: &Page<'_>, place: usize) -> bool {
    (3..=4).contains(&page.length(place)) && page.has_shape(place, Shape::Digits)
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
