//! The keys of this user: where they are kept, and how they are made.

use std::io::Read;
use std::path::PathBuf;

/// The user's data folder.
pub(crate) fn data_folder() -> PathBuf {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    let base = std::env::var_os("XDG_DATA_HOME").filter(|it| !it.is_empty()).map(PathBuf::from).or_else(home);
    base.unwrap_or_else(std::env::temp_dir).join("tencode")
}

/// The secret of the pseudonyms: that of `TENCODE_KEY`, else one made once and kept in the user's data folder, so that
/// the same person has the same pseudonym in every run here and nowhere else.
pub(crate) fn pseudonym_key() -> [u8; 32] {
    if let Some(key) = std::env::var_os("TENCODE_KEY").filter(|key| !key.is_empty()) {
        return blake3::derive_key("tencode pseudonyms", key.as_encoded_bytes());
    }
    let path = data_folder().join("pseudonyms.key");
    if let Some(key) = std::fs::read(&path).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) {
        return key;
    }
    let key = random();
    let _ = std::fs::create_dir_all(data_folder());
    // If it cannot be kept, the pseudonyms of this run stand alone.
    let _ = write_secret(&path, &key);
    key
}

fn write_secret(path: &std::path::Path, key: &[u8; 32]) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(key)
}

/// Thirty-two bytes nobody can guess.
fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    let is_read = std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes)).is_ok();
    if is_read {
        return bytes;
    }
    // Elsewhere: the random keys that the standard library seeds its hash maps with.
    for part in bytes.chunks_mut(8) {
        use std::hash::BuildHasher;
        let number = std::collections::hash_map::RandomState::new().hash_one(0_u8).to_le_bytes();
        part.copy_from_slice(number.get(..part.len()).unwrap_or(&number));
    }
    bytes
}

/// Where the signing key is kept: `TENCODE_AUDIT_KEY`, else the user's data folder.
pub(crate) fn audit_key_path() -> PathBuf {
    let named = std::env::var_os("TENCODE_AUDIT_KEY").filter(|it| !it.is_empty());
    named.map_or_else(|| data_folder().join("audit.key"), PathBuf::from)
}
