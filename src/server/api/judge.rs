//! Encounters that are judged and not kept.

use super::codes::optional;
use super::codes::text;
use crate::audit::Entry;
use crate::audit::Outcome;
use crate::audit::Rows;
use crate::encounters::batch;
use crate::encounters::batch::Desk;
use crate::encounters::batch::Outcome as Answered;
use crate::encounters::engine::Engine;
use crate::encounters::near::Typed;
use crate::encounters::near::json_line;
use crate::encounters::near::wanted;
use crate::encounters::texts::Form;
use crate::encounters::texts::TextDesk;
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
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

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

fn desk_of(call: &Call<'_>, asked: &Map<String, Value>) -> Result<ForCaller, Problem> {
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
    let mut out = Vec::new();
    write::line(&disclosure, &mut out);
    if disclosure.is_unreadable() {
        return Err(Problem::new(problem::UNUSABLE, "the encounter cannot be read"));
    }
    call.note(worker.noted())?;
    let whole: Value =
        serde_json::from_slice(&out).map_err(|_| Problem::new(problem::BROKEN, "the answer cannot be written"))?;
    Reply::json(&json!({ "findings": whole.get("findings"), "missing": whole.get("missing"), "due": [] }))
}

/// Candidates for a text or record, with what is near where no code fits.
pub fn classify(call: &Call<'_>) -> Result<Reply, Problem> {
    let asked = call.object()?;
    let (typed, desk) = match optional(&asked, "text")? {
        Some(text) => {
            let desk = desk_of(call, &asked)?;
            let no_field = || Problem::new(problem::UNUSABLE, "the record has no free text field: send `encounter`");
            (Typed::new(&desk.engine, text).ok_or_else(no_field)?, desk)
        }
        None => {
            let judged = Judged::of(call, &asked)?;
            let unreadable = || Problem::new(problem::UNUSABLE, "the encounter cannot be read");
            (Typed::new(&judged.desk.engine, &judged.record).ok_or_else(unreadable)?, judged.desk)
        }
    };
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
    let redactor = TextRedactor::new(registry.shared()?, domain.as_deref(), &audience)
        .map_err(|error| Problem::new(problem::FORBIDDEN, error.to_string()))?;
    redactor.policy().clone_into(&mut access.policy);
    let redactor = if redactor.wants_names() { redactor.with_names(registry.names()?) } else { redactor };
    let has_spans = asked.get("spans").and_then(Value::as_bool).unwrap_or(false);
    let line = json!({ "id": asked.get("id"), "text": text(&asked, "text")? }).to_string();
    let mut desk = TextDesk::new(&redactor, Form { is_json: true, has_spans }, Some(&access));
    let (mut out, mut rows) = (Vec::new(), Rows::default());
    let answered = desk.answer(1, Ok(&line), &mut out);
    desk.note_together(&mut rows);
    call.note(rows)?;
    Ok(Reply::of(JSON, out).status(if answered == Answered::Refused { 422 } else { 200 }))
}

/// Disclosures of many records, a line each, in the order of the lines; the last line counts them.
pub fn batch(call: &Call<'_>) -> Result<Reply, Problem> {
    let needed = |name: &str| Problem::new(problem::UNUSABLE, format!("`?{name}=` is needed"));
    let domain = call.query("domain").ok_or_else(|| needed("domain"))?;
    let desk = call.engine(domain, call.query("record"), call.on()?)?;
    let mut worker = desk.engine.worker().noting(&desk.audited);
    let (mut out, mut rows, mut counts) = (Vec::new(), Rows::default(), batch::Counts::default());
    for (place, line) in call.body.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let number = place as u64 + 1;
        let text = std::str::from_utf8(line).map_err(|_| crate::encounters::read::Unreadable::NotUtf8);
        counts.read += 1;
        match worker.answer(number, text, &mut out) {
            Answered::Fine => counts.written += 1,
            Answered::Wrong => (counts.written, counts.wrong) = (counts.written + 1, counts.wrong + 1),
            Answered::Refused => counts.refused += 1,
        }
        rows.append(&mut worker.noted());
    }
    rows.push(&desk.audited.access, &Entry::new(Outcome::Done).count(counts.written));
    call.note(rows)?;
    let batch::Counts { read, written, refused, wrong } = counts;
    let last = json!({ "read": read, "written": written, "refused": refused, "with_errors": wrong });
    out.extend_from_slice(format!("{last}\n").as_bytes());
    Ok(Reply::of(NDJSON, out))
}
