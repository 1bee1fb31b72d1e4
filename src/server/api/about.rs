//! What the service says of itself.

use crate::server::call::Call;
use crate::server::call::Reply;
use crate::server::openapi as description;
use crate::server::problem::KINDS;
use crate::server::problem::Problem;
use serde_json::json;

/// The program is alive.
pub fn healthz(_: &Call<'_>) -> Result<Reply, Problem> {
    Reply::json(&json!({ "status": "alive" }))
}

/// It can answer what is audited and stored.
pub fn readyz(call: &Call<'_>) -> Result<Reply, Problem> {
    let service = call.service;
    let (log, store) = (service.trail.is_well(), service.store.is_writable());
    let is_ready = log && store;
    let certificate = match (&service.config.tls, service.refused_certificate()) {
        (None, _) => "none",
        (Some(_), None) => "in use",
        (Some(_), Some(_)) => "the files cannot be used; the certificate before them is in use",
    };
    let body = json!({
        "ready": is_ready,
        "registry": call.loaded.registry.id(),
        "audit": log,
        "store": store,
        "definitions": service.refused().map_or("in use", |_| "the last change has errors and is not in use"),
        "certificate": certificate,
    });
    Ok(Reply::json(&body)?.status(if is_ready { 200 } else { 503 }))
}

/// Counts, in the text format of Prometheus.
pub fn metrics(call: &Call<'_>) -> Result<Reply, Problem> {
    let service = call.service;
    let gauges = [
        ("up_seconds", service.started.elapsed().as_secs()),
        ("audit_ok", u64::from(service.trail.is_well())),
        ("store_ok", u64::from(service.store.is_writable())),
        ("definitions_ok", u64::from(service.refused().is_none())),
        ("certificate_ok", u64::from(service.refused_certificate().is_none())),
    ];
    Ok(Reply::of("text/plain; version=0.0.4; charset=utf-8", service.metrics.text(&gauges)))
}

/// The description of the API.
pub fn openapi(_: &Call<'_>) -> Result<Reply, Problem> {
    Reply::json(&description::document())
}

/// What a kind of problem means.
pub fn problem(call: &Call<'_>) -> Result<Reply, Problem> {
    let kind = KINDS.iter().find(|kind| kind.name == call.param("name")).ok_or_else(|| Problem::missing("problem"))?;
    Reply::json(&json!({ "type": format!("/problems/{}", kind.name), "title": kind.title, "status": kind.status }))
}

/// Who asks.
pub fn whoami(call: &Call<'_>) -> Result<Reply, Problem> {
    let caller = call.caller()?;
    let grant = &caller.grant;
    let registry = &call.loaded.registry;
    let domains: Vec<&str> = registry.domain_names().filter(|name| grant.covers(name)).collect();
    Reply::json(&json!({
        "name": caller.name,
        "role": caller.role,
        "domains": domains,
        "audience": grant.audience,
        "purpose": grant.purpose,
        "sandbox": caller.is_sandbox,
        "registry": registry.id(),
    }))
}
