//! Why there is no answer.

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
