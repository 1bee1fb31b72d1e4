//! Why a code, and why not: what the definitions say for it, and what of that a record brings. What a record brings is read
//! off its disclosure, so nothing is said that the audience may not see.

use super::codes::optional;
use super::codes::text;
use super::judge::desk_of;
use super::judge::typed;
use crate::encounters::write;
use crate::model::day::Day;
use crate::model::expression::Expression;
use crate::model::ids::CodeId;
use crate::model::ids::PhraseId;
use crate::model::ids::RecordId;
use crate::model::ids::SetId;
use crate::model::rules::Criteria;
use crate::model::rules::Rule;
use crate::model::rules::Scored;
use crate::privacy::Disclosure;
use crate::privacy::ShownReason;
use crate::server::call::Call;
use crate::server::call::ForCaller;
use crate::server::call::Reply;
use crate::server::call::day;
use crate::server::problem;
use crate::server::problem::Problem;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

/// Candidates that are looked at for the place of a code.
const LOOKED_AT: usize = 50;
/// Points of a definition and those of a reason are the same if they are no further apart.
const POINTS: f64 = 1e-3;

/// Explains a code or a rule, for a record if one is sent.
pub fn explain(call: &Call<'_>) -> Result<Reply, Problem> {
    let asked = call.object()?;
    let has_record = asked.contains_key("text") || asked.contains_key("encounter");
    let (typed, desk) = if has_record {
        let (typed, desk) = typed(call, &asked)?;
        (Some(typed), desk)
    } else {
        (None, desk_of(call, &asked)?)
    };
    let record = typed.as_ref().map(|typed| typed.record.as_str());
    match optional(&asked, "rule")? {
        Some(name) => rule(call, &desk, name, record),
        None => code(call, &desk, &asked, record),
    }
}

/// A rule, and what it finds in a record.
fn rule(call: &Call<'_>, desk: &ForCaller, name: &str, record: Option<&str>) -> Result<Reply, Problem> {
    let id = record_of(desk);
    let rule = desk.engine.domain().rules.iter().find(|it| it.id == name && Some(it.record) == id);
    let mut out = described(rule.ok_or_else(|| Problem::missing("rule"))?);
    if let Some(record) = record {
        let mut worker = desk.engine.worker().noting(&desk.audited);
        let disclosure = readable(worker.disclose(1, Ok(record)))?;
        let found = disclosure.findings().iter().filter(|it| it.rule == name);
        let found = found.map(|it| value(|out| write::finding(it, out))).collect::<Result<Vec<Value>, Problem>>()?;
        out.insert("findings".to_owned(), found.into());
        call.note(worker.noted())?;
    }
    Reply::json(&out)
}

fn readable(disclosure: Disclosure<'_>) -> Result<Disclosure<'_>, Problem> {
    if disclosure.is_unreadable() {
        return Err(Problem::new(problem::UNUSABLE, "the encounter cannot be read"));
    }
    Ok(disclosure)
}

fn record_of(desk: &ForCaller) -> Option<RecordId> {
    RecordId::find(&desk.engine.domain().records, |record| record.name == desk.engine.record().name)
}

fn described(rule: &Rule) -> Map<String, Value> {
    let written = |day: Option<Day>| Value::from(day.map(|day| day.to_string()));
    let texts = [("rule", &rule.id), ("see", &rule.see), ("help", &rule.help)];
    let texts = texts.into_iter().filter(|(_, text)| !text.is_empty());
    let mut out: Map<String, Value> = texts.map(|(name, text)| (name.to_owned(), Value::from(text.as_str()))).collect();
    out.insert("severity".to_owned(), rule.severity.name().into());
    out.insert("from".to_owned(), written(rule.from));
    out.insert("to".to_owned(), written(rule.to));
    out
}

/// A code, and how far a record speaks for it.
fn code(call: &Call<'_>, desk: &ForCaller, asked: &Map<String, Value>, record: Option<&str>) -> Result<Reply, Problem> {
    let on = optional(asked, "on")?.map(day).transpose()?.unwrap_or_else(|| call.service.today());
    let set = call.set(text(asked, "set")?)?;
    let codes = call.loaded.registry.codes(set);
    let code = codes.find(text(asked, "code")?).ok_or_else(|| Problem::missing("code"))?;
    let current = codes.current(code, on);
    let mut out = Map::new();
    out.insert("set".to_owned(), codes.name().into());
    out.insert("code".to_owned(), codes.code(code).into());
    out.insert("display".to_owned(), codes.display(code).into());
    out.insert("assignable".to_owned(), codes.is_assignable(code, on).into());
    if current != code {
        out.insert("current".to_owned(), codes.code(current).into());
    }
    let Some(record) = record else {
        out.extend(written(desk, set, code, &[]));
        return Reply::json(&out);
    };
    let mut worker = desk.engine.worker().noting(&desk.audited).showing(LOOKED_AT);
    let disclosure = readable(worker.disclose(1, Ok(record)))?;
    let of_set: Vec<_> = disclosure.candidates().iter().filter(|it| it.set == codes.name()).collect();
    let place = of_set.iter().position(|it| it.code == codes.code(current));
    let own = place.and_then(|place| of_set.get(place));
    out.extend(written(desk, set, current, own.map_or(&[], |it| &it.because)));
    out.insert("place".to_owned(), place.map(|place| place + 1).into());
    let shown = |it: Option<&_>| it.map_or(Ok(Value::Null), |it| value(|out| write::candidate(it, out)));
    out.insert("candidate".to_owned(), shown(own.copied())?);
    out.insert("first".to_owned(), shown(of_set.first().copied())?);
    call.note(worker.noted())?;
    Reply::json(&out)
}

/// What the definitions say of a code: phrases and conditions with their points, conditions that rule it out, and fields that
/// it needs. Phrases and conditions among the reasons of a candidate are marked as held; what holds and was no reason is not.
fn written(desk: &ForCaller, set: SetId, code: CodeId, because: &[ShownReason<'_>]) -> Map<String, Value> {
    let domain = desk.engine.domain();
    let record = record_of(desk);
    let classifiers = domain.classifiers.iter().filter(|it| it.set == set && Some(it.record) == record);
    let all: Vec<&Criteria> = classifiers.flat_map(|it| &it.criteria).filter(|it| it.code == code).collect();
    let line = |what: &str, points: f32, is_held: bool| {
        if is_held {
            json!({ "what": what, "points": points, "held": true })
        } else {
            json!({ "what": what, "points": points })
        }
    };
    let is_reason = |kind: &str, what: &str, points: f32| {
        because.iter().any(|it| it.kind == kind && it.what == what && (it.points - f64::from(points)).abs() < POINTS)
    };
    let phrase = |id: PhraseId| id.get(&domain.phrases).map_or("", String::as_str);
    let phrases: Vec<(PhraseId, f32)> = all.iter().flat_map(|it| it.phrases.iter().copied()).collect();
    let conditions: Vec<&Scored> = all.iter().flat_map(|it| &it.when).collect();
    // A reason made by words names them and not the condition: it counts where no other line could have made it.
    let is_alone = |id: PhraseId, points: f32| {
        let is_same = |other: f32| f64::from((other - points).abs()) < POINTS;
        let of_conditions = conditions.iter().filter(|it| is_same(it.points) && mentioned(&it.condition).contains(&id));
        let of_phrases = phrases.iter().filter(|(other, points)| *other == id && is_same(*points));
        of_conditions.count() + of_phrases.count() == 1
    };
    let is_held = |it: &Scored| {
        let by_words = |id: PhraseId| is_reason("phrase", phrase(id), it.points) && is_alone(id, it.points);
        is_reason("criterion", &it.source, it.points) || mentioned(&it.condition).into_iter().any(by_words)
    };
    let lists: [(&str, Vec<Value>); 4] = [
        (
            "phrases",
            phrases.iter().map(|(id, it)| line(phrase(*id), *it, is_reason("phrase", phrase(*id), *it))).collect(),
        ),
        ("conditions", conditions.iter().map(|it| line(&it.source, it.points, is_held(it))).collect()),
        ("never", all.iter().flat_map(|it| &it.unless).map(|it| Value::from(it.source.as_str())).collect()),
        ("needs", all.iter().flat_map(|it| &it.needs).map(|it| Value::from(it.name.as_str())).collect()),
    ];
    lists.into_iter().map(|(name, list)| (name.to_owned(), list.into())).collect()
}

/// The phrases of a condition that a reason may name instead of the condition itself.
fn mentioned(condition: &Expression) -> Vec<PhraseId> {
    match condition {
        Expression::And(all) | Expression::Or(all) => all.iter().flat_map(mentioned).collect(),
        Expression::Mentions { phrases, .. } => phrases.clone(),
        _ => Vec::new(),
    }
}

/// What a writer of bytes writes, as a value beside others.
fn value(write: impl FnOnce(&mut Vec<u8>)) -> Result<Value, Problem> {
    let mut out = Vec::new();
    write(&mut out);
    serde_json::from_slice(&out).map_err(|_| Problem::new(problem::BROKEN, "the answer cannot be written"))
}
