//! Cedar: a policy for each code; the answer names all that hold, of which the best is taken.

use super::Field;
use super::Line;
use super::Syntax;
use super::quoted;
use super::work::Code;
use cedar_policy::Authorizer;
use cedar_policy::Context;
use cedar_policy::Entities;
use cedar_policy::EntityUid;
use cedar_policy::Policy;
use cedar_policy::PolicyId;
use cedar_policy::PolicySet;
use cedar_policy::Request;
use cedar_policy::RestrictedExpression;

const SYNTAX: Syntax = Syntax {
    before: "context.",
    and: " && ",
    is_true: str::to_owned,
    is_false: |field| format!("!{field}"),
    is_in: |field, words| format!("[{}].contains({field})", quoted(words)),
    begins: |field, text| format!("{field} like \"{text}*\""),
    says: |field, text| format!("{field} like \"*{text}*\""),
};

/// Ready for these codes. It never stops at the first.
pub fn maker(codes: &[Code], _stops: bool) -> Box<dyn FnMut(&str) -> Option<usize>> {
    let mut policies = PolicySet::new();
    for (place, code) in (0..).zip(codes) {
        let text = format!("permit(principal, action, resource) when {{ {} }};", SYNTAX.condition(code));
        let id = PolicyId::new(format!("{place:04}"));
        policies.add(Policy::parse(Some(id), text).unwrap()).unwrap();
    }
    let uid = |text: &str| -> EntityUid { text.parse().unwrap() };
    let (who, what, which) = (uid(r#"Office::"o""#), uid(r#"Action::"code""#), uid(r#"Encounter::"e""#));
    let (authorizer, entities) = (Authorizer::new(), Entities::empty());
    Box::new(move |line| {
        let request = Request::new(who.clone(), what.clone(), which.clone(), context(line), None).unwrap();
        let answer = authorizer.is_authorized(&request, &policies, &entities);
        let ids = answer.diagnostics().reason();
        ids.filter_map(|id| AsRef::<str>::as_ref(id).parse().ok()).min()
    })
}

fn context(line: &str) -> Context {
    let line = Line::read(line);
    let value = |field: Field<'_>| match field {
        Field::Bool(it) => RestrictedExpression::new_bool(it),
        Field::Number(it) => RestrictedExpression::new_long(it),
        Field::Text(it) => RestrictedExpression::new_string(it.to_owned()),
        Field::Owned(it) => RestrictedExpression::new_string(it),
    };
    Context::from_pairs(line.fields().into_iter().map(|(name, field)| (name.to_owned(), value(field)))).unwrap()
}
