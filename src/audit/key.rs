//! The key that signs: made on first use, kept where only its owner reads it; the public half goes anywhere.

use super::chain::hex_text;
use super::chain::unhex;
use super::error::Error;
use ed25519_dalek::Signature;
use ed25519_dalek::Signer;
use ed25519_dalek::SigningKey;
use ed25519_dalek::VerifyingKey;
use std::fmt;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::io::Read;
use std::io::Write;
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
    /// If the file cannot be read or made, or others can read it.
    pub fn open(path: &Path) -> Result<Secret, Error> {
        let failed = |source| Error::Key { path: path.display().to_string(), source };
        if let Some(secret) = Secret::kept(path)? {
            return Ok(secret);
        }
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let bytes = random_bytes().map_err(failed)?;
        match keep(path, &bytes) {
            Ok(()) => Ok(Secret::of(&bytes)),
            // Another program made one at the same time: that one counts.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Secret::kept(path)?.ok_or_else(|| failed(io::ErrorKind::NotFound.into()))
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// The key kept in a file, if there is one.
    ///
    /// # Errors
    /// If it cannot be read or others can read it.
    pub fn kept(path: &Path) -> Result<Option<Secret>, Error> {
        let failed = |source| Error::Key { path: path.display().to_string(), source };
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        if is_open_to_others(&file).map_err(failed)? {
            return Err(Error::OpenKey { path: path.display().to_string() });
        }
        let mut bytes = [0; 32];
        file.read_exact(&mut bytes).map_err(failed)?;
        Ok(Some(Secret::of(&bytes)))
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

/// Thirty-two bytes nobody can guess.
pub(super) fn random_bytes() -> io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

/// Writes the key whole under another name first: a key that is there is complete.
fn keep(path: &Path, bytes: &[u8; 32]) -> io::Result<()> {
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        // Unlike a rename, this never takes the place of a key that is there.
        std::fs::hard_link(&beside, path)
    });
    let _ = std::fs::remove_file(&beside);
    written?;
    super::store::sync_folder(path)
}

#[cfg(unix)]
fn is_open_to_others(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(file.metadata()?.mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &File) -> io::Result<bool> {
    Ok(false)
}
