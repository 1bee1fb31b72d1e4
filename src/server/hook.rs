//! What a webhook is: who is told, of what, and what it is signed with.

use axum::http::Uri;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// What a secret begins with where it is written as Standard Webhooks writes it.
const WRITTEN: &str = "whsec_";
/// A secret has at least so many bytes, as the standard asks.
const SHORTEST: usize = 24;

/// A program that is told.
#[derive(Clone)]
pub struct Hook {
    /// Name, for the audit log.
    pub name: String,
    /// Where it is told.
    pub url: Uri,
    /// What it is signed with.
    pub secret: Vec<u8>,
    /// Encounters of this domain.
    pub domain: String,
    /// As this audience sees them.
    pub audience: Option<String>,
    /// For this purpose.
    pub purpose: Option<String>,
    /// The address may be one of a network that is not public.
    pub is_private: bool,
}

/// The bytes of a secret as Standard Webhooks writes it; `None` if it is no such text, or too short.
pub fn secret(text: &str) -> Option<Vec<u8>> {
    let secret = BASE64_STANDARD.decode(text.trim().strip_prefix(WRITTEN)?).ok()?;
    (secret.len() >= SHORTEST).then_some(secret)
}

/// The address of a hook. What is told leaves the machine encrypted.
pub fn address(text: &str) -> Option<Uri> {
    let url: Uri = text.parse().ok()?;
    let is_local = url.host().is_some_and(|it| matches!(it, "localhost" | "127.0.0.1"));
    let is_safe = match url.scheme_str() {
        Some("https") => url.host().is_some(),
        Some("http") => is_local,
        _ => false,
    };
    is_safe.then_some(url)
}
