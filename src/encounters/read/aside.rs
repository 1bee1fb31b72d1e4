//! Encounters that were read once and put aside, to be answered when all of them are known.
//!
//! Each stands in a spool as two lengths, its line, what others are told of it, and its text.

use super::block::Block;
use super::block::Cut;
use super::unreadable::Unreadable;
use crate::files::Opened;
use crate::files::Spool;
use std::io;
use std::sync::Arc;

/// Bytes before what others are told.
const FRONT: usize = 16;
/// The length of the text of an encounter that could not be read; its number among those stands in its place.
const REFUSED: u32 = u32::MAX;
/// Bytes of that number.
const NUMBER: usize = 4;

/// Appends an encounter: what others are told of it, and its text, or its number among those that could not be read.
///
/// # Errors
/// It is longer than can be told.
pub fn put(line: u64, head: &[u8], text: Result<&str, u32>, out: &mut Vec<u8>) -> io::Result<()> {
    let number = text.err().unwrap_or_default().to_le_bytes();
    let (count, bytes) = match text {
        Ok(text) => (u32::try_from(text.len()).map_err(io::Error::other)?, text.as_bytes()),
        Err(_) => (REFUSED, number.as_slice()),
    };
    out.extend(u32::try_from(head.len()).map_err(io::Error::other)?.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(line.to_le_bytes());
    out.extend_from_slice(head);
    out.extend_from_slice(bytes);
    Ok(())
}

/// Where an encounter stands in a spool.
#[derive(Debug, Clone, Copy)]
pub struct Put {
    /// What others are told of it: the first byte, and how many.
    pub head: (u64, usize),
    /// Its text; of one that could not be read its number.
    text: (u64, usize),
    line: u64,
    is_refused: bool,
}

impl Put {
    /// The encounter that begins at a byte of a spool; `None` at its end.
    ///
    /// # Errors
    /// What was put aside cannot be read.
    pub fn at(start: u64, spool: &Spool, opened: &mut Opened, bytes: &mut Vec<u8>) -> io::Result<Option<Put>> {
        spool.read(start, FRONT, opened, bytes)?;
        let Some((head, rest)) = bytes.split_first_chunk::<4>() else { return Ok(None) };
        let Some((text, rest)) = rest.split_first_chunk::<4>() else { return Ok(None) };
        let Some((line, _)) = rest.split_first_chunk::<8>() else { return Ok(None) };
        let (head, text) = (u32::from_le_bytes(*head) as usize, u32::from_le_bytes(*text));
        let is_refused = text == REFUSED;
        let text = if is_refused { NUMBER } else { text as usize };
        let start = start + FRONT as u64;
        let line = u64::from_le_bytes(*line);
        Ok(Some(Put { head: (start, head), text: (start + head as u64, text), line, is_refused }))
    }

    /// Where the next one begins.
    pub fn end(&self) -> u64 {
        self.text.0 + self.text.1 as u64
    }
}

/// Takes encounters out of a spool again, in their order.
pub(super) struct Kept {
    spool: Arc<Spool>,
    at: u64,
    refused: Vec<Unreadable>,
    opened: Opened,
    bytes: Vec<u8>,
    line: u64,
}

impl Kept {
    pub(super) fn new(spool: Arc<Spool>, start: u64, refused: Vec<Unreadable>) -> Kept {
        Kept { spool, at: start, refused, opened: Opened::default(), bytes: Vec::new(), line: 0 }
    }
}

impl Cut for Kept {
    fn fill(&mut self, block: &mut Block) -> io::Result<bool> {
        while block.has_room() {
            let Some(put) = Put::at(self.at, &self.spool, &mut self.opened, &mut self.bytes)? else { return Ok(false) };
            self.spool.read(put.text.0, put.text.1, &mut self.opened, &mut self.bytes)?;
            self.line = put.line;
            let start = block.bytes.len();
            if put.is_refused {
                let number = self.bytes.first_chunk::<NUMBER>().map_or(0, |it| u32::from_le_bytes(*it));
                let why = self.refused.get(number as usize).copied().unwrap_or(Unreadable::Failed);
                block.refuse(put.line, start, why);
            } else {
                block.bytes.extend_from_slice(&self.bytes);
                block.push_whole(put.line, start);
            }
            self.at = put.end();
        }
        Ok(true)
    }

    fn line(&self) -> u64 {
        self.line
    }
}
