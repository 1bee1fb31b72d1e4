//! What happens to each field, settled once: the lines of all policies that apply, against the fields of a record.

use super::case::Case;
use super::standing::Standing;
use crate::model::ids::FieldId;
use crate::model::ids::RecordId;
use crate::model::ids::SetId;
use crate::model::outcome::label_bit;
use crate::model::policy::FieldAt;
use crate::model::policy::FieldLine;
use crate::model::policy::FieldLines;
use crate::model::policy::Selector;
use crate::model::policy::Treatment;
use crate::model::policy::strictest_of;
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
        Planner { record, lines: self.field_lines(), more }.fields(&fields.fields, "", &mut Vec::new(), None)
    }
}

struct Planner<'a, 'm> {
    record: RecordId,
    lines: FieldLines<'a>,
    more: &'m [&'m FieldLine],
}

impl Planner<'_, '_> {
    fn fields(
        &self,
        fields: &[Field],
        above: &str,
        slots: &mut Vec<FieldId>,
        inherited: Option<(&Treatment, &str)>,
    ) -> Vec<Planned> {
        let mut planned = Vec::with_capacity(fields.len());
        for (slot, field) in FieldId::numbered(fields) {
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
        slots: &mut Vec<FieldId>,
        inherited: Option<(&Treatment, &str)>,
    ) -> Planned {
        let at = FieldAt { record: self.record, path: &path, slots, field };
        let (mut treatment, mut why) = self.decided(&at, inherited);
        if let Some(line) = strictest_of(self.more, &at)
            && line.operator.rank() > treatment.rank()
        {
            (treatment, why) = (line.operator.clone(), "withheld".to_owned());
        }
        if let Some((above, word)) = inherited
            && above.rank() > treatment.rank()
        {
            (treatment, why) = (above.clone(), word.to_owned());
        }
        let shape = self.shape(&field.kind, &path, slots, &treatment, &why);
        if let Shape::Record(inner) = innermost(&shape)
            && treatment == Treatment::Keep
            && inner.iter().all(|planned| planned.treatment == Treatment::Remove)
        {
            // Nothing of it is shown: one line says so.
            (treatment, why) = (Treatment::Remove, "policy".to_owned());
        }
        let identifies = field.privacy.identifies.clone();
        let (name, privacy) = (field.name.clone(), field.privacy.clone());
        Planned { name, path, shape, treatment, why, identifies, privacy }
    }

    /// What the lines do to a field: what none of them reaches is not shown.
    fn decided(&self, at: &FieldAt<'_>, inherited: Option<(&Treatment, &str)>) -> (Treatment, String) {
        let field = at.field;
        let is_record = matches!(field.kind.innermost(), Kind::Record(_));
        match self.lines.deciding(at) {
            Some(line) => (line.operator.clone(), reason(&line.fields, field)),
            // What somebody consents to says what there is to hide.
            None if field.privacy.is_consent => (Treatment::Remove, "withheld".to_owned()),
            // The fields in it are decided one by one.
            None if is_record => (Treatment::Keep, String::new()),
            // Who keeps a record by name keeps what is plain in it, and what nobody said anything of.
            None if inherited.is_some_and(|(above, _)| *above == Treatment::Keep)
                && (field.is_plain() || field.is_unclassified()) =>
            {
                match self.lines.strictest(at) {
                    Some(line) => (line.operator.clone(), reason(&line.fields, field)),
                    None => (Treatment::Keep, String::new()),
                }
            }
            None => (Treatment::Remove, closed(field)),
        }
    }

    fn shape(&self, kind: &Kind, path: &str, slots: &mut Vec<FieldId>, treatment: &Treatment, why: &str) -> Shape {
        match kind {
            Kind::Text | Kind::Codes(_) => Shape::Text,
            Kind::Choice(names) | Kind::Ladder(names) => Shape::Names(names.clone()),
            Kind::Code(set) => Shape::Code(*set),
            Kind::List(item) => Shape::List(Box::new(self.shape(item, path, slots, treatment, why))),
            Kind::Record(fields) => {
                // What is said of a record holds for all in it.
                let inherited = (*treatment != Treatment::Keep || !why.is_empty()).then_some((treatment, why));
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

/// Why a field is not shown that no line keeps.
fn closed(field: &Field) -> String {
    let privacy = &field.privacy;
    if let Some(kind) = &privacy.identifies {
        kind.clone()
    } else if privacy.is_quasi_identifier {
        "quasi-identifier".to_owned()
    } else if privacy.label.is_some() {
        "withheld".to_owned()
    } else if privacy.is_free {
        "free text".to_owned()
    } else {
        "policy".to_owned()
    }
}

fn innermost(shape: &Shape) -> &Shape {
    match shape {
        Shape::List(item) => innermost(item),
        shape => shape,
    }
}
