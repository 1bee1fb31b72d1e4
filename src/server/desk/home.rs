//! The first page: the desk itself where there is only one, else a choice; and the help.

use super::page;
use crate::server::call::Call;
use crate::server::call::Reply;
use crate::server::problem::Problem;
use crate::store::Role;
use maud::html;

/// The first page.
pub fn page(call: &Call<'_>) -> Result<Reply, Problem> {
    let (caller, language, registry) = (call.caller()?, page::language(call), &call.loaded.registry);
    let is_coder = matches!(caller.role, Role::Desk | Role::Supervisor | Role::Administrator);
    let mut desks = Vec::new();
    for name in registry.domain_names().filter(|name| is_coder && caller.grant.covers(name)) {
        if let Some(domain) = registry.domain(name)?.filter(|domain| !domain.records.is_empty()) {
            let records = domain.records.iter().map(|record| (record.name.clone(), record.title.clone()));
            desks.push((name.to_owned(), domain.title.clone(), records.collect::<Vec<_>>()));
        }
    }
    if let [(domain, _, records)] = desks.as_slice()
        && let [(record, _)] = records.as_slice()
    {
        return Ok(Reply::see(&format!("/desk/{domain}/{record}")));
    }
    page::page(
        call,
        language.say("desks"),
        html! {
            @for (domain, title, records) in &desks {
                section {
                    h2 { (if title.is_empty() { domain } else { title }) }
                    ul class="cards" {
                        @for (record, title) in records {
                            li { a href={ "/desk/" (domain) "/" (record) } {
                                b { (record) } @if !title.is_empty() { br; (title) }
                            } }
                        }
                    }
                }
            }
            @if desks.is_empty() { p { (language.say("no-desk")) } }
        },
    )
}

/// Keys and words.
pub fn help(call: &Call<'_>) -> Result<Reply, Problem> {
    let language = page::language(call);
    let keys = [
        ("↓ ↑", language.say("key-move")),
        ("1 … 9", language.say("key-digit")),
        ("Enter", language.say("key-enter")),
        ("Ctrl+Enter", language.say("key-save")),
        ("Esc", language.say("key-escape")),
        ("F2", language.say("key-why")),
        ("F3", language.say("key-glass")),
        ("F4", language.say("key-missing")),
        ("/", language.say("key-box")),
        ("?", language.say("key-help")),
    ];
    page::page(
        call,
        language.say("help"),
        html! {
            p { (language.say("help-text")) }
            table {
                thead { tr { th scope="col" { (language.say("key")) } th scope="col" { (language.say("does")) } } }
                tbody { @for (key, does) in keys { tr { th scope="row" { kbd { (key) } } td { (does) } } } }
            }
        },
    )
}
