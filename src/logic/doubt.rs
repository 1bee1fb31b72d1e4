//! What may hold, if what nobody can read could be anything: a label is rather given than missed.
//!
//! In doubt is a value that does not fit its type, a code that its set does not have, and what a function cannot make out
//! of a value that is there. What is absent is known to be absent.

use super::Frame;
use super::frame::Bound;
use super::frame::Doubts;
use super::seen::Seen;
use crate::model::expression::Expression;
use crate::model::expression::Function;
use crate::model::expression::Path;
use crate::model::expression::Quantifier;
use crate::model::expression::Root;
use crate::model::ids::FieldId;
use crate::model::ids::VariableId;
use crate::model::value::CodeValue;
use crate::model::value::Value;
use std::borrow::Cow;

impl<'e> Frame<'e> {
    /// Whether the answer to a condition is, or could be, the wanted one.
    pub(crate) fn may(&mut self, condition: &'e Expression, wanted: bool) -> bool {
        if !self.spend(1) {
            return true;
        }
        match condition {
            Expression::And(all) if wanted => all.iter().all(|one| self.may(one, true)),
            Expression::And(all) => all.iter().any(|one| self.may(one, false)),
            Expression::Or(all) if wanted => all.iter().any(|one| self.may(one, true)),
            Expression::Or(all) => all.iter().all(|one| self.may(one, false)),
            Expression::Not(one) => self.may(one, !wanted),
            Expression::Quantified { quantifier, variable, list, body } => {
                self.is_doubtful(list) || self.quantifier_may((*quantifier, *variable), list, body, wanted)
            }
            Expression::With { variable, value, body } => {
                self.bind_doubtful(*variable, value);
                self.may(body, wanted)
            }
            _ => self.holds(condition) == wanted || self.is_doubtful(condition),
        }
    }

    fn quantifier_may(
        &mut self,
        (quantifier, variable): (Quantifier, VariableId),
        list: &'e Expression,
        body: &'e Expression,
        wanted: bool,
    ) -> bool {
        // `any` looks for an item of which the body holds, `every` for one of which it fails, `no` for none of the first.
        let sought = quantifier != Quantifier::Every;
        let is_found = match quantifier {
            Quantifier::Any => wanted,
            Quantifier::Every | Quantifier::No => !wanted,
        };
        if is_found {
            self.any_item(variable, list, |frame| frame.may(body, sought))
        } else {
            !self.any_item(variable, list, |frame| !frame.may(body, !sought))
        }
    }

    /// Whether what an expression yields rests on what nobody can read.
    fn is_doubtful(&mut self, expression: &'e Expression) -> bool {
        if !self.spend(1) {
            return true;
        }
        match expression {
            Expression::Literal(_) | Expression::Position(_) => false,
            Expression::Path(path) => self.is_unreadable(path, true) || self.is_made_of_misfits(path),
            // What does not fit its type is there.
            Expression::Present(of) => match of.as_ref() {
                Expression::Path(path) => self.is_unreadable(path, false),
                of => self.is_doubtful(of),
            },
            Expression::And(_) | Expression::Or(_) | Expression::Not(_) | Expression::Quantified { .. } => {
                self.may(expression, true) && self.may(expression, false)
            }
            Expression::With { variable, value, body } => {
                self.bind_doubtful(*variable, value);
                self.is_doubtful(body)
            }
            Expression::Count { variable, list, body } => {
                self.is_doubtful(list)
                    || body.as_deref().is_some_and(|body| {
                        self.any_item(*variable, list, |frame| frame.may(body, true) && frame.may(body, false))
                    })
            }
            Expression::Call { function, arguments } => {
                arguments.iter().any(|argument| self.is_doubtful(argument)) || self.is_lost(*function, arguments)
            }
            other => {
                let mut parts = Vec::new();
                other.each_part(&mut |part| parts.push(part));
                parts.into_iter().any(|part| self.is_doubtful(part))
            }
        }
    }

    /// Whether a name of a `let` stands for what was worked out of a value that does not fit.
    fn is_made_of_misfits(&mut self, path: &Path) -> bool {
        let Root::Variable(number) = path.root else { return false };
        let bound = number.get(&self.variables).filter(|bound| !bound.is_item);
        let source = bound.and_then(|bound| bound.source).filter(|_| self.doubts == Doubts::Misfits);
        source.is_some_and(|source| self.is_doubtful(source))
    }

    /// Whether a function makes nothing of values that are there: a number of words, a part that a text does not have.
    fn is_lost(&mut self, function: Function, arguments: &'e [Expression]) -> bool {
        let reads = matches!(
            function,
            Function::Number
                | Function::Part
                | Function::Date
                | Function::Year
                | Function::Month
                | Function::Day
                | Function::Hour
                | Function::InZone
                | Function::Years
                | Function::Days
        );
        reads
            && self.doubts == Doubts::All
            && arguments.iter().all(|argument| !self.eval(argument).is_absent())
            && self.call(function, arguments).is_absent()
    }

    /// Gives a variable the value of an expression, or one that nobody can read if it is in doubt.
    fn bind_doubtful(&mut self, variable: VariableId, value: &'e Expression) {
        self.bind_value(variable, value);
        if self.is_doubtful(value) {
            let value = Seen::Owned(Value::Misfit(Cow::Borrowed("")));
            self.bind(variable, Bound { value, place: 0, source: None, is_item: false, ordinal: 0, path: None });
        }
    }

    /// Whether something on the way to a value cannot be read or, `at_end`, the value itself.
    fn is_unreadable(&self, path: &Path, at_end: bool) -> bool {
        match path.root {
            Root::Encounter => path.slots.split_first().is_some_and(|(first, rest)| {
                let value = first.get(&self.encounter.slots);
                value.is_some_and(|value| is_unreadable(value, rest, (at_end, self.doubts)))
            }),
            Root::Variable(number) => {
                let bound = number.get(&self.variables);
                bound.is_some_and(|bound| match &bound.value {
                    Seen::One(value) => is_unreadable(value, &path.slots, (at_end, self.doubts)),
                    Seen::Owned(value) => is_unreadable(value, &path.slots, (at_end, self.doubts)),
                    Seen::Many(values) => {
                        values.iter().any(|value| is_unreadable(value, &path.slots, (at_end, self.doubts)))
                    }
                })
            }
        }
    }
}

fn is_unreadable(value: &Value<'_>, slots: &[FieldId], (at_end, doubts): (bool, Doubts)) -> bool {
    match (value, slots.split_first()) {
        (Value::Misfit(_), rest) => at_end || rest.is_some(),
        (Value::Code(CodeValue { code: None, text }), None) => at_end && doubts == Doubts::All && !text.is_empty(),
        (Value::List(items), _) => items.iter().any(|item| is_unreadable(item, slots, (at_end, doubts))),
        (Value::Record(values), Some((slot, rest))) => {
            slot.get(values).is_some_and(|value| is_unreadable(value, rest, (at_end, doubts)))
        }
        _ => false,
    }
}
