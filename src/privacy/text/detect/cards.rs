//! Payment cards and social security numbers in every writing: in groups or not, whatever signs stand between them, and
//! glued to letters. Digits are read byte by byte here, not word by word.

use super::super::checks;
use super::super::resolve::Found;
use super::super::resolve::rank;
use super::tagged::is_of_thing;
use crate::model::text_kind::Kind;
use crate::text::page::Gap;
use crate::text::page::Page;
use crate::text::page::Shape;
use crate::text::page::Word;
use crate::text::words::class;
use crate::text::words::rare;

/// Digits of a card.
const SHORTEST: usize = 12;
const LONGEST: usize = 19;
/// Signs between two groups of digits at most.
const WIDEST: usize = 4;
/// Groups of a row that are looked at together: a digit each.
const MOST_GROUPS: usize = LONGEST;

/// Digits that stand together, and where.
#[derive(Clone, Copy)]
struct Group {
    start: usize,
    end: usize,
}

/// Marks cards and social security numbers.
pub(super) fn find(page: &Page<'_>, found: &mut Found<'_>) {
    if !found.wants(Kind::CreditCard) && !found.wants(Kind::Ssn) {
        return;
    }
    let bytes = page.text.as_bytes();
    let mut row: Vec<Group> = Vec::new();
    for word in page.words.iter().filter(|word| word.class & class::DIGITS != 0) {
        let mut at = word.start;
        let next = |at: usize| bytes.get(at..word.end)?.iter().position(u8::is_ascii_digit).map(|place| at + place);
        while let Some(start) = next(at) {
            let rest = bytes.get(start..word.end).unwrap_or_default();
            at = start + rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let joins = row.last().is_some_and(|last| is_between(bytes.get(last.end..start).unwrap_or_default()));
            if !joins {
                search(page, &row, found);
                row.clear();
            }
            row.push(Group { start, end: at });
        }
    }
    search(page, &row, found);
    if found.wants(Kind::CreditCard) {
        told_apart(page, found);
    }
}

/// Marks a card whose groups are told one after the other: `first 4111 1111, then 1111 and 1111`.
fn told_apart(page: &Page<'_>, found: &mut Found<'_>) {
    /// Digits of the groups of a card.
    const LENGTHS: &[&[usize]] = &[&[4, 4, 4, 4], &[4, 6, 5], &[8, 8]];
    let is_group = |word: &&Word| word.shape == Shape::Digits && matches!(word.end - word.start, 4..=6 | 8);
    let groups: Vec<Group> =
        page.words.iter().filter(is_group).map(|word| Group { start: word.start, end: word.end }).collect();
    for from in 0..groups.len() {
        for lengths in LENGTHS {
            let Some(card) = groups.get(from..from + lengths.len()) else { continue };
            let fits = card.iter().zip(*lengths).all(|(group, length)| group.end - group.start == *length);
            let is_joined = card.iter().zip(card.iter().skip(1)).all(|(one, other)| are_near(page, one, other));
            if fits
                && is_joined
                && is_pan(page, card)
                && !is_order(page, page.word_from(card.first().map_or(0, |group| group.start)))
            {
                card.iter().for_each(|group| found.add(group.start, group.end, Kind::CreditCard, rank::CHECKED));
            }
        }
    }
}

/// Whether at most a few words in frequent use stand between two groups, or tags and nothing else.
fn are_near(page: &Page<'_>, one: &Group, other: &Group) -> bool {
    const MOST_WORDS: usize = 3;
    let (from, to) = (page.word_from(one.end), page.word_from(other.start));
    let is_said = || (from..to).all(|at| page.is(at, class::COMMON) || page.is_rare(at, rare::SERIES));
    to - from <= MOST_WORDS && is_said() || page.text.get(one.end..other.start).is_some_and(is_markup)
}

/// `</b> <b>`: whether nothing but tags, blanks and hyphens stands here.
fn is_markup(between: &str) -> bool {
    const LONGEST: usize = 200;
    let ends_tags = |part: &str| {
        part.rsplit('>').next().is_some_and(|rest| rest.trim_matches([' ', '-', '\n', '\r', '\t']).is_empty())
    };
    let mut parts = between.split('<');
    let begins = parts.next().is_some_and(|first| first.trim_matches([' ', '-', '\n', '\r', '\t']).is_empty());
    between.len() < LONGEST
        && between.contains('<')
        && begins
        && parts.all(|part| part.contains('>') && ends_tags(part))
}

/// Whether signs may stand inside a number: whatever is no letter, as people set groups apart as they like.
fn is_between(signs: &[u8]) -> bool {
    signs.len() <= WIDEST && signs.iter().all(|sign| sign.is_ascii_punctuation() || sign.is_ascii_whitespace())
}

/// Searches a row of groups, and once more without the `20` of a blank that is written as in addresses of the web.
fn search(page: &Page<'_>, row: &[Group], found: &mut Found<'_>) {
    search_once(page, row, found);
    let is_blank = |group: &Group| {
        let text = group.start.checked_sub(1).and_then(|before| page.text.get(before..group.end));
        group.end - group.start > 2 && text.is_some_and(|text| text.starts_with("%20"))
    };
    if row.iter().any(is_blank) {
        let start = |group: &Group| if is_blank(group) { group.start + 2 } else { group.start };
        let row: Vec<Group> = row.iter().map(|group| Group { start: start(group), ..*group }).collect();
        search_once(page, &row, found);
    }
}

fn search_once(page: &Page<'_>, row: &[Group], found: &mut Found<'_>) {
    let mut from = 0;
    while from < row.len() {
        from = card(page, row, from, found).or_else(|| social(page, row, from, found)).unwrap_or(from + 1);
    }
}

/// The longest card that begins with a group; returns the group after it.
fn card(page: &Page<'_>, row: &[Group], from: usize, found: &mut Found<'_>) -> Option<usize> {
    let mut digits = 0;
    let groups = row.get(from..)?.iter().take(MOST_GROUPS);
    let lengths = groups.map(|group| group.end - group.start);
    let ends = lengths.take_while(|length| {
        digits += length;
        digits <= LONGEST
    });
    let most = from + ends.count();
    let to = (from + 1..=most).rev().find(|to| is_card(page, row, from, *to))?;
    let (start, end) = (row.get(from)?.start, row.get(to - 1)?.end);
    found.add(start, track(page.text, end).unwrap_or(end), Kind::CreditCard, rank::CHECKED);
    if let Some((start, end)) = digits_behind(page, end) {
        found.add(start, end, Kind::CreditCard, rank::CHECKED);
    }
    Some(to)
}

fn is_card(page: &Page<'_>, row: &[Group], from: usize, to: usize) -> bool {
    let Some(([first, ..], last)) = row.get(from..to).map(|groups| (groups, groups.last())) else { return false };
    let groups = row.get(from..to).unwrap_or_default();
    let digits: usize = groups.iter().map(|group| group.end - group.start).sum();
    let (start, end) = (first.start, last.map_or(first.end, |last| last.end));
    if digits < SHORTEST || is_amount(page.text, start, end) {
        return false;
    }
    let is_grouped = is_grouped(groups);
    let sign = |from: &Group, to: &Group| page.text.get(from.end..to.start).unwrap_or_default();
    let mut signs = groups.iter().zip(groups.iter().skip(1)).map(|(one, other)| sign(one, other));
    let first_sign = signs.next();
    let is_even = matches!(first_sign, None | Some(" " | "-")) && signs.all(|sign| Some(sign) == first_sign);
    // Digits that a hyphen joins to what stands before are the end of a longer number.
    let is_inner = from.checked_sub(1).and_then(|before| row.get(before)).is_some_and(|it| sign(it, first) == "-");
    if !is_grouped && (!is_even || is_inner && groups.len() > 1) {
        return false;
    }
    let at = page.word_from(start);
    let is_free = !glues(page.text, start, end);
    let is_named = is_even && is_free && !is_inner && near(page, at, class::CARD);
    is_named || is_pan(page, groups) && !is_order(page, at)
}

fn is_pan(page: &Page<'_>, groups: &[Group]) -> bool {
    let digits = groups.iter().filter_map(|group| page.text.get(group.start..group.end));
    checks::pan(&digits.collect::<String>())
}

/// Groups as they are printed on cards: fours, 4-6-5, 4-6-4, halves, pairs, digits.
fn is_grouped(groups: &[Group]) -> bool {
    let length = |group: &Group| group.end - group.start;
    let Some((last, rest)) = groups.split_last().filter(|(_, rest)| !rest.is_empty()) else { return false };
    let all = |size: usize| rest.iter().all(|group| length(group) == size);
    match (rest, length(last)) {
        (rest, 1..=4) if rest.len() >= 3 && all(4) => true,
        ([first, second], 4 | 5) => length(first) == 4 && length(second) == 6,
        (_, 8) => rest.len() == 1 && all(8),
        (_, 1) => all(1),
        (_, 2) => all(2),
        _ => false,
    }
}

/// What stands behind the number on the stripe or chip of a card: `^NAME^2711…?`, `=2711…?`, `D2711…F`.
fn track(text: &str, end: usize) -> Option<usize> {
    const LONGEST_NAME: usize = 30;
    /// Month, year and service code.
    const FEWEST_BEHIND: usize = 7;
    let rest = text.get(end..)?;
    let length = match rest.as_bytes().first()? {
        b'^' => {
            let name = rest.bytes().skip(1).take(LONGEST_NAME).position(|byte| byte == b'^')?;
            name + 2
        }
        b'=' | b'D' | b'd' => 1,
        _ => return None,
    };
    let data = rest.bytes().skip(length).take_while(u8::is_ascii_digit).count();
    let is_chip = rest.starts_with(['D', 'd']);
    let fewest = if is_chip { FEWEST_BEHIND } else { usize::from(length == 1) };
    let padding = usize::from(is_chip && rest.get(length + data..).is_some_and(|it| it.starts_with(['F', 'f'])));
    (data >= fewest).then_some(end + length + data + padding)
}

/// The code of a card right behind its number and its last month: `12/28 604`, `exp 12/28 sec 604`. Where the code begins
/// and ends.
fn digits_behind(page: &Page<'_>, end: usize) -> Option<(usize, usize)> {
    let text = page.text;
    let signs = |c: char| c.is_ascii_whitespace() || matches!(c, ',' | ';' | '|' | '.' | ':' | '-' | '/');
    let behind = |from: usize| text.get(from..).map(|rest| text.len() - rest.trim_start_matches(signs).len());
    let digits = |from: usize| text.get(from..).map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    // Past one word, which may be any before the month.
    let past_word = |from: usize, is_any: bool| {
        let at = page.word_from(from);
        let is_word = page.word(at).is_some_and(|word| word.start == from && word.class & class::DIGITS == 0);
        let is_past = is_word && (is_any || page.is_rare(at, rare::CODE_HEAD));
        if is_past { behind(page.range(at, at + 1).1) } else { Some(from) }
    };
    let month = past_word(behind(end)?, true)?;
    let sign = month + digits(month);
    let is_month = matches!(text.get(month..sign)?.parse(), Ok(1_u8..=12));
    let year = sign + text.get(sign..)?.starts_with(['/', '-']).then_some(1)?;
    if !is_month || !matches!(digits(year), 2 | 4) {
        return None;
    }
    let start = past_word(behind(year + digits(year))?, false)?;
    let length = digits(start);
    let next = text.get(start + length..)?.chars().next();
    let is_code = matches!(length, 3 | 4) && !next.is_some_and(|next| next.is_alphanumeric() || next == '%');
    is_code.then_some((start, start + length))
}

/// Three, two and four digits with the same sign between them, also glued to letters if the number can be one.
fn social(page: &Page<'_>, row: &[Group], from: usize, found: &mut Found<'_>) -> Option<usize> {
    let [one, two, three, rest @ ..] = row.get(from..)? else { return None };
    let lengths = [one, two, three].map(|group| group.end - group.start);
    let sign = page.text.get(one.end..two.start)?;
    let (start, end) = (one.start, three.end);
    let last_sign = page.text.get(two.end..three.start)?;
    // `(529) 14 7731`
    let is_bracketed = sign == ") " && last_sign == " " || sign == ")" || sign == ")-" && last_sign == "-";
    let is_even = last_sign == sign && !sign.contains(['\n', ',', ':', '+']);
    if lengths != [3, 2, 4] || !is_even && !is_bracketed {
        return None;
    }
    let joins =
        |one: &Group, other: &Group| page.text.get(one.end..other.start).is_some_and(|it| it == sign && it != " ");
    let before = from.checked_sub(1).and_then(|before| row.get(before));
    let is_inner =
        before.is_some_and(|before| joins(before, one)) || rest.first().is_some_and(|next| joins(three, next));
    let is_number = checks::ssn(page.text.get(start..end)?);
    // Nine digits that no person can have, behind a word for a thing, are the number of that thing.
    let is_things = || {
        !is_number && !checks::itin(page.text.get(start..end).unwrap_or("")) && is_of_thing(page, page.word_from(start))
    };
    if is_inner || is_things() || is_amount(page.text, start, end) || glues(page.text, start, end) && !is_number {
        return None;
    }
    found.add(start, end, Kind::Ssn, rank::PATTERN);
    Some(from + 3)
}

/// Whether letters touch a number.
fn glues(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).and_then(|before| before.chars().next_back());
    let after = text.get(end..).and_then(|after| after.chars().next());
    before.is_some_and(|c| c.is_alphanumeric() || c == '_') || after.is_some_and(|c| c.is_alphanumeric() || c == '_')
}

/// Whether a number is an amount of money, a share, or part of a number with a point.
fn is_amount(text: &str, start: usize, end: usize) -> bool {
    let mut before = text.get(..start).unwrap_or_default().chars().rev();
    let mut after = text.get(end..).unwrap_or_default().chars();
    let (last, next) = (before.next(), after.next());
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    matches!(last, Some('$' | '£' | '€'))
        || next == Some('%')
        || matches!(last, Some('.' | ',')) && is_digit(before.next())
        || next == Some('.') && is_digit(after.next())
}

/// Whether a word of a class stands before, near enough to speak of the number.
pub(super) fn near(page: &Page<'_>, at: usize, class: u64) -> bool {
    const NEAR: usize = 40;
    let start = page.range(at, at).0;
    let before = page.words.get(..at).unwrap_or_default().iter().rev();
    before.take_while(|word| word.start + NEAR >= start).any(|word| word.class & class != 0)
}

/// Whether the number is called an order, a parcel, a ticket: the word stands before it, and only small words between.
fn is_order(page: &Page<'_>, at: usize) -> bool {
    const FARTHEST: usize = 4;
    for before in (at.saturating_sub(FARTHEST)..at).rev() {
        if page.is(before, class::CARD) || page.gap(before + 1) == Gap::Line {
            return false;
        }
        if page.is(before, class::NO_CARD) {
            return true;
        }
        if !page.is_rare(before, rare::CONNECTOR | rare::COPULA) {
            return false;
        }
    }
    false
}
