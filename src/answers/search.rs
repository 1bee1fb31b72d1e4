//! Codes by words.

use crate::model::day::Day;
use crate::model::ids::SetId;
use crate::registry::Registry;
use serde::Serialize;

/// A code that a search returns.
#[derive(Serialize)]
pub struct Hit<'a> {
    /// Its code set.
    pub set: &'a str,
    /// The code, as its set writes it.
    pub code: &'a str,
    /// Its title.
    pub display: &'a str,
    /// It may be recorded itself on the day; a header may not.
    pub billable: bool,
    /// How well it fits; only for comparison with other hits of the same query.
    pub score: f32,
}

/// Hits of all sets, best first; of equals the earlier set first.
pub fn hits<'a>(registry: &'a Registry, sets: &[SetId], query: &str, on: Day, limit: usize) -> Vec<Hit<'a>> {
    let mut out = Vec::new();
    for set in sets {
        let codes = registry.codes(*set);
        // A set has a second form in a domain that adds codes to it. What both have is named once.
        let plain = registry.set(codes.name()).filter(|plain| plain != set && sets.contains(plain));
        let is_repeated = |code: &str| plain.is_some_and(|plain| registry.codes(plain).find(code).is_some());
        out.extend(
            codes.search(query, Some(on), limit).into_iter().filter(|hit| !is_repeated(codes.code(hit.code))).map(
                |hit| Hit {
                    set: codes.full_name(),
                    code: codes.code(hit.code),
                    display: codes.display(hit.code),
                    billable: codes.is_assignable(hit.code, on),
                    score: (hit.score * 1000.0).round() / 1000.0,
                },
            ),
        );
    }
    if sets.len() > 1 {
        out.sort_by(|left: &Hit<'_>, right| right.score.total_cmp(&left.score));
        out.truncate(limit);
    }
    out
}
