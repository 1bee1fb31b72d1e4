//! Bytes that are kept as long as a run lasts: in memory while they are few, then sealed in a file that no folder names.

use super::key::random_bytes;
use chacha20poly1305::KeyInit;
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::XNonce;
use chacha20poly1305::aead::Aead;
use std::fs::File;
use std::io;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::io::Write;
use std::sync::Mutex;
use std::sync::PoisonError;

/// Bytes of a piece, which is sealed and opened as a whole.
const PIECE: usize = 64 << 10;
/// What sealing adds to a piece.
const TAG: usize = 16;
/// So many bytes stay in memory.
const IN_MEMORY: usize = 64 << 20;

/// Bytes that are added at the end and read anywhere. Nobody but this process can read what lies on the disk: the key is
/// made anew for each spool and kept in memory only.
pub struct Spool {
    /// The first pieces, each whole.
    pieces: Vec<Vec<u8>>,
    /// How many pieces may stay in memory.
    most: usize,
    /// The pieces after those.
    sealed: Option<Sealed>,
    /// What does not fill a piece yet.
    last: Vec<u8>,
}

/// A file of sealed pieces, each at its place.
struct Sealed {
    file: Mutex<File>,
    cipher: XChaCha20Poly1305,
    count: usize,
}

/// Where a reader of a spool is: the piece that it opened last.
#[derive(Default)]
pub struct Opened {
    number: Option<usize>,
    piece: Vec<u8>,
}

impl Default for Spool {
    fn default() -> Spool {
        Spool::keeping(IN_MEMORY)
    }
}

impl Spool {
    /// A spool of which at most so many bytes stay in memory.
    pub(super) fn keeping(bytes: usize) -> Spool {
        Spool { pieces: Vec::new(), most: bytes.div_ceil(PIECE), sealed: None, last: Vec::new() }
    }

    /// How many bytes there are.
    pub fn len(&self) -> u64 {
        let whole = self.pieces.len() + self.sealed.as_ref().map_or(0, |it| it.count);
        (whole * PIECE + self.last.len()) as u64
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds bytes at the end.
    ///
    /// # Errors
    /// The file of what does not stay in memory cannot be made or written.
    pub fn append(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let room = PIECE - self.last.len();
            let (now, rest) = bytes.split_at(room.min(bytes.len()));
            self.last.extend_from_slice(now);
            bytes = rest;
            if self.last.len() == PIECE {
                self.put_away()?;
            }
        }
        Ok(())
    }

    fn put_away(&mut self) -> io::Result<()> {
        if self.pieces.len() < self.most {
            self.pieces.push(std::mem::take(&mut self.last));
            return Ok(());
        }
        let sealed = match &mut self.sealed {
            Some(sealed) => sealed,
            none => none.insert(Sealed::new()?),
        };
        sealed.push(&self.last)?;
        self.last.clear();
        Ok(())
    }

    /// Copies `count` bytes from `start` on into `out`, which is emptied first; fewer at the end. `opened` makes reading on
    /// cheap.
    ///
    /// # Errors
    /// The file cannot be read, or is not as it was written.
    pub fn read(&self, start: u64, count: usize, opened: &mut Opened, out: &mut Vec<u8>) -> io::Result<()> {
        out.clear();
        let mut at = usize::try_from(start).map_err(io::Error::other)?;
        while out.len() < count {
            let piece = self.piece(at / PIECE, opened)?;
            let there = piece.get(at % PIECE..).unwrap_or_default();
            let there = there.get(..count - out.len()).unwrap_or(there);
            if there.is_empty() {
                break;
            }
            out.extend_from_slice(there);
            at += there.len();
        }
        Ok(())
    }

    fn piece<'s>(&'s self, number: usize, opened: &'s mut Opened) -> io::Result<&'s [u8]> {
        if let Some(piece) = self.pieces.get(number) {
            return Ok(piece);
        }
        let number = number - self.pieces.len();
        match &self.sealed {
            Some(sealed) if number < sealed.count => {
                if opened.number != Some(number) {
                    opened.piece = sealed.open(number)?;
                    opened.number = Some(number);
                }
                Ok(&opened.piece)
            }
            sealed => {
                let is_last = number == sealed.as_ref().map_or(0, |it| it.count);
                Ok(if is_last { &self.last } else { &[] })
            }
        }
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.append(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sealed {
    fn new() -> io::Result<Sealed> {
        let key = random_bytes()?;
        let cipher = XChaCha20Poly1305::new((&key).into());
        Ok(Sealed { file: Mutex::new(tempfile::tempfile()?), cipher, count: 0 })
    }

    /// Each piece has its number for a nonce: a key is used for one spool, and a piece is never written twice.
    fn nonce(number: usize) -> XNonce {
        let mut nonce = [0; 24];
        let number = (number as u64).to_le_bytes();
        nonce.iter_mut().zip(number).for_each(|(to, from)| *to = from);
        XNonce::from(nonce)
    }

    fn push(&mut self, piece: &[u8]) -> io::Result<()> {
        let sealed = self.cipher.encrypt(&Sealed::nonce(self.count), piece).map_err(io::Error::other)?;
        let file = self.file.get_mut().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start((self.count * (PIECE + TAG)) as u64))?;
        file.write_all(&sealed)?;
        self.count += 1;
        Ok(())
    }

    fn open(&self, number: usize) -> io::Result<Vec<u8>> {
        let mut sealed = vec![0; PIECE + TAG];
        {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start((number * (PIECE + TAG)) as u64))?;
            file.read_exact(&mut sealed)?;
        }
        self.cipher.decrypt(&Sealed::nonce(number), sealed.as_slice()).map_err(io::Error::other)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn filled(memory: usize, count: usize) -> (Spool, Vec<u8>) {
        let (mut spool, mut whole) = (Spool::keeping(memory), Vec::new());
        let mut random = fastrand::Rng::with_seed(7);
        while whole.len() < count {
            let next: Vec<u8> = (0..random.usize(1..30_000)).map(|_| random.u8(..)).collect();
            spool.append(&next).unwrap();
            whole.extend(next);
        }
        (spool, whole)
    }

    #[test]
    fn what_was_added_comes_back_from_memory_and_from_the_file() {
        for memory in [0, PIECE, 3 * PIECE, 100 * PIECE] {
            let (spool, whole) = filled(memory, 10 * PIECE);
            assert_eq!(spool.len(), whole.len() as u64);
            let (mut opened, mut out) = (Opened::default(), Vec::new());
            spool.read(0, whole.len() + 5, &mut opened, &mut out).unwrap();
            assert!(out == whole);
            let mut random = fastrand::Rng::with_seed(8);
            for _ in 0..200 {
                let start = random.usize(0..whole.len());
                let count = random.usize(0..(whole.len() - start).min(3 * PIECE));
                spool.read(start as u64, count, &mut opened, &mut out).unwrap();
                assert!(out == whole[start..start + count]);
            }
        }
    }

    #[test]
    fn what_lies_on_the_disk_says_nothing_and_cannot_be_changed() {
        let mut spool = Spool::keeping(0);
        spool.append(&b"Jane Invented ".repeat(PIECE)).unwrap();
        let sealed = spool.sealed.as_ref().unwrap();
        let mut there = Vec::new();
        let mut file = sealed.file.lock().unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.read_to_end(&mut there).unwrap();
        assert!(there.len() >= PIECE && !there.windows(4).any(|four| four == b"Jane"));
        file.seek(SeekFrom::Start(100)).unwrap();
        let changed = there[100] ^ 1;
        file.write_all(&[changed]).unwrap();
        drop(file);
        assert!(spool.read(0, 10, &mut Opened::default(), &mut Vec::new()).is_err());
    }
}
