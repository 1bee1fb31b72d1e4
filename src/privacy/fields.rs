//! Writes the fields of an encounter as their treatments leave them, and notes what was done.
//!
//! They are written as JSON at once, without a tree between. Every step says whether it wrote a value; where it did not, what
//! was begun is cut off again.

use super::case::Case;
use super::codes::CodeRules;
use super::decide::Planned;
use super::decide::Shape;
use super::disclosure::Fields;
use super::disclosure::Redaction;
use super::line;
use super::operators;
use super::operators::Setting;
use super::operators::ZipAreas;
use super::shift;
use super::text::Known;
use super::text::Masked;
use super::text::TextRule;
use super::tokens::Key;
use crate::model::day::Day;
use crate::model::policy::Treatment;
use crate::model::text_kind::Kind;
use crate::model::value::CodeValue;
use crate::model::value::Value;
use crate::registry::Registry;
use std::borrow::Cow;
use std::fmt::Display;
use std::fmt::Write;
use std::io;

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
    /// What no record declares and this audience may see: path, and the value until it is written.
    undeclared: Vec<(String, Option<serde_json::Value>)>,
    /// What is written so far.
    out: Vec<u8>,
    /// The record or item that is being written.
    path: String,
    /// The field in it.
    name: &'a str,
    /// What was done, in the order of the fields.
    pub redactions: Vec<Redaction<'a>>,
    /// Paths of the codes that are not shown as they are.
    pub withheld: Vec<String>,
}

/// Most encounters are no longer, so that the room is made once.
const USUAL: usize = 512;

impl<'a, 'k> Writer<'a, 'k> {
    pub fn new(
        rules: &'a Rules,
        known: &'k Known,
        case: &'k Case,
        setting: Setting<'a>,
        shifts_texts: bool,
    ) -> Writer<'a, 'k> {
        Writer {
            rules,
            known,
            case,
            setting,
            shifts_texts,
            undeclared: Vec::new(),
            out: Vec::with_capacity(USUAL),
            path: String::new(),
            name: "",
            redactions: Vec::new(),
            withheld: Vec::new(),
        }
    }

    /// The fields that have something to show; what no record declares stands after the fields beside which it stood. Its
    /// texts are searched too.
    pub fn fields(
        &mut self,
        plan: &'a [Planned],
        slots: Vec<Value<'a>>,
        undeclared: Vec<(String, serde_json::Value)>,
    ) -> Fields {
        self.undeclared = undeclared.into_iter().map(|(path, value)| (path, Some(value))).collect();
        self.record(plan, slots);
        Fields(std::mem::take(&mut self.out))
    }

    /// Writes a record; whether there is anything in it.
    fn record(&mut self, plan: &'a [Planned], slots: Vec<Value<'a>>) -> bool {
        let start = self.out.len();
        self.out.push(b'{');
        for (planned, value) in plan.iter().zip(slots) {
            self.name = &planned.name;
            if !self.is_open(planned, &value) {
                continue;
            }
            let before = self.out.len();
            self.out.extend_from_slice(&planned.key);
            if self.value(planned, &planned.shape, value) {
                self.out.push(b',');
            } else {
                self.out.truncate(before);
            }
        }
        self.name = "";
        if !self.undeclared.is_empty() {
            self.undeclared_here();
        }
        self.close(b'}');
        self.out.len() > start + 2
    }

    /// Ends a record or list: what comes last in it has a comma after it.
    fn close(&mut self, sign: u8) {
        match self.out.last_mut().filter(|last| **last == b',') {
            Some(last) => *last = sign,
            None => self.out.push(sign),
        }
    }

    /// Whether there may be something to show of a value.
    fn is_open(&mut self, planned: &Planned, value: &Value<'_>) -> bool {
        // What a policy removes is listed for every encounter alike: nobody learns whether it was there.
        if planned.treatment == Treatment::Remove {
            return false;
        }
        if planned.is_withheld(self.case) {
            // Whether it was there or not: nobody learns that either.
            self.withhold();
            return false;
        }
        !value.is_absent()
    }

    fn value(&mut self, planned: &'a Planned, shape: &'a Shape, value: Value<'a>) -> bool {
        match (shape, value) {
            (Shape::List(item), Value::List(values)) => self.list(planned, item, values),
            (Shape::Record(plan), Value::Record(slots)) => {
                let (length, name) = self.enter();
                let is_shown = self.record(plan, slots);
                self.leave(length, name);
                is_shown
            }
            (_, Value::Misfit(text)) => self.misfit(&text),
            (_, _) if planned.treatment == Treatment::Mask => {
                let why = if planned.why.is_empty() { "withheld" } else { &planned.why };
                self.note("mask", Cow::Borrowed(why));
                self.text(&format!("[{why}]"))
            }
            (Shape::Code(set), Value::Code(code)) => self.code(planned, *set, &code),
            (Shape::Names(names), Value::Choice(place) | Value::Step(place)) => {
                names.get(usize::from(place)).is_some_and(|name| self.treated(planned, name, false))
            }
            (_, Value::Text(text)) => self.treated(planned, &text, true),
            (_, value) => self.plain(planned, &value),
        }
    }

    fn list(&mut self, planned: &'a Planned, item: &'a Shape, values: Vec<Value<'a>>) -> bool {
        let (length, name) = self.enter();
        let inside = self.path.len();
        self.out.push(b'[');
        for (place, value) in values.into_iter().enumerate() {
            // Writing to a string cannot fail.
            let _ = write!(self.path, "[{place}]");
            let before = self.out.len();
            if !self.is_open(planned, &value) || !self.value(planned, item, value) {
                // Places in a list stay what they are: other fields and findings count by them.
                self.out.truncate(before);
                let nothing: &[u8] = if matches!(item, Shape::Record(_)) { b"{}" } else { b"null" };
                self.out.extend_from_slice(nothing);
            }
            self.out.push(b',');
            self.path.truncate(inside);
        }
        self.close(b']');
        self.leave(length, name);
        true
    }

    /// Goes into the field; gives what [`Writer::leave`] goes back to.
    fn enter(&mut self) -> (usize, &'a str) {
        let left = (self.path.len(), self.name);
        if !self.path.is_empty() && !self.name.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(self.name);
        self.name = "";
        left
    }

    fn leave(&mut self, length: usize, name: &'a str) {
        self.path.truncate(length);
        self.name = name;
    }

    /// Where writing is: `victims[0].age`.
    fn place(&self) -> String {
        let dot = if self.path.is_empty() || self.name.is_empty() { "" } else { "." };
        format!("{}{dot}{}", self.path, self.name)
    }

    fn text(&mut self, text: &str) -> bool {
        line::text(text, &mut self.out);
        true
    }

    fn perhaps(&mut self, text: Option<String>) -> bool {
        text.is_some_and(|text| self.text(&text))
    }

    fn number(&mut self, number: f64) -> bool {
        line::number(number, &mut self.out);
        true
    }

    /// A number, a date, a length of time.
    fn plain(&mut self, planned: &'a Planned, value: &Value<'a>) -> bool {
        let treatment = &planned.treatment;
        if *treatment == Treatment::Keep {
            return match value {
                Value::Bool(it) => self.word(if *it { "true" } else { "false" }),
                Value::Number(it) => self.whole(*it),
                Value::Day(it) => self.day(*it),
                Value::Moment(it) => self.quoted(it),
                Value::Span(it) => self.text(&operators::span(*it)),
                _ => false,
            };
        }
        let is_shown = match value {
            Value::Number(it) => match treatment {
                Treatment::Age90 if *it <= 89.0 => self.whole(*it),
                Treatment::Age90 => self.text("90+"),
                Treatment::Band(width) => self.perhaps(operators::band(*it, *width)),
                Treatment::Grid(width) => operators::grid(*it, *width).is_some_and(|middle| self.number(middle)),
                _ => self.stand_in(planned, &plain_number(*it)),
            },
            Value::Day(day) => match treatment {
                Treatment::Shift(_) => self.perhaps(operators::text(treatment, &day.to_string(), &self.setting)),
                _ => self.perhaps(operators::date(treatment, *day, self.setting.on)),
            },
            Value::Moment(it) => match treatment {
                Treatment::Shift(_) => self.perhaps(operators::text(treatment, &it.to_string(), &self.setting)),
                _ => self.perhaps(operators::moment(treatment, *it, self.setting.on)),
            },
            _ => false,
        };
        self.did(is_shown, planned)
    }

    /// Notes that a treatment left something, or nothing.
    fn did(&mut self, is_shown: bool, planned: &'a Planned) -> bool {
        let did = if is_shown { planned.treatment.word() } else { "remove" };
        self.note(did, Cow::Borrowed(&planned.why));
        is_shown
    }

    /// A number as people write it: whole where it is whole.
    fn whole(&mut self, number: f64) -> bool {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within 53 bits")]
        let whole = number as i64;
        if number.fract() == 0.0 && number.abs() < 9e15 {
            line::whole(whole, &mut self.out);
            return true;
        }
        self.number(number)
    }

    fn day(&mut self, day: Day) -> bool {
        let date = day.to_civil().filter(|date| (0..=9999).contains(&date.year()));
        let Some(date) = date else { return self.quoted(&day) };
        let (century, year) = (date.year() / 100, date.year() % 100);
        let [month, day] = [date.month(), date.day()].map(i16::from);
        // Every part is below 100.
        let digits = |part: i16| [b'0' + (part / 10).to_le_bytes()[0], b'0' + (part % 10).to_le_bytes()[0]];
        let ([a, b], [c, d], [e, f], [g, h]) = (digits(century), digits(year), digits(month), digits(day));
        self.out.extend_from_slice(&[b'"', a, b, c, d, b'-', e, f, b'-', g, h, b'"']);
        true
    }

    /// What has no sign to escape.
    fn quoted(&mut self, it: &impl Display) -> bool {
        // Writing to memory cannot fail.
        let _ = io::Write::write_fmt(&mut self.out, format_args!("\"{it}\""));
        true
    }

    /// A text under an operator, or searched if it stays.
    fn treated(&mut self, planned: &'a Planned, text: &str, is_written: bool) -> bool {
        match &planned.treatment {
            Treatment::Keep if is_written => match self.coded(planned, text) {
                Some(code) => self.text(code),
                None => self.searched(text),
            },
            Treatment::Keep => self.text(text),
            Treatment::Pseudonym | Treatment::Token => {
                let is_shown = self.stand_in(planned, text);
                self.did(is_shown, planned)
            }
            treatment => {
                let left = operators::text(treatment, text, &self.setting);
                let is_shown = self.perhaps(left);
                self.did(is_shown, planned)
            }
        }
    }

    /// A keyed stand-in for a value.
    fn stand_in(&mut self, planned: &Planned, text: &str) -> bool {
        let kind = planned.identifies.as_deref().unwrap_or_default();
        let left = match planned.treatment {
            Treatment::Pseudonym => Some(self.rules.key.pseudonym(kind, text)),
            Treatment::Token => self.rules.key.token(kind, text),
            _ => None,
        };
        self.perhaps(left)
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

    fn searched(&mut self, text: &str) -> bool {
        let rules = self.rules;
        match &rules.text {
            TextRule::Keep => self.text(text),
            TextRule::Remove => {
                self.note("remove", Cow::Borrowed("free text"));
                false
            }
            TextRule::Mask(masker) if masker.passes(text, self.known) => self.text(text),
            TextRule::Mask(masker) => {
                let masked = masker.mask(text, self.known);
                if masked.spans.is_empty() {
                    return self.text(text);
                }
                for span in &masked.spans {
                    self.note("mask", Cow::Borrowed(span.kind.word()));
                }
                let shown = if self.shifts_texts { self.shifted(text, masked) } else { masked.text };
                self.text(&shown)
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
    fn misfit(&mut self, text: &str) -> bool {
        if self.rules.keeps_undeclared {
            return self.searched(text);
        }
        self.note("remove", Cow::Borrowed("misfit"));
        false
    }

    fn code(&mut self, planned: &'a Planned, set: u16, value: &CodeValue<'a>) -> bool {
        let rules = self.rules;
        let codes = rules.registry.codes(set);
        let Some(code) = value.code else { return self.misfit(&value.text) };
        let shown = rules.codes.shown(&rules.registry, set, code, self.case.codes);
        if shown != Some(code) {
            self.withhold();
            return self.text(shown.map_or("withheld", |shown| codes.code(shown)));
        }
        match planned.treatment {
            Treatment::Keep if rules.keeps_undeclared => self.text(&value.text),
            Treatment::Keep => self.text(codes.code(code)),
            Treatment::Group(levels) => {
                let above = codes.ancestors(code).get((levels as usize).saturating_sub(1)).copied();
                let is_shown = above.is_some_and(|above| self.text(codes.code(above)));
                self.did(is_shown, planned)
            }
            _ => self.treated(planned, &value.text, true),
        }
    }

    fn withhold(&mut self) {
        self.note("withhold", Cow::Borrowed("withheld"));
        self.withheld.push(self.place());
    }

    /// Writes what no record declares and stood in the record that is being written. What stood in a place that is not
    /// shown stands at the top.
    fn undeclared_here(&mut self) {
        for place in 0..self.undeclared.len() {
            let Some((path, value)) = self.undeclared.get_mut(place) else { return };
            let below = match self.path.as_str() {
                "" => Some(path.as_str()),
                here => path.strip_prefix(here).and_then(|rest| rest.strip_prefix('.')),
            };
            let Some(name) = below.map(str::to_owned) else { continue };
            let Some(value) = value.take() else { continue };
            let length = self.path.len();
            let before = self.out.len();
            if self.key(&name) {
                // A name that stays as it is may be said.
                let dot = if length == 0 { "" } else { "." };
                self.path.push_str(dot);
                self.path.push_str(&name);
            }
            if self.foreign(value) {
                self.out.push(b',');
            } else {
                self.out.truncate(before);
            }
            self.path.truncate(length);
        }
    }

    /// Writes a field name that nobody declared, searched as a text; whether it stays as it is.
    fn key(&mut self, name: &str) -> bool {
        let before = self.out.len();
        if !self.searched(name) {
            self.text("?");
        }
        let mut whole = Vec::new();
        line::text(name, &mut whole);
        let is_whole = self.out.get(before..) == Some(whole.as_slice());
        self.out.push(b':');
        is_whole
    }

    /// Writes a value that no record declares, its texts and numbers searched.
    fn foreign(&mut self, value: serde_json::Value) -> bool {
        match value {
            serde_json::Value::String(text) => self.searched(&text),
            serde_json::Value::Array(items) => {
                self.out.push(b'[');
                for item in items {
                    let before = self.out.len();
                    if !self.foreign(item) {
                        self.out.truncate(before);
                        self.out.extend_from_slice(b"null");
                    }
                    self.out.push(b',');
                }
                self.close(b']');
                true
            }
            serde_json::Value::Object(fields) => {
                self.out.push(b'{');
                for (name, value) in fields {
                    let before = self.out.len();
                    self.key(&name);
                    if self.foreign(value) {
                        self.out.push(b',');
                    } else {
                        self.out.truncate(before);
                    }
                }
                self.close(b'}');
                true
            }
            serde_json::Value::Number(number) => {
                let (before, number) = (self.out.len(), number.to_string());
                let is_shown = self.searched(&number);
                let is_same = self.out.get(before..).is_some_and(|out| out.len() == number.len() + 2)
                    && self.out.get(before + 1..before + 1 + number.len()) == Some(number.as_bytes());
                if is_same {
                    self.out.truncate(before);
                    self.out.extend_from_slice(number.as_bytes());
                }
                is_shown
            }
            serde_json::Value::Bool(it) => self.word(if it { "true" } else { "false" }),
            serde_json::Value::Null => self.word("null"),
        }
    }

    /// A word of JSON itself.
    fn word(&mut self, word: &str) -> bool {
        self.out.extend_from_slice(word.as_bytes());
        true
    }

    /// Notes what was done here, once.
    fn note(&mut self, did: &'static str, why: Cow<'a, str>) {
        let note = Redaction { path: Cow::Owned(self.place()), did, why };
        if !self.redactions.contains(&note) {
            self.redactions.push(note);
        }
    }
}

fn plain_number(number: f64) -> String {
    if number.fract() == 0.0 { format!("{number:.0}") } else { number.to_string() }
}
