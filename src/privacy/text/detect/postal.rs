//! Postal codes without a cue: five digits behind a state or land, and those of Britain.

use super::super::resolve::Found;
use super::super::resolve::rank;
use crate::model::text_kind::Kind;
use crate::text::page::Gap;
use crate::text::page::Page;
use crate::text::page::Shape;
use crate::text::page::Style;
use crate::text::words::class;

/// Marks postal codes that stand without a cue: `MN 55401`, `Spain 63488`, `SW1A 2AA`.
pub(super) fn find(page: &Page<'_>, found: &mut Found<'_>) {
    if !page.has_digits() || !found.wants_any(&[Kind::Address, Kind::Zip]) {
        return;
    }
    for at in 1..page.words.len() {
        if is_british(page, at) {
            let (start, end) = page.range(at - 1, at + 1);
            found.add(start, end, Kind::Zip, rank::PATTERN);
        }
        if !page.has_shape(at, Shape::Digits) || page.length(at) != 5 {
            continue;
        }
        let after_line = page.gap(at + 1) == Gap::Line || page.gap(at + 1) == Gap::Break;
        let is_place = page.is(at - 1, class::LAND | class::PLACE_BEGINS) && !page.is(at - 1, class::ARTICLE);
        if after_line && page.gap(at) == Gap::Space && is_place {
            let (start, end) = page.range(at, at + 1);
            found.add(start, end, Kind::Zip, rank::PATTERN);
        }
        let is_settled = at > 1 && page.is(at - 2, class::TOWN) && !page.is(at - 2, class::COMMON);
        let is_low = page.style == Style::Lower && (is_settled || !page.is(at - 1, class::COMMON | class::WORD));
        let is_state = page.is(at - 1, class::STATE_CODE) && (page.has_shape(at - 1, Shape::Upper) || is_low);
        if is_state && page.gap(at) == Gap::Space {
            let more = usize::from(page.gap(at + 1) == Gap::Hyphen && page.piece(at + 1).len() == 4);
            let (start, end) = page.range(at, at + 1 + more);
            found.add(start, end, Kind::Zip, rank::PATTERN);
        }
    }
}

/// `SW1A 2AA`: the second half of a postal code of Britain, and its first half before it.
fn is_british(page: &Page<'_>, at: usize) -> bool {
    if page.length(at) != 3 || page.gap(at) != Gap::Space || !page.has_shape(at, Shape::Both) {
        return false;
    }
    // The letters that never stand in the second half.
    let is_letter = |byte: &u8| byte.is_ascii_uppercase() && !b"CIKMOV".contains(byte);
    let inward = page.piece(at).as_bytes();
    let is_inward = inward.first().is_some_and(u8::is_ascii_digit) && inward.iter().skip(1).all(is_letter);
    let before = page.piece(at.saturating_sub(1));
    let area = before.bytes().take_while(u8::is_ascii_uppercase).count();
    let district = before.get(area..).unwrap_or("");
    let is_district = matches!(district.as_bytes(), [digit] | [digit, _] if digit.is_ascii_digit())
        && district.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    let is_ordinal = matches!(
        inward,
        [b'1', b'S', b'T'] | [b'2', b'N', b'D'] | [b'3', b'R', b'D'] | [b'0' | b'4'..=b'9', b'T', b'H']
    );
    is_inward && (1..=2).contains(&area) && is_district && !is_ordinal
}
