//! Encounter, judgement and audience to disclosure; policy is data, no script runs here.
