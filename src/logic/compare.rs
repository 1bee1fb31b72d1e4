//! Two values, or a value and a literal, side by side. What is absent is the caller's business.

use super::Logic;
use crate::model::expression::Comparison;
use crate::model::expression::Member;
use crate::model::money;
use crate::model::value::CodeValue;
use crate::model::value::Literal;
use crate::model::value::Value;
use std::borrow::Cow;
use std::cmp::Ordering;

/// How two values stand to each other; `None` if they are of kinds that do not compare.
pub(crate) fn order(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => a.partial_cmp(b),
        (Value::Money(a), Value::Money(b)) => Some(a.cmp(b)),
        (Value::Money(a), Value::Number(b)) => Some(a.cmp(&money::from_binary(*b)?)),
        (Value::Number(a), Value::Money(b)) => Some(money::from_binary(*a)?.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.as_ref().cmp(b.as_ref())),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Day(a), Value::Day(b)) => Some(a.cmp(b)),
        (Value::Moment(a), Value::Moment(b)) => Some(a.cmp(b)),
        (Value::Day(a), Value::Moment(b)) => Some(a.cmp(&b.day())),
        (Value::Moment(a), Value::Day(b)) => Some(a.day().cmp(b)),
        (Value::Span(a), Value::Span(b)) => Some(a.about_seconds().cmp(&b.about_seconds())),
        (Value::Choice(a), Value::Choice(b)) | (Value::Step(a), Value::Step(b)) => Some(a.cmp(b)),
        (Value::Code(a), Value::Code(b)) => order_codes(a, b),
        (Value::Code(a), Value::Text(b)) => Some(a.text.as_ref().cmp(b.as_ref())),
        (Value::Text(a), Value::Code(b)) => Some(a.as_ref().cmp(b.text.as_ref())),
        (Value::Record(a), Value::Record(b)) | (Value::List(a), Value::List(b)) => (a == b).then_some(Ordering::Equal),
        _ => None,
    }
}

/// Codes by their place; one that the set does not have equals only the same text, and has no place in the order.
fn order_codes(left: &CodeValue<'_>, right: &CodeValue<'_>) -> Option<Ordering> {
    match (left.code, right.code) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        (None, None) => (left.text == right.text).then_some(Ordering::Equal),
        _ => None,
    }
}

/// How a value stands to a literal, without making a value of it.
pub(crate) fn order_literal(value: &Value<'_>, literal: &Literal, logic: &Logic) -> Option<Ordering> {
    match (value, literal) {
        (Value::Number(a), Literal::Number(b)) => a.partial_cmp(b),
        (Value::Choice(a), Literal::Choice(b)) | (Value::Step(a), Literal::Step(b)) => Some(a.cmp(b)),
        (Value::Money(a), Literal::Money(b)) => Some(a.cmp(b)),
        (Value::Money(a), Literal::Number(b)) => Some(a.cmp(&money::from_binary(*b)?)),
        (Value::Number(a), Literal::Money(b)) => Some(money::from_binary(*a)?.cmp(b)),
        (Value::Text(a), Literal::Text(b)) => Some(a.as_ref().cmp(b.as_str())),
        (Value::Code(a), Literal::Text(b)) => Some(a.text.as_ref().cmp(b.as_str())),
        (Value::Code(a), Literal::Code(_, b)) => Some(a.code?.cmp(&(*b)?)),
        (Value::Text(a), Literal::Code(set, b)) => {
            let codes = logic.registry().codes(*set);
            if codes.find(a) == Some((*b)?) { Some(Ordering::Equal) } else { Some(a.as_ref().cmp(codes.code((*b)?))) }
        }
        (Value::Bool(a), Literal::Bool(b)) => Some(a.cmp(b)),
        (Value::Day(a), Literal::Day(b)) => Some(a.cmp(b)),
        (Value::Day(a), Literal::Moment(b)) => Some(a.cmp(&b.day())),
        (Value::Moment(a), Literal::Moment(b)) => Some(a.cmp(b)),
        (Value::Moment(a), Literal::Day(b)) => Some(a.day().cmp(b)),
        (Value::Span(a), Literal::Span(b)) => Some(a.about_seconds().cmp(&b.about_seconds())),
        _ => None,
    }
}

/// Whether an order is what a comparison asks for. Kinds that do not compare are unequal, and neither more nor less.
pub(crate) fn fits(how: Comparison, order: Option<Ordering>) -> bool {
    match how {
        Comparison::Equal => order == Some(Ordering::Equal),
        Comparison::Unequal => order != Some(Ordering::Equal),
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Comparison::More => order == Some(Ordering::Greater),
        Comparison::AtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

/// The comparison with its sides exchanged.
pub(crate) fn turned(how: Comparison) -> Comparison {
    match how {
        Comparison::Less => Comparison::More,
        Comparison::AtMost => Comparison::AtLeast,
        Comparison::More => Comparison::Less,
        Comparison::AtLeast => Comparison::AtMost,
        same => same,
    }
}

/// Whether a value is a member that needs no evaluation; `None` for a computed or dated one.
pub(crate) fn is_member(value: &Value<'_>, member: &Member, logic: &Logic) -> Option<bool> {
    match member {
        Member::One(literal) => Some(order_literal(value, literal, logic) == Some(Ordering::Equal)),
        Member::Range(from, to) => Some(
            fits(Comparison::AtLeast, order_literal(value, from, logic))
                && fits(Comparison::AtMost, order_literal(value, to, logic)),
        ),
        Member::Codes { set, from, to } => {
            let codes = logic.registry().codes(*set);
            let code = match value {
                Value::Code(code) => code.code,
                Value::Text(text) => codes.find(text),
                _ => None,
            };
            Some(code.is_some_and(|code| (*from..=*to).contains(&code) || codes.is_within(code, *from, *to)))
        }
        Member::Computed(_) | Member::Dated(..) => None,
    }
}

/// A literal as a value; a text is borrowed.
pub(crate) fn value_of<'e>(literal: &'e Literal, logic: &'e Logic) -> Value<'e> {
    match literal {
        Literal::Bool(it) => Value::Bool(*it),
        Literal::Number(it) => Value::Number(*it),
        Literal::Money(it) => Value::Money(*it),
        Literal::Text(it) => Value::Text(Cow::Borrowed(it)),
        Literal::Day(it) => Value::Day(*it),
        Literal::Moment(it) => Value::Moment(*it),
        Literal::Span(it) => Value::Span(*it),
        Literal::Choice(it) => Value::Choice(*it),
        Literal::Step(it) => Value::Step(*it),
        Literal::Code(set, code) => {
            let text = code.map_or("", |code| logic.registry().codes(*set).code(code));
            Value::Code(CodeValue { code: *code, text: Cow::Borrowed(text) })
        }
    }
}

/// A whole number that counts something; `None` for what is less than nothing, or beyond a thousand million.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounds are checked")]
pub(super) fn whole_of(value: &Value<'_>) -> Option<usize> {
    match value {
        Value::Number(number) if *number >= 0.0 && *number < 1e9 => Some(*number as usize),
        _ => None,
    }
}
