//! Coordinates: `44.9778, -93.2650`, `44°58'40"N 93°15'54"W`, `lat 44.98`.

use super::super::resolve::Found;
use super::super::resolve::rank;
use crate::model::text_kind::Kind;
use crate::text::page::Page;
use crate::text::page::Shape;
use crate::text::words::class;
use crate::text::words::rare;

/// Marks coordinates.
pub(super) fn find(page: &Page<'_>, found: &mut Found<'_>) {
    if !page.has_digits() || !found.wants(Kind::Location) {
        return;
    }
    let mut after = 0;
    for (at, word) in page.words.iter().enumerate() {
        if word.start < after || word.class & class::DIGITS == 0 || word.end - word.start > 4 || !may_be(page, at) {
            continue;
        }
        // `N36°09'14"`
        let led = usize::from(word.shape == Shape::Both && page.piece(at).starts_with(['N', 'S', 'E', 'W']));
        if word.shape != Shape::Digits && led == 0 {
            continue;
        }
        let Some(first) = angle(page.text, word.start + led) else { continue };
        let is_cued = is_cued(page, at);
        let second = next(page, first.end).and_then(|start| angle(page.text, start));
        let second = second.or_else(|| {
            let start = page.range(page.word_from(first.end), 0).0;
            let is_led = page.text.get(start..).is_some_and(|rest| rest.starts_with(['N', 'S', 'E', 'W']));
            angle(page.text, start + 1).filter(|_| is_led && led > 0)
        });
        let is_pair = |other: &Angle| {
            let is_fine = |fewest: usize| first.decimals >= fewest && other.decimals >= fewest;
            first.degrees <= 90 && (first.is_marked && other.is_marked || is_fine(4) || is_cued && is_fine(1))
        };
        // `N 46° 12.118' W 123° 49.302'`
        let point = at.checked_sub(1).filter(|it| is_point(page, *it) && page.between(at).trim().is_empty());
        let start = point.map_or(word.start, |it| page.range(it, it).0);
        let end = match second {
            Some(second) if is_pair(&second) => second.end,
            _ if is_cued && first.decimals >= 2 => first.end,
            _ => continue,
        };
        found.add(start, end, Kind::Location, rank::CHECKED);
        after = end;
    }
}

/// Whether a number has decimals or the sign of a degree, without which it is no coordinate.
fn may_be(page: &Page<'_>, at: usize) -> bool {
    let next = page.word(at).and_then(|word| page.text.as_bytes().get(word.end));
    matches!(next, Some(b'.')) && page.is(at + 1, class::DIGITS) || next.is_some_and(|byte| !byte.is_ascii())
}

/// Whether a word before says that a coordinate follows.
fn is_cued(page: &Page<'_>, at: usize) -> bool {
    const NEAR: usize = 4;
    (at.saturating_sub(NEAR)..at).any(|it| page.is_rare(it, rare::COORDINATE))
}

/// A point of the compass in one letter.
fn is_point(page: &Page<'_>, at: usize) -> bool {
    matches!(page.piece(at), "N" | "S" | "E" | "W")
}

/// An angle as it is written.
struct Angle {
    degrees: u16,
    decimals: usize,
    /// Signs say that it is one: a degree with minutes, or a point of the compass.
    is_marked: bool,
    end: usize,
}

fn angle(text: &str, start: usize) -> Option<Angle> {
    let (length, decimals) = number(text, start);
    let degrees: u16 = text.get(start..start + length)?.parse().ok().filter(|degrees| *degrees <= 180)?;
    let mut end = start + length + if decimals > 0 { 1 + decimals } else { 0 };
    let mut is_marked = false;
    let blank = |at: usize| at + usize::from(text.as_bytes().get(at) == Some(&b' '));
    if text.get(end..)?.starts_with('°') {
        end += '°'.len_utf8();
        for sign in ['\'', '"'] {
            let from = blank(end);
            let (length, decimals) = number(text, from);
            let to = from + length + if decimals > 0 { 1 + decimals } else { 0 };
            if length > 0 && text.get(to..)?.starts_with(sign) {
                (end, is_marked) = (to + 1, true);
            }
        }
    }
    let point = blank(end);
    let is_point = matches!(text.as_bytes().get(point), Some(b'N' | b'S' | b'E' | b'W'))
        && !text.as_bytes().get(point + 1).is_some_and(u8::is_ascii_alphanumeric);
    if is_point && (decimals > 0 || end > start + length) {
        (end, is_marked) = (point + 1, true);
    }
    Some(Angle { degrees, decimals, is_marked, end })
}

/// How many digits stand at a byte, and how many after a point.
fn number(text: &str, at: usize) -> (usize, usize) {
    let count = |at: usize| text.bytes().skip(at).take_while(u8::is_ascii_digit).count();
    let length = count(at);
    let decimals = if text.as_bytes().get(at + length) == Some(&b'.') { count(at + length + 1) } else { 0 };
    (length, decimals)
}

/// Where the second of two angles begins: signs and words for coordinates may stand between.
fn next(page: &Page<'_>, end: usize) -> Option<usize> {
    const WIDEST: usize = 16;
    let mut at = page.word_from(end);
    while page.is_rare(at, rare::COORDINATE) || is_point(page, at) {
        at += 1;
    }
    let start = page.word(at).filter(|word| word.shape == Shape::Digits || word.shape == Shape::Both)?.start;
    (start - end <= WIDEST && start > end).then_some(start)
}
