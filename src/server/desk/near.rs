//! Other encounters at the place that is typed, of the last half hour.

use super::form::Typed;
use super::page;
use super::queue::titled;
use crate::audit::Rows;
use crate::server::api::encounters::body_of;
use crate::server::api::encounters::shown;
use crate::server::api::places;
use crate::server::call::Call;
use crate::server::call::ForCaller;
use crate::server::call::HTML;
use crate::server::call::Reply;
use crate::server::problem::Problem;
use crate::store::Filter;
use crate::store::Summary;
use maud::Markup;
use maud::html;

/// Half an hour, in milliseconds.
const SPAN: i64 = 30 * 60 * 1000;
/// Encounters that are named.
const MOST: usize = 9;

/// The encounters at the place that a form names, for a script.
pub fn look(call: &Call<'_>) -> Result<Reply, Problem> {
    let desk = call.engine(call.param("domain"), Some(call.param("record")), None)?;
    let markup = at_place(call, &desk, &Typed::new(call.form()))?;
    Ok(Reply::of(HTML, markup.into_string()))
}

/// The encounters at the place that is typed. One is named only if the caller may see of it where it was; that is noted.
///
/// # Errors
/// If the store cannot be read, or it cannot be noted.
pub fn at_place(call: &Call<'_>, desk: &ForCaller, typed: &Typed) -> Result<Markup, Problem> {
    let (store, language) = (&call.service.store, page::language(call));
    let (domain, record) = (&desk.engine.domain().name, &desk.engine.record().name);
    let (mut near, mut noted) = (Vec::new(), Rows::default());
    for field in places::fields(&desk.engine.record().fields) {
        let Some(finder) = places::finder(&field.name, typed.value(&field.name)) else { continue };
        let found = store.encounters(&Filter {
            domains: vec![domain.clone()],
            mark: Some(store.seal().mark(domain, record, &finder)),
            after: Some(jiff::Timestamp::now().as_millisecond() - SPAN),
            limit: MOST,
            ..Filter::default()
        })?;
        for summary in found {
            near.extend(seen(call, desk, &field.name, summary, &mut noted)?);
        }
    }
    call.note(noted)?;
    Ok(html! {
        @if !near.is_empty() {
            section aria-label=(language.say("same-place")) {
                h2 { (language.say("same-place")) }
                ul { @for (summary, codes) in &near { li {
                    a href={ "/encounters/" (summary.id) } { (page::moment(summary.created)) }
                    @for (code, title) in codes { " " b { (code) } " " (title) }
                } } }
            }
        }
    })
}

/// An encounter with its codes, as the list under the box shows it.
type Near = (Summary, Vec<(String, String)>);

fn seen(
    call: &Call<'_>,
    desk: &ForCaller,
    field: &str,
    summary: Summary,
    noted: &mut Rows,
) -> Result<Option<Near>, Problem> {
    let kept = call.service.store.encounter(&summary.id, std::slice::from_ref(&summary.domain))?;
    let Some(record) = body_of(&kept) else { return Ok(None) };
    let mut worker = desk.engine.worker().noting(&desk.audited);
    let disclosure = worker.disclose(1, Ok(&record));
    let is_shown = disclosure.parts().is_ok_and(|parts| {
        let is_whole = !parts.redactions.iter().any(|it| it.path.as_ref() == field);
        is_whole && parts.encounter.declared().any(|(name, _)| name == field)
    });
    if !is_shown {
        return Ok(None);
    }
    let codes = titled(desk, shown(desk, &disclosure, kept.standing()));
    drop(disclosure);
    noted.append(&mut worker.noted());
    Ok(Some((summary, codes)))
}
