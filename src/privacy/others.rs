//! What a finding tells of another encounter than the one that is shown.
//!
//! The other encounter has labels and consents of its own. A rule that reads what nobody of this audience sees is closed. A
//! rule that reads what labels may withhold is told nothing of encounters that have such labels. An id is told only where
//! every id is shown.

use super::decide::Planned;
use super::plan::Naming;
use super::plan::RecordPlan;
use super::plan::find;
use crate::model::policy::Treatment;
use crate::model::program::Domain;
use std::collections::HashMap;
use std::collections::HashSet;

/// Rules that look at other encounters, by what they read.
#[derive(Default)]
pub(super) struct Reading {
    /// They read what this audience sees of no encounter: their findings are not shown.
    pub closed: HashSet<String>,
    /// They read what this audience sees of encounters without labels only.
    pub delicate: HashSet<String>,
}

/// What the rules of a domain that look at other encounters read. `guards_labels` if labels make a difference to this audience.
pub(super) fn reading(
    domain: &Domain,
    records: &[Vec<RecordPlan>],
    reads: &HashMap<String, Vec<String>>,
    keeps_undeclared: bool,
    guards_labels: bool,
) -> Reading {
    let may_be_withheld = |planned: &Planned| {
        let privacy = &planned.privacy;
        guards_labels && (privacy.is_free || privacy.is_signal)
    };
    // A field with a label of its own is withheld whatever the encounter says, unless a consent lifts that.
    let has_label = |planned: &Planned| guards_labels && planned.privacy.label.is_some();
    let mut reading = Reading::default();
    for rule in domain.rules.iter().filter(|rule| rule.together.is_some()) {
        let plans = rule.record.get(records).map(Vec::as_slice).unwrap_or_default();
        let paths = reads.get(&rule.id).map(Vec::as_slice).unwrap_or_default();
        let hides = |plan: &RecordPlan| paths.iter().any(|path| plan.hides(path, keeps_undeclared));
        let reads_one = |plan: &RecordPlan, test: &dyn Fn(&Planned) -> bool| {
            paths.iter().any(|path| find(&plan.fields, path).is_some_and(test))
        };
        // The first plan is that of encounters without labels.
        if plans.first().is_none_or(|plan| hides(plan) || reads_one(plan, &has_label)) {
            reading.closed.insert(rule.id.clone());
        } else if plans.iter().any(|plan| hides(plan) || reads_one(plan, &may_be_withheld)) {
            reading.delicate.insert(rule.id.clone());
        }
    }
    reading
}

/// Says of each plan of a record whether the id of every encounter is shown, whatever its labels.
pub(super) fn settle_ids(mut plans: Vec<RecordPlan>, keeps_undeclared: bool) -> Vec<RecordPlan> {
    let is_kept = |plan: &RecordPlan| {
        let planned = plan.id.and_then(|slot| slot.get(&plan.fields));
        planned.map_or(keeps_undeclared, |planned| planned.treatment == Treatment::Keep)
    };
    let naming = if plans.iter().all(is_kept) { Naming::Id } else { Naming::Pseudonym };
    plans.iter_mut().for_each(|plan| plan.others = naming);
    plans
}
