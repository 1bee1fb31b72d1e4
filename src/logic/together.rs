//! Rules that look at other encounters: what they have in common, what is asked of each, and where the answers are put.
//!
//! Who collects the answers stands outside of this room. Without anybody who did, such a rule is undecided.

use super::amounts;
use super::around::Answer;
use super::around::Around;
use super::around::of_none;
use super::compare;
use super::frame::Bound;
use super::frame::Frame;
use super::index::variables_of;
use super::seen::Seen;
use super::seen::is_gone;
use crate::model::expression::Expression;
use crate::model::expression::Operator;
use crate::model::ids::RuleId;
use crate::model::outcome::Choices;
use crate::model::outcome::Finding;
use crate::model::rules::Check;
use crate::model::rules::Gathered;
use crate::model::rules::Rule;
use crate::model::rules::Severity;
use crate::model::rules::Step;
use crate::model::rules::Together;
use crate::model::value::Value;
use std::cmp::Ordering;

/// What a question comes to of one encounter, whose id is given: what [`Frame::gathered`] worked out of it.
pub fn of_one(what: &Gathered, value: Value<'static>, id: Option<&str>) -> Answer {
    let holds = value == Value::Bool(true);
    let (value, counts) = match what {
        Gathered::Any => (value, holds),
        Gathered::Count => (Value::Number(f64::from(u8::from(holds))), holds),
        Gathered::Sum(_) if matches!(value, Value::Number(_) | Value::Money(_)) => (value, true),
        Gathered::Sum(_) => (of_none(what), false),
        Gathered::Least | Gathered::Greatest => {
            let counts = !is_gone(&value);
            (value, counts)
        }
        Gathered::Previous | Gathered::First => (value, true),
    };
    Answer { value, other: id.filter(|_| counts).map(str::to_owned) }
}

/// What a question comes to of all the encounters that two answers are about; the first is about those before the others.
pub fn of_both(what: &Gathered, first: &Answer, second: &Answer) -> Answer {
    let last = || second.other.clone().or_else(|| first.other.clone());
    let plus = || amounts::computed(Operator::Plus, &first.value, &second.value).unwrap_or_default();
    match what {
        Gathered::Any => {
            let holds = [first, second].into_iter().any(|it| it.value == Value::Bool(true));
            Answer { value: Value::Bool(holds), other: last() }
        }
        Gathered::Count | Gathered::Sum(_) => Answer { value: plus(), other: last() },
        Gathered::Previous => second.clone(),
        Gathered::First => first.clone(),
        Gathered::Least | Gathered::Greatest => {
            let wanted = if *what == Gathered::Least { Ordering::Less } else { Ordering::Greater };
            let is_second = is_gone(&first.value) || compare::order(&second.value, &first.value) == Some(wanted);
            if is_second { second.clone() } else { first.clone() }
        }
    }
}

/// Which parts of a rule ask about other encounters: all do, if what stands outside of them does.
pub(super) fn asking(rule: &Rule) -> Vec<bool> {
    let asking = |check: &Check| {
        let together = rule.together.as_ref()?;
        let steps = check.steps.iter().filter_map(|step| match step {
            Step::Let { value, .. } => Some(value),
            Step::Each { .. } | Step::Pairs { .. } => None,
        });
        let conditions =
            rule.scope.iter().chain(&check.when).chain(check.demands.iter().map(|demand| &demand.condition));
        Some(conditions.chain(steps).any(|condition| asks(together, condition)))
    };
    rule.checks.iter().map(|check| asking(check).unwrap_or(false)).collect()
}

fn asks(together: &Together, condition: &Expression) -> bool {
    let mut asks = false;
    variables_of(condition, &mut |it| asks |= together.asked.iter().any(|asked| asked.variable == it));
    asks
}

impl<'e> Frame<'e> {
    /// The same frame, which knows the other encounters.
    #[must_use]
    pub fn among(mut self, around: Option<&'e Around>) -> Frame<'e> {
        self.around = around;
        self
    }

    /// What the encounter has in common with those that a rule looks at; `None` if it lacks some of it.
    pub fn keys(&mut self, together: &'e Together) -> Option<Vec<Value<'static>>> {
        let keys = together.keys.iter().map(|key| {
            let seen = self.eval(key);
            (!seen.is_absent()).then(|| seen.single().clone().into_owned())
        });
        keys.collect()
    }

    /// What a question works out of this encounter, which is another one to those of its group.
    pub fn gathered(&mut self, what: &Gathered, of: &'e Expression) -> Value<'static> {
        match what {
            Gathered::Any | Gathered::Count => Value::Bool(self.holds(of)),
            _ => self.eval(of).single().clone().into_owned(),
        }
    }

    /// Puts the answers about the others where the rule finds them; false if the parts of the rule that ask do not apply, or
    /// cannot be decided, which is said. `asks` says which parts do.
    pub(super) fn look_around(&mut self, id: RuleId, rule: &'e Rule, asks: &[bool], found: &mut Vec<Finding>) -> bool {
        self.other = None;
        let Some(together) = &rule.together else { return true };
        if !asks.contains(&true) {
            return true;
        }
        let Some(around) = self.around else {
            found.extend(self.undecided(rule, together));
            return false;
        };
        let answers = around.of(id);
        if answers.is_none() && self.keys(together).is_none() {
            return false;
        }
        for (place, asked) in together.asked.iter().enumerate() {
            let answer = answers.and_then(|answers| answers.get(place));
            let value = answer.map_or_else(|| Seen::Owned(of_none(&asked.what)), |answer| Seen::One(&answer.value));
            let source = Some(&asked.of);
            self.bind(asked.variable, Bound { value, place: 0, source, is_item: false, ordinal: 0, path: None });
            self.other = self.other.or(answer.and_then(|answer| answer.other.as_deref()));
        }
        true
    }

    /// That a rule which would apply depends on encounters that nobody knows here.
    fn undecided(&mut self, rule: &'e Rule, together: &'e Together) -> Option<Finding> {
        self.keys(together)?;
        if !rule.scope.iter().all(|condition| asks(together, condition) || self.holds(condition)) {
            return None;
        }
        let path = together.keys.iter().find_map(Expression::first_path);
        Some(Finding {
            rule: rule.id.clone(),
            severity: Severity::Undecided,
            path: path.map_or_else(String::new, |path| self.locate(path)),
            message: "this depends on other encounters, which are not known here".to_owned(),
            see: rule.see.clone(),
            help: "answer them together, in one file, or give the earlier ones as history".to_owned(),
            fix: None,
            choices: Choices::default(),
            extra: Vec::new(),
            other: None,
        })
    }
}
