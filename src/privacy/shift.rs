//! Dates that move with their subject: those of fields, and those that stand in a text.

use crate::model::day::Day;
use crate::model::moment::Moment;

/// Names of the months and endings of ordinal numbers, as dates in texts are written with them.
#[derive(Default)]
pub(super) struct Months {
    /// January first, in small letters; the first three letters stand for the whole, and whatever more of it.
    names: Vec<String>,
    ordinals: Vec<String>,
}

impl Months {
    /// Takes `month-names` and `ordinal-endings`; without them only dates in digits move.
    pub fn new(lists: &[(String, Vec<String>)]) -> Months {
        let list = |name: &str| -> Vec<String> {
            let words = lists.iter().filter(|(list, _)| list == name).flat_map(|(_, words)| words);
            words.map(|word| word.to_lowercase()).collect()
        };
        Months { names: list("month-names"), ordinals: list("ordinal-endings") }
    }

    /// The number of the month that a word or the beginning of one names.
    fn number(&self, word: &str) -> Option<usize> {
        let low = word.to_lowercase();
        let is_cut = (3..=4).contains(&low.chars().count());
        let is_name = |name: &String| *name == low || is_cut && name.starts_with(&low);
        self.names.iter().position(is_name).map(|index| index + 1)
    }

    /// An ending such as `rd` belongs to the number that is gone.
    fn is_ordinal(&self, part: &str) -> bool {
        self.ordinals.contains(&part.to_lowercase())
    }

    /// The name of a month as another is written: short or long, capital or not.
    fn like(&self, written: &str, month: usize) -> Option<String> {
        let name = self.names.get(month.checked_sub(1)?)?;
        let low = written.to_lowercase();
        let is_short = !self.names.contains(&low);
        let short = name.char_indices().nth(3).and_then(|(end, _)| name.get(..end)).filter(|_| is_short);
        Some(cased(written, short.unwrap_or(name)))
    }
}

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
    Some(moment.on_day(moved).to_string())
}

/// A date as people write it in a text, written in the same way; `None` for one without day, month and year, which
/// cannot be moved.
pub(super) fn written(months: &Months, text: &str, days: i32, on: Day) -> Option<String> {
    if text.is_empty() || text.len() > 40 {
        return None;
    }
    if text.len() == 8
        && let Some(date) = Day::parse(text)
    {
        return Some(day(date, days, on)?.to_string().replace('-', ""));
    }
    let parts = parts(text);
    let is_word = |part: &&str| {
        part.chars().all(char::is_alphabetic) && months.number(part).is_none() && !months.is_ordinal(part)
    };
    // A weekday belongs to the day that is gone, and so does every other word: better no date than half a date.
    if parts.iter().any(|part| is_word(part) && !part.is_empty()) {
        return None;
    }
    let date = date_of(months, &parts)?;
    let moved = day(date.day()?, days, on)?.to_civil()?;
    let out = parts.iter().enumerate().filter(|(_, part)| !months.is_ordinal(part)).map(|(at, part)| {
        let number = |number: i32| {
            if date.is_padded { format!("{number:0width$}", width = part.len()) } else { number.to_string() }
        };
        Some(match at {
            _ if at == date.year.0 => moved.year().to_string(),
            _ if at == date.month.0 && date.is_padded => number(i32::from(moved.month())),
            _ if at == date.month.0 => months.like(part, usize::try_from(moved.month()).ok()?)?,
            _ if at == date.day.0 => number(i32::from(moved.day())),
            _ => (*part).to_owned(),
        })
    });
    out.collect()
}

/// Where year, month and day of a date stand among its parts, and what they are.
struct Dated {
    year: (usize, i32),
    month: (usize, i32),
    day: (usize, i32),
    /// All three are numbers, and day and month keep their width.
    is_padded: bool,
}

impl Dated {
    fn day(&self) -> Option<Day> {
        let year = i16::try_from(self.year.1).ok()?;
        let (month, day) = (i8::try_from(self.month.1).ok()?, i8::try_from(self.day.1).ok()?);
        jiff::civil::Date::new(year, month, day).ok().map(Day::from_civil)
    }
}

fn date_of(months: &Months, parts: &[&str]) -> Option<Dated> {
    let numbers: Vec<(usize, i32)> =
        parts.iter().enumerate().filter_map(|(at, part)| Some((at, part.parse().ok()?))).collect();
    let month = parts.iter().enumerate().find_map(|(at, part)| Some((at, i32::try_from(months.number(part)?).ok()?)));
    let is_year = |(at, _): &(usize, i32)| parts.get(*at).is_some_and(|part| part.len() == 4);
    match (month, numbers.as_slice()) {
        // March 3, 2026 · 3 March 2026
        (Some(month), [day, year]) if is_year(year) => Some(Dated { year: *year, month, day: *day, is_padded: false }),
        // 2026-03-02
        (None, [year, month, day]) if is_year(year) => {
            Some(Dated { year: *year, month: *month, day: *day, is_padded: true })
        }
        // 3/2/2026, month first as the dates of this country are written
        (None, [month, day, year]) if is_year(year) && month.1 <= 12 => {
            Some(Dated { year: *year, month: *month, day: *day, is_padded: true })
        }
        _ => None,
    }
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

/// A name with capitals where another word has them.
fn cased(written: &str, name: &str) -> String {
    let mut letters = written.chars();
    let is_upper = |c: Option<char>| c.is_some_and(char::is_uppercase);
    if !is_upper(letters.next()) {
        return name.to_owned();
    }
    if is_upper(letters.next()) {
        return name.to_uppercase();
    }
    let mut letters = name.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months() -> Months {
        let names = ["january", "february", "march", "april", "may", "june"].into_iter();
        let names = names.chain(["july", "august", "september", "october", "november", "december"]);
        let endings = ["st", "nd", "rd", "th"].map(str::to_owned).to_vec();
        let names = names.map(str::to_owned).collect();
        Months::new(&[("month-names".to_owned(), names), ("ordinal-endings".to_owned(), endings)])
    }

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
            ("20260325", "20260404"),
            ("Sept 25, 2025", "Oct 5, 2025"),
            ("May 25, 2026", "June 4, 2026"),
        ] {
            assert_eq!(written(&months(), text, 10, on()).as_deref(), Some(moved), "{text}");
        }
        for text in ["March 3", "last Tuesday", "2026", "03/2026", "31/12/2026", "Monday, March 3, 2026", "2/30/2026"] {
            assert_eq!(written(&months(), text, 10, on()), None, "{text}");
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
