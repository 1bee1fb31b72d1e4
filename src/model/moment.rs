//! A day with its time of day: an instant where the offset from UTC is known, else what the clock of the place showed.

use super::day::Day;
use super::day::SECONDS_A_DAY;
use super::day::Span;
use jiff::Timestamp;
use jiff::tz::Offset;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::Serialize;
use std::cmp::Ordering;
use std::fmt;

/// A date-time. Two whose offsets are known compare as instants, others by the clock. It prints as it came.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Moment {
    /// The clock as written, in seconds since 1970-01-01T00:00.
    clock: i64,
    /// The part of a second after it.
    nanos: u32,
    /// Minutes that the clock is ahead of UTC.
    ahead: Option<i16>,
    /// Minutes from the clock as written to that of the zone, in which days and hours are told.
    to_zone: i16,
    form: Form,
}

/// How a moment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Form {
    parts: Parts,
    has_blank: bool,
    /// Digits after the point.
    digits: u8,
    offset: OffsetForm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Parts {
    Day,
    Minutes,
    Seconds,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum OffsetForm {
    None,
    Z,
    /// `+01`
    Hours,
    /// `+0130`
    Joined,
    /// `+01:30`
    Colon,
}

const FULL: Form = Form { parts: Parts::Seconds, has_blank: false, digits: 0, offset: OffsetForm::None };

impl Moment {
    /// What the clock shows so many seconds after 1970-01-01T00:00.
    pub const fn from_clock(clock: i64) -> Moment {
        Moment { clock, nanos: 0, ahead: None, to_zone: 0, form: FULL }
    }

    /// The first moment of a day.
    pub fn midnight(day: Day) -> Moment {
        Moment::from_clock(i64::from(day.0) * SECONDS_A_DAY)
    }

    /// Reads `YYYY-MM-DDThh:mm[:ss[.fff]]` with or without an offset, or a bare date (midnight).
    pub fn parse(text: &str) -> Option<Moment> {
        if let Some(day) = Day::parse(text) {
            let form = Form { parts: Parts::Day, ..FULL };
            return Some(Moment { form, ..Moment::midnight(day) });
        }
        let day = Day::parse(text.get(..10)?)?;
        let has_blank = text.as_bytes().get(10) == Some(&b' ');
        let rest = text.get(10..)?.strip_prefix(['T', 't', ' '])?;
        let end = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
        let (clock, offset) = rest.split_at_checked(end)?;
        let (ahead, offset) = offset_of(offset)?;
        let mut parts = clock.splitn(3, ':');
        let hour = two_digits(parts.next()?)?;
        let minute = two_digits(parts.next()?)?;
        let (second, nanos, digits, shown) = match parts.next() {
            None => (0, 0, 0, Parts::Minutes),
            Some(part) => {
                let (second, fraction) = part.split_once('.').map_or((part, None), |(it, rest)| (it, Some(rest)));
                let (nanos, digits) = fraction.map_or(Some((0, 0)), nanos_of)?;
                (two_digits(second)?, nanos, digits, Parts::Seconds)
            }
        };
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let clock = i64::from(day.0) * SECONDS_A_DAY + hour * 3600 + minute * 60 + second;
        Some(Moment { clock, nanos, ahead, to_zone: 0, form: Form { parts: shown, has_blank, digits, offset } })
    }

    /// The same moment in a zone: without an offset of its own it is what the clocks there showed (the earlier of two such
    /// moments in autumn); with one, its day and hour are told by the clocks there.
    #[must_use]
    pub fn in_zone(self, zone: &TimeZone) -> Moment {
        let minutes = |offset: Offset| i16::try_from(offset.seconds() / 60).unwrap_or(0);
        match self.ahead {
            None => {
                let civil = || {
                    let time = jiff::civil::Time::midnight();
                    let civil = Day(day_of(self.clock)).to_civil()?.to_datetime(time);
                    civil.checked_add(jiff::Span::new().try_seconds(self.clock.rem_euclid(SECONDS_A_DAY)).ok()?).ok()
                };
                let known = civil().and_then(|civil| zone.to_ambiguous_timestamp(civil).compatible().ok());
                Moment { ahead: known.map(|instant| minutes(zone.to_offset(instant))), ..self }
            }
            Some(ahead) => match Timestamp::from_second(self.clock - i64::from(ahead) * 60) {
                Ok(instant) => Moment { to_zone: minutes(zone.to_offset(instant)) - ahead, ..self },
                Err(_) => self,
            },
        }
    }

    /// Seconds from another moment to this one.
    pub fn seconds_since(self, other: Moment) -> Option<i64> {
        match (self.instant(), other.instant()) {
            (Some(one), Some(other)) => one.checked_sub(other),
            _ => self.local().checked_sub(other.local()),
        }
    }

    /// Seconds since 1970-01-01T00:00 UTC; by the clock where no offset is known.
    pub fn unix(self) -> i64 {
        self.instant().unwrap_or(self.clock)
    }

    fn instant(self) -> Option<i64> {
        Some(self.clock - i64::from(self.ahead?) * 60)
    }

    /// The clock of the zone.
    fn local(self) -> i64 {
        self.clock + i64::from(self.to_zone) * 60
    }

    /// The moment a span later: months move the day and leave the clock.
    pub fn plus(self, span: Span) -> Option<Moment> {
        let day = Day(day_of(self.clock)).plus(Span { months: span.months, seconds: 0 })?;
        let clock = i64::from(day.0) * SECONDS_A_DAY + self.clock.rem_euclid(SECONDS_A_DAY);
        let parts = if self.form.parts == Parts::Day { Parts::Seconds } else { self.form.parts };
        let shows_seconds = span.seconds % 60 != 0;
        let parts = if shows_seconds { Parts::Seconds } else { parts };
        Some(Moment { clock: clock.checked_add(span.seconds)?, form: Form { parts, ..self.form }, ..self })
    }

    /// The same time on another day.
    #[must_use]
    pub fn on_day(self, day: Day) -> Moment {
        let moved = i64::from(day.0) - i64::from(self.day().0);
        Moment { clock: self.clock + moved * SECONDS_A_DAY, ..self }
    }

    /// The day it lies on, in its zone.
    pub fn day(self) -> Day {
        Day(day_of(self.local()))
    }

    /// Hour of the day in its zone, 0 to 23.
    pub fn hour(self) -> i64 {
        self.local().rem_euclid(SECONDS_A_DAY) / 3600
    }

    /// A whole number that sorts moments without an offset.
    pub fn by_clock(self) -> i64 {
        self.local()
    }
}

impl PartialEq for Moment {
    fn eq(&self, other: &Moment) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Moment {}

impl PartialOrd for Moment {
    fn partial_cmp(&self, other: &Moment) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Moment {
    fn cmp(&self, other: &Moment) -> Ordering {
        let whole = match (self.instant(), other.instant()) {
            (Some(one), Some(other)) => one.cmp(&other),
            _ => self.local().cmp(&other.local()),
        };
        whole.then(self.nanos.cmp(&other.nanos))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rest = self.clock.rem_euclid(SECONDS_A_DAY);
        write!(out, "{}", Day(day_of(self.clock)))?;
        if self.form.parts == Parts::Day {
            return Ok(());
        }
        let joint = if self.form.has_blank { ' ' } else { 'T' };
        write!(out, "{joint}{:02}:{:02}", rest / 3600, rest / 60 % 60)?;
        if self.form.parts == Parts::Seconds {
            write!(out, ":{:02}", rest % 60)?;
        }
        if self.form.digits > 0 {
            let digits = usize::from(self.form.digits);
            write!(out, ".{:.digits$}", format!("{:09}", self.nanos))?;
        }
        let ahead = self.ahead.unwrap_or(0);
        let (sign, hours, minutes) = (if ahead < 0 { '-' } else { '+' }, ahead.abs() / 60, ahead.abs() % 60);
        match self.form.offset {
            OffsetForm::None => Ok(()),
            OffsetForm::Z => out.write_str("Z"),
            OffsetForm::Hours => write!(out, "{sign}{hours:02}"),
            OffsetForm::Joined => write!(out, "{sign}{hours:02}{minutes:02}"),
            OffsetForm::Colon => write!(out, "{sign}{hours:02}:{minutes:02}"),
        }
    }
}

fn day_of(clock: i64) -> i32 {
    i32::try_from(clock.div_euclid(SECONDS_A_DAY)).unwrap_or(i32::MAX)
}

/// Minutes ahead of UTC, and how they are written; `None` if it is no offset.
fn offset_of(text: &str) -> Option<(Option<i16>, OffsetForm)> {
    let (sign, rest) = match text.as_bytes() {
        [] => return Some((None, OffsetForm::None)),
        [b'Z' | b'z'] => return Some((Some(0), OffsetForm::Z)),
        [b'-', ..] => (-1, text.get(1..)?),
        _ => (1, text.get(1..)?),
    };
    let (hours, minutes, form) = match rest.len() {
        2 => (rest, "00", OffsetForm::Hours),
        4 => (rest.get(..2)?, rest.get(2..)?, OffsetForm::Joined),
        5 => rest.split_once(':').map(|(hours, minutes)| (hours, minutes, OffsetForm::Colon))?,
        _ => return None,
    };
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    Some((Some(sign * i16::try_from(hours * 60 + minutes).ok()?), form))
}

/// A fraction of a second of up to nine digits, and how many there are; more are cut.
fn nanos_of(fraction: &str) -> Option<(u32, u8)> {
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = fraction.get(..fraction.len().min(9))?;
    let nanos = format!("{digits:0<9}").parse().ok()?;
    Some((nanos, u8::try_from(digits.len()).ok()?))
}

fn two_digits(text: &str) -> Option<i64> {
    (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn moment(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    #[test]
    fn moments_print_as_they_came() {
        for text in [
            "2026-03-02",
            "2026-03-02T21:14",
            "2026-03-02 21:14:05",
            "2026-03-02T21:14:00.120",
            "2026-03-02T21:14:00Z",
            "2026-03-02T21:14:00+01:00",
            "2026-03-02T21:14-0530",
            "2026-03-02T21:14:59.123456789+05",
        ] {
            assert_eq!(moment(text).to_string(), text);
        }
        for text in
            ["2026-03-02T21", "2026-03-02T24:00", "2026-03-02T21:14+1", "2026-03-02T21:14:00.", "2026-03-02T21:14 Z"]
        {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    #[test]
    fn moments_with_offsets_compare_as_instants() {
        assert_eq!(moment("2026-03-02T21:14:00+01:00"), moment("2026-03-02T20:14Z"));
        assert!(moment("2026-03-02T21:14:00+01:00") < moment("2026-03-02T20:14:30Z"));
        assert!(moment("2026-03-02T21:14:00.5Z") > moment("2026-03-02T21:14:00.25Z"));
        assert_eq!(moment("2026-03-02T10:00-06:00").seconds_since(moment("2026-03-02T15:00Z")), Some(3600));
        // Of one of them nobody knows the offset: the clocks are compared.
        assert!(moment("2026-03-02T21:14:00+01:00") > moment("2026-03-02T20:14"));
    }

    #[test]
    fn a_zone_gives_offsets_and_tells_the_day() {
        let chicago = crate::model::zones::named("America/Chicago").unwrap();
        let winter = moment("2026-01-10T10:00").in_zone(&chicago);
        assert_eq!(winter, moment("2026-01-10T16:00Z"));
        let summer = moment("2026-07-10T10:00").in_zone(&chicago);
        assert_eq!(summer, moment("2026-07-10T15:00Z"));
        let night = moment("2026-01-10T03:30Z").in_zone(&chicago);
        assert_eq!((night.day().to_string().as_str(), night.hour()), ("2026-01-09", 21));
        assert_eq!(night.to_string(), "2026-01-10T03:30Z");
        // The clock showed 01:30 twice, an hour apart.
        let twice = moment("2026-11-01T01:30").in_zone(&chicago);
        assert_eq!(twice, moment("2026-11-01T06:30Z"));
    }

    #[test]
    fn a_moved_moment_keeps_its_clock() {
        let day = Day::parse("2026-05-09").unwrap();
        assert_eq!(moment("2026-03-02T21:14:00+01:00").on_day(day).to_string(), "2026-05-09T21:14:00+01:00");
        let later = moment("2026-01-31T21:14").plus(Span { months: 1, seconds: 60 });
        assert_eq!(later.unwrap().to_string(), "2026-02-28T21:15");
    }
}
