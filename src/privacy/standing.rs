//! Where an audience stands among the policies.

use super::error::Error;
use crate::model::policy::FieldLine;
use crate::model::policy::Policy;
use crate::model::policy::Selector;
use crate::model::policy::Showing;
use crate::model::policy::Treatment;
use crate::model::program::Domain;
use crate::model::program::Shared;

/// The policies under which an audience stands: those of `shared` and those of the domain.
pub(super) struct Standing<'a> {
    /// The policies, those of `shared` first.
    pub policies: Vec<&'a Policy>,
    /// `name@version`.
    pub name: String,
}

impl<'a> Standing<'a> {
    /// Finds the policies of an audience, by audience or by name.
    ///
    /// # Errors
    /// If there is none; the error names the audiences there are.
    pub fn of(shared: &'a Shared, domain: Option<&'a Domain>, audience: &str) -> Result<Standing<'a>, Error> {
        let all = || shared.policies.iter().chain(domain.into_iter().flat_map(|domain| &domain.policies));
        let policies: Vec<&Policy> =
            all().filter(|policy| policy.audience == audience || policy.name == audience).collect();
        let Some(last) = policies.last() else {
            let mut known: Vec<String> = all().map(|policy| format!("`{}`", policy.audience)).collect();
            known.sort();
            known.dedup();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(Error::UnknownAudience { audience: audience.to_owned(), known });
        };
        let version = policies.iter().map(|policy| policy.version).max().unwrap_or(0);
        Ok(Standing { name: format!("{}@{version}", last.name), policies })
    }

    /// Whether what no record declares stays: only if a policy says so and none says otherwise.
    pub fn keeps_undeclared(&self) -> bool {
        let mut lines = self.lines().filter(|line| line.fields == Selector::Undeclared).peekable();
        lines.peek().is_some() && lines.all(|line| line.operator == Treatment::Keep)
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
        self.policies.iter().map(|policy| policy.candidates).max().unwrap_or(Showing::Remove)
    }

    /// The strictest word about findings.
    pub fn findings(&self) -> Showing {
        self.policies.iter().map(|policy| policy.findings).max().unwrap_or(Showing::Remove)
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
