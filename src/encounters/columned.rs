//! A desk that answers in rows of typed columns, and what writes them as Parquet or Arrow IPC.
//!
//! The answers to a block are a batch, which waits on a [`Shelf`]; what goes round with the block is the number of the batch, so
//! that batches are written in the order of the input, and not before they are noted. Nothing that was written is read again.

use super::batch::Desk;
use super::batch::Outcome;
use super::engine::Worker;
use super::formed::Shown;
use super::formed::Trace;
use super::formed::told;
use super::read::FAILED;
use super::read::Raw;
use super::read::Unreadable;
use super::write::columns::Rows;
use crate::audit::Rows as Notes;
use arrow_array::RecordBatch;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::EnabledStatistics;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;
use std::collections::BTreeMap;
use std::io;
use std::io::Write;
use std::sync::Mutex;
use std::sync::PoisonError;

/// A row group is written when it holds about so many bytes: 32 MiB.
const GROUP_BYTES: usize = 32 << 20;
/// Or so many rows.
const GROUP_ROWS: usize = 1 << 20;

/// A form of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Row groups of packed columns, for files that are kept.
    Parquet,
    /// A stream of Arrow IPC, for another program.
    Arrow,
}

/// Batches that wait to be written, by their numbers.
#[derive(Default)]
pub struct Shelf(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    next: u64,
    batches: BTreeMap<u64, RecordBatch>,
}

impl Shelf {
    fn put(&self, batch: RecordBatch) -> u64 {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = waiting.next;
        waiting.next += 1;
        waiting.batches.insert(number, batch);
        number
    }

    fn take(&self, number: u64) -> Option<RecordBatch> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).batches.remove(&number)
    }
}

/// A desk for one thread.
pub struct Columned<'e> {
    worker: Worker<'e>,
    rows: Rows,
    shelf: &'e Shelf,
    shown: Option<&'e Mutex<Shown>>,
    trace: Option<Trace<'e>>,
    failure: Option<&'static str>,
}

impl<'e> Columned<'e> {
    /// Answers of a worker, for a shelf; what they show is counted in `shown`, if there is such.
    pub fn new(worker: Worker<'e>, shelf: &'e Shelf, shown: Option<&'e Mutex<Shown>>) -> Columned<'e> {
        Columned { worker, rows: Rows::default(), shelf, shown, trace: None, failure: None }
    }

    /// The same, and what scripts print is told, if somebody listens.
    #[must_use]
    pub fn tracing(mut self, trace: Option<Trace<'e>>) -> Columned<'e> {
        if trace.is_some() {
            self.worker = self.worker.tracing();
        }
        self.trace = trace;
        self
    }
}

impl Desk for Columned<'_> {
    fn at(&mut self, place: u64) {
        self.worker.at(place);
    }

    fn answer(&mut self, line: u64, raw: Result<Raw<'_>, Unreadable>, out: &mut Vec<u8>) -> Outcome {
        if self.rows.are_many() {
            self.end_block(out);
        }
        let disclosure = self.worker.disclose_raw(line, raw);
        self.rows.push(&disclosure);
        told(&mut self.worker, line, &disclosure, (self.shown, self.trace))
    }

    fn failed(&mut self, line: u64, _: &mut Vec<u8>) {
        self.rows.refuse(line, FAILED);
    }

    fn end_block(&mut self, out: &mut Vec<u8>) {
        if self.rows.is_empty() {
            return;
        }
        match self.rows.finish() {
            Ok(batch) => out.extend_from_slice(&self.shelf.put(batch).to_be_bytes()),
            Err(_) => self.failure = Some("the answers do not fit their columns"),
        }
    }

    fn note(&mut self, line: u64, is_failed: bool, rows: &mut Notes) {
        self.worker.note(line, is_failed, rows);
    }

    fn needs_stack(&self) -> bool {
        self.worker.needs_stack()
    }

    fn failure(&self) -> Option<&'static str> {
        self.failure.or_else(|| self.worker.failure())
    }
}

/// Writes the batches whose numbers it is given.
pub struct Sink<'w> {
    to: &'w mut dyn Write,
    shelf: &'w Shelf,
    writer: Writer,
}

/// The libraries write to memory, from where it goes on.
enum Writer {
    Parquet(Box<ArrowWriter<Vec<u8>>>),
    Arrow(Box<StreamWriter<Vec<u8>>>),
}

impl<'w> Sink<'w> {
    /// Begins a file or stream.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn new(kind: Kind, shelf: &'w Shelf, to: &'w mut dyn Write) -> io::Result<Sink<'w>> {
        let schema = Rows::schema().map_err(arrow_failed)?;
        let writer = match kind {
            Kind::Parquet => {
                let writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties()));
                Writer::Parquet(Box::new(writer.map_err(parquet_failed)?))
            }
            Kind::Arrow => Writer::Arrow(Box::new(StreamWriter::try_new(Vec::new(), &schema).map_err(arrow_failed)?)),
        };
        Ok(Sink { to, shelf, writer })
    }

    /// Writes a batch.
    fn write_batch(&mut self, batch: &RecordBatch) -> io::Result<()> {
        let written = match &mut self.writer {
            Writer::Parquet(writer) => {
                writer.write(batch).map_err(parquet_failed)?;
                if writer.in_progress_size() >= GROUP_BYTES {
                    writer.flush().map_err(parquet_failed)?;
                }
                writer.inner_mut()
            }
            Writer::Arrow(writer) => {
                writer.write(batch).map_err(arrow_failed)?;
                writer.get_mut()
            }
        };
        self.to.write_all(written)?;
        written.clear();
        Ok(())
    }

    /// Writes the end.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(self) -> io::Result<()> {
        let rest = match self.writer {
            Writer::Parquet(writer) => writer.into_inner().map_err(parquet_failed)?,
            Writer::Arrow(writer) => writer.into_inner().map_err(arrow_failed)?,
        };
        self.to.write_all(&rest)?;
        self.to.flush()
    }
}

impl Write for Sink<'_> {
    fn write(&mut self, numbers: &[u8]) -> io::Result<usize> {
        for number in numbers.as_chunks::<8>().0 {
            let batch = self.shelf.take(u64::from_be_bytes(*number));
            self.write_batch(&batch.ok_or_else(|| io::Error::other("a batch of answers is missing"))?)?;
        }
        Ok(numbers.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

fn properties() -> WriterProperties {
    let builder = WriterProperties::builder()
        .set_created_by(format!("tencode {}", env!("CARGO_PKG_VERSION")))
        .set_compression(Compression::SNAPPY)
        // Nobody looks for an answer by how it compares with others, but perhaps by its id.
        .set_statistics_enabled(EnabledStatistics::None)
        .set_column_statistics_enabled(ColumnPath::new(vec!["id".to_owned()]), EnabledStatistics::Chunk)
        .set_max_row_group_row_count(Some(GROUP_ROWS));
    // Hardly any two of them are the same.
    let unlike = ["id", "encounter"].map(|name| ColumnPath::new(vec![name.to_owned()]));
    unlike.into_iter().fold(builder, |builder, path| builder.set_column_dictionary_enabled(path, false)).build()
}

fn arrow_failed(_: ArrowError) -> io::Error {
    io::Error::other("the answers cannot be written as Arrow IPC")
}

fn parquet_failed(_: ParquetError) -> io::Error {
    io::Error::other("the answers cannot be written as Parquet")
}
