//! Answers about codes, the same for every front door: one code whole, a search, a crosswalk.

pub mod lookup;
pub mod map;
pub mod named;
pub mod near;
pub mod search;
