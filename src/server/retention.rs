//! Erases what was said in encounters whose time is over, by the settings of the office. It is noted before it is done.

use super::service::Retention;
use super::service::Service;
use super::steady;
use crate::audit::Access;
use crate::audit::Entry;
use crate::audit::Outcome;
use crate::audit::Proof;
use crate::audit::Rows;
use crate::store;
use crate::store::RETENTION;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// How often it is looked: the time of an encounter is over on some day, not at some second.
const LOOK: Duration = Duration::from_secs(60 * 60);
/// A day in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Starts the thread, if there is anything to do for it.
///
/// # Errors
/// If the system gives no thread.
pub fn start(service: &Arc<Service>) -> std::io::Result<()> {
    if service.config.retention.is_empty() {
        return Ok(());
    }
    let service = Arc::downgrade(service);
    let step = move || {
        let Some(service) = service.upgrade() else { return false };
        for rule in &service.config.retention {
            // What cannot be noted or written now is done an hour later.
            let _ = erase(&service, rule);
        }
        drop(service);
        thread::sleep(LOOK);
        true
    };
    steady::start(RETENTION, step).map(drop)
}

fn erase(service: &Service, rule: &Retention) -> Result<(), store::Error> {
    let before = jiff::Timestamp::now().as_millisecond() - i64::from(rule.days) * DAY;
    let state = rule.state.as_deref();
    let count = service.store.count_before(&rule.domain, state, before)?;
    if count == 0 {
        return Ok(());
    }
    let access = Access {
        command: "erase",
        actor: RETENTION.to_owned(),
        actor_is: Proof::Proved,
        uid: None,
        audience: String::new(),
        purpose: String::new(),
        reason: Some(format!("{} days", rule.days)),
        policy: String::new(),
        registry: service.loaded().registry.id().to_owned(),
        domain: rule.domain.clone(),
        record: String::new(),
    };
    let mut rows = Rows::default();
    rows.push(&access, &Entry::new(Outcome::Done).count(u64::try_from(count).unwrap_or(0)));
    if service.trail.commit(rows) {
        service.store.erase_before(&rule.domain, state, before)?;
    }
    Ok(())
}
