//! Encounter, judgement and audience to disclosure; policy is data, no script runs here.
//!
//! A [`Redactor`](crate::privacy::Redactor) is made once for a domain and an audience: what happens to each field is settled then, not once an
//! encounter. A [`Disclosure`](crate::privacy::Disclosure) is all that ever leaves, and `Redactor` is its only maker. If a step fails, withhold.

mod asking;
mod case;
mod codes;
mod decide;
mod disclosure;
mod error;
pub mod explain;
mod fields;
mod known;
mod line;
mod operators;
mod plan;
mod redactor;
mod shift;
mod standing;
pub mod text;
mod tokens;

pub use asking::Ask;
pub use disclosure::Disclosure;
pub use error::Error;
pub use redactor::Redactor;
