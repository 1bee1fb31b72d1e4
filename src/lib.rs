//! tencode: one engine for the codes by which offices record encounters.
//!
//! Two flows meet in one file: definitions are parsed and compiled into a registry; encounters are read, classified,
//! validated, redacted and written under it. Each room below says which rooms it may import; `tests/architecture.rs`
//! holds the code to it.

/// What we say about a definition file, and how it is drawn.
/// Imports: nothing.
pub mod diagnostics;
/// The nouns, as plain data that cannot be built wrong.
/// Imports: nothing.
pub mod model;

/// Files as they are on disk: packed, mapped.
/// Imports: nothing.
pub mod files;

/// The compiled file: written once, opened, looked up, searched.
/// Imports: model, files.
pub mod registry;

/// Evaluates expressions, tables and rules on an encounter.
/// Imports: model, registry.
pub mod logic;

/// The script host: what a script may see, call and cost.
/// Imports: model, registry.
pub mod scripts;

/// Definitions to registry.
/// Imports: model, diagnostics, files, registry, logic, scripts.
pub mod definitions;

/// The append-only record of who was shown what.
/// Imports: model.
pub mod audit;

/// Encounter to disclosure.
/// Imports: model, files, registry, logic, scripts, audit.
pub mod encounters;

/// Counts that give nobody away.
/// Imports: nothing.
pub mod statistics;

/// The command line.
/// Imports: all of these.
pub mod cli;
