//! Files as they are on disk: packed with gzip, xz or zip, or mapped into memory. Imports nothing.
//!
//! In: a path, a stream, an opened file. Out: the bytes inside it. What a file is packed with is decided by its first
//! bytes, never by its name.

mod mapped;
mod packed;

pub use mapped::Mapped;
pub use packed::Unpacked;
pub use packed::peek;
pub use packed::read;
pub use packed::unpack;

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is not there or cannot be read.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// The error of the system.
        source: std::io::Error,
    },
    /// A packed file is damaged, holds no file, or would unpack to more than is allowed.
    #[error("cannot be unpacked: {0}")]
    Packed(String),
}
