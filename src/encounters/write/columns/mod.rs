//! Disclosures as rows of typed columns. What changes its type when it is redacted, the encounter, is one text of JSON; all else
//! that a line of JSON has is a column, or a list of records.
//!
//! `list` puts lists and records together, `parts` has a type for each kind of them, in the order of their fields.

mod list;
mod parts;

#[cfg(test)]
mod tests;

use super::fields;
use crate::privacy::Disclosure;
use crate::privacy::DisclosureParts;
use crate::privacy::ShownId;
use arrow_array::ArrayRef;
use arrow_array::RecordBatch;
use arrow_array::builder::Int64Builder;
use arrow_array::builder::StringBuilder;
use arrow_schema::ArrowError;
use arrow_schema::SchemaRef;
use list::List;
use list::Texts;
use list::column;
use parts::Candidates;
use parts::Codes;
use parts::Findings;

/// Columns of one text a row, before the lists.
const HEAD: [&str; 5] = ["id", "audience", "purpose", "policy", "registry"];
/// Rows that are written together at most.
const MOST_ROWS: usize = 4096;
/// Bytes of encounters that are written together, and the last encounter.
const MOST_BYTES: usize = 16 << 20;

/// Rows under construction.
pub struct Rows {
    head: Texts<5>,
    codes: List<Codes>,
    candidates: List<Candidates>,
    findings: List<Findings>,
    missing: List<StringBuilder>,
    encounter: StringBuilder,
    obligations: List<Texts<2>>,
    redactions: List<Texts<3>>,
    line: Int64Builder,
    error: StringBuilder,
    count: usize,
    json: Vec<u8>,
}

impl Default for Rows {
    fn default() -> Rows {
        Rows {
            head: Texts::new(HEAD),
            codes: List::new(Codes::default()),
            candidates: List::new(Candidates::default()),
            findings: List::new(Findings::default()),
            missing: List::new(StringBuilder::new()),
            encounter: StringBuilder::new(),
            obligations: List::new(Texts::new(["name", "text"])),
            redactions: List::new(Texts::new(["path", "did", "why"])),
            line: Int64Builder::new(),
            error: StringBuilder::new(),
            count: 0,
            json: Vec::new(),
        }
    }
}

impl Rows {
    /// Names and types of the columns.
    ///
    /// # Errors
    /// Never: no rows fit each other.
    pub fn schema() -> Result<SchemaRef, ArrowError> {
        Rows::default().finish().map(|batch| batch.schema())
    }

    /// Adds everything that is shown of an encounter, or why it could not be read.
    pub fn push(&mut self, disclosure: &Disclosure<'_>) {
        match disclosure.parts() {
            Ok(whole) => self.push_whole(whole),
            Err(unreadable) => self.refuse(unreadable.line, unreadable.error),
        }
    }

    fn push_whole(&mut self, whole: &DisclosureParts<'_>) {
        let line;
        let id = match &whole.id {
            ShownId::Text(id) => id.as_ref(),
            ShownId::Line(it) => {
                line = it.to_string();
                line.as_str()
            }
        };
        self.head.push([Some(id), Some(whole.audience), whole.purpose, Some(whole.policy), Some(whole.registry)]);
        self.codes.push(&whole.codes, Codes::push);
        self.candidates.push(&whole.candidates, Candidates::push);
        self.findings.push(&whole.findings, Findings::push);
        self.missing.push(&whole.missing, |texts, it| texts.append_value(it));
        self.json.clear();
        fields::fields(&whole.encounter, &mut self.json);
        // JSON is UTF-8.
        self.encounter.append_value(std::str::from_utf8(&self.json).unwrap_or_default());
        self.obligations.push(&whole.obligations, |texts, it| texts.push([Some(it.name), Some(it.text)]));
        self.redactions.push(&whole.redactions, |texts, it| texts.push([Some(&it.path), Some(it.did), Some(&it.why)]));
        self.line.append_null();
        self.error.append_null();
        self.count += 1;
    }

    /// Adds what stands for a line that could not be read.
    pub fn refuse(&mut self, line: u64, error: &str) {
        self.head.push([None; 5]);
        self.codes.push_null();
        self.candidates.push_null();
        self.findings.push_null();
        self.missing.push_null();
        self.encounter.append_null();
        self.obligations.push_null();
        self.redactions.push_null();
        self.line.append_value(i64::try_from(line).unwrap_or(i64::MAX));
        self.error.append_value(error);
        self.count += 1;
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether they should be written before others are added.
    pub fn are_many(&self) -> bool {
        self.count >= MOST_ROWS || self.encounter.values_slice().len() >= MOST_BYTES
    }

    /// The rows, which are then gone from here.
    ///
    /// # Errors
    /// Never: each row adds to every column.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        self.count = 0;
        let mut columns: Vec<(&str, ArrayRef)> = self.head.columns();
        columns.extend([
            ("codes", self.codes.finish()?),
            ("candidates", self.candidates.finish()?),
            ("findings", self.findings.finish()?),
            ("missing", self.missing.finish()?),
            ("encounter", column(self.encounter.finish())),
            ("obligations", self.obligations.finish()?),
            ("redactions", self.redactions.finish()?),
            ("line", column(self.line.finish())),
            ("error", column(self.error.finish())),
        ]);
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)))
    }
}
