//! Encounters as an audience sees them, reduced to what they are counted by: nothing is counted that is not shown.

use super::batch::Desk;
use super::batch::Outcome;
use super::engine::Engine;
use super::engine::Worker;
use super::read::Raw;
use super::read::Unreadable;
use super::write;
use crate::model::day::Day;
use crate::model::ids::PropertyId;
use crate::model::ids::SetId;
use crate::model::moment::Moment;
use crate::privacy::Disclosure;
use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::io;
use std::io::Write;
use unicode_normalization::UnicodeNormalization;

/// What encounters are counted by, or compared by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// The first code the encounter carries, of one set or of any.
    Code(Option<String>),
    /// The best candidate over its threshold.
    Candidate,
    /// The first characters of a date: 4 are the year, 7 the month, 10 the day.
    Date(String, usize),
    /// A field, by its path; of several items the first.
    Field(String),
    /// A field, by its path; of several items all.
    All(String),
    /// A property of the code in a field: the field, the code set, the property.
    Property(String, SetId, PropertyId),
    /// The hours from one time to another, by the paths of both.
    Hours(String, String),
    /// Labels of the codes shown, and what these fields say, which are sensitive themselves.
    Sensitive(Vec<String>),
}

/// What is left of one encounter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// A keyed number, the same for the same id of the same record.
    pub mark: u64,
    /// What is shown; `None` where nothing is.
    pub values: Vec<Option<String>>,
}

/// A desk that answers with a line of [`Seen`] for each encounter, and nothing for those that cannot be read.
pub struct Tally<'e> {
    engine: &'e Engine,
    worker: Worker<'e>,
    by: &'e [By],
    marks: Marks,
}

impl<'e> Tally<'e> {
    /// One for each thread. `key` makes the marks.
    pub fn new(engine: &'e Engine, by: &'e [By], key: &[u8; 32]) -> Tally<'e> {
        Tally { engine, worker: engine.worker(), by, marks: Marks::new(key) }
    }

    fn value(&self, by: &By, disclosure: &Disclosure<'_>) -> Option<String> {
        match by {
            By::Code(set) => {
                let mut codes = disclosure.codes().iter();
                codes.find(|it| set.as_deref().is_none_or(|set| set == it.set)).map(|it| it.code.to_owned())
            }
            By::Candidate => disclosure.candidates().iter().find(|it| !it.below).map(|it| it.code.to_owned()),
            By::Date(path, length) => date(disclosure, path, *length),
            By::Field(path) => values(disclosure, path).into_iter().next(),
            By::Property(path, set, property) => self.property(disclosure, path, *set, *property),
            By::Hours(from, to) => hours(disclosure, from, to),
            By::All(path) => Some(values(disclosure, path).join("|")).filter(|it| !it.is_empty()),
            By::Sensitive(paths) => {
                let mut found = self.labels(disclosure);
                for path in paths {
                    found.extend(values(disclosure, path).into_iter().map(|value| format!("{path}={value}")));
                }
                found.sort();
                found.dedup();
                Some(found.join(", ")).filter(|it| !it.is_empty())
            }
        }
    }

    /// A property of the code that is shown in a field.
    fn property(&self, disclosure: &Disclosure<'_>, path: &str, set: SetId, property: PropertyId) -> Option<String> {
        let codes = self.engine.registry().codes(set);
        let code = codes.find(values(disclosure, path).first()?)?;
        Some(codes.property_text(property, codes.property(code, property).first()?))
    }

    fn labels(&self, disclosure: &Disclosure<'_>) -> Vec<String> {
        let registry = self.engine.registry();
        let known = registry.shared().map(|shared| shared.labels.as_slice()).unwrap_or_default();
        let labels = disclosure.codes().iter().filter_map(|it| {
            let codes = registry.codes(registry.set_of(self.engine.domain(), it.set)?);
            Some(codes.labels(codes.find(it.code)?))
        });
        labels.flatten().filter_map(|label| Some(label.get(known)?.name.clone())).collect()
    }
}

/// The first characters of a date that is shown: 4 are the year, 7 the month, 10 the day.
pub(super) fn date(disclosure: &Disclosure<'_>, path: &str, length: usize) -> Option<String> {
    let date = values(disclosure, path).into_iter().next()?;
    is_date(&date).then(|| date.get(..length).map(str::to_owned))?
}

/// The hours from one time that is shown to another.
fn hours(disclosure: &Disclosure<'_>, from: &str, to: &str) -> Option<String> {
    let moment = |path| Moment::parse(values(disclosure, path).first()?);
    #[expect(clippy::cast_precision_loss, reason = "seconds of a few years")]
    let hours = moment(to)?.seconds_since(moment(from)?)? as f64 / 3600.0;
    Some(hours.to_string())
}

/// What stands for an encounter wherever it is counted: a keyed number, the same for the same id of the same record. What has
/// no id is known by all it says.
pub(super) struct Marks([u8; 32]);

impl Marks {
    pub fn new(key: &[u8; 32]) -> Marks {
        Marks(blake3::derive_key("tencode marks of encounters", key))
    }

    /// The mark of an encounter by its id or, without one, by its text.
    pub fn of(&self, id: Option<&str>, raw: Result<Raw<'_>, Unreadable>) -> u64 {
        let known = match (id, raw) {
            (Some(id), _) => Cow::Owned(normal(id)),
            (None, Ok(raw)) => raw.text(),
            (None, Err(_)) => Cow::Borrowed(""),
        };
        let bytes = blake3::keyed_hash(&self.0, known.as_bytes());
        bytes.as_bytes().iter().take(8).fold(0, |mark, byte| mark << 8 | u64::from(*byte))
    }
}

/// An id in one way of writing: in one form of Unicode and in lower case, without blanks and signs. So the same person is
/// counted once, however the id is written.
fn normal(id: &str) -> String {
    let folded: String = id.nfkc().flat_map(char::to_lowercase).collect();
    let plain: String = folded.nfkc().filter(|sign| sign.is_alphanumeric()).collect();
    if plain.is_empty() { folded.trim().to_owned() } else { plain }
}

/// Whether a text begins with a year, a month of a year or a day, as dates are shown. What could not be read as a date is
/// none.
fn is_date(text: &str) -> bool {
    let day = text.get(..10).unwrap_or(text);
    let whole = match day.len() {
        4 => format!("{day}-01-01"),
        7 => format!("{day}-01"),
        _ => day.to_owned(),
    };
    Day::parse(&whole).is_some_and(|it| it.to_string() == whole)
}

/// The values shown at a path of field names, one for each item of the lists on the way.
fn values(disclosure: &Disclosure<'_>, path: &str) -> Vec<String> {
    disclosure.fields().map(|fields| write::form::values(fields, path)).unwrap_or_default()
}

impl Desk for Tally<'_> {
    fn needs_stack(&self) -> bool {
        self.worker.needs_stack()
    }

    fn failure(&self) -> Option<&'static str> {
        self.worker.failure()
    }

    fn answer(&mut self, line: u64, raw: Result<Raw<'_>, Unreadable>, out: &mut Vec<u8>) -> Outcome {
        let (marks, mut mark) = (&self.marks, 0);
        let disclosure = self.worker.disclose_of(line, raw, &mut |id| mark = marks.of(id, raw));
        if disclosure.is_unreadable() {
            return Outcome::Refused;
        }
        let values = self.by.iter().map(|by| self.value(by, &disclosure)).collect();
        let start = out.len();
        if serde_json::to_writer(&mut *out, &Seen { mark, values }).is_err() {
            out.truncate(start);
            return Outcome::Refused;
        }
        out.push(b'\n');
        Outcome::Fine
    }
}

/// Takes the lines that a desk writes of what is left of encounters, such as [`Tally`].
pub struct Taker<'t, T> {
    take: &'t mut dyn FnMut(T) -> io::Result<()>,
}

impl<'t, T> Taker<'t, T> {
    /// Gives every encounter to `take`.
    pub fn new(take: &'t mut dyn FnMut(T) -> io::Result<()>) -> Taker<'t, T> {
        Taker { take }
    }
}

impl<T: DeserializeOwned> Write for Taker<'_, T> {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            (self.take)(serde_json::from_slice(line)?)?;
        }
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_same_in_every_writing() {
        let mut random = fastrand::Rng::with_seed(7);
        for number in 0..400 {
            let id = format!("INC-{number:03}");
            let sign = |random: &mut fastrand::Rng, sign: char| match random.u8(0..4) {
                0 => sign.to_lowercase().to_string(),
                // Full-width letters and digits stand 0xFEE0 behind the plain ones.
                1 if sign.is_ascii_alphanumeric() => {
                    char::from_u32(u32::from(sign) + 0xFEE0).unwrap_or(sign).to_string()
                }
                2 => format!("{sign} "),
                _ => sign.to_string(),
            };
            let other: String = id.chars().map(|it| sign(&mut random, it)).collect();
            assert_eq!(normal(&id), normal(&format!(" {other}\t")), "{other}");
            assert_ne!(normal(&id), normal(&format!("INC-{}", number + 1000)));
        }
    }

    #[test]
    fn only_a_date_is_a_date() {
        for text in ["2024", "2024-03", "2024-03-01", "2024-03-01T10:00:00"] {
            assert!(is_date(text), "{text}");
        }
        for text in ["07/23/2024", "July 2024", "2024-13", "2024-3-1", "20240301", "", "24"] {
            assert!(!is_date(text), "{text}");
        }
    }
}
