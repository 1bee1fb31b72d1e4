//! The codes that an encounter carries, and what they ask for.

use super::criteria::criteria_of;
use crate::logic::Frame;
use crate::model::expression::Path;
use crate::model::ids::CodeId;
use crate::model::ids::SetId;
use crate::model::outcome::Candidate;
use crate::model::outcome::Given;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::rules::Classifier;
use crate::model::value::CodeValue;
use crate::model::value::Value;
use crate::registry::Registry;
use std::borrow::Cow;
use std::fmt::Write;

/// A code as it stands in an encounter.
pub struct Place<'e> {
    /// Code set of the field.
    pub set: SetId,
    /// The code as it was given.
    pub value: CodeValue<'e>,
    /// Where it stands, such as `diagnoses[0].code`.
    pub path: String,
}

/// Every code in a field `code in SET` or `code in one of (SET, …)` of a record, in the order of the fields. Of several sets
/// it is the first that has the code; where none has it, the first of all.
pub fn codes_in<'e>(registry: &Registry, fields: &[Field], slots: &'e [Value<'e>]) -> Vec<Place<'e>> {
    let mut search = Search { registry, path: String::new(), found: Vec::new() };
    search.enter(fields, slots);
    search.found
}

/// Codes while they are looked for.
struct Search<'r, 'e> {
    registry: &'r Registry,
    path: String,
    found: Vec<Place<'e>>,
}

impl<'e> Search<'_, 'e> {
    fn enter(&mut self, fields: &[Field], slots: &'e [Value<'e>]) {
        for (field, value) in fields.iter().zip(slots) {
            if !matches!(value, Value::Code(_) | Value::Text(_) | Value::List(_) | Value::Record(_)) {
                continue;
            }
            let length = self.path.len();
            if length > 0 {
                self.path.push('.');
            }
            self.path.push_str(&field.name);
            self.visit(&field.kind, value);
            self.path.truncate(length);
        }
    }

    fn visit(&mut self, kind: &Kind, value: &'e Value<'e>) {
        match (kind, value) {
            (Kind::Code(set), Value::Code(value)) => self.add(*set, value.code, &value.text),
            (Kind::Codes(sets), Value::Text(text)) => match self.registry.first_code(sets, text) {
                Some((set, code)) => self.add(set, Some(code), text),
                None => sets.first().into_iter().for_each(|set| self.add(*set, None, text)),
            },
            (Kind::List(inner), Value::List(items)) => {
                for (place, item) in items.iter().enumerate() {
                    let length = self.path.len();
                    // Writing to a string cannot fail.
                    let _ = write!(self.path, "[{place}]");
                    self.visit(inner, item);
                    self.path.truncate(length);
                }
            }
            (Kind::Record(fields), Value::Record(slots)) => self.enter(fields, slots),
            _ => {}
        }
    }

    fn add(&mut self, set: SetId, code: Option<CodeId>, text: &'e str) {
        if !text.is_empty() {
            let value = CodeValue { code, text: Cow::Borrowed(text) };
            self.found.push(Place { set, value, path: self.path.clone() });
        }
    }
}

/// The codes that the encounter carries. What is worked out into a field that a code set offers is a proposal, not given.
pub(in crate::encounters) fn given(frame: &Frame<'_>) -> Vec<Given> {
    let encounter = frame.encounter();
    if !frame.logic().needs(encounter.record).codes {
        return Vec::new();
    }
    let proposed = proposed(frame);
    let record = encounter.record.get(&frame.logic().domain().records);
    let places =
        codes_in(frame.logic().registry(), record.map_or(&[], |record| record.fields.as_slice()), &encounter.slots);
    let known = |place: Place<'_>| {
        Some(Given { set: place.set, code: place.value.code?, path: place.path, raised: Vec::new() })
    };
    places.into_iter().filter(|place| !proposed.contains(&place.path.as_str())).filter_map(known).collect()
}

/// Names of the fields that are both worked out and offered.
fn proposed<'e>(frame: &Frame<'e>) -> Vec<&'e str> {
    let (domain, record) = (frame.logic().domain(), frame.encounter().record);
    let is_derived = |path: &Path| domain.derivations.iter().any(|it| it.record == record && it.field == *path);
    let of_record = domain.classifiers.iter().filter(|it| it.record == record);
    let offers = of_record.flat_map(|it| &it.offers).filter(|offer| is_derived(&offer.path));
    offers.map(|offer| offer.name.as_str()).collect()
}

/// Works out which properties of the codes given change for this encounter.
pub(super) fn raise<'e>(frame: &mut Frame<'e>, classifier: &'e Classifier, given: &mut [Given]) {
    for given in given.iter_mut().filter(|given| given.set == classifier.set) {
        let Some(criteria) = criteria_of(classifier, given.code) else { continue };
        for raise in &criteria.raise {
            let is_raised = given.raised.iter().any(|(property, _)| *property == raise.property);
            if !is_raised && raise.days.contains(frame.encounter().on) && frame.holds(&raise.when) {
                given.raised.push((raise.property, raise.value.clone()));
            }
        }
    }
}

/// Names the fields that the codes given, and the best candidate over the threshold, need and do not find.
pub(super) fn missing<'l>(
    frame: &mut Frame<'_>,
    classifier: &'l Classifier,
    given: &[Given],
    candidates: &[Candidate<'_>],
    missing: &mut Vec<&'l str>,
) {
    let best = candidates.first().filter(|candidate| !candidate.is_below).map(|candidate| candidate.code);
    let codes = given.iter().filter(|given| given.set == classifier.set).map(|given| given.code).chain(best);
    for code in codes {
        let needs = criteria_of(classifier, code).map_or(&[][..], |criteria| criteria.needs.as_slice());
        for needed in needs {
            if !missing.contains(&needed.name.as_str()) && frame.resolve(&needed.path).is_absent() {
                missing.push(&needed.name);
            }
        }
    }
}
