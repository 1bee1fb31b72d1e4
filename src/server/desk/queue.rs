//! Encounters that are kept: the list, and one of them with its codes.

use super::page;
use super::words::Language;
use crate::audit::Rows;
use crate::encounters::write::plain;
use crate::model::rules::Severity;
use crate::server::api::encounters::body_of;
use crate::server::api::encounters::coding;
use crate::server::api::encounters::draft_of;
use crate::server::api::encounters::filter;
use crate::server::api::encounters::kept;
use crate::server::api::encounters::shown_codings;
use crate::server::call::Call;
use crate::server::call::Reply;
use crate::server::problem;
use crate::server::problem::Problem;
use crate::store::Coding;
use crate::store::Draft;
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
    let codes = disclosure.codes().iter().map(|it| (it.code.to_owned(), it.display.to_owned())).collect();
    drop(disclosure);
    Ok((codes, worker.noted()))
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
    let codings = shown_codings(&kept, &disclosure);
    let content = html! {
        p { (state(language, &kept.summary.state)) " · " (language.say("version")) " " (kept.summary.version) " · "
            (page::moment(kept.summary.created)) }
        @if let Ok(parts) = disclosure.parts() {
            section { h2 { (language.say("record")) }
                dl { @for (name, value) in parts.encounter.iter() { dt { (name) } dd { (plain(value)) } } } }
            section { h2 { (language.say("codes")) }
                ul { @for code in &parts.codes { li { b { (code.code) } " " (code.display) " " small { (code.set) } } } } }
            @if !parts.findings.is_empty() {
                section class="findings" { h2 { (language.say("findings")) }
                    ul { @for finding in &parts.findings {
                        li { b { (severity(language, finding.severity)) } " "
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

fn severity(language: Language, severity: Severity) -> &'static str {
    match severity {
        Severity::Advice => language.say("advice"),
        Severity::Warning => language.say("warning"),
        Severity::Error => language.say("error"),
    }
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
    let field = |name: &str| form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    let caller = call.caller()?;
    let version: Version = field("version").parse().unwrap_or(kept.summary.version);
    let store = &call.service.store;
    let named = || {
        let set = call.set(field("set"))?;
        let codes = call.loaded.registry.codes(set);
        let code = codes.find(field("code")).ok_or_else(|| Problem::missing("code"))?;
        Ok::<Coding, Problem>(coding(call, codes.name(), codes.code(code), &caller.name))
    };
    match field("act") {
        "give" => {
            let coding = named()?;
            let record = body_of(&kept).ok_or_else(|| Problem::new(problem::UNUSABLE, "the encounter was erased"))?;
            let desk = call.engine(&kept.summary.domain, Some(&kept.summary.record), None)?;
            let draft = Draft { codings: vec![coding], ..draft_of(call, &desk, &record)? };
            store.change_encounter(&kept.summary.id, version, draft)?;
        }
        "withdraw" => {
            let (coding, is_correction) = (named()?, !field("reason").trim().is_empty());
            store.withdraw(&kept.summary.id, version, coding, is_correction)?;
        }
        "undo" => {
            let mut version = kept.summary.version;
            for (set, code) in &kept.summary.codes {
                version = store.withdraw(&kept.summary.id, version, coding(call, set, code, &caller.name), false)?;
            }
        }
        _ => return Err(Problem::new(problem::UNUSABLE, "there is no such act")),
    }
    Ok(Reply::see(&format!("/encounters/{}", kept.summary.id)))
}
