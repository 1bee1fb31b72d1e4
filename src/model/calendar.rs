//! Calendars: which days an office works, for time limits that are counted in days of business.

use super::day::Day;
use serde::Deserialize;
use serde::Serialize;

/// Most days of business that a limit may count: about forty years.
pub const MOST_DAYS: u32 = 10_000;
/// Days that are looked at for each day of business: so long may all be closed, on average.
const DAYS_FOR_ONE: u32 = 32;

/// The days on which an office works.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Calendar {
    /// Its name.
    pub name: String,
    /// Weekdays on which it is always closed, Monday first.
    pub closed: [bool; 7],
    /// Days on which it is closed beside them, in order.
    pub holidays: Vec<Day>,
}

impl Calendar {
    /// Whether a day is a day of business.
    pub fn is_open(&self, day: Day) -> bool {
        !self.closed.get(weekday(day)).is_some_and(|is_closed| *is_closed) && self.holidays.binary_search(&day).is_err()
    }

    /// The day of business that comes `count` of them after a day, which itself is not counted; the day itself for 0. `None`
    /// for more than [`MOST_DAYS`], and where the calendar is closed nearly always.
    pub fn after(&self, day: Day, count: u32) -> Option<Day> {
        self.walk(day, count, 1)
    }

    /// Like `after`, backwards.
    pub fn before(&self, day: Day, count: u32) -> Option<Day> {
        self.walk(day, count, -1)
    }

    fn walk(&self, mut day: Day, count: u32, step: i32) -> Option<Day> {
        let mut left = Some(count).filter(|count| *count <= MOST_DAYS)?;
        let mut looks = count.saturating_mul(DAYS_FOR_ONE).max(366);
        while left > 0 {
            looks = looks.checked_sub(1)?;
            day = Day(day.0.checked_add(step)?);
            left -= u32::from(self.is_open(day));
        }
        Some(day)
    }
}

/// The weekday, Monday being 0.
fn weekday(day: Day) -> usize {
    // 1970-01-01 was a Thursday.
    usize::try_from((i64::from(day.0) + 3).rem_euclid(7)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const THURSDAY: Day = Day(0);

    /// Closed on Saturday, Sunday and one Thursday, seven days after the first of 1970.
    fn office() -> Calendar {
        let closed = [false, false, false, false, false, true, true];
        Calendar { name: "office".into(), closed, holidays: vec![Day(7)] }
    }

    #[test]
    fn closed_days_are_not_counted() {
        let office = office();
        assert_eq!(office.after(Day(6), 1), Some(Day(8)));
        assert_eq!(office.after(Day(8), 3), Some(Day(13)));
        assert_eq!(office.after(Day(9), 1), Some(Day(11)));
        assert_eq!(office.before(Day(8), 1), Some(Day(6)));
        assert_eq!(office.after(Day(9), 0), Some(Day(9)));
    }

    #[test]
    fn an_office_that_never_opens_has_no_next_day() {
        let shut = Calendar { closed: [true; 7], ..office() };
        assert_eq!(shut.after(THURSDAY, 1), None);
        assert_eq!(office().after(THURSDAY, MOST_DAYS + 1), None);
    }

    #[test]
    fn weekdays_are_those_of_the_calendar() {
        for day in (-40_000..40_000).map(Day) {
            let known = day.to_civil().map(|date| date.weekday().to_monday_zero_offset());
            assert_eq!(known.and_then(|known| usize::try_from(known).ok()), Some(weekday(day)));
        }
    }
}
