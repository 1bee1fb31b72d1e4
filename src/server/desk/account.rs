//! One's own account: under which grant one works, and the password.

use super::door;
use super::page;
use super::words::Language;
use crate::audit::Entry;
use crate::audit::Outcome;
use crate::audit::Rows;
use crate::server::call::Call;
use crate::server::call::Reply;
use crate::server::caller;
use crate::server::problem;
use crate::server::problem::Problem;
use crate::store::Grant;
use maud::Markup;
use maud::html;

/// The page.
pub fn page(call: &Call<'_>) -> Result<Reply, Problem> {
    show(call, None)
}

fn show(call: &Call<'_>, wrong: Option<&str>) -> Result<Reply, Problem> {
    let language = page::language(call);
    let grants = match &call.caller()?.form_secret {
        Some(_) => call.service.store.user(&call.caller()?.name)?.grants,
        // A program has one grant and no password.
        None => Vec::new(),
    };
    page::page(
        call,
        language.say("account"),
        html! {
            @if let Some(wrong) = wrong { p role="alert" class="error" { (wrong) } }
            @if grants.len() > 1 { (choice(call, language, &grants)?) }
            (password(call, language))
        },
    )
}

/// The grants, of which a session has one.
fn choice(call: &Call<'_>, language: Language, grants: &[Grant]) -> Result<Markup, Problem> {
    let own = &call.caller()?.grant;
    Ok(html! {
        section { h2 { (language.say("work-as")) }
            form method="post" class="stack" {
                (page::secret(call))
                @for (place, grant) in grants.iter().enumerate() {
                    label {
                        input type="radio" name="grant" value=(place) checked[grant == own] required; " "
                        (grant.audience.as_deref().unwrap_or(language.say("default-audience")))
                        @if let Some(purpose) = &grant.purpose { " · " (language.say("purpose")) " " (purpose) }
                        " · " (if grant.domains.is_empty() { language.say("all").to_owned() } else { grant.domains.join(", ") })
                    }
                }
                button name="act" value="grant" { (language.say("work")) }
            }
        }
    })
}

fn password(call: &Call<'_>, language: Language) -> Markup {
    html! {
        section { h2 { (language.say("change-password")) }
            form method="post" class="stack" {
                (page::secret(call))
                label for="old" { (language.say("old-password")) }
                input id="old" name="old" type="password" autocomplete="current-password" required;
                label for="new" { (language.say("new-password")) }
                input id="new" name="new" type="password" autocomplete="new-password" required minlength="12";
                p { small { (language.say("password-rule")) } }
                button name="act" value="password" { (language.say("change-password")) }
            }
        }
    }
}

/// Changes the password or the grant. Either opens another session: what stood on the screen is gone, and a cookie that
/// somebody has kept opens nothing.
pub fn act(call: &Call<'_>) -> Result<Reply, Problem> {
    let unusable = |what: &str| Problem::new(problem::UNUSABLE, what.to_owned());
    let (caller, form) = (call.caller()?, call.form());
    let field = |name: &str| form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    if caller.form_secret.is_none() {
        return Err(unusable("a token has no account"));
    }
    let (store, language) = (&call.service.store, page::language(call));
    match field("act") {
        "grant" => {
            let (user, place) = (store.user(&caller.name)?, field("grant").parse::<usize>().ok());
            let place =
                place.filter(|place| *place < user.grants.len()).ok_or_else(|| unusable("there is no such grant"))?;
            let reply = door::begin(call, &user, place, "/")?;
            if let Some(secret) = caller::session_secret(&call.headers, call.service.config.is_secure) {
                store.close_session(secret)?;
            }
            Ok(reply)
        }
        "password" => {
            let Some(user) = store.check_password(&caller.name, field("old"))? else {
                let mut rows = Rows::default();
                rows.push(&caller.access(call.operation), &Entry::new(Outcome::Denied));
                call.note(rows)?;
                return Ok(show(call, Some(language.say("wrong-password")))?.status(403));
            };
            let mut rows = Rows::default();
            rows.push(&caller.access(call.operation), &Entry::new(Outcome::Asked));
            call.note(rows)?;
            store.reset_user(&user.name, field("new"))?;
            let place = user.grants.iter().position(|it| *it == caller.grant).unwrap_or(0);
            door::begin(call, &user, place, "/account")
        }
        _ => Err(unusable("there is no such act")),
    }
}
