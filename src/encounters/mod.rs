//! Encounters in, disclosures out. Imports model, diagnostics, text, files, registry, logic, scripts, audit, privacy.

pub mod batch;
pub mod classify;
#[cfg(feature = "columns")]
pub mod columned;
pub mod compared;
pub mod engine;
pub mod formed;
pub mod listed;
pub mod near;
pub mod neighbours;
pub mod prepare;
pub mod quiet;
pub mod read;
pub mod tally;
pub mod texts;
pub mod together;
pub mod training;
pub mod validate;
mod view;
pub mod write;
pub mod written;
