//! Where an audience stands among the policies.

use super::error::Error;
use crate::model::day::Day;
use crate::model::in_force::on_day;
use crate::model::policy::FieldLine;
use crate::model::policy::FieldLines;
use crate::model::policy::Policy;
use crate::model::policy::Selector;
use crate::model::policy::Showing;
use crate::model::policy::Treatment;
use crate::model::program::Domain;
use crate::model::program::Shared;
use std::borrow::Cow;

/// The policies under which an audience stands: those of `shared` and those of the domain.
pub(super) struct Standing<'a> {
    /// The policies, those of `shared` first.
    pub policies: Vec<&'a Policy>,
    /// How many of them are of `shared`.
    shared_count: usize,
    /// `name@version`.
    pub name: String,
}

/// The policies as they are on the day on which somebody asks.
pub(super) struct InForce<'a> {
    shared: Cow<'a, [Policy]>,
    own: Cow<'a, [Policy]>,
}

impl<'a> InForce<'a> {
    /// Those of `shared` and, if given, of a domain.
    pub fn on(day: Day, shared: &'a Shared, domain: Option<&'a Domain>) -> InForce<'a> {
        let own = domain.map_or(&[][..], |domain| &domain.policies);
        InForce { shared: on_day(&shared.policies, day), own: on_day(own, day) }
    }

    /// Finds the policies of an audience, by audience or by name.
    ///
    /// # Errors
    /// If there is none; the error names the audiences there are.
    pub fn of(&self, audience: &str) -> Result<Standing<'_>, Error> {
        Standing::of(&self.shared, &self.own, audience)
    }
}

impl<'a> Standing<'a> {
    fn of(shared: &'a [Policy], own: &'a [Policy], audience: &str) -> Result<Standing<'a>, Error> {
        let all = || shared.iter().chain(own);
        let is_theirs = |policy: &&Policy| policy.audience == audience || policy.name == audience;
        let shared_count = shared.iter().filter(is_theirs).count();
        let policies: Vec<&Policy> = all().filter(is_theirs).collect();
        let Some(last) = policies.last() else {
            let mut known: Vec<String> = all().map(|policy| format!("`{}`", policy.audience)).collect();
            known.sort();
            known.dedup();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(Error::UnknownAudience { audience: audience.to_owned(), known });
        };
        let version = policies.iter().map(|policy| policy.version).max().unwrap_or(0);
        Ok(Standing { name: format!("{}@{version}", last.name), policies, shared_count })
    }

    /// The policies of `shared`, and those of the domain.
    fn tiers(&self) -> (&[&'a Policy], &[&'a Policy]) {
        self.policies.split_at_checked(self.shared_count).unwrap_or((&[], &self.policies))
    }

    /// The policies that have to say what is shown: those of `shared`, which a domain may only tighten, else the domain's.
    fn deciding(&self) -> &[&'a Policy] {
        let (shared, own) = self.tiers();
        if shared.is_empty() { own } else { shared }
    }

    /// Whether every declared field is kept, unless another line is stricter.
    pub fn keeps_every(&self) -> bool {
        keeps_every(self.deciding())
    }

    /// Whether what no record declares and what does not fit its type stay: only if every field is kept and no line speaks
    /// against it.
    pub fn keeps_undeclared(&self) -> bool {
        let mut lines = self.policies.iter().flat_map(|policy| &policy.fields);
        let speaks = |line: &FieldLine| matches!(line.fields, Selector::Undeclared | Selector::Every);
        self.keeps_every() && lines.all(|line| !speaks(line) || line.operator == Treatment::Keep)
    }

    /// Under which number counts are hidden in statistics, and whether others are hidden with them. An audience of which no
    /// policy says so gets the rule of the Centers for Medicare & Medicaid Services (no 1 to 10), unless it sees records whole.
    pub fn counts(&self) -> (u32, bool) {
        let said = self.policies.iter().filter_map(|policy| Some((policy.counts_under?, policy.counts_complement)));
        let strictest = said.reduce(|one, other| (one.0.max(other.0), one.1 || other.1));
        strictest.unwrap_or(if self.keeps_undeclared() { (0, false) } else { (11, true) })
    }

    /// The strictest word about candidates.
    pub fn candidates(&self) -> Showing {
        self.showing(|policy| policy.candidates)
    }

    /// The strictest word about findings.
    pub fn findings(&self) -> Showing {
        self.showing(|policy| policy.findings)
    }

    /// What nobody speaks of is not shown, unless every field is.
    fn showing(&self, pick: impl Fn(&Policy) -> Option<Showing>) -> Showing {
        let strictest = |policies: &[&Policy]| policies.iter().filter_map(|policy| pick(policy)).max();
        let default = if self.keeps_every() { Showing::Keep } else { Showing::Remove };
        strictest(self.deciding()).unwrap_or(default).max(strictest(self.tiers().1).unwrap_or_default())
    }

    /// Whether codes without a label, and so those of a label of which no line speaks, are shown as they are.
    pub fn keeps_codes(&self) -> bool {
        self.keeps_every() || self.deciding().iter().any(|policy| !policy.codes.is_empty())
    }

    /// What is done to fields.
    pub(super) fn field_lines(&self) -> FieldLines<'a> {
        let (shared, own) = self.tiers();
        FieldLines::of(shared, own)
    }

    /// By a multiple of how many days dates move, if some line moves them: the widest steps of all.
    pub fn shift(&self) -> Option<u32> {
        let steps = self.lines().filter_map(|line| match line.operator {
            Treatment::Shift(multiple) => Some(multiple),
            _ => None,
        });
        steps.max()
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = &'a FieldLine> + '_ {
        self.policies.iter().flat_map(|policy| &policy.fields)
    }
}

/// Whether one of the policies keeps every field.
fn keeps_every(policies: &[&Policy]) -> bool {
    let mut lines = policies.iter().flat_map(|policy| &policy.fields);
    lines.any(|line| line.fields == Selector::Every && line.operator == Treatment::Keep)
}
