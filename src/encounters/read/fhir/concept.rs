//! Coded things: which of several codings is the one the record wants.

use super::Fields;
use super::tree;
use serde_json::Value;

/// The code of the first coding whose system has one of these words in it.
pub(super) fn code<'a>(concept: &'a Value, systems: &[&str]) -> Option<&'a str> {
    tree::items(concept, "coding").find_map(|coding| {
        let system = tree::text(coding, "system")?.to_ascii_lowercase();
        systems.iter().any(|word| system.contains(word)).then(|| tree::text(coding, "code"))?
    })
}

/// The code of the first coding that has one.
pub(super) fn any_code(concept: &Value) -> Option<&str> {
    tree::items(concept, "coding").find_map(|coding| tree::text(coding, "code"))
}

/// What the concept is called, without the quotation marks that some senders put around it.
pub(super) fn title(concept: &Value) -> Option<&str> {
    let display = || tree::items(concept, "coding").find_map(|coding| tree::text(coding, "display"));
    Some(tree::text(concept, "text").or_else(display)?.trim_matches('"'))
}

/// Whether one of the codings has the code, in whatever system.
pub(super) fn has(concept: &Value, wanted: &str) -> bool {
    tree::items(concept, "coding")
        .any(|coding| tree::text(coding, "code").is_some_and(|code| code.eq_ignore_ascii_case(wanted)))
}

/// A diagnosis of an ICD-10-CM code, or of its words if it is coded otherwise.
pub(super) fn diagnosis(concept: &Value) -> Option<Fields> {
    let mut out = Fields::new();
    tree::put(&mut out, "code", code(concept, &["icd-10", "2.16.840.1.113883.6.90"]));
    tree::put(&mut out, "text", title(concept));
    (!out.is_empty()).then_some(out)
}

/// A procedure of a HCPCS, CPT or ICD-10-PCS code; drugs and dental codes are none of ours.
pub(super) fn procedure(concept: &Value) -> Option<Fields> {
    let systems =
        ["hcpcs", "cpt", "icd-10", "2.16.840.1.113883.6.4", "2.16.840.1.113883.6.12", "2.16.840.1.113883.6.285"];
    let mut out = Fields::new();
    tree::put(&mut out, "code", Some(code(concept, &systems)?));
    tree::put(&mut out, "text", title(concept));
    Some(out)
}
