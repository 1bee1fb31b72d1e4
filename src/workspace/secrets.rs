//! The keys of this user: where they are kept, and how they are made.

use crate::files;
use crate::files::KeyError;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// Most bytes of a key that is a text.
const LONGEST_KEY: u64 = 4096;

/// Why there is no key, so that nothing can be shown.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// No folder is known that lasts and is this user's own.
    #[error("there is no folder for keys: set XDG_DATA_HOME to one that only this user can write to")]
    NoFolder,
    /// A key that is kept, or was to be.
    #[error("{0}; nothing is shown")]
    Kept(#[from] KeyError),
    /// A file that was named, as the system has it.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A file that was named holds no key that may be used.
    #[error("the key {path}: {why}; nothing is shown")]
    Unusable {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
}

/// The user's data folder.
///
/// # Errors
/// If neither `XDG_DATA_HOME` nor `HOME` is set: nothing that lasts or is secret goes to a folder for temporary files.
pub fn data_folder() -> Result<PathBuf, SecretError> {
    let set = |name: &str| std::env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
    let base = set("XDG_DATA_HOME").or_else(|| set("HOME").map(|home| home.join(".local/share")));
    Ok(base.ok_or(SecretError::NoFolder)?.join("tencode"))
}

/// The secret of the pseudonyms: that of `TENCODE_KEY`, else one made once and kept in the user's data folder, so that
/// the same person has the same pseudonym in every run here and nowhere else.
///
/// # Errors
/// If it cannot be read or kept: pseudonyms of a key that is lost fit no other run.
pub fn pseudonym_key() -> Result<[u8; 32], SecretError> {
    if let Some(key) = std::env::var_os("TENCODE_KEY").filter(|key| !key.is_empty()) {
        return Ok(derived(key.as_encoded_bytes()));
    }
    Ok(files::key(&data_folder()?.join("pseudonyms.key"))?)
}

/// The secret of the pseudonyms in a file that was named: 32 bytes as they are kept in `pseudonyms.key`, or a text as it
/// stands in `TENCODE_KEY`, without the end of its line. Also gives whether others can read the file.
///
/// # Errors
/// If it cannot be read, is empty, is no regular file, or others could have written it.
pub fn named_key(path: &Path) -> Result<([u8; 32], bool), SecretError> {
    let failed = |source| SecretError::File { path: path.display().to_string(), source };
    let wrong = |why: &str| SecretError::Unusable { path: path.display().to_string(), why: why.to_owned() };
    let about = std::fs::metadata(path).map_err(failed)?;
    if !about.is_file() || about.len() > LONGEST_KEY {
        return Err(wrong("no file of a key: that is 32 bytes, or a text of at most 4,096"));
    }
    files::trust_file(path).map_err(|why| wrong(&format!("not trusted: {why}")))?;
    let bytes = std::fs::read(path).map_err(failed)?;
    let is_open = is_open(&about);
    let key = of_bytes(&bytes).map_err(wrong)?;
    Ok((key, is_open))
}

/// The secret of the pseudonyms that somebody gives: 32 bytes, or a text, without the end of its line.
///
/// # Errors
/// If it is neither.
pub fn key_of(bytes: &[u8]) -> Result<[u8; 32], SecretError> {
    of_bytes(bytes).map_err(|why| SecretError::Unusable { path: "given".to_owned(), why: why.to_owned() })
}

fn of_bytes(bytes: &[u8]) -> Result<[u8; 32], &'static str> {
    let is_text = std::str::from_utf8(bytes).is_ok_and(|text| !text.trim_end().contains(char::is_control));
    match <[u8; 32]>::try_from(bytes) {
        Ok(key) if !is_text => Ok(key),
        _ if !is_text => Err("damaged: 32 bytes or a line of text are needed"),
        _ if bytes.trim_ascii_end().is_empty() => Err("empty"),
        _ => Ok(derived(without_line_end(bytes))),
    }
}

/// A text without the one end of line that editors put behind it.
fn without_line_end(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.strip_suffix(b"\r").unwrap_or(text)
}

#[cfg(unix)]
fn is_open(about: &std::fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(about) & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open(_: &std::fs::Metadata) -> bool {
    false
}

/// The secret of the marks by which `stats` knows encounters again. It has nothing to do with `TENCODE_KEY`: with another
/// secret of the pseudonyms the same encounters are known all the same.
///
/// # Errors
/// If it cannot be read or kept.
pub fn answers_key() -> Result<[u8; 32], SecretError> {
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
pub fn audit_key_path() -> Result<PathBuf, SecretError> {
    let named = std::env::var_os("TENCODE_AUDIT_KEY").filter(|it| !it.is_empty());
    named.map_or_else(|| Ok(data_folder()?.join("audit.key")), |path| Ok(PathBuf::from(path)))
}
