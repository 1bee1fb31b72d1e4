//! The Alphabetic Index of ICD-10-CM → words that lead to a code.
//!
//! Four files share the format name and are told apart by what is in them: the index as a table (`Level`, `Term`, `See`,
//! `SeeAlso`, `NonEssModif`, `Code`), the index as XML, the external cause index (the same XML), and the tables of
//! neoplasms and of drugs and chemicals (XML with cells). An entry reads `main term, subterm, …`; nonessential modifiers
//! stand in brackets, since they may be said or not.

use super::contents;
use super::contents::Error;
use super::contents::Import;
use super::contents::Scope;
use super::drugs;
use super::icd_terms::Term;
use super::icd_terms::plain_code;
use super::icd_terms::walk;
use super::icd_terms::written;
use super::xml;
use super::xml::Element;
use std::collections::HashMap;

/// How deep subterms may stand: the index has 9 levels.
const LEVELS: usize = 32;

/// Reads one of the files.
pub(super) fn read(bytes: &[u8]) -> Result<Import, Error> {
    let text = contents::text(bytes);
    let index = if text.trim_start().starts_with('<') { read_xml(&text)? } else { entries(&read_table(&text)?) };
    Ok(Import { index, dotless: true, scope: Scope::Adds, ..Import::default() })
}

fn read_xml(text: &str) -> Result<Vec<(String, String)>, Error> {
    let root = xml::read(text)?;
    if root.name != "ICD10CM.index" {
        return Err(Error::Form(format!("`{}` is not an index of ICD-10-CM", root.name)));
    }
    let mut terms = Vec::new();
    for main in root.all("letter").flat_map(|letter| letter.all("mainTerm")) {
        flatten(main, 0, &mut terms);
    }
    if terms.iter().all(|term| term.cells.is_empty()) {
        return Ok(entries(&terms));
    }
    let is_neoplasms = terms.iter().take(1).any(|term| term.title.starts_with("Neoplasm"));
    Ok(if is_neoplasms { drugs::neoplasms(&terms) } else { drugs::drugs(&terms) })
}

fn flatten(element: &Element, level: usize, terms: &mut Vec<Term>) {
    let title = element.first("title");
    let optional = title.map_or("", |title| title.text_of("nemod"));
    let see = element.first("see").or_else(|| element.first("seeAlso"));
    let cell = |cell: &Element| Some((cell.attribute("col").parse().ok()?, cell.text.clone()));
    terms.push(Term {
        level,
        title: title.map_or(String::new(), |title| title.text.clone()),
        optional: optional.to_owned(),
        see: see.map_or(String::new(), |see| see.text.clone()),
        code: element.text_of("code").to_owned(),
        cells: element.all("cell").filter_map(cell).collect(),
    });
    for below in element.all("term") {
        flatten(below, level + 1, terms);
    }
}

fn read_table(text: &str) -> Result<Vec<Term>, Error> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| Error::Form(error.to_string()))?.clone();
    let column = |name: &str| {
        let place = headers.iter().position(|header| header.trim().eq_ignore_ascii_case(name));
        place.ok_or_else(|| Error::Form(format!("the table has no column `{name}`")))
    };
    let (level, title, code) = (column("Level")?, column("Term")?, column("Code")?);
    let (see, also, optional) = (column("See").ok(), column("SeeAlso").ok(), column("NonEssModif").ok());
    let mut terms = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| Error::Form(error.to_string()))?;
        let cell = |place: usize| record.get(place).unwrap_or("").trim().to_owned();
        let maybe = |place: Option<usize>| place.map_or(String::new(), cell);
        let mut look = maybe(see);
        if look.is_empty() {
            look = maybe(also);
        }
        terms.push(Term {
            level: cell(level).parse().unwrap_or(0).min(LEVELS),
            title: cell(title),
            optional: maybe(optional),
            see: look,
            code: cell(code),
            cells: Vec::new(),
        });
    }
    Ok(terms)
}

/// Entries of the index: each line with a code, and each line that sends the reader to one.
fn entries(terms: &[Term]) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut known: HashMap<String, String> = HashMap::new();
    let mut referring: Vec<(String, &str)> = Vec::new();
    walk(terms, |path, term| {
        let words = written(path);
        if term.code.is_empty() {
            if !term.see.is_empty() {
                referring.push((words, term.see.as_str()));
            }
            return;
        }
        for key in keys(path) {
            known.entry(key).or_insert_with(|| plain_code(&term.code));
        }
        out.push((words, plain_code(&term.code)));
    });
    for (words, see) in referring {
        let key = see.trim_end_matches(", by site").to_lowercase();
        if let Some(code) = known.get(&key) {
            out.push((words, code.clone()));
        }
    }
    out
}

/// How other entries may refer to a path: a main term such as `Contraction, contracture` is known by either word.
fn keys(path: &[&Term]) -> Vec<String> {
    let Some((main, below)) = path.split_first() else { return Vec::new() };
    let mut heads = vec![main.title.to_lowercase()];
    heads.extend(main.title.split(',').map(|head| head.trim().trim_end_matches("(s)").to_lowercase()));
    heads.sort();
    heads.dedup();
    let below: String = below.iter().map(|term| format!(", {}", term.title.to_lowercase())).collect();
    heads.into_iter().map(|head| head + below.as_str()).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn paths_and_references() {
        let table = "RowID,Letter,Level,Term,See,SeeAlso,NonEssModif,Code\n\
            1,P,0,\"Pain, painful\",,,(s),R52\n2,P,1,abdominal,,,,R10.9\n\
            3,A,0,Abdominalgia,\"Pain, abdominal\",,,\n4,A,0,Abdomen,,condition,,\n";
        let import = read(table.as_bytes()).unwrap();
        let found: Vec<_> = import.index.iter().map(|(text, code)| format!("{text}: {code}")).collect();
        assert_eq!(found, ["Pain, painful (s): R52", "Pain, painful (s), abdominal: R10.9", "Abdominalgia: R10.9"]);
    }

    #[test]
    fn a_table_of_neoplasms() {
        let text = "<ICD10CM.index><letter><mainTerm><title>Neoplasm, neoplastic</title><cell col='2'>C80.1</cell>\
            <term level='1'><title>breast<nemod>(female)</nemod></title><cell col='2'>C50.9-</cell><cell col='3'>-</cell>\
            </term></mainTerm></letter></ICD10CM.index>";
        let import = read(text.as_bytes()).unwrap();
        assert!(import.index.contains(&("Cancer, breast (female)".to_owned(), "C50.9".to_owned())));
    }
}
