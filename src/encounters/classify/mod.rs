//! Encounter to candidates.
