//! In and out.

use super::page;
use super::words::Language;
use crate::audit::Entry;
use crate::audit::Outcome;
use crate::audit::Rows;
use crate::server::call::Call;
use crate::server::call::Reply;
use crate::server::caller;
use crate::server::caller::Caller;
use crate::server::problem::Problem;
use crate::store::Grant;
use crate::store::UNKNOWN;
use crate::store::User;
use maud::html;

/// Seconds after which a browser forgets a session by itself: 12 hours.
const COOKIE_SECONDS: u32 = 12 * 60 * 60;

/// The page to sign in.
pub fn page(call: &Call<'_>) -> Result<Reply, Problem> {
    Ok(Reply::page(form(page::language(call), false)))
}

fn form(language: Language, is_wrong: bool) -> maud::Markup {
    page::bare(
        language,
        language.say("sign-in"),
        html! {
            @if is_wrong { p role="alert" class="error" { (language.say("wrong-password")) } }
            form method="post" action="/sign-in" class="stack" {
                label for="name" { (language.say("name")) }
                input id="name" name="name" autocomplete="username" required autofocus;
                label for="password" { (language.say("password")) }
                input id="password" name="password" type="password" autocomplete="current-password" required;
                button { (language.say("sign-in")) }
            }
        },
    )
}

/// Signs in with a name and a password.
pub fn sign_in(call: &Call<'_>) -> Result<Reply, Problem> {
    let fields = call.form();
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    match call.service.store.check_password(field("name"), field("password"))? {
        Some(user) => open(call, &user),
        None => {
            let nobody = Caller {
                name: UNKNOWN.to_owned(),
                role: crate::store::Role::Desk,
                grant: Grant::default(),
                form_secret: None,
                is_sandbox: false,
            };
            let mut rows = Rows::default();
            rows.push(&nobody.access(call.operation), &Entry::new(Outcome::Denied));
            call.note(rows)?;
            Ok(Reply::page(form(page::language(call), true)).status(403))
        }
    }
}

/// Opens a session with a one-time key, which is used up by that.
pub fn enter(call: &Call<'_>) -> Result<Reply, Problem> {
    let user = call.query("key").map_or(Ok(None), |key| call.service.store.enter(key))?;
    match user {
        Some(user) => open(call, &user),
        None => Ok(Reply::see("/sign-in")),
    }
}

/// Opens a session; who may work under several grants chooses one first.
fn open(call: &Call<'_>, user: &User) -> Result<Reply, Problem> {
    let next = if user.grants.len() > 1 { "/account" } else { "/" };
    begin(call, user, 0, next)
}

/// Opens a session under a grant of a user, which is noted, and goes on to a page.
///
/// # Errors
/// If it cannot be noted, or the store cannot be written.
pub fn begin(call: &Call<'_>, user: &User, place: usize, next: &str) -> Result<Reply, Problem> {
    let caller = Caller {
        name: user.name.clone(),
        role: user.role,
        grant: user.grants.get(place).cloned().unwrap_or_default(),
        form_secret: None,
        is_sandbox: false,
    };
    let mut rows = Rows::default();
    rows.push(&caller.access(call.operation), &Entry::new(Outcome::Done));
    call.note(rows)?;
    let secret = call.service.store.open_session(user, place)?;
    Ok(Reply::see(next).with("set-cookie", cookie(call, &secret, COOKIE_SECONDS)))
}

fn cookie(call: &Call<'_>, secret: &str, seconds: u32) -> String {
    let is_secure = call.service.config.is_secure;
    let (name, kind) = (caller::cookie_name(is_secure), if is_secure { "; Secure" } else { "" });
    format!("{name}={secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{kind}")
}

/// Ends the session.
pub fn sign_out(call: &Call<'_>) -> Result<Reply, Problem> {
    if let Some(secret) = caller::session_secret(&call.headers, call.service.config.is_secure) {
        call.service.store.close_session(secret)?;
    }
    Ok(Reply::see("/sign-in").with("set-cookie", cookie(call, "", 0)))
}
