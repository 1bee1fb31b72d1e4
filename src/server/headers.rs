//! What every request has to carry, and what every answer does.

use super::call::Reply;
use super::caller::Caller;
use super::problem;
use super::problem::Problem;
use super::routes::Does;
use super::routes::Route;
use super::routes::STREAMED;
use super::service::Config;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::header;
use std::sync::LazyLock;

/// Scripts and styles are our own files; nothing is loaded from elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors";
/// What a page of another site may send to the API, and read of its answers.
const SENT: &str = "authorization, content-type, idempotency-key, if-match, if-none-match";
const READ: &str = "etag, idempotency-replayed, location, retry-after, x-request-id";
/// Seconds for which a browser remembers what it may send.
const REMEMBERED: &str = "600";

/// The rule of all other pages, made once.
static CLOSED: LazyLock<String> = LazyLock::new(|| policy(&[]));

/// The rule of a page that may stand in frames of these origins; in none if there are none.
pub fn policy(frames: &[String]) -> String {
    if frames.is_empty() { format!("{POLICY} 'none'") } else { format!("{POLICY} {}", frames.join(" ")) }
}

/// The origin of a request that a page of another site has sent to the API, if the configuration lists it. Such a page asks
/// with a token; sessions are not for it, so that browsers are never told that it may use them.
pub fn listed_origin<'h>(config: &Config, path: &str, headers: &'h HeaderMap) -> Option<&'h str> {
    let origin = headers.get(header::ORIGIN)?.to_str().ok()?;
    (path.starts_with("/v1/") && config.origins.iter().any(|it| it == origin)).then_some(origin)
}

/// Answers a browser that asks whether a page of another site may send what it is about to send.
pub fn preflight(method: &str, headers: &HeaderMap) -> Option<Reply> {
    let is_asked = method == "OPTIONS" && headers.contains_key("access-control-request-method");
    let reply = || {
        let reply = Reply { status: 204, ..Reply::default() }.with("access-control-allow-methods", "GET, POST, PUT");
        reply.with("access-control-allow-headers", SENT).with("access-control-max-age", REMEMBERED)
    };
    is_asked.then(reply)
}

/// Refuses a request for another host: a page of somebody else that leads a browser here by a name of its own.
///
/// # Errors
/// If the host is none of ours.
pub fn check_host(config: &Config, headers: &HeaderMap) -> Result<(), Problem> {
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let is_local = config.listen.ip().is_loopback() && matches!(name, "127.0.0.1" | "localhost" | "::1");
    let is_ours = is_local || config.hosts.iter().any(|it| it.eq_ignore_ascii_case(name));
    if is_ours { Ok(()) } else { Err(Problem::new(problem::FORBIDDEN, "the header Host names another host")) }
}

/// Refuses a change that another site's page has sent: by `Origin`, and for a session by the secret of its forms. Pages of
/// listed origins may send one with a token.
///
/// # Errors
/// If it is from elsewhere.
pub fn check_origin(
    config: &Config,
    route: &Route,
    caller: Option<&Caller>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), Problem> {
    let has_token = caller.is_some_and(|caller| caller.form_secret.is_none());
    if route.method == "GET" || has_token && listed_origin(config, route.path, headers).is_some() {
        return Ok(());
    }
    let text = |name: HeaderName| headers.get(name).and_then(|it| it.to_str().ok());
    let host = text(header::HOST).unwrap_or_default();
    let foreign = || Err(Problem::new(problem::FORBIDDEN, "the request comes from another site"));
    let site = headers.get("sec-fetch-site").and_then(|it| it.to_str().ok());
    if site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return foreign();
    }
    let has_secret = caller.is_some_and(|caller| caller.form_secret.is_some());
    match text(header::ORIGIN) {
        // A form of a page that sends no referrer has no origin: then the browser's word or the form's secret counts.
        Some("null") if site == Some("same-origin") || has_secret => {}
        Some(origin) if origin.split_once("://").map(|(_, host)| host) != Some(host) => return foreign(),
        _ => {}
    }
    if caller.is_none_or(|caller| caller.form_secret.is_none()) {
        let is_program = caller.is_some() || route.does != Does::Form;
        return if is_program { Ok(()) } else { foreign() };
    }
    if route.does == Does::Form && route.limit == STREAMED {
        // The secret is in a body that is still to come: the handler looks at it first.
        return Ok(());
    }
    let by_header = headers.get("x-form-secret").and_then(|it| it.to_str().ok()).map(str::to_owned);
    let given = by_header.or_else(|| {
        let mut fields = form_urlencoded::parse(body);
        fields.find(|(name, _)| name == "form_secret").map(|(_, value)| value.into_owned())
    });
    check_secret(caller, given.as_deref())
}

/// Refuses a form that does not carry the secret of the session.
///
/// # Errors
/// If it carries none or another. A program has no session, and its forms need no secret.
pub fn check_secret(caller: Option<&Caller>, given: Option<&str>) -> Result<(), Problem> {
    let Some(secret) = caller.and_then(|caller| caller.form_secret.as_deref()) else { return Ok(()) };
    // Hashes are compared in a time that does not depend on them.
    let is_it = given.is_some_and(|given| blake3::hash(given.as_bytes()) == blake3::hash(secret.as_bytes()));
    if is_it {
        Ok(())
    } else {
        Err(Problem::new(problem::FORBIDDEN, "the form is of another session: load the page again"))
    }
}

/// Puts the headers of an answer together; `origin` is that of a page of another site that may read it.
pub fn of_answer(config: &Config, reply: &Reply, request: &str, origin: Option<&str>, out: &mut HeaderMap) {
    let fixed = [
        ("content-security-policy", CLOSED.as_str()),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cache-control", "no-store"),
        ("content-type", reply.kind),
        ("x-request-id", request),
    ];
    for (name, value) in fixed {
        put(name, value, out);
    }
    if config.is_secure {
        put("strict-transport-security", "max-age=31536000", out);
    }
    if !config.origins.is_empty() {
        put("vary", "Origin", out);
    }
    if let Some(origin) = origin {
        put("access-control-allow-origin", origin, out);
        put("access-control-expose-headers", READ, out);
    }
    for (name, value) in &reply.headers {
        put(name, value, out);
    }
}

fn put(name: &'static str, value: &str, out: &mut HeaderMap) {
    if let Ok(value) = HeaderValue::from_str(value) {
        let name = HeaderName::from_static(name);
        if name == header::SET_COOKIE {
            out.append(name, value);
        } else {
            out.insert(name, value);
        }
    }
}
