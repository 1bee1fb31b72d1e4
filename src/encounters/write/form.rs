//! Disclosures in other forms than lines of JSON: tables, and what other programs take findings in.
//!
//! All of them are made of what a [`Disclosure`] shows, so nothing that a policy hides comes back.

use super::json::text;
use super::plain;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::rules::Severity;
use crate::privacy::Disclosure;
use crate::privacy::DisclosureParts;
use crate::privacy::ShownFields;
use crate::privacy::ShownFinding;
use crate::privacy::ShownId;
use crate::privacy::ShownValue;
use std::io;
use std::io::Write;

/// A form in which disclosures are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One disclosure a line.
    Ndjson,
    /// One array of disclosures.
    Json,
    /// One row an encounter.
    Csv,
    /// One row a finding.
    FindingsCsv,
    /// One line an encounter, for people.
    Table,
    /// One OperationOutcome of FHIR with an issue for each finding.
    OperationOutcome,
    /// One test case an encounter.
    Junit,
    /// One result of SARIF a finding.
    Sarif,
}

/// Columns of a row of findings.
const FINDING_COLUMNS: [&str; 9] = ["id", "rule", "severity", "path", "message", "help", "see", "fix", "more"];
/// Columns of a row of an encounter, before its fields.
const COLUMNS: [&str; 9] =
    ["id", "error", "codes", "candidates", "confidence", "errors", "warnings", "findings", "missing"];

impl Form {
    /// All forms, with what they are called.
    pub const ALL: [(&'static str, Form); 8] = [
        ("ndjson", Form::Ndjson),
        ("json", Form::Json),
        ("csv", Form::Csv),
        ("findings-csv", Form::FindingsCsv),
        ("table", Form::Table),
        ("operation-outcome", Form::OperationOutcome),
        ("junit", Form::Junit),
        ("sarif", Form::Sarif),
    ];

    /// What stands before all answers; `fields` are those of the record.
    pub fn head(self, fields: &[Field]) -> String {
        match self {
            Form::Ndjson => String::new(),
            Form::Json => "[\n".to_owned(),
            Form::Csv => {
                let names = paths(fields).into_iter().map(|path| format!("field.{path}"));
                let columns = COLUMNS.iter().map(|name| (*name).to_owned()).chain(names);
                String::from_utf8_lossy(&csv_row(columns)).into_owned()
            }
            Form::FindingsCsv => String::from_utf8_lossy(&csv_row(FINDING_COLUMNS)).into_owned(),
            Form::Table => format!("{:<20}  {:<40}  findings\n", "id", "code"),
            Form::OperationOutcome => "{\"resourceType\":\"OperationOutcome\",\"issue\":[\n".to_owned(),
            Form::Junit => "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"tencode\">\n".to_owned(),
            Form::Sarif => format!(
                "{{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{{\
                 \"tool\":{{\"driver\":{{\"name\":\"tencode\",\"version\":\"{}\"}}}},\"results\":[\n",
                env!("CARGO_PKG_VERSION")
            ),
        }
    }

    /// What stands behind all answers; `is_empty` if there was none.
    pub fn tail(self, is_empty: bool) -> &'static str {
        match self {
            Form::Json => "]\n",
            Form::OperationOutcome if is_empty => {
                "{\"severity\":\"information\",\"code\":\"informational\",\"details\":{\"text\":\"no findings\"}}\n]}\n"
            }
            Form::OperationOutcome => "]}\n",
            Form::Junit => "</testsuite>\n",
            Form::Sarif => "]}]}\n",
            Form::Ndjson | Form::Csv | Form::FindingsCsv | Form::Table => "",
        }
    }

    /// Whether its lines are items of one list, with commas between them.
    pub fn is_list(self) -> bool {
        matches!(self, Form::Json | Form::OperationOutcome | Form::Sarif)
    }

    /// Appends what it says of one encounter; `paths` are those of its fields.
    pub fn piece(self, disclosure: &Disclosure<'_>, paths: &[String], out: &mut Vec<u8>) {
        let whole = match disclosure.parts() {
            Ok(whole) => whole,
            Err(unreadable) => return self.unreadable(unreadable.line, unreadable.error, paths.len(), out),
        };
        let id = shown_id(&whole.id);
        match self {
            Form::Ndjson | Form::Json => super::line(disclosure, out),
            Form::Csv => out.extend_from_slice(&row(whole, &id, paths)),
            Form::FindingsCsv => whole.findings.iter().for_each(|it| out.extend_from_slice(&finding_row(&id, it))),
            Form::Table => out.extend_from_slice(line_for_people(whole, &id).as_bytes()),
            Form::OperationOutcome => whole.findings.iter().for_each(|it| issue(&id, it, out)),
            Form::Junit => out.extend_from_slice(test_case(&id, &whole.findings).as_bytes()),
            Form::Sarif => whole.findings.iter().for_each(|it| result(&id, it, out)),
        }
    }

    /// Appends what stands for a line that could not be read; the record has `width` fields.
    pub fn unreadable(self, line: u64, error: &'static str, width: usize, out: &mut Vec<u8>) {
        let id = format!("line {line}");
        let failed = ShownFinding {
            rule: "unreadable".to_owned(),
            severity: Severity::Error,
            path: String::new(),
            message: Some(error.to_owned()),
            see: String::new(),
            help: String::new(),
            fix: None,
            extra: Vec::new(),
        };
        match self {
            Form::Ndjson | Form::Json => {
                super::parts::unreadable(crate::privacy::UnreadableLine { line, error }, out);
                out.push(b'\n');
            }
            Form::Csv => {
                let empty = std::iter::repeat_n("", COLUMNS.len() - 2 + width);
                out.extend_from_slice(&csv_row([id.as_str(), error].into_iter().chain(empty)));
            }
            Form::FindingsCsv => out.extend_from_slice(&finding_row(&id, &failed)),
            Form::Table => out.extend_from_slice(format!("{id:<20}  {error}\n").as_bytes()),
            Form::OperationOutcome => issue(&id, &failed, out),
            Form::Junit => out.extend_from_slice(test_case(&id, &[failed]).as_bytes()),
            Form::Sarif => result(&id, &failed, out),
        }
    }
}

/// Puts commas between lines: what stands before an item is written when it is known that there is one.
pub struct Listed<'w> {
    to: &'w mut dyn Write,
    is_list: bool,
    /// Nothing was written yet.
    pub is_empty: bool,
    begins_line: bool,
}

impl<'w> Listed<'w> {
    /// Lines of `form` for `to`.
    pub fn new(form: Form, to: &'w mut dyn Write) -> Listed<'w> {
        Listed { to, is_list: form.is_list(), is_empty: true, begins_line: true }
    }
}

impl Write for Listed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_list {
            self.is_empty &= bytes.is_empty();
            return self.to.write(bytes);
        }
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.begins_line && !self.is_empty {
                self.to.write_all(b",")?;
            }
            self.to.write_all(line)?;
            self.is_empty = false;
            self.begins_line = line.ends_with(b"\n");
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

fn shown_id(id: &ShownId<'_>) -> String {
    match id {
        ShownId::Text(id) => id.to_string(),
        ShownId::Line(line) => format!("line {line}"),
    }
}

/// Paths of the fields of a record, those inside of others included.
pub fn paths(fields: &[Field]) -> Vec<String> {
    let mut out = Vec::new();
    for field in fields {
        match field.kind.innermost() {
            Kind::Record(inner) => out.extend(paths(inner).iter().map(|path| format!("{}.{path}", field.name))),
            _ => out.push(field.name.clone()),
        }
    }
    out
}

/// A text for a cell. A spreadsheet would take a text that begins with one of a few signs for a formula and work it out, so
/// an apostrophe is put before it; a number is left as it is.
fn guarded(text: &str) -> String {
    let first = text.trim_start_matches([' ', '\u{a0}', '\u{feff}']).chars().next();
    let is_formula = first.is_some_and(|sign| {
        matches!(
            sign,
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '|' | '%' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}'
        )
    });
    let is_number = text.parse::<f64>().is_ok() && !text.starts_with('+');
    if is_formula && !is_number { format!("'{text}") } else { text.to_owned() }
}

/// One row of a table, with the end of its line.
fn csv_row(cells: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing to memory cannot fail.
    let _ = writer.write_record(cells.into_iter().map(|cell| guarded(cell.as_ref())));
    writer.into_inner().unwrap_or_default()
}

fn row(whole: &DisclosureParts<'_>, id: &str, paths: &[String]) -> Vec<u8> {
    let count = |severity| whole.findings.iter().filter(|it| it.severity == severity).count().to_string();
    let best = whole.candidates.iter().filter(|it| !it.below);
    let first = whole.candidates.iter().find(|it| !it.below);
    let cells = [
        id.to_owned(),
        String::new(),
        joined(whole.codes.iter().map(|it| format!("{}/{}", it.set, it.code))),
        joined(best.map(|it| format!("{}/{}", it.set, it.code))),
        first.map(|it| format!("{:.3}", it.confidence)).unwrap_or_default(),
        count(Severity::Error),
        count(Severity::Warning),
        joined(whole.findings.iter().map(|it| it.rule.clone())),
        joined(whole.missing.iter().map(|it| (*it).to_owned())),
    ];
    let fields = paths.iter().map(|path| joined(values(&whole.encounter, path).into_iter()));
    csv_row(cells.into_iter().chain(fields))
}

fn joined(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join("; ")
}

/// The values shown at a path of field names, one for each item of the lists on the way.
pub fn values(fields: &ShownFields<'_>, path: &str) -> Vec<String> {
    let mut values = Vec::new();
    fields.iter().for_each(|field| gather_field(field, path, &mut values));
    values
}

fn gather_field((name, value): (&str, &ShownValue<'_>), path: &str, values: &mut Vec<String>) {
    match path.strip_prefix(name) {
        Some("") => gather(value, "", values),
        Some(rest) => {
            if let Some(rest) = rest.strip_prefix('.') {
                gather(value, rest, values);
            }
        }
        None => {}
    }
}

fn gather(value: &ShownValue<'_>, path: &str, values: &mut Vec<String>) {
    match value {
        ShownValue::List(items) => items.iter().for_each(|item| gather(item, path, values)),
        ShownValue::Record(_) | ShownValue::Object(_) => {
            value.fields().for_each(|field| gather_field(field, path, values));
        }
        ShownValue::Nothing | ShownValue::Null => {}
        single if path.is_empty() => values.push(plain(single)),
        _ => {}
    }
}

fn finding_row(id: &str, it: &ShownFinding<'_>) -> Vec<u8> {
    let fix = it.fix.as_ref().map(|fix| format!("{}/{}", fix.set, fix.code)).unwrap_or_default();
    let more = joined(it.extra.iter().map(|(name, text)| format!("{name}: {text}")));
    let message = it.message.as_deref().unwrap_or_default();
    let cells = [id, &it.rule, it.severity.name(), &it.path, message, &it.help, &it.see, &fix, &more];
    csv_row(cells)
}

/// One line; signs that would move the cursor are left out.
fn line_for_people(whole: &DisclosureParts<'_>, id: &str) -> String {
    let given = whole.codes.first().map(|it| format!("{} {}", it.code, it.display));
    let proposed = || whole.candidates.iter().find(|it| !it.below).map(|it| format!("{}? {}", it.code, it.display));
    let code = given.or_else(proposed).unwrap_or_else(|| "-".to_owned());
    let findings = joined(whole.findings.iter().map(|it| format!("{} {}", it.severity.name(), it.rule)));
    let clean = |text: &str, most: usize| -> String { text.chars().filter(|it| !it.is_control()).take(most).collect() };
    format!("{:<20}  {:<40}  {}\n", clean(id, 20), clean(&code, 40), clean(&findings, usize::MAX)).trim_end().to_owned()
        + "\n"
}

/// Appends names and texts as the fields of an object that is open.
fn issue(id: &str, it: &ShownFinding<'_>, out: &mut Vec<u8>) {
    let level = match it.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice | Severity::Undecided => "information",
    };
    out.extend_from_slice(
        format!("{{\"severity\":\"{level}\",\"code\":\"business-rule\",\"details\":{{\"coding\":[{{\"code\":")
            .as_bytes(),
    );
    text(&it.rule, out);
    out.extend_from_slice(b"}],\"text\":");
    text(it.message.as_deref().unwrap_or(&it.rule), out);
    out.extend_from_slice(b"},\"diagnostics\":");
    text(id, out);
    if !it.path.is_empty() {
        out.extend_from_slice(b",\"expression\":[");
        text(&it.path, out);
        out.push(b']');
    }
    out.extend_from_slice(b"}\n");
}

fn result(id: &str, it: &ShownFinding<'_>, out: &mut Vec<u8>) {
    let level = match it.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice | Severity::Undecided => "note",
    };
    out.extend_from_slice(b"{\"ruleId\":");
    text(&it.rule, out);
    out.extend_from_slice(format!(",\"level\":\"{level}\",\"message\":{{\"text\":").as_bytes());
    text(it.message.as_deref().unwrap_or(&it.rule), out);
    out.extend_from_slice(b"},\"locations\":[{\"logicalLocations\":[{\"name\":");
    text(&it.path, out);
    out.extend_from_slice(b",\"fullyQualifiedName\":");
    text(&format!("{id}/{}", it.path), out);
    out.extend_from_slice(b"}]}]}\n");
}

fn test_case(id: &str, findings: &[ShownFinding<'_>]) -> String {
    let mut out = format!("  <testcase classname=\"encounter\" name=\"{}\">", escaped(id));
    for it in findings {
        let message = escaped(it.message.as_deref().unwrap_or(&it.rule));
        let (rule, path) = (escaped(&it.rule), escaped(&it.path));
        if it.severity == Severity::Error {
            out.push_str(&format!("<failure type=\"{rule}\" message=\"{message}\">{path}</failure>"));
        } else {
            out.push_str(&format!("<system-out>{} {rule} {path}: {message}</system-out>", it.severity.name()));
        }
    }
    out.push_str("</testcase>\n");
    out
}

/// A text for XML; what XML cannot hold is left out, and ends of lines are blanks.
fn escaped(text: &str) -> String {
    let held = |sign: char| match sign {
        '\n' | '\t' | '\r' => Some(' '),
        '\u{fffe}' | '\u{ffff}' => None,
        sign => Some(sign).filter(|sign| !sign.is_control()),
    };
    quick_xml::escape::escape(text.chars().filter_map(held).collect::<String>()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        let formulas = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", " =1", "\r=1", "\u{ff1d}1", "|x", "%x"];
        for text in formulas {
            let written = guarded(text);
            assert!(written.starts_with('\''), "{text:?} became {written:?}");
        }
        assert_eq!(csv_row(["-12.5", "a, \"b\"", "plain"]), b"-12.5,\"a, \"\"b\"\"\",plain\r\n");
    }

    #[test]
    fn commas_stand_between_items_however_they_are_written() {
        let mut out = Vec::new();
        let mut listed = Listed::new(Form::Json, &mut out);
        for part in ["{}", "\n{", "}\n", "{}\n"] {
            assert!(listed.write_all(part.as_bytes()).is_ok());
        }
        assert_eq!(out, b"{}\n,{}\n,{}\n");
    }

    #[test]
    fn xml_holds_no_sign_that_it_cannot() {
        assert_eq!(escaped("a<b & \"c\"\u{0}\n"), "a&lt;b &amp; &quot;c&quot; ");
    }
}
