//! Text → tree and diagnostics. Never gives up, never looks at another file.

pub mod tree;
