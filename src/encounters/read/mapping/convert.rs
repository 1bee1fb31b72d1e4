//! What is made of the texts at a place: nothing, a value of a list, a date in the form of the record.

use crate::model::reader::Convert;
use crate::model::reader::Otherwise;
use crate::model::zones;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;
use regex::Regex;
use std::borrow::Cow;

/// A [`Convert`] made ready.
#[expect(clippy::struct_excessive_bools, reason = "options of a line, each said or not")]
pub(super) struct Converter {
    nulls: Vec<String>,
    dates: Vec<String>,
    is_day: bool,
    zone: Option<TimeZone>,
    values: Vec<(Vec<String>, Option<String>)>,
    otherwise: Otherwise,
    matching: Option<Regex>,
    split: Option<String>,
    digits: usize,
    zeros: usize,
    decimals: usize,
    pub keeps_blanks: bool,
    pub is_last: bool,
    pub place_in: Option<String>,
    /// Nothing is made of a text but that blanks around it go.
    is_plain: bool,
}

/// What the texts at a place come to.
pub(super) enum Made<'a> {
    /// Nothing stands there: the next place is asked.
    Missing,
    /// What stands there means nothing: no other place is asked.
    Nothing,
    /// A value.
    Text(Cow<'a, str>),
}

impl Converter {
    /// A pattern or zone that cannot be read is none; the compiler has refused such.
    pub fn new(convert: &Convert) -> Converter {
        let folded = |words: &[String]| words.iter().map(|word| word.to_lowercase()).collect::<Vec<_>>();
        let values: Vec<_> = convert.values.iter().map(|(words, value)| (folded(words), value.clone())).collect();
        let is_plain = values.is_empty()
            && convert.dates.is_empty()
            && convert.otherwise == Otherwise::Same
            && convert.matching.is_none()
            && convert.digits == 0
            && convert.zeros == 0
            && convert.decimals == 0
            && !convert.keeps_blanks;
        Converter {
            nulls: folded(&convert.nulls),
            dates: convert.dates.clone(),
            is_day: convert.is_day,
            zone: convert.zone.as_deref().and_then(zones::named),
            values,
            otherwise: convert.otherwise.clone(),
            matching: convert.matching.as_deref().and_then(|pattern| Regex::new(pattern).ok()),
            split: convert.split.clone(),
            digits: usize::from(convert.digits),
            zeros: usize::from(convert.zeros),
            decimals: usize::from(convert.decimals),
            keeps_blanks: convert.keeps_blanks,
            is_last: convert.is_last,
            place_in: convert.place_in.clone(),
            is_plain,
        }
    }

    /// Whether a text stands for nothing.
    pub fn is_null(&self, text: &str) -> bool {
        let text = text.trim();
        text.is_empty() || !self.nulls.is_empty() && self.nulls.contains(&text.to_lowercase())
    }

    /// The parts of a text that holds several values.
    pub fn parts<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a str> {
        let (several, one) = match self.split.as_deref().filter(|sign| !sign.is_empty()) {
            Some(sign) => (Some(text.split(sign)), None),
            None => (None, Some(text)),
        };
        several.into_iter().flatten().chain(one).map(str::trim).filter(|part| !part.is_empty())
    }

    /// One value of the texts at a place. Where values are listed, the first line counts that fits one of the texts.
    pub fn one<'a>(&self, texts: impl Iterator<Item = Cow<'a, str>>) -> Made<'a> {
        if self.is_plain && self.nulls.is_empty() {
            let mut texts = texts.filter(|text| !text.trim().is_empty());
            return texts.next().map_or(Made::Missing, |text| Made::Text(trimmed(text)));
        }
        let taken = texts.filter(|text| !self.is_null(text)).filter_map(|text| self.taken(text));
        if self.values.is_empty() && self.otherwise == Otherwise::Same {
            let mut taken = taken;
            return taken.next().map_or(Made::Missing, |text| Made::Text(self.written(text)));
        }
        let taken: Vec<Cow<'a, str>> = taken.collect();
        let Some(first) = taken.first() else { return Made::Missing };
        let folded: Vec<String> = taken.iter().map(|text| text.to_lowercase()).collect();
        let line = self.values.iter().find(|(words, _)| words.iter().any(|word| folded.contains(word)));
        match (line, &self.otherwise) {
            (Some((_, Some(value))), _) | (None, Otherwise::Value(value)) => Made::Text(Cow::Owned(value.clone())),
            (Some((_, None)), _) | (None, Otherwise::Nothing) => Made::Nothing,
            (None, Otherwise::Same) => Made::Text(self.written(first.clone())),
        }
    }

    /// What counts of a text: all of it, or what the pattern takes.
    fn taken<'a>(&self, text: Cow<'a, str>) -> Option<Cow<'a, str>> {
        let Some(pattern) = &self.matching else {
            return Some(if self.keeps_blanks { text } else { trimmed(text) });
        };
        let found = pattern.captures(text.trim())?;
        let group = found.get(1).or_else(|| found.get(0))?;
        let group = group.as_str().trim();
        (!group.is_empty()).then(|| Cow::Owned(group.to_owned()))
    }

    /// The text as the record's field takes it.
    fn written<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        if self.digits > text.len() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Cow::Owned(format!("{text:0>width$}", width = self.digits));
        }
        if self.zeros > 0 || self.decimals > 0 {
            return number(&text, self.zeros, self.decimals).map_or(text, Cow::Owned);
        }
        match self.dates.iter().find_map(|format| self.date(format, &text)) {
            Some(date) => Cow::Owned(date),
            None => text,
        }
    }

    /// A date of a format in ISO 8601: with the offset that it or the zone says, without a time if only a day is wanted.
    fn date(&self, format: &str, text: &str) -> Option<String> {
        let read = BrokenDownTime::parse(format, text).ok()?;
        if read.offset().is_some() || read.timestamp().is_some() {
            let moment = read.to_zoned().or_else(|_| read.to_timestamp().map(|it| it.to_zoned(TimeZone::UTC))).ok()?;
            let zone = self.zone.as_ref().filter(|_| read.timestamp().is_some());
            let moment = zone.map_or(moment.clone(), |zone| moment.with_time_zone(zone.clone()));
            return Some(if self.is_day {
                moment.date().to_string()
            } else {
                moment.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
            });
        }
        let date = read.to_date().ok()?;
        if self.is_day || read.hour().is_none() {
            return Some(date.to_string());
        }
        let time = read.to_time().ok()?;
        let local = date.to_datetime(time);
        Some(match &self.zone {
            Some(zone) => local.to_zoned(zone.clone()).ok()?.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            None => local.to_string(),
        })
    }
}

/// The number that stands in a file with zeros before it and without its point; `None` if a text is none of so many digits.
fn number(text: &str, zeros: usize, decimals: usize) -> Option<String> {
    let is_whole = zeros == 0 || text.len() == zeros;
    if !is_whole || text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let padded = format!("{text:0>width$}", width = decimals + 1);
    let (whole, part) = padded.split_at_checked(padded.len() - decimals)?;
    let whole = if zeros > 0 { whole.trim_start_matches('0') } else { whole };
    let whole = if whole.is_empty() { "0" } else { whole };
    let part = part.trim_end_matches('0');
    Some(if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") })
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(convert: &Convert, texts: &[&str]) -> Option<String> {
        match Converter::new(convert).one(texts.iter().map(|text| Cow::Borrowed(*text))) {
            Made::Text(text) => Some(text.into_owned()),
            Made::Nothing => Some("(nothing)".to_owned()),
            Made::Missing => None,
        }
    }

    #[test]
    fn dates_of_many_offices_become_iso() {
        let cases = [
            ("%m/%d/%Y %I:%M:%S %p", "1/2/2024 03:04:05 PM", "2024-01-02T15:04:05"),
            ("%m%d%Y %H%M%S", "10062011 003837", "2011-10-06T00:38:37"),
            ("%d-%b-%y", "04-Aug-15", "2015-08-04"),
            ("%d.%m.%Y", "14.05.2024", "2024-05-14"),
            ("%a, %d %b %Y %H:%M:%S %z", "Tue, 23 Jul 2024 18:05:00 +0000", "2024-07-23T18:05:00+00:00"),
            ("%Y-%m-%dT%H:%M:%S%.f", "2018-01-09T09:26:00.000", "2018-01-09T09:26:00"),
            ("%s", "1700000000", "2023-11-14T22:13:20+00:00"),
        ];
        for (format, text, iso) in cases {
            let convert = Convert { dates: vec![format.to_owned()], ..Convert::default() };
            assert_eq!(made(&convert, &[text]).as_deref(), Some(iso), "{format}");
        }
    }

    #[test]
    fn a_zone_gives_local_times_their_offset_and_a_day_has_none() {
        let chicago = Convert {
            dates: vec!["%m/%d/%Y %H:%M".to_owned()],
            zone: Some("America/Chicago".to_owned()),
            ..Convert::default()
        };
        assert_eq!(made(&chicago, &["07/23/2024 18:05"]).as_deref(), Some("2024-07-23T18:05:00-05:00"));
        let day = Convert { is_day: true, ..chicago };
        assert_eq!(made(&day, &["07/23/2024 18:05"]).as_deref(), Some("2024-07-23"));
        assert_eq!(made(&day, &["soon"]).as_deref(), Some("soon"));
    }

    #[test]
    fn values_are_weighed_in_the_order_written() {
        let values = vec![
            (vec!["Drug".to_owned()], None),
            (vec!["In".to_owned(), "stay".to_owned()], Some("inpatient".to_owned())),
        ];
        let mut convert = Convert { values, nulls: vec!["?".to_owned()], ..Convert::default() };
        assert_eq!(made(&convert, &["other", "STAY"]).as_deref(), Some("inpatient"));
        assert_eq!(made(&convert, &["in", "drug"]).as_deref(), Some("(nothing)"));
        assert_eq!(made(&convert, &["?", " "]), None);
        assert_eq!(made(&convert, &["odd"]).as_deref(), Some("odd"));
        convert.otherwise = Otherwise::Nothing;
        assert_eq!(made(&convert, &["odd"]).as_deref(), Some("(nothing)"));
    }

    #[test]
    fn a_pattern_takes_its_first_group_and_passes_over_other_texts() {
        let convert = Convert { matching: Some(r"([0-9]{4})$".to_owned()), digits: 6, ..Convert::default() };
        assert_eq!(made(&convert, &["none", "who|1234"]).as_deref(), Some("001234"));
        assert_eq!(made(&convert, &["none"]), None);
    }
}
