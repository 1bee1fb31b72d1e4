//! What happens to each field, settled once: the lines of all policies that apply, against the fields of a record.

use super::Error;
use super::case::Case;
use super::line;
use crate::model::outcome::label_bit;
use crate::model::policy::FieldLine;
use crate::model::policy::Policy;
use crate::model::policy::Selector;
use crate::model::policy::Showing;
use crate::model::policy::Treatment;
use crate::model::policy::deciding;
use crate::model::program::Domain;
use crate::model::program::Shared;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::record::Privacy;
use crate::model::record::Record;

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

    /// The fields of a record with what happens to each. Where `more` speaks of a field too, the stricter line wins.
    pub fn plan(&self, record: u16, fields: &Record, more: &[&FieldLine]) -> Vec<Planned> {
        let lines: Vec<&FieldLine> = self.lines().collect();
        Planner { record, lines, more }.fields(&fields.fields, "", &mut Vec::new(), None)
    }

    fn lines(&self) -> impl Iterator<Item = &'a FieldLine> + '_ {
        self.policies.iter().flat_map(|policy| &policy.fields)
    }
}

/// A field and what happens to it.
pub(super) struct Planned {
    /// Name.
    pub name: String,
    /// The name as it stands before the value in JSON: `"name":`.
    pub key: Vec<u8>,
    /// Names from the top, joined by dots, without places in lists.
    pub path: String,
    /// What it holds.
    pub shape: Shape,
    /// What happens to it.
    pub treatment: Treatment,
    /// Why, for the list of redactions; one neutral word where a label is the reason.
    pub why: String,
    /// `identifies KIND`, if it does.
    pub identifies: Option<String>,
    /// What else the record says of it.
    pub privacy: Privacy,
}

impl Planned {
    /// Whether an encounter's labels withhold it: its own label, or one it speaks of as free texts and signals do.
    pub fn is_withheld(&self, case: &Case) -> bool {
        case.withholds && (self.privacy.is_free || self.privacy.is_signal)
            || self.privacy.label.is_some_and(|label| label_bit(label) & case.guarded & !case.lifted != 0)
    }
}

/// What a field holds, as far as writing it needs to know.
pub(super) enum Shape {
    /// A text: free text or not, it is searched if it is kept.
    Text,
    /// A value that writes itself.
    Plain,
    /// A choice or a step of a ladder: the names.
    Names(Vec<String>),
    /// A code of a set.
    Code(u16),
    /// Several.
    List(Box<Shape>),
    /// A nested record.
    Record(Vec<Planned>),
}

struct Planner<'a, 'm> {
    record: u16,
    lines: Vec<&'a FieldLine>,
    more: &'m [&'m FieldLine],
}

impl Planner<'_, '_> {
    fn fields(
        &self,
        fields: &[Field],
        above: &str,
        slots: &mut Vec<u16>,
        inherited: Option<(&Treatment, &str)>,
    ) -> Vec<Planned> {
        let mut planned = Vec::with_capacity(fields.len());
        for (slot, field) in fields.iter().enumerate() {
            slots.push(u16::try_from(slot).unwrap_or(u16::MAX));
            let path = if above.is_empty() { field.name.clone() } else { format!("{above}.{}", field.name) };
            planned.push(self.field(field, path, slots, inherited));
            slots.pop();
        }
        planned
    }

    fn field(
        &self,
        field: &Field,
        path: String,
        slots: &mut Vec<u16>,
        inherited: Option<(&Treatment, &str)>,
    ) -> Planned {
        let decided = deciding(&self.lines, self.record, &path, slots, field);
        let is_named = decided.is_some_and(|(_, is_named)| is_named);
        let (mut treatment, mut why) = match decided {
            Some((line, _)) => (line.operator.clone(), reason(&line.fields, field)),
            // What somebody consents to says what there is to hide.
            None if field.privacy.is_consent => (Treatment::Remove, "withheld".to_owned()),
            None => (Treatment::Keep, String::new()),
        };
        if let Some((line, _)) = deciding(self.more, self.record, &path, slots, field)
            && line.operator.rank() > treatment.rank()
        {
            (treatment, why) = (line.operator.clone(), "withheld".to_owned());
        }
        if let Some((above, word)) = inherited
            && !is_named
            && above.rank() > treatment.rank()
        {
            (treatment, why) = (above.clone(), word.to_owned());
        }
        let shape = self.shape(&field.kind, &path, slots, &treatment, &why);
        let identifies = field.privacy.identifies.clone();
        let (name, privacy) = (field.name.clone(), field.privacy.clone());
        Planned { key: line::key(&name), name, path, shape, treatment, why, identifies, privacy }
    }

    fn shape(&self, kind: &Kind, path: &str, slots: &mut Vec<u16>, treatment: &Treatment, why: &str) -> Shape {
        match kind {
            Kind::Text => Shape::Text,
            Kind::Choice(names) | Kind::Ladder(names) => Shape::Names(names.clone()),
            Kind::Code(set) => Shape::Code(*set),
            Kind::List(item) => Shape::List(Box::new(self.shape(item, path, slots, treatment, why))),
            Kind::Record(fields) => {
                // What is said of a record holds for all in it; to keep it says nothing of what it holds.
                let inherited = (*treatment != Treatment::Keep).then_some((treatment, why));
                Shape::Record(self.fields(fields, path, slots, inherited))
            }
            _ => Shape::Plain,
        }
    }
}

/// One word for the list of redactions. A label is itself sensitive and is not named.
fn reason(selector: &Selector, field: &Field) -> String {
    match selector {
        Selector::Identifying(_) => field.privacy.identifies.clone().unwrap_or_else(|| "identifies".to_owned()),
        Selector::QuasiIdentifying => "quasi-identifier".to_owned(),
        Selector::Dates => "date".to_owned(),
        Selector::Free => "free text".to_owned(),
        Selector::Labelled(_) => "withheld".to_owned(),
        _ => "policy".to_owned(),
    }
}
