//! The fields of an encounter, as far as they are shown.

use super::json;
use crate::model::day::Day;
use crate::privacy::NamedValue;
use crate::privacy::ShownFields;
use crate::privacy::ShownValue;
use std::io::Write;

/// Appends the fields as an object.
pub(super) fn fields(fields: &ShownFields<'_>, out: &mut Vec<u8>) {
    let start = out.len();
    fields.declared().for_each(|(name, it)| {
        json::name(name, out);
        value(it, out);
    });
    undeclared(fields.undeclared(), out);
    close(start, out);
}

/// Appends a value. `Nothing` in a list is written as null, so that indices stay what they are.
pub fn value(it: &ShownValue<'_>, out: &mut Vec<u8>) {
    match it {
        ShownValue::Nothing | ShownValue::Null => out.extend_from_slice(b"null"),
        ShownValue::Bool(true) => out.extend_from_slice(b"true"),
        ShownValue::Bool(false) => out.extend_from_slice(b"false"),
        ShownValue::Number(it) => number(*it, out),
        ShownValue::Money(it) => {
            // Writing to memory cannot fail.
            let _ = write!(out, "{it}");
        }
        ShownValue::Rounded(it) => json::number(*it, out),
        ShownValue::Undeclared(it) => {
            // Writing to memory cannot fail.
            let _ = write!(out, "{it}");
        }
        ShownValue::Text(it) => json::text(it, out),
        ShownValue::Day(it) => day(*it, out),
        ShownValue::Moment(it) => json::quoted(it, out),
        ShownValue::Span(it) => json::quoted(it, out),
        ShownValue::List(items) => json::list(items, out, value),
        ShownValue::Record(record) => fields(record, out),
        ShownValue::Object(named) => {
            let start = out.len();
            undeclared(named, out);
            close(start, out);
        }
    }
}

/// A single value as people read it: a text without quotes, anything else as it is written.
pub fn plain(it: &ShownValue<'_>) -> String {
    match it {
        ShownValue::Text(it) => it.to_string(),
        ShownValue::Day(it) => it.to_string(),
        ShownValue::Moment(it) => it.to_string(),
        ShownValue::Span(it) => it.to_string(),
        it => {
            let mut out = Vec::new();
            value(it, &mut out);
            String::from_utf8(out).unwrap_or_default()
        }
    }
}

/// Appends fields whose names somebody else chose, each after a comma.
fn undeclared(fields: &[NamedValue<'_>], out: &mut Vec<u8>) {
    for (name, it) in fields {
        out.push(b',');
        json::text(name, out);
        out.push(b':');
        value(it, out);
    }
}

/// Makes an object of the fields from `start` on, each of which has a comma before it: the first comma becomes the bracket.
fn close(start: usize, out: &mut Vec<u8>) {
    match out.get_mut(start) {
        Some(comma) => *comma = b'{',
        None => out.push(b'{'),
    }
    out.push(b'}');
}

/// Appends a number as people write it: whole where it is whole.
fn number(it: f64, out: &mut Vec<u8>) {
    #[expect(clippy::cast_possible_truncation, reason = "whole and within 53 bits")]
    let integer = it as i64;
    if it.fract() == 0.0 && it.abs() < 9e15 {
        json::integer(integer, out);
    } else if it.fract() == 0.0 && it.abs() < 1e21 {
        out.extend_from_slice(it.to_string().as_bytes());
    } else {
        json::number(it, out);
    }
}

fn day(day: Day, out: &mut Vec<u8>) {
    let date = day.to_civil().filter(|date| (0..=9999).contains(&date.year()));
    let Some(date) = date else { return json::quoted(&day, out) };
    let (century, year) = (date.year() / 100, date.year() % 100);
    let [month, day] = [date.month(), date.day()].map(i16::from);
    // Every part is below 100.
    let digits = |part: i16| [b'0' + (part / 10).to_le_bytes()[0], b'0' + (part % 10).to_le_bytes()[0]];
    let ([a, b], [c, d], [e, f], [g, h]) = (digits(century), digits(year), digits(month), digits(day));
    out.extend_from_slice(&[b'"', a, b, c, d, b'-', e, f, b'-', g, h, b'"']);
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;
    use std::borrow::Cow;

    fn tree() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (0..30_i32).prop_map(|it| Value::from(f64::from(it) / 2.0)),
            ".*".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 20, 5, |inner| {
            let named = ("[a-z\"]{1,5}", inner.clone());
            prop_oneof![
                prop::collection::vec(inner, 0..4).prop_map(Value::from),
                prop::collection::vec(named, 0..4).prop_map(|them| Value::Object(them.into_iter().collect())),
            ]
        })
    }

    fn shown(tree: &Value) -> ShownValue<'_> {
        match tree {
            Value::Null => ShownValue::Null,
            Value::Bool(it) => ShownValue::Bool(*it),
            Value::Number(it) => ShownValue::Undeclared(it.clone()),
            Value::String(it) => ShownValue::Text(Cow::Borrowed(it)),
            Value::Array(items) => ShownValue::List(items.iter().map(shown).collect()),
            Value::Object(fields) => {
                ShownValue::Object(fields.iter().map(|(name, it)| (Cow::Borrowed(name.as_str()), shown(it))).collect())
            }
        }
    }

    fn written(it: &ShownValue<'_>) -> String {
        let mut out = Vec::new();
        value(it, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_number_that_was_read_has_a_fraction_only_if_it_needs_one() {
        for (it, wanted) in [
            (ShownValue::Number(37.0), "37"),
            (ShownValue::Number(37.5), "37.5"),
            (ShownValue::Number(-0.5), "-0.5"),
            (ShownValue::Rounded(45.0), "45.0"),
        ] {
            assert_eq!(written(&it), wanted);
        }
    }

    #[test]
    fn dates_are_written_as_iso_8601() {
        for text in ["1970-01-01", "2026-03-02", "0099-12-31"] {
            assert_eq!(written(&ShownValue::Day(Day::parse(text).unwrap())), format!("\"{text}\""));
        }
    }

    proptest! {
        #[test]
        fn values_are_what_the_library_writes(tree in tree()) {
            prop_assert_eq!(written(&shown(&tree)), serde_json::to_string(&tree).unwrap());
        }
    }
}
