//! All that ever leaves, in the shape in which it leaves.

use super::line;
use crate::audit::Entry;
use crate::audit::Outcome;
use crate::model::policy::Obligation;
use serde::Serialize;
use serde::ser::Error;
use serde::ser::SerializeMap;
use serde::ser::Serializer;
use serde_json::Value;
use std::borrow::Cow;

/// What an audience may see of one encounter. Made by [`super::Redactor`] only; writing it is all one can do with it.
#[derive(Serialize)]
#[serde(transparent)]
pub struct Disclosure<'a> {
    inner: Inner<'a>,
    #[serde(skip)]
    has_errors: bool,
    #[serde(skip)]
    is_refused: bool,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Inner<'a> {
    Whole(Box<Answer<'a>>),
    Unreadable { line: u64, error: &'static str },
}

impl<'a> Disclosure<'a> {
    pub(super) fn whole(answer: Answer<'a>, has_errors: bool) -> Disclosure<'a> {
        Disclosure { inner: Inner::Whole(Box::new(answer)), has_errors, is_refused: false }
    }

    /// What is left of an encounter of which a policy shows nothing.
    pub(super) fn refused(answer: Answer<'a>) -> Disclosure<'a> {
        Disclosure { inner: Inner::Whole(Box::new(answer)), has_errors: false, is_refused: true }
    }

    pub(super) fn unreadable(line: u64, error: &'static str) -> Disclosure<'a> {
        Disclosure { inner: Inner::Unreadable { line, error }, has_errors: true, is_refused: false }
    }

    /// The line it stands for could not be read.
    pub fn is_unreadable(&self) -> bool {
        matches!(self.inner, Inner::Unreadable { .. })
    }

    /// The line could not be read, or a rule found an error, shown or not: the exit status is 1.
    pub fn has_errors(&self) -> bool {
        self.has_errors
    }

    /// What the audit log says of it: how many codes of which set, what was done to fields of which kind; no content.
    pub fn entry(&self) -> Entry {
        let Inner::Whole(answer) = &self.inner else { return Entry::new(Outcome::Error) };
        let mut entry = Entry::new(if self.is_refused { Outcome::Denied } else { Outcome::Shown });
        answer.codes.iter().for_each(|code| entry.code(code.set));
        answer.candidates.iter().for_each(|candidate| entry.code(candidate.set));
        for redaction in &answer.redactions {
            entry.did(redaction.did, &redaction.why);
        }
        entry
    }

    /// The values shown at a path of field names, one for each item of the lists on the way.
    pub fn values(&self, path: &str) -> Vec<String> {
        let mut found = Vec::new();
        if let Inner::Whole(answer) = &self.inner
            && let Ok(tree) = answer.encounter.tree()
        {
            gather(&tree, path, &mut found);
        }
        found
    }

    /// The codes shown that the encounter carries: set and code.
    pub fn codes(&self) -> impl Iterator<Item = (&str, &str)> {
        let Inner::Whole(answer) = &self.inner else { return [].iter().map(pair) };
        answer.codes.iter().map(pair)
    }

    /// The best candidate over its threshold: set and code.
    pub fn best(&self) -> Option<(&str, &str)> {
        let Inner::Whole(answer) = &self.inner else { return None };
        answer.candidates.iter().find(|it| !it.below).map(|it| (it.set, it.code))
    }

    /// Appends it as one line of JSON, with the line feed.
    ///
    /// # Errors
    /// Only if a number cannot be written; then nothing has been appended.
    pub fn write_line(&self, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        let length = out.len();
        let written = match &self.inner {
            Inner::Whole(answer) => line::answer(answer, out),
            unreadable @ Inner::Unreadable { .. } => serde_json::to_writer(&mut *out, unreadable),
        };
        if let Err(error) = written {
            out.truncate(length);
            return Err(error);
        }
        out.push(b'\n');
        Ok(())
    }
}

/// The parts of a disclosure, in the order in which they are written.
#[derive(Serialize)]
pub(super) struct Answer<'a> {
    pub id: Id<'a>,
    pub audience: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<&'a str>,
    pub policy: &'a str,
    pub registry: &'a str,
    pub codes: Vec<ShownCode<'a>>,
    pub candidates: Vec<ShownCandidate<'a>>,
    pub findings: Vec<ShownFinding<'a>>,
    pub missing: Vec<&'a str>,
    pub encounter: Fields,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub obligations: Vec<ShownObligation<'a>>,
    pub redactions: Vec<Redaction<'a>>,
}

/// What whoever receives the disclosure is told.
#[derive(Serialize)]
pub(super) struct ShownObligation<'a> {
    pub name: &'a str,
    pub text: &'a str,
}

impl<'a> ShownObligation<'a> {
    pub fn of(obligation: &'a Obligation) -> ShownObligation<'a> {
        ShownObligation { name: &obligation.name, text: &obligation.text }
    }
}

/// Whose encounter it is.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Id<'a> {
    /// Its id, or a pseudonym.
    Text(Cow<'a, str>),
    /// The line it stood in.
    Line(i64),
}

/// The fields that are shown, as the JSON object they are written as; nothing at all stands for an object without fields.
#[derive(Default)]
pub(super) struct Fields(pub Vec<u8>);

fn pair<'c>(code: &'c ShownCode<'_>) -> (&'c str, &'c str) {
    (code.set, code.code)
}

impl Fields {
    /// The object.
    pub fn bytes(&self) -> &[u8] {
        if self.0.is_empty() { b"{}" } else { &self.0 }
    }

    /// As a tree, for who asks for single values.
    fn tree(&self) -> serde_json::Result<Value> {
        serde_json::from_slice(self.bytes())
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.tree().map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// The values at a path of field names, those of all items of the lists on the way.
fn gather(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| gather(item, path, found)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match path.strip_prefix(name.as_str()) {
                    Some("") => gather(value, "", found),
                    Some(rest) => {
                        if let Some(rest) = rest.strip_prefix('.') {
                            gather(value, rest, found);
                        }
                    }
                    None => {}
                }
            }
        }
        Value::Null => {}
        _ if !path.is_empty() => {}
        Value::String(it) => found.push(it.clone()),
        plain => found.push(plain.to_string()),
    }
}

/// A code the encounter carries.
#[derive(Serialize)]
pub(super) struct ShownCode<'a> {
    pub set: &'a str,
    pub code: &'a str,
    pub display: &'a str,
    pub from: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "pairs")]
    pub raised: Vec<(String, String)>,
}

/// A code proposed.
#[derive(Serialize)]
pub(super) struct ShownCandidate<'a> {
    pub set: &'a str,
    pub code: &'a str,
    pub display: &'a str,
    pub score: f64,
    pub confidence: f64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub below: bool,
    pub because: Vec<ShownReason<'a>>,
}

/// A part of a score.
#[derive(Serialize)]
pub(super) struct ShownReason<'a> {
    pub kind: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub path: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub what: Cow<'a, str>,
    pub points: f64,
}

/// What validation says, as far as it may be said.
#[derive(Serialize)]
pub(super) struct ShownFinding<'a> {
    pub rule: String,
    pub severity: crate::model::rules::Severity,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub see: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub help: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<ShownFix<'a>>,
    #[serde(flatten, serialize_with = "pairs")]
    pub extra: Vec<(String, String)>,
}

/// A code that would mend it.
#[derive(Serialize)]
pub(super) struct ShownFix<'a> {
    pub set: &'a str,
    pub code: &'a str,
}

/// What was done, and why; never to what.
#[derive(Serialize, PartialEq, Eq)]
pub(super) struct Redaction<'a> {
    pub path: Cow<'a, str>,
    pub did: &'static str,
    pub why: Cow<'a, str>,
}

fn pairs<S: Serializer>(pairs: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(pairs.len()))?;
    for (name, value) in pairs {
        map.serialize_entry(name, value)?;
    }
    map.end()
}
