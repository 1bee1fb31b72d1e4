//! What stands behind a cue, by what the cue announces: identifiers, codes, passwords, telephone numbers, postal codes.

use super::super::checks;
use super::super::resolve::Found;
use super::super::resolve::rank;
use super::announced::Announced;
use super::announced::Cue;
use super::spelled;
use crate::model::text_kind::Kind;
use crate::text::page::Gap;
use crate::text::page::Page;
use crate::text::page::Shape;
use crate::text::page::Style;
use crate::text::words::class;
use crate::text::words::rare;
use std::ops::RangeInclusive;

/// What may be the value of a cue.
pub(super) struct Value<'v, 't> {
    pub page: &'v Page<'t>,
    /// Where it begins.
    pub from: usize,
    /// The text from there on, as far as a value may reach.
    pub rest: &'t str,
    /// Few digits are enough.
    pub is_short: bool,
}

/// Fewest digits of an identifier whose cue says little, and of one whose cue says that a number follows.
const FEWEST: usize = 5;
const FEWEST_NUMBERED: usize = 3;

impl Value<'_, '_> {
    /// Marks what the cue announces, if it is here; returns the byte after it.
    pub fn mark(&self, announced: Announced, found: &mut Found<'_>) -> Option<usize> {
        let (length, kind) = self.value(announced)?;
        found.add(self.from, self.from + length, kind, rank::CUE);
        Some(self.from + length)
    }

    /// Marks another value in a row, if it is as long as the one before.
    pub fn mark_alike(&self, length: usize, announced: Announced, found: &mut Found<'_>) -> Option<usize> {
        let is_number = matches!(announced, Announced::Number(_) | Announced::Phone | Announced::Zip);
        let (is_long, _) = self.value(announced).filter(|_| is_number && length >= FEWEST)?;
        (is_long == length).then(|| self.mark(announced, found)).flatten()
    }

    /// What the cue announces, as its length and kind; a name or an address is looked for elsewhere.
    fn value(&self, announced: Announced) -> Option<(usize, Kind)> {
        let value = match announced {
            Announced::Number(Kind::Ssn) => self.social().or_else(|| self.number(Kind::Ssn)),
            Announced::Number(kind) => self.number(kind),
            Announced::CardCode => {
                self.security_digits().or_else(|| self.pin_block()).map(|length| (length, Kind::CreditCard))
            }
            Announced::Code => self.entry_digits().map(|length| (length, Kind::Username)),
            Announced::AnyCode => {
                self.single_digits(4..=8).or_else(|| self.entry_length()).map(|length| (length, Kind::Username))
            }
            Announced::ToldCode => self.told_length().map(|length| (length, Kind::Username)),
            Announced::Word | Announced::ToldName | Announced::Nothing => return None,
            Announced::Secret => self.secret().map(|length| {
                // `username is jane@example.org`
                let is_mail = self.rest.get(..length).is_some_and(is_mail);
                (length, if is_mail { Kind::Email } else { Kind::Username })
            }),
            Announced::Phone => self.phone(),
            Announced::Zip => self.zip().map(|length| (length, Kind::Zip)),
            Announced::Last => self.last().map(|length| (length, Kind::Account)),
            Announced::Name | Announced::Address => return Some((0, Kind::Name)),
        };
        value.or_else(|| self.spelled(announced))
    }

    /// The last four digits of a number; no year.
    fn last(&self) -> Option<usize> {
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let is_year = self.rest.starts_with("19") || self.rest.starts_with("20");
        (digits == 4 && !is_year && !self.is_dated(4)).then_some(4)
    }

    /// A number in words: `five two nine, one four, …`.
    fn spelled(&self, announced: Announced) -> Option<(usize, Kind)> {
        let at = self.page.word_from(self.from);
        let (to, digits) = spelled::digits(self.page, at).filter(|_| self.page.range(at, at).0 == self.from)?;
        let (kind, fewest) = match announced {
            Announced::Number(Kind::Ssn) => (Kind::Ssn, 4),
            Announced::Number(kind) => (kind, FEWEST),
            Announced::CardCode => (Kind::CreditCard, 3),
            Announced::Code => (Kind::Username, 3),
            Announced::Phone => (Kind::Phone, 7),
            Announced::Zip => (Kind::Zip, 5),
            Announced::Last => (Kind::Account, 4),
            Announced::AnyCode => (Kind::Username, 4),
            Announced::ToldCode if self.is_told() => (Kind::Username, 4),
            Announced::ToldCode
            | Announced::Secret
            | Announced::Name
            | Announced::ToldName
            | Announced::Address
            | Announced::Word
            | Announced::Nothing => return None,
        };
        (digits >= fewest).then(|| (self.page.range(at, to).1 - self.from, kind))
    }

    /// Nine digits whatever stands between them, or the last four.
    fn social(&self) -> Option<(usize, Kind)> {
        const DIGITS: usize = 9;
        const WIDEST: usize = 3;
        if let Some(length) = self.single_digits(DIGITS..=DIGITS) {
            return Some((length, Kind::Ssn));
        }
        let (mut digits, mut last) = (0, 0);
        for (at, byte) in self.rest.bytes().enumerate() {
            if byte.is_ascii_digit() {
                (digits, last) = (digits + 1, at + 1);
                if digits == DIGITS {
                    break;
                }
            } else if digits == 0 || at - last >= WIDEST || !b" \t\r\n-./_,:".contains(&byte) {
                break;
            }
        }
        let ends = |length: usize| !self.rest.as_bytes().get(length).is_some_and(u8::is_ascii_digit);
        if digits == DIGITS && ends(last) {
            return Some((last, Kind::Ssn));
        }
        let four = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        (four == 4 && !self.is_dated(four)).then_some((four, Kind::Ssn))
    }

    /// Whether four digits are a year: `SSN in 2019-03`.
    fn is_dated(&self, end: usize) -> bool {
        let mut after = self.rest.bytes().skip(end);
        matches!(after.next(), Some(b'-' | b'/' | b'.')) && after.next().is_some_and(|byte| byte.is_ascii_digit())
    }

    /// Letters and digits with signs inside, as identifiers are written; groups of digits may follow after a blank.
    fn number(&self, kind: Kind) -> Option<(usize, Kind)> {
        let rest = self.rest;
        let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '/' | '*');
        let mut length = rest.find(|c: char| !is_inner(c)).unwrap_or(rest.len());
        // `E 2204817`, `CCB 204417`: letters and a number.
        let letters = rest.bytes().take_while(u8::is_ascii_uppercase).count();
        let after = rest.get(length..)?.strip_prefix(' ').map_or(0, digits_at);
        // `TR 61 205 3382`: in groups.
        let more = rest.get(length + 1 + after..).and_then(|more| more.strip_prefix(' ')).map_or(0, digits_at);
        let is_long = after >= 4 || after >= 2 && more >= 3;
        if (1..=5).contains(&letters) && letters == length && is_long {
            length += 1 + after;
        }
        // Digits in groups: `4111 1111 1111 1111`.
        while let Some(next) = rest.get(length..).and_then(|after| after.strip_prefix(' ')) {
            let group = next.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(next.len());
            let is_group = next
                .get(..group)
                .is_some_and(|group| digit_count(group) >= 2 && !group.bytes().any(|byte| byte.is_ascii_lowercase()));
            let begins = rest.get(..length).is_some_and(|so_far| {
                digit_count(so_far) >= 2
                    || digit_count(so_far) == 1 && length == 1 && digit_count(next) >= 6 && group == 3
            });
            if !is_group || !begins || length > 40 {
                break;
            }
            length += 1 + group;
        }
        if kind == Kind::Vehicle {
            length = length.max(plate(rest));
        }
        let value = rest.get(..length)?.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let kind = checked(value).unwrap_or(kind);
        let digits = digit_count(value);
        let is_card = kind == Kind::CreditCard && digits >= 4 && digits + 3 >= value.len() && !value.contains('/');
        let fewest = if self.is_short { FEWEST_NUMBERED } else { FEWEST };
        // `partial plate KLM`
        let is_partial = kind == Kind::Vehicle
            && self.page.style == Style::Mixed
            && (3..=4).contains(&value.len())
            && value.bytes().all(|byte| byte.is_ascii_uppercase());
        // Four digits are the last of a card, which are shown where cards are not (PCI DSS 4.0.1, 3.4.1).
        let kind = if is_card && value.len() == 4 { Kind::Account } else { kind };
        let is_value = is_partial
            || is_identifier(value, fewest)
            || kind == Kind::Vehicle && value.len() == plate(rest)
            || is_card;
        is_value.then_some((value.len(), kind))
    }

    /// Three to six digits: the code of a card, or its secret number.
    fn security_digits(&self) -> Option<usize> {
        if let Some(length) = self.single_digits(3..=4) {
            return Some(length);
        }
        let length = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let next = self.rest.as_bytes().get(length);
        ((3..=6).contains(&length) && !next.is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'%'))
            .then_some(length)
    }

    /// Sixteen or 32 signs of hexadecimal numbers: a secret number as machines send it.
    fn pin_block(&self) -> Option<usize> {
        let length = self.rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let value = self.rest.get(..length)?;
        (matches!(length, 16 | 32) && value.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(length)
    }

    /// Digits that are written one by one, with a blank or a hyphen between all of them: `6 0 4`.
    fn single_digits(&self, counts: RangeInclusive<usize>) -> Option<usize> {
        let bytes = self.rest.as_bytes();
        let sign = bytes.get(1).copied().filter(|sign| matches!(sign, b' ' | b'-' | b'.'))?;
        let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        let more = (1..=*counts.end())
            .take_while(|place| bytes.get(2 * place - 1) == Some(&sign) && is_digit(2 * place))
            .count();
        let length = 2 * more + 1;
        (is_digit(0) && counts.contains(&(more + 1)) && !is_digit(length)).then_some(length)
    }

    /// Digits, or letters and digits, in one group or two: `60417`, `902 144`, `G-48213`.
    fn entry_digits(&self) -> Option<usize> {
        let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '*' | '#');
        let end = |rest: &str| rest.find(|c: char| !is_inner(c)).unwrap_or(rest.len());
        let mut length = end(self.rest);
        while let Some(next) = self.rest.get(length..).and_then(|after| after.strip_prefix(' ')) {
            let group = end(next);
            if !(2..=4).contains(&group) || digit_count(next.get(..group)?) != group {
                break;
            }
            length += 1 + group;
        }
        let value = self.rest.get(..length)?.trim_end_matches('-');
        let digits = digit_count(value);
        let is_word = value.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) && digits < 3;
        ((3..=16).contains(&value.len()) && digits >= 2 && !is_word).then_some(value.len())
    }

    /// A code that is as long as those of doors and telephones are.
    fn entry_length(&self) -> Option<usize> {
        let length = self.entry_digits()?;
        let value = self.rest.get(..length)?;
        let digits = digit_count(value);
        let is_plain = value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'#' | b'*'));
        (is_plain && (digits == 4 && length <= 5 || (6..=8).contains(&digits)) && !self.is_dated(length))
            .then_some(length)
    }

    fn told_length(&self) -> Option<usize> {
        self.entry_length().filter(|_| self.is_told())
    }

    /// Whether a word as `is`, or a colon, stands right before: what follows is the value, whatever it looks like.
    fn is_told(&self) -> bool {
        let before = self.page.text.get(..self.from).unwrap_or("").trim_end_matches([' ', '"', '“', '\'']);
        let word = self.page.word_from(self.from).checked_sub(1);
        before.ends_with([':', '=']) || word.is_some_and(|it| self.page.is_rare(it, rare::COPULA))
    }

    /// Whether a value begins high and another such word follows: somebody's name.
    fn is_name(&self, length: usize) -> bool {
        let next = self.page.word_from(self.from + length);
        let begins_high = self.rest.starts_with(char::is_uppercase);
        begins_high && self.page.gap(next) == Gap::Space && self.page.is_capital(next)
    }

    /// A user name or password: up to a blank, and not a plain word.
    fn secret(&self) -> Option<usize> {
        let rest = self.rest;
        if let Some(length) = self.quoted() {
            return Some(length);
        }
        let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '“' | '”' | ',' | ';' | ')' | '<');
        let length = rest.find(is_end).unwrap_or(rest.len());
        let value = rest.get(..length)?.trim_end_matches(['.', '\'', '’', '?', ':']);
        let is_plain = value.chars().skip(1).all(|c| c.is_lowercase() || c == '-' || c == '\'' || c == '’');
        let is_word = is_plain
            && self.is_told()
            && self.page.class_of(value) & class::COMMON == 0
            && !self.page.lists().has_deed_ending(value)
            && !self.is_name(length);
        // `user@example.com` is a mail address, `@user` found by its sign.
        (value.len() >= 4 && (!is_plain || is_word) && !value.contains('[') && !value.starts_with('@'))
            .then_some(value.len())
    }

    /// Several words in quotes, with a digit among them: `"Tulip 77"`.
    fn quoted(&self) -> Option<usize> {
        const LONGEST: usize = 40;
        let is_quote = |c: char| matches!(c, '"' | '“' | '”');
        let length = self.rest.find(is_quote).filter(|length| *length <= LONGEST)?;
        let value = self.rest.get(..length)?;
        let is_begun = self.page.text.get(..self.from).is_some_and(|before| before.ends_with(is_quote));
        (is_begun && digit_count(value) > 0 && value.contains(' ')).then_some(length)
    }

    /// Six digits or more in groups.
    fn phone(&self) -> Option<(usize, Kind)> {
        let rest = self.rest;
        let is_inner =
            |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '(' | ')' | '+' | '/' | '_' | '\t');
        let start = usize::from(rest.starts_with('+'));
        let length = rest.get(start..)?.find(|c: char| !is_inner(c)).map_or(rest.len(), |it| it + start);
        let value = rest.get(..length)?.trim_end_matches(|c: char| !c.is_ascii_digit());
        // `the stolen phone (356938035643809)`
        let kind = if value.len() == 15 && checks::imei(value) { Kind::DeviceId } else { Kind::Phone };
        let is_even = !value.contains("  ") || checks::nanp(value);
        ((6..=16).contains(&digit_count(value)) && is_even).then_some((value.len(), kind))
    }

    /// Digits, or letters and digits, as postal codes are written.
    fn zip(&self) -> Option<usize> {
        let is_inner = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase() || c == '-';
        let mut length = self.rest.find(|c: char| !is_inner(c)).unwrap_or(self.rest.len());
        if let Some(next) = self.rest.get(length..).and_then(|after| after.strip_prefix(' ')) {
            let group = next.find(|c: char| !is_inner(c)).unwrap_or(next.len());
            if group <= 4 && next.get(..group).is_some_and(|group| digit_count(group) > 0) {
                length += 1 + group;
            }
        }
        let value = self.rest.get(..length)?.trim_end_matches('-');
        ((3..=10).contains(&value.len()) && digit_count(value) > 1).then_some(value.len())
    }
}

/// Marks the number that stands before its cue: `529147731 is my SSN`, `604 cvv`.
pub(super) fn before(page: &Page<'_>, cue: &Cue, found: &mut Found<'_>) {
    const FARTHEST: usize = 4;
    let (kind, lengths) = match cue.announced {
        Announced::Number(Kind::Ssn) => (Kind::Ssn, 9..=9),
        Announced::CardCode => (Kind::CreditCard, 3..=4),
        Announced::Code => (Kind::Username, 4..=8),
        _ => return,
    };
    for at in (cue.at.saturating_sub(FARTHEST)..cue.at).rev() {
        if matches!(page.gap(at + 1), Gap::Dot | Gap::Line) {
            return;
        }
        if page.has_shape(at, Shape::Digits) && lengths.contains(&page.length(at)) && is_alone(page, at) {
            let (start, end) = page.range(at, at + 1);
            found.add(start, end, kind, rank::CUE);
            return;
        }
        if !page.is_rare(at, rare::CONNECTOR | rare::COPULA) {
            return;
        }
    }
}

/// Marks the code on the back of a card where nothing but its seat is spoken of: `the three digits on the back are 604`.
pub(super) fn card_codes(page: &Page<'_>, found: &mut Found<'_>) {
    /// Words between the words that speak of the code, and from them to the code.
    const NEAR: usize = 5;
    const FARTHEST: usize = 7;
    let speaks_of_code = page.rares & rare::CODE_SEAT != 0 && page.rares & rare::CODE_HEAD != 0;
    if !page.has_digits() && page.classes & class::NUMERAL == 0 || !speaks_of_code || !found.wants(Kind::CreditCard) {
        return;
    }
    for seat in 1..page.words.len() {
        // `on the strip`, `on the signature strip`
        let is_led = |at: usize| page.is(at, class::LEADS | class::ARTICLE | class::PLACE_CUE | class::DAY_CUE);
        let is_seat = page.is_rare(seat, rare::CODE_SEAT) && (is_led(seat - 1) || seat > 1 && is_led(seat - 2));
        let is_head = |at: &usize| page.is_rare(*at, rare::CODE_HEAD);
        let Some(head) = (seat.saturating_sub(NEAR)..seat + NEAR).find(|at| is_seat && is_head(at)) else { continue };
        let (first, last) = (head.min(seat), head.max(seat));
        let is_code = |at: &usize| {
            page.has_shape(*at, Shape::Digits) && (3..=4).contains(&page.length(*at)) && is_alone(page, *at)
        };
        let after = (last + 1..last + FARTHEST).find(is_code);
        let code = after.or_else(|| (first.saturating_sub(NEAR)..first).rev().find(is_code));
        if let Some(at) = code {
            let (start, end) = page.range(at, at + 1);
            found.add(start, end, Kind::CreditCard, rank::CUE);
        } else if let Some((from, to)) = (last + 1..last + FARTHEST).find_map(|at| {
            spelled::digits(page, at).filter(|(_, digits)| (3..=4).contains(digits)).map(|(to, _)| (at, to))
        }) {
            let (start, end) = page.range(from, to);
            found.add(start, end, Kind::CreditCard, rank::CUE);
        }
    }
}

/// Whether digits are no part of a date, an amount or a longer number.
fn is_alone(page: &Page<'_>, at: usize) -> bool {
    let (start, end) = page.range(at, at + 1);
    let before = page.text.get(..start).unwrap_or("").chars().next_back();
    let mut after = page.text.get(end..).unwrap_or("").chars();
    let is_joined = |c: Option<char>| matches!(c, Some('/' | '-' | '$' | '£' | '€' | '%' | ':'));
    let next = after.next();
    let goes_on = after.next().is_some_and(|c| c.is_ascii_digit());
    let is_part = (is_joined(next) || matches!(next, Some('.' | ','))) && goes_on;
    !is_joined(before) && !is_part && next != Some('%')
}

/// What a number proves to be, whatever the cue called it.
fn checked(value: &str) -> Option<Kind> {
    let has_letters = value.bytes().any(|byte| byte.is_ascii_uppercase());
    match value.len() {
        11 | 13 if has_letters && checks::mbi(value) => Some(Kind::Mbi),
        17 if has_letters && digit_count(value) > 3 && checks::vin(value) => Some(Kind::Vin),
        15.. if has_letters && checks::iban(value) => Some(Kind::Iban),
        _ => None,
    }
}

/// How long a plate of two groups is: `ABC 1234`, `123 ABC`; 0 if there is none.
fn plate(rest: &str) -> usize {
    // `cmr 4471`: in a text without capitals plates have none.
    let is_low = rest.bytes().take(3).all(|byte| !byte.is_ascii_uppercase());
    let is_part = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || is_low && byte.is_ascii_lowercase();
    let first = rest.bytes().take_while(is_part).count();
    let second = rest.bytes().skip(first + 1).take_while(is_part).count();
    let length = first + 1 + second;
    let is_split = matches!(rest.as_bytes().get(first), Some(b' ' | b'-'));
    let ends = !rest.as_bytes().get(length).is_some_and(u8::is_ascii_alphanumeric);
    let group = |from: usize, to: usize| rest.get(from..to).map_or(0, digit_count);
    let is_low_word = is_low && group(0, first) == 0 && group(first + 1, length) < second;
    let has_digits = group(0, length) >= 2 && !is_low_word;
    if (1..=4).contains(&first) && (2..=5).contains(&second) && is_split && ends && has_digits { length } else { 0 }
}

/// So many digits or more, or letters and digits together; not a date, not an amount, not a word.
fn is_identifier(value: &str, fewest: usize) -> bool {
    let digits = digit_count(value);
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let is_date = value.contains('/') && (letters == 0 || value.contains("XX"));
    let is_written_low = value.bytes().any(|byte| byte.is_ascii_lowercase()) && digits < 3;
    let is_age = letters > 0 && digits < 3 && value.starts_with(|c: char| c.is_ascii_digit());
    let is_amount =
        letters == 0 && value.rsplit_once('.').is_some_and(|(whole, part)| part.len() < 3 && !whole.contains('.'));
    !is_date
        && !is_written_low
        && !is_age
        && !is_amount
        && (digits >= fewest || digits >= 2 && (letters > 0 || value.contains('-')) && value.len() >= 5)
}

/// A name, the sign, and a host that ends with letters.
fn is_mail(value: &str) -> bool {
    let host = value.trim_end_matches('\'').split_once('@').filter(|(name, _)| !name.is_empty()).map(|(_, host)| host);
    let last = host.and_then(|host| host.rsplit_once('.')).map(|(_, last)| last);
    last.is_some_and(|last| last.len() > 1 && last.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// How many digits a text begins with.
fn digits_at(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn digit_count(value: &str) -> usize {
    value.bytes().filter(u8::is_ascii_digit).count()
}
