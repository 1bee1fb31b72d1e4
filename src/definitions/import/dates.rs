//! Days as people write them in lists: `2024-01-15`, `1/15/2024`, `15.1.2024`, `Jan 15 2024`.

use crate::model::day::Day;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Which of two numbers is the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    MonthFirst,
    DayFirst,
}

/// Reads the days of one file.
pub(super) struct Dates<'o> {
    /// What was said about how they are written.
    formats: &'o [String],
    /// What other days of the file show: in `1/15/2024` the month comes first.
    order: Option<Order>,
}

/// The parts of a day in the order in which they are written.
enum Parts {
    /// Year, month, day.
    Known(i32, i32, i32),
    /// Two numbers of which either may be the month, and the year.
    Either(i32, i32, i32),
}

impl<'o> Dates<'o> {
    /// `cells` are the days of the whole file: one of them may show what the others mean.
    pub fn new<'c>(formats: &'o [String], cells: impl Iterator<Item = &'c str>) -> Dates<'o> {
        let mut order = None;
        for parts in cells.filter_map(parts) {
            match parts {
                // A file that writes the year first writes it so throughout.
                Parts::Known(..) if order.is_none() => break,
                Parts::Either(first, _, _) if first > 12 => order = Some(Order::DayFirst),
                Parts::Either(_, second, _) if second > 12 => order = Some(Order::MonthFirst),
                _ => continue,
            }
            break;
        }
        Dates { formats, order }
    }

    /// The day in a cell; none if it is empty.
    pub fn read(&self, text: &str) -> Result<Option<Day>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        if !self.formats.is_empty() {
            let read = self.formats.iter().find_map(|format| Day::parse_as(text, format));
            return read.map(Some).ok_or_else(|| format!("`{text}` is no day as `dates` says they are written"));
        }
        let (year, month, day) = match parts(text) {
            Some(Parts::Known(year, month, day)) => (year, month, day),
            Some(Parts::Either(first, second, year)) => match self.order {
                Some(Order::DayFirst) => (year, second, first),
                Some(Order::MonthFirst) => (year, first, second),
                None if first == second => (year, first, second),
                None => {
                    return Err(format!("`{text}` may be two days: say `dates \"%m/%d/%Y\"` or `dates \"%d/%m/%Y\"`"));
                }
            },
            None => {
                return Err(format!(
                    "`{text}` is no day that can be read: say how they are written, such as `dates \"%m/%d/%y\"`"
                ));
            }
        };
        let read = Day::parse(&format!("{year:04}-{month:02}-{day:02}"));
        read.map(Some).ok_or_else(|| format!("`{text}` is not a day of the calendar"))
    }
}

/// What a day is made of; a time behind it is left out.
fn parts(text: &str) -> Option<Parts> {
    let text = text.trim();
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let number = |from: usize, to: usize| text.get(from..to)?.parse().ok();
        return Some(Parts::Known(number(0, 4)?, number(4, 6)?, number(6, 8)?));
    }
    let text = match text.find(':') {
        Some(colon) => text.get(..colon)?.trim_end_matches(|sign: char| sign.is_ascii_digit()).trim_end_matches('T'),
        None => text,
    };
    let words: Vec<&str> = text.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let [first, second, third] = *words.as_slice() else { return None };
    let number =
        |word: &str| word.bytes().all(|byte| byte.is_ascii_digit()).then(|| word.parse::<i32>().ok()).flatten();
    let is_year = |word: &str| word.len() == 4 && number(word).is_some();
    let month = |word: &str| {
        let word = word.to_ascii_lowercase();
        let at = MONTHS.iter().position(|month| word.starts_with(month))?;
        i32::try_from(at + 1).ok()
    };
    if is_year(first) {
        return Some(Parts::Known(number(first)?, number(second).or_else(|| month(second))?, number(third)?));
    }
    if !is_year(third) {
        return None;
    }
    let year = number(third)?;
    match (number(first), number(second)) {
        // With full stops the day comes first, wherever days are written so.
        (Some(day), Some(month)) if text.contains('.') => Some(Parts::Known(year, month, day)),
        (Some(first), Some(second)) => Some(Parts::Either(first, second, year)),
        (Some(day), None) => Some(Parts::Known(year, month(second)?, day)),
        (None, Some(day)) => Some(Parts::Known(year, month(first)?, day)),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn read(cells: &[&str]) -> Vec<Option<String>> {
        let dates = Dates::new(&[], cells.iter().copied());
        cells.iter().map(|cell| dates.read(cell).ok().map(|day| day.unwrap().to_string())).collect()
    }

    fn some(days: &[&str]) -> Vec<Option<String>> {
        days.iter().map(|day| Some((*day).to_owned())).collect()
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        let written =
            ["2024-01-15", "2024/1/15", "20240115", "15.1.2024", "Jan 15 2024", "15-Jan-2024", "January 15, 2024"];
        for day in written {
            assert_eq!(read(&[day]), some(&["2024-01-15"]), "{day}");
        }
        assert_eq!(read(&["2024-01-15T08:30:00", "2024-01-15 08:30"]), some(&["2024-01-15", "2024-01-15"]));
        assert_eq!(read(&["1/15/2024 12:00:00 AM"]), some(&["2024-01-15"]));
    }

    #[test]
    fn one_day_of_a_file_shows_what_the_others_mean() {
        assert_eq!(read(&["2/1/2024", "1/15/2024"]), some(&["2024-02-01", "2024-01-15"]));
        assert_eq!(read(&["2/1/2024", "15/1/2024"]), some(&["2024-01-02", "2024-01-15"]));
    }

    #[test]
    fn a_day_that_may_be_two_is_not_guessed() {
        assert_eq!(read(&["2/1/2024"]), [None]);
        assert_eq!(
            read(&["1/1/2024", "2/30/2024", "Lent 2024", "5"]),
            [Some("2024-01-01".to_owned()), None, None, None]
        );
    }

    #[test]
    fn what_is_said_of_them_counts() {
        let formats = ["%d/%m/%Y".to_owned(), "%b %y".to_owned(), "%d %m %y".to_owned()];
        let dates = Dates::new(&formats, std::iter::empty());
        assert_eq!(dates.read("2/1/2024").unwrap().unwrap().to_string(), "2024-01-02");
        assert_eq!(dates.read("15 01 24").unwrap().unwrap().to_string(), "2024-01-15");
        assert!(dates.read("2024-01-02").is_err());
        assert_eq!(dates.read("").unwrap(), None);
    }
}
