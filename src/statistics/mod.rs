//! Counts that give nobody away: small cells are hidden, others with them until nothing hidden can be worked out, not from
//! one answer and not from several together.
//!
//! A `Table` counts encounters in cells. `hide` decides which counts an audience gets. A `Ledger` remembers what it
//! got before, so that two answers do not say together what neither says. `Classes` measures how alike the rows of a
//! release are.

mod agree;
mod bounds;
mod classes;
mod error;
mod hide;
mod joint;
mod known;
mod ledger;
mod reach;
mod rule;
mod table;

pub use classes::Classes;
pub use classes::Risk;
pub use error::Error;
pub use hide::Answer;
pub use hide::Count;
pub use hide::hide;
pub use ledger::Answered;
pub use ledger::Ledger;
pub use ledger::is_ledger;
pub use rule::Rule;
pub use table::Cells;
pub use table::Row;
pub use table::Table;
