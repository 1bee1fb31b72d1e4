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
/// Tokens, stems, folding, phrase search, lists of words and cues.
/// Imports: model, files.
pub mod text;

/// The text model of a code set: features, training, asking, confidence.
/// Imports: model, text.
pub mod learn;

/// The compiled file: written once, opened, looked up, searched.
/// Imports: model, text, files.
pub mod registry;

/// Evaluates expressions, tables and rules on an encounter.
/// Imports: model, text, registry.
pub mod logic;

/// The script host: what a script may see, call and cost.
/// Imports: model, registry.
pub mod scripts;

/// Definitions to registry.
/// Imports: model, diagnostics, files, registry, logic, scripts.
pub mod definitions;

/// The append-only record of who was shown what.
/// Imports: model, files.
pub mod audit;

/// Policies decide, detectors find, operators change.
/// Imports: model, text, registry, audit.
pub mod privacy;

/// Encounter to disclosure.
/// Imports: model, diagnostics, text, files, learn, registry, logic, scripts, audit, privacy.
pub mod encounters;

/// Answers about codes, the same for every front door.
/// Imports: model, diagnostics, registry.
pub mod answers;

/// Counts that give nobody away.
/// Imports: nothing.
pub mod statistics;

/// What an office keeps: encounters and their codes, users, sessions, tokens.
/// Imports: nothing.
#[cfg(feature = "server")]
pub mod store;

/// HTTP: the desk page and the API.
/// Imports: model, text, files, registry, logic, learn, scripts, audit, privacy, encounters, answers, statistics, store.
#[cfg(feature = "server")]
pub mod server;

/// Folders of domains on this machine, and the registry made of them, kept in the user's cache.
/// Imports: model, text, files, learn, registry, definitions, audit, encounters.
pub mod workspace;

/// The command line.
/// Imports: all of these.
#[cfg(feature = "cli")]
pub mod cli;
