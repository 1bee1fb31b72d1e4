//! Days, months and spans by arithmetic alone, so that the calendar of the program is not compared with itself.

const SECONDS_A_DAY: i64 = 86_400;

/// A length of time: whole months, and seconds beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) months: i64,
    pub(super) seconds: i64,
}

impl Span {
    /// How long about: a month counts 30.44 days.
    pub(super) fn length(self) -> i64 {
        self.months * 2_630_016 + self.seconds
    }

    pub(super) fn back(self) -> Span {
        Span { months: -self.months, seconds: -self.seconds }
    }
}

/// Days since 1970-01-01.
pub(super) fn day(year: i64, month: i64, of_month: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + of_month - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day.
pub(super) fn date(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day - era * 146_097;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, of_month)
}

fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The day so many months later: the same of its month, or the last one if that month is shorter.
fn months_later(from: i64, months: i64) -> i64 {
    let (year, month, of_month) = date(from);
    let all = year * 12 + month - 1 + months;
    let (year, month) = (all.div_euclid(12), all.rem_euclid(12) + 1);
    day(year, month, of_month.min(days_of_month(year, month)))
}

/// A day a span of months and whole days later.
pub(super) fn later(from: i64, span: Span) -> i64 {
    assert_eq!(span.seconds % SECONDS_A_DAY, 0, "a day is moved by whole days");
    months_later(from, span.months) + span.seconds / SECONDS_A_DAY
}

/// A moment a span later: the clock stays where only months pass.
pub(super) fn moment_later(from: i64, span: Span) -> i64 {
    let day = months_later(day_of(from), span.months);
    day * SECONDS_A_DAY + from.rem_euclid(SECONDS_A_DAY) + span.seconds
}

pub(super) fn day_of(moment: i64) -> i64 {
    moment.div_euclid(SECONDS_A_DAY)
}

/// Birthdays between two days.
pub(super) fn years(from: i64, to: i64) -> i64 {
    let ((from_year, a, b), (year, c, d)) = (date(from), date(to));
    year - from_year - i64::from((c, d) < (a, b))
}

pub(super) fn written(day: i64) -> String {
    let (year, month, of_month) = date(day);
    format!("{year:04}-{month:02}-{of_month:02}")
}

pub(super) fn moment_written(moment: i64) -> String {
    let rest = moment.rem_euclid(SECONDS_A_DAY);
    format!("{}T{:02}:{:02}:{:02}", written(day_of(moment)), rest / 3600, rest / 60 % 60, rest % 60)
}
