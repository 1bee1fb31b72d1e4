//! Invented names and numbers in every field of every shipped record, in fields that no record has, in names of fields and
//! in lines that cannot be read: none of them comes out for an audience that may not see it, in no answer, no message, no
//! audit log and nothing that is told of one.

#![expect(clippy::indexing_slicing, reason = "tests")]

use crate::laws_policy::SHOP;
use serde_json::Value;
use serde_json::json;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;
use tencode::model::record::Field;
use tencode::model::record::Kind;

/// Makes values, none twice, and remembers the parts of them that must not come out.
#[derive(Default)]
struct Birds {
    made: u64,
    parts: Vec<String>,
}

impl Birds {
    /// What somebody may write anywhere: it names a person in eight ways.
    fn sing(&mut self) -> String {
        self.made += 1;
        let number = self.made;
        let surname = format!("Zorv{}", letters(number));
        let street = format!("Qelm{}", letters(number));
        let mailbox = format!("vex{}", letters(number).to_lowercase());
        let plate = format!("7QK{:04}", number % 10_000);
        let phone = format!("612-{:03}-{:04}", 200 + number / 10_000 % 700, number % 10_000);
        let ssn = format!("{:03}-{:02}-{:04}", 100 + number / 9_000 % 400, 11 + number % 80, 1000 + number % 9_000);
        let record = format!("{:08}", 47_100_000 + number);
        let card = card(number);
        let text = format!(
            "Mr. Linus {surname}, phone {phone}, SSN {ssn}, card {card}, lives at 4{number} {street} Street, \
             e-mail {mailbox}@office.example, license plate {plate}, MRN {record}"
        );
        self.parts.extend([surname, street, mailbox, plate, phone, ssn, record, card].map(|it| it.to_lowercase()));
        text
    }

    /// Those that stand in a text. Hashes, keys and signatures do not count: sooner or later eight digits in a row of one of
    /// them are those of a record number.
    fn heard_in(&self, text: &str) -> Vec<&String> {
        let hashes = regex::Regex::new(r"\b([0-9a-f]{128}|[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{24})\b").unwrap();
        let text = text.to_lowercase();
        let text = hashes.replace_all(&text, "#");
        self.parts.iter().filter(|part| text.contains(part.as_str())).collect()
    }
}

/// A number in letters, so that it belongs to a name.
fn letters(number: u64) -> String {
    let syllable =
        |place: u64| ["ba", "ke", "di", "go", "vu", "za", "me", "ri", "to", "nu"].get((place % 10) as usize).copied();
    [1000, 100, 10, 1].iter().filter_map(|step| syllable(number / step)).collect::<String>() + "x"
}

fn card(number: u64) -> String {
    let head = format!("4{:014}", 71_000_000 + number * 17);
    let sum: u32 = head.chars().rev().enumerate().fold(0, |sum, (place, digit)| {
        let digit = digit.to_digit(10).unwrap() * (2 - u32::try_from(place % 2).unwrap());
        sum + digit / 10 + digit % 10
    });
    format!("{head}{}", (10 - sum % 10) % 10)
}

/// Paths of all values of a record.
fn leaves<'f>(fields: &'f [Field], above: &[&'f str], found: &mut Vec<Vec<&'f str>>) {
    for field in fields {
        let path: Vec<&str> = above.iter().copied().chain([field.name.as_str()]).collect();
        let mut kind = &field.kind;
        while let Kind::List(item) = kind {
            kind = item;
        }
        match kind {
            Kind::Record(inner) => leaves(inner, &path, found),
            _ => found.push(path),
        }
    }
}

/// An encounter with a value at one path, or at all paths, in the lists and records that the path goes through.
fn encounter(fields: &[Field], wanted: &dyn Fn(&[&str]) -> bool, above: &[&str], birds: &mut Birds) -> Value {
    let mut out = serde_json::Map::new();
    for field in fields {
        let path: Vec<&str> = above.iter().copied().chain([field.name.as_str()]).collect();
        let value = value(&field.kind, wanted, &path, birds);
        if !value.is_null() {
            out.insert(field.name.clone(), value);
        }
    }
    if out.is_empty() { Value::Null } else { Value::Object(out) }
}

fn value(kind: &Kind, wanted: &dyn Fn(&[&str]) -> bool, path: &[&str], birds: &mut Birds) -> Value {
    match kind {
        Kind::Record(inner) => encounter(inner, wanted, path, birds),
        Kind::List(item) => match value(item, wanted, path, birds) {
            Value::Null => Value::Null,
            item => json!([item]),
        },
        _ if wanted(path) => json!(birds.sing()),
        _ => Value::Null,
    }
}

/// Lines of one record: a value in each field by itself, in all together, and where no field is.
fn lines(fields: &[Field], birds: &mut Birds) -> String {
    let mut paths = Vec::new();
    leaves(fields, &[], &mut paths);
    let mut lines: Vec<String> = Vec::new();
    for path in &paths {
        lines.push(encounter(fields, &|at| at == path.as_slice(), &[], birds).to_string());
    }
    let mut whole = encounter(fields, &|_| true, &[], birds);
    whole["remark of the old system"] = json!({"deep": [birds.sing()]});
    lines.push(whole.to_string());
    lines.push(json!({"id": "1", birds.sing(): true}).to_string());
    lines.push(json!([birds.sing()]).to_string());
    lines.push(format!("{{\"id\": \"{}", birds.sing()));
    lines.push(birds.sing());
    lines.join("\n") + "\n"
}

/// All that the program says: standard output and standard error.
fn told(folder: &Path, arguments: &[&str], input: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tencode"));
    command.current_dir(folder).env_remove("TENCODE_AUDIT").env_remove("TENCODE_DATA").env("USER", "jo");
    command.env("XDG_CACHE_HOME", folder.join("cache")).env("XDG_DATA_HOME", folder.join("data"));
    command.arg("--domains").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("domains")).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let input = input.to_owned();
    // What has to be refused at once does not read it all.
    let writer = std::thread::spawn(move || pipe.write_all(input.as_bytes()).is_ok());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.code().is_some_and(|code| code < 3), "{arguments:?}: {err}");
    assert!(!err.contains("panicked"), "{arguments:?}: {err}");
    format!("{out}\n{err}")
}

#[test]
fn no_canary_comes_out() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("audit.log");
    let log = log.to_str().unwrap();
    let (mut counted, mut answered, mut all) = (0, 0, Birds::default());
    for (domain, record) in [
        ("healthcare", "encounter"),
        ("law-enforcement", "call"),
        ("law-enforcement", "incident"),
        ("customer-service", "contact"),
        ("customer-service", "cfpb"),
    ] {
        let found = SHOP.registry.domain(domain).unwrap().unwrap();
        let fields = &found.records.iter().find(|it| it.name == record).unwrap().fields;
        for audience in ["public", "analytics"] {
            let mut birds = Birds { made: counted, parts: Vec::new() };
            let lines = lines(fields, &mut birds);
            counted = birds.made;
            let of = ["--domain", domain, "--record", record, "--audience", audience];
            let run = |command: &[&str], input: &str| {
                let said = told(folder.path(), &[command, &of, &["--audit", log]].concat(), input);
                let heard = birds.heard_in(&said);
                assert!(heard.is_empty(), "{command:?} {of:?} says {heard:?}");
                said
            };
            let said = run(&["run", "--format", "ndjson"], &lines);
            answered += said.lines().filter(|line| line.starts_with('{')).count();
            if audience == "public" {
                // In a wrong format; counted.
                let few: Vec<&str> = lines.lines().rev().take(4).collect();
                run(&["run", "--format", "csv"], &few.join("\n"));
                run(&["stats", "--format", "ndjson", "--by", "code"], &lines);
            }
            let text = json!({"id": 1, "text": lines.lines().next_back().unwrap()}).to_string();
            let redact = ["redact", "--audience", audience, "--spans", "--json", "--audit", log];
            let written = format!("{}{}", told(folder.path(), &redact, &text), std::fs::read_to_string(log).unwrap());
            let heard = birds.heard_in(&written);
            assert!(heard.is_empty(), "redacted for {audience} or noted: {heard:?}");
            all.parts.append(&mut birds.parts.clone());
            assert!(birds.parts.len() > 100, "{domain} {record}: hardly anything was hidden");
        }
    }
    for command in ["verify", "export"] {
        let heard = told(folder.path(), &["audit", command, log], "");
        assert!(all.heard_in(&heard).is_empty(), "audit {command} says {:?}", all.heard_in(&heard));
    }
    // Those who code see the record: the values are such as come out.
    let mut birds = Birds::default();
    let call = json!({"id": "1", "narrative": birds.sing()}).to_string();
    let said =
        told(folder.path(), &["run", "--domain", "law-enforcement", "--record", "call", "--audience", "desk"], &call);
    assert!(birds.heard_in(&said).len() > 5, "{said}");
    assert!(answered > 400, "hardly anything was answered: {answered}");
    assert!(std::fs::metadata(log).unwrap().len() > 10_000, "hardly anything was noted");
}

#[test]
fn a_canary_is_heard_beside_a_hash_and_not_in_one() {
    let birds = Birds { made: 1, parts: vec!["47100388".to_owned()] };
    let hash = "b47100388c2f0f16c23e6d6a857d1835";
    assert!(birds.heard_in(&format!(r#"{{"log":"{hash}"}}"#)).is_empty());
    for told in [format!(r#"{{"log":"{hash}","id":"47100388"}}"#), "s-47100388".to_owned(), format!("47100388{hash}")] {
        assert_eq!(birds.heard_in(&told).len(), 1, "{told}");
    }
}
