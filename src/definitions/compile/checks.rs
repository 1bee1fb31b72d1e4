//! Conditions that can never hold: two parts of one conjunction that no value meets together.

use super::report::Report;
use super::tables::covers;
use super::tables::order;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::span::Span;
use crate::model::expression::Comparison;
use crate::model::expression::Expression;
use crate::model::expression::Member;
use crate::model::expression::Path;
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

/// Reports a condition that no encounter can meet.
pub(super) fn never(condition: &Expression, span: Span, report: &mut Report) -> bool {
    let why = contradiction(condition);
    if let Some(why) = &why {
        report.say(span, Problem::NeverHolds { why: why.clone() }, None);
    }
    why.is_some()
}

fn contradiction(condition: &Expression) -> Option<String> {
    match condition {
        Expression::Or(parts) => {
            let whys: Vec<_> = parts.iter().map(contradiction).collect();
            if whys.iter().all(Option::is_some) { whys.into_iter().next().flatten() } else { None }
        }
        Expression::And(parts) => {
            if let Some(why) = parts.iter().find_map(contradiction) {
                return Some(why);
            }
            let mut said: Vec<(&Path, Says<'_>)> = Vec::new();
            let mut open: Vec<&Expression> = parts.iter().collect();
            while let Some(part) = open.pop() {
                match part {
                    Expression::And(inner) => open.extend(inner),
                    _ => said.extend(says(part)),
                }
            }
            for (place, (path, one)) in said.iter().enumerate() {
                for (other_path, two) in said.iter().skip(place + 1) {
                    if path == other_path && (excludes(one, two) || excludes(two, one)) {
                        return Some("two parts of it exclude each other".into());
                    }
                }
            }
            None
        }
        Expression::In { members, negated: false, .. } if members.is_empty() => {
            Some("nothing is a member of an empty set".into())
        }
        Expression::Compare { how, left, right } => match (&**left, &**right) {
            (Expression::Literal(one), Expression::Literal(two)) => {
                let holds = order(one, two).is_none_or(|it| holds(*how, it));
                (!holds).then(|| "it compares two values that stand here".into())
            }
            _ => None,
        },
        _ => None,
    }
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
                if !members.iter().any(|it| matches!(it, Member::Computed(_) | Member::Codes { .. })) =>
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
