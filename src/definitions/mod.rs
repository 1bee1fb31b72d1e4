//! Definition files in, a registry out.

pub mod parse;
pub mod print;
