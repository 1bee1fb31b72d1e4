//! What operators and functions make of values.

use super::super::calendar;
use super::super::calendar::Span;
use super::super::language::How;
use super::super::language::Side;
use super::super::world::Value;
use super::count;
use super::day;
use super::fits;
use super::order;
use super::whole;

pub(super) fn is_item(it: &Value) -> bool {
    it.is_there() || matches!(it, Value::Record(_))
}

pub(super) fn open(values: Vec<Value>) -> Vec<Value> {
    values.into_iter().flat_map(|it| if let Value::List(items) = it { items } else { vec![it] }).collect()
}

pub(super) fn compares(how: How, left: &[Value], right: &[Value]) -> bool {
    let any = |how| left.iter().any(|one| right.iter().any(|other| fits(how, order(one, other))));
    match how {
        How::Unequal => !left.is_empty() && !right.is_empty() && !any(How::Equal),
        how => any(how),
    }
}

pub(super) fn lies_within(one: &Value, span: Span, side: Side, from: &Value) -> bool {
    let (one, from, earliest, latest) = match (one, from) {
        (Value::Moment(one), Value::Moment(from)) if span.seconds % 86_400 != 0 => {
            (*one, *from, *from - span.length(), *from + span.length())
        }
        _ => {
            let (Some(one), Some(from)) = (day(one), day(from)) else { return false };
            (one, from, calendar::later(from, span.back()), calendar::later(from, span))
        }
    };
    match side {
        Side::Before => earliest <= one && one <= from,
        Side::After => from <= one && one <= latest,
        Side::Of => earliest <= one && one <= latest,
    }
}

pub(super) fn reckon(sign: char, left: Value, right: Value) -> Option<Value> {
    match (sign, left, right) {
        (sign, Value::Number(a), Value::Number(b)) => {
            let it = match sign {
                '+' => a + b,
                '-' => a - b,
                '*' => a * b,
                _ => a / b,
            };
            it.is_finite().then_some(Value::Number(it))
        }
        ('+', Value::Day(a), Value::Span(b)) => Some(Value::Day(calendar::later(a, b))),
        ('-', Value::Day(a), Value::Span(b)) => Some(Value::Day(calendar::later(a, b.back()))),
        ('+', Value::Moment(a), Value::Span(b)) => Some(Value::Moment(calendar::moment_later(a, b))),
        ('-', Value::Moment(a), Value::Span(b)) => Some(Value::Moment(calendar::moment_later(a, b.back()))),
        ('-', Value::Moment(a), Value::Moment(b)) => Some(Value::Span(Span { months: 0, seconds: a - b })),
        ('-', a, b) => Some(Value::Span(Span { months: 0, seconds: (day(&a)? - day(&b)?) * 86_400 })),
        _ => None,
    }
}

/// What several values come to; what is absent counts for nothing.
pub(super) fn aggregate(name: &str, each: Vec<Vec<Value>>) -> Option<Value> {
    let mut values = each.concat();
    let compared = |a: &Value, b: &Value| order(a, b).unwrap();
    let numbers = |values: &[Value]| -> Vec<f64> {
        values
            .iter()
            .map(|it| if let Value::Number(it) = it { *it } else { panic!("only numbers are added up") })
            .collect()
    };
    if values.is_empty() {
        return None;
    }
    values.sort_by(compared);
    match name {
        "min" => values.into_iter().next(),
        "max" => values.pop(),
        "sum" => Some(Value::Number(numbers(&values).iter().sum())),
        _ => {
            let Value::Number(many) = count(values.len()) else { unreachable!() };
            Some(Value::Number(numbers(&values).iter().sum::<f64>() / many))
        }
    }
}

pub(super) fn plain(name: &str, arguments: &[Option<Value>]) -> Option<Value> {
    let first = arguments[0].as_ref()?;
    let second = || arguments[1].as_ref();
    let number = |it: &Value| if let Value::Number(it) = it { Some(*it) } else { None };
    match name {
        "number" => match first {
            Value::Number(_) => Some(first.clone()),
            other => text_of(other)?.trim().parse().ok().filter(|it: &f64| it.is_finite()).map(Value::Number),
        },
        "upper" => Some(Value::Text(text_of(first)?.to_uppercase())),
        "length" => Some(count(text_of(first)?.chars().count())),
        "part" => {
            let (from, many) = (number(second()?)?, number(arguments[2].as_ref()?)?);
            let text = text_of(first)?;
            let is_part = |place: &usize| {
                let Value::Number(place) = count(*place) else { unreachable!() };
                from <= place && place < from + many
            };
            let part: String =
                text.chars().enumerate().filter(|(place, _)| is_part(&(place + 1))).map(|it| it.1).collect();
            (!part.is_empty()).then_some(Value::Text(part))
        }
        "date" => match first {
            // Of the texts there are, none is a day.
            Value::Text(_) | Value::Code(..) => None,
            other => day(other).map(Value::Day),
        },
        "year" => Some(whole(calendar::date(day(first)?).0)),
        "month" => Some(whole(calendar::date(day(first)?).1)),
        "day" => Some(whole(calendar::date(day(first)?).2)),
        "hour" => match first {
            Value::Moment(it) => Some(whole(it.rem_euclid(86_400) / 3600)),
            _ => None,
        },
        "years" => Some(whole(calendar::years(day(first)?, day(second()?)?))),
        "days" => Some(whole(day(second()?)? - day(first)?)),
        "round" => number(first).map(|it| Value::Number(it.round())),
        "floor" => number(first).map(|it| Value::Number(it.floor())),
        "step" => match first {
            Value::Step(it, _) => Some(count(*it)),
            _ => None,
        },
        _ => panic!("no function is called {name}"),
    }
}

pub(super) fn text_of(it: &Value) -> Option<String> {
    match it {
        Value::Text(text) | Value::Code(_, text) => Some(text.clone()),
        Value::Number(it) => Some(it.to_string()),
        _ => None,
    }
}

pub(super) fn luhn(text: &str) -> bool {
    let digits: Option<Vec<u32>> = text.chars().map(|it| it.to_digit(10)).collect();
    let Some(digits) = digits.filter(|it| it.len() > 1) else { return false };
    let weighed = digits.iter().rev().enumerate().map(|(place, digit)| match (place % 2, digit) {
        (0, digit) => *digit,
        (_, digit) => [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][*digit as usize],
    });
    weighed.sum::<u32>() % 10 == 0
}
