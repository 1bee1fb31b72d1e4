//! Makes of the fields of an encounter what their treatments leave of them, and notes what was done.
//!
//! Values that stay are moved, not copied, and the slots of a record or list become what is shown of them in the same memory.

use super::case::Case;
use super::codes::CodeRules;
use super::decide::Planned;
use super::decide::Shape;
use super::disclosure::Redaction;
use super::labels::LabelFinder;
use super::operators;
use super::operators::Setting;
use super::operators::Tables;
use super::shift;
use super::shown::NamedValue;
use super::shown::ShownFields;
use super::shown::ShownValue;
use super::shown::WITHHELD;
use super::text::Known;
use super::text::Masked;
use super::text::TextRule;
use super::tokens::Key;
use crate::model::ids::SetId;
use crate::model::moment::Moment;
use crate::model::money;
use crate::model::policy::Label;
use crate::model::policy::Treatment;
use crate::model::text_kind::Kind;
use crate::model::value::CodeValue;
use crate::model::value::Value;
use crate::registry::Registry;
use std::borrow::Cow;
use std::fmt::Write;

/// What all fields of all encounters are shown by.
pub(super) struct Rules {
    pub registry: std::sync::Arc<Registry>,
    pub codes: CodeRules,
    pub text: TextRule,
    pub tables: Tables,
    /// Key of this audience.
    pub key: Key,
    /// What nobody declared, and what does not fit its type, stays.
    pub keeps_undeclared: bool,
    /// Finds what texts say of labels that make a difference.
    pub finder: Option<LabelFinder>,
    /// Names of fields that are withheld, declared or not, and the label that is why.
    pub secret_names: Vec<(Label, u128)>,
}

/// Treats the fields of one encounter.
pub(super) struct FieldRedactor<'a, 'k> {
    rules: &'a Rules,
    known: &'k Known,
    case: &'k Case,
    setting: Setting<'k>,
    /// Dates in texts move with the subject instead of being masked.
    shifts_texts: bool,
    /// What no record declares and this audience may see: path, and the value until it is shown.
    undeclared: Vec<(String, Option<serde_json::Value>)>,
    /// The record or item that is being treated.
    path: String,
    /// The field in it.
    name: &'a str,
    /// What was done, in the order of the fields.
    pub redactions: Vec<Redaction<'a>>,
    /// Paths of the codes that are not shown as they are.
    pub withheld: Vec<String>,
}

impl<'a, 'k> FieldRedactor<'a, 'k> {
    pub fn new(
        rules: &'a Rules,
        known: &'k Known,
        case: &'k Case,
        setting: Setting<'k>,
        shifts_texts: bool,
    ) -> FieldRedactor<'a, 'k> {
        FieldRedactor {
            rules,
            known,
            case,
            setting,
            shifts_texts,
            undeclared: Vec::new(),
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
        plan: &'a Vec<Planned>,
        slots: Vec<Value<'a>>,
        undeclared: Vec<(String, serde_json::Value)>,
    ) -> ShownFields<'a> {
        self.undeclared = undeclared.into_iter().map(|(path, value)| (path, Some(value))).collect();
        self.record(plan, slots)
    }

    fn record(&mut self, plan: &'a Vec<Planned>, slots: Vec<Value<'a>>) -> ShownFields<'a> {
        let mut fields = plan.iter();
        // `Vec::collect` does this in the memory of the slots, as both kinds of value have the same size.
        let values = slots.into_iter().map(|value| {
            let Some(planned) = fields.next() else { return ShownValue::Nothing };
            self.name = &planned.name;
            if self.is_open(planned, &value) { self.value(planned, &planned.shape, value) } else { ShownValue::Nothing }
        });
        let values = values.collect();
        self.name = "";
        let undeclared = if self.undeclared.is_empty() { Vec::new() } else { self.undeclared_here() };
        ShownFields::new(plan, values, undeclared)
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

    fn value(&mut self, planned: &'a Planned, shape: &'a Shape, value: Value<'a>) -> ShownValue<'a> {
        match (shape, value) {
            (Shape::List(item), Value::List(values)) => self.list(planned, item, values),
            (Shape::Record(plan), Value::Record(slots)) => {
                let (length, name) = self.enter();
                let fields = self.record(plan, slots);
                self.leave(length, name);
                if fields.is_empty() { ShownValue::Nothing } else { ShownValue::Record(fields) }
            }
            (_, Value::Misfit(text)) => self.misfit(planned, text),
            (_, _) if planned.treatment == Treatment::Mask => {
                let why = if planned.why.is_empty() { "withheld" } else { &planned.why };
                self.note("mask", Cow::Borrowed(why));
                ShownValue::Text(Cow::Owned(format!("[{why}]")))
            }
            (Shape::Code(set), Value::Code(code)) => self.code(planned, *set, code),
            (Shape::Names(names), Value::Choice(index) | Value::Step(index)) => match names.get(usize::from(index)) {
                Some(name) => self.treated(planned, Cow::Borrowed(name), false),
                None => ShownValue::Nothing,
            },
            (_, Value::Text(text)) => self.treated(planned, text, true),
            (_, value) => self.plain(planned, &value),
        }
    }

    fn list(&mut self, planned: &'a Planned, item: &'a Shape, values: Vec<Value<'a>>) -> ShownValue<'a> {
        let (length, name) = self.enter();
        let inside = self.path.len();
        let items = values.into_iter().enumerate().map(|(index, value)| {
            // Writing to a string cannot fail.
            let _ = write!(self.path, "[{index}]");
            let is_open = self.is_open(planned, &value);
            let shown = if is_open { self.value(planned, item, value) } else { ShownValue::Nothing };
            self.path.truncate(inside);
            match shown {
                // Indices in a list stay what they are: other fields and findings count by them.
                ShownValue::Nothing if matches!(item, Shape::Record(_)) => ShownValue::Record(ShownFields::default()),
                shown => shown,
            }
        });
        let items = items.collect();
        self.leave(length, name);
        ShownValue::List(items)
    }

    /// Goes into the field; gives what [`FieldRedactor::leave`] goes back to.
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

    /// The path of what is being treated: `victims[0].age`.
    fn current_path(&self) -> String {
        let dot = if self.path.is_empty() || self.name.is_empty() { "" } else { "." };
        format!("{}{dot}{}", self.path, self.name)
    }

    /// A number, a date, a length of time.
    fn plain(&mut self, planned: &'a Planned, value: &Value<'a>) -> ShownValue<'a> {
        let treatment = &planned.treatment;
        let is_keyed = matches!(treatment, Treatment::Pseudonym | Treatment::Token);
        let may_identify = match value {
            Value::Number(it) if !is_keyed => self.may_identify(planned, &|| plain_number(*it)),
            Value::Money(it) if !is_keyed => self.may_identify(planned, &|| it.to_string()),
            _ => false,
        };
        if may_identify {
            return ShownValue::Nothing;
        }
        if *treatment == Treatment::Keep {
            if let Some(shown) = self.long_number(value) {
                return shown;
            }
            return match value {
                Value::Bool(it) => ShownValue::Bool(*it),
                Value::Number(it) => ShownValue::Number(*it),
                Value::Money(it) => ShownValue::Money(*it),
                Value::Day(it) => ShownValue::Day(*it),
                Value::Moment(it) => ShownValue::Moment(*it),
                Value::Span(it) => ShownValue::Span(*it),
                _ => ShownValue::Nothing,
            };
        }
        let shown = match value {
            Value::Number(it) => match treatment {
                Treatment::Age90 if *it <= 89.0 => ShownValue::Number(*it),
                Treatment::Age90 => ShownValue::Text(Cow::Borrowed("90+")),
                Treatment::Band(width) => perhaps(operators::band(*it, *width)),
                Treatment::Grid(width) => operators::grid(*it, *width).map_or(ShownValue::Nothing, ShownValue::Rounded),
                _ => self.stand_in(planned, &plain_number(*it)),
            },
            Value::Money(it) => match treatment {
                Treatment::Band(width) => perhaps(operators::band(money::to_binary(*it), *width)),
                _ => self.stand_in(planned, &it.to_string()),
            },
            Value::Day(day) => match treatment {
                Treatment::Shift(_) => perhaps(operators::text(treatment, &day.to_string(), &self.setting)),
                _ => perhaps(operators::date(treatment, *day, self.setting.on)),
            },
            Value::Moment(it) => match treatment {
                Treatment::Shift(_) => perhaps(operators::text(treatment, &it.to_string(), &self.setting)),
                _ => perhaps(operators::moment(treatment, *it, self.setting.on)),
            },
            _ => ShownValue::Nothing,
        };
        self.did(shown, planned)
    }

    /// What is shown of a number as long as those of cards, if it is not the number: it is searched as a text would be.
    fn long_number(&mut self, value: &Value<'a>) -> Option<ShownValue<'a>> {
        let written = match value {
            Value::Number(it) if it.abs() >= SHORTEST_CARD => plain_number(*it),
            Value::Money(it) if money::to_binary(*it).abs() >= SHORTEST_CARD => it.to_string(),
            _ => return None,
        };
        match self.searched(Cow::Owned(written.clone())) {
            ShownValue::Text(text) if text == written => None,
            shown => Some(shown),
        }
    }

    /// Notes that a treatment left something, or nothing.
    fn did(&mut self, shown: ShownValue<'a>, planned: &'a Planned) -> ShownValue<'a> {
        let is_shown = !matches!(shown, ShownValue::Nothing);
        let did = if is_shown { planned.treatment.word() } else { "remove" };
        self.note(did, Cow::Borrowed(&planned.why));
        shown
    }

    /// A text under an operator, or searched if it stays.
    fn treated(&mut self, planned: &'a Planned, text: Cow<'a, str>, is_written: bool) -> ShownValue<'a> {
        if is_written && self.says_withheld(planned, &text) {
            self.withhold();
            return ShownValue::Nothing;
        }
        match &planned.treatment {
            Treatment::Keep if is_written => match self.coded(planned, &text) {
                Coded::Hidden(code) => ShownValue::Text(Cow::Borrowed(code)),
                // A text that may be a code and is none: nobody knows what it is.
                Coded::Unknown if !self.rules.keeps_undeclared => self.misfit(planned, text),
                Coded::None if self.may_identify(planned, &|| text.to_string()) => ShownValue::Nothing,
                Coded::None | Coded::Known | Coded::Unknown => self.searched(text),
            },
            Treatment::Keep => ShownValue::Text(text),
            Treatment::Pseudonym | Treatment::Token => {
                let shown = self.stand_in(planned, &text);
                self.did(shown, planned)
            }
            treatment => {
                let left = operators::text(treatment, &text, &self.setting);
                self.did(perhaps(left), planned)
            }
        }
    }

    /// A keyed stand-in for a value.
    fn stand_in(&mut self, planned: &Planned, text: &str) -> ShownValue<'a> {
        let kind = planned.identifies.as_deref().unwrap_or_default();
        perhaps(match planned.treatment {
            Treatment::Pseudonym => Some(self.rules.key.pseudonym(kind, text)),
            Treatment::Token => self.rules.key.token(kind, text),
            _ => None,
        })
    }

    /// Whether a short value, kept for what its type can hold, has as many digits as a telephone number, or is a value that
    /// the record hides elsewhere. Then it is not what it was declared to be, and a note says that it was left out.
    fn may_identify(&mut self, planned: &Planned, written: &dyn Fn() -> String) -> bool {
        if self.rules.keeps_undeclared || planned.privacy.is_free || planned.path == "id" {
            return false;
        }
        let written = written();
        let digits = written.bytes().filter(u8::is_ascii_digit).count();
        let is_hidden = digits >= LONG_NUMBER || digits >= SHORT_NUMBER && self.known.is_in(&written);
        if is_hidden {
            self.note("remove", Cow::Borrowed("number"));
        }
        is_hidden
    }

    /// Whether a text of an encounter under a withheld label is itself what says it: the name of a clinic, a status.
    fn says_withheld(&self, planned: &Planned, text: &str) -> bool {
        if !self.case.withholds || planned.path == "id" {
            return false;
        }
        // A code that is known has a treatment of its own.
        let mut sets = planned.privacy.code_sets.iter();
        if sets.any(|set| self.rules.registry.codes(*set).find(text).is_some()) {
            return false;
        }
        let Some(finder) = &self.rules.finder else { return false };
        finder.of_text(text, self.case.codes.days) & self.case.bears & !self.case.lifted != 0
    }

    /// What a text is that may be a code.
    fn coded(&mut self, planned: &Planned, text: &str) -> Coded<'a> {
        let rules = self.rules;
        let mut coded = if planned.privacy.code_sets.is_empty() { Coded::None } else { Coded::Unknown };
        for set in &planned.privacy.code_sets {
            let codes = rules.registry.codes(*set);
            let Some(code) = codes.find(text) else { continue };
            let shown = rules.codes.shown(&rules.registry, *set, code, self.case.codes);
            if shown != Some(code) {
                self.withhold();
                return Coded::Hidden(shown.map_or(WITHHELD, |shown| codes.code(shown)));
            }
            coded = Coded::Known;
        }
        coded
    }

    /// A text that is a date as a whole, where dates move: moved, or its mark.
    fn moved_whole(&mut self, text: &str) -> Option<String> {
        // A number that happens to read as a day of long ago is none.
        let date = Moment::parse(text.trim())?;
        let is_near = date.day().years_to(self.setting.on).is_some_and(|years| years.abs() < 150);
        if !is_near {
            return None;
        }
        let moved = self.setting.days.and_then(|days| shift::field(text, days, self.setting.on));
        self.note(if moved.is_some() { "shift" } else { "mask" }, Cow::Borrowed(Kind::Date.word()));
        Some(moved.unwrap_or_else(|| format!("[{}]", Kind::Date.word())))
    }

    fn searched(&mut self, text: Cow<'a, str>) -> ShownValue<'a> {
        let rules = self.rules;
        if self.shifts_texts
            && let Some(moved) = self.moved_whole(&text)
        {
            return ShownValue::Text(Cow::Owned(moved));
        }
        match &rules.text {
            TextRule::Keep => ShownValue::Text(text),
            TextRule::Remove => {
                self.note("remove", Cow::Borrowed("free text"));
                ShownValue::Nothing
            }
            TextRule::Mask(masker) => {
                let Some(masked) = masker.mask(&text, self.known) else { return ShownValue::Text(text) };
                for span in &masked.spans {
                    self.note("mask", Cow::Borrowed(span.kind.word()));
                }
                let shown = if self.shifts_texts { self.shifted(&text, masked) } else { masked.text };
                ShownValue::Text(Cow::Owned(shown))
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
            match moved.and_then(|date| shift::written(&self.setting.tables.months, date, days, self.setting.on)) {
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

    /// A value that does not fit its type: nobody knows what it is, so it goes with all that is withheld, and no operator
    /// can keep a part of it.
    fn misfit(&mut self, planned: &Planned, text: Cow<'a, str>) -> ShownValue<'a> {
        if self.rules.keeps_undeclared && !self.case.withholds && planned.treatment == Treatment::Keep {
            return self.searched(text);
        }
        self.note("remove", Cow::Borrowed("misfit"));
        ShownValue::Nothing
    }

    fn code(&mut self, planned: &'a Planned, set: SetId, value: CodeValue<'a>) -> ShownValue<'a> {
        let rules = self.rules;
        let codes = rules.registry.codes(set);
        let Some(code) = value.code else { return self.misfit(planned, value.text) };
        let shown = rules.codes.shown(&rules.registry, set, code, self.case.codes);
        if shown != Some(code) {
            self.withhold();
            return ShownValue::Text(Cow::Borrowed(shown.map_or(WITHHELD, |shown| codes.code(shown))));
        }
        match planned.treatment {
            Treatment::Keep if rules.keeps_undeclared => ShownValue::Text(value.text),
            Treatment::Keep => ShownValue::Text(Cow::Borrowed(codes.code(code))),
            Treatment::Group(levels) => {
                let above = codes.ancestors(code).get((levels as usize).saturating_sub(1)).copied();
                let above = above.map(|above| ShownValue::Text(Cow::Borrowed(codes.code(above))));
                self.did(above.unwrap_or_default(), planned)
            }
            _ => self.treated(planned, value.text, true),
        }
    }

    fn withhold(&mut self) {
        self.note("withhold", Cow::Borrowed("withheld"));
        self.withheld.push(self.current_path());
    }

    /// What no record declares and stood in the record that is being treated. What stood in a record that is not shown
    /// stands at the top.
    fn undeclared_here(&mut self) -> Vec<NamedValue<'a>> {
        let mut shown = Vec::new();
        for index in 0..self.undeclared.len() {
            let Some((path, value)) = self.undeclared.get_mut(index) else { break };
            let below = match self.path.as_str() {
                "" => Some(path.as_str()),
                here => path.strip_prefix(here).and_then(|rest| rest.strip_prefix('.')),
            };
            let Some(name) = below.map(str::to_owned) else { continue };
            let Some(value) = value.take() else { continue };
            if self.is_secret(&name) {
                self.note("withhold", Cow::Borrowed("withheld"));
                continue;
            }
            let length = self.path.len();
            let shown_name = self.undeclared_name(name.clone());
            if shown_name == name {
                // A name that stays as it is may be said.
                let dot = if length == 0 { "" } else { "." };
                self.path.push_str(dot);
                self.path.push_str(&name);
            }
            match self.undeclared_value(value) {
                ShownValue::Nothing => {}
                value => shown.push((shown_name, value)),
            }
            self.path.truncate(length);
        }
        shown
    }

    /// Whether a field that nobody declared has a name that a withheld label gives.
    fn is_secret(&self, path: &str) -> bool {
        let name = path.rsplit('.').next().unwrap_or(path);
        let mut secret = self.rules.secret_names.iter().filter(|(_, bit)| bit & !self.case.lifted != 0);
        secret.any(|(label, _)| label.names_field(name))
    }

    /// A field name that nobody declared, searched as a text.
    fn undeclared_name(&mut self, name: String) -> Cow<'a, str> {
        match self.searched(Cow::Owned(name)) {
            ShownValue::Text(name) => name,
            _ => Cow::Borrowed("?"),
        }
    }

    /// A value that no record declares, its texts and numbers searched.
    fn undeclared_value(&mut self, value: serde_json::Value) -> ShownValue<'a> {
        match value {
            serde_json::Value::String(text) => self.searched(Cow::Owned(text)),
            serde_json::Value::Array(items) => {
                ShownValue::List(items.into_iter().map(|item| self.undeclared_value(item)).collect())
            }
            serde_json::Value::Object(fields) => {
                let mut shown = Vec::with_capacity(fields.len());
                for (name, value) in fields {
                    if self.is_secret(&name) {
                        self.note("withhold", Cow::Borrowed("withheld"));
                        continue;
                    }
                    let name = self.undeclared_name(name);
                    match self.undeclared_value(value) {
                        ShownValue::Nothing => {}
                        value => shown.push((name, value)),
                    }
                }
                ShownValue::Object(shown)
            }
            serde_json::Value::Number(number) => {
                let digits = number.to_string();
                match self.searched(Cow::Owned(digits.clone())) {
                    ShownValue::Text(text) if text == digits => ShownValue::Undeclared(number),
                    shown => shown,
                }
            }
            serde_json::Value::Bool(it) => ShownValue::Bool(it),
            serde_json::Value::Null => ShownValue::Null,
        }
    }

    /// Notes what was done here, once.
    fn note(&mut self, did: &'static str, why: Cow<'a, str>) {
        let note = Redaction { path: Cow::Owned(self.current_path()), did, why };
        if !self.redactions.contains(&note) {
            self.redactions.push(note);
        }
    }
}

/// What a text is that may be a code of some sets.
enum Coded<'a> {
    /// It is no field of codes.
    None,
    /// A code that may be shown.
    Known,
    /// No code of the sets.
    Unknown,
    /// A code that may not be shown, and what stands for it.
    Hidden(&'a str),
}

/// The smallest number with as many digits as the shortest card.
const SHORTEST_CARD: f64 = 1e11;
/// Digits that make a number long enough to be somebody's: those of a local telephone number.
const LONG_NUMBER: usize = 7;
/// Digits below which a number is too common to be looked for among the hidden values.
const SHORT_NUMBER: usize = 4;

/// A text that may be missing.
fn perhaps<'a>(text: Option<String>) -> ShownValue<'a> {
    text.map_or(ShownValue::Nothing, |text| ShownValue::Text(Cow::Owned(text)))
}

fn plain_number(number: f64) -> String {
    if number.fract() == 0.0 { format!("{number:.0}") } else { number.to_string() }
}
