//! Single values: as the file has them, and compared with what is read.

use crate::model::day::Day;
use crate::model::moment::Moment;
use crate::model::reader::Convert;
use crate::model::zones;
use crate::privacy::ShownValue;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;
use serde_json::Value;

/// A text as it stands in the file, where a line of a reader makes this of it.
pub(super) fn written(convert: &Convert, text: &str) -> String {
    let of_value = convert.values.iter().find(|(_, value)| value.as_deref() == Some(text));
    if let Some(word) = of_value.and_then(|(words, _)| words.first()) {
        return word.clone();
    }
    if (convert.zeros > 0 || convert.decimals > 0) && text.parse::<f64>().is_ok() {
        // A number for which there are too few digits is not cut: nothing is written for it, so that the encounter is not.
        return number(text, usize::from(convert.zeros), usize::from(convert.decimals)).unwrap_or_default();
    }
    // A day in a format with a time would be read as midnight of it.
    let fits = |format: &&String| has_time(format) == text.contains([':', 'T']);
    let format = convert.dates.iter().find(fits).or(convert.dates.first());
    format.and_then(|format| date(convert, format, text)).unwrap_or_else(|| text.to_owned())
}

/// A number with zeros before it and without its point; `None` if a text is none, or has more digits behind the point.
fn number(text: &str, zeros: usize, decimals: usize) -> Option<String> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let part = part.trim_end_matches('0');
    if whole.is_empty() || !is_digits(whole) || !is_digits(part) || part.len() > decimals {
        return None;
    }
    let digits = format!("{}{part:0<decimals$}", whole.trim_start_matches('0'));
    Some(format!("{digits:0>zeros$}"))
}

/// Whether a format of dates tells the time of the day.
fn has_time(format: &str) -> bool {
    ["%H", "%I", "%k", "%l", "%M", "%S", "%s", "%T", "%R", "%r", "%X", "%c"].iter().any(|part| format.contains(part))
}

/// A date of ISO 8601 in another format.
fn date(convert: &Convert, format: &str, text: &str) -> Option<String> {
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        let zone = convert.zone.as_deref().and_then(zones::named);
        let own = jiff::fmt::temporal::Pieces::parse(text).ok().and_then(|pieces| pieces.to_numeric_offset());
        let zone = zone.or_else(|| own.map(TimeZone::fixed)).unwrap_or(TimeZone::UTC);
        return BrokenDownTime::from(&moment.to_zoned(zone)).to_string(format).ok();
    }
    if let Ok(moment) = text.parse::<jiff::civil::DateTime>() {
        return BrokenDownTime::from(moment).to_string(format).ok();
    }
    let day = text.parse::<jiff::civil::Date>().ok()?;
    BrokenDownTime::from(day).to_string(format).ok()
}

/// Whether what is read is what is shown. A field that the reader does not fill is not compared.
pub(super) fn is_same(read: Option<&Value>, shown: &ShownValue<'_>) -> bool {
    match (read, shown) {
        (None | Some(Value::Null), ShownValue::Nothing | ShownValue::Null) => true,
        (None, ShownValue::List(items)) => items.is_empty(),
        (None, ShownValue::Record(fields)) => fields.is_empty(),
        (Some(Value::Array(read)), ShownValue::List(shown)) => {
            read.len() == shown.len() && read.iter().zip(shown).all(|(read, shown)| is_same(Some(read), shown))
        }
        (Some(Value::Object(read)), ShownValue::Record(shown)) => {
            // What the reader has no line for inside a list is not written; nothing may be read that is not shown.
            let known = |name: &str| shown.declared().find(|(known, _)| *known == name).map(|(_, value)| value);
            read.iter().all(|(name, read)| known(name).is_some_and(|shown| is_same(Some(read), shown)))
        }
        (Some(read), shown) => super::text(Some(shown)).is_some_and(|shown| is_same_text(&plain(read), &shown)),
        (None, _) => false,
    }
}

fn plain(read: &Value) -> String {
    read.as_str().map_or_else(|| read.to_string(), str::to_owned)
}

fn is_day(text: &str) -> bool {
    Day::parse(text).is_some() && !text.contains([':', 'T'])
}

/// Texts, and the numbers and dates that they are.
fn is_same_text(read: &str, shown: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    read == shown
        || is_day(read) == is_day(shown) && Moment::parse(read).is_some_and(|read| Moment::parse(shown) == Some(read))
        || Day::parse(read).is_some_and(|read| Day::parse(shown) == Some(read))
        || number(read).is_some_and(|read| number(shown) == Some(read))
}
