//! Identifiers that a sign tells: `# 0077431`, `@handle`; and letters with so many digits that they count somebody.

use super::super::resolve::Found;
use super::super::resolve::rank;
use crate::model::text_kind::Kind;
use crate::text::page::Page;
use crate::text::page::Shape;
use crate::text::words::class;
use crate::text::words::rare;

/// Marks them.
pub(super) fn find(page: &Page<'_>, found: &mut Found<'_>) {
    if found.wants(Kind::OtherId) && page.has_digits {
        page.text.match_indices('#').for_each(|(at, _)| number(page, at + 1, found));
        (0..page.words.len()).for_each(|at| long(page, at, found));
    }
    if found.wants(Kind::Username) {
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
