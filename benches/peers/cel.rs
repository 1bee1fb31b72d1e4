//! CEL: a program for each code, run in one context.

use super::Field;
use super::Line;
use super::Syntax;
use super::first;
use super::quoted;
use super::work::Code;
use cel::Context;
use cel::Env;
use cel::Program;
use cel::Value;
use cel::common::types::CelBool;
use cel::common::types::CelInt;
use cel::common::types::CelString;
use std::sync::Arc;

const SYNTAX: Syntax = Syntax {
    before: "",
    and: " && ",
    is_true: str::to_owned,
    is_false: |field| format!("!{field}"),
    is_in: |field, words| format!("{field} in [{}]", quoted(words)),
    begins: |field, text| format!("{field}.startsWith(\"{text}\")"),
    says: |field, text| format!("{field}.contains(\"{text}\")"),
};

/// Ready for these codes.
pub fn maker(codes: &[Code], stops: bool) -> Box<dyn FnMut(&str) -> Option<usize>> {
    let programs: Vec<Program> = codes.iter().map(|code| Program::compile(&SYNTAX.condition(code)).unwrap()).collect();
    let env = Arc::new(Env::stdlib());
    Box::new(move |line| {
        let line = Line::read(line);
        let fields = line.fields();
        let mut context = Context::with_env(Arc::clone(&env));
        for (name, field) in &fields {
            match field {
                Field::Bool(it) => context.add_variable_as_val(*name, Box::new(CelBool::from(*it))),
                Field::Number(it) => context.add_variable_as_val(*name, Box::new(CelInt::from(*it))),
                Field::Text(it) => context.add_variable_as_val(*name, Box::new(CelString::from(*it))),
                Field::Owned(it) => context.add_variable_as_val(*name, Box::new(CelString::from(it.as_str()))),
            }
        }
        let holds = |program: &Program| {
            let value = Value::resolve_val(program.expression(), &context).unwrap();
            value.downcast_ref::<CelBool>().is_some_and(|it| *it.inner())
        };
        first(&programs, stops, holds)
    })
}
