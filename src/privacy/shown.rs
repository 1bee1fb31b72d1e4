//! Values of an encounter as an audience sees them: what a policy took away is no longer in them.

use super::decide::Planned;
use crate::model::day::Day;
use crate::model::day::Span;
use crate::model::moment::Moment;
use rust_decimal::Decimal;
use std::borrow::Cow;

/// What stands for a code that is not shown.
pub const WITHHELD: &str = "withheld";

/// A value as an audience sees it. Texts that stay as they are borrow from the line that was read.
///
/// It has the size of a [`Value`](crate::model::value::Value), so that the slots of an encounter become what is shown of
/// them in the memory they have already (a test holds it).
#[derive(Default)]
pub enum ShownValue<'a> {
    /// Not there, or not shown. A field of it is left out; an item of a list keeps its index.
    #[default]
    Nothing,
    /// A null that no record declares.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it was read. A whole one has no fraction.
    Number(f64),
    /// An amount of money, with the digits it came with.
    Money(Decimal),
    /// A number that an operator made. It always has a fraction.
    Rounded(f64),
    /// A number that no record declares.
    Undeclared(serde_json::Number),
    /// A text, a stand-in for a value, or what an operator left of one.
    Text(Cow<'a, str>),
    /// A whole day.
    Day(Day),
    /// A day with its time.
    Moment(Moment),
    /// A length of time.
    Span(Span),
    /// Several values.
    List(Vec<ShownValue<'a>>),
    /// A nested record.
    Record(ShownFields<'a>),
    /// Fields that no record declares.
    Object(Vec<NamedValue<'a>>),
}

/// A field that no record declares: its name as it is shown, and its value.
pub type NamedValue<'a> = (Cow<'a, str>, ShownValue<'a>);

/// Fields of a record that are shown, in its order; those that no record declares come last. Made by the redactor only.
#[derive(Default)]
pub struct ShownFields<'a> {
    declared: Option<&'a Vec<Planned>>,
    /// Invariant: one for each declared field. After them, an `Object` if something stood there that no record declares.
    values: Vec<ShownValue<'a>>,
}

impl<'a> ShownFields<'a> {
    /// `values` are those of the declared fields.
    pub(super) fn new(
        declared: &'a Vec<Planned>,
        mut values: Vec<ShownValue<'a>>,
        undeclared: Vec<NamedValue<'a>>,
    ) -> ShownFields<'a> {
        if !undeclared.is_empty() {
            values.resize_with(declared.len(), ShownValue::default);
            values.push(ShownValue::Object(undeclared));
        }
        ShownFields { declared: Some(declared), values }
    }

    /// Names and values of the declared fields that are shown. A name that a definition declares is a word of its
    /// language: letters, digits and joints, nothing that a format would have to escape.
    pub fn declared(&self) -> impl Iterator<Item = (&str, &ShownValue<'a>)> {
        let fields = self.declared.into_iter().flatten().zip(&self.values);
        let shown = fields.filter(|(_, value)| !matches!(value, ShownValue::Nothing));
        shown.map(|(planned, value)| (planned.name.as_str(), value))
    }

    /// Names and values of what is shown and no record declares.
    pub fn undeclared(&self) -> &[NamedValue<'a>] {
        match self.values.get(self.declared.map_or(0, Vec::len)) {
            Some(ShownValue::Object(fields)) => fields,
            _ => &[],
        }
    }

    /// Names and values of what is shown.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ShownValue<'a>)> {
        self.declared().chain(self.undeclared().iter().map(|(name, value)| (name.as_ref(), value)))
    }

    /// Whether nothing is shown.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl<'a> ShownValue<'a> {
    /// Names and values of what is shown in a nested record or object; nothing for any other value.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &ShownValue<'a>)> {
        let (record, undeclared) = match self {
            ShownValue::Record(fields) => (Some(fields), &[][..]),
            ShownValue::Object(fields) => (None, fields.as_slice()),
            _ => (None, &[][..]),
        };
        let undeclared = undeclared.iter().map(|(name, value)| (name.as_ref(), value));
        record.into_iter().flat_map(ShownFields::iter).chain(undeclared)
    }
}

#[cfg(test)]
mod tests {
    use super::ShownValue;
    use crate::model::value::Value;

    #[test]
    fn what_is_shown_fits_where_the_value_stood() {
        assert_eq!(size_of::<ShownValue<'_>>(), size_of::<Value<'_>>());
        assert_eq!(align_of::<ShownValue<'_>>(), align_of::<Value<'_>>());
    }
}
