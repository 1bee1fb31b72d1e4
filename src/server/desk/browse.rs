//! Code sets as trees. An address names a code and a day, so that it can be sent to somebody.

use super::page;
use crate::answers::lookup;
use crate::model::day::Day;
use crate::model::ids::CodeId;
use crate::server::call::Call;
use crate::server::call::Reply;
use crate::server::problem::Problem;
use maud::Markup;
use maud::html;

/// Codes that a level of a tree shows at most.
const SHOWN: usize = 500;

/// All code sets.
pub fn page(call: &Call<'_>) -> Result<Reply, Problem> {
    let (language, registry) = (page::language(call), &call.loaded.registry);
    page::page(
        call,
        language.say("codes"),
        html! {
            ul class="cards" {
                @for set in registry.sets() {
                    @let codes = registry.codes(set);
                    li { a href={ "/codes/" (codes.name()) } {
                        b { (codes.name()) } br; (codes.title()) " · " (codes.len())
                        @if codes.is_starter() { " · " (language.say("starter")) }
                    } }
                }
            }
        },
    )
}

fn on(call: &Call<'_>) -> Result<Day, Problem> {
    Ok(call.on()?.unwrap_or_else(|| call.service.today()))
}

/// A code set: its highest codes.
pub fn set(call: &Call<'_>) -> Result<Reply, Problem> {
    let (language, set, on) = (page::language(call), call.set(call.param("set"))?, on(call)?);
    let codes = call.loaded.registry.codes(set);
    let title = format!("{} {}", codes.name(), codes.title());
    let roots: Vec<CodeId> = codes.roots().take(SHOWN).collect();
    page::page(
        call,
        &title,
        html! {
            p { (codes.len()) " " (language.say("codes")) @for release in codes.releases() { " · " (release.name) } " · " (on) }
            script src="/picker.js" defer {}
        tencode-picker set=(codes.name()) on=(on) label=(language.say("find")) data-go={ "/codes/" (codes.name()) "/" } {}
            (level(call, set, &roots, on))
        },
    )
}

fn level(call: &Call<'_>, set: crate::model::ids::SetId, level: &[CodeId], on: Day) -> Markup {
    let codes = call.loaded.registry.codes(set);
    html! {
        ul class="tree" {
            @for code in level {
                @let (name, is_out) = (codes.code(*code), !codes.is_in_force(*code, on));
                li {
                    a href={ "/codes/" (codes.name()) "/" (address(name)) "?on=" (on) } {
                        @if is_out { s { (name) } } @else { b { (name) } }
                    }
                    " " (codes.display(*code))
                }
            }
        }
    }
}

/// A code as part of an address.
fn address(code: &str) -> String {
    form_urlencoded::byte_serialize(code.as_bytes()).collect::<String>().replace('+', "%20")
}

/// One code.
pub fn code(call: &Call<'_>) -> Result<Reply, Problem> {
    let (language, set, on) = (page::language(call), call.set(call.param("set"))?, on(call)?);
    let registry = &call.loaded.registry;
    let codes = registry.codes(set);
    let code = codes.find(call.param("code")).ok_or_else(|| Problem::missing("code"))?;
    let whole = lookup::whole(registry, set, code, on)?;
    let title = format!("{} {}", whole.code, whole.display);
    let above: Vec<CodeId> = codes.ancestors(code).into_iter().rev().collect();
    let below: Vec<CodeId> = codes.children(code).into_iter().take(SHOWN).collect();
    let state = match (whole.billable, whole.in_force) {
        (true, _) => language.say("may-be-recorded"),
        (_, true) => language.say("header"),
        _ => language.say("not-in-force"),
    };
    let facts: [(&str, Vec<String>); 5] = [
        (language.say("also"), whole.synonyms.clone()),
        (language.say("titles"), whole.designations.iter().map(|(tag, title)| format!("{title} ({tag})")).collect()),
        (
            language.say("properties"),
            whole.properties.iter().map(|(name, values)| format!("{name} {}", values.join(", "))).collect(),
        ),
        (language.say("labels"), whole.labels.clone()),
        (language.say("replaced-by"), whole.replaced_by.iter().map(|code| (*code).to_owned()).collect()),
    ];
    page::page(
        call,
        &title,
        html! {
            nav aria-label=(language.say("path")) {
                a href={ "/codes/" (codes.name()) } { (codes.name()) }
                @for above in above { " › " a href={ "/codes/" (codes.name()) "/" (address(codes.code(above))) } { (codes.display(above)) } }
            }
            p { (state) " · " (on) }
            @if !whole.definition.is_empty() { p { (whole.definition) } }
            dl { @for (name, values) in facts.iter().filter(|(_, values)| !values.is_empty()) {
                dt { (name) } dd { (values.join("; ")) }
            } }
            @for (kind, text) in &whole.notes { p { b { (kind) } ": " (text) } }
            @if !whole.maps.is_empty() {
                section { h2 { (language.say("other-lists")) }
                    ul { @for map in &whole.maps { li {
                        (map.set) " " @if let Some(code) = map.code { b { (code) } } " " (map.display.unwrap_or_default())
                    } } } }
            }
            @if !below.is_empty() { section { h2 { (language.say("below")) } (level(call, set, &below, on)) } }
        },
    )
}
