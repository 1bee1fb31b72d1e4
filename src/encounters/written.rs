//! A desk that writes its answers as files of others, by a writer of the domain.

use super::batch::Desk;
use super::batch::Outcome;
use super::engine::Worker;
use super::read::Raw;
use super::read::Unreadable;
use super::write::back::Writer;
use crate::audit::Rows;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

/// A desk for one thread.
pub struct Written<'e> {
    worker: Worker<'e>,
    writer: &'e Writer,
    /// Counts encounters that the reader would not read as they are shown.
    left_out: &'e AtomicU64,
}

impl<'e> Written<'e> {
    /// What a worker answers, as a writer has it.
    pub fn new(worker: Worker<'e>, writer: &'e Writer, left_out: &'e AtomicU64) -> Written<'e> {
        Written { worker, writer, left_out }
    }
}

impl Desk for Written<'_> {
    fn at(&mut self, place: u64) {
        self.worker.at(place);
    }

    fn answer(&mut self, line: u64, raw: Result<Raw<'_>, Unreadable>, out: &mut Vec<u8>) -> Outcome {
        let disclosure = self.worker.disclose_raw(line, raw);
        // Such a file has no place for what cannot be read: it is counted.
        let Some(fields) = disclosure.fields().filter(|_| !disclosure.is_unreadable()) else { return Outcome::Refused };
        if !self.writer.piece(fields, out) {
            self.left_out.fetch_add(1, Ordering::Relaxed);
            return Outcome::Refused;
        }
        Outcome::of(&disclosure)
    }

    fn failed(&mut self, _: u64, _: &mut Vec<u8>) {
        self.left_out.fetch_add(1, Ordering::Relaxed);
    }

    fn note(&mut self, line: u64, is_failed: bool, rows: &mut Rows) {
        self.worker.note(line, is_failed, rows);
    }

    fn needs_stack(&self) -> bool {
        self.worker.needs_stack()
    }

    fn failure(&self) -> Option<&'static str> {
        self.worker.failure()
    }
}
