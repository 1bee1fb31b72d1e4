//! Every route there is, who may have it, and how large its body may be. Privileges, limits, metrics and the OpenAPI file
//! are made from this table, and a test walks it.

use super::api;
use super::call::Call;
use super::call::Reply;
use super::desk;
use super::problem::Problem;
use crate::store::Role;

/// Who may have a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody: it shows nothing of anybody.
    Everybody,
    /// Whoever is signed in, in one of these roles.
    Roles(&'static [Role]),
}

/// What a route does to the store, which says what a request has to carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// It reads: also a POST, where what is typed must not stand in an address.
    Reads,
    /// It writes for a program: the request carries an idempotency key.
    Writes,
    /// A form of a page: it carries the secret of the session.
    Form,
}

/// One route.
pub struct Route {
    /// HTTP method.
    pub method: &'static str,
    /// Path, with `{name}` for its parts.
    pub path: &'static str,
    /// What the audit log calls it; also the operation id of OpenAPI.
    pub name: &'static str,
    /// What it does, for OpenAPI.
    pub about: &'static str,
    /// Who may have it.
    pub who: Who,
    /// What it does to the store.
    pub does: Does,
    /// Bytes of its body at most; `STREAMED` for a route that reads its body while it answers.
    pub limit: usize,
    /// What answers.
    pub(super) handler: fn(&Call<'_>) -> Result<Reply, Problem>,
}

const ALL: Who = Who::Roles(&Role::ALL);
const CODERS: Who = Who::Roles(&[Role::Desk, Role::Supervisor, Role::Administrator, Role::Client]);
const PEOPLE: Who = Who::Roles(&[Role::Desk, Role::Supervisor, Role::Administrator]);
const WATCHERS: Who = Who::Roles(&[Role::Supervisor, Role::Administrator]);
const AUDITORS: Who = Who::Roles(&[Role::Auditor, Role::Administrator]);
const KEEPERS: Who = Who::Roles(&[Role::Administrator, Role::Operator]);
const PAGES: Who = Who::Roles(&Role::ALL);

/// The limit of a route whose body and answer are never held whole. The configuration bounds them instead.
pub const STREAMED: usize = usize::MAX;
const KB: usize = 1 << 10;
/// A record with its texts.
const RECORD: usize = 1 << 20;

macro_rules! routes {
    ($($method:literal $path:literal $name:literal $who:expr, $does:ident, $limit:expr, $handler:path, $about:literal;)*) => {
        /// All routes.
        pub static ROUTES: &[Route] = &[$(Route {
            method: $method, path: $path, name: $name, about: $about, who: $who, does: Does::$does, limit: $limit,
            handler: $handler,
        }),*];
    };
}

routes! {
    "GET" "/healthz" "healthz" Who::Everybody, Reads, 0, api::about::healthz, "The program is alive";
    "GET" "/readyz" "readyz" Who::Everybody, Reads, 0, api::about::readyz, "It can answer: registry, store, audit log";
    "GET" "/metrics" "metrics" Who::Everybody, Reads, 0, api::about::metrics, "Counts for Prometheus";
    "GET" "/openapi.json" "openapi" Who::Everybody, Reads, 0, api::about::openapi, "This description";
    "GET" "/problems/{name}" "problem" Who::Everybody, Reads, 0, api::about::problem, "What a kind of problem means";
    "GET" "/picker.js" "picker" Who::Everybody, Reads, 0, desk::files::picker, "The picker, a web component";
    "GET" "/embed" "embed" Who::Everybody, Reads, 0, desk::embed::page, "The picker, for a frame of another page";
    "GET" "/assets/{file}" "assets" Who::Everybody, Reads, 0, desk::files::asset, "Styles and scripts of the pages";
    "GET" "/v1/whoami" "whoami" ALL, Reads, 0, api::about::whoami, "Who asks, in which role, as which audience";
    "GET" "/v1/sets" "sets" ALL, Reads, 0, api::codes::sets, "All code sets";
    "GET" "/v1/sets/{set}" "set" ALL, Reads, 0, api::codes::set, "One code set: releases and size";
    "GET" "/v1/sets/{set}/codes/{code}" "code" ALL, Reads, 0, api::codes::code, "One code, whole";
    "GET" "/v1/releases" "releases" ALL, Reads, 0, api::codes::releases, "Releases of all code sets";
    "POST" "/v1/lookup" "lookup" ALL, Reads, 8 * KB, api::codes::lookup, "One code of each set that has it";
    "POST" "/v1/search" "search" ALL, Reads, 8 * KB, api::codes::search, "Codes by words";
    "POST" "/v1/map" "map" ALL, Reads, 8 * KB, api::codes::map, "A crosswalk from one code";
    "POST" "/v1/classify" "classify" CODERS, Reads, RECORD, api::judge::classify, "Candidates for a text or record";
    "POST" "/v1/validate" "validate" CODERS, Reads, RECORD, api::judge::validate, "Findings and what is missing";
    "POST" "/v1/run" "run" CODERS, Reads, RECORD, api::judge::run, "The disclosure of a record";
    "POST" "/v1/explain" "explain" CODERS, Reads, RECORD, api::explain::explain, "What speaks for a code, or what a rule is";
    "POST" "/v1/redact" "redact" CODERS, Reads, RECORD, api::judge::redact, "Free text, redacted";
    "POST" "/v1/batch" "batch" CODERS, Reads, STREAMED, api::judge::batch, "Disclosures of many records, in order";
    "POST" "/v1/encounters" "keep" CODERS, Writes, RECORD, api::encounters::keep, "Keeps an encounter";
    "GET" "/v1/encounters" "list" CODERS, Reads, 0, api::encounters::list, "Encounters that are kept";
    "GET" "/v1/encounters/{id}" "read" CODERS, Reads, 0, api::encounters::read, "The disclosure of a kept encounter";
    "PUT" "/v1/encounters/{id}" "change" CODERS, Writes, RECORD, api::encounters::change, "Replaces its record";
    "POST" "/v1/encounters/{id}/codes" "give" CODERS, Writes, 8 * KB, api::encounters::give, "Gives it a code";
    "POST" "/v1/encounters/{id}/withdraw" "withdraw" CODERS, Writes, 8 * KB, api::encounters::withdraw, "Takes a code back";
    "GET" "/v1/encounters/{id}/history" "history" CODERS, Reads, 0, api::encounters::history, "Every code it was ever given";
    "GET" "/v1/stats" "stats" WATCHERS, Reads, 0, api::encounters::stats, "Counts by code, small ones hidden";
    "GET" "/v1/audit/head" "audit-head" AUDITORS, Reads, 0, api::audit::head, "The signed head of the audit log";
    "GET" "/v1/audit/verify" "audit-verify" AUDITORS, Reads, 0, api::audit::verify, "Checks the audit log";
    "GET" "/v1/audit" "audit" AUDITORS, Reads, 0, api::audit::rows, "Rows of the audit log, the newest first";
    "GET" "/sign-in" "sign-in-page" Who::Everybody, Reads, 0, desk::door::page, "The page to sign in";
    "POST" "/sign-in" "sign-in" Who::Everybody, Reads, 8 * KB, desk::door::sign_in, "Signs in";
    "GET" "/enter" "enter" Who::Everybody, Reads, 0, desk::door::enter, "Opens a session with a one-time key";
    "POST" "/sign-out" "sign-out" PAGES, Form, 8 * KB, desk::door::sign_out, "Ends the session";
    "GET" "/account" "account" PAGES, Reads, 0, desk::account::page, "One's own account";
    "POST" "/account" "account-act" PAGES, Form, 8 * KB, desk::account::act, "Changes the password, or the grant one works under";
    "GET" "/" "home" PAGES, Reads, 0, desk::home::page, "The desk, or a choice of desks";
    "GET" "/help" "help" PAGES, Reads, 0, desk::home::help, "Keys and words";
    "GET" "/desk/{domain}/{record}" "desk" PEOPLE, Reads, 0, desk::work::page, "The desk of a record";
    "POST" "/desk/{domain}/{record}" "desk-act" PEOPLE, Form, RECORD, desk::work::act, "An act at the desk, without scripts";
    "POST" "/desk/{domain}/{record}/look" "desk-look" PEOPLE, Form, RECORD, desk::work::look, "The list under what is typed";
    "POST" "/desk/{domain}/{record}/near" "desk-near" PEOPLE, Form, RECORD, desk::near::look, "What else is at the same place";
    "GET" "/encounters" "queue" PEOPLE, Reads, 0, desk::queue::page, "Encounters that are kept";
    "POST" "/encounters" "filter-act" PEOPLE, Form, 8 * KB, desk::queue::keep, "Keeps a filter of the list, or deletes one";
    "GET" "/recode" "recode" WATCHERS, Reads, 0, desk::recode::page, "What would change if a code were replaced";
    "POST" "/recode" "recode-act" WATCHERS, Form, 64 * KB, desk::recode::act, "Replaces a code on many encounters";
    "GET" "/recode/{id}" "recoded" WATCHERS, Reads, 0, desk::recode::one, "What was changed together";
    "POST" "/recode/{id}" "recoded-undo" WATCHERS, Form, 8 * KB, desk::recode::undo, "Takes it back";
    "GET" "/encounters/{id}" "encounter" PEOPLE, Reads, 0, desk::queue::one, "One of them";
    "POST" "/encounters/{id}" "encounter-act" PEOPLE, Form, RECORD, desk::queue::act, "Gives or takes back a code";
    "GET" "/jobs" "jobs" PEOPLE, Reads, 0, desk::jobs::page, "Files that are answered row by row";
    "POST" "/jobs" "job-upload" PEOPLE, Form, STREAMED, desk::upload::upload, "Takes a file";
    "GET" "/jobs/{id}" "job" PEOPLE, Reads, 0, desk::jobs::one, "One of them: preview, progress, answers";
    "POST" "/jobs/{id}" "job-act" PEOPLE, Form, 8 * KB, desk::jobs::act, "Starts, cancels or deletes it";
    "GET" "/jobs/{id}/answers" "job-answers" PEOPLE, Reads, STREAMED, desk::jobs::answers, "Its answers as a file";
    "GET" "/codes" "browse" PAGES, Reads, 0, desk::browse::page, "All code sets";
    "GET" "/codes/{set}" "browse-set" PAGES, Reads, 0, desk::browse::set, "A code set as a tree";
    "GET" "/codes/{set}/{code}" "browse-code" PAGES, Reads, 0, desk::browse::code, "One code";
    "GET" "/dashboard" "dashboards" WATCHERS, Reads, 0, desk::dashboard::choice, "Domains whose dashboard may be seen";
    "GET" "/dashboard/{domain}" "dashboard" WATCHERS, Reads, 0, desk::dashboard::page, "What comes in";
    "GET" "/audit" "audit-page" AUDITORS, Reads, 0, desk::audit::page, "Who was shown what";
    "GET" "/admin" "admin" KEEPERS, Reads, 0, desk::admin::page, "Users, tokens, domains, health";
    "POST" "/admin" "admin-act" Who::Roles(&[Role::Administrator]), Form, 8 * KB, desk::admin::act, "Changes users and tokens";
}
