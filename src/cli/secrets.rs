//! The keys of this user: where they are kept, and how they are made.

use super::exit::Failure;
use crate::files;
use crate::files::KeyError;
use std::path::PathBuf;

/// The user's data folder.
///
/// # Errors
/// If neither `XDG_DATA_HOME` nor `HOME` is set: nothing that lasts or is secret goes to a folder for temporary files.
pub(crate) fn data_folder() -> Result<PathBuf, Failure> {
    let set = |name: &str| std::env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
    let base = set("XDG_DATA_HOME").or_else(|| set("HOME").map(|home| home.join(".local/share")));
    let base = base.ok_or_else(|| {
        Failure::said("there is no folder for keys: set XDG_DATA_HOME to one that only this user can write to")
    });
    Ok(base?.join("tencode"))
}

/// The secret of the pseudonyms: that of `TENCODE_KEY`, else one made once and kept in the user's data folder, so that
/// the same person has the same pseudonym in every run here and nowhere else.
///
/// # Errors
/// If it cannot be read or kept: pseudonyms of a key that is lost fit no other run.
pub(crate) fn pseudonym_key() -> Result<[u8; 32], Failure> {
    if let Some(key) = std::env::var_os("TENCODE_KEY").filter(|key| !key.is_empty()) {
        return Ok(derived(key.as_encoded_bytes()));
    }
    Ok(files::key(&data_folder()?.join("pseudonyms.key"))?)
}

/// The secret of the marks by which `stats` knows encounters again. It has nothing to do with `TENCODE_KEY`: with another
/// secret of the pseudonyms the same encounters are known all the same.
///
/// # Errors
/// If it cannot be read or kept.
pub(crate) fn answers_key() -> Result<[u8; 32], Failure> {
    Ok(files::key(&data_folder()?.join("answers.key"))?)
}

/// The key of the pseudonyms of a secret of any length.
fn derived(secret: &[u8]) -> [u8; 32] {
    blake3::derive_key("tencode pseudonyms", secret)
}

/// Where the signing key is kept: `TENCODE_AUDIT_KEY`, else the user's data folder.
///
/// # Errors
/// As [`data_folder`].
pub(crate) fn audit_key_path() -> Result<PathBuf, Failure> {
    let named = std::env::var_os("TENCODE_AUDIT_KEY").filter(|it| !it.is_empty());
    named.map_or_else(|| Ok(data_folder()?.join("audit.key")), |path| Ok(PathBuf::from(path)))
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Failure {
        Failure::said(format!("{error}; nothing is shown"))
    }
}
