//! Reading, format by format.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::model::content::Code;
use crate::model::content::CodeSet;
use crate::model::day::Day;
use crate::model::encounter::Encounter;
use crate::model::ids::CodeId;
use crate::model::ids::RecordId;
use crate::model::ids::SetId;
use crate::model::moment::Moment;
use crate::model::program::Shared;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::record::Privacy;
use crate::model::record::Record;
use crate::model::value::Value;
use crate::registry;
use crate::registry::Registry;
use std::io::Cursor;
use std::io::Read;
use std::sync::Arc;

const TODAY: Day = Day(20_000);

fn field(name: &str, kind: Kind) -> Field {
    Field {
        name: name.to_owned(),
        title: String::new(),
        kind,
        is_required: false,
        default: Vec::new(),
        privacy: Privacy::default(),
        dates_encounter: name == "date",
        also: Vec::new(),
        ask: String::new(),
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

fn list(kind: Kind) -> Kind {
    Kind::List(Box::new(kind))
}

/// A registry with the code set `tests`: E11.9 and I10.
fn small_registry() -> Registry {
    let code = |code: &str| Code { code: code.to_owned(), is_assignable: true, ..Code::default() };
    let set = CodeSet { name: "tests".to_owned(), codes: vec![code("E11.9"), code("I10")], ..CodeSet::default() };
    let shared = Shared { sets: words(&["tests"]), ..Shared::default() };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it.registry");
    let parts = registry::Parts::of_sets(std::slice::from_ref(&set), &shared);
    registry::write(&path, &parts).unwrap();
    Registry::open(&path).unwrap()
}

/// A schema of a record with a field of every type.
pub(crate) fn schema() -> Schema {
    let diagnosis = vec![field("code", Kind::Code(SetId::FIRST)), field("poa", Kind::Text), field("text", Kind::Text)];
    let procedure = vec![
        field("code", Kind::Text),
        field("units", Kind::Number),
        field("modifiers", list(Kind::Text)),
        field("date", Kind::Date),
        field("diagnoses", list(Kind::Integer)),
        field("place_of_service", Kind::Text),
    ];
    let patient = vec![
        field("id", Kind::Text),
        field("age", Kind::Integer),
        field("sex", Kind::Choice(words(&["female", "male"]))),
    ];
    let fields = vec![
        field("id", Kind::Text),
        field("class", Kind::Choice(words(&["inpatient", "out-patient", "professional", "outpatient"]))),
        field("date", Kind::Date),
        field("received", Kind::DateTime),
        field("minutes", Kind::Number),
        field("paid", Kind::Money(None)),
        field("urgent", Kind::Bool),
        field("wait", Kind::Duration),
        field("edition", Kind::Ladder(words(&["2016", "2019.1", "2025.0"]))),
        field("tags", list(Kind::Text)),
        field("patient", Kind::Record(patient)),
        field("diagnoses", list(Kind::Record(diagnosis))),
        field("procedures", list(Kind::Record(procedure))),
        field("payer", Kind::Text),
        field("discharge_date", Kind::Date),
    ];
    let record = Record { name: "encounter".to_owned(), title: String::new(), zone: None, fields };
    Schema::new(&record, RecordId::FIRST, Arc::new(small_registry()))
}

fn read<'a>(schema: &Schema, text: &'a str) -> Encounter<'a> {
    read_json(text, 1, schema, None, TODAY).unwrap()
}

/// The encounters of an input as `name=value` of the fields they have.
fn shown(input: &[u8], name: &str, format: Option<Format>) -> Vec<String> {
    let schema = schema();
    let mut source = Source::new(name, None, Box::new(Cursor::new(input.to_vec())), format, &schema).unwrap();
    let (mut block, mut out) = (Block::default(), Vec::new());
    while source.fill(&mut block).unwrap() {
        block.each(|line, raw| {
            out.push(match raw.and_then(|raw| raw.read(line, &schema, None, TODAY)) {
                Ok(encounter) => format!("{line}: {}", show(&encounter, &schema)),
                Err(why) => format!("{line}: {why}"),
            });
        });
    }
    out
}

fn show(encounter: &Encounter<'_>, schema: &Schema) -> String {
    let names = schema.level().names.iter();
    let present = names.zip(&encounter.slots).filter(|(_, value)| !value.is_absent());
    let mut out: Vec<String> = present.map(|(name, value)| format!("{name}={}", plain(value))).collect();
    out.extend(encounter.undeclared.iter().map(|(name, value)| format!("?{name}={value}")));
    out.extend(encounter.misfits.iter().map(|(path, word)| format!("!{path}:{word}")));
    out.join(" ")
}

fn plain(value: &Value<'_>) -> String {
    match value {
        Value::Absent => "-".to_owned(),
        Value::Bool(it) => it.to_string(),
        Value::Number(it) => it.to_string(),
        Value::Money(it) => it.to_string(),
        Value::Text(it) | Value::Misfit(it) => it.to_string(),
        Value::Day(it) => it.to_string(),
        Value::Moment(it) => it.to_string(),
        Value::Span(it) => format!("{}m{}s", it.months, it.seconds),
        Value::Choice(it) | Value::Step(it) => format!("#{it}"),
        Value::Code(it) => it.text.to_string(),
        Value::List(items) | Value::Record(items) => {
            format!("({})", items.iter().map(plain).collect::<Vec<_>>().join(","))
        }
    }
}

#[test]
fn values_take_the_type_of_their_field() {
    let schema = schema();
    let text = r#"{"id":17,"class":"Out_Patient","date":"2026-03-02","received":"2026-03-02T21:14:00Z","minutes":"12.5",
        "paid":"$1,200.00","urgent":"yes","wait":"30 days","edition":2025.0,"tags":["a","",3],
        "patient":{"age":41,"sex":"FEMALE"},"diagnoses":[{"code":"e119"},{"code":"Z99.9"}]}"#;
    let encounter = read(&schema, text);
    assert_eq!(
        show(&encounter, &schema),
        "id=17 class=#1 date=2026-03-02 received=2026-03-02T21:14:00Z minutes=12.5 paid=1200.00 urgent=true wait=0m2592000s \
         edition=#2 tags=(a,-,3) patient=(-,41,#0) diagnoses=((e119,-,-),(Z99.9,-,-))"
    );
    assert_eq!(encounter.on, Day::parse("2026-03-02").unwrap());
    let Value::List(diagnoses) = &encounter.slots[11] else { unreachable!() };
    let code = |place: usize| match &diagnoses[place] {
        Value::Record(slots) => match &slots[0] {
            Value::Code(code) => code.code,
            _ => None,
        },
        _ => None,
    };
    assert_eq!((code(0), code(1)), (Some(CodeId::FIRST), None));
}

#[test]
fn what_does_not_fit_is_kept_and_told() {
    let schema = schema();
    let text = r#"{"minutes":"ten","date":"2026-02-30","class":"x","patient":[1],"tags":"a","diagnoses":[{"code":{"c":1}},7],
        "urgent":3.5,"patient2":{"name":"x"},"received":null,"edition":""}"#;
    let encounter = read(&schema, text);
    assert_eq!(
        show(&encounter, &schema),
        r#"class=x date=2026-02-30 minutes=ten urgent=3.5 tags=a patient=[1] diagnoses=(({"c":1},-,-),7) ?patient2={"name":"x"} !minutes:number !date:date !class:choice !patient:record !tags:list !diagnoses[0].code:code !diagnoses[1]:record !urgent:bool"#
    );
    assert_eq!(encounter.on, TODAY);
}

#[test]
fn of_two_values_the_last_counts() {
    let schema = schema();
    let encounter = read(&schema, r#"{"id":"a","patient":{"age":1,"age":2},"id":"b"}"#);
    assert_eq!(show(&encounter, &schema), "id=b patient=(-,2,-) !patient.age:single value !id:single value");
}

#[test]
fn texts_borrow_from_the_line() {
    let schema = schema();
    let encounter = read(&schema, r#"{"id":"plain","payer":"with \" sign"}"#);
    assert!(matches!(&encounter.slots[0], Value::Text(std::borrow::Cow::Borrowed("plain"))));
    assert!(matches!(&encounter.slots[13], Value::Text(std::borrow::Cow::Owned(_))));
}

#[test]
fn trouble_is_named_and_never_quoted() {
    let schema = schema();
    let why = |text: &str| read_json(text, 1, &schema, None, TODAY).unwrap_err();
    assert_eq!(why("[]"), Unreadable::NotAnObject);
    assert_eq!(why(r#""secret""#), Unreadable::NotAnObject);
    assert_eq!(why("secret"), Unreadable::NotJson { column: 1 });
    assert_eq!(why(r#"{"id":"secret"} x"#), Unreadable::NotJson { column: 17 });
    assert_eq!(why(&format!("{}1{}", "{\"a\":[".repeat(90), "]}".repeat(90))), Unreadable::TooDeep);
    assert!(!why(r#"{"secret"#).to_string().contains("secret"));
}

#[test]
fn arrays_are_cut_at_their_elements() {
    let input = b" [\n {\"id\":\"a]}\\\"\"},\n 7, {\"id\":\"b\",\"tags\":[\"x\",{}]}\n]\n";
    let expected = ["2: id=a]}\"", "3: this is not a JSON object", "3: id=b tags=(x,{}) !tags[1]:text"];
    assert_eq!(shown(input, "it.json", None), expected);
    assert_eq!(
        shown(b"[{\"id\":\"a\"},", "it.json", None)[1],
        "1: the JSON array is broken here, the rest is not read"
    );
    assert_eq!(shown(b"[] []", "it.json", None).len(), 1);
    assert_eq!(shown(b"[]", "it.json", None).len(), 0);
    let laid_out = b"{\n  \"id\": \"a\"\n}\n{\n  \"id\": \"b\"\n}\n";
    assert_eq!(shown(laid_out, "it.json", None), ["1: id=a", "4: id=b"]);
}

#[test]
fn csv_has_places_in_its_header() {
    // One letter of UTF-8 tells how the table is saved, so that a broken one is told.
    let input = b"id,patient.age,tags,diagnoses.code,diagnoses[1].code,My Field,St. Paul\r\n\
        1,41,a; b,I10,,\xC3\xA9,\r\n\
        2,old,,,E119,,\"a \"\"b\"\"\nc\"\r\n\
        3,,,,,,,too many\r\n\
        4,\xFF,,,,,\r\n\
        5,41\r\n";
    assert_eq!(
        shown(input, "it.csv", None),
        [
            "2: id=1 tags=(a,b) patient=(-,41,-) diagnoses=((I10,-,-)) ?My Field=\"é\"",
            "3: id=2 patient=(-,old,-) diagnoses=((-,-,-),(E119,-,-)) ?St. Paul=\"a \\\"b\\\"\\nc\" !patient.age:integer",
            "5: this row has more cells than the header",
            "6: this is not UTF-8",
            "7: this row has fewer cells than the header",
        ]
    );
    assert_eq!(shown(b"id;minutes\n1;4\n", "it.csv", None), ["2: id=1 minutes=4"]);
    assert_eq!(shown(b"id\tminutes\n1\t4\n", "it.tsv", None), ["2: id=1 minutes=4"]);
    assert!(shown(b"", "it.csv", None).is_empty());
    assert!(shown(b"id\n", "it.csv", None).is_empty());
}

/// A table of random cells, some in quotes, and where its closing quotes stand.
fn table(random: &mut fastrand::Rng) -> (String, Vec<usize>) {
    let (mut text, mut closing) = ("id,minutes,note\n".to_owned(), Vec::new());
    for number in 0..random.usize(2..9) {
        text.push_str(&format!("{number},4,"));
        let word = *random.choice(&["", "plain", "a, b", ",x", "two\nlines", "say \"\"so\"\""]).unwrap_or(&"");
        if word.contains([',', '\n', '"']) || random.bool() {
            text.push_str(&format!("\"{word}\""));
            closing.push(text.len() - 1);
        } else {
            text.push_str(word);
        }
        text.push('\n');
    }
    (text, closing)
}

#[test]
fn a_quote_that_is_not_closed_takes_in_no_rows_in_silence() {
    let mut random = fastrand::Rng::with_seed(5);
    for _ in 0..400 {
        let (text, closing) = table(&mut random);
        let right = shown(text.as_bytes(), "it.csv", None);
        assert!(right.iter().all(|line| !line.contains("quote")), "{text}");
        let Some(at) = random.choice(&closing) else { continue };
        let mut open = text.clone();
        open.remove(*at);
        let lines = shown(open.as_bytes(), "it.csv", None);
        let is_said = lines.iter().any(|line| line.contains("a quote is not closed") || line.contains("cells than"));
        assert!(is_said || lines.len() == right.len(), "{open}\n{lines:?}");
    }
}

#[test]
fn rows_of_another_width_and_headers_that_are_too_wide_are_named() {
    let mut random = fastrand::Rng::with_seed(6);
    for _ in 0..200 {
        let (wide, cells) = (random.usize(2..40), random.usize(1..60));
        let header: Vec<String> = (0..wide).map(|number| format!("c{number}")).collect();
        let text = format!("{}\n{}\n", header.join(","), vec!["x"; cells].join(","));
        let lines = shown(text.as_bytes(), "it.csv", None);
        let said = ["more cells", "fewer cells"].map(|words| lines.iter().any(|line| line.contains(words)));
        assert_eq!(said, [cells > wide, cells < wide], "{wide} {cells}: {lines:?}");
    }
    let text = format!("{}\n1\n", vec!["c"; 100_000].join(","));
    let lines = shown(text.as_bytes(), "it.csv", None);
    assert!(lines.len() == 1 && lines.iter().all(|line| line.contains("columns")), "{lines:?}");
}

#[test]
fn packed_files_are_unpacked() {
    use std::io::Write;
    let plain = b"{\"id\":\"a\"}\n{\"id\":\"b\"}\n".repeat(30_000);
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(&plain).unwrap();
    let packed = packer.finish().unwrap();
    assert_eq!(shown(&packed, "it.ndjson.gz", None).len(), 60_000);
    let mut packer = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
    packer.write_all(&plain).unwrap();
    let xz = packer.finish().unwrap();
    assert_eq!(shown(&xz, "it", None).len(), 60_000);
    for packed in [&packed, &xz] {
        let cut = shown(&packed[..packed.len() / 2], "it.ndjson.gz", None);
        assert!(cut.last().unwrap().ends_with("the packed file is damaged here, the rest is not read"));
    }
}

/// So many bytes of one line, then another line; nothing of it lies in memory before it is read.
struct Long(u64);

impl Read for Long {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.0.min(buffer.len() as u64);
        self.0 -= count;
        let end = usize::try_from(count).unwrap();
        buffer[..end].fill(b'x');
        Ok(end)
    }
}

#[test]
fn a_long_line_is_skipped() {
    let schema = schema();
    let size = LONGEST as u64 * 2;
    for (format, before) in
        [(Format::Ndjson, "{\"id\":\"a\"}\n"), (Format::Csv, "id\na\n"), (Format::Json, "[\n{\"id\":\"a\"},")]
    {
        let after = if format == Format::Json { ",\n{\"id\":\"b\"}]" } else { "\nb\n" };
        let input = Cursor::new(before.as_bytes()).chain(Long(size)).chain(Cursor::new(after.as_bytes()));
        let mut source = Source::new("it", None, Box::new(input), Some(format), &schema).unwrap();
        let (mut block, mut out) = (Block::default(), Vec::new());
        while source.fill(&mut block).unwrap() {
            block.each(|line, raw| out.push((line, raw.err())));
            assert!(block.bytes.capacity() <= LONGEST);
        }
        assert_eq!(out.len(), 3, "{format:?}");
        assert_eq!(out[1].1, Some(Unreadable::TooLong));
    }
}

#[test]
fn a_directory_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let schema = schema();
    assert!(matches!(Source::open(folder.path(), None, &schema), Err(Error::Directory { .. })));
    assert!(matches!(Source::open(&folder.path().join("none"), None, &schema), Err(Error::File { .. })));
}

#[test]
fn moments_and_days_date_an_encounter() {
    let schema = schema();
    let encounter = read(&schema, r#"{"date":"2020-03-13T00:00:00-04:00"}"#);
    assert_eq!(encounter.on, Moment::parse("2020-03-13").unwrap().day());
    let forced = read_json(r#"{"date":"2020-03-13"}"#, 1, &schema, Some(Day(5)), TODAY).unwrap();
    assert_eq!(forced.on, Day(5));
}

#[test]
fn a_row_is_read_as_its_json_text_is() {
    let schema = schema();
    let known = header::Known::new(&schema);
    let names = "id|class|date|received|minutes|paid|urgent|wait|edition|tags|tags[1]|patient.age|patient.sex|patient|\
                 diagnoses[0].code|diagnoses.code|diagnoses[2].poa|diagnoses|Payer||procedures[1].modifiers|\
                 procedures.modifiers[2]|procedures[0].units|other|St. Paul|a[b";
    let cells = "||| |E-1|inpatient|Out Patient|2026-03-02|2026-03-02T21:14:00|25|120.50|yes|P2D|2019.1|a;b; ;c|e11.9|I10|\
                 \"quoted\"\n|café \\ \u{7}|no such thing|1e400";
    let cells: Vec<&str> = cells.split('|').collect();
    let mut random = fastrand::Rng::with_seed(9);
    let mut filled = 0;
    for _ in 0..5_000 {
        let columns: Vec<String> = random.choose_multiple(names.split('|'), 8).into_iter().map(str::to_owned).collect();
        let header = header::Header::new(&columns, &known);
        let texts: Vec<String> = columns.iter().map(|_| cells[random.usize(..cells.len())].to_owned()).collect();
        let row = row::Row::of(&texts);
        let mut packed = Vec::new();
        row.pack(&mut packed);
        let raw = Raw::row(&header, row::Cells::of(&packed).unwrap());
        let text = raw.text();
        let (direct, by_text) = (raw.read(1, &schema, None, TODAY).unwrap(), read(&schema, &text));
        assert_eq!(direct.slots, by_text.slots, "{text}");
        assert_eq!((&direct.undeclared, &direct.misfits), (&by_text.undeclared, &by_text.misfits), "{text}");
        filled += direct.slots.iter().filter(|value| !value.is_absent()).count();
    }
    assert!(filled > 5_000, "only {filled} slots were filled");
}
