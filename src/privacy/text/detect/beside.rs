//! What stands beside a name and belongs to it, and names in letters: `Hyun-woo`, `pham, quynh`, `R-O-E`, `J.T.`.

use super::super::resolve::Found;
use super::super::resolve::rank;
use super::things::is_short_form;
use crate::model::text_kind::Kind;
use crate::text::page::Gap;
use crate::text::page::Page;
use crate::text::page::Shape;
use crate::text::page::Style;
use crate::text::words::class;
use crate::text::words::rare;

/// Past what a hyphen joins to a name: `Hyun-woo`, `Obi-Thompson`; not `Crohn-like`.
pub(super) fn hyphened(page: &Page<'_>, to: usize) -> usize {
    const LONGEST_LOW: usize = 6;
    let is_part = match page.word(to).map(|word| word.shape) {
        Some(Shape::Lower) => page.length(to) <= LONGEST_LOW && !page.is(to, class::WORD) && !page.is_form_at(to),
        Some(Shape::Capital) => {
            !page.is(to, class::COMMON | class::MONTH | class::FACILITY | class::FIRM | class::EPONYM)
        }
        _ => false,
    };
    if is_part && page.gap(to) == Gap::Hyphen { to + 1 } else { to }
}

/// The first word of a name that a hyphen joins to a capitalised word before it.
pub(super) fn begun(page: &Page<'_>, at: usize) -> usize {
    let is_part = |it: usize| {
        page.has_shape(it, Shape::Capital)
            && !page.is(it, class::COMMON | class::MONTH | class::FACILITY | class::NO_NAME)
    };
    // `Mai Xee Lor`: the first of three that no list has as a word.
    let is_strange = |it: usize| {
        page.gap(at) == Gap::Space
            && is_part(it)
            && page.has_shape(at, Shape::Capital)
            && page.gap(at + 1) == Gap::Space
            && page.has_shape(at + 1, Shape::Capital)
            && !page.begins_sentence(it)
            && !page.is_language(it)
            && !page.is(it, class::ROLE | class::TITLE | class::PEOPLE | class::LAND | class::TOWN | class::FIRM)
            && !page.is_rare(it, rare::BRAND)
    };
    let before = at.checked_sub(1).filter(|it| page.gap(at) == Gap::Hyphen && is_part(*it) || is_strange(*it));
    before.unwrap_or(at)
}

/// `pham, quynh`: what a comma joins to a name in a text without capitals, or in capitals, is one if it is no word.
pub(super) fn reversed(page: &Page<'_>, names: &[(usize, usize)], found: &mut Found<'_>) {
    if page.style == Style::Mixed || !page.knows_words {
        return;
    }
    for (from, to) in names {
        let is_name = |at: usize| {
            page.length(at) > 2
                && matches!(page.word(at).map(|word| word.shape), Some(Shape::Lower | Shape::Upper))
                && !page.is(at, class::COMMON | class::WORD | class::NO_NAME)
                && !page.is_form_at(at)
        };
        if page.gap(*to) == Gap::Comma && to - from < 3 && is_name(*to) {
            let (start, end) = page.range(*to, *to + 1);
            found.add(start, end, Kind::Name, rank::WORD);
        }
    }
}

/// What is no surname, whatever it looks like.
const NO_SURNAME: u64 =
    class::NO_NAME | class::MONTH | class::WEEKDAY | class::ROLE | class::TITLE | class::FACILITY | class::STREET;

/// `ROE, ADA A - WITNESS`: in capitals the surname before the comma, and the initial behind the name.
pub(super) fn surnames(page: &Page<'_>, names: &[(usize, usize)], found: &mut Found<'_>) {
    for (from, to) in names {
        let Some(last) = from.checked_sub(1) else { continue };
        let is_high = page.has_shape(last, Shape::Upper) && page.has_shape(*from, Shape::Upper);
        let begins =
            page.gap(last) != Gap::Space || page.is(last.wrapping_sub(1), class::ROLE | class::CUE | class::SPEAKS);
        let is_surname = page.is(last, class::SURNAME | class::RARE_SURNAME) && (!page.is_language(last) || begins)
            || page.knows_words && !page.is_language(last) && !page.is(last, class::STATE_CODE);
        if !is_high
            || page.gap(*from) != Gap::Comma
            || !is_surname
            || page.is(last, NO_SURNAME)
            || page.length(last) < 2
        {
            continue;
        }
        let has_initial = page.has_shape(*to, Shape::Initial)
            && page.gap(*to) == Gap::Space
            && matches!(page.gap(*to + 1), Gap::Break | Gap::Line | Gap::Comma)
            && page.between(*to + 1) != "/";
        let (start, end) = page.range(last, *to + usize::from(has_initial));
        found.add(start, end, Kind::Name, rank::NAME);
    }
}

/// `RP: ROE, ADA`, `ROE, ADA - WITNESS`: two strange words in capitals, a comma between them, beside what somebody is.
pub(super) fn strangers(page: &Page<'_>, found: &mut Found<'_>) {
    if !page.knows_words || page.classes & class::ROLE == 0 {
        return;
    }
    let is_strange = |at: usize| {
        page.has_shape(at, Shape::Upper)
            && page.length(at) > 2
            && !page.is_language(at)
            && !page.is(at, NO_SURNAME | class::COMMON | class::LAND | class::EPONYM_OF | class::CUE)
            && !is_short_form(page, at)
    };
    for at in 1..page.words.len() {
        if page.gap(at) != Gap::Comma || !is_strange(at) || !is_strange(at - 1) {
            continue;
        }
        let initial = usize::from(page.has_shape(at + 1, Shape::Initial) && page.gap(at + 1) == Gap::Space);
        let is_behind = at > 1 && page.is(at - 2, class::ROLE) && matches!(page.gap(at - 1), Gap::Break | Gap::Space);
        let is_before = page.is(at + 1 + initial, class::ROLE) && page.gap(at + 1 + initial) == Gap::Break;
        if is_behind || is_before {
            let (start, end) = page.range(at - 1, at + 1 + initial);
            found.add(start, end, Kind::Name, rank::NAME);
        }
    }
}

/// `R-O-E`, `D O E`: a name that is spelled letter by letter.
pub(super) fn letters(page: &Page<'_>, found: &mut Found<'_>) {
    const FEWEST: usize = 4;
    let mut from = 0;
    while from < page.words.len() {
        if page.length(from) != 1 || page.gap(from + 1) != Gap::Hyphen {
            from += 1;
            continue;
        }
        let is_letter = |at: usize| page.length(at) == 1 && !page.has_shape(at, Shape::Digits);
        let joins = |at: usize| at == from || page.gap(at) == Gap::Hyphen;
        let to = (from..page.words.len()).find(|at| !is_letter(*at) || !joins(*at)).unwrap_or(page.words.len());
        if to >= from + FEWEST {
            let (start, end) = page.range(from, to);
            found.add(start, end, Kind::Name, rank::NAME);
        }
        from = to.max(from + 1);
    }
}

/// `J.T.`: two letters with dots that are no abbreviation of the lists.
pub(super) fn dotted(page: &Page<'_>, found: &mut Found<'_>) {
    if page.style != Style::Mixed {
        return;
    }
    for (at, _) in page.words.iter().enumerate().filter(|(_, word)| word.shape == Shape::Initial) {
        let is_letter = |at: usize| page.has_shape(at, Shape::Initial);
        let is_pair = is_letter(at)
            && is_letter(at + 1)
            && page.between(at + 1) == "."
            && page.text.get(page.range(at, at + 2).1..).is_some_and(|rest| rest.starts_with('.'));
        let is_longer = page.between(at + 2) == "." || page.gap(at) == Gap::Dot && page.between(at) == ".";
        if is_pair && !is_longer && !page.is_pair(at, rare::DOTTED) && !page.has_shape(at + 2, Shape::Digits) {
            let (start, end) = page.range(at, at + 2);
            found.add(start, end, Kind::Name, rank::WORD);
        }
    }
}

/// `Jane Roe, 96, of Duluth`: an age over 89 behind a name.
pub(super) fn ages(page: &Page<'_>, names: &[(usize, usize)], found: &mut Found<'_>) {
    for (_, to) in names {
        let is_old = page.piece(*to).parse().is_ok_and(|age: u16| (90..=125).contains(&age));
        let next = page.word(*to).and_then(|word| page.text.get(word.end..)).unwrap_or("");
        let ends = next.is_empty() || next.starts_with([',', ';', ')', '\n']) || next.starts_with(". ");
        if is_old && ends && (page.gap(*to) == Gap::Comma || page.between(*to).trim() == "(") {
            let (start, end) = page.range(*to, *to + 1);
            found.add(start, end, Kind::Age, rank::DATE);
        }
    }
}
