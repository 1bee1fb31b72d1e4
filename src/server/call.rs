//! One request as a handler sees it, and what it gives back.

use super::caller::Caller;
use super::problem;
use super::problem::Problem;
use super::service::Asked;
use super::service::Loaded;
use super::service::Service;
use super::stream::Pieces;
use super::stream::Talk;
use crate::audit::Entry;
use crate::audit::Outcome;
use crate::audit::Rows;
use crate::encounters::engine::Audited;
use crate::encounters::engine::Engine;
use crate::model::day::Day;
use crate::model::ids::SetId;
use axum::body::Bytes;
use axum::http::HeaderMap;
use serde_json::Map;
use serde_json::Value;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

/// One request.
pub struct Call<'s> {
    /// What all requests share.
    pub service: &'s Service,
    /// The registry, the same for the whole request.
    pub loaded: Arc<Loaded>,
    /// What its route is called: in the audit log, and as the operation of the API.
    pub operation: &'static str,
    /// Who asks; `None` only on routes that are open.
    pub caller: Option<Caller>,
    /// Parts of the path.
    pub params: Vec<(String, String)>,
    /// What stands behind the question mark.
    pub query: Vec<(String, String)>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; empty on a route that streams.
    pub body: Bytes,
    /// The body and the answer of a route that streams, until its handler takes them.
    pub talk: Mutex<Option<Talk>>,
}

/// An answer.
#[derive(Debug, Default)]
pub struct Reply {
    /// HTTP status; 200 if 0.
    pub status: u16,
    /// Media type.
    pub kind: &'static str,
    /// The body.
    pub body: Vec<u8>,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body of an answer that is still being written, instead of `body`.
    pub pieces: Option<Pieces>,
}

/// JSON as the command line writes it.
pub const JSON: &str = "application/json";
/// A line of JSON for each of many.
pub const NDJSON: &str = "application/x-ndjson";
/// A page.
pub const HTML: &str = "text/html; charset=utf-8";

impl Reply {
    /// JSON, with a line feed at its end as the command line writes it.
    pub fn json(value: &impl serde::Serialize) -> Result<Reply, Problem> {
        let mut body =
            serde_json::to_vec(value).map_err(|_| Problem::new(problem::BROKEN, "the answer cannot be written"))?;
        body.push(b'\n');
        Ok(Reply::of(JSON, body))
    }

    /// Bytes of a kind.
    pub fn of(kind: &'static str, body: impl Into<Vec<u8>>) -> Reply {
        Reply { kind, body: body.into(), ..Reply::default() }
    }

    /// A page.
    pub fn page(markup: maud::Markup) -> Reply {
        Reply::of(HTML, markup.into_string())
    }

    /// Sends a browser elsewhere after it has posted.
    pub fn see(path: &str) -> Reply {
        Reply { status: 303, kind: HTML, headers: vec![("location", path.to_owned())], ..Reply::default() }
    }

    /// The same with a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Reply {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with a status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Reply {
        self.status = status;
        self
    }
}

/// An engine for one caller.
pub struct ForCaller {
    /// The engine.
    pub engine: Arc<Engine>,
    /// What the audit log says of the caller.
    pub audited: Audited,
}

impl Call<'_> {
    /// Who asks.
    ///
    /// # Errors
    /// If nobody is signed in.
    pub fn caller(&self) -> Result<&Caller, Problem> {
        self.caller.as_ref().ok_or_else(|| Problem::new(problem::NOT_SIGNED_IN, "sign in, or send a token"))
    }

    /// The body and the answer of a route that streams.
    ///
    /// # Errors
    /// If they were taken already, or the route does not stream.
    pub fn talk(&self) -> Result<Talk, Problem> {
        let talk = self.talk.lock().unwrap_or_else(PoisonError::into_inner).take();
        talk.ok_or_else(|| Problem::new(problem::BROKEN, "this route does not stream"))
    }

    /// A part of the path.
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// What stands behind the question mark, if it is there and not empty.
    pub fn query(&self, name: &str) -> Option<&str> {
        let value = self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|it| it.to_str().ok())
    }

    /// The fields of a form.
    pub fn form(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(&self.body).into_owned().collect()
    }

    /// The body as a JSON object.
    ///
    /// # Errors
    /// If it is none.
    pub fn object(&self) -> Result<Map<String, Value>, Problem> {
        serde_json::from_slice(&self.body).map_err(|_| Problem::new(problem::MALFORMED, "the body is no JSON object"))
    }

    /// A day behind the question mark.
    ///
    /// # Errors
    /// If it is none.
    pub fn on(&self) -> Result<Option<Day>, Problem> {
        self.query("on").map(day).transpose()
    }

    /// The code set of a name.
    ///
    /// # Errors
    /// If there is none.
    pub fn set(&self, name: &str) -> Result<SetId, Problem> {
        self.loaded.registry.set(name).ok_or_else(|| Problem::missing("code set"))
    }

    /// The engine of a domain for the caller. If the audience may not, that is noted.
    ///
    /// # Errors
    /// If the caller has no such domain or record, or no policy lets them.
    pub fn engine(&self, domain: &str, record: Option<&str>, on: Option<Day>) -> Result<ForCaller, Problem> {
        let caller = self.caller()?;
        self.engine_as(domain, record, on, caller.grant.audience.as_deref())
    }

    /// The same for another audience: only for what the caller sees anyway and less.
    ///
    /// # Errors
    /// As [`Call::engine`].
    pub fn engine_as(
        &self,
        domain: &str,
        record: Option<&str>,
        on: Option<Day>,
        audience: Option<&str>,
    ) -> Result<ForCaller, Problem> {
        let caller = self.caller()?;
        if !caller.grant.covers(domain) {
            return Err(Problem::missing("domain"));
        }
        let asked = Asked {
            domain: domain.to_owned(),
            record: record.filter(|it| !it.is_empty()).map(str::to_owned),
            audience: audience.map(str::to_owned),
            purpose: caller.grant.purpose.clone(),
            on,
        };
        let mut access = caller.access(self.operation);
        self.loaded.registry.id().clone_into(&mut access.registry);
        domain.clone_into(&mut access.domain);
        let engine = match self.service.engine(&self.loaded, &asked) {
            Ok(engine) => engine,
            Err(problem) => {
                if problem.kind == problem::FORBIDDEN {
                    let mut rows = Rows::default();
                    rows.push(&access, &Entry::new(Outcome::Denied));
                    self.note(rows)?;
                }
                return Err(problem);
            }
        };
        engine.redactor().audience().clone_into(&mut access.audience);
        engine.redactor().policy().clone_into(&mut access.policy);
        access.record.clone_from(&engine.record().name);
        Ok(ForCaller { engine, audited: Audited { access, tokens: self.service.tokens() } })
    }

    /// Notes rows: what they speak of may be shown when this has returned.
    ///
    /// # Errors
    /// If they cannot be noted.
    pub fn note(&self, rows: Rows) -> Result<(), Problem> {
        if self.service.trail.commit(rows) {
            return Ok(());
        }
        Err(Problem::new(problem::UNAVAILABLE, "the audit log cannot be written, so nothing is shown"))
    }
}

/// A day.
///
/// # Errors
/// If the text is none.
pub fn day(text: &str) -> Result<Day, Problem> {
    Day::parse(text).ok_or_else(|| Problem::new(problem::UNUSABLE, "`on` is no date such as 2026-03-01"))
}
