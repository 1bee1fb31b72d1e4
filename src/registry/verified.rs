//! The check sum of a registry's front, and the small file beside a registry that says its content was checked.

use super::layout::Header;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;
use std::time::SystemTime;
use zerocopy::IntoBytes;

/// Check sum of the header (its own field zero) and the table of sections.
pub(super) fn front_sum(header: &Header, table: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(header.as_bytes());
    hasher.update(table);
    *hasher.finalize().as_bytes()
}

fn reminder(path: &Path) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".verified");
    PathBuf::from(beside)
}

/// Remembers beside the file that its check sum was right. If that cannot be written, it is checked at each start.
pub(super) fn remember_verified(path: &Path) {
    if let Ok(metadata) = std::fs::metadata(path) {
        let _ = std::fs::write(reminder(path), identity(&metadata));
    }
}

/// Whether the check sum of the file was right when it was last opened, and the file has not changed since.
pub(super) fn is_remembered(path: &Path, file: &File) -> bool {
    let known = std::fs::read_to_string(reminder(path));
    matches!((known, file.metadata()), (Ok(known), Ok(metadata)) if known == identity(&metadata))
}

/// Notes that a file which was checked is used: what was used longest ago is removed first.
pub(super) fn note_use(path: &Path) {
    let reminder = File::options().append(true).open(reminder(path));
    let _ = reminder.and_then(|file| file.set_modified(SystemTime::now()));
}

/// Length, times of change and number of a file.
fn identity(metadata: &std::fs::Metadata) -> String {
    let changed = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let changed = changed.map_or(0, |since| since.as_nanos());
    format!("{} {changed} {}\n", metadata.len(), numbers(metadata))
}

/// Device, number, and the time of change in the system, which no program can set.
#[cfg(unix)]
fn numbers(metadata: &std::fs::Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    format!("{} {} {}.{:09}", metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn numbers(_metadata: &std::fs::Metadata) -> String {
    String::new()
}
