//! One word or number of the input to a value of the field's type.

use super::schema::Shape;
use crate::model::day::Day;
use crate::model::day::Span;
use crate::model::moment::Moment;
use crate::model::money;
use crate::model::value::CodeValue;
use crate::model::value::Value;
use crate::registry::Registry;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use std::borrow::Cow;

/// A text as a value of the type, or the text back if it does not fit. Empty is absent.
pub(super) fn from_text<'a>(text: Cow<'a, str>, shape: &Shape, registry: &Registry) -> Result<Value<'a>, Cow<'a, str>> {
    if let Shape::Said(shape) = shape {
        return if text.trim().is_empty() { Err(text) } else { from_text(text, shape, registry) };
    }
    if text.is_empty() {
        return Ok(Value::Absent);
    }
    let word = if matches!(shape, Shape::Text) { "" } else { text.trim() };
    let value = match shape {
        Shape::Text => return Ok(Value::Text(text)),
        Shape::Code(set) => {
            let code = registry.codes(*set).find(word);
            return Ok(Value::Code(CodeValue { code, text }));
        }
        _ if word.is_empty() => return Ok(Value::Absent),
        Shape::Number => number(word).filter(|it| is_exact(*it, word)).map(Value::Number),
        Shape::Integer => number(word).filter(|it| it.fract() == 0.0 && is_exact(*it, word)).map(Value::Number),
        Shape::Money(currency) => money::parse(word, *currency).map(Value::Money),
        Shape::Bool => truth(word).map(Value::Bool),
        Shape::Date(zone) => Day::parse(word).or_else(|| moment(word, zone.as_ref()).map(Moment::day)).map(Value::Day),
        Shape::DateTime(zone) => moment(word, zone.as_ref()).map(Value::Moment),
        Shape::Duration => Span::parse(word).map(Value::Span),
        Shape::Choice(words) => member(words, word).map(Value::Choice),
        Shape::Ladder(words) => member(words, word).map(Value::Step),
        Shape::List(_) | Shape::Record(_) | Shape::Said(_) => None,
    };
    value.ok_or(text)
}

/// A JSON number as a value of the type; `text` is how it is written.
pub(super) fn from_number<'a>(
    it: f64,
    text: Cow<'a, str>,
    shape: &Shape,
    registry: &Registry,
) -> Result<Value<'a>, Cow<'a, str>> {
    let value = match shape.bare() {
        Shape::Number if is_exact(it, &text) => Some(Value::Number(it)),
        Shape::Integer if it.fract() == 0.0 && is_exact(it, &text) => Some(Value::Number(it)),
        Shape::Money(currency) => money::parse(&text, *currency).or_else(|| scientific(&text)).map(Value::Money),
        Shape::Choice(words) => member(words, &text).or_else(|| numeric_member(words, it)).map(Value::Choice),
        Shape::Ladder(words) => member(words, &text).or_else(|| numeric_member(words, it)).map(Value::Step),
        bare @ (Shape::Text | Shape::Code(_) | Shape::Date(_) | Shape::Bool) => {
            return from_text(text, bare, registry);
        }
        Shape::Number
        | Shape::Integer
        | Shape::DateTime(_)
        | Shape::Duration
        | Shape::List(_)
        | Shape::Record(_)
        | Shape::Said(_) => None,
    };
    value.ok_or(text)
}

/// Whole numbers below this one are exact as floats; to this one the next is rounded.
pub(super) const EXACT_BELOW: f64 = 9_007_199_254_740_992.0;

/// Whether a float is the number that is written. A fraction may be rounded as long as no whole number is.
fn is_exact(it: f64, text: &str) -> bool {
    it.abs() < EXACT_BELOW || it.is_finite() && digits(text) == digits(&it.to_string())
}

/// Whether a text is a number of which a float would lose digits.
pub(super) fn is_inexact(text: &str) -> bool {
    let is_numeric = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
    is_numeric && text.parse().is_ok_and(|it: f64| !is_exact(it, text))
}

/// The digits of a written number without zeros around them, and the power of ten of the last of them.
fn digits(text: &str) -> (String, i64) {
    let (base, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, behind) = base.split_once('.').unwrap_or((base, ""));
    let all = format!("{whole}{behind}");
    let all = all.trim_start_matches(['-', '+', '0']);
    let plain = all.trim_end_matches('0');
    let zeros = all.len() - plain.len();
    let power: i64 = power.parse().unwrap_or_default();
    (
        plain.to_owned(),
        power + i64::try_from(zeros).unwrap_or_default() - i64::try_from(behind.len()).unwrap_or_default(),
    )
}

/// An amount with an exponent, such as `1.5e3`, if it has no digit too many.
fn scientific(text: &str) -> Option<Decimal> {
    let it = Decimal::from_scientific(text).ok()?;
    (digits(text) == digits(&it.to_string())).then_some(it)
}

/// A moment, in the zone of the record if it has one.
fn moment(word: &str, zone: Option<&TimeZone>) -> Option<Moment> {
    let read = Moment::parse(word)?;
    Some(zone.map_or(read, |zone| read.in_zone(zone)))
}

/// A text that is wholly a number. Words that Rust takes for numbers (`inf`, `nan`) are none.
pub(super) fn number(word: &str) -> Option<f64> {
    let is_numeric = word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
    let it: f64 = if is_numeric { word.parse().ok()? } else { return None };
    it.is_finite().then_some(it)
}

/// What a word for yes or no says.
pub(super) fn truth(word: &str) -> Option<bool> {
    let is = |known: &[&str]| known.iter().any(|it| word.eq_ignore_ascii_case(it));
    if is(&["true", "yes", "y", "1"]) {
        Some(true)
    } else if is(&["false", "no", "n", "0"]) {
        Some(false)
    } else {
        None
    }
}

/// The place of a word among the members; case does not matter, nor which of `_`, `-` and blank is used.
fn member(words: &[String], word: &str) -> Option<u16> {
    let place = words.iter().position(|it| it == word).or_else(|| words.iter().position(|it| is_same(it, word)))?;
    u16::try_from(place).ok()
}

fn numeric_member(words: &[String], it: f64) -> Option<u16> {
    let place = words.iter().position(|word| number(word) == Some(it))?;
    u16::try_from(place).ok()
}

fn is_same(left: &str, right: &str) -> bool {
    fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
        text.chars().flat_map(char::to_lowercase).map(|it| if matches!(it, '_' | '-' | ' ') { '-' } else { it })
    }
    folded(left).eq(folded(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_whole_texts() {
        assert_eq!(number("4"), Some(4.0));
        assert_eq!(number("-2.5e3"), Some(-2500.0));
        for word in ["inf", "nan", "4 kg", "", "1e999", "٣", "1,5"] {
            assert_eq!(number(word), None, "{word}");
        }
    }

    #[test]
    fn a_number_is_exact_or_none() {
        for text in ["9007199254740991", "9007199254740992", "1e22", "10000000000000000.0", "0.1", "41.878113600000001"]
        {
            assert!(!is_inexact(text), "{text}");
        }
        for text in ["9007199254740993", "-20260503000000012345", "12345678901234567.89", "1e999"] {
            assert!(is_inexact(text), "{text}");
        }
        assert_eq!(scientific("1.5e3").map(|it| it.to_string()).as_deref(), Some("1500"));
        assert_eq!(scientific("1e400"), None);
        assert_eq!(digits("-0.0120"), ("12".to_owned(), -3));
    }

    #[test]
    fn words_are_folded() {
        let words = ["Same Day".to_owned(), "hospital-initial".to_owned(), "2025.0".to_owned()];
        assert_eq!(member(&words, "same_day"), Some(0));
        assert_eq!(member(&words, "HOSPITAL initial"), Some(1));
        assert_eq!(member(&words, "hospital"), None);
        assert_eq!(numeric_member(&words, 2025.0), Some(2));
    }
}
