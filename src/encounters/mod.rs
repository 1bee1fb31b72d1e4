//! Encounters in, disclosures out. Imports model, registry, logic, scripts, audit.

pub mod batch;
pub mod classify;
pub mod engine;
pub mod read;
pub mod redact;
pub mod tally;
pub mod validate;
pub mod write;
