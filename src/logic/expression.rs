//! Expressions: what they yield, and the shorter way when only yes or no is asked.
//!
//! A comparison of a list asks whether one of its values fits; `is not` and `not in` ask that values are there and none
//! is the other. What is absent, and what does not fit its type, makes every comparison false.

use super::amounts;
use super::compare;
use super::frame::Bound;
use super::frame::Frame;
use super::seen::Seen;
use super::seen::is_gone;
use crate::model::day::Day;
use crate::model::expression::CodeQuestion;
use crate::model::expression::Comparison;
use crate::model::expression::Expression;
use crate::model::expression::Inclusion;
use crate::model::expression::Member;
use crate::model::expression::Operator;
use crate::model::expression::Quantifier;
use crate::model::expression::Side;
use crate::model::expression::TextTest;
use crate::model::ids::CalendarId;
use crate::model::ids::CodeId;
use crate::model::ids::PhraseId;
use crate::model::ids::PropertyId;
use crate::model::ids::RelationId;
use crate::model::ids::SetId;
use crate::model::ids::VariableId;
use crate::model::value::CodeValue;
use crate::model::value::Literal;
use crate::model::value::Value;
use std::borrow::Cow;
use std::cmp::Ordering;

impl<'e> Frame<'e> {
    /// What an expression yields.
    pub fn eval(&mut self, expression: &'e Expression) -> Seen<'e> {
        if !self.spend(1) {
            return Seen::absent();
        }
        match expression {
            Expression::Literal(literal) => Seen::Owned(compare::value_of(literal, self.logic)),
            Expression::Path(path) => self.resolve(path),
            Expression::Property { of, set, property } => self.property(of, *set, *property),
            Expression::AsCode { of, sets, set } => self.as_code(of, sets, *set),
            Expression::Arithmetic { operator, left, right } => {
                let (left, right) = (self.eval(left), self.eval(right));
                Seen::Owned(arithmetic(*operator, left.single(), right.single()))
            }
            Expression::Call { function, arguments } => self.call(*function, arguments),
            Expression::Table { table, output, arguments } => self.table(*table, *output, arguments),
            Expression::Count { variable, list, body } => self.count(*variable, list, body.as_deref()),
            Expression::Position(variable) => match variable.get(&self.variables) {
                Some(bound) => number(bound.place + 1),
                None => Seen::absent(),
            },
            Expression::With { variable, value, body } => {
                self.bind_value(*variable, value);
                self.eval(body)
            }
            _ => Seen::Owned(Value::Bool(self.holds(expression))),
        }
    }

    /// Gives a variable the value of an expression.
    pub(crate) fn bind_value(&mut self, variable: VariableId, value: &'e Expression) {
        let seen = self.eval(value);
        let bound = Bound { value: seen, place: 0, source: Some(value), is_item: false, ordinal: 0, path: None };
        self.bind(variable, bound);
    }

    /// Whether an expression holds.
    pub fn holds(&mut self, expression: &'e Expression) -> bool {
        if !self.spend(1) {
            return false;
        }
        match expression {
            Expression::And(all) => all.iter().all(|one| self.holds(one)),
            Expression::Or(all) => all.iter().any(|one| self.holds(one)),
            Expression::Not(one) => !self.holds(one),
            Expression::Compare { how, left, right } => self.compares(*how, left, right),
            Expression::In { of, members, negated } => self.is_in(of, members, *negated),
            Expression::Includes { of, how, members } => self.includes(of, *how, members),
            Expression::Present(of) => !self.is_absent(of),
            Expression::CodeIs { of, what, on, negated } => self.code_is(of, what, on.as_deref(), *negated),
            Expression::Relates { set, relation, left, right, either_way } => {
                self.relates((*set, *relation), left, right, *either_way)
            }
            Expression::Text { of, test } => self.text(of, test),
            Expression::Mentions { of, phrases, all, even_negated } => self.mentions(of, phrases, *all, *even_negated),
            Expression::Within { of, span, side, from, calendar: None } => self.within(of, span, *side, from),
            Expression::Within { of, span, side, from, calendar: Some(calendar) } => {
                self.within_business([of, span, from], *side, *calendar)
            }
            Expression::Quantified { quantifier, variable, list, body } => {
                self.quantified(*quantifier, *variable, list, body)
            }
            Expression::With { variable, value, body } => {
                self.bind_value(*variable, value);
                self.holds(body)
            }
            _ => self.eval(expression).is_true(),
        }
    }

    fn is_absent(&mut self, of: &'e Expression) -> bool {
        // What does not fit its type is there all the same: only its content is unknown.
        match self.eval(of) {
            Seen::One(value) => value.is_absent(),
            Seen::Owned(value) => value.is_absent(),
            Seen::Many(values) => values.iter().all(|value| value.is_absent()),
        }
    }

    fn compares(&mut self, how: Comparison, left: &'e Expression, right: &'e Expression) -> bool {
        match (left, right) {
            (left, Expression::Literal(literal)) => self.compares_literal(how, left, literal),
            (Expression::Literal(literal), right) => self.compares_literal(compare::turned(how), right, literal),
            _ => {
                let (left, right) = (self.eval(left), self.eval(right));
                let fits = |how| left.any(|one| right.any(|other| compare::fits(how, compare::order(one, other))));
                match how {
                    Comparison::Unequal => !left.is_absent() && !right.is_absent() && !fits(Comparison::Equal),
                    how => fits(how),
                }
            }
        }
    }

    fn compares_literal(&mut self, how: Comparison, of: &'e Expression, literal: &'e Literal) -> bool {
        let logic = self.logic;
        if let Expression::Path(path) = of
            && let Some(value) = self.resolve_single(path)
        {
            return !is_gone(value) && compare::fits(how, compare::order_literal(value, literal, logic));
        }
        let seen = self.eval(of);
        let fits = |how| seen.any(|one| compare::fits(how, compare::order_literal(one, literal, logic)));
        match how {
            Comparison::Unequal => !seen.is_absent() && !fits(Comparison::Equal),
            how => fits(how),
        }
    }

    fn is_in(&mut self, of: &'e Expression, members: &'e [Member], negated: bool) -> bool {
        if let Expression::Path(path) = of
            && let Some(value) = self.resolve_single(path)
        {
            return !is_gone(value) && self.is_one_of(value, members) != negated;
        }
        let seen = self.eval(of);
        if seen.is_absent() {
            return false;
        }
        seen.any(|value| self.is_one_of(value, members)) != negated
    }

    pub(crate) fn is_one_of(&mut self, value: &Value<'e>, members: &'e [Member]) -> bool {
        self.spend(members.len() as u64 / 8);
        members.iter().any(|member| match member {
            Member::Computed(expression) => {
                let seen = self.eval(expression);
                seen.any(|other| compare::order(value, other) == Some(Ordering::Equal))
            }
            Member::Dated(days, inner) => {
                days.contains(self.encounter.on) && self.is_one_of(value, std::slice::from_ref(inner))
            }
            member => compare::is_member(value, member, self.logic).unwrap_or(false),
        })
    }

    fn includes(&mut self, of: &'e Expression, how: Inclusion, members: &'e [Member]) -> bool {
        let seen = self.eval(of);
        if seen.is_absent() {
            return false;
        }
        match how {
            Inclusion::Any => seen.any(|value| self.is_one_of(value, members)),
            Inclusion::None => !seen.any(|value| self.is_one_of(value, members)),
            Inclusion::Only => !seen.any(|value| !self.is_one_of(value, members)),
            Inclusion::All => members.iter().all(|member| self.has_all_of(&seen, member)),
        }
    }

    /// Whether a list has a member, or every value of a computed member.
    fn has_all_of(&mut self, seen: &Seen<'e>, member: &'e Member) -> bool {
        if let Member::Dated(days, inner) = member {
            return !days.contains(self.encounter.on) || self.has_all_of(seen, inner);
        }
        let Member::Computed(expression) = member else {
            return seen.any(|value| compare::is_member(value, member, self.logic).unwrap_or(false));
        };
        let wanted = self.eval(expression);
        !wanted.is_absent() && !wanted.any(|one| !seen.any(|value| compare::order(value, one) == Some(Ordering::Equal)))
    }

    fn code_is(
        &mut self,
        of: &'e Expression,
        what: &'e CodeQuestion,
        on: Option<&'e Expression>,
        negated: bool,
    ) -> bool {
        let Some(set) = self.set_of(of) else { return false };
        let seen = self.eval(of);
        let on = match on {
            None => Some(self.encounter.on),
            Some(on) => day_of(self.eval(on).single()),
        };
        let Some(on) = on else { return false };
        let mut is_any_there = false;
        let holds = seen.any(|value| {
            let Value::Code(code) = value else { return false };
            is_any_there = true;
            code.code.is_some_and(|code| self.answer(set, code, what, on))
        });
        is_any_there && holds != negated
    }

    fn answer(&self, set: SetId, code: CodeId, what: &CodeQuestion, on: Day) -> bool {
        let codes = self.logic.registry().codes(set);
        match what {
            CodeQuestion::Under(ranges) => ranges.iter().any(|(from, to)| {
                if from == to { codes.is_under(code, *from) } else { codes.is_within(code, *from, *to) }
            }),
            CodeQuestion::Leaf => codes.is_leaf(code, on),
            CodeQuestion::Assignable | CodeQuestion::Valid => codes.is_assignable(code, on),
            CodeQuestion::Known => true,
            CodeQuestion::Retired => codes.has_ended(code, on),
            CodeQuestion::Labelled(label) => codes.labels_within(code, self.encounter.days).contains(label),
        }
    }

    fn relates(
        &mut self,
        (set, relation): (SetId, RelationId),
        left: &'e Expression,
        right: &'e Expression,
        either_way: bool,
    ) -> bool {
        let codes = self.logic.registry().codes(set);
        let (left, right) = (self.eval(left), self.eval(right));
        left.any(|one| {
            right.any(|other| match (one, other) {
                (Value::Code(CodeValue { code: Some(a), .. }), Value::Code(CodeValue { code: Some(b), .. })) => {
                    codes.relates(relation, *a, *b) || (either_way && codes.relates(relation, *b, *a))
                }
                _ => false,
            })
        })
    }

    fn text(&mut self, of: &'e Expression, test: &'e TextTest) -> bool {
        let logic = self.logic;
        let seen = self.eval(of);
        let mut cost = 0;
        let holds = seen.any(|value| {
            let text: &str = match value {
                Value::Text(text) => text,
                Value::Code(code) => &code.text,
                _ => return false,
            };
            cost += text.len() as u64 / 16;
            match test {
                TextTest::Matches(place) => logic.pattern(*place).is_some_and(|pattern| pattern.is_match(text)),
                TextTest::StartsWith(part) => text.starts_with(part.as_str()),
                TextTest::EndsWith(part) => text.ends_with(part.as_str()),
                TextTest::Contains(part) => text.contains(part.as_str()),
                TextTest::Numeric => !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()),
            }
        });
        self.spend(cost);
        holds
    }

    fn mentions(&mut self, of: &'e Expression, phrases: &'e [PhraseId], all: bool, even_negated: bool) -> bool {
        if let Expression::Path(path) = of
            && let Some(value) = self.resolve_single(path)
        {
            let Value::Text(text) = value else { return false };
            let place = self.read(text, true);
            let reading = self.reading(place);
            let says = |phrase: &PhraseId| reading.says(*phrase, even_negated);
            return if all { phrases.iter().all(says) } else { phrases.iter().any(says) };
        }
        let seen = self.eval(of);
        let is_at_home = !matches!(seen, Seen::Owned(_));
        let mut said = |phrase: PhraseId| {
            seen.any(|value| {
                let Value::Text(text) = value else { return false };
                let place = self.read(text, is_at_home);
                self.reading(place).says(phrase, even_negated)
            })
        };
        if all { phrases.iter().all(|phrase| said(*phrase)) } else { phrases.iter().any(|phrase| said(*phrase)) }
    }

    fn within(&mut self, of: &'e Expression, span: &'e Expression, side: Side, from: &'e Expression) -> bool {
        let span = match self.eval(span).single() {
            Value::Span(span) => *span,
            _ => return false,
        };
        let (of, from) = (self.eval(of), self.eval(from));
        let is_by_clock = span.seconds % 86_400 != 0;
        of.any(|one| {
            from.any(|other| {
                if let (true, Value::Moment(one), Value::Moment(other)) = (is_by_clock, one, other) {
                    let about = span.about_seconds();
                    return one.seconds_since(*other).is_some_and(|it| lies(it, 0, Some(-about), Some(about), side));
                }
                let (Some(one), Some(other)) = (day_of(one), day_of(other)) else { return false };
                lies(one, other, other.minus(span), other.plus(span), side)
            })
        })
    }

    /// Whether a day lies at most so many days of business from another. A number that is no count is none.
    fn within_business(&mut self, [of, count, from]: [&'e Expression; 3], side: Side, calendar: CalendarId) -> bool {
        let Some(calendar) = calendar.get(&self.logic.domain().calendars) else { return false };
        let count = compare::whole_of(self.eval(count).single()).and_then(|count| u32::try_from(count).ok());
        let Some(count) = count else { return false };
        let (of, from) = (self.eval(of), self.eval(from));
        of.any(|one| {
            from.any(|other| {
                let (Some(one), Some(other)) = (day_of(one), day_of(other)) else { return false };
                lies(one, other, calendar.before(other, count), calendar.after(other, count), side)
            })
        })
    }

    fn quantified(
        &mut self,
        quantifier: Quantifier,
        variable: VariableId,
        list: &'e Expression,
        body: &'e Expression,
    ) -> bool {
        let wanted = quantifier != Quantifier::Every;
        let found = self.any_item(variable, list, |frame| frame.holds(body) == wanted);
        match quantifier {
            Quantifier::Any => found,
            Quantifier::Every | Quantifier::No => !found && !self.is_spent(),
        }
    }

    fn count(&mut self, variable: VariableId, list: &'e Expression, body: Option<&'e Expression>) -> Seen<'e> {
        let Some(body) = body else { return number(self.eval(list).count()) };
        let mut count = 0;
        self.any_item(variable, list, |frame| {
            count += usize::from(frame.holds(body));
            false
        });
        number(count)
    }

    /// Binds the variable to each item in turn until the test holds.
    pub(crate) fn any_item(
        &mut self,
        variable: VariableId,
        list: &'e Expression,
        mut test: impl FnMut(&mut Frame<'e>) -> bool,
    ) -> bool {
        let path = match list {
            Expression::Path(path) => Some(path),
            _ => None,
        };
        let seen = self.eval(list);
        let (mut place, mut ordinal) = (0, 0);
        while let Some(item) = item_at(&seen, place) {
            if !self.spend(1) {
                return false;
            }
            if !matches!(item, Seen::One(Value::Absent)) {
                self.bind(variable, Bound { value: item, place, ordinal, source: Some(list), is_item: true, path });
                if test(self) {
                    return true;
                }
                ordinal += 1;
            }
            place += 1;
        }
        false
    }

    /// Texts as codes of one of several sets: of that one, if it is the first that has them, else of none.
    fn as_code(&mut self, of: &'e Expression, sets: &'e [SetId], set: SetId) -> Seen<'e> {
        let registry = self.logic.registry();
        let mut codes = Vec::new();
        self.eval(of).each(|value| {
            if let Value::Text(text) = value
                && !value.is_absent()
            {
                let code = registry.first_code(sets, text).and_then(|(first, code)| (first == set).then_some(code));
                codes.push(Value::Code(CodeValue { code, text: Cow::Owned(text.to_string()) }));
            }
        });
        match codes.len() {
            0 => Seen::absent(),
            1 => Seen::Owned(codes.remove(0)),
            _ => Seen::Owned(Value::List(codes)),
        }
    }

    fn property(&mut self, of: &'e Expression, set: SetId, property: PropertyId) -> Seen<'e> {
        let on = self.encounter.on;
        let codes = self.logic.registry().codes(set);
        let seen = self.eval(of);
        let mut values = Vec::new();
        seen.each(|value| {
            if let Value::Code(CodeValue { code: Some(code), .. }) = value {
                values.extend(codes.property_on(*code, property, on));
            }
        });
        let mut values: Vec<Value<'e>> =
            values.iter().map(|it| compare::value_of(it, self.logic).into_owned()).collect();
        match values.len() {
            0 => Seen::absent(),
            1 => Seen::Owned(values.remove(0)),
            _ => Seen::Owned(Value::List(values)),
        }
    }
}

/// The item at a place of what a list expression yields; a single value is a list of one.
pub(crate) fn item_at<'e>(seen: &Seen<'e>, place: usize) -> Option<Seen<'e>> {
    match seen {
        Seen::One(Value::List(items)) => items.get(place).map(Seen::One),
        Seen::Owned(Value::List(items)) => items.get(place).cloned().map(Seen::Owned),
        Seen::Many(values) => values.get(place).map(|value| Seen::One(value)),
        one => (place == 0 && !one.is_absent()).then(|| one.clone()),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub(crate) fn number<'e>(count: usize) -> Seen<'e> {
    Seen::Owned(Value::Number(count as f64))
}

/// The day of a day or of a moment.
pub(crate) fn day_of(value: &Value<'_>) -> Option<Day> {
    match value {
        Value::Day(day) => Some(*day),
        Value::Moment(moment) => Some(moment.day()),
        _ => None,
    }
}

fn lies<T: PartialOrd + Copy>(one: T, from: T, earliest: Option<T>, latest: Option<T>, side: Side) -> bool {
    let (Some(earliest), Some(latest)) = (earliest, latest) else { return false };
    match side {
        Side::Before => earliest <= one && one <= from,
        Side::After => from <= one && one <= latest,
        Side::Around => earliest <= one && one <= latest,
    }
}

fn arithmetic(operator: Operator, left: &Value<'_>, right: &Value<'_>) -> Value<'static> {
    use crate::model::day::Span;
    let day = |day: Option<Day>| day.map_or(Value::Absent, Value::Day);
    match (operator, left, right) {
        (_, Value::Number(_) | Value::Money(_), Value::Number(_) | Value::Money(_)) => {
            amounts::computed(operator, left, right).unwrap_or_default()
        }
        (Operator::Plus, Value::Day(a), Value::Span(b)) | (Operator::Plus, Value::Span(b), Value::Day(a)) => {
            day(a.plus(*b))
        }
        (Operator::Minus, Value::Day(a), Value::Span(b)) => day(a.minus(*b)),
        (Operator::Plus, Value::Moment(a), Value::Span(b)) | (Operator::Plus, Value::Span(b), Value::Moment(a)) => {
            a.plus(*b).map_or(Value::Absent, Value::Moment)
        }
        (Operator::Minus, Value::Moment(a), Value::Span(b)) => {
            let back = b.months.checked_neg().zip(b.seconds.checked_neg());
            back.and_then(|(months, seconds)| a.plus(Span { months, seconds })).map_or(Value::Absent, Value::Moment)
        }
        (Operator::Minus, Value::Moment(a), Value::Moment(b)) => {
            a.seconds_since(*b).map_or(Value::Absent, |seconds| Value::Span(Span { months: 0, seconds }))
        }
        (Operator::Minus, a, b) if day_of(a).is_some() && day_of(b).is_some() => match (day_of(a), day_of(b)) {
            (Some(a), Some(b)) => Value::Span(Span::days(i64::from(a.0) - i64::from(b.0))),
            _ => Value::Absent,
        },
        (
            Operator::Plus,
            Value::Text(a) | Value::Code(CodeValue { text: a, .. }),
            Value::Text(b) | Value::Code(CodeValue { text: b, .. }),
        ) => Value::Text(std::borrow::Cow::Owned(format!("{a}{b}"))),
        (Operator::Plus, Value::Span(a), Value::Span(b)) => spans(*a, *b, 1),
        (Operator::Minus, Value::Span(a), Value::Span(b)) => spans(*a, *b, -1),
        _ => Value::Absent,
    }
}

fn spans(left: crate::model::day::Span, right: crate::model::day::Span, sign: i32) -> Value<'static> {
    let months = right.months.checked_mul(sign).and_then(|it| left.months.checked_add(it));
    let seconds = right.seconds.checked_mul(i64::from(sign)).and_then(|it| left.seconds.checked_add(it));
    match (months, seconds) {
        (Some(months), Some(seconds)) => Value::Span(crate::model::day::Span { months, seconds }),
        _ => Value::Absent,
    }
}
