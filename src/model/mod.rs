//! The nouns of the program, as plain data. Imports nothing.

pub mod calendar;
pub mod content;
pub mod day;
pub mod encounter;
pub mod expression;
pub mod harmless;
pub mod ids;
pub mod in_force;
pub mod lessons;
pub mod moment;
pub mod money;
pub mod outcome;
pub mod policy;
pub mod program;
pub mod reader;
pub mod record;
pub mod rules;
pub mod text_kind;
pub mod value;
pub mod zones;
