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
mod hostile;
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
mod mistyped;
mod moments;
#[cfg(unix)]
mod moved;
mod named;
mod odd_files;
mod official;
mod oracle;
mod output;
mod pages;
mod pairs;
mod program;
mod readers;
mod registry;
mod said;
mod scripts_checked;
mod scripts_told;
#[cfg(feature = "server")]
mod server;
mod several;
mod several_sets;
mod sheets;
mod stats;
mod text;
mod transcripts;
mod upgrade;
mod writers;
mod x12;
