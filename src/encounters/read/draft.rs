//! Looks at the beginning of a foreign file: what its columns hold, so that a reader can be drafted for it.

use super::format::Format;
use super::input::Input;
use super::row;
use super::scalar;
use crate::files::Layout;
use crate::model::moment::Moment;
use jiff::fmt::strtime::BrokenDownTime;
use serde_json::Value;

/// Rows that are looked at.
const ROWS: usize = 500;
/// Different values of a column that are kept.
const DISTINCT: usize = 40;

/// Formats of dates, of which one fits all values of a column.
const DAYS: [&str; 14] = [
    "%Y-%m-%d",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%m/%d/%y",
    "%d/%m/%y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%b %d, %Y",
    "%d %b %Y",
    "%m%d%Y",
    "%Y%m%d",
];
/// Formats of times of the day.
const TIMES: [&str; 8] =
    ["%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%H:%M:%S%.f", "%H%M%S", "%I:%M:%S%p", "%I:%M%p"];
/// Whole moments that are no day and time with a blank between.
const MOMENTS: [&str; 2] = ["%a, %d %b %Y %H:%M:%S %z", "%Y-%m-%dT%H:%M:%S%.f%z"];
/// What stands for nothing in files of many offices.
const NULLS: [&str; 10] = ["?", "-", "--", "N/A", "NA", "n/a", "NULL", "null", "None", "#N/A"];

/// What a file looks like.
pub struct Looks {
    /// Whether its rows are cells; else they are objects.
    pub is_table: bool,
    /// The sign between cells.
    pub delimiter: u8,
    /// Whether the first row names the columns.
    pub has_header: bool,
    /// Its columns, or the ways to the values of its objects.
    pub columns: Vec<Column>,
    /// What stands for nothing.
    pub nulls: Vec<String>,
    /// Rows that were looked at.
    pub rows: usize,
}

/// What a column holds.
#[derive(Default)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Rows in which something stands.
    pub filled: usize,
    /// The different values, if they are few.
    pub distinct: Option<Vec<String>>,
    /// How dates are written in it.
    pub dates: Dates,
    /// All values are numbers.
    pub is_number: bool,
    /// Every value is another.
    pub is_unique: bool,
    /// Words of a value, on average.
    pub words: usize,
}

/// How the dates of a column are written.
#[derive(Default, Clone, PartialEq, Eq, Debug)]
pub enum Dates {
    /// They are no dates.
    #[default]
    None,
    /// Days. `other` fits them too: nothing tells which number is the day.
    Day {
        /// The format.
        format: String,
        /// Another that fits as well.
        other: Option<String>,
    },
    /// Days with times.
    Moment {
        /// The format; `None` is ISO 8601, which needs none.
        format: Option<String>,
        /// Another that fits as well.
        other: Option<String>,
    },
    /// Times without a day.
    Time(String),
}

/// Looks at the beginning of an input.
pub fn look(input: &Input, format: Option<Format>) -> Looks {
    let format = format.unwrap_or_else(|| input.guess());
    if matches!(format, Format::Csv | Format::Tsv) {
        return table(input.first(), if format == Format::Tsv { b'\t' } else { Layout::of(input.first()).delimiter });
    }
    objects(input.first())
}

fn table(first: &[u8], delimiter: u8) -> Looks {
    // The beginning of a file may cut its last row.
    let mut rows = row::rows(first, delimiter, ROWS + 1, false);
    let names = rows.first().cloned().unwrap_or_default();
    let has_header = is_header(&names, rows.get(1..).unwrap_or_default());
    let names =
        if has_header { rows.remove(0) } else { (1..=names.len()).map(|number| format!("Column {number}")).collect() };
    let nulls = nulls(&rows);
    let column = |(place, name): (usize, &String)| {
        let cells = rows.iter().filter_map(|row| row.get(place)).map(|cell| cell.trim());
        column(name, cells.filter(|cell| !cell.is_empty() && !nulls.iter().any(|null| null == cell)).collect())
    };
    let columns = names.iter().enumerate().map(column).collect();
    Looks { is_table: true, delimiter, has_header, columns, rows: rows.len(), nulls }
}

/// Whether a first row names the columns: it holds no number and no date where the rows below hold such, and no name twice.
fn is_header(names: &[String], rows: &[Vec<String>]) -> bool {
    let is_value = |cell: &str| is_number(cell) || !matches!(dates(&[cell]), Dates::None);
    let is_told = names.iter().enumerate().all(|(place, name)| {
        let below = rows.iter().filter_map(|row| row.get(place)).filter(|cell| !cell.is_empty());
        let values = below.clone().filter(|cell| is_value(cell)).count();
        !is_value(name) || values * 2 < below.count()
    });
    let filled: Vec<&String> = names.iter().filter(|name| !name.is_empty()).collect();
    let is_once = filled.iter().enumerate().all(|(place, name)| !filled.iter().take(place).any(|other| other == name));
    is_told && is_once && filled.len() * 2 > names.len()
}

/// The values of objects, by the way to them.
fn objects(first: &[u8]) -> Looks {
    let start = first.trim_ascii_start();
    let is_list = start.starts_with(b"[");
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let mut rows = 0;
    if is_list {
        let inner = start.get(1..).unwrap_or_default();
        // Objects of a list have a comma between them, which the stream of values does not know.
        let mut rest = inner;
        while rows < ROWS {
            let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<Value>();
            let Some(Ok(value)) = values.next() else { break };
            ways(&value, "", &mut found);
            rows += 1;
            let end = values.byte_offset();
            rest = rest.get(end..).unwrap_or_default().trim_ascii_start();
            rest = rest.strip_prefix(b",").unwrap_or(rest);
        }
    } else {
        for value in serde_json::Deserializer::from_slice(start).into_iter::<Value>().take(ROWS) {
            let Ok(value) = value else { break };
            ways(&value, "", &mut found);
            rows += 1;
        }
    }
    let columns = found.iter().map(|(name, values)| column(name, values.iter().map(String::as_str).collect()));
    Looks { is_table: false, delimiter: b',', has_header: true, columns: columns.collect(), nulls: Vec::new(), rows }
}

fn ways(value: &Value, way: &str, found: &mut Vec<(String, Vec<String>)>) {
    let text = match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                let name = if is_plain { name.clone() } else { serde_json::to_string(name).unwrap_or_default() };
                ways(value, &if way.is_empty() { name } else { format!("{way}.{name}") }, found);
            }
            return;
        }
        Value::Array(items) => return items.iter().for_each(|item| ways(item, &format!("{way}[]"), found)),
        Value::Null => return,
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    if text.is_empty() {
        return;
    }
    match found.iter_mut().find(|(known, _)| known == way) {
        Some((_, values)) => values.push(text),
        None => found.push((way.to_owned(), vec![text])),
    }
}

fn nulls(rows: &[Vec<String>]) -> Vec<String> {
    let stands = |null: &&&str| rows.iter().flatten().filter(|cell| cell.as_str() == **null).count() > 1;
    NULLS.iter().filter(stands).map(|null| (*null).to_owned()).collect()
}

fn column(name: &str, cells: Vec<&str>) -> Column {
    let mut distinct: Vec<String> = Vec::new();
    let mut is_few = true;
    let mut sorted = cells.clone();
    sorted.sort_unstable();
    let is_unique = sorted.len() > 1 && sorted.windows(2).all(|pair| pair.first() != pair.last());
    sorted.dedup();
    if sorted.len() > DISTINCT {
        is_few = false;
    } else {
        distinct.extend(sorted.into_iter().map(ToOwned::to_owned));
    }
    let words: usize = cells.iter().map(|cell| cell.split_whitespace().count()).sum();
    Column {
        name: name.to_owned(),
        filled: cells.len(),
        distinct: is_few.then_some(distinct),
        dates: dates(&cells),
        is_number: !cells.is_empty() && cells.iter().all(|cell| is_number(cell)),
        is_unique,
        words: words.checked_div(cells.len()).unwrap_or(0),
    }
}

fn is_number(cell: &str) -> bool {
    scalar::number(cell).is_some()
}

/// How the dates of some cells are written, if all of them are dates.
fn dates(cells: &[&str]) -> Dates {
    if cells.is_empty() {
        return Dates::None;
    }
    let fits =
        |format: &str| cells.iter().all(|cell| BrokenDownTime::parse(format, cell).is_ok_and(|read| is_likely(&read)));
    // What the record reads without being told.
    if cells.iter().all(|cell| cell.len() > 10 && Moment::parse(cell).is_some()) {
        return Dates::Moment { format: None, other: None };
    }
    if let Some(format) = MOMENTS.iter().find(|format| fits(format)) {
        return Dates::Moment { format: Some((*format).to_owned()), other: None };
    }
    let both = || DAYS.iter().flat_map(|day| TIMES.iter().map(move |time| format!("{day} {time}")));
    let mut moments = both().filter(|format| fits(format));
    if let Some(format) = moments.next() {
        let other = moments.find(|other| other.get(..5) != format.get(..5));
        return Dates::Moment { format: Some(format), other };
    }
    let mut days = DAYS.iter().filter(|format| fits(format));
    if let Some(format) = days.next() {
        return Dates::Day { format: (*format).to_owned(), other: days.next().map(|other| (*other).to_owned()) };
    }
    // Numbers alone are times only if they have the six digits of one.
    let is_time = |format: &&&str| {
        let is_bare = !format.contains(':');
        fits(format) && (!is_bare || cells.len() > 1 && cells.iter().all(|cell| cell.len() == 6))
    };
    TIMES.iter().find(is_time).map_or(Dates::None, |format| Dates::Time((*format).to_owned()))
}

/// Whether a date is of a year in which files are written; a bare number is seldom one.
fn is_likely(read: &BrokenDownTime) -> bool {
    read.year().is_none_or(|year| (1900..2100).contains(&year))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(text: &str) -> Looks {
        table(text.as_bytes(), Layout::of(text.as_bytes()).delimiter)
    }

    #[test]
    fn formats_are_told_by_all_values() {
        let day = |format: &str, other: Option<&str>| Dates::Day {
            format: format.to_owned(),
            other: other.map(str::to_owned),
        };
        assert_eq!(dates(&["1/2/2024", "1/13/2024"]), day("%m/%d/%Y", None));
        assert_eq!(dates(&["1/2/2024", "13/1/2024"]), day("%d/%m/%Y", None));
        assert_eq!(dates(&["1/2/2024", "3/4/2024"]), day("%m/%d/%Y", Some("%d/%m/%Y")));
        assert_eq!(dates(&["2024-01-02T03:04:05Z"]), Dates::Moment { format: None, other: None });
        assert_eq!(
            dates(&["29-02-2016 01:16"]),
            Dates::Moment { format: Some("%d-%m-%Y %H:%M".to_owned()), other: None }
        );
        assert_eq!(dates(&["03:53:50 PM"]), Dates::Time("%I:%M:%S %p".to_owned()));
        assert_eq!(dates(&["003837", "172813"]), Dates::Time("%H%M%S".to_owned()));
        assert_eq!(dates(&["10062011", "10052011"]), day("%m%d%Y", None));
        for odd in ["12", "1211372", "Elm St", "", "99/99/2024"] {
            assert_eq!(dates(&[odd]), Dates::None, "{odd}");
        }
    }

    #[test]
    fn a_first_row_of_values_is_no_header() {
        assert!(looks("id,when\n7,2024-01-01\n").has_header);
        assert!(!looks("7,2024-01-01\n8,2024-01-02\n").has_header);
        assert!(looks("name,2019,2020\nx,a,b\n").has_header);
        let table = looks("sep=;\nid;what\n1;?\n2;?\n3;\"a; b\"\n");
        assert_eq!((table.delimiter, table.rows, table.nulls.as_slice()), (b';', 3, ["?".to_owned()].as_slice()));
        let distinct = table.columns.get(1).and_then(|column| column.distinct.clone());
        assert_eq!(distinct, Some(vec!["a; b".to_owned()]));
    }

    #[test]
    fn objects_have_ways() {
        let text = br#"[{"a":{"b c":1},"d":[{"e":"x"},{"e":"y"}]}, {"a":{"b c":2}}, {"#;
        let looks = objects(text);
        let names: Vec<&str> = looks.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!((names.as_slice(), looks.rows), (["a.\"b c\"", "d[].e"].as_slice(), 2));
    }
}
