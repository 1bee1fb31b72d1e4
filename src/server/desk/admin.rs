//! Users, tokens, what is loaded, and how the program is.

use super::page;
use super::words::Language;
use crate::audit::Entry;
use crate::audit::Outcome;
use crate::audit::Rows;
use crate::server::call::Call;
use crate::server::call::Reply;
use crate::server::problem;
use crate::server::problem::Problem;
use crate::store::Grant;
use crate::store::Role;
use crate::store::Token;
use maud::Markup;
use maud::html;

/// A backup that is older is warned of: 7 days, in milliseconds.
const OLD_BACKUP: i64 = 7 * 24 * 60 * 60 * 1000;

/// The page.
pub fn page(call: &Call<'_>) -> Result<Reply, Problem> {
    show(call, None)
}

fn show(call: &Call<'_>, secret: Option<&str>) -> Result<Reply, Problem> {
    let language = page::language(call);
    let is_admin = call.caller()?.role == Role::Administrator;
    page::page(
        call,
        language.say("admin"),
        html! {
            @if let Some(secret) = secret {
                p role="status" class="saved" { (language.say("new-token")) " " code { (secret) } }
            }
            (health(call, language)?)
            @if is_admin { (users(call, language)?) (tokens(call, language)?) }
            (loaded(call, language))
        },
    )
}

fn health(call: &Call<'_>, language: Language) -> Result<Markup, Problem> {
    let health = call.service.store.health()?;
    let now = jiff::Timestamp::now().as_millisecond();
    let is_old = health.backed_up.is_none_or(|at| now - at > OLD_BACKUP);
    let yes = |is: bool| if is { language.say("yes") } else { language.say("no") };
    Ok(html! {
        section { h2 { (language.say("health")) }
            dl {
                dt { "SQLite" } dd { (health.sqlite) " · " (health.integrity) }
                dt { (language.say("encounters")) } dd { (health.encounters) }
                dt { (language.say("store-writable")) } dd { (yes(health.is_writable)) }
                dt { (language.say("audit-writable")) } dd { (yes(call.service.trail.is_well())) }
                dt { (language.say("last-backup")) }
                dd { @if let Some(at) = health.backed_up { (page::moment(at)) } @else { (language.say("never")) } }
                @for hook in &call.service.config.hooks {
                    dt { (language.say("hook")) " " (hook.name) }
                    dd { (call.service.store.given_up(&hook.name)?) " " (language.say("given-up")) }
                }
                @if let Some(why) = call.service.refused() { dt { (language.say("refused-definitions")) } dd { (why) } }
                @if let Some(why) = call.service.refused_certificate() {
                    dt { (language.say("refused-certificate")) } dd { (why) }
                }
            }
            @if is_old { p role="alert" class="error" { (language.say("old-backup")) } }
        }
    })
}

fn users(call: &Call<'_>, language: Language) -> Result<Markup, Problem> {
    let users = call.service.store.users()?;
    Ok(html! {
        section { h2 { (language.say("users")) }
            div class="wide" tabindex="0" role="region" aria-label=(language.say("users")) { table {
                thead { tr { th scope="col" { (language.say("name")) } th scope="col" { (language.say("role")) }
                    th scope="col" { (language.say("grants")) } th scope="col" { (language.say("act")) } } }
                tbody { @for user in &users { tr {
                    th scope="row" { (user.name) } td { (user.role.name()) }
                    td { @for grant in &user.grants { (granted(grant, language)) } }
                    td { form method="post" {
                        (page::secret(call)) input type="hidden" name="name" value=(user.name);
                        @if user.is_locked {
                            button name="act" value="unlock" { (language.say("unlock")) " " (user.name) }
                        } @else {
                            button name="act" value="lock" { (language.say("lock")) " " (user.name) }
                        }
                    } }
                } } }
            } }
            form method="post" class="bar" {
                (page::secret(call))
                label for="user-name" { (language.say("name")) } input id="user-name" name="name" required autocomplete="off";
                label for="user-password" { (language.say("password")) }
                input id="user-password" name="password" type="password" required autocomplete="new-password" minlength="12";
                (role_and_grant(language, "user"))
                button name="act" value="add-user" { (language.say("add")) }
            }
        }
    })
}

fn role_and_grant(language: Language, prefix: &str) -> Markup {
    let id = |name: &str| format!("{prefix}-{name}");
    html! {
        label for=(id("role")) { (language.say("role")) }
        select id=(id("role")) name="role" { @for role in Role::ALL { option { (role.name()) } } }
        label for=(id("domains")) { (language.say("domains")) } input id=(id("domains")) name="domains" autocomplete="off";
        label for=(id("audience")) { (language.say("audience")) } input id=(id("audience")) name="audience" autocomplete="off";
    }
}

fn granted(grant: &Grant, language: Language) -> Markup {
    let domains = if grant.domains.is_empty() { language.say("all").to_owned() } else { grant.domains.join(", ") };
    html! { (domains) @if let Some(audience) = &grant.audience { " · " (audience) } }
}

fn tokens(call: &Call<'_>, language: Language) -> Result<Markup, Problem> {
    let tokens = call.service.store.tokens()?;
    Ok(html! {
        section { h2 { (language.say("tokens")) }
            div class="wide" tabindex="0" role="region" aria-label=(language.say("tokens")) { table {
                thead { tr { th scope="col" { (language.say("name")) } th scope="col" { (language.say("role")) }
                    th scope="col" { (language.say("grants")) } th scope="col" { (language.say("act")) } } }
                tbody { @for token in &tokens { tr {
                    th scope="row" { (token.name) } td { (token.role.name()) @if token.is_sandbox { " · sandbox" } }
                    td { (granted(&token.grant, language)) }
                    td { @if token.is_revoked { (language.say("revoked")) } @else { form method="post" {
                        (page::secret(call)) input type="hidden" name="name" value=(token.name);
                        button name="act" value="revoke" { (language.say("revoke")) " " (token.name) }
                    } } }
                } } }
            } }
            form method="post" class="bar" {
                (page::secret(call))
                label for="token-name" { (language.say("name")) } input id="token-name" name="name" required autocomplete="off";
                (role_and_grant(language, "token"))
                label { input type="checkbox" name="sandbox" value="1"; " " (language.say("sandbox")) }
                button name="act" value="add-token" { (language.say("add")) }
            }
        }
    })
}

fn loaded(call: &Call<'_>, language: Language) -> Markup {
    let registry = &call.loaded.registry;
    html! {
        section { h2 { (language.say("loaded")) }
            p { code { (registry.id()) } }
            p { (registry.domain_names().collect::<Vec<_>>().join(", ")) }
            div class="wide" tabindex="0" role="region" aria-label=(language.say("loaded")) { table {
                thead { tr { th scope="col" { (language.say("code-set")) } th scope="col" { (language.say("codes")) }
                    th scope="col" { (language.say("releases")) } } }
                tbody { @for set in registry.sets() {
                    @let codes = registry.codes(set);
                    tr { th scope="row" { (codes.name()) } td { (codes.len()) }
                        td { (codes.releases().iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", "))
                            @if codes.is_starter() { " " (language.say("starter")) } } }
                } }
            } }
        }
    }
}

/// Changes users and tokens; each act is noted.
pub fn act(call: &Call<'_>) -> Result<Reply, Problem> {
    let form = call.form();
    let field = |name: &str| form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim());
    let mut rows = Rows::default();
    rows.push(&call.caller()?.access(call.operation), &Entry::new(Outcome::Asked).count(1));
    call.note(rows)?;
    let unusable = |what: &str| Problem::new(problem::UNUSABLE, what.to_owned());
    let role = || Role::of_name(field("role")).ok_or_else(|| unusable("there is no such role"));
    let grant = || Grant {
        domains: field("domains").split([',', ' ']).filter(|it| !it.is_empty()).map(str::to_owned).collect(),
        audience: Some(field("audience").to_owned()).filter(|it| !it.is_empty()),
        purpose: None,
    };
    let (store, name) = (&call.service.store, field("name"));
    if name.is_empty() {
        return Err(unusable("a name is needed"));
    }
    match field("act") {
        "lock" => store.lock_user(name, true)?,
        "unlock" => store.lock_user(name, false)?,
        "add-user" => store.add_user(name, Some(field("password")), role()?, &[grant()])?,
        "revoke" => store.revoke_token(name)?,
        "add-token" => {
            let token = Token {
                name: name.to_owned(),
                role: role()?,
                grant: grant(),
                is_sandbox: field("sandbox") == "1",
                until: None,
                is_revoked: false,
            };
            return show(call, Some(&store.add_token(&token)?));
        }
        _ => return Err(unusable("there is no such act")),
    }
    Ok(Reply::see("/admin"))
}
