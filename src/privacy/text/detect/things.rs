//! What looks like a name and is none where it stands: cars, banks, things named after somebody, calls on the air, cases
//! in law reports, short forms of words.

use crate::text::page::Gap;
use crate::text::page::Page;
use crate::text::page::Shape;
use crate::text::page::Style;
use crate::text::words::class;
use crate::text::words::rare;

/// A name of a person, in frequent use or not.
pub(super) const NAMES: u64 = class::GIVEN | class::RARE_GIVEN | class::SURNAME | class::RARE_SURNAME;

/// Whether what may be a name is of a thing where it stands: a car or a bank (`the blue Lincoln`), or a word with an
/// article before it and a thing after it (`the Grant funding`).
pub(super) fn is_thing(page: &Page<'_>, at: usize) -> bool {
    // `Rose Gold`, and a mark that hardly anybody bears.
    let is_mark = is_mark(page, at);
    let is_coloured = page.is_rare(at, rare::BRAND | rare::TWO_FACED)
        && page.is_rare(at + 1, rare::COLOUR)
        && page.gap(at + 1) == Gap::Space;
    if is_whole_name(page, at) {
        return false;
    }
    if is_mark || is_coloured || is_joined_eponym(page, at) || is_symbol(page, at) {
        return true;
    }
    let is_named = is_name_part(page, at + 1) && page.gap(at + 1) == Gap::Space && !page.is_rare(at + 1, rare::BRAND)
        || at.checked_sub(1).is_some_and(|it| {
            page.is(it, class::GIVEN | class::TITLE) && page.is_capital(it) && page.gap(at) == Gap::Space
        });
    if is_named {
        return false;
    }
    let has_article = at.checked_sub(1).is_some_and(|it| page.is(it, class::ARTICLE) && page.gap(at) == Gap::Space);
    let has_noun = page.has_shape(at + 1, Shape::Lower)
        && page.gap(at + 1) == Gap::Space
        && !page.is(at + 1, class::SPEAKS | class::PLACE_CUE | class::LINK | class::ARTICLE)
        && !page.is_rare(at + 1, rare::HOUSEHOLD)
        && !looks_like_person(page, at);
    page.is_rare(at, rare::BRAND) && !looks_like_person(page, at)
        || has_article && has_noun
        || page.is_rare(at + 1, rare::COLOUR) && page.has_shape(at + 1, Shape::Lower) && page.gap(at + 1) == Gap::Space
        || is_call_sign(page, at)
        || is_cited(page, at)
        || is_product(page, at)
        || is_listed_eponym(page, at)
        || is_other_face(page, at, has_article)
}

/// Whether a word is a mark: cars, shops, services.
fn is_mark(page: &Page<'_>, at: usize) -> bool {
    page.is_rare(at, rare::BRAND) && !page.is(at, class::GIVEN | class::SURNAME)
}

/// `Wolff-Parkinson-White`: hyphens join it to somebody after whom a disease is named.
fn is_joined_eponym(page: &Page<'_>, at: usize) -> bool {
    let is_joined = |at: usize| page.gap(at) == Gap::Hyphen;
    is_joined(at + 1) && (page.is(at + 1, class::EPONYM_OF) || is_joined(at + 2) && page.is(at + 2, class::EPONYM_OF))
        || is_joined(at) && at > 0 && page.is(at - 1, class::EPONYM_OF)
}

/// `in Trendelenburg, then Fowler.`: it ends its clause, in a row with somebody after whom a thing is named.
fn is_listed_eponym(page: &Page<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    let is_linked = page.is_rare(before, rare::SERIES) && page.gap(at) == Gap::Space;
    let other = if is_linked { before.checked_sub(1) } else { Some(before).filter(|_| page.gap(at) == Gap::Comma) };
    other.is_some_and(|it| page.is(it, class::EPONYM_OF))
        && !page.is(at, class::GIVEN)
        && !matches!(page.gap(at + 1), Gap::Space | Gap::Possessive)
}

/// `Na 138`, `Ki-67`, `ASA 3`: a sign of two letters, or of capitals, and its number.
fn is_symbol(page: &Page<'_>, at: usize) -> bool {
    const LONGEST: usize = 3;
    let length = page.length(at);
    let is_short = length == 2 || length == LONGEST && page.has_shape(at, Shape::Upper);
    let is_numbered = matches!(page.gap(at + 1), Gap::Space | Gap::Hyphen) && page.has_shape(at + 1, Shape::Digits);
    is_short && is_numbered && !page.is(at, class::GIVEN | class::SURNAME) && !page.is(at + 2, class::YEARS)
}

/// `Karen Miller`, `Hunter Green`: a given name and a surname. Whatever else the first is (a people, a mark, a short form)
/// does not count then; a colour is one only where an article stands before it or a thing behind it.
pub(super) fn is_whole_name(page: &Page<'_>, at: usize) -> bool {
    /// What makes of the second word no surname.
    const OTHER: u64 = class::NO_NAME | class::FACILITY | class::FIRM | class::MONTH | class::WEEKDAY | class::PEOPLE;
    let is_pair = page.style == Style::Mixed
        && page.is(at, class::GIVEN | class::RARE_GIVEN)
        && page.is(at + 1, class::SURNAME)
        && page.has_shape(at, Shape::Capital)
        && page.has_shape(at + 1, Shape::Capital)
        && page.gap(at + 1) == Gap::Space;
    if !is_pair || page.is(at + 1, OTHER) || page.is_rare(at + 1, rare::BRAND) || page.is_eponym(at + 2) {
        return false;
    }
    if !page.is_rare(at + 1, rare::COLOUR) {
        return !page.is(at + 1, class::COMMON | class::PLACE_TAIL | class::STREET);
    }
    let is_led = |it: usize| {
        page.is(it, class::ARTICLE) || page.is_rare(it, rare::GOODS_CUE) && page.is_rare(at, rare::TWO_FACED)
    };
    let has_article = at.checked_sub(1).is_some_and(|it| is_led(it) && page.gap(at) == Gap::Space);
    let has_noun = page.has_shape(at + 2, Shape::Lower)
        && page.gap(at + 2) == Gap::Space
        && !page.is(at + 2, class::SPEAKS)
        && !page.is_rare(at + 2, rare::SMALL)
        && !looks_like_person(page, at + 1);
    !has_article && !has_noun
}

/// `Ikea Billy`: a name behind a mark.
fn is_product(page: &Page<'_>, at: usize) -> bool {
    let is_goods = |it: usize| is_mark(page, it) && page.is_capital(it) && (!page.is(it, NAMES) || has_noun(page, at));
    let is_behind = at.checked_sub(1).is_some_and(is_goods);
    is_behind && page.gap(at) == Gap::Space && !looks_like_person(page, at)
}

/// `ADAM 12`, `2 David 6`: who is on the air, not who it is; an age may follow a name too.
fn is_call_sign(page: &Page<'_>, at: usize) -> bool {
    page.is_rare(at, rare::CALL_SIGN)
        && page.has_shape(at + 1, Shape::Digits)
        && page.length(at + 1) < 4
        && page.gap(at + 1) == Gap::Space
        && !page.is(at + 2, class::YEARS)
}

/// Whether one of the parties of a case stands before: `v. Ohio, 392`.
pub(super) fn is_in_citation(page: &Page<'_>, at: usize) -> bool {
    const NEAR: usize = 4;
    (at.saturating_sub(NEAR)..at).any(|it| is_versus(page, it))
}

fn is_versus(page: &Page<'_>, at: usize) -> bool {
    page.is_rare(at, rare::VERSUS) && page.gap(at + 1) == Gap::Dot
}

/// `Rose water`, `the Hunter fan`, `Hunter Ct`: a name that is a thing as well, and here the thing.
fn is_other_face(page: &Page<'_>, at: usize, has_article: bool) -> bool {
    let is_joined = matches!(page.gap(at + 1), Gap::Space | Gap::Hyphen);
    let has_noun = is_joined && has_noun(page, at) && (!looks_like_person(page, at) || has_article);
    let is_street = is_joined && page.is(at + 1, class::STREET) && page.is_capital(at + 1) && page.length(at + 1) < 5;
    let is_strange = !page.is(at, NAMES)
        && page.knows_words
        && page.gap(at + 1) == Gap::Space
        && !at.checked_sub(1).is_some_and(|it| page.is(it, class::PARTICLE));
    let is_two_faced = page.is_rare(at, rare::TWO_FACED);
    let has_other = is_joined
        && (page.is_rare(at + 1, rare::COLOUR | rare::TWO_FACED) && page.is_capital(at + 1)
            || page.has_shape(at + 1, Shape::Digits));
    is_street
        || is_strange && has_noun && page.has_shape(at, Shape::Capital)
        || is_two_faced
            && (has_noun
                || has_other
                || is_in_row(page, at)
                || has_article && !page.is(at + 1, class::CLINIC) && !page.is_rare(at + 1, rare::HOUSEHOLD))
}

/// Whether a word for a thing stands behind a word.
fn has_noun(page: &Page<'_>, at: usize) -> bool {
    page.has_shape(at + 1, Shape::Lower)
        && !page.is(at + 1, class::SPEAKS | class::CLINIC)
        && !page.is_rare(at + 1, rare::SMALL | rare::HOUSEHOLD | rare::KIN)
}

/// `Basil, Rosemary and Sage jars`: what the last of a row is, all are.
fn is_in_row(page: &Page<'_>, at: usize) -> bool {
    const LONGEST: usize = 4;
    let mut last = at;
    for _ in 0..LONGEST {
        let next = last + 1 + usize::from(page.is_rare(last + 1, rare::SERIES));
        let is_joined = page.gap(last + 1) == Gap::Comma || next > last + 1;
        if !is_joined || !page.is_rare(next, rare::TWO_FACED) || !page.is_capital(next) {
            return false;
        }
        if page.gap(next + 1) == Gap::Space && has_noun(page, next) && !looks_like_person(page, next) {
            return true;
        }
        last = next;
    }
    false
}

/// `Terry v. Ohio, 392 U.S. 1`: a case in a law report.
fn is_cited(page: &Page<'_>, at: usize) -> bool {
    let is_v = |at: usize| is_versus(page, at);
    let ends = |at: usize| page.has_shape(at, Shape::Digits) && page.gap(at) == Gap::Comma;
    let is_masked = page.text.get(page.range(at, at + 2).1..).is_some_and(|rest| rest.starts_with(". ["));
    is_v(at + 1) && (ends(at + 3) || ends(at + 4) || is_masked) || at.checked_sub(1).is_some_and(is_v) && ends(at + 1)
}

/// `Txn`, `BLK`: letters without a vowel that no list has as a name are the short form of a word; `VIN` is a cue.
pub(super) fn is_short_form(page: &Page<'_>, at: usize) -> bool {
    let is_vowel = |byte: u8| matches!(byte.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
    let piece = page.piece(at);
    piece.len() > 1
        && piece.is_ascii()
        && !piece.bytes().any(is_vowel)
        && !page.is(at, class::GIVEN | class::SURNAME | class::RARE_GIVEN)
        || page.has_shape(at, Shape::Upper) && page.is(at, class::CUE) && !page.is(at, class::GIVEN | class::SURNAME)
}

/// `said`, `called`, and the like after it.
pub(super) fn looks_like_person(page: &Page<'_>, at: usize) -> bool {
    let next = page.piece(at + 1);
    let is_deed = next.len() > 4 && next.ends_with("ed") && next.starts_with(char::is_lowercase);
    page.gap(at + 1) == Gap::Space && (page.is(at + 1, class::SPEAKS) || is_deed)
}

/// A word that can go on in a name.
pub(super) fn is_name_part(page: &Page<'_>, at: usize) -> bool {
    let Some(word) = page.word(at) else { return false };
    let is_capital = match page.style {
        Style::Mixed => matches!(word.shape, Shape::Capital | Shape::Upper),
        _ => !matches!(word.shape, Shape::Digits | Shape::Both),
    };
    let is_name = word.class & (class::SURNAME | class::GIVEN) != 0;
    let is_other = word.class
        & (class::FACILITY
            | class::FIRM
            | class::STREET
            | class::NO_NAME
            | class::WEEKDAY
            | class::MONTH
            | class::PEOPLE)
        != 0;
    let is_rare = word.class & (class::RARE_GIVEN | class::RARE_SURNAME) != 0;
    let is_acronym =
        word.shape == Shape::Upper && page.style == Style::Mixed && !is_name && (word.end - word.start < 5 || !is_rare);
    if is_whole_name(page, at) {
        return true;
    }
    is_capital
        && !is_acronym
        && !is_short_form(page, at)
        && !(is_other && !(is_name && word.class & (class::NO_NAME | class::FACILITY | class::FIRM) == 0))
        && (word.class & class::COMMON == 0 || is_name)
        && (is_name || !page.is_language(at))
        && !(page.style == Style::Lower && word.class & class::COMMON != 0)
        && (page.style != Style::Lower || word.class & NAMES != 0 || page.knows_words)
}
