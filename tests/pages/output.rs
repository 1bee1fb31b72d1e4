//! The page on the output, compared with what the shipped domains really answer to the encounters of their cases.

use super::page;
use super::root;
use super::tables;
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::process::Command;
use std::process::Stdio;

/// What was seen of the fields of disclosures, by path: `findings[].rule`.
#[derive(Default)]
struct Seen {
    types: BTreeMap<String, BTreeSet<&'static str>>,
    /// Fields that some object of their kind did not have.
    left_out: BTreeSet<String>,
    /// Names that objects had, by the path of the object.
    names: BTreeMap<String, BTreeSet<String>>,
    objects: Vec<(String, BTreeSet<String>)>,
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

impl Seen {
    fn see(&mut self, value: &Value, path: &str) {
        if !path.is_empty() {
            self.types.entry(path.to_owned()).or_default().insert(type_of(value));
        }
        // The fields of these are named by the domain.
        if matches!(path, "encounter" | "codes[].raised") {
            return;
        }
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.see(item, &format!("{path}[]"))),
            Value::Object(fields) => {
                let names: BTreeSet<String> = fields.keys().cloned().collect();
                self.names.entry(path.to_owned()).or_default().extend(names.iter().cloned());
                self.objects.push((path.to_owned(), names));
                let under = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
                fields.iter().for_each(|(name, value)| self.see(value, &under(name)));
            }
            _ => {}
        }
    }

    fn finish(&mut self) {
        for (path, names) in std::mem::take(&mut self.objects) {
            for name in self.names[&path].difference(&names) {
                self.left_out.insert(if path.is_empty() { name.clone() } else { format!("{path}.{name}") });
            }
        }
    }
}

/// Record, audience, purpose and recipient of a case, each as its option of the command line.
type Asked = Vec<(&'static str, String)>;

/// The encounters of a domain's cases, by how they are asked about.
fn encounters(domain: &str) -> BTreeMap<Asked, String> {
    let mut by_asked: BTreeMap<Asked, String> = BTreeMap::new();
    let Ok(files) = fs::read_dir(root().join("domains").join(domain).join("cases")) else { return by_asked };
    for file in files {
        for line in fs::read_to_string(file.unwrap().path()).unwrap().lines() {
            let case: Value = serde_json::from_str(line).unwrap();
            let options = [
                ("--record", "record"),
                ("--audience", "audience"),
                ("--purpose", "purpose"),
                ("--recipient", "recipient"),
            ];
            let option = |(option, name): (&'static str, &str)| Some((option, case.get(name)?.as_str()?.to_owned()));
            let asked = options.into_iter().filter_map(option).collect();
            let lines = by_asked.entry(asked).or_insert_with(|| "no JSON\n".to_owned());
            lines.push_str(&format!("{}\n", case["encounter"]));
        }
    }
    by_asked
}

/// What the program answers; nothing if the ask is denied.
fn answers(home: &std::path::Path, domain: &str, asked: &Asked, input: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tencode"));
    command.env_clear().env("XDG_CACHE_HOME", home.join("cache")).env("XDG_DATA_HOME", home.join("data"));
    command.arg("--domains").arg(root().join("domains")).args(["run", "--domain", domain, "--candidates", "2"]);
    command.args(asked.iter().flat_map(|(option, value)| [*option, value.as_str()]));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let (mut pipe, input) = (child.stdin.take().unwrap(), input.to_owned());
    // A denied ask does not read it.
    let writer = std::thread::spawn(move || pipe.write_all(input.as_bytes()).is_ok());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_page_on_the_output_lists_the_fields_of_real_disclosures() {
    let home = tempfile::tempdir().unwrap();
    let mut seen = Seen::default();
    for domain in ["customer-service", "healthcare", "law-enforcement"] {
        for (asked, input) in encounters(domain) {
            for line in answers(home.path(), domain, &asked, &input).lines() {
                seen.see(&serde_json::from_str(line).unwrap(), "");
            }
        }
    }
    seen.finish();
    let mut listed = BTreeMap::new();
    for (path, cells) in tables(&page("docs/output.md")).into_values().flatten() {
        let types: BTreeSet<&str> = cells[0].split(" or ").collect();
        let types: BTreeSet<String> = types.into_iter().map(str::to_owned).collect();
        assert!(cells[1] != "always" || !seen.left_out.contains(&path), "`{path}` is not always there");
        listed.insert(path, types);
    }
    let items = |path: &str| path.ends_with("[]") && path != "missing[]";
    let real: BTreeMap<String, BTreeSet<String>> = seen
        .types
        .iter()
        .filter(|(path, _)| !items(path))
        .map(|(path, types)| (path.clone(), types.iter().map(|it| (*it).to_owned()).collect()))
        .collect();
    assert_eq!(listed, real);
}
