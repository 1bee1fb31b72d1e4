//! Lines of policies that hold on some days only.
//!
//! The day is that on which somebody asks, not that of the encounter: a rule about what may be shown binds whoever shows it.

use super::day::Day;
use super::policy::Policy;
use std::borrow::Cow;

/// Policies as they are on a day: their lines without days, and those that hold on it.
pub fn on_day(policies: &[Policy], day: Day) -> Cow<'_, [Policy]> {
    if policies.iter().all(|policy| policy.dated.is_empty()) {
        return Cow::Borrowed(policies);
    }
    Cow::Owned(policies.iter().map(|policy| policy.on_day(day)).collect())
}

/// One day of each stretch in which the same lines of all these policies hold, ascending; one day at all events.
pub fn days_that_differ<'p>(policies: impl IntoIterator<Item = &'p Policy>) -> Vec<Day> {
    let mut first_days = vec![Day(i32::MIN)];
    for dated in policies.into_iter().flat_map(|policy| &policy.dated) {
        first_days.extend(dated.days.from);
        first_days.extend(dated.days.to.map(|last| Day(last.0.saturating_add(1))));
    }
    first_days.sort_unstable();
    first_days.dedup();
    first_days
}

impl Policy {
    /// A policy of this name that says nothing yet.
    pub fn named(name: &str, title: &str) -> Policy {
        Policy {
            name: name.to_owned(),
            version: 1,
            audience: name.to_owned(),
            purposes: Vec::new(),
            not_purposes: Vec::new(),
            title: title.to_owned(),
            fields: Vec::new(),
            allows: Vec::new(),
            texts: Vec::new(),
            codes: Vec::new(),
            guards: Vec::new(),
            encounters: Vec::new(),
            requires_consent: false,
            obligations: Vec::new(),
            candidates: None,
            findings: None,
            counts_under: None,
            counts_complement: false,
            dated: Vec::new(),
        }
    }

    /// The policy with those of its dated lines that hold on a day, as if they had no days.
    fn on_day(&self, day: Day) -> Policy {
        let mut policy = Policy { dated: Vec::new(), ..self.clone() };
        for dated in self.dated.iter().filter(|dated| dated.days.contains(day)) {
            policy.add(&dated.lines);
        }
        policy
    }

    /// Adds the lines of another. Of what only one line can say the stricter one counts.
    fn add(&mut self, more: &Policy) {
        self.fields.extend_from_slice(&more.fields);
        self.allows.extend_from_slice(&more.allows);
        self.texts.extend_from_slice(&more.texts);
        self.codes.extend_from_slice(&more.codes);
        self.guards.extend_from_slice(&more.guards);
        self.encounters.extend_from_slice(&more.encounters);
        self.obligations.extend_from_slice(&more.obligations);
        self.requires_consent |= more.requires_consent;
        self.candidates = self.candidates.max(more.candidates);
        self.findings = self.findings.max(more.findings);
        self.counts_under = self.counts_under.max(more.counts_under);
        self.counts_complement |= more.counts_complement;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::day::Days;
    use crate::model::policy::DatedLines;
    use crate::model::policy::Showing;

    #[test]
    fn the_stricter_of_two_lines_counts_on_the_days_of_both() {
        let mut policy = Policy::named("public", "");
        policy.findings = Some(Showing::CodesOnly);
        policy.counts_under = Some(11);
        let mut lines = Policy::named("public", "");
        lines.findings = Some(Showing::Remove);
        lines.counts_under = Some(5);
        policy.dated.push(DatedLines { days: Days { from: Some(Day(10)), to: Some(Day(20)) }, lines });
        let policies = [policy];
        let findings = |day| on_day(&policies, Day(day)).first().and_then(|policy| policy.findings);
        assert_eq!([9, 10, 20, 21].map(findings).map(|it| it == Some(Showing::Remove)), [false, true, true, false]);
        assert_eq!(on_day(&policies, Day(15)).first().and_then(|it| it.counts_under), Some(11));
        assert_eq!(days_that_differ(&policies), [Day(i32::MIN), Day(10), Day(21)]);
    }
}
