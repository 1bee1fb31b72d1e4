//! What is left of one value: each operator from a value's text to the text that is shown, or nothing.

use crate::model::day::Day;
use crate::model::day::Moment;
use crate::model::day::Span;
use crate::model::policy::Treatment;

/// ZIP areas of 20,000 people or fewer, and those that do not exist: their ZIP codes become 000.
///
/// Prefixes come from the list `zip3-restricted` of `domains/shared` (45 CFR 164.514(b)(2)(i)(B)).
#[derive(Default)]
pub(super) struct ZipAreas {
    restricted: Vec<u16>,
}

impl ZipAreas {
    /// Reads the list; without one every ZIP code becomes 000.
    pub fn new(list: Option<&[String]>) -> ZipAreas {
        let all = || (0..1000).collect();
        let mut restricted: Vec<u16> =
            list.map_or_else(all, |words| words.iter().filter_map(|word| word.trim().parse().ok()).collect());
        restricted.sort_unstable();
        ZipAreas { restricted }
    }

    fn shorten(&self, text: &str) -> Option<String> {
        let prefix = text.trim().get(..3)?;
        let area: u16 = prefix.bytes().all(|byte| byte.is_ascii_digit()).then(|| prefix.parse().ok())??;
        Some(if self.restricted.binary_search(&area).is_ok() { "000".to_owned() } else { prefix.to_owned() })
    }
}

/// What is left of a text; `None` withholds it: a text that an operator does not understand is not shown.
pub(super) fn text(treatment: &Treatment, text: &str, zips: &ZipAreas) -> Option<String> {
    match treatment {
        Treatment::Keep => Some(text.to_owned()),
        Treatment::Day | Treatment::Month | Treatment::Year => part_of_date(treatment, text),
        Treatment::Age90 => age(text),
        Treatment::Band(width) => band(text.trim().parse().ok()?, *width),
        Treatment::Block => block(text),
        Treatment::Zip3 => zips.shorten(text),
        Treatment::First(count) => first(text, *count),
        Treatment::Last(count) => last(text, *count),
        Treatment::Group | Treatment::Pseudonym | Treatment::Mask | Treatment::Remove => None,
    }
}

/// A day, a month or a year, of a date that may be cut already.
fn part_of_date(treatment: &Treatment, text: &str) -> Option<String> {
    let text = text.trim();
    let day = Moment::parse(text).map(Moment::day).or_else(|| Day::parse(&format!("{text}-01")));
    let day = day.or_else(|| Day::parse(&format!("{text}-01-01")))?;
    date(treatment, day)
}

/// What is left of a day.
pub(super) fn date(treatment: &Treatment, day: Day) -> Option<String> {
    let whole = day.to_string();
    match treatment {
        Treatment::Keep | Treatment::Day => Some(whole),
        Treatment::Month => whole.get(..7).map(str::to_owned),
        Treatment::Year => whole.get(..4).map(str::to_owned),
        _ => None,
    }
}

/// Ages over 89 are 90 (45 CFR 164.514(b)(2)(i)(C)); a two-letter code for an age (newborn, unknown) stays.
fn age(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Some(text.to_owned());
    }
    let years: u32 = text.trim_end_matches('+').parse().ok()?;
    Some(if years > 89 { "90".to_owned() } else { text.to_owned() })
}

/// The band a number lies in: `40-49`.
pub(super) fn band(number: f64, width: u32) -> Option<String> {
    let width = f64::from(width.max(1));
    let low = (number / width).floor() * width;
    low.is_finite().then(|| format!("{low}-{}", low + width - 1.0))
}

/// The hundred block of an address: `1200 block of MAIN ST`. Corners stay; what is neither is withheld.
fn block(address: &str) -> Option<String> {
    let address = address.split([',', '\n', ';', '#']).next().unwrap_or("").trim();
    let (number, street) = address.split_once(' ')?;
    if let Some(rest) = street.trim().strip_prefix("block of ") {
        let is_block = number == "0-99" || number.ends_with("00") && number.bytes().all(|byte| byte.is_ascii_digit());
        return is_block.then(|| format!("{number} block of {rest}"));
    }
    let Ok(number) = number.parse::<u32>() else {
        let is_corner = ["&", "/", "and", "at"].iter().any(|word| address.split(' ').any(|it| it == *word));
        let has_digits = address.split(' ').any(|it| it.len() > 2 && it.bytes().all(|byte| byte.is_ascii_digit()));
        return (is_corner && !has_digits).then(|| address.to_uppercase());
    };
    let unit = ["apt", "unit", "suite", "ste", "lot", "room", "rm", "floor", "fl"];
    let is_unit = |word: &str| unit.contains(&word.trim_end_matches('.').to_lowercase().as_str());
    let words = street.split_whitespace().take_while(|word| !is_unit(word)).collect::<Vec<_>>().join(" ");
    if words.is_empty() || words.bytes().filter(u8::is_ascii_digit).count() > 3 {
        return None;
    }
    let hundred = if number < 100 { "0-99".to_owned() } else { (number / 100 * 100).to_string() };
    Some(format!("{hundred} block of {}", words.to_uppercase()))
}

/// The first characters, if there are more.
fn first(text: &str, count: u32) -> Option<String> {
    let count = count as usize;
    (text.chars().count() > count).then(|| text.chars().take(count).collect())
}

/// The last letters and digits, if there are at least twice as many.
fn last(text: &str, count: u32) -> Option<String> {
    let count = count as usize;
    let mut end: Vec<char> = text.chars().rev().filter(|c| c.is_alphanumeric()).collect();
    if end.len() < count * 2 {
        return None;
    }
    end.truncate(count);
    Some(format!("…{}", end.into_iter().rev().collect::<String>()))
}

/// A keyed token of 80 bits: the same for the same value, kind and audience, whatever its case and blanks.
pub(super) fn pseudonym(key: &[u8; 32], kind: &str, value: &str) -> String {
    let mut hasher = blake3::Hasher::new_keyed(key);
    hasher.update(kind.as_bytes());
    hasher.update(&[0]);
    for c in value.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase) {
        hasher.update(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
    let mut bits = hasher.finalize().as_bytes().iter().take(10).fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
    let mut token = String::with_capacity(18);
    token.push_str("p-");
    for _ in 0..16 {
        token.push(char::from(*b"abcdefghjkmnpqrstuvwxyz234567890".get((bits & 31) as usize).unwrap_or(&b'0')));
        bits >>= 5;
    }
    token
}

/// A length of time as ISO 8601 has it.
pub(super) fn span(span: Span) -> String {
    let mut text = "P".to_owned();
    let (days, rest) = (span.seconds / 86_400, span.seconds % 86_400);
    for (count, unit) in [(i64::from(span.months / 12), 'Y'), (i64::from(span.months % 12), 'M'), (days, 'D')] {
        if count != 0 {
            text.push_str(&format!("{count}{unit}"));
        }
    }
    if rest != 0 {
        text.push('T');
        for (count, unit) in [(rest / 3600, 'H'), (rest / 60 % 60, 'M'), (rest % 60, 'S')] {
            if count != 0 {
                text.push_str(&format!("{count}{unit}"));
            }
        }
    }
    if text == "P" { "PT0S".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_blocks_once() {
        let zips = ZipAreas::default();
        let shown = |address: &str| text(&Treatment::Block, address, &zips);
        assert_eq!(shown("1234 Main St, Apt 5").as_deref(), Some("1200 block of MAIN ST"));
        assert_eq!(shown("1200 block of MAIN ST").as_deref(), Some("1200 block of MAIN ST"));
        assert_eq!(shown("42 Elm Ave Unit 7").as_deref(), Some("0-99 block of ELM AVE"));
        assert_eq!(shown("Main St & 5th Ave").as_deref(), Some("MAIN ST & 5TH AVE"));
        assert_eq!(shown("Jane Example"), None);
    }

    #[test]
    fn rare_zip_areas_are_hidden() {
        let list = ["036".to_owned()];
        let zips = ZipAreas::new(Some(&list));
        assert_eq!(text(&Treatment::Zip3, "03601", &zips).as_deref(), Some("000"));
        assert_eq!(text(&Treatment::Zip3, "55401-1234", &zips).as_deref(), Some("554"));
        assert_eq!(text(&Treatment::Zip3, "Jane", &zips), None);
        assert_eq!(text(&Treatment::Zip3, "55401", &ZipAreas::new(None)).as_deref(), Some("000"));
    }

    #[test]
    fn dates_lose_their_day() {
        let zips = ZipAreas::default();
        assert_eq!(text(&Treatment::Year, "2026-03-02T21:14", &zips).as_deref(), Some("2026"));
        assert_eq!(text(&Treatment::Year, "2026", &zips).as_deref(), Some("2026"));
        assert_eq!(text(&Treatment::Month, "2026-03", &zips).as_deref(), Some("2026-03"));
        assert_eq!(text(&Treatment::Month, "next spring", &zips), None);
    }

    #[test]
    fn old_ages_are_one_age() {
        let zips = ZipAreas::default();
        assert_eq!(text(&Treatment::Age90, "89", &zips).as_deref(), Some("89"));
        assert_eq!(text(&Treatment::Age90, "103", &zips).as_deref(), Some("90"));
        assert_eq!(text(&Treatment::Age90, "NB", &zips).as_deref(), Some("NB"));
        assert_eq!(text(&Treatment::Age90, "Jane", &zips), None);
    }

    #[test]
    fn pseudonyms_need_the_key() {
        let one = pseudonym(&[1; 32], "person", "Jane Doe");
        assert_eq!(one, pseudonym(&[1; 32], "person", " jane  DOE"));
        assert_ne!(one, pseudonym(&[2; 32], "person", "Jane Doe"));
        assert_eq!(one.len(), 18);
    }
}
