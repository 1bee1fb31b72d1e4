//! Encounter to findings. Imports model, registry, logic.

mod codes;
mod input;

use crate::logic::Frame;
use crate::model::outcome::CODE_UNKNOWN;
use crate::model::outcome::Finding;

/// Rules of findings that no rule of a domain makes.
pub const BUILT_IN: [&str; 4] = ["input", CODE_UNKNOWN, "code-not-valid", "code-not-assignable"];

/// What is wrong with an encounter: what does not fit the record, codes that may not be recorded, then the domain's rules.
///
/// Derived fields and defaults have to be there already: see [`prepare`](super::prepare::prepare). What a rule says of a field stands beside
/// what is built in, but a rule that fails only because a value does not fit its type says nothing of its own.
pub fn validate(frame: &mut Frame<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let fields = frame.encounter().record.get(&frame.logic().domain().records);
    input::misfits(frame.encounter(), fields.map_or(&[], |record| &record.fields), &mut found);
    if let Some(record) = fields {
        let needs = frame.logic().needs(frame.encounter().record);
        if needs.required {
            input::required(&record.fields, &frame.encounter().slots, &mut found);
        }
        if needs.codes {
            codes::codes(frame, &record.fields, &mut found);
        }
    }
    found.extend(frame.findings());
    found
}
