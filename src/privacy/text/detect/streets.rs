//! Street addresses: a number and a street, a street and a number, units, boxes, corners; and the town, state and postal
//! code that follow.

use super::super::resolve::Found;
use super::super::resolve::rank;
use super::announced::Announced;
use super::announced::Cue;
use super::things::is_in_citation;
use crate::model::text_kind::Kind;
use crate::text::page::Gap;
use crate::text::page::Page;
use crate::text::page::Shape;
use crate::text::page::Style;
use crate::text::words::class;
use crate::text::words::rare;

/// Words of a street's name at most.
const LONGEST_NAME: usize = 5;
/// Words that may follow the street: unit, town, state, country, postal code.
const LONGEST_TAIL: usize = 14;

/// Marks addresses.
pub(super) fn find(page: &Page<'_>, cues: &[Cue], found: &mut Found<'_>) {
    if !found.wants(Kind::Address) && !found.wants(Kind::Zip) {
        return;
    }
    after_cues(page, cues, found);
    let mut at = 0;
    while let Some(word) = page.word(at) {
        // A number, a word that speaks of an address, or a word with a number behind it.
        let may_begin = word.class & BEGINS != 0
            || word.class & class::STREET != 0 && page.is(at + 2, class::DIGITS)
            || page.is(at + 1, class::DIGITS);
        let Some((from, to)) = may_begin.then(|| core(page, at)).flatten() else {
            at += 1;
            continue;
        };
        let from = article_before(page, numbers_before(page, from));
        // `lot 12 Windy Meadows`
        let is_unit = from > 0 && page.is(from - 1, class::UNIT) && page.gap(from) == Gap::Space;
        let from = from - usize::from(is_unit);
        let to = tail(page, to);
        let (start, end) = page.range(from, to);
        found.add(start, end, Kind::Address, rank::ADDRESS);
        at = to.max(at + 1);
    }
}

/// `stays at 8 Upper Weir Bank`: a number and words behind a cue, or behind `at`, that may all be of a street.
fn after_cues(page: &Page<'_>, cues: &[Cue], found: &mut Found<'_>) {
    if !page.has_digits() {
        return;
    }
    for cue in cues.iter().filter(|cue| cue.announced == Announced::Address) {
        let mut from = page.word_from(cue.end);
        while page.is_rare(from, rare::CONNECTOR | rare::MAIL_AT) && from < page.word_from(cue.end) + 2 {
            from += 1;
        }
        let is_near = matches!(page.gap(from), Gap::Space | Gap::Break | Gap::Comma | Gap::Line);
        if is_near && let Some(to) = led(page, from).or_else(|| broken(page, from)) {
            let (start, end) = page.range(from, tail(page, to));
            found.add(start, end, Kind::Address, rank::ADDRESS);
        }
    }
    if page.style != Style::Mixed || page.rares & rare::MAIL_AT == 0 {
        return;
    }
    for (at, _) in page.words.iter().enumerate().filter(|(_, word)| word.rare & rare::MAIL_AT != 0) {
        let has_name =
            |to: usize| (at + 2..to).any(|it| !page.is(it, class::COMMON)) && page.has_shape(to - 1, Shape::Capital);
        if page.gap(at + 1) == Gap::Space
            && let Some(to) = led(page, at + 1).filter(|to| has_name(*to))
        {
            let (start, end) = page.range(at + 1, tail(page, to));
            found.add(start, end, Kind::Address, rank::ADDRESS);
        }
    }
}

/// Past a house number and the words of a street behind it; `None` if there are none.
fn led(page: &Page<'_>, at: usize) -> Option<usize> {
    const OTHER: u64 =
        class::MONTH | class::WEEKDAY | class::NO_NAME | class::TITLE | class::ROLE | class::YEARS | class::UNIT;
    if !is_number(page, at) && !is_grid(page, at) {
        return None;
    }
    let mut to = at + 1;
    while is_grid(page, to) || is_direction(&page.piece(to).to_uppercase()) && page.gap(to) == Gap::Space {
        to += 1;
    }
    let first = to;
    while to < first + LONGEST_NAME {
        let is_joined = matches!(page.gap(to), Gap::Space | Gap::Hyphen | Gap::Possessive)
            || to > first && page.gap(to) == Gap::Dot && page.length(to - 1) == 1;
        let is_part =
            page.is(to, class::STREET) || is_name(page, to) && !page.is(to, OTHER) && !page.is_rare(to, rare::CAR);
        let is_part = is_part && page.length(to) > 1 && !page.is(to, class::DIGITS) || is_ordinal(page, to);
        if !(is_joined || to == first && page.gap(to) == Gap::Dot) || !is_part {
            break;
        }
        to += 1;
    }
    (to > first).then_some(to)
}

/// A house number at the end of a line, and its street on the next: past the word for a street.
fn broken(page: &Page<'_>, at: usize) -> Option<usize> {
    if !is_number(page, at) || page.gap(at + 1) != Gap::Line {
        return None;
    }
    let mut to = at + 1;
    while to <= at + LONGEST_NAME
        && (to == at + 1 || page.gap(to) == Gap::Space)
        && (is_name(page, to) || is_ordinal(page, to))
    {
        if to > at + 1 && page.is(to, class::STREET) {
            return Some(to + 1);
        }
        to += 1;
    }
    None
}

/// `23rd`: a street by its number.
fn is_ordinal(page: &Page<'_>, at: usize) -> bool {
    let piece = page.piece(at);
    let bare = piece.trim_start_matches(|c: char| c.is_ascii_digit());
    page.has_shape(at, Shape::Both) && bare.len() == 2 && bare.len() < piece.len() && piece.len() < 6
}

/// `N614`: half of a house number of two parts.
fn is_grid(page: &Page<'_>, at: usize) -> bool {
    let piece = page.piece(at);
    page.has_shape(at, Shape::Both)
        && (3..=6).contains(&piece.len())
        && piece.starts_with(['N', 'S', 'E', 'W'])
        && piece.bytes().skip(1).all(|byte| byte.is_ascii_digit())
}

/// What an address may begin with, but for a word with a number behind it.
const BEGINS: u64 = class::DIGITS | class::UNIT | class::BOX | class::FIELD_POST | class::CORNER | class::STREET_BEGINS;

/// The part that tells an address, beginning at a word.
fn core(page: &Page<'_>, at: usize) -> Option<(usize, usize)> {
    if is_in_citation(page, at) {
        return None;
    }
    if is_number(page, at) {
        // `the 4417 bldg on Elm Street`
        let is_house = page.is_rare(at + 1, rare::HOUSE) && page.gap(at + 1) == Gap::Space;
        let behind = || is_house.then(|| street_behind(page, at + 2)).flatten().map(|to| (at, to));
        return numbered(page, at).or_else(behind);
    }
    if is_grid(page, at) && is_grid(page, at + 1) {
        return led(page, at).map(|to| (at, to));
    }
    let is_route = page.is_rare(at, rare::RURAL) && is_number(page, at + 1) && page.is(at + 2, class::BOX);
    if is_route && is_number(page, at + 3) {
        return Some((at, at + 4));
    }
    if page.is_rare(at, rare::OWN_UNIT)
        && is_number(page, at + 1)
        && let Some((_, to)) = numbered(page, at + 1)
    {
        return Some((at, to));
    }
    if page.is_rare(at, rare::OWN_UNIT) && page.gap(at + 1) != Gap::Comma && is_unit_number(page, at + 1) {
        let more = usize::from(page.gap(at + 2) == Gap::Hyphen && page.length(at + 2) < 3);
        return Some((at, at + 2 + more));
    }
    if page.is(at, class::BOX) && is_number(page, at + 1) {
        return Some((office_before(page, at), at + 2));
    }
    if page.is(at, class::FIELD_POST) && page.length(at + 1) == 2 {
        let zip = usize::from(is_number(page, at + 2));
        return Some((ship_before(page, at), at + 2 + zip));
    }
    if page.is(at, class::CORNER) && page.piece(at + 1) == "of" {
        return corner(page, at);
    }
    if begins_street(page, at) && page.is_capital(at) {
        return begun(page, at);
    }
    ended(page, at).or_else(|| strange(page, at)).or_else(|| followed(page, at)).or_else(|| housed(page, at))
}

/// `Elm Street number 4417`: a street, a word for a number, and the number.
fn followed(page: &Page<'_>, at: usize) -> Option<(usize, usize)> {
    let is_street = page.is(at, class::STREET) && page.is_rare(at + 1, rare::NUMBER_WORD) && is_number(page, at + 2);
    let is_near =
        matches!(page.gap(at + 1), Gap::Space | Gap::Comma) && matches!(page.gap(at + 2), Gap::Space | Gap::Dot);
    let mut from = at;
    while is_street
        && is_near
        && from > 0
        && at - from < LONGEST_NAME
        && page.gap(from) == Gap::Space
        && is_name(page, from - 1)
    {
        from -= 1;
    }
    (from < at).then_some((from, at + 3))
}

/// `house 4417 on Elm Street`, `house number 4417, Elm Street`: a word for a house, its number, and the street behind a
/// small word or a comma.
fn housed(page: &Page<'_>, at: usize) -> Option<(usize, usize)> {
    let number = at + 1;
    let is_word = page.is_rare(at, rare::HOUSE)
        || page.is_rare(at, rare::NUMBER_WORD) && at.checked_sub(1).is_some_and(|it| page.is_rare(it, rare::HOUSE));
    let is_house = is_word && is_number(page, number) && matches!(page.gap(number), Gap::Space | Gap::Dot);
    let to = is_house.then(|| street_behind(page, number + 1)).flatten()?;
    Some((number, to))
}

/// Past the street behind a small word or a comma.
fn street_behind(page: &Page<'_>, at: usize) -> Option<usize> {
    let is_led = page.is(at, class::LEADS | class::DAY_CUE) && page.gap(at) == Gap::Space;
    if !is_led && page.gap(at) != Gap::Comma {
        return None;
    }
    let first = at + usize::from(is_led);
    let mut to = first;
    while to < first + LONGEST_NAME
        && (page.gap(to) == Gap::Space || to == first)
        && (is_name(page, to) || is_ordinal(page, to))
        && !page.is(to, class::STREET)
    {
        to += 1;
    }
    (to > first && page.gap(to) == Gap::Space && page.is(to, class::STREET)).then_some(to + 1)
}

/// `1234 Elm Street`, `12 5th Avenue N`, `6750 Koskikatu 25`, `25 Rue Cler`.
fn numbered(page: &Page<'_>, at: usize) -> Option<(usize, usize)> {
    let mut to = at + 1;
    if page.gap(to) == Gap::Dot {
        return None;
    }
    // `2 David 6` is on the air, `1 1/2 Beach Boulevard` a street.
    if page.is_rare(to, rare::CALL_SIGN) && is_number(page, to + 1) {
        return None;
    }
    if is_half(page, to) {
        to += 2;
    }
    // `5 bis avenue Foch`
    to += usize::from(page.is_rare(to, rare::HOUSE_TAIL) && page.gap(to) == Gap::Space);
    // `5 lane road`, `100 mg ct`: what is counted or measured is no street.
    let is_measure = page.is_rare(to, rare::UNIT) && (page.length(to) == 2 || page.is(to, class::STREET));
    if is_measure && page.style == Style::Lower {
        return None;
    }
    // `1418 n. plum`
    let is_directed = page.style == Style::Lower && page.length(at) > 2 && is_direction(&page.piece(to).to_uppercase());
    if is_directed && is_name(page, to + 1) && page.length(to + 1) > 2 {
        let end = (to + 2..to + 5).find(|it| page.is(*it, class::STREET) && page.gap(*it) == Gap::Space);
        return Some((at, end.map_or(to + 2, |it| it + 1)));
    }
    let first = to;
    while to <= first + LONGEST_NAME && matches!(page.gap(to), Gap::Space | Gap::Hyphen | Gap::Dot | Gap::Possessive) {
        let has_name = to > first;
        if has_name && page.is(to, class::STREET) && !(page.is(to - 1, class::PARTICLE)) {
            // `Quince Hollow Rd`: the street ends with the last of such words.
            let is_next = page.is(to + 1, class::STREET) && page.gap(to + 1) == Gap::Space;
            return Some((at, direction(page, to + 1 + usize::from(is_next))));
        }
        if !has_name && begins_street(page, to) && can_begin_street(page, to) {
            return begun(page, to).or_else(|| low_street(page, to)).map(|(_, to)| (at, to));
        }
        let is_ordinal = page.word(to).is_some_and(|word| word.shape == Shape::Both);
        if has_name && is_number(page, to) && page.style != Style::Lower && page.piece(to).len() < 5 {
            let names = (at + 1..to).filter(|it| !page.is(*it, class::PARTICLE));
            let is_written_out = |it: usize| page.word(it).is_some_and(|word| word.shape == Shape::Capital);
            let is_street = names.clone().all(|it| is_strange(page, it))
                && names.clone().any(is_written_out)
                && ends_well(page, to)
                && !names.clone().any(|it| {
                    page.word(it).is_some_and(|word| word.shape == Shape::Upper) && page.style == Style::Mixed
                })
                && page.piece(at).len() < 6;
            return is_street.then_some((at, to + 1));
        }
        if !(is_ordinal || is_name(page, to) || page.is(to, class::PARTICLE) || is_direction(page.piece(to))) {
            return None;
        }
        to += 1;
    }
    // `1234 Koskikatu, Apt. 5`
    let is_led = to > at + 1 && page.is(to, class::UNIT) && is_unit_number(page, to + 1) && page.style != Style::Lower;
    is_led.then_some((at, to + 2))
}

/// Whether a number is no part of a longer one: `0.25`, `33-9017`.
fn ends_well(page: &Page<'_>, at: usize) -> bool {
    let is_longer = matches!(page.between(at + 1), "." | "-" | "/") && page.is(at + 1, class::DIGITS);
    !is_longer
}

/// Whether a half stands here that belongs to a house number: `1011 1/2 Beach Blvd`.
fn is_half(page: &Page<'_>, at: usize) -> bool {
    page.length(at) == 1
        && page.length(at + 1) == 1
        && page.between(at + 1) == "/"
        && is_number(page, at)
        && is_number(page, at + 1)
}

/// After a house number a street may begin with a low word: `11 via Roma`, `34 ul. Polna`.
fn can_begin_street(page: &Page<'_>, at: usize) -> bool {
    let is_name = |at: usize| {
        page.is_capital(at) && !page.is(at, class::COMMON) || page.is(at, class::PARTICLE) || !page.is_language(at)
    };
    page.is_capital(at) && page.style != Style::Lower || is_name(at + 1) && !page.is(at + 1, class::COMMON)
}

/// Whether a street follows: `rue`, and a letter only with a slash, `C/ Mayor`.
fn begins_street(page: &Page<'_>, at: usize) -> bool {
    let is_slashed = || page.between(at + 1) == "/ " && page.style == Style::Mixed && page.is_capital(at);
    page.is(at, class::STREET_BEGINS) && (page.length(at) > 1 || is_slashed() && page.has_shape(at + 1, Shape::Capital))
}

/// `avenue Foch`, `allée des Lilas`: behind a house number the word for a street may be written low.
fn low_street(page: &Page<'_>, at: usize) -> Option<(usize, usize)> {
    let mut to = at + 1;
    while page.is(to, class::PARTICLE | class::ARTICLE) && page.gap(to) == Gap::Space && to < at + 3 {
        to += 1;
    }
    let is_name = |to: usize| page.has_shape(to, Shape::Capital) && matches!(page.gap(to), Gap::Space | Gap::Hyphen);
    let first = to;
    while to < first + LONGEST_NAME && is_name(to) {
        to += 1;
    }
    (to > first && page.style == Style::Mixed && !page.is(at, class::COMMON)).then_some((at, to))
}

/// `Rue Joseph Vernet 87`, `Via Roma`.
fn begun(page: &Page<'_>, at: usize) -> Option<(usize, usize)> {
    let (mut to, mut named) = (at + 1, at + 1);
    while to <= at + LONGEST_NAME
        && matches!(page.gap(to), Gap::Space | Gap::Hyphen | Gap::Dot | Gap::Possessive | Gap::Break)
    {
        let is_joined = page.gap(to) != Gap::Break || matches!(page.between(to), "'" | "’" | "/ ");
        if !is_joined {
            break;
        }
        if is_number(page, to) {
            return Some((at, to + 1));
        }
        let is_particle = page.is(to, class::PARTICLE | class::ARTICLE) || page.length(to) < 3;
        if page.is_capital(to) && page.style != Style::Lower {
            named = to + 1;
        } else if !is_particle && page.is(to, class::COMMON | class::FIRM) {
            break;
        }
        to += 1;
    }
    let is_street = page.style == Style::Mixed && !page.is(at, class::COMMON) && page.is_capital(at);
    (named > at + 1 && is_street).then_some((at, named))
}

/// `Vesturgata 66`, `Eötvös út 10`: a word that ends as streets do, and a number.
fn ended(page: &Page<'_>, at: usize) -> Option<(usize, usize)> {
    let is_bare = page.is(at, class::STREET_ENDS);
    let is_short = is_bare && page.gap(at + 1) == Gap::Dot && page.length(at) < 5;
    let is_housed = is_number(page, at + 1) && page.length(at + 1) < 5;
    if !is_housed || page.gap(at + 1) != Gap::Space && !is_short {
        return None;
    }
    let is_street = is_bare || page.lists().has_street_ending(page.piece(at));
    let is_low_type = is_bare && (page.length(at) > 2 || is_short) && !page.is(at, class::STREET);
    if !is_street || !(page.is_capital(at) || is_low_type) {
        return None;
    }
    let mut from = at;
    while from > 0
        && from + 3 > at
        && page.gap(from) == Gap::Space
        && (is_name(page, from - 1) && page.style != Style::Lower || is_low_type && is_low_name(page, from - 1))
    {
        from -= 1;
    }
    let is_lone_word = from == at && is_bare && !is_low_type;
    (!is_lone_word && !page.is(at, class::COMMON)).then_some((from, at + 2))
}

/// A word written low that the language does not have: part of a name in another one.
fn is_low_name(page: &Page<'_>, at: usize) -> bool {
    page.has_shape(at, Shape::Lower) && !page.is(at, class::COMMON | class::WORD | class::PARTICLE)
}

/// `Sireli 74`: a strange word and a number that end a line or stand before a unit.
fn strange(page: &Page<'_>, at: usize) -> Option<(usize, usize)> {
    let is_capital = page.has_shape(at, Shape::Capital);
    let is_housed = is_number(page, at + 1) && page.gap(at + 1) == Gap::Space && page.length(at + 1) < 4;
    if !is_capital || !is_housed {
        return None;
    }
    // `Braden 18, Morse 45`: scores in a row, as a text with the names of signs and scales has them.
    let is_scored = page.classes & class::EPONYM_OF != 0
        || page.gap(at + 3) == Gap::Space && page.has_shape(at + 3, Shape::Digits) && page.length(at + 3) < 4;
    let is_settled = page.gap(at + 2) == Gap::Comma && page.has_shape(at + 2, Shape::Capital) && !is_scored;
    let ends = page.gap(at + 2) == Gap::Line || is_settled || page.is(at + 2, class::UNIT | class::STREET);
    let is_word = page.is(at, class::COMMON | class::MONTH | class::NO_NAME | class::FIRM) || page.is_language(at);
    (page.knows_words && ends && !is_word).then_some((at, at + 2))
}

/// `the corner of Elm Street and 5th Avenue`.
fn corner(page: &Page<'_>, at: usize) -> Option<(usize, usize)> {
    let mut to = at + 2;
    let mut has_both = false;
    while to < at + 12 && !matches!(page.gap(to), Gap::Break | Gap::Line) {
        let is_and = matches!(page.piece(to), "and" | "&");
        let fits = page.is_capital(to)
            || is_number(page, to)
            || page.is(to, class::PARTICLE | class::STREET)
            || page.piece(to).len() < 4;
        if !is_and && !fits || is_and && has_both {
            break;
        }
        has_both |= is_and;
        to += 1;
    }
    (has_both && to > at + 4).then_some((at, to))
}

/// `P.O.`, `PSC 12,`, `Unit 84` before a box.
fn office_before(page: &Page<'_>, at: usize) -> usize {
    let piece = |back: usize| at.checked_sub(back).map_or("", |place| page.piece(place)).to_lowercase();
    match (piece(2).as_str(), piece(1).as_str()) {
        ("p", "o") => at - 2,
        (_, "po" | "postfach" | "post") => at - 1,
        ("psc" | "unit" | "cmr", number) if number.bytes().all(|byte| byte.is_ascii_digit()) => at - 2,
        _ => at,
    }
}

fn direction(page: &Page<'_>, to: usize) -> usize {
    if page.gap(to) == Gap::Space && is_direction(page.piece(to)) { to + 1 } else { to }
}

fn is_direction(piece: &str) -> bool {
    matches!(piece, "N" | "S" | "E" | "W" | "NE" | "NW" | "SE" | "SW" | "North" | "South" | "East" | "West")
}

/// `the` before a corner.
fn article_before(page: &Page<'_>, from: usize) -> usize {
    let is_led = page.is(from, class::CORNER) && from > 0 && page.is(from - 1, class::ARTICLE);
    from - usize::from(is_led)
}

/// `USS Name` before a post office of the forces.
fn ship_before(page: &Page<'_>, at: usize) -> usize {
    let ship = (1..=3).filter_map(|back| at.checked_sub(back)).find(|place| page.is(*place, class::SHIP));
    ship.unwrap_or(at)
}

/// House numbers that stand before a street's number in some address books.
fn numbers_before(page: &Page<'_>, mut from: usize) -> usize {
    for _ in 0..2 {
        let Some(before) = from.checked_sub(1) else { break };
        if !is_number(page, before) || !matches!(page.gap(from), Gap::Space | Gap::Line) || page.piece(before).len() > 5
        {
            break;
        }
        from = before;
    }
    from
}

/// Past what follows a street: unit, town, state, country, postal code, on the same line or the next ones.
fn tail(page: &Page<'_>, mut to: usize) -> usize {
    let last = to + LONGEST_TAIL;
    let mut after_line = false;
    while to < last && to < page.words.len() {
        let gap = page.gap(to);
        let is_after_unit =
            to > 0 && page.is(to - 1, class::UNIT | class::STREET) || page.piece(to - 1).eq_ignore_ascii_case("st");
        let joins = match gap {
            Gap::Space | Gap::Comma | Gap::Line | Gap::Hyphen => true,
            // `82nd Ave #204`
            // `31-C Foundry Sq., Ashby`
            Gap::Break if page.between(to) == "., " => page.is(to - 1, class::STREET) || page.length(to - 1) == 1,
            Gap::Break => page.between(to).trim_start_matches([',', ' ']) == "#" && is_number(page, to),
            Gap::Dot => page.is(to, class::UNIT) || is_after_unit && is_unit_number(page, to),
            _ => false,
        };
        let fits = page.is(to, class::UNIT) && is_unit_number(page, to + 1)
            || page.is(to - 1, class::UNIT) && is_unit_number(page, to)
            || is_number(page, to) && page.piece(to).len() < 7
            || page.is(to - 1, class::DIGITS) && gap == Gap::Hyphen && page.length(to) < 3
            || page.is_rare(to, rare::HOUSE_PART) && matches!(gap, Gap::Comma | Gap::Space)
            || page.is(to, class::UNIT) && page.is_rare(to - 1, rare::HOUSE_PART) && gap == Gap::Space
            || is_settlement(page, to, matches!(gap, Gap::Line | Gap::Comma | Gap::Break) || after_line);
        if !joins || !fits {
            break;
        }
        after_line = matches!(gap, Gap::Line | Gap::Comma | Gap::Break) || after_line && gap == Gap::Space;
        to += 1;
    }
    to
}

/// A town, a state, a country: known, or any strange capitalised word after a comma or on a line of its own.
fn is_settlement(page: &Page<'_>, at: usize, begins: bool) -> bool {
    let Some(word) = page.word(at) else { return false };
    if matches!(page.piece(at), "nan" | "NaN") {
        return true;
    }
    let is_capital = page.is_capital(at) && page.style != Style::Lower;
    let is_known =
        word.class & (class::TOWN | class::LAND | class::PLACE_BEGINS) != 0 && word.class & class::COMMON == 0;
    let is_state = word.class & class::STATE_CODE != 0 && word.shape == Shape::Upper;
    let is_person = word.class & (class::GIVEN | class::TITLE | class::ROLE) != 0 && word.class & class::TOWN == 0;
    let is_strange =
        begins && is_capital && word.class & (class::COMMON | class::MONTH | class::WEEKDAY) == 0 && !is_person;
    let is_strange = is_strange
        || begins
            && page.style == Style::Lower
            && page.knows_words
            && page.gap(at) == Gap::Line
            && word.shape == Shape::Lower
            && !page.is_language(at)
            && !is_person;
    let is_particle = begins && word.class & class::PARTICLE != 0 && page.is_capital(at + 1);
    is_state || is_strange || is_particle || is_known && (is_capital || page.style == Style::Lower)
}

fn is_number(page: &Page<'_>, at: usize) -> bool {
    let Some(word) = page.word(at) else { return false };
    match word.shape {
        Shape::Digits => word.end - word.start < 7,
        Shape::Both => {
            let piece = page.piece(at);
            let digits = piece.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            digits.len() + 1 == piece.len() && digits.len() < 6 && digits.bytes().all(|byte| byte.is_ascii_digit())
        }
        _ => false,
    }
}

fn is_unit_number(page: &Page<'_>, at: usize) -> bool {
    let Some(word) = page.word(at) else { return false };
    let piece = page.piece(at);
    matches!(page.gap(at), Gap::Space | Gap::Dot | Gap::Break)
        && piece.len() < 6
        && (matches!(word.shape, Shape::Digits | Shape::Both | Shape::Initial)
            || page.style == Style::Lower && word.shape == Shape::Lower && piece.len() == 1)
}

/// A word that can be part of a street's name.
fn is_name(page: &Page<'_>, at: usize) -> bool {
    let Some(word) = page.word(at) else { return false };
    match page.style {
        Style::Lower => word.class & class::COMMON == 0 && word.shape == Shape::Lower,
        _ => page.is_capital(at) && word.class & (class::MONTH | class::TITLE) == 0,
    }
}

/// A capitalised word that is no word in frequent use.
fn is_strange(page: &Page<'_>, at: usize) -> bool {
    page.is_capital(at) && !page.is(at, class::COMMON | class::MONTH | class::NO_NAME)
}
