//! Files packed with gzip or xz, unpacked as they are read. What they are is seen from their first bytes.

use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;
use std::io;
use std::io::BufReader;
use std::io::Cursor;
use std::io::Read;

const GZIP: &[u8] = &[0x1F, 0x8B];
const XZ: &[u8] = &[0xFD, b'7', b'z', b'X', b'Z', 0];

/// A stream without its packing.
pub(super) struct Unpacked {
    /// The content.
    pub reader: Box<dyn Read + Send>,
    /// Whether it was packed.
    pub is_packed: bool,
}

/// Takes the packing off, if there is one. Memory stays bounded: a window of the format, never the whole.
pub(super) fn unpack(mut input: Box<dyn Read + Send>) -> io::Result<Unpacked> {
    let (first, error) = peek(&mut input, XZ.len());
    if let Some(error) = error {
        return Err(error);
    }
    let (is_gzip, is_xz) = (first.starts_with(GZIP), first.starts_with(XZ));
    let whole = BufReader::with_capacity(64 << 10, Cursor::new(first).chain(input));
    let reader: Box<dyn Read + Send> = if is_gzip {
        Box::new(MultiGzDecoder::new(whole))
    } else if is_xz {
        Box::new(XzReader::new(whole, true))
    } else {
        Box::new(whole)
    };
    Ok(Unpacked { reader, is_packed: is_gzip || is_xz })
}

/// The first bytes, at most `count`: fewer if there are no more, or reading failed.
pub(super) fn peek(input: &mut (dyn Read + Send), count: usize) -> (Vec<u8>, Option<io::Error>) {
    let mut first = Vec::new();
    let error = input.take(count as u64).read_to_end(&mut first).err();
    (first, error)
}

/// Says once again that reading failed, after what was read before.
pub(super) struct Failed(pub Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
