//! Whether a file or folder is this user's own: nobody else can have put something else there.

use std::io;
use std::path::Path;

/// Why a file or folder is not trusted.
#[derive(Debug, thiserror::Error)]
pub enum Distrust {
    /// It belongs to another user.
    #[error("{0} belongs to another user")]
    Owner(String),
    /// Others may write to it.
    #[error("others can write to {0} (chmod go-w)")]
    Writable(String),
    /// It cannot be looked at.
    #[error("{path}: {source}")]
    Unseen {
        /// The file or folder.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

/// Says why a folder of ours is not trusted. It has to belong to this user or to the administrator, and nobody else may
/// write to it. No folder above it may let others rename what is in it.
///
/// On systems other than Unix owners and rights are not looked at.
///
/// # Errors
/// If it is not trusted.
#[cfg(unix)]
pub fn trust_folder(folder: &Path) -> Result<(), Distrust> {
    let seen = |path: &Path| look(path, 0o022);
    seen(folder)?;
    let whole = folder.canonicalize().map_err(|source| unseen(folder, source))?;
    whole.ancestors().skip(1).try_for_each(|above| look(above, 0o002))
}

/// Says why a file of ours is not trusted, as [`trust_folder`] does; the folders above it are not looked at.
///
/// # Errors
/// If it is not trusted.
#[cfg(unix)]
pub fn trust_file(file: &Path) -> Result<(), Distrust> {
    look(file, 0o022)
}

/// `writers` are the rights of others to write that are not allowed.
#[cfg(unix)]
fn look(path: &Path, writers: u32) -> Result<(), Distrust> {
    use std::os::unix::fs::MetadataExt;
    /// In a folder with this bit only the owner of a file may rename it.
    const STICKY: u32 = 0o1000;
    let about = std::fs::metadata(path).map_err(|source| unseen(path, source))?;
    let user = rustix::process::geteuid().as_raw();
    if about.uid() != user && about.uid() != 0 {
        return Err(Distrust::Owner(path.display().to_string()));
    }
    let is_shared = about.mode() & writers != 0;
    if is_shared && !(about.is_dir() && about.mode() & STICKY != 0) {
        return Err(Distrust::Writable(path.display().to_string()));
    }
    Ok(())
}

#[cfg(unix)]
fn unseen(path: &Path, source: io::Error) -> Distrust {
    Distrust::Unseen { path: path.display().to_string(), source }
}

/// Trusts every folder: the system has no rights of this kind.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn trust_folder(_: &Path) -> Result<(), Distrust> {
    Ok(())
}

/// Trusts every file: the system has no rights of this kind.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn trust_file(_: &Path) -> Result<(), Distrust> {
    Ok(())
}
