//! Parquet: row groups of packed pages; what stands where is told at the end of the file.

use super::BATCH_ROWS;
use super::Batches;
use super::Kind;
use super::damaged;
use super::wrong;
use crate::files::Content;
use arrow_schema::DataType;
use arrow_schema::Field;
use arrow_schema::FieldRef;
use arrow_schema::Schema;
use arrow_schema::SchemaRef;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::ChunkReader;
use parquet::file::reader::Length;
use std::io;
use std::io::BufReader;
use std::io::Read;
use std::io::SeekFrom;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

/// Bytes that the rows decoded together should not exceed, as far as the file tells: 32 MiB.
const BATCH_BYTES: i64 = 32 << 20;
/// How a file ends that is whole, and one of which all is encrypted.
const END: &[u8; 4] = b"PAR1";
const ENCRYPTED_END: &[u8; 4] = b"PARE";

/// Opens a file of so many bytes.
pub(super) fn open(mut content: Box<dyn Content>, length: u64) -> io::Result<(SchemaRef, Batches)> {
    check_end(&mut content)?;
    let file = File { content: Arc::new(Mutex::new(content)), length };
    let failed = |_| damaged(Kind::Parquet);
    let whole = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(failed)?;
    check_packing(whole.metadata())?;
    let viewed = Arc::new(Schema::new(whole.schema().fields().iter().map(with_views).collect::<Vec<_>>()));
    let options = ArrowReaderOptions::new().with_schema(viewed);
    let told = ArrowReaderMetadata::try_new(Arc::clone(whole.metadata()), options).unwrap_or(whole);
    let schema = Arc::clone(told.schema());
    let rows = rows_together(told.metadata());
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, told).with_batch_size(rows);
    let batches = reader.build().map_err(failed)?;
    Ok((schema, Box::new(batches.map(|batch| batch.map_err(|_| damaged(Kind::Parquet))))))
}

/// The last bytes say whether the file is whole, and whether it can be read.
fn check_end(content: &mut dyn Content) -> io::Result<()> {
    let mut end = [0; 4];
    content.seek(SeekFrom::End(-4))?;
    content.read_exact(&mut end)?;
    match &end {
        END => Ok(()),
        ENCRYPTED_END => Err(wrong("the Parquet file is encrypted: decrypt it first")),
        _ => Err(wrong("the end of the Parquet file is missing: write or copy it again")),
    }
}

fn check_packing(metadata: &ParquetMetaData) -> io::Result<()> {
    let columns = metadata.row_groups().iter().flat_map(RowGroupMetaData::columns);
    for column in columns {
        let name = match column.compression() {
            Compression::BROTLI(_) => "Brotli",
            Compression::LZO => "LZO",
            _ => continue,
        };
        return Err(wrong(&format!("the Parquet file is packed with {name}: write it with Snappy or Zstandard")));
    }
    Ok(())
}

/// How many rows are decoded together: fewer if they are long.
fn rows_together(metadata: &ParquetMetaData) -> usize {
    let average = |bytes: i64, rows: i64| bytes.checked_div(rows).unwrap_or(0).max(1);
    let groups = metadata.row_groups().iter().map(|group| average(group.total_byte_size(), group.num_rows()));
    let rows = usize::try_from(BATCH_BYTES / groups.max().unwrap_or(1)).unwrap_or(BATCH_ROWS);
    rows.clamp(1, BATCH_ROWS)
}

/// A column of texts as views of the pages they stand in: a text that many rows share is in memory once.
fn with_views(field: &FieldRef) -> FieldRef {
    let viewed = match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
        DataType::Binary | DataType::LargeBinary => DataType::BinaryView,
        DataType::List(item) => DataType::List(with_views(item)),
        DataType::LargeList(item) => DataType::LargeList(with_views(item)),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(with_views).collect()),
        _ => return Arc::clone(field),
    };
    Arc::new(Field::clone(field).with_data_type(viewed))
}

/// A file of which parts are read, here and there.
struct File {
    content: Arc<Mutex<Box<dyn Content>>>,
    length: u64,
}

impl Length for File {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for File {
    type T = BufReader<Part>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<BufReader<Part>> {
        Ok(BufReader::with_capacity(1 << 10, Part { content: Arc::clone(&self.content), position: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<bytes::Bytes> {
        let end = start.checked_add(length as u64).filter(|end| *end <= self.length);
        if end.is_none() {
            return Err(ParquetError::EOF("beyond the end".to_owned()));
        }
        let mut bytes = vec![0; length];
        Part { content: Arc::clone(&self.content), position: start }.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// Reads on from a place, whoever else reads.
struct Part {
    content: Arc<Mutex<Box<dyn Content>>>,
    position: u64,
}

impl Read for Part {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut content = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        content.seek(SeekFrom::Start(self.position))?;
        let count = content.read(buffer)?;
        self.position += count as u64;
        Ok(count)
    }
}
