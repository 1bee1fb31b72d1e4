//! Encounters that are kept: the list, and one of them with its codes.

use super::page;
use super::words::Language;
use crate::audit::Rows;
use crate::encounters::write::plain;
use crate::server::api::encounters::body_of;
use crate::server::api::encounters::filter;
use crate::server::api::encounters::give_code;
use crate::server::api::encounters::kept;
use crate::server::api::encounters::named_coding;
use crate::server::api::encounters::note_deed;
use crate::server::api::encounters::shown;
use crate::server::api::encounters::take_back;
use crate::server::call::Call;
use crate::server::call::ForCaller;
use crate::server::call::Reply;
use crate::server::problem;
use crate::server::problem::Problem;
use crate::store::Coding;
use crate::store::Summary;
use crate::store::Version;
use maud::Markup;
use maud::html;

/// One row of the list.
struct Row {
    summary: Summary,
    /// Codes that the caller may see, with their titles.
    codes: Vec<(String, String)>,
}

/// The list.
pub fn page(call: &Call<'_>) -> Result<Reply, Problem> {
    let language = page::language(call);
    let (mut rows, mut noted) = (Vec::new(), Rows::default());
    for summary in call.service.store.encounters(&filter(call)?)? {
        let (codes, mut seen) = seen(call, &summary)?;
        noted.append(&mut seen);
        rows.push(Row { summary, codes });
    }
    call.note(noted)?;
    let state = call.query("state").unwrap_or_default();
    let states = [
        ("", language.say("all")),
        ("open", language.say("state-open")),
        ("coded", language.say("state-coded")),
        ("errors", language.say("state-errors")),
        ("erased", language.say("state-erased")),
    ];
    let before = rows.last().map(|row| row.summary.updated);
    page::page(
        call,
        language.say("encounters"),
        html! {
            form method="get" class="bar" {
                label for="state" { (language.say("state")) }
                select id="state" name="state" {
                    @for (value, said) in states { option value=(value) selected[value == state] { (said) } }
                }
                button { (language.say("filter")) }
            }
            (table(language, &rows))
            @if rows.len() >= 50 && let Some(before) = before {
                p { a href={ "?state=" (state) "&before=" (before) } { (language.say("earlier")) } }
            }
        },
    )
}

/// The codes of an encounter that the caller may see, and what the audit log says of that.
fn seen(call: &Call<'_>, summary: &Summary) -> Result<(Vec<(String, String)>, Rows), Problem> {
    let kept = call.service.store.encounter(&summary.id, &call.caller()?.grant.domains)?;
    let Some(record) = body_of(&kept) else { return Ok((Vec::new(), Rows::default())) };
    let Ok(desk) = call.engine(&summary.domain, Some(&summary.record), None) else {
        return Ok((Vec::new(), Rows::default()));
    };
    let mut worker = desk.engine.worker().noting(&desk.audited);
    let disclosure = worker.disclose(1, Ok(&record));
    let codes = titled(&desk, shown(&desk, &disclosure, kept.standing()));
    drop(disclosure);
    Ok((codes, worker.noted()))
}

/// Codes with their titles.
fn titled(desk: &ForCaller, codings: Vec<&Coding>) -> Vec<(String, String)> {
    let registry = desk.engine.registry();
    let title = |it: &Coding| {
        let set = registry.set(&it.set)?;
        Some(registry.codes(set).display(registry.codes(set).find(&it.code)?).to_owned())
    };
    codings.into_iter().map(|it| (it.code.clone(), title(it).unwrap_or_default())).collect()
}

fn table(language: Language, rows: &[Row]) -> Markup {
    html! {
        @if rows.is_empty() { p { (language.say("none-kept")) } } @else {
            div class="wide" tabindex="0" role="region" aria-label=(language.say("encounters")) {
                table {
                    thead { tr {
                        th scope="col" { (language.say("encounter")) }
                        th scope="col" { (language.say("changed")) }
                        th scope="col" { (language.say("desk")) }
                        th scope="col" { (language.say("state")) }
                        th scope="col" { (language.say("codes")) }
                    } }
                    tbody { @for row in rows { tr {
                        th scope="row" { a href={ "/encounters/" (row.summary.id) } { (row.summary.id) } }
                        td { (page::moment(row.summary.updated)) }
                        td { (row.summary.domain) " · " (row.summary.record) }
                        td {
                            (state(language, &row.summary.state))
                            @if row.summary.errors > 0 { " · " (row.summary.errors) " " (language.say("error")) }
                        }
                        td { @for (code, title) in &row.codes { span class="chip" { b { (code) } " " (title) } " " } }
                    } } }
                }
            }
        }
    }
}

fn state(language: Language, state: &str) -> &'static str {
    match state {
        "open" => language.say("state-open"),
        "coded" => language.say("state-coded"),
        _ => language.say("state-erased"),
    }
}

/// One encounter.
pub fn one(call: &Call<'_>) -> Result<Reply, Problem> {
    let (kept, language) = (kept(call)?, page::language(call));
    let title = format!("{} {}", language.say("encounter"), kept.summary.id);
    let Some(record) = body_of(&kept) else {
        return page::page(call, &title, html! { p { (language.say("state-erased")) } });
    };
    let desk = call.engine(&kept.summary.domain, Some(&kept.summary.record), None)?;
    let mut worker = desk.engine.worker().noting(&desk.audited);
    let disclosure = worker.disclose(1, Ok(&record));
    let codings = shown(&desk, &disclosure, kept.codings.iter().collect());
    let standing = titled(&desk, shown(&desk, &disclosure, kept.standing()));
    let content = html! {
        p { (state(language, &kept.summary.state)) " · " (language.say("version")) " " (kept.summary.version) " · "
            (page::moment(kept.summary.created)) }
        @if let Ok(parts) = disclosure.parts() {
            section { h2 { (language.say("record")) }
                dl { @for (name, value) in parts.encounter.iter() { dt { (name) } dd { (plain(value)) } } } }
            section { h2 { (language.say("codes")) }
                ul { @for (code, title) in &standing { li { b { (code) } " " (title) } } } }
            @if !parts.findings.is_empty() {
                section class="findings" { h2 { (language.say("findings")) }
                    ul { @for finding in &parts.findings {
                        li { b { (language.say(finding.severity.name())) } " "
                            (finding.message.as_deref().unwrap_or(&finding.rule)) small { " " (finding.path) " · " (finding.rule) } }
                    } } }
            }
        }
        (acts(call, language, &kept.summary, &desk.engine.classified().iter().map(|set| call.loaded.registry.codes(*set).name()).collect::<Vec<_>>()))
        (history(language, &codings))
    };
    drop(disclosure);
    call.note(worker.noted())?;
    page::page(call, &title, content)
}

/// What can be done with it.
fn acts(call: &Call<'_>, language: Language, summary: &Summary, sets: &[&str]) -> Markup {
    html! {
        form method="post" class="bar" {
            (page::secret(call))
            input type="hidden" name="version" value=(summary.version);
            label for="set" { (language.say("code-set")) }
            select id="set" name="set" { @for set in sets { option { (set) } } }
            label for="code" { (language.say("code")) }
            input id="code" name="code" autocomplete="off";
            label for="reason" { (language.say("reason")) }
            input id="reason" name="reason" autocomplete="off";
            button name="act" value="give" { (language.say("give")) }
            button name="act" value="withdraw" { (language.say("withdraw")) }
            button name="act" value="undo" { (language.say("undo")) }
        }
    }
}

fn history(language: Language, codings: &[&Coding]) -> Markup {
    html! {
        section { h2 { (language.say("history")) }
            div class="wide" tabindex="0" role="region" aria-label=(language.say("history")) {
                table {
                    thead { tr {
                        th scope="col" { (language.say("changed")) } th scope="col" { (language.say("code")) }
                        th scope="col" { (language.say("code-set")) } th scope="col" { (language.say("deed")) }
                        th scope="col" { (language.say("actor")) }
                    } }
                    tbody { @for coding in codings { tr {
                        td { (page::moment(coding.at)) } th scope="row" { (coding.code) } td { (coding.set) }
                        td { (if coding.deed == "given" { language.say("given") } else { language.say("withdrawn") }) }
                        td { (coding.actor) }
                    } } }
                }
            }
        }
    }
}

/// Gives a code, takes one back, or takes back what the caller has given last.
pub fn act(call: &Call<'_>) -> Result<Reply, Problem> {
    let (kept, form) = (kept(call)?, call.form());
    let field = |name: &str| form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim());
    let Summary { id, domain, version, .. } = &kept.summary;
    let version: Version = field("version").parse().unwrap_or(*version);
    let named = || named_coding(call, field("set"), field("code"));
    match field("act") {
        "give" => give_code(call, &kept, version, named()?, None)?,
        "withdraw" => {
            let reason = Some(field("reason")).filter(|it| !it.is_empty());
            take_back(call, &kept, version, named()?, reason, None)?
        }
        "undo" => {
            note_deed(call, &kept, None)?;
            call.service.store.undo(id, domain, version, &call.caller()?.name)?
        }
        _ => return Err(Problem::new(problem::UNUSABLE, "there is no such act")),
    };
    Ok(Reply::see(&format!("/encounters/{id}")))
}
