//! Who asks: a session or a token, with one grant.

use super::problem;
use super::problem::Problem;
use super::service::Service;
use crate::audit::Access;
use crate::audit::Proof;
use crate::store::Grant;
use crate::store::PROGRAM;
use crate::store::Role;
use axum::http::HeaderMap;
use axum::http::header;

/// Somebody who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Their name, for the audit log.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// What they may see.
    pub grant: Grant,
    /// A session of a browser, with what its forms carry; a program has none.
    pub form_secret: Option<String>,
    /// Nothing is written for them.
    pub is_sandbox: bool,
}

impl Caller {
    /// What the audit log says of them.
    pub fn access(&self, command: &'static str) -> Access {
        Access {
            command,
            actor: self.name.clone(),
            actor_is: Proof::Proved,
            uid: None,
            audience: self.grant.audience.clone().unwrap_or_default(),
            purpose: self.grant.purpose.clone().unwrap_or_default(),
            reason: None,
            policy: String::new(),
            registry: String::new(),
            domain: String::new(),
            record: String::new(),
        }
    }
}

/// The name of the cookie. With TLS it is bound to the host and to TLS by its name.
pub fn cookie_name(is_secure: bool) -> &'static str {
    if is_secure { "__Host-tencode" } else { "tencode" }
}

/// The secret of the session, if the request carries one.
pub fn session_secret(headers: &HeaderMap, is_secure: bool) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|it| it.to_str().ok());
    let mut pairs = cookies.flat_map(|it| it.split(';')).filter_map(|it| it.trim().split_once('='));
    pairs.find(|(name, _)| *name == cookie_name(is_secure)).map(|(_, value)| value)
}

/// Who asks; `None` if nobody says.
///
/// # Errors
/// If a token is given that is none, or the store cannot be read.
pub fn identify(service: &Service, headers: &HeaderMap) -> Result<Option<Caller>, Problem> {
    if let Some(given) = headers.get(header::AUTHORIZATION) {
        let text = given.to_str().unwrap_or_default();
        let secret = text.split_once(' ').filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer")).map(|it| it.1.trim());
        let token = secret.map_or(Ok(None), |secret| service.store.token(secret))?;
        let token =
            token.ok_or_else(|| Problem::new(problem::NOT_SIGNED_IN, "the token is unknown, revoked or expired"))?;
        return Ok(Some(Caller {
            name: format!("{PROGRAM}{}", token.name),
            role: token.role,
            grant: token.grant,
            form_secret: None,
            is_sandbox: token.is_sandbox,
        }));
    }
    let Some(secret) = session_secret(headers, service.config.is_secure) else { return Ok(None) };
    let session = service.store.session(secret, service.config.idle)?;
    Ok(session.map(|session| Caller {
        name: session.user.name,
        role: session.user.role,
        grant: session.grant,
        form_secret: Some(session.form_secret),
        is_sandbox: false,
    }))
}
