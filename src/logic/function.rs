//! The built-in functions of docs/language.md.

use super::amounts;
use super::compare;
use super::expression::day_of;
use super::expression::number;
use super::frame::Frame;
use super::frame::Sort;
use super::frame::innermost;
use super::seen::Seen;
use super::seen::is_gone;
use crate::model::day::Day;
use crate::model::expression::Expression;
use crate::model::expression::Function;
use crate::model::expression::Operator;
use crate::model::moment::Moment;
use crate::model::record::Kind;
use crate::model::value::CodeValue;
use crate::model::value::Value;
use crate::model::zones;
use std::borrow::Cow;
use std::cmp::Ordering;

impl<'e> Frame<'e> {
    pub(crate) fn call(&mut self, function: Function, arguments: &'e [Expression]) -> Seen<'e> {
        match function {
            Function::If => return self.choose(arguments),
            Function::FirstPresent => return self.first_present(arguments),
            Function::Today => return Seen::Owned(Value::Day(self.encounter.today)),
            Function::On => return Seen::Owned(Value::Day(self.encounter.on)),
            Function::Text => {
                let Some(argument) = arguments.first() else { return Seen::absent() };
                return self
                    .write_out(argument)
                    .map_or(Seen::absent(), |text| Seen::Owned(Value::Text(Cow::Owned(text))));
            }
            Function::Title | Function::Parent => return self.code_part(function, arguments),
            Function::Min | Function::Max | Function::Sum | Function::Average | Function::Count => {
                return self.aggregate(function, arguments);
            }
            Function::First | Function::Last | Function::Distinct => return self.pick(function, arguments),
            _ => {}
        }
        let mut values = arguments.iter().map(|argument| self.eval(argument));
        let (first, second, third) = (values.next(), values.next(), values.next());
        let absent = Seen::absent();
        let (first, second, third) =
            (first.unwrap_or(absent.clone()), second.unwrap_or(absent.clone()), third.unwrap_or(absent));
        Seen::Owned(plain(function, first.single(), second.single(), third.single()).unwrap_or_default())
    }

    fn choose(&mut self, arguments: &'e [Expression]) -> Seen<'e> {
        match arguments {
            [condition, then, other] => {
                let chosen = if self.holds(condition) { then } else { other };
                self.eval(chosen)
            }
            [condition, then] if self.holds(condition) => self.eval(then),
            _ => Seen::absent(),
        }
    }

    fn first_present(&mut self, arguments: &'e [Expression]) -> Seen<'e> {
        arguments.iter().map(|argument| self.eval(argument)).find(|seen| !seen.is_absent()).unwrap_or(Seen::absent())
    }

    fn code_part(&mut self, function: Function, arguments: &'e [Expression]) -> Seen<'e> {
        let Some(argument) = arguments.first() else { return Seen::absent() };
        let Some(set) = self.set_of(argument) else { return Seen::absent() };
        let codes = self.logic.registry().codes(set);
        let seen = self.eval(argument);
        let Value::Code(CodeValue { code: Some(code), .. }) = seen.single() else { return Seen::absent() };
        let value = match function {
            Function::Title => Some(Value::Text(Cow::Borrowed(codes.display(*code)))),
            _ => codes
                .parent(*code)
                .map(|parent| Value::Code(CodeValue { code: Some(parent), text: Cow::Borrowed(codes.code(parent)) })),
        };
        value.map_or(Seen::absent(), Seen::Owned)
    }

    /// Aggregates leave out what is absent.
    fn aggregate(&mut self, function: Function, arguments: &'e [Expression]) -> Seen<'e> {
        let mut values: Vec<Value<'e>> = Vec::new();
        for argument in arguments {
            let seen = self.eval(argument);
            seen.each(|value| values.push(value.clone()));
        }
        self.spend(values.len() as u64);
        let compared = |a: &Value<'e>, b: &Value<'e>| compare::order(a, b).unwrap_or(Ordering::Equal);
        let sum = || {
            let (first, rest) = values.split_first()?;
            let sum = rest.iter().try_fold(first.clone(), |sum, value| amounts::computed(Operator::Plus, &sum, value));
            sum.filter(|sum| matches!(sum, Value::Number(_) | Value::Money(_)))
        };
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
        let value = match function {
            Function::Count => return number(values.len()),
            _ if values.is_empty() => None,
            Function::Sum => sum(),
            Function::Average => {
                sum().and_then(|sum| amounts::computed(Operator::Over, &sum, &Value::Number(values.len() as f64)))
            }
            Function::Min => values.into_iter().min_by(compared),
            _ => values.into_iter().max_by(compared),
        };
        value.map_or(Seen::absent(), Seen::Owned)
    }

    fn pick(&mut self, function: Function, arguments: &'e [Expression]) -> Seen<'e> {
        let Some(argument) = arguments.first() else { return Seen::absent() };
        let seen = self.eval(argument);
        let mut values: Vec<Value<'e>> = Vec::new();
        seen.each(|value| {
            let is_new = function != Function::Distinct
                || !values.iter().any(|other| compare::order(value, other) == Some(Ordering::Equal));
            if is_new && (function != Function::First || values.is_empty()) {
                if function == Function::Last {
                    values.clear();
                }
                values.push(value.clone());
            }
        });
        self.spend((values.len() * values.len()) as u64 / 16);
        match function {
            Function::Distinct => Seen::Owned(Value::List(values)),
            _ => values.pop().map_or(Seen::absent(), Seen::Owned),
        }
    }

    /// A value as words: choices and steps by their names, codes as their publisher writes them. `None` if absent.
    pub(crate) fn write_out(&mut self, expression: &'e Expression) -> Option<String> {
        let sort = innermost(self.sort(expression));
        let seen = self.eval(expression);
        let mut words: Vec<String> = Vec::new();
        seen.each(|value| words.extend(self.words(value, sort)));
        (!words.is_empty()).then(|| words.join(", "))
    }

    fn words(&self, value: &Value<'e>, sort: Sort<'e>) -> Option<String> {
        Some(match value {
            Value::Bool(it) => it.to_string(),
            Value::Number(it) => it.to_string(),
            Value::Money(it) => it.to_string(),
            Value::Text(it) => it.to_string(),
            Value::Day(it) => it.to_string(),
            Value::Moment(it) => it.to_string(),
            Value::Span(it) if it.months != 0 => format!("{} months", it.months),
            Value::Span(it) if it.seconds % 86_400 == 0 => format!("{} days", it.seconds / 86_400),
            Value::Span(it) => format!("{} minutes", it.seconds / 60),
            Value::Choice(place) | Value::Step(place) => match sort {
                Sort::Kind(Kind::Choice(names) | Kind::Ladder(names)) => names.get(usize::from(*place))?.clone(),
                _ => place.to_string(),
            },
            Value::Code(code) => match (code.code, sort) {
                (Some(code), Sort::Kind(Kind::Code(set))) => self.logic.registry().codes(*set).code(code).to_owned(),
                (Some(code), Sort::Set(set)) => self.logic.registry().codes(set).code(code).to_owned(),
                _ => code.text.to_string(),
            },
            Value::Absent | Value::List(_) | Value::Record(_) | Value::Misfit(_) => return None,
        })
    }
}

/// Functions of at most three single values.
fn plain(function: Function, first: &Value<'_>, second: &Value<'_>, third: &Value<'_>) -> Option<Value<'static>> {
    if is_gone(first) {
        return None;
    }
    let whole = |value: i64| i32::try_from(value).ok().map(|value| Value::Number(f64::from(value)));
    match function {
        Function::Number => match first {
            Value::Number(_) | Value::Money(_) => Some(first.clone().into_owned()),
            _ => text_of(first)?.trim().parse().ok().filter(|it: &f64| it.is_finite()).map(Value::Number),
        },
        Function::Upper => Some(Value::Text(Cow::Owned(text_of(first)?.to_uppercase()))),
        Function::Length => whole(i64::try_from(text_of(first)?.chars().count()).ok()?),
        Function::Part => {
            let (from, count) = (compare::whole_of(second)?.checked_sub(1)?, compare::whole_of(third)?);
            let part: String = text_of(first)?.chars().skip(from).take(count).collect();
            (!part.is_empty()).then_some(Value::Text(Cow::Owned(part)))
        }
        Function::Date => match first {
            Value::Text(text) => Day::parse(text.trim()).or_else(|| Moment::parse(text.trim()).map(Moment::day)),
            other => day_of(other),
        }
        .map(Value::Day),
        Function::Year => whole(i64::from(day_of(first)?.to_civil()?.year())),
        Function::Month => whole(i64::from(day_of(first)?.to_civil()?.month())),
        Function::Day => whole(i64::from(day_of(first)?.to_civil()?.day())),
        Function::Hour => match first {
            Value::Moment(moment) => whole(moment.hour()),
            _ => None,
        },
        Function::InZone => match first {
            Value::Moment(moment) => Some(Value::Moment(moment.in_zone(&zones::named(text_of(second)?.trim())?))),
            _ => None,
        },
        Function::Years => whole(i64::from(day_of(first)?.years_to(day_of(second)?)?)),
        Function::Days => whole(i64::from(day_of(second)?.0) - i64::from(day_of(first)?.0)),
        Function::Round | Function::Floor => match first {
            Value::Number(it) => Some(Value::Number(if function == Function::Round { it.round() } else { it.floor() })),
            Value::Money(it) => Some(Value::Money(amounts::whole(*it, function == Function::Round))),
            _ => None,
        },
        Function::Step => match first {
            Value::Step(place) | Value::Choice(place) => Some(Value::Number(f64::from(*place))),
            _ => None,
        },
        Function::Luhn => Some(Value::Bool(has_luhn(text_of(first)?.bytes()))),
        _ => None,
    }
}

/// Whether digits end in their check digit (ISO/IEC 7812-1, annex B).
fn has_luhn(digits: impl Iterator<Item = u8>) -> bool {
    let digits: Vec<u8> = digits.collect();
    let sum = digits.iter().rev().enumerate().try_fold(0_u32, |sum, (place, digit)| {
        let digit = u32::from(digit.checked_sub(b'0').filter(|digit| *digit < 10)?);
        let doubled = if place % 2 == 1 { digit * 2 } else { digit };
        Some(sum + doubled / 10 + doubled % 10)
    });
    digits.len() > 1 && sum.is_some_and(|sum| sum % 10 == 0)
}

fn text_of<'a>(value: &'a Value<'_>) -> Option<Cow<'a, str>> {
    match value {
        Value::Text(text) => Some(Cow::Borrowed(text)),
        Value::Code(code) => Some(Cow::Borrowed(&code.text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Money(amount) => Some(Cow::Owned(amount.to_string())),
        _ => None,
    }
}
