//! Claim and `ExplanationOfBenefit`: what was billed.

use super::Context;
use super::Fields;
use super::concept;
use super::tree;
use serde_json::Value;
use std::collections::HashMap;

/// The encounter that a claim is about.
pub(super) fn fields(claim: &Value, context: &Context<'_>) -> Fields {
    let mut out = Fields::new();
    let class = class(claim);
    let date = date(claim);
    let (diagnoses, places) = diagnoses(claim, context);
    tree::put(&mut out, "id", tree::text(claim, "id").or(tree::text(claim, "identifier.value")));
    tree::put(&mut out, "class", class);
    tree::put(&mut out, "date", date);
    if class == Some("inpatient") {
        let end = tree::text(claim, "hospitalization.end").or(tree::text(claim, "billablePeriod.end"));
        tree::put(&mut out, "discharge_date", end);
    }
    let status = information(claim, &["ptnt_dschrg_stus_cd", "discharge-status"]).map(two_digits);
    tree::put(&mut out, "discharge_status", status.as_deref());
    out.insert("patient".to_owned(), Value::Object(context.patient(claim, date)));
    out.insert("diagnoses".to_owned(), Value::Array(diagnoses));
    out.insert("procedures".to_owned(), Value::Array(procedures(claim, &places)));
    tree::put(&mut out, "payer", payer(claim));
    out.insert("provider".to_owned(), Value::Object(provider(claim)));
    out
}

/// The status as claim forms write it; some senders leave out the zero before it.
fn two_digits(status: &str) -> String {
    let is_short = status.len() == 1 && status.bytes().all(|byte| byte.is_ascii_digit());
    if is_short { format!("0{status}") } else { status.to_owned() }
}

/// What kind of claim it is. Claims for drugs have no class.
fn class(claim: &Value) -> Option<&'static str> {
    let kinds = || tree::items(claim, "type").chain(tree::items(claim, "subType"));
    let is = |word: &str| kinds().any(|kind| concept::has(kind, word));
    if is("pharmacy") || is("PDE") {
        None
    } else if is("inpatient") || is("SNF") || is("HOSPICE") {
        Some("inpatient")
    } else if is("outpatient") || is("HHA") {
        Some("outpatient")
    } else if is("CARRIER") || is("DME") || is("professional") || is("vision") {
        Some("professional")
    } else if is("institutional") {
        let is_stay = claim.get("hospitalization").is_some() || information(claim, &["admtype"]).is_some();
        Some(if is_stay { "inpatient" } else { "outpatient" })
    } else {
        None
    }
}

/// The first day of service.
fn date(claim: &Value) -> Option<&str> {
    let served = || tree::items(claim, "item").filter_map(service_date).min();
    tree::text(claim, "billablePeriod.start").or_else(served).or_else(|| tree::text(claim, "created"))
}

fn service_date(item: &Value) -> Option<&str> {
    tree::text(item, "servicedDate").or(tree::text(item, "servicedPeriod.start"))
}

/// The code of a piece of supporting information, by the end of its category's code.
fn information<'a>(claim: &'a Value, categories: &[&str]) -> Option<&'a str> {
    let all = tree::items(claim, "information").chain(tree::items(claim, "supportingInfo"));
    all.filter(|it| {
        let named = it.get("category").and_then(concept::any_code);
        named.is_some_and(|name| categories.iter().any(|end| name.ends_with(end)))
    })
    .find_map(|it| concept::any_code(it.get("code")?))
}

/// The diagnoses, principal first, then in the order of their numbers; and where each number now stands, from 1. One
/// that is only the reason for admission is none of the encounter's own diagnoses.
fn diagnoses(claim: &Value, context: &Context<'_>) -> (Vec<Value>, HashMap<u64, usize>) {
    let mut found: Vec<(bool, u64, Fields)> = Vec::new();
    for (place, entry) in tree::items(claim, "diagnosis").enumerate() {
        let is = |word: &str| tree::items(entry, "type").any(|kind| concept::has(kind, word));
        if is("admitting") && !is("principal") {
            continue;
        }
        let referred = || {
            let reference = tree::text(entry, "diagnosisReference.reference")?;
            context.conditions.get(tree::last_part(reference))?.get("code")
        };
        let Some(concept) = entry.get("diagnosisCodeableConcept").or_else(referred) else { continue };
        let Some(mut fields) = concept::diagnosis(concept) else { continue };
        tree::put(&mut fields, "poa", present_on_admission(entry));
        let number = tree::whole(entry, "sequence").unwrap_or(place as u64 + 1);
        found.push((!is("principal"), number, fields));
    }
    found.sort_by_key(|(is_other, number, _)| (*is_other, *number));
    let places = found.iter().enumerate().map(|(place, (_, number, _))| (*number, place + 1)).collect();
    (found.into_iter().map(|(_, _, fields)| Value::Object(fields)).collect(), places)
}

fn present_on_admission(entry: &Value) -> Option<&str> {
    let given = entry.get("onAdmission").and_then(concept::any_code);
    let extended = || {
        let is_poa = |it: &&Value| tree::text(it, "url").is_some_and(|url| url.contains("poa"));
        tree::text(tree::items(entry, "extension").find(is_poa)?, "valueCoding.code")
    };
    given.or_else(extended)
}

/// Lines with a service code, then procedures of the stay.
fn procedures(claim: &Value, places: &HashMap<u64, usize>) -> Vec<Value> {
    let lines = tree::items(claim, "item").filter_map(|item| line(item, places));
    let stays = tree::items(claim, "procedure").filter_map(|entry| {
        let mut out = concept::procedure(entry.get("procedureCodeableConcept")?)?;
        tree::put(&mut out, "date", tree::text(entry, "date"));
        Some(out)
    });
    lines.chain(stays).map(Value::Object).collect()
}

fn line(item: &Value, places: &HashMap<u64, usize>) -> Option<Fields> {
    let service = item.get("productOrService").or(item.get("service"))?;
    let mut out = concept::procedure(service)?;
    let modifiers = tree::items(item, "modifier").filter_map(concept::any_code).map(Value::from);
    out.insert("modifiers".to_owned(), modifiers.collect());
    if let Some(units) = tree::at(item, "quantity.value").filter(|units| units.is_number()) {
        out.insert("units".to_owned(), units.clone());
    }
    let place = item.get("locationCodeableConcept").and_then(concept::any_code);
    tree::put(&mut out, "place_of_service", place);
    tree::put(&mut out, "date", service_date(item));
    let links = tree::items(item, "diagnosisSequence").chain(tree::items(item, "diagnosisLinkId"));
    let links = links.filter_map(|link| places.get(&link.as_u64()?)).map(|place| Value::from(*place as u64));
    out.insert("diagnoses".to_owned(), links.collect());
    Some(out)
}

/// Who pays, as far as the claim says: `medicare` or `other`.
fn payer(claim: &Value) -> Option<&'static str> {
    let is_medicare = |text: &str| text.to_ascii_lowercase().contains("medicare");
    let mut names = ["insurer.display", "insurance.coverage.display"].iter().filter_map(|path| tree::text(claim, path));
    let blue_button = tree::items(claim, "type").chain(tree::items(claim, "identifier")).any(|it| {
        let systems = tree::items(it, "coding").filter_map(|coding| tree::text(coding, "system"));
        systems.chain(tree::text(it, "system")).any(|system| system.contains("bluebutton.cms.gov"))
    });
    if blue_button || names.any(is_medicare) { Some("medicare") } else { claim.get("insurance").map(|_| "other") }
}

/// Who performed the service: the member of the care team who is responsible or primary, else who bills.
fn provider(claim: &Value) -> Fields {
    let mut out = Fields::new();
    let is_lead = |member: &&Value| {
        member.get("responsible").and_then(Value::as_bool) == Some(true)
            || member.get("role").is_some_and(|role| concept::has(role, "primary") || concept::has(role, "performing"))
    };
    let lead = tree::items(claim, "careTeam").find(is_lead);
    let npi = lead.and_then(|member| member.get("provider")).and_then(npi);
    tree::put(&mut out, "npi", npi.or_else(|| claim.get("provider").and_then(self::npi)));
    tree::put(&mut out, "specialty", lead.and_then(|member| concept::any_code(member.get("qualification")?)));
    tree::put(&mut out, "group", claim.get("organization").and_then(self::npi));
    out
}

/// The NPI of a reference that carries one.
pub(super) fn npi(reference: &Value) -> Option<&str> {
    let number = tree::text(reference, "identifier.value")
        .or_else(|| tree::text(reference, "reference")?.rsplit_once('|').map(|(_, number)| number))?;
    (number.len() == 10 && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
}
