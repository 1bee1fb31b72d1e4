//! The codes that an encounter carries, and what they ask for.

use super::criteria::criteria_of;
use crate::logic::Frame;
use crate::model::expression::Path;
use crate::model::ids::SetId;
use crate::model::outcome::Candidate;
use crate::model::outcome::Given;
use crate::model::record::Field;
use crate::model::record::Kind;
use crate::model::rules::Classifier;
use crate::model::value::CodeValue;
use crate::model::value::Value;
use std::fmt::Write;

/// A code as it stands in an encounter.
pub struct Place<'e> {
    /// Code set of the field.
    pub set: SetId,
    /// The code as it was given.
    pub value: &'e CodeValue<'e>,
    /// Where it stands, such as `diagnoses[0].code`.
    pub path: String,
}

/// Every code in a field `code in SET` of a record, in the order of the fields.
pub fn codes_in<'e>(fields: &[Field], slots: &'e [Value<'e>]) -> Vec<Place<'e>> {
    let mut found = Vec::new();
    let mut path = String::new();
    enter(fields, slots, &mut path, &mut found);
    found
}

fn enter<'e>(fields: &[Field], slots: &'e [Value<'e>], path: &mut String, found: &mut Vec<Place<'e>>) {
    for (field, value) in fields.iter().zip(slots) {
        if !matches!(value, Value::Code(_) | Value::List(_) | Value::Record(_)) {
            continue;
        }
        let length = path.len();
        if length > 0 {
            path.push('.');
        }
        path.push_str(&field.name);
        visit(&field.kind, value, path, found);
        path.truncate(length);
    }
}

fn visit<'e>(kind: &Kind, value: &'e Value<'e>, path: &mut String, found: &mut Vec<Place<'e>>) {
    match (kind, value) {
        (Kind::Code(set), Value::Code(value)) if !value.text.is_empty() => {
            found.push(Place { set: *set, value, path: path.clone() });
        }
        (Kind::List(inner), Value::List(items)) => {
            for (place, item) in items.iter().enumerate() {
                let length = path.len();
                // Writing to a string cannot fail.
                let _ = write!(path, "[{place}]");
                visit(inner, item, path, found);
                path.truncate(length);
            }
        }
        (Kind::Record(fields), Value::Record(slots)) => enter(fields, slots, path, found),
        _ => {}
    }
}

/// The codes that the encounter carries. What is worked out into a field that a code set offers is a proposal, not given.
pub(super) fn given(frame: &Frame<'_>) -> Vec<Given> {
    let encounter = frame.encounter();
    if !frame.logic().needs(encounter.record).codes {
        return Vec::new();
    }
    let proposed = proposed(frame);
    let record = encounter.record.get(&frame.logic().domain().records);
    let places = codes_in(record.map_or(&[], |record| record.fields.as_slice()), &encounter.slots);
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
    let offers = of_record.flat_map(|it| &it.offers).filter(|(path, ..)| is_derived(path));
    offers.map(|(_, _, name)| name.as_str()).collect()
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
