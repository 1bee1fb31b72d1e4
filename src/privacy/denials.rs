//! What says no: the value of a field that is named for a label, where there is nothing of the kind; and words of a label
//! that are of something else.

use crate::model::harmless::Harmless;
use crate::model::program::Shared;
use serde_json::Value;

/// List of `domains/shared`: words that say no.
const LIST: &str = "says-no";

/// What says no.
#[derive(Debug, Default)]
pub struct Denials {
    /// Words that say no, in small letters.
    words: Vec<String>,
    /// What only looks like words of a label.
    harmless: Harmless,
}

impl Denials {
    /// Those of `domains/shared`.
    pub fn new(shared: &Shared) -> Denials {
        Denials {
            words: members(shared, LIST).map(|word| word.to_lowercase()).collect(),
            harmless: Harmless::new(|name| members(shared, name).cloned().collect()),
        }
    }

    /// What has words of a label in it and tells nothing of it: `vehicle age`, `baby monitor`.
    pub fn harmless(&self) -> &Harmless {
        &self.harmless
    }

    /// Whether a value says that what its field is named for is not so: nothing, `false`, a word for no, and, where it is
    /// asked whether something is so (`is_flag`), zero. Elsewhere zero is a count or a measure.
    pub fn say_no(&self, value: &Value, is_flag: bool) -> bool {
        match value {
            Value::Null => true,
            Value::Bool(is_so) => !is_so,
            Value::Number(number) => is_flag && number.as_f64() == Some(0.0),
            Value::String(text) => {
                let text = text.trim().to_lowercase();
                text.is_empty() || is_flag && text == "0" || self.words.contains(&text)
            }
            Value::Array(items) => items.iter().all(|item| self.say_no(item, is_flag)),
            Value::Object(fields) => fields.values().all(|value| self.say_no(value, is_flag)),
        }
    }
}

/// The members of a list of `domains/shared`.
fn members<'s>(shared: &'s Shared, list: &str) -> impl Iterator<Item = &'s String> {
    shared.lists.iter().filter(move |(name, _)| name == list).flat_map(|(_, words)| words)
}
