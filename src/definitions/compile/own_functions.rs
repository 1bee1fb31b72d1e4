//! Functions that domains define. A call is its body with the arguments in it, so that nothing but expressions is left to
//! evaluate, and what a function says can be found by the index like anything else.

use super::context::Attempt;
use super::context::Compiler;
use super::expression::Lowering;
use super::expression::Typed;
use super::functions::is_built_in;
use super::records;
use super::scope::Scope;
use super::scope::Type;
use super::texts::Texts;
use super::world::OwnFunction;
use super::world::World;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::FunctionDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::Statement;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::span::Spanned;
use crate::model::expression::Expression;
use crate::model::expression::Root;
use crate::model::ids::VariableId;
use crate::model::record::Kind;

/// Parts of the largest body, its calls of other functions written out. Functions that call one another twice each would
/// double with every step, and a definition of a few lines would never be compiled.
const LARGEST: usize = 2_000;

/// Takes the functions of all domains into the world and checks each of them alone.
pub(super) fn collect(attempt: Attempt<'_>, world: &mut World) {
    let shared = world.shared;
    let others = attempt.ids().filter(|domain| Some(*domain) != shared);
    for domain in shared.into_iter().chain(others) {
        let Some(source) = domain.get(attempt.sources) else { continue };
        for statement in source.statements() {
            if let Statement::Function(def) = statement
                && let Some(compiler) = attempt.of_domain(domain, world)
                && let Some(function) = function(def, compiler)
            {
                world.functions.push(function);
                let is_broken = !attempt.of_domain(domain, world).is_some_and(is_sound);
                if let Some(last) = world.functions.last_mut() {
                    last.is_broken = is_broken;
                }
            }
        }
    }
}

/// The types of a function; `None` if there is one of that name, which is said.
fn function(def: &FunctionDef, compiler: Compiler<'_>) -> Option<OwnFunction> {
    let Compiler { domain, world, report, .. } = compiler;
    let name = &def.name;
    let is_table = world.table(domain, &name.item).is_some();
    let is_known = world.functions.iter().any(|it| it.domain == domain && it.name == name.item);
    if is_known || is_table || is_built_in(&name.item) {
        let help = (!is_known).then(|| "another function or table has this name".to_owned());
        report.say(name.span, Problem::DuplicateName { what: "function".into(), name: name.item.clone() }, help);
        return None;
    }
    let mut parameters: Vec<(String, Kind)> = Vec::with_capacity(def.parameters.len());
    for (parameter, kind) in &def.parameters {
        let given = records::kind(kind, compiler);
        if parameters.iter().any(|(known, _)| *known == parameter.item) {
            report.say(parameter.span, Problem::DuplicateField { field: parameter.item.clone() }, None);
        }
        if Type::of(&given).is_some_and(|given| matches!(given.base, Kind::Record(_))) {
            let problem =
                Problem::TypeMismatch { expected: "a value or a list of values".into(), found: "a record".into() };
            report.say(kind.span, problem, Some("give the function the fields that it needs".into()));
        }
        parameters.push((parameter.item.clone(), given));
    }
    let result = records::kind(&def.result, compiler);
    let body = def.body.clone();
    let is_broken = false;
    Some(OwnFunction { domain, name: name.item.clone(), parameters, result, body, is_broken })
}

/// Whether the last function fits its types and is no larger than it may be; says what is wrong.
fn is_sound(compiler: Compiler<'_>) -> bool {
    let Some((function, above)) = compiler.world.functions.split_last() else { return false };
    let before = compiler.report.count();
    let scope = match Scope::new(compiler.world, function.domain, None).inside(function, above.len()) {
        Ok((scope, _)) => scope,
        Err(error) => {
            compiler.report.too_many(function.body.span, error);
            return false;
        }
    };
    // Phrases are numbered where the function is called.
    let texts = Texts::default();
    let mut lowering = Lowering { compiler: Compiler { texts: &texts, ..compiler }, scope };
    let mut body = lower(&function.body, &function.result, &mut lowering);
    if size(&mut body) > LARGEST {
        let problem = Problem::FunctionTooLarge { function: function.name.clone(), limit: LARGEST };
        lowering.say(function.body.span, problem, Some("call fewer functions that call others".into()));
    }
    compiler.report.count() == before
}

fn lower<'a>(body: &Spanned<Expr>, result: &'a Kind, lowering: &mut Lowering<'a>) -> Expression {
    let Some(wanted) = Type::of(result) else { return Lowering::nothing().expression };
    if wanted.is_bool() && !wanted.is_list {
        return lowering.condition(body);
    }
    let typed = lowering.lower(body, Some(wanted));
    lowering.comparable(wanted, typed.kind, body.span);
    typed.expression
}

/// A call: the body of the function, the arguments in the places of its parameters.
pub(super) fn call<'a>(
    lowering: &mut Lowering<'a>,
    name: &Name,
    (place, function): (usize, &'a OwnFunction),
    arguments: &[Spanned<Expr>],
) -> Typed<'a> {
    if function.is_broken {
        return Lowering::nothing();
    }
    if function.parameters.len() != arguments.len() {
        let expected = match function.parameters.len() {
            1 => "1 argument".to_owned(),
            count => format!("{count} arguments"),
        };
        let problem = Problem::WrongArguments { name: name.item.clone(), expected, found: arguments.len() };
        lowering.say(name.span, problem, None);
        return Lowering::nothing();
    }
    let mut given = Vec::with_capacity(arguments.len());
    for (argument, (_, kind)) in arguments.iter().zip(&function.parameters) {
        let wanted = Type::of(kind);
        let typed = lowering.lower(argument, wanted);
        if let Some(wanted) = wanted {
            lowering.comparable(wanted, typed.kind, argument.span);
        }
        given.push(typed.expression);
    }
    let (inner, parameters) = match lowering.scope.inside(function, place) {
        Ok(inside) => inside,
        Err(error) => {
            lowering.compiler.report.too_many(name.span, error);
            return Lowering::nothing();
        }
    };
    let outer = std::mem::replace(&mut lowering.scope, inner);
    // What is wrong with the body was said where it is defined.
    let before = lowering.compiler.report.count();
    let mut body = lower(&function.body, &function.result, lowering);
    lowering.compiler.report.take_back(before);
    let used = lowering.scope.used();
    lowering.scope = outer;
    lowering.scope.skip_to(used);
    let given: Vec<(VariableId, Expression)> = parameters.into_iter().zip(given).collect();
    let first = given.iter().find(|(_, value)| value.first_path().is_some()).cloned();
    for (parameter, value) in given {
        body = put(parameter, value, body);
    }
    Typed { expression: reading_first(first, body), kind: Type::of(&function.result) }
}

/// A call as it is read from left to right: what names the field at fault meets the first argument first, whatever the body of
/// the function does with it.
fn reading_first(first: Option<(VariableId, Expression)>, body: Expression) -> Expression {
    match first {
        Some((variable, value)) if body.first_path() != value.first_path() => {
            Expression::With { variable, value: Box::new(value), body: Box::new(body) }
        }
        _ => body,
    }
}

/// An argument in the place of its parameter: written there where that costs nothing, else worked out once before.
fn put(parameter: VariableId, value: Expression, mut body: Expression) -> Expression {
    let is_cheap = matches!(value, Expression::Path(_) | Expression::Literal(_) | Expression::Position(_));
    if is_cheap || uses(parameter, &mut body) < 2 {
        replace(parameter, &value, &mut body);
        return body;
    }
    Expression::With { variable: parameter, value: Box::new(value), body: Box::new(body) }
}

fn is_parameter(parameter: VariableId, expression: &Expression) -> bool {
    matches!(expression, Expression::Path(path) if path.root == Root::Variable(parameter))
}

/// How often a parameter is spoken of; in what is asked of every item of a list, more than once.
fn uses(parameter: VariableId, expression: &mut Expression) -> usize {
    if is_parameter(parameter, expression) {
        return 1;
    }
    let times = if matches!(expression, Expression::Quantified { .. } | Expression::Count { .. }) { 2 } else { 1 };
    let mut count = 0;
    expression.each_part_mut(&mut |part| count += times * uses(parameter, part));
    count
}

fn replace(parameter: VariableId, value: &Expression, expression: &mut Expression) {
    if is_parameter(parameter, expression) {
        expression.clone_from(value);
    } else {
        expression.each_part_mut(&mut |part| replace(parameter, value, part));
    }
}

fn size(expression: &mut Expression) -> usize {
    let mut count = 1_usize;
    expression.each_part_mut(&mut |part| count += size(part));
    count
}
