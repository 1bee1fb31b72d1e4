//! `/v1`: what programs ask. Each operation is its arguments and one call into the engine, and answers with the bytes that
//! the command of the same name writes.

pub mod about;
pub mod audit;
pub mod codes;
pub mod encounters;
pub mod explain;
pub mod judge;
mod once;
pub mod places;
