//! Files of keys: made of bytes that nobody can guess, and kept where only their owner reads them.

use super::draft::sync_folder;
use super::trust::Distrust;
use super::trust::trust_file;
use super::trust::trust_folder;
use std::fs::DirBuilder;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::io::Read;
use std::io::Write;
use std::path::Path;

/// Bytes of a key.
pub type Key = [u8; 32];

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read, or a new key cannot be kept in it.
    #[error("the key {path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Others may read it.
    #[error("the key {path} can be read by others: it must belong to one user (chmod 600)")]
    Open {
        /// The file.
        path: String,
    },
    /// The file, or its folder, is not this user's own.
    #[error("the key {path} is not trusted: {why}")]
    Distrusted {
        /// The file.
        path: String,
        /// Why.
        why: Distrust,
    },
    /// It is longer than a secret of its kind.
    #[error("the secret {path} is longer than {most} bytes")]
    Long {
        /// The file.
        path: String,
        /// Bytes it may have.
        most: u64,
    },
    /// It has another length than a key.
    #[error("the key {path} is damaged: it has {length} bytes where 32 are needed")]
    Length {
        /// The file.
        path: String,
        /// Bytes it has.
        length: u64,
    },
}

/// The key kept in a file; made and kept there if there is none.
///
/// # Errors
/// If it cannot be read or kept, or others could have read or written it.
pub fn key(path: &Path) -> Result<Key, KeyError> {
    if let Some(key) = kept_key(path)? {
        return Ok(key);
    }
    let failed = |source| KeyError::File { path: path.display().to_string(), source };
    if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
        own_folder(folder).map_err(failed)?;
        trust_folder(folder).map_err(|why| KeyError::Distrusted { path: path.display().to_string(), why })?;
    }
    let key = random_bytes().map_err(failed)?;
    match keep(path, &key) {
        Ok(()) => Ok(key),
        // Another program made one at the same time: that one counts.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            kept_key(path)?.ok_or_else(|| failed(io::ErrorKind::NotFound.into()))
        }
        Err(error) => Err(failed(error)),
    }
}

/// The key kept in a file, if there is one.
///
/// # Errors
/// As [`key()`].
pub fn kept_key(path: &Path) -> Result<Option<Key>, KeyError> {
    let name = || path.display().to_string();
    let failed = |source| KeyError::File { path: name(), source };
    let Some(mut file) = own_file(path)? else { return Ok(None) };
    let length = file.metadata().map_err(failed)?.len();
    let mut key = [0; 32];
    if length != key.len() as u64 {
        return Err(KeyError::Length { path: name(), length });
    }
    file.read_exact(&mut key).map_err(failed)?;
    Ok(Some(key))
}

/// A secret of another kind than our keys, kept in a file under the same rules: a private key, a word that two programs share.
///
/// # Errors
/// If it is not there, cannot be read, is longer than `most` bytes, or others could have read or written it.
pub fn secret(path: &Path, most: u64) -> Result<Vec<u8>, KeyError> {
    let failed = |source| KeyError::File { path: path.display().to_string(), source };
    let file = own_file(path)?.ok_or_else(|| failed(io::ErrorKind::NotFound.into()))?;
    let mut secret = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut secret).map_err(failed)?;
    if secret.len() as u64 > most {
        return Err(KeyError::Long { path: path.display().to_string(), most });
    }
    Ok(secret)
}

/// A file that nobody else can read or write, opened, if it is there.
fn own_file(path: &Path) -> Result<Option<File>, KeyError> {
    let name = || path.display().to_string();
    let failed = |source| KeyError::File { path: name(), source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if is_open_to_others(&file).map_err(failed)? {
        return Err(KeyError::Open { path: name() });
    }
    let distrusted = |why| KeyError::Distrusted { path: name(), why };
    trust_file(path).map_err(distrusted)?;
    if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
        trust_folder(folder).map_err(distrusted)?;
    }
    Ok(Some(file))
}

/// Makes a folder that only this user may enter; one that is there stays as it is.
///
/// # Errors
/// If it cannot be made.
pub fn own_folder(folder: &Path) -> io::Result<()> {
    make_folder(folder, true)
}

/// Makes a new folder that only its owner may enter.
///
/// # Errors
/// If it is there already, or cannot be made.
pub fn new_folder(folder: &Path) -> io::Result<()> {
    make_folder(folder, false)
}

/// `is_whole` makes the folders above it too, and takes one that is there.
fn make_folder(folder: &Path, is_whole: bool) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(is_whole);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Thirty-two bytes nobody can guess, from the generator of the operating system.
///
/// # Errors
/// If the system has none to give.
pub fn random_bytes() -> io::Result<Key> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

/// Writes the key whole under another name first: a key that is there is complete.
fn keep(path: &Path, key: &Key) -> io::Result<()> {
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut file| {
        file.write_all(key)?;
        file.sync_all()?;
        // Unlike a rename, this never takes the place of a key that is there.
        std::fs::hard_link(&beside, path)
    });
    let _ = std::fs::remove_file(&beside);
    written?;
    sync_folder(path)
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
