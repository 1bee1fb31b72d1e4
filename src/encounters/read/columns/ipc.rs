//! Arrow IPC: a schema, then batches of rows and dictionaries, one message after the other. A file is such a stream between two
//! marks; what stands behind it tells where each batch is, which a reader from front to back need not know.

use super::Batches;
use super::Kind;
use super::damaged;
use super::wrong;
use crate::files::LARGEST;
use arrow_array::ArrayRef;
use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::Message;
use arrow_ipc::MessageHeader;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::read_dictionary;
use arrow_ipc::reader::read_record_batch;
use arrow_ipc::root_as_message;
use arrow_schema::ArrowError;
use arrow_schema::Schema;
use arrow_schema::SchemaRef;
use std::collections::HashMap;
use std::io;
use std::io::BufReader;
use std::io::Read;
use std::sync::Arc;

/// How a file begins and ends.
const MARK: &[u8] = b"ARROW1";
/// What stands before the length of a message; files of before 2019 do not have it.
const GOES_ON: [u8; 4] = [0xFF; 4];
/// Behind the first mark come zeros; no more than so many times four.
const MOST_PADDING: usize = 64;
/// Bytes of what is said about a batch: 64 MiB.
const MOST_ABOUT: u64 = 64 << 20;

/// Reads the schema.
pub(super) fn open(mut input: Box<dyn Read + Send>) -> io::Result<(SchemaRef, Batches)> {
    let mut first = [0; 8];
    input.read_exact(&mut first).map_err(cut)?;
    if first.starts_with(b"FEA1") {
        return Err(wrong("this is Feather of version 1: write it as version 2, which is Arrow IPC, or as Parquet"));
    }
    let is_file = first.starts_with(MARK);
    let read = if is_file { behind_zeros(&mut input)? } else { first.to_vec() };
    let input: Box<dyn Read + Send> = Box::new(io::Cursor::new(read).chain(input));
    let input = BufReader::with_capacity(64 << 10, input);
    let schema = Arc::new(Schema::empty());
    let mut messages = Messages { input, is_file, schema, dictionaries: HashMap::new(), is_over: false };
    match messages.read()? {
        Some(Part::Schema(schema)) => messages.schema = Arc::new(schema),
        _ => return Err(damaged(Kind::Arrow)),
    }
    Ok((Arc::clone(&messages.schema), Box::new(messages)))
}

/// The first bytes that are not zero, behind the mark: the length of a message is none.
fn behind_zeros(input: &mut dyn Read) -> io::Result<Vec<u8>> {
    for _ in 0..MOST_PADDING {
        let mut word = [0; 4];
        input.read_exact(&mut word).map_err(cut)?;
        if word != [0; 4] {
            return Ok(word.to_vec());
        }
    }
    Err(damaged(Kind::Arrow))
}

struct Messages {
    input: BufReader<Box<dyn Read + Send>>,
    is_file: bool,
    schema: SchemaRef,
    dictionaries: HashMap<i64, ArrayRef>,
    is_over: bool,
}

/// What a message holds.
enum Part {
    Schema(Schema),
    Rows(RecordBatch),
    /// A dictionary, which is kept.
    Dictionary,
}

impl Messages {
    /// Reads a message; nothing at the end.
    fn read(&mut self) -> io::Result<Option<Part>> {
        let Some(about) = self.read_about()? else { return Ok(None) };
        let message = root_as_message(&about).map_err(|_| damaged(Kind::Arrow))?;
        let length = u64::try_from(message.bodyLength()).map_err(|_| damaged(Kind::Arrow))?;
        if length > LARGEST {
            return Err(too_large());
        }
        let body = self.bytes(length)?;
        check_unpacked(&message, &body)?;
        self.decode(&message, &Buffer::from(body)).map(Some).map_err(|_| damaged(Kind::Arrow))
    }

    /// What is said about a message; nothing at the end.
    fn read_about(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut length = self.bytes_or_end()?;
        if length == Some(GOES_ON) {
            length = self.bytes_or_end()?;
        }
        // A stream may end without a word.
        match length.map(u32::from_le_bytes) {
            None if self.is_file => Err(damaged(Kind::Arrow)),
            None => Ok(None),
            Some(0) => self.check_end().map(|()| None),
            Some(length) if u64::from(length) > MOST_ABOUT => Err(damaged(Kind::Arrow)),
            Some(length) => self.bytes(u64::from(length)).map(Some),
        }
    }

    /// A file has its mark at its end, too.
    fn check_end(&mut self) -> io::Result<()> {
        let mut end = Vec::new();
        if self.is_file {
            (&mut self.input).take(MOST_ABOUT).read_to_end(&mut end)?;
        }
        if !self.is_file || end.ends_with(MARK) { Ok(()) } else { Err(damaged(Kind::Arrow)) }
    }

    fn bytes_or_end(&mut self) -> io::Result<Option<[u8; 4]>> {
        let mut bytes = Vec::new();
        (&mut self.input).take(4).read_to_end(&mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        bytes.try_into().map(Some).map_err(|_| damaged(Kind::Arrow))
    }

    /// So many bytes. Memory grows with what is there, not with what is said to be.
    fn bytes(&mut self, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        (&mut self.input).take(length).read_to_end(&mut bytes)?;
        if bytes.len() as u64 == length { Ok(bytes) } else { Err(damaged(Kind::Arrow)) }
    }

    fn decode(&mut self, message: &Message<'_>, body: &Buffer) -> Result<Part, ArrowError> {
        let nothing = || ArrowError::IpcError("nothing in it".to_owned());
        match message.header_type() {
            MessageHeader::Schema => {
                let schema = message.header_as_schema().ok_or_else(nothing)?;
                try_fb_to_schema(schema).map(Part::Schema)
            }
            MessageHeader::DictionaryBatch => {
                let batch = message.header_as_dictionary_batch().ok_or_else(nothing)?;
                let dictionaries = &mut self.dictionaries;
                read_dictionary(body, batch, &self.schema, dictionaries, &message.version())?;
                Ok(Part::Dictionary)
            }
            _ => {
                let batch = message.header_as_record_batch().ok_or_else(nothing)?;
                let (schema, dictionaries) = (Arc::clone(&self.schema), &self.dictionaries);
                read_record_batch(body, batch, schema, dictionaries, None, &message.version()).map(Part::Rows)
            }
        }
    }
}

impl Iterator for Messages {
    type Item = io::Result<RecordBatch>;

    fn next(&mut self) -> Option<io::Result<RecordBatch>> {
        while !self.is_over {
            match self.read() {
                Ok(Some(Part::Rows(batch))) => return Some(Ok(batch)),
                Ok(Some(Part::Dictionary)) => {}
                Ok(None) => self.is_over = true,
                Ok(Some(Part::Schema(_))) => {
                    self.is_over = true;
                    return Some(Err(damaged(Kind::Arrow)));
                }
                Err(error) => {
                    self.is_over = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

/// What is packed says to how much it unpacks: that much memory is taken before anybody looks.
fn check_unpacked(message: &Message<'_>, body: &[u8]) -> io::Result<()> {
    let rows = message.header_as_record_batch();
    let rows = rows.or_else(|| message.header_as_dictionary_batch().and_then(|it| it.data()));
    let Some(rows) = rows.filter(|rows| rows.compression().is_some()) else { return Ok(()) };
    let mut sum = 0_u64;
    for buffer in rows.buffers().into_iter().flatten() {
        let start = usize::try_from(buffer.offset()).ok();
        let length = start.and_then(|start| body.get(start..)?.first_chunk()).map(|it| i64::from_le_bytes(*it));
        // Minus one: it is not packed.
        sum = sum.saturating_add(length.and_then(|it| u64::try_from(it).ok()).unwrap_or(0));
    }
    if sum > LARGEST { Err(too_large()) } else { Ok(()) }
}

fn too_large() -> io::Error {
    wrong("a batch of rows is larger than 1 GiB: write the file in smaller batches")
}

fn cut(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::UnexpectedEof { damaged(Kind::Arrow) } else { error }
}
