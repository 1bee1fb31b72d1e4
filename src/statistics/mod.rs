//! Counts that give nobody away: small cells are hidden, others with them until nothing hidden can be worked out, not from
//! one answer and not from several together.
//!
//! A `Table` counts encounters in cells. `hide` decides which counts an audience gets. A `Ledger` remembers what it
//! got before, so that two answers do not say together what neither says. `Classes` measures how alike the rows of a
//! release are.

mod bounds;
mod classes;
mod hide;
mod joint;
mod ledger;
mod table;

pub use classes::Classes;
pub use classes::Risk;
pub use hide::Answer;
pub use hide::Count;
pub use hide::hide;
pub use ledger::Answered;
pub use ledger::Ledger;
pub use table::Cells;
pub use table::Row;
pub use table::Table;

/// What may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Counts from 1 to one less are hidden; 0 or 1 hides nothing.
    pub under: u64,
    /// Further counts are hidden, so that what is hidden could be anything in a range at least this wide.
    pub complement: bool,
}

impl Rule {
    /// Whether a count is small.
    pub fn hides(self, count: u64) -> bool {
        count > 0 && count < self.under
    }

    /// Whether anything is hidden at all.
    pub fn is_open(self) -> bool {
        self.under < 2
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// More cells than are kept in memory.
    #[error("there are more than {limit} cells: group by less, or by coarser fields")]
    TooManyCells {
        /// The limit.
        limit: usize,
    },
    /// The ledger cannot be read or written.
    #[error("the ledger of answers {path}: {source}; nothing is shown")]
    Ledger {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
}
