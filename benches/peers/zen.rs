//! GoRules ZEN: a compiled expression for each code, run by one machine. Its decision tables do the same for each of their cells.

use super::Field;
use super::Line;
use super::Syntax;
use super::first;
use super::quoted;
use super::work::Code;
use zen_expression::Scope;
use zen_expression::Variable;
use zen_expression::compile_expression;
use zen_expression::vm::VM;

const SYNTAX: Syntax = Syntax {
    before: "",
    and: " and ",
    is_true: |field| format!("{field} == true"),
    is_false: |field| format!("{field} == false"),
    is_in: |field, words| format!("{field} in [{}]", quoted(words)),
    begins: |field, text| format!("startsWith({field}, \"{text}\")"),
    says: |field, text| format!("contains({field}, \"{text}\")"),
};

/// Ready for these codes.
pub fn maker(codes: &[Code], stops: bool) -> Box<dyn FnMut(&str) -> Option<usize>> {
    let expressions: Vec<_> = codes.iter().map(|code| compile_expression(&SYNTAX.condition(code)).unwrap()).collect();
    let mut machine = VM::new();
    Box::new(move |line| {
        let line = Line::read(line);
        let fields = line.fields();
        let value = |field: &Field<'_>| match field {
            Field::Bool(it) => Variable::Bool(*it),
            Field::Number(it) => Variable::Number((*it).into()),
            Field::Text(it) => Variable::String((*it).into()),
            Field::Owned(it) => Variable::String(it.as_str().into()),
        };
        let object = fields.iter().map(|(name, field)| (Variable::key(name), value(field))).collect();
        let scope = Scope::new(Variable::from_object(object));
        let holds = |answer: Variable| answer.as_bool() == Some(true);
        first(&expressions, stops, |it| holds(it.evaluate_with_scope(&scope, &mut machine).unwrap()))
    })
}
