//! Encounter and Condition: what was done and found, before anything is billed.

use super::Context;
use super::Fields;
use super::claim::npi;
use super::concept;
use super::tree;
use serde_json::Value;

/// An Encounter with the Conditions that its Bundle notes for it.
pub(super) fn fields(visit: &Value, context: &Context<'_>) -> Fields {
    let mut out = Fields::new();
    let class = class(visit);
    let date = tree::text(visit, "period.start").or(tree::text(visit, "actualPeriod.start"));
    tree::put(&mut out, "id", tree::text(visit, "id").or(tree::text(visit, "identifier.value")));
    tree::put(&mut out, "class", class);
    tree::put(&mut out, "date", date);
    if class == Some("inpatient") {
        tree::put(
            &mut out,
            "discharge_date",
            tree::text(visit, "period.end").or(tree::text(visit, "actualPeriod.end")),
        );
    }
    let stay = visit.get("hospitalization").or(visit.get("admission"));
    let disposition = stay.and_then(|stay| concept::any_code(stay.get("dischargeDisposition")?));
    tree::put(&mut out, "discharge_status", disposition);
    out.insert("patient".to_owned(), Value::Object(context.patient(visit, date)));
    out.insert("diagnoses".to_owned(), Value::Array(diagnoses(visit, context)));
    let procedures = tree::items(visit, "type").filter_map(concept::procedure).map(Value::Object);
    out.insert("procedures".to_owned(), procedures.collect());
    let mut provider = Fields::new();
    let members = tree::items(visit, "participant");
    let mut members = members.filter_map(|member| member.get("individual").or(member.get("actor")));
    tree::put(&mut provider, "npi", members.find_map(npi));
    tree::put(&mut provider, "group", visit.get("serviceProvider").and_then(npi));
    out.insert("provider".to_owned(), Value::Object(provider));
    out
}

/// A Condition that belongs to no Encounter at hand: an encounter with one diagnosis.
pub(super) fn condition(condition: &Value, context: &Context<'_>) -> Fields {
    let mut out = Fields::new();
    let date = ["onsetDateTime", "recordedDate", "assertedDate"].iter().find_map(|path| tree::text(condition, path));
    tree::put(&mut out, "id", tree::text(condition, "id").or(tree::text(condition, "identifier.value")));
    tree::put(&mut out, "date", date);
    out.insert("patient".to_owned(), Value::Object(context.patient(condition, date)));
    let diagnosis = condition.get("code").and_then(concept::diagnosis).map(Value::Object);
    out.insert("diagnoses".to_owned(), diagnosis.into_iter().collect());
    tree::put(&mut out, "note", tree::text(condition, "note.text"));
    out
}

/// `class` is a coding in R4 and a list of concepts in R5; its codes are those of HL7's `ActCode`.
fn class(visit: &Value) -> Option<&'static str> {
    let code = tree::text(visit, "class.code").or(tree::text(visit, "class.coding.code"))?;
    Some(match code {
        "IMP" | "ACUTE" | "NONAC" => "inpatient",
        "AMB" | "OBSENC" | "SS" | "PRENC" => "outpatient",
        "EMER" => "emergency",
        "HH" | "VR" | "FLD" => "professional",
        _ => return None,
    })
}

/// Those the encounter names, in the order of their rank, then those noted at it, then the reasons as words.
fn diagnoses(visit: &Value, context: &Context<'_>) -> Vec<Value> {
    let mut ranked: Vec<(u64, &Value)> = Vec::new();
    for entry in tree::items(visit, "diagnosis") {
        let reference = tree::text(entry, "condition.reference").map(tree::last_part);
        let found = reference.and_then(|id| context.conditions.get(id));
        ranked.extend(found.map(|found| (tree::whole(entry, "rank").unwrap_or(u64::MAX), *found)));
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    let named: Vec<&Value> = ranked.into_iter().map(|(_, condition)| condition).collect();
    let noted = tree::text(visit, "id").and_then(|id| context.noted.get(id));
    let noted = noted.into_iter().flatten().copied().filter(|it| !named.iter().any(|known| std::ptr::eq(*known, *it)));
    let conditions = named.iter().copied().chain(noted).filter_map(|condition| condition.get("code"));
    let reasons = tree::items(visit, "reasonCode");
    let mut out: Vec<Fields> = Vec::new();
    for diagnosis in conditions.chain(reasons).filter_map(concept::diagnosis) {
        let is_known = diagnosis.get("code").is_some_and(|code| out.iter().any(|it| it.get("code") == Some(code)));
        if !is_known {
            out.push(diagnosis);
        }
    }
    out.into_iter().map(Value::Object).collect()
}
