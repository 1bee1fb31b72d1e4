//! Identifiers that a sign tells: `# 0077431`, `@handle`; and letters with so many digits that they count somebody.

use super::super::resolve::Found;
use super::super::resolve::rank;
use crate::model::text_kind::Kind;
use crate::text::page::Gap;
use crate::text::page::Page;
use crate::text::page::Shape;
use crate::text::page::Word;
use crate::text::page::sign;
use crate::text::words::class;
use crate::text::words::rare;

/// Marks them.
pub(super) fn find(page: &Page<'_>, found: &mut Found<'_>) {
    if found.wants(Kind::OtherId) && page.has_digits() {
        if page.signs & sign::NUMBER != 0 {
            page.text.match_indices('#').for_each(|(at, _)| number(page, at + 1, found));
        }
        for (at, _) in page.words.iter().enumerate().filter(|(_, word)| word.class & class::DIGITS != 0) {
            long(page, at, found);
            joined(page, at, found);
            grouped(page, at, found);
        }
    }
    if page.has_digits() && found.wants(Kind::DeviceId) {
        let begins = |word: &&Word| word.end - word.start == 8 && page.text.as_bytes().get(word.end) == Some(&b'-');
        page.words.iter().filter(begins).for_each(|word| unique(page, word.start, found));
    }
    if found.wants(Kind::Username) && page.text.as_bytes().contains(&b'$') {
        page.text.match_indices('$').for_each(|(at, _)| cash_tag(page, at, found));
    }
    if page.rares & rare::CAR != 0 && page.has_digits() && found.wants(Kind::Vehicle) {
        for (at, _) in page.words.iter().enumerate().filter(|(_, word)| word.rare & rare::CAR != 0) {
            plate(page, at + 1, found);
        }
    }
    if page.signs & sign::AT != 0 && found.wants(Kind::Username) {
        page.text.match_indices('@').for_each(|(at, _)| handle(page, at, found));
    }
}

/// Digits behind `#`, unless it counts things.
fn number(page: &Page<'_>, from: usize, found: &mut Found<'_>) {
    const FEWEST: usize = 5;
    let start = from + usize::from(page.text.as_bytes().get(from) == Some(&b' '));
    let value = page.text.get(start..).unwrap_or_default();
    let is_inner = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase() || c == '-';
    let value =
        value.get(..value.find(|c| !is_inner(c)).unwrap_or(value.len())).unwrap_or_default().trim_end_matches('-');
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let at = page.word_from(start);
    let Some(before) = at.checked_sub(1) else { return };
    let is_title = page.is_capital(before) && !page.is(before, class::COMMON);
    let fewest = if is_title || digits < value.len() { FEWEST - 1 } else { FEWEST };
    if digits >= fewest && !is_of_thing(page, at) && !page.is(before, class::UNIT | class::STREET) {
        found.add(start, start + value.len(), Kind::OtherId, rank::PATTERN);
    }
}

/// `TT118840293`: capitals and six digits or more in one word.
fn long(page: &Page<'_>, at: usize, found: &mut Found<'_>) {
    const SHORTEST: usize = 8;
    const FEWEST: usize = 6;
    if !page.has_shape(at, Shape::Both) || page.length(at) < SHORTEST {
        return;
    }
    let piece = page.piece(at);
    let digits = piece.bytes().filter(u8::is_ascii_digit).count();
    let is_plain = piece.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    if is_plain && digits >= FEWEST && !is_of_thing(page, at) {
        let (start, end) = page.range(at, at + 1);
        found.add(start, end, Kind::OtherId, rank::WORD);
    }
}

/// Whether a word may be a part of a code that hyphens join.
fn is_part(page: &Page<'_>, at: usize) -> bool {
    page.word(at).is_some_and(|word| matches!(word.shape, Shape::Digits | Shape::Both | Shape::Upper | Shape::Initial))
}

/// `KR-31-00452`, `19b-44207`: letters and five digits or more that hyphens join, from the first of its words with a digit.
fn joined(page: &Page<'_>, at: usize, found: &mut Found<'_>) {
    const FEWEST: usize = 5;
    const SHORTEST: usize = 7;
    let is_joined = |at: usize| page.gap(at) == Gap::Hyphen && page.between(at) == "-";
    // From its last part, so that it is looked at once.
    if is_joined(at + 1) && is_part(page, at + 1) && page.is(at + 1, class::DIGITS) || !is_joined(at) {
        return;
    }
    let mut from = at;
    while from > 0 && is_joined(from) && is_part(page, from - 1) {
        from -= 1;
    }
    let to = at + 1 + usize::from(is_joined(at + 1) && is_part(page, at + 1));
    let (start, end) = page.range(from, to);
    let piece = page.text.get(start..end).unwrap_or_default();
    let digits = piece.bytes().filter(u8::is_ascii_digit).count();
    let letters = piece.bytes().filter(u8::is_ascii_alphabetic).count();
    let is_other = (from..to).any(|it| page.is(it, class::MONTH | class::VERSION) || page.is_rare(it, rare::THING));
    let is_free = !matches!(page.text.as_bytes().get(end), Some(b'-' | b'.' | b'/' | b'_') if page.text.as_bytes().get(end + 1).is_some_and(u8::is_ascii_alphanumeric));
    if to > from + 1
        && digits >= FEWEST
        && letters > 0
        && digits + letters >= SHORTEST
        && is_free
        && !is_other
        && !is_of_thing(page, from)
    {
        found.add(start, end, Kind::OtherId, rank::WORD);
    }
}

/// `TPL 4038816620`, `VAN 305 718 46`: capitals and eight digits or more in groups.
fn grouped(page: &Page<'_>, at: usize, found: &mut Found<'_>) {
    const FEWEST: usize = 8;
    let Some(from) = at.checked_sub(1) else { return };
    let begins = page.has_shape(from, Shape::Upper)
        && (2..=4).contains(&page.length(from))
        && page.gap(at) == Gap::Space
        && !page.is(from, class::CUE | class::MONTH | class::NO_PHONE | class::NO_CARD | class::VERSION);
    if !begins || is_of_thing(page, at) {
        return;
    }
    let (mut to, mut digits) = (at, 0);
    while page.has_shape(to, Shape::Digits) && page.gap(to) == Gap::Space && page.length(to) > 1 {
        digits += page.length(to);
        to += 1;
    }
    if digits >= FEWEST {
        let (start, end) = page.range(from, to);
        found.add(start, end, Kind::OtherId, rank::WORD);
    }
}

/// `7c04e1b2-19d3-4f6a-8a57-c2e90b3d5f18`: a number that is given out once in the world.
fn unique(page: &Page<'_>, start: usize, found: &mut Found<'_>) {
    const LENGTH: usize = 36;
    const SIGNS: [usize; 4] = [8, 13, 18, 23];
    let piece = page.text.get(start..start + LENGTH).unwrap_or_default();
    let fits = |(at, byte): (usize, u8)| if SIGNS.contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() };
    if piece.len() == LENGTH && piece.bytes().enumerate().all(fits) {
        found.add(start, start + LENGTH, Kind::DeviceId, rank::CHECKED);
    }
}

/// `$JaneRoe`: a name by which somebody is paid.
fn cash_tag(page: &Page<'_>, at: usize, found: &mut Found<'_>) {
    const SHORTEST: usize = 4;
    let before = page.text.get(..at).and_then(|before| before.chars().next_back());
    let rest = page.text.get(at + 1..).unwrap_or_default();
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let name = rest.get(..rest.find(|c| !is_inner(c)).unwrap_or(rest.len())).unwrap_or_default();
    let is_name = name.len() >= SHORTEST && name.starts_with(|c: char| c.is_ascii_alphabetic());
    if is_name && !before.is_some_and(char::is_alphanumeric) {
        found.add(at, at + 1 + name.len(), Kind::Username, rank::PATTERN);
    }
}

/// `Volvo KTN 5518`, `a green Ram 7-PLR-31`: a plate behind the word for the car.
fn plate(page: &Page<'_>, from: usize, found: &mut Found<'_>) {
    const LENGTHS: std::ops::RangeInclusive<usize> = 6..=7;
    const MOST_PARTS: usize = 3;
    const LONGEST_PART: usize = 4;
    let mut to = from;
    while to < from + MOST_PARTS && is_part(page, to) && page.length(to) <= LONGEST_PART {
        let is_joined = page.gap(to) == Gap::Hyphen || page.gap(to) == Gap::Space;
        if !is_joined {
            break;
        }
        to += 1;
    }
    let (start, end) = page.range(from, to);
    let piece = page.text.get(start..end).unwrap_or_default();
    let digits = piece.bytes().filter(u8::is_ascii_digit).count();
    let letters = piece.bytes().filter(u8::is_ascii_uppercase).count();
    // `2500 HD`, `GLE 350`: the numbers of models are round.
    let is_model =
        (from..to).any(|it| page.has_shape(it, Shape::Digits) && page.piece(it).ends_with("00") && to < from + 3);
    if to > from + 1 && LENGTHS.contains(&(digits + letters)) && digits >= 2 && letters >= 2 && !is_model {
        found.add(start, end, Kind::Vehicle, rank::PATTERN);
    }
}

/// Whether a word before says that a thing is numbered: a part, a model, an order.
pub(super) fn is_of_thing(page: &Page<'_>, at: usize) -> bool {
    const NEAR: usize = 3;
    (at.saturating_sub(NEAR)..at)
        .any(|it| page.is_rare(it, rare::THING) || page.is(it, class::NO_CARD | class::VERSION))
}

/// `@jane_roe`: a name that somebody has in a network.
fn handle(page: &Page<'_>, at: usize, found: &mut Found<'_>) {
    const SHORTEST: usize = 3;
    let before = page.text.get(..at).and_then(|before| before.chars().next_back());
    let rest = page.text.get(at + 1..).unwrap_or_default();
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let name = rest.get(..rest.find(|c| !is_inner(c)).unwrap_or(rest.len())).unwrap_or_default();
    let name = name.trim_end_matches(['.', '-']);
    let is_name = name.len() >= SHORTEST && name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    if is_name && !before.is_some_and(char::is_alphanumeric) && name.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        found.add(at, at + 1 + name.len(), Kind::Username, rank::PATTERN);
    }
}
