//! Ready pieces of registries, kept from one build to the next.
//!
//! A registry is put together from *segments*: one per imported release, one per code set, and what the domains
//! themselves say. Each segment is a function of its inputs alone, so it is kept under the hash of them and of the
//! program that made it. After an edit of a domain, only the segments whose inputs changed are made again; the others
//! are read back. A registry file holds copies of the segments it needs and never refers to this store.

use crate::files;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::time::SystemTime;

/// What a segment is kept under: a hash of everything it was made from.
pub type Key = [u8; 32];

/// Bytes that the kept segments may take together; the least recently used are removed first.
///
/// All official releases known to the shipped domains need about 100 MB.
const MOST_BYTES: u64 = 512 << 20;
/// The ending of a segment's file.
const ENDING: &str = "segment";

/// A store of segments. Losing one costs time and nothing else, so no error of the store stops a build.
#[derive(Debug)]
pub struct Segments {
    /// Where they are kept; `None` keeps nothing.
    folder: Option<PathBuf>,
    /// Hash of the program: another program may lay the same inputs out differently.
    program: Key,
}

impl Segments {
    /// Keeps nothing and finds nothing.
    pub const fn none() -> Segments {
        Segments { folder: None, program: [0; 32] }
    }

    /// Keeps segments in a folder, which is made when the first one is kept. `program` is a hash that changes with every
    /// build of the program.
    pub fn in_folder(folder: PathBuf, program: Key) -> Segments {
        Segments { folder: Some(folder), program }
    }

    /// Whether segments are kept at all: only then is it worth hashing the inputs.
    pub fn is_kept(&self) -> bool {
        self.folder.is_some()
    }

    /// The key of a segment: a hash of its kind, the program, and its inputs in order. The length of each input is hashed
    /// too, so that two lists of inputs never run into the same bytes.
    pub fn key<'a>(&self, kind: &'a str, inputs: impl IntoIterator<Item = &'a [u8]>) -> Key {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.program);
        for input in std::iter::once(kind.as_bytes()).chain(inputs) {
            hasher.update(&(input.len() as u64).to_le_bytes());
            hasher.update(input);
        }
        *hasher.finalize().as_bytes()
    }

    /// The segment that was kept under a key, or `None` if there is none or its file is damaged.
    pub fn find<T: DeserializeOwned>(&self, key: &Key) -> Option<T> {
        let path = self.path(key)?;
        let bytes = fs::read(&path).ok()?;
        let (sum, content) = bytes.split_at_checked(32)?;
        if sum != blake3::hash(content).as_bytes() {
            return None;
        }
        // The time of change is the time of last use: `tidy` removes the oldest first.
        let _ = fs::File::options().append(true).open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        postcard::from_bytes(content).ok()
    }

    /// Keeps a segment under a key. The file is written beside its path and renamed, so that nobody reads half of it.
    pub fn keep<T: Serialize>(&self, key: &Key, segment: &T) {
        let (Some(path), Ok(content)) = (self.path(key), postcard::to_stdvec(segment)) else { return };
        let Some(folder) = path.parent() else { return };
        let _ = fs::create_dir_all(folder);
        let beside = path.with_extension(format!("{}.part", std::process::id()));
        let written = fs::File::create(&beside).and_then(|mut file| {
            file.write_all(blake3::hash(&content).as_bytes())?;
            file.write_all(&content)
        });
        if written.and_then(|()| fs::rename(&beside, &path)).is_err() {
            let _ = fs::remove_file(&beside);
        }
    }

    /// The kept segment, or a new one that is kept for the next build.
    pub fn find_or<T: Serialize + DeserializeOwned>(&self, key: &Key, make: impl FnOnce() -> T) -> T {
        self.find(key).unwrap_or_else(|| {
            let segment = make();
            self.keep(key, &segment);
            segment
        })
    }

    /// Removes the least recently used segments until the rest takes no more than 512 MiB.
    pub fn tidy(&self) {
        if let Some(folder) = &self.folder {
            files::tidy(folder, ENDING, "", MOST_BYTES);
        }
    }

    fn path(&self, key: &Key) -> Option<PathBuf> {
        let name = blake3::Hash::from_bytes(*key).to_hex();
        Some(self.folder.as_ref()?.join(format!("{name}.{ENDING}")))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use std::path::Path;

    fn store(folder: &Path) -> Segments {
        Segments::in_folder(folder.to_path_buf(), [7; 32])
    }

    #[test]
    fn a_segment_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let segments = store(folder.path());
        let key = segments.key("release", [b"a".as_slice()]);
        assert_eq!(segments.find_or(&key, || "made".to_owned()), "made");
        assert_eq!(segments.find_or(&key, || "made again".to_owned()), "made");
    }

    #[test]
    fn a_damaged_segment_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let segments = store(folder.path());
        let key = segments.key("release", []);
        segments.keep(&key, &"made".to_owned());
        let path = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        let whole = fs::read(&path).unwrap();
        for place in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[place] ^= 1;
            fs::write(&path, &bytes).unwrap();
            assert_eq!(segments.find::<String>(&key), None, "byte {place}");
            fs::write(&path, &whole[..place]).unwrap();
            assert_eq!(segments.find::<String>(&key), None, "cut at {place}");
        }
        assert_eq!(segments.find_or(&key, || "made again".to_owned()), "made again");
    }

    #[test]
    fn a_key_tells_kinds_programs_and_the_ends_of_inputs_apart() {
        let segments = Segments::none();
        let other = Segments { folder: None, program: [1; 32] };
        let keys = [
            segments.key("set", [b"ab".as_slice(), b"c"]),
            segments.key("set", [b"a".as_slice(), b"bc"]),
            segments.key("set", [b"abc".as_slice()]),
            segments.key("release", [b"ab".as_slice(), b"c"]),
            other.key("set", [b"ab".as_slice(), b"c"]),
        ];
        for (number, key) in keys.iter().enumerate() {
            assert!(keys.iter().skip(number + 1).all(|later| later != key), "{number}");
        }
    }

    #[test]
    fn the_least_recently_used_segments_go_first() {
        let folder = tempfile::tempdir().unwrap();
        let segments = store(folder.path());
        let keys: Vec<Key> = (0..4u8).map(|number| segments.key("set", [[number].as_slice()])).collect();
        for (age, key) in keys.iter().enumerate() {
            segments.keep(key, &vec![0u8; 100]);
            let seconds = 1_000 - age as u64;
            let file = fs::File::options().append(true).open(segments.path(key).unwrap()).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds)).unwrap();
        }
        assert!(segments.find::<Vec<u8>>(&keys[3]).is_some(), "using a segment makes it young");
        files::tidy(folder.path(), ENDING, "", 200);
        let kept: Vec<bool> = keys.iter().map(|key| segments.find::<Vec<u8>>(key).is_some()).collect();
        assert_eq!(kept, [true, false, false, true]);
    }

    #[test]
    fn a_folder_that_cannot_be_written_costs_only_time() {
        let segments = Segments::in_folder(PathBuf::from("/dev/null/segments"), [0; 32]);
        let key = segments.key("set", []);
        assert_eq!(segments.find_or(&key, || 1u8), 1);
        assert_eq!(segments.find_or(&key, || 2u8), 2);
        segments.tidy();
    }
}
