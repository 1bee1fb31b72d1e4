//! What happens to the fields of one record, settled once for an audience.

use super::decide::Planned;
use super::decide::Shape;
use crate::model::ids::FieldId;
use crate::model::policy::Treatment;
use crate::model::value::Value;
use std::collections::HashMap;

/// What happens to the fields of one record.
pub(super) struct RecordPlan {
    pub fields: Vec<Planned>,
    /// What a policy removes: path and why, the same for every encounter.
    pub removed: Vec<(String, String)>,
    /// Declared paths; `true` if what stands there is hidden.
    pub hidden: HashMap<String, bool>,
    /// Something declared is hidden.
    pub hides_any: bool,
    pub id: Option<FieldId>,
    /// The field whose value is the subject, by slots.
    pub subject: Option<Vec<FieldId>>,
    /// Fields that hold consents.
    pub consents: Vec<FieldId>,
    /// Dates move by a multiple of so many days.
    pub shift: Option<u32>,
    /// Texts that may be codes are among the fields.
    pub has_coded_texts: bool,
    /// Some address becomes its hundred block.
    pub cuts_blocks: bool,
    /// How a finding calls another encounter of this record.
    pub others: Naming,
}

/// How a finding calls another encounter, whose labels nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Naming {
    /// By a pseudonym.
    #[default]
    Pseudonym,
    /// By its id: that of every encounter is shown, whatever its labels.
    Id,
}

/// What happens to the declared field at a path of names.
pub(super) fn find<'a>(fields: &'a [Planned], path: &str) -> Option<&'a Planned> {
    fields.iter().find_map(|planned| {
        if planned.path == path {
            return Some(planned);
        }
        let mut shape = &planned.shape;
        while let Shape::List(item) = shape {
            shape = item;
        }
        match shape {
            Shape::Record(inner) => find(inner, path),
            _ => None,
        }
    })
}

/// Whether some free text is not removed from every encounter: it may say what a hidden code does not.
pub(super) fn shows_free_texts(fields: &[Planned]) -> bool {
    fields.iter().filter(|planned| planned.treatment != Treatment::Remove).any(|planned| {
        let mut shape = &planned.shape;
        while let Shape::List(item) = shape {
            shape = item;
        }
        planned.privacy.is_free || matches!(shape, Shape::Record(inner) if shows_free_texts(inner))
    })
}

impl RecordPlan {
    /// Surveys the fields once, so that an encounter only asks. `shift` is that of dates in texts, where no field has another.
    pub fn new(fields: Vec<Planned>, shift: Option<u32>) -> RecordPlan {
        let mut plan = RecordPlan {
            id: FieldId::find(&fields, |it| it.name == "id"),
            fields: Vec::new(),
            removed: Vec::new(),
            hidden: HashMap::new(),
            subject: subject(&fields),
            consents: FieldId::numbered(&fields).filter(|(_, it)| it.privacy.is_consent).map(|(id, _)| id).collect(),
            shift: None,
            has_coded_texts: false,
            cuts_blocks: false,
            others: Naming::default(),
            hides_any: false,
        };
        plan.survey(&fields, false);
        plan.shift = plan.shift.or(shift);
        plan.hides_any = plan.hidden.values().any(|is_hidden| *is_hidden);
        plan.fields = fields;
        // The id answers for the encounter: it becomes a pseudonym where it may not be seen.
        if let Some(id) = plan.id.and_then(|slot| slot.get_mut(&mut plan.fields))
            && id.treatment != Treatment::Keep
        {
            id.treatment = Treatment::Pseudonym;
            plan.removed.retain(|(path, _)| path != "id");
        }
        plan
    }

    fn survey(&mut self, fields: &[Planned], is_under_hidden: bool) {
        for planned in fields {
            let is_removed = planned.treatment == Treatment::Remove;
            if is_removed && !is_under_hidden {
                self.removed.push((planned.path.clone(), planned.why.clone()));
            }
            if let Treatment::Shift(multiple) = planned.treatment {
                // Texts have one shift: the widest steps of all.
                self.shift = Some(self.shift.map_or(multiple, |other| other.max(multiple)));
            }
            self.cuts_blocks |= planned.treatment == Treatment::Block;
            self.has_coded_texts |= !planned.privacy.code_sets.is_empty();
            let is_hidden = matches!(
                planned.treatment,
                Treatment::Pseudonym | Treatment::Token | Treatment::Mask | Treatment::Remove
            );
            self.hidden.insert(planned.path.clone(), is_hidden || is_under_hidden);
            let mut shape = &planned.shape;
            while let Shape::List(item) = shape {
                shape = item;
            }
            if let Shape::Record(inner) = shape {
                self.survey(inner, is_removed || is_under_hidden);
            }
        }
    }

    /// Whether nothing may be said of what stands at a path: `victims[0].age`. A path that no record declares may hold
    /// words of the encounter.
    pub fn hides(&self, path: &str, keeps_undeclared: bool) -> bool {
        if path.is_empty() || (keeps_undeclared && !self.hides_any) {
            return false;
        }
        if !path.contains('[') {
            return self.hidden.get(path).copied().unwrap_or(!keeps_undeclared);
        }
        let mut plain = String::with_capacity(path.len());
        let mut is_inside = false;
        for c in path.chars() {
            match c {
                '[' => is_inside = true,
                ']' => is_inside = false,
                c if !is_inside => plain.push(c),
                _ => {}
            }
        }
        self.hidden.get(&plain).copied().unwrap_or(!keeps_undeclared)
    }
}

/// The slots of the field that tells whose record it is; one in a list tells of several.
fn subject(fields: &[Planned]) -> Option<Vec<FieldId>> {
    FieldId::numbered(fields).find_map(|(slot, planned)| match &planned.shape {
        Shape::Record(inner) => subject(inner).map(|mut slots| {
            slots.insert(0, slot);
            slots
        }),
        _ => planned.privacy.is_subject.then(|| vec![slot]),
    })
}

/// The field at a way of slots.
pub(super) fn planned_at<'p>(fields: &'p [Planned], slots: &[FieldId]) -> Option<&'p Planned> {
    let (first, rest) = slots.split_first()?;
    match first.get(fields)? {
        planned if rest.is_empty() => Some(planned),
        Planned { shape: Shape::Record(inner), .. } => planned_at(inner, rest),
        _ => None,
    }
}

/// The value at a way of slots.
pub(super) fn value_at<'v, 'a>(values: &'v [Value<'a>], slots: &[FieldId]) -> Option<&'v Value<'a>> {
    let (first, rest) = slots.split_first()?;
    match first.get(values)? {
        value if rest.is_empty() => Some(value),
        Value::Record(inner) => value_at(inner, rest),
        _ => None,
    }
}
