//! What a finding tells of another encounter than the one that is shown.
//!
//! The other encounter has labels and consents of its own, which nobody knows here. So what it was asked must be open to the
//! audience under every label, and its id is told only where every id is shown.

use super::decide::Planned;
use super::plan::RecordPlan;
use super::plan::find;
use crate::model::policy::Treatment;
use crate::model::program::Domain;
use std::collections::HashMap;
use std::collections::HashSet;

/// The rules that look at other encounters and read what this audience may not see of some of them: their findings are
/// closed.
pub(super) fn closed(
    domain: &Domain,
    records: &[Vec<RecordPlan>],
    reads: &HashMap<String, Vec<String>>,
    keeps_undeclared: bool,
    guards_labels: bool,
) -> HashSet<String> {
    let may_be_withheld = |planned: &Planned| {
        let privacy = &planned.privacy;
        guards_labels && (privacy.is_free || privacy.is_signal || privacy.label.is_some())
    };
    let rules = domain.rules.iter().filter(|rule| rule.together.is_some());
    let closed = rules.filter(|rule| {
        let plans = rule.record.get(records).map(Vec::as_slice).unwrap_or_default();
        let paths = reads.get(&rule.id).map(Vec::as_slice).unwrap_or_default();
        plans.iter().any(|plan| {
            paths
                .iter()
                .any(|path| plan.hides(path, keeps_undeclared) || find(&plan.fields, path).is_some_and(may_be_withheld))
        })
    });
    closed.map(|rule| rule.id.clone()).collect()
}

/// Says of each plan of a record whether the id of every encounter is shown, whatever its labels.
pub(super) fn settle_ids(mut plans: Vec<RecordPlan>, keeps_undeclared: bool) -> Vec<RecordPlan> {
    let is_kept = |plan: &RecordPlan| {
        let planned = plan.id.and_then(|slot| slot.get(&plan.fields));
        planned.map_or(keeps_undeclared, |planned| planned.treatment == Treatment::Keep)
    };
    let shows_every_id = plans.iter().all(is_kept);
    plans.iter_mut().for_each(|plan| plan.shows_every_id = shows_every_id);
    plans
}
