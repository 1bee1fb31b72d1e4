//! The tables of neoplasms and of drugs and chemicals: a term, and a code for each column. Each cell becomes entries in
//! the words by which people ask for what its column means.

use super::icd_terms::Term;
use super::icd_terms::plain_code;
use super::icd_terms::walk;
use super::icd_terms::written;

/// Columns of the table of neoplasms and the terms for them.
const NEOPLASMS: [(u8, &[&str]); 6] = [
    (2, &["Malignant neoplasm", "Cancer", "Carcinoma"]),
    (3, &["Secondary malignant neoplasm", "Metastasis"]),
    (4, &["Carcinoma in situ"]),
    (5, &["Benign neoplasm", "Benign tumor"]),
    (6, &["Neoplasm of uncertain behavior"]),
    (7, &["Neoplasm of unspecified behavior", "Tumor"]),
];

/// Columns of the table of drugs and the terms for them, before and after the substance.
const DRUGS: [(u8, &str, &str); 6] = [
    (2, "Poisoning by", "accidental"),
    (3, "Poisoning by", "intentional self-harm"),
    (4, "Poisoning by", "assault"),
    (5, "Poisoning by", "undetermined"),
    (6, "Adverse effect of", ""),
    (7, "Underdosing of", ""),
];

/// Entries of the table of neoplasms: `Cancer, breast, upper-outer quadrant`.
pub(super) fn neoplasms(terms: &[Term]) -> Vec<(String, String)> {
    let mut out = Vec::new();
    walk(terms, |path, term| {
        let site = written(path.get(1..).unwrap_or(&[]));
        for (column, code) in codes(term) {
            let names = NEOPLASMS.iter().filter(|(known, _)| *known == column).flat_map(|(_, names)| *names);
            for name in names {
                let words = if site.is_empty() { (*name).to_owned() } else { format!("{name}, {site}") };
                out.push((words, code.clone()));
            }
        }
    });
    out
}

/// Entries of the table of drugs and chemicals: `Poisoning by aspirin, accidental`.
pub(super) fn drugs(terms: &[Term]) -> Vec<(String, String)> {
    let mut out = Vec::new();
    walk(terms, |path, term| {
        let substance = written(path);
        for (column, code) in codes(term) {
            for (_, before, after) in DRUGS.iter().filter(|(known, _, _)| *known == column) {
                let comma = if after.is_empty() { "" } else { ", " };
                out.push((format!("{before} {substance}{comma}{after}"), code.clone()));
            }
        }
    });
    out
}

/// The cells that hold a code; `-` and `--` say that there is none.
fn codes(term: &Term) -> impl Iterator<Item = (u8, String)> {
    let codes = term.cells.iter().map(|(column, code)| (*column, plain_code(code)));
    codes.filter(|(_, code)| !code.is_empty())
}
