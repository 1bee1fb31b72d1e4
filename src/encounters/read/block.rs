//! Some encounters, cut apart and not read yet.

use super::header::Header;
use super::mapping::Trees;
use super::raw::Raw;
use super::row::Cells;
use super::row::Row;
use super::unreadable::LONGEST;
use super::unreadable::Unreadable;
use std::io;
use std::ops::Range;
use std::sync::Arc;

/// A block is handed on when it holds so many bytes.
const BLOCK_BYTES: usize = 256 << 10;
/// Or so many pieces.
const BLOCK_PIECES: usize = 4096;
/// A block that has grown beyond this gives its memory back before it is used again.
const BLOCK_KEPT: usize = 4 << 20;

/// One encounter's place in a block, or why there is none.
#[derive(Debug, Clone)]
pub struct Piece {
    /// Line of the input on which it begins, from 1.
    pub line: u64,
    /// Bytes of the block.
    pub content: Result<Range<usize>, Unreadable>,
}

/// Some pieces and the bytes they stand in.
#[derive(Default)]
pub struct Block {
    pub(super) bytes: Vec<u8>,
    pub(super) pieces: Vec<Piece>,
    /// How many pieces came before those of this block.
    pub(super) first: u64,
    /// Readers of the trees that the pieces are.
    pub(super) trees: Option<Arc<Trees>>,
    /// The header of the rows that the pieces are.
    pub(super) header: Option<Arc<Header>>,
}

impl Block {
    /// Makes it empty for the next use.
    pub(super) fn clear(&mut self) {
        self.pieces.clear();
        self.bytes.clear();
        if self.bytes.capacity() > BLOCK_KEPT {
            self.bytes = Vec::new();
        }
    }

    /// How many pieces came before those of this block.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// Whether another piece should be added.
    pub(super) fn has_room(&self) -> bool {
        self.bytes.len() < BLOCK_BYTES && self.pieces.len() < BLOCK_PIECES
    }

    /// Adds what stands in the bytes from `start` on; nothing if that is blank.
    pub(super) fn push(&mut self, line: u64, start: usize) {
        let new = self.bytes.get(start..).unwrap_or_default().trim_ascii_end();
        let end = start + new.len();
        self.bytes.truncate(end);
        if !new_is_blank(&self.bytes, start) {
            self.pieces.push(Piece { line, content: Ok(start..end) });
        }
    }

    /// Adds what is in the bytes from `start` on, blank or not, without the line feed at its end.
    pub(super) fn push_line(&mut self, line: u64, start: usize) {
        if self.bytes.last() == Some(&b'\n') {
            self.bytes.pop();
        }
        self.pieces.push(Piece { line, content: Ok(start..self.bytes.len()) });
    }

    /// Adds what is in the bytes from `start` on, whatever it is.
    pub(super) fn push_whole(&mut self, line: u64, start: usize) {
        self.pieces.push(Piece { line, content: Ok(start..self.bytes.len()) });
    }

    /// Adds a piece that could not be read, and forgets its bytes.
    pub(super) fn refuse(&mut self, line: u64, start: usize, why: Unreadable) {
        self.bytes.truncate(start);
        if self.bytes.capacity() > LONGEST {
            self.bytes.shrink_to(BLOCK_BYTES);
        }
        self.pieces.push(Piece { line, content: Err(why) });
    }

    /// Adds a row whose columns are called as the fields are, or why it cannot be read.
    pub(super) fn add_row(&mut self, line: u64, row: &Row, header: &Arc<Header>) {
        let start = self.bytes.len();
        match header.check(row) {
            Ok(()) => {
                row.pack(&mut self.bytes);
                self.push_whole(line, start);
            }
            Err(why) => self.refuse(line, start, why),
        }
        if self.header.is_none() {
            self.header = Some(Arc::clone(header));
        }
    }

    /// Gives every encounter of the block to `answer`, in order.
    pub fn each(&self, mut answer: impl FnMut(u64, Result<Raw<'_>, Unreadable>)) {
        for piece in &self.pieces {
            let bytes = piece.content.clone().map(|range| self.bytes.get(range).unwrap_or_default());
            if let Some(header) = &self.header {
                answer(piece.line, bytes.and_then(Cells::of).map(|cells| Raw::row(header, cells)));
                continue;
            }
            let text = bytes.and_then(|bytes| std::str::from_utf8(bytes).map_err(|_| Unreadable::NotUtf8));
            match (text, &self.trees) {
                (Ok(text), Some(trees)) => trees.each(text, |text| answer(piece.line, text.map(Raw::from))),
                (text, _) => answer(piece.line, text.map(Raw::from)),
            }
        }
    }
}

fn new_is_blank(bytes: &[u8], start: usize) -> bool {
    bytes.get(start..).unwrap_or_default().trim_ascii().is_empty()
}

/// Cuts an input into pieces.
pub(super) trait Cut: Send {
    /// Adds pieces until the block has no more room; `false` at the end of the input.
    fn fill(&mut self, block: &mut Block) -> io::Result<bool>;

    /// The line on which reading is.
    fn line(&self) -> u64;

    /// Columns that fill no field.
    fn unused(&self) -> Vec<String> {
        Vec::new()
    }

    /// Columns that a reader names and the file does not have.
    fn missing(&self) -> Vec<String> {
        Vec::new()
    }

    /// What was passed over so far.
    fn passed_over(&self) -> PassedOver {
        PassedOver::default()
    }
}

/// How much of a table is no encounter.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct PassedOver {
    /// Rows above the header.
    pub titles: u64,
    /// Rows in which no cell holds anything.
    pub blank: u64,
}

impl PassedOver {
    /// Both together.
    pub(super) fn and(self, other: PassedOver) -> PassedOver {
        PassedOver { titles: self.titles + other.titles, blank: self.blank + other.blank }
    }
}
