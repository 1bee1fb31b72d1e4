//! Sheets of XLSX and ODS as CSV: the first row that has something is the header, days are ISO 8601, whole numbers have no
//! fraction. A row of the sheet is the line of the same number, unless cells before it have several lines.

use super::error::Error;
use calamine::Data;
use calamine::DataRef;
use calamine::DataType;
use calamine::ExcelDateTime;
use calamine::Ods;
use calamine::Reader;
use calamine::SheetVisible;
use calamine::Xlsx;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;
use std::io;
use std::io::BufReader;
use std::io::BufWriter;
use std::io::Cursor;
use std::io::Read;
use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::sync_channel;

const ZIP: &[u8] = b"PK\x03\x04";
/// Bytes of a spreadsheet as it lies there: 256 MiB.
const MOST_PACKED: u64 = 256 << 20;
/// Bytes that all of its parts may unpack to: 1 GiB.
const MOST_UNPACKED: u64 = 1 << 30;
/// Cells that a sheet of ODS may have, with those that it repeats.
const MOST_CELLS: u64 = 20_000_000;
/// Rows of the largest sheet that programs make.
const MOST_ROWS: u32 = 1 << 20;
/// Columns of the largest sheet that programs make.
const MOST_COLUMNS: usize = 1 << 14;
/// Part of an ODS file that holds its sheets.
const ODS_CONTENT: &str = "content.xml";

/// Whether a file begins as a spreadsheet does.
pub fn is_sheet(first: &[u8]) -> bool {
    let has = |part: &[u8]| memchr::memmem::find(first, part).is_some();
    let is_xlsx = || (has(b"[Content_Types].xml") || has(b"xl/workbook")) && !is_around_sheet(first);
    first.starts_with(ZIP) && (is_ods(first) || is_xlsx())
}

/// Whether the first file of an archive is itself a spreadsheet: its parts may then stand in the archive as they are.
fn is_around_sheet(first: &[u8]) -> bool {
    let [low, high] = [26, 27].map(|at| first.get(at).copied().unwrap_or(0));
    let name = first.get(30..30 + usize::from(u16::from_le_bytes([low, high]))).unwrap_or_default();
    [&b".xlsx"[..], b".xlsm"].iter().any(|ending| name.to_ascii_lowercase().ends_with(ending))
}

fn is_ods(first: &[u8]) -> bool {
    let start = first.get(..first.len().min(256)).unwrap_or_default();
    memchr::memmem::find(start, b"application/vnd.oasis.opendocument.spreadsheet").is_some()
}

/// A workbook, of which each sheet is a stream of CSV.
#[derive(Clone)]
pub struct Book {
    bytes: Arc<[u8]>,
    is_ods: bool,
}

impl Book {
    /// Reads a workbook as it lies there, and unpacks it once to see that it stays within bounds.
    ///
    /// # Errors
    /// If it cannot be read, is no spreadsheet or is too large.
    pub fn read(input: impl Read) -> io::Result<Book> {
        let mut bytes = Vec::new();
        input.take(MOST_PACKED + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MOST_PACKED {
            return Err(wrong(&"the spreadsheet is larger than 256 MiB"));
        }
        let is_ods = is_ods(&bytes);
        check(&bytes, is_ods)?;
        Ok(Book { bytes: bytes.into(), is_ods })
    }

    /// The names of the sheets that are not hidden.
    pub fn sheets(&self) -> Vec<String> {
        let bytes = Cursor::new(Arc::clone(&self.bytes));
        let sheets = if self.is_ods {
            Ods::new(bytes).map(|book| book.sheets_metadata().to_vec()).ok()
        } else {
            Xlsx::new(bytes).map(|book| book.sheets_metadata().to_vec()).ok()
        };
        let seen = sheets.into_iter().flatten().filter(|sheet| sheet.visible == SheetVisible::Visible);
        seen.map(|sheet| sheet.name).collect()
    }

    /// The sheet of a name, else the first that is not hidden. Cells are read as the stream is; if there is no such sheet, the stream says so.
    pub fn sheet(&self, name: Option<&str>) -> Box<dyn Read + Send> {
        let (book, name) = (self.clone(), name.map(str::to_owned));
        let (sender, receiver) = sync_channel(4);
        std::thread::spawn(move || {
            let mut out = BufWriter::with_capacity(64 << 10, Sending(sender.clone()));
            let written = book.write(name.as_deref(), &mut out).and_then(|()| out.flush());
            if let Err(error) = written {
                // Nobody listens if the reader has stopped.
                let _ = sender.send(Err(error));
            }
        });
        Box::new(Received { receiver, part: Cursor::new(Vec::new()) })
    }
}

/// The first sheet as CSV, or the one of a name.
///
/// # Errors
/// [`Error::Packed`] if it is no spreadsheet, is too large, or has no such sheet.
pub fn sheet(bytes: Vec<u8>, name: Option<&str>) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let written = Book::read(Cursor::new(bytes)).and_then(|book| book.write(name, &mut out));
    written.map_err(|error| Error::Packed(error.to_string()))?;
    Ok(out)
}

/// Sends what is written.
struct Sending(SyncSender<io::Result<Vec<u8>>>);

impl Write for Sending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(Ok(bytes.to_vec())).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads what was sent.
struct Received {
    receiver: Receiver<io::Result<Vec<u8>>>,
    part: Cursor<Vec<u8>>,
}

impl Read for Received {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.part.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            match self.receiver.recv() {
                Ok(part) => self.part = Cursor::new(part?),
                Err(_) => return Ok(0),
            }
        }
    }
}

fn wrong(why: &dyn std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_string())
}

impl Book {
    fn write(&self, name: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
        let bytes = Arc::clone(&self.bytes);
        let mut rows = Rows { out, line: 0, header: None };
        if self.is_ods {
            let mut book = Ods::new(Cursor::new(bytes)).map_err(|error| wrong(&error))?;
            let sheet = chosen(book.sheets_metadata(), name)?;
            let range = book.worksheet_range(&sheet).map_err(|error| wrong(&error))?;
            let (first_row, first_column) = range.start().unwrap_or_default();
            for (row, cells) in (first_row..).zip(range.rows()) {
                let cells = cells.iter().enumerate().map(|(at, cell)| (at + first_column as usize, text(cell)));
                rows.write(row, cells.filter(|(_, text)| !text.is_empty()).collect())?;
            }
            return Ok(());
        }
        let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|error| wrong(&error))?;
        let sheet = chosen(book.sheets_metadata(), name)?;
        let mut cells = book.worksheet_cells_reader(&sheet).map_err(|error| wrong(&error))?;
        let (mut row, mut texts) = (0, Vec::new());
        while let Some(cell) = cells.next_cell().map_err(|error| wrong(&error))? {
            let (at, column) = cell.get_position();
            if at != row {
                rows.write(row, std::mem::take(&mut texts))?;
                row = at;
            }
            let text = match cell.get_value() {
                DataRef::SharedString(text) => (*text).to_owned(),
                other => text(&Data::from(other.clone())),
            };
            if !text.is_empty() {
                texts.push((column as usize, text));
            }
        }
        rows.write(row, texts)
    }
}

/// The sheet of a name, else the first that is not hidden.
fn chosen(sheets: &[calamine::Sheet], name: Option<&str>) -> io::Result<String> {
    let is_seen = |sheet: &&calamine::Sheet| sheet.visible == SheetVisible::Visible;
    let found = match name {
        Some(name) => sheets.iter().find(|it| it.name.eq_ignore_ascii_case(name)),
        None => sheets.iter().find(is_seen).or_else(|| sheets.first()),
    };
    found.map(|sheet| sheet.name.clone()).ok_or_else(|| {
        let names: Vec<String> = sheets.iter().map(|sheet| format!("`{}`", sheet.name)).collect();
        wrong(&format!("the spreadsheet has no such sheet; it has {}", names.join(", ")))
    })
}

/// Unpacks all parts once, to see that they stay within bounds, and counts the cells that ODS repeats.
fn check(bytes: &[u8], is_ods: bool) -> io::Result<()> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| wrong(&error))?;
    let mut left = MOST_UNPACKED;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|error| wrong(&error))?;
        let is_content = is_ods && file.name() == ODS_CONTENT;
        let mut part = file.take(left + 1);
        if is_content {
            count_cells(&mut part)?;
        }
        io::copy(&mut part, &mut io::sink())?;
        left = part.limit().checked_sub(1).ok_or_else(|| wrong(&"the spreadsheet unpacks to more than 1 GiB"))?;
    }
    Ok(())
}

/// Counts the cells of all sheets as they are when every repetition is made.
fn count_cells(content: &mut dyn Read) -> io::Result<()> {
    let mut reader = quick_xml::Reader::from_reader(BufReader::new(content));
    let mut buffer = Vec::new();
    let (mut rows, mut row_repeats, mut cells, mut blank, mut widest) = (0_u64, 1_u64, 0_u64, 0_u64, 0_u64);
    loop {
        let event = reader.read_event_into(&mut buffer).map_err(|error| wrong(&error))?;
        match &event {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                b"table" => (rows, widest) = (0, 0),
                b"table-row" => (row_repeats, cells, blank) = (repeats(tag, b"number-rows-repeated")?, 0, 0),
                b"table-cell" | b"covered-table-cell" => {
                    let count = repeats(tag, b"number-columns-repeated")?;
                    let has_value = tag.attributes().flatten().any(|it| it.key.local_name().as_ref() == b"value-type");
                    if has_value {
                        cells = cells.saturating_add(blank).saturating_add(count);
                        blank = 0;
                    } else {
                        blank = blank.saturating_add(count);
                    }
                    widest = widest.max(cells);
                }
                _ => {}
            },
            Event::End(tag) if tag.local_name().as_ref() == b"table-row" && cells > 0 => {
                rows = rows.saturating_add(row_repeats);
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
        if rows.max(1).saturating_mul(widest) > MOST_CELLS {
            return Err(wrong(&"the spreadsheet has more than 20 million cells"));
        }
        buffer.clear();
    }
}

fn repeats(tag: &BytesStart<'_>, name: &[u8]) -> io::Result<u64> {
    let attribute = tag.attributes().flatten().find(|it| it.key.local_name().as_ref() == name);
    let Some(attribute) = attribute else { return Ok(1) };
    let count = String::from_utf8_lossy(&attribute.value).parse();
    count.map_err(|_| wrong(&"the spreadsheet repeats something no number of times"))
}

/// Writes rows as lines of CSV.
struct Rows<'o> {
    out: &'o mut dyn Write,
    line: u32,
    /// The first column of the header, and how many there are.
    header: Option<(usize, usize)>,
}

impl Rows<'_> {
    /// Writes the cells of a row that hold something, each with its column.
    fn write(&mut self, row: u32, cells: Vec<(usize, String)>) -> io::Result<()> {
        let (Some((first, _)), Some((last, _))) = (cells.first(), cells.last()) else { return Ok(()) };
        if row >= MOST_ROWS || *last >= MOST_COLUMNS || row < self.line {
            return Err(wrong(&"the rows of the spreadsheet are not in their order"));
        }
        while self.line < row {
            self.out.write_all(b"\n")?;
            self.line += 1;
        }
        let (begin, count) = *self.header.get_or_insert((*first, last + 1 - first));
        // A cell outside of the columns of the header makes the row longer, which is told where it is read.
        let is_outside = |column: usize| column < begin || column >= begin + count;
        let mut texts = vec![String::new(); count];
        for (column, text) in cells {
            if is_outside(column) {
                texts.push(text);
            } else if let Some(place) = texts.get_mut(column - begin) {
                *place = text;
            }
        }
        let quoted: Vec<String> = texts.iter().map(|text| format!("\"{}\"", text.replace('"', "\"\""))).collect();
        self.line += 1;
        self.out.write_all(quoted.join(",").as_bytes())?;
        self.out.write_all(b"\n")
    }
}

/// A value as it is written in CSV.
fn text(value: &Data) -> String {
    match value {
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        Data::DateTime(moment) => moment_text(moment),
        Data::Empty => String::new(),
        other => other.as_string().unwrap_or_else(|| other.to_string()),
    }
}

fn moment_text(moment: &ExcelDateTime) -> String {
    let days = moment.as_f64();
    if moment.is_duration() {
        let seconds = (days * 86_400.0).round();
        let (hours, rest) = ((seconds / 3600.0).floor(), seconds.rem_euclid(3600.0));
        return format!("{hours:02.0}:{:02.0}:{:02.0}", (rest / 60.0).floor(), rest.rem_euclid(60.0));
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    if (0.0..1.0).contains(&days) {
        return time;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if days.fract() == 0.0 { date } else { format!("{date}T{time}") }
}
