//! Writes the fields of an encounter as their treatments leave them, and notes what was done.

use super::case::Case;
use super::codes::CodeRules;
use super::decide::Planned;
use super::decide::Shape;
use super::disclosure::Fields;
use super::disclosure::Redaction;
use super::disclosure::Shown;
use super::operators;
use super::operators::Setting;
use super::operators::ZipAreas;
use super::shift;
use super::text::Kind;
use super::text::Known;
use super::text::Masked;
use super::text::TextRule;
use super::tokens::Key;
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
    pub key: Key,
    /// What nobody declared, and what does not fit its type, stays.
    pub keeps_undeclared: bool,
}

/// Writes one encounter.
pub(super) struct Writer<'a, 'k> {
    rules: &'a Rules,
    known: &'k Known,
    case: &'k Case,
    setting: Setting<'a>,
    /// Dates in texts move with the subject instead of being masked.
    shifts_texts: bool,
    path: String,
    /// What was done, in the order of the fields.
    pub redactions: Vec<Redaction<'a>>,
    /// Paths of the codes that are not shown as they are.
    pub withheld: Vec<String>,
}

impl<'a, 'k> Writer<'a, 'k> {
    pub fn new(
        rules: &'a Rules,
        known: &'k Known,
        case: &'k Case,
        setting: Setting<'a>,
        shifts_texts: bool,
    ) -> Writer<'a, 'k> {
        let (redactions, withheld) = (Vec::new(), Vec::new());
        Writer { rules, known, case, setting, shifts_texts, path: String::new(), redactions, withheld }
    }

    /// The fields of a record that have something to show.
    pub fn record(&mut self, plan: &'a [Planned], slots: Vec<Value<'a>>) -> Fields<'a> {
        let mut fields = Fields(Vec::with_capacity(slots.len()));
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
        if planned.treatment == Treatment::Remove {
            return None;
        }
        if planned.is_withheld(self.case) {
            // Whether it was there or not: nobody learns that either.
            self.withhold();
            return None;
        }
        if value.is_absent() {
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
        let text = |text: Option<String>| text.map(|text| Shown::Text(Cow::Owned(text)));
        let shown = match value {
            Value::Number(it) => match treatment {
                Treatment::Age90 if *it <= 89.0 => Some(number(*it)),
                Treatment::Age90 => Some(Shown::Text(Cow::Borrowed("90+"))),
                Treatment::Band(width) => text(operators::band(*it, *width)),
                Treatment::Grid(width) => operators::grid(*it, *width).map(Shown::Number),
                _ => self.stand_in(planned, &plain_number(*it)),
            },
            Value::Day(day) => match treatment {
                Treatment::Shift(_) => text(operators::text(treatment, &day.to_string(), &self.setting)),
                _ => text(operators::date(treatment, *day, self.setting.on)),
            },
            Value::Moment(it) => match treatment {
                Treatment::Shift(_) => text(operators::text(treatment, &it.to_string(), &self.setting)),
                _ => text(operators::moment(treatment, *it, self.setting.on)),
            },
            _ => None,
        };
        let did = if shown.is_some() { treatment.word() } else { "remove" };
        self.note(did, Cow::Borrowed(&planned.why));
        shown
    }

    /// A text under an operator, or searched if it stays.
    fn treated(&mut self, planned: &'a Planned, text: Cow<'a, str>, is_written: bool) -> Option<Shown<'a>> {
        match &planned.treatment {
            Treatment::Keep if is_written => match self.coded(planned, &text) {
                Some(code) => Some(Shown::Text(Cow::Borrowed(code))),
                None => self.searched(text),
            },
            Treatment::Keep => Some(Shown::Text(text)),
            treatment @ (Treatment::Pseudonym | Treatment::Token) => {
                let left = self.stand_in(planned, &text);
                self.note(if left.is_some() { treatment.word() } else { "remove" }, Cow::Borrowed(&planned.why));
                left
            }
            treatment => {
                let left = operators::text(treatment, &text, &self.setting);
                self.note(if left.is_some() { treatment.word() } else { "remove" }, Cow::Borrowed(&planned.why));
                left.map(|left| Shown::Text(Cow::Owned(left)))
            }
        }
    }

    /// A keyed stand-in for a value.
    fn stand_in(&self, planned: &Planned, text: &str) -> Option<Shown<'a>> {
        let kind = planned.identifies.as_deref().unwrap_or_default();
        let left = match planned.treatment {
            Treatment::Pseudonym => Some(self.rules.key.pseudonym(kind, text)),
            Treatment::Token => self.rules.key.token(kind, text),
            _ => None,
        };
        left.map(|left| Shown::Text(Cow::Owned(left)))
    }

    /// What stands for a text that is a hidden code of one of its sets; `None` if it is none.
    fn coded(&mut self, planned: &Planned, text: &str) -> Option<&'a str> {
        let rules = self.rules;
        for set in &planned.privacy.code_sets {
            let codes = rules.registry.codes(*set);
            let Some(code) = codes.find(text) else { continue };
            let shown = rules.codes.shown(&rules.registry, *set, code, self.case.codes);
            if shown != Some(code) {
                self.withhold();
                return Some(shown.map_or("withheld", |shown| codes.code(shown)));
            }
        }
        None
    }

    fn searched(&mut self, text: Cow<'a, str>) -> Option<Shown<'a>> {
        match &self.rules.text {
            TextRule::Keep => Some(Shown::Text(text)),
            TextRule::Remove => {
                self.note("remove", Cow::Borrowed("free text"));
                None
            }
            TextRule::Mask(masker) if masker.passes(&text, self.known) => Some(Shown::Text(text)),
            TextRule::Mask(masker) => {
                let masked = masker.mask(&text, self.known);
                if masked.spans.is_empty() {
                    return Some(Shown::Text(text));
                }
                for span in &masked.spans {
                    self.note("mask", Cow::Borrowed(span.kind.word()));
                }
                let shown = if self.shifts_texts { self.shifted(&text, masked) } else { masked.text };
                Some(Shown::Text(Cow::Owned(shown)))
            }
        }
    }

    /// A masked text in which the dates that can be moved stand, moved, in the place of their marks.
    fn shifted(&mut self, text: &str, masked: Masked) -> String {
        let Some(days) = self.setting.days else { return masked.text };
        let (mut out, mut rest, mut end) = (String::with_capacity(masked.text.len()), masked.text.as_str(), 0);
        for (place, span) in masked.spans.iter().enumerate() {
            let between = text.get(end..span.start).unwrap_or_default();
            // What stands between two marks stands in both texts; the mark ends where that of the next begins.
            let next = masked.spans.get(place + 1).map_or(text.len(), |next| next.start);
            let after = text.get(span.end..next).unwrap_or_default();
            let Some(tail) = rest.strip_prefix(between) else { return masked.text };
            let mark = if after.is_empty() && place + 1 < masked.spans.len() {
                tail.find(']').map(|at| at + 1)
            } else if place + 1 == masked.spans.len() {
                tail.len().checked_sub(after.len())
            } else {
                tail.find(after)
            };
            let Some((mark, tail)) = mark.and_then(|mark| tail.split_at_checked(mark)) else { return masked.text };
            out.push_str(between);
            // The record's own dates are found in its texts as hidden values.
            let moved = text.get(span.start..span.end).filter(|_| matches!(span.kind, Kind::Date | Kind::Other));
            match moved.and_then(|date| shift::written(date, days, self.setting.on)) {
                Some(date) => {
                    self.note("shift", Cow::Borrowed("date"));
                    out.push_str(&date);
                }
                None => out.push_str(mark),
            }
            (rest, end) = (tail, span.end);
        }
        out.push_str(rest);
        out
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
        let Some(shown) = rules.codes.shown(&rules.registry, set, code, self.case.codes) else {
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
            Treatment::Group(levels) => {
                let above = codes.ancestors(code).get((levels as usize).saturating_sub(1)).copied();
                self.note(if above.is_some() { "group" } else { "remove" }, Cow::Borrowed(&planned.why));
                Some(Shown::Text(Cow::Borrowed(codes.code(above?))))
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

fn plain_number(number: f64) -> String {
    if number.fract() == 0.0 { format!("{number:.0}") } else { number.to_string() }
}
