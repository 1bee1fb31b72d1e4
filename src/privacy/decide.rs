//! What happens to each field, settled once: the lines of all policies that apply, against the fields of a record.

use super::case::Case;
use super::standing::Standing;
use crate::model::ids::RecordId;
use crate::model::ids::SetId;
use crate::model::outcome::label_bit;
use crate::model::policy::FieldLine;
use crate::model::policy::Selector;
use crate::model::policy::Treatment;
use crate::model::policy::deciding;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::record::Privacy;
use crate::model::record::Record;

/// A field and what happens to it.
pub(super) struct Planned {
    /// Name.
    pub name: String,
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

/// What a field holds, as far as showing it needs to know.
pub(super) enum Shape {
    /// A text: free text or not, it is searched if it is kept.
    Text,
    /// A value that needs nothing else to be shown.
    Plain,
    /// A choice or a step of a ladder: the names.
    Names(Vec<String>),
    /// A code of a set.
    Code(SetId),
    /// Several.
    List(Box<Shape>),
    /// A nested record.
    Record(Vec<Planned>),
}

impl Standing<'_> {
    /// The fields of a record with what happens to each. Where `more` speaks of a field too, the stricter line wins.
    pub fn plan(&self, record: RecordId, fields: &Record, more: &[&FieldLine]) -> Vec<Planned> {
        let lines: Vec<&FieldLine> = self.lines().collect();
        Planner { record, lines, more }.fields(&fields.fields, "", &mut Vec::new(), None)
    }
}

struct Planner<'a, 'm> {
    record: RecordId,
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
        for (slot, field) in (0_u16..).zip(fields) {
            slots.push(slot);
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
        Planned { name, path, shape, treatment, why, identifies, privacy }
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
