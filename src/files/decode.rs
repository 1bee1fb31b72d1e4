//! Text files as people save them → UTF-8: with and without a byte-order mark, UTF-16, Windows-1252.
//!
//! Nobody says how a file was saved, so it is decided by looking: the mark at its beginning, then the zeros that UTF-16 has
//! in every Latin letter, then whether what is not ASCII is UTF-8. What is none of these is Windows-1252, in which every
//! byte is a letter: spreadsheets save so.

use encoding_rs::CoderResult;
use std::borrow::Cow;
use std::io;
use std::io::Read;

/// So many bytes are read at once, and looked at.
const BLOCK: usize = 64 << 10;
/// So much of the beginning decides whether it is UTF-16.
const BEGINNING: usize = 8 << 10;

/// How the letters of a text stand as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding(&'static encoding_rs::Encoding);

impl Encoding {
    /// UTF-8, with or without a mark.
    pub const UTF_8: Encoding = Encoding(encoding_rs::UTF_8);
    /// Windows-1252, which has all letters of Latin-1 too.
    pub const WINDOWS_1252: Encoding = Encoding(encoding_rs::WINDOWS_1252);
    const UTF_16LE: Encoding = Encoding(encoding_rs::UTF_16LE);
    const UTF_16BE: Encoding = Encoding(encoding_rs::UTF_16BE);

    /// An encoding by the name that it has in the Encoding Standard, such as `utf-16le` or `iso-8859-2`.
    pub fn named(name: &str) -> Option<Encoding> {
        encoding_rs::Encoding::for_label(name.as_bytes()).map(Encoding)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The encoding of a text of which this is the beginning. `is_whole` if it is all of it.
    pub fn of(first: &[u8], is_whole: bool) -> Encoding {
        match Encoding::of_beginning(first) {
            Some((encoding, _)) => encoding,
            None if looks_like_utf8(first, is_whole) => Encoding::UTF_8,
            None => Encoding::WINDOWS_1252,
        }
    }

    /// What the mark or the zeros of the first bytes say, and how long the mark is.
    fn of_beginning(first: &[u8]) -> Option<(Encoding, usize)> {
        if let Some((encoding, length)) = encoding_rs::Encoding::for_bom(first) {
            return Some((Encoding(encoding), length));
        }
        let first = first.get(..BEGINNING).unwrap_or(first);
        let zeros = |at: usize| first.iter().skip(at).step_by(2).filter(|byte| **byte == 0).count();
        let (high, low, pairs) = (zeros(0), zeros(1), first.len() / 2);
        let (most, few) = (pairs * 7 / 10, pairs / 10);
        match pairs {
            0 | 1 => None,
            _ if low > most && high <= few => Some((Encoding::UTF_16LE, 0)),
            _ if high > most && low <= few => Some((Encoding::UTF_16BE, 0)),
            _ => None,
        }
    }
}

/// A text as UTF-8.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text, without a mark. What cannot be read in its encoding is U+FFFD.
    pub text: Cow<'a, str>,
    /// How it stood in the file.
    pub encoding: Encoding,
}

/// Decodes a whole text, in the encoding that is given or the one that it has by its looks.
pub fn decode(bytes: &[u8], encoding: Option<Encoding>) -> Decoded<'_> {
    let encoding = encoding.unwrap_or_else(|| Encoding::of(bytes, true));
    let (text, _) = encoding.0.decode_with_bom_removal(bytes);
    Decoded { text, encoding }
}

/// Whether what is not ASCII is UTF-8: one broken letter among many does not make it another encoding, because then the
/// reader can name the row that is broken.
fn looks_like_utf8(bytes: &[u8], is_whole: bool) -> bool {
    let (mut letters, mut faults) = (0, 0);
    let mut left = bytes.len();
    for chunk in bytes.utf8_chunks() {
        letters += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        left -= chunk.valid().len() + chunk.invalid().len();
        let is_cut = !is_whole && left == 0 && is_beginning(chunk.invalid());
        faults += usize::from(!chunk.invalid().is_empty() && !is_cut);
    }
    faults <= letters
}

/// Whether more bytes could make a letter of these.
fn is_beginning(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

/// Reads any text as UTF-8, as it comes: memory holds one block, never the whole text.
///
/// A byte that is not ASCII may come late. Until it comes, the text is the same in UTF-8 and Windows-1252, so the decision
/// is made there. UTF-8 is passed on as it is: broken letters too, so that whoever reads on can name the row.
pub struct TextReader<R> {
    input: R,
    /// What the caller said; else it is decided by looking.
    given: Option<Encoding>,
    state: State,
    /// Bytes of the input that are not yet passed on: `block[start..end]`.
    block: Vec<u8>,
    start: usize,
    end: usize,
    is_at_end: bool,
}

enum State {
    /// Nothing was read.
    Begin,
    /// All that was read is ASCII.
    Ascii,
    /// The input is passed on.
    Utf8,
    /// The input is decoded; what is decoded and not yet passed on stands in `text[at..]`.
    Other { decoder: Box<encoding_rs::Decoder>, text: Vec<u8>, at: usize, is_done: bool },
}

impl<R: Read> TextReader<R> {
    /// Reads in the encoding that is given, or in the one that the text has by its looks.
    pub fn new(input: R, encoding: Option<Encoding>) -> TextReader<R> {
        let state = State::Begin;
        TextReader { input, given: encoding, state, block: Vec::new(), start: 0, end: 0, is_at_end: false }
    }

    /// The encoding as far as it is decided: everything so far may be ASCII.
    pub fn encoding(&self) -> Option<Encoding> {
        match &self.state {
            State::Begin | State::Ascii => None,
            State::Utf8 => Some(Encoding::UTF_8),
            State::Other { decoder, .. } => Some(Encoding(decoder.encoding())),
        }
    }

    /// The bytes that are read and not yet passed on.
    fn waiting(&self) -> &[u8] {
        self.block.get(self.start..self.end).unwrap_or_default()
    }

    /// Reads once more behind what is waiting.
    fn read_more(&mut self) -> io::Result<()> {
        self.block.copy_within(self.start..self.end, 0);
        (self.end, self.start) = (self.end - self.start, 0);
        self.block.resize(BLOCK, 0);
        let count = loop {
            match self.input.read(self.block.get_mut(self.end..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        self.end += count;
        self.is_at_end = count == 0;
        Ok(())
    }

    fn read_beginning(&mut self) -> io::Result<()> {
        while self.end < BEGINNING && !self.is_at_end {
            self.read_more()?;
        }
        let looks = Encoding::of_beginning(self.waiting());
        if let Some((encoding, mark)) = looks
            && self.given.is_none_or(|given| given == encoding)
        {
            self.start += mark;
        }
        self.state = self.given.or(looks.map(|(encoding, _)| encoding)).map_or(State::Ascii, State::of);
        Ok(())
    }

    /// The ASCII that is waiting. If there is none, the first other byte decides what the encoding is.
    fn ascii(&mut self) -> io::Result<usize> {
        if self.waiting().is_empty() && !self.is_at_end {
            self.read_more()?;
        }
        let length = self.waiting().iter().take_while(|byte| byte.is_ascii()).count();
        if length == 0 && !self.waiting().is_empty() {
            // A letter that is cut by the end of a block is seen whole first.
            while self.waiting().len() < 4 && !self.is_at_end {
                self.read_more()?;
            }
            self.state = State::of(Encoding::of(self.waiting(), self.is_at_end));
        }
        Ok(length)
    }

    fn pass_on(&mut self, buffer: &mut [u8], most: usize) -> usize {
        let waiting = self.block.get(self.start..self.end).unwrap_or_default();
        let count = waiting.len().min(buffer.len()).min(most);
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), waiting.get(..count)) {
            to.copy_from_slice(from);
        }
        self.start += count;
        count
    }

    /// Decodes what is waiting, or reads on, until there is text or the end.
    fn decode(&mut self) -> io::Result<()> {
        if self.waiting().is_empty() && !self.is_at_end {
            self.read_more()?;
        }
        let State::Other { decoder, text, at, is_done } = &mut self.state else { return Ok(()) };
        let waiting = self.block.get(self.start..self.end).unwrap_or_default();
        text.resize(BLOCK, 0);
        let (result, taken, wrote, _) = decoder.decode_to_utf8(waiting, text, self.is_at_end);
        text.truncate(wrote);
        *at = 0;
        self.start += taken;
        *is_done = self.is_at_end && result == CoderResult::InputEmpty;
        Ok(())
    }
}

impl State {
    fn of(encoding: Encoding) -> State {
        if encoding == Encoding::UTF_8 {
            return State::Utf8;
        }
        let decoder = Box::new(encoding.0.new_decoder_without_bom_handling());
        State::Other { decoder, text: Vec::new(), at: 0, is_done: false }
    }
}

impl<R: Read> Read for TextReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match &mut self.state {
                State::Begin => self.read_beginning()?,
                State::Ascii => {
                    let length = self.ascii()?;
                    if length > 0 || (self.is_at_end && self.waiting().is_empty()) {
                        return Ok(self.pass_on(buffer, length));
                    }
                }
                State::Utf8 if self.start == self.end => return self.input.read(buffer),
                State::Utf8 => return Ok(self.pass_on(buffer, usize::MAX)),
                State::Other { text, at, is_done, .. } => {
                    let count = text.get(*at..).unwrap_or_default().read(buffer)?;
                    *at += count;
                    if count > 0 || *is_done {
                        return Ok(count);
                    }
                    self.decode()?;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const TEXT: &str = "code;título\nA;Ruido – música “alta”\nB;10 € Gebühr\n";

    fn utf16(text: &str, order: fn(u16) -> [u8; 2], mark: &str) -> Vec<u8> {
        format!("{mark}{text}").encode_utf16().flat_map(order).collect()
    }

    fn windows_1252(text: &str) -> Vec<u8> {
        encoding_rs::WINDOWS_1252.encode(text).0.into_owned()
    }

    /// Gives bytes in small pieces, as a pipe does.
    struct Drip<'a>(&'a [u8], usize);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(buffer.len());
            (&mut self.0).take(count as u64).read(buffer)
        }
    }

    fn streamed(bytes: &[u8], step: usize) -> Vec<u8> {
        let mut out = Vec::new();
        TextReader::new(Drip(bytes, step), None).read_to_end(&mut out).unwrap();
        out
    }

    fn ways() -> Vec<(&'static str, Vec<u8>)> {
        vec![
            ("UTF-8", TEXT.as_bytes().to_vec()),
            ("UTF-8", format!("\u{feff}{TEXT}").into_bytes()),
            ("UTF-16LE", utf16(TEXT, u16::to_le_bytes, "\u{feff}")),
            ("UTF-16BE", utf16(TEXT, u16::to_be_bytes, "\u{feff}")),
            ("UTF-16LE", utf16(TEXT, u16::to_le_bytes, "")),
            ("UTF-16BE", utf16(TEXT, u16::to_be_bytes, "")),
            ("windows-1252", windows_1252(TEXT)),
        ]
    }

    #[test]
    fn a_text_is_the_same_however_it_was_saved() {
        for (name, bytes) in ways() {
            let decoded = decode(&bytes, None);
            assert_eq!((decoded.text.as_ref(), decoded.encoding.name()), (TEXT, name));
            for step in [1, 2, 3, 7, BLOCK] {
                assert_eq!(streamed(&bytes, step), TEXT.as_bytes(), "{name} in steps of {step}");
            }
        }
    }

    #[test]
    fn the_first_other_letter_may_come_late() {
        let long = "Traffic stop,2026\n".repeat(20_000);
        for pad in 0..4 {
            let text = format!("{}{long}Peña\n", "x".repeat(pad));
            assert_eq!(streamed(text.as_bytes(), 999), text.as_bytes());
            assert_eq!(streamed(&windows_1252(&text), 999), text.as_bytes());
        }
    }

    #[test]
    fn a_broken_letter_of_utf_8_is_passed_on_for_the_reader_to_name() {
        let mut bytes = "Peña, Núñez\n".as_bytes().to_vec();
        bytes.extend_from_slice(b"cut \xc3\n");
        assert_eq!(streamed(&bytes, 5), bytes);
        assert_eq!(decode(&bytes, None).text, "Peña, Núñez\ncut \u{fffd}\n");
    }

    #[test]
    fn an_encoding_can_be_said() {
        let named = Encoding::named("iso-8859-2");
        assert_eq!(decode(b"\xb1", named).text, "ą");
        let mut out = String::new();
        TextReader::new(&b"\xb1"[..], named).read_to_string(&mut out).unwrap();
        assert_eq!(out, "ą");
        let mut marked = String::new();
        TextReader::new("\u{feff}ą".as_bytes(), Some(Encoding::UTF_8)).read_to_string(&mut marked).unwrap();
        assert_eq!(marked, "ą");
        assert_eq!(Encoding::named("of the moon"), None);
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(streamed(b"", 1), b"");
        assert_eq!(decode(b"", None).text, "");
        assert_eq!(streamed(b"a", 1), b"a");
    }
}
