//! Writes the fields of an encounter as their treatments leave them, and notes what was done.

use super::codes::CodeRules;
use super::decide::Planned;
use super::decide::Shape;
use super::disclosure::Fields;
use super::disclosure::Redaction;
use super::disclosure::Shown;
use super::operators;
use super::operators::ZipAreas;
use super::text::Known;
use super::text::TextRule;
use crate::model::policy::Treatment;
use crate::model::value::CodeValue;
use crate::model::value::Value;
use crate::registry::Registry;
use std::borrow::Cow;

/// What all fields of all encounters are written by.
pub(super) struct Rules {
    pub registry: std::sync::Arc<Registry>,
    pub codes: CodeRules,
    pub text: TextRule,
    pub zips: ZipAreas,
    /// Key of this audience.
    pub key: [u8; 32],
    /// What nobody declared, and what does not fit its type, stays.
    pub keeps_undeclared: bool,
}

/// Writes one encounter.
pub(super) struct Writer<'a, 'k> {
    rules: &'a Rules,
    known: &'k Known,
    path: String,
    /// What was done, in the order of the fields.
    pub redactions: Vec<Redaction<'a>>,
    /// Paths of the codes that are not shown as they are.
    pub withheld: Vec<String>,
}

impl<'a, 'k> Writer<'a, 'k> {
    pub fn new(rules: &'a Rules, known: &'k Known) -> Writer<'a, 'k> {
        Writer { rules, known, path: String::new(), redactions: Vec::new(), withheld: Vec::new() }
    }

    /// The fields of a record that have something to show.
    pub fn record(&mut self, plan: &'a [Planned], slots: Vec<Value<'a>>) -> Fields<'a> {
        let mut fields = Fields::default();
        for (planned, value) in plan.iter().zip(slots) {
            let length = self.path.len();
            if length > 0 {
                self.path.push('.');
            }
            self.path.push_str(&planned.name);
            if let Some(shown) = self.value(planned, &planned.shape, value) {
                fields.0.push((Cow::Borrowed(&planned.name), shown));
            }
            self.path.truncate(length);
        }
        fields
    }

    fn value(&mut self, planned: &'a Planned, shape: &'a Shape, value: Value<'a>) -> Option<Shown<'a>> {
        // What a policy removes is listed for every encounter alike: nobody learns whether it was there.
        if value.is_absent() || planned.treatment == Treatment::Remove {
            return None;
        }
        match (shape, value) {
            (Shape::List(item), Value::List(values)) => Some(Shown::List(self.list(planned, item, values))),
            (Shape::Record(plan), Value::Record(slots)) => {
                let fields = self.record(plan, slots);
                (!fields.0.is_empty()).then_some(Shown::Record(fields))
            }
            (_, Value::Misfit(text)) => self.misfit(text),
            (_, _) if planned.treatment == Treatment::Mask => {
                let why = if planned.why.is_empty() { "withheld" } else { &planned.why };
                self.note("mask", Cow::Borrowed(why));
                Some(Shown::Text(Cow::Owned(format!("[{why}]"))))
            }
            (Shape::Code(set), Value::Code(code)) => self.code(planned, *set, code),
            (Shape::Names(names), Value::Choice(place) | Value::Step(place)) => {
                let name = names.get(usize::from(place))?;
                self.treated(planned, Cow::Borrowed(name.as_str()), false)
            }
            (_, Value::Text(text)) => self.treated(planned, text, true),
            (_, value) => self.plain(planned, &value),
        }
    }

    fn list(&mut self, planned: &'a Planned, item: &'a Shape, values: Vec<Value<'a>>) -> Vec<Shown<'a>> {
        let length = self.path.len();
        let mut shown = Vec::with_capacity(values.len());
        for (place, value) in values.into_iter().enumerate() {
            self.path.push_str(&format!("[{place}]"));
            // Places in a list stay what they are: other fields and findings count by them.
            let nothing = if matches!(item, Shape::Record(_)) { Shown::Record(Fields::default()) } else { Shown::Null };
            shown.push(self.value(planned, item, value).unwrap_or(nothing));
            self.path.truncate(length);
        }
        shown
    }

    /// A number, a date, a length of time.
    fn plain(&mut self, planned: &'a Planned, value: &Value<'a>) -> Option<Shown<'a>> {
        let treatment = &planned.treatment;
        if *treatment == Treatment::Keep {
            return match value {
                Value::Bool(it) => Some(Shown::Bool(*it)),
                Value::Number(it) => Some(number(*it)),
                Value::Day(it) => Some(Shown::Text(Cow::Owned(it.to_string()))),
                Value::Moment(it) => Some(Shown::Text(Cow::Owned(it.to_string()))),
                Value::Span(it) => Some(Shown::Text(Cow::Owned(operators::span(*it)))),
                _ => None,
            };
        }
        let shown = match value {
            _ if *treatment == Treatment::Pseudonym => None,
            Value::Number(it) => match treatment {
                Treatment::Age90 => Some(number(it.min(90.0))),
                Treatment::Band(width) => operators::band(*it, *width).map(|band| Shown::Text(Cow::Owned(band))),
                _ => None,
            },
            Value::Day(day) => operators::date(treatment, *day).map(|date| Shown::Text(Cow::Owned(date))),
            Value::Moment(it) => operators::date(treatment, it.day()).map(|date| Shown::Text(Cow::Owned(date))),
            _ => None,
        };
        let did = if shown.is_some() { done(treatment) } else { "remove" };
        self.note(did, Cow::Borrowed(&planned.why));
        shown
    }

    /// A text under an operator, or searched if it stays.
    fn treated(&mut self, planned: &'a Planned, text: Cow<'a, str>, is_written: bool) -> Option<Shown<'a>> {
        match &planned.treatment {
            Treatment::Keep if is_written => self.searched(text),
            Treatment::Keep => Some(Shown::Text(text)),
            Treatment::Pseudonym => {
                self.note("pseudonym", Cow::Borrowed(&planned.why));
                let kind = planned.identifies.as_deref().unwrap_or_default();
                Some(Shown::Text(Cow::Owned(operators::pseudonym(&self.rules.key, kind, &text))))
            }
            treatment => {
                let left = operators::text(treatment, &text, &self.rules.zips);
                self.note(if left.is_some() { done(treatment) } else { "remove" }, Cow::Borrowed(&planned.why));
                left.map(|left| Shown::Text(Cow::Owned(left)))
            }
        }
    }

    fn searched(&mut self, text: Cow<'a, str>) -> Option<Shown<'a>> {
        match &self.rules.text {
            TextRule::Keep => Some(Shown::Text(text)),
            TextRule::Remove => {
                self.note("remove", Cow::Borrowed("free text"));
                None
            }
            TextRule::Mask(masker) => {
                let masked = masker.mask(&text, self.known);
                if masked.spans.is_empty() {
                    return Some(Shown::Text(text));
                }
                for span in &masked.spans {
                    self.note("mask", Cow::Borrowed(span.kind.word()));
                }
                Some(Shown::Text(Cow::Owned(masked.text)))
            }
        }
    }

    /// A value that does not fit its type: nobody knows what it is.
    fn misfit(&mut self, text: Cow<'a, str>) -> Option<Shown<'a>> {
        if self.rules.keeps_undeclared {
            return self.searched(text);
        }
        self.note("remove", Cow::Borrowed("misfit"));
        None
    }

    fn code(&mut self, planned: &'a Planned, set: u16, value: CodeValue<'a>) -> Option<Shown<'a>> {
        let rules = self.rules;
        let codes = rules.registry.codes(set);
        let Some(code) = value.code else { return self.misfit(value.text) };
        let Some(shown) = rules.codes.shown(&rules.registry, set, code) else {
            self.withhold();
            return Some(Shown::Text(Cow::Borrowed("withheld")));
        };
        if shown != code {
            self.withhold();
            return Some(Shown::Text(Cow::Borrowed(codes.code(shown))));
        }
        match planned.treatment {
            Treatment::Keep if rules.keeps_undeclared => Some(Shown::Text(value.text)),
            Treatment::Keep => Some(Shown::Text(Cow::Borrowed(codes.code(code)))),
            Treatment::Group => {
                self.note("group", Cow::Borrowed(&planned.why));
                Some(Shown::Text(Cow::Borrowed(codes.code(codes.parent(code)?))))
            }
            _ => self.treated(planned, value.text, true),
        }
    }

    fn withhold(&mut self) {
        self.note("withhold", Cow::Borrowed("withheld"));
        self.withheld.push(self.path.clone());
    }

    /// A value that no record declares, for an audience that sees such values: its texts are searched too.
    pub fn undeclared(&mut self, path: &str, value: serde_json::Value) -> Option<Shown<'a>> {
        path.clone_into(&mut self.path);
        let shown = self.foreign(value);
        self.path.clear();
        shown
    }

    fn foreign(&mut self, value: serde_json::Value) -> Option<Shown<'a>> {
        Some(match value {
            serde_json::Value::String(text) => self.searched(Cow::Owned(text))?,
            serde_json::Value::Array(items) => {
                Shown::List(items.into_iter().map(|item| self.foreign(item).unwrap_or(Shown::Null)).collect())
            }
            serde_json::Value::Object(fields) => {
                let shown = fields.into_iter().filter_map(|(name, value)| {
                    let value = self.foreign(value)?;
                    Some((self.name(name), value))
                });
                Shown::Record(Fields(shown.collect()))
            }
            serde_json::Value::Number(number) => match self.searched(Cow::Owned(number.to_string()))? {
                Shown::Text(text) if text == number.to_string() => Shown::Other(number.into()),
                masked => masked,
            },
            other => Shown::Other(other),
        })
    }

    /// A field name that nobody declared, searched as a text.
    pub fn name(&mut self, name: String) -> Cow<'a, str> {
        match self.searched(Cow::Owned(name)) {
            Some(Shown::Text(name)) => name,
            _ => Cow::Borrowed("?"),
        }
    }

    /// Notes what was done here, once.
    pub fn note(&mut self, did: &'static str, why: Cow<'a, str>) {
        let note = Redaction { path: Cow::Owned(self.path.clone()), did, why };
        if !self.redactions.contains(&note) {
            self.redactions.push(note);
        }
    }
}

/// A number as people write it: whole where it is whole.
fn number(number: f64) -> Shown<'static> {
    #[expect(clippy::cast_possible_truncation, reason = "whole and within 53 bits")]
    let whole = number as i64;
    if number.fract() == 0.0 && number.abs() < 9e15 { Shown::Whole(whole) } else { Shown::Number(number) }
}

/// The word for an operator in the list of redactions.
fn done(treatment: &Treatment) -> &'static str {
    match treatment {
        Treatment::Keep => "keep",
        Treatment::Day => "day",
        Treatment::Month => "month",
        Treatment::Year => "year",
        Treatment::Age90 => "age-90",
        Treatment::Band(_) => "band",
        Treatment::Block => "block",
        Treatment::Zip3 => "zip3",
        Treatment::Group => "group",
        Treatment::First(_) => "first",
        Treatment::Last(_) => "last",
        Treatment::Pseudonym => "pseudonym",
        Treatment::Mask => "mask",
        Treatment::Remove => "remove",
    }
}
