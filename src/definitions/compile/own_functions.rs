//! Functions that domains define. A call is its body with the arguments in it, so that nothing but expressions is left to
//! evaluate, and what a function says can be found by the index like anything else.

use super::expression::Lowering;
use super::expression::Typed;
use super::functions::is_built_in;
use super::records;
use super::report::Report;
use super::scope::Scope;
use super::scope::Type;
use super::texts::Texts;
use super::world::OwnFunction;
use super::world::World;
use crate::definitions::load::DomainSource;
use crate::definitions::parse::tree::Expr;
use crate::definitions::parse::tree::FunctionDef;
use crate::definitions::parse::tree::Name;
use crate::definitions::parse::tree::Statement;
use crate::diagnostics::catalog::Kind as Problem;
use crate::diagnostics::span::Spanned;
use crate::model::expression::Expression;
use crate::model::expression::Root;
use crate::model::ids::DomainId;
use crate::model::ids::VariableId;
use crate::model::record::Kind;

/// Parts of the largest body, its calls of other functions written out. Functions that call one another twice each would
/// double with every step, and a definition of a few lines would never be compiled.
const LARGEST: usize = 2_000;

/// Takes the functions of all domains into the world and checks each of them alone.
pub(super) fn collect(sources: &[DomainSource], world: &mut World, report: &mut Report) {
    let shared = world.shared;
    let others = DomainId::numbered(sources).map(|(domain, _)| domain).filter(|domain| Some(*domain) != shared);
    for domain in shared.into_iter().chain(others) {
        let Some(source) = domain.get(sources) else { continue };
        for file in &source.files {
            report.enter(&file.path);
            for statement in &file.tree.statements {
                if let Statement::Function(def) = &statement.item {
                    add(def, domain, world, report);
                }
            }
        }
    }
}

fn add(def: &FunctionDef, domain: DomainId, world: &mut World, report: &mut Report) {
    let name = &def.name;
    let is_table = world.table(domain, &name.item).is_some();
    let is_known = world.functions.iter().any(|it| it.domain == domain && it.name == name.item);
    if is_known || is_table || is_built_in(&name.item) {
        let help = (!is_known).then(|| "another function or table has this name".to_owned());
        report.say(name.span, Problem::DuplicateName { what: "function".into(), name: name.item.clone() }, help);
        return;
    }
    let mut parameters: Vec<(String, Kind)> = Vec::with_capacity(def.parameters.len());
    for (parameter, kind) in &def.parameters {
        let given = records::kind(kind, world, domain, report);
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
    let result = records::kind(&def.result, world, domain, report);
    let body = def.body.clone();
    let is_broken = false;
    world.functions.push(OwnFunction { domain, name: name.item.clone(), parameters, result, body, is_broken });
    let is_broken = !is_sound(world, report);
    if let Some(last) = world.functions.last_mut() {
        last.is_broken = is_broken;
    }
}

/// Whether the last function fits its types and is no larger than it may be; says what is wrong.
fn is_sound(world: &World, report: &mut Report) -> bool {
    let Some((function, above)) = world.functions.split_last() else { return false };
    let before = report.diagnostics.len();
    let scope = match Scope::new(world, function.domain, None).inside(function, above.len()) {
        Ok((scope, _)) => scope,
        Err(error) => {
            report.too_many(function.body.span, error);
            return false;
        }
    };
    let mut texts = Texts::default();
    let mut lowering = Lowering { world, scope, report, texts: &mut texts };
    let mut body = lower(&function.body, &function.result, &mut lowering);
    if size(&mut body) > LARGEST {
        let problem = Problem::FunctionTooLarge { function: function.name.clone(), limit: LARGEST };
        lowering.say_at(function.body.span, problem, Some("call fewer functions that call others".into()));
    }
    report.diagnostics.len() == before
}

fn lower<'a>(body: &Spanned<Expr>, result: &'a Kind, lowering: &mut Lowering<'a, '_>) -> Expression {
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
    lowering: &mut Lowering<'a, '_>,
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
        lowering.say_at(name.span, problem, None);
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
            lowering.report.too_many(name.span, error);
            return Lowering::nothing();
        }
    };
    let outer = std::mem::replace(&mut lowering.scope, inner);
    // What is wrong with the body was said where it is defined.
    let said = std::mem::take(lowering.report);
    let mut body = lower(&function.body, &function.result, lowering);
    *lowering.report = said;
    let used = lowering.scope.used();
    lowering.scope = outer;
    lowering.scope.skip_to(used);
    for (parameter, value) in parameters.into_iter().zip(given) {
        body = put(parameter, value, body);
    }
    Typed { expression: body, kind: Type::of(&function.result) }
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
