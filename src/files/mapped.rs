//! A file mapped into memory: opening it costs nothing, and only the pages that are used are read.

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::ops::Range;

/// The bytes of a file that is mapped, read only.
pub struct Mapped(memmap2::Mmap);

impl Mapped {
    /// Maps the whole file. Map only files that are written beside their final path and then renamed, never changed
    /// in place.
    ///
    /// # Errors
    /// If the system cannot map it.
    #[expect(unsafe_code, reason = "a map of a file; what is read from it is checked against its bounds")]
    pub fn new(file: &File) -> io::Result<Mapped> {
        // SAFETY: our files are written beside their path and renamed, so a mapped file never changes. If somebody
        // truncates one anyway, the system ends the program; nothing is ever written through the map.
        unsafe { memmap2::Mmap::map(file) }.map(Mapped)
    }

    /// Maps a part of a file, as [`Mapped::new`] maps the whole.
    ///
    /// # Errors
    /// If the system cannot map it.
    #[expect(unsafe_code, reason = "a map of a file; what is read from it is checked against its bounds")]
    pub fn part(file: &File, part: &Range<usize>) -> io::Result<Mapped> {
        let mut options = memmap2::MmapOptions::new();
        options.offset(part.start as u64).len(part.len());
        // SAFETY: as above.
        unsafe { options.map(file) }.map(Mapped)
    }

    /// Copies bytes into memory that belongs to no file, aligned as a map is.
    ///
    /// # Errors
    /// If the system has no memory for it.
    pub fn copy(bytes: &[u8]) -> io::Result<Mapped> {
        let mut map = memmap2::MmapMut::map_anon(bytes.len().max(1))?;
        map.get_mut(..bytes.len()).unwrap_or_default().copy_from_slice(bytes);
        map.make_read_only().map(Mapped)
    }

    /// Maps one byte of memory that belongs to no file, for where there is nothing to read.
    ///
    /// # Errors
    /// If the system has no memory for it.
    pub fn empty() -> io::Result<Mapped> {
        memmap2::MmapMut::map_anon(1).and_then(memmap2::MmapMut::make_read_only).map(Mapped)
    }
}

impl Deref for Mapped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
