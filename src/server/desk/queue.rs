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
use crate::store::Filter;
use crate::store::Role;
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

/// An encounter of a list with the codings of it that the caller may see.
pub(super) struct Listed {
    /// What is in the clear.
    pub summary: Summary,
    /// Codings that stand.
    pub codings: Vec<Coding>,
    /// Codes with their titles.
    pub codes: Vec<(String, String)>,
}

/// The list.
pub fn page(call: &Call<'_>) -> Result<Reply, Problem> {
    let (language, filter) = (page::language(call), filter(call)?);
    let listed = listed(call, &filter)?;
    let last = listed.last().map(|it| it.summary.updated).filter(|_| listed.len() >= filter.limit);
    let has_code = |it: &Listed| {
        let is = |(set, code): &(String, String)| it.codings.iter().any(|it| it.set == *set && it.code == *code);
        filter.code.as_ref().is_none_or(is)
    };
    let rows: Vec<Row> =
        listed.into_iter().filter(has_code).map(|it| Row { summary: it.summary, codes: it.codes }).collect();
    let kept = call.service.store.filters(&call.caller()?.name)?;
    let content = html! {
        (filters(call, language))
        (kept_filters(call, language, &kept))
        (table(language, &rows))
        @if let Some(before) = last {
            p { a href={ "?" (query(call)) "&before=" (before) } { (language.say("earlier")) } }
        }
    };
    page::page(call, language.say("encounters"), content)
}

/// The names of a filter, as they stand behind the question mark. None of them holds what anybody has said.
const FILTERS: [&str; 4] = ["state", "domain", "set", "code"];

/// What the list is filtered by, as an address says it.
fn query(call: &Call<'_>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in FILTERS {
        query.append_pair(name, call.query(name).unwrap_or_default());
    }
    query.finish()
}

fn filters(call: &Call<'_>, language: Language) -> Markup {
    let asked = |name: &str| call.query(name).unwrap_or_default().to_owned();
    let states = [
        ("", language.say("all")),
        ("open", language.say("state-open")),
        ("coded", language.say("state-coded")),
        ("errors", language.say("state-errors")),
        ("erased", language.say("state-erased")),
    ];
    html! {
        form method="get" class="bar" {
            label for="state" { (language.say("state")) }
            select id="state" name="state" {
                @for (value, said) in states { option value=(value) selected[value == asked("state")] { (said) } }
            }
            label for="domain" { (language.say("domain")) }
            input id="domain" name="domain" value=(asked("domain")) autocomplete="off";
            label for="set" { (language.say("code-set")) }
            input id="set" name="set" value=(asked("set")) autocomplete="off";
            label for="code" { (language.say("code")) }
            input id="code" name="code" value=(asked("code")) autocomplete="off";
            button { (language.say("filter")) }
            @if call.caller.as_ref().is_some_and(|it| matches!(it.role, Role::Supervisor | Role::Administrator)) {
                a class="button" href={ "/recode?" (query(call)) } { (language.say("recode")) }
            }
        }
    }
}

fn kept_filters(call: &Call<'_>, language: Language, kept: &[(String, String)]) -> Markup {
    html! {
        form method="post" class="bar" action={ "/encounters?" (query(call)) } {
            (page::secret(call))
            label for="name" { (language.say("keep-filter")) }
            input id="name" name="name" maxlength="60" autocomplete="off";
            button name="act" value="keep" { (language.say("save")) }
            @for (name, query) in kept {
                a class="button" href={ "/encounters?" (query) } { (name) }
                button name="act" value={ "drop:" (name) } class="drop" aria-label={ (language.say("delete")) " " (name) } { "×" }
            }
        }
    }
}

/// Keeps the filter of the address under a name, or deletes one.
pub fn keep(call: &Call<'_>) -> Result<Reply, Problem> {
    let (form, owner, store) = (call.form(), &call.caller()?.name, &call.service.store);
    let field = |name: &str| form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim());
    match field("act").split_once(':') {
        Some(("drop", name)) => store.drop_filter(owner, name)?,
        None if field("act") == "keep" && (1..=60).contains(&field("name").chars().count()) => {
            store.keep_filter(owner, field("name"), &query(call))?;
        }
        _ => return Err(Problem::new(problem::UNUSABLE, "a name of at most 60 signs is needed")),
    }
    Ok(Reply::see(&format!("/encounters?{}", query(call))))
}

/// Encounters with what the caller may see of their codes; that is noted.
///
/// # Errors
/// If the store cannot be read, or it cannot be noted.
pub(super) fn listed(call: &Call<'_>, filter: &Filter) -> Result<Vec<Listed>, Problem> {
    let (mut listed, mut noted) = (Vec::new(), Rows::default());
    for summary in call.service.store.encounters(filter)? {
        let (codings, codes, mut seen) = seen(call, &summary)?;
        noted.append(&mut seen);
        listed.push(Listed { summary, codings, codes });
    }
    call.note(noted)?;
    Ok(listed)
}

/// Codings that are shown, the same with titles, and what is noted of that.
type Seen = (Vec<Coding>, Vec<(String, String)>, Rows);

/// The codes of an encounter that the caller may see, and what the audit log says of that.
fn seen(call: &Call<'_>, summary: &Summary) -> Result<Seen, Problem> {
    let kept = call.service.store.encounter(&summary.id, &call.caller()?.grant.domains)?;
    let Some(record) = body_of(&kept) else { return Ok(Seen::default()) };
    let Ok(desk) = call.engine(&summary.domain, Some(&summary.record), None) else { return Ok(Seen::default()) };
    let mut worker = desk.engine.worker().noting(&desk.audited);
    let disclosure = worker.disclose(1, Ok(&record));
    let codings = shown(&desk, &disclosure, kept.standing());
    let (codings, codes) = (codings.iter().map(|it| (*it).clone()).collect(), titled(&desk, codings));
    drop(disclosure);
    Ok((codings, codes, worker.noted()))
}

/// Codes with their titles.
pub(super) fn titled(desk: &ForCaller, codings: Vec<&Coding>) -> Vec<(String, String)> {
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
    let others = call.service.opened.others(&kept.summary.id, &call.caller()?.name);
    let content = html! {
        @if !others.is_empty() { p role="status" { (language.say("open-by")) " " b { (others.join(", ")) } } }
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
