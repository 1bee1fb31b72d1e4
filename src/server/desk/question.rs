//! The one question that decides between close candidates, worked out from what their criteria read.

use super::form::Typed;
use super::words::Language;
use crate::model::expression::Expression;
use crate::model::expression::Path;
use crate::model::expression::Root;
use crate::model::ids::RecordId;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::rules::Criteria;
use crate::registry::Registry;
use crate::server::call::ForCaller;
use maud::Markup;
use maud::html;
use std::collections::BTreeSet;

/// Candidates that are looked at.
const CANDIDATES: usize = 5;
/// Answers that a question may have.
const ANSWERS: usize = 5;
/// A question has to raise the confidence by so much.
const WORTH: f64 = 0.10;
/// A first code that is surer and has such a lead needs no question.
const SURE: f64 = 0.9;
const LEAD: f64 = 0.5;

/// A question, with what each answer leads to.
pub struct Question {
    /// The field, by the path of its input.
    pub path: String,
    /// What is asked.
    pub text: String,
    /// The value, and the code that is first with it.
    pub answers: Vec<(String, String)>,
}

/// The first candidate under a record: its code, its confidence, and its lead over the next.
struct First {
    code: String,
    confidence: f64,
    lead: f64,
}

/// The question that raises the expected confidence most, if one raises it enough and its answers lead to different codes.
pub fn question(desk: &ForCaller, registry: &Registry, typed: &Typed, set: &str) -> Option<Question> {
    let engine = &desk.engine;
    let fields = &engine.record().fields;
    let record = typed.record(fields, registry);
    let (now, close) = first(desk, &record.to_string(), set)?;
    if typed.text.trim().is_empty() || now.confidence >= SURE && now.lead >= LEAD {
        return None;
    }
    let read = read_by(desk, registry, set, &close);
    let asked = super::form::scalars(fields, "").into_iter().filter(|(path, field)| {
        !field.ask.is_empty()
            && typed.value(path).is_empty()
            && !typed.silent.contains(path)
            && read.contains(&path.replace("[0]", ""))
    });
    let mut best: Option<(f64, Question)> = None;
    for (path, field) in asked {
        let values = values(field);
        if values.is_empty() || values.len() > ANSWERS {
            continue;
        }
        let (mut sum, mut answers) = (0.0, Vec::new());
        for value in &values {
            let mut with = typed.clone();
            with.fields.retain(|(known, _)| *known != path);
            with.fields.push((path.clone(), value.clone()));
            let (code, confidence) = match first(desk, &with.record(fields, registry).to_string(), set) {
                Some((first, _)) => (first.code, first.confidence),
                None => (String::new(), 0.0),
            };
            sum += confidence;
            answers.push((value.clone(), code));
        }
        let codes: BTreeSet<&str> = answers.iter().map(|(_, code)| code.as_str()).collect();
        #[expect(clippy::cast_precision_loss, reason = "at most five answers")]
        let gain = sum / values.len() as f64 - now.confidence;
        if codes.len() > 1 && gain >= WORTH && best.as_ref().is_none_or(|(known, _)| gain > *known) {
            best = Some((gain, Question { path: path.clone(), text: field.ask.clone(), answers }));
        }
    }
    best.map(|(_, question)| question)
}

/// The first candidate of a set, and the codes of the best few.
fn first(desk: &ForCaller, record: &str, set: &str) -> Option<(First, Vec<String>)> {
    let mut worker = desk.engine.worker().showing(CANDIDATES);
    let disclosure = worker.disclose(1, Ok(record));
    let of_set: Vec<_> = disclosure.candidates().iter().filter(|it| it.set == set).take(CANDIDATES).collect();
    let best = of_set.first()?;
    let next = of_set.get(1).map_or(0.0, |it| it.confidence);
    let first = First { code: best.code.to_owned(), confidence: best.confidence, lead: best.confidence - next };
    Some((first, of_set.iter().map(|it| it.code.to_owned()).collect()))
}

/// Paths of the fields that the criteria of some codes read, or that they need.
fn read_by(desk: &ForCaller, registry: &Registry, set: &str, close: &[String]) -> BTreeSet<String> {
    let engine = &desk.engine;
    let mut found = BTreeSet::new();
    let Some(id) = registry.set(set) else { return found };
    let codes = registry.codes(id);
    for classifier in engine.domain().classifiers.iter().filter(|it| it.set == id) {
        for criteria in classifier.criteria.iter().filter(|it| close.iter().any(|code| code == codes.code(it.code))) {
            read(criteria, &engine.record().fields, &mut found);
        }
    }
    // A field that is worked out is decided by those that its derivation reads.
    let records = &engine.domain().records;
    let id = RecordId::find(records, |record| record.name == engine.record().name);
    let of_record = engine.domain().derivations.iter().filter(|it| Some(it.record) == id);
    for derivation in of_record {
        if name(&derivation.field, &engine.record().fields).is_some_and(|path| found.contains(&path)) {
            paths(&derivation.value, &engine.record().fields, &mut found);
        }
    }
    found
}

fn read(criteria: &Criteria, fields: &[Field], found: &mut BTreeSet<String>) {
    criteria.when.iter().for_each(|scored| paths(&scored.condition, fields, found));
    criteria.unless.iter().for_each(|bar| paths(&bar.condition, fields, found));
    found.extend(criteria.needs.iter().map(|needed| needed.name.clone()));
}

fn paths(expression: &Expression, fields: &[Field], found: &mut BTreeSet<String>) {
    match expression {
        Expression::Path(path) => found.extend(name(path, fields)),
        Expression::Quantified { list, .. } | Expression::Count { list, .. } => {
            if let Expression::Path(path) = list.as_ref() {
                // What is asked of an item stands at a path of its own: every field of the items counts.
                found.extend(below(path, fields));
            }
            expression.each_part(&mut |part| paths(part, fields, found));
        }
        other => other.each_part(&mut |part| paths(part, fields, found)),
    }
}

/// The name of a path from the top.
fn name(path: &Path, mut fields: &[Field]) -> Option<String> {
    if path.root != Root::Encounter {
        return None;
    }
    let mut names = Vec::new();
    for slot in &path.slots {
        let field = slot.get(fields)?;
        names.push(field.name.as_str());
        fields = if let Kind::Record(inner) = field.kind.innermost() { inner } else { &[] };
    }
    Some(names.join("."))
}

fn below(path: &Path, fields: &[Field]) -> Vec<String> {
    let (Some(above), mut inner) = (name(path, fields), fields) else { return Vec::new() };
    for slot in &path.slots {
        let Some(field) = slot.get(inner) else { return Vec::new() };
        inner = if let Kind::Record(inner) = field.kind.innermost() { inner } else { &[] };
    }
    inner.iter().map(|field| format!("{above}.{}", field.name)).collect()
}

fn values(field: &Field) -> Vec<String> {
    match &field.kind {
        Kind::Bool => vec!["true".to_owned(), "false".to_owned()],
        Kind::Choice(names) | Kind::Ladder(names) => names.clone(),
        _ => Vec::new(),
    }
}

/// The question with its answers as buttons; each says which code it leads to.
pub fn asked(language: Language, question: &Question) -> Markup {
    let said = |value: &str| match value {
        "true" => language.say("yes").to_owned(),
        "false" => language.say("no").to_owned(),
        other => other.to_owned(),
    };
    html! {
        fieldset id="question" {
            legend { (question.text) }
            @for (value, code) in &question.answers {
                button name="act" value={ "answer:" (question.path) "|" (value) } data-path=(question.path) data-value=(value) {
                    (said(value)) " → " b { (if code.is_empty() { "–" } else { code }) }
                }
            }
            button name="act" value={ "answer:" (question.path) "|" } data-path=(question.path) data-value="" {
                (language.say("unknown"))
            }
        }
    }
}
