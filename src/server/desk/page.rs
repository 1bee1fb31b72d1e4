//! What all pages have in common.

use super::words::Language;
use crate::server::call::Call;
use crate::server::call::Reply;
use crate::server::problem::Problem;
use crate::store::Role;
use axum::http::HeaderMap;
use maud::DOCTYPE;
use maud::Markup;
use maud::html;

/// The language of a request.
pub fn language(call: &Call<'_>) -> Language {
    Language::of(&call.headers)
}

/// A page of somebody who is signed in, with the way to all others.
pub fn page(call: &Call<'_>, title: &str, content: Markup) -> Result<Reply, Problem> {
    let (caller, language) = (call.caller()?, language(call));
    let grant = &caller.grant;
    let audience = grant.audience.as_deref().unwrap_or(language.say("default-audience"));
    let is = |roles: &[Role]| roles.contains(&caller.role);
    let people = is(&[Role::Desk, Role::Supervisor, Role::Administrator]);
    let head = html! {
        header {
            a href="#main" class="skip" { (language.say("skip")) }
            nav aria-label=(language.say("pages")) {
                a href="/" { b { "tencode" } }
                @if people {
                    a href="/encounters" { (language.say("encounters")) }
                    a href="/jobs" { (language.say("files")) }
                }
                a href="/codes" { (language.say("codes")) }
                @if is(&[Role::Supervisor, Role::Administrator]) {
                    a href="/dashboard" { (language.say("dashboard")) }
                }
                @if is(&[Role::Auditor, Role::Administrator]) { a href="/audit" { (language.say("audit")) } }
                @if is(&[Role::Administrator, Role::Operator]) { a href="/admin" { (language.say("admin")) } }
                a href="/help" { (language.say("help")) }
            }
            p class="who" {
                span { (language.say("signed-in")) " " a href="/account" { (caller.name) } }
                span { (language.say("audience")) " " b { (audience) } }
                @if let Some(purpose) = &grant.purpose { span { (language.say("purpose")) " " b { (purpose) } } }
                time id="clock" {}
            }
            form method="post" action="/sign-out" {
                (secret(call))
                button { (language.say("sign-out")) }
            }
        }
    };
    Ok(Reply::page(whole(language, title, html! { (head) main id="main" tabindex="-1" { h1 { (title) } (content) } })))
}

/// The hidden field that every form of a session carries.
pub fn secret(call: &Call<'_>) -> Markup {
    let secret = call.caller.as_ref().and_then(|caller| caller.form_secret.as_deref()).unwrap_or_default();
    html! { input type="hidden" name="form_secret" value=(secret); }
}

/// A page of nobody in particular.
pub fn bare(language: Language, title: &str, content: Markup) -> Markup {
    whole(language, title, html! { main id="main" { h1 { (title) } (content) } })
}

fn whole(language: Language, title: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · tencode" }
                link rel="stylesheet" href="/assets/desk.css";
                link rel="icon" href="/assets/icon.svg";
                script src="/assets/desk.js" defer {}
            }
            body { (body) }
        }
    }
}

/// What a browser is shown where a request cannot be answered.
pub fn problem(headers: &HeaderMap, problem: &Problem, id: &str) -> Markup {
    let language = Language::of(headers);
    bare(
        language,
        problem.kind.title,
        html! {
            p { (problem.detail) }
            p { (language.say("request-number")) " " code { (id) } }
            p { a href="/" { (language.say("back")) } }
        },
    )
}

/// A moment as people read it, in UTC with its zone.
pub fn moment(at: i64) -> Markup {
    let text = jiff::Timestamp::from_millisecond(at).map(|it| it.strftime("%Y-%m-%d %H:%M UTC").to_string());
    let machine = jiff::Timestamp::from_millisecond(at).map(|it| it.to_string()).unwrap_or_default();
    html! { time datetime=(machine) { (text.unwrap_or_default()) } }
}
