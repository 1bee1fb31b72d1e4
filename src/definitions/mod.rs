//! Definition files in, a registry out.

pub mod compile;
pub mod format;
pub mod import;
pub mod load;
pub mod manifest;
pub mod parse;
pub mod revise;
pub mod upgrade;
