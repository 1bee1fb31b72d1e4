//! Webhooks: other programs are told what happens to encounters (Standard Webhooks, standardwebhooks.com). What is told is
//! made anew for each try, for the audience of the hook, and noted before it leaves: random ids, the state, the codes.

use super::api::encounters::body_of;
use super::api::encounters::shown;
use super::call::ForCaller;
use super::hook::Hook;
use super::post::Letter;
use super::post::connector;
use super::post::post;
use super::problem;
use super::problem::Problem;
use super::service::Asked;
use super::service::Service;
use super::steady;
use crate::audit::Access;
use crate::audit::Proof;
use crate::encounters::engine::Audited;
use crate::encounters::engine::Engine;
use crate::encounters::quiet::quietly;
use crate::store::Due;
use crate::store::HOOK;
use crate::store::Kept;
use crate::store::Told;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use serde_json::Value;
use serde_json::json;
use sha2::Sha256;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio_rustls::TlsConnector;

/// How often it is looked what is to be told.
const LOOK: Duration = Duration::from_secs(1);
/// Looks after which what was told long ago is forgotten: ten minutes.
const FORGET: u64 = 600;
/// Encounters that one hook tells of before the next one has its turn.
const TURN: usize = 20;
/// Pauses before the five further tries, in milliseconds.
const PAUSES: [i64; 5] = [1_000, 10_000, 60_000, 10 * 60_000, 60 * 60_000];

/// Starts the thread that tells, if there is anybody to be told: of what changes from the moment on at which this returns.
///
/// # Errors
/// If the system gives no thread, or the store cannot be written.
pub fn start(service: &Arc<Service>) -> std::io::Result<()> {
    if service.config.hooks.is_empty() {
        return Ok(());
    }
    for hook in &service.config.hooks {
        service.store.add_hook(&hook.name).map_err(std::io::Error::other)?;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let line = Line { runtime, connector: connector()? };
    let (service, mut looks) = (Arc::downgrade(service), 0_u64);
    let step = move || {
        let Some(service) = service.upgrade() else { return false };
        looks += 1;
        for hook in &service.config.hooks {
            // What cannot be read or noted now is told later; what panics over one hook is nothing to the others.
            let _ = quietly(|| tell(&service, hook, &line));
            if looks.is_multiple_of(FORGET) {
                let _ = service.store.settle(&hook.name, &hook.domain);
            }
        }
        drop(service);
        thread::sleep(LOOK);
        true
    };
    steady::start("hooks", step).map(drop)
}

/// What is told with.
struct Line {
    runtime: tokio::runtime::Runtime,
    connector: TlsConnector,
}

/// Tells a hook of what is due, until it does not take something: one that does not answer must not hold up the others.
fn tell(service: &Service, hook: &Hook, line: &Line) -> Result<(), Problem> {
    for due in service.store.due(&hook.name, &hook.domain, TURN)? {
        let now = jiff::Timestamp::now();
        let later = usize::try_from(due.attempts).ok().and_then(|it| PAUSES.get(it));
        let later = later.map_or(Told::Failed, |pause| Told::Again(now.as_millisecond() + pause));
        let told = match quietly(|| body(service, hook, &due)) {
            Some(Ok(body)) => told(hook, &due, line, now, body).unwrap_or(later),
            // The store or the log: nothing can be told now.
            Some(Err(problem)) if matches!(problem.kind, problem::UNAVAILABLE | problem::FULL) => return Err(problem),
            // This encounter alone: the others are told.
            Some(Err(_)) | None => {
                service.store.told(&hook.name, &due, later)?;
                continue;
            }
        };
        service.store.told(&hook.name, &due, told)?;
        if told != Told::Done {
            break;
        }
    }
    Ok(())
}

/// Tells of an encounter; `None` if it was not taken.
fn told(hook: &Hook, due: &Due, line: &Line, at: jiff::Timestamp, body: String) -> Option<Told> {
    let id = format!("{}.{}", due.encounter, due.version);
    let signature = sign(&hook.secret, &format!("{id}.{}.{body}", at.as_second()));
    let headers =
        [("webhook-id", id), ("webhook-timestamp", at.as_second().to_string()), ("webhook-signature", signature)];
    let letter = Letter { url: &hook.url, may_be_private: hook.is_private, headers: &headers, body };
    match line.runtime.block_on(post(&line.connector, letter)).ok()? {
        200..=299 => Some(Told::Done),
        // Whoever was told wants to hear nothing more of it.
        410 => Some(Told::Failed),
        _ => None,
    }
}

/// The signature of a text, with the number of its kind.
fn sign(secret: &[u8], text: &str) -> String {
    // HMAC takes keys of every length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(text.as_bytes());
    format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

/// What is told of an encounter: as the audience of the hook sees it, and noted.
fn body(service: &Service, hook: &Hook, due: &Due) -> Result<String, Problem> {
    let kept = service.store.encounter(&due.encounter, std::slice::from_ref(&hook.domain))?;
    let codes = codes(service, hook, &kept)?;
    let at = jiff::Timestamp::from_millisecond(kept.summary.updated).map(|it| it.to_string()).unwrap_or_default();
    let data = json!({
        "id": kept.summary.id, "domain": hook.domain, "record": kept.summary.record, "version": kept.summary.version,
        "state": kept.summary.state, "codes": codes,
    });
    Ok(json!({ "type": "encounter.changed", "timestamp": at, "data": data }).to_string())
}

fn codes(service: &Service, hook: &Hook, kept: &Kept) -> Result<Vec<Value>, Problem> {
    let Some(record) = body_of(kept) else { return Ok(Vec::new()) };
    let loaded = service.loaded();
    let asked = Asked {
        domain: hook.domain.clone(),
        record: Some(kept.summary.record.clone()),
        audience: hook.audience.clone(),
        purpose: hook.purpose.clone(),
        on: None,
    };
    let engine = service.engine(&loaded, &asked)?;
    let access = access(hook, &engine, loaded.registry.id());
    let desk = ForCaller { engine, audited: Audited { access, tokens: service.tokens() } };
    let mut worker = desk.engine.worker().noting(&desk.audited);
    let disclosure = worker.disclose(1, Ok(&record));
    let codes = shown(&desk, &disclosure, kept.standing());
    let codes = codes.into_iter().map(|it| json!({ "set": it.set, "code": it.code })).collect();
    drop(disclosure);
    if service.trail.commit(worker.noted()) {
        return Ok(codes);
    }
    Err(Problem::new(problem::UNAVAILABLE, "the audit log cannot be written, so nothing is told"))
}

fn access(hook: &Hook, engine: &Engine, registry: &str) -> Access {
    Access {
        command: "hook",
        actor: format!("{HOOK}{}", hook.name),
        actor_is: Proof::Proved,
        uid: None,
        audience: engine.redactor().audience().to_owned(),
        purpose: hook.purpose.clone().unwrap_or_default(),
        reason: None,
        policy: engine.redactor().policy().to_owned(),
        registry: registry.to_owned(),
        domain: hook.domain.clone(),
        record: engine.record().name.clone(),
    }
}
