//! What we say about a definition file, and how it is drawn. Imports nothing.

pub mod span;
