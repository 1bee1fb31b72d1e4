//! The free texts of an encounter without what their writer did not say: quoted mails, signatures, mark-up, addresses.

use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::value::Value;
use crate::text::mail::Mail;
use std::borrow::Cow;

/// The slots with such texts; `None` if every text is said by its writer, as nearly always.
pub fn said<'a>(slots: &[Value<'a>], fields: &[Field], mail: &Mail) -> Option<Vec<Value<'a>>> {
    let mut changed: Option<Vec<Value<'a>>> = None;
    for (place, (value, field)) in slots.iter().zip(fields).enumerate() {
        let new = match (value, &field.kind) {
            (Value::Text(text), Kind::Text) if field.privacy.is_free => {
                mail.said(text).map(|said| Value::Text(Cow::Owned(said)))
            }
            (Value::Record(inner), Kind::Record(fields)) => said(inner, fields, mail).map(Value::Record),
            _ => None,
        };
        if let Some(new) = new
            && let Some(slot) = changed.get_or_insert_with(|| slots.to_vec()).get_mut(place)
        {
            *slot = new;
        }
    }
    changed
}
