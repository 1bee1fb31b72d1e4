//! Built-in functions: their arguments and what they yield.

use super::expression::Lowering;
use super::expression::Typed;
use super::scope::Type;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::Name;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Spanned;
use crate::model::expression::Expression;
use crate::model::expression::Function;
use crate::model::record::Kind;
use crate::model::value::Literal;

/// What an argument has to be.
#[derive(Clone, Copy)]
enum Wants {
    /// Anything.
    Any,
    /// A text, a code or a number.
    Text,
    /// A date.
    Date,
    /// A number.
    Number,
    /// A ladder.
    Ladder,
    /// A code.
    Code,
    /// A list.
    List,
    /// A condition.
    Condition,
    /// The same type as the other arguments.
    Same,
}

/// What a function yields.
#[derive(Clone, Copy)]
enum Yields {
    Number,
    Text,
    Date,
    Bool,
    /// The type of the first argument that is no condition.
    Same,
    /// An item of the first argument.
    Item,
}

/// A function: name, what it is, its arguments, how many of them at least and at most, what it yields.
type Signature = (&'static str, Function, &'static [Wants], usize, usize, Yields);

const MANY: usize = 64;

/// All built-in functions. The last kind of argument stands for all that follow.
const FUNCTIONS: &[Signature] = &[
    ("number", Function::Number, &[Wants::Text], 1, 1, Yields::Number),
    ("text", Function::Text, &[Wants::Any], 1, 1, Yields::Text),
    ("upper", Function::Upper, &[Wants::Text], 1, 1, Yields::Text),
    ("length", Function::Length, &[Wants::Text], 1, 1, Yields::Number),
    ("part", Function::Part, &[Wants::Text, Wants::Number, Wants::Number], 3, 3, Yields::Text),
    ("date", Function::Date, &[Wants::Any], 1, 1, Yields::Date),
    ("year", Function::Year, &[Wants::Date], 1, 1, Yields::Number),
    ("month", Function::Month, &[Wants::Date], 1, 1, Yields::Number),
    ("day", Function::Day, &[Wants::Date], 1, 1, Yields::Number),
    ("hour", Function::Hour, &[Wants::Date], 1, 1, Yields::Number),
    ("in-zone", Function::InZone, &[Wants::Date, Wants::Text], 2, 2, Yields::Date),
    ("years", Function::Years, &[Wants::Date], 2, 2, Yields::Number),
    ("days", Function::Days, &[Wants::Date], 2, 2, Yields::Number),
    ("min", Function::Min, &[Wants::Same], 1, MANY, Yields::Same),
    ("max", Function::Max, &[Wants::Same], 1, MANY, Yields::Same),
    ("sum", Function::Sum, &[Wants::List], 1, 1, Yields::Number),
    ("average", Function::Average, &[Wants::Any], 1, MANY, Yields::Number),
    ("first", Function::First, &[Wants::List], 1, 1, Yields::Item),
    ("last", Function::Last, &[Wants::List], 1, 1, Yields::Item),
    ("distinct", Function::Distinct, &[Wants::List], 1, 1, Yields::Same),
    ("count", Function::Count, &[Wants::List], 1, 1, Yields::Number),
    ("round", Function::Round, &[Wants::Number], 1, 1, Yields::Number),
    ("floor", Function::Floor, &[Wants::Number], 1, 1, Yields::Number),
    ("step", Function::Step, &[Wants::Ladder], 1, 1, Yields::Number),
    ("title", Function::Title, &[Wants::Code], 1, 1, Yields::Text),
    ("parent", Function::Parent, &[Wants::Code], 1, 1, Yields::Same),
    ("luhn", Function::Luhn, &[Wants::Text], 1, 1, Yields::Bool),
    ("today", Function::Today, &[], 0, 0, Yields::Date),
    ("on", Function::On, &[], 0, 0, Yields::Date),
    ("if", Function::If, &[Wants::Condition, Wants::Same, Wants::Same], 2, 3, Yields::Same),
    ("first-present", Function::FirstPresent, &[Wants::Same], 1, MANY, Yields::Same),
];

/// Whether the language has a function of that name.
pub(super) fn is_built_in(name: &str) -> bool {
    matches!(name, "position" | "property") || FUNCTIONS.iter().any(|it| it.0 == name)
}

/// A function without arguments said as a bare word: `today`, `on`.
pub(super) fn bare(name: &str) -> Option<Expression> {
    let function = match name {
        "today" => Function::Today,
        "on" => Function::On,
        _ => return None,
    };
    Some(Expression::Call { function, arguments: Vec::new() })
}

/// Lowers a call of a built-in function.
pub(super) fn call<'a>(
    lowering: &mut Lowering<'a>,
    name: &Name,
    arguments: &[Spanned<Expr>],
    expected: Option<Type<'a>>,
) -> Typed<'a> {
    let nothing = || Typed { expression: Expression::Literal(Literal::Bool(false)), kind: None };
    let Some((_, function, wants, least, most, yields)) = FUNCTIONS.iter().find(|it| it.0 == name.item) else {
        let own = lowering.compiler.world.functions.iter().map(|it| it.name.as_str());
        let help = did_you_mean(&name.item, FUNCTIONS.iter().map(|it| it.0).chain(own));
        lowering.compiler.say(name.span, Problem::UnknownFunction { name: name.item.clone() }, help);
        return nothing();
    };
    if arguments.len() < *least || arguments.len() > *most {
        let expected = if least == most { format!("{least} arguments") } else { format!("at least {least} arguments") };
        let problem = Problem::WrongArguments { name: name.item.clone(), expected, found: arguments.len() };
        lowering.compiler.say(name.span, problem, None);
        return nothing();
    }
    let mut same = if matches!(yields, Yields::Same) { expected } else { None };
    let mut lowered = Vec::with_capacity(arguments.len());
    let mut first = None;
    for (place, argument) in arguments.iter().enumerate() {
        let want = wants.get(place).or(wants.last()).copied().unwrap_or(Wants::Any);
        if matches!(want, Wants::Condition) {
            lowered.push(lowering.condition(argument));
            continue;
        }
        let hint = match want {
            Wants::Same => same,
            Wants::Text => Some(Type::TEXT),
            _ => None,
        };
        let typed = lowering.lower(argument, hint);
        if let Some(kind) = typed.kind {
            check(lowering, argument, want, kind, same);
            first = first.or(Some(kind));
            if matches!(want, Wants::Same) {
                same = Some(kind);
            }
        }
        lowered.push(typed.expression);
    }
    let kind = match yields {
        Yields::Number
            if matches!(function, Function::Sum | Function::Average | Function::Round | Function::Floor)
                && first.is_some_and(Type::is_money) =>
        {
            first.map(Type::item)
        }
        Yields::Number => Some(Type::NUMBER),
        Yields::Text => Some(Type::TEXT),
        Yields::Date => Some(Type::DATE),
        Yields::Bool => Some(Type::BOOL),
        Yields::Same if matches!(function, Function::Min | Function::Max) => first.map(Type::item),
        Yields::Same => first,
        Yields::Item => first.map(Type::item),
    };
    Typed { expression: Expression::Call { function: *function, arguments: lowered }, kind }
}

fn check<'a>(
    lowering: &mut Lowering<'a>,
    argument: &Spanned<Expr>,
    want: Wants,
    kind: Type<'a>,
    same: Option<Type<'a>>,
) {
    let (fits, expected) = match want {
        Wants::Any | Wants::Condition => (true, String::new()),
        Wants::Text => (matches!(kind.sort(), "text" | "code" | "number" | "choice"), "a text".to_owned()),
        Wants::Date => (kind.sort() == "date", "a date".to_owned()),
        Wants::Number => (kind.is_number(), "a number".to_owned()),
        Wants::Ladder => (matches!(kind.base, Kind::Ladder(_)), "a step of a ladder".to_owned()),
        Wants::Code => (matches!(kind.base, Kind::Code(_)), "a code".to_owned()),
        Wants::List => (kind.is_list, "a list".to_owned()),
        Wants::Same => (same.is_none_or(|same| same.fits(kind)), same.map(|it| it.to_string()).unwrap_or_default()),
    };
    if !fits {
        lowering.compiler.say(argument.span, Problem::TypeMismatch { expected, found: kind.to_string() }, None);
    }
}
