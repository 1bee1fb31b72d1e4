//! The free texts of an encounter without what their writer did not say: quoted mails, signatures, mark-up, addresses.

use crate::model::ids::FieldId;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::value::Value;
use crate::text::mail::Mail;
use std::borrow::Cow;

/// Where the free texts of a record stand, and what tells what of them was said.
pub struct Said {
    mail: Mail,
    texts: Vec<Vec<FieldId>>,
}

impl Said {
    /// Looks for the free texts of a record; those in lists are left as they are.
    pub fn new(fields: &[Field], mail: Mail) -> Said {
        let mut texts = Vec::new();
        find(fields, &mut Vec::new(), &mut texts);
        Said { mail, texts }
    }

    /// The slots with such texts; `None` if every text is said by its writer, as nearly always.
    pub fn of<'a>(&self, slots: &[Value<'a>]) -> Option<Vec<Value<'a>>> {
        let mut changed: Option<Vec<Value<'a>>> = None;
        for path in &self.texts {
            let Some(Value::Text(text)) = at(slots, path) else { continue };
            let Some(said) = self.mail.said(text) else { continue };
            put(changed.get_or_insert_with(|| slots.to_vec()), path, Value::Text(Cow::Owned(said)));
        }
        changed
    }
}

fn find(fields: &[Field], path: &mut Vec<FieldId>, out: &mut Vec<Vec<FieldId>>) {
    for (slot, field) in FieldId::numbered(fields) {
        path.push(slot);
        match &field.kind {
            Kind::Text if field.privacy.is_free => out.push(path.clone()),
            Kind::Record(inner) => find(inner, path, out),
            _ => {}
        }
        path.pop();
    }
}

fn at<'s, 'a>(slots: &'s [Value<'a>], path: &[FieldId]) -> Option<&'s Value<'a>> {
    let (slot, rest) = path.split_first()?;
    match (slot.get(slots)?, rest) {
        (value, []) => Some(value),
        (Value::Record(inner), rest) => at(inner, rest),
        _ => None,
    }
}

fn put<'a>(slots: &mut [Value<'a>], path: &[FieldId], value: Value<'a>) {
    let Some((slot, rest)) = path.split_first() else { return };
    match (slot.get_mut(slots), rest) {
        (Some(place), []) => *place = value,
        (Some(Value::Record(inner)), rest) => put(inner, rest, value),
        _ => {}
    }
}
