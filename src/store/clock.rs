//! Moments as the store keeps them.

/// Milliseconds since 1970-01-01T00:00Z.
pub type Millis = i64;

/// The clock of this machine.
pub(super) fn now() -> Millis {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.ok().and_then(|since| Millis::try_from(since.as_millis()).ok()).unwrap_or(0)
}
