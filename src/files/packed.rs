//! Packed files, unpacked as a stream or as a whole. What they are packed with is decided by their first bytes.

use super::error::Error;
use super::sheet;
use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::BlockDecodingStrategy;
use ruzstd::decoding::FrameDecoder;
use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::errors::ReadFrameHeaderError;
use std::fs::File;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Cursor;
use std::io::Read;
use std::path::Path;

const GZIP: &[u8] = &[0x1F, 0x8B];
const XZ: &[u8] = &[0xFD, b'7', b'z', b'X', b'Z', 0];
const ZSTD: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];
pub(super) const ZIP: &[u8] = b"PK\x03\x04";

/// Bytes that one file may unpack to when it is read as a whole: 1 GiB.
pub const LARGEST: u64 = 1 << 30;
/// It may not unpack to more than this many times its packed size either, once that is over [`FREE`].
pub(super) const RATIO: u64 = 400;
/// Bytes that any file may unpack to, however small it is packed: 64 MiB.
pub(super) const FREE: u64 = 64 << 20;

/// A stream without its packing.
pub struct Unpacked {
    /// The content.
    pub reader: Box<dyn Read + Send>,
    /// Whether it was packed.
    pub is_packed: bool,
}

/// Takes gzip, xz or Zstandard off a stream; any other stream is passed on as it is. Memory stays bounded: it holds one window of
/// the format, never the whole content.
///
/// # Errors
/// If the first bytes cannot be read.
pub fn unpack(mut input: Box<dyn Read + Send>) -> io::Result<Unpacked> {
    let (first, error) = peek(&mut input, XZ.len());
    if let Some(error) = error {
        return Err(error);
    }
    let (is_gzip, is_xz, is_zstd) = (first.starts_with(GZIP), first.starts_with(XZ), first.starts_with(ZSTD));
    let whole = BufReader::with_capacity(64 << 10, Cursor::new(first).chain(input));
    let reader: Box<dyn Read + Send> = if is_gzip {
        Box::new(MultiGzDecoder::new(whole))
    } else if is_xz {
        Box::new(XzReader::new(whole, true))
    } else if is_zstd {
        Box::new(Frames::new(Box::new(whole)))
    } else {
        Box::new(whole)
    };
    Ok(Unpacked { reader, is_packed: is_gzip || is_xz || is_zstd })
}

/// Frames of Zstandard, one after the other.
struct Frames {
    input: Box<dyn BufRead + Send>,
    decoder: FrameDecoder,
    is_within: bool,
}

impl Frames {
    fn new(input: Box<dyn BufRead + Send>) -> Frames {
        Frames { input, decoder: FrameDecoder::new(), is_within: false }
    }

    /// Begins the next frame, or passes over one that holds no content.
    fn begin(&mut self) -> io::Result<()> {
        match self.decoder.init(&mut self.input) {
            Ok(()) => self.is_within = true,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                io::copy(&mut (&mut self.input).take(u64::from(length)), &mut io::sink())?;
            }
            Err(error) => return Err(damaged(&error)),
        }
        Ok(())
    }

    /// Ends a frame: its content is what its check sum says.
    fn end(&mut self) -> io::Result<()> {
        self.is_within = false;
        match (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum()) {
            (Some(written), Some(made)) if written != made => Err(damaged(&"the check sum is another")),
            _ => Ok(()),
        }
    }
}

impl Read for Frames {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.is_within {
                if self.input.fill_buf()?.is_empty() {
                    return Ok(0);
                }
                self.begin()?;
                continue;
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.input, one).map_err(|error| damaged(&error))?;
            }
            let count = self.decoder.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            self.end()?;
        }
    }
}

fn damaged(error: &dyn std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}

/// Reads the first bytes, at most `count`; fewer if there are no more, or if reading failed, which is then said.
pub fn peek(input: &mut (dyn Read + Send), count: usize) -> (Vec<u8>, Option<io::Error>) {
    let mut first = Vec::new();
    let error = input.take(count as u64).read_to_end(&mut first).err();
    (first, error)
}

/// Reads a file as a whole and unpacks it. A spreadsheet is its first sheet as CSV; from a `.zip` the largest file is taken.
///
/// # Errors
/// [`Error::File`] if it cannot be read, [`Error::Packed`] if it is damaged or unpacks to too much.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::File { path: path.display().to_string(), source };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LARGEST).read_to_end(&mut bytes)).map_err(failed)?;
    whole(bytes)
}

fn whole(bytes: Vec<u8>) -> Result<Vec<u8>, Error> {
    let limit = LARGEST.min((bytes.len() as u64).saturating_mul(RATIO).max(FREE));
    if sheet::is_sheet(&bytes) {
        return sheet::sheet(bytes, None);
    }
    if bytes.starts_with(ZIP) {
        return largest_of_zip(bytes, limit);
    }
    if ![GZIP, XZ, ZSTD].iter().any(|sign| bytes.starts_with(sign)) {
        return Ok(bytes);
    }
    let unpacked = unpack(Box::new(Cursor::new(bytes))).map_err(|error| packed(&error))?;
    read_bounded(unpacked.reader, limit)
}

fn largest_of_zip(bytes: Vec<u8>, limit: u64) -> Result<Vec<u8>, Error> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| packed(&error))?;
    let mut largest: Option<(u64, usize)> = None;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|error| packed(&error))?;
        if file.is_file() && largest.is_none_or(|(size, _)| file.size() > size) {
            largest = Some((file.size(), index));
        }
    }
    let (_, index) = largest.ok_or_else(|| Error::Packed("there is no file in it".to_owned()))?;
    read_bounded(archive.by_index(index).map_err(|error| packed(&error))?, limit)
}

fn read_bounded(reader: impl Read, limit: u64) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    reader.take(limit + 1).read_to_end(&mut out).map_err(|error| packed(&error))?;
    if out.len() as u64 > limit { Err(packed(&"it unpacks to more than is allowed")) } else { Ok(out) }
}

fn packed(error: &dyn std::fmt::Display) -> Error {
    Error::Packed(error.to_string())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::io::Write;

    fn gzip(text: &[u8], level: flate2::Compression) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), level);
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    }

    fn xz(text: &[u8]) -> Vec<u8> {
        let mut packer = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest)
    }

    #[test]
    fn packed_and_plain_give_the_same() {
        let text = b"00001 A00     0 Cholera".to_vec();
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in [("readme", &b"short"[..]), ("codes", &text)] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(content).unwrap();
        }
        let two: Vec<u8> = text.chunks(9).flat_map(zstd).collect();
        let packed =
            [gzip(&text, flate2::Compression::fast()), xz(&text), zstd(&text), two, zip.finish().unwrap().into_inner()];
        for bytes in packed {
            assert_eq!(whole(bytes).unwrap(), text);
        }
        assert_eq!(whole(text.clone()).unwrap(), text);
    }

    #[test]
    fn a_file_that_unpacks_to_too_much_is_refused() {
        let zeros = vec![0; 80 << 20];
        for bytes in [gzip(&zeros, flate2::Compression::best()), xz(&zeros), zstd(&zeros)] {
            assert!(matches!(whole(bytes), Err(Error::Packed(_))));
        }
    }

    #[test]
    fn a_file_that_is_cut_is_refused() {
        let noise: Vec<u8> = (0..5000_u32).map(|at| at.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
        for bytes in [gzip(&noise, flate2::Compression::fast()), xz(&noise), zstd(&noise)] {
            let half = bytes.get(..bytes.len() / 2).unwrap().to_vec();
            assert!(matches!(whole(half), Err(Error::Packed(_))));
        }
    }
}
