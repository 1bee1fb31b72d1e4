//! Days and spans of time, small enough to stand in tables and cheap to compare.

use jiff::civil;
use serde::Deserialize;
use serde::Serialize;
use std::fmt;

/// A calendar day, as days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Day(pub i32);

/// A length of time: whole months and seconds beside them, because a month has no fixed length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Span {
    /// Whole months; a year is twelve.
    pub months: i32,
    /// Seconds; a day is 86,400.
    pub seconds: i64,
}

/// Days from one to another, both included; either end may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Days {
    /// First day; since ever if `None`.
    pub from: Option<Day>,
    /// Last day; open if `None`.
    pub to: Option<Day>,
}

const EPOCH: civil::Date = civil::date(1970, 1, 1);
pub(super) const SECONDS_A_DAY: i64 = 86_400;

impl Days {
    /// Whether it is all days there are.
    pub fn is_always(self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    /// Whether a day is one of them.
    pub fn contains(self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// Whether two share a day.
    pub fn overlaps(self, other: Days) -> bool {
        let begins_in_time = |one: Days, two: Days| match (one.from, two.to) {
            (Some(from), Some(to)) => from <= to,
            _ => true,
        };
        begins_in_time(self, other) && begins_in_time(other, self)
    }
}

impl Day {
    /// The day of a civil date.
    pub fn from_civil(date: civil::Date) -> Day {
        Day(date.since(EPOCH).map_or(0, |span| span.get_days()))
    }

    /// Reads a day that is written in a format such as `%m/%d/%Y`; a time behind it is read and left out.
    pub fn parse_as(text: &str, format: &str) -> Option<Day> {
        civil::Date::strptime(format, text).ok().map(Day::from_civil)
    }

    /// The civil date, or `None` outside the years that dates have.
    pub fn to_civil(self) -> Option<civil::Date> {
        EPOCH.checked_add(jiff::Span::new().try_days(self.0).ok()?).ok()
    }

    /// Reads `YYYY-MM-DD` or `YYYYMMDD`; `None` for anything else or a day that no calendar has.
    pub fn parse(text: &str) -> Option<Day> {
        let bytes = text.as_bytes();
        let digits = |from: usize, to: usize| -> Option<i32> {
            bytes
                .get(from..to)?
                .iter()
                .try_fold(0_i32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i32::from(byte - b'0')))
        };
        let (year, month, day) = match bytes {
            [_, _, _, _, b'-', _, _, b'-', _, _] => (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?),
            [_, _, _, _, _, _, _, _] => (digits(0, 4)?, digits(4, 6)?, digits(6, 8)?),
            _ => return None,
        };
        let date = civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        Some(Day::from_civil(date.ok()?))
    }

    /// The day a span later; `None` outside the years that dates have.
    pub fn plus(self, span: Span) -> Option<Day> {
        let date = self.to_civil()?.checked_add(jiff::Span::new().try_months(span.months).ok()?).ok()?;
        let days = i32::try_from(span.seconds.div_euclid(SECONDS_A_DAY)).ok()?;
        Some(Day(Day::from_civil(date).0.checked_add(days)?))
    }

    /// The day a span earlier.
    pub fn minus(self, span: Span) -> Option<Day> {
        self.plus(Span { months: span.months.checked_neg()?, seconds: span.seconds.checked_neg()? })
    }

    /// Whole years from this day to a later one; negative the other way round.
    pub fn years_to(self, later: Day) -> Option<i32> {
        let (from, to) = (self.to_civil()?, later.to_civil()?);
        let passed = (to.month(), to.day()) >= (from.month(), from.day());
        Some(i32::from(to.year()) - i32::from(from.year()) - i32::from(!passed))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_civil() {
            Some(date) => write!(out, "{date}"),
            None => write!(out, "day {}", self.0),
        }
    }
}

impl Span {
    /// A span of whole days.
    pub const fn days(days: i64) -> Span {
        Span { months: 0, seconds: days * SECONDS_A_DAY }
    }

    /// About how many seconds: for ordering two spans, a month counting 30.44 days.
    pub fn about_seconds(self) -> i64 {
        i64::from(self.months) * 2_630_016 + self.seconds
    }

    /// Reads `30 days`, `1 year`, `15 minutes` or an ISO 8601 duration such as `P1Y6M` and `PT15M`.
    pub fn parse(text: &str) -> Option<Span> {
        let text = text.trim();
        if text.starts_with(['P', 'p']) {
            let span: jiff::Span = text.parse().ok()?;
            let days = i64::from(span.get_weeks()) * 7 + i64::from(span.get_days());
            return Some(Span {
                months: i32::from(span.get_years()) * 12 + span.get_months(),
                seconds: days * SECONDS_A_DAY
                    + i64::from(span.get_hours()) * 3600
                    + span.get_minutes() * 60
                    + span.get_seconds(),
            });
        }
        let (count, unit) = text.split_once(' ')?;
        let count: i64 = count.parse().ok()?;
        let months = |each: i64| Some(Span { months: i32::try_from(count.checked_mul(each)?).ok()?, seconds: 0 });
        let seconds = |each: i64| Some(Span { months: 0, seconds: count.checked_mul(each)? });
        match unit.trim().trim_end_matches('s') {
            "year" => months(12),
            "month" => months(1),
            "week" => seconds(7 * SECONDS_A_DAY),
            "day" => seconds(SECONDS_A_DAY),
            "hour" => seconds(3600),
            "minute" => seconds(60),
            "second" => seconds(1),
            _ => None,
        }
    }
}

/// As ISO 8601 has it: `P1Y6M`, `PT15M`.
impl fmt::Display for Span {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Span::default() {
            return out.write_str("PT0S");
        }
        let (days, rest) = (self.seconds / SECONDS_A_DAY, self.seconds % SECONDS_A_DAY);
        out.write_str("P")?;
        for (count, unit) in [(i64::from(self.months / 12), 'Y'), (i64::from(self.months % 12), 'M'), (days, 'D')] {
            if count != 0 {
                write!(out, "{count}{unit}")?;
            }
        }
        if rest != 0 {
            out.write_str("T")?;
        }
        for (count, unit) in [(rest / 3600, 'H'), (rest / 60 % 60, 'M'), (rest % 60, 'S')] {
            if count != 0 {
                write!(out, "{count}{unit}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_and_written() {
        assert_eq!(Day::parse("1970-01-02"), Some(Day(1)));
        assert_eq!(Day::parse("20240229").map(|day| day.to_string()).as_deref(), Some("2024-02-29"));
        assert_eq!(Day::parse("2023-02-29"), None);
        assert_eq!(Day::parse("2023-2-9"), None);
    }

    #[test]
    fn years_turn_on_the_birthday() {
        let born = Day::parse("2000-02-29").unwrap_or(Day(0));
        assert_eq!(born.years_to(Day::parse("2018-02-28").unwrap_or(Day(0))), Some(17));
        assert_eq!(born.years_to(Day::parse("2018-03-01").unwrap_or(Day(0))), Some(18));
    }
}
