//! Encounter, judgement and audience to disclosure; policy is data, no script runs here.
//!
//! A [`Redactor`](crate::privacy::Redactor) is made once for a domain and an audience: what happens to each field is settled then, not once an
//! encounter. A [`Disclosure`](crate::privacy::Disclosure) is all that ever leaves, as typed values, and `Redactor` is its only maker;
//! `encounters/write` turns it into bytes. If a step fails, withhold.

mod asking;
mod blocks;
mod case;
mod choices;
mod codes;
mod decide;
mod denials;
mod disclosure;
mod draft;
mod error;
pub mod explain;
mod fields;
mod known;
mod labels;
mod operators;
mod others;
mod plan;
mod reads;
mod redactor;
mod shift;
mod shown;
mod standing;
pub mod text;
mod tokens;
mod words;

pub use asking::Ask;
pub use denials::Denials;
pub use disclosure::Disclosure;
pub use disclosure::DisclosureParts;
pub use disclosure::Redaction;
pub use disclosure::ShownCandidate;
pub use disclosure::ShownCode;
pub use disclosure::ShownFinding;
pub use disclosure::ShownFix;
pub use disclosure::ShownId;
pub use disclosure::ShownObligation;
pub use disclosure::ShownReason;
pub use disclosure::UnreadableLine;
pub use draft::Draft;
pub use error::Error;
pub use reads::read_by_labels;
pub use redactor::Extent;
pub use redactor::Redactor;
pub use shown::NamedValue;
pub use shown::ShownFields;
pub use shown::ShownValue;
pub use shown::WITHHELD;
