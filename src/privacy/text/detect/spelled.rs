//! Numbers in words: digits one by one, counts, ordinals, years. The words are lists of `domains/shared`.

use super::super::resolve::Found;
use super::super::resolve::rank;
use crate::model::text_kind::Kind;
use crate::text::numerals::Numeral;
use crate::text::numerals::NumeralKind;
use crate::text::page::Gap;
use crate::text::page::Page;
use crate::text::page::Shape;
use crate::text::words::class;

/// Marks long numbers that are spelled out without a cue: nobody counts so.
pub(super) fn find(page: &Page<'_>, found: &mut Found<'_>) {
    const FEWEST: usize = 7;
    if page.classes & class::NUMERAL == 0 {
        return;
    }
    let mut at = 0;
    while at < page.words.len() {
        let spelled = page.numeral(at).and_then(|_| digits(page, at)).filter(|(_, digits)| *digits >= FEWEST);
        let Some((to, digits)) = spelled else {
            at += 1;
            continue;
        };
        let kind = match digits {
            9 => Kind::Ssn,
            7 | 10 | 11 => Kind::Phone,
            12..=19 => Kind::CreditCard,
            _ => Kind::OtherId,
        };
        let (start, end) = page.range(at, to);
        found.add(start, end, kind, rank::PATTERN);
        at = to;
    }
}

/// Digits that are said one by one or in pairs, with numbers written as such among them: the word after the last, and
/// how many digits. At least three words are numbers in words.
pub(super) fn digits(page: &Page<'_>, at: usize) -> Option<(usize, usize)> {
    const FEWEST_WORDS: usize = 3;
    let (mut to, mut digits, mut words) = (at, 0, 0);
    loop {
        let is_joined = to == at || matches!(page.gap(to), Gap::Space | Gap::Hyphen | Gap::Comma | Gap::Dot);
        let length = if !is_joined {
            None
        } else if page.has_shape(to, Shape::Digits) && to > at {
            Some(page.length(to))
        } else {
            page.numeral(to).and_then(|numeral| spoken(page, to, numeral))
        };
        let Some(length) = length else { break };
        words += usize::from(!page.has_shape(to, Shape::Digits));
        digits += length;
        to += 1;
    }
    (words >= FEWEST_WORDS).then_some((to, digits))
}

/// How many digits a word stands for among others.
fn spoken(page: &Page<'_>, at: usize, numeral: Numeral) -> Option<usize> {
    let next = page.numeral(at + 1);
    match numeral.kind {
        NumeralKind::Unit | NumeralKind::Zero => Some(1),
        NumeralKind::Teen => Some(2),
        // `fifty-five` are two digits, and so is `fifty` alone.
        NumeralKind::Tens => {
            Some(if next.is_some_and(|next| next.kind == NumeralKind::Unit && next.value > 0) { 1 } else { 2 })
        }
        NumeralKind::Scale if numeral.value == 100 => Some(2),
        NumeralKind::Repeat => {
            next.filter(|next| next.kind == NumeralKind::Unit).map(|_| usize::from(numeral.value) - 1)
        }
        _ => None,
    }
}

/// A count in words: `ninety-seven`, `one hundred and two`; the word after it, and the number.
pub(super) fn count(page: &Page<'_>, at: usize) -> Option<(usize, u16)> {
    let joins = |to: usize| matches!(page.gap(to), Gap::Space | Gap::Hyphen);
    let is = |to: usize, kind: NumeralKind| page.numeral(to).filter(|it| it.kind == kind && joins(to));
    let below_hundred = |at: usize| {
        let first = page.numeral(at)?;
        match first.kind {
            NumeralKind::Unit | NumeralKind::Teen => Some((at + 1, first.value)),
            NumeralKind::Tens => match is(at + 1, NumeralKind::Unit).filter(|unit| unit.value > 0) {
                Some(unit) => Some((at + 2, first.value + unit.value)),
                None => Some((at + 1, first.value)),
            },
            _ => None,
        }
    };
    let (to, number) = match page.numeral(at)?.kind {
        NumeralKind::Scale => (at, 1),
        _ => below_hundred(at)?,
    };
    let Some(scale) = page.numeral(to).filter(|it| it.kind == NumeralKind::Scale && (to == at || joins(to))) else {
        return Some((to, number));
    };
    let number = number.checked_mul(scale.value)?;
    let after = to + 1 + usize::from(is(to + 1, NumeralKind::Link).is_some());
    match below_hundred(after).filter(|_| joins(after)) {
        Some((to, more)) => Some((to, number.checked_add(more)?)),
        None => Some((to + 1, number)),
    }
}

/// An ordinal in words: `third`, `twenty-first`; the word after it, and the number.
pub(super) fn ordinal(page: &Page<'_>, at: usize) -> Option<(usize, u16)> {
    let first = page.numeral(at)?;
    match first.kind {
        NumeralKind::OrdinalUnit | NumeralKind::OrdinalTeen | NumeralKind::OrdinalTens => Some((at + 1, first.value)),
        NumeralKind::Tens => {
            let unit = page.numeral(at + 1).filter(|it| it.kind == NumeralKind::OrdinalUnit)?;
            matches!(page.gap(at + 1), Gap::Space | Gap::Hyphen).then_some((at + 2, first.value + unit.value))
        }
        _ => None,
    }
}

/// A year in words: `nineteen eighty-four`, `two thousand and six`; the word after it.
pub(super) fn year(page: &Page<'_>, at: usize) -> Option<usize> {
    let (to, century) = count(page, at)?;
    if (1800..2100).contains(&century) {
        return Some(to);
    }
    let is_century = matches!(century, 18..=20);
    let is_small = |to: usize| page.numeral(to).is_some_and(|it| it.kind == NumeralKind::Zero);
    let after = to + usize::from(is_small(to));
    let (end, rest) = count(page, after).filter(|_| matches!(page.gap(to), Gap::Space | Gap::Hyphen))?;
    (is_century && rest < 100 && (rest > 9 || after > to)).then_some(end)
}
