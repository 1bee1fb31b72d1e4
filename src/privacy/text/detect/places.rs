//! Places: towns, states and countries, facilities, and what a preposition leads to.

use super::super::resolve::Found;
use super::super::resolve::rank;
use super::things::is_in_citation;
use super::things::is_whole_name;
use crate::model::text_kind::Kind;
use crate::text::page::Gap;
use crate::text::page::Page;
use crate::text::page::Shape;
use crate::text::page::Style;
use crate::text::words::class;
use crate::text::words::rare;

/// Words of a facility's name at most, before the word that tells it.
const LONGEST_FACILITY: usize = 6;

/// What keeps a word from being part of a name of any kind.
pub(super) const NEVER: u64 = class::COMMON | class::MONTH | class::WEEKDAY | class::NO_NAME;

/// Words of the name of a place at most.
const LONGEST_PLACE: usize = 6;

/// Marks places.
pub(super) fn find(page: &Page<'_>, found: &mut Found<'_>) {
    if !found.wants(Kind::Location) && !found.wants(Kind::Name) {
        return;
    }
    let mut at = 0;
    while let Some(word) = page.word(at) {
        if word.class & (class::CAPITAL | class::FIRM_BEGINS) == 0 {
            at += 1;
            continue;
        }
        let place = firm(page, at)
            .or_else(|| {
                let place = facility(page, at).or_else(|| saint(page, at));
                place.map(|(from, to, kind)| (from, seat(page, to), kind))
            })
            .map(|(from, to, kind)| (from, to, kind, rank::FACILITY))
            .or_else(|| tailed(page, at).map(|to| (at, with_state(page, to), Kind::Location, rank::PLACE)))
            .or_else(|| named(page, at).map(|(from, to)| (from, with_state(page, to), Kind::Location, rank::PLACE)))
            .or_else(|| led_to(page, at).map(|(from, to, kind)| (from, with_state(page, to), kind, rank::WORD)));
        let Some((from, to, kind, rank)) = place else {
            at += 1;
            continue;
        };
        if kind == Kind::Org {
            let (start, end) = page.range(from, to);
            found.shield(start, end);
        }
        let (from, to) = if kind == Kind::Location {
            (with_head(page, from), with_tail(page, with_facility(page, to)))
        } else {
            (from, to)
        };
        let (start, mut end) = page.range(from, to);
        // `St. Luke's` is a place as it stands.
        if rank == rank::FACILITY {
            end += page.text.get(end..).map_or(0, |rest| {
                if rest.starts_with("'s") {
                    2
                } else if rest.starts_with("’s") {
                    4
                } else {
                    0
                }
            });
        }
        found.add(start, end, kind, rank);
        at = to.max(at + 1);
    }
}

/// `St. Mary's Hospital`, `UCLA Medical Center`, `University of Iowa Clinic`: found from its first word.
fn facility(page: &Page<'_>, at: usize) -> Option<(usize, usize, Kind)> {
    if !can_name(page, at) || at > 0 && can_name(page, at - 1) && joins(page, at) {
        return None;
    }
    let (mut to, mut told) = (at, None);
    // `Jane Roe of Smith Inc`: the firm begins after the link.
    let mut begin = at;
    while to < at + LONGEST_FACILITY + 2 && (to == at || joins(page, to)) {
        let is_told = page.is(to, class::FACILITY | class::FIRM) && page.is_capital(to);
        if is_told {
            let kind = if page.is(to, class::FIRM) { Kind::Org } else { Kind::Location };
            told = Some((to + 1, told.map_or(kind, |(_, before)| if before == Kind::Org { kind } else { before })));
        }
        let is_link = page.is(to, class::LINK)
            && page.has_shape(to, Shape::Lower)
            && (page.is_capital(to + 1) || page.is(to + 1, class::ARTICLE));
        // `Roe at Duluth Clinic`: the facility begins after the link.
        let is_apart = is_link && told.is_none() && page.is(to, class::LEADS) && !page.is(to, class::ARTICLE);
        if is_apart || !(can_name(page, to) || is_told || is_link && to > at) {
            break;
        }
        if is_link && told.is_none() {
            begin = to + 1;
        }
        to += 1;
    }
    let (to, kind) = told?;
    // One word that tells a facility is none; nor is a sentence's first word with it.
    let at = if kind == Kind::Org { begin } else { at };
    let first = if page.is(at, class::COMMON) && page.begins_sentence(at) { at + 1 } else { at };
    let has_name = (first..to)
        .any(|it| !page.is(it, class::FACILITY | class::FIRM | class::COMMON) || page.is(it, class::LANDSCAPE));
    let is_long = to - first > 1
        && (first..to).all(|it| page.is_capital(it))
        && !page.is(first, class::PLACE_CUE | class::ARTICLE | class::LINK);
    (to > first + 1 && (has_name || is_long)).then_some((first, to, kind))
}

/// A well-known firm of several words.
fn firm(page: &Page<'_>, at: usize) -> Option<(usize, usize, Kind)> {
    if !page.is(at, class::FIRM_BEGINS) {
        return None;
    }
    let to = (at + 2..=at + 4).rev().find(|to| page.joined(at, *to) & class::FIRM != 0)?;
    Some((at, to, Kind::Org))
}

/// `St. Luke`, with or without what it is.
fn saint(page: &Page<'_>, at: usize) -> Option<(usize, usize, Kind)> {
    let is_saint = page.is(at, class::SAINT) && page.has_shape(at, Shape::Capital) && joins(page, at + 1);
    let is_name =
        is_saint && page.style == Style::Mixed && is_name(page, at + 1) && page.word(at + 1)?.shape == Shape::Capital;
    (is_name && !page.is(at.wrapping_sub(1), class::STREET)).then_some((at, at + 2, Kind::Location))
}

/// `… in Rochester, MN` after a facility.
fn seat(page: &Page<'_>, to: usize) -> usize {
    let is_led = page.is(to, class::LEADS) && page.has_shape(to, Shape::Lower);
    if is_led && page.gap(to) == Gap::Space && page.gap(to + 1) == Gap::Space {
        let town = named(page, to + 1).map(|(_, to)| to).or_else(|| led_to(page, to + 1).map(|(_, to, _)| to));
        return town.map_or(to, |to| with_state(page, to));
    }
    let is_town = is_name(page, to) && page.is(to, class::TOWN | class::LAND | class::STATE_CODE);
    // `Hospital, Michael Brown` is followed by a person.
    if page.gap(to) == Gap::Comma && is_town && !is_whole_name(page, to) {
        return with_state(page, to + 1);
    }
    to
}

/// `Dallas clinic`, `UCLA med center`: the facility may be written low.
fn with_facility(page: &Page<'_>, mut to: usize) -> usize {
    let begin = to;
    while to < begin + 2 && page.gap(to) == Gap::Space && page.is(to, class::FACILITY) {
        to += 1;
    }
    to
}

/// `City of`, `Kingdom of` before a place.
fn with_head(page: &Page<'_>, from: usize) -> usize {
    let the = usize::from(from > 2 && page.is(from - 1, class::ARTICLE));
    let Some(head) = from.checked_sub(2 + the) else { return from };
    let is_of = page.piece(head + 1) == "of" && page.gap(head + 1) == Gap::Space && page.gap(head + 2) == Gap::Space;
    let is_head = page.is(head, class::PLACE_HEAD) && page.has_shape(head, Shape::Capital);
    let is_low = page.is(head, class::PLACE_HEAD) && page.style == Style::Lower && page.is(head, class::LAND);
    if !is_of || !(is_head || is_low) {
        return from;
    }
    // `People's Republic of`, `Federated States of`.
    let is_long = head > 0 && page.has_shape(head - 1, Shape::Capital) && joins(page, head);
    if is_long && !page.begins_sentence(head) { head - 1 } else { head }
}

/// `County`, `River`, `Province` after a place.
fn with_tail(page: &Page<'_>, mut to: usize) -> usize {
    let begin = to;
    while to < begin + 2 && page.gap(to) == Gap::Space && is_tail(page, to) {
        to += 1;
    }
    to
}

fn is_tail(page: &Page<'_>, at: usize) -> bool {
    page.is(at, class::PLACE_TAIL) && page.has_shape(at, Shape::Capital)
}

/// `Shark Island`, `Hancock Pond`: a capitalised word or two before what tells a place.
fn tailed(page: &Page<'_>, at: usize) -> Option<usize> {
    let begins = |at: usize| {
        page.has_shape(at, Shape::Capital)
            && !page
                .is(at, class::MONTH | class::WEEKDAY | class::TITLE | class::NO_NAME | class::ARTICLE | class::ROLE)
            && !(page.is(at, class::COMMON) && page.begins_sentence(at))
    };
    if page.style != Style::Mixed || !begins(at) {
        return None;
    }
    let to = (at + 1..at + 3).find(|to| is_tail(page, *to) && matches!(page.gap(*to), Gap::Space | Gap::Possessive))?;
    let together = (at + 1..to).all(|it| begins(it) && page.gap(it) == Gap::Space);
    // `Timothy Park` is a person.
    let is_person =
        page.is(at, class::GIVEN) && to == at + 1 && page.is(to, class::SURNAME) && !page.is(at, class::TOWN);
    (together && !is_person).then(|| with_tail(page, to + 1))
}

fn can_name(page: &Page<'_>, at: usize) -> bool {
    page.style == Style::Mixed
        && page.is_capital(at)
        && !page.is(at, class::MONTH | class::WEEKDAY | class::TITLE)
        && !(page.is(at, class::COMMON) && page.begins_sentence(at))
}

fn joins(page: &Page<'_>, at: usize) -> bool {
    let is_short = |place: usize| page.is(place, class::SAINT) && page.length(place) == 2;
    match page.gap(at) {
        Gap::Space | Gap::Hyphen | Gap::Possessive => true,
        Gap::Dot => at > 0 && is_short(at - 1),
        Gap::Break => {
            page.word(at).is_some_and(|word| page.text.get(..word.start).is_some_and(|it| it.ends_with(" & ")))
        }
        _ => false,
    }
}

/// A place of the lists, of one word or several.
fn named(page: &Page<'_>, at: usize) -> Option<(usize, usize)> {
    if !page.is_capital(at) || page.is_eponym(at + 1) || is_in_citation(page, at) {
        return None;
    }
    if page.is(at, class::PLACE_BEGINS)
        && let Some(to) = of_words(page, at)
    {
        return Some((at, to));
    }
    let word = page.word(at)?;
    // `Leopold done`, `in Trendelenburg`: a sign or a position.
    if word.class & class::EPONYM_OF != 0 && !is_before_state(page, at) {
        return None;
    }
    if word.class & class::LANDSCAPE != 0 && page.style == Style::Mixed && is_name(page, at + 1) && joins(page, at + 1)
    {
        let to = if is_name(page, at + 2) && page.gap(at + 2) == Gap::Space { at + 3 } else { at + 2 };
        return Some((at, to));
    }
    if word.class & class::LAND != 0 && word.class & (class::COMMON | class::GIVEN) == 0 {
        let is_shouted =
            word.shape == Shape::Upper && page.style == Style::Mixed && word.end - word.start < 4 && !is_led(page, at);
        let is_shouted = is_shouted && !page.is(at + 1, class::FACILITY);
        return (!is_shouted).then_some((at, at + 1));
    }
    if word.class & (class::TOWN | class::LAND) == 0 {
        return None;
    }
    let is_before_state = is_before_state(page, at);
    if page.is_rare(at, rare::BRAND) && !is_before_state && !is_led(page, at) || is_coloured(page, at + 1) {
        return None;
    }
    // `in the Terrace wing`: a word for a street, and no town.
    let has_article = at.checked_sub(1).is_some_and(|it| page.is(it, class::ARTICLE));
    if has_article && word.class & class::STREET != 0 && word.class & class::WORD != 0 && !is_before_state {
        return None;
    }
    let is_other = word.class & (class::GIVEN | class::SURNAME | class::WORD | class::NO_NAME) != 0
        || page.knows_words && page.is_language(at);
    // `to Anna` leads to a person, `in Anna` to a place.
    let is_given = word.class & class::GIVEN != 0;
    let leads_in = at.checked_sub(1).is_some_and(|it| page.is(it, class::LEADS) && !is_either(page.piece(it)));
    let is_led = is_led(page, at) && (!is_given || leads_in);
    if page.style == Style::Lower {
        let is_word = word.class & (class::COMMON | class::WORD) != 0;
        return (is_before_state || is_led && !is_word).then_some((at, at + 1));
    }
    let is_common = word.class & (class::COMMON | class::MONTH | class::NO_NAME | class::TITLE) != 0;
    let begins = page.begins_sentence(at);
    let is_place = !is_common && (is_before_state || is_led || !is_other && !begins && word.shape != Shape::Upper);
    is_place.then_some((at, at + 1))
}

/// Past a place of the lists of several words.
fn of_words(page: &Page<'_>, at: usize) -> Option<usize> {
    let together = |it: usize| matches!(page.gap(it), Gap::Space | Gap::Hyphen) || joins(page, it);
    let most = (at + 1..at + LONGEST_PLACE).take_while(|it| together(*it)).last().map_or(at + 1, |last| last + 1);
    (at + 2..=most).rev().find(|to| {
        let is_all_capital = page.style == Style::Lower || page.is_capital(to - 1);
        let can_be = page.style != Style::Lower || is_led(page, at) || !page.is(at, class::COMMON);
        if !is_all_capital || !can_be {
            return false;
        }
        let joined = page.joined(at, *to);
        let is_known_land = joined & class::LAND != 0;
        joined & (class::TOWN | class::LAND) != 0 && (is_known_land || !is_person(page, at, *to))
    })
}

/// `Duluth, MN`, `Graz, Austria`.
fn is_before_state(page: &Page<'_>, at: usize) -> bool {
    let is_state = page.is(at + 1, class::STATE_CODE) && page.has_shape(at + 1, Shape::Upper);
    page.gap(at + 1) == Gap::Comma && (page.is(at + 1, class::LAND) || is_state)
}

/// `Empire Red`: a colour behind a word, and both begin high.
fn is_coloured(page: &Page<'_>, colour: usize) -> bool {
    page.is_rare(colour, rare::COLOUR) && page.has_shape(colour, Shape::Capital) && page.gap(colour) == Gap::Space
}

/// A person may follow as well as a place.
fn is_either(piece: &str) -> bool {
    matches!(piece, "at" | "from" | "the" | "via")
}

/// Given name and surname before all: `Jackson Hole` is a place, `Jackson Brown` is not.
fn is_person(page: &Page<'_>, at: usize, to: usize) -> bool {
    page.is(at, class::GIVEN) && to == at + 2 && page.is(to - 1, class::SURNAME) && !is_led(page, at)
}

/// Whether a word before leads to a place: `in`, `from`, `at`.
fn is_led(page: &Page<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    if page.gap(at) != Gap::Space {
        return false;
    }
    let is_between = page.is(before, class::ARTICLE | class::LANDSCAPE | class::COMPASS);
    page.is(before, class::PLACE_CUE) || is_between && before > 0 && page.is(before - 1, class::PLACE_CUE)
}

/// What a preposition leads to: `seen at Johns Hopkins`, `lives in Kistarcsa`.
fn led_to(page: &Page<'_>, at: usize) -> Option<(usize, usize, Kind)> {
    if page.style == Style::Lower {
        return led_low(page, at);
    }
    if page.style != Style::Mixed || !is_led(page, at) || !is_name(page, at) || page.is_eponym(at + 1) {
        return None;
    }
    let mut to = at + 1;
    while to < at + 4 && (joins(page, to) || page.gap(to) == Gap::Space) && is_name(page, to) {
        to += 1;
    }
    let before = at.checked_sub(1)?;
    let is_moved = page.is(before, class::PLACE_CUE) && before > 0 && page.is(before - 1, class::MOTION);
    let is_firm = page.is(to - 1, class::FIRM);
    let is_person =
        page.is(at, class::GIVEN) && (!page.is(at, class::TOWN) || is_either(page.piece(before)) || is_moved);
    let is_short = page.has_shape(at, Shape::Initial);
    let leads_well = page.is(before, class::LEADS) || is_moved;
    let is_known = page.knows_words || to > at + 1;
    let is_word = to == at + 1 && page.is_language(at);
    let is_strict = matches!(page.piece(before), "at" | "from") || is_moved;
    let is_shouted = to == at + 1 && page.has_shape(at, Shape::Upper) && !is_strict && page.length(at) < 5;
    // `in Trendelenburg`, `in Empire Red`
    let is_thing = to == at + 1 && (page.is_rare(at, rare::BRAND | rare::TWO_FACED) || page.is(at, class::EPONYM_OF))
        || is_coloured(page, to)
        || page.is_rare(to - 1, rare::COLOUR);
    if is_thing || is_person || is_short || !leads_well || !is_known || is_word || is_shouted {
        return None;
    }
    Some((at, to, if is_firm { Kind::Org } else { Kind::Location }))
}

/// In a text without capitals: a word that the language does not have.
fn led_low(page: &Page<'_>, at: usize) -> Option<(usize, usize, Kind)> {
    const SHORTEST: usize = 4;
    let before = at.checked_sub(1)?;
    let is_led = page.is(before, class::LEADS) && !page.is(before, class::ARTICLE) && page.gap(at) == Gap::Space;
    let word = page.word(at).filter(|word| word.shape == Shape::Lower && word.end - word.start >= SHORTEST)?;
    let is_strange = page.knows_words && word.class & !(class::TOWN | class::RARE_SURNAME | class::CAPITAL) == 0;
    (is_led && is_strange).then_some((at, at + 1, Kind::Location))
}

fn is_name(page: &Page<'_>, at: usize) -> bool {
    page.is_capital(at) && !page.is(at, NEVER | class::PEOPLE)
}

/// `, MN` and `, Austria` after a town.
fn with_state(page: &Page<'_>, to: usize) -> usize {
    let is_state = page.is(to, class::STATE_CODE) && page.word(to).is_some_and(|word| word.shape == Shape::Upper);
    let is_land = page.is(to, class::LAND) && page.is_capital(to) && page.gap(to) == Gap::Comma;
    let joins = page.gap(to) == Gap::Comma || page.gap(to) == Gap::Space;
    if joins && (is_state || is_land) { to + 1 } else { to }
}
