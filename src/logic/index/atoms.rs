//! The tests that a condition cannot hold without.

use crate::model::expression::Comparison;
use crate::model::expression::Expression;
use crate::model::expression::Inclusion;
use crate::model::expression::Member;
use crate::model::expression::Path;
use crate::model::expression::Quantifier;
use crate::model::expression::Root;
use crate::model::expression::TextTest;
use crate::model::ids::CodeId;
use crate::model::ids::PhraseId;
use crate::model::ids::VariableId;
use crate::model::money;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::value::Literal;
use crate::model::value::Value;
use foldhash::fast::FixedState;
use std::hash::BuildHasher;

/// A test that one look at an encounter answers. Each may hold more often than the condition it stands for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Atom {
    /// A text says the phrase, negated or not.
    Phrase(Path, PhraseId),
    /// A value with this key is there.
    Key(Path, u64),
    /// A text begins so.
    Prefix(Path, String),
    /// A value lies between two ends, both included.
    Range(Path, Axis, f64, f64),
    /// Any value is there.
    Present(Path),
}

/// What the ends of a range are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Axis {
    /// Numbers.
    Number,
    /// Days; a moment counts as its day.
    Day,
    /// Steps of a ladder.
    Step,
}

const COST_PHRASE: u32 = 1;
const COST_PREFIX: u32 = 20;
const COST_RANGE: u32 = 300;
const COST_PRESENT: u32 = 900;

type Atoms = Option<(Vec<Atom>, u32)>;

/// The cheapest tests one of which holds whenever the condition does; `None` if there are none. The second is how many of a
/// thousand encounters they may hold for, guessed from the kind of the field.
pub(crate) fn necessary(condition: &Expression, fields: &[Field]) -> Atoms {
    match condition {
        Expression::And(all) => all.iter().filter_map(|one| necessary(one, fields)).min_by_key(|(_, cost)| *cost),
        Expression::Or(all) => union(all.iter().map(|one| necessary(one, fields))),
        Expression::Compare { how, left, right } => match (left.as_ref(), right.as_ref()) {
            (Expression::Path(path), Expression::Literal(literal)) => compared(path, *how, literal, fields),
            (Expression::Literal(literal), Expression::Path(path)) => {
                compared(path, crate::logic::compare::turned(*how), literal, fields)
            }
            (Expression::Path(path), _) | (_, Expression::Path(path)) => present(path),
            _ => None,
        },
        Expression::In { of, members, negated: false } => match of.as_ref() {
            Expression::Path(path) => one_of(path, members, fields),
            _ => None,
        },
        Expression::Includes { of, how: Inclusion::Any, members } => match of.as_ref() {
            Expression::Path(path) => one_of(path, members, fields),
            _ => None,
        },
        Expression::Includes { of, how: Inclusion::All, members } => match (of.as_ref(), members.first()) {
            // A member that is asked for on some days only is not necessary.
            (Expression::Path(path), Some(Member::Dated(..))) => present(path),
            (Expression::Path(path), Some(member)) => one_of(path, std::slice::from_ref(member), fields),
            _ => None,
        },
        Expression::Mentions { of, phrases, all, .. } => match of.as_ref() {
            Expression::Path(path) if path.root == Root::Encounter => {
                let wanted = if *all { phrases.get(..1).filter(|it| !it.is_empty())? } else { phrases.as_slice() };
                let cost = u32::try_from(wanted.len()).ok()?.saturating_mul(COST_PHRASE);
                Some((wanted.iter().map(|phrase| Atom::Phrase(path.clone(), *phrase)).collect(), cost))
            }
            _ => None,
        },
        Expression::Text { of, test } => match (of.as_ref(), test) {
            (Expression::Path(path), TextTest::StartsWith(prefix)) if path.root == Root::Encounter => {
                Some((vec![Atom::Prefix(path.clone(), prefix.clone())], COST_PREFIX))
            }
            (of, _) => through(of),
        },
        Expression::Present(of)
        | Expression::In { of, .. }
        | Expression::Includes { of, .. }
        | Expression::CodeIs { of, .. }
        | Expression::Within { of, .. }
        | Expression::Quantified { quantifier: Quantifier::Any, list: of, .. } => through(of),
        Expression::Path(path) => present(path),
        _ => None,
    }
}

fn through(of: &Expression) -> Atoms {
    match of {
        Expression::Path(path) => present(path),
        _ => None,
    }
}

fn present(path: &Path) -> Atoms {
    (path.root == Root::Encounter).then(|| (vec![Atom::Present(path.clone())], COST_PRESENT))
}

fn union(each: impl Iterator<Item = Atoms>) -> Atoms {
    let mut all = (Vec::new(), 0_u32);
    for atoms in each {
        let (atoms, cost) = atoms?;
        all.0.extend(atoms);
        all.1 = all.1.saturating_add(cost);
    }
    Some(all)
}

fn one_of(path: &Path, members: &[Member], fields: &[Field]) -> Atoms {
    union(members.iter().map(|member| of_member(path, member, fields)))
}

fn of_member(path: &Path, member: &Member, fields: &[Field]) -> Atoms {
    match member {
        Member::One(literal) => compared(path, Comparison::Equal, literal, fields),
        Member::Range(from, to) => match (point(from), point(to)) {
            (Some((axis, from)), Some((other, to))) if axis == other => range(path, axis, from, to),
            _ => present(path),
        },
        Member::Codes { .. } | Member::Computed(_) => present(path),
        // What has to be there on some days is looked for on all of them.
        Member::Dated(_, inner) => of_member(path, inner, fields),
    }
}

fn compared(path: &Path, how: Comparison, literal: &Literal, fields: &[Field]) -> Atoms {
    if path.root != Root::Encounter {
        return None;
    }
    let at = point(literal);
    match (how, at) {
        (Comparison::Unequal, _) => present(path),
        (Comparison::Less | Comparison::AtMost, Some((axis, at))) => range(path, axis, f64::NEG_INFINITY, at),
        (Comparison::More | Comparison::AtLeast, Some((axis, at))) => range(path, axis, at, f64::INFINITY),
        (Comparison::Equal, Some((Axis::Day, at))) => range(path, Axis::Day, at, at),
        (Comparison::Equal, _) => equal(path, literal, fields),
        _ => present(path),
    }
}

fn equal(path: &Path, literal: &Literal, fields: &[Field]) -> Atoms {
    let kind = kind_at(path, fields);
    let share = |count: usize| 1000 / u32::try_from(count).unwrap_or(u32::MAX).max(1);
    let (key, cost) = match (literal, kind) {
        // A code that the set does not have equals nothing.
        (Literal::Code(_, None), _) => return Some((Vec::new(), 0)),
        (Literal::Code(_, Some(code)), Some(Kind::Code(_))) => (code_key(*code), 2),
        (Literal::Text(text), _) => (text_key(text), 2),
        (Literal::Number(number), _) => (number_key(*number), 10),
        (Literal::Money(amount), _) => (number_key(money::to_binary(*amount)), 10),
        (Literal::Bool(it), _) => (bool_key(*it), 500),
        (Literal::Choice(place), Some(Kind::Choice(names))) => (choice_key(*place), share(names.len())),
        (Literal::Step(place), Some(Kind::Ladder(names))) => (step_key(*place), share(names.len())),
        _ => return present(path),
    };
    Some((vec![Atom::Key(path.clone(), key)], cost))
}

fn range(path: &Path, axis: Axis, from: f64, to: f64) -> Atoms {
    (path.root == Root::Encounter).then(|| (vec![Atom::Range(path.clone(), axis, from, to)], COST_RANGE))
}

/// Where a literal lies on the axis of its kind.
pub(super) fn point(literal: &Literal) -> Option<(Axis, f64)> {
    match literal {
        Literal::Number(number) => Some((Axis::Number, *number)),
        Literal::Money(amount) => Some((Axis::Number, money::to_binary(*amount))),
        Literal::Day(day) => Some((Axis::Day, f64::from(day.0))),
        Literal::Moment(moment) => Some((Axis::Day, f64::from(moment.day().0))),
        Literal::Step(step) => Some((Axis::Step, f64::from(*step))),
        _ => None,
    }
}

pub(super) fn kind_at<'f>(path: &Path, mut fields: &'f [Field]) -> Option<&'f Kind> {
    let mut kind = None;
    for slot in &path.slots {
        let mut inner = &slot.get(fields)?.kind;
        while let Kind::List(item) = inner {
            inner = item;
        }
        fields = if let Kind::Record(fields) = inner { fields } else { &[] };
        kind = Some(inner);
    }
    kind
}

fn key(tag: u8, value: u64) -> u64 {
    // Two keys that meet only cost an evaluation.
    (value ^ (u64::from(tag) << 56)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn code_key(code: CodeId) -> u64 {
    key(1, u64::from(code.to_stored()))
}

fn text_key(text: &str) -> u64 {
    key(2, hash(text))
}

/// The key of a text by its first bytes.
pub(crate) fn prefix_key(prefix: &str) -> u64 {
    key(7, hash(prefix))
}

fn number_key(number: f64) -> u64 {
    key(3, if number == 0.0 { 0 } else { number.to_bits() })
}

fn bool_key(it: bool) -> u64 {
    key(4, u64::from(it))
}

fn choice_key(place: u16) -> u64 {
    key(5, u64::from(place))
}

fn step_key(place: u16) -> u64 {
    key(6, u64::from(place))
}

fn hash(text: &str) -> u64 {
    // Two texts that meet only cost an evaluation, so a seed that anybody knows does no harm.
    FixedState::with_seed(0).hash_one(text)
}

/// Visits every key that a value answers to.
pub(crate) fn keys_of(value: &Value<'_>, mut visit: impl FnMut(u64)) {
    match value {
        Value::Bool(it) => visit(bool_key(*it)),
        Value::Number(it) => visit(number_key(*it)),
        Value::Money(it) => visit(number_key(money::to_binary(*it))),
        Value::Text(it) => visit(text_key(it)),
        Value::Choice(it) => visit(choice_key(*it)),
        Value::Step(it) => visit(step_key(*it)),
        Value::Code(it) => {
            if let Some(code) = it.code {
                visit(code_key(code));
            }
            visit(text_key(&it.text));
        }
        _ => {}
    }
}

/// Visits every variable that an expression looks at, its own loops' included.
pub(crate) fn variables_of(expression: &Expression, visit: &mut dyn FnMut(VariableId)) {
    match expression {
        Expression::Path(path) => {
            if let Root::Variable(variable) = path.root {
                visit(variable);
            }
        }
        Expression::Position(variable) => visit(*variable),
        other => other.each_part(&mut |part| variables_of(part, visit)),
    }
}
