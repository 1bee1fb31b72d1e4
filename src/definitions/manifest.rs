//! `domain.toml`: name, title, who asks where nobody says, what scripts may cost, which releases the domain knows.

use crate::definitions::import::sources::Source;
use crate::definitions::parse::signs;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::Kind;
use crate::diagnostics::catalog::Severity;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::span::Span;
use crate::model::program::Limits;
use serde::Deserialize;
use toml::de::DeTable;
use toml::de::DeValue;

/// A manifest.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Manifest {
    /// Name of the domain; if it is given, it has to be the folder's.
    pub name: Option<toml::Spanned<String>>,
    /// The domain that this one adds to.
    pub extends: Option<toml::Spanned<String>>,
    /// Name for people.
    pub title: String,
    /// Audience where none is given; `desk` if left out.
    pub audience: Option<toml::Spanned<String>>,
    /// Record where none is named; the first of the definitions if left out.
    pub record: Option<toml::Spanned<String>>,
    /// Time zone of the records that name none.
    pub zone: Option<toml::Spanned<String>>,
    /// Scripts.
    pub scripts: Scripts,
    /// The audit log.
    pub audit: Audit,
    /// Releases.
    #[serde(rename = "source")]
    pub sources: Vec<Source>,
    /// Warnings to be quiet about, or to treat as errors: `D0221 = "off"`.
    pub lints: std::collections::BTreeMap<String, Lint>,
}

/// Where a value of a manifest stands.
pub fn span<T>(value: &toml::Spanned<T>) -> Span {
    let range = value.span();
    Span::new(range.start, range.end)
}

/// What is noted of who is shown what.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// Nothing is shown without a log.
    pub required: bool,
}

/// What becomes of a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lint {
    /// Not reported.
    Off,
    /// An error.
    Error,
}

/// Scripts of a domain: limits, and the hooks that have to be there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scripts {
    /// Hooks that a script of the domain must have: `classify`, `validate`, `derive`.
    pub hooks: Vec<toml::Spanned<String>>,
    /// Operations a call.
    pub operations: Option<u64>,
    /// Milliseconds a call.
    pub time_ms: Option<u64>,
    /// Mebibytes a call.
    pub memory_mib: Option<u64>,
}

/// Most that a manifest may allow a script.
pub const MOST: Limits = Limits { operations: 5_000_000, time_ms: 1_000, memory_mib: 128 };

impl Scripts {
    /// The limits, with the defaults for what is left out.
    pub fn limits(&self) -> Limits {
        let standard = Limits::default();
        Limits {
            operations: self.operations.unwrap_or(standard.operations).min(MOST.operations),
            time_ms: self.time_ms.unwrap_or(standard.time_ms).min(MOST.time_ms),
            memory_mib: self.memory_mib.unwrap_or(standard.memory_mib).min(MOST.memory_mib),
        }
    }
}

/// Keys of a manifest, and of the tables in it, as serde reads them above.
const KEYS: &[&str] =
    &["name", "extends", "title", "audience", "record", "zone", "scripts", "audit", "source", "lints"];
const SCRIPTS: &[&str] = &["hooks", "operations", "time_ms", "memory_mib"];
const AUDIT: &[&str] = &["required"];
const SOURCE: &[&str] = &["name", "publisher", "title", "files", "format", "set", "lines", "codes", "released", "url"];
const LINTS: &[&str] = &["off", "error"];

/// Reads a manifest, and says all that is wrong with it; the defaults stand for one that cannot be read.
///
/// The key space is closed: a key that nobody reads is an error, at whatever depth.
pub fn read(text: &str) -> (Manifest, Vec<Diagnostic>) {
    let (shown, mut problems) = signs::of_toml(text);
    let wrong = |error: &toml::de::Error| {
        let span = error.span().map_or_else(Span::default, |span| Span::new(span.start, span.end));
        let reason = plain(error.message().lines().next().unwrap_or_default());
        Diagnostic::new(Kind::BadManifest { reason }, span)
    };
    if !problems.is_empty() {
        // What the signs stand in may be no TOML at all, which would be reported a second time.
        return (toml::from_str(&shown).unwrap_or_default(), problems);
    }
    match DeTable::parse(&shown) {
        Ok(table) => unknown_keys(table.get_ref(), &mut problems),
        Err(error) => return (Manifest::default(), vec![wrong(&error)]),
    }
    match toml::from_str::<Manifest>(&shown) {
        Ok(manifest) => (manifest, problems),
        Err(error) if !problems.iter().any(Diagnostic::is_error) => {
            problems.push(wrong(&error));
            (Manifest::default(), problems)
        }
        Err(_) => (Manifest::default(), problems),
    }
}

/// Reports a name in the manifest that is not the folder's.
pub fn check_name(manifest: &Manifest, folder: &str) -> Option<Diagnostic> {
    let name = manifest.name.as_ref().filter(|name| name.get_ref() != folder)?;
    let reason = format!("the domain is called `{}`, and its folder `{folder}`", name.get_ref());
    let help = format!("write `name = \"{folder}\"`, or leave the line out");
    Some(Diagnostic::new(Kind::BadManifest { reason }, span(name)).with_help(help))
}

fn unknown_keys(manifest: &DeTable<'_>, problems: &mut Vec<Diagnostic>) {
    closed(manifest, KEYS, "domain.toml", problems);
    for (key, value) in manifest {
        let key = key.get_ref().as_ref();
        match (key, value.get_ref()) {
            ("scripts", DeValue::Table(table)) => {
                closed(table, SCRIPTS, "`[scripts]`", problems);
                for key in table.keys().filter(|key| key.get_ref().as_ref() == "time_ms") {
                    let kind = Kind::NoEffect { key: "time_ms".to_owned() };
                    problems.push(Diagnostic::new(kind, span(key)).with_help("leave the line out"));
                }
            }
            ("audit", DeValue::Table(table)) => closed(table, AUDIT, "`[audit]`", problems),
            ("lints", DeValue::Table(table)) => lints(table, problems),
            ("source", DeValue::Array(sources)) => {
                let tables = sources.iter().filter_map(|source| source.get_ref().as_table());
                tables.for_each(|table| closed(table, SOURCE, "`[[source]]`", problems));
            }
            _ => {}
        }
    }
}

/// Reports the keys of a table that nobody reads.
fn closed(table: &DeTable<'_>, known: &[&str], of: &str, problems: &mut Vec<Diagnostic>) {
    for key in table.keys() {
        let (name, span) = (key.get_ref().as_ref(), span(key));
        if !known.contains(&name) {
            let kind = Kind::UnknownKey { key: name.to_owned(), table: of.to_owned() };
            let help =
                did_you_mean(name, known.iter().copied()).unwrap_or_else(|| format!("keys here are {}", all(known)));
            problems.push(Diagnostic::new(kind, span).with_help(help));
        }
    }
}

/// Reports lints that are no diagnostics, that are errors in any case, or whose value is none.
fn lints(table: &DeTable<'_>, problems: &mut Vec<Diagnostic>) {
    let codes: Vec<String> = Kind::ALL.iter().map(|(number, _)| format!("D{number:04}")).collect();
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        if let Some((number, _)) = Kind::ALL.iter().find(|(number, _)| name == format!("D{number:04}")) {
            if Kind::severity_of(*number) == Some(Severity::Error) {
                let reason = format!("`{name}` is an error in any case");
                let help = "only warnings can be turned off or made errors";
                problems.push(Diagnostic::new(Kind::BadManifest { reason }, span(key)).with_help(help));
            }
        } else {
            let kind = Kind::UnknownName { what: "diagnostic".into(), name: name.to_owned() };
            let near = did_you_mean(name, codes.iter().map(String::as_str));
            let help = near.unwrap_or_else(|| "write the number that `check` shows, such as `D0221`".into());
            problems.push(Diagnostic::new(kind, span(key)).with_help(help));
        }
        if let Some(written) = value.get_ref().as_str().filter(|written| !LINTS.contains(written)) {
            let reason = format!("`{written}` is nothing that can become of a warning");
            let near = did_you_mean(written, LINTS.iter().copied());
            let help = near.unwrap_or_else(|| "write `\"off\"` or `\"error\"`".into());
            problems.push(Diagnostic::new(Kind::BadManifest { reason }, span(value)).with_help(help));
        }
    }
}

fn all(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// A message of the TOML reader without names of Rust types.
fn plain(message: &str) -> String {
    let types = [
        (" u64", " a whole number"),
        ("a boolean", "`true` or `false`"),
        ("a sequence", "a list"),
        ("a map", "a table"),
        ("struct Scripts", "a table"),
        ("struct Audit", "a table"),
        ("struct Source", "a table"),
        ("missing field", "missing key"),
    ];
    types.iter().fold(message.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        let problems = read(text).1;
        problems.iter().map(|it| format!("{}; {}", it.kind, it.help.clone().unwrap_or_default())).collect()
    }

    #[test]
    fn a_key_that_nobody_reads_is_an_error_at_any_depth() {
        let near = |key: &str, table: &str, near: &str| {
            vec![format!("there is no key `{key}` in {table}; did you mean `{near}`?")]
        };
        assert_eq!(said("titel = \"a\""), near("titel", "domain.toml", "title"));
        assert_eq!(said("[scripts]\nhook = []"), near("hook", "`[scripts]`", "hooks"));
        assert_eq!(said("[audit]\nrequird = true"), near("requird", "`[audit]`", "required"));
        let source = "[[source]]\nname = \"a\"\nfiles = []\nformat = \"csv\"\nline = 3";
        assert_eq!(said(source), near("line", "`[[source]]`", "lines"));
        assert_eq!(said("[lint]\nD0221 = \"off\""), near("lint", "domain.toml", "lints"));
    }

    #[test]
    fn a_lint_is_a_warning_that_exists() {
        assert_eq!(said("[lints]\nD0221 = \"off\"\nD0223 = \"error\""), Vec::<String>::new());
        assert_eq!(said("[lints]\nD0999 = \"off\"").len(), 1);
        assert!(
            said("[lints]\nD022 = \"off\"").concat().starts_with("there is no diagnostic `D022`; did you mean `D02")
        );
        assert!(
            said("[lints]\nD0103 = \"off\"").concat().starts_with("the manifest cannot be read: `D0103` is an error")
        );
        assert!(said("[lints]\nD0221 = \"of\"").concat().ends_with("did you mean `off`?"));
    }

    #[test]
    fn signs_of_a_word_processor_are_reported_once() {
        for text in
            ["title = \u{201c}a\u{201d}\n", "titl\u{435} = \"a\"\n", "\u{a0}title = \"a\"\n", "title\u{200b} = \"a\""]
        {
            let problems = read(text).1;
            assert_eq!(problems.iter().map(|it| it.kind.number()).collect::<Vec<_>>(), [3], "{text}");
        }
        assert_eq!(said("title = \"\u{201c}a\u{201d} – größe\" # – \u{201c}\n"), Vec::<String>::new());
    }
}
