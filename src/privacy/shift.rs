//! Dates that move with their subject: those of fields, and those that stand in a text.

use crate::model::day::Day;
use crate::model::day::Moment;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A day so many days later; `None` if the day tells of an age over 89, or no calendar has the new one.
pub(super) fn day(day: Day, days: i32, on: Day) -> Option<Day> {
    if day.years_to(on)? > 89 {
        return None;
    }
    Day(day.0.checked_add(days)?).to_civil().map(Day::from_civil)
}

/// A date or date-time as a field writes it: the time of day stays.
pub(super) fn field(text: &str, days: i32, on: Day) -> Option<String> {
    let text = text.trim();
    let moment = Moment::parse(text)?;
    let moved = day(moment.day(), days, on)?;
    if Day::parse(text).is_some() {
        return Some(moved.to_string());
    }
    let whole = moment.0.rem_euclid(86_400) + i64::from(moved.0) * 86_400;
    Some(Moment(whole).to_string())
}

/// A date as people write it in a text, written in the same way; `None` for one without day, month and year, which
/// cannot be moved.
pub(super) fn written(text: &str, days: i32, on: Day) -> Option<String> {
    if text.is_empty() || text.len() > 40 {
        return None;
    }
    let moved = |year: i32, month: usize, at: i32| {
        let month = i8::try_from(month).ok()?;
        let date = jiff::civil::Date::new(i16::try_from(year).ok()?, month, i8::try_from(at).ok()?).ok()?;
        day(Day::from_civil(date), days, on)?.to_civil()
    };
    let parts = parts(text);
    let numbers: Vec<(usize, i32)> =
        parts.iter().enumerate().filter_map(|(at, part)| Some((at, part.parse().ok()?))).collect();
    let month = parts.iter().enumerate().find_map(|(at, part)| Some((at, month_of(part)?)));
    let mut out: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
    let mut put = |at: usize, text: String| {
        if let Some(part) = out.get_mut(at) {
            *part = text;
        }
    };
    match (month, numbers.as_slice()) {
        // March 3, 2026 · 3 March 2026
        (Some((at, month)), [(first, day), (last, year)]) if parts.get(*last)?.len() == 4 => {
            let date = moved(*year, month, *day)?;
            let name = MONTHS.get(usize::try_from(date.month()).ok()?.checked_sub(1)?)?;
            put(at, like(parts.get(at)?, name));
            put(*first, date.day().to_string());
            put(*last, date.year().to_string());
        }
        (None, [(one, first), (two, second), (three, third)]) => {
            let widths = [parts.get(*one)?.len(), parts.get(*two)?.len(), parts.get(*three)?.len()];
            let pad = |number: i32, width: usize| format!("{number:0width$}");
            match widths {
                // 2026-03-02
                [4, ..] => {
                    let date = moved(*first, usize::try_from(*second).ok()?, *third)?;
                    put(*one, date.year().to_string());
                    put(*two, pad(i32::from(date.month()), widths[1]));
                    put(*three, pad(i32::from(date.day()), widths[2]));
                }
                // 3/2/2026, month first as the dates of this country are written
                [.., 4] if *first <= 12 => {
                    let date = moved(*third, usize::try_from(*first).ok()?, *second)?;
                    put(*one, pad(i32::from(date.month()), widths[0]));
                    put(*two, pad(i32::from(date.day()), widths[1]));
                    put(*three, date.year().to_string());
                }
                _ => return None,
            }
        }
        _ => return None,
    }
    // An ending such as `rd` belongs to the number that is gone, a weekday to the day.
    let odd = |part: &str| {
        let low = part.to_lowercase();
        matches!(low.as_str(), "st" | "nd" | "rd" | "th")
    };
    let is_word = |part: &&str| part.chars().all(char::is_alphabetic) && month_of(part).is_none() && !odd(part);
    if parts.iter().any(|part| is_word(part) && !part.is_empty()) {
        return None;
    }
    Some(out.iter().zip(&parts).filter(|(_, part)| !odd(part)).map(|(text, _)| text.as_str()).collect())
}

/// Numbers, words, and what stands between them.
fn parts(text: &str) -> Vec<&str> {
    let class = |c: char| if c.is_ascii_digit() { 0 } else { 1 + u8::from(!c.is_alphabetic()) };
    let mut parts = Vec::new();
    let (mut start, mut last) = (0, None);
    for (at, c) in text.char_indices() {
        if last.is_some_and(|last| last != class(c)) {
            parts.extend(text.get(start..at));
            start = at;
        }
        last = Some(class(c));
    }
    parts.extend(text.get(start..));
    parts
}

fn month_of(word: &str) -> Option<usize> {
    let low = word.to_lowercase();
    let is_cut = low.len() == 3 || low == "sept";
    MONTHS.iter().position(|name| *name == low || is_cut && name.starts_with(&low)).map(|place| place + 1)
}

/// The name of a month as another is written: short or long, capital or not.
fn like(written: &str, name: &str) -> String {
    let is_short = written.chars().count() <= 4 && written.to_lowercase() != "may" && name.len() > 3;
    let name = if is_short { name.get(..3).unwrap_or(name) } else { name };
    let mut letters = written.chars();
    let is_upper = |c: Option<char>| c.is_some_and(char::is_uppercase);
    if is_upper(letters.next()) {
        if is_upper(letters.next()) {
            return name.to_uppercase();
        }
        let mut letters = name.chars();
        return letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on() -> Day {
        Day::parse("2026-11-01").unwrap_or(Day(0))
    }

    #[test]
    fn dates_move_as_they_are_written() {
        for (text, moved) in [
            ("2026-03-02", "2026-03-12"),
            ("3/2/2026", "3/12/2026"),
            ("03/25/2026", "04/04/2026"),
            ("March 25, 2026", "April 4, 2026"),
            ("MAR 25 2026", "APR 4 2026"),
            ("25 Dec 2025", "4 Jan 2026"),
            ("March 3rd, 2026", "March 13, 2026"),
        ] {
            assert_eq!(written(text, 10, on()).as_deref(), Some(moved), "{text}");
        }
        for text in ["March 3", "last Tuesday", "2026", "03/2026", "31/12/2026", "Monday, March 3, 2026", "2/30/2026"] {
            assert_eq!(written(text, 10, on()), None, "{text}");
        }
    }

    #[test]
    fn times_stay_and_old_births_go() {
        assert_eq!(field("2026-03-02T21:14:00", -1, on()).as_deref(), Some("2026-03-01T21:14:00"));
        assert_eq!(field("2026-03-02", 363, on()).as_deref(), Some("2027-02-28"));
        assert_eq!(field("1931-03-02", 5, on()), None);
        assert_eq!(field("soon", 5, on()), None);
    }
}
