//! Who asks, and when, as an audit log notes it.

use crate::audit::Access;
use crate::audit::Millis;
use crate::audit::Proof;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

/// Somebody who asks for an audience, before anything is known of policy and registry: the one named, which is only claimed, else
/// the user of the operating system.
pub fn access(command: &'static str, actor: Option<&str>, audience: &str) -> Access {
    let (actor, actor_is) = match (actor, uid()) {
        (Some(name), _) => (name.to_owned(), Proof::Claimed),
        (None, Some(uid)) => (user(uid).unwrap_or_else(|| format!("uid {uid}")), Proof::Proved),
        (None, None) => (session(), Proof::Claimed),
    };
    Access {
        command,
        actor,
        actor_is,
        uid: uid(),
        audience: audience.to_owned(),
        purpose: String::new(),
        reason: None,
        policy: String::new(),
        registry: String::new(),
        domain: String::new(),
        record: String::new(),
    }
}

/// The clock of this machine.
pub fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.ok().and_then(|since| Millis::try_from(since.as_millis()).ok()).unwrap_or(0)
}

/// The name the session goes by, where the system has no numbers for users: whoever starts the program can set it.
fn session() -> String {
    let named = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    named.filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

/// The name of a user in the list of this machine; `None` for users that only a directory of the network knows.
fn user(uid: u32) -> Option<String> {
    let list = std::fs::read("/etc/passwd").ok()?;
    let list = String::from_utf8_lossy(&list);
    list.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        (number.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

#[cfg(unix)]
fn uid() -> Option<u32> {
    Some(rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn uid() -> Option<u32> {
    None
}
