//! What is known by its form: mail and web addresses, numbers that check, telephone numbers.

use super::Kind;
use super::checks;
use super::known::is_bounded;
use super::resolve::Found;
use super::resolve::rank;
use regex::Regex;
use std::sync::LazyLock;

/// A pattern, what has to hold of a match, and what it is then.
struct Pattern {
    regex: Option<Regex>,
    kind: Kind,
    rank: u8,
    check: fn(&str, &str, usize) -> bool,
}

static WITH_DIGITS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let always = |_: &str, _: &str, _: usize| true;
    vec![
        pattern(r"(?:\d{1,3}\.){3}\d{1,3}", Kind::Ip, rank::CHECKED, |it, text, at| {
            is_ip4(it) && !follows(text, at, &["version", "v"])
        }),
        pattern(r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}", Kind::Mac, rank::CHECKED, always),
        pattern(r"(?:[0-9A-Fa-f]{1,4}:){2,7}:?(?:[0-9A-Fa-f]{1,4}:?){1,7}", Kind::Ip, rank::PATTERN, |it, _, _| {
            is_ip6(it)
        }),
        pattern(r"[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?", Kind::Iban, rank::CHECKED, is_iban),
        pattern(
            r"(?:bc1|[13])[a-km-zA-HJ-NP-Z1-9]{25,42}|0x[0-9a-fA-F]{40}",
            Kind::Crypto,
            rank::PATTERN,
            |it, _, _| is_wallet(it),
        ),
        pattern(r"[A-HJ-NPR-Z0-9]{17}", Kind::Vin, rank::CHECKED, |it, _, _| checks::vin(it) && has_letters(it)),
        pattern(r"[1-9][A-Z][A-Z0-9]\d-?[A-Z][A-Z0-9]\d-?[A-Z]{2}\d\d", Kind::Mbi, rank::CHECKED, |it, _, _| {
            checks::mbi(it)
        }),
        pattern(r"[A-Z][A-Z9]\d{7}", Kind::Dea, rank::CHECKED, |it, _, _| checks::dea(it)),
        pattern(r"\d{3}[- ]\d{2}[- ]\d{4}", Kind::Ssn, rank::PATTERN, |it, _, _| is_evenly_split(it)),
        pattern(r"\d(?:[ -]?\d){11,18}", Kind::CreditCard, rank::CHECKED, is_card),
        pattern(
            r"(?:\+?1[-. ]{0,2})?\(?\d{3}\)?[-. ]{0,2}\d{3}[-. ]\d{4}(?:[ ]?(?:x|ext\.?|#)[ ]?\d{1,6})?",
            Kind::Phone,
            rank::PATTERN,
            always,
        ),
        pattern(
            r"\+\d{1,3}[-. ]?(?:\(0\)[ ]?)?\(?\d{1,5}\)?(?:[-. ]?\d{2,5}){1,5}",
            Kind::Phone,
            rank::PATTERN,
            |it, _, _| (8..=16).contains(&digit_count(it)),
        ),
        pattern(
            r"\(?\d{2,5}\)?(?:[ ]\d{2,5}){1,5}|\d{2,5}(?:-\d{2,5}){1,5}|\d{2,4}(?:\.\d{2,4}){2,5}",
            Kind::Phone,
            rank::WORD,
            is_loose_phone,
        ),
        pattern(r"(?:0|00)\d{2,4}[- ]\d{6,8}|\(\d{2,3}\)[ ]?\d{3,4}[- ]\d{4}", Kind::Phone, rank::PATTERN, always),
    ]
});

static MAIL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+").ok());
static WEB: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)(?:\b(?:https?|ftp)://|\bwww\.)[^\s<>"'\]\)]+"#).ok());

fn pattern(regex: &str, kind: Kind, rank: u8, check: fn(&str, &str, usize) -> bool) -> Pattern {
    Pattern { regex: Regex::new(&format!(r"(?-u:{regex})")).ok(), kind, rank, check }
}

/// Marks what is known by its form.
pub(super) fn find(text: &str, found: &mut Found<'_>) {
    if text.contains('@') {
        whole(&MAIL, text, Kind::Email, found);
    }
    if text.contains("://") || text.contains("www.") || text.contains("WWW.") {
        whole(&WEB, text, Kind::Url, found);
    }
    // No number worth hiding has fewer digits.
    if digit_count(text) < 6 {
        return;
    }
    for pattern in WITH_DIGITS.iter().filter(|pattern| found.wants(pattern.kind)).collect::<Vec<_>>() {
        let Some(regex) = &pattern.regex else { continue };
        for hit in regex.find_iter(text) {
            if is_free(text, hit.start(), hit.end()) && (pattern.check)(hit.as_str(), text, hit.start()) {
                found.add(hit.start(), hit.end(), pattern.kind, pattern.rank);
            }
        }
    }
}

fn whole(regex: &LazyLock<Option<Regex>>, text: &str, kind: Kind, found: &mut Found<'_>) {
    for hit in regex.iter().flat_map(|regex| regex.find_iter(text)) {
        let length = hit.as_str().trim_end_matches(['.', ',', ';', ':', '!', '?', '-', '\'']).len();
        found.add(hit.start(), hit.start() + length, kind, rank::CHECKED + 5);
    }
}

/// Whether a number does not stand inside a longer number, word or amount.
fn is_free(text: &str, start: usize, end: usize) -> bool {
    let mut before = text.get(..start).unwrap_or("").chars().rev();
    let mut after = text.get(end..).unwrap_or("").chars();
    let (last, next) = (before.next(), after.next());
    let is_amount = matches!(last, Some('$' | '£' | '€'))
        || matches!((last, before.next()), (Some('.' | ','), Some(c)) if c.is_ascii_digit());
    let is_longer = matches!((next, after.next()), (Some('.' | '/'), Some(c)) if c.is_ascii_digit())
        || matches!(last, Some('/' | '_'));
    is_bounded(text, start, end) && !is_amount && !is_longer && !matches!(next, Some('%' | '_'))
}

fn digit_count(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

fn has_letters(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_alphabetic()) && digit_count(text) > 3
}

/// Whether one of the words stands before, near enough to speak of the number.
fn follows(text: &str, at: usize, words: &[&str]) -> bool {
    let mut begin = at.saturating_sub(40);
    while !text.is_char_boundary(begin) {
        begin += 1;
    }
    let before = text.get(begin..at).unwrap_or("").to_lowercase();
    words.iter().any(|word| before.split(|c: char| !c.is_alphanumeric()).any(|it| it == *word))
}

fn is_ip4(text: &str) -> bool {
    text.split('.').all(|part| part.parse::<u16>().is_ok_and(|part| part < 256))
}

/// Groups of hexadecimal digits, not a time of day.
fn is_ip6(text: &str) -> bool {
    let groups = text.split(':').count();
    let has_hex = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    groups >= 6 || groups >= 4 && (has_hex || text.contains("::"))
}

fn is_iban(it: &str, text: &str, at: usize) -> bool {
    checks::iban(it) || follows(text, at, &["iban"])
}

fn is_wallet(it: &str) -> bool {
    let has = |test: fn(&u8) -> bool| it.bytes().any(|byte| test(&byte));
    it.starts_with("0x")
        || has(u8::is_ascii_digit)
            && has(u8::is_ascii_lowercase)
            && (it.starts_with("bc1") || has(u8::is_ascii_uppercase))
}

/// One sign between the groups, the same twice.
fn is_evenly_split(it: &str) -> bool {
    it.as_bytes().get(3) == it.as_bytes().get(6)
}

/// Issuer and check digit; or a card is spoken of. An order or tracking number is no card, whatever it adds up to.
fn is_card(it: &str, text: &str, at: usize) -> bool {
    const CARD: &[&str] =
        &["card", "cards", "cc", "visa", "mastercard", "amex", "discover", "credit", "debit", "kreditkarte", "tarjeta"];
    const OTHER: &[&str] =
        &["order", "tracking", "invoice", "shipment", "parcel", "ticket", "case", "iban", "imei", "awb", "po"];
    if follows(text, at, CARD) {
        return true;
    }
    checks::pan(it) && !follows(text, at, OTHER)
}

/// Groups of digits as telephones have them in many countries; neither a date nor a list of amounts.
fn is_loose_phone(it: &str, text: &str, at: usize) -> bool {
    const OTHER: &[&str] =
        &["version", "v", "page", "pages", "years", "from", "between", "icd", "section", "figure", "mg"];
    let groups: Vec<&str> = it.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    let digits = digit_count(it);
    let is_year = |group: &&str| group.len() == 4 && (group.starts_with("19") || group.starts_with("20"));
    let is_date = groups.len() <= 3 && groups.iter().any(is_year);
    let has_length = if groups.len() == 2 { (7..=12).contains(&digits) } else { (8..=13).contains(&digits) };
    has_length && !is_date && !follows(text, at, OTHER)
}
