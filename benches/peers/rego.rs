//! Rego: a rule for each code that adds to the set of those that fit, or one rule with an `else` for each; evaluated by the
//! interpreter of regorus or compiled for its virtual machine.

use super::Field;
use super::Line;
use super::Syntax;
use super::quoted;
use super::work::Code;
use regorus::Engine;
use regorus::Rc;
use regorus::Value;
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;

const SYNTAX: Syntax = Syntax {
    before: "input.",
    and: "; ",
    is_true: str::to_owned,
    is_false: |field| format!("not {field}"),
    is_in: |field, words| format!("{field} in {{{}}}", quoted(words)),
    begins: |field, text| format!("startswith({field}, \"{text}\")"),
    says: |field, text| format!("contains({field}, \"{text}\")"),
};
const RULE: &str = "data.work.best";

/// Ready for these codes.
pub fn interpreter(codes: &[Code], stops: bool) -> Box<dyn FnMut(&str) -> Option<usize>> {
    let mut engine = engine(codes, stops);
    Box::new(move |line| {
        engine.set_input(input(line));
        place(&engine.eval_rule(RULE.to_owned()).unwrap())
    })
}

/// Ready for these codes.
pub fn machine(codes: &[Code], stops: bool) -> Box<dyn FnMut(&str) -> Option<usize>> {
    let rule: Rc<str> = RULE.into();
    let policy = engine(codes, stops).compile_with_entrypoint(&rule).unwrap();
    let program = Compiler::compile_from_policy(&policy, &[RULE]).unwrap();
    let mut machine = RegoVM::new();
    machine.load_program(program);
    machine.set_max_instructions(usize::MAX);
    Box::new(move |line| {
        machine.set_input(input(line));
        place(&machine.execute().unwrap())
    })
}

fn engine(codes: &[Code], stops: bool) -> Engine {
    let mut text = "package work\nimport rego.v1\n\n".to_owned();
    for (place, code) in (0..).zip(codes) {
        let condition = SYNTAX.condition(code);
        text.push_str(&match (stops, place) {
            (false, _) => format!("best contains {place} if {{ {condition} }}\n"),
            (true, 0) => format!("best := {{0}} if {{ {condition} }}"),
            (true, _) => format!("\nelse := {{{place}}} if {{ {condition} }}"),
        });
    }
    if stops {
        text.push_str("\ndefault best := set()\n");
    }
    let mut engine = Engine::new();
    engine.add_policy("work.rego".to_owned(), text).unwrap();
    engine
}

fn input(line: &str) -> Value {
    let line = Line::read(line);
    let value = |field: Field<'_>| match field {
        Field::Bool(it) => it.into(),
        Field::Number(it) => it.into(),
        Field::Text(it) => it.into(),
        Field::Owned(it) => it.into(),
    };
    let mut object = Value::new_object();
    let fields = object.as_object_mut().unwrap();
    for (name, field) in line.fields() {
        fields.insert(name.into(), value(field));
    }
    object
}

/// The set stands in order.
fn place(hits: &Value) -> Option<usize> {
    let hits = hits.as_set().unwrap();
    hits.iter().filter_map(|hit| hit.as_i64().ok()).filter_map(|hit| usize::try_from(hit).ok()).min()
}
