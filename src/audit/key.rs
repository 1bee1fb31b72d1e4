//! The key that signs: made on first use, kept where only its owner reads it; the public half goes anywhere.

use super::chain::RowKey;
use super::chain::hex_text;
use super::chain::unhex;
use super::error::Error;
use crate::files;
use ed25519_dalek::Signature;
use ed25519_dalek::Signer;
use ed25519_dalek::SigningKey;
use ed25519_dalek::VerifyingKey;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// Words before the digits of a public key.
const KIND: &str = "ed25519:";

/// The half that signs. It has no `Debug` and is written nowhere but to its file.
pub struct Secret(SigningKey);

/// What a log is checked with.
#[derive(Clone, Default)]
pub struct Keys {
    /// The key it must be signed with; without one, that which it names itself.
    pub public: Option<Public>,
    /// What makes the codes of its rows; without it, signatures alone vouch for rows.
    pub rows: Option<RowKey>,
}

/// The half that checks.
#[derive(Clone, PartialEq, Eq)]
pub struct Public(VerifyingKey);

impl Secret {
    /// The key of thirty-two bytes nobody can guess.
    pub fn of(bytes: &[u8; 32]) -> Secret {
        Secret(SigningKey::from_bytes(bytes))
    }

    /// The key kept in a file; made and kept there if there is none, readable by its owner only.
    ///
    /// # Errors
    /// If the file cannot be read or made, or others could have read or written it.
    pub fn open(path: &Path) -> Result<Secret, Error> {
        Ok(Secret::of(&files::key(path)?))
    }

    /// The key kept in a file, if there is one.
    ///
    /// # Errors
    /// If it cannot be read, or others could have read or written it.
    pub fn kept(path: &Path) -> Result<Option<Secret>, Error> {
        Ok(files::kept_key(path)?.map(|bytes| Secret::of(&bytes)))
    }

    /// The half that checks.
    pub fn public(&self) -> Public {
        Public(self.0.verifying_key())
    }

    /// What makes the codes of rows.
    pub(super) fn rows(&self) -> RowKey {
        RowKey::of(self.0.as_bytes())
    }

    /// All that a log of this key can be checked with.
    pub fn keys(&self) -> Keys {
        Keys { public: Some(self.public()), rows: Some(self.rows()) }
    }

    /// Signs a message.
    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl From<&Public> for Keys {
    fn from(public: &Public) -> Keys {
        Keys { public: Some(public.clone()), rows: None }
    }
}

impl Public {
    /// The bytes of the key.
    pub(super) fn bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The key of these bytes, if they are one.
    pub(super) fn of(bytes: &[u8; 32]) -> Option<Public> {
        VerifyingKey::from_bytes(bytes).ok().map(Public)
    }

    /// Whether the signature is of this key and this message.
    pub(super) fn checks(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

impl fmt::Display for Public {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{KIND}{}", hex_text(self.0.as_bytes()))
    }
}

impl fmt::Debug for Public {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

impl FromStr for Public {
    type Err = Error;

    fn from_str(text: &str) -> Result<Public, Error> {
        let text = text.trim();
        let bytes = text.strip_prefix(KIND).and_then(|digits| unhex(digits.as_bytes()));
        let key = bytes.and_then(|bytes| Public::of(&bytes));
        key.ok_or(Error::Unreadable("public key: `ed25519:` and 64 digits are needed"))
    }
}
