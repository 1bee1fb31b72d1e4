//! Conditions that can never hold: two parts of one conjunction that no value meets together, or one part that asks for a value
//! there is not. And lines that say what another line says already.

use super::expression::Lowering;
use super::scope::Scope;
use super::scope::Type;
use super::tables::covers;
use super::tables::order;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::span::Span;
use crate::model::expression::Comparison;
use crate::model::expression::Expression;
use crate::model::expression::Member;
use crate::model::expression::Path;
use crate::model::ids::CodeId;
use crate::model::record::Kind;
use crate::model::value::Literal;

/// What a conjunct says of one path.
enum Says<'a> {
    Among(Vec<&'a Member>),
    Is(&'a Literal),
    IsNot(&'a Literal),
    Compares(Comparison, &'a Literal),
    Present,
    Absent,
}

/// Reports a condition that no encounter can meet; in a rule over the rows of a table it is noted with the row.
pub(super) fn never(condition: &Expression, span: Span, lowering: &mut Lowering<'_>) {
    let Some(why) = contradiction(condition, &lowering.scope) else { return };
    match &mut lowering.scope.row {
        Some(row) => row.never.push((span, why)),
        None => lowering.say(span, Problem::NeverHolds { why }, None),
    }
}

/// Whether no encounter can meet a condition.
pub(super) fn is_never(condition: &Expression, scope: &Scope<'_>) -> bool {
    contradiction(condition, scope).is_some()
}

/// Reports lines that each can hold, but never together.
pub(super) fn never_together(lines: &[Expression], span: Span, lowering: &mut Lowering<'_>) -> bool {
    let is_never = clash(lines, &lowering.scope);
    if is_never {
        let why = "two of these lines exclude each other".into();
        lowering.say(span, Problem::NeverHolds { why }, None);
    }
    is_never
}

fn contradiction(condition: &Expression, scope: &Scope<'_>) -> Option<String> {
    match condition {
        Expression::Or(parts) => {
            let whys: Vec<_> = parts.iter().map(|part| contradiction(part, scope)).collect();
            if whys.iter().all(Option::is_some) { whys.into_iter().next().flatten() } else { None }
        }
        Expression::And(parts) => parts
            .iter()
            .find_map(|part| contradiction(part, scope))
            .or_else(|| clash(parts, scope).then(|| "two parts of it exclude each other".into())),
        Expression::In { members, negated: false, .. } if members.is_empty() => {
            Some("nothing is a member of an empty set".into())
        }
        Expression::In { members, negated: false, .. } if members.iter().all(is_backwards) => {
            Some("the range ends before it begins".into())
        }
        Expression::In { of, members, negated: true } => {
            let is_all = kind_of(of, scope).is_some_and(|kind| is_all(members, kind.base));
            is_all.then(|| "these are all the values there are".into())
        }
        Expression::Compare { how, left, right } => match (&**left, &**right) {
            (Expression::Literal(one), Expression::Literal(two)) => {
                let holds = order(one, two).is_none_or(|it| holds(*how, it));
                (!holds).then(|| "it compares two values that stand here".into())
            }
            (path, Expression::Literal(Literal::Step(step))) => {
                let Type { base: Kind::Ladder(steps), .. } = kind_of(path, scope)? else { return None };
                let is_last = usize::from(*step) + 1 == steps.len();
                match how {
                    Comparison::More if is_last => Some("no step stands above the last".into()),
                    Comparison::Less if *step == 0 => Some("no step stands below the first".into()),
                    _ => None,
                }
            }
            _ => None,
        },
        _ => None,
    }
}

/// Whether two parts of a conjunction exclude each other. A path through a list has several values, and each part may be met by
/// another one of them, so that only single values count.
pub(super) fn clash(parts: &[Expression], scope: &Scope<'_>) -> bool {
    let mut said: Vec<(&Path, Says<'_>)> = Vec::new();
    let mut open: Vec<&Expression> = parts.iter().collect();
    while let Some(part) = open.pop() {
        match part {
            Expression::And(inner) => open.extend(inner),
            _ => said.extend(says(part)),
        }
    }
    let is_single = |path: &Path| scope.kind_of(path).is_none_or(|kind| !kind.is_list);
    said.iter().enumerate().any(|(place, (path, one))| {
        let later = said.iter().skip(place + 1).filter(|(other, _)| other == path);
        is_single(path) && later.into_iter().any(|(_, two)| excludes(one, two) || excludes(two, one))
    })
}

fn kind_of<'a>(expression: &Expression, scope: &Scope<'a>) -> Option<Type<'a>> {
    match expression {
        Expression::Path(path) => scope.kind_of(path),
        _ => None,
    }
}

fn is_backwards(member: &Member) -> bool {
    matches!(member, Member::Range(from, to) if order(from, to) == Some(1))
}

/// Whether every value of a choice or ladder is among the members.
fn is_all(members: &[Member], kind: &Kind) -> bool {
    let all: Vec<Literal> = match kind {
        Kind::Choice(names) => (0..).take(names.len()).map(Literal::Choice).collect(),
        Kind::Ladder(names) => (0..).take(names.len()).map(Literal::Step).collect(),
        _ => return false,
    };
    all.iter().all(|value| members.iter().any(|member| covers(member, value)))
}

/// Whether one condition holds wherever another does, as far as that can be seen.
pub(super) fn implies(one: &Expression, other: &Expression) -> bool {
    if one == other {
        return true;
    }
    match (one, other) {
        (_, Expression::Or(parts)) => parts.iter().any(|part| implies(one, part)),
        (_, Expression::And(parts)) => parts.iter().all(|part| implies(one, part)),
        (Expression::And(parts), _) => parts.iter().any(|part| implies(part, other)),
        (Expression::Or(parts), _) => parts.iter().all(|part| implies(part, other)),
        (
            Expression::Mentions { of, phrases, all: false, even_negated },
            Expression::Mentions { of: other_of, phrases: others, all: false, even_negated: other_even },
        ) => of == other_of && even_negated == other_even && phrases.iter().all(|phrase| others.contains(phrase)),
        _ => match (says(one), says(other)) {
            (Some((path, one)), Some((other_path, other))) => path == other_path && is_within(&one, &other),
            _ => false,
        },
    }
}

fn is_within(one: &Says<'_>, other: &Says<'_>) -> bool {
    match (one, other) {
        (Says::Is(_) | Says::Among(_) | Says::Compares(..), Says::Present) => true,
        (Says::Is(value), Says::Among(members)) => members.iter().any(|member| covers(member, value)),
        (Says::Among(values), Says::Among(members)) => values
            .iter()
            .all(|value| matches!(value, Member::One(value) if members.iter().any(|member| covers(member, value)))),
        (Says::Is(value), Says::Compares(how, limit)) => order(value, limit).is_some_and(|it| holds(*how, it)),
        _ => false,
    }
}

/// Circles among codes: of each, the codes that lead to one another. `next` says where a code leads.
pub(super) fn circles<'c>(count: usize, next: impl Fn(CodeId) -> &'c [CodeId]) -> Vec<Vec<CodeId>> {
    const OPEN: u8 = 1;
    const DONE: u8 = 2;
    let mut state = vec![0_u8; count];
    let mut found = Vec::new();
    for start in CodeId::first(count) {
        if start.get(&state) != Some(&0) || next(start).is_empty() {
            continue;
        }
        // The way from `start` to here: each code and how many of those it leads to have been looked at.
        let mut way: Vec<(CodeId, usize)> = vec![(start, 0)];
        while let Some((at, seen)) = way.last_mut() {
            let (at, number) = (*at, *seen);
            *seen += 1;
            if let Some(state) = at.get_mut(&mut state) {
                *state = OPEN;
            }
            let Some(to) = next(at).get(number).copied() else {
                if let Some(state) = at.get_mut(&mut state) {
                    *state = DONE;
                }
                way.pop();
                continue;
            };
            match to.get(&state) {
                Some(0) => way.push((to, 0)),
                Some(&OPEN) => {
                    let from = way.iter().position(|(code, _)| *code == to).unwrap_or(0);
                    found.push(way.iter().skip(from).map(|(code, _)| *code).collect());
                }
                _ => {}
            }
        }
    }
    found
}

fn says(part: &Expression) -> Option<(&Path, Says<'_>)> {
    match part {
        Expression::Compare { how, left, right } => match (&**left, &**right) {
            (Expression::Path(path), Expression::Literal(value)) => Some((
                path,
                match how {
                    Comparison::Equal => Says::Is(value),
                    Comparison::Unequal => Says::IsNot(value),
                    how => Says::Compares(*how, value),
                },
            )),
            _ => None,
        },
        Expression::In { of, members, negated: false } => match &**of {
            Expression::Path(path)
                if !members
                    .iter()
                    .any(|it| matches!(it, Member::Computed(_) | Member::Codes { .. } | Member::Dated(..))) =>
            {
                Some((path, Says::Among(members.iter().collect())))
            }
            _ => None,
        },
        Expression::Present(of) => match &**of {
            Expression::Path(path) => Some((path, Says::Present)),
            _ => None,
        },
        Expression::Not(inner) => match &**inner {
            Expression::Present(of) => match &**of {
                Expression::Path(path) => Some((path, Says::Absent)),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn excludes(one: &Says<'_>, two: &Says<'_>) -> bool {
    match (one, two) {
        (Says::Absent, Says::Present | Says::Is(_) | Says::Among(_) | Says::Compares(..)) => true,
        (Says::Is(a), Says::Is(b)) => a != b,
        (Says::Is(a), Says::IsNot(b)) => a == b,
        (Says::Is(a), Says::Among(members)) => !members.iter().any(|member| covers(member, a)),
        (Says::Is(a), Says::Compares(how, b)) => order(a, b).is_some_and(|it| !holds(*how, it)),
        (Says::Among(a), Says::Among(b)) => {
            let ones = |members: &[&Member]| members.iter().all(|it| matches!(it, Member::One(_)));
            ones(a)
                && !a.iter().any(|it| matches!(it, Member::One(value) if b.iter().any(|other| covers(other, value))))
        }
        (Says::Among(a), Says::Compares(how, b)) => {
            a.iter().all(|it| matches!(it, Member::One(value) if order(value, b).is_some_and(|it| !holds(*how, it))))
        }
        (
            Says::Compares(Comparison::Less | Comparison::AtMost, a),
            Says::Compares(how @ (Comparison::More | Comparison::AtLeast), b),
        ) => order(a, b).is_some_and(|it| it < 0 || (it == 0 && (*how == Comparison::More))),
        _ => false,
    }
}

fn holds(how: Comparison, order: i8) -> bool {
    match how {
        Comparison::Equal => order == 0,
        Comparison::Unequal => order != 0,
        Comparison::Less => order < 0,
        Comparison::AtMost => order <= 0,
        Comparison::More => order > 0,
        Comparison::AtLeast => order >= 0,
    }
}
