//! Rules: loops, `let`, conditions, and what a failed one says.

use super::Logic;
use super::expression::item_at;
use super::frame::Bound;
use super::frame::Doubts;
use super::frame::Frame;
use super::index::variables_of;
use super::seen::Seen;
use super::together;
use crate::model::expression::Expression;
use crate::model::expression::Path;
use crate::model::expression::Root;
use crate::model::ids::RuleId;
use crate::model::outcome::Choices;
use crate::model::outcome::Finding;
use crate::model::program::Domain;
use crate::model::record::Kind;
use crate::model::rules::Check;
use crate::model::rules::Demand;
use crate::model::rules::Fix;
use crate::model::rules::Piece;
use crate::model::rules::Rule;
use crate::model::rules::Severity;
use crate::model::rules::Step;
use crate::model::value::CodeValue;
use crate::model::value::Value;
use std::collections::HashMap;

/// Findings of one encounter; a report with more is not read by anybody.
const FINDINGS_AN_ENCOUNTER: usize = 10_000;

/// The order in which a domain's rules are best asked: by record, each scope once, each `when` as early as it can be.
pub struct Scopes {
    /// The rules of each record.
    of_record: Vec<Vec<RuleId>>,
    /// For each rule, its scopes: numbers that equal expressions share.
    numbers: Vec<Vec<usize>>,
    /// How many numbers there are.
    count: usize,
    /// For each rule and check, how many steps each `when` has to wait for.
    waits: Vec<Vec<Vec<usize>>>,
    /// For each rule and check, whether it asks about other encounters.
    asks: Vec<Vec<bool>>,
}

impl Scopes {
    pub(crate) fn new(domain: &Domain) -> Scopes {
        let mut of_record: Vec<Vec<RuleId>> = vec![Vec::new(); domain.records.len()];
        let mut known: HashMap<Vec<u8>, usize> = HashMap::new();
        let mut numbers = Vec::with_capacity(domain.rules.len());
        for (id, rule) in RuleId::numbered(&domain.rules) {
            if let Some(rules) = rule.record.get_mut(&mut of_record) {
                rules.push(id);
            }
            let mut own = Vec::with_capacity(rule.scope.len());
            for scope in &rule.scope {
                // A scope that cannot be written shares its number with none.
                // Where a rule finds answers about other encounters is its own affair.
                let key =
                    postcard::to_stdvec(&(scope, &rule.together)).unwrap_or_else(|_| format!("{scope:?}").into_bytes());
                let next = known.len();
                own.push(*known.entry(key).or_insert(next));
            }
            numbers.push(own);
        }
        let waits = domain.rules.iter().map(|rule| rule.checks.iter().map(waits).collect()).collect();
        let asks = domain.rules.iter().map(together::asking).collect();
        Scopes { of_record, numbers, count: known.len(), waits, asks }
    }
}

/// For each `when` of a check: after how many steps all its variables are known.
fn waits(check: &Check) -> Vec<usize> {
    let wait = |expression| {
        let mut wait = 0;
        variables_of(expression, &mut |variable| {
            let bound = check.steps.iter().rposition(|step| match step {
                Step::Each { variable: it, .. } | Step::Let { variable: it, .. } => *it == variable,
                Step::Pairs { first, second, .. } => *first == variable || *second == variable,
            });
            wait = wait.max(bound.map_or(0, |place| place + 1));
        });
        wait
    };
    check.when.iter().map(wait).collect()
}

/// A check on its way through its loops.
#[derive(Clone, Copy)]
struct Way<'e> {
    rule: &'e Rule,
    check: &'e Check,
    waits: &'e [usize],
}

impl<'e> Frame<'e> {
    /// What the domain's rules say about the encounter, in the order of the rules.
    pub fn findings(&mut self) -> Vec<Finding> {
        let logic: &'e Logic = self.logic;
        let scopes = logic.scopes();
        let mut found = Vec::new();
        let mut answers: Vec<Option<bool>> = vec![None; scopes.count];
        let on = self.encounter.on;
        let rules = self.encounter.record.get(&scopes.of_record).map_or(&[][..], Vec::as_slice);
        for id in rules {
            let Some(rule) = id.get(&logic.domain().rules) else { continue };
            let numbers = id.get(&scopes.numbers).map_or(&[][..], Vec::as_slice);
            let is_dated = rule.from.is_none_or(|from| from <= on) && rule.to.is_none_or(|to| on <= to);
            if !is_dated {
                continue;
            }
            let asks = id.get(&scopes.asks).map_or(&[][..], Vec::as_slice);
            let knows_others = self.look_around(*id, rule, asks, &mut found);
            if !self.is_in_scope(rule, numbers, &mut answers) {
                continue;
            }
            let before = found.len();
            let waits = id.get(&scopes.waits).into_iter().flatten();
            for ((check, waits), asks) in rule.checks.iter().zip(waits).zip(asks) {
                if rule.once && found.len() > before {
                    break;
                }
                if *asks && !knows_others {
                    continue;
                }
                self.walk(Way { rule, check, waits }, 0, &mut found);
            }
            if self.is_spent() || found.len() >= FINDINGS_AN_ENCOUNTER {
                found.truncate(FINDINGS_AN_ENCOUNTER);
                found.push(over_budget());
                break;
            }
        }
        found
    }

    fn is_in_scope(&mut self, rule: &'e Rule, numbers: &[usize], answers: &mut [Option<bool>]) -> bool {
        rule.scope.iter().zip(numbers).all(|(scope, number)| {
            if let Some(Some(answer)) = answers.get(*number) {
                return *answer;
            }
            let answer = self.holds(scope);
            if let Some(slot) = answers.get_mut(*number) {
                *slot = Some(answer);
            }
            answer
        })
    }

    /// Goes through the steps from `depth` on; true if enough was found.
    fn walk(&mut self, way: Way<'e>, depth: usize, found: &mut Vec<Finding>) -> bool {
        let due = way.check.when.iter().zip(way.waits).filter(|(_, wait)| **wait == depth);
        for (when, _) in due {
            if !self.holds(when) {
                return false;
            }
        }
        match way.check.steps.get(depth) {
            None => self.judge(way, found),
            Some(Step::Each { variable, list, path }) => self.any_item(*variable, list, |frame| {
                if let (Some(path), Some(bound)) = (path, variable.get_mut(&mut frame.variables)) {
                    bound.path = Some(path);
                }
                frame.walk(way, depth + 1, found)
            }),
            Some(Step::Let { variable, value }) => {
                self.bind_value(*variable, value);
                self.walk(way, depth + 1, found)
            }
            Some(Step::Pairs { first, second, list, path }) => {
                let seen = self.eval(list);
                // What stands for nothing in a list is no item of it, though it keeps its place.
                let mut there = Vec::new();
                let mut place = 0;
                while let Some(item) = item_at(&seen, place) {
                    if !matches!(item, Seen::One(Value::Absent)) {
                        there.push((place, item));
                    }
                    place += 1;
                }
                for (earlier, (first_place, one)) in there.iter().enumerate() {
                    for (later, (second_place, other)) in there.iter().enumerate().skip(earlier + 1) {
                        if !self.spend(1) {
                            return true;
                        }
                        let bound = |value: &Seen<'e>, place: usize, ordinal: usize| Bound {
                            value: value.clone(),
                            place,
                            ordinal,
                            source: Some(list),
                            is_item: true,
                            path: path.as_ref(),
                        };
                        self.bind(*first, bound(one, *first_place, earlier));
                        self.bind(*second, bound(other, *second_place, later));
                        if self.walk(way, depth + 1, found) {
                            return true;
                        }
                    }
                }
                false
            }
        }
    }

    fn judge(&mut self, way: Way<'e>, found: &mut Vec<Finding>) -> bool {
        for Demand { condition, is_required } in &way.check.demands {
            let is_met = self.holds(condition) == *is_required;
            if is_met || self.is_spent() || self.rests_on_misfits(way, condition, *is_required) {
                continue;
            }
            let finding = self.finding(way, condition);
            found.push(finding);
            if way.rule.once {
                return true;
            }
        }
        self.is_spent() || found.len() >= FINDINGS_AN_ENCOUNTER
    }

    /// Whether the condition fails, or the check is asked at all, only because a value does not fit its type. That the
    /// value does not fit is said once, and no rule says it again.
    fn rests_on_misfits(&mut self, way: Way<'e>, condition: &'e Expression, wanted: bool) -> bool {
        if self.encounter.misfits.is_empty() {
            return false;
        }
        self.doubts = Doubts::Misfits;
        let asked = way.check.when.iter().chain(&way.rule.scope);
        let rests = self.may(condition, wanted) || asked.into_iter().any(|when| self.may(when, false));
        self.doubts = Doubts::All;
        rests
    }

    fn finding(&mut self, way: Way<'e>, failed: &'e Expression) -> Finding {
        let (rule, check) = (way.rule, way.check);
        let message = check.message.as_ref().unwrap_or(&rule.message).iter().map(|piece| self.piece(piece)).collect();
        let path = match check.at.as_ref().or_else(|| self.first_path(failed)) {
            Some(path) => self.locate(path),
            None => self.innermost(check),
        };
        let fix = match &check.fix {
            None => None,
            Some(Fix::Code(set, code)) => Some((*set, *code)),
            Some(Fix::Computed(expression)) => match (self.set_of(expression), self.eval(expression).single()) {
                (Some(set), Value::Code(CodeValue { code: Some(code), .. })) => Some((set, *code)),
                _ => None,
            },
        };
        let special = rule.severities.iter().find(|(when, _)| self.holds(when));
        let severity = special.map_or(rule.severity, |(_, severity)| *severity);
        Finding {
            rule: rule.id.clone(),
            severity,
            path,
            message,
            see: rule.see.clone(),
            help: rule.help.clone(),
            fix,
            choices: Choices::default(),
            extra: check.extra.clone(),
            other: self.other.map(str::to_owned),
        }
    }

    /// The field that a condition reads first; behind a name that `let` gave, the field that its value reads first.
    fn first_path(&self, condition: &'e Expression) -> Option<&'e Path> {
        let mut path = condition.first_path()?;
        // A `let` looks only at those above it, so this ends.
        while let Root::Variable(number) = path.root {
            let Some(bound) = number.get(&self.variables).filter(|bound| !bound.is_item) else { break };
            path = bound.source.and_then(Expression::first_path)?;
        }
        Some(path)
    }

    /// Where the innermost loop is; empty without a loop.
    fn innermost(&self, check: &Check) -> String {
        let loops = check.steps.iter().rev().find_map(|step| match step {
            Step::Each { variable, .. } => Some(*variable),
            Step::Pairs { second, .. } => Some(*second),
            Step::Let { .. } => None,
        });
        loops.map_or_else(String::new, |variable| self.name(variable))
    }

    /// A piece of a message. What may be anybody's words is left out: a text field, a code that the set does not have.
    fn piece(&mut self, piece: &'e Piece) -> String {
        let expression = match piece {
            Piece::Text(text) => return text.clone(),
            Piece::Value(expression) => expression,
        };
        let is_words = matches!(
            super::frame::innermost(self.sort(expression)),
            super::frame::Sort::Kind(Kind::Text | Kind::Record(_))
        );
        let sets = match super::frame::innermost(self.sort(expression)) {
            super::frame::Sort::Kind(Kind::Codes(sets)) => sets.as_slice(),
            _ => &[],
        };
        let registry = self.logic().registry();
        let has_unknown = self.eval(expression).any(|value| match value {
            Value::Code(CodeValue { code, .. }) => code.is_none(),
            Value::Text(text) if !sets.is_empty() => registry.first_code(sets, text).is_none(),
            value => matches!(value, Value::Misfit(_)),
        });
        if is_words || has_unknown {
            return "…".to_owned();
        }
        self.write_out(expression).unwrap_or_else(|| "nothing".to_owned())
    }
}

/// The finding of an encounter that costs more than it may.
pub fn over_budget() -> Finding {
    Finding {
        rule: "input".to_owned(),
        severity: Severity::Error,
        path: String::new(),
        message: "the encounter is too large to be judged whole: not every rule was asked".to_owned(),
        see: String::new(),
        help: "split the lists of the encounter".to_owned(),
        fix: None,
        choices: Choices::default(),
        extra: Vec::new(),
        other: None,
    }
}
