//! Encounter and candidates to findings.
