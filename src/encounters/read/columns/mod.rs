//! Parquet and Arrow IPC: batches of typed columns, given row by row as text, so that there is one way into typed slots.
//!
//! A row is a line of JSON (`value`), or, where a reader of tables knows the names of the columns, the cells of a row of CSV.
//! A batch is decoded when its first row is asked for, and there is one in memory at a time.

mod ipc;
mod parquet;
mod value;

#[cfg(test)]
mod tests;

use super::columnar::Columnar;
use super::columnar::Form;
use super::columnar::Kind;
use crate::encounters::quiet::quietly;
use crate::files;
use crate::files::Content;
use crate::files::Opened;
use crate::files::Spool;
use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use value::Fields;

/// Rows that are decoded together.
const BATCH_ROWS: usize = 1024;
/// Text that is made before some of it is asked for.
const TEXT_BYTES: usize = 64 << 10;

/// Batches, one after the other.
type Batches = Box<dyn Iterator<Item = io::Result<RecordBatch>> + Send>;

/// Opens a file of columns that is so many bytes long.
///
/// # Errors
/// If it is damaged, encrypted or packed in a way that is not read, or has a column of such a type.
pub(super) fn open(kind: Kind, mut content: Box<dyn Content>, length: u64) -> io::Result<Box<dyn Columnar>> {
    let (schema, batches) = match kind {
        Kind::Parquet => guarded(kind, || parquet::open(content, length))?,
        Kind::Arrow => {
            content.rewind()?;
            guarded(kind, || ipc::open(Box::new(content)))?
        }
    };
    Rows::open(kind, &schema, batches)
}

/// Opens columns that come as a stream. Parquet is put aside first, because what stands in it is told at its end.
///
/// # Errors
/// As [`open`], and if what is packed unpacks to more than is allowed.
pub(super) fn open_stream(kind: Kind, input: Box<dyn Read + Send>, is_packed: bool) -> io::Result<Box<dyn Columnar>> {
    if kind == Kind::Arrow {
        let (schema, batches) = guarded(kind, || ipc::open(input))?;
        return Rows::open(kind, &schema, batches);
    }
    let most = if is_packed { files::LARGEST } else { u64::MAX - 1 };
    let mut spool = Spool::default();
    let length = io::copy(&mut input.take(most + 1), &mut spool)?;
    if length > most {
        return Err(wrong("the packed Parquet file unpacks to more than 1 GiB: unpack it first"));
    }
    open(kind, Box::new(Held { spool, opened: Opened::default(), position: 0 }), length)
}

fn wrong(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// What the libraries say may quote the file, and they may panic on one that is damaged.
fn damaged(kind: Kind) -> io::Error {
    wrong(&format!("the {} file is damaged or cut: write or copy it again", kind.name()))
}

fn guarded<T>(kind: Kind, step: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    quietly(step).unwrap_or_else(|| Err(damaged(kind)))
}

/// What was put aside, as a file.
struct Held {
    spool: Spool,
    opened: Opened,
    position: u64,
}

impl Read for Held {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut bytes = Vec::new();
        self.spool.read(self.position, buffer.len(), &mut self.opened, &mut bytes)?;
        buffer.iter_mut().zip(&bytes).for_each(|(to, from)| *to = *from);
        self.position += bytes.len() as u64;
        Ok(bytes.len())
    }
}

impl Seek for Held {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(start) => Some(start),
            SeekFrom::End(back) => self.spool.len().checked_add_signed(back),
            SeekFrom::Current(on) => self.position.checked_add_signed(on),
        };
        self.position = position.ok_or_else(|| wrong("a place before the beginning"))?;
        Ok(self.position)
    }
}

/// The rows of a file as text.
struct Rows {
    kind: Kind,
    names: Vec<String>,
    fields: Fields,
    batches: Batches,
    /// The batch that is being given, and its next row.
    batch: Option<RecordBatch>,
    row: usize,
    form: Form,
    text: Vec<u8>,
    given: usize,
}

impl Rows {
    fn open(kind: Kind, schema: &SchemaRef, batches: Batches) -> io::Result<Box<dyn Columnar>> {
        let fields = Fields::new(schema.fields()).map_err(|(number, what)| {
            wrong(&format!("column {number} is {what}, which is not read: leave it out or write it as text"))
        })?;
        let names = schema.fields().iter().map(|field| field.name().clone()).collect();
        let (batch, form, text) = (None, Form::Lines, Vec::new());
        Ok(Box::new(Rows { kind, names, fields, batches, batch, row: 0, form, text, given: 0 }))
    }

    /// Goes on to a batch with rows; `false` at the end.
    fn has_rows(&mut self) -> io::Result<bool> {
        while self.batch.as_ref().is_none_or(|batch| self.row >= batch.num_rows()) {
            let batches = &mut self.batches;
            let Some(batch) = guarded(self.kind, || batches.next().transpose())? else { return Ok(false) };
            (self.batch, self.row) = (Some(batch), 0);
        }
        Ok(true)
    }

    /// Makes the text of some more rows; `false` at the end.
    fn make_text(&mut self) -> io::Result<bool> {
        self.text.clear();
        self.given = 0;
        if !self.has_rows()? {
            return Ok(false);
        }
        let Rows { batch: Some(batch), fields, row, text, form, .. } = self else { return Ok(false) };
        while *row < batch.num_rows() && text.len() < TEXT_BYTES {
            match form {
                Form::Lines => {
                    fields.write(batch.columns(), *row, text);
                    text.push(b'\n');
                }
                Form::Table | Form::Cells => {
                    let cells = fields.cells(batch.columns()).map(|(column, array)| {
                        let mut cell = Vec::new();
                        column.write_plain(array, *row, &mut cell);
                        cell
                    });
                    write_row(cells, text);
                }
            }
            *row += 1;
        }
        Ok(true)
    }
}

/// Appends a row of CSV.
fn write_row(cells: impl Iterator<Item = impl AsRef<[u8]>>, out: &mut Vec<u8>) {
    let mut writer = csv::Writer::from_writer(out);
    // Writing to memory cannot fail.
    let _ = writer.write_record(cells);
    let _ = writer.flush();
}

impl Columnar for Rows {
    fn beginning(&mut self, most: usize) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        if self.has_rows()?
            && let Some(batch) = &self.batch
        {
            for row in 0..batch.num_rows() {
                if out.len() >= most {
                    break;
                }
                self.fields.write(batch.columns(), row, &mut out);
                out.push(b'\n');
            }
        }
        Ok(out)
    }

    fn names(&self) -> Option<Vec<String>> {
        self.fields.are_flat().then(|| self.names.clone())
    }

    fn text(mut self: Box<Self>, form: Form) -> Box<dyn BufRead + Send> {
        self.form = form;
        let mut header = Vec::new();
        if form == Form::Table {
            write_row(self.names.iter(), &mut header);
        }
        Box::new(BufReader::with_capacity(TEXT_BYTES, io::Cursor::new(header).chain(*self)))
    }
}

impl Read for Rows {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given >= self.text.len() && !self.make_text()? {
            return Ok(0);
        }
        let count = self.text.get(self.given..).unwrap_or_default().read(buffer)?;
        self.given += count;
        Ok(count)
    }
}
