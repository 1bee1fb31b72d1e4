//! All tests that need no room of their own: one program, so that it links once.

#![expect(clippy::unwrap_used, reason = "tests")]

mod amounts;
mod architecture;
mod audit;
mod calendars;
mod canaries;
#[cfg(feature = "columns")]
mod columns;
mod compile;
#[path = "../benches/compiled/mod.rs"]
mod compiled;
mod dated_policies;
mod definitions;
mod dependencies;
mod diagnostics;
mod elsewhere;
mod em_truth_table;
mod extends;
mod fixed;
mod forms;
mod fuzzed;
mod guides;
mod helpdesks;
mod hostile;
mod impact;
mod keeps;
mod language;
mod laws;
mod laws_closed;
mod laws_findings;
mod laws_logic;
mod laws_names;
mod laws_operators;
mod laws_policy;
mod laws_redact;
mod laws_scripts;
mod laws_signs;
mod laws_statistics;
mod laws_text;
mod laws_together;
mod learning;
mod made_up;
mod measured;
mod mistyped;
mod moments;
#[cfg(unix)]
mod moved;
mod named;
mod nibrs;
mod nibrs_blanks;
mod nibrs_files;
mod nibrs_numbers;
mod nibrs_state;
mod odd_files;
mod official;
mod oracle;
mod output;
mod pages;
mod pairs;
mod program;
mod readers;
mod registry;
mod risk;
mod said;
mod scripts_checked;
mod scripts_told;
#[cfg(feature = "server")]
mod server;
mod service;
mod several;
mod several_sets;
mod sheets;
mod stats;
mod table_rules;
mod text;
mod transcripts;
mod upgrade;
mod writers;
mod x12;
mod x12_status;
