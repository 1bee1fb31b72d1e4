//! FHIR resources as encounters: Encounter, Condition, Claim and `ExplanationOfBenefit` (STU3 and R4), alone or in Bundles.
//!
//! A resource becomes the JSON text of the record's fields, so that there is one way into typed slots. The fields are
//! those of the shipped `encounter` record; what the record at hand does not declare is left out. Everything else in a
//! resource (amounts, extensions) is not read.

mod claim;
mod concept;
mod tree;
mod visit;

use super::schema::Level;
use super::schema::Schema;
use super::schema::Shape;
use super::unreadable::Unreadable;
use serde::Deserialize;
use serde_json::Map;
use serde_json::Value;
use std::collections::HashMap;

/// Whether resources can become encounters of the record: it declares what they are told apart by.
pub(super) fn fits(schema: &Schema) -> bool {
    schema.level().slot("diagnoses", 0).is_some()
}

/// What tells a resource.
#[derive(Deserialize)]
pub(super) struct Head {
    #[serde(rename = "resourceType")]
    pub resource_type: Option<String>,
}

/// The fields of a record, under construction.
type Fields = Map<String, Value>;

/// Gives every encounter of a resource to `answer` as JSON text of the record's fields. A Bundle may have none.
pub(super) fn each(text: &str, schema: &Schema, mut answer: impl FnMut(Result<&str, Unreadable>)) {
    let tree: Value = match serde_json::from_str(text) {
        Ok(tree) => tree,
        Err(error) if error.to_string().starts_with("recursion limit") => return answer(Err(Unreadable::TooDeep)),
        Err(error) => return answer(Err(Unreadable::NotJson { column: error.column() })),
    };
    if !tree.is_object() {
        return answer(Err(Unreadable::NotAnObject));
    }
    let resources = resources(&tree);
    let context = Context::new(&resources);
    let mut has_any = false;
    for resource in &resources {
        let Some(mut fields) = context.encounter(resource) else { continue };
        prune(&mut fields, schema.level());
        has_any = true;
        answer(Ok(&Value::Object(fields).to_string()));
    }
    if !has_any && tree::text(&tree, "resourceType") != Some("Bundle") {
        answer(Err(Unreadable::OtherResource));
    }
}

/// The resource itself, or those of a Bundle; with those it contains.
fn resources(tree: &Value) -> Vec<&Value> {
    let top: Vec<&Value> = match tree::text(tree, "resourceType") {
        Some("Bundle") => tree::items(tree, "entry").filter_map(|entry| entry.get("resource")).collect(),
        _ => vec![tree],
    };
    let contained = top.iter().flat_map(|resource| tree::items(resource, "contained"));
    let contained: Vec<&Value> = contained.filter(|it| tree::text(it, "resourceType") == Some("Patient")).collect();
    top.into_iter().chain(contained).collect()
}

/// What the resources of a Bundle say of each other.
struct Context<'a> {
    patients: HashMap<&'a str, &'a Value>,
    conditions: HashMap<&'a str, &'a Value>,
    /// Conditions by the encounter they were noted at.
    noted: HashMap<&'a str, Vec<&'a Value>>,
    has_encounters: bool,
}

impl<'a> Context<'a> {
    fn new(resources: &[&'a Value]) -> Context<'a> {
        let (mut patients, mut conditions) = (HashMap::new(), HashMap::new());
        let mut noted: HashMap<&'a str, Vec<&'a Value>> = HashMap::new();
        let mut has_encounters = false;
        for resource in resources {
            let id = tree::text(resource, "id");
            match (tree::text(resource, "resourceType"), id) {
                (Some("Patient"), Some(id)) => drop(patients.insert(id, *resource)),
                (Some("Condition"), id) => {
                    let met = tree::text(resource, "encounter.reference").or(tree::text(resource, "context.reference"));
                    noted.entry(tree::last_part(met.unwrap_or_default())).or_default().push(*resource);
                    conditions.extend(id.map(|id| (id, *resource)));
                }
                (Some("Encounter"), _) => has_encounters = true,
                _ => {}
            }
        }
        Context { patients, conditions, noted, has_encounters }
    }

    /// The fields of an encounter, or `None` if the resource is none.
    fn encounter(&self, resource: &Value) -> Option<Fields> {
        match tree::text(resource, "resourceType")? {
            "ExplanationOfBenefit" | "Claim" => Some(claim::fields(resource, self)),
            "Encounter" => Some(visit::fields(resource, self)),
            // A condition that was noted at an encounter of the same Bundle is a diagnosis of that one.
            "Condition" => {
                let is_noted =
                    self.has_encounters && (resource.get("encounter").is_some() || resource.get("context").is_some());
                (!is_noted).then(|| visit::condition(resource, self))
            }
            _ => None,
        }
    }

    /// What is known of the patient on the day of the encounter.
    fn patient(&self, resource: &Value, date: Option<&str>) -> Fields {
        let mut out = Fields::new();
        let reference = tree::text(resource, "patient.reference").or(tree::text(resource, "subject.reference"));
        let Some(reference) = reference else { return out };
        tree::put(&mut out, "id", Some(tree::last_part(reference)));
        let Some(patient) = self.patients.get(tree::last_part(reference)) else { return out };
        let born = tree::text(patient, "birthDate");
        tree::put(&mut out, "sex", tree::text(patient, "gender"));
        tree::put(&mut out, "birth_date", born);
        tree::put(&mut out, "name", tree::text(patient, "name.text"));
        tree::put(&mut out, "zip", tree::text(patient, "address.postalCode"));
        if let Some(age) = tree::years(born, date) {
            out.insert("age".to_owned(), Value::from(age));
        }
        out
    }
}

/// Leaves out what the record does not declare, and what is empty.
fn prune(fields: &mut Fields, level: &Level) {
    fields.retain(|name, value| {
        let shape = level.slot(name, 0).and_then(|slot| level.shapes.get(slot));
        shape.is_some_and(|shape| {
            fit(value, shape);
            !is_empty(value)
        })
    });
}

fn fit(value: &mut Value, shape: &Shape) {
    match (value, shape) {
        (Value::Object(fields), Shape::Record(level)) => prune(fields, level),
        (Value::Array(items), Shape::List(shape)) => items.iter_mut().for_each(|item| fit(item, shape)),
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}
