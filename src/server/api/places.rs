//! Encounters at one place: found by a keyed mark of what a field says that the definitions call identifying by place.

use crate::model::record::Field;
use crate::model::record::Kind;
use serde_json::Value;

/// What marks of places begin with, so that none is that of an id.
const PLACE: &str = "place\u{0}";

/// Top fields of a record that say where it was.
pub fn fields(fields: &[Field]) -> impl Iterator<Item = &Field> {
    fields.iter().filter(|field| is_place(field))
}

/// Whether a field says where something was.
pub fn is_place(field: &Field) -> bool {
    field.kind == Kind::Text && field.privacy.identifies.as_deref() == Some("place")
}

/// What an encounter is found by at the place that a field names; `None` for a field that says nothing. Case and spaces do not
/// count. The same words in another field are another place: whoever may see the one may not see the other.
pub fn finder(field: &str, said: &str) -> Option<String> {
    let words: Vec<String> = said.split_whitespace().map(str::to_lowercase).collect();
    (!words.is_empty()).then(|| format!("{PLACE}{field}\u{0}{}", words.join(" ")))
}

/// The same for all such fields of a record in JSON.
pub fn finders(of: &[Field], record: &str) -> Vec<String> {
    let record: Value = serde_json::from_str(record).unwrap_or_default();
    fields(of).filter_map(|field| finder(&field.name, record.get(&field.name)?.as_str()?)).collect()
}
