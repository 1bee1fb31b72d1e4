//! Which counts are hidden.

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

    /// How wide the range of a small count has to stay for somebody who knows that it is small.
    pub(super) fn half(self) -> u64 {
        self.under / 2
    }

    /// Whether anything is hidden at all.
    pub fn is_open(self) -> bool {
        self.under < 2
    }
}
