//! Files as they lie on disk → their bytes: plain, `.gz`, `.xz` or `.zip`, told apart by how they begin.

use super::Error;
use std::io::BufReader;
use std::io::Cursor;
use std::io::Read;
use std::io::Write;
use std::path::Path;

/// No file unpacks to more than this.
const MOST: u64 = 1 << 30;
/// Nor to more than this many times its packed size, once it is over `FREE`.
const RATIO: u64 = 400;
const FREE: u64 = 64 << 20;

/// Reads and unpacks a file.
///
/// # Errors
///
/// [`Error::File`] if it cannot be read, [`Error::Packed`] if it is damaged or unpacks to too much.
pub fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::File { path: path.display().to_string(), source };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes).map_err(failed)?;
    unpack(bytes)
}

/// Unpacks bytes; what is not packed comes back as it is. Of a `.zip` the largest file is taken.
///
/// # Errors
///
/// [`Error::Packed`] if they are damaged or unpack to too much.
pub fn unpack(bytes: Vec<u8>) -> Result<Vec<u8>, Error> {
    let limit = MOST.min((bytes.len() as u64).saturating_mul(RATIO).max(FREE));
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return read_bounded(flate2::read::MultiGzDecoder::new(&bytes[..]), limit);
    }
    if bytes.starts_with(&[0xfd, b'7', b'z', b'X', b'Z', 0]) {
        let mut out = Bounded { bytes: Vec::new(), limit };
        lzma_rs::xz_decompress(&mut BufReader::new(&bytes[..]), &mut out).map_err(|error| packed(&error))?;
        return Ok(out.bytes);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return unpack_zip(&bytes, limit);
    }
    Ok(bytes)
}

fn unpack_zip(bytes: &[u8], limit: u64) -> Result<Vec<u8>, Error> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| packed(&error))?;
    let mut largest: Option<(u64, usize)> = None;
    for place in 0..archive.len() {
        let file = archive.by_index(place).map_err(|error| packed(&error))?;
        if file.is_file() && largest.is_none_or(|(size, _)| file.size() > size) {
            largest = Some((file.size(), place));
        }
    }
    let (_, place) = largest.ok_or_else(|| Error::Packed("there is no file in it".to_owned()))?;
    read_bounded(archive.by_index(place).map_err(|error| packed(&error))?, limit)
}

fn read_bounded(reader: impl Read, limit: u64) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    reader.take(limit + 1).read_to_end(&mut out).map_err(|error| packed(&error))?;
    if out.len() as u64 > limit { Err(packed(&TOO_MUCH)) } else { Ok(out) }
}

const TOO_MUCH: &str = "it unpacks to more than is allowed";

fn packed(error: &dyn std::fmt::Display) -> Error {
    Error::Packed(error.to_string())
}

/// Takes bytes up to a limit.
struct Bounded {
    bytes: Vec<u8>,
    limit: u64,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if (self.bytes.len() + bytes.len()) as u64 > self.limit {
            return Err(std::io::Error::other(TOO_MUCH));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn packed_and_plain_give_the_same() {
        let text = b"00001 A00     0 Cholera".to_vec();
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gz.write_all(&text).unwrap();
        let mut xz = Vec::new();
        lzma_rs::xz_compress(&mut &text[..], &mut xz).unwrap();
        assert_eq!(unpack(gz.finish().unwrap()).unwrap(), text);
        assert_eq!(unpack(xz).unwrap(), text);
        assert_eq!(unpack(text.clone()).unwrap(), text);
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused() {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gz.write_all(&vec![0; 80 << 20]).unwrap();
        assert!(unpack(gz.finish().unwrap()).is_err());
    }
}
