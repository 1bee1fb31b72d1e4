//! The key that signs: made on first use, kept where only its owner reads it; the public half goes anywhere.

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

    /// Signs a message.
    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl Public {
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
        let bytes = text.trim().strip_prefix(KIND).and_then(|digits| unhex(digits.as_bytes()));
        let key = bytes.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
        key.map(Public).ok_or(Error::Unreadable("public key: `ed25519:` and 64 digits are needed"))
    }
}
