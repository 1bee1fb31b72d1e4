//! Files that are answered row by row: what they would be read as, how far they are, their answers.

use super::page;
use super::words::Language;
use crate::audit::Entry;
use crate::audit::Outcome;
use crate::audit::Rows;
use crate::server::call::Call;
use crate::server::call::NDJSON;
use crate::server::call::Reply;
use crate::server::jobs::access;
use crate::server::jobs::preview;
use crate::server::problem;
use crate::server::problem::Problem;
use crate::server::stream::Head;
use crate::store::Job;
use crate::store::PartKind;
use maud::Markup;
use maud::html;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write;

/// Rows of the answers that a page shows.
const SHOWN: usize = 100;
/// Candidates of a row that are shown.
const CANDIDATES: usize = 3;

/// The list, and the form for another file.
pub fn page(call: &Call<'_>) -> Result<Reply, Problem> {
    let (language, caller) = (page::language(call), call.caller()?);
    let jobs = call.service.store.jobs(&caller.name, &caller.grant)?;
    let content = html! {
        (form(call, language)?)
        section { h2 { (language.say("files")) }
            @if jobs.is_empty() { p { (language.say("none-kept")) } } @else {
                div class="wide" tabindex="0" role="region" aria-label=(language.say("files")) { table {
                    thead { tr {
                        th scope="col" { (language.say("file")) } th scope="col" { (language.say("changed")) }
                        th scope="col" { (language.say("desk")) } th scope="col" { (language.say("state")) }
                        th scope="col" { (language.say("rows")) }
                    } }
                    tbody { @for job in &jobs { tr {
                        th scope="row" { a href={ "/jobs/" (job.id) } { (job.id) } }
                        td { (page::moment(job.created)) } td { (job.asked.domain) " · " (job.asked.record) }
                        td { (state(language, job)) } td { (job.progress.read) }
                    } } }
                } }
            }
        }
    };
    page::page(call, language.say("files"), content)
}

fn form(call: &Call<'_>, language: Language) -> Result<Markup, Problem> {
    let (registry, grant) = (&call.loaded.registry, &call.caller()?.grant);
    let (mut desks, mut readers) = (Vec::new(), BTreeSet::new());
    for name in registry.domain_names().filter(|name| grant.covers(name)) {
        let Some(domain) = registry.domain(name)? else { continue };
        desks.extend(domain.records.iter().map(|record| (name.to_owned(), record.name.clone())));
        readers.extend(domain.readers.iter().map(|reader| reader.name.clone()));
    }
    Ok(html! {
        form method="post" enctype="multipart/form-data" class="bar" {
            (page::secret(call))
            label for="for" { (language.say("desk")) }
            select id="for" name="desk" {
                @for (domain, record) in &desks { option value={ (domain) "|" (record) } { (domain) " · " (record) } }
            }
            label for="reader" { (language.say("reader")) }
            select id="reader" name="reader" {
                option value="" { (language.say("by-content")) }
                @for reader in &readers { option value=(reader) { (reader) } }
            }
            label for="file" { (language.say("file")) }
            input id="file" name="file" type="file" required;
            button { (language.say("upload")) }
        }
    })
}

fn state(language: Language, job: &Job) -> &'static str {
    match job.state.as_str() {
        "new" => language.say("job-new"),
        "waiting" => language.say("job-waiting"),
        "running" => language.say("job-running"),
        "done" => language.say("job-done"),
        "cancelled" => language.say("job-cancelled"),
        _ => language.say("job-failed"),
    }
}

fn own(call: &Call<'_>) -> Result<Job, Problem> {
    let caller = call.caller()?;
    let job = call.service.store.job(call.param("id"), &caller.name, &caller.grant)?;
    if caller.grant.covers(&job.asked.domain) { Ok(job) } else { Err(Problem::missing("job")) }
}

/// One of them. A new one shows its first rows as they would be read; one that has begun shows answers.
pub fn one(call: &Call<'_>) -> Result<Reply, Problem> {
    let (job, language) = (own(call)?, page::language(call));
    let is_going = matches!(job.state.as_str(), "waiting" | "running");
    // Whoever asks again and again how far it is sees no rows, so that nothing is noted of it.
    let rows = match (call.query("only"), job.state.as_str()) {
        (Some("state"), _) => html! {},
        (_, "new") => first(call, &job, language),
        _ => answered(call, &job, language)?,
    };
    let refresh = is_going.then(|| format!("/jobs/{}?only=state", job.id));
    let content = html! {
        div id="job" data-refresh=[refresh] {
            p role="status" {
                (state(language, &job)) " · " (job.progress.read) " " (language.say("rows")) " · "
                (job.progress.refused) " " (language.say("unread")) " · "
                (job.progress.wrong) " " (language.say("state-errors"))
                @if is_going { " · " a href={ "/jobs/" (job.id) } { (language.say("look-again")) } }
            }
            @if !job.why.is_empty() { p class="error" role="alert" { (job.why) } }
            (acts(call, &job, language))
        }
        (rows)
    };
    page::page(call, &format!("{} {}", language.say("file"), job.id), content)
}

fn acts(call: &Call<'_>, job: &Job, language: Language) -> Markup {
    let state = job.state.as_str();
    html! {
        form method="post" class="bar" {
            (page::secret(call))
            @if state == "new" { button name="act" value="start" class="main" { (language.say("start")) } }
            @if matches!(state, "waiting" | "running") { button name="act" value="cancel" { (language.say("cancel")) } }
            @if state == "done" {
                a class="button" href={ "/jobs/" (job.id) "/answers" } download="answers.ndjson" { (language.say("download")) }
            }
            button name="act" value="delete" { (language.say("delete")) }
        }
    }
}

/// What the first rows would be read as: the fields of the record as the caller sees them.
fn first(call: &Call<'_>, job: &Job, language: Language) -> Markup {
    let lines = match preview(call.service, &call.loaded, job) {
        Ok(bytes) => lines(rows(&bytes)),
        Err(problem) => return html! { p class="error" role="alert" { (problem.detail) } },
    };
    let mut names: Vec<String> = Vec::new();
    for name in lines.iter().filter_map(|line| line["encounter"].as_object()).flat_map(|it| it.keys()) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    html! {
        section { h2 { (language.say("first-rows")) }
            div class="wide" tabindex="0" role="region" aria-label=(language.say("first-rows")) { table {
                thead { tr { @for name in &names { th scope="col" { (name) } } th scope="col" { (language.say("codes")) } } }
                tbody { @for line in &lines { tr {
                    @if let Some(error) = line["error"].as_str() {
                        td colspan=(names.len() + 1) class="error" { (error) }
                    } @else {
                        @for name in &names { td { (line["encounter"].get(name).map(plain).unwrap_or_default()) } }
                        td { (codes(line)) }
                    }
                } } }
            } }
        }
    }
}

/// A page of the answers.
fn answered(call: &Call<'_>, job: &Job, language: Language) -> Result<Markup, Problem> {
    let number = |name: &str| call.query(name).and_then(|it| it.parse::<usize>().ok()).unwrap_or(0);
    let (part, from) = (number("part"), number("from"));
    let body = call.service.store.job_part(&job.id, PartKind::Answers, i64::try_from(part).unwrap_or(i64::MAX))?;
    let Some(body) = body else { return Ok(html! {}) };
    // Only what is shown is parsed: a part may have many more rows.
    let (count, shown) = (rows(&body).count(), lines(rows(&body).skip(from).take(SHOWN)));
    note(call, job, shown.len() as u64)?;
    let next = if from.saturating_add(SHOWN) < count { (part, from + SHOWN) } else { (part + 1, 0) };
    let has_next = i64::try_from(next.0).is_ok_and(|next| next < job.progress.parts);
    Ok(html! {
        section { h2 { (language.say("answers")) }
            div class="wide" tabindex="0" role="region" aria-label=(language.say("answers")) { table {
                thead { tr {
                    th scope="col" { (language.say("encounter")) } th scope="col" { (language.say("codes")) }
                    th scope="col" { (language.say("findings")) }
                } }
                tbody { @for line in &shown { tr {
                    @if let Some(error) = line["error"].as_str() {
                        th scope="row" { (plain(&line["line"])) } td class="error" colspan="2" { (error) }
                    } @else {
                        th scope="row" { (plain(&line["id"])) } td { (codes(line)) } td { (findings(language, line)) }
                    }
                } } }
            } }
            @if has_next { p { a href={ "/jobs/" (job.id) "?part=" (next.0) "&from=" (next.1) } { (language.say("next")) } } }
        }
    })
}

fn rows(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

fn lines<'b>(rows: impl Iterator<Item = &'b [u8]>) -> Vec<Value> {
    rows.filter_map(|line| serde_json::from_slice(line).ok()).collect()
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn list<'v>(line: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    line[name].as_array().into_iter().flatten()
}

/// The codes that a row carries, and the first of those proposed.
fn codes(line: &Value) -> Markup {
    let proposed = list(line, "candidates").filter(|it| it["below"] != true).take(CANDIDATES);
    html! {
        @for it in list(line, "codes").chain(proposed) {
            span class="chip" { b { (plain(&it["code"])) } " " (plain(&it["display"])) } " "
        }
    }
}

fn findings(language: Language, line: &Value) -> Markup {
    let severity = |it: &Value| match it["severity"].as_str() {
        Some("error") => language.say("error"),
        Some("warning") => language.say("warning"),
        Some("advice") => language.say("advice"),
        _ => language.say("undecided"),
    };
    html! {
        @for it in list(line, "findings") {
            div { b { (severity(it)) } " " (it["message"].as_str().unwrap_or_default()) small { " " (plain(&it["rule"])) } }
        }
    }
}

/// Notes that rows of the answers are shown.
fn note(call: &Call<'_>, job: &Job, count: u64) -> Result<(), Problem> {
    note_deed(call, job, call.operation, Outcome::Shown, count)
}

fn note_deed(call: &Call<'_>, job: &Job, command: &'static str, outcome: Outcome, count: u64) -> Result<(), Problem> {
    let mut rows = Rows::default();
    rows.push(&access(job, command), &Entry::new(outcome).count(count));
    call.note(rows)
}

/// All answers, as a file.
pub fn answers(call: &Call<'_>) -> Result<Reply, Problem> {
    let job = own(call)?;
    if job.state != "done" {
        return Err(Problem::new(problem::UNUSABLE, "the file is not answered to its end"));
    }
    note(call, &job, u64::try_from(job.progress.read).unwrap_or(0))?;
    let name = ("content-disposition", "attachment; filename=\"answers.ndjson\"".to_owned());
    let mut out = call.talk()?.output.of(Head { kind: NDJSON, headers: vec![name] });
    let gone = |_| Problem::new(problem::BROKEN, "nobody reads the answer any more");
    for number in 0..job.progress.parts {
        let part = call.service.store.job_part(&job.id, PartKind::Answers, number)?;
        out.write_all(&part.unwrap_or_default()).map_err(gone)?;
    }
    out.end().map_err(gone)?;
    Ok(Reply::default())
}

/// Starts a job, cancels it or deletes it.
pub fn act(call: &Call<'_>) -> Result<Reply, Problem> {
    let (job, form, store) = (own(call)?, call.form(), &call.service.store);
    let act = form.iter().find(|(name, _)| name == "act").map_or("", |(_, value)| value.as_str());
    let asked = |command: &'static str| note_deed(call, &job, command, Outcome::Asked, 1);
    match act {
        "start" => {
            asked("job-start")?;
            store.move_job(&job.id, &["new"], "waiting", "")?;
            if let Some(thread) = call.service.jobs.get() {
                thread.unpark();
            }
        }
        "cancel" => {
            asked("job-cancel")?;
            store.move_job(&job.id, &["waiting", "running"], "cancelled", "")?;
        }
        "delete" => {
            asked("job-delete")?;
            store.delete_job(&job.id)?;
            return Ok(Reply::see("/jobs"));
        }
        _ => return Err(Problem::new(problem::UNUSABLE, "there is no such act")),
    }
    Ok(Reply::see(&format!("/jobs/{}", job.id)))
}
