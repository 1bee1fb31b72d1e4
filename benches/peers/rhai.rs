//! rhai: a function for each code, or one function that tries one after the other.

use super::Field;
use super::Line;
use super::Syntax;
use super::first;
use super::work::Code;
use rhai::AST;
use rhai::Dynamic;
use rhai::Engine;
use rhai::FuncArgs;
use rhai::OptimizationLevel;
use rhai::Scope;

const SYNTAX: Syntax = Syntax {
    before: "",
    and: " && ",
    is_true: str::to_owned,
    is_false: |field| format!("!{field}"),
    is_in: |field, words| {
        let each: Vec<String> = words.iter().map(|word| format!("{field} == \"{word}\"")).collect();
        format!("({})", each.join(" || "))
    },
    begins: |field, text| format!("{field}.starts_with(\"{text}\")"),
    says: |field, text| format!("{field}.contains(\"{text}\")"),
};
const FIELDS: &str =
    "channel, origin, region, shift, severity, received, repeated, age, minutes, amount, unit, product, said";

struct Arguments(Vec<Dynamic>);

impl FuncArgs for Arguments {
    fn parse<C: Extend<Dynamic>>(self, container: &mut C) {
        container.extend(self.0);
    }
}

/// A function for each code.
pub fn functions(codes: &[Code], stops: bool) -> Box<dyn FnMut(&str) -> Option<usize>> {
    let text: String = (0..)
        .zip(codes)
        .map(|(place, code)| format!("fn code_{place}({FIELDS}) {{ {} }}\n", SYNTAX.condition(code)))
        .collect();
    let names: Vec<String> = (0..codes.len()).map(|place| format!("code_{place}")).collect();
    let (engine, ast) = compiled(&text);
    Box::new(move |line| {
        let arguments = arguments(line);
        let mut scope = Scope::new();
        let holds = |name: &String| engine.call_fn(&mut scope, &ast, name, Arguments(arguments.clone())).unwrap();
        first(&names, stops, holds)
    })
}

/// One function of a thousand ifs.
pub fn ifs(codes: &[Code], stops: bool) -> Box<dyn FnMut(&str) -> Option<usize>> {
    let ifs: String = (0..)
        .zip(codes)
        .map(|(place, code)| {
            let then = if stops { format!("return [{place}];") } else { format!("hits.push({place});") };
            format!("if {} {{ {then} }}\n", SYNTAX.condition(code))
        })
        .collect();
    let (engine, ast) = compiled(&format!("fn best({FIELDS}) {{\nlet hits = [];\n{ifs}hits\n}}"));
    Box::new(move |line| {
        let hits = engine.call_fn::<rhai::Array>(&mut Scope::new(), &ast, "best", Arguments(arguments(line)));
        hits.unwrap().first().and_then(|hit| usize::try_from(hit.as_int().ok()?).ok())
    })
}

fn compiled(text: &str) -> (Engine, AST) {
    let mut engine = Engine::new();
    engine.set_optimization_level(OptimizationLevel::Full);
    engine.set_max_expr_depths(0, 0);
    engine.set_max_functions(2000);
    let ast = engine.compile(text).unwrap();
    (engine, ast)
}

fn arguments(line: &str) -> Vec<Dynamic> {
    let line = Line::read(line);
    let value = |field: Field<'_>| match field {
        Field::Bool(it) => it.into(),
        Field::Number(it) => it.into(),
        Field::Text(it) => it.to_owned().into(),
        Field::Owned(it) => it.into(),
    };
    line.fields().into_iter().map(|(_, field)| value(field)).collect()
}
