//! What is left of one value: each operator from a value's text to the text that is shown, or nothing.

use super::blocks::Streets;
use super::shift;
use super::shift::Months;
use super::text::Known;
use super::text::Persons;
use crate::model::day::Day;
use crate::model::moment::Moment;
use crate::model::policy::Treatment;
use crate::model::program::Shared;

/// ZIP areas of more than 20,000 people: all other ZIP codes become 000, those of no area too.
///
/// The areas come from the newest list `zip3-census-YEAR` of `domains/shared` (45 CFR 164.514(b)(2)(i)(B): "according to the current
/// publicly available data from the Bureau of the Census").
#[derive(Default)]
pub(super) struct ZipAreas {
    large: Vec<u16>,
}

impl ZipAreas {
    /// Reads the newest of the lists; without one every ZIP code becomes 000.
    pub fn new(lists: &[(String, Vec<String>)]) -> ZipAreas {
        let newest = lists.iter().filter(|(name, _)| name.starts_with("zip3-census-")).max_by_key(|(name, _)| name);
        let words = newest.into_iter().flat_map(|(_, words)| words).flat_map(|words| words.split_whitespace());
        let mut large: Vec<u16> = words.filter_map(|word| word.parse::<u16>().ok()).collect();
        large.sort_unstable();
        ZipAreas { large }
    }

    /// Five digits, nine, or three that are left of them; what else begins with a digit is no ZIP code, and 000: one of
    /// four digits has lost its first, so its three would be those of another area.
    fn shorten(&self, text: &str) -> Option<String> {
        let text = text.trim();
        if !text.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let (code, rest) = text.split_once(['-', ' ']).map_or((text, None), |(code, rest)| (code, Some(rest)));
        let is_whole = match rest {
            None => matches!(code.len(), 3 | 5 | 9),
            Some(rest) => code.len() == 5 && rest.len() == 4 && is_number(rest),
        };
        let area = code.get(..3).filter(|_| is_whole && is_number(code)).and_then(|area| area.parse::<u16>().ok());
        let is_large = area.is_some_and(|area| self.large.binary_search(&area).is_ok());
        Some(code.get(..3).filter(|_| is_large).unwrap_or("000").to_owned())
    }
}

/// The lists that operators read.
pub(super) struct Tables {
    pub zips: ZipAreas,
    pub streets: Streets,
    pub months: Months,
}

impl Tables {
    /// Takes the lists of `shared`; `persons` finds people in what is kept of an address.
    pub fn new(shared: &Shared, persons: Option<Persons>) -> Tables {
        let (zips, months) = (ZipAreas::new(&shared.lists), Months::new(&shared.lists));
        Tables { zips, streets: Streets::new(shared, persons), months }
    }
}

/// What operators need to know besides the value.
pub(super) struct Setting<'a> {
    pub tables: &'a Tables,
    /// What the record hides.
    pub known: &'a Known,
    /// The day the encounter is judged for.
    pub on: Day,
    /// By how many days the subject's dates move; `None` if nobody knows whose they are.
    pub days: Option<i32>,
}

/// What is left of a text; `None` withholds it: a text that an operator does not understand is not shown.
pub(super) fn text(treatment: &Treatment, text: &str, setting: &Setting<'_>) -> Option<String> {
    match treatment {
        Treatment::Keep => Some(text.to_owned()),
        Treatment::Hour | Treatment::Day | Treatment::Month | Treatment::Year | Treatment::BirthYear => {
            part_of_date(treatment, text, setting.on)
        }
        Treatment::Shift(_) => shift::field(text, setting.days?, setting.on),
        Treatment::Age90 => age(text),
        Treatment::Band(width) => band_of_text(text, *width),
        Treatment::Grid(width) => grid(text.trim().parse().ok()?, *width).map(|middle| middle.to_string()),
        Treatment::Block => setting.tables.streets.block(text, setting.known),
        Treatment::Zip3 => setting.tables.zips.shorten(text),
        Treatment::First(count) => first(text, *count),
        Treatment::Last(count) => last(text, *count),
        Treatment::Group(_) | Treatment::Token | Treatment::Pseudonym | Treatment::Mask | Treatment::Remove => None,
    }
}

/// A part of a date that may be cut already.
fn part_of_date(treatment: &Treatment, text: &str, on: Day) -> Option<String> {
    let text = text.trim();
    let is_cut = |length: usize| text.len() == length;
    // What is cut shorter already stays: a month has no day to show.
    match treatment {
        Treatment::BirthYear if is_cut(3 + 4) && text.starts_with("<= ") => return Some(text.to_owned()),
        Treatment::Hour | Treatment::Day if is_cut(7) => return part_of_date(&Treatment::Month, text, on),
        Treatment::Hour | Treatment::Day | Treatment::Month if is_cut(4) => {
            return part_of_date(&Treatment::Year, text, on);
        }
        _ => {}
    }
    let day = Moment::parse(text).or_else(|| Moment::parse(&format!("{text}-01")));
    moment(treatment, day.or_else(|| Moment::parse(&format!("{text}-01-01")))?, on)
}

/// What is left of a date and time.
pub(super) fn moment(treatment: &Treatment, moment: Moment, on: Day) -> Option<String> {
    match treatment {
        Treatment::Hour => Some(format!("{}T{:02}:00", moment.day(), moment.hour())),
        _ => date(treatment, moment.day(), on),
    }
}

/// What is left of a day.
pub(super) fn date(treatment: &Treatment, day: Day, on: Day) -> Option<String> {
    let whole = day.to_string();
    match treatment {
        Treatment::Keep | Treatment::Hour | Treatment::Day => Some(whole),
        Treatment::Month => whole.get(..7).map(str::to_owned),
        Treatment::Year => whole.get(..4).map(str::to_owned),
        Treatment::BirthYear => birth_year(day, on),
        _ => None,
    }
}

/// The year of a birth; who is over 89 is born in the last year of those, or before (45 CFR 164.514(b)(2)(i)(C)).
fn birth_year(day: Day, on: Day) -> Option<String> {
    let (born, now) = (day.to_civil()?.year(), on.to_civil()?.year());
    // Whoever was born in the year before this one may be 89 or 90: the year would tell.
    let last = now - 90;
    Some(if born <= last { format!("<= {last}") } else { born.to_string() })
}

/// Ages over 89 are 90+ (45 CFR 164.514(b)(2)(i)(C)); a two-letter code for an age (newborn, unknown) stays.
fn age(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Some(text.to_owned());
    }
    let years: u32 = text.trim_end_matches('+').parse().ok()?;
    Some(if years > 89 { "90+".to_owned() } else { text.to_owned() })
}

/// The band a number lies in: `40-49`.
pub(super) fn band(number: f64, width: u32) -> Option<String> {
    let width = f64::from(width.max(1));
    // Adding zero makes a zero of a negative one.
    let low = (number / width).floor() * width + 0.0;
    low.is_finite().then(|| format!("{low}-{}", low + width - 1.0))
}

/// The band of a number, or of a band that is no wider.
fn band_of_text(text: &str, width: u32) -> Option<String> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return band(number, width);
    }
    let hyphens = text.match_indices('-').map(|(at, _)| at);
    let between =
        hyphens.into_iter().find(|at| text.get(..*at).is_some_and(|it| it.ends_with(|c: char| c.is_ascii_digit())))?;
    let (low, high) = (text.get(..between)?, text.get(between + 1..)?);
    let (low, high): (f64, f64) = (low.parse().ok()?, high.parse().ok()?);
    let shown = band(low, width)?;
    (band(high, width)? == shown).then_some(shown)
}

/// The middle of the cell of a grid that a coordinate lies in; cells are so many thousandths of a degree wide.
pub(super) fn grid(degrees: f64, width: u32) -> Option<f64> {
    let width = f64::from(width.max(1));
    let middle = ((degrees * 1000.0 / width).floor() * width + width / 2.0) / 1000.0;
    middle.is_finite().then_some((middle * 10_000.0).round() / 10_000.0)
}

/// The first characters, if there are more; those of a text that is cut already stay.
fn first(text: &str, count: u32) -> Option<String> {
    let count = count as usize;
    if let Some(kept) = text.strip_suffix('…') {
        return (kept.chars().count() <= count).then(|| text.to_owned());
    }
    (text.chars().count() > count).then(|| text.chars().take(count).chain(['…']).collect())
}

/// The last letters and digits, if there are at least twice as many.
fn last(text: &str, count: u32) -> Option<String> {
    let count = count as usize;
    if let Some(rest) = text.strip_prefix('…') {
        return (rest.chars().count() <= count && rest.chars().all(char::is_alphanumeric)).then(|| text.to_owned());
    }
    let mut end: Vec<char> = text.chars().rev().filter(|c| c.is_alphanumeric()).collect();
    if end.len() < count * 2 {
        return None;
    }
    end.truncate(count);
    Some(format!("…{}", end.into_iter().rev().collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables() -> Tables {
        let zips = [
            ("zip3-census-2010".to_owned(), vec!["036 554".to_owned()]),
            ("zip3-census-2020".to_owned(), vec!["063 554".to_owned(), "010".to_owned()]),
        ];
        Tables::new(&Shared { lists: zips.to_vec(), ..Shared::default() }, None)
    }

    fn shown(treatment: &Treatment, value: &str) -> Option<String> {
        let on = Day::parse("2026-07-01").unwrap_or(Day(0));
        let setting = Setting { tables: &tables(), known: &Known::default(), on, days: Some(10) };
        text(treatment, value, &setting)
    }

    #[test]
    fn only_large_zip_areas_are_shown() {
        for (zip, area) in [
            ("06301", Some("063")),
            ("03601", Some("000")),
            ("55401-1234", Some("554")),
            ("01001", Some("010")),
            ("96201", Some("000")),
            ("000", Some("000")),
            ("063", Some("063")),
            ("063011234", Some("063")),
            ("0630", Some("000")),
            ("5540", Some("000")),
            ("554011", Some("000")),
            ("55401 Jane", Some("000")),
            ("Jane", None),
        ] {
            assert_eq!(shown(&Treatment::Zip3, zip).as_deref(), area, "{zip}");
        }
        assert_eq!(ZipAreas::default().shorten("55401").as_deref(), Some("000"));
    }

    #[test]
    fn dates_lose_their_day() {
        for (treatment, value, left) in [
            (Treatment::Year, "2026-03-02T21:14", Some("2026")),
            (Treatment::Year, "2026", Some("2026")),
            (Treatment::Month, "2026-03", Some("2026-03")),
            (Treatment::Month, "2026", Some("2026")),
            (Treatment::Month, "next spring", None),
            (Treatment::Hour, "2026-03-02T21:14", Some("2026-03-02T21:00")),
            (Treatment::Day, "2026-03-02T21:14", Some("2026-03-02")),
            (Treatment::Shift(1), "2026-03-02", Some("2026-03-12")),
            (Treatment::BirthYear, "1984-05-17", Some("1984")),
            (Treatment::BirthYear, "1931-05-17", Some("<= 1936")),
            (Treatment::BirthYear, "1936-12-31", Some("<= 1936")),
            (Treatment::BirthYear, "<= 1936", Some("<= 1936")),
        ] {
            assert_eq!(shown(&treatment, value).as_deref(), left, "{value}");
        }
    }

    #[test]
    fn old_ages_are_one_age() {
        for (age, left) in
            [("89", Some("89")), ("103", Some("90+")), ("90+", Some("90+")), ("NB", Some("NB")), ("Jane", None)]
        {
            assert_eq!(shown(&Treatment::Age90, age).as_deref(), left);
        }
    }

    #[test]
    fn coordinates_become_cells() {
        assert_eq!(grid(44.977_753, 10), Some(44.975));
        assert_eq!(grid(-93.265_011, 10), Some(-93.265));
        assert_eq!(grid(44.975, 10), Some(44.975));
        assert_eq!(grid(-93.265, 10), Some(-93.265));
        assert_eq!(shown(&Treatment::Grid(10), "44.977753").as_deref(), Some("44.975"));
    }

    #[test]
    fn what_is_cut_stays_cut() {
        for treatment in [Treatment::First(3), Treatment::Last(4), Treatment::Band(5)] {
            for value in ["1234567890", "37", "Jane Example"] {
                let once = shown(&treatment, value);
                assert_eq!(once.as_deref().and_then(|once| shown(&treatment, once)), once, "{value}");
            }
        }
        assert_eq!(shown(&Treatment::Last(4), "…4821").as_deref(), Some("…4821"));
        assert_eq!(shown(&Treatment::Last(4), "…4821 Jane"), None);
    }
}
