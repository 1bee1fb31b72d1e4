//! Codes that are one slip of the hand or the eye away from what was typed, of several code sets together.

use crate::model::ids::SetId;
use crate::registry::MOST_MISTYPED;
use crate::registry::Registry;
use crate::registry::Slip;

/// The codes nearest to what was typed, the likeliest first. Case, blanks and dots do not matter.
pub fn codes<'r>(registry: &'r Registry, sets: &[SetId], typed: &str) -> Vec<&'r str> {
    let mut near: Vec<(Slip, &str)> = Vec::new();
    for set in sets {
        let codes = registry.codes(*set);
        near.extend(codes.mistyped(typed, |_| true).into_iter().map(|(slip, code)| (slip, codes.code(code))));
    }
    near.sort_unstable();
    if let Some(plain) = near.first().map(|it| it.0).filter(|slip| slip.is_plain()) {
        near.retain(|it| it.0 == plain);
    }
    let mut named: Vec<&str> = near.into_iter().map(|(_, code)| code).collect();
    named.dedup();
    named.truncate(MOST_MISTYPED);
    named
}
