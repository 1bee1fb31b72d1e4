//! Why a file could not be read.

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
