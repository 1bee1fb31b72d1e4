//! Encounters that are kept, with every code they were ever given.

use super::codes::optional;
use super::codes::text;
use super::judge::Judged;
use super::once::Ticket;
use super::once::once;
use super::places;
use crate::audit::Entry;
use crate::audit::Outcome;
use crate::audit::Rows;
use crate::encounters::write;
use crate::model::rules::Severity;
use crate::privacy::Disclosure;
use crate::server::call::Call;
use crate::server::call::ForCaller;
use crate::server::call::Reply;
use crate::server::problem;
use crate::server::problem::Problem;
use crate::statistics;
use crate::statistics::Table;
use crate::store::Coding;
use crate::store::Draft;
use crate::store::Filter;
use crate::store::Kept;
use crate::store::Once;
use crate::store::RECORD;
use crate::store::Summary;
use crate::store::Version;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;

/// Encounters of a list where no number is given, and at most.
const LISTED: usize = 50;
const MOST_LISTED: usize = 200;

/// What is to be kept of a record: how it was judged, what it is found by, the codes that it carries.
///
/// # Errors
/// If the record cannot be read or the judging cannot be noted.
pub fn draft_of(call: &Call<'_>, desk: &ForCaller, record: &str) -> Result<Draft, Problem> {
    let mut worker = desk.engine.worker().noting(&desk.audited);
    let mut finders = places::finders(&desk.engine.record().fields, record);
    let disclosure = worker.disclose_of(1, Ok(record.into()), &mut |id| finders.extend(id.map(str::to_owned)));
    if disclosure.is_unreadable() {
        return Err(Problem::new(problem::UNUSABLE, "the encounter cannot be read"));
    }
    let findings = disclosure.findings();
    let errors = findings.iter().filter(|it| it.severity == Severity::Error).count();
    let actor = &call.caller()?.name;
    let given = disclosure.codes().iter().filter(|it| it.from == "given" && it.code != crate::privacy::WITHHELD);
    let of_record = |coding: Coding| Coding { path: RECORD.to_owned(), ..coding };
    let codings = given.map(|it| of_record(coding(call, it.set, it.code, actor))).collect();
    let draft = Draft {
        domain: desk.engine.domain().name.clone(),
        record: desk.engine.record().name.clone(),
        body: record.as_bytes().to_vec(),
        errors: i64::try_from(errors).unwrap_or(i64::MAX),
        finders,
        codings,
    };
    call.note(worker.noted())?;
    Ok(draft)
}

/// A code given by somebody under the registry of this request.
pub fn coding(call: &Call<'_>, set: &str, code: &str, actor: &str) -> Coding {
    Coding {
        set: set.to_owned(),
        release: call.loaded.registry.id().to_owned(),
        code: code.to_owned(),
        path: String::new(),
        actor: actor.to_owned(),
        at: 0,
        deed: "given".to_owned(),
        points: 0.0,
    }
}

/// Keeps a new encounter.
pub fn keep(call: &Call<'_>) -> Result<Reply, Problem> {
    let asked = call.object()?;
    let judged = Judged::of(call, &asked)?;
    once(call, |ticket| {
        let draft = draft_of(call, &judged.desk, &judged.record)?;
        if call.caller()?.is_sandbox {
            return Ok(Reply::json(&json!({ "id": null, "version": 0, "sandbox": true }))?.status(201));
        }
        let body = |id: &String| json!({ "id": id, "version": 1 });
        let id = call.service.store.add_encounter(draft, Some(ticket.keep(201, body)))?;
        let reply = Reply::json(&body(&id))?.status(201);
        Ok(reply.with("location", format!("/v1/encounters/{id}")).with("etag", "\"1\""))
    })
}

/// Encounters that are kept, those changed last first: what is in the clear, without codes that a policy may withhold.
pub fn list(call: &Call<'_>) -> Result<Reply, Problem> {
    let filter = Filter { code: None, ..filter(call)? };
    let found = call.service.store.encounters(&filter)?;
    let shown = found.iter().map(|it| {
        json!({
            "id": it.id, "domain": it.domain, "record": it.record, "state": it.state, "errors": it.errors,
            "created": it.created, "updated": it.updated, "version": it.version,
        })
    });
    Reply::json(&json!({ "encounters": shown.collect::<Vec<Value>>() }))
}

/// What a list is asked for.
///
/// # Errors
/// If a part of the question cannot be read.
pub fn filter(call: &Call<'_>) -> Result<Filter, Problem> {
    let caller = call.caller()?;
    let unusable = |name: &str| Problem::new(problem::UNUSABLE, format!("`{name}` cannot be used"));
    let mut domains = caller.grant.domains.clone();
    if let Some(domain) = call.query("domain") {
        if !caller.grant.covers(domain) {
            return Err(Problem::missing("domain"));
        }
        domains = vec![domain.to_owned()];
    }
    let mut filter = Filter { domains, limit: LISTED, ..Filter::default() };
    if let Some(limit) = call.query("limit") {
        let limit = limit.parse().ok().filter(|it| (1..=MOST_LISTED).contains(it));
        filter.limit = limit.ok_or_else(|| unusable("limit"))?;
    }
    if let Some(before) = call.query("before") {
        filter.before = Some(before.parse().map_err(|_| unusable("before"))?);
    }
    if let (Some(set), Some(code)) = (call.query("set"), call.query("code")) {
        filter.code = Some((set.to_owned(), code.to_owned()));
    }
    match call.query("state") {
        Some("errors") => filter.has_errors = true,
        Some(state @ ("open" | "coded" | "erased")) => filter.state = Some(state.to_owned()),
        Some(_) => return Err(unusable("state")),
        None => {}
    }
    Ok(filter)
}

/// An encounter of the caller's domains.
///
/// # Errors
/// If there is none of this id, also if it is of another domain.
pub fn kept(call: &Call<'_>) -> Result<Kept, Problem> {
    Ok(call.service.store.encounter(call.param("id"), &call.caller()?.grant.domains)?)
}

/// The disclosure of a kept encounter, made now, for the caller.
pub fn read(call: &Call<'_>) -> Result<Reply, Problem> {
    let kept = kept(call)?;
    let tag = format!("\"{}\"", kept.summary.version);
    let head = |codes: Vec<Value>| {
        json!({
            "id": kept.summary.id, "version": kept.summary.version, "state": kept.summary.state,
            "created": kept.summary.created, "updated": kept.summary.updated, "codes": codes,
        })
    };
    let Some(record) = body_of(&kept) else {
        return Ok(Reply::json(&json!({ "kept": head(Vec::new()), "disclosure": null }))?.with("etag", tag));
    };
    let desk = call.engine(&kept.summary.domain, Some(&kept.summary.record), call.on()?)?;
    let mut worker = desk.engine.worker().noting(&desk.audited);
    let disclosure = worker.disclose(1, Ok(&record));
    let codes = shown(&desk, &disclosure, kept.standing()).into_iter();
    let head = head(codes.map(|it| json!({ "set": it.set, "code": it.code })).collect());
    let mut out = format!("{{\"kept\":{head},\"disclosure\":").into_bytes();
    write::line(&disclosure, &mut out);
    while out.last().is_some_and(u8::is_ascii_whitespace) {
        out.pop();
    }
    out.extend_from_slice(b"}\n");
    call.note(worker.noted())?;
    Ok(Reply::of(crate::server::call::JSON, out).with("etag", tag))
}

/// The record of a kept encounter as JSON; `None` once it was erased.
pub fn body_of(kept: &Kept) -> Option<String> {
    kept.body.as_ref().map(|body| String::from_utf8_lossy(body).into_owned())
}

/// The version that a change is meant for.
fn version_of(call: &Call<'_>) -> Result<Version, Problem> {
    let tag =
        call.header("if-match").ok_or_else(|| Problem::new(problem::NO_VERSION, "send the ETag that you have read"))?;
    let version = tag.trim().trim_start_matches("W/").trim_matches('"').parse();
    version.map_err(|_| Problem::new(problem::CHANGED, "the header If-Match names no version of this encounter"))
}

/// Replaces the record of an encounter.
pub fn change(call: &Call<'_>) -> Result<Reply, Problem> {
    let asked = call.object()?;
    let (kept, version) = (kept(call)?, version_of(call)?);
    let mut named = asked.clone();
    named.insert("domain".to_owned(), kept.summary.domain.clone().into());
    named.insert("record".to_owned(), kept.summary.record.clone().into());
    let judged = Judged::of(call, &named)?;
    once(call, |ticket| {
        let draft = draft_of(call, &judged.desk, &judged.record)?;
        changed(call, ticket, |once| {
            let (store, actor) = (&call.service.store, &call.caller()?.name);
            Ok(store.change_encounter(call.param("id"), version, draft, actor, Some(once))?)
        })
    })
}

/// Answers with the new version, which `work` writes and keeps; a sandbox token writes nothing.
fn changed(
    call: &Call<'_>,
    ticket: Ticket,
    work: impl FnOnce(Once<Version>) -> Result<Version, Problem>,
) -> Result<Reply, Problem> {
    let id = call.param("id").to_owned();
    if call.caller()?.is_sandbox {
        return Reply::json(&json!({ "id": id, "version": 0, "sandbox": true }));
    }
    let body = move |version: &Version| json!({ "id": id, "version": version });
    let version = work(ticket.keep(200, body.clone()))?;
    Ok(Reply::json(&body(&version))?.with("etag", format!("\"{version}\"")))
}

/// Gives a code to an encounter: it stands beside those of its record.
pub fn give(call: &Call<'_>) -> Result<Reply, Problem> {
    let asked = call.object()?;
    let (kept, version) = (kept(call)?, version_of(call)?);
    let coding = named_coding(call, text(&asked, "set")?, text(&asked, "code")?)?;
    once(call, |ticket| changed(call, ticket, |once| give_code(call, &kept, version, coding, Some(once))))
}

/// Gives a code; that is noted.
///
/// # Errors
/// If it cannot be noted or written.
pub fn give_code(
    call: &Call<'_>,
    kept: &Kept,
    version: Version,
    coding: Coding,
    once: Option<Once<Version>>,
) -> Result<Version, Problem> {
    note_deed(call, kept, None)?;
    let Summary { id, domain, .. } = &kept.summary;
    Ok(call.service.store.give(id, domain, version, coding, once)?)
}

/// Takes a code back; that is noted, with the reason if there is one.
///
/// # Errors
/// If it cannot be noted or written, or it is too late for an undo and no reason is given.
pub fn take_back(
    call: &Call<'_>,
    kept: &Kept,
    version: Version,
    coding: Coding,
    reason: Option<&str>,
    once: Option<Once<Version>>,
) -> Result<Version, Problem> {
    note_deed(call, kept, reason)?;
    let Summary { id, domain, .. } = &kept.summary;
    Ok(call.service.store.withdraw(id, domain, version, coding, reason.is_some(), once)?)
}

/// Notes that somebody changes the codes of an encounter.
///
/// # Errors
/// If it cannot be noted.
pub fn note_deed(call: &Call<'_>, kept: &Kept, reason: Option<&str>) -> Result<(), Problem> {
    let mut access = call.caller()?.access(call.operation);
    (access.domain, access.record) = (kept.summary.domain.clone(), kept.summary.record.clone());
    access.reason = reason.map(str::to_owned);
    let mut rows = Rows::default();
    rows.push(&access, &Entry::new(Outcome::Done).count(1));
    call.note(rows)
}

/// A code that a request names, as its set writes it.
///
/// # Errors
/// If there is no such set or code.
pub fn named_coding(call: &Call<'_>, set: &str, code: &str) -> Result<Coding, Problem> {
    let codes = call.loaded.registry.codes(call.set(set)?);
    let code = codes.find(code).ok_or_else(|| Problem::missing("code"))?;
    Ok(coding(call, codes.name(), codes.code(code), &call.caller()?.name))
}

/// Takes a code back: an undo by who gave it within ten minutes, else a correction that says why.
pub fn withdraw(call: &Call<'_>) -> Result<Reply, Problem> {
    let asked = call.object()?;
    let (kept, version) = (kept(call)?, version_of(call)?);
    let coding = named_coding(call, text(&asked, "set")?, text(&asked, "code")?)?;
    let reason = optional(&asked, "reason")?;
    once(call, |ticket| changed(call, ticket, |once| take_back(call, &kept, version, coding, reason, Some(once))))
}

/// The codings that the caller may see: those that the disclosure shows; and, where the policy keeps every field and hides
/// nothing of this encounter, those besides that it shows as they are.
pub fn shown<'k>(desk: &ForCaller, disclosure: &Disclosure<'_>, codings: Vec<&'k Coding>) -> Vec<&'k Coding> {
    let (redactor, registry) = (desk.engine.redactor(), desk.engine.registry());
    let is_whole = redactor.keeps_undeclared() && disclosure.parts().is_ok_and(|parts| parts.redactions.is_empty());
    let shows = |it: &&Coding| {
        let is_disclosed = disclosure.codes().iter().any(|code| code.set == it.set && code.code == it.code);
        let named = || registry.set(&it.set).and_then(|set| Some((set, registry.codes(set).find(&it.code)?)));
        is_disclosed || is_whole && named().is_none_or(|(set, code)| redactor.shows_code(set, code))
    };
    codings.into_iter().filter(shows).collect()
}

/// Every code that an encounter was ever given, in order.
pub fn history(call: &Call<'_>) -> Result<Reply, Problem> {
    let kept = kept(call)?;
    let Some(record) = body_of(&kept) else { return Reply::json(&json!({ "codings": [] })) };
    let desk = call.engine(&kept.summary.domain, Some(&kept.summary.record), None)?;
    let mut worker = desk.engine.worker().noting(&desk.audited);
    let disclosure = worker.disclose(1, Ok(&record));
    let reply = Reply::json(&json!({ "codings": shown(&desk, &disclosure, kept.codings.iter().collect()) }))?;
    drop(disclosure);
    call.note(worker.noted())?;
    Ok(reply.with("etag", format!("\"{}\"", kept.summary.version)))
}

/// Counts of the codes that stand in a domain; small ones are hidden as `stats` hides them.
pub fn stats(call: &Call<'_>) -> Result<Reply, Problem> {
    let needed = || Problem::new(problem::UNUSABLE, "`?domain=` is needed");
    let domain = call.query("domain").ok_or_else(needed)?;
    let [answer] = counted(call, domain, [&|set, code, _| vec![set.to_owned(), code.to_owned()]])?;
    let cells = answer.cells.iter().map(|cell| json!({ "values": cell.values, "count": cell.count }));
    let by = json!({ "domain": domain, "by": ["set", "code"], "counts": cells.collect::<Vec<Value>>(), "total": answer.total });
    Reply::json(&by)
}

/// Something to count by: made of set, code and moment.
pub type CountBy<'k> = &'k dyn Fn(&str, &str, i64) -> Vec<String>;

/// Counts the standing codes of a domain by several things.
///
/// # Errors
/// If the caller has no such domain.
pub fn counted<const N: usize>(
    call: &Call<'_>,
    domain: &str,
    by: [CountBy<'_>; N],
) -> Result<[statistics::Answer; N], Problem> {
    let desk = call.engine(domain, None, None)?;
    let given = call.service.store.given_codes(domain)?;
    let mut rows = Rows::default();
    rows.push(&desk.audited.access, &Entry::new(Outcome::Shown).count(given.len() as u64));
    call.note(rows)?;
    let (under, complement) = desk.engine.redactor().counts();
    Ok(by.map(|key| {
        let mut counts: BTreeMap<Vec<String>, u64> = BTreeMap::new();
        for (set, code, at) in &given {
            *counts.entry(key(set, code, *at)).or_default() += 1;
        }
        let counts: Vec<(Vec<String>, u64)> = counts.into_iter().collect();
        statistics::hide(&Table::of_counts(&counts), statistics::Rule { under: under.into(), complement })
    }))
}
