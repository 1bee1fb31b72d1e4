//! One encounter as it came, and the ways from there into typed slots.

use super::header::Header;
use super::json;
use super::plain_json::read_json;
use super::row::Cells;
use super::schema::Schema;
use super::unreadable::Unreadable;
use crate::model::day::Day;
use crate::model::encounter::Encounter;
use std::borrow::Cow;

/// One encounter as it came, not read yet.
#[derive(Clone, Copy)]
pub struct Raw<'a>(Form<'a>);

#[derive(Clone, Copy)]
enum Form<'a> {
    Text(&'a str),
    Row(&'a Header, Cells<'a>),
}

/// JSON text of the record's fields; of a source of texts, the line.
impl<'a> From<&'a str> for Raw<'a> {
    fn from(text: &'a str) -> Raw<'a> {
        Raw(Form::Text(text))
    }
}

impl<'a> Raw<'a> {
    /// A row of a table whose columns are called as the fields are.
    pub(super) fn row(header: &'a Header, cells: Cells<'a>) -> Raw<'a> {
        Raw(Form::Row(header, cells))
    }

    /// Reads it. `on` overrides the day that the record's own dates give.
    ///
    /// Nothing is lost: what does not fit its type becomes a misfit, what no record declares is kept with its path. Of a
    /// field that stands there twice the last value counts, and a misfit says so.
    ///
    /// # Errors
    /// If a text is no JSON object, or nested deeper than `serde_json` follows (128).
    pub fn read(self, line: u64, schema: &Schema, on: Option<Day>, today: Day) -> Result<Encounter<'a>, Unreadable> {
        match self.0 {
            Form::Text(text) => read_json(text, line, schema, on, today),
            Form::Row(header, cells) => json::by_cells(header.fields(cells), line, schema, on, today),
        }
    }

    /// It as text; a row as the JSON text of its fields.
    pub fn text(self) -> Cow<'a, str> {
        match self.0 {
            Form::Text(text) => Cow::Borrowed(text),
            // A row of texts can always be written.
            Form::Row(header, cells) => Cow::Owned(serde_json::to_string(&header.fields(cells)).unwrap_or_default()),
        }
    }
}
