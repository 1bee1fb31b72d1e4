//! What a request is told when it cannot be answered: `application/problem+json` (RFC 9457). It never quotes the request.

use crate::encounters::engine;
use crate::store;
use serde_json::Value;
use serde_json::json;

/// A kind of problem; each has a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Last part of its address.
    pub name: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What it is, in a few words.
    pub title: &'static str,
}

macro_rules! kinds {
    ($($name:ident = $slug:literal, $status:literal, $title:literal;)*) => {
        $(#[doc = $title] pub const $name: Kind = Kind { name: $slug, status: $status, title: $title };)*
        /// All kinds.
        pub const KINDS: &[Kind] = &[$($name),*];
    };
}

kinds! {
    MALFORMED = "malformed", 400, "The request cannot be read";
    NO_KEY = "no-idempotency-key", 400, "A write needs the header Idempotency-Key";
    NOT_SIGNED_IN = "not-signed-in", 401, "A session or a token is needed";
    FORBIDDEN = "forbidden", 403, "This is not allowed for the caller";
    NOT_FOUND = "not-found", 404, "There is no such thing";
    NO_METHOD = "method-not-allowed", 405, "This cannot be done with it";
    IN_FLIGHT = "in-flight", 409, "The same request is being answered";
    CHANGED = "changed", 412, "It was changed meanwhile";
    TOO_LARGE = "too-large", 413, "The request is too large";
    NO_FORMAT = "unsupported-media-type", 415, "The body has another format than needed";
    UNUSABLE = "unusable", 422, "The request was understood, and something in it is wrong";
    NO_VERSION = "no-version", 428, "A change needs the header If-Match";
    TOO_MANY = "too-many-requests", 429, "Too many requests at once";
    BROKEN = "internal", 500, "The program failed";
    UNAVAILABLE = "unavailable", 503, "Nothing can be shown now";
    FULL = "disk-full", 507, "The disk is full";
}

/// Why a request is not answered.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What kind.
    pub kind: Kind,
    /// What is wrong with this request, in one sentence.
    pub detail: String,
    /// Where in the body, as a JSON pointer.
    pub pointer: Option<String>,
    /// What it was instead, for a version that has changed.
    pub version: Option<i64>,
}

impl Problem {
    /// A problem of a kind.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Problem {
        Problem { kind, detail: detail.into(), pointer: None, version: None }
    }

    /// The same about a part of the body.
    #[must_use]
    pub fn at(mut self, pointer: &str) -> Problem {
        self.pointer = Some(pointer.to_owned());
        self
    }

    /// As JSON.
    pub fn json(&self, request: &str) -> Value {
        let mut body = json!({
            "type": format!("/problems/{}", self.kind.name),
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "request": request,
        });
        if let Some(object) = body.as_object_mut() {
            object.extend(self.pointer.iter().map(|it| ("pointer".to_owned(), it.as_str().into())));
            object.extend(self.version.map(|it| ("version".to_owned(), it.into())));
        }
        body
    }

    /// Nothing of this name that the caller may see.
    pub fn missing(what: &str) -> Problem {
        Problem::new(NOT_FOUND, format!("there is no such {what}"))
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Problem {
        let kind = match &error {
            store::Error::Missing(_) => NOT_FOUND,
            store::Error::Changed(_) => CHANGED,
            store::Error::Refused(_) => UNUSABLE,
            it if it.is_full() => FULL,
            // This alone cannot be opened, now or later; everything else can.
            store::Error::Sealed => BROKEN,
            _ => UNAVAILABLE,
        };
        let version = if let store::Error::Changed(version) = error { Some(version) } else { None };
        let detail = if kind == UNAVAILABLE { "the store cannot do this now".to_owned() } else { error.to_string() };
        Problem { version, ..Problem::new(kind, detail) }
    }
}

impl From<crate::registry::Error> for Problem {
    fn from(_: crate::registry::Error) -> Problem {
        Problem::new(UNAVAILABLE, "the registry cannot be read")
    }
}

impl From<crate::audit::Error> for Problem {
    fn from(_: crate::audit::Error) -> Problem {
        Problem::new(UNAVAILABLE, "the audit log cannot be written, so nothing is shown")
    }
}

impl From<engine::Error> for Problem {
    fn from(error: engine::Error) -> Problem {
        let kind = match &error {
            engine::Error::UnknownDomain { .. } | engine::Error::UnknownRecord { .. } | engine::Error::NoRecord(_) => {
                NOT_FOUND
            }
            engine::Error::Redact(_) => FORBIDDEN,
            _ => UNAVAILABLE,
        };
        let detail = match kind {
            NOT_FOUND => "there is no such domain or record".to_owned(),
            FORBIDDEN => error.to_string(),
            _ => "the domain cannot be evaluated".to_owned(),
        };
        Problem::new(kind, detail)
    }
}
