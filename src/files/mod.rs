//! Files as they are on disk: packed with gzip, xz or zip, saved in some encoding, mapped into memory, or on their way to
//! their name; and what a run puts aside. Imports nothing.
//!
//! In: a path, a stream, an opened file. Out: the bytes inside it. What a file is packed with is decided by its first
//! bytes, never by its name.

mod archive;
mod decode;
mod draft;
mod error;
mod foreign;
mod key;
mod layout;
mod mapped;
mod packed;
mod quoting;
mod sheet;
mod sorter;
mod spool;
mod tidy;
mod trust;

pub use archive::Archive;
pub use archive::Content;
pub use archive::is_archive;
pub use decode::Decoded;
pub use decode::Encoding;
pub use decode::TextReader;
pub use decode::decode;
pub use draft::Draft;
pub use draft::Rights;
pub use draft::abandon_drafts;
pub use draft::replace;
pub use draft::sync_folder;
pub use error::Error;
pub use foreign::Foreign;
pub use foreign::foreign;
pub use key::Key;
pub use key::KeyError;
pub use key::kept_key;
pub use key::key;
pub use key::new_folder;
pub use key::own_folder;
pub use key::random_bytes;
pub use key::secret;
pub use layout::Layout;
pub use mapped::Mapped;
pub use packed::LARGEST;
pub use packed::Unpacked;
pub use packed::peek;
pub use packed::read;
pub use packed::unpack;
pub use quoting::Quoting;
pub use quoting::without_formula;
pub use sheet::Book;
pub use sheet::is_sheet;
pub use sheet::sheet;
pub use sorter::Sorted;
pub use sorter::Sorter;
pub use spool::Opened;
pub use spool::Spool;
pub use tidy::tidy;
pub use trust::Distrust;
pub use trust::trust_file;
pub use trust::trust_folder;
