//! Zip archives around the files of somebody's export: each file in one is read as a stream of its own.
//!
//! The list of files stands at the end of an archive, so that its content has to be seekable. Nothing is unpacked before
//! it is read, and what is unpacked is never held as a whole.

use flate2::Crc;
use flate2::read::DeflateDecoder;
use std::io;
use std::io::BufReader;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use super::packed::FREE;
use super::packed::RATIO;
use super::packed::ZIP;
use super::sheet;

/// Files that one archive may hold.
const MOST_FILES: usize = 256;

/// What an archive is read from.
pub trait Content: Read + Seek + Send {}

impl<T: Read + Seek + Send> Content for T {}

/// An opened archive.
pub struct Archive {
    content: Arc<Mutex<Box<dyn Content>>>,
    members: Vec<Member>,
}

/// Where a file stands in the archive.
struct Member {
    name: String,
    start: u64,
    packed_size: u64,
    size: u64,
    sum: u32,
    is_deflated: bool,
}

/// Whether a file begins as an archive does that is no spreadsheet.
pub fn is_archive(first: &[u8]) -> bool {
    first.starts_with(ZIP) && !sheet::is_sheet(first)
}

impl Archive {
    /// Reads the list of files, and refuses an archive that cannot be read to its end.
    ///
    /// # Errors
    /// If it is damaged, encrypted, packed in another way than people's programs do, or would unpack to too much; or if there is
    /// no file in it or too many.
    pub fn open(content: Box<dyn Content>) -> io::Result<Archive> {
        let mut archive = zip::ZipArchive::new(content).map_err(|error| wrong(&error))?;
        if archive.has_overlapping_files().map_err(|error| wrong(&error))? {
            return Err(wrong(&"the archive says of one part that it is several files"));
        }
        let mut members = Vec::new();
        for index in 0..archive.len() {
            let file = archive.by_index_raw(index).map_err(|error| wrong(&error))?;
            if file.is_file() && file.size() > 0 && !is_hidden(file.name()) {
                members.push(member(&file)?);
            }
            if members.len() > MOST_FILES {
                return Err(wrong(&"the archive holds more than 256 files"));
            }
        }
        if members.is_empty() {
            return Err(wrong(&"the archive holds no file that says anything"));
        }
        Ok(Archive { content: Arc::new(Mutex::new(archive.into_inner())), members })
    }

    /// The files with their names, in the order of the archive, each unpacked as it is read.
    pub fn files(&self) -> impl Iterator<Item = (&str, Box<dyn Read + Send>)> {
        self.members.iter().map(|member| {
            let part = Part { content: Arc::clone(&self.content), position: member.start, left: member.packed_size };
            let part = BufReader::with_capacity(16 << 10, part);
            let unpacked: Box<dyn Read + Send> =
                if member.is_deflated { Box::new(DeflateDecoder::new(part)) } else { Box::new(part) };
            let checked = Checked { unpacked, left: member.size, sum: member.sum, crc: Crc::new() };
            (member.name.as_str(), Box::new(checked) as Box<dyn Read + Send>)
        })
    }
}

/// What programs of some systems put beside the files that people pack.
fn is_hidden(name: &str) -> bool {
    name.split(['/', '\\']).any(|part| (part.starts_with('.') && !matches!(part, "." | "..")) || part == "__MACOSX")
}

fn member<R: Read>(file: &zip::read::ZipFile<'_, R>) -> io::Result<Member> {
    if file.encrypted() {
        return Err(wrong(&"the archive is encrypted: unpack it with its password first"));
    }
    let is_deflated = match file.compression() {
        zip::CompressionMethod::Stored => false,
        zip::CompressionMethod::Deflated => true,
        _ => return Err(wrong(&"the archive is packed in another way than `deflate`: unpack it first")),
    };
    let (size, packed_size) = (file.size(), file.compressed_size());
    if size > packed_size.saturating_mul(RATIO).max(FREE) {
        return Err(wrong(&"a file of the archive unpacks to more than is allowed"));
    }
    let name = file.name().to_owned();
    Ok(Member { name, start: file.data_start(), packed_size, size, sum: file.crc32(), is_deflated })
}

fn wrong(why: &dyn std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_string())
}

/// Some bytes of a content that others read, too.
struct Part {
    content: Arc<Mutex<Box<dyn Content>>>,
    position: u64,
    left: u64,
}

impl Read for Part {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let room = buffer.get_mut(..most).unwrap_or_default();
        if room.is_empty() {
            return Ok(0);
        }
        let mut content = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        content.seek(SeekFrom::Start(self.position))?;
        let count = content.read(room)?;
        self.position += count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}

/// A file that has to be as long as the archive says, and to have its check sum.
struct Checked {
    unpacked: Box<dyn Read + Send>,
    left: u64,
    sum: u32,
    crc: Crc,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.unpacked.read(buffer)?;
        self.crc.update(buffer.get(..count).unwrap_or_default());
        self.left = self.left.checked_sub(count as u64).ok_or_else(damaged)?;
        let is_cut = count == 0 && !buffer.is_empty() && self.left > 0;
        let is_other = self.left == 0 && self.crc.sum() != self.sum;
        if is_cut || is_other { Err(damaged()) } else { Ok(count) }
    }
}

fn damaged() -> io::Error {
    wrong(&"a file of the archive is damaged")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::io::Cursor;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn read(bytes: Vec<u8>) -> io::Result<Vec<Vec<u8>>> {
        let archive = Archive::open(Box::new(Cursor::new(bytes)))?;
        let whole = |mut file: Box<dyn Read + Send>| {
            let mut out = Vec::new();
            file.read_to_end(&mut out).map(|_| out)
        };
        archive.files().map(|(_, file)| whole(file)).collect()
    }

    fn refused(bytes: Vec<u8>) -> String {
        read(bytes).unwrap_err().to_string()
    }

    #[test]
    fn files_are_unpacked_in_their_order_and_those_of_the_system_left_out() {
        let long = b"a line of an export\n".repeat(5000);
        let files: [(&str, &[u8]); 5] =
            [("b.csv", &long), ("__MACOSX/._b.csv", b"x"), (".DS_Store", b"x"), ("empty", b""), ("in/a.csv", b"other")];
        let bytes = packed(&files);
        assert!(is_archive(&bytes));
        assert_eq!(read(bytes).unwrap(), [long, b"other".to_vec()]);
    }

    #[test]
    fn two_files_may_be_read_in_turns() {
        let (one, two) = (b"1".repeat(100_000), b"2".repeat(100_000));
        let archive = Archive::open(Box::new(Cursor::new(packed(&[("1", &one), ("2", &two)])))).unwrap();
        let mut files: Vec<_> = archive.files().map(|(_, file)| file).collect();
        let mut read = [Vec::new(), Vec::new()];
        for _ in 0..1000 {
            for (file, out) in files.iter_mut().zip(&mut read) {
                file.take(100).read_to_end(out).unwrap();
            }
        }
        assert_eq!(read, [one, two]);
    }

    #[test]
    fn an_archive_that_cannot_be_read_to_its_end_is_refused() {
        let zeros = vec![0; 80 << 20];
        assert_eq!(refused(packed(&[("zeros", &zeros)])), "a file of the archive unpacks to more than is allowed");
        assert_eq!(refused(packed(&[("empty", b"")])), "the archive holds no file that says anything");
        let many: Vec<String> = (0..300).map(|it| it.to_string()).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
        assert_eq!(refused(packed(&many)), "the archive holds more than 256 files");
        let whole = packed(&[("a", b"some words of a file")]);
        assert!(read(whole.get(..whole.len() / 2).unwrap().to_vec()).is_err());
    }

    /// The bytes of an archive with something else at some places from the beginning of a name on.
    fn changed(bytes: &[u8], sign: &[u8], at: usize, new: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        let places: Vec<usize> = memchr::memmem::find_iter(&bytes, sign).collect();
        for place in places {
            bytes.get_mut(place + at..place + at + new.len()).unwrap().copy_from_slice(new);
        }
        bytes
    }

    #[test]
    fn an_encrypted_archive_says_so() {
        let plain = packed(&[("a.csv", b"some words of a file")]);
        // The first of the general flags, in the list of files and before the file.
        let listed = changed(&plain, b"PK\x01\x02", 8, &[1, 0]);
        let both = changed(&listed, b"PK\x03\x04", 6, &[1, 0]);
        assert_eq!(refused(both), "the archive is encrypted: unpack it with its password first");
    }

    #[test]
    fn a_file_that_is_not_what_the_archive_says_is_damaged() {
        let plain = packed(&[("a.csv", b"some words of a file")]);
        let other_sum = changed(&plain, b"PK\x01\x02", 16, &[1, 2, 3, 4]);
        assert_eq!(refused(other_sum), "a file of the archive is damaged");
        let longer = changed(&plain, b"PK\x01\x02", 24, &[99, 0, 0, 0]);
        assert_eq!(refused(longer), "a file of the archive is damaged");
    }
}
