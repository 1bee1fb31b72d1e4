//! Definition files in, a registry out.

/// Files of official releases to code sets.
pub mod import;
pub mod parse;
