//! How alike the rows of a release are: k-anonymity, and the variety of what is sensitive among rows that are alike.

use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Rows by what could single them out.
#[derive(Debug, Default)]
pub struct Classes {
    by_look: BTreeMap<Vec<String>, Class>,
    rows: u64,
    suppressed: u64,
}

#[derive(Debug, Default)]
struct Class {
    rows: u64,
    /// What is sensitive in them; `None` stands for nothing.
    sensitive: BTreeSet<Option<String>>,
}

/// What a release risks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Risk {
    /// Whether every row is like at least so many.
    pub is_safe: bool,
    /// So many rows have to be alike.
    pub k: u64,
    /// Rows.
    pub rows: u64,
    /// Rows of which nothing is shown that could single them out. They are no class: nobody hides among them.
    pub suppressed: u64,
    /// Classes of rows that are alike.
    pub classes: u64,
    /// Rows in the smallest class; 0 if there is none.
    pub smallest: u64,
    /// Rows in classes of fewer than `k`.
    pub under: u64,
    /// Rows that are like no other.
    pub single: u64,
    /// The fewest different sensitive values in a class that has any; `None` if none has.
    pub variety: Option<u64>,
    /// Rows in classes in which all have the same sensitive value: to know the class is to know it.
    pub disclosed: u64,
}

impl Classes {
    /// Adds a row: what could single it out, as it is shown (`None` where nothing is), and what is sensitive in it.
    pub fn add(&mut self, alike: &[Option<String>], sensitive: Option<String>) {
        self.rows += 1;
        if !alike.is_empty() && alike.iter().all(Option::is_none) {
            self.suppressed += 1;
            return;
        }
        let key = alike.iter().map(|value| value.clone().unwrap_or_default()).collect();
        let class = self.by_look.entry(key).or_default();
        class.rows += 1;
        class.sensitive.insert(sensitive);
    }

    /// What they risk.
    pub fn risk(&self, k: u64) -> Risk {
        let rows_of = |is_wanted: &dyn Fn(&Class) -> bool| -> u64 {
            self.by_look.values().filter(|class| is_wanted(class)).map(|class| class.rows).sum()
        };
        let under = rows_of(&|class| class.rows < k);
        let sensitive = self.by_look.values().filter(|class| class.sensitive.iter().any(Option::is_some));
        Risk {
            is_safe: under == 0,
            k,
            rows: self.rows,
            suppressed: self.suppressed,
            classes: self.by_look.len() as u64,
            smallest: self.by_look.values().map(|class| class.rows).min().unwrap_or(0),
            under,
            single: rows_of(&|class| class.rows == 1),
            variety: sensitive.map(|class| class.sensitive.len() as u64).min(),
            disclosed: rows_of(&|class| class.sensitive.len() == 1 && class.sensitive.iter().all(Option::is_some)),
        }
    }
}
