//! Encounter to findings. Imports model, registry, logic.

mod codes;
mod input;

use crate::logic::Frame;
use crate::model::outcome::Finding;

/// What is wrong with an encounter: what does not fit the record, codes that may not be recorded, then the domain's rules.
///
/// Derived fields and defaults have to be there already: see [`prepare`](super::prepare::prepare). Where a rule speaks of a code that its set does not
/// have, the rule's own words and severity stand, and the code is not said to be unknown beside it.
pub fn validate(frame: &mut Frame<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    input::misfits(frame.encounter(), &mut found);
    let fields = frame.encounter().record.get(&frame.logic().domain().records);
    if let Some(record) = fields {
        let needs = frame.logic().needs(frame.encounter().record);
        if needs.required {
            input::required(&record.fields, &frame.encounter().slots, &mut found);
        }
        if needs.codes {
            codes::codes(frame, &record.fields, &mut found);
        }
    }
    let said = frame.findings();
    found.retain(|one| !one.rule.ends_with("-unknown") || said.iter().all(|other| other.path != one.path));
    found.extend(said);
    found
}
