//! Encounter to findings. Imports model, registry, logic.

mod codes;
mod derive;
mod input;

pub use derive::derive;

use crate::logic::Frame;
use crate::model::outcome::Finding;

/// What is wrong with an encounter: what does not fit the record, codes that may not be recorded, then the domain's rules.
///
/// Derived fields and defaults have to be there already: see [`derive`].
pub fn validate(frame: &mut Frame<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    input::misfits(frame.encounter(), &mut found);
    let fields = frame.logic().domain().records.get(usize::from(frame.encounter().record));
    if let Some(record) = fields {
        input::required(&record.fields, &frame.encounter().slots, &mut found);
        codes::codes(frame, &record.fields, &mut found);
    }
    found.extend(frame.findings());
    found
}
