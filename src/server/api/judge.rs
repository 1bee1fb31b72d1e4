//! Encounters that are judged and not kept.

use super::codes::optional;
use super::codes::text;
use crate::audit::Entry;
use crate::audit::Outcome;
use crate::audit::Rows;
use crate::encounters::batch;
use crate::encounters::batch::Desk;
use crate::encounters::batch::Out;
use crate::encounters::batch::Outcome as Answered;
use crate::encounters::engine::Engine;
use crate::encounters::near::Typed;
use crate::encounters::near::json_line;
use crate::encounters::near::wanted;
use crate::encounters::read;
use crate::encounters::read::Format;
use crate::encounters::read::Input;
use crate::encounters::read::Source;
use crate::encounters::texts::Form;
use crate::encounters::texts::TextDesk;
use crate::encounters::together;
use crate::encounters::write;
use crate::model::ids::SetId;
use crate::privacy::text::TextRedactor;
use crate::server::call::Call;
use crate::server::call::ForCaller;
use crate::server::call::JSON;
use crate::server::call::NDJSON;
use crate::server::call::Reply;
use crate::server::call::day;
use crate::server::problem;
use crate::server::problem::Problem;
use crate::server::stream::Head;
use crate::server::stream::Talk;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use std::io::Write;

/// Names of a request that are not fields of its encounter.
const ASIDE: [&str; 6] = ["domain", "record", "on", "set", "text", "candidates"];

/// A record that is to be judged.
pub(super) struct Judged {
    /// The engine for the caller.
    pub desk: ForCaller,
    /// The record as JSON.
    pub record: String,
}

impl Judged {
    /// The encounter of a request: under `encounter`, or the fields beside `domain` and `record`.
    ///
    /// # Errors
    /// If there is no such domain or record for the caller.
    pub fn of(call: &Call<'_>, asked: &Map<String, Value>) -> Result<Judged, Problem> {
        let desk = desk_of(call, asked)?;
        let record = match asked.get("encounter") {
            Some(encounter @ Value::Object(_)) => encounter.to_string(),
            Some(_) => return Err(Problem::new(problem::UNUSABLE, "`encounter` is no object").at("/encounter")),
            None => {
                let is_field = |name: &str| !ASIDE[..3].contains(&name);
                let fields = asked.iter().filter(|(name, _)| is_field(name));
                Value::Object(fields.map(|(name, value)| (name.clone(), value.clone())).collect()).to_string()
            }
        };
        Ok(Judged { desk, record })
    }
}

pub(super) fn desk_of(call: &Call<'_>, asked: &Map<String, Value>) -> Result<ForCaller, Problem> {
    let on = optional(asked, "on")?.map(day).transpose()?;
    call.engine(text(asked, "domain")?, optional(asked, "record")?, on)
}

/// The disclosure of a record.
pub fn run(call: &Call<'_>) -> Result<Reply, Problem> {
    let judged = Judged::of(call, &call.object()?)?;
    let mut worker = judged.desk.engine.worker().noting(&judged.desk.audited);
    let disclosure = worker.disclose(1, Ok(&judged.record));
    let mut out = Vec::new();
    write::line(&disclosure, &mut out);
    let is_unreadable = disclosure.is_unreadable();
    call.note(worker.noted())?;
    Ok(Reply::of(JSON, out).status(if is_unreadable { 422 } else { 200 }))
}

/// Findings, and what is missing.
pub fn validate(call: &Call<'_>) -> Result<Reply, Problem> {
    let judged = Judged::of(call, &call.object()?)?;
    let mut worker = judged.desk.engine.worker().noting(&judged.desk.audited);
    let disclosure = worker.disclose(1, Ok(&judged.record));
    let unreadable = |_| Problem::new(problem::UNUSABLE, "the encounter cannot be read");
    let mut out = Vec::new();
    write::verdict(disclosure.parts().map_err(unreadable)?, &mut out);
    call.note(worker.noted())?;
    Ok(Reply::of(JSON, out))
}

/// Candidates for a text or record, with what is near where no code fits.
pub fn classify(call: &Call<'_>) -> Result<Reply, Problem> {
    let asked = call.object()?;
    let (typed, desk) = typed(call, &asked)?;
    let set = optional(&asked, "set")?;
    let sets = sets_of(call, &desk.engine, set)?;
    let mut worker = desk.engine.worker().noting(&desk.audited);
    if let Some(count) = asked.get("candidates").and_then(Value::as_u64) {
        worker = worker.showing(usize::try_from(count).unwrap_or(0).min(50));
    }
    let answer = worker.disclose(1, Ok(&typed.record));
    if answer.is_unreadable() {
        return Err(Problem::new(problem::UNUSABLE, "the encounter cannot be read"));
    }
    let candidates = wanted(&answer, set);
    let near = if candidates.is_empty() { typed.near(&desk.engine, &sets, set) } else { None };
    let suggestions = near.as_ref().map(|near| wanted(&near.answer, set)).unwrap_or_default();
    let words = near.as_ref().map_or(&[][..], |near| near.words);
    let line = json_line(&candidates, &suggestions, &[("meant", words)]);
    call.note(worker.noted())?;
    Ok(Reply::of(JSON, line))
}

/// What a request wants judged: `text` for the record's first field of free text, or a whole record.
///
/// # Errors
/// If there is no such domain, or neither can be read.
pub(super) fn typed(call: &Call<'_>, asked: &Map<String, Value>) -> Result<(Typed, ForCaller), Problem> {
    if let Some(text) = optional(asked, "text")? {
        let desk = desk_of(call, asked)?;
        let no_field = || Problem::new(problem::UNUSABLE, "the record has no free text field: send `encounter`");
        return Ok((Typed::new(&desk.engine, text).ok_or_else(no_field)?, desk));
    }
    let judged = Judged::of(call, asked)?;
    let unreadable = || Problem::new(problem::UNUSABLE, "the encounter cannot be read");
    Ok((Typed::new(&judged.desk.engine, &judged.record).ok_or_else(unreadable)?, judged.desk))
}

fn sets_of(call: &Call<'_>, engine: &Engine, set: Option<&str>) -> Result<Vec<SetId>, Problem> {
    match set {
        Some(name) => Ok(vec![call.set(name)?]),
        None => Ok(engine.classified()),
    }
}

/// Free text, redacted for the caller's audience.
pub fn redact(call: &Call<'_>) -> Result<Reply, Problem> {
    let asked = call.object()?;
    let caller = call.caller()?;
    let registry = &call.loaded.registry;
    let name = optional(&asked, "domain")?;
    if name.is_some_and(|name| !caller.grant.covers(name)) {
        return Err(Problem::missing("domain"));
    }
    let domain = name.map(|name| registry.domain(name)?.ok_or_else(|| Problem::missing("domain"))).transpose()?;
    let default = domain.as_ref().map(|domain| domain.default_audience.clone()).filter(|it| !it.is_empty());
    let audience = caller.grant.audience.clone().or(default);
    let audience = audience
        .ok_or_else(|| Problem::new(problem::UNUSABLE, "`domain` is needed: it names the audience").at("/domain"))?;
    let mut access = caller.access(call.operation);
    (access.audience, access.registry) = (audience.clone(), registry.id().to_owned());
    name.unwrap_or_default().clone_into(&mut access.domain);
    let redactor = TextRedactor::new(registry.shared()?, domain.as_deref(), &audience, call.service.today())
        .map_err(|error| Problem::new(problem::FORBIDDEN, error.to_string()))?;
    redactor.policy().clone_into(&mut access.policy);
    let redactor = if redactor.wants_names() { redactor.with_names(registry.names()?) } else { redactor };
    let has_spans = asked.get("spans").and_then(Value::as_bool).unwrap_or(false);
    let line = json!({ "id": asked.get("id"), "text": text(&asked, "text")? }).to_string();
    let mut desk = TextDesk::new(&redactor, Form { is_json: true, has_spans }, Some(&access));
    let (mut out, mut rows) = (Vec::new(), Rows::default());
    let answered = desk.answer(1, Ok(line.as_str().into()), &mut out);
    desk.note_together(&mut rows);
    call.note(rows)?;
    Ok(Reply::of(JSON, out).status(if answered == Answered::Refused { 422 } else { 200 }))
}

/// Disclosures of many records, in their order, as `run` writes them, written while the body is read; the last line counts
/// them, and an answer without it is not whole. The format is that of `?format=`, or told by the first bytes; files of other
/// programs are read by the readers of the domain.
pub fn batch(call: &Call<'_>) -> Result<Reply, Problem> {
    let needed = || Problem::new(problem::UNUSABLE, "`?domain=` is needed");
    let name = call.query("domain").ok_or_else(needed)?;
    if !call.caller()?.grant.covers(name) {
        return Err(Problem::missing("domain"));
    }
    let domain = call.loaded.registry.domain(name)?.ok_or_else(|| Problem::missing("domain"))?;
    let format = call.query("format").map(str::parse::<Format>).transpose();
    let format = format.map_err(|error| Problem::new(problem::UNUSABLE, error.to_string()))?;
    let Talk { input: body, output } = call.talk()?;
    let input = Input::new("the body", None, Box::new(body)).map_err(unusable)?;
    let choice = input.choose_of(&domain, call.query("record"), format, call.query("reader")).map_err(unusable)?;
    let of_reader = choice.record().and_then(|record| record.get(&domain.records)).map(|record| record.name.as_str());
    let desk = call.engine(name, of_reader.or(call.query("record")), call.on()?)?;
    let mut source = Source::chosen(input, &choice, desk.engine.schema());
    let gathered = together::gather(&desk.engine, &mut source, None, 1, &mut |_| {}).map_err(unfinished)?;
    let (mut aside, neighbours) = gathered.map_or((None, None), |it| (Some(it.source), Some(it.neighbours)));
    let (mut out, mut trail) = (output.of(Head { kind: NDJSON, headers: Vec::new() }), &call.service.trail);
    let to = Out { to: &mut out, trail: Some(&mut trail) };
    let worker = || desk.engine.worker().noting(&desk.audited).among(neighbours.as_ref());
    let counts = batch::run_noted(aside.as_mut().unwrap_or(&mut source), 1, worker, to, &mut |_| {});
    let batch::Counts { read, written, refused, wrong } = counts.map_err(unfinished)?;
    let mut rows = Rows::default();
    rows.push(&desk.audited.access, &Entry::new(Outcome::Done).count(written));
    call.note(rows)?;
    let last = json!({ "read": read, "written": written, "refused": refused, "with_errors": wrong });
    let gone = |_| Problem::new(problem::BROKEN, "nobody reads the answer any more");
    out.write_all(format!("{last}\n").as_bytes()).map_err(gone)?;
    out.end().map_err(gone)?;
    Ok(Reply::default())
}

fn unfinished(error: batch::Error) -> Problem {
    match error {
        batch::Error::Read(error) => unusable(error),
        batch::Error::Audit(error) => Problem::from(error),
        _ => Problem::new(problem::BROKEN, "the batch could not be answered to its end"),
    }
}

fn unusable(error: read::Error) -> Problem {
    Problem::new(problem::UNUSABLE, error.to_string())
}
