//! Files as they are on disk: packed with gzip, xz or zip, or mapped into memory. Imports nothing.
//!
//! In: a path, a stream, an opened file. Out: the bytes inside it. What a file is packed with is decided by its first
//! bytes, never by its name.

mod error;
mod mapped;
mod packed;

pub use error::Error;
pub use mapped::Mapped;
pub use packed::Unpacked;
pub use packed::peek;
pub use packed::read;
pub use packed::unpack;
