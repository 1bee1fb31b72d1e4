//! One code replaced by another on many encounters: first what would change, then the change, then a way back.

use super::page;
use super::queue::Listed;
use super::queue::listed;
use super::words::Language;
use crate::audit::Entry;
use crate::audit::Outcome;
use crate::audit::Rows;
use crate::server::api::encounters::coding;
use crate::server::api::encounters::filter;
use crate::server::api::encounters::named_coding;
use crate::server::call::Call;
use crate::server::call::Reply;
use crate::server::problem;
use crate::server::problem::Problem;
use crate::store::Coding;
use crate::store::Filter;
use crate::store::Recoding;
use crate::store::Version;
use crate::store::may_replace;
use maud::Markup;
use maud::html;

/// Encounters that are changed together at most.
const MOST: usize = 200;

/// The form, and what would change once it is filled.
pub fn page(call: &Call<'_>) -> Result<Reply, Problem> {
    let language = page::language(call);
    let asked = |name: &str| call.query(name).unwrap_or_default();
    let is_asked = ["domain", "set", "code", "to"].into_iter().all(|name| !asked(name).is_empty());
    let preview = if is_asked { Some(preview(call, language)?) } else { None };
    let content = html! {
        p { (language.say("recode-rule")) }
        form method="get" class="bar" {
            @for (name, label) in [
                ("domain", language.say("domain")), ("set", language.say("code-set")), ("code", language.say("code")),
                ("to", language.say("new-code")),
            ] {
                label for=(name) { (label) } input id=(name) name=(name) value=(asked(name)) required autocomplete="off";
            }
            button { (language.say("preview")) }
        }
        @if let Some(preview) = preview { (preview) }
    };
    page::page(call, language.say("recode"), content)
}

/// The code before and the code after, of a form or an address.
fn codes(call: &Call<'_>, set: &str, from: &str, to: &str) -> Result<(Coding, Coding), Problem> {
    let (from, to) = (named_coding(call, set, from)?, named_coding(call, set, to)?);
    if from.code == to.code {
        return Err(Problem::new(problem::UNUSABLE, "both codes are the same"));
    }
    Ok((from, to))
}

fn preview(call: &Call<'_>, language: Language) -> Result<Markup, Problem> {
    let asked = |name: &str| call.query(name).unwrap_or_default();
    let (from, to) = codes(call, asked("set"), asked("code"), asked("to"))?;
    let code = Some((from.set.clone(), from.code.clone()));
    let all = listed(call, &Filter { code, limit: MOST, state: None, ..filter(call)? })?;
    let actor = &call.caller()?.name;
    let given = |it: &Listed| it.codings.iter().find(|it| it.set == from.set && it.code == from.code).cloned();
    let rows: Vec<(&Listed, Coding)> = all.iter().filter_map(|it| Some((it, given(it)?))).collect();
    let count = rows.iter().filter(|(_, given)| may_replace(given, actor)).count();
    Ok(html! {
        form method="post" {
            (page::secret(call))
            input type="hidden" name="domain" value=(asked("domain"));
            input type="hidden" name="set" value=(from.set);
            input type="hidden" name="from" value=(from.code);
            input type="hidden" name="to" value=(to.code);
            p role="status" { b { (from.code) } " → " b { (to.code) } " · " (count) " " (language.say("would-change")) }
            div class="wide" tabindex="0" role="region" aria-label=(language.say("encounters")) { table {
                thead { tr {
                    th scope="col" { (language.say("recode")) } th scope="col" { (language.say("encounter")) }
                    th scope="col" { (language.say("changed")) } th scope="col" { (language.say("actor")) }
                } }
                tbody { @for (it, given) in &rows { tr {
                    td {
                        @if may_replace(given, actor) {
                            input type="checkbox" name="row" checked value={ (it.summary.id) ":" (it.summary.version) }
                                aria-label={ (language.say("recode")) " " (it.summary.id) };
                        } @else { (language.say("stays")) }
                    }
                    th scope="row" { a href={ "/encounters/" (it.summary.id) } { (it.summary.id) } }
                    td { (page::moment(it.summary.updated)) } td { (given.actor) }
                } } }
            } }
            div class="bar" {
                label for="reason" { (language.say("reason")) } input id="reason" name="reason" required autocomplete="off";
                button class="main" { (language.say("recode")) }
            }
        }
    })
}

/// Changes the encounters that were ticked, each by itself; one that was changed meanwhile is left.
pub fn act(call: &Call<'_>) -> Result<Reply, Problem> {
    let form = call.form();
    let field = |name: &str| form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim());
    let (from, to) = codes(call, field("set"), field("from"), field("to"))?;
    let (domain, reason) = (field("domain"), field("reason"));
    if !call.caller()?.grant.covers(domain) {
        return Err(Problem::missing("domain"));
    }
    if reason.is_empty() {
        return Err(Problem::new(problem::UNUSABLE, "a reason is needed"));
    }
    let rows = form.iter().filter(|(name, _)| name == "row").filter_map(|(_, value)| row(value));
    let rows: Vec<(String, Version)> = rows.take(MOST).collect();
    note(call, domain, Entry::new(Outcome::Done).count(rows.len() as u64), reason)?;
    let id = call.service.store.recode(rows, domain, &call.caller()?.grant, from, to)?;
    Ok(Reply::see(&format!("/recode/{id}")))
}

fn row(value: &str) -> Option<(String, Version)> {
    let (id, version) = value.split_once(':')?;
    Some((id.to_owned(), version.parse().ok()?))
}

fn note(call: &Call<'_>, domain: &str, entry: Entry, reason: &str) -> Result<(), Problem> {
    let mut access = call.caller()?.access(call.operation);
    domain.clone_into(&mut access.domain);
    access.reason = Some(reason.to_owned()).filter(|it| !it.is_empty());
    let mut rows = Rows::default();
    rows.push(&access, &entry);
    call.note(rows)
}

fn own(call: &Call<'_>) -> Result<Recoding, Problem> {
    let caller = call.caller()?;
    Ok(call.service.store.recoding(call.param("id"), &caller.name, &caller.grant)?)
}

/// What was changed together.
pub fn one(call: &Call<'_>) -> Result<Reply, Problem> {
    let (recoding, language) = (own(call)?, page::language(call));
    note(call, &recoding.domain, Entry::new(Outcome::Shown).count(recoding.changed.len() as u64), "")?;
    let content = html! {
        p role="status" {
            b { (recoding.from) } " → " b { (recoding.to) } " · " (recoding.changed.len()) " " (language.say("have-changed"))
            " · " (page::moment(recoding.at))
        }
        ul { @for (id, _) in &recoding.changed { li { a href={ "/encounters/" (id) } { (id) } } } }
        form method="post" class="bar" {
            (page::secret(call))
            button name="act" value="undo" { (language.say("undo")) }
        }
    };
    page::page(call, language.say("recode"), content)
}

/// Takes a change back where nobody has changed the encounter since.
pub fn undo(call: &Call<'_>) -> Result<Reply, Problem> {
    let recoding = own(call)?;
    let to = coding(call, &recoding.set, &recoding.to, &recoding.actor);
    note(call, &recoding.domain, Entry::new(Outcome::Done).count(recoding.changed.len() as u64), "")?;
    let count = call.service.store.undo_recoding(recoding, to)?;
    if count == 0 {
        return Err(Problem::new(
            problem::UNUSABLE,
            "nothing can be taken back: it was changed since, or is older than ten minutes",
        ));
    }
    Ok(Reply::see("/encounters"))
}
